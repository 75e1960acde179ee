"""Происшествия and the weekly «written in your name»: what an account did, and the press that stops it."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from parta.archive import access as access  # declares the permissions
from parta.archive import deeds, drafts
from parta.foundation.access import requires
from parta.people.actions import incidents as actions
from parta.people.chrome import page
from parta.people.forms import Posted, carry_out, status
from parta.people.models import Incident, Person
from parta.people.pages.persons import number_or_none
from parta.people.pages.setup import FORM, looking
from parta.people.viewer import Viewer


@require_http_methods(FORM)
@requires("account")
def written(request: HttpRequest) -> HttpResponse:
    """What stands in one's own name over seven days, where the account was open, and «это был не я»."""
    viewer = looking(request)
    back = min(number_or_none(request.GET.get("back", "")) or 0, 26)
    last = viewer.at - deeds.WEEK * back
    first = last - deeds.WEEK

    def disown(posted: Posted) -> HttpResponse:
        actions.disown_writes(viewer=viewer, since=first, at=viewer.at)
        request.session.flush()
        return HttpResponseRedirect(f"{reverse('login')}?lost=1")

    forms = carry_out(request, {"disown": disown})
    if isinstance(forms, HttpResponse):
        return forms
    context = {"found": deeds.digest(viewer, first, last), "forms": forms, "back": back}
    return page(request, "archive/written.html", context, status=status(forms))


def _moment(viewer: Viewer, posted: Posted, day: str, hour: str) -> datetime:
    at = posted.time(hour) if posted.text(hour) else time()
    return datetime.combine(posted.date(day), at, ZoneInfo(viewer.school.timezone))


@require_http_methods(FORM)
@requires("incidents")
def incidents(request: HttpRequest) -> HttpResponse:
    """The list, and a new one: whose account, between which moments."""
    viewer = looking(request)
    words = request.GET.get("q", "").replace("\x00", "")[:100].strip()
    chosen = number_or_none(request.GET.get("user", ""))

    def start(posted: Posted) -> str:
        row = actions.open_incident(
            viewer=viewer,
            user_id=posted.id("user", "учётная запись"),
            ground=posted.text("ground"),
            starts_at=_moment(viewer, posted, "starts", "starts_time"),
            ends_at=_moment(viewer, posted, "ends", "ends_time"),
            note=posted.text("note"),
            stop=posted.is_ticked("stop"),
            at=viewer.at,
        )
        return reverse("incident", args=(row.pk,))

    forms = carry_out(request, {"start": start})
    if isinstance(forms, HttpResponse):
        return forms
    people = Person.objects.filter(school_id=viewer.school.id, user__isnull=False)
    found = people.filter(surname__istartswith=words) if words else people.filter(user_id=chosen or 0)
    context = {
        "lines": deeds.incidents(viewer),
        "forms": forms,
        "words": words,
        "chosen": chosen,
        "people": [
            (one.user_id, one.full_name) for one in found.order_by("surname", "given_name", "pk")[:30]
        ],
        "grounds": Incident.GROUNDS[1:],
        "today": viewer.on,
        "before": viewer.on - timedelta(days=7),
    }
    return page(request, "archive/incidents.html", context, status=status(forms))


@require_http_methods(FORM)
@requires("incidents")
def incident(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Everything one account did between two moments, the drafts of the notices, and the end of it."""
    viewer = looking(request)
    found = deeds.incident(viewer, incident_id)
    if found is None:
        raise Http404

    def close(posted: Posted) -> str:
        actions.close_incident(
            viewer=viewer, incident_id=incident_id, outcome=posted.text("outcome"), at=viewer.at
        )
        return "saved"

    forms = carry_out(request, {"close": close})
    if isinstance(forms, HttpResponse):
        return forms
    context = {"found": found, "forms": forms, "notices": drafts.notices(viewer, found)}
    return page(request, "archive/incident.html", context, status=status(forms))


urlpatterns = [
    path("account/written/", written, name="written"),
    path("incidents/", incidents, name="incidents"),
    path("incidents/<int:incident_id>/", incident, name="incident"),
]
