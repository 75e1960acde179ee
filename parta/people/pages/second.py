"""The second step: given at sign-in, asked again before weighty acts, set up and given up by its owner."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.contrib.auth import HASH_SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_http_methods, require_POST

from parta.foundation import clock, confirm
from parta.foundation.access import requires, wants_json
from parta.foundation.language import noted, say
from parta.organisation.acts import Refusal
from parta.people import access as access  # declares the permissions
from parta.people import agents, devices, second, second_queries, throttle
from parta.people.actions import second as actions
from parta.people.actions import sign_ins
from parta.people.chrome import page
from parta.people.forms import Posted, carry_out, status
from parta.people.models import Factor, User
from parta.people.pages.account import (
    PENDING,
    PENDING_LASTS,
    Wanted,
    admit,
    client_address,
    no_way_in,
    own_path,
    present_password,
)
from parta.people.pages.lock import PASSWORD
from parta.people.pages.setup import FORM, looking

CODE, KEY = "confirm_code", "confirm_key"
"""Fields in which a form comes back with the second step."""
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
_WRONG = noted("Код не подошёл. Введите новый из приложения или код восстановления с листка.")
_WRONG_KEY = noted("Ключ не подошёл. Попробуйте ещё раз или введите код.")


def try_step(request: HttpRequest, user: User, *, code: str, key: str, at: datetime) -> str:
    """An empty string when the second step is right, else what to say. Wrong codes are delayed more and more."""
    if key:
        return "" if _signed(request, user.pk, key, at) else say(_WRONG_KEY)
    name = f"{throttle.SECOND}{user.login}"[: throttle.LOGIN_LENGTH]
    trial = throttle.attempt(name, client_address(request), devices.known(request, user.login))
    trial, wait = throttle.begin(trial, at)
    if wait:
        return say(
            "Несколько кодов подряд не подошли. Следующая попытка через {spoken}.",
            spoken=throttle.spoken(wait),
        )
    code = code[:40]
    if actions.take_code(user_id=user.pk, code=code, at=at) or actions.take_recovery(
        user_id=user.pk, code=code, at=at
    ):
        throttle.succeed(trial, at)
        return ""
    where = f"{agents.spoken(request.headers.get('User-Agent', ''))}, адрес {client_address(request)}"
    sign_ins.tell_of_second(user.pk, where, at=at)
    return say(_WRONG)


def _signed(request: HttpRequest, user_id: int, answer: str, at: datetime) -> bool:
    challenge = request.session.pop(second.CHALLENGE, "")
    if not challenge or len(answer) > 20_000:
        return False
    from parta.people import passkeys

    named = passkeys.named_key(answer)
    row = Factor.objects.filter(user_id=user_id, kind="passkey", credential_id=named).first()
    if row is None:
        return False
    count = passkeys.signature_count(
        passkeys.site_of(request),
        str(challenge),
        answer,
        public_key=bytes(row.public_key),
        sign_count=row.sign_count,
    )
    if count is None:
        return False
    actions.take_signature(user_id=user_id, credential_id=named, sign_count=count, at=at)
    return True


def _pending(request: HttpRequest, at: datetime) -> tuple[Wanted, User] | None:
    """Whose second step this browser owes; None for nobody's, and for a password given too long ago or not in force."""
    held = request.session.get(PENDING)
    if not isinstance(held, dict) or HASH_SESSION_KEY not in request.session:
        return None
    wanted = Wanted(**held)
    user = actions.account_by_id(wanted.user_id)
    if user is None or not 0 <= at.timestamp() - wanted.at < PENDING_LASTS:
        return None
    if not constant_time_compare(request.session[HASH_SESSION_KEY], user.get_session_auth_hash()):
        return None
    return wanted, user


@require_http_methods(FORM)
@requires("login")
def login_second(request: HttpRequest) -> HttpResponse:
    """After the right password, from a browser that is not trusted: the code, the passkey or a recovery code."""
    at = clock.now()
    found = _pending(request, at)
    if found is None:
        return HttpResponseRedirect(reverse("login"))
    wanted, user = found
    error = ""
    if request.method == "POST":
        error = no_way_in(request, user, at)
        if not error:
            code, key = request.POST.get(CODE, ""), request.POST.get(KEY, "")
            error = try_step(request, user, code=code, key=key, at=at)
        if not error:
            by_step = second.plain_recovery(request.POST.get(CODE, "")[:40]) is None
            trust = by_step and "trust" in request.POST
            return admit(request, user, wanted, at=at, is_confirmed=True, by_step=by_step, trust=trust)
    context = {
        "login": user.login,
        "error": error,
        "has_keys": second_queries.has_keys(user.pk),
        "days": second.TRUSTED.days,
        "trust": "trust" in request.POST,
    }
    return render(request, "people/second_login.html", context, status=422 if error else 200)


@require_POST
@requires("login")
def login_key(request: HttpRequest) -> HttpResponse:
    """The challenge for a passkey at sign-in."""
    found = _pending(request, clock.now())
    if found is None:
        return JsonResponse({"error": say("Вход начат слишком давно: введите пароль ещё раз.")}, status=403)
    return _challenge(request, found[1].pk)


def _challenge(request: HttpRequest, user_id: int) -> JsonResponse:
    from parta.people import passkeys

    challenge, options = passkeys.signing_options(passkeys.site_of(request), second_queries.keys(user_id))
    request.session[second.CHALLENGE] = challenge
    return JsonResponse(options)


@require_POST
@requires("account", when_unenrolled=True)
def key_options(request: HttpRequest) -> HttpResponse:
    """The challenge for a passkey of one's own: to use one, or (`new`) to make one."""
    viewer = looking(request)
    if not _said(request).get("new"):
        return _challenge(request, viewer.user_id)
    from parta.people import passkeys

    challenge, options = passkeys.enrolment_options(
        passkeys.site_of(request),
        viewer.user_id,
        viewer.login,
        viewer.short_name,
        second_queries.keys(viewer.user_id),
    )
    request.session[second.CHALLENGE] = challenge
    return JsonResponse(options)


def _said(request: HttpRequest) -> dict[str, Any]:
    try:
        said = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def answer_unconfirmed(request: HttpRequest, kind: str) -> HttpResponseBase:
    """What an act that is asked again answers: 428 to a script, the question to a page; nothing typed is lost."""
    title = say(confirm.KINDS[kind])
    if wants_json(request):
        text = say("Подтвердите, что это вы: {title}. Запись ждёт на странице.", title=title)
        keys = second_queries.has_keys(looking(request).user_id)
        return JsonResponse({"error": text, "confirm": kind, "title": title, "keys": keys}, status=428)
    if request.method != "POST":
        return HttpResponseRedirect(
            f"{reverse('confirm')}?kind={kind}&next={quote(request.get_full_path(), safe='')}"
        )
    return _question(request, kind, "", 428)


def _question(request: HttpRequest, kind: str, error: str, code: int) -> HttpResponse:
    hidden = (PASSWORD, CODE, KEY, "confirm_kind", "csrfmiddlewaretoken")
    fields = [
        (name, value) for name, values in request.POST.lists() for value in values if name not in hidden
    ]
    return _ask(request, kind, error, code, request.get_full_path(), fields)


def _ask(
    request: HttpRequest, kind: str, error: str, code: int, action: str, fields: list[tuple[str, str]]
) -> HttpResponse:
    context = {
        "action": action,
        "fields": fields,
        "kind": kind,
        "title": say(confirm.KINDS.get(kind, noted("важное действие"))),
        "error": error,
        "lost_files": bool(request.FILES),
        "has_keys": second_queries.has_keys(looking(request).user_id),
        "minutes": int(second.LASTS.total_seconds()) // 60,
    }
    return page(request, "people/confirm.html", context, status=code)


def take_confirmation(request: HttpRequest) -> HttpResponseBase | None:
    """The second step that came with a form: the session is confirmed and the form goes its way; else the answer."""
    # Only who has a second step can give it: nobody else's body is read before the page reads it.
    if request.method != "POST" or not looking(request).factors or request.content_type not in FORM_TYPES:
        return None
    if not (CODE in request.POST or KEY in request.POST):
        return None
    error = _confirm(request, request.POST.get(CODE, ""), request.POST.get(KEY, ""))
    return _question(request, request.POST.get("confirm_kind", ""), error, 422) if error else None


def _confirm(request: HttpRequest, code: str, key: str) -> str:
    viewer = looking(request)
    if not viewer.factors:
        return say("Второй шаг у вас не включён: обновите страницу.")
    user = User.objects.get(pk=viewer.user_id)
    error = try_step(request, user, code=code, key=key, at=viewer.at)
    if not error:
        request.session[second.CONFIRMED] = int(viewer.at.timestamp())
        del request.__dict__["viewer"]
    return error


confirm.answer_unconfirmed[:] = [answer_unconfirmed]
confirm.take_confirmation[:] = [take_confirmation]


@require_http_methods(FORM)
@requires("account", when_unenrolled=True)
def confirm_page(request: HttpRequest) -> HttpResponse:
    """The question by itself: before an export, and where a script confirms in the page."""
    if request.method == "POST" and wants_json(request):
        said = _said(request)
        error = _confirm(request, str(said.get("code", "")), str(said.get("key", "")))
        return JsonResponse({"error": error} if error else {"ok": True}, status=422 if error else 200)
    following = own_path(request, request.POST.get("next", "") or request.GET.get("next", ""))
    viewer = looking(request)
    if not viewer.factors or not viewer.is_unconfirmed:
        return HttpResponseRedirect(following or reverse("home"))
    error = say("Введите код.") if request.method == "POST" else ""
    kind = request.POST.get("confirm_kind", "") or request.GET.get("kind", "")
    fields = [("next", following)]
    return _ask(request, kind, error, 422 if error else 200, reverse("confirm"), fields)


@require_http_methods(FORM)
@requires("account", when_unenrolled=True)
def second_step(request: HttpRequest) -> HttpResponse:
    """One's own second steps: add, give up, print recovery codes, forget trusted browsers."""
    viewer = looking(request)
    at = viewer.at

    def password() -> str:
        """The present password, asked before the first second step: whoever found the screen open sets up none."""
        given = request.POST.get("password", "")
        wrong = "" if viewer.factors else present_password(request, viewer, given)
        if wrong:
            raise Refusal(wrong, "password")
        return given

    def begin(posted: Posted) -> str:
        actions.begin_codes(viewer=viewer, password=password(), title=posted.text("title"), at=at)
        return f"{reverse('second_step')}#begun"

    def finish(posted: Posted) -> str | HttpResponse:
        codes = actions.finish_codes(viewer=viewer, code=posted.text("code"), at=at)
        request.session[second.CONFIRMED] = int(at.timestamp())
        return _printed(request, codes) if codes else "added"

    def key(posted: Posted) -> str | HttpResponse:
        from parta.people import passkeys

        challenge = str(request.session.pop(second.CHALLENGE, ""))
        made = (
            passkeys.read_new_key(passkeys.site_of(request), challenge, posted.text("key"))
            if challenge
            else None
        )
        if made is None:
            raise Refusal("Браузер не создал ключ. Попробуйте ещё раз.", "key")
        codes = actions.add_key(
            viewer=viewer,
            password=password(),
            title=posted.text("title"),
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            at=at,
        )
        request.session[second.CONFIRMED] = int(at.timestamp())
        return _printed(request, codes) if codes else "added"

    def drop(posted: Posted) -> str:
        actions.drop_factor(viewer=viewer, factor_id=posted.id("row", "второй шаг"), at=at)
        return "removed"

    def recovery(posted: Posted) -> HttpResponse:
        return _printed(request, actions.make_recovery(viewer=viewer, at=at))

    def forget(posted: Posted) -> str:
        actions.forget_trust(viewer=viewer, at=at)
        return "saved"

    acts = {
        "begin": begin,
        "finish": finish,
        "key": key,
        "drop": drop,
        "recovery": recovery,
        "forget": forget,
    }
    forms = carry_out(request, acts)
    if isinstance(forms, HttpResponse):
        return forms
    context = {"found": second_queries.own_steps(viewer), "forms": forms, "days": second.TRUSTED.days}
    return page(request, "people/second_step.html", context, status=status(forms))


def _printed(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return page(request, "people/recovery.html", {"codes": codes})


urlpatterns = [
    path("login/second/", login_second, name="login_second"),
    path("login/key/", login_key, name="login_key"),
    path("account/second/", second_step, name="second_step"),
    path("account/second/key/", key_options, name="key_options"),
    path("confirm/", confirm_page, name="confirm"),
]
