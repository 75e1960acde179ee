"""Wrong data and other trouble told and mended or sent on; new norms, by which the regulation is reviewed."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.control import access  # noqa: F401  (declares the permissions named below)
from parta.control.actions import upkeep as actions
from parta.control.models import ErrorReport
from parta.control.pages.frame import FORM, control_page
from parta.control.queries import upkeep
from parta.foundation.access import may, requires
from parta.organisation.acts import Refusal
from parta.people.forms import Posted, carry_out
from parta.people.pages.persons import number_or_none
from parta.people.pages.setup import looking


@require_http_methods(FORM)
@requires("errors")
def errors(request: HttpRequest) -> HttpResponse:
    """What is told to be wrong, until when it is mended, by whom it was."""
    viewer = looking(request)
    mends = may(viewer, "errors.fix")

    def report(posted: Posted) -> str:
        if viewer.window is not None:
            raise Refusal("Через окно проверки только читают. Об ошибке скажите директору.")
        actions.report_error(
            school_id=viewer.school.id,
            text=posted.text("text"),
            kind=posted.text("kind") or "data",
            room_id=posted.id_or_none("room"),
            reported_by=viewer.person_id,
            by=viewer.acting_as(),
            at=viewer.at,
        )
        return "added"

    def fix(posted: Posted) -> str:
        if not mends:
            raise Refusal("Исправление записывает завуч или оператор.")
        actions.fix_error(
            school_id=viewer.school.id,
            report_id=posted.id("row", "сообщение"),
            answer=posted.text("answer"),
            fixed_by=viewer.person_id,
            by=viewer.acting_as(),
            at=viewer.at,
        )
        return "saved"

    def forward(posted: Posted) -> str:
        if not mends:
            raise Refusal("В поддержку передаёт завуч, директор или оператор.")
        actions.forward_error(
            school_id=viewer.school.id,
            report_id=posted.id("row", "обращение"),
            by=viewer.acting_as(),
            at=viewer.at,
        )
        return "saved"

    asked = number_or_none(request.GET.get("support", ""))
    if asked is not None and request.method != "POST":
        words = upkeep.problem_report(viewer, asked) if mends else None
        if words is None:
            raise Http404
        answer = HttpResponse(words, content_type="text/plain; charset=utf-8")
        answer["Content-Disposition"] = f'attachment; filename="parta-{asked}.txt"'
        return answer
    forms = carry_out(request, {"report": report, "fix": fix, "forward": forward})
    if isinstance(forms, HttpResponse):
        return forms
    lines = [
        (row, upkeep.fix_limit(viewer, row.reported_at) if row.kind == "data" else None)
        for row in upkeep.errors(viewer)
    ]
    context = {
        "lines": lines,
        "mends": mends,
        "at": viewer.at,
        "kinds": ErrorReport.KINDS,
        "rooms": upkeep.rooms(viewer),
        "needs": upkeep.needs(viewer) if mends else [],
    }
    return control_page(request, "control/errors.html", context, forms)


@require_http_methods(FORM)
@requires("regulation.draft")
def norms(request: HttpRequest) -> HttpResponse:
    """New outer acts, and what the review of the regulation by each of them came to."""
    viewer = looking(request)

    def add(posted: Posted) -> str:
        actions.enter_norm(
            school_id=viewer.school.id,
            title=posted.text("title"),
            number=posted.text("number"),
            signed_on=posted.date("signed_on", "дата акта"),
            entered_by=viewer.person_id,
            by=viewer.acting_as(),
            at=viewer.at,
        )
        return "added"

    def review(posted: Posted) -> str:
        actions.finish_review(
            school_id=viewer.school.id,
            norm_id=posted.id("row", "акт"),
            outcome=posted.text("outcome"),
            reviewed_by=viewer.person_id,
            by=viewer.acting_as(),
            at=viewer.at,
        )
        return "saved"

    forms = carry_out(request, {"add": add, "review": review})
    if isinstance(forms, HttpResponse):
        return forms
    return control_page(request, "control/norms.html", {"lines": upkeep.norms(viewer)}, forms)


urlpatterns = [
    path("errors/", errors, name="errors"),
    path("regulation/norms/", norms, name="regulation_norms"),
]
