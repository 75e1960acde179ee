"""The plan of internal control: its lines, each closed by what came of it."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.control import access  # noqa: F401  (declares the permissions named below)
from parta.control.actions import plan as actions
from parta.control.pages.frame import FORM, control_page
from parta.control.queries import plan as queries
from parta.foundation.access import may, requires
from parta.organisation.acts import Refusal
from parta.people.forms import Posted, carry_out
from parta.people.pages.setup import looking


@require_http_methods(FORM)
@requires("control")
def plan(request: HttpRequest) -> HttpResponse:
    """What is to be checked, by whom and until when; a line is closed with its result."""
    viewer = looking(request)
    plans = may(viewer, "control.act") and viewer.is_school_wide

    def add(posted: Posted) -> str:
        if not plans:
            raise Refusal("План контроля составляет директор или завуч.")
        actions.plan_check(
            school_id=viewer.school.id,
            what=posted.text("what"),
            due=posted.date("due", "до какого дня"),
            person_id=posted.id("person", "кто проверяет"),
            entered_by=viewer.person_id,
            on=viewer.on,
            by=viewer.acting_as(),
            at=viewer.at,
        )
        return "added"

    def close(posted: Posted) -> str:
        if not may(viewer, "control.act"):
            raise Refusal("Результат записывает тот, кто проверяет.")
        row_id = posted.id("row", "строка плана")
        if not viewer.is_school_wide and not any(
            row.pk == row_id and row.person_id == viewer.person_id for row in queries.plan_lines(viewer)
        ):
            raise Refusal("Результат записывает тот, кто назван в строке, директор или завуч.")
        actions.close_planned(
            school_id=viewer.school.id,
            row_id=row_id,
            outcome=posted.text("outcome"),
            check_id=posted.id_or_none("check"),
            closed_by=viewer.person_id,
            by=viewer.acting_as(),
            at=viewer.at,
        )
        return "saved"

    forms = carry_out(request, {"add": add, "close": close})
    if isinstance(forms, HttpResponse):
        return forms
    context = {
        "lines": queries.plan_lines(viewer),
        "plans": plans,
        "people": queries.checkers(viewer) if plans else [],
        "checks": queries.recent_checks(viewer) if may(viewer, "control.act") else [],
        "me": viewer.person_id,
        "whole": viewer.is_school_wide,
    }
    return control_page(request, "control/plan.html", context, forms)


urlpatterns = [path("control/plan/", plan, name="control_plan")]
