"""A finding's card with its life, and each person's own list of what is due."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from parta.control.actions.findings import answer_finding, do_finding, excuse_finding, keep, return_finding
from parta.control.pages.frame import FORM, READ, absent, control_page
from parta.control.queries import findings as queries
from parta.control.queries.duties import own_page
from parta.foundation import clock
from parta.foundation.access import may, requires
from parta.organisation.acts import Refusal
from parta.people.forms import Posted, carry_out
from parta.people.pages.setup import looking

LEADERS = frozenset({"director", "deputy"})
SHOWN = 200
"""Records of one's own list; the count is of all."""
DONE = {
    "answered": "Ответ записан. Строка исчезнет, когда запись появится в журнале.",
    "excused": "Причина записана: нарушение больше не ждёт исправления.",
    "done": "Записано: сделано.",
    "returned": "Возвращено: нарушение снова ждёт исправления.",
}


@require_http_methods(READ)
@requires("control.own")
def own_findings(request: HttpRequest) -> HttpResponse:
    """What the viewer is to do, until when and under which clause, each a click from doing it."""
    viewer = looking(request)
    keep(viewer.school.id, at=viewer.at)
    found = own_page(viewer, viewer.on - timedelta(days=30))
    return control_page(request, "control/own.html", {"found": found, "shown": SHOWN, "listed": 60})


@require_http_methods(FORM)
@requires("control.own")
def finding(request: HttpRequest, finding_id: int) -> HttpResponse:
    """One finding: what, where, by which clause, its life; answered by its person, excused by a controller."""
    viewer = looking(request)
    keep(viewer.school.id, at=viewer.at)
    found = queries.finding(viewer, finding_id)
    if found is None:
        raise Http404
    acts = may(viewer, "control.act") and found.who_id != viewer.person_id
    # a duty that names no person is done by who holds the post; the deputy head answers for a post nobody holds here
    roles = viewer.roles if viewer.roles.isdisjoint(LEADERS) else frozenset({found.role})
    address = reverse("finding", args=[finding_id])

    def step(act: str, posted: Posted) -> str:
        common: dict[str, Any] = {
            "school_id": viewer.school.id,
            "finding_id": finding_id,
            "person_id": viewer.person_id,
            "at": clock.now(),
        }
        try:
            if act == "answer":
                answer_finding(text=posted.text("answer"), by=viewer.acting_as(), **common)
                return f"{address}?done=answered"
            if act == "do":
                do_finding(
                    words=posted.text("words"),
                    done_on=posted.date_or_none("done_on", "день"),
                    on=viewer.on,
                    roles=roles,
                    by=viewer.acting_as(),
                    **common,
                )
                return f"{address}?done=done"
            if not acts:
                raise Refusal("Это решает заместитель директора, директор или заведующий кафедрой.")
            carry = excuse_finding if act == "excuse" else return_finding
            carry(reason=posted.text("reason"), by=viewer.acting_as(), **common)
            return f"{address}?done={'excused' if act == 'excuse' else 'returned'}"
        except LookupError as error:
            raise absent(error) from None

    forms = carry_out(
        request,
        {
            "answer": lambda posted: step("answer", posted),
            "do": lambda posted: step("do", posted),
            "excuse": lambda posted: step("excuse", posted),
            "return": lambda posted: step("return", posted),
        },
    )
    if isinstance(forms, HttpResponse):
        return forms
    context = {
        "line": found,
        "kind": queries.kind_title(found),
        "steps": queries.history(viewer, found),
        "is_own": found.who_id == viewer.person_id,
        "does": found.is_to_do
        and (found.who_id == viewer.person_id or (found.who_id is None and found.role in roles)),
        "decides": acts,
        "done": DONE.get(request.GET.get("done", ""), ""),
    }
    return control_page(request, "control/finding.html", context, forms)


urlpatterns = [
    path("control/findings/", own_findings, name="own_findings"),
    path("control/findings/<int:finding_id>/", finding, name="finding"),
]
