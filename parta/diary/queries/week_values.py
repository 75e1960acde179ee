"""What the diary's week and marks show: finished, frozen values, and the words for what stands in them."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from parta.foundation.language import noted

CHECKS = frozenset({"control", "control_internal", "test", "dictation", "composition", "exam", "credit"})
"""Works a family wants to know of the day before."""


AWAY_WORDS = noted(
    {
        "unknown": "нет на уроке",
        "ill": "по болезни",
        "excused": "уважительная причина",
        "unexcused": "без уважительной причины",
        "late": "опоздание",
        "event": "мероприятие школы",
        "exempt": "освобождение",
    }
)
"""An absence in words for the family; the letter is the journal's."""


GOOD_WORDS = frozenset({"praise", "thanks"})


NOTE_WORDS = noted(
    {
        "remark": "Замечание",
        "praise": "Похвала",
        "thanks": "Благодарность",
        "recommendation": "Рекомендация",
        "address": "Обращение к родителям",
    }
)


class NotFound(LookupError):
    """The student is not among those whose diary this viewer reads; absent and foreign look alike."""


@dataclass(frozen=True, slots=True)
class Child:
    """A student whose diary the viewer may open."""

    id: int
    name: str
    full_name: str
    homeroom: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Period:
    """A reporting period; `until` is the day after its last."""

    id: int
    title: str
    starts: date
    until: date


class MarkShown(NamedTuple):
    """A mark as the family sees it. `day` is an ISO date, `first` the value before a correction."""

    day: str
    value: str
    first: str
    work: str
    comment: str
    is_low: bool
    assessment: int


class FileShown(NamedTuple):
    """A file given with homework, as the diary offers it."""

    id: int
    name: str


class Task(NamedTuple):
    """Homework to be done for a lesson, or given in it."""

    text: str
    minutes: int | None
    is_own: bool
    """Given to this student alone."""
    due: date | None
    files: tuple[FileShown, ...]


class LessonShown(NamedTuple):
    """A line of a day. `due`: homework for this lesson; `given`: homework set in it that is due outside the page."""

    id: int
    number: int
    hours: int
    starts: datetime
    ends: datetime
    subject: str
    topic: str
    change: str
    is_off: bool
    check: str
    """Kind of a check work held in it: «Контрольная работа»."""
    due: tuple[Task, ...]
    given: tuple[Task, ...]
    is_none: bool
    """Declared «не задано»."""
    marks: tuple[MarkShown, ...]
    absence: str
    online: str = ""
    """Address at which the lesson is held online."""
    room: str = ""

    @property
    def is_placed(self) -> bool:
        """Held at this place of the timetable, or to be held: its bells and room say something."""
        return not self.is_off and self.starts.year > 1


class NoteShown(NamedTuple):
    """Words of a teacher to the student or family."""

    kind: str
    text: str
    subject: str
    author: str
    is_good: bool


@dataclass(frozen=True, slots=True)
class DayShown:
    """A day of the week on the page."""

    date: date
    lessons: tuple[LessonShown, ...]
    notes: tuple[NoteShown, ...]
    is_today: bool
    is_vacation: bool

    @property
    def marks(self) -> list[tuple[str, MarkShown]]:
        """Marks of the day with their subjects."""
        return [(lesson.subject, mark) for lesson in self.lessons for mark in lesson.marks]

    @property
    def tasks(self) -> list[tuple[str, Task]]:
        """Homework to be done for the day."""
        return [(lesson.subject, task) for lesson in self.lessons if not lesson.is_off for task in lesson.due]


@dataclass(frozen=True, slots=True)
class SubjectMarks:
    """A subject's marks of a period, their average and the mark of the period."""

    title: str
    marks: tuple[MarkShown, ...]
    average: float | None
    final: str
    line: str
    """The small curve: the path of an SVG 100 × 20; empty with fewer than two marks."""
    ends_low: bool
    id: int = 0
    """Of the subject."""


@dataclass(frozen=True, slots=True)
class Attention:
    """Something a family should look at."""

    icon: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class WeekPage:
    """A week of one student."""

    student: Child
    children: tuple[Child, ...]
    monday: date
    days: tuple[DayShown, ...]
    today: DayShown | None
    ahead: DayShown | None
    """The next day with lessons after today."""
    period: Period | None
    subjects: tuple[SubjectMarks, ...]
    attention: tuple[Attention, ...]
    is_current: bool
    unexplained: int
    """Hours missed in the period without a reason, of which the family has said nothing yet; of the running week."""


@dataclass(frozen=True, slots=True)
class MarksPage:
    """All marks of a period by subject."""

    student: Child
    children: tuple[Child, ...]
    periods: tuple[Period, ...]
    period: Period | None
    subjects: tuple[SubjectMarks, ...]
    has_scale: bool
