"""Signs of shared accounts, for those who answer for access in the school."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.foundation.access import requires
from parta.people import access as access  # declares the permissions
from parta.people.actions import sign_ins
from parta.people.chrome import page
from parta.people.forms import Posted, carry_out, status
from parta.people.pages.setup import looking
from parta.people.session_rules import SIGNALS
from parta.people.sign_in_queries import PERIOD
from parta.people.sign_in_queries import signals as signals_of


@require_http_methods(["GET", "HEAD", "POST"])
@requires("signals")
def signals(request: HttpRequest) -> HttpResponse:
    """Two places at once, new devices, a pupil's device, guessed passwords: each with its evidence and its end."""
    viewer = looking(request)

    def end(posted: Posted) -> str:
        sign_ins.end_sessions_of(viewer=viewer, user_id=posted.id("user", "учётная запись"), at=viewer.at)
        return "session_ended"

    def review(posted: Posted) -> str:
        kind = posted.text("kind")
        sign_ins.review_signal(
            viewer=viewer,
            kind=kind if kind in SIGNALS else "",
            sign_in_id=posted.id("row", "сеанс"),
            note=posted.text("note"),
            at=viewer.at,
        )
        return "saved"

    forms = carry_out(request, {"end": end, "review": review})
    if isinstance(forms, HttpResponse):
        return forms
    context = {"found": signals_of(viewer), "forms": forms, "days": PERIOD.days, "titles": SIGNALS}
    return page(request, "people/signals.html", context, status=status(forms))


urlpatterns = [path("signals/", signals, name="signals")]
