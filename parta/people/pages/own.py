"""One's own account: where it is open, since when, what the owner should know, and the way to a new password."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from parta.foundation.access import requires
from parta.people import access as access  # declares the permissions
from parta.people.actions import sign_ins
from parta.people.chrome import page
from parta.people.forms import Posted, carry_out, status
from parta.people.pages.setup import looking
from parta.people.sign_in_queries import own_account


@require_http_methods(["GET", "HEAD", "POST"])
@requires("account", when_unenrolled=True)
def account(request: HttpRequest) -> HttpResponse:
    """Sessions, sign-ins and notices of the account that looks; its owner ends what is not wanted."""
    viewer = looking(request)
    key = request.session.session_key or ""

    def end(posted: Posted) -> str:
        sign_ins.end_own_sessions(viewer=viewer, sign_in_ids=[posted.id("row", "сеанс")], at=viewer.at)
        return "session_ended"

    def end_others(posted: Posted) -> str:
        ids = [line.id for line in own_account(viewer, key).live if not line.is_current]
        sign_ins.end_own_sessions(viewer=viewer, sign_in_ids=ids, at=viewer.at)
        return "session_ended"

    def read(posted: Posted) -> str:
        sign_ins.read_notices(viewer=viewer, at=viewer.at)
        return "saved"

    def disown(posted: Posted) -> str:
        row = posted.id("row", "вход")
        sign_ins.disown_sign_in(viewer=viewer, sign_in_id=row, keep=key, at=viewer.at)
        return reverse("password")

    forms = carry_out(request, {"end": end, "end_others": end_others, "read": read, "disown": disown})
    if isinstance(forms, HttpResponse):
        return forms
    context = {"found": own_account(viewer, key), "forms": forms, "has_outside": bool(settings.PROVIDERS)}
    return page(request, "people/account.html", context, status=status(forms))


urlpatterns = [path("account/", account, name="account")]
