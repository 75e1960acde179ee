"""The books every part of the gymnasium is poured from and into: the school as it stands, and each of its years."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from parta.demo.clerk import Clerk, Progress
from parta.demo.content import Content
from parta.demo.content.calendar import YearCalendar
from parta.demo.course import Topic
from parta.demo.families import Child, Family, Human, Registry
from parta.demo.school_plan import Class, SchoolPlan, title
from parta.organisation.models import AcademicYear

DAY = timedelta(days=1)
SPLITS = {"language": "иностранный язык", "computer": "информатика", "workshop": "труд (технология)"}


@dataclass(slots=True)
class Place:
    """A student's place in a class: from a day until the day after the last."""

    child: Child
    group: Class
    starts: date
    until: date | None = None
    parts: dict[str, int] = field(default_factory=dict)
    """Part 1 or 2 of each split of the class."""


@dataclass(slots=True)
class School:
    """What stays from year to year: the people, and rows by the names the content gives them."""

    clerk: Clerk
    content: Content
    progress: Progress
    registry: Registry = field(init=False)
    plan: SchoolPlan | None = None
    """The latest year's: who taught whom goes on in the next."""
    staff: dict[str, Human] = field(default_factory=dict)
    office: dict[str, Human] = field(default_factory=dict)
    children: dict[Class, list[Child]] = field(default_factory=dict)
    departments: dict[str, int] = field(default_factory=dict)
    subjects: dict[str, int] = field(default_factory=dict)
    rooms: dict[str, int] = field(default_factory=dict)
    bells: dict[str, int] = field(default_factory=dict)
    scale_id: int = 0
    orders: int = 0

    def __post_init__(self) -> None:
        self.registry = Registry(self.content, self.clerk.random("names"))

    def order(self, occasion: str) -> str:
        """The number of the next order."""
        self.orders += 1
        number, _ = self.content.remarks.orders[occasion]
        return number.format(n=self.orders)

    def splits(self, grade: int) -> list[str]:
        """What a class of the grade is split for."""
        found = {subject.split_by for subject in self.content.subjects.values() if grade in subject.split}
        return sorted(one for one in found if one)

    def first_parts(self, child: Child, group: Class) -> dict[str, int]:
        """The parts in which a child of the class begins the year: by the list, in turn, by sex."""
        here = self.children[group]
        place = next(index for index, one in enumerate(here) if one is child)
        parts = {
            "computer": 1 if place < len(here) / 2 else 2,
            "language": 1 + place % 2,
            "workshop": 1 if child.human.sex == "m" else 2,
        }
        return {split: parts[split] for split in self.splits(group[0])}

    def shown_family(self) -> Family:
        """The family whose accounts are shown."""
        return next(one for one in self.registry.families if one.mother and one.mother.login == "roditel")


@dataclass(slots=True)
class YearBook:
    """One year as it stands in the database; each part fills in its own."""

    calendar: YearCalendar
    plan: SchoolPlan
    year: AcademicYear
    until: date | None
    """The day after the last of every place and load of a year that is over; None: it goes on."""
    homerooms: dict[str, int] = field(default_factory=dict)
    subgroups: dict[str, int] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)
    plans: dict[str, int] = field(default_factory=dict)
    topics: dict[tuple[str, int], list[Topic]] = field(default_factory=dict)
    journals: dict[str, int] = field(default_factory=dict)


def term_kind(grade: int) -> str:
    """Terms that get marks: quarters, in the last two grades half-years."""
    return "quarter" if grade < 10 else "half_year"


def subgroup_title(split: str, group: Class, part: int) -> str:
    """A subgroup as the register names it."""
    return f"{SPLITS[split]} {title(group)}, {part}-я группа"
