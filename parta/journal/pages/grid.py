"""The list of journals and the page of one journal."""

from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from parta.foundation.access import requires
from parta.journal import access  # noqa: F401  (declares the permissions named below)
from parta.journal.pages import cells
from parta.journal.queries.grid import JournalPage, LessonLine, NotFound, journal_page
from parta.journal.queries.lists import Filters, journal_list
from parta.people.chrome import page as framed
from parta.people.viewer import Viewer


@require_safe
@requires("journal.read")
def journal(request: HttpRequest, journal_id: int) -> HttpResponse:
    """The spread of a journal: `term`, `lesson` opened on the right page, `work` for a new column, `view=wide`."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    lesson_id, work = _number(request, "lesson"), request.GET.get("work", "")[:24]
    try:
        page = journal_page(
            viewer,
            journal_id,
            _number(request, "term"),
            column=(lesson_id, work) if lesson_id is not None and work else None,
        )
    except NotFound as fault:
        raise Http404 from fault
    view = "wide" if request.GET.get("view") == "wide" else ""
    own_url = reverse("journal", args=(page.id,))
    lesson_url = _lesson_url()
    opened = _opened(page, lesson_id)
    place = page.lessons.index(opened) if opened is not None else len(page.lessons)
    context = {
        "page": page,
        "title": cells.class_title(page.homeroom) or page.group,
        "class_title": cells.class_title,
        "students": cells.students_words(page),
        "own_url": own_url,
        "query": f"?term={page.term.id}",
        "view": view,
        "grid": cells.year_grid(page, f"{own_url}?term=") if page.is_year else cells.grid(page, lesson_url),
        "before": cells.lesson_lines(page, page.lessons[:place], lesson_url),
        "after": cells.lesson_lines(page, page.lessons[place + 1 :], lesson_url),
        "opened": opened,
        "opened_url": lesson_url.replace("/0/", f"/{opened.id}/") if opened is not None else "",
        "data": cells.script_data(
            page,
            {
                "write": reverse("journal_write", args=(page.id,)),
                "history": reverse("journal_history", args=(page.id,)),
                "permit": reverse("permit_ask"),
                "self": own_url,
                "lesson": lesson_url,
                "login": reverse("login"),
            },
            on=viewer.on.isoformat(),
        ),
    }
    if opened is not None:
        context.update(_form(page, opened))
    return framed(request, "journal/grid.html", context)


@require_safe
@requires("journal.read")
def journals(request: HttpRequest) -> HttpResponse:
    """The journals of the viewer; school-wide roles see the school's, by class, subject and teacher."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    wanted = Filters(
        homeroom=_number(request, "class"),
        subject=_number(request, "subject"),
        teacher=_number(request, "teacher"),
        page=min(max(1, _number(request, "page") or 1), 10_000),
    )
    found = journal_list(viewer, wanted)
    return framed(
        request, "journal/list.html", {"found": found, "wanted": wanted, "class_title": cells.class_title}
    )


def _opened(page: JournalPage, lesson_id: int | None) -> LessonLine | None:
    """The lesson opened in place: the one asked for, else today's."""
    wanted = page.current if lesson_id is None else lesson_id
    return next((line for line in page.lessons if line.id == wanted), None)


def _form(page: JournalPage, opened: LessonLine) -> dict[str, object]:
    """What the open lesson's form shows beside the lesson itself."""
    place = page.lessons.index(opened)
    later = [line for line in page.lessons[place + 1 :] if line.state != "cancelled"]
    due = None
    if opened.homework is not None and opened.homework.due_lesson is not None:
        due = next((line for line in page.lessons if line.id == opened.homework.due_lesson), None)
    suggestions = [line.planned for line in page.lessons[place:] if line.planned is not None][:6]
    present, absent, late, marks = cells.facts_of(page, opened)
    here = cells.columns_of(page, opened.id)
    return {
        "due": due or next((line for line in later if line.date > opened.date), None),
        "suggestions": suggestions,
        "facts": (present, absent, late, marks),
        "columns": here,
        "works": [kind for kind in page.kinds if not page.codes.works or kind.code in page.codes.works],
    }


def _number(request: HttpRequest, name: str) -> int | None:
    """A number of the query; None when absent or no number."""
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None


@lru_cache(maxsize=1)
def _lesson_url() -> str:
    return reverse("lesson", args=(0,))


urlpatterns = [
    path("journals/", journals, name="journals"),
    path("journals/<int:journal_id>/", journal, name="journal"),
]
