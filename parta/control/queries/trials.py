"""Trials of a draft: asked for, under way, worked out; and whether what they say still holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from parta.control.models import Trial
from parta.foundation import sql
from parta.people.viewer import Viewer

__all__ = ["Spans", "TrialPage", "progress", "spans", "trial_page", "trials"]

DAY = timedelta(days=1)
LATE = timedelta(minutes=2)
"""A trial that nobody has taken up for so long waits for a worker that is not there."""
_LINES = 20_000
"""Lines of the log looked through for a write to the tried lessons; more of them make the result stale anyway."""


@dataclass(frozen=True, slots=True)
class Spans:
    """The days a trial may be asked for."""

    options: tuple[tuple[str, str], ...]
    """Key and title: the terms that have begun, the last one first, and the last thirty days."""
    days: Mapping[str, tuple[date, date]]
    suggested: str
    """The last term that has ended."""


@dataclass(frozen=True, slots=True)
class TrialPage:
    """A trial with its result."""

    row: Trial
    asked_at: datetime
    judged_at: datetime | None
    last: date
    stale: tuple[str, ...]
    """Why the result no longer holds, in words; empty while it does."""
    is_forgotten: bool
    """Nobody has taken it up."""
    sums: Mapping[str, int]
    """How many writes and duties each part counts."""


def spans(viewer: Viewer) -> Spans:
    """Terms that have begun, and the last thirty days. One statement."""
    rows = sql.read(
        "SELECT t.id, t.title, t.starts, t.until, y.title FROM organisation_term t"
        " JOIN organisation_academicyear y ON y.id = t.year_id"
        " WHERE y.school_id = %s AND t.starts <= %s ORDER BY t.until DESC, t.starts DESC LIMIT 10",
        [viewer.school.id, viewer.on],
    )
    days = {f"term-{row[0]}": (row[2], min(row[3] - DAY, viewer.on)) for row in rows}
    options = [
        (
            f"term-{id}",
            f"{title}, {year}: {starts:%d.%m} – {min(until - DAY, viewer.on):%d.%m.%Y}"
            + (" (идёт)" if until > viewer.on else ""),
        )
        for id, title, starts, until, year in rows
    ]
    days["month"] = (viewer.on - timedelta(days=29), viewer.on)
    options.append(("month", "последние 30 дней"))
    ended = [f"term-{row[0]}" for row in rows if row[3] <= viewer.on]
    return Spans(tuple(options), days, (ended or [options[0][0]])[0])


def trials(viewer: Viewer, draft_id: int) -> list[tuple[Trial, date]]:
    """Trials of a draft, the last one first, each with its last day. One statement."""
    found = (
        Trial.objects.filter(school_id=viewer.school.id, draft_id=draft_id)
        .select_related("asked_by")
        .defer("contents")
        .order_by("-asked_at", "-id")[:20]
    )
    zone = ZoneInfo(viewer.school.timezone)
    rows = list(found)
    for row in rows:
        row.asked_at = row.asked_at.astimezone(zone)
    return [(row, row.until - DAY) for row in rows]


def trial_page(viewer: Viewer, draft_id: int, trial_id: int) -> TrialPage | None:
    """One trial; None when the school has no such. Three statements."""
    row = (
        Trial.objects.filter(school_id=viewer.school.id, draft_id=draft_id, pk=trial_id)
        .select_related("draft", "asked_by")
        .first()
    )
    if row is None:
        return None
    zone = ZoneInfo(viewer.school.timezone)
    parts = ("stricter", "milder", "found", "lifted")
    for place in (place for name in parts for one in row.contents.get(name, ()) for place in one["places"]):
        place["date"] = date.fromisoformat(place["date"])
    return TrialPage(
        row=row,
        asked_at=row.asked_at.astimezone(zone),
        judged_at=row.judged_at and row.judged_at.astimezone(zone),
        last=row.until - DAY,
        stale=_stale(viewer, row),
        is_forgotten=row.state == "waiting" and viewer.at - row.asked_at > LATE,
        sums={name: sum(one["count"] for one in row.contents.get(name, ())) for name in parts},
    )


def progress(viewer: Viewer, draft_id: int, trial_id: int) -> Mapping[str, Any] | None:
    """How far a trial is; None when the school has no such. One statement."""
    rows = Trial.objects.filter(school_id=viewer.school.id, draft_id=draft_id, pk=trial_id)
    return rows.values("state", "done", "total").first()


def _stale(viewer: Viewer, row: Trial) -> tuple[str, ...]:
    if row.state != "done" or row.judged_at is None:
        return ()
    found = []
    if row.law_version != viewer.school.law_version:
        found.append("изменилось действующее положение, его настройки или календарь")
    lines = sql.read(
        "SELECT COUNT(*), MAX(CASE WHEN l.date >= %s AND l.date < %s THEN 1 ELSE 0 END) FROM"
        " (SELECT lesson_id FROM foundation_logentry WHERE school_id = %s AND at > %s ORDER BY at LIMIT %s) e"
        " LEFT JOIN timetable_lesson l ON l.id = e.lesson_id",
        [row.since, row.until, viewer.school.id, row.judged_at, _LINES],
    )
    if lines[0][1] or lines[0][0] >= _LINES:
        found.append("в журналы за эти дни вносили записи")
    return tuple(found)
