"""How notices come: a person's own choices, the stop in a letter, the school's switch and queue."""

from datetime import time

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from parta.communication import access  # noqa: F401  (declares the permissions named below)
from parta.communication.actions import habits
from parta.communication.kinds import DIGEST_AT, KINDS
from parta.communication.letters import is_possible, person_of_token
from parta.communication.models import NoticeChoice
from parta.communication.queries import delivery as queries
from parta.foundation import clock
from parta.foundation.access import may, requires
from parta.foundation.language import noted, titles
from parta.people.chrome import page
from parta.people.forms import DONE, Posted, carry_out, status
from parta.people.viewer import Viewer

FORM = ["GET", "HEAD", "POST"]
DONE |= noted(
    {
        "chosen": "Выбор записан.",
        "mail_stopped": "Писем больше не будет.",
        "mail_on": "Рассылка включена: письма пойдут о том, что случится с этой минуты.",
        "mail_off": "Рассылка выключена.",
    }
)


@require_http_methods(FORM)
@requires("notify")
def notify(request: HttpRequest) -> HttpResponse:
    """«Уведомления: как получать»: per kind at once, with a digest, or not; quiet hours."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    at = clock.now()

    def choose(posted: Posted) -> str:
        def bound(name: str) -> time | None:
            return posted.time(name) if posted.text(name) else None

        ways = {code: posted.text(f"way-{code}") for code in KINDS if posted.text(f"way-{code}")}
        habits.choose(viewer, ways, quiet_from=bound("quiet_from"), quiet_until=bound("quiet_until"), at=at)
        return "chosen"

    def stop(posted: Posted) -> str:
        habits.stop_mail(viewer.person_id, at=at)
        return "mail_stopped"

    forms = carry_out(request, {"choose": choose, "stop": stop})
    if isinstance(forms, HttpResponse):
        return forms
    context = {
        "shown": queries.own_habits(viewer, is_possible=is_possible()),
        "ways": titles(NoticeChoice.WAYS),
        "digest_at": DIGEST_AT,
        "may_switch": may(viewer, "delivery"),
        "forms": forms,
    }
    return page(request, "communication/notify.html", context, status(forms))


@csrf_exempt
@require_http_methods(FORM)
@requires("unsubscribe")
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The stop of a letter: a mail program posts here by itself (RFC 8058); a person sees a page and presses.

    No cookie proves anything here: the signed address does, and it does nothing but stop letters.
    """
    person_id = person_of_token(token)
    if person_id is None:
        raise Http404
    if request.method == "POST":
        try:
            habits.stop_mail(person_id, at=clock.now())
        except LookupError:
            raise Http404 from None
    return render(request, "communication/unsubscribe.html", {"is_done": request.method == "POST"})


@require_http_methods(FORM)
@requires("delivery")
def delivery(request: HttpRequest) -> HttpResponse:
    """The school's letters: on or off, the queue, what did not arrive."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    at = clock.now()

    def switch(is_on: bool) -> str:
        habits.switch_mail(viewer, is_on=is_on, at=at)
        return "mail_on" if is_on else "mail_off"

    forms = carry_out(request, {"on": lambda posted: switch(True), "off": lambda posted: switch(False)})
    if isinstance(forms, HttpResponse):
        return forms
    context = {"shown": queries.desk(viewer), "forms": forms, "is_possible": is_possible()}
    return page(request, "communication/delivery.html", context, status(forms))


urlpatterns = [
    path("notices/", notify, name="notify"),
    path("unsubscribe/<str:token>/", unsubscribe, name="unsubscribe"),
    path("delivery/", delivery, name="delivery"),
]
