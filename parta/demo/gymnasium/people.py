"""Who learns and who teaches: children seated in their classes, the shown family, teachers for every post."""

from collections.abc import Sequence
from datetime import date, datetime

from parta.demo.content.calendar import YearCalendar
from parta.demo.families import Human
from parta.demo.gymnasium.books import DAY, School
from parta.demo.school_plan import (
    CLASS_TEACHER_POST,
    DEMO_CLASS,
    DEMO_POST,
    SECOND_CLASS,
    Class,
    SchoolPlan,
)
from parta.foundation.log import SYSTEM
from parta.people.actions import RoleRow, bulk_roles

MOSTLY_MEN = ("pe", "obzr", "tech", "inf", "phys")


def seat_children(school: School, calendar: YearCalendar, classes: Sequence[Class], *, last: bool) -> None:
    """Who sits in which class: new classes at first, later everybody a grade higher."""
    random = school.clerk.random(f"children {calendar.year}")
    before, school.children = school.children, {}
    low, high = school.content.school.homeroom_size
    shift = 0 if last else 1
    demo = (DEMO_CLASS[0] - shift, DEMO_CLASS[1])
    second = (SECOND_CLASS[0] - shift, SECOND_CLASS[1])
    tenth = sorted(
        (child for (grade, _), group in before.items() if grade == 9 for child in group),
        key=lambda child: -child.ability,
    )
    seniors = [group for group in classes if group[0] == 10]
    for group in classes:
        grade, letter = group
        if before and grade == 10:
            turn = seniors.index(group)
            school.children[group] = tenth[turn : len(seniors) * 25 : len(seniors)]
        elif before and (grade - 1, letter) in before:
            school.children[group] = before[grade - 1, letter]
        else:
            size = random.randint(low, high) - (1 if group in (demo, second) and not before else 0)
            school.children[group] = [school.registry.child(grade, calendar.year) for _ in range(size)]
    if not before:
        _seat_shown_family(school, calendar, demo, second)
    for group in classes:
        school.children[group].sort(key=lambda child: (child.human.surname, child.human.given))


def _seat_shown_family(school: School, calendar: YearCalendar, demo: Class, second: Class) -> None:
    """The guardian of the shown accounts with two children; the elder one has an account to show too."""
    surnames = school.content.surnames
    surname = next((one for one in surnames if one.male == "Сафин"), None)
    if surname is None:
        surname = next(one for one in surnames if one.people == "tatar")
    registry, year = school.registry, calendar.year
    mother = registry.named(surname.female, "Гузель", "Ринатовна", "f", date(year - 38, 5, 17))
    father = registry.named(surname.male, "Рустам", "Ильдарович", "m", date(year - 40, 10, 2))
    mother.login = "roditel"
    family = registry.family_of(surname, mother, father)
    for group, sex, given, login in ((demo, "f", "Диляра", "uchenik"), (second, "m", "Тимур", "")):
        child = registry.child(group[0], year, sex=sex, family=family)
        child.human.given = given
        child.human.login = login
        child.ability, child.truancy, child.frailty = 0.45, 0.0, 1.2
        school.children[group].append(child)


def hire(school: School, plan: SchoolPlan, calendar: YearCalendar, at: datetime) -> None:
    """People for the posts that have nobody yet, and heads of the departments among them."""
    random = school.clerk.random(f"staff {calendar.year}")
    named, adult, year = school.registry.named, school.registry.adult, calendar.year
    fresh: list[Human] = []
    for key, post in plan.posts.items():
        if key in school.staff:
            continue
        if key == DEMO_POST:
            human = named("Соколова", "Марина", "Викторовна", "f", date(year - 41, 3, 9))
            human.login = "uchitel"
        elif key == CLASS_TEACHER_POST:
            human = named("Исаков", "Бакыт", "Маратович", "m", date(year - 37, 12, 1))
            human.login = "klruk"
        else:
            male = 0.45 if post.group in MOSTLY_MEN else 0.08
            human = adult("m" if random.random() < male else "f", year)
            if key == "philology-2":
                human.login = "kafedra"
        school.staff[key] = human
        fresh.append(human)
    school.clerk.admit(fresh, at)
    starts = calendar.starts - 6 * DAY
    rows = [
        RoleRow(human.id, "teacher", starts, order_number=school.order("hire"), order_date=starts)
        for human in fresh
    ]
    rows += [
        RoleRow(
            school.staff[key].id,
            "head_of_department",
            starts,
            department_id=school.departments[department],
            order_number=school.order("roles"),
            order_date=starts,
        )
        for department, key in _heads(school, plan).items()
        if school.staff.get(key) in fresh
    ]
    bulk_roles(school_id=school.clerk.school_id, rows=rows, by=SYSTEM, at=at)


def _heads(school: School, plan: SchoolPlan) -> dict[str, str]:
    """The post that heads each department; of the primary classes, whichever comes first."""
    return {
        "primary": next((key for key in plan.posts if key.startswith("primary")), ""),
        "philology": "philology-2" if "philology-2" in school.staff else DEMO_POST,
        "languages": "eng-1",
        "mathematics": "mathematics-2",
        "science": "phys-1",
        "society": "society-1",
        "arts": "art-1",
        "sport": "pe-1",
    }
