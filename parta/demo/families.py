"""Invented people: families with children in several classes, and staff. Names only; nothing is written here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from parta.demo.content import Content
from parta.demo.content.values import GivenName, Surname


@dataclass(slots=True)
class Human:
    """A person before they have a row; `id` and `user_id` are set when they get one."""

    surname: str
    given: str
    patronymic: str
    sex: str
    birth: date
    id: int = 0
    user_id: int | None = None
    login: str = ""


@dataclass(slots=True)
class Child:
    """A student: how able they are (0 is usual, 1 clearly better), how often ill, how diligent in coming."""

    human: Human
    family: "Family"
    entered: int
    """Calendar year in which the child was in grade 1."""
    ability: float
    frailty: float
    truancy: float


@dataclass(slots=True)
class Family:
    """Parents and the children they have in the school."""

    surname: Surname
    mother: Human | None
    father: Human | None
    father_name: str
    """It gives the children's patronymic, also when the father is not in the register."""
    children: list[Child] = field(default_factory=list)


class Registry:
    """Makes people, never two with the same full name."""

    def __init__(self, content: Content, random: Random) -> None:
        self.content = content
        self.random = random
        self.families: list[Family] = []
        self.taken: set[tuple[str, str, str]] = set()
        names = content.names
        self._boys, self._girls = _cumulative(names.boys), _cumulative(names.girls)
        self._men, self._women = _cumulative(names.men), _cumulative(names.women)
        self._surnames = sorted(content.surnames, key=lambda one: (one.people != "ru", one.male))
        self._weights = [3.0 if one.people == "ru" else 1.0 for one in self._surnames]
        self._fathers = [name for name in names.men if name.text in names.patronymics]
        self._father_weights = [name.weight for name in self._fathers]

    def child(self, grade: int, year: int, *, sex: str = "", family: Family | None = None) -> Child:
        """A child in a grade of the school year that begins in `year`; now and then of a known family."""
        random = self.random
        entered = year - grade + 1
        if family is None:
            family = self._known_family(entered) if random.random() < 0.2 else None
        if family is None:
            family = self._family(year - grade)
        sex = sex or random.choice("fm")
        birth = date(entered - 7, 1, 1) + timedelta(days=random.randrange(60, 425))
        for _ in range(50):
            human = self._named_child(family, sex, birth)
            if (human.surname, human.given, human.patronymic) not in self.taken:
                break
        self.taken.add((human.surname, human.given, human.patronymic))
        child = Child(
            human,
            family,
            entered,
            max(-2.4, min(2.2, random.gauss(0.05, 0.95))),
            random.lognormvariate(0, 0.5),
            random.random() ** 6,
        )
        family.children.append(child)
        return child

    def adult(self, sex: str, year: int, *, people: str = "ru", age: tuple[int, int] = (24, 63)) -> Human:
        """A member of staff."""
        random = self.random
        while True:
            surname = random.choices(self._surnames, self._weights)[0]
            if surname.people != people:
                continue
            pool, cumulative = (
                (self.content.names.women, self._women) if sex == "f" else (self.content.names.men, self._men)
            )
            given = random.choices(pool, cum_weights=cumulative)[0].text
            father = random.choices(self._fathers, self._father_weights)[0].text
            key = (
                surname.female if sex == "f" else surname.male,
                given,
                self.content.names.patronymics[father][sex == "f"],
            )
            if key not in self.taken:
                self.taken.add(key)
                return Human(
                    *key, sex, date(year - random.randint(*age), 1, 1) + timedelta(days=random.randrange(365))
                )

    def named(self, surname: str, given: str, patronymic: str, sex: str, birth: date) -> Human:
        """A person with a name that is given."""
        self.taken.add((surname, given, patronymic))
        return Human(surname, given, patronymic, sex, birth)

    def family_of(self, surname: Surname, mother: Human, father: Human) -> Family:
        """A family whose parents are given."""
        family = Family(surname, mother, father, father.given)
        self.families.append(family)
        return family

    def _known_family(self, entered: int) -> Family | None:
        for _ in range(8):
            if not self.families:
                return None
            family = self.random.choice(self.families)
            if len(family.children) < 3 and all(abs(one.entered - entered) >= 2 for one in family.children):
                return family
        return None

    def _family(self, birth_year: int) -> Family:
        random, names = self.random, self.content.names
        surname = random.choices(self._surnames, self._weights)[0]
        season = names.season.get(surname.people)
        if season:
            fathers = [one for one in season["fathers"] if one in names.patronymics]
            father_name = random.choice(fathers)
            mother_name = random.choice(season["mothers"])
        else:
            father_name = random.choices(self._fathers, self._father_weights)[0].text
            mother_name = random.choices(names.women, cum_weights=self._women)[0].text
        grandfathers = [random.choices(self._fathers, self._father_weights)[0].text for _ in "ab"]
        if season:
            grandfathers = [random.choice(fathers) for _ in "ab"]
        with_mother, with_father = random.random() < 0.97, random.random() < 0.72

        def parent(given: str, grandfather: str, sex: str) -> Human:
            age = random.randint(21, 38)
            born = date(birth_year - 6 - age, 1, 1) + timedelta(days=random.randrange(365))
            name = surname.female if sex == "f" else surname.male
            return Human(name, given, names.patronymics[grandfather][sex == "f"], sex, born)

        family = Family(
            surname,
            parent(mother_name, grandfathers[0], "f") if with_mother else None,
            parent(father_name, grandfathers[1], "m") if with_father or not with_mother else None,
            father_name,
        )
        self.families.append(family)
        return family

    def _named_child(self, family: Family, sex: str, birth: date) -> Human:
        names, random = self.content.names, self.random
        season = names.season.get(family.surname.people)
        if season and random.random() < 0.8:
            given = random.choice(season["girls" if sex == "f" else "boys"])
        elif sex == "f":
            given = random.choices(names.girls, cum_weights=self._girls)[0].text
        else:
            given = random.choices(names.boys, cum_weights=self._boys)[0].text
        return Human(
            family.surname.female if sex == "f" else family.surname.male,
            given,
            names.patronymics[family.father_name][sex == "f"],
            sex,
            birth,
        )


def _cumulative(names: Sequence[GivenName]) -> list[int]:
    total, found = 0, []
    for name in names:
        total += name.weight
        found.append(total)
    return found
