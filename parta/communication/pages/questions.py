"""Questions about working with the journal."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.communication import access  # noqa: F401  (declares the permissions named below)
from parta.communication.actions import questions as actions
from parta.communication.models import Question
from parta.communication.queries.questions import questions as questions_page
from parta.foundation import clock
from parta.foundation.access import requires
from parta.foundation.language import noted, titles
from parta.people.chrome import page
from parta.people.forms import DONE, Posted, carry_out, status
from parta.people.viewer import Viewer

DONE |= noted({"asked": "Вопрос записан, у него есть номер и срок ответа.", "answered": "Ответ отправлен."})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("questions")
def questions(request: HttpRequest) -> HttpResponse:
    """Ask; see one's questions; answer those of one's desk."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    at = clock.now()

    def ask(posted: Posted) -> str:
        actions.ask(viewer, desk=posted.text("desk"), text=posted.text("text"), at=at)
        return "asked"

    def answer(posted: Posted) -> str:
        actions.answer(viewer, posted.id("row", "вопрос"), text=posted.text("answer"), at=at)
        return "answered"

    forms = carry_out(request, {"ask": ask, "answer": answer})
    if isinstance(forms, HttpResponse):
        return forms
    desks = [desk for desk in titles(Question.DESKS) if desk[0] == "officer" or viewer.student_ids]
    context = {"shown": questions_page(viewer), "forms": forms, "desks": desks}
    return page(request, "communication/questions.html", context, status(forms))


urlpatterns = [path("questions/", questions, name="questions")]
