"""Browsers an account has signed in from: one random token a browser, one row per account that uses it."""

import hashlib
import secrets
from datetime import datetime

from django.conf import settings
from django.db.models import Case, When
from django.http import HttpRequest, HttpResponse

from parta.people.models import KnownDevice, User

COOKIE = f"{settings.COOKIE_PREFIX}parta_device"
_YEAR = 365 * 24 * 3600
_KEPT = 20
"""Browsers remembered for one account; the one unseen longest is forgotten."""


def _digest(token: str, login: str) -> str:
    return hashlib.sha256(f"{token}:{login}".encode()).hexdigest()


def known(request: HttpRequest, login: str) -> int | None:
    """The id of this browser's row for the account with this login, if it has signed in from here before."""
    token = request.COOKIES.get(COOKIE, "")
    if not 20 <= len(token) <= 100:
        return None
    return KnownDevice.objects.filter(token_hash=_digest(token, login)).values_list("id", flat=True).first()


def remember(request: HttpRequest, response: HttpResponse, user: User, at: datetime, *, secure: bool) -> int:
    """After a sign-in: the browser is known to this account from now on. The id of its row."""
    token = request.COOKIES.get(COOKIE, "")
    if not 20 <= len(token) <= 100:
        token = secrets.token_urlsafe(32)
    row, _ = KnownDevice.objects.update_or_create(
        token_hash=_digest(token, user.login),
        defaults={"seen_at": at},
        create_defaults={"user": user, "made_at": at, "seen_at": at},
    )
    # Those on trial go first: whoever signs in again and again from new browsers does not push the owner's out.
    doubted = Case(When(watch__answer="", watch__until__gt=at, then=1), default=0)
    others = KnownDevice.objects.filter(user=user).exclude(pk=row.pk)
    for old in others.order_by(doubted, "-seen_at")[_KEPT - 1 :]:
        old.delete()
    response.set_cookie(COOKIE, token, max_age=_YEAR, httponly=True, secure=secure, samesite="Lax")
    return row.pk


def is_trusted(device: int | None, at: datetime) -> bool:
    """Whether the owner has asked to be spared the second step on this browser, and not too long ago."""
    return device is not None and KnownDevice.objects.filter(pk=device, trusted_until__gt=at).exists()


def mark_of(request: HttpRequest, response: HttpResponse) -> str:
    """What this browser is known by, the same for every account that uses it; after :func:`remember`."""
    token = response.cookies[COOKIE].value if COOKIE in response.cookies else request.COOKIES.get(COOKIE, "")
    return hashlib.sha256(f"device:{token}".encode()).hexdigest()
