"""Training in working with the journal: requests, sessions, who came."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.communication import access  # noqa: F401  (declares the permissions named below)
from parta.communication.actions import trainings as actions
from parta.communication.models import Training
from parta.communication.queries.trainings import page_of, register_of
from parta.foundation import clock
from parta.foundation.access import requires
from parta.foundation.language import noted, titles
from parta.people.chrome import page
from parta.people.forms import DONE, Posted, carry_out, status
from parta.people.viewer import Viewer

DONE |= noted(
    {
        "training_asked": "Просьба записана: ответственный назначит день.",
        "training_arranged": "Обучение записано.",
        "training_registered": "Список записан.",
        "training_withdrawn": "Убрано из списка, в истории осталось.",
    }
)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("trainings")
def trainings(request: HttpRequest) -> HttpResponse:
    """One's own training and what comes; for those who keep it, requests, sessions and who never was at one."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    at = clock.now()

    def ask(posted: Posted) -> str:
        actions.ask(viewer, topic=posted.text("topic"), at=at)
        return "training_asked"

    def arrange(posted: Posted) -> str:
        actions.arrange(
            viewer,
            topic=posted.text("topic"),
            audience=posted.text("audience"),
            homeroom_id=posted.id_or_none("homeroom"),
            means=posted.text("means"),
            held_on=posted.date("held_on", "дата обучения"),
            place=posted.text("place"),
            training_id=posted.id_or_none("row"),
            at=at,
        )
        return "training_arranged"

    def withdraw(posted: Posted) -> str:
        actions.withdraw(viewer, posted.id("row", "обучение"), at=at)
        return "training_withdrawn"

    forms = carry_out(request, {"ask": ask, "arrange": arrange, "withdraw": withdraw})
    if isinstance(forms, HttpResponse):
        return forms
    shown = page_of(viewer)
    audiences = titles(Training.AUDIENCES if shown.desk.is_officer else Training.AUDIENCES[1:])
    context = {"shown": shown, "forms": forms, "audiences": audiences, "means": titles(Training.MEANS)}
    return page(request, "communication/trainings.html", context, status(forms))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("training")
def training(request: HttpRequest, training_id: int) -> HttpResponse:
    """The register of one training."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if register_of(viewer, training_id) is None:
        raise Http404

    def register(posted: Posted) -> str:
        actions.register(viewer, training_id, posted.ids("came"), at=clock.now())
        return "training_registered"

    forms = carry_out(request, {"register": register})
    if isinstance(forms, HttpResponse):
        return forms
    context = {"shown": register_of(viewer, training_id), "forms": forms}
    return page(request, "communication/training.html", context, status(forms))


urlpatterns = [
    path("trainings/", trainings, name="trainings"),
    path("trainings/<int:training_id>/", training, name="training"),
]
