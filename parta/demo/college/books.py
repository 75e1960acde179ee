"""The books of the college: what stays from year to year, one year of it, and what all parts ask of a unit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from parta.demo.clerk import Clerk, Progress
from parta.demo.content import Content
from parta.demo.content.calendar import Span, YearCalendar
from parta.demo.content.values import CollegeGroup, CollegeUnit
from parta.demo.course import Topic
from parta.demo.families import Child, Human, Registry
from parta.organisation.models import AcademicYear

DAY = timedelta(days=1)
ROOMS = {
    "ordinary": ("201", "202", "203", "204", "205"),
    "workshop": ("Мастерская 1", "Мастерская 2", "Лаборатория кухни", "Учебный цех"),
    "gym": ("Спортивный зал",),
    "enterprise": ("База практики 1", "База практики 2"),
}


@dataclass(slots=True)
class College:
    """The people, and rows by the names the content gives them."""

    clerk: Clerk
    content: Content
    groups: Sequence[CollegeGroup]
    progress: Progress
    registry: Registry = field(init=False)
    staff: dict[str, Human] = field(default_factory=dict)
    """`director`, `deputy`, `teacher <unit>`, `master <trade> <course>`."""
    children: dict[str, list[Child]] = field(default_factory=dict)
    subjects: dict[str, int] = field(default_factory=dict)
    rooms: dict[str, int] = field(default_factory=dict)
    shown: Human | None = None
    """The student whose account is shown; in the second year of two, a year older."""
    scale_id: int = 0
    bells_id: int = 0
    departments: dict[str, int] = field(default_factory=dict)
    """The department of each trade."""

    def __post_init__(self) -> None:
        self.registry = Registry(self.content, self.clerk.random("names"))

    def code(self, trade: str, unit: CollegeUnit) -> str:
        """Code of a unit: of the whole college where both trades have the same one, else of the trade."""
        same = [
            one.name
            for units in self.content.college.units.values()
            for one in units
            if one.code == unit.code
        ]
        return unit.code if len(same) > 1 and len(set(same)) == 1 else f"{unit.code} {trade}"

    def units(self, group: CollegeGroup) -> list[CollegeUnit]:
        """What a group is taught in its course."""
        return [
            unit
            for unit in self.content.college.units[group.trade]
            if any(half in unit.hours for half in halves(group))
        ]

    def teacher(self, group: CollegeGroup, unit: CollegeUnit) -> Human:
        """Who teaches a unit in a group: its master or the unit's teacher."""
        if unit.taught_by == "master":
            return self.staff[f"master {group.trade} {group.course}"]
        return self.staff[f"teacher {self.code(group.trade, unit)}"]


@dataclass(slots=True)
class YearBook:
    """One year as it stands in the database; each part fills in its own."""

    calendar: YearCalendar
    year: AcademicYear
    until: date | None
    """The day after the last of every place and load of a year that is over; None: it goes on."""
    homerooms: dict[str, int] = field(default_factory=dict)
    curators: dict[str, Human] = field(default_factory=dict)
    plans: dict[str, int] = field(default_factory=dict)
    topics: dict[int, list[Topic]] = field(default_factory=dict)
    journals: dict[tuple[str, str], int] = field(default_factory=dict)


def halves(group: CollegeGroup) -> tuple[int, int]:
    """Numbers of the two half-years of a course, counted from the first one of the trade."""
    return 2 * group.course - 1, 2 * group.course


def plan_title(group: CollegeGroup, unit: CollegeUnit) -> str:
    """The plan of a unit in a group, as the register names it."""
    return f"{unit.code} {unit.name}, {group.name}"[:200]


def weekly(group: CollegeGroup, unit: CollegeUnit) -> float:
    """Hours a week over the course's two half-years; a day of practice is several."""
    lessons = sum(unit.hours.get(half, 0) for half in halves(group))
    return round(lessons * unit.lesson_hours / 39, 1)


def school_days(calendar: YearCalendar, half: Span) -> list[date]:
    """Teaching days of a half-year, Monday to Friday."""
    off = {holiday.day for holiday in calendar.holidays}
    days = (half.starts + n * DAY for n in range((half.until - half.starts).days))
    return [day for day in days if day.weekday() < 5 and day not in off]
