"""A draft tried on past lessons: how far it is, what it would have refused and found, clause by clause."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.control import access  # noqa: F401  (declares the permissions named below)
from parta.control.pages.frame import READ
from parta.control.queries import trials
from parta.foundation.access import may, requires
from parta.people.chrome import page
from parta.people.pages.setup import looking


@require_http_methods(READ)
@requires("regulation.draft")
def regulation_trial(request: HttpRequest, draft_id: int, trial_id: int) -> HttpResponse:
    """A trial: under way with its progress, or its result. Places are named to those who may read journals."""
    viewer = looking(request)
    found = trials.trial_page(viewer, draft_id, trial_id)
    if found is None:
        raise Http404
    return page(request, "control/trial.html", {"found": found, "reads": may(viewer, "journal.read")})


@require_http_methods(READ)
@requires("regulation.draft")
def regulation_trial_progress(request: HttpRequest, draft_id: int, trial_id: int) -> HttpResponse:
    """How far a trial is: state, journals done, of how many."""
    found = trials.progress(looking(request), draft_id, trial_id)
    if found is None:
        raise Http404
    return JsonResponse(dict(found))


urlpatterns = [
    path(
        "regulation/drafts/<int:draft_id>/trials/<int:trial_id>/", regulation_trial, name="regulation_trial"
    ),
    path(
        "regulation/drafts/<int:draft_id>/trials/<int:trial_id>/progress",
        regulation_trial_progress,
        name="regulation_trial_progress",
    ),
]
