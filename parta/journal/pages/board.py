"""A lesson on the screen of the classroom: an address of its own, so that a reloaded tab shows the same."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from parta.foundation.access import requires
from parta.journal import access  # noqa: F401  (declares the permissions named below)
from parta.journal.queries.board import lesson_board
from parta.journal.queries.lesson import NotFound
from parta.people.actions import trace
from parta.people.chrome import page
from parta.people.viewer import Viewer


@require_safe
@requires("journal.read")
def board(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """The lesson without anything that is not for the whole class; `from=journal` leads back to the journal."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    try:
        shown = lesson_board(viewer, lesson_id)
    except NotFound:
        raise Http404 from None
    trace(viewer, "lesson_board", object_id=lesson_id)
    is_from_journal = request.GET.get("from") == "journal"
    back = reverse("journal", args=[shown.journal]) if is_from_journal else reverse("lesson", args=[shown.id])
    context = {
        "board": shown,
        "back": f"{back}?lesson={shown.id}" if is_from_journal else back,
        "query": "?from=journal" if is_from_journal else "",
        "is_now": shown.starts <= viewer.at < shown.ends,
    }
    return page(request, "journal/board.html", context)


urlpatterns = [path("lessons/<int:lesson_id>/board/", board, name="lesson_board")]
