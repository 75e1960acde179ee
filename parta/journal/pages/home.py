"""The home page of the staff: the day's lessons and what is still to be written."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from parta.foundation import clock
from parta.foundation.access import may, requires
from parta.foundation.pagekit import NBSP, plural
from parta.journal import access  # noqa: F401  (declares the permissions named below)
from parta.journal.actions.changes import BadInput, read_changes
from parta.journal.actions.context import NotFound
from parta.journal.actions.write import Conflicted, RefusedWrite, write
from parta.journal.pages.write import refusal
from parta.journal.queries.home import TodayPage, Unexplained, today_page
from parta.people.chrome import filled, page
from parta.people.viewer import Viewer

GENITIVE = {"четверть": "четверти", "полугодие": "полугодия", "триместр": "триместра", "семестр": "семестра"}


@require_http_methods(["GET", "HEAD", "POST"])
@requires("today")
def today(request: HttpRequest) -> HttpResponse:
    """Show the day; take a class teacher's reason of an absence."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    shown = today_page(viewer)
    if request.method == "POST":
        fault = _explain(request, viewer, shown)
        if fault is None:
            return HttpResponseRedirect(f"{reverse('today')}#absences", status=303)
        return _page(request, viewer, shown, fault, 422)
    return _page(request, viewer, shown)


def _page(
    request: HttpRequest,
    viewer: Viewer,
    shown: TodayPage,
    fault: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    away: dict[int, list[Unexplained]] = {}
    for line in shown.unexplained:
        away.setdefault(line.student, []).append(line)
    context = {
        "day": shown,
        "away": list(away.values()),
        "on": viewer.on,
        "summary": _summary(viewer, shown),
        "fault": fault,
        "teaches": bool(shown.journals or shown.lessons),
        "decides": may(viewer, "permits.decide"),
        "told": filled("today.main", viewer),
        "asked": filled("today.aside", viewer),
        "nav_badges": {"permits": shown.school.waiting_permits}
        if shown.school and may(viewer, "permits.decide")
        else {},
    }
    return page(request, "journal/today.html", context, status)


def _summary(viewer: Viewer, shown: TodayPage) -> str:
    parts = []
    number, _, kind = shown.term.partition(" ")
    if shown.term_week:
        named = f"{number}{NBSP}{GENITIVE[kind]}" if kind in GENITIVE else ""
        parts.append(f"{shown.term_week}-я неделя {named}".strip())
    mine = [lesson for lesson in shown.lessons if lesson.state not in ("cancelled", "away")]
    if mine:
        parts.append(plural(len(mine), "урок", "урока", "уроков"))
    elif shown.journals:
        parts.append("уроков сегодня нет")
    if shown.days_to_end is not None and 0 <= shown.days_to_end <= 21 and shown.term:
        left = plural(shown.days_to_end, "день", "дня", "дней")
        period = GENITIVE.get(kind, "периода")
        parts.append(f"до конца {period} {left}" if shown.days_to_end else f"сегодня последний день {period}")
    if not parts and shown.school:
        parts.append(f"в школе {plural(shown.school.lessons, 'урок', 'урока', 'уроков')}")
    return " · ".join(parts)


def _explain(request: HttpRequest, viewer: Viewer, shown: TodayPage) -> dict[str, Any] | None:
    """Write the reason of a student's absences of a day, or of all days shown, into each journal; None: done."""
    student, _, rest = request.POST.get("reason", "").partition(":")
    on, _, symbol = rest.partition(":")
    lines = [
        item
        for item in shown.unexplained
        if str(item.student) == student and on in ("all", item.date.isoformat())
    ]
    if not lines or symbol not in {code.symbol for code in shown.reasons}:
        return {
            "title": "Причина не сохранена",
            "text": "Пропуск уже объяснён или изменён: обновите страницу.",
        }
    # The oldest day first: if a rule stops one, those before it are written and the page shows what is left.
    for journal_id, lesson_id, version in [
        cell for line in sorted(lines, key=lambda one: one.date) for cell in line.cells
    ]:
        change = {
            "fact": "absence",
            "lesson": lesson_id,
            "student": lines[0].student,
            "symbol": symbol,
            "seen": version,
        }
        try:
            write(viewer, journal_id, read_changes([change]), operation_id=str(uuid.uuid4()), at=clock.now())
        except (BadInput, NotFound, Conflicted):
            return {
                "title": "Причина не сохранена",
                "text": "Пропуск изменили: обновите страницу и повторите.",
            }
        except RefusedWrite as refused:
            return refusal(refused.refused[0])
    return None


urlpatterns = [path("today/", today, name="today")]
