"""What a year in a journal is written from: the lessons, topics and terms of a course, the manners of a school."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from parta.demo.families import Child
from parta.demo.health import Misses
from parta.journal.actions.bulk import Hand, Pour

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
WHOLE_LESSON = frozenset({"control", "composition", "control_internal", "exam", "credit"})
"""Works that leave no time for answers at the blackboard."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A planned hour as the journal takes it: `work` is the school's kind, empty without one."""

    id: int
    text: str
    work: str
    homework: str
    minutes: int | None
    double: bool = False


@dataclass(frozen=True, slots=True)
class Hour:
    """A lesson as it stands in the timetable."""

    id: int
    date: date
    number: int
    starts_at: datetime
    ends_at: datetime
    teacher_id: int
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class TermSpan:
    """A term that gets a mark; `until` is the day after its last."""

    id: int
    kind: str
    starts: date
    until: date


@dataclass(frozen=True, slots=True)
class Manners:
    """How the school writes: letters of its act, kinds of work, what follows from a limit."""

    unknown: str
    reasons: Mapping[str, str]
    """Letter by meaning, for those that are settled later."""
    late: str = ""
    window_days: int = 4
    """Days after a written work in which all its marks are in."""
    same_day: frozenset[str] = frozenset()
    """Works whose marks are set on the day itself."""
    weights: Mapping[str, Decimal] = field(default_factory=dict)
    answers: str = "oral"
    declares_none: bool = True
    under_permit: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    """Clauses that let a mark be corrected, and set after its limit, only by a permit; None: free on the same day."""
    finals_pass: bool = False
    """Term marks are «зачет» and «незачет»."""
    has_homework: bool = True
    individual_text: str = ""
    """What individual homework is called where the act prescribes the words."""


@dataclass(slots=True)
class Course:
    """One journal with everything that happens around it."""

    pour: Pour
    subject: str
    grade: int
    marked: bool
    hours: float
    lessons: Sequence[Hour]
    topics: Sequence[Topic]
    places: Sequence[tuple[Child, date, date | None]]
    terms: Sequence[TermSpan]
    year_term: TermSpan | None
    misses: Misses
    substitutes: Mapping[int, int]
    hands: Mapping[int, Hand]
    settles: Hand | None
    """Who gives the reasons of absences; None: the teachers themselves."""
    decides: Hand
    midnights: Mapping[date, datetime]
    """First moment of each day by the school's clock."""
    untouched: frozenset[int] = frozenset()
    """Lessons left for the person who tries the program."""

    def moment(self, day: date, minutes: int) -> datetime:
        """A moment of a day by the school's clock."""
        return self.midnights[day] + minutes * MINUTE
