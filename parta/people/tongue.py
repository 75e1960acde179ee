"""The language somebody chose before signing in: a cookie. With the account it is a field."""

from django.conf import settings
from django.http import HttpResponse

from parta.foundation import language

COOKIE = f"{settings.COOKIE_PREFIX}{language.COOKIE}"
YEAR = 365 * 24 * 3600


def remember(response: HttpResponse, code: str) -> None:
    """Keep the choice in this browser."""
    response.set_cookie(
        COOKIE, code, max_age=YEAR, httponly=True, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax"
    )
