"""What the page of a journal shows: finished, frozen values. Rows that are many are tuples."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from parta.journal.queries.closures import Closure, Codes
from parta.journal.rules.formula import Formula

MarkCell = tuple[str, str, int, bool, str]
"""What stands in a cell: value («4/3» for a double mark), first value, version, whether late, comment."""
AbsenceCell = tuple[str, str, int | None, int]
"""Symbol, meaning, minutes of lateness, version."""
FinalCell = tuple[str, str, int]
"""Value, first value, version."""

NO_MARK: MarkCell = ("", "", 0, False, "")
NO_FINAL: FinalCell = ("", "", 0)

MISSED = frozenset({"unknown", "ill", "excused", "unexcused"})
"""Meanings of an absence that count as a missed lesson."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol of the journal's scale. `worth` is None when it does not count in an average."""

    symbol: str
    worth: float | None
    passes: bool


@dataclass(frozen=True, slots=True)
class TermTab:
    """A reporting period of the journal's year; `until` is the day after its last."""

    id: int
    kind: str
    number: int
    title: str
    starts: date
    until: date

    @property
    def numeral(self) -> str:
        """«I», «IV»; «Год» for the year."""
        return (
            "Год"
            if self.kind == "year"
            else ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII")[self.number]
        )


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another journal the viewer may go to: of the same class, or their own."""

    id: int
    subject: str
    homeroom: str
    group: str
    is_same_subject: bool
    is_same_class: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of work of the school."""

    code: str
    title: str
    short: str
    weight: float


@dataclass(frozen=True, slots=True)
class PlanTopic:
    """A topic of the thematic plan that has not been given yet."""

    id: int
    position: int
    text: str
    homework: str
    work: str


@dataclass(frozen=True, slots=True)
class GivenHomework:
    """The common homework of a lesson."""

    text: str
    is_none: bool
    minutes: int | None
    due_lesson: int | None
    version: int


@dataclass(frozen=True, slots=True)
class LessonLine:
    """A lesson on the right page. Times are the school's; `planned` is the plan's suggestion while no topic stands."""

    id: int
    date: date
    number: int
    hours: int
    starts: datetime
    ends: datetime
    state: str
    room: str
    substitute: str
    topic: str
    topic_number: int | None
    planned: PlanTopic | None
    is_conducted: bool
    has_roll: bool
    version: int
    homework: GivenHomework | None
    works: tuple[str, ...]
    is_today: bool
    is_ahead: bool
    may_write: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A column of marks: a lesson and a kind of work. `assessment` is None until its first mark makes it."""

    lesson: int
    date: date
    hours: int
    """Of its lesson."""
    assessment: int | None
    work: str
    position: int
    weight: float
    title: str
    leads: bool
    """The first column of its lesson: it carries the absence."""
    is_today: bool
    is_ahead: bool
    is_substituted: bool
    may_mark: bool
    may_note_absence: bool
    closed: int | None
    """Index in `JournalPage.clauses` of what closes the column to marks; None: open, or nobody asked."""
    mark_until: datetime | None
    """The last moment at which its marks are in time, by the school's clock; None: no act sets one."""


class StudentRow(NamedTuple):
    """A student's line. Keys of `marks` are numbers of columns, of `absences` ids of lessons."""

    id: int
    surname: str
    given_name: str
    patronymic: str
    initial: str
    """«А.», or «А. В.» where a namesake needs it."""
    spans: tuple[tuple[date, date | None], ...]
    joined: date | None
    """First day on the list, when it lies inside the period."""
    left: date | None
    """First day no longer on the list, when it lies inside the period."""
    is_whole: bool
    """On the list throughout the period."""
    marks: Mapping[int, MarkCell]
    absences: Mapping[int, AbsenceCell]
    noted: frozenset[int]
    """Lessons with words to the student or family."""
    missed: int
    """Hours; a lesson of one hour is one."""
    late: int
    average: float | None
    counted: int
    final: FinalCell
    finals: Mapping[int, FinalCell]
    """By term, for the page of the year."""
    deferred: date | None = None
    """The last day to which the mark of the period is put off by a granted permit."""
    apart: str = ""
    """The plan of their own by which the student is taught this subject apart from the class."""
    proposed: tuple[str, bool] | None = None
    """The mark of the period the act computes and whether it is a near thing; None: the act computes none."""

    def was_here(self, on: date) -> bool:
        """Whether the student was on the list that day."""
        return self.is_whole or any(
            starts <= on and (until is None or on < until) for starts, until in self.spans
        )


@dataclass(frozen=True, slots=True, eq=False)
class JournalSide:
    """What the page shows beside its students. Pages that follow each other share it until something here changes.

    `memo` keeps what a page derives from it (finished HTML of heads and lessons), as long as it lives.
    """

    id: int
    subject: str
    homeroom_id: int | None
    homeroom: str
    grade: int | None
    group: str
    year: str
    weekly_hours: float
    plan_size: int
    teachers: tuple[str, ...]
    terms: tuple[TermTab, ...]
    term: TermTab
    siblings: tuple[Sibling, ...]
    scale: tuple[Symbol, ...]
    kinds: tuple[Kind, ...]
    codes: Codes
    lessons: tuple[LessonLine, ...]
    columns: tuple[Column, ...]
    current: int | None
    """Id of the lesson of today that goes on, ended last or comes first; None on a day without one."""
    today: int | None
    """Number of the column to begin at: today's, else the last one held."""
    may_write: bool
    may_set_finals: bool
    is_locked_by_final: bool
    """A student's lessons are read-only once the mark of the period stands."""
    waits: Closure | None
    """What is still a draft where the act wants it approved first, and so stops the viewer."""
    may_defer: bool
    """The act lets the mark of the period wait."""
    draft_load: Closure | None
    """Whose load of this journal nobody has approved, where an act asks for it."""
    is_year: bool
    formula: Formula | None
    is_recounted: bool
    """An act says which of a corrected mark counts: an average with one is worked out by the server alone."""
    """How the act computes the mark of the period."""
    individual_words: str
    """What the act has written in the column when homework is individual; empty: nothing is set."""
    asks_homework: bool
    """An act asks that homework be written: a past lesson without it lacks it."""
    clauses: tuple[tuple[str, str], ...]
    """Clause and reason of what closes columns."""
    memo: dict[Any, Any]


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Everything the page of a journal shows."""

    side: JournalSide
    students: tuple[StudentRow, ...]


class NotFound(LookupError):
    """There is no such journal (or period) for this viewer; absent and foreign look alike."""
