"""Необычные записи, for the director and the deputies: each sign with its rows, and the way to an incident."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.control.pages.frame import READ, control_page
from parta.control.queries.anomalies import KINDS, MANY, PERIOD, anomalies
from parta.foundation.access import requires
from parta.people.pages.setup import looking


@require_http_methods(READ)
@requires("anomalies")
def control_anomalies(request: HttpRequest) -> HttpResponse:
    """Signs of the last month."""
    found = anomalies(looking(request))
    counts = [(title, sum(one.kind == kind for one in found)) for kind, title in KINDS.items()]
    context = {"found": found[:100], "counts": counts, "days": PERIOD.days, "many": MANY}
    return control_page(request, "control/anomalies.html", context)


urlpatterns = [path("control/anomalies/", control_anomalies, name="control_anomalies")]
