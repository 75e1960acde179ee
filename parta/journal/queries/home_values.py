"""What a teacher's home shows: finished, frozen values."""

from dataclasses import dataclass
from datetime import date, datetime

from parta.journal.rules.questions import AbsenceCode


@dataclass(frozen=True, slots=True)
class TodayLesson:
    """A lesson of today. `lacks`: what is not written yet."""

    id: int
    journal: int
    number: int
    hours: int
    starts: datetime
    ends: datetime
    homeroom: str
    group: str
    subject: str
    room: str
    state: str
    """past, now, ahead, cancelled, away (somebody else teaches it instead)."""
    minutes_left: int
    topic: str
    planned: str
    stands_in_for: str
    taught_by: str
    lacks: tuple[str, ...]
    is_filled: bool
    gap: tuple[int, ...]
    """Numbers of free lessons before this one."""


@dataclass(frozen=True, slots=True)
class NextLesson:
    """The first lesson of a day to come."""

    id: int
    starts: datetime
    title: str


@dataclass(frozen=True, slots=True)
class DueItem:
    """Something to be written: where, what, until when, by which clause."""

    lesson: int
    title: str
    date: date
    what: str
    tab: str
    deadline: datetime
    clauses: tuple[str, ...]
    is_overdue: bool
    is_today: bool


@dataclass(frozen=True, slots=True)
class JournalLine:
    """A journal in figures of the current period."""

    id: int
    title: str
    held: int
    planned: int
    lag: int | None
    marks_each: float | None
    average: float | None
    finals: int
    members: int
    has_marks: bool
    term: str


@dataclass(frozen=True, slots=True)
class AskLine:
    """Students of a journal with the fewest marks of the last three weeks."""

    journal: int
    homeroom: str
    subject: str
    names: tuple[str, ...]
    fewest: int
    most: int


@dataclass(frozen=True, slots=True)
class OwnPermit:
    """What became of one's own request."""

    id: int
    what: str
    title: str
    lesson: int | None
    date: date | None
    state: str
    decision: str
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A student's absences of one day without a reason; `cells`: journal, lesson and version of each."""

    student: int
    name: str
    homeroom: str
    date: date
    lessons: tuple[tuple[int, str], ...]
    cells: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class TeacherDay:
    """A teacher's lessons of today that are over, and how many of them are recorded."""

    name: str
    over: int
    recorded: int


@dataclass(frozen=True, slots=True)
class SchoolDay:
    """The school's day in figures."""

    lessons: int
    over: int
    recorded: int
    cancelled: int
    substituted: int
    unfilled: tuple[TeacherDay, ...]
    waiting_permits: int


@dataclass(frozen=True, slots=True)
class TodayPage:
    """Everything the home page shows."""

    lessons: tuple[TodayLesson, ...]
    ahead: NextLesson | None
    """Where today has no lessons."""
    dues: tuple[DueItem, ...]
    more_dues: int
    journals: tuple[JournalLine, ...]
    ask: tuple[AskLine, ...]
    permits: tuple[OwnPermit, ...]
    unexplained: tuple[Unexplained, ...]
    reasons: tuple[AbsenceCode, ...]
    """Letters with which the class teacher explains an absence."""
    school: SchoolDay | None
    term: str
    term_week: int | None
    days_to_end: int | None
