"""The list of journals and the page of one journal."""

from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import get_template
from django.urls import path, reverse
from django.views.decorators.http import require_safe
from markupsafe import Markup

from parta.foundation.access import requires
from parta.journal import access  # noqa: F401  (declares the permissions named below)
from parta.journal.pages import cells
from parta.journal.queries.grid import JournalPage, JournalSide, LessonLine, NotFound, journal_page
from parta.journal.queries.lists import Filters, journal_list
from parta.people.actions.traces import trace_visit
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
    trace_visit(viewer, "journal", journal_id)
    side = page.side
    view = "wide" if request.GET.get("view") == "wide" else ""
    opened = _opened(side, lesson_id)
    context = {
        "side": side,
        "students": page.students,
        "title": cells.class_title(side.homeroom) or side.group,
        "view": view,
        "head": cells.remembered(
            side,
            ("head", view, len(page.students), opened and opened.id),
            lambda: _part("grid_head", _head(page, view, opened)),
        ),
        "grid": cells.year_grid(page, f"{_url('journal', side.id)}?term=")
        if side.is_year
        else cells.grid(page, _url("lesson", 0)),
        "right": "" if side.is_year else _right(page, opened),
        "data": cells.remembered(side, "data", lambda: cells.script_data(side, _addresses(side))),
    }
    return framed(request, "journal/grid.html", context)


def _addresses(side: JournalSide) -> dict[str, str]:
    """Where the scripts send and ask."""
    return {
        "write": _url("journal_write", side.id),
        "history": _url("journal_history", side.id),
        "permit": reverse("permit_ask"),
        "self": _url("journal", side.id),
        "login": reverse("login"),
    }


def _head(page: JournalPage, view: str, opened: LessonLine | None) -> dict[str, object]:
    side = page.side
    held = [line.id for line in side.lessons if not line.is_ahead and line.state != "cancelled"]
    return {
        "side": side,
        "title": cells.class_title(side.homeroom) or side.group,
        "class_title": cells.class_title,
        "students": cells.students_words(page),
        "query": f"?term={side.term.id}",
        "view": view,
        "board": side.may_write and (opened.id if opened else held[-1] if held else None),
        "groups": [other for other in side.siblings if other.is_same_subject and other.is_same_class],
    }


def _right(page: JournalPage, opened: LessonLine | None) -> Markup:
    """The lines of the right page, and among them the open lesson with its counts of now."""
    side, lesson_url = page.side, _url("lesson", 0)
    if opened is None:
        return cells.remembered(side, "lines", lambda: cells.lesson_lines(side, side.lessons, lesson_url))

    def make() -> tuple[str, str]:
        place = side.lessons.index(opened)
        before = cells.lesson_lines(side, side.lessons[:place], lesson_url)
        after = cells.lesson_lines(side, side.lessons[place + 1 :], lesson_url)
        form, end = _part("grid_lesson", _form(side, opened)).split(FACTS)
        return before + form, end + after

    first, last = cells.remembered(side, ("right", opened.id), make)
    return Markup(first + cells.lesson_facts(page, opened) + last)


FACTS = "<!--facts-->"
"""Where the counts of the open lesson go: they change with each mark, the rest does not."""


def _part(name: str, context: dict[str, object]) -> Markup:
    return Markup(get_template(f"journal/{name}.html").render(context))


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


def _opened(side: JournalSide, lesson_id: int | None) -> LessonLine | None:
    """The lesson opened in place: the one asked for, else today's."""
    wanted = side.current if lesson_id is None else lesson_id
    return next((line for line in side.lessons if line.id == wanted), None)


def _form(side: JournalSide, opened: LessonLine) -> dict[str, object]:
    """What the open lesson's form shows beside the lesson itself."""
    place = side.lessons.index(opened)
    later = [line for line in side.lessons[place + 1 :] if line.state != "cancelled"]
    due = None
    if opened.homework is not None and opened.homework.due_lesson is not None:
        due = next((line for line in side.lessons if line.id == opened.homework.due_lesson), None)
    return {
        "side": side,
        "opened": opened,
        "url": _url("lesson", opened.id),
        "query": f"?term={side.term.id}",
        "due": due or next((line for line in later if line.date > opened.date), None),
        "suggestions": [line.planned for line in side.lessons[place:] if line.planned is not None][:6],
        "columns": cells.columns_of(side, opened.id),
        "works": [kind for kind in side.kinds if not side.codes.works or kind.code in side.codes.works],
    }


def _number(request: HttpRequest, name: str) -> int | None:
    """A number of the query; None when absent or no number."""
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None


def _url(name: str, id: int) -> str:
    """The address of an object, from a pattern that is looked up once."""
    return _pattern(name).replace("/0/", f"/{id}/")


@lru_cache(maxsize=16)
def _pattern(name: str) -> str:
    return reverse(name, args=(0,))


urlpatterns = [
    path("journals/", journals, name="journals"),
    path("journals/<int:journal_id>/", journal, name="journal"),
]
