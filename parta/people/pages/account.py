"""Sign-in and out, one's own password, the choice of school, and the way to one's first page."""

import hashlib
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth import login as sign_in
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, path, resolve, reverse
from django.urls.exceptions import Resolver404
from django.views.decorators.http import require_http_methods, require_POST

from parta.foundation import clock
from parta.foundation.access import requires
from parta.foundation.language import noted, say
from parta.organisation.acts import Refusal
from parta.organisation.models import School
from parta.people import access as access  # declares the permissions
from parta.people import actions, agents, devices, locks, second, throttle
from parta.people.actions import second as second_actions
from parta.people.actions import sign_ins, slips, watches
from parta.people.chrome import nav_for, page
from parta.people.middleware import SCHOOL_KEY
from parta.people.models import Factor, Person, User
from parta.people.viewer import Viewer

_BACKEND = "django.contrib.auth.backends.ModelBackend"
_WRONG = noted("Логин или пароль не подошли. Проверьте раскладку и регистр букв.")
PENDING = "second"
"""Key of the session: who has given the right password and owes the second step."""
PENDING_LASTS = 600
"""Seconds to give it."""
_LANDINGS = {
    "director": ("control", "journals"),
    "deputy": ("control", "journals"),
    "head_of_department": ("today", "journals"),
    "class_teacher": ("today", "journals"),
    "master": ("today", "journals"),
    "teacher": ("today", "journals"),
    "operator": ("setup",),
    "secretary": ("students",),
    "social_pedagogue": ("students",),
    "inspector": ("inspection", "journals"),
    "guardian": ("diary",),
    "student": ("diary",),
}
"""First page of a role, best first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A sign-in whose password was right: whose, and where it leads."""

    user_id: int
    remember: bool
    next: str
    at: int
    through: str = ""
    """The outside provider that said who it is; empty: the password did."""
    issued: bool = False
    """By a code just used: nobody but the owner has seen the password."""


def own_path(request: HttpRequest, target: str) -> str:
    """The path after sign-in when it is one of ours, else an empty string: nobody is led to a foreign site.

    Only a path that resolves here, without scheme, host, backslash or control characters; not the sign-out.
    """
    if (
        not target.startswith("/")
        or len(target) > 500
        or any(ord(sign) < 33 or sign == "\\" for sign in target)
    ):
        return ""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or target.startswith("//"):
        return ""
    try:
        name = resolve(parts.path).url_name
    except Resolver404:
        return ""
    return "" if name in {"login", "logout"} else target


def client_address(request: HttpRequest) -> str:
    """The caller's address: the last one that our own proxies did not write (`PARTA_TRUSTED_PROXIES`)."""
    remote: str = request.META.get("REMOTE_ADDR") or "local"
    hops: int = settings.ENV.trusted_proxies
    if not hops:
        return remote
    passed = [
        part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()
    ]
    return passed[-hops] if len(passed) >= hops else remote


def _text(request: HttpRequest, name: str, limit: int) -> str:
    return request.POST.get(name, "")[:limit].replace("\x00", "")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("login")
def login(request: HttpRequest) -> HttpResponse:
    """Sign in. The form itself asks the database and the session nothing."""
    context: dict[str, Any] = {"login": "", "remember": False, "error": "", "delay": ""}
    context["providers"] = settings.PROVIDERS.values()
    if request.method != "POST":
        context["next"] = own_path(request, request.GET.get("next", ""))
        context["lost"] = "lost" in request.GET
        return render(request, "people/login.html", context)
    at = clock.now()
    name = _text(request, "login", throttle.LOGIN_LENGTH).strip().lower()
    password = request.POST.get("password", "")[:200]
    context["login"] = name
    context["remember"] = "remember" in request.POST
    context["next"] = own_path(request, _text(request, "next", 500))
    trial = throttle.attempt(name, client_address(request), devices.known(request, name))
    trial, wait = throttle.begin(trial, at)
    if wait:
        context["delay"] = throttle.spoken(wait)
        answer = render(request, "people/login.html", context, status=429)
        answer.headers["Retry-After"] = str(wait)
        return answer
    user = actions.check_password(name, password)
    if user is None:
        context["error"] = say(_WRONG)
        wait = throttle.seconds_to_wait(replace(trial, row=0), at)
        if wait:
            context["delay"] = throttle.spoken(wait)
            sign_ins.tell_of_guessing(name, _place(request), at=at)
        return render(request, "people/login.html", context, status=422)
    throttle.succeed(trial, at)
    context["error"] = no_way_in(request, user, at)
    if context["error"]:
        return render(request, "people/login.html", context, status=422)
    wanted = Wanted(user.pk, context["remember"], context["next"], int(at.timestamp()))
    return go_on(request, user, wanted, at)


def present_password(request: HttpRequest, viewer: Viewer, given: str) -> str:
    """What to say of a password given in an open session; empty: it is the account's.

    Wrong ones are delayed as at sign-in, and the owner hears of them: whoever found the screen open guesses no faster
    than at the door.
    """
    at = clock.now()
    trial = throttle.attempt(viewer.login, client_address(request), devices.known(request, viewer.login))
    trial, wait = throttle.begin(trial, at)
    if wait:
        return say(
            "Несколько паролей подряд не подошли. Следующая попытка через {spoken}.",
            spoken=throttle.spoken(wait),
        )
    user = actions.check_password(viewer.login, given[:200])
    if user is not None and user.pk == viewer.user_id:
        throttle.succeed(trial, at)
        return ""
    if throttle.seconds_to_wait(replace(trial, row=0), at):
        sign_ins.tell_of_guessing(viewer.login, f"{_place(request)}; при открытом сеансе", at=at)
    return say("Пароль не подошёл. Проверьте раскладку и регистр букв.")


def _place(request: HttpRequest) -> str:
    """Where a guesser sits, as the owner reads it."""
    return f"{agents.spoken(request.headers.get('User-Agent', ''))}, адрес {client_address(request)}"


def no_way_in(request: HttpRequest, user: User, at: datetime) -> str:
    """Why an account whose owner is known opens nothing all the same; empty: it opens."""
    if not user.persons.exists():
        return say("Эта учётная запись не связана ни с одной школой. Обратитесь к администратору школы.")
    if _has_no_ground(user, at):
        return say(
            "Учётная запись закрыта: у вас больше нет роли в школе."
            " Если это ошибка, обратитесь к администратору школы."
        )
    if actions.is_stale(user, at):
        return say(
            "Выданный пароль устарел: он ждал владельца 30 дней. Попросите новый там, где выдали этот."
        )
    if user.known_only and devices.known(request, user.login) is None:
        return (
            "Владелец не признал один из входов: до смены пароля новые устройства не впускаем. Войдите там, где входили"
            " раньше, или попросите новый доступ у администратора школы."
        )
    return ""


def go_on(request: HttpRequest, user: User, wanted: Wanted, at: datetime) -> HttpResponse:
    """In, or to the second step; nothing is open before that."""
    if _asks_second(user, devices.known(request, user.login), at):
        request.session.flush()
        request.session[PENDING] = asdict(wanted)
        request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        request.session.set_expiry(PENDING_LASTS)
        return HttpResponseRedirect(reverse("login_second"))
    return admit(request, user, wanted, at=at)


def _asks_second(user: User, device: int | None, at: datetime) -> bool:
    """Whether the password is not enough: a second step is set up, and this browser is not trusted."""
    return Factor.objects.filter(user=user).exclude(confirmed_at=None).exists() and not devices.is_trusted(
        device, at
    )


def admit(
    request: HttpRequest,
    user: User,
    wanted: Wanted,
    *,
    at: datetime,
    is_confirmed: bool = False,
    by_step: bool = False,
    trust: bool = False,
) -> HttpResponse:
    """Open the session of somebody who has given all that is asked, and lead them on.

    `by_step`: by a code or a passkey, not by a recovery code, which may be found beside the password.
    """
    if request.session.session_key:
        sign_ins.note_logout(request.session.session_key, at=at)
    # A new session, also for who was in it: each sign-in has a key of its own, and nothing of the old one stays.
    request.session.flush()
    is_known = devices.known(request, user.login) is not None  # now, not when the password was given
    sign_in(request, user, backend=_BACKEND)
    request.session.set_expiry(None if wanted.remember else 0)
    answer = HttpResponseRedirect(wanted.next or reverse("home"))
    with transaction.atomic():  # a browser that is remembered and not watched would be one that nobody doubts
        device = devices.remember(request, answer, user, at, secure=settings.SESSION_COOKIE_SECURE)
        if trust:
            second_actions.trust_device(device_id=device, at=at)
        row = sign_ins.note_sign_in(
            user=user,
            session_key=request.session.session_key or "",
            address=client_address(request),
            agent=agents.spoken(request.headers.get("User-Agent", "")),
            device=devices.mark_of(request, answer),
            is_known=is_known,
            through=wanted.through,
            at=at,
            device_id=device,
            is_issued=wanted.issued or user.must_change_password,
            by_step=by_step,
        )
    if row.watch_id is not None:
        request.session[locks.TRIAL] = row.watch_id
    request.session[locks.SIGNED], request.session[locks.SIGN_IN] = int(at.timestamp()), row.pk
    if is_confirmed:
        request.session[second.CONFIRMED] = int(at.timestamp())
    return answer


def _has_no_ground(user: User, at: datetime) -> bool:
    """Whether the account belongs to somebody who has left every school it knows."""
    for school in School.objects.filter(pk__in=user.persons.values("school_id")):
        on = at.astimezone(ZoneInfo(school.timezone)).date()
        if all(user_id != user.pk for _, user_id in actions.without_ground(school.pk, on, user_id=user.pk)):
            return False
    return not user.is_installer


@require_POST
@requires("logout")
def logout(request: HttpRequest) -> HttpResponse:
    """Sign out: the session ends, the browser forgets our pages (the classroom PC)."""
    if request.session.session_key:
        sign_ins.note_logout(request.session.session_key, at=clock.now())
    request.session.flush()
    answer = HttpResponseRedirect(reverse("login"))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    answer.delete_cookie(locks.COOKIE)
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@requires("password", with_issued_password=True)
def password(request: HttpRequest) -> HttpResponse:
    """Set one's own password; at first sign-in with an issued one, nothing else opens before."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    context: dict[str, Any] = {"forced": viewer.must_change_password, "errors": {}}
    if request.method == "POST":
        user = User.objects.get(pk=viewer.user_id)
        old_key = request.session.session_key or ""
        try:
            watches.only_known(viewer, "current")
            current = request.POST.get("current", "")[:200]
            if wrong := present_password(request, viewer, current):
                raise Refusal(wrong, "current")
            actions.change_password(
                user=user,
                current=current,
                new=request.POST.get("new", "")[:200],
                repeat=request.POST.get("repeat", "")[:200],
                school_id=viewer.school.id,
                by=viewer.acting_as(),
                at=viewer.at,
                keep_session=old_key,
            )
        except Refusal as refusal:
            context["errors"] = {refusal.field: str(refusal)}
            return page(request, "people/password.html", context, status=422)
        request.session.cycle_key()
        request.session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        if locks.SIGNED in request.session:
            request.session[locks.SIGNED] = int(viewer.at.timestamp())
            sign_ins.rename_session(old_key, request.session.session_key or "")
        return HttpResponseRedirect(reverse("home"))
    return page(request, "people/password.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("activate")
def activate(request: HttpRequest) -> HttpResponse:
    """The first entry by a code from a slip: the code, then a password that nobody else sees."""
    context: dict[str, Any] = {"code": "", "found": None, "errors": {}, "delay": ""}
    context["providers"] = settings.PROVIDERS.values()
    if request.method != "POST":
        context["code"] = request.GET.get("code", "")[:40].replace("\x00", "")  # from the link in a letter
        return render(request, "people/activate.html", context)
    at = clock.now()
    code = _text(request, "code", 40)
    context["code"] = code
    # Counted per code and per address: who guesses codes slows down himself, not those who hold a slip.
    name = f"code:{hashlib.sha256(actions.plain_code(code).encode()).hexdigest()[:40]}"
    trial, wait = throttle.begin(throttle.attempt(name, client_address(request), None), at)
    if wait:
        context["delay"] = throttle.spoken(wait)
        answer = render(request, "people/activate.html", context, status=429)
        answer.headers["Retry-After"] = str(wait)
        return answer
    try:
        context["found"] = actions.invitation(code, at)
        throttle.succeed(trial, at)
        if "new" not in request.POST:
            return render(request, "people/activate.html", context)
        user = actions.activate(
            code=code,
            new=request.POST.get("new", "")[:200],
            repeat=request.POST.get("repeat", "")[:200],
            at=at,
        )
    except Refusal as refusal:
        context["errors"] = {refusal.field: str(refusal)}
        if refusal.field == "code":
            used = slips.tell_of_used_code(
                code, _place(request), is_known=lambda login: devices.known(request, login) is not None, at=at
            )
            context["errors"] = {"code": used or str(refusal)}
        return render(request, "people/activate.html", context, status=422)
    # A new password is no way around the second step.
    following = reverse("outside") if settings.PROVIDERS and "outside" in request.POST else ""
    return go_on(request, user, Wanted(user.pk, False, following, int(at.timestamp()), issued=True), at)


@require_POST
@requires("password", with_issued_password=True)
def lost(request: HttpRequest) -> HttpResponse:
    """«Пароль узнали другие»: the owner stops it at once; whoever issues access sees that a new one is wanted."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if viewer.trial_until is not None:
        return HttpResponseRedirect(reverse("password"))
    person = Person.objects.select_related("user").get(pk=viewer.person_id)
    actions.report_loss(person=person, by=viewer.acting_as(), at=viewer.at)
    request.session.flush()
    return HttpResponseRedirect(f"{reverse('login')}?lost=1")


@require_POST
@requires("switch_school")
def switch_school(request: HttpRequest) -> HttpResponse:
    """Look at another of one's own schools."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    chosen = request.POST.get("school", "")
    if chosen in {str(school_id) for school_id, _ in viewer.schools}:
        request.session[SCHOOL_KEY] = int(chosen)
    return HttpResponseRedirect(reverse("home"))


@require_http_methods(["GET", "HEAD"])
@requires("home")
def home(request: HttpRequest) -> HttpResponse:
    """To the first page of one's weightiest role."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    for name in _LANDINGS.get(viewer.main_role, ()):
        try:
            return HttpResponseRedirect(reverse(name))
        except NoReverseMatch:
            continue
    mine = nav_for(viewer, "/", {})
    if mine:
        return HttpResponseRedirect(mine[0].items[0].url)
    return page(
        request, "people/nothing.html", {"on": viewer.on, "waits": viewer.waits_for_window}, status=403
    )


urlpatterns = [
    path("login/", login, name="login"),
    path("logout/", logout, name="logout"),
    path("activate/", activate, name="activate"),
    path("password/", password, name="password"),
    path("password/lost/", lost, name="access_lost"),
    path("school/", switch_school, name="school"),
    path("", home, name="home"),
]
