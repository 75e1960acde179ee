"""The lock of an idle session: the school's own setting, kept in a signed cookie, so that no page asks the database.

The cookie says when the session last gave a sign of life. A request that comes later than the act allows finds the
session locked: it is told to ask the password, and nothing is lost (`pages.lock`). Whoever removes the cookie
locks the session; an old cookie only makes it look idler.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from parta.people.actions import sign_ins
from parta.people.session_rules import lock_after
from parta.people.viewer import Viewer

COOKIE = f"{settings.COOKIE_PREFIX}parta_seen"
SIGNED, LOCKED, SIGN_IN, TRIAL = "signed", "locked", "sign_in", "trial"
"""Keys of the session: when the password was last given, whether it was locked by hand, the row of the sign-in, the
watch of a device on trial."""
FRESH = timedelta(seconds=20)
"""So long a sign of life is not renewed."""
NOTED = timedelta(minutes=5)
"""So long the row of the sign-in is not touched."""


@dataclass(frozen=True, slots=True)
class Sign:
    """The last sign of life, and when it was last written to the row of the sign-in."""

    seen: int
    noted: int


def _mark(session_key: str, text: str) -> str:
    return salted_hmac("parta.people.locks", f"{session_key}:{text}", algorithm="sha256").hexdigest()[:32]


def read(request: HttpRequest) -> Sign | None:
    """The sign of life this session carries; None when there is none or it is not ours."""
    parts = request.COOKIES.get(COOKIE, "").split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 13 for part in parts[:2]):
        return None
    text = f"{parts[0]}.{parts[1]}"
    if not constant_time_compare(parts[2], _mark(request.session.session_key or "", text)):
        return None
    return Sign(int(parts[0]), int(parts[1]))


def _last(request: HttpRequest) -> Sign:
    """The sign of life, or the moment the password was given."""
    given = int(request.session.get(SIGNED, 0))
    sign = read(request)
    return Sign(max(sign.seen, given), max(sign.noted, given)) if sign else Sign(given, given)


def is_locked(request: HttpRequest, viewer: Viewer) -> bool:
    """Whether the password must be given before anything else. No statement once the law is in memory."""
    if SIGNED not in request.session:
        return False
    if request.session.get(LOCKED):
        return True
    lock = lock_after(viewer)
    return lock is not None and viewer.at.timestamp() - _last(request).seen > lock.after.total_seconds()


def stamp(request: HttpRequest, response: HttpResponse, at: datetime) -> None:
    """After an answer to somebody signed in and not locked: the session lives."""
    if SIGNED not in request.session:
        return
    now, last, known = int(at.timestamp()), _last(request), read(request)
    if known is not None and now - known.seen < FRESH.total_seconds():
        return
    noted = last.noted
    if now - noted >= NOTED.total_seconds():
        noted = now
        if request.session.get(SIGN_IN):
            sign_ins.note_seen(request.session[SIGN_IN], at=at)
    text = f"{now}.{noted}"
    response.set_cookie(
        COOKIE,
        f"{text}.{_mark(request.session.session_key or '', text)}",
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
