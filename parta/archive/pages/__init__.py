"""Copies of the data and their carriers; how the system runs, and when it did not."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.archive import access as access  # declares the permissions
from parta.archive import queries, traces
from parta.archive.actions import backups, outages
from parta.archive.keeping import keeping
from parta.archive.pages import archive, incidents, papers
from parta.archive.rules import HELD, MEDIA
from parta.foundation.access import requires
from parta.organisation.acts import Refusal
from parta.people.actions import trace
from parta.people.chrome import page
from parta.people.forms import Posted, carry_out, status
from parta.people.pages.persons import number_or_none
from parta.people.pages.setup import looking
from parta.people.viewer import Viewer

READ = ["GET", "HEAD"]
FORM = ["GET", "HEAD", "POST"]
KEEPERS = frozenset({"deputy", "operator", "secretary"})
"""Who makes copies and writes in their journals; the director reads."""
TELLERS = frozenset({"deputy", "operator"})


def _only(viewer: Viewer, roles: frozenset[str]) -> None:
    if not viewer.roles & roles:
        raise Refusal("Записи здесь ведут завуч, оператор и секретарь; директор смотрит.")


@require_http_methods(FORM)
@requires("copies")
def copies(request: HttpRequest) -> HttpResponse:
    """The register of copies and carriers, the journal of their use, and what is missing by the act."""
    viewer = looking(request)

    def make(posted: Posted) -> str:
        _only(viewer, KEEPERS)
        backups.ask_backup(viewer=viewer, purpose=posted.text("purpose"), at=viewer.at)
        return "backup_asked"

    def carrier(posted: Posted) -> str:
        _only(viewer, KEEPERS)
        backups.add_carrier(
            viewer=viewer,
            title=posted.text("title"),
            media=posted.text("media"),
            room=posted.text("room"),
            holder=posted.text("holder"),
            keeper=posted.text("keeper"),
            folder=posted.text("folder"),
            at=viewer.at,
        )
        return "added"

    def register(posted: Posted) -> str:
        _only(viewer, KEEPERS)
        backups.register_copy(
            viewer=viewer,
            backup_id=posted.id("backup", "копия"),
            carrier_id=posted.id("carrier", "носитель"),
            digest=posted.text("digest"),
            at=viewer.at,
        )
        return "saved"

    def use(posted: Posted) -> str:
        _only(viewer, KEEPERS)
        backups.use_carrier(
            viewer=viewer,
            carrier_id=posted.id("carrier", "носитель"),
            kind=posted.text("kind"),
            purpose=posted.text("purpose"),
            allowed_by=posted.text("allowed_by"),
            holder=posted.text("holder"),
            room=posted.text("room"),
            keeper=posted.text("keeper"),
            at=viewer.at,
        )
        return "saved"

    def keep(posted: Posted) -> str:
        _only(viewer, KEEPERS | {"director"})
        backups.note_keeping(
            viewer=viewer,
            kind=posted.text("kind"),
            purpose=posted.text("purpose"),
            carrier_id=posted.id("carrier", "носитель") if posted.text("carrier") else None,
            number=posted.text("number"),
            holder=posted.text("holder"),
            keeper=posted.text("keeper"),
            at=viewer.at,
        )
        return "saved"

    acts = {"make": make, "carrier": carrier, "register": register, "use": use, "keep": keep}
    forms = carry_out(request, acts)
    if isinstance(forms, HttpResponse):
        return forms
    context = {
        "found": queries.copies(viewer),
        "forms": forms,
        "edits": bool(viewer.roles & KEEPERS),
        "kept": keeping(viewer),
        "keeps": bool(viewer.roles & (KEEPERS | {"director"})),
        "held": list(HELD.items()),
        "media": list(MEDIA.items()),
        "holders": list(queries.HOLDERS.items()),
        "uses": [("take", "взят"), ("return", "возвращён"), ("hand_over", "передан другому")],
    }
    return page(request, "archive/copies.html", context, status=status(forms))


@require_http_methods(FORM)
@requires("system")
def system(request: HttpRequest) -> HttpResponse:
    """Whether everything runs, what stopped and why, and the breaks told ahead."""
    viewer = looking(request)
    zone = ZoneInfo(viewer.school.timezone)

    def moment(posted: Posted, day: str, hour: str) -> datetime:
        return datetime.combine(posted.date(day), posted.time(hour), zone)

    def announce(posted: Posted) -> str:
        _only(viewer, TELLERS)
        outages.announce_outage(
            viewer=viewer,
            starts_at=moment(posted, "starts", "starts_time"),
            ends_at=moment(posted, "ends", "ends_time"),
            cause=posted.text("cause"),
            at=viewer.at,
        )
        return "saved"

    def cancel(posted: Posted) -> str:
        _only(viewer, TELLERS)
        outages.cancel_outage(viewer=viewer, outage_id=posted.id("row", "перерыв"), at=viewer.at)
        return "removed"

    def explain(posted: Posted) -> str:
        _only(viewer, TELLERS)
        outages.name_cause(
            viewer=viewer, outage_id=posted.id("row", "перерыв"), cause=posted.text("cause"), at=viewer.at
        )
        return "saved"

    forms = carry_out(request, {"announce": announce, "cancel": cancel, "explain": explain})
    if isinstance(forms, HttpResponse):
        return forms
    context = {"found": queries.system(viewer), "forms": forms, "edits": bool(viewer.roles & TELLERS)}
    return page(request, "archive/system.html", context, status=status(forms))


@require_http_methods(READ)
@requires("readings")
def readings(request: HttpRequest) -> HttpResponse:
    """Who read, printed or changed the data of a student, or all that one reader did, from day to day."""
    viewer = looking(request)
    until = min(_day(request.GET.get("until", ""), viewer.on), viewer.on)
    since = min(_day(request.GET.get("since", ""), until - timedelta(days=30)), until)
    since = max(since, until - traces.LONGEST)
    student_id = number_or_none(request.GET.get("student", ""))
    reader_id = number_or_none(request.GET.get("reader", ""))
    words = request.GET.get("q", "").replace("\x00", "")[:100].strip()
    found = traces.deeds(viewer, since, until, student_id=student_id, reader_id=reader_id)
    context = {
        "found": found,
        "student_id": student_id,
        "reader_id": reader_id,
        "words": words,
        "matches": traces.people_like(viewer, words) if words else [],
    }
    return page(request, "archive/readings.html", context)


@require_http_methods(READ)
@requires("student_card")
def subject(request: HttpRequest, student_id: int) -> HttpResponse:
    """What is kept of a student, to be printed for the family. Opening it is noted as a print."""
    viewer = looking(request)
    found = traces.subject(viewer, student_id)
    if found is None:
        raise Http404
    trace(viewer, "export:subject", student_id=student_id)
    return page(
        request, "archive/subject.html", {"found": found, "who": found.card.person, "day": timedelta(days=1)}
    )


def _day(text: str, fallback: date) -> date:
    try:
        found = date.fromisoformat(text) if text else fallback
    except ValueError:
        return fallback
    return found if date(2000, 1, 1) <= found <= date(2100, 1, 1) else fallback


urlpatterns = [
    *papers.urlpatterns,
    *archive.urlpatterns,
    path("copies/", copies, name="copies"),
    path("system/", system, name="system"),
    path("readings/", readings, name="readings"),
    path("students/<int:student_id>/report/", subject, name="subject"),
    *incidents.urlpatterns,
]
