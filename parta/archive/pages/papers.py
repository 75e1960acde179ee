"""Papers: the register of paper sets by class and term, and a set as it is printed."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from parta.archive import access as access  # declares the permissions
from parta.archive.actions.papers import make_paper_set, note_pages, note_paper_step, sign_sheets
from parta.archive.models import PaperSet
from parta.archive.own_sheets import compare, own_sheets
from parta.archive.papers import papers, shown
from parta.archive.sheets import pages_of, pdf_of
from parta.foundation.access import requires
from parta.foundation.papers import Unset
from parta.people.actions import trace
from parta.people.chrome import page
from parta.people.forms import DONE, Posted, carry_out, status
from parta.people.pages.setup import looking

DONE |= {
    "paper_made": "Экземпляр готов: откройте и напечатайте.",
    "papers_made": "Экземпляры готовы: откройте и напечатайте каждый.",
    "paper_noted": "Записано.",
    "sheets_noted": "Записано: листы подписаны.",
    "sheets_void": "Записано: листы расходятся. Исправьте журнал: завуч видит это и подготовит экземпляр заново.",
}
BOOKKEEPERS = frozenset({"director", "deputy", "operator", "secretary"})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("papers")
def register(request: HttpRequest) -> HttpResponse:
    """Each class with its terms: what is on paper, what was done with it, what is to be done."""
    viewer = looking(request)

    def make(posted: Posted) -> str:
        make_paper_set(
            viewer,
            posted.id("homeroom", "класс"),
            posted.id("term", "период"),
            kind=posted.text("kind") or "journal",
            at=viewer.at,
        )
        return "paper_made"

    def step(posted: Posted) -> str:
        note_paper_step(
            viewer,
            posted.id("row", "экземпляр"),
            posted.text("step"),
            on=posted.date("on", "дата"),
            sheets=posted.whole("sheets", 1, 2000, "листов") if posted.text("sheets") else None,
            place=posted.text("place"),
            taker=posted.text("taker"),
            at=viewer.at,
        )
        return "paper_noted"

    def make_all(posted: Posted) -> str:
        term_id = posted.id("term", "период")
        for line in papers(viewer).lines:
            if line.term_id == term_id and line.kind == "journal" and line.paper_id is None:
                make_paper_set(viewer, line.homeroom_id, term_id, at=viewer.at)
        return "papers_made"

    forms = carry_out(request, {"make": make, "make_all": make_all, "step": step})
    if isinstance(forms, HttpResponse):
        return forms
    context = {
        "found": papers(viewer),
        "forms": forms,
        "on": viewer.on,
        "makes": bool(viewer.roles - {"secretary"}),
        "keeps": bool(viewer.roles & BOOKKEEPERS),
    }
    return page(request, "archive/papers.html", context, status=status(forms))


@require_http_methods(["GET", "HEAD"])
@requires("papers", confirm="print")
def paper(request: HttpRequest, paper_id: int) -> HttpResponse:
    """A set as it is printed, with its counts and digest, and whether the journal still says the same."""
    viewer = looking(request)
    found = shown(viewer, paper_id)
    if found is None:
        raise Http404
    row, is_same = found
    trace(viewer, "export:paper", object_id=row.homeroom_id)
    return page(
        request,
        "archive/paper.html",
        {
            "paper": row,
            "body": row.contents,
            "subjects": readable(row),
            "is_same": is_same,
            "on": viewer.on,
            "sees_journals": bool(viewer.roles & {"director", "deputy"}),
        },
    )


def readable(row: PaperSet) -> list[dict[str, Any]]:
    """The subjects of a set for the screen: each student's marks with their days in one line."""
    return [
        one
        | {
            "students": [
                {
                    "name": student["name"],
                    "marks": ", ".join(
                        f"{one['lessons'][place]['on'][:5]} {words}" for place, words in student["cells"]
                    ),
                    "finals": "; ".join(f"{term}: {value}" for term, value in student["finals"].items()),
                }
                for student in one["students"]
            ]
        }
        for one in row.contents["subjects"]
    ]


@require_http_methods(["GET", "HEAD"])
@requires("papers", confirm="print")
def paper_pdf(request: HttpRequest, paper_id: int) -> HttpResponse:
    """The file of a set: title sheet with contents, numbered sheets with their mark, entries and label."""
    viewer = looking(request)
    found = shown(viewer, paper_id)
    if found is None:
        raise Http404
    row = found[0]
    trace(viewer, "export:paper", object_id=row.homeroom_id)
    try:
        pdf = pdf_of(viewer, row)
    except Unset:
        text = "Экземпляр не сложился в файл. Повторите через минуту; не поможет – сообщите администратору Парты."
        return page(request, "diary/fault.html", {"text": text, "back": reverse("papers")}, 503)
    if row.pages is None:
        note_pages(viewer, row.pk, pages_of(pdf), at=viewer.at)
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{row.kind}-{row.pk}.pdf"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@requires("sheets")
def sheets(request: HttpRequest) -> HttpResponse:
    """A teacher's own sheets in the sets of the last terms: to be held against the journal and signed."""
    viewer = looking(request)

    def sign(posted: Posted) -> str:
        is_same = posted.text("verdict") != "differs"
        sign_sheets(
            viewer,
            posted.id("row", "экземпляр"),
            posted.id("journal", "журнал"),
            is_same=is_same,
            words=posted.text("words"),
            at=viewer.at,
        )
        return "sheets_noted" if is_same else "sheets_void"

    forms = carry_out(request, {"sign": sign})
    if isinstance(forms, HttpResponse):
        return forms
    return page(
        request,
        "archive/own_sheets.html",
        {"lines": own_sheets(viewer), "forms": forms},
        status=status(forms),
    )


@require_http_methods(["GET", "HEAD"])
@requires("papers")
def digest(request: HttpRequest) -> HttpResponse:
    """What stands in the foot of a printed sheet, held against the register and the journal of today."""
    viewer = looking(request)
    words = request.GET.get("q", "").replace("\x00", "")[:100].strip()
    return page(
        request, "archive/digest.html", {"words": words, "found": compare(viewer, words) if words else None}
    )


urlpatterns = [
    path("papers/", register, name="papers"),
    path("papers/sheets/", sheets, name="paper_sheets"),
    path("papers/digest/", digest, name="paper_digest"),
    path("papers/<int:paper_id>/", paper, name="paper"),
    path("papers/<int:paper_id>/paper.pdf", paper_pdf, name="paper_pdf"),
]
