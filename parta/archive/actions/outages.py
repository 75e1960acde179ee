"""Перерывы в работе: found by the silence of the worker, told ahead, explained afterwards."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from parta.foundation.log import Line
from parta.foundation.models import Heartbeat, Outage
from parta.foundation.pagekit import hm, ru_date
from parta.organisation.acts import Refusal, act
from parta.people.viewer import Viewer

SILENCE = timedelta(minutes=3)
"""A worker silent for longer was not running, and neither was what it lives beside."""


def beat(*, at: datetime) -> Outage | None:
    """A sign of life of the worker; the outage that lies behind it, when it was silent for long."""
    with transaction.atomic():
        row = Heartbeat.objects.select_for_update().order_by("id").first()
        if row is None:
            Heartbeat.objects.create(at=at)
            return None
        last, found = row.at, None
        if at - last > SILENCE:
            told = Outage.objects.filter(
                is_planned=True, cancelled_at=None, starts_at__lt=at, ends_at__gt=last
            ).first()
            found = Outage.objects.create(
                starts_at=last, ends_at=at, cause=f"по плану: {told.cause}"[:200] if told else ""
            )
        if at > last:
            Heartbeat.objects.filter(pk=row.pk).update(at=at)
    return found


def announce_outage(
    *, viewer: Viewer, starts_at: datetime, ends_at: datetime, cause: str, at: datetime
) -> Outage:
    """Tell ahead that the system will not run: every page says so until then. Raises Refusal with the field."""
    cause = _cause(cause)
    if ends_at <= starts_at:
        raise Refusal("Конец перерыва раньше начала.", "ends")
    if ends_at <= at:
        raise Refusal("Этот перерыв уже прошёл: объявляют будущий.", "starts")
    if ends_at - starts_at > timedelta(days=14):
        raise Refusal("Перерыв длиннее двух недель: проверьте даты.", "ends")
    zone = ZoneInfo(viewer.school.timezone)
    first, last = starts_at.astimezone(zone), ends_at.astimezone(zone)
    until = hm(last) if first.date() == last.date() else f"{hm(last)} {ru_date(last.date())}"
    when = f"{ru_date(first.date())} с {hm(first)} до {until}"
    words = f"{when} Парта не будет работать: {cause}. Сохраните записи заранее."
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row = Outage.objects.create(
            starts_at=starts_at,
            ends_at=ends_at,
            is_planned=True,
            cause=cause,
            announcement=words[:300],
            told_by_id=viewer.user_id,
        )
        lines.append(Line("outage_announced", "outage", row.pk, data={"starts": starts_at.isoformat()}))
    return row


def cancel_outage(*, viewer: Viewer, outage_id: int, at: datetime) -> None:
    """The announced break will not be. Raises Refusal when it is none of those ahead."""
    row = Outage.objects.filter(pk=outage_id, is_planned=True, cancelled_at=None, ends_at__gt=at).first()
    if row is None:
        raise Refusal("Такого объявления нет или перерыв уже прошёл.", "outage")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row.cancelled_at = at
        row.save(update_fields=["cancelled_at"])
        lines.append(Line("outage_cancelled", "outage", row.pk))


def name_cause(*, viewer: Viewer, outage_id: int, cause: str, at: datetime) -> None:
    """Say why the system did not run. Raises Refusal with the field."""
    cause = _cause(cause)
    row = Outage.objects.filter(pk=outage_id, is_planned=False).first()
    if row is None:
        raise Refusal("Такого перерыва в журнале нет.", "cause")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        before, row.cause, row.told_by_id = row.cause, cause, viewer.user_id
        row.save(update_fields=["cause", "told_by_id"])
        lines.append(Line("outage_explained", "outage", row.pk, data={"before": before, "after": cause}))


def _cause(text: str) -> str:
    text = " ".join(text.split())
    if not 3 <= len(text) <= 200:
        raise Refusal("Напишите причину: от 3 до 200 знаков.", "cause")
    return text
