"""Class teachers, masters, deputies and directors look at a diary with the family's eyes: they see and write nothing.

The pages are the family's own. What they are handed is not the person who signed in but an onlooker whose one student
this is; nothing of it counts as a look of the family, and each page opened leaves a trace (invariant 5).
"""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from parta.diary.actions.looks import is_of_class
from parta.foundation import sql
from parta.people.actions.traces import trace
from parta.people.viewer import ONLOOKER, Grant, Viewer

WHOLE_SCHOOL = frozenset({"deputy", "director"})


def eyes(request: HttpRequest) -> Viewer:
    """Whose diary it is: the family that signed in, or the onlooker of `with_family_eyes`."""
    viewer: Viewer = getattr(request, "eyes", None) or request.viewer  # type: ignore[attr-defined]
    return viewer


def with_family_eyes(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Open a page of the diary to staff who answer for the student, for reading. Two statements more, for them only."""

    @wraps(view)
    def seen(request: HttpRequest, student_id: int, **more: int) -> HttpResponse:
        viewer: Viewer = request.viewer  # type: ignore[attr-defined]
        if student_id not in viewer.student_ids:
            if not _may(viewer, student_id):
                raise Http404
            if request.method not in ("GET", "HEAD"):
                raise PermissionDenied("Дневник открыт глазами семьи: записать отсюда ничего нельзя.")
            trace(viewer, "diary", student_id)
            grants = (Grant(ONLOOKER, student_id=student_id),)
            request.eyes = replace(viewer, roles=frozenset({"guardian"}), grants=grants)  # type: ignore[attr-defined]
        return view(request, student_id=student_id, **more)

    return seen


def _may(viewer: Viewer, student_id: int) -> bool:
    """Whether the viewer answers for the student. At most one statement."""
    if viewer.roles & WHOLE_SCHOOL:
        return bool(
            sql.read(
                "SELECT 1 FROM people_enrolment WHERE student_id = %s AND school_id = %s LIMIT 1",
                (student_id, viewer.school.id),
            )
        )
    return bool(viewer.homeroom_ids) and is_of_class(viewer, student_id)
