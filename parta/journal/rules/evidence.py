"""What some kinds of rules need to know beyond the act itself: earlier marks, works of the class, absences.

The write path reads a part only when a rule in force at the place needs it (``RuleKind.needs``), once an operation.
Where nobody has read it (a closed cell drawn beforehand, an import of a past) the rules that need it stay silent.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

__all__ = ["NEEDS", "Away", "Evidence", "MarkFact", "PartFact", "WorkFact", "of_one_student"]

NEEDS = frozenset(
    {
        "marks",
        "finals",
        "works",
        "parallel",
        "homework",
        "absences",
        "held",
        "class_held",
        "term",
        "form",
        "year_share",
        "missed",
    }
)
"""Names of the parts of :class:`Evidence` a kind may ask for."""


@dataclass(frozen=True, slots=True)
class MarkFact:
    """A mark that stands: of a double one each part is a mark of its own."""

    value: str
    work: str
    weight: float
    date: date


@dataclass(frozen=True, slots=True)
class PartFact:
    """A term mark of a shorter period inside the one that is judged."""

    title: str
    value: str
    kind: str = ""
    """``quarter``, ``half_year``, ``trimester``…; empty: not read."""
    number: int = 0
    """Which of its kind in the year, from 1; 0: not read."""


@dataclass(frozen=True, slots=True)
class WorkFact:
    """A work of the class, written or planned: the date and number of its lesson, its kind, journal and subject."""

    date: date
    lesson_id: int
    number: int
    work: str
    journal_id: int
    subject: str
    part: int | None = None
    """The subgroup that writes it; ``None``: the whole class. Who is in one part of a subject is not in another."""


@dataclass(frozen=True, slots=True)
class Away:
    """A lesson the student missed or was late to."""

    date: date
    meaning: str
    journal_id: int
    hours: int = 1
    """Of the lesson: what is counted in lessons counts a lesson of several hours as so many."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Parts that were read for an act; an empty part may also mean that no rule asked for it."""

    marks: tuple[MarkFact, ...] = ()
    """The student's marks of the term in this journal, in the order of the lessons."""
    parts: tuple[PartFact, ...] = ()
    works: tuple[WorkFact, ...] = ()
    """Works of the class in the weeks around the lesson, this lesson's own new one left out."""
    new_work: str = ""
    """Kind of the work that this act brings into being (its first mark, or a topic of the plan with a work)."""
    day: tuple[int, int] | None = None
    """Numbers of the first and last lesson of the class that day."""
    form: str = ""
    """Form of interim attestation of the subject by the curriculum of the class: ``credit``, ``exam``…"""
    term: tuple[date, date] | None = None
    """The reporting period of the lesson: first day, day after the last."""
    lessons: int = 0
    """Lessons of this journal in the term."""
    work_lessons: tuple[tuple[str, int], ...] = ()
    """Lessons of this journal in the term that have a work, by its kind."""
    year_lessons: int = 0
    """The same two for the whole school year, where a rule takes its share of it."""
    year_works: tuple[tuple[str, int], ...] = ()
    due: date | None = None
    """For which day homework is set."""
    minutes: int | None = None
    """How long this homework takes, as its teacher says."""
    others: tuple[int | None, ...] = ()
    """Minutes of the other homework of the class for that day; None where nobody said."""
    parallel: tuple[WorkFact, ...] = ()
    """Works of this subject in the other classes of the grade, in the weeks around the lesson."""
    away: tuple[Away, ...] = ()
    """The student's absences of the school year before this lesson, in order, and in it if one is being written."""
    held: int = 0
    """Lessons of this journal in the school year up to this one."""
    days: tuple[date, ...] = ()
    """Dates of the lessons of this journal in the school year, those to come included, in order."""
    missed: int = 0
    """Hours of lessons of the term in this journal that the student missed; lateness is no absence."""
    term_hours: int = 0
    """All hours of lessons of the term in this journal; 0: not read."""
    class_days: tuple[date, ...] = ()
    """The same for all lessons of the class; what its parts have at one time is one lesson."""


def of_one_student(
    tasks: Iterable[tuple[int | None, int, int | None]], subject: int, part: int | None
) -> tuple[int | None, ...]:
    """Minutes of the tasks that one student meets, out of (minutes, subject, subgroup) of a class.

    Of a subject that is taught in parts each student has one: that of the writer's own part, else the fullest.
    """
    found: list[int | None] = []
    parts: dict[int, dict[int, list[int | None]]] = {}
    for minutes, whose, group in tasks:
        if group is None:
            found.append(minutes)
        else:
            parts.setdefault(whose, {}).setdefault(group, []).append(minutes)
    for whose, groups in parts.items():
        if whose == subject and part is not None:
            found += groups.get(part, [])
        else:
            fullest: list[int | None] = max(groups.values(), key=_fullness)
            found += fullest
    return tuple(found)


def _fullness(tasks: list[int | None]) -> tuple[int, int]:
    return sum(one or 0 for one in tasks), len(tasks)
