"""Health sheets: the classes, the sheet of one, its print (empty and filled)."""

from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods, require_safe

from parta.diary import access  # noqa: F401  (declares the permissions named below)
from parta.diary.actions import health as actions
from parta.diary.models import HealthNote
from parta.diary.queries.health import KEEPERS, WATCHERS, sheet, sheets
from parta.foundation import clock
from parta.foundation.access import requires
from parta.foundation.pagekit import ru_date_full
from parta.foundation.papers import Unset, typeset
from parta.people.actions.traces import trace, trace_visit
from parta.people.chrome import page
from parta.people.forms import DONE, Posted, carry_out, status
from parta.people.viewer import Viewer

FORM = ["GET", "HEAD", "POST"]
TEMPLATE = Path(__file__).parent.parent / "content" / "health.typ"
DONE |= {"health_set": "Записано. Прежнее осталось в истории.", "health_handed": "Передача записана."}


@require_http_methods(FORM)
@requires("health")
def health(request: HttpRequest) -> HttpResponse:
    """The sheets that concern the viewer; the social pedagogue and the nurse note what went to the class teacher."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]

    def hand(posted: Posted) -> str:
        actions.hand_over(
            viewer,
            posted.id("row", "класс"),
            handed_on=posted.date("handed_on", "дата передачи"),
            at=clock.now(),
        )
        return "health_handed"

    forms = carry_out(request, {"hand": hand})
    if isinstance(forms, HttpResponse):
        return forms
    context = {
        "lines": sheets(viewer),
        "forms": forms,
        "hands": bool(viewer.roles & KEEPERS),
        "watches": bool(viewer.roles & (KEEPERS | WATCHERS)) or bool(viewer.homeroom_ids),
    }
    return page(request, "diary/health.html", context, status(forms))


@require_http_methods(FORM)
@requires("health.sheet")
def health_sheet(request: HttpRequest, homeroom_id: int) -> HttpResponse:
    """The sheet of a class: its keepers change it, its teachers read what they must know."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    if (shown := sheet(viewer, homeroom_id)) is None:
        raise Http404

    def save(posted: Posted) -> str:
        actions.set_note(
            viewer,
            homeroom_id,
            posted.id("row", "ученик"),
            group=posted.whole_or_none("group", 1, 5, "группа здоровья"),
            sport=posted.text("sport"),
            advice=posted.text("advice"),
            words=posted.text("words"),
            at=clock.now(),
        )
        return "health_set"

    forms = carry_out(request, {"save": save})
    if isinstance(forms, HttpResponse):
        return forms
    trace_visit(viewer, "health_sheet", homeroom_id)
    context = {"shown": shown, "forms": forms, "groups": HealthNote.GROUPS, "sports": HealthNote.SPORT}
    return page(request, "diary/health_sheet.html", context, status(forms))


@require_safe
@requires("health.print", confirm="print")
def health_print(request: HttpRequest, homeroom_id: int) -> HttpResponse:
    """The sheet as a PDF, filled or with `?blank=1` to be filled by hand: for its keepers only."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    shown = sheet(viewer, homeroom_id)
    if shown is None or not shown.keeps:
        raise Http404
    is_blank = request.GET.get("blank") == "1"
    trace(viewer, "health_print", object_id=homeroom_id)
    data = {
        "title": f"Листок здоровья, {shown.title}",
        "school": viewer.school.short_name,
        "class": shown.title,
        "day": [viewer.on.year, viewer.on.month, viewer.on.day],
        "made": "" if is_blank else ru_date_full(viewer.on),
        "lines": [
            [line.name, "", "", ""]
            if is_blank
            else [
                line.name,
                line.group_word,
                line.sport_word,
                "; ".join(filter(None, (line.advice, line.words))),
            ]
            for line in shown.lines
        ],
    }
    try:
        pdf = typeset(TEMPLATE, data)
    except Unset:
        text = (
            "Листок не сложился в файл. Повторите через минуту; не поможет – сообщите администратору Парты."
        )
        return page(request, "diary/fault.html", {"text": text, "back": request.path}, 503)
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer.headers["Content-Disposition"] = 'attachment; filename="listok-zdorovya.pdf"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


urlpatterns = [
    path("health/", health, name="health"),
    path("health/<int:homeroom_id>/", health_sheet, name="health_sheet"),
    path("health/<int:homeroom_id>/sheet.pdf", health_print, name="health_print"),
]
