"""Puts the viewer on the request: at its first use, so that the login page asks the database nothing."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import cached_property

from parta.foundation import clock
from parta.people.viewer import Viewer, account

SCHOOL_KEY = "school"


def session_hash(password: str) -> str:
    """The same digest as Django's `get_session_auth_hash`: sessions end when the password changes."""
    return salted_hmac(
        "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash", password, algorithm="sha256"
    ).hexdigest()


def load(request: HttpRequest) -> Viewer | None:
    """Who is signed in on this request; None for nobody, a closed account or a session from before a new password."""
    session: Any = request.session
    try:
        user_id = int(session[SESSION_KEY])
    except (KeyError, ValueError):
        return None
    found = account(user_id, session.get(SCHOOL_KEY), clock.now())
    if found is None or not found.is_active:
        return None
    if not constant_time_compare(session.get(HASH_SESSION_KEY, ""), session_hash(found.password)):
        return None
    return found.viewer


class ViewedRequest(WSGIRequest):
    """A request that knows who is looking."""

    @cached_property
    def viewer(self) -> Viewer | None:
        return load(self)


def viewer(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Make `request.viewer` available."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.__class__ = ViewedRequest
        return get_response(request)

    return middleware
