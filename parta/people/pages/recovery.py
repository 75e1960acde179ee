"""«Забыли пароль?»: a link goes to the address the school has; the page says the same whether there is one or not."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.foundation import clock
from parta.foundation.access import requires
from parta.organisation.acts import Refusal
from parta.people import access as access  # declares the permissions
from parta.people import actions, throttle
from parta.people.pages.account import client_address


@require_http_methods(["GET", "HEAD", "POST"])
@requires("recovery")
def recovery(request: HttpRequest) -> HttpResponse:
    """Ask for a link. Requests of one address are counted as guesses are, whatever they name: none waits for others."""
    context: dict[str, Any] = {
        "who": "", "error": "", "is_asked": False, "delay": "", "sends": bool(settings.EMAIL_HOST)
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "people/forgotten.html", context)
    at = clock.now()
    context["who"] = request.POST.get("who", "")[:200].replace("\x00", "").strip()
    address = client_address(request)
    _, wait = throttle.begin(throttle.attempt(f"recovery:{address}", address, None), at)
    if wait:
        context["delay"] = throttle.spoken(wait)
        answer = render(request, "people/forgotten.html", context, status=429)
        answer.headers["Retry-After"] = str(wait)
        return answer
    try:
        actions.ask_recovery(context["who"], at=at)
    except Refusal as refusal:
        context["error"] = str(refusal)
        return render(request, "people/forgotten.html", context, status=422)
    context["is_asked"] = True
    return render(request, "people/forgotten.html", context)


urlpatterns = [path("recovery/", recovery, name="recovery")]
