"""Asking for a permit in the refused cell, and the page where it is decided."""

import json
import uuid
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from parta.foundation import clock
from parta.foundation.access import may, requires, wants_json
from parta.journal import access  # noqa: F401  (declares the permissions named below)
from parta.journal.actions.changes import MAX_ID
from parta.journal.actions.permits import NotFound, Refusal, Wish, ask_permit, decline_permit, grant_permit
from parta.journal.queries.permits import permits_page
from parta.people.actions import trace
from parta.people.chrome import page
from parta.people.viewer import Viewer


@require_http_methods(["GET", "HEAD", "POST"])
@requires("permits.read")
def permits(request: HttpRequest) -> HttpResponse:
    """What waits and what was decided; a decision is a form sent here."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    fault: dict[str, Any] = {}
    if request.method == "POST":
        if not may(viewer, "permits.decide"):
            return _page(request, viewer, {"text": "Решение принимает заместитель директора."}, 403)
        try:
            _decide(request, viewer)
        except NotFound:
            raise Http404 from None
        except Refusal as refused:
            fault = {"text": str(refused), "permit": request.POST.get("permit", "")}
            return _page(request, viewer, fault, 422)
        return HttpResponseRedirect(reverse("permits"), status=303)
    return _page(request, viewer, fault)


def _page(request: HttpRequest, viewer: Viewer, fault: dict[str, Any], status: int = 200) -> HttpResponse:
    found = permits_page(viewer)
    if viewer.is_school_wide and (found.waiting or found.decided):
        trace(viewer, "permits")
    context = {
        "found": found,
        "fault": fault,
        "until": viewer.on + timedelta(days=1),
        "latest": viewer.on + timedelta(days=30),
        "nav_badges": {"permits": len(found.waiting)} if found.decides else {},
        "today": viewer.on,
        "operation": str(uuid.uuid4()),
    }
    return page(request, "journal/permits.html", context, status)


def _decide(request: HttpRequest, viewer: Viewer) -> None:
    sent = request.POST
    at = clock.now()
    try:
        permit_id = _id(sent.get("permit", ""))
    except ValueError:
        permit_id = None
    if permit_id is None:
        raise NotFound("permit")
    operation_id = str(uuid.uuid4())
    reason = sent.get("reason", "")
    if sent.get("decision") == "grant":
        try:
            until = date.fromisoformat(sent.get("until", ""))
        except ValueError:
            raise Refusal("Укажите, до какого дня действует разрешение.") from None
        zone = ZoneInfo(viewer.school.timezone)
        if not viewer.on <= until <= viewer.on + timedelta(days=30):
            raise Refusal("Разрешение дают на срок от сегодняшнего дня до месяца вперёд.")
        ends_at = datetime.combine(until + timedelta(days=1), time(), zone)
        grant_permit(viewer, permit_id, reason=reason, ends_at=ends_at, at=at, operation_id=operation_id)
    elif sent.get("decision") == "decline":
        decline_permit(viewer, permit_id, reason=reason, at=at, operation_id=operation_id)
    else:
        raise Refusal("Выберите решение: разрешить или отклонить.")


@require_POST
@requires("permits.ask")
def permit_ask(request: HttpRequest) -> HttpResponse:
    """Ask: JSON from the cell, or a plain form."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    try:
        wish, operation_id = _wish(request)
        permit_id = ask_permit(viewer, wish, at=clock.now(), operation_id=operation_id)
    except Refusal as refused:
        return JsonResponse({"error": str(refused)}, status=422)
    except NotFound:
        return JsonResponse({"error": "Такого урока или ученика нет, или он не в вашем ведении."}, status=404)
    except (ValueError, RecursionError):
        return JsonResponse({"error": "Запрос не разобран: обновите страницу и повторите."}, status=400)
    if not wants_json(request):
        return HttpResponseRedirect(reverse("permits"), status=303)
    return JsonResponse({"permit": permit_id})


def _wish(request: HttpRequest) -> tuple[Wish, str]:
    """What is asked for. Raises ValueError when it cannot be read."""
    sent: Any = (
        json.loads(request.body)
        if request.content_type == "application/json"
        else {**request.POST.dict(), "clauses": request.POST.getlist("clauses")}
    )
    if not isinstance(sent, dict):
        raise ValueError("not an object")
    clauses = sent.get("clauses", [])
    if not isinstance(clauses, list) or not all(isinstance(item, str) and len(item) < 60 for item in clauses):
        raise ValueError("clauses")
    texts = {name: sent.get(name, "") for name in ("fact", "wanted", "reason")}
    if not all(isinstance(text, str) and "\x00" not in text for text in texts.values()):
        raise ValueError("text")
    for text in texts.values():
        text.encode("utf-8")
    journal_id = _id(sent.get("journal"))
    if journal_id is None:
        raise ValueError("journal")
    wish = Wish(
        journal_id=journal_id,
        lesson_id=_id(sent.get("lesson")),
        term_id=_id(sent.get("term")),
        student_id=_id(sent.get("student")),
        clauses=tuple(dict.fromkeys(clauses)),
        **texts,
    )
    operation = sent.get("operation")
    return wish, str(uuid.UUID(operation)) if isinstance(operation, str) and operation else str(uuid.uuid4())


def _id(value: Any) -> int | None:
    """A number of a row, from JSON or a form. Raises ValueError when it is something else."""
    if value in (None, ""):
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 16:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= MAX_ID:
        raise ValueError("id")
    return value


urlpatterns = [
    path("permits/", permits, name="permits"),
    path("permits/ask", permit_ask, name="permit_ask"),
]
