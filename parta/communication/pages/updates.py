"""What is new, for a page that is open: asked every half minute, answered with nothing while nothing is."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from parta.communication import access  # noqa: F401  (declares the permission named below)
from parta.communication.queries.delivery import fresh
from parta.foundation.access import requires
from parta.people.viewer import Viewer


@require_safe
@requires("updates")
def updates(request: HttpRequest) -> HttpResponse:
    """Numbers beside the navigation and a digest of the diary; 304 while they are what the page knows."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    request.is_background = True  # type: ignore[attr-defined]
    found = fresh(viewer)
    tag = f'"{found.tag}"'
    if request.headers.get("If-None-Match", "").removeprefix("W/") == tag:
        answer = HttpResponse(status=304)
    else:
        answer = JsonResponse(
            {
                "badges": {
                    reverse("messages"): found.unread,
                    reverse("announcements"): found.announcements,
                },
                "account": {"count": found.notices, "url": reverse("account")},
                "diary": found.tag if found.diary else "",
            }
        )
    answer.headers["ETag"] = tag
    answer.headers["Cache-Control"] = "no-store, private"
    return answer


urlpatterns = [path("updates/", updates, name="updates")]
