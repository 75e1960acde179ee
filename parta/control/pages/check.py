"""The check of the journals: sheets over a span, and the act that ends it with a certificate."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from parta.control.actions import CheckRow, finish_check, raise_remark
from parta.control.actions.findings import keep
from parta.control.pages.frame import FORM, READ, control_page, cuts, span
from parta.control.queries import certificates, sheets
from parta.control.queries.certificates import EXPERT
from parta.control.queries.class_sheet import class_sheet
from parta.control.queries.duties import duties, kept_duties
from parta.control.queries.lessons import OPEN
from parta.control.queries.own_control import year_of
from parta.control.queries.sheets import SHEETS, Cut
from parta.control.queries.topic_quality import topic_quality
from parta.control.queries.year import year_page
from parta.foundation.access import may, requires
from parta.foundation.veil import lifted
from parta.organisation.acts import Refusal
from parta.people.forms import Posted, carry_out
from parta.people.pages.setup import looking
from parta.people.viewer import ROLE_TITLES, Viewer
from parta.regulation.words import ROLES, base_role


def sheet_of(viewer: Viewer, cut: Cut, name: str) -> dict[str, Any]:
    """What one sheet shows."""
    if name == "classes":
        return {"lines": class_sheet(viewer, cut)}
    if name == "marks":
        lines = sheets.marks_sheet(viewer, cut)
        return {"lines": lines, "total": sheets.whole_of(lines), "norms": sheets.norms(viewer, cut)}
    if name == "programme":
        return {"lines": sheets.programme_sheet(viewer, cut)}
    if name == "works":
        begins, _ = year_of(viewer, cut.until)
        return {"lines": sheets.work_sheet(viewer, cut, begins)}
    if name == "truth":
        found = sheets.truth_sheet(viewer, cut)
        return {"lines": found[: sheets.LISTED], "count": len(found)}
    if name == "homework":
        count, lacking = sheets.homework_sheet(viewer, cut)
        return {"lines": lacking[: sheets.LISTED], "count": len(lacking), "of": count}
    return {"sheet_found": sheets.teacher_sheet(viewer, cut), "topics": topic_quality(viewer, cut)}


@require_http_methods(FORM)
@requires("control")
def check(request: HttpRequest) -> HttpResponse:
    """A sheet of the check; the form that finishes it."""
    viewer = looking(request)
    cut = shown = span(request, viewer, days=30)

    role = certificates.recorder(viewer)

    def finish(posted: Posted) -> str:
        cut = replace(shown, kind="")  # a certificate is about all the subjects of the department or class
        if not role:
            raise Refusal("Проверку записывает заместитель директора, директор или заведующий кафедрой.")
        if role == EXPERT:
            cut = certificates.of_expert(viewer, cut)
        directions = tuple(
            code for code in certificates.DIRECTIONS if code in posted.data.getlist("directions")
        )
        fix_by = posted.date_or_none("fix_by", "дата исправления")
        # A certificate keeps real names; who wrote it through a window reads it through the window.
        with lifted():
            written = certificates.contents(viewer, cut, directions)
            readers = certificates.readers_of(viewer, cut, written)
        department = cut.department_id
        if department is None and not viewer.is_school_wide and len(viewer.department_ids) == 1:
            department = viewer.department_ids[0]
        number = finish_check(
            school_id=viewer.school.id,
            row=CheckRow(
                since=cut.since,
                until=cut.until + timedelta(days=1),
                directions=directions,
                conclusion=posted.text("conclusion"),
                fix_by=fix_by,
                contents=written,
                department_id=department,
                homeroom_id=cut.homeroom_id,
            ),
            readers=readers,
            made_by=viewer.person_id,
            role=role,
            on=viewer.on,
            by=viewer.acting_as(base_role(role)),
            at=viewer.at,
        )
        if fix_by is not None and posted.is_ticked("remarks") and may(viewer, "control.act"):
            for person in written["persons"]:
                if person["id"] != viewer.person_id:
                    raise_remark(
                        school_id=viewer.school.id,
                        person_id=person["id"],
                        text=_words(person),
                        due=fix_by,
                        on=viewer.on,
                        made_by=viewer.person_id,
                        by=viewer.acting_as(base_role(role)),
                        at=viewer.at,
                        check_id=number,
                    )
        return reverse("certificate", args=[number])

    forms = carry_out(request, {"finish": finish})
    if isinstance(forms, HttpResponse):
        return forms
    name = request.GET.get("sheet", "")
    name = name if name in SHEETS else "teachers"
    query = {"since": cut.since.isoformat(), "until": cut.until.isoformat()}
    for key, value in (("homeroom", cut.homeroom_id), ("department", cut.department_id)):
        if value is not None:
            query[key] = str(value)
    if cut.kind:
        query["kind"] = cut.kind
    context = {
        "cut": cut,
        "sheet": name,
        "sheets": [(key, title, urlencode({**query, "sheet": key})) for key, title in SHEETS.items()],
        "query": urlencode(query),
        "directions": [
            (code, title, code in certificates.wanted_directions(viewer))
            for code, title in certificates.DIRECTIONS.items()
        ],
        "fix_by": viewer.on + timedelta(days=7),
        "open_state": OPEN,
        "records": role,
        **cuts(viewer),
        **sheet_of(viewer, cut, name),
    }
    return control_page(request, "control/check.html", context, forms)


def _words(person: dict[str, Any]) -> str:
    text = "; ".join(person["lines"])
    if len(text) > 960:
        text = f"{text[:940].rsplit(';', 1)[0]}; и другое: всего {person['count']}"
    return text


@require_http_methods(READ)
@requires("control")
def duty_list(request: HttpRequest) -> HttpResponse:
    """What is not as the act asks, beside single records."""
    viewer = looking(request)
    cut = span(request, viewer, days=30)
    if cut.until < viewer.on:
        found = duties(viewer, cut.since, cut.until)
    else:
        keep(viewer.school.id, at=viewer.at)
        found = kept_duties(viewer, cut.since, cut.until)
    return control_page(request, "control/duties.html", {"found": found, "listed": 60})


@require_http_methods(READ)
@requires("control")
def year(request: HttpRequest) -> HttpResponse:
    """Whether the year is ready, item by item."""
    viewer = looking(request)
    words = {**{code: title[0] for code, title in ROLES.items()}, **ROLE_TITLES}
    context = {
        "found": year_page(viewer),
        "words": words,
        "may_set_up": may(viewer, "setup"),
        "listed": 60,
    }
    return control_page(request, "control/year.html", context)


urlpatterns = [
    path("control/check/", check, name="control_check"),
    path("control/duties/", duty_list, name="control_duties"),
    path("control/year/", year, name="control_year"),
]
