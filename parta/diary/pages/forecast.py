"""The forecast of marks: of a class for who answers for it, of one student for the family. A hint, never a verdict."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from parta.diary import access  # noqa: F401  (declares the permissions named below)
from parta.diary.actions import forecast as actions
from parta.diary.actions import looks
from parta.diary.models import SchoolForecast
from parta.diary.pages.eyes import eyes, with_family_eyes
from parta.diary.pages.week import address
from parta.diary.queries import NotFound
from parta.diary.queries.forecast import class_forecast, own_forecast
from parta.foundation import clock
from parta.foundation.access import requires
from parta.people.actions.traces import trace_visit
from parta.people.chrome import page
from parta.people.forms import DONE, Forms, Posted, carry_out, status
from parta.people.viewer import Viewer

DONE |= {"forecast_shown": "Записано: кому виден прогноз."}


@require_http_methods(["GET", "HEAD", "POST"])
@requires("forecast")
def forecast_of_class(request: HttpRequest, homeroom_id: int) -> HttpResponse:
    """A class: students at risk, subjects, and with `?student=` one student's subjects."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]

    def show(posted: Posted) -> str:
        actions.show_forecast(viewer, posted.text("to"), at=clock.now())
        return "forecast_shown"

    try:
        shown = class_forecast(viewer, homeroom_id)
    except NotFound:
        raise Http404 from None
    forms = carry_out(request, {"show": show})
    if isinstance(forms, HttpResponse):
        return forms
    trace_visit(viewer, "forecast", homeroom_id)
    asked = request.GET.get("student", "")
    known = dict(shown.students)
    student = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None
    context = {
        "shown": shown,
        "forms": forms,
        "student": student if student in known else None,
        "name": known.get(student or 0, ""),
        "choices": SchoolForecast.SHOWN_TO,
        "decides": bool(viewer.roles & actions.DECIDERS),
    }
    return page(request, "diary/class_forecast.html", context, status(forms))


@require_safe
@requires("diary.of")
@with_family_eyes
def diary_forecast(request: HttpRequest, student_id: int) -> HttpResponse:
    """The expected marks of one's own student."""
    viewer = eyes(request)
    try:
        shown = own_forecast(viewer, student_id)
    except NotFound:
        raise Http404 from None
    looks.note_look(viewer, student_id)
    context = {
        "shown": shown,
        "here": "marks",
        "address": address,
        "own": lambda id: reverse("diary_forecast", args=[id]),
        "forms": Forms(),
        "onlooker": viewer.is_onlooker,
    }
    return page(request, "diary/forecast.html", context)


urlpatterns = [
    path("families/<int:homeroom_id>/forecast/", forecast_of_class, name="class_forecast"),
    path("diary/<int:student_id>/forecast/", diary_forecast, name="diary_forecast"),
]
