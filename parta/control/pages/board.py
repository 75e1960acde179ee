"""Control over the journals, and the act they are kept by."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.control import access as access  # declares the permissions
from parta.control import queries
from parta.foundation.access import requires
from parta.people.chrome import page
from parta.people.pages.persons import number_or_none
from parta.people.pages.setup import looking

READ = ["GET", "HEAD"]
LONGEST = timedelta(days=62)
"""The widest span of one page."""


def _day(text: str, fallback: date) -> date:
    try:
        found = date.fromisoformat(text) if text else fallback
    except ValueError:
        return fallback
    return found if date(2000, 1, 1) <= found <= date(2100, 1, 1) else fallback


@require_http_methods(READ)
@requires("control")
def control(request: HttpRequest) -> HttpResponse:
    """How the journals were filled: by teacher, by clause, and what is overdue."""
    viewer = looking(request)
    until = min(_day(request.GET.get("until", ""), viewer.on), viewer.on)
    since = min(_day(request.GET.get("since", ""), until - timedelta(days=6)), until)
    since = max(since, until - LONGEST)
    found = queries.board(viewer, since, until, number_or_none(request.GET.get("teacher", "")))
    return page(request, "control/board.html", {"found": found, "facts": queries.FACTS})


urlpatterns = [path("control/", control, name="control")]
