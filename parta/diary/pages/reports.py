"""Reports of the class teacher and paper extracts: made, printed, handed over; opened and read by the family."""

from datetime import date, timedelta
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from parta.diary import access  # noqa: F401  (declares the permissions named below)
from parta.diary.actions import looks
from parta.diary.actions import reports as actions
from parta.diary.pages.eyes import eyes, with_family_eyes
from parta.diary.pages.week import address
from parta.diary.queries import NotFound
from parta.diary.queries import reports as queries
from parta.foundation import clock
from parta.foundation.access import requires
from parta.foundation.pagekit import ru_date_full
from parta.foundation.papers import Unset, typeset
from parta.organisation.acts import Refusal
from parta.people.actions.traces import trace, trace_visit
from parta.people.chrome import page
from parta.people.forms import DONE, Posted, carry_out, status
from parta.people.models import Person
from parta.people.viewer import Viewer

FORM = ["GET", "HEAD", "POST"]
TEMPLATE = Path(__file__).resolve().parent.parent / "content" / "extract.typ"
DONE |= {
    "reports_made": "Отчёты составлены: в дневнике они видны сразу, листы на бумагу готовы к печати.",
    "reports_known": "Отчёты за эти дни уже есть у всех: новых нет.",
    "handed": "Записано, когда и кому отдан лист.",
    "signed": "Подпись на листе записана.",
    "report_read": "Записано: вы ознакомлены с отчётом.",
}


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def _day(request: HttpRequest, name: str) -> date | None:
    try:
        asked = date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None
    return asked if 2000 <= asked.year <= 2100 else None


def _span(request: HttpRequest) -> tuple[date | None, date | None]:
    last = _day(request, "last")
    return _day(request, "from"), last + timedelta(days=1) if last else None


@require_http_methods(FORM)
@requires("families")
def class_reports(request: HttpRequest, homeroom_id: int) -> HttpResponse:
    """The reports of a class over two weeks (`?from=…&last=…`): make them for all at once, see who got them."""
    viewer, at = _viewer(request), clock.now()
    starts, until = _span(request)
    shown = queries.class_reports(viewer, homeroom_id, starts, until)
    if shown is None:
        raise Http404

    def make(posted: Posted, *, only_paper: bool) -> str:
        first, end = posted.date("from", "первый день"), posted.until("last", "последний день")
        made = actions.make_reports(
            viewer, homeroom_id, starts=first, until=end, only_paper=only_paper, at=at
        )
        done = "reports_known" if not made.ids else "reports_made"
        last = end - timedelta(days=1)
        return f"{request.path}?from={first.isoformat()}&last={last.isoformat()}&done={done}"

    def hand(posted: Posted) -> str:
        actions.hand_over(
            viewer,
            posted.id("row", "лист"),
            on=posted.date("on", "дата вручения"),
            to=posted.text("to"),
            at=at,
        )
        return "handed"

    def sign(posted: Posted) -> str:
        actions.record_signature(viewer, posted.id("row", "лист"), posted.id_or_none("guardian"), at=at)
        return "signed"

    forms = carry_out(
        request,
        {
            "make": lambda posted: make(posted, only_paper=False),
            "extracts": lambda posted: make(posted, only_paper=True),
            "hand": hand,
            "sign": sign,
        },
    )
    if isinstance(forms, HttpResponse):
        return forms
    trace_visit(viewer, "class_reports", homeroom_id)
    context = {
        "shown": shown,
        "forms": forms,
        "day": timedelta(days=1),
        "on": viewer.on,
        "query": f"from={shown.starts.isoformat()}&last={(shown.until - timedelta(days=1)).isoformat()}",
        "week": viewer.on - timedelta(days=viewer.on.weekday()),
    }
    return page(request, "diary/class_reports.html", context, status(forms))


@require_safe
@requires("families", confirm="print")
def class_extracts(request: HttpRequest, homeroom_id: int) -> HttpResponse:
    """The paper sheets of a class over the span as one PDF, a sheet a student."""
    viewer = _viewer(request)
    starts, until = _span(request)
    shown = queries.class_reports(viewer, homeroom_id, starts, until)
    sheets = queries.printable(viewer, homeroom_id, shown.starts, shown.until) if shown else []
    if shown is None or not sheets:
        raise Http404
    trace(viewer, "class_extracts", object_id=homeroom_id)
    last = shown.until - timedelta(days=1)
    data = {
        "title": f"Выписки, {shown.title}",
        "day": [last.year, last.month, last.day],
        "footer": f"{viewer.school.short_name}. Составлено {ru_date_full(viewer.on)}",
        "sheets": [{"name": name, "kind": "Выписка", "contents": contents} for name, contents in sheets],
    }
    try:
        pdf = typeset(TEMPLATE, data)
    except Unset:
        text = (
            "Выписки не сложились в файл. Повторите через минуту; не поможет – сообщите администратору Парты."
        )
        return page(request, "diary/fault.html", {"text": text, "back": request.path}, 503)
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="vypiski-{last.isoformat()}.pdf"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@require_safe
@requires("families")
def family_timeline(request: HttpRequest, student_id: int) -> HttpResponse:
    """Everything that passed between the school and one family, the latest first."""
    viewer = _viewer(request)
    student = Person.objects.filter(pk=student_id, school_id=viewer.school.id).first()
    may = student is not None and (
        viewer.roles & {"deputy", "director"} or looks.is_of_class(viewer, student_id)
    )
    if student is None or not may or not student.enrolments.exists():
        raise Http404
    trace(viewer, "family_timeline", student_id)
    context = {
        "student": student.full_name,
        "student_id": student_id,
        "contacts": queries.timeline(viewer, student_id),
    }
    return page(request, "diary/timeline.html", context)


@require_safe
@requires("diary.of")
@with_family_eyes
def diary_reports(request: HttpRequest, student_id: int) -> HttpResponse:
    """A family's reports."""
    viewer = eyes(request)
    try:
        shown = queries.own_reports(viewer, student_id)
    except NotFound:
        raise Http404 from None
    looks.note_look(viewer, shown.student.id)
    own = {"own": lambda student: reverse("diary_reports", args=[student]), "address": address}
    return page(
        request,
        "diary/reports.html",
        {"shown": shown, "here": "class", "onlooker": viewer.is_onlooker, **own},
    )


@require_safe
@requires("diary.of")
@with_family_eyes
def diary_report(request: HttpRequest, student_id: int, report_id: int) -> HttpResponse:
    """One report: the same numbers as in the letter's link and on paper."""
    viewer = eyes(request)
    try:
        shown = queries.own_report(viewer, student_id, report_id)
    except NotFound:
        raise Http404 from None
    looks.note_look(viewer, shown.student.id)
    context = {
        "shown": shown,
        "here": "class",
        "own": lambda student: reverse("diary_reports", args=[student]),
        "address": address,
        "onlooker": viewer.is_onlooker,
        "may_sign": looks.is_guardian(viewer, student_id) and shown.sheet.medium == "electronic",
    }
    return page(request, "diary/report.html", context)


@require_POST
@requires("diary.tell")
def diary_report_read(request: HttpRequest, student_id: int, report_id: int) -> HttpResponse:
    """The guardian has read the report."""
    viewer = _viewer(request)
    if not looks.is_guardian(viewer, student_id):
        raise Http404
    try:
        queries.own_report(viewer, student_id, report_id)
        actions.read_report(viewer, report_id, at=clock.now())
    except (NotFound, Refusal):
        raise Http404 from None
    return HttpResponseRedirect(reverse("diary_report", args=[student_id, report_id]), status=303)


urlpatterns = [
    path("families/<int:homeroom_id>/reports/", class_reports, name="class_reports"),
    path("families/<int:homeroom_id>/extracts.pdf", class_extracts, name="class_extracts"),
    path("families/students/<int:student_id>/", family_timeline, name="family_timeline"),
    path("diary/<int:student_id>/reports/", diary_reports, name="diary_reports"),
    path("diary/<int:student_id>/reports/<int:report_id>/", diary_report, name="diary_report"),
    path("diary/<int:student_id>/reports/<int:report_id>/read", diary_report_read, name="diary_report_read"),
]
