"""Who gets what by the relation of the object: every journal, lesson, student and class of two schools × every persona.

The expectations are written here in words of the school, from the cast alone: nothing of the program under test is
asked. `own`, `own class`, `substituted today`, `substituted yesterday`, `former`, `other class`, `other school`,
`deleted` and `absent` are what the tables below come to.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from tests.contracts.matrix import ABSENT, PERSONAS, SETS

METHODS = ("get", "head", "put", "patch", "delete")
SUBSTITUTES = {
    "substitute": lambda cast: cast.substitute,
    "english_teacher": lambda cast: cast.english_teacher,
}
"""Personas besides those of the matrix: today in maths instead of the class teacher; of one half of the class."""
EVERYBODY = {**PERSONAS, **SUBSTITUTES}
FOREIGN = {"foreign_deputy": "deputy", "foreign_teacher": "teacher", "foreign_guardian": "guardian"}
"""Personas of the second school, and who they are there: the same shapes, the same expectations."""
READERS = frozenset(SETS["READERS"].split()) | {"substitute", "english_teacher"}
CONTROL = frozenset(SETS["CONTROL"].split())

WHOLE_SCHOOL = frozenset({"director", "deputy", "inspector"})
JOURNALS = {
    "russian": {"teacher", "class_teacher", "head_of_department"},
    "maths": {"class_teacher", "substitute"},
    "english": {"class_teacher", "english_teacher"},
    "english_2": {"class_teacher"},
    "younger_russian": {"other_teacher", "master", "head_of_department"},
}
"""Who reads a journal besides the whole school: its teachers, the class teacher or master, the head of department, and
today's substitute."""
PUPILS = {
    "6Б": {"class_teacher"},
    "3А": {"master"},
}
"""Whose card a class teacher opens: of the own class."""
CARDS = frozenset(SETS["CARDS"].split())
WARDS = {"guardian": ("student", "brother"), "outsider": ("other_student",)}


QUERIES = {"journal_history": "?lesson=1&student=1"}
"""What a page must be asked besides: of a cell without a name it says that the request cannot be read."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request and the answer that is due."""

    persona: str
    method: str
    name: str
    args: tuple[Any, ...]
    relation: str
    due: int

    @property
    def url(self) -> str:
        return reverse(self.name, args=self.args) + QUERIES.get(self.name, "")


def _answer(persona: str, allowed: frozenset[str], sees: set[str] | frozenset[str], is_here: bool) -> int:
    """302 for nobody, 403 for a role without the page, 404 for a foreign or absent object, 200 for one's own.

    `is_here`: the object is of the first school. Whoever is of the second one sees there what their like see here.
    """
    if persona in ("anonymous", "installer"):
        return 302
    here = FOREIGN.get(persona, persona)
    if here not in allowed:
        return 403
    belongs = is_here != (persona in FOREIGN)
    return 200 if belongs and here in sees else 404


def _both(method: str, due: int) -> int:
    return due if method in ("get", "head") else 405


def _journals(
    cast: Any, world: Any, is_here: bool
) -> Iterator[tuple[str, tuple[Any, ...], str, dict[str, int]]]:
    for key, journal in world.journals.items():
        sees = WHOLE_SCHOOL | JOURNALS.get(key, set())
        due = {one: _answer(one, READERS, sees, is_here) for one in EVERYBODY}
        yield "journal", (journal.pk,), key, due
        for lesson in world.lessons.get(key, ()):
            yield (
                "lesson",
                (lesson.pk,),
                f"{key} {lesson.date}",
                {one: _answer(one, READERS, sees, is_here) for one in EVERYBODY},
            )


def _students(
    cast: Any, world: Any, is_here: bool
) -> Iterator[tuple[str, tuple[Any, ...], str, dict[str, int]]]:
    younger = {world.people["brother"].pk, world.people["other_student"].pk}
    everybody = [*world.students, world.people["brother"], world.people["other_student"]]
    for pupil in everybody:
        title = "3А" if pupil.pk in younger else "6Б"
        wards = {who for who, names in WARDS.items() if pupil.pk in {world.people[name].pk for name in names}}
        # an inspector knows pupils by the numbers of the window, not by those of the rows: see `test_inspection`
        cards = (CARDS - {"inspector"}) | PUPILS[title] | wards
        opens = CARDS | {"class_teacher", "master", "guardian", "outsider"}
        for name in ("student", "subject"):
            yield (
                name,
                (pupil.pk,),
                f"ученик {title}",
                {one: _answer(one, opens, cards, is_here) for one in EVERYBODY},
            )
        own = wards | ({"student"} if pupil.pk == world.people["student"].pk else set())
        family = frozenset({"student", "guardian", "outsider"}) | EYES
        own |= {"deputy", "director"} | {"class_teacher" if title == "6Б" else "master"}
        for name in (
            "diary_of",
            "diary_homework",
            "diary_absences",
            "diary_results",
            "diary_class",
            "diary_news",
        ):
            yield (
                name,
                (pupil.pk,),
                f"дневник {title}",
                {one: _answer(one, family, own, is_here) for one in EVERYBODY},
            )


def _classes(
    cast: Any, world: Any, is_here: bool
) -> Iterator[tuple[str, tuple[Any, ...], str, dict[str, int]]]:
    rosters = frozenset(SETS["ROSTERS"].split())
    for homeroom, own in ((world.homeroom, "class_teacher"), (world.younger, "master")):
        sees = (rosters - {"class_teacher", "master"}) | {own}
        for name in ("roster", "roster_consents", "roster_access"):
            yield (
                name,
                (homeroom.pk,),
                "класс",
                {one: _answer(one, rosters, sees, is_here) for one in EVERYBODY},
            )
        setup = frozenset(SETS["SETUP"].split())
        for name in ("setup_homeroom", "setup_curriculum_class", "setup_template"):
            yield (
                name,
                (homeroom.pk,),
                "класс",
                {one: _answer(one, setup, setup, is_here) for one in EVERYBODY},
            )


EYES = frozenset(SETS["EYES"].split())
"""Staff who look at a diary with the family's eyes."""
GONE = {
    "journal": READERS,
    "journal_history": READERS,
    "lesson": READERS,
    "student": CARDS | {"class_teacher", "master", "guardian", "outsider"},
    "subject": CARDS | {"class_teacher", "master", "guardian", "outsider"},
    "diary_of": frozenset({"student", "guardian", "outsider"}) | EYES,
    "roster": frozenset(SETS["ROSTERS"].split()),
    "setup_homeroom": frozenset(SETS["SETUP"].split()),
    "setup_person": frozenset(SETS["SETUP"].split()),
}
"""Pages asked for objects that are deleted or never were, and the roles that have the page."""


def requests(cast: Any, deleted: dict[str, int]) -> Iterator[Ask]:
    """Every request of one day in both schools, with the answer due."""
    for world, is_here in ((cast, True), (cast.outside, False)):
        for part in (_journals, _students, _classes):
            for name, args, relation, due in part(cast, world, is_here):
                for persona in EVERYBODY:
                    for method in METHODS:
                        yield Ask(persona, method, name, args, relation, _both(method, due[persona]))
    for name, allowed in GONE.items():
        for relation, number in (("absent", ABSENT), ("deleted", deleted.get(name, ABSENT + 1))):
            for persona in EVERYBODY:
                for method in METHODS:
                    nothing = _answer(persona, allowed, frozenset(), True)
                    yield Ask(persona, method, name, (number,), relation, _both(method, nothing))


def yesterday(cast: Any, on: date) -> Iterator[Ask]:
    """A day later the substitution is over: the journal and its lessons are closed to yesterday's substitute."""
    for lesson in cast.lessons["maths"]:
        if lesson.date != on:
            yield Ask("substitute", "get", "lesson", (lesson.pk,), "замещал вчера", 404)
    yield Ask("substitute", "get", "journal", (cast.maths.pk,), "замещал вчера", 404)
    yield Ask("former_teacher", "get", "journal", (cast.russian.pk,), "вёл раньше", 403)
