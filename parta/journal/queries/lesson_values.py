"""What the page of a lesson shows: finished, frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from parta.journal.queries.closures import Closure
from parta.journal.rules.questions import AbsenceCode, MarkLimit

AWAY = frozenset({"unknown", "ill", "excused", "unexcused", "event", "exempt"})
"""Meanings of an absence with which a student is not in the room."""


class NotFound(LookupError):
    """There is no such lesson for this viewer; absent and foreign look alike."""


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of work that marks may be given for; a column of the lesson once it has an assessment."""

    code: str
    title: str
    short: str
    weight: float
    assessment: int | None
    position: int
    must_be_whole: bool = False
    """The act asks for the marks of all who were present: it is finished by its teacher."""
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MarkHere:
    """What stands in a column of this lesson for a student."""

    value: str
    first: str
    version: int
    comment: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class Note:
    """Words to a student, with the author's name; `is_own` may be withdrawn by the viewer."""

    id: int
    student: int
    kind: str
    text: str
    author: str
    is_own: bool
    is_held: bool = False
    """Kept back from the family until its author mends or drops it."""


@dataclass(frozen=True, slots=True)
class File:
    """A file given with homework."""

    id: int
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Given:
    """Homework of the lesson: common (student None) or for one student."""

    id: int
    student: int | None
    text: str
    is_none: bool
    minutes: int | None
    due_lesson: int | None
    version: int
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class Pupil:
    """A student on the list of the lesson's date. `copied`: the symbol «как на прошлом уроке» would give."""

    id: int
    surname: str
    given_name: str
    full_name: str
    short: str
    symbol: str
    meaning: str
    minutes: int | None
    version: int
    hint: str
    copied: str
    past: tuple[str, ...]
    """The last four marks of the period, the newest last."""
    here: Mapping[str, MarkHere]
    """Marks in this lesson by work code."""
    points: float
    weights: float
    """Sum of weighted marks of the period and of their weights."""

    @property
    def is_away(self) -> bool:
        return self.meaning in AWAY

    @property
    def average(self) -> float | None:
        return self.points / self.weights if self.weights else None


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of the plan that has not been given in another lesson."""

    id: int
    position: int
    text: str
    homework: str
    minutes: int | None
    work: str


@dataclass(frozen=True, slots=True)
class Due:
    """A coming lesson of the journal, for which homework may be set; `load`: minutes the class has for that day."""

    lesson: int
    date: date
    number: int
    title: str
    load: int


@dataclass(frozen=True, slots=True)
class LessonPage:
    """Everything the page of a lesson shows."""

    id: int
    journal: int
    date: date
    number: int
    hours: int
    starts: datetime
    ends: datetime
    state: str
    room: str
    subject: str
    homeroom: str
    group: str
    grade: int | None
    substitute: str
    replaced: str
    is_substitute: bool
    teaches: bool
    is_class_teacher: bool
    may_state_substitution: bool
    topic_first: str
    """The clause by which the topic is written before a replacement is noted; empty: in any order."""
    topic: str
    planned: int | None
    planned_position: int | None
    is_conducted: bool
    has_roll: bool
    version: int
    ordinal: int
    """Which lesson of the year it is in this journal."""
    plan_size: int
    topics: tuple[Topic, ...]
    works: tuple[Work, ...]
    columns: tuple[Work, ...]
    """Works of this lesson that have marks already."""
    symbols: tuple[tuple[str, bool, float | None], ...]
    """Symbols of the scale: symbol, passes, worth (None: not counted in averages)."""
    allows_double: bool
    codes: tuple[AbsenceCode, ...]
    pupils: tuple[Pupil, ...]
    copied_from: int | None
    """Number of the class's earlier lesson that day whose roll may be copied."""
    homework: Given | None
    individual: tuple[Given, ...]
    online: str
    """Address of this lesson when it is held online; empty: none of its own."""
    online_always: str
    """Address of every lesson of the journal that has none of its own."""
    individual_words: str
    """What the act has written in the common column when homework is individual; empty: nothing is set."""
    notes: tuple[Note, ...]
    dues: tuple[Due, ...]
    previous: int | None
    next: int | None
    closed: Closure | None
    """Why marks of answers (where none are given: any mark; where nothing is marked: the roll) take no entry now."""
    open_works: tuple[str, ...]
    """Kinds of work whose marks are taken though those of answers are not."""
    limits: Mapping[str, MarkLimit]
    """Until when topic, roll, homework and marks are in time."""
    term: str

    @property
    def away(self) -> int:
        return sum(1 for pupil in self.pupils if pupil.is_away)

    @property
    def late(self) -> int:
        return sum(1 for pupil in self.pupils if pupil.meaning == "late")

    @property
    def marked(self) -> int:
        """Students with a mark in this lesson."""
        return sum(1 for pupil in self.pupils if any(mark.value for mark in pupil.here.values()))

    @property
    def work(self) -> str:
        """The kind of work to begin with: the lesson's last column, the plan's, or an oral answer."""
        if self.columns:
            return self.columns[-1].code
        codes = [work.code for work in self.works]
        planned = next((topic.work for topic in self.topics if topic.id == self.planned), "")
        planned = planned or (self.topics[0].work if self.topics and not self.topic else "")
        if planned in codes:
            return planned
        return "oral" if "oral" in codes or not codes else codes[0]

    @property
    def lag(self) -> int | None:
        """Lessons by which the plan is behind (positive) or ahead; None without a plan."""
        position = self.planned_position or (self.topics[0].position if self.topics else None)
        return None if position is None else self.ordinal - position

    @property
    def is_filled(self) -> bool:
        """Nothing is left to write: held, roll taken, topic, homework or «не задано»."""
        return bool(self.is_conducted and self.has_roll and self.topic and self.homework)
