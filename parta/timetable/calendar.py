"""The calendar rules count by: school days, working days, vacations of a school."""

from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from parta.foundation import sql
from parta.regulation.durations import PlainCalendar


@lru_cache(maxsize=256)
def calendar_of(school_id: int, timezone: str, version: int) -> PlainCalendar:
    """Days on which the school teaches, for deadlines in school and working days.

    `version` is the school's `law_version`: changing terms or vacations raises it, as editions and settings do, so
    that no process counts by an old calendar. Two statements when the version is new.
    """
    weeks = sql.read(
        "SELECT MAX(week_days) FROM organisation_academicyear WHERE school_id = %s", (school_id,)
    )
    vacations: list[tuple[date, date]] = []
    days_off: set[date] = set()
    for starts, until, kind in sql.read(
        "SELECT starts, until, kind FROM organisation_vacation WHERE school_id = %s AND homeroom_id IS NULL",
        (school_id,),
    ):
        if kind == "holiday":
            days_off.update(starts + timedelta(days=n) for n in range((until - starts).days))
        else:
            vacations.append((starts, until))
    return PlainCalendar(
        zone=ZoneInfo(timezone),
        days_off=frozenset(days_off),
        vacations=tuple(vacations),
        days_a_week=weeks[0][0] or 6,
    )
