"""The close of a term for a teacher: the own journals to check and to confirm."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.control.actions import confirm_finals
from parta.control.pages.frame import FORM, control_page
from parta.control.queries.closeout import closeout_rules, own_pairs
from parta.foundation.access import may, requires
from parta.people.forms import DONE, Posted, carry_out
from parta.people.pages.setup import looking
from parta.people.rules import cited

DONE |= {"confirmed": "Отметки за период подтверждены."}


@require_http_methods(FORM)
@requires("control.answer")
def closeout(request: HttpRequest) -> HttpResponse:
    """Journals of the viewer in the term that ended last: what is missing, what is confirmed."""
    viewer = looking(request)
    lines = own_pairs(viewer)

    def confirm(posted: Posted) -> str:
        journal_id = posted.id("journal", "журнал")
        pair = next((one for one in lines if one.row[0] == journal_id), None)
        if pair is None:
            raise Http404
        confirm_finals(
            school_id=viewer.school.id,
            journal_id=journal_id,
            term_id=pair.term_id,
            missing=pair.missing,
            person_id=viewer.person_id,
            by=viewer.acting_as("teacher"),
            at=viewer.at,
        )
        return "confirmed"

    forms = carry_out(request, {"confirm": confirm})
    if isinstance(forms, HttpResponse):
        return forms
    context = {
        "lines": lines,
        "law": cited(closeout_rules(viewer)).text,
        "signs": may(viewer, "sheets"),
    }
    return control_page(request, "control/closeout.html", context, forms)


urlpatterns = [path("closeout/", closeout, name="closeout")]
