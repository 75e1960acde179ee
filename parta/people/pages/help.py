"""The user guides, opened from everybody's own menu."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from parta.foundation import language
from parta.foundation.access import requires
from parta.people import access  # noqa: F401  (declares the permissions named below)
from parta.people.chrome import page
from parta.people.guides import FIRST, OF_ROLES, guides
from parta.people.viewer import Viewer


@require_safe
@requires("help")
def help_first(request: HttpRequest) -> HttpResponse:
    """The guide of the viewer's own role."""
    viewer: Viewer | None = request.viewer  # type: ignore[attr-defined]
    return _shown(request, OF_ROLES.get(viewer.main_role, FIRST) if viewer else FIRST)


@require_safe
@requires("help")
def help_page(request: HttpRequest, name: str) -> HttpResponse:
    """One guide."""
    return _shown(request, name)


def _shown(request: HttpRequest, name: str) -> HttpResponse:
    known = guides(language.now())
    guide = known.get(name)
    if guide is None:
        raise Http404
    language.speak(guide.language)  # a guide that is not translated has Russian words around it too
    viewer: Viewer | None = request.viewer  # type: ignore[attr-defined]
    first = (OF_ROLES.get(viewer.main_role) if viewer else None, FIRST)
    alike = [one for one in known.values() if one.language == guide.language]
    ordered = sorted(alike, key=lambda one: first.index(one.name) if one.name in first else 2)
    return page(request, "people/help.html", {"guide": guide, "guides": ordered})


urlpatterns = [path("help/", help_first, name="help"), path("help/<slug:name>/", help_page, name="help_page")]
