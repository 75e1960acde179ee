"""The choice of a language: on the sign-in page and in everybody's menu."""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from parta.foundation import clock
from parta.foundation.access import requires
from parta.foundation.errors import bad_request
from parta.foundation.language import LANGUAGES
from parta.people import access as access  # declares the permissions
from parta.people import tongue
from parta.people.actions.tongue import choose_language


@require_POST
@requires("language")
def language(request: HttpRequest) -> HttpResponse:
    """Speak another language from here on, and back to the page it was asked on."""
    code = request.POST.get("language", "")
    viewer = request.viewer  # type: ignore[attr-defined]
    if code not in LANGUAGES:
        return bad_request(request)
    if viewer is not None and not viewer.locked:
        choose_language(viewer=viewer, code=code, at=clock.now())
    response = HttpResponseRedirect(_back(request))
    tongue.remember(response, code)
    return response


def _back(request: HttpRequest) -> str:
    """The page of ours the form stood on."""
    came = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(came, allowed_hosts={request.get_host()}):
        return reverse("home")
    place = urlsplit(came)
    return f"{place.path or '/'}{'?' + place.query if place.query else ''}"


urlpatterns = [path("language/", language, name="language")]
