"""The change of the school year: a page that shows what will be done before it is done."""

from collections import Counter
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.control.actions.years import OUTCOMES, Move, close_past_year, moves, open_next_year, promote
from parta.control.pages.frame import FORM, control_page
from parta.control.queries.year_change import YearChange, year_change
from parta.foundation.access import requires
from parta.organisation.acts import Refusal
from parta.people.forms import Forms, FormState, Posted, carry_out
from parta.people.pages.setup import looking

EXCEPTIONS = ("conditional", "repeats", "left")
"""Outcomes a person ticks; all others go up or finish."""
DONE = {
    "opened": "Новый учебный год создан. Проверьте его календарь и классы.",
    "promoted": "Ученики переведены. Класс каждого – с первого дня нового года.",
    "closed": "Учебный год закрыт: его журналы теперь только читаются.",
}


def _ticked(posted: Posted) -> dict[int, str]:
    """The exceptions of the form. Raises Refusal when one student has two."""
    found: dict[int, str] = {}
    for outcome in EXCEPTIONS:
        for text in posted.data.getlist(outcome):
            if text.isdecimal() and len(text) < 16:
                if int(text) in found:
                    raise Refusal("У ученика отмечены два исхода сразу: оставьте один.")
                found[int(text)] = outcome
    return found


def _proposal(change: YearChange) -> tuple[str, date, date]:
    """Title, first and last day proposed for the next year."""
    year = change.old.until.year if change.old else 2000
    return f"{year}/{year + 1}", date(year, 9, 1), date(year + 1, 5, 31)


@require_http_methods(FORM)
@requires("year_change")
def change_page(request: HttpRequest) -> HttpResponse:
    """Three steps: the next year, the promotion by an order, the closing of the old year."""
    viewer = looking(request)
    change = year_change(viewer)
    by, at, school_id = viewer.acting_as(), viewer.at, viewer.school.id

    def opened(posted: Posted) -> str:
        open_next_year(
            school_id=school_id, title=posted.text("title"), starts=posted.date("starts", "первый день"),
            until=posted.until("until"), on=viewer.on, by=by, at=at,
        )  # fmt: skip
        return "opened"

    def promoted(posted: Posted) -> str | HttpResponse:
        outcomes = _ticked(posted)
        if not posted.is_ticked("agreed"):
            typed = FormState(request.POST.dict())
            return _render(request, change, Forms("promote", "", typed), moves(change, outcomes))
        promote(
            school_id=school_id, order_number=posted.text("order_number"),
            order_date=posted.date_or_none("order_date", "дата приказа"), outcomes=outcomes, on=viewer.on, by=by, at=at,
        )  # fmt: skip
        return "promoted"

    def closed(posted: Posted) -> str:
        close_past_year(school_id=school_id, on=viewer.on, by=by, at=at)
        return "closed"

    forms = carry_out(request, {"open": opened, "promote": promoted, "close": closed})
    if isinstance(forms, HttpResponse):
        return forms
    return _render(request, change, forms, [])


def _render(request: HttpRequest, change: YearChange, forms: Forms, shown: list[Move]) -> HttpResponse:
    """The page; `shown`: the promotion as it would be, asked to be confirmed."""
    ticked = {
        outcome: {int(text) for text in request.POST.getlist(outcome) if text.isdecimal() and len(text) < 16}
        for outcome in EXCEPTIONS
    }
    title, starts, last = _proposal(change)
    context = {
        "found": change,
        "outcomes": OUTCOMES,
        "exceptions": [(code, OUTCOMES[code]) for code in EXCEPTIONS],
        "ticked": ticked,
        "shown": shown,
        "apart": [move for move in shown if move.outcome != "promoted"],
        "ways": Counter((move.was, move.homeroom) for move in shown if move.homeroom),
        "counts": Counter(move.outcome for move in shown),
        "proposal": {"title": title, "starts": starts.isoformat(), "until": last.isoformat()},
        "done": DONE.get(request.GET.get("done", ""), ""),
    }
    return control_page(request, "control/year_change.html", context, forms)


urlpatterns = [path("control/year-change/", change_page, name="year_change")]
