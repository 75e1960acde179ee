"""One's own account: where it is open, since when, what the owner should know, and the way to a new password."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from parta.foundation import clock
from parta.foundation.access import requires
from parta.foundation.language import say
from parta.organisation.acts import Refusal
from parta.people import access as access  # declares the permissions
from parta.people import devices
from parta.people.actions import disowning, sign_ins, watches
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
        disowning.disown_sign_in(
            viewer=viewer,
            sign_in_id=posted.id("row", "вход"),
            keep=key,
            keep_device=devices.known(request, viewer.login),
            at=viewer.at,
        )
        return reverse("password")

    def own(posted: Posted) -> str:
        row = posted.id("row", "вход")
        watches.confirm_device(viewer=viewer, sign_in_id=row, present=key, at=viewer.at)
        return "device_confirmed"

    acts = {"end": end, "end_others": end_others, "read": read, "disown": disown, "own": own}
    forms = carry_out(request, acts)
    if isinstance(forms, HttpResponse):
        return forms
    found = own_account(viewer, key)
    zone = ZoneInfo(viewer.school.timezone)
    trial = viewer.trial_until.astimezone(zone) if viewer.trial_until else None
    context = {
        "found": found,
        "forms": forms,
        "trial": trial,
        "has_outside": bool(settings.PROVIDERS),
    }
    return page(request, "people/account.html", context, status=status(forms))


@require_http_methods(["GET", "HEAD", "POST"])
@requires("not_me")
def not_me(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a letter: what the sign-in was, and one press that stops the account. Looking at it changes nothing,
    for programs look into letters too."""
    at = clock.now()
    found = watches.sign_in_of(token)
    error, is_done = "", False
    if found is None:
        error = say("Эта ссылка не действует: она старше двух недель или скопирована не целиком.")
    elif request.method == "POST":
        try:
            disowning.disown_by_letter(sign_in=found, at=at)
            is_done = True
        except Refusal as refusal:
            error = str(refusal)
    person = found.user.persons.select_related("school").order_by("pk").first() if found else None
    zone = ZoneInfo(person.school.timezone if person else "UTC")
    context = {
        "found": found,
        "when": found.at.astimezone(zone) if found else None,
        "school": person.school.short_name if person else "",
        "error": error,
        "is_done": is_done,
    }
    return render(request, "people/not_me.html", context, status=422 if error else 200)


urlpatterns = [
    path("account/", account, name="account"),
    path("not-me/<str:token>/", not_me, name="not_me"),
]
