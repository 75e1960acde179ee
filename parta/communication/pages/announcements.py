"""Announcements and events: the list, one with its readers, a new one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from parta.communication import access  # noqa: F401  (declares the permissions named below)
from parta.communication.actions import announcements as actions
from parta.communication.models import Announcement
from parta.communication.queries import announcements as queries
from parta.foundation import clock
from parta.foundation.access import requires
from parta.foundation.language import noted, say, titles
from parta.people.chrome import page
from parta.people.forms import DONE, Posted, carry_out, status
from parta.people.viewer import Viewer

FORM = ["GET", "HEAD", "POST"]
DONE |= noted({"announced": "Объявление размещено.", "announcement_withdrawn": "Объявление снято."})


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


@require_http_methods(FORM)
@requires("announcements")
def announcements(request: HttpRequest) -> HttpResponse:
    """Events to come and announcements; a form for those who announce."""
    viewer, at = _viewer(request), clock.now()

    def make(posted: Posted) -> str:
        actions.announce(
            viewer,
            to=posted.text("to"),
            audience=posted.text("audience"),
            title=posted.text("title"),
            text=posted.text("text"),
            held_on=posted.date_or_none("held_on", "день события"),
            held_at=posted.time("held_at") if posted.text("held_at") else None,
            place=posted.text("place"),
            at=at,
        )
        return "announced"

    forms = carry_out(request, {"announce": make})
    if isinstance(forms, HttpResponse):
        return forms
    events, lines = queries.announcements(viewer)
    classes = queries.homerooms_for(viewer)
    is_wide = bool(viewer.roles & actions.SCHOOL_WIDE)
    targets: list[tuple[str, str]] = [("", say("вся школа"))] if is_wide else []
    if is_wide:
        targets += [
            (f"g{grade}", say("{grade}-е классы", grade=grade))
            for grade in sorted({g for _, _, g in classes if g})
        ]
    targets += [(str(id), title) for id, title, _ in classes]
    context = {
        "events": events,
        "lines": lines,
        "targets": targets,
        "audiences": titles(Announcement.AUDIENCES),
        "forms": forms,
    }
    return page(request, "communication/announcements.html", context, status(forms))


@require_http_methods(FORM)
@requires("announcements")
def announcement(request: HttpRequest, announcement_id: int) -> HttpResponse:
    """One announcement; opening it is its receipt."""
    viewer, at = _viewer(request), clock.now()
    shown = queries.announcement(viewer, announcement_id)
    if shown is None:
        raise Http404

    def withdraw(posted: Posted) -> str:
        actions.withdraw(viewer, announcement_id, at=at)
        return f"{reverse('announcements')}?done=announcement_withdrawn"

    forms = carry_out(request, {"withdraw": withdraw})
    if isinstance(forms, HttpResponse):
        return forms
    if request.method == "GET" and not shown.line.is_mine:
        actions.note_receipt(viewer, announcement_id, at=at)
    may_withdraw = shown.line.is_mine or bool(viewer.roles & {"deputy", "director"})
    context = {"shown": shown, "forms": forms, "may_withdraw": may_withdraw}
    return page(request, "communication/announcement.html", context, status(forms))


urlpatterns = [
    path("announcements/", announcements, name="announcements"),
    path("announcements/<int:announcement_id>/", announcement, name="announcement"),
]
