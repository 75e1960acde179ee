"""Upkeep: what is wrong told and mended or sent on to the support, new norms entered and the regulation reviewed."""

from datetime import date, datetime

from parta.control.models import ErrorReport, NormChange
from parta.foundation.log import Actor, Line
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.organisation.models import Room

__all__ = ["enter_norm", "finish_review", "fix_error", "forward_error", "report_error"]


NEEDS = frozenset({"device", "network"})
"""Kinds that say what a room lacks."""


def report_error(
    *,
    school_id: int,
    text: str,
    kind: str = "data",
    room_id: int | None = None,
    reported_by: int,
    by: Actor,
    at: datetime,
) -> ErrorReport:
    """Somebody of the staff says what is wrong, and where.

    Raises Refusal for an empty text, an unknown kind, a room of another school; and for a device or network without
    its room, by which they are summed.
    """
    text = checks.text(text, 1000, "text", "что неверно и где")
    if kind not in dict(ErrorReport.KINDS):
        raise Refusal("Выберите, о чём сообщение.", "kind")
    if room_id is not None and not Room.objects.filter(pk=room_id, school_id=school_id).exists():
        raise Refusal("Такого кабинета нет: обновите страницу.", "room")
    if kind in NEEDS and room_id is None:
        raise Refusal("Укажите кабинет: по кабинетам видно, где чего не хватает.", "room")
    with act(school_id, by=by, at=at) as lines:
        row = ErrorReport.objects.create(
            school_id=school_id,
            text=text,
            kind=kind,
            room_id=room_id,
            reported_by_id=reported_by,
            reported_at=at,
        )
        lines.append(Line("error_reported", "error_report", row.pk, data={"kind": kind}))
    return row


def forward_error(*, school_id: int, report_id: int, by: Actor, at: datetime) -> ErrorReport:
    """It went to the support of the program. Raises Refusal for a report that is closed or went there already."""
    with act(school_id, by=by, at=at) as lines:
        row = (
            ErrorReport.objects.select_for_update()
            .filter(pk=report_id, school_id=school_id, fixed_at=None, forwarded_at=None)
            .first()
        )
        if row is None:
            raise Refusal("Это обращение уже закрыто или передано: обновите страницу.")
        row.forwarded_at = at
        row.save(update_fields=["forwarded_at"])
        lines.append(Line("error_forwarded", "error_report", row.pk))
    return row


def fix_error(
    *, school_id: int, report_id: int, answer: str, fixed_by: int, by: Actor, at: datetime
) -> ErrorReport:
    """The data are right now: what was mended. Raises Refusal for a report that is gone or closed already."""
    answer = checks.text(answer, 1000, "answer", "что исправлено")
    with act(school_id, by=by, at=at) as lines:
        row = (
            ErrorReport.objects.select_for_update()
            .filter(pk=report_id, school_id=school_id, fixed_at=None)
            .first()
        )
        if row is None:
            raise Refusal("Это сообщение уже закрыто: обновите страницу.")
        row.fixed_by_id, row.fixed_at, row.answer = fixed_by, at, answer
        row.save(update_fields=["fixed_by", "fixed_at", "answer"])
        lines.append(Line("error_fixed", "error_report", row.pk))
    return row


def enter_norm(
    *,
    school_id: int,
    title: str,
    number: str,
    signed_on: date,
    entered_by: int,
    by: Actor,
    at: datetime,
) -> NormChange:
    """A new outer act: from now the review of the regulation is owed. Raises Refusal."""
    title = checks.text(title, 300, "title", "название акта")
    number = checks.text(number, 60, "number", "номер")
    if not signed_on.year >= 2000 or signed_on > at.date():
        raise Refusal("Дата акта: после 2000 года и не в будущем.", "signed_on")
    with act(school_id, by=by, at=at) as lines:
        row = NormChange.objects.create(
            school_id=school_id,
            title=title,
            number=number,
            signed_on=signed_on,
            entered_by_id=entered_by,
            entered_at=at,
        )
        lines.append(
            Line(
                "norm_entered", "norm_change", row.pk, data={"number": number, "date": signed_on.isoformat()}
            )
        )
    return row


def finish_review(
    *, school_id: int, norm_id: int, outcome: str, reviewed_by: int, by: Actor, at: datetime
) -> NormChange:
    """The regulation was reviewed by the new act: what changed, or why nothing does. Raises Refusal."""
    outcome = checks.text(outcome, 1000, "outcome", "итог пересмотра")
    with act(school_id, by=by, at=at) as lines:
        row = (
            NormChange.objects.select_for_update()
            .filter(pk=norm_id, school_id=school_id, reviewed_at=None)
            .first()
        )
        if row is None:
            raise Refusal("Пересмотр уже записан: обновите страницу.")
        row.reviewed_by_id, row.reviewed_at, row.outcome = reviewed_by, at, outcome
        row.save(update_fields=["reviewed_by", "reviewed_at", "outcome"])
        lines.append(Line("regulation_reviewed", "norm_change", row.pk))
    return row
