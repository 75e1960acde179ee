"""Reports: chosen, shown, taken away as a file, handed in and received; the page of a class."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from parta.communication.actions import messages
from parta.communication.queries.reach import colleagues
from parta.control.actions import ReportRow, form_report, receive_report
from parta.control.actions.findings import keep
from parta.control.actions.nightly import table_contents
from parta.control.documents import comma_separated, workbook
from parta.control.pages.frame import FORM, READ, YEAR, control_page, span
from parta.control.queries.class_sheet import class_sheet
from parta.control.queries.classes import MEANINGS, SubjectLine, class_page, readable_classes
from parta.control.queries.conduct import staff_of
from parta.control.queries.forms import Form, asked_of, forms_of, handed, kept, spans_of
from parta.control.queries.internal_works import VALUES, work_page
from parta.control.queries.own_control import year_of
from parta.control.queries.sheets import Cut
from parta.foundation import confirm, sql
from parta.foundation.access import may, requires
from parta.foundation.pagekit import ru_span
from parta.organisation.acts import Refusal, act
from parta.people.actions import trace
from parta.people.forms import DONE, Posted, carry_out
from parta.people.pages.setup import looking
from parta.people.viewer import Viewer

DONE |= {
    "report_sent": "Отчёт послан: он у классного руководителя в «Отчётах», ссылка – в сообщении.",
    "reminded": "Напоминание отправлено учителю.",
}

LINES = 500
"""Rows of a report on the page; the file holds all."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(FORM)
@requires("reports")
def reports(request: HttpRequest) -> HttpResponse:
    """The menu of reports, and those that stand."""
    viewer = looking(request)

    def receive(posted: Posted) -> str:
        if not may(viewer, "control.act"):
            raise Refusal("Отчёт принимает заместитель директора или директор.")
        line = next((one for one in handed(viewer, posted.id("row", "отчёт"))), None)
        if line is None:
            raise Refusal("Такого отчёта нет: обновите страницу.")
        receive_report(
            school_id=viewer.school.id,
            report_id=line.id,
            person_id=viewer.person_id,
            by=viewer.acting_as(),
            at=viewer.at,
        )
        return "saved"

    forms = carry_out(request, {"receive": receive})
    if isinstance(forms, HttpResponse):
        return forms
    context = {
        "menu": forms_of(viewer),
        "asked": asked_of(viewer),
        "handed": handed(viewer),
        "receives": may(viewer, "control.act") and viewer.is_school_wide,
    }
    return control_page(request, "control/reports.html", context, forms)


def _homeroom(viewer: Viewer, cut: Cut, of_class: bool) -> tuple[Cut, list[tuple[int, str, str]]]:
    """The cut with a class where the report is of one; the classes to choose from."""
    classes = readable_classes(viewer) if may(viewer, "control.class") else []
    ids = [one[0] for one in classes]
    if cut.homeroom_id is not None and cut.homeroom_id not in ids:
        raise Http404
    if of_class and cut.homeroom_id is None and ids:
        own = [id for id in ids if id in viewer.homeroom_ids]
        cut = replace(cut, homeroom_id=(own or ids)[0])
    return cut, classes


def _person(viewer: Viewer, cut: Cut, form: Form) -> tuple[Cut, list[tuple[int, str]]]:
    """The cut with one of the staff where the report is of one (the first unless another is named); all of them."""
    cut = replace(cut, level=cut.level if form.has_level else None)
    if not form.of_person:
        return replace(cut, person_id=None), []
    staff = staff_of(viewer, cut)
    if cut.person_id is not None and cut.person_id not in staff:
        raise Http404
    if cut.person_id is None and staff:
        cut = replace(cut, person_id=next(iter(staff)))
    return cut, [(id, name) for id, (name, _) in staff.items()]


@require_http_methods(FORM)
@requires("reports")
def report(request: HttpRequest, code: str) -> HttpResponse:
    """One report over a span; `?as=xlsx` or `?as=csv` is the file; the form hands it in."""
    viewer = looking(request)
    form = next((one for one in forms_of(viewer) if one.code == code), None)
    if form is None:
        raise Http404
    choices = spans_of(viewer)
    if "since" not in request.GET and form.ahead:
        cut = Cut(viewer.on - timedelta(days=viewer.on.weekday()), viewer.on + timedelta(days=27))
    elif "since" not in request.GET and choices:
        since = _first(choices[-2:] if len(choices) > 1 else choices)
        cut = Cut(since, viewer.on)
    else:
        cut = span(request, viewer, days=30, longest=YEAR, ahead=form.ahead)
    cut, classes = _homeroom(viewer, span_cut(request, viewer, cut), form.of_class)
    cut, staff = _person(viewer, cut, form)
    if form.of_findings:
        keep(viewer.school.id, at=viewer.at)
    table = form.make(viewer, cut)

    def hand_in(posted: Posted) -> str:
        department = viewer.department_ids[0] if viewer.department_ids else None
        if form.of_class and cut.homeroom_id not in viewer.homeroom_ids:
            raise Refusal("Отчёт о классе сдаёт его классный руководитель.")
        form_report(
            school_id=viewer.school.id,
            row=ReportRow(
                code,
                cut.since,
                cut.until + timedelta(days=1),
                table_contents(table),
                homeroom_id=cut.homeroom_id if form.of_class else None,
                department_id=None if form.of_class or viewer.is_school_wide else department,
                note=posted.text("note"),
            ),
            made_by=viewer.person_id,
            by=viewer.acting_as(),
            at=viewer.at,
            needs_note=True,
        )
        return f"{reverse('reports')}?done=saved"

    def send(posted: Posted) -> str:
        if not may(viewer, "control.act") or not viewer.is_school_wide or cut.homeroom_id is None:
            raise Refusal("Отчёт о группе куратору посылает директор или завуч: выберите группу.")
        _send_to_curator(viewer, code, form.title, cut, table_contents(table), posted.text("note"))
        return "report_sent"

    forms = carry_out(request, {"hand_in": hand_in, "send": send})
    if isinstance(forms, HttpResponse):
        return forms
    departments, grades = _wider(viewer, form)
    chosen = [title for id, title in departments if id == cut.department_id]
    chosen += [title for grade, title in grades if grade == cut.grade]
    wanted = request.GET.get("as", "")
    is_file = wanted in ("xlsx", "csv")
    if is_file:
        confirm.ask("export")
    trace(viewer, f"{'export:' if is_file else ''}report_{code}", object_id=cut.homeroom_id)
    of = next((one[1] for one in classes if one[0] == cut.homeroom_id), "")
    of = next((name for id, name in staff if id == cut.person_id), of)
    if is_file:
        about = [viewer.school.short_name, ru_span(cut.since, cut.until), *([of] if of else [])]
        if table.note:
            about.append(table.note)
        about += chosen
        body = workbook(form.title, about, table) if wanted == "xlsx" else comma_separated(table)
        answer = HttpResponse(body, content_type=XLSX if wanted == "xlsx" else "text/csv; charset=utf-8")
        name = f"{code}-{cut.since:%Y%m%d}-{cut.until:%Y%m%d}.{wanted}"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
    query = {"since": cut.since.isoformat(), "until": cut.until.isoformat()}
    if cut.homeroom_id is not None:
        query["homeroom"] = str(cut.homeroom_id)
    narrower = ("department", cut.department_id), ("grade", cut.grade)
    for name, value in (*narrower, ("level", cut.level), ("person", cut.person_id)):
        if value is not None:
            query[name] = str(value)
    context = {
        "departments": departments,
        "grades": grades,
        "chosen": chosen,
        "form": form,
        "table": table,
        "cut": cut,
        "of": of,
        "staff": staff,
        "classes": classes if form.of_class or viewer.is_school_wide else [],
        "spans": [(one.title, _address(one.since, one.until, cut.homeroom_id)) for one in choices],
        "query": urlencode(query),
        "lines": LINES,
        "clauses": asked_of(viewer).get(code, ()),
        "sends": may(viewer, "control.act") and viewer.is_school_wide and cut.homeroom_id is not None,
        "hands_in": (form.of_class and cut.homeroom_id in viewer.homeroom_ids)
        or "head_of_department" in viewer.roles
        or code in asked_of(viewer),
    }
    return control_page(request, "control/report.html", context, forms)


def _send_to_curator(
    viewer: Viewer, code: str, title: str, cut: Cut, contents: dict[str, object], note: str
) -> None:
    """Keep the report as one about the class and write to whoever leads it, in one transaction."""
    leads = [
        row[0]
        for row in sql.read(
            "SELECT person_id FROM people_role WHERE school_id = %s AND homeroom_id = %s"
            " AND kind IN ('class_teacher', 'master') AND starts <= %s AND (until IS NULL OR until > %s)",
            [viewer.school.id, cut.homeroom_id, viewer.on, viewer.on],
        )
    ]
    to = [one for one in colleagues(viewer) if one.id in leads]
    if not to:
        raise Refusal("У группы нет классного руководителя с доступом к журналу: отчёт некому послать.")
    with act(viewer.school.id, by=viewer.acting_as(), at=viewer.at):
        made = form_report(
            school_id=viewer.school.id,
            row=ReportRow(
                code,
                cut.since,
                cut.until + timedelta(days=1),
                contents,
                homeroom_id=cut.homeroom_id,
                note=note,
            ),
            made_by=viewer.person_id,
            by=viewer.acting_as(),
            at=viewer.at,
        )
        words = f"{title}, {ru_span(cut.since, cut.until)}: {reverse('report_kept', args=(made,))}"
        messages.send(
            viewer,
            to,
            subject=f"Отчёт: {title}"[:160],
            text=f"{words}. {note}" if note else words,
            student_id=None,
            operation_id=str(uuid4()),
            at=viewer.at,
        )


def _wider(viewer: Viewer, form: Form) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Departments and parallels a report of the whole school may be cut to. Two statements."""
    if form.of_class or not viewer.is_school_wide:
        return [], []
    departments = sql.read(
        "SELECT id, title FROM organisation_department WHERE school_id = %s ORDER BY title",
        [viewer.school.id],
    )
    grades = sql.read(
        "SELECT DISTINCT h.grade FROM organisation_homeroom h JOIN organisation_academicyear y ON y.id = h.year_id"
        " WHERE h.school_id = %s AND h.grade IS NOT NULL AND y.starts <= %s AND y.until > %s ORDER BY h.grade",
        [viewer.school.id, viewer.on, viewer.on],
    )
    word = "{} курс" if viewer.school.kind == "college" else "{}-е классы"
    return [(id, title) for id, title in departments], [(grade, word.format(grade)) for (grade,) in grades]


def _first(choices: list[Any]) -> date:
    found: date = choices[0].since
    return found


def span_cut(request: HttpRequest, viewer: Viewer, cut: Cut) -> Cut:
    """The chosen class of the address, on the span given."""
    asked = span(request, viewer)
    return replace(asked, since=cut.since, until=cut.until, kind="")


def _address(since: date, until: date, homeroom_id: int | None) -> str:
    query = {"since": since.isoformat(), "until": until.isoformat()}
    if homeroom_id is not None:
        query["homeroom"] = str(homeroom_id)
    return urlencode(query)


@require_http_methods(READ)
@requires("reports")
def control_work(request: HttpRequest, assessment_id: int) -> HttpResponse:
    """One control work of the internal monitoring: who wrote what, the figures, the groups of the course."""
    viewer = looking(request)
    found = work_page(viewer, assessment_id)
    if found is None or not any(form.code == "internal_control" for form in forms_of(viewer)):
        raise Http404
    if request.GET.get("as", "") == "xlsx":
        confirm.ask("export")
        trace(viewer, "export:control_work", object_id=assessment_id)
        about = [viewer.school.short_name, found.work.journal, f"{found.work.on:%d.%m.%Y}", found.work.title]
        answer = HttpResponse(workbook("Контрольная работа ВТК", about, found.table()), content_type=XLSX)
        answer["Content-Disposition"] = f'attachment; filename="work-{assessment_id}.xlsx"'
        return answer
    trace(viewer, "control_work", object_id=assessment_id)
    return control_page(request, "control/work.html", {"found": found, "values": VALUES})


@require_http_methods(READ)
@requires("reports")
def report_kept(request: HttpRequest, report_id: int) -> HttpResponse:
    """A report as it stood when it was made."""
    viewer = looking(request)
    found = kept(viewer, report_id)
    if found is None:
        raise Http404
    line, table = found
    if request.GET.get("as", "") == "xlsx":
        confirm.ask("export")
        trace(viewer, "export:report_kept", object_id=report_id)
        body = workbook(
            line.title, [viewer.school.short_name, line.of, ru_span(line.since, line.until)], table
        )
        answer = HttpResponse(body, content_type=XLSX)
        answer["Content-Disposition"] = f'attachment; filename="{line.code}-{line.id}.xlsx"'
        return answer
    trace(viewer, "report_kept", object_id=report_id)
    return control_page(request, "control/report_kept.html", {"line": line, "table": table, "lines": LINES})


@require_http_methods(READ)
@requires("control.class")
def classes(request: HttpRequest) -> HttpResponse:
    """The classes the viewer answers for: how fresh, how many without marks, who of the families signs in."""
    viewer = looking(request)
    cut = span(request, viewer, days=30)
    known = {one[0] for one in readable_classes(viewer)}
    lines = [line for line in class_sheet(viewer, cut) if line.id in known]
    return control_page(request, "control/classes.html", {"lines": lines, "cut": cut})


@require_http_methods(FORM)
@requires("control.class")
def one_class(request: HttpRequest, homeroom_id: int) -> HttpResponse:
    """One class now: marks, absences, quality, months."""
    viewer = looking(request)
    cut = span(request, viewer, days=30, longest=YEAR)
    begins, _ = year_of(viewer, cut.until)
    found = class_page(viewer, homeroom_id, cut, min(begins, cut.since))
    if found is None:
        raise Http404

    def remind(posted: Posted) -> str:
        if homeroom_id not in viewer.homeroom_ids:
            raise Refusal("Напоминает учителю классный руководитель этого класса.")
        journal_id = posted.id("journal", "журнал")
        line = next((one for one in found.subjects if one.id == journal_id), None)
        if line is None or line.who_id is None:
            raise Http404
        words = _reminder(found.name, line)
        if not words:
            raise Refusal("Напоминать не о чем: отметки выставлены.")
        to = [one for one in colleagues(viewer) if one.id == line.who_id]
        if not to:
            raise Refusal("Этому учителю написать нельзя: у него нет доступа к журналу.")
        messages.send(
            viewer,
            to,
            subject=f"Отметки: {found.name}, {line.title}"[:160],
            text=words,
            student_id=None,
            operation_id=str(uuid4()),
            at=viewer.at,
        )
        return "reminded"

    forms = carry_out(request, {"remind": remind})
    if isinstance(forms, HttpResponse):
        return forms
    trace(viewer, "class", object_id=homeroom_id)
    context = {
        "found": found,
        "meanings": MEANINGS,
        "spans": [(one.title, _address(one.since, one.until, None)) for one in spans_of(viewer)],
        "own": homeroom_id in viewer.homeroom_ids,
        "forecasts": may(viewer, "forecast"),
    }
    return control_page(request, "control/class.html", context, forms)


def _reminder(homeroom: str, line: SubjectLine) -> str:
    """What a class teacher reminds a colleague of: works whose marks are late, students without marks."""
    parts = []
    if line.overdue:
        days = ", ".join(f"{work.date:%d.%m}" for work in line.overdue)
        parts.append(f"прошёл срок отметок за работы: {days}")
    if line.unmarked:
        parts.append(f"нет отметок: {', '.join(line.unmarked[:20])}")
    return f"{homeroom}, {line.title}: {'; '.join(parts)}." if parts else ""


urlpatterns = [
    path("control/classes/", classes, name="control_classes"),
    path("control/classes/<int:homeroom_id>/", one_class, name="control_class"),
    path("reports/", reports, name="reports"),
    path("reports/kept/<int:report_id>/", report_kept, name="report_kept"),
    path("reports/works/<int:assessment_id>/", control_work, name="control_work"),
    path("reports/<slug:code>/", report, name="report"),
]
