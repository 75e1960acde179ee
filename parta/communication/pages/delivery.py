"""How notices come: a person's own choices, the stop in a letter, the school's switch and queue."""

from datetime import time
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from parta.communication import access  # noqa: F401  (declares the permissions named below)
from parta.communication.actions import habits, phones
from parta.communication.kinds import DIGEST_AT, KINDS
from parta.communication.letters import is_possible, person_of_token
from parta.communication.models import NoticeChoice
from parta.communication.queries import delivery as queries
from parta.communication.webpush import server_key
from parta.foundation import clock
from parta.foundation.access import may, requires
from parta.foundation.language import noted, titles
from parta.foundation.log import session_now
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
        "phone_on": "Включено: первое уведомление придёт через несколько секунд.",
        "phone_off": "Выключено: на этот телефон ничего больше не придёт.",
        "push_on": "Уведомления на телефоны разрешены: каждый включает их сам.",
        "push_off": "Уведомления на телефоны выключены: ничего больше не уйдёт.",
    }
)


@require_http_methods(FORM)
@requires("notify")
def notify(request: HttpRequest) -> HttpResponse:
    """«Уведомления: как получать»: per kind at once, with a digest, or not; quiet hours."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    at, session = clock.now(), session_now()
    sign_in_id = session.sign_in_id if session is not None else None

    def choose(posted: Posted) -> str:
        def bound(name: str) -> time | None:
            return posted.time(name) if posted.text(name) else None

        ways = {code: posted.text(f"way-{code}") for code in KINDS if posted.text(f"way-{code}")}
        # Boxes that are not ticked are not sent: the page says that it asked.
        pushed = {code: bool(posted.text(f"push-{code}")) for code in KINDS} if posted.text("push") else None
        habits.choose(
            viewer,
            ways,
            pushed=pushed,
            quiet_from=bound("quiet_from"),
            quiet_until=bound("quiet_until"),
            at=at,
        )
        return "chosen"

    def stop(posted: Posted) -> str:
        habits.stop_mail(viewer.person_id, at=at)
        return "mail_stopped"

    def phone_on(posted: Posted) -> str:
        given = {name: posted.text(name) for name in ("endpoint", "key", "secret")}
        phones.switch_phone_on(viewer, **given, sign_in_id=sign_in_id, at=at)
        return "phone_on"

    def phone_off(posted: Posted) -> str:
        try:
            phones.switch_phone_off(viewer, posted.id("row", "телефон"), at=at)
        except LookupError:
            raise Http404 from None
        return "phone_off"

    forms = carry_out(request, {"choose": choose, "stop": stop, "phone_on": phone_on, "phone_off": phone_off})
    if isinstance(forms, HttpResponse):
        return forms
    context = {
        "shown": queries.own_habits(
            viewer,
            is_possible=is_possible(),
            server_key=server_key(settings.SECRET_KEY) if phones.is_possible() else "",
            sign_in_id=sign_in_id,
        ),
        "ways": titles(NoticeChoice.WAYS),
        "digest_at": DIGEST_AT,
        "may_switch": may(viewer, "delivery"),
        "forms": forms,
    }
    return page(request, "communication/notify.html", context, status(forms))


@require_safe
@requires("push_worker")
def worker(request: HttpRequest) -> HttpResponse:
    """The script that shows notices while no page is open; under a name that stays, by which a browser asks anew."""
    script = Path(str(finders.find("communication/worker.js"))).read_bytes()
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


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

    def push(is_on: bool) -> str:
        phones.switch_push(viewer, is_on=is_on, at=at)
        return "push_on" if is_on else "push_off"

    forms = carry_out(
        request,
        {
            "on": lambda posted: switch(True),
            "off": lambda posted: switch(False),
            "push_on": lambda posted: push(True),
            "push_off": lambda posted: push(False),
        },
    )
    if isinstance(forms, HttpResponse):
        return forms
    context = {"shown": queries.desk(viewer), "forms": forms, "is_possible": is_possible()}
    context["is_push_possible"] = phones.is_possible()
    return page(request, "communication/delivery.html", context, status(forms))


urlpatterns = [
    path("notices/", notify, name="notify"),
    path("notices/worker.js", worker, name="push_worker"),
    path("unsubscribe/<str:token>/", unsubscribe, name="unsubscribe"),
    path("delivery/", delivery, name="delivery"),
]
