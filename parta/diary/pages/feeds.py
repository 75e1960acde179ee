"""Calendar feeds: one's own addresses, and what stands behind an address."""

from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from parta.diary import access  # noqa: F401  (declares the permissions named below)
from parta.diary.actions import feeds as actions
from parta.diary.models import CalendarFeed
from parta.diary.queries.feeds import calendar_text, viewer_of_feed
from parta.foundation import clock
from parta.foundation.access import requires
from parta.foundation.language import noted, say
from parta.organisation.acts import Refusal
from parta.people.chrome import page
from parta.people.forms import DONE, Forms, Posted, carry_out, status
from parta.people.models import Person
from parta.people.refusals import on_paper
from parta.people.viewer import Viewer

DONE |= noted({"feed_revoked": "Адрес отозван: по нему больше ничего не открывается."})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("feeds")
def feeds(request: HttpRequest) -> HttpResponse:
    """One's own addresses; a new one is shown once."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    at = clock.now()

    def make(posted: Posted) -> str | HttpResponse:
        if "student" not in request.POST:
            raise Refusal("Выберите, чьи уроки.", "student")
        token = actions.make_feed(viewer, posted.id_or_none("student"), at=at)
        return _page(request, viewer, Forms(), request.build_absolute_uri(reverse("feed", args=[token])))

    def revoke(posted: Posted) -> str:
        actions.revoke_feed(viewer, posted.id("row", "адрес"), at=at)
        return "feed_revoked"

    forms = carry_out(request, {"make": make, "revoke": revoke})
    if isinstance(forms, HttpResponse):
        return forms
    return _page(request, viewer, forms)


def _page(request: HttpRequest, viewer: Viewer, forms: Forms, address: str = "") -> HttpResponse:
    zone = ZoneInfo(viewer.school.timezone)
    rows = (
        CalendarFeed.objects.filter(person_id=viewer.person_id, revoked_at=None)
        .select_related("student")
        .order_by("-made_at")
    )
    stopped = on_paper(list(viewer.student_ids), viewer.on)
    targets: list[tuple[str, str]] = [
        (str(one.pk), f"{one.surname} {one.given_name}")
        for one in Person.objects.filter(pk__in=set(viewer.student_ids) - stopped).order_by("given_name")
    ]
    if viewer.roles & actions.TEACHING:
        targets.append(("", say("мои уроки")))
    context = {
        "lines": [
            (
                row.pk,
                f"{row.student.surname} {row.student.given_name}" if row.student else say("мои уроки"),
                row.made_at.astimezone(zone),
                row.read_at.astimezone(zone) if row.read_at else None,
                row.student_id in stopped,
            )
            for row in rows
        ],
        "targets": targets,
        "address": address,
        "forms": forms,
    }
    return page(request, "diary/feeds.html", context, status(forms))


@require_safe
@requires("feed")
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar behind a secret address. Unknown, revoked, and of somebody whose right has ended: all absent."""
    at = clock.now()
    row = (
        CalendarFeed.objects.filter(token_hash=actions.digest(token), revoked_at=None)
        .select_related("person", "student")
        .first()
    )
    viewer = viewer_of_feed(row, at) if row is not None else None
    if row is None or viewer is None:
        raise Http404
    actions.note_read(row, at)
    name = say("{given_name}: уроки", given_name=row.student.given_name) if row.student else say("Мои уроки")
    answer = HttpResponse(
        calendar_text(viewer, row.student_id, name), content_type="text/calendar; charset=utf-8"
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="parta.ics"'
    return answer


urlpatterns = [
    path("calendar/", feeds, name="feeds"),
    path("calendar/<str:token>.ics", feed, name="feed"),
]
