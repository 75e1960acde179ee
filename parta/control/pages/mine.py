"""What the act asks of one person: the own list of a teacher, a class teacher, a master."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.control.pages.frame import READ, control_page
from parta.control.queries.duties import own_duties
from parta.foundation.access import requires
from parta.people.pages.setup import looking


@require_http_methods(READ)
@requires("control.own")
def mine(request: HttpRequest) -> HttpResponse:
    """What is not as the act asks and falls to the viewer, with the clause and the place where it is done."""
    viewer = looking(request)
    found = own_duties(viewer, viewer.on - timedelta(days=30), viewer.on)
    return control_page(request, "control/mine.html", {"found": found, "listed": 60})


urlpatterns = [path("control/mine/", mine, name="control_mine")]
