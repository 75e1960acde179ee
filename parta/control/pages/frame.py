"""What the pages of control share: their tabs, the span of days and the cut of an address."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from parta.control import access  # noqa: F401  (declares the permissions named below)
from parta.control.queries.sheets import Cut
from parta.foundation import sql
from parta.foundation.access import may
from parta.journal.queries.words import class_name
from parta.organisation.acts import Refusal
from parta.organisation.models import Subject
from parta.people.chrome import page
from parta.people.forms import Forms, status
from parta.people.pages.persons import number_or_none
from parta.people.viewer import Viewer

READ = ["GET", "HEAD"]
FORM = ["GET", "HEAD", "POST"]
LONGEST = timedelta(days=62)
"""The widest span of one page."""
KINDS = dict(Subject.KINDS)
YEAR = timedelta(days=370)
TABS = (
    ("control", "Записи", "control"),
    ("control_check", "Проверка", "control"),
    ("control_duties", "Обязанности", "control"),
    ("control_plan", "План контроля", "control"),
    ("control_year", "Готовность года", "control"),
    ("control_classes", "Классы", "control.class"),
    ("closeout", "Закрытие периода", "control.answer"),
    ("own_findings", "Мои обязанности", "control.own"),
    ("errors", "Обращения", "errors"),
    ("remarks", "Замечания", "control.answer"),
    ("certificates", "Справки", "control.answer"),
    ("reports", "Отчёты", "reports"),
    ("control_anomalies", "Необычное", "anomalies"),
)
"""URL, title, permission."""


def day(text: str, fallback: date) -> date:
    """A day of an address, within the years a journal may have; else the fallback."""
    try:
        found = date.fromisoformat(text) if text else fallback
    except ValueError:
        return fallback
    return found if date(2000, 1, 1) <= found <= date(2100, 1, 1) else fallback


def span(
    request: HttpRequest,
    viewer: Viewer,
    *,
    days: int = 7,
    longest: timedelta = LONGEST,
    ahead: bool = False,
) -> Cut:
    """The span and cut of an address: the last `days` days, all journals, when it names none.

    `ahead`: days to come may be asked for.
    """
    sent = request.GET
    until = min(day(sent.get("until", ""), viewer.on), viewer.on + longest if ahead else viewer.on)
    since = min(day(sent.get("since", ""), until - timedelta(days=days - 1)), until)
    return Cut(
        max(since, until - longest),
        until,
        number_or_none(sent.get("homeroom", "")),
        number_or_none(sent.get("department", "")),
        kind if (kind := sent.get("kind", "")) in KINDS else "",
        grade if (grade := number_or_none(sent.get("grade", ""))) is None or grade < 20 else None,
        level if (level := number_or_none(sent.get("level", ""))) is None or level <= 100 else None,
        number_or_none(sent.get("person", "")),
    )


def kinds_of(viewer: Viewer) -> list[tuple[str, str]]:
    """The kinds of subject a page may be cut to, where the school has several. One statement."""
    named: set[str] = set()
    for kind, tags in sql.read(
        "SELECT DISTINCT kind, CAST(tags AS TEXT) FROM organisation_subject WHERE school_id = %s",
        [viewer.school.id],
    ):
        named |= {kind or "subject"} | {code for code in KINDS if f'"{code}"' in tags}
    return [(code, KINDS[code]) for code in KINDS if code in named] if len(named) > 1 else []


def cuts(viewer: Viewer) -> dict[str, Any]:
    """Departments, classes and kinds of subject a check may be cut to. Three statements."""
    rooms = sql.read(
        "SELECT h.id, h.title FROM organisation_homeroom h JOIN organisation_academicyear y ON y.id = h.year_id"
        " WHERE h.school_id = %s AND y.starts <= %s AND y.until > %s ORDER BY COALESCE(h.grade, 99), h.title",
        [viewer.school.id, viewer.on, viewer.on],
    )
    departments = sql.read(
        "SELECT id, title FROM organisation_department WHERE school_id = %s ORDER BY title",
        [viewer.school.id],
    )
    own = [
        (row[0], row[1]) for row in departments if viewer.is_school_wide or row[0] in viewer.department_ids
    ]
    return {
        "homerooms": [(row[0], class_name(row[1])) for row in rooms],
        "departments": own,
        "kinds": kinds_of(viewer),
    }


def control_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    forms: Forms | None = None,
) -> HttpResponse:
    """Render a page of control with its tabs."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    mine = [(reverse(name), title) for name, title, permission in TABS if may(viewer, permission)]
    here = max((url for url, _ in mine if request.path.startswith(url)), key=len, default="")
    full = {
        "tabs": [(url, title, url == here) for url, title in mine] if len(mine) > 1 else [],
        "forms": forms or Forms(),
        "acts": may(viewer, "control.act"),
        "today": viewer.on,
        **context,
    }
    return page(request, template, full, status=status(forms) if forms is not None else 200)


def absent(error: LookupError) -> Refusal:
    """What a person reads when the object of a form is gone or not theirs."""
    return Refusal("Такой записи нет или она не в вашем ведении: обновите страницу.")
