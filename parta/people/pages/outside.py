"""Signing in by an outside provider (OpenID Connect): the way out, the way back, and the owner's own links.

Only what the file of `PARTA_PROVIDERS` names is there. An identity opens the account its owner has linked it to, and
makes none. The second step, idle locks and step-up are the school's, whoever said who sits there.
"""

import logging
from dataclasses import asdict
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from config.providers import Provider
from parta.foundation import clock, confirm
from parta.foundation.access import requires
from parta.foundation.language import noted, say
from parta.organisation.acts import Refusal
from parta.people import access as access  # declares the permissions
from parta.people import throttle
from parta.people.actions import identities
from parta.people.chrome import page
from parta.people.forms import Posted, carry_out, status
from parta.people.pages.account import Wanted, client_address, go_on, no_way_in, own_path, present_password
from parta.people.pages.setup import FORM, looking
from parta.people.second_queries import own_identities

BEGUN = "outside"
"""Key of the session: the one way out that was begun in this browser."""
LASTS = 600
"""Seconds for which it may come back."""
_log = logging.getLogger("parta.outside")

_SILENT = noted("«{title}» сейчас не отвечает. Войдите с логином и паролем: они действуют как всегда.")
_UNBELIEVED = noted(
    "Ответ «{title}» не прошёл проверку, поэтому входа не было. Попробуйте ещё раз или войдите с паролем."
)
_STALE = noted("Этот вход начат не здесь, слишком давно или уже использован. Начните его снова.")
_REFUSED = noted("«{title}» не подтвердил, кто вы: вход там отменён или не удался.")
_STRANGER = noted(
    "Учётная запись «{title}» ни к кому не привязана. Войдите с логином и паролем, откройте «Моя учётная запись»,"
    " «Вход через другую систему» и привяжите её. Логин и первый пароль выдаёт школа."
)


def _provider(code: str) -> Provider:
    found: Provider | None = settings.PROVIDERS.get(code)
    if found is None:
        raise Http404
    return found


def _lead_out(
    request: HttpRequest, provider: Provider, at: datetime, *, user_id: int = 0, following: str = ""
) -> HttpResponse:
    """Remember the beginning in the session and lead the browser to the provider.

    By a page with a `Refresh`, not a redirect: the policy lets no form lead to a foreign place, and people see where
    they are going.
    """
    from parta.people import outside

    back = request.build_absolute_uri(reverse("outside_back", kwargs={"code": provider.code}))
    begun = outside.begin(provider, at, back, user_id=user_id, next=following)
    try:
        address = outside.way_out(provider, begun)
    except outside.Silent as fault:
        return _failed(request, provider, _SILENT, 503, str(fault))
    except outside.Unbelieved as fault:
        return _failed(request, provider, _UNBELIEVED, 502, str(fault))
    request.session[BEGUN] = asdict(begun)
    if SESSION_KEY not in request.session:
        request.session.set_expiry(LASTS)
    context = {"title": provider.title, "address": address, "host": urlsplit(address).hostname}
    answer = render(request, "people/outside_go.html", context)
    answer.headers["Refresh"] = f"0; url={address}"
    return answer


def _failed(request: HttpRequest, provider: Provider, words: str, code: int, why: str = "") -> HttpResponse:
    """A page that says what happened and what to do. The reason stands in the journal of the process, for operators."""
    if why:
        _log.warning("Вход через %s: %s", provider.code, why)
    is_in = bool(getattr(request, "viewer", None))
    context = {"words": say(words, title=provider.title), "provider": provider, "is_in": is_in}
    return render(request, "people/outside_failed.html", context, status=code)


@require_POST
@requires("login")
def outside_begin(request: HttpRequest, code: str) -> HttpResponse:
    """From the sign-in page to the provider."""
    provider = _provider(code)
    return _lead_out(
        request, provider, clock.now(), following=own_path(request, request.POST.get("next", ""))
    )


@require_http_methods(["GET", "HEAD"])
@requires("login")
def outside_back(request: HttpRequest, code: str) -> HttpResponse:
    """Back from the provider. What was begun is used up at its first answer, whatever comes of it."""
    from parta.people import outside

    provider, at = _provider(code), clock.now()
    held = request.session.get(BEGUN)
    begun = outside.Begun(**held) if isinstance(held, dict) else None
    if begun is None or not outside.is_of(begun, provider, request.GET.get("state", "")[:200]):
        return _failed(request, provider, _STALE, 422)  # not its answer: the true one may still come
    del request.session[BEGUN]
    said = {
        name: request.GET.get(name, "")[:2000] for name in ("code", "error", "iss") if name in request.GET
    }
    # Each exchange makes the server call out: who brings made-up codes is slowed down as a guesser is.
    trial = throttle.attempt(f"outside:{begun.state[:40]}", client_address(request), None)
    trial, wait = throttle.begin(trial, at)
    if wait:
        answer = _failed(
            request,
            provider,
            say("Много неудачных входов подряд. Подождите {spoken}.", spoken=throttle.spoken(wait)),
            429,
        )
        answer.headers["Retry-After"] = str(wait)
        return answer
    try:
        if not 0 <= at.timestamp() - begun.at < LASTS or not outside.names_the_right_one(provider, said):
            return _failed(request, provider, _STALE, 422)
        if "error" in said or not said.get("code"):
            return _failed(request, provider, _REFUSED, 422, said.get("error", "")[:60])
        subject = outside.subject(provider, begun, said["code"], at)
    except outside.Silent as fault:
        return _failed(request, provider, _SILENT, 503, str(fault))
    except outside.Unbelieved as fault:
        return _failed(request, provider, _UNBELIEVED, 422, str(fault))
    throttle.succeed(trial, at)
    if begun.user_id:
        return _link(request, provider, begun.user_id, subject)
    user = identities.account_of(issuer=provider.issuer, subject=subject, at=at)
    if user is None:
        return _failed(request, provider, _STRANGER, 422)
    closed = no_way_in(request, user, at)
    if closed:
        return _failed(request, provider, closed, 422)
    wanted = Wanted(user.pk, False, begun.next, int(at.timestamp()), provider.title)
    return go_on(request, user, wanted, at)


def _link(request: HttpRequest, provider: Provider, user_id: int, subject: str) -> HttpResponse:
    """The owner has been to the provider and is back in the same session: the identity is linked."""
    viewer = request.viewer  # type: ignore[attr-defined]
    if viewer is None or viewer.user_id != user_id or viewer.locked or viewer.must_change_password:
        return _failed(request, provider, _STALE, 422)
    try:
        identities.link_identity(
            viewer=viewer, issuer=provider.issuer, title=provider.title, subject=subject, at=viewer.at
        )
    except Refusal as refusal:
        return _failed(request, provider, str(refusal).replace("{", "").replace("}", ""), 422)
    return HttpResponseRedirect(f"{reverse('outside')}?done=linked")


@require_http_methods(FORM)
@requires("account", when_unenrolled=True)
def outside(request: HttpRequest) -> HttpResponse:
    """One's own links to outside providers: made by the password or the second step, given up at will."""
    viewer = looking(request)

    def link(posted: Posted) -> HttpResponse:
        provider = settings.PROVIDERS.get(posted.text("row"))
        if provider is None:
            raise Refusal("Такого входа в этой установке нет: обновите страницу.", "identity")
        confirm.ask("factors")
        if not viewer.factors and (
            wrong := present_password(request, viewer, request.POST.get("password", ""))
        ):
            raise Refusal(wrong, "password")
        return _lead_out(request, provider, viewer.at, user_id=viewer.user_id)

    def unlink(posted: Posted) -> str:
        identities.unlink_identity(viewer=viewer, identity_id=posted.id("row", "вход"), at=viewer.at)
        return "unlinked"

    forms = carry_out(request, {"link": link, "unlink": unlink})
    if isinstance(forms, HttpResponse):
        return forms
    context = {"found": own_identities(viewer, settings.PROVIDERS), "forms": forms}
    return page(request, "people/outside.html", context, status=status(forms))


urlpatterns = [
    path("login/with/<slug:code>/", outside_begin, name="outside_begin"),
    path("login/from/<slug:code>/", outside_back, name="outside_back"),
    path("account/outside/", outside, name="outside"),
]
