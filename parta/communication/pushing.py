"""A notice as a phone gets it: what a letter's subject would say, sealed for the phone, handed to its push service.

Whether it may still be told is asked at the last moment. Nothing here holds a transaction while a service is spoken to.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from django.conf import settings

from parta.communication.actions import phones
from parta.communication.kinds import KINDS
from parta.communication.letters import groups_words
from parta.communication.models import Push, SchoolDelivery
from parta.communication.webpush import LARGEST, encrypt, signature, unpacked
from parta.foundation import outgoing
from parta.foundation.language import say, speaking
from parta.foundation.pagekit import capital
from parta.people.refusals import on_paper

LASTS = timedelta(days=1)
"""How long a service keeps a notice for a phone that is off."""
GONE = frozenset({404, 410})
NOT_OURS = frozenset({401, 403})
"""The browser was switched on under another key of this installation: it has to be switched on anew."""


class ServiceDown(Exception):
    """The push service did not answer: its other phones wait as well. `host` names it."""

    def __init__(self, host: str, why: str) -> None:
        super().__init__(why)
        self.host = host


def send_batch(found: Sequence[Push], at: datetime) -> None:
    """Tell one phone what is in hand and note what became of it. Raises ServiceDown after putting it off."""
    device, school = found[0].device, found[0].school
    if not phones.is_open(device, at):
        phones.end(device, at, "сеанс на этом телефоне закончен")
        return
    told = _still_told(found, at)
    if not told:
        return
    notice = _notice(told)
    contact = f"mailto:{address}" if (address := _own_address()) else settings.SITE_URL
    try:
        answer = outgoing.call(
            device.endpoint,
            inside=settings.PUSH_INSIDE,
            body=encrypt(notice, key=unpacked(device.key), secret=unpacked(device.secret)),
            headers={
                "Authorization": signature(settings.SECRET_KEY, device.endpoint, contact=contact, at=at),
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(int(LASTS.total_seconds())),
                "Topic": told[0].batch,
                "Urgency": "normal",
            },
        )
    except outgoing.NoAnswer as fault:
        phones.put_off(told, at, str(fault))
        raise ServiceDown(device.host, str(fault)) from fault
    said = f"{answer.status} {answer.body[:200].decode('utf-8', 'replace')}"
    if 200 <= answer.status < 300:
        phones.settle(told, "sent", at)
    elif answer.status in GONE | NOT_OURS:
        phones.end(device, at, said)
    elif answer.status == 429 or answer.status >= 500:
        phones.put_off(told, at, said, _asked(answer.headers.get("retry-after", "")))
    else:
        phones.settle(told, "refused", at, f"{school.short_name}: {said}")


def _still_told(found: Sequence[Push], at: datetime) -> list[Push]:
    """Less what the family refused since, or all of it when the school switched phones off."""
    if not SchoolDelivery.objects.filter(school_id=found[0].school_id, push_since__isnull=False).exists():
        phones.settle(found, "withheld", at, "школа выключила уведомления на телефоны")
        return []
    on = at.astimezone(ZoneInfo(found[0].school.timezone)).date()
    refusing = on_paper([one.student_id for one in found if one.student_id is not None], on)
    held = [one for one in found if one.student_id in refusing]
    if held:
        phones.settle(held, "withheld", at, "семья отказалась от электронной формы")
    return [one for one in found if one.student_id not in refusing]


def _notice(told: Sequence[Push]) -> bytes:
    """What the phone shows: for one thing its words, for several how many of which kind, as a letter's subject does."""
    account = told[0].device.user
    # The trial notice is dropped where there is something to tell.
    told = [one for one in told if one.kind] or told
    first = told[0]
    with speaking(account.language):
        if not first.kind:
            body = say("Уведомления на этом телефоне включены.")
        elif len(told) == 1:
            body = first.says
        else:
            groups: dict[str, list[tuple[str, str, datetime]]] = {}
            for one in told:
                groups.setdefault(say(KINDS[one.kind].title), []).append((one.says, one.path, one.made_at))
            body = capital(groups_words(groups))
    paths = {one.path for one in told}
    shown = {
        "title": first.school.short_name,
        "body": body,
        "path": paths.pop() if len(paths) == 1 else "/",
        "tag": first.batch,
        "lang": account.language,
    }
    sealed = json.dumps(shown, ensure_ascii=False).encode()
    assert len(sealed) <= LARGEST, "600 signs and a path fit"
    return sealed


def _own_address() -> str:
    """The bare address of the sender of letters, where one is set."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1] if settings.EMAIL_HOST else ""


def _asked(header: str) -> timedelta:
    """How long a service asks to be left alone; a date or nonsense is no wish."""
    return (
        timedelta(seconds=int(header))
        if header.isascii() and header.isdigit() and len(header) < 7
        else timedelta()
    )
