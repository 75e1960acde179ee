"""Schedules of telling families: the classes, one class with a dry run."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods, require_safe

from parta.communication import access  # noqa: F401  (declares the permission named below)
from parta.communication.actions import habits
from parta.communication.kinds import KINDS
from parta.communication.queries import schedules as queries
from parta.foundation import clock
from parta.foundation.access import requires
from parta.foundation.pagekit import WEEKDAYS
from parta.people.actions.traces import trace_visit
from parta.people.chrome import page
from parta.people.forms import DONE, Posted, carry_out, status
from parta.people.viewer import Viewer

DONE |= {"schedule_set": "Расписание информирования записано."}
OFFERED = ("absence", "topic", "mark", "note", "homework", "term_mark", "timetable", "announcement")


@require_safe
@requires("notice_schedule")
def notice_schedules(request: HttpRequest) -> HttpResponse:
    """Which class has a schedule; those without one first."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    lines = queries.class_lines(viewer)
    context = {
        "lines": lines,
        "without": sum(1 for line in lines if line.schedule is None),
        "weekdays": WEEKDAYS,
        "kinds": KINDS,
    }
    return page(request, "communication/schedules.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("notice_schedule")
def notice_schedule(request: HttpRequest, homeroom_id: int) -> HttpResponse:
    """The schedule of one class, and what the last week would have sent under it."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    at = clock.now()
    line = next((one for one in queries.class_lines(viewer) if one.id == homeroom_id), None)
    if line is None:
        raise Http404

    def keep(posted: Posted) -> str:
        weekday = posted.whole("weekday", 0, 6, "день недели")
        kinds = [kind for kind in OFFERED if posted.is_ticked(f"kind-{kind}")]
        habits.set_schedule(
            viewer, homeroom_id, weekday=weekday, hour=posted.time("hour"), kinds=kinds, at=at
        )
        return "schedule_set"

    forms = carry_out(request, {"keep": keep})
    if isinstance(forms, HttpResponse):
        return forms
    chosen = tuple(line.schedule.kinds) if line.schedule else ("absence", "topic")
    trace_visit(viewer, "notice_schedule", homeroom_id)
    context = {
        "line": line,
        "weekdays": list(enumerate(WEEKDAYS)),
        "kinds": [(KINDS[kind], kind in chosen) for kind in OFFERED],
        "tried": queries.tried(viewer, homeroom_id, chosen) if line.schedule else None,
        "forms": forms,
    }
    return page(request, "communication/schedule.html", context, status(forms))


urlpatterns = [
    path("notices/classes/", notice_schedules, name="notice_schedules"),
    path("notices/classes/<int:homeroom_id>/", notice_schedule, name="notice_schedule"),
]
