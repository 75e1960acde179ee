"""The history of a cell, as JSON for the pop-over of the journal page."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe

from parta.foundation.access import requires
from parta.foundation.pagekit import hm, ru_date
from parta.journal import access  # noqa: F401  (declares the permissions named below)
from parta.journal.queries.history import NotFound, cell_history
from parta.people.viewer import Viewer


@require_safe
@requires("journal.read")
def journal_history(request: HttpRequest, journal_id: int) -> HttpResponse:
    """Entries of the change log about one cell: ``student`` with ``lesson`` (and ``assessment``) or ``term``."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    student, lesson, assessment, term = (
        _number(request, name) for name in ("student", "lesson", "assessment", "term")
    )
    if student is None or (lesson is None) == (term is None):
        return JsonResponse({"error": "Нужны номер ученика и номер урока или периода."}, status=400)
    try:
        happenings = cell_history(
            viewer, journal_id, student, lesson_id=lesson, assessment_id=assessment, term_id=term
        )
    except NotFound:
        return JsonResponse({"error": "Такого журнала нет, или он не в вашем ведении."}, status=404)
    return JsonResponse(
        {
            "entries": [
                {
                    "at": f"{ru_date(entry.at)}, {hm(entry.at)}",
                    "who": entry.who,
                    "role": entry.role,
                    "verb": entry.verb,
                    "what": entry.what,
                    "was": entry.was,
                    "now": entry.now,
                    "reason": entry.reason,
                    "comment": entry.comment,
                    "remarks": entry.remarks,
                    "late": entry.is_late,
                    "permit": entry.by_permit,
                    "undo": entry.taken_back,
                }
                for entry in happenings
            ]
        },
        json_dumps_params={"ensure_ascii": False},
    )


def _number(request: HttpRequest, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None


urlpatterns = [path("journals/<int:journal_id>/history", journal_history, name="journal_history")]
