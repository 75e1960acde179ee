"""How a regulation counts time: limits, calendars, spellings, and that more time is never less."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parta.regulation.durations import (
    Duration,
    Interval,
    PlainCalendar,
    parse_duration,
    parse_interval,
)
from parta.regulation.moments import parse_moment

BISHKEK = ZoneInfo("Asia/Bishkek")
MONDAY = date(2026, 10, 5)
ENDS = datetime(2026, 10, 5, 4, 45, tzinfo=UTC)  # 10:45 in Bishkek
AUTUMN = PlainCalendar(BISHKEK, vacations=((date(2026, 10, 26), date(2026, 11, 2)),))


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("10min", "2026-10-05T10:55:00"),
        ("1.5h", "2026-10-05T12:15:00"),
        ("24h", "2026-10-06T10:45:00"),
        ("same_day", "2026-10-05T23:59:59.999999"),
        ("0d", "2026-10-05T23:59:59.999999"),
        ("5d", "2026-10-10T23:59:59.999999"),
        ("7d", "2026-10-12T23:59:59.999999"),
        ("3 school_days", "2026-10-08T23:59:59.999999"),
        ("2 work_days", "2026-10-07T23:59:59.999999"),
        ("1y", "2027-10-05T23:59:59.999999"),
    ],
)
def test_limits_of_a_lesson_on_monday(text: str, limit: str) -> None:
    found = parse_duration(text).limit(MONDAY, ENDS, AUTUMN, ends_at=ENDS)
    assert found == datetime.fromisoformat(limit).replace(tzinfo=BISHKEK)


def test_days_run_through_vacations_unless_told_otherwise() -> None:
    friday = date(2026, 10, 23)
    ends = datetime(2026, 10, 23, 4, 45, tzinfo=UTC)
    week = parse_duration("7d")
    assert week.limit(friday, ends, AUTUMN).date() == date(2026, 10, 30)
    assert week.limit(friday, ends, AUTUMN, leave_out_vacations=True).date() == date(2026, 11, 6)
    assert parse_duration("3 school_days").limit(friday, ends, AUTUMN).date() == date(2026, 11, 3)


def test_school_days_may_be_listed_and_may_run_out() -> None:
    tuesdays = PlainCalendar(BISHKEK, school_days=frozenset({date(2026, 10, 6), date(2026, 10, 13)}))
    assert parse_duration("2 school_days").limit(MONDAY, ENDS, tuesdays).date() == date(2026, 10, 13)
    never = parse_duration("3 school_days").limit(MONDAY, ENDS, tuesdays)
    assert never > datetime(2027, 1, 1, tzinfo=UTC)


def test_leap_day_in_a_common_year() -> None:
    assert parse_duration("1y").limit(date(2028, 2, 29), ENDS, AUTUMN).date() == date(2029, 3, 1)


@pytest.mark.parametrize(
    "text", ["", "5", "5 дней", "1.5d", "-1d", "999999d", "1h30", "d", "same day", "1e9h", 5, None]
)
def test_bad_durations_name_the_allowed_spellings(text: object) -> None:
    with pytest.raises(ValueError, match="допустимы: 10min"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1d", "1 день"),
        ("5d", "5 дней"),
        ("21d", "21 день"),
        ("22d", "22 дня"),
        ("11d", "11 дней"),
        ("1.5h", "1,5 часа"),
        ("same_day", "в тот же день"),
        ("3 school_days", "3 учебных дня"),
    ],
)
def test_durations_read_as_russian(text: str, words: str) -> None:
    assert str(parse_duration(text)) == words


def test_intervals_and_moments() -> None:
    assert parse_interval("1 month") == Interval("month", 1)
    assert parse_interval("14d") == Interval("sliding", 14)
    events = {"year_start": date(2026, 9, 1), "period_end": date(2026, 10, 25)}
    assert parse_moment("09-05").on(events) == date(2026, 9, 5)
    assert parse_moment("06-30").on(events) == date(2027, 6, 30)
    assert parse_moment("period_end+2d").on(events) == date(2026, 10, 27)
    assert parse_moment("period_end-7d").on(events) == date(2026, 10, 18)
    assert parse_moment("vacation_day_1").on(events) is None
    for wrong in ("13-40", "2 month", "завтра", 5):
        with pytest.raises(ValueError, match="допустимы"):
            parse_moment(wrong)
        with pytest.raises(ValueError, match="допустимы"):
            parse_interval(wrong)


units = st.sampled_from(["min", "h", "d", "school_days", "work_days", "y"])


@settings(max_examples=300, deadline=None)
@given(
    unit=units,
    count=st.integers(0, 40),
    more=st.integers(1, 20),
    day=st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    zone=st.sampled_from(["Asia/Bishkek", "Europe/Berlin", "Asia/Novokuznetsk", "America/St_Johns", "UTC"]),
    leave_out=st.booleans(),
)
def test_more_time_is_never_less(
    unit: Any, count: int, more: int, day: date, zone: str, leave_out: bool
) -> None:
    calendar = PlainCalendar(ZoneInfo(zone), vacations=((day + timedelta(days=3), day + timedelta(days=12)),))
    ends = datetime(day.year, day.month, day.day, 9, 45, tzinfo=calendar.zone)
    short, long = (
        Duration(unit, number).limit(day, ends, calendar, ends_at=ends, leave_out_vacations=leave_out)
        for number in (count, count + more)
    )
    assert short < long
    assert short.tzinfo is not None and (count == 0 or short >= ends)


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=30))
def test_reading_a_duration_never_breaks(text: str) -> None:
    try:
        found = parse_duration(text)
    except ValueError:
        return
    assert found.count >= 0 and str(found)
