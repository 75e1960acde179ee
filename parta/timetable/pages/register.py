"""The register of substitutions and moves: from when to when, what, who, why, and who recorded it."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.foundation.access import requires
from parta.people import queries as people
from parta.people.chrome import page
from parta.people.pages.persons import number_or_none
from parta.people.pages.register import day_or
from parta.people.pages.setup import looking
from parta.timetable import queries


@require_http_methods(["GET", "HEAD"])
@requires("timetable.register")
def register(request: HttpRequest) -> HttpResponse:
    """Substitutions, moves and cancellations of a span of days, of all or of one teacher; full names."""
    viewer = looking(request)
    year = people.current_year(viewer)
    since = day_or(request.GET.get("since", ""), viewer.on - timedelta(days=60))
    until = max(since, day_or(request.GET.get("until", ""), viewer.on + timedelta(days=14)))
    teacher_id = number_or_none(request.GET.get("teacher", ""))
    return page(
        request,
        "timetable/register.html",
        {
            "lines": queries.register(viewer, since, until + timedelta(days=1), teacher_id),
            "listed": queries.LISTED,
            "since": since,
            "until": until,
            "teacher_id": teacher_id,
            "staff": people.staff_options(viewer, viewer.on, full=True),
            "year": year,
            "changes": "deputy" in viewer.roles,
        },
    )


urlpatterns = [path("substitutions/register/", register, name="substitution_register")]
