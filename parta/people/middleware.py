"""Puts the viewer on the request: at its first use, so that the login page asks the database nothing."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import lru_cache
from typing import Any, cast

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import cached_property

from parta.foundation import clock, language, log, scope, sql
from parta.foundation.veil import Veil
from parta.people import inspection, locks, second, tongue
from parta.people.actions import watches
from parta.people.session_rules import lock_after
from parta.people.viewer import Viewer, account

SCHOOL_KEY = "school"


@lru_cache(maxsize=4096)
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
    seen = found.viewer
    if seen is None:
        return None
    if seen.factors:
        seen = replace(seen, is_unconfirmed=second.is_unconfirmed(session, seen.at))
    if locks.SIGNED not in session:
        return seen
    if locks.TRIAL in session:
        until = watches.trial_until(session[locks.TRIAL], seen.at)
        if until is None:
            del session[locks.TRIAL]
        else:
            seen = replace(seen, trial_until=until, notices=0)  # what the owner is told is not told here
    lock = lock_after(seen)
    return replace(
        seen,
        locked=locks.is_locked(request, seen),
        lock_seconds=int(lock.after.total_seconds()) if lock else 0,
    )


class ViewedRequest(WSGIRequest):
    """A request that knows who is looking."""

    @cached_property
    def viewer(self) -> Viewer | None:
        scope.open_up()  # an account may belong to several schools: which one is looked at shows when it is read
        try:
            seen = load(self)
        except BaseException:
            scope.close()
            raise
        if seen is None:
            scope.close()
        else:
            scope.enter(seen.school.id)
        if seen is not None:
            language.speak(seen.language)
        if seen is not None and locks.SIGN_IN in self.session:
            self.__dict__["around"].enter_context(log.through(_session_of(self, seen)))
        if seen is not None and seen.window is not None:
            self.__dict__["veil"] = self.__dict__["around"].enter_context(inspection.drawn(seen))
        return seen


def viewer(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Make `request.viewer` available; note what a signed-in person was refused.

    An answer speaks the language of the account, before anybody is known that of the cookie.

    A request that a page makes by itself (`is_background`, set by its view) is no sign of life: a screen left open
    closes as if nobody had asked.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            return answered(request)
        finally:
            scope.close()

    def answered(request: HttpRequest) -> HttpResponse:
        request.__class__ = ViewedRequest
        with ExitStack() as around, language.speaking(request.COOKIES.get(tongue.COOKIE, language.RUSSIAN)):
            request.__dict__["around"] = around
            response = get_response(request)
            drawn: Veil | None = request.__dict__.get("veil")
            if drawn is not None:
                _note_window(request, drawn, response.status_code)
                response = cast(HttpResponse, drawn.cover(request, response))
            if response.status_code in (403, 404):
                _note_refusal(request)
        seen: Viewer | None = request.__dict__.get("viewer")
        if seen is not None and not seen.locked and "is_background" not in request.__dict__:
            locks.stamp(request, response, seen.at)
        return response

    return middleware


def _session_of(request: HttpRequest, seen: Viewer) -> log.Session:
    """The session for the log; what a device on trial writes is noted on its watch."""
    session: Any = request.session
    watch_id = session.get(locks.TRIAL) if seen.trial_until is not None else None
    if watch_id is None:
        return log.Session(session[locks.SIGN_IN])
    return log.Session(session[locks.SIGN_IN], lambda verbs: watches.note_act(watch_id, verbs, at=seen.at))


def _note_window(request: HttpRequest, drawn: Veil, status: int) -> None:
    """Each page an inspector opens is noted: the director sees what was read (`queries.inspection`)."""
    where = request.resolver_match
    if where is None or status >= 400 or "is_background" in request.__dict__:
        return
    shown = str(where.kwargs.get("student_id") or request.GET.get("student", ""))
    met = (real for real, veiled in drawn.ids.items() if shown in (str(veiled), str(real)))
    _note(request, "window", "inspector", next(met, None))


def _note_refusal(request: HttpRequest) -> None:
    """A page of the application that is not this person's leaves a trace as one that was opened does."""
    seen: Viewer | None = request.__dict__.get("viewer")
    where = request.resolver_match
    if seen is not None and where is not None:
        _note(request, "refused", seen.main_role, _known(where.kwargs.get("student_id")))


def _note(request: HttpRequest, how: str, role: str, student_id: int | None) -> None:
    """A trace of the page asked for: the window it was seen through, or that it was refused."""
    seen: Viewer = request.__dict__["viewer"]
    where = request.resolver_match
    assert where is not None
    session = log.session_now()
    object_id = next((_known(value) for name, value in where.kwargs.items() if name != "student_id"), None)
    sql.insert(
        "people_readtrace",
        ("school_id", "at", "user_id", "role", "student_id", "page", "object_id", "sign_in_id"),
        [
            (
                seen.school.id,
                seen.at,
                seen.user_id,
                role,
                student_id,
                f"{how}:{where.url_name}"[:60],
                object_id,
                session.sign_in_id if session is not None else None,
            )
        ],
    )


def _known(value: object) -> int | None:
    """An id that the column can hold; nothing for words and for numbers beyond it."""
    return value if isinstance(value, int) and value < 2**63 else None
