"""Control over the journals: how they were filled."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.control.actions.findings import keep
from parta.control.pages.frame import READ, control_page, kinds_of, span
from parta.control.queries.filling import board
from parta.control.queries.findings import facts
from parta.control.queries.lessons import FACTS
from parta.foundation.access import requires
from parta.people.pages.persons import number_or_none
from parta.people.pages.setup import looking


@require_http_methods(READ)
@requires("control")
def control(request: HttpRequest) -> HttpResponse:
    """How the journals were filled: by teacher, by clause, and what is overdue."""
    viewer = looking(request)
    cut = span(request, viewer)
    keep(viewer.school.id, at=viewer.at)
    found = board(
        viewer,
        cut.since,
        cut.until,
        number_or_none(request.GET.get("teacher", "")),
        facts(viewer, cut.since, cut.until),
        cut.kind,
    )
    days = {"since": cut.since.isoformat(), "until": cut.until.isoformat()}
    context = {
        "found": found,
        "facts": FACTS,
        "kinds": kinds_of(viewer),
        "kind": cut.kind,
        "days": urlencode(days | ({"kind": cut.kind} if cut.kind else {})),
    }
    return control_page(request, "control/board.html", context)


urlpatterns = [path("control/", control, name="control")]
