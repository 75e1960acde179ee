"""Files of homework: put to a lesson, taken off, downloaded (never shown inside a page of ours)."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from parta.foundation import clock
from parta.foundation.access import requires, wants_json
from parta.journal import access  # noqa: F401  (declares the permissions named below)
from parta.journal.actions.changes import MAX_ID, BadInput
from parta.journal.actions.context import NotFound
from parta.journal.actions.files import attach_file, remove_file, store_path
from parta.journal.actions.write import Conflicted, RefusedWrite
from parta.journal.pages.write import refusal
from parta.journal.queries.files import attachment
from parta.people.chrome import page
from parta.people.viewer import Viewer


@require_POST
@requires("journal.write")
def lesson_files(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """Take a file in (`file`, optionally `student`), or off (`remove`)."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    at = clock.now()
    try:
        removed = _id(request.POST.get("remove", ""))
        if removed is not None:
            remove_file(viewer, removed, at=at, operation_id=_operation(request))
            answer: dict[str, Any] = {"removed": removed}
        else:
            upload = request.FILES.get("file")
            if upload is None or not upload.name:
                raise BadInput("Выберите файл.")
            kept = attach_file(
                viewer,
                lesson_id,
                _id(request.POST.get("student", "")),
                name=upload.name,
                chunks=upload.chunks(),
                at=at,
                operation_id=_operation(request),
            )
            answer = {
                "id": kept.id,
                "name": kept.name,
                "size": kept.size,
                "url": reverse("file", args=[kept.id]),
            }
    except BadInput as fault:
        return _fault(request, lesson_id, 400, str(fault))
    except (NotFound, Conflicted):
        raise Http404 from None
    except RefusedWrite as fault:
        shown = refusal(fault.refused[0])
        return _fault(request, lesson_id, 422, f"{shown['title']}. {shown['text']}")
    if wants_json(request):
        return JsonResponse(answer)
    return HttpResponseRedirect(
        f"{reverse('lesson', args=[lesson_id])}?{urlencode({'tab': 'topic'})}", status=303
    )


def _fault(request: HttpRequest, lesson_id: int, status: int, text: str) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": text}, status=status)
    context = {"text": text, "back": f"{reverse('lesson', args=[lesson_id])}?tab=topic"}
    return page(request, "journal/lesson_file.html", context, status)


def _operation(request: HttpRequest) -> str:
    try:
        return str(uuid.UUID(request.POST.get("operation", "")))
    except ValueError:
        return str(uuid.uuid4())


def _id(text: str) -> int | None:
    """A number of a row; None when left out. Raises BadInput for anything else."""
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:20]) <= MAX_ID:
        raise BadInput("Запрос не разобран: обновите страницу и повторите.")
    return int(text)


@require_GET
@requires("files.read")
def file(request: HttpRequest, attachment_id: int) -> FileResponse:
    """Download: as an attachment, of a fixed type, in a sandbox of its own."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    found = attachment(viewer, attachment_id)
    if found is None:
        raise Http404
    return kept_file(found.sha256, found.name, found.content_type)


def kept_file(sha256: str, name: str, content_type: str) -> FileResponse:
    """The bytes with this digest as a download. Raises Http404 when they are not there."""
    if not sha256 or not store_path(sha256).is_file():
        raise Http404
    response = FileResponse(
        store_path(sha256).open("rb"), as_attachment=True, filename=name, content_type=content_type
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


urlpatterns = [
    path("lessons/<int:lesson_id>/files", lesson_files, name="lesson_files"),
    path("files/<int:attachment_id>/", file, name="file"),
]
