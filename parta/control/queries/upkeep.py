"""What upkeep owes: wrong data told and not mended in time, new norms by which nobody has reviewed the regulation."""

import platform
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import django
from django.db import connection

import parta
from parta.control.models import ErrorReport, NormChange
from parta.control.queries.sheets import calendar_for, law_for
from parta.control.queries.sources import duty_source
from parta.foundation import sql
from parta.journal.rules.matters import Matter, clauses_of, rules_on, told_of
from parta.people.viewer import Viewer

__all__ = ["Need", "errors", "fix_limit", "needs", "norms", "problem_report", "rooms", "upkeep_matters"]


def errors(viewer: Viewer) -> list[ErrorReport]:
    """Reports of wrong data, in the school's time, open ones first: all for who mends them, else one's own."""
    found = ErrorReport.objects.filter(school_id=viewer.school.id).select_related(
        "reported_by", "fixed_by", "room"
    )
    if not viewer.roles & {"director", "deputy", "operator"}:
        found = found.filter(reported_by_id=viewer.person_id)
    zone = calendar_for(viewer).zone
    rows = sorted(found.order_by("-reported_at")[:200], key=lambda row: row.fixed_at is not None)
    for row in rows:
        row.reported_at = row.reported_at.astimezone(zone)
        row.fixed_at = row.fixed_at and row.fixed_at.astimezone(zone)
        row.forwarded_at = row.forwarded_at and row.forwarded_at.astimezone(zone)
    return rows


@dataclass(frozen=True, slots=True)
class Need:
    """What is told to lack in a room: how often, and how much of it is not met."""

    room: str
    device: int
    network: int
    open: int


def rooms(viewer: Viewer) -> list[tuple[int, str]]:
    """The rooms of the school. One statement."""
    return [
        (row[0], row[1])
        for row in sql.read(
            "SELECT id, title FROM organisation_room WHERE school_id = %s ORDER BY title", [viewer.school.id]
        )
    ]


def needs(viewer: Viewer) -> list[Need]:
    """By room: how often no device or no network was told, those with unmet needs first. One statement."""
    return [
        Need(title, int(device), int(network), int(left))
        for title, device, network, left in sql.read(
            "SELECT r.title, SUM(CASE WHEN e.kind = 'device' THEN 1 ELSE 0 END),"
            " SUM(CASE WHEN e.kind = 'network' THEN 1 ELSE 0 END),"
            " SUM(CASE WHEN e.fixed_at IS NULL THEN 1 ELSE 0 END) AS left_open"
            " FROM control_errorreport e JOIN organisation_room r ON r.id = e.room_id"
            " WHERE e.school_id = %s AND e.kind IN ('device', 'network') GROUP BY r.title"
            " ORDER BY left_open DESC, r.title",
            [viewer.school.id],
        )
    ]


def problem_report(viewer: Viewer, report_id: int) -> str | None:
    """What the support of the program needs to know, free of personal data: versions, times, the log by verbs alone.

    The words of whoever told it stay in the school: they may name people. Three statements.
    """
    row = ErrorReport.objects.filter(school_id=viewer.school.id, pk=report_id).first()
    if row is None:
        return None
    lines = sql.read(
        "SELECT at, verb, object_kind FROM foundation_logentry WHERE school_id = %s AND at <= %s"
        " ORDER BY at DESC, id DESC LIMIT 40",
        [viewer.school.id, row.reported_at],
    )
    broken = sql.read(
        "SELECT name, COUNT(*), MAX(attempts) FROM foundation_job WHERE school_id = %s AND error <> ''"
        " GROUP BY name ORDER BY name",
        [viewer.school.id],
    )
    told = [
        f"Обращение № {row.pk}: {dict(ErrorReport.KINDS)[row.kind]}",
        f"Сообщено: {row.reported_at:%d.%m.%Y %H:%M} UTC",
        f"Парта {parta.__version__}, Python {platform.python_version()}, Django {django.get_version()}, "
        f"{connection.vendor}",
        f"Учреждение: {viewer.school.kind}, часовой пояс {viewer.school.timezone}",
        "",
        "Работы с ошибкой (имя, сколько, попыток):",
        *(f"  {name}  {count}  {attempts}" for name, count, attempts in broken),
        *([] if broken else ["  нет"]),
        "",
        "Последние записи истории до обращения (UTC, что сделано, с чем):",
        *(f"  {sql.aware(at):%d.%m.%Y %H:%M:%S}  {verb}  {kind}" for at, verb, kind in lines),
        "",
        "Имён, отметок и слов обращения здесь нет.",
    ]
    return "\n".join(told) + "\n"


def norms(viewer: Viewer) -> list[NormChange]:
    """New norms, those to be reviewed first. One statement."""
    found = NormChange.objects.filter(school_id=viewer.school.id).select_related("entered_by", "reviewed_by")
    zone = calendar_for(viewer).zone
    rows = sorted(found.order_by("-entered_at")[:200], key=lambda row: row.reviewed_at is not None)
    for row in rows:
        row.reviewed_at = row.reviewed_at and row.reviewed_at.astimezone(zone)
    return rows


def _asking(viewer: Viewer, on: date) -> tuple[Any, ...]:
    return tuple(
        rule
        for rule in rules_on(law_for(viewer), on, "change_request_processed")
        if rule.params.of == "wrong_data"
    )


def fix_limit(viewer: Viewer, reported_at: datetime) -> tuple[datetime, tuple[Any, ...]] | None:
    """Until when wrong data told at a moment are to be right, and the rules that say so."""
    calendar = calendar_for(viewer)
    day = reported_at.astimezone(calendar.zone).date()
    limits = [(rule.params.within.limit(day, reported_at, calendar), rule) for rule in _asking(viewer, day)]
    if not limits:
        return None
    first = min(limit for limit, _ in limits)
    return first, tuple(rule for _, rule in limits)


@duty_source({"change_request_processed": "Исправление данных", "regulation_edition": "Пересмотр положения"})
def upkeep_matters(viewer: Viewer, since: date, until: date) -> list[Matter]:
    """Of the school as a whole, for who answers for it. Up to two statements."""
    if not viewer.is_school_wide:
        return []
    found = []
    if _asking(viewer, until):
        for text, told_at in sql.read(
            "SELECT text, reported_at FROM control_errorreport WHERE school_id = %s AND kind = 'data'"
            " AND reported_at <= %s AND (fixed_at IS NULL OR fixed_at > %s) ORDER BY reported_at",
            [viewer.school.id, viewer.at, viewer.at],
        ):
            moment = sql.aware(told_at)
            limit = fix_limit(viewer, moment)
            if limit is not None and viewer.at > limit[0]:
                found.append(
                    Matter(
                        kind="change_request_processed",
                        clauses=clauses_of(limit[1]),
                        text=f"Ошибка в данных не исправлена в срок: {text[:160]}",
                        since=moment.astimezone(calendar_for(viewer).zone).date(),
                        role="deputy",
                        told=told_of(limit[1]),
                    )
                )
    reviews = [r for r in rules_on(law_for(viewer), until, "regulation_edition") if r.params.review_on]
    if reviews:
        for title, number, entered_at in sql.read(
            "SELECT title, number, entered_at FROM control_normchange WHERE school_id = %s AND entered_at <= %s"
            " AND (reviewed_at IS NULL OR reviewed_at > %s) ORDER BY entered_at",
            [viewer.school.id, viewer.at, viewer.at],
        ):
            found.append(
                Matter(
                    kind="regulation_edition",
                    clauses=clauses_of(reviews),
                    text=f"Пересмотреть положение: {title[:160]}, № {number}",
                    since=sql.aware(entered_at).astimezone(calendar_for(viewer).zone).date(),
                    role="deputy",
                    told=told_of(reviews),
                )
            )
    return found
