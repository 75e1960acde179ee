"""What any file says about a school, in one shape whatever the format.

Objects refer to each other by natural keys: titles and names as people write them. The planner compares them in
the folded form of `values.fold`, so that «10 "А"», «10а» and «10-А» are one class.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from datetime import date, time

from .located import NOWHERE, Problem, Severity, Where


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Common to all: where it came from and the id it had in the other system."""

    where: Where = NOWHERE
    external_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRow(Row):
    """A year or its part: half-open span."""

    kind: str
    title: str
    starts: date
    until: date
    number: int = 1
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BellRow(Row):
    """Start and end of a lesson number."""

    number: int
    starts: time
    ends: time


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRow(Row):
    """A room by its number or name."""

    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRow(Row):
    """A subject."""

    title: str
    short: str = ""
    area: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow(Row):
    """What staff, students and guardians have in common."""

    surname: str
    given_name: str = ""
    patronymic: str = ""
    sex: str = ""
    birth_date: date | None = None
    email: str = ""
    phone: str = ""

    @property
    def full_name(self) -> str:
        """Surname, given name, patronymic."""
        return " ".join(part for part in (self.surname, self.given_name, self.patronymic) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRow(PersonRow):
    """A member of staff with the kinds of role the file gives."""

    roles: tuple[str, ...] = ("teacher",)
    order_number: str = ""
    order_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeroomRow(Row):
    """A class, group or circle of the year."""

    title: str
    grade: int | None = None
    letter: str = ""
    class_teacher: str = ""
    room: str = ""
    term_kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubgroupRow(Row):
    """A named part of one or several homerooms."""

    title: str
    short: str
    split: str
    homerooms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianRow(PersonRow):
    """A guardian, standing in a student's row or named by other rows."""

    relation: str = "guardian"


@dataclass(frozen=True, slots=True, kw_only=True)
class StudentRow(PersonRow):
    """A student with the homeroom, the subgroups and the guardians named beside. `left_on`: the first day without."""

    homeroom: str
    enrolled_on: date | None = None
    left_on: date | None = None
    order_number: str = ""
    subgroups: tuple[str, ...] = ()
    guardians: tuple[GuardianRow, ...] = ()


@dataclass(frozen=True, slots=True)
class JournalKey:
    """What makes a journal one: subject and homeroom, or subject and subgroup."""

    subject: str
    homeroom: str = ""
    subgroup: str = ""

    def __str__(self) -> str:
        return f"{self.subject}, {self.subgroup or self.homeroom}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadRow(Row):
    """A journal with one teacher (or none known) and the weekly hours."""

    journal: JournalKey
    teacher: str = ""
    weekly_hours: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRow(Row):
    """A lesson of the weekly timetable. `week`: 0 each, 1 odd, 2 even.

    `hours`: numbers in a row that it takes from `number` on; None where the file does not say so: one, or what stands.
    """

    journal: JournalKey
    weekday: int
    number: int
    week: int = 0
    hours: int | None = None
    room: str = ""
    teacher: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRow(Row):
    """What one lesson of a thematic plan teaches; `hours` of that lesson.

    `work_kind`: a usual code, or the word by which a school calls a kind of its own.
    """

    position: int
    text: str
    unit: str = ""
    work_kind: str = ""
    homework: str = ""
    hours: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow(Row):
    """A thematic plan with its topics in order."""

    title: str
    subject: str
    grade: int | None = None
    homerooms: tuple[str, ...] = ()
    topics: tuple[TopicRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolData:
    """All that one file says. `kind` names the format for people; `problems` what the reader found.

    `owns_lists`: the file has its own complete list of teachers and subjects (a timetable program does), so names
    in it need not stand in the school's list before. A journal typed by hand must name a known teacher.
    `finished`: the timetable was made and published elsewhere, so a teacher or a room in two places at once is a
    remark (practice of several groups, a shared gym), not a refusal as in a table filled by hand.
    `exported`: Parta wrote the file itself, so what it leaves empty is empty and nothing usual is put there.
    """

    kind: str
    file: str
    school_name: str = ""
    owns_lists: bool = False
    finished: bool = False
    exported: bool = False
    terms: tuple[TermRow, ...] = ()
    bells: tuple[BellRow, ...] = ()
    rooms: tuple[RoomRow, ...] = ()
    subjects: tuple[SubjectRow, ...] = ()
    staff: tuple[StaffRow, ...] = ()
    homerooms: tuple[HomeroomRow, ...] = ()
    subgroups: tuple[SubgroupRow, ...] = ()
    students: tuple[StudentRow, ...] = ()
    loads: tuple[LoadRow, ...] = ()
    slots: tuple[SlotRow, ...] = ()
    plans: tuple[PlanRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    choices: tuple[str, ...] = field(
        default=(), metadata={"help": "What else could have been chosen in the file."}
    )

    @property
    def errors(self) -> list[Problem]:
        """Rows the reader refused."""
        return [problem for problem in self.problems if problem.severity is Severity.ERROR]

    def counts(self) -> Iterator[tuple[str, int]]:
        """(field name, number of rows) of all that is not empty."""
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, tuple) and value and isinstance(value[0], Row):
                yield item.name, len(value)
        guardians = sum(len(student.guardians) for student in self.students)
        if guardians:
            yield "guardians", guardians
        topics = sum(len(plan.topics) for plan in self.plans)
        if topics:
            yield "topics", topics


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a person may choose when a file leaves a choice: sheets of a workbook, an organisation of an archive."""

    sheets: tuple[str, ...] = ()
    org: str = ""
