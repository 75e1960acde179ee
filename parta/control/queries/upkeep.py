"""What upkeep owes: wrong data told and not mended in time, new norms by which nobody has reviewed the regulation."""

from datetime import date, datetime
from typing import Any

from parta.control.models import ErrorReport, NormChange
from parta.control.queries.sheets import calendar_for, law_for
from parta.control.queries.sources import duty_source
from parta.foundation import sql
from parta.journal.rules.matters import Matter, clauses_of, rules_on, told_of
from parta.people.viewer import Viewer

__all__ = ["errors", "fix_limit", "norms", "upkeep_matters"]


def errors(viewer: Viewer) -> list[ErrorReport]:
    """Reports of wrong data, in the school's time, open ones first: all for who mends them, else one's own."""
    found = ErrorReport.objects.filter(school_id=viewer.school.id).select_related("reported_by", "fixed_by")
    if not viewer.roles & {"director", "deputy", "operator"}:
        found = found.filter(reported_by_id=viewer.person_id)
    zone = calendar_for(viewer).zone
    rows = sorted(found.order_by("-reported_at")[:200], key=lambda row: row.fixed_at is not None)
    for row in rows:
        row.reported_at = row.reported_at.astimezone(zone)
        row.fixed_at = row.fixed_at and row.fixed_at.astimezone(zone)
    return rows


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
            "SELECT text, reported_at FROM control_errorreport WHERE school_id = %s AND reported_at <= %s"
            " AND (fixed_at IS NULL OR fixed_at > %s) ORDER BY reported_at",
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
