"""The calendar rules count by: school days, working days, vacations of a school and of the classes that differ."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from parta.foundation import sql
from parta.regulation.durations import PlainCalendar
from parta.regulation.queries import law as law_of_school
from parta.timetable.moved import Moved, moved_days


@lru_cache(maxsize=256)
def calendar_of(school_id: int, timezone: str, version: int) -> PlainCalendar:
    """Days on which the school teaches, for deadlines in school and working days.

    `version` is the school's `law_version`: changing terms or vacations raises it, as editions and settings do, so
    that no process counts by an old calendar. A class with vacations, days off or a quarantine of its own has a
    calendar of its own; so has one whose days an act moves. Four statements when the version is new.
    """
    weeks = sql.read(
        "SELECT starts, until, week_days FROM organisation_academicyear WHERE school_id = %s ORDER BY starts",
        (school_id,),
    )
    rows = sql.read(
        "SELECT v.starts, v.until, v.kind, COALESCE(h.title, '') FROM organisation_vacation v"
        " LEFT JOIN organisation_homeroom h ON h.id = v.homeroom_id WHERE v.school_id = %s ORDER BY v.starts, v.id",
        (school_id,),
    )
    common = _with(
        PlainCalendar(
            zone=ZoneInfo(timezone),
            days_a_week=weeks[-1][2] if weeks else 6,
            weeks=tuple((starts, until, days) for starts, until, days in weeks),
        ),
        [row[:3] for row in rows if not row[3]],
    )
    own: dict[str, list[tuple[date, date, str]]] = {}
    for *span, homeroom in rows:
        if homeroom:
            own.setdefault(homeroom, []).append((span[0], span[1], span[2]))
    moved = moved_days(law_of_school(school_id, version))
    common = _moved(common, moved, None)
    named = {title for one in moved if one.classes for title in one.classes}
    return replace(
        common,
        classes={
            title: _moved(_with(common, own.get(title, ())), moved, title)
            for title in sorted(own.keys() | named)
        },
    )


def _moved(calendar: PlainCalendar, moved: Iterable[Moved], title: str | None) -> PlainCalendar:
    """A calendar with the days an act moves for the school (`title` is None) or for one class."""
    mine = [one for one in moved if (one.classes is None if title is None else title in (one.classes or ()))]
    working = {one.day for one in mine if one.is_working}
    off = {one.day for one in mine if not one.is_working}
    return replace(
        calendar,
        working=frozenset(calendar.working - off | working),
        days_off=frozenset(calendar.days_off - working | off),
    )


def _with(calendar: PlainCalendar, spans: Iterable[tuple[date, date, str]]) -> PlainCalendar:
    """A calendar with more days without lessons. A holiday is no working day; in a quarantine the staff works."""
    vacations = list(calendar.vacations)
    days_off = set(calendar.days_off)
    for starts, until, kind in spans:
        if kind == "holiday":
            days_off.update(starts + timedelta(days=n) for n in range((until - starts).days))
        else:
            vacations.append((starts, until))
    return replace(calendar, days_off=frozenset(days_off), vacations=tuple(vacations))
