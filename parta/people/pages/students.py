"""Students for those who answer for them: the list and the card, each opening of which leaves a trace."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, path, reverse
from django.views.decorators.http import require_http_methods

from parta.foundation.access import requires
from parta.people import queries
from parta.people.actions import trace
from parta.people.forms import Forms
from parta.people.pages.persons import number_or_none
from parta.people.pages.setup import looking
from parta.people.setup import setup_page
from parta.people.viewer import ROLE_TITLES

READ = ["GET", "HEAD"]
PAGE_TITLES = {
    "student_card": "карточка",
    "setup_person": "настройка: карточка",
    "diary": "дневник",
    "diary_of": "дневник",
    "refused:student": "отказано: карточка",
    "refused:diary_of": "отказано: дневник",
}
SEES_READERS = frozenset({"deputy", "director"})


@require_http_methods(READ)
@requires("students")
def students(request: HttpRequest) -> HttpResponse:
    """Find a student."""
    viewer = looking(request)
    words = request.GET.get("q", "").replace("\x00", "")[:100].strip()
    homeroom_id = number_or_none(request.GET.get("homeroom", ""))
    year = queries.current_year(viewer)
    options = queries.homeroom_options(viewer, year)
    if not viewer.roles & queries.SCHOOL_CARDS:
        options = [option for option in options if option[0] in viewer.homeroom_ids]
    found = queries.students(
        viewer, words=words, homeroom_id=homeroom_id, page=number_or_none(request.GET.get("page", "")) or 1
    )
    return setup_page(
        request,
        "people/students.html",
        {"found": found, "words": words, "homeroom_id": homeroom_id, "homerooms": options},
        Forms(),
    )


@require_http_methods(READ)
@requires("student_card")
def student(request: HttpRequest, student_id: int) -> HttpResponse:
    """A student's card. Opening it is noted before it is shown."""
    viewer = looking(request)
    shown = queries.student_card(viewer, student_id)
    if shown is None:
        raise Http404
    trace(viewer, "student_card", student_id=student_id)
    sees_readers = bool(viewer.roles & SEES_READERS)
    diary = ""
    if student_id in viewer.student_ids:
        try:
            diary = reverse("diary_of", args=(student_id,))
        except NoReverseMatch:
            diary = ""
    return setup_page(
        request,
        "people/student.html",
        {
            "shown": shown,
            "who": shown.person,
            "is_family": student_id in viewer.student_ids and not viewer.roles - {"guardian", "student"},
            "sees_readers": sees_readers,
            "readers": queries.readers_of(viewer, student_id) if sees_readers else [],
            "page_titles": PAGE_TITLES,
            "role_titles": ROLE_TITLES,
            "edits": bool(viewer.roles & {"deputy", "operator"}),
            "diary": diary,
        },
    )


urlpatterns = [
    path("students/", students, name="students"),
    path("students/<int:student_id>/", student, name="student"),
]
