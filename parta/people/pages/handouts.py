"""What for: asked before many people's data leave Parta, where the school says so."""

from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from parta.foundation import confirm
from parta.foundation.access import requires, wants_json
from parta.organisation.acts import Refusal
from parta.people import access as access  # declares the permissions
from parta.people.actions import handouts
from parta.people.chrome import page
from parta.people.forms import Posted
from parta.people.pages.account import own_path
from parta.people.pages.setup import FORM, looking


def lacks_purpose(request: HttpRequest) -> bool:
    """Whether this address waits for a purpose."""
    return handouts.lacks_purpose(looking(request), request.get_full_path())


def answer_purposeless(request: HttpRequest, kind: str) -> HttpResponseBase:
    """To the question; a script is told so."""
    if wants_json(request):
        return JsonResponse({"error": f"Сначала укажите цель: {confirm.KINDS[kind]}."}, status=403)
    return HttpResponseRedirect(
        f"{reverse('handout')}?kind={kind}&next={quote(request.get_full_path(), safe='')}"
    )


confirm.lacks_purpose[:] = [lacks_purpose]
confirm.answer_purposeless[:] = [answer_purposeless]


@require_http_methods(FORM)
@requires("handout")
def handout(request: HttpRequest) -> HttpResponse:
    """The question, or until when a stated handout waits."""
    viewer = looking(request)
    told = request.POST if request.method == "POST" else request.GET
    address, kind = own_path(request, told.get("next", "")), told.get("kind", "")
    if not address or kind not in confirm.HANDED_OUT:
        return HttpResponseRedirect(reverse("home"))
    error, typed = "", ""
    found = handouts.stated(viewer, address)
    if request.method == "POST":
        typed = Posted(request.POST).text("purpose")
        try:
            found = handouts.state_purpose(
                viewer=viewer, kind=kind, address=address, purpose=typed, at=viewer.at
            )
        except Refusal as refusal:
            error = str(refusal)
    if found is not None and found.opens_at <= viewer.at:
        return HttpResponseRedirect(address)
    zone = ZoneInfo(viewer.school.timezone)
    context = {
        "kind": kind,
        "title": confirm.KINDS[kind],
        "address": address,
        "error": error,
        "typed": typed,
        "found": found,
        "opens": found and found.opens_at.astimezone(zone),
        "until": found and found.until.astimezone(zone),
        "longest": handouts.LONGEST,
    }
    return page(request, "people/handout.html", context, status=422 if error else 200)


urlpatterns = [path("handout/", handout, name="handout")]
