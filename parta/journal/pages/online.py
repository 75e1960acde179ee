"""The address of an online lesson, set from the page of the lesson."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from parta.foundation import clock
from parta.foundation.access import requires
from parta.journal import access  # noqa: F401  (declares the permission named below)
from parta.journal.actions.changes import BadInput
from parta.journal.actions.context import NotFound
from parta.journal.actions.online import LONGEST, set_online
from parta.people.chrome import page
from parta.people.viewer import Viewer


@require_POST
@requires("journal.write")
def lesson_online(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """`url` (empty: none any more), `for=journal`: for every lesson of the journal."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    back = f"{reverse('lesson', args=[lesson_id])}?tab=topic"
    try:
        set_online(
            viewer,
            lesson_id,
            url=request.POST.get("url", "")[: LONGEST + 1].replace("\x00", " "),
            whole_journal=request.POST.get("for") == "journal",
            at=clock.now(),
            operation_id=str(uuid.uuid4()),
        )
    except BadInput as fault:
        context = {"title": "Ссылка не записана", "text": str(fault), "back": back}
        return page(request, "journal/lesson_file.html", context, 400)
    except NotFound:
        raise Http404 from None
    return HttpResponseRedirect(f"{back}#online", status=303)


urlpatterns = [path("lessons/<int:lesson_id>/online", lesson_online, name="lesson_online")]
