"""How a regulation counts time: lengths and calendar intervals; moments of a year are in ``moments``.

The conventions are those of ``docs/requirements/rule-kinds.md`` §3. Day 0 is the date of the event, and a limit of N
days ends with the last microsecond of day N in the school's time zone. Hours and minutes are elapsed time from a
moment and may pass midnight. Every limit is the last moment that is still in time: later is ``at > limit``.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal, Protocol

__all__ = [
    "Calendar",
    "Duration",
    "Interval",
    "PlainCalendar",
    "end_of_day",
    "nth_day",
    "parse_duration",
    "parse_interval",
    "parse_length",
    "plural",
    "same_date",
]

DurationUnit = Literal["min", "h", "d", "school_days", "work_days", "y", "weekday", "lessons"]
IntervalUnit = Literal["school_day", "day", "week", "month", "quarter", "half_year", "school_year", "sliding"]

_LONGEST = 36_525  # days in a century: a longer term in a school's act is a slip of the pen
MOST_LESSONS = 8
"""The most lessons ahead a deadline may count."""
_SEARCH = 400  # days within which a school or working day must come; else the calendar is empty


class Calendar(Protocol):
    """What counting days asks of a school: its time zone and which days are whose."""

    @property
    def zone(self) -> tzinfo:
        """The school's time zone."""

    def is_school_day(self, day: date) -> bool:
        """Whether this class (or this person) has lessons on the day."""

    def is_work_day(self, day: date) -> bool:
        """Whether the day is a working day: vacations count, public holidays do not."""

    def is_vacation(self, day: date) -> bool:
        """Whether the day lies in the vacations."""

    def of_class(self, homeroom: str) -> "Calendar":
        """The calendar of one class, whose vacations, quarantine or week may differ; itself where nothing does."""


@dataclass(frozen=True, slots=True)
class PlainCalendar:
    """A calendar from plain lists: school days are working days outside vacations."""

    zone: tzinfo = UTC
    days_off: frozenset[date] = frozenset()
    vacations: tuple[tuple[date, date], ...] = ()
    """Half-open spans: first day, day after the last."""
    days_a_week: int = 6
    weeks: tuple[tuple[date, date, int], ...] = ()
    """Spans with a week of their own, half-open: the years of a school, of five days or six."""
    school_days: frozenset[date] | None = None
    """Days with lessons, when they are known; otherwise every working day outside the vacations is one."""
    working: frozenset[date] = frozenset()
    """Working days that the week or the holidays would leave out: a Saturday in place of a Monday."""
    classes: Mapping[str, "PlainCalendar"] = field(default_factory=dict, hash=False)
    """Calendars of the classes that differ, by the title of the class."""

    def of_class(self, homeroom: str) -> "PlainCalendar":
        """The calendar of a class."""
        return self.classes.get(homeroom, self)

    def is_work_day(self, day: date) -> bool:
        """Whether the day is Monday to Friday or Saturday and not a public holiday, or is named as a working one."""
        if day in self.working:
            return True
        days = next((days for starts, until, days in self.weeks if starts <= day < until), self.days_a_week)
        return day.weekday() < days and day not in self.days_off

    def is_vacation(self, day: date) -> bool:
        """Whether the day lies in one of the vacation spans."""
        return day not in self.working and any(starts <= day < until for starts, until in self.vacations)

    def is_school_day(self, day: date) -> bool:
        """Whether the day is in the list of lesson days, or (without a list) a working day outside vacations."""
        if self.school_days is not None:
            return day in self.school_days
        return self.is_work_day(day) and not self.is_vacation(day)


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """The last moment of a day in a time zone."""
    return datetime.combine(day, time.max, zone)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time as a regulation writes it: ``10min``, ``1.5h``, ``5d``, ``3 school_days``, ``same_day``.

    A deadline may also name the hour of its last day (``same_day 18:00``, ``1 school_days 12:00``) and the day of the
    week it ends with (``friday``, ``friday 15:00``): the first such day that is not before the event. ``next_lesson``
    and ``2 lessons`` end when that lesson of the same journal begins; of a day with several lessons the first counts.
    """

    unit: DurationUnit
    count: float
    """How many; of a day of the week its number, Monday is 0."""
    hour: time | None = None
    """The last moment of the last day in the school's time zone; ``None``: the whole day is in time."""

    @property
    def is_length(self) -> bool:
        """Whether it is a plain length: no hour, no day of the week, no lessons to come."""
        return self.hour is None and self.unit not in ("weekday", "lessons")

    def limit(
        self,
        day: date,
        moment: datetime,
        calendar: Calendar,
        *,
        ends_at: datetime | None = None,
        leave_out_vacations: bool = False,
        past_midnight: timedelta = timedelta(hours=1),
        following: Sequence[datetime] = (),
    ) -> datetime:
        """The last moment in time, counted from an event.

        ``day`` is the event's date in the school's zone, ``moment`` its exact moment (for hours). ``ends_at`` is the
        end of a lesson: one that ends after 23:00 has ``past_midnight`` more for "the same day", and one that ends
        after the named hour has as much from its end. ``following`` are the beginnings of the journal's next days of
        lessons: where the timetable knows none, a lesson to come stands for a week.
        """
        if self.unit == "lessons":
            return self._by_lessons(day, calendar, following)
        if not self.is_length:
            return self._by_the_hour(day, calendar, ends_at or moment, past_midnight)
        if self.unit == "min":
            return moment + timedelta(minutes=self.count)
        if self.unit == "h":
            return moment + timedelta(hours=self.count)
        zone = calendar.zone
        count = int(self.count)
        if self.unit == "y":
            return end_of_day(same_date(day, day.year + count), zone)
        if self.unit == "school_days":
            return end_of_day(nth_day(day, count, calendar.is_school_day), zone)
        if self.unit == "work_days":
            return end_of_day(nth_day(day, count, calendar.is_work_day), zone)
        if leave_out_vacations and count:
            return end_of_day(nth_day(day, count, lambda d: not calendar.is_vacation(d)), zone)
        limit = end_of_day(day + timedelta(days=count), zone)
        if not count and ends_at is not None:
            local_end = ends_at.astimezone(zone)
            if local_end.date() > day or local_end.time() > time(23):
                return max(limit, ends_at + past_midnight)
        return limit

    def _by_the_hour(self, day: date, calendar: Calendar, ends_at: datetime, past_end: timedelta) -> datetime:
        zone = calendar.zone
        if self.unit == "weekday":
            last = day + timedelta(days=(int(self.count) - day.weekday()) % 7)
            if last == day and self.hour is not None and ends_at > datetime.combine(day, self.hour, zone):
                last += timedelta(days=7)
        else:
            whole = Duration(self.unit, self.count).limit(day, ends_at, calendar)
            last = whole.astimezone(zone).date()
        if self.hour is None:
            return end_of_day(last, zone)
        limit = datetime.combine(last, self.hour, zone)
        return limit if ends_at < limit else max(limit, ends_at + past_end)

    def _by_lessons(self, day: date, calendar: Calendar, following: Sequence[datetime]) -> datetime:
        count = int(self.count)
        if len(following) >= count:
            begins = following[count - 1]
            last = begins.astimezone(calendar.zone).date()
        else:
            last = (following[-1].astimezone(calendar.zone).date() if following else day) + timedelta(
                days=7 * (count - len(following))
            )
            begins = end_of_day(last, calendar.zone)
        return begins if self.hour is None else datetime.combine(last, self.hour, calendar.zone)

    def __str__(self) -> str:
        """Russian words for people: «5 дней», «в тот же день до 18:00», «до пятницы»."""
        if self.unit == "lessons":
            return self._lesson_words()
        hour = f"{self.hour:%H:%M}" if self.hour is not None else ""
        if self.unit == "weekday":
            return f"до {WEEKDAYS_UNTIL[int(self.count)]}" + (f", {hour}" if hour else "")
        if hour:
            length = str(Duration(self.unit, self.count))
            return f"{length} до {hour}" if self.count == 0 else f"{length}, до {hour} последнего"
        number = int(self.count) if self.count == int(self.count) else self.count
        if self.unit == "d" and number == 0:
            return "в тот же день"
        shown = str(number).replace(".", ",")
        one, few, many = _UNIT_WORDS[self.unit]
        if isinstance(number, float):
            return f"{shown} {few}"
        return f"{shown} {plural(number, one, few, many)}"

    def _lesson_words(self) -> str:
        count = int(self.count)
        if self.hour is not None:
            which = (
                "следующего урока"
                if count == 1
                else f"{_GENITIVE.get(count, f'{count}-го')} урока после него"
            )
            return f"до {self.hour:%H:%M} дня {which}"
        return (
            "к следующему уроку" if count == 1 else f"{_DATIVE.get(count, f'к {count}-му')} уроку после него"
        )


_DATIVE = {2: "ко второму", 3: "к третьему", 4: "к четвёртому"}
_GENITIVE = {2: "второго", 3: "третьего", 4: "четвёртого"}

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Days of the week as an act's file writes them."""
WEEKDAYS_UNTIL = ("понедельника", "вторника", "среды", "четверга", "пятницы", "субботы", "воскресенья")

_UNIT_WORDS: Mapping[str, tuple[str, str, str]] = {
    "min": ("минута", "минуты", "минут"),
    "h": ("час", "часа", "часов"),
    "d": ("день", "дня", "дней"),
    "school_days": ("учебный день", "учебных дня", "учебных дней"),
    "work_days": ("рабочий день", "рабочих дня", "рабочих дней"),
    "y": ("год", "года", "лет"),
}


def plural(number: int, one: str, few: str, many: str) -> str:
    """The Russian form of a noun after a number: 1 день, 2 дня, 5 дней, 21 день."""
    tail = abs(number) % 100
    if 10 < tail < 20:
        return many
    if tail % 10 == 1:
        return one
    return few if 1 < tail % 10 < 5 else many


def same_date(day: date, year: int) -> date:
    """The same day of another year; 29 February becomes 1 March."""
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 3, 1)


def nth_day(day: date, count: int, counts: Callable[[date], bool], *, back: bool = False) -> date:
    """The ``count``-th day after ``day`` (or before it) that counts; where the calendar knows no more it ends."""
    left, idle, step = count, 0, timedelta(days=-1 if back else 1)
    while left > 0 and idle < _SEARCH:
        day += step
        if counts(day):
            left, idle = left - 1, 0
        else:
            idle += 1
    return day


_DURATION = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*(min|h|d|weeks?|school_days?|work_days?|lessons?|y)")
_WITH_HOUR = re.compile(r"(.*?)\s+([01]?\d|2[0-3]):([0-5]\d)")


def parse_duration(text: object) -> Duration:
    """Read ``10min``, ``1.5h``, ``24h``, ``5d``, ``3 weeks``, ``3 school_days``, ``2 work_days``, ``5y``, ``same_day``.

    Days may be followed by the hour of the last one (``same_day 18:00``); ``friday`` and ``friday 15:00`` end with
    that day of the week. Weeks are seven days; of a part of a week, as in ``2.5 weeks``, the day that has begun counts
    whole.
    Raises ``ValueError`` with a Russian sentence that names the allowed spellings.
    """
    if isinstance(text, Duration):
        return text
    allowed = (
        "допустимы: 10min, 1.5h, 24h, 5d, 3 weeks, 3 school_days, 2 work_days, 5y, same_day, same_day 18:00, "
        "friday 15:00, next_lesson, 2 lessons"
    )
    if not isinstance(text, str):
        raise ValueError(f"срок записывается в кавычках; {allowed}")
    words = text.strip()
    hour = None
    if timed := _WITH_HOUR.fullmatch(words):
        words, hour = timed[1].strip(), time(int(timed[2]), int(timed[3]))
    if words in WEEKDAYS:
        return Duration("weekday", WEEKDAYS.index(words), hour)
    if words == "same_day":
        return Duration("d", 0, hour)
    if words == "next_lesson":
        return Duration("lessons", 1, hour)
    match = _DURATION.fullmatch(words)
    if match is None:
        raise ValueError(f"«{text[:60]}» не похоже на срок; {allowed}")
    count, unit = float(match[1]), match[2]
    if unit in ("week", "weeks"):
        count, unit = float(math.ceil(count * 7)), "d"
    if unit in ("school_day", "work_day", "lesson"):
        unit += "s"
    if unit == "lessons" and not 1 <= count <= MOST_LESSONS:
        raise ValueError(f"«{text}»: уроков — от 1 до {MOST_LESSONS}; {allowed}")
    if unit in ("min", "h", "y") and hour is not None:
        raise ValueError(
            f"«{text}»: час последнего дня называют при днях: same_day 18:00, 2 school_days 12:00"
        )
    if unit not in ("min", "h") and count != int(count):
        raise ValueError(f"«{text}»: дни и годы считают целыми; {allowed}")
    days = {"min": 1 / 1440, "h": 1 / 24, "y": 365.25}.get(unit, 1)
    if count * days > _LONGEST:
        raise ValueError(f"«{text}»: срок длиннее ста лет; {allowed}")
    return Duration(unit, count, hour)  # type: ignore[arg-type]


def parse_length(text: object) -> Duration:
    """The same for a plain length of time: an interval, a warning, how long something is kept.

    Raises ``ValueError`` when it names an hour or a day of the week, or is no duration at all.
    """
    found = parse_duration(text)
    if not found.is_length:
        raise ValueError(
            f"«{text}»: здесь нужна длина, без часа, дня недели и уроков: 24h, 5d, 3 school_days"
        )
    return found


@dataclass(frozen=True, slots=True)
class Interval:
    """How often: a calendar unit (each month) or a sliding span of days since the last act."""

    unit: IntervalUnit
    count: int

    def __str__(self) -> str:
        """Russian words for people: «каждый месяц», «не реже чем раз в 14 дней»."""
        if self.unit == "sliding":
            return f"не реже чем раз в {self.count} {plural(self.count, 'день', 'дня', 'дней')}"
        return _INTERVAL_WORDS[self.unit]


_INTERVAL_WORDS: Mapping[str, str] = {
    "school_day": "каждый учебный день",
    "day": "каждый день",
    "week": "каждую неделю",
    "month": "каждый месяц",
    "quarter": "каждую четверть",
    "half_year": "каждое полугодие",
    "school_year": "каждый учебный год",
}
_INTERVAL = re.compile(r"1\s+(school_day|day|week|month|quarter|half_year|school_year)")


def parse_interval(text: object) -> Interval:
    """Read ``1 school_day``, ``1 week``, ``1 month``, ``1 quarter``, ``1 school_year`` or a sliding ``14d``.

    Raises ``ValueError`` with a Russian sentence that names the allowed spellings.
    """
    if isinstance(text, Interval):
        return text
    if isinstance(text, str):
        if match := _INTERVAL.fullmatch(text.strip()):
            return Interval(match[1], 1)  # type: ignore[arg-type]
        if (match := re.fullmatch(r"(\d{1,4})d", text.strip())) and int(match[1]) > 0:
            return Interval("sliding", int(match[1]))
    raise ValueError(
        f"«{str(text)[:60]}» не похоже на промежуток; допустимы: 1 school_day, 1 week, 1 month, 1 quarter, "
        "1 half_year, 1 school_year, 14d"
    )
