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
from parta.people.forms import Posted, carry_out, status
from parta.people.handout_queries import requests_for
from parta.people.pages.account import own_path
from parta.people.pages.setup import FORM, looking
from parta.people.viewer import ROLE_TITLES


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
    is_anew = "anew" in told
    if request.method == "POST":
        typed = Posted(request.POST).text("purpose")
        try:
            found = handouts.state_purpose(
                viewer=viewer, kind=kind, address=address, purpose=typed, at=viewer.at
            )
        except Refusal as refusal:
            error = str(refusal)
    if found is not None and handouts.is_open(found, viewer.at):
        return HttpResponseRedirect(address)
    if found is not None and found.answer == "refused" and (is_anew or error):
        found = None
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
        "asked": ROLE_TITLES.get(found.asks_role, "") if found and not found.answer else "",
    }
    return page(request, "people/handout.html", context, status=422 if error else 200)


@require_http_methods(FORM)
@requires("handouts")
def waiting(request: HttpRequest) -> HttpResponse:
    """What others want to take out and the viewer's role must agree to; what was answered of late."""
    viewer = looking(request)

    def grant(posted: Posted) -> str:
        row = posted.id("row", "просьба")
        handouts.answer(viewer=viewer, handout_id=row, agrees=True, reason="", at=viewer.at)
        return "agreed"

    def refuse(posted: Posted) -> str:
        handouts.answer(
            viewer=viewer,
            handout_id=posted.id("row", "просьба"),
            agrees=False,
            reason=posted.text("reason"),
            at=viewer.at,
        )
        return "declined"

    forms = carry_out(request, {"grant": grant, "refuse": refuse})
    if isinstance(forms, HttpResponse):
        return forms
    context = {"found": requests_for(viewer), "forms": forms, "rule": handouts.rule_of(viewer.school.id)}
    return page(request, "people/handouts.html", context, status=status(forms))


urlpatterns = [
    path("handout/", handout, name="handout"),
    path("handouts/", waiting, name="handouts"),
]
