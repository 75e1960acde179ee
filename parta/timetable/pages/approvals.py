"""What waits for the director: the curriculum, the load, the timetable; and what was approved, with its order."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.foundation.access import requires
from parta.foundation.pagekit import plural
from parta.organisation.acts import Refusal, act
from parta.people import queries as people
from parta.people.chrome import page
from parta.people.forms import Posted, carry_out, status
from parta.people.pages.setup import FORM, looking
from parta.people.setup import Progress, section
from parta.people.viewer import Viewer
from parta.plans.actions import approve as approve_drafts
from parta.plans.approvals import asked_of_school
from parta.plans.queries import approvals as queries
from parta.regulation.words import base_role
from parta.timetable.actions import generate_lessons
from parta.timetable.models import TimetableSlot


@require_http_methods(FORM)
@requires("approvals")
def approvals(request: HttpRequest) -> HttpResponse:
    """Drafts by kind, approved by whom the act names; lessons are made from a timetable as it is approved."""
    viewer = looking(request)
    year = people.current_year(viewer)

    def approve(posted: Posted) -> str:
        if year is None:
            raise Refusal("Сначала откройте учебный год.", "")
        kind = posted.text("kind")
        role = next(iter(sorted(viewer.roles & asked_of_school(year, viewer.on, kind).by)), None)
        by, at = viewer.acting_as(role and base_role(role)), viewer.at
        with act(viewer.school.id, by=by, at=at):
            ids = _chosen(posted)
            slots = TimetableSlot.objects.filter(year=year, approval=None)
            starts = (
                (slots if ids is None else slots.filter(pk__in=ids))
                .order_by("starts")
                .values_list("starts", flat=True)
                .first()
            )
            approve_drafts(
                year=year,
                kind=kind,
                order_number=posted.text("order_number"),
                order_date=posted.date_or_none("order_date", "дата приказа"),
                ids=ids,
                by=by,
                at=at,
            )
            if kind == "timetable" and starts is not None:
                generate_lessons(year=year, since=starts, until=year.until, by=by, at=at)
        return "approved_timetable" if kind == "timetable" else "approved"

    forms = carry_out(request, {"approve": approve})
    if isinstance(forms, HttpResponse):
        return forms
    answer = page(
        request,
        "timetable/approvals.html",
        {
            "year": year,
            "drafts": queries.drafts(viewer, year),
            "given": queries.given(viewer, year),
            "forms": forms,
        },
    )
    answer.status_code = status(forms)
    return answer


def _chosen(posted: Posted) -> frozenset[int] | None:
    """The rows ticked, where only those are to be approved; None: all."""
    if posted.text("which") != "chosen":
        return None
    return frozenset(posted.ids("rows"))


@require_http_methods(["GET", "HEAD"])
@requires("approvals")
def order(request: HttpRequest, approval_id: int) -> HttpResponse:
    """An approval as it is printed: the order of tarification with teacher, subject, class, hours."""
    viewer = looking(request)
    found = queries.order(viewer, approval_id)
    if found is None:
        raise Http404
    return page(request, "timetable/approval.html", {"order": found, "school": viewer.school})


def _progress(viewer: Viewer) -> Progress:
    waiting = queries.waiting(viewer, people.current_year(viewer))
    if not waiting:
        return Progress("Ничто не ждёт утверждения.", "порядок")
    words = ", ".join(title.lower() for title in waiting)
    return Progress(
        f"Ждёт утверждения: {words}.", plural(len(waiting), "проект", "проекта", "проектов"), True
    )


section(
    "approvals",
    "Утверждение",
    "approvals",
    position=79,
    about="Учебный план, нагрузка и расписание вступают в силу с подписью директора.",
    progress=_progress,
)

urlpatterns = [
    path("approvals/", approvals, name="approvals"),
    path("approvals/<int:approval_id>/", order, name="approval"),
]
