"""The dates of a Russian school year, computed for any year.

All spans are half-open: ``starts`` is the first day, ``until`` the day after the last. Vacations follow the
federal recommendations (nine days in autumn and spring, from a Saturday to a Sunday; winter round the New
Year holidays); days off that fall on a weekend move to the next working day, as article 112 of the Labour
Code has it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Span:
    """A named, half-open span of dates; ``grades`` is empty when it holds for every grade."""

    code: str
    name: str
    starts: date
    until: date
    grades: tuple[int, ...] = ()

    def __contains__(self, day: date) -> bool:
        return self.starts <= day < self.until


@dataclass(frozen=True, slots=True)
class Holiday:
    """One day without lessons."""

    day: date
    name: str


@dataclass(frozen=True, slots=True)
class YearCalendar:
    """The school year that begins on 1 September of ``year``.

    ``quarters`` and ``half_years`` are the terms of the gymnasium, ``college_half_years`` those of the
    college, ``centre_year`` the span in which the supplementary-education centre teaches.
    """

    year: int
    name: str
    starts: date
    until: date
    first_day: date
    last_day: date
    quarters: tuple[Span, Span, Span, Span]
    half_years: tuple[Span, Span]
    college_half_years: tuple[Span, Span]
    centre_year: Span
    vacations: tuple[Span, ...]
    college_vacations: tuple[Span, ...]
    holidays: tuple[Holiday, ...]

    def is_school_day(self, day: date, grade: int | None = None) -> bool:
        """Say whether a five-day school teaches on ``day``; ``grade`` adds the vacations of that grade alone."""
        if day.weekday() >= SATURDAY or not any(day in quarter for quarter in self.quarters):
            return False
        if any(day in span and (not span.grades or grade in span.grades) for span in self.vacations):
            return False
        return all(holiday.day != day for holiday in self.holidays)

    def school_days(self, grade: int | None = None) -> tuple[date, ...]:
        """List the teaching days of the year in order."""
        days = (self.starts + DAY * i for i in range((self.until - self.starts).days))
        return tuple(day for day in days if self.is_school_day(day, grade))


def _on_or_after(day: date, weekday: int) -> date:
    return day + DAY * ((weekday - day.weekday()) % 7)


def _on_or_before(day: date, weekday: int) -> date:
    return day - DAY * ((day.weekday() - weekday) % 7)


def _workday_from(day: date) -> date:
    return day if day.weekday() < SATURDAY else _on_or_after(day, 0)


def _workday_upto(day: date) -> date:
    return day if day.weekday() < SATURDAY else _on_or_before(day, 4)


def _holidays(year: int) -> tuple[Holiday, ...]:
    """Public holidays from September to August, with the weekdays given instead of those on a weekend."""
    fixed = [
        (date(year, 11, 4), "День народного единства", "4 ноября"),
        (date(year + 1, 2, 23), "День защитника Отечества", "23 февраля"),
        (date(year + 1, 3, 8), "Международный женский день", "8 марта"),
        (date(year + 1, 5, 1), "Праздник Весны и Труда", "1 мая"),
        (date(year + 1, 5, 9), "День Победы", "9 мая"),
        (date(year + 1, 6, 12), "День России", "12 июня"),
    ]
    found = [Holiday(date(year, 12, 31), "Канун Нового года")]
    found += [Holiday(date(year + 1, 1, d), "Новогодние каникулы") for d in range(1, 9) if d != 7]
    found.append(Holiday(date(year + 1, 1, 7), "Рождество Христово"))
    for day, name, words in fixed:
        found.append(Holiday(day, name))
        moved = _workday_from(day)
        if moved != day:
            found.append(Holiday(moved, f"Выходной день, перенос с {words}"))
    return tuple(sorted(found, key=lambda holiday: holiday.day))


@lru_cache(maxsize=32)
def calendar_of(year: int) -> YearCalendar:
    """Return the calendar of the school year that begins on 1 September of ``year``."""
    starts, until = date(year, 9, 1), date(year + 1, 9, 1)
    first_day = _workday_from(starts)
    last_day = _workday_upto(date(year + 1, 5, 26))

    autumn = _on_or_after(date(year, 10, 24), SATURDAY)
    winter = _on_or_before(date(year, 12, 31), SATURDAY)
    if winter < date(year, 12, 27):
        winter = date(year, 12, 31)
    january = _workday_from(date(year + 1, 1, 9))
    spring = _on_or_after(date(year + 1, 3, 22), SATURDAY)
    february = _on_or_after(date(year + 1, 2, 12), SATURDAY)
    week = DAY * 9

    quarters = (
        Span("q1", "1 четверть", first_day, autumn),
        Span("q2", "2 четверть", autumn + week, winter),
        Span("q3", "3 четверть", january, spring),
        Span("q4", "4 четверть", spring + week, last_day + DAY),
    )
    college_end = _workday_upto(date(year + 1, 6, 28))
    return YearCalendar(
        year=year,
        name=f"{year}/{year + 1}",
        starts=starts,
        until=until,
        first_day=first_day,
        last_day=last_day,
        quarters=quarters,
        half_years=(
            Span("h1", "1 полугодие", first_day, winter),
            Span("h2", "2 полугодие", january, last_day + DAY),
        ),
        college_half_years=(
            Span("h1", "1 полугодие", first_day, winter),
            Span(
                "h2",
                "2 полугодие",
                _on_or_after(date(year + 1, 1, 9), 0),
                college_end + DAY,
            ),
        ),
        centre_year=Span(
            "year",
            "Учебный год",
            _workday_from(date(year, 9, 10)),
            _workday_upto(date(year + 1, 5, 31)) + DAY,
        ),
        vacations=(
            Span("autumn", "Осенние каникулы", autumn, autumn + week),
            Span("winter", "Зимние каникулы", winter, january),
            Span(
                "february",
                "Дополнительные каникулы 1 класса",
                february,
                february + week,
                (1,),
            ),
            Span("spring", "Весенние каникулы", spring, spring + week),
            Span("summer", "Летние каникулы", last_day + DAY, until),
        ),
        college_vacations=(
            Span(
                "winter",
                "Зимние каникулы",
                winter,
                _on_or_after(date(year + 1, 1, 9), 0),
            ),
            Span("summer", "Летние каникулы", college_end + DAY, until),
        ),
        holidays=_holidays(year),
    )
