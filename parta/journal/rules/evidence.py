"""What some kinds of rules need to know beyond the act itself: earlier marks, works of the class, absences.

The write path reads a part only when a rule in force at the place needs it (``RuleKind.needs``), once an operation.
Where nobody has read it (a closed cell drawn beforehand, an import of a past) the rules that need it stay silent.
"""

from dataclasses import dataclass
from datetime import date

__all__ = ["NEEDS", "Away", "Evidence", "MarkFact", "PartFact", "WorkFact"]

NEEDS = frozenset({"marks", "finals", "works", "homework", "absences", "held", "term"})
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


@dataclass(frozen=True, slots=True)
class WorkFact:
    """A work of the class, written or planned: the date and number of its lesson, its kind, journal and subject."""

    date: date
    lesson_id: int
    number: int
    work: str
    journal_id: int
    subject: str


@dataclass(frozen=True, slots=True)
class Away:
    """A lesson the student missed or was late to."""

    date: date
    meaning: str
    journal_id: int


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
    term: tuple[date, date] | None = None
    """The reporting period of the lesson: first day, day after the last."""
    lessons: int = 0
    """Lessons of this journal in the term."""
    work_lessons: tuple[tuple[str, int], ...] = ()
    """Lessons of this journal in the term that have a work, by its kind."""
    due: date | None = None
    """For which day homework is set."""
    minutes: int | None = None
    """How long this homework takes, as its teacher says."""
    others: tuple[int | None, ...] = ()
    """Minutes of the other homework of the class for that day; None where nobody said."""
    away: tuple[Away, ...] = ()
    """The student's absences of the school year before this lesson, in order, and in it if one is being written."""
    held: int = 0
    """Lessons of this journal in the school year up to this one."""
