"""Remarks: raised, answered, accepted, returned; certificates: listed, read, acknowledged."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from parta.control.actions import accept, acknowledge, answer, raise_remark, return_remark
from parta.control.pages.frame import FORM, READ, absent, control_page
from parta.control.queries import certificates
from parta.control.queries.remarks import RemarkLine, Target, remarks_page, standing, target, usual_due
from parta.foundation.access import may, requires
from parta.organisation.acts import Refusal
from parta.people.actions import trace
from parta.people.forms import Posted, carry_out
from parta.people.pages.persons import number_or_none
from parta.people.pages.setup import looking
from parta.people.viewer import Viewer


def _target(viewer: Viewer, request: HttpRequest) -> Target | None:
    """The place named in the address, where the viewer may raise remarks."""
    named = {
        f"{key}_id": number_or_none(request.GET.get(key, ""))
        for key in ("lesson", "journal", "homeroom", "person")
    }
    if not may(viewer, "control.act") or all(value is None for value in named.values()):
        return None
    found = target(viewer, **named)
    if found is None:
        raise Http404
    return found


@require_http_methods(FORM)
@requires("control.answer")
def remarks(request: HttpRequest) -> HttpResponse:
    """The viewer's remarks; a form for a new one when the address names a place."""
    viewer = looking(request)
    place = _target(viewer, request)

    def mine(posted: Posted) -> RemarkLine:
        found = standing(viewer, posted.id("row", "замечание"))
        if found is None:
            raise absent(LookupError())
        return found

    def deciding(posted: Posted) -> RemarkLine:
        found = mine(posted)
        if not found.may_decide:
            raise Refusal("Решение принимает тот, кто проверяет: заместитель директора или заведующий.")
        return found

    def new(posted: Posted) -> str:
        if place is None:
            raise Refusal("Замечание пишут с места в журнале: откройте его на странице контроля.")
        if place.person_id == viewer.person_id:
            raise Refusal("Замечание самому себе не пишут.")
        raise_remark(
            school_id=viewer.school.id,
            person_id=place.person_id,
            text=posted.text("text"),
            due=posted.date("due", "дата, к которой исправить"),
            on=viewer.on,
            made_by=viewer.person_id,
            by=viewer.acting_as(),
            at=viewer.at,
            journal_id=place.journal_id,
            lesson_id=place.lesson_id,
            homeroom_id=place.homeroom_id,
        )
        return f"{reverse('remarks')}?done=added"

    def reply(posted: Posted) -> str:
        found = mine(posted)
        if not found.is_mine:
            raise Refusal("На замечание отвечает тот, кому оно написано.")
        answer(
            school_id=viewer.school.id,
            remark_id=found.id,
            person_id=viewer.person_id,
            text=posted.text("answer"),
            by=viewer.acting_as(),
            at=viewer.at,
        )
        return "saved"

    def take(posted: Posted) -> str:
        accept(
            school_id=viewer.school.id,
            remark_id=deciding(posted).id,
            closed_by=viewer.person_id,
            by=viewer.acting_as(),
            at=viewer.at,
        )
        return "saved"

    def back(posted: Posted) -> str:
        return_remark(
            school_id=viewer.school.id,
            remark_id=deciding(posted).id,
            reason=posted.text("reason"),
            due=posted.date("due", "дата, к которой исправить"),
            on=viewer.on,
            by=viewer.acting_as(),
            at=viewer.at,
        )
        return "saved"

    forms = carry_out(request, {"raise": new, "answer": reply, "accept": take, "return": back})
    if isinstance(forms, HttpResponse):
        return forms
    found = remarks_page(viewer)
    context = {
        "found": found,
        "place": place,
        "what": request.GET.get("what", "").replace("\x00", "")[:300],
        "usual": usual_due(viewer),
        "nav_badges": {"control": len(found.answered)} if found.controls else {},
    }
    return control_page(request, "control/remarks.html", context, forms)


@require_http_methods(READ)
@requires("control.answer")
def certificate_list(request: HttpRequest) -> HttpResponse:
    """Checks with their certificates; a teacher's are those brought to the teacher."""
    viewer = looking(request)
    return control_page(request, "control/certificates.html", {"checks": certificates.checks_page(viewer)})


@require_http_methods(FORM)
@requires("control.answer")
def certificate(request: HttpRequest, check_id: int) -> HttpResponse:
    """One certificate; «ознакомлен»."""
    viewer = looking(request)
    found = certificates.certificate(viewer, check_id)
    if found is None:
        raise Http404

    def read(posted: Posted) -> str:
        try:
            acknowledge(
                school_id=viewer.school.id,
                check_id=check_id,
                person_id=viewer.person_id,
                by=viewer.acting_as(),
                at=viewer.at,
            )
        except LookupError as error:
            raise Refusal("Эта справка адресована не вам: отмечать нечего.") from error
        return "saved"

    forms = carry_out(request, {"read": read})
    if isinstance(forms, HttpResponse):
        return forms
    if found.is_whole and found.persons:
        trace(viewer, "certificate", object_id=check_id)
    return control_page(request, "control/certificate.html", {"found": found}, forms)


urlpatterns = [
    path("control/remarks/", remarks, name="remarks"),
    path("control/certificates/", certificate_list, name="certificates"),
    path("control/certificates/<int:check_id>/", certificate, name="certificate"),
]
