"""Deadlines over generated calendars, against a slow model that walks the days one by one and shares no code."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from parta.regulation.durations import Duration, PlainCalendar
from parta.regulation.moments import Moment

ZONES = [
    "Asia/Bishkek",
    "Europe/Moscow",
    "Europe/Berlin",
    "America/St_Johns",
    "Asia/Novokuznetsk",
    "Pacific/Chatham",
]
"""Two of them change to winter time in the school year, one counts in halves of an hour, one in quarters."""
FIRST, LAST = date(2026, 9, 1), date(2027, 6, 30)


@st.composite
def years(draw: Any) -> dict[str, Any]:
    """A school year: its week, vacations, holidays (Mondays among them) and working Saturdays of five-day weeks."""
    day = st.dates(FIRST, LAST)
    spans = draw(st.lists(st.tuples(day, st.integers(1, 16)), max_size=4))
    mondays = draw(st.lists(day.map(lambda one: one - timedelta(days=one.weekday())), max_size=5))
    rest = draw(st.lists(st.tuples(day, st.integers(1, 10)), max_size=2))
    own = [(starts, starts + timedelta(days=length)) for starts, length in rest]
    return {
        "zone": draw(st.sampled_from(ZONES)),
        "week": draw(st.sampled_from([5, 6])),
        "vacations": [(starts, starts + timedelta(days=length)) for starts, length in spans],
        "holidays": frozenset(mondays + draw(st.lists(day, max_size=5))),
        "own": own,
    }


def calendar(year: dict[str, Any]) -> PlainCalendar:
    facts: dict[str, Any] = {
        "zone": ZoneInfo(year["zone"]),
        "days_a_week": year["week"],
        "days_off": year["holidays"],
    }
    own = PlainCalendar(**facts, vacations=(*year["vacations"], *year["own"]))
    return PlainCalendar(**facts, vacations=tuple(year["vacations"]), classes={"6Б": own})


def works(year: dict[str, Any], day: date) -> bool:
    return day.isoweekday() <= year["week"] and day not in year["holidays"]


def rests(year: dict[str, Any], day: date, homeroom: bool) -> bool:
    spans = year["vacations"] + (year["own"] if homeroom else [])
    return any(starts <= day and not day >= until for starts, until in spans)


def last_day(year: dict[str, Any], day: date, unit: str, count: int, homeroom: bool, leave_out: bool) -> date:
    """Walk: a day that counts uses up one; the walk ends where the calendar has run out of days for over a year."""
    left, walked, idle = count, day, 0
    while left and idle < 400:
        walked = walked + timedelta(days=1)
        counts = {
            "school_days": works(year, walked) and not rests(year, walked, homeroom),
            "work_days": works(year, walked),
            "d": not (leave_out and rests(year, walked, homeroom)),
        }[unit]
        left, idle = (left - 1, 0) if counts else (left, idle + 1)
    return walked


LIMITS = settings(max_examples=400, deadline=None)
lessons = st.tuples(st.dates(FIRST, LAST), st.integers(7, 21), st.sampled_from([0, 15, 45]))


@LIMITS
@given(
    year=years(),
    lesson=lessons,
    unit=st.sampled_from(["school_days", "work_days", "d"]),
    count=st.integers(0, 12),
    homeroom=st.booleans(),
    leave_out=st.booleans(),
)
def test_days_end_where_the_walk_ends(
    year: Any, lesson: Any, unit: Any, count: int, homeroom: bool, leave_out: bool
) -> None:
    day, hour, minute = lesson
    days = calendar(year).of_class("6Б" if homeroom else "7А")
    ends = datetime.combine(day, time(hour, minute), days.zone)
    limit = Duration(unit, count).limit(day, ends, days, ends_at=ends, leave_out_vacations=leave_out)
    wanted = last_day(year, day, unit, count, homeroom, leave_out)
    local = limit.astimezone(days.zone)
    assert (local.date(), local.time()) == (wanted, time.max)
    assert limit.utcoffset() == datetime.combine(wanted, time(23, 59), days.zone).utcoffset()


@LIMITS
@given(
    year=years(), lesson=lessons, unit=st.sampled_from(["school_days", "work_days", "d"]), count=st.integers(0, 5),
    hour=st.times(),
)  # fmt: skip
def test_an_hour_cuts_the_last_day_and_never_ends_before_the_lesson_has(
    year: Any, lesson: Any, unit: Any, count: int, hour: time
) -> None:
    day, begins, minute = lesson
    hour = hour.replace(second=0, microsecond=0, fold=0)
    days = calendar(year)
    ends = datetime.combine(day, time(begins, minute), days.zone)
    limit = Duration(unit, count, hour).limit(day, ends, days, ends_at=ends)
    cut = datetime.combine(last_day(year, day, unit, count, False, False), hour, days.zone)
    if cut > ends:
        assert limit == cut
    else:
        assert limit == ends + timedelta(hours=1), "a lesson that ends after the hour has an hour more"


@LIMITS
@given(year=years(), lesson=lessons, hours=st.integers(0, 72))
def test_hours_are_elapsed_time_whatever_the_clocks_do(year: Any, lesson: Any, hours: int) -> None:
    """On the night of winter time 24 hours end an hour earlier by the clock of the wall."""
    day, hour, minute = lesson
    days = calendar(year)
    ends = datetime.combine(day, time(hour, minute), days.zone).astimezone(UTC)
    assert Duration("h", hours).limit(day, ends, days, ends_at=ends).astimezone(UTC) - ends == timedelta(
        hours=hours
    )


@LIMITS
@given(
    year=years(), lesson=lessons, count=st.integers(1, 4), hour=st.none() | st.just(time(18)),
    gaps=st.lists(st.integers(0, 9), max_size=6),
)  # fmt: skip
def test_lessons_to_come_are_days_of_lessons(
    year: Any, lesson: Any, count: int, hour: Any, gaps: list[int]
) -> None:
    """Of the lessons of a journal those of later days count, each day once; where they run out a lesson is a week."""
    day, begins, minute = lesson
    days = calendar(year)
    ends = datetime.combine(day, time(begins, minute), days.zone)
    met, dates = day, [day]
    for gap in gaps:
        met += timedelta(days=gap)
        dates.append(met)
    later = sorted({one for one in dates if one > day})
    following = tuple(datetime.combine(one, time(9), days.zone) for one in later)
    limit = Duration("lessons", count, hour).limit(day, ends, days, ends_at=ends, following=following)
    wanted = (
        later[count - 1]
        if count <= len(later)
        else (later or [day])[-1] + timedelta(days=7 * (count - len(later)))
    )
    local = limit.astimezone(days.zone)
    assert local.date() == wanted
    assert local.time() == (hour or (time(9) if count <= len(later) else time.max))


@LIMITS
@given(
    year=years(),
    day=st.dates(FIRST, LAST),
    shift=st.integers(-8, 8),
    unit=st.sampled_from(["d", "school_days", "work_days"]),
)
def test_a_moment_moves_by_its_days_either_way(year: Any, day: date, shift: int, unit: Any) -> None:
    found = Moment("period_end", 0, 0, shift, unit).on({"period_end": day}, calendar(year))
    walked, left = day, abs(shift)
    for _ in range(5000):
        if not left:
            break
        walked += timedelta(days=1 if shift > 0 else -1)
        counts = {
            "d": True,
            "school_days": works(year, walked) and not rests(year, walked, False),
            "work_days": works(year, walked),
        }[unit]
        left -= counts
    assert found == walked


@LIMITS
@given(year=years(), day=st.dates(FIRST, LAST), weekday=st.integers(0, 6), hour=st.none() | st.just(time(15)),
       begins=st.integers(8, 20))  # fmt: skip
def test_a_day_of_the_week_is_the_first_that_is_not_over(
    year: Any, day: date, weekday: int, hour: Any, begins: int
) -> None:
    days = calendar(year)
    ends = datetime.combine(day, time(begins), days.zone)
    limit = Duration("weekday", weekday, hour).limit(day, ends, days, ends_at=ends).astimezone(days.zone)
    walked = day
    while walked.weekday() != weekday or (hour and walked == day and time(begins) > hour):
        walked += timedelta(days=1)
    assert (limit.date(), limit.time()) == (walked, hour or time.max) or (
        walked == day and hour == time(begins) and limit == ends + timedelta(hours=1)
    )
