"""The class teacher towards families: who takes part, what they told, absences without a reason; homework's states."""

from collections.abc import Callable
from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_safe

from parta.communication.queries.delivery import deaf_of
from parta.diary import access  # noqa: F401  (declares the permissions named below)
from parta.diary.actions import looks, notices, works
from parta.diary.queries import NotFound, families
from parta.diary.queries.homework import homework_states
from parta.diary.queries.homework_panel import panel
from parta.diary.queries.readings import reading_sheet
from parta.diary.queries.works import works_of
from parta.foundation import clock
from parta.foundation.access import may, requires
from parta.foundation.pagekit import plural
from parta.organisation.acts import Refusal
from parta.people.actions.traces import trace_visit
from parta.people.chrome import page
from parta.people.forms import DONE, Posted, carry_out, status
from parta.people.rules import cited, law_of, rules
from parta.people.viewer import Viewer

FORM = ["GET", "HEAD", "POST"]
DONE |= {
    "paper": "Подпись на бумаге записана.",
    "accepted": "Принято.",
    "declined": "Отклонено, семья увидит ответ.",
    "work_commented": "Комментарий записан: семья его увидит.",
    "reasoned": "Причина записана.",
}


def _viewer(request: HttpRequest) -> Viewer:
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return viewer


def _week(request: HttpRequest) -> date | None:
    try:
        asked = date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        return None
    return asked if 2000 <= asked.year <= 2100 else None


def _number(request: HttpRequest, name: str) -> int | None:
    asked = request.GET.get(name, "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None


@require_http_methods(FORM)
@requires("families")
def families_page(request: HttpRequest) -> HttpResponse:
    """Who of the families looks, who acknowledged the week, what did not reach them; changes of data to decide."""
    viewer, at = _viewer(request), clock.now()

    def paper(posted: Posted) -> str:
        week = posted.date("week", "неделя")
        looks.record_paper(viewer, posted.id("row", "ученик"), week, posted.id_or_none("guardian"), at=at)
        return "paper"

    def decide(accept: bool) -> Callable[[Posted], str]:
        def carry(posted: Posted) -> str:
            notices.decide_change(
                viewer, posted.id("row", "сообщение"), accept=accept, answer=posted.text("answer"), at=at
            )
            return "accepted" if accept else "declined"

        return carry

    forms = carry_out(request, {"paper": paper, "accept": decide(True), "decline": decide(False)})
    if isinstance(forms, HttpResponse):
        return forms
    homerooms = families.homerooms_of(viewer)
    asked = _number(request, "homeroom")
    chosen = asked or next(iter(viewer.homeroom_ids), None)
    shown = families.class_families(viewer, chosen, _week(request)) if chosen is not None else None
    if asked is not None and shown is None:
        raise Http404
    if shown is not None:
        trace_visit(viewer, "families", shown.homeroom)
    context = {
        "shown": shown,
        "deaf": deaf_of(viewer, shown.homeroom) if shown is not None else (),
        "homerooms": homerooms,
        "shares": families.shares(viewer) if viewer.roles & {"deputy", "director"} else [],
        "forms": forms,
        "day": timedelta(days=1),
        "on": viewer.on,
        "explains": may(viewer, "families.absences"),
    }
    return page(request, "diary/families.html", context, status(forms))


@require_safe
@requires("families")
def family_readings(request: HttpRequest, homeroom_id: int) -> HttpResponse:
    """Which family of a class has read what: marks of the period, reports, announcements, the past week."""
    viewer = _viewer(request)
    titles = dict(families.homerooms_of(viewer))
    if homeroom_id not in titles:
        raise Http404
    trace_visit(viewer, "family_readings", homeroom_id)
    context = {
        "title": titles[homeroom_id],
        "homeroom": homeroom_id,
        "items": reading_sheet(viewer, homeroom_id),
    }
    return page(request, "diary/readings.html", context)


@require_http_methods(FORM)
@requires("families.absences")
def family_absences(request: HttpRequest) -> HttpResponse:
    """One queue: absences without a reason, oldest first, with the family's words beside."""
    viewer, at = _viewer(request), clock.now()

    def explain(posted: Posted) -> str:
        key, _, symbol = posted.text("reason").rpartition("=")
        queue = families.reason_queue(viewer)
        if symbol not in {code.symbol for code in queue.codes}:
            raise Refusal("Пропуск уже объяснён или изменён: обновите страницу.")
        cells = [
            cell
            for span in queue.spans
            for day in span.days
            if key in (span.key, f"{span.student}:{day.date.isoformat()}")
            for cell in day.cells
        ]
        if not cells:
            raise Refusal("Пропуск уже объяснён или изменён: обновите страницу.")
        notices.give_reason(viewer, cells, symbol, reason="", at=at)
        return "reasoned"

    def settle(posted: Posted) -> str:
        notices.settle_accepted(viewer, families.reason_queue(viewer).codes, at=at)
        return "reasoned"

    def decide(accept: bool) -> Callable[[Posted], str]:
        def carry(posted: Posted) -> str:
            notices.decide_absence(
                viewer, posted.id("row", "сообщение"), accept=accept, answer=posted.text("answer"), at=at
            )
            if accept:
                notices.settle_accepted(viewer, families.reason_queue(viewer).codes, at=at)
            return "accepted" if accept else "declined"

        return carry

    forms = carry_out(
        request, {"explain": explain, "settle": settle, "accept": decide(True), "decline": decide(False)}
    )
    if isinstance(forms, HttpResponse):
        return forms
    queue = families.reason_queue(viewer)
    covered = sum(len(cells) for cells in notices.covered_cells(viewer).values())
    for homeroom_id in viewer.homeroom_ids:
        trace_visit(viewer, "family_absences", homeroom_id)
    lessons = sum(span.count for span in queue.spans)
    context = {
        "queue": queue,
        "covered": covered,
        "summary": plural(lessons, "урок", "урока", "уроков"),
        "forms": forms,
        "day": timedelta(days=1),
        "on": viewer.on,
        "back": reverse("families"),
    }
    return page(request, "diary/reasons.html", context, status(forms))


@require_safe
@requires("homework.states")
def homework_panel(request: HttpRequest) -> HttpResponse:
    """What the viewer set of late, and what came of it; opening it is the daily check."""
    viewer = _viewer(request)
    looks.note_panel(viewer)
    checks = [
        rule
        for rule in rules(law_of(viewer), viewer.on, "check_every")
        if rule.params.scope == "homework_diary"
    ]
    context = {"lines": panel(viewer), "law": cited(checks).text}
    return page(request, "diary/homework_panel.html", context)


@require_http_methods(FORM)
@requires("homework.states")
def homework_page(request: HttpRequest, homework_id: int) -> HttpResponse:
    """Who has seen a piece of homework, whose family has, who called it done."""
    viewer = _viewer(request)
    try:
        shown = homework_states(viewer, homework_id)
    except NotFound:
        raise Http404 from None

    def comment(posted: Posted) -> str:
        works.comment_work(viewer, posted.id("row", "работа"), text=posted.text("text"), at=clock.now())
        return "work_commented"

    forms = carry_out(request, {"comment": comment})
    if isinstance(forms, HttpResponse):
        return forms
    trace_visit(viewer, "homework_states", shown.journal)
    which = request.GET.get("show", "")
    filters = (
        ("", "Все"),
        ("unseen", "Не видели"),
        ("unseen_family", "Семья не видела"),
        ("done", "Сделали"),
        ("overdue", "Просрочили"),
    )
    context = {
        "shown": shown,
        "which": which,
        "filters": [(key, title, shown.count(key)) for key, title in filters],
        "pupils": shown.of(which),
        "works": works_of(viewer, [homework_id]),
        "comments": works.may_comment(viewer, homework_id),
        "forms": forms,
    }
    return page(request, "diary/homework_states.html", context, status(forms))


urlpatterns = [
    path("families/", families_page, name="families"),
    path("families/<int:homeroom_id>/read/", family_readings, name="family_readings"),
    path("families/absences/", family_absences, name="family_absences"),
    path("homework/", homework_panel, name="homework_panel"),
    path("homework/<int:homework_id>/", homework_page, name="homework_states"),
]
