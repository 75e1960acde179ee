"""What the content consists of: frozen values, without a thought of the files they are read from."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """One lesson of a thematic plan; ``minutes`` is how long its work takes, ``None`` without a work."""

    text: str
    work_kind: str | None
    homework: str | None
    minutes: int | None
    unit: str


@dataclass(frozen=True, slots=True)
class Stages:
    """How a topic goes on in the following lessons, for grades ``first`` to ``last`` inclusive."""

    first: int
    last: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HomeworkTexts:
    """Patterns of homework for grades ``first`` to ``last`` and how far the textbook goes in a year."""

    first: int
    last: int
    par: int
    ex: int
    page: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SubjectInfo:
    """A subject of the gymnasium; sets of grades say where it is split, unmarked, or marked in two parts."""

    code: str
    name: str
    short: str
    area: str
    department: str
    room: str
    hours: Mapping[int, int]
    no_marks: frozenset[int]
    split: frozenset[int]
    split_by: str | None
    double_marks: bool
    philological: bool
    renamed: Mapping[int, tuple[str, str]]
    stages: tuple[Stages, ...]
    homework: tuple[HomeworkTexts, ...]

    def name_in(self, grade: int) -> str:
        """Full name of the subject in a grade."""
        return self.renamed.get(grade, (self.name, self.short))[0]

    def has_marks(self, grade: int) -> bool:
        """Say whether marks are given in a grade."""
        return grade not in self.no_marks


@dataclass(frozen=True, slots=True)
class GivenName:
    """A given name and how often it is met among its kind (relative weight)."""

    text: str
    weight: int


@dataclass(frozen=True, slots=True)
class Names:
    """Given names of children and adults, and patronymics (father's name → son's, daughter's).

    ``season`` holds names of other peoples of the country by their code: ``boys``, ``girls``, ``fathers``
    and ``mothers``.
    """

    boys: tuple[GivenName, ...]
    girls: tuple[GivenName, ...]
    men: tuple[GivenName, ...]
    women: tuple[GivenName, ...]
    patronymics: Mapping[str, tuple[str, str]]
    season: Mapping[str, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Surname:
    """A family's surname in both forms; ``people`` is ``ru`` or a code of ``Names.season``."""

    male: str
    female: str
    people: str


@dataclass(frozen=True, slots=True)
class RemarkTexts:
    """What people write: notes in the diary by kind, reasons, and patterns of orders.

    ``notes`` keys: remark, praise, thanks, recommendation, address. ``homework`` maps a subject code to
    individual homework texts. ``orders`` maps an occasion to a number pattern with ``{n}`` and a title.
    """

    notes: Mapping[str, tuple[str, ...]]
    permit_reasons: tuple[str, ...]
    permit_answers: tuple[str, ...]
    correction_reasons: tuple[str, ...]
    annulment_reasons: tuple[str, ...]
    absence_reasons: Mapping[str, tuple[str, ...]]
    health_notes: tuple[str, ...]
    substitution_reasons: tuple[str, ...]
    homework: Mapping[str, tuple[str, ...]]
    no_homework: str
    orders: Mapping[str, tuple[str, str]]

    def note(self, kind: str, place: int, name: str, is_girl: bool) -> str:
        """A diary note of ``kind`` for a pupil, chosen by ``place`` (any number, taken round the list)."""
        texts = self.notes[kind]
        text = texts[place % len(texts)]
        return text.format(name=name, a="а" if is_girl else "", la="ла" if is_girl else "")


@dataclass(frozen=True, slots=True)
class CollegeUnit:
    """A discipline, МДК or practice of the college with its thematic plan in order of lessons.

    ``kind`` is discipline, mdk, training_practice or production_practice; ``taught_by`` is teacher or
    master; half-years are counted through the courses (1 and 2 in the first, 3 and 4 in the second) and
    ``hours`` counts the entries of each: lessons of theory, whole days of practice (``lesson_hours`` 1 or 6).
    """

    code: str
    name: str
    short: str
    kind: str
    taught_by: str
    room: str
    finals: str
    lesson_hours: int
    hours: Mapping[int, int]
    plans: Mapping[int, tuple[Topic, ...]]


@dataclass(frozen=True, slots=True)
class CollegeGroup:
    """A group of the college: its name carries course, trade and number."""

    code: str
    name: str
    trade: str
    course: int
    students: int


@dataclass(frozen=True, slots=True)
class College:
    """A college with groups, and units by trade."""

    name: str
    short: str
    trades: Mapping[str, str]
    groups: tuple[CollegeGroup, ...]
    units: Mapping[str, tuple[CollegeUnit, ...]]
    bells: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True)
class CentreUnit:
    """An association (объединение) of the centre; ``days`` are ISO weekdays, ``size`` students in a group."""

    code: str
    name: str
    direction: str
    programme: str
    ages: tuple[int, int]
    size: int
    groups: int
    days: tuple[int, ...]
    starts: str
    room: str
    plan: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Centre:
    """A centre of supplementary education: associations without marks."""

    name: str
    short: str
    lesson_minutes: int
    units: tuple[CentreUnit, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """A room; ``kind`` matches ``SubjectInfo.room``, ``seats`` is how many pupils it takes."""

    number: str
    name: str
    kind: str
    floor: int
    seats: int


@dataclass(frozen=True, slots=True)
class SchoolInfo:
    """The gymnasium's own facts: name, bells by shift (number, start, end), rooms, departments, homerooms."""

    name: str
    short: str
    city: str
    address: str
    time_zone: str
    bells: Mapping[str, tuple[tuple[int, str, str], ...]]
    rooms: tuple[Room, ...]
    departments: Mapping[str, str]
    homerooms: tuple[tuple[int, str], ...]
    homeroom_size: tuple[int, int]
