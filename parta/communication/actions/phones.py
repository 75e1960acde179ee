"""Phones that show notices (web push): switched on and off by their owner, allowed by the school, and their queue.

A phone belongs to the session in which it was switched on: signed out, ended from elsewhere or run out, it shows
nothing more. The queue is that of letters in small: made once from a line of the log, in hand for a while, again after
a pause, given up after three days.
"""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from parta.communication.actions.habits import SWITCHERS
from parta.communication.kinds import KEPT, KEPT_TRYING, LEASE, pause_after
from parta.communication.models import Push, PushDevice, SchoolDelivery
from parta.communication.webpush import point, unpacked
from parta.foundation import sql
from parta.foundation.language import noted
from parta.foundation.log import Line
from parta.organisation.acts import Refusal, act
from parta.people.viewer import Viewer

MOST = 10
"""Phones of one account; the one switched on first makes room."""
LONGEST_REST = timedelta(hours=6)
"""However long a service asks to be left alone."""
STRANGE = noted("Браузер прислал непонятный ответ. Обновите страницу и включите уведомления ещё раз.")


def is_possible() -> bool:
    """Whether this installation can tell phones: browsers take notices only from a site with a name, over HTTPS."""
    return settings.SITE_URL.startswith("https://") or (settings.PUSH_INSIDE and bool(settings.SITE_URL))


def switch_push(viewer: Viewer, *, is_on: bool, at: datetime) -> None:
    """The school lets phones be told from now on, or no more: what waits is not sent then. Raises Refusal."""
    if not viewer.roles & SWITCHERS:
        raise Refusal("Уведомления на телефоны включает директор, заместитель директора или оператор.")
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        row = SchoolDelivery.objects.select_for_update().filter(school_id=viewer.school.id).first()
        if (row is not None and row.push_since is not None) == is_on:
            return
        row = row or SchoolDelivery(school_id=viewer.school.id, since=at)
        row.push_since, row.set_by_id = at if is_on else None, viewer.person_id
        row.save()
        lines.append(Line("push_switched_on" if is_on else "push_switched_off", "school", viewer.school.id))


def switch_phone_on(
    viewer: Viewer, *, endpoint: str, key: str, secret: str, sign_in_id: int | None, at: datetime
) -> None:
    """This browser shows notices of the viewer's account from now on; the first comes at once, so that it is seen.

    What the browser gave is looked at before it is kept. A browser another account had used is that account's no more.
    Raises Refusal.
    """
    if not SchoolDelivery.objects.filter(school_id=viewer.school.id, push_since__isnull=False).exists():
        raise Refusal("Школа пока не включила уведомления на телефоны.")
    if sign_in_id is None:
        raise Refusal("Выйдите и войдите ещё раз, потом включите уведомления.")
    host = _checked(endpoint, key, secret)
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        PushDevice.objects.filter(endpoint=endpoint, ended_at=None).update(ended_at=at)
        # One browser, one phone: a key that has changed leaves an address that nobody listens at.
        PushDevice.objects.filter(sign_in_id=sign_in_id, ended_at=None).update(ended_at=at)
        device = PushDevice.objects.create(
            user_id=viewer.user_id,
            sign_in_id=sign_in_id,
            endpoint=endpoint,
            host=host,
            key=key,
            secret=secret,
            made_at=at,
        )
        others = PushDevice.objects.filter(user_id=viewer.user_id, ended_at=None).order_by("-made_at", "-pk")
        PushDevice.objects.filter(pk__in=[one.pk for one in others[MOST:]]).update(ended_at=at)
        Push.objects.create(
            school_id=viewer.school.id,
            person_id=viewer.person_id,
            device=device,
            key=f"on:{device.pk}",
            kind="",
            says="",
            path="/notices/",
            made_at=at,
            next_at=at,
        )
        lines.append(Line("phone_on", "person", viewer.person_id, data={"device": device.pk, "host": host}))


def _checked(endpoint: str, key: str, secret: str) -> str:
    """The host of the push service. Raises Refusal for an address or keys that no browser gives."""
    try:
        place = urlsplit(endpoint)
        is_address = place.scheme == "https" or (settings.PUSH_INSIDE and place.scheme == "http")
        point(unpacked(key))
        is_secret = len(unpacked(secret)) == 16
        host = place.hostname or ""
    except ValueError:
        raise Refusal(STRANGE) from None
    if not (is_address and is_secret and host) or len(endpoint) > 1000 or place.username is not None:
        raise Refusal(STRANGE)
    return host[:255]


def switch_phone_off(viewer: Viewer, device_id: int, *, at: datetime) -> None:
    """A phone of the viewer's account shows nothing more. Twice is once. Raises LookupError."""
    with act(viewer.school.id, by=viewer.acting_as(), at=at) as lines:
        device = PushDevice.objects.select_for_update().filter(pk=device_id, user_id=viewer.user_id).first()
        if device is None:
            raise LookupError("phone")
        if device.ended_at is None:
            device.ended_at = at
            device.save(update_fields=["ended_at"])
            lines.append(Line("phone_off", "person", viewer.person_id, data={"device": device.pk}))


# --- the queue --------------------------------------------------------------------------------------------------------


def phones_of(person_ids: Sequence[int], at: datetime) -> dict[int, list[int]]:
    """The phones of people that are on: by person, whose accounts and sessions are open. One statement."""
    found: dict[int, list[int]] = {}
    if person_ids:
        for person, device in sql.read(
            "SELECT p.id, d.id FROM people_person p JOIN communication_pushdevice d ON d.user_id = p.user_id"
            " JOIN people_user u ON u.id = d.user_id JOIN people_signin s ON s.id = d.sign_in_id"
            " JOIN django_session t ON t.session_key = s.session_key AND t.expire_date > %s"
            " WHERE d.ended_at IS NULL AND s.ended_at IS NULL AND u.is_active"
            f" AND p.id IN ({sql.marks(len(person_ids))})",
            (at, *person_ids),
        ):
            found.setdefault(person, []).append(device)
    return found


def is_open(device: PushDevice, at: datetime) -> bool:
    """Whether the session of a phone is still open: asked at the last moment before it is told. One statement."""
    return bool(
        sql.read(
            "SELECT 1 FROM communication_pushdevice d JOIN people_user u ON u.id = d.user_id"
            " JOIN people_signin s ON s.id = d.sign_in_id"
            " JOIN django_session t ON t.session_key = s.session_key AND t.expire_date > %s"
            " WHERE d.id = %s AND d.ended_at IS NULL AND s.ended_at IS NULL AND u.is_active",
            (at, device.pk),
        )
    )


def queue(rows: Sequence[tuple[object, ...]]) -> None:
    """What phones are to show; a line of the log is queued once for a phone."""
    sql.insert(
        "communication_push",
        (
            "school_id",
            "person_id",
            "student_id",
            "device_id",
            "key",
            "kind",
            "says",
            "path",
            "made_at",
            "next_at",
        ),
        rows,
        same={"batch": "", "state": "waiting", "attempts": 0, "fault": ""},
        conflict=("device_id", "key"),
    )


def take(at: datetime, *, alone: bool = False, resting: Collection[str] = ()) -> list[Push]:
    """Take in hand what one phone is to be told next: all that is due, or again what went together; empty: nothing.

    `alone`: no other worker can be alive, so what is in a hand is a dead one's. `resting`: services to leave alone.
    """
    free = Q() if alone else Q(held_until=None) | Q(held_until__lt=at)
    with transaction.atomic():
        waiting = Push.objects.filter(free, state="waiting", next_at__lte=at)
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True, of=("self",))
        waiting = waiting.select_related("device__user", "school", "person")
        first = waiting.exclude(device__host__in=resting).order_by("next_at", "id").first()
        if first is None:
            return []
        found = list(waiting.filter(device_id=first.device_id, batch=first.batch).order_by("id"))
        batch = first.batch or secrets.token_urlsafe(18)
        for one in found:
            one.batch, one.held_until, one.attempts = batch, at + LEASE, one.attempts + 1
        Push.objects.bulk_update(found, ["batch", "held_until", "attempts"])
        return found


def settle(found: Sequence[Push], state: str, at: datetime, fault: str = "") -> None:
    """Done with: sent, refused, given up, withheld."""
    Push.objects.filter(pk__in=[one.pk for one in found]).update(
        state=state, done_at=at, held_until=None, fault=fault[:300]
    )


def put_off(found: Sequence[Push], at: datetime, fault: str, asked: timedelta = timedelta()) -> None:
    """Not now: again after a pause that grows, or after what the service `asked` for; given up after three days."""
    if at - found[0].made_at > KEPT_TRYING:
        settle(found, "given_up", at, fault)
        return
    Push.objects.filter(pk__in=[one.pk for one in found]).update(
        next_at=at + max(pause_after(found[0].attempts), min(asked, LONGEST_REST)),
        held_until=None,
        fault=fault[:300],
    )


def end(device: PushDevice, at: datetime, why: str) -> None:
    """The phone is gone, by its service's word or with its session: what it was to show is dropped."""
    with transaction.atomic():
        PushDevice.objects.filter(pk=device.pk, ended_at=None).update(ended_at=at)
        Push.objects.filter(device_id=device.pk, state="waiting").update(
            state="withheld", done_at=at, held_until=None, fault=why[:300]
        )


def forget(at: datetime) -> None:
    """What was done with long ago, and phones that have ended."""
    Push.objects.exclude(state="waiting").filter(made_at__lt=at - KEPT).delete()
    PushDevice.objects.filter(ended_at__lt=at - KEPT).delete()
