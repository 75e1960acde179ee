"""The inspector's first page, and the director's page of windows: open, tell one name, end, see what was read."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.control.actions.findings import keep
from parta.control.pages.frame import FORM, READ, control_page
from parta.control.queries import inspection as queries
from parta.foundation.access import requires
from parta.organisation.models import Homeroom
from parta.people.actions import inspection as actions
from parta.people.forms import Posted, carry_out
from parta.people.pages.persons import number_or_none
from parta.people.pages.setup import looking


@require_http_methods(READ)
@requires("inspection")
def inspection(request: HttpRequest) -> HttpResponse:
    """What the window is for and until when; figures that open to their evidence."""
    viewer = looking(request)
    window = viewer.window
    if window is None:
        raise Http404("a window is what this page shows")
    keep(viewer.school.id, at=viewer.at)
    zone = ZoneInfo(viewer.school.timezone)
    rooms = dict(Homeroom.objects.filter(school_id=viewer.school.id).values_list("id", "title"))
    context = {
        "window": window,
        "ends_at": window.ends_at.astimezone(zone),
        "scope": queries.scope_words(window.homerooms, window.since, window.until, rooms),
        "found": queries.overview(viewer),
    }
    return control_page(request, "control/inspection.html", context)


@require_http_methods(FORM)
@requires("inspection.open")
def inspections(request: HttpRequest) -> HttpResponse:
    """Windows of this school."""
    viewer = looking(request)

    def start(posted: Posted) -> str:
        zone = ZoneInfo(viewer.school.timezone)
        last = posted.date("ends", "последний день окна")
        actions.open_inspection(
            viewer=viewer,
            inspector_id=posted.id("inspector", "проверяющий"),
            purpose=posted.text("purpose"),
            ground=posted.text("ground"),
            homerooms=posted.ids("homerooms"),
            since=posted.date_or_none("since", "дата"),
            until=posted.until_or_none("until", "дата"),
            ends_at=datetime.combine(last, time(23, 59), zone),
            at=viewer.at,
        )
        return "window_opened"

    def end(posted: Posted) -> str:
        actions.end_inspection(viewer=viewer, inspection_id=posted.id("row", "окно"), at=viewer.at)
        return "window_ended"

    def tell(posted: Posted) -> str:
        actions.tell_name(
            viewer=viewer,
            inspection_id=posted.id("row", "окно"),
            label=posted.text("label"),
            reason=posted.text("reason"),
            at=viewer.at,
        )
        return "name_told"

    forms = carry_out(request, {"start": start, "end": end, "tell": tell})
    if isinstance(forms, HttpResponse):
        return forms
    context = {
        "lines": queries.windows(viewer, number_or_none(request.GET.get("window", ""))),
        "ends": viewer.on + timedelta(days=5),
        "longest": actions.LONGEST.days,
        **queries.choices(viewer),
    }
    return control_page(request, "control/inspections.html", context, forms)


urlpatterns = [
    path("inspection/", inspection, name="inspection"),
    path("inspections/", inspections, name="inspections"),
]
