"""The closed screen: an idle session asks its owner's password, and nothing that was typed is lost."""

import json
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from parta.foundation import clock
from parta.foundation.access import ask_password, requires, wants_json
from parta.foundation.language import noted, say
from parta.people import access as access  # declares the permissions
from parta.people import locks
from parta.people.chrome import page
from parta.people.pages.account import own_path, present_password
from parta.people.pages.setup import looking

PASSWORD = "unlock_password"
"""The field a locked form comes back with."""
CLOSED = noted("Экран закрыт: долго не было действий. Введите пароль, запись ждёт на странице.")


def try_password(request: HttpRequest, password: str) -> str:
    """Open the session again; an empty string when the password was right, else what to say. Guesses are delayed."""
    if wrong := present_password(request, looking(request), password):
        return wrong
    request.session.pop(locks.LOCKED, None)
    request.session[locks.SIGNED] = int(clock.now().timestamp())
    del request.__dict__["viewer"]
    return ""


def answer_locked(request: HttpRequest) -> HttpResponseBase | None:
    """What a locked session gets: 423 to a script, the closed screen to a page.

    None when the form brought the password and it was right: the form goes its way.
    """
    if wants_json(request):
        return JsonResponse({"error": say(CLOSED), "locked": True}, status=423)
    if request.method != "POST":
        return HttpResponseRedirect(f"{reverse('unlock')}?next={quote(request.get_full_path())}")
    error = ""
    if PASSWORD in request.POST:
        error = try_password(request, request.POST[PASSWORD])
        if not error:
            return None
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in (PASSWORD, "csrfmiddlewaretoken")
    ]
    context = {
        "action": request.get_full_path(),
        "fields": fields,
        "field": PASSWORD,
        "error": error,
        "lost_files": bool(request.FILES),
    }
    return page(request, "people/unlock.html", context, status=422 if error else 423)


ask_password[:] = [answer_locked]


@require_http_methods(["GET", "HEAD", "POST"])
@requires("unlock", with_issued_password=True, when_locked=True)
def unlock(request: HttpRequest) -> HttpResponse:
    """The closed screen by itself, and the place where a script opens it again."""
    if wants_json(request):
        try:
            given = json.loads(request.body or b"{}")
            password = str(given.get("password", "")) if isinstance(given, dict) else ""
        except (ValueError, RecursionError):
            password = ""
        error = try_password(request, password)
        return JsonResponse({"error": error} if error else {"ok": True}, status=422 if error else 200)
    following = own_path(request, request.POST.get("next", "") or request.GET.get("next", ""))
    context: dict[str, Any] = {
        "action": reverse("unlock"),
        "fields": [("next", following)],
        "field": PASSWORD,
        "error": "",
        "lost_files": False,
    }
    if request.method == "POST":
        context["error"] = try_password(request, request.POST.get(PASSWORD, ""))
        if not context["error"]:
            return HttpResponseRedirect(following or reverse("home"))
        return page(request, "people/unlock.html", context, status=422)
    if not looking(request).locked:
        return HttpResponseRedirect(following or reverse("home"))
    return page(request, "people/unlock.html", context)


@require_POST
@requires("unlock", with_issued_password=True, when_locked=True)
def lock(request: HttpRequest) -> HttpResponse:
    """Close the screen now: by its owner, or by the page that has been idle too long."""
    request.session.setdefault(locks.SIGNED, int(looking(request).at.timestamp()))
    request.session[locks.LOCKED] = True
    if wants_json(request):
        return JsonResponse({"ok": True})
    return HttpResponseRedirect(
        f"{reverse('unlock')}?next={quote(own_path(request, request.POST.get('next', '')))}"
    )


@require_POST
@requires("unlock", with_issued_password=True)
def seen(request: HttpRequest) -> HttpResponse:
    """The owner is there, reading or typing: the session stays open (the middleware renews its sign of life)."""
    return HttpResponse(status=204)


urlpatterns = [
    path("unlock/", unlock, name="unlock"),
    path("lock/", lock, name="lock"),
    path("seen/", seen, name="seen"),
]
