"""Papers: the register of paper sets by class and term, and a set as it is printed."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from parta.archive import access as access  # declares the permissions
from parta.archive.actions.papers import OF_HEADS, make_paper_set, note_paper_step
from parta.archive.models import PaperStep
from parta.archive.papers import papers, shown
from parta.foundation.access import requires
from parta.people.actions import trace
from parta.people.chrome import page
from parta.people.forms import DONE, Posted, carry_out, status
from parta.people.pages.setup import looking

DONE |= {"paper_made": "Экземпляр готов: откройте и напечатайте.", "paper_noted": "Записано."}


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
            at=viewer.at,
        )
        return "paper_noted"

    forms = carry_out(request, {"make": make, "step": step})
    if isinstance(forms, HttpResponse):
        return forms
    heads = bool(viewer.roles & {"director", "deputy"})
    context = {
        "found": papers(viewer),
        "forms": forms,
        "steps": [pair for pair in PaperStep.STEPS if heads or pair[0] not in OF_HEADS],
        "on": viewer.on,
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
        {"paper": row, "body": row.contents, "is_same": is_same, "on": viewer.on},
    )


urlpatterns = [
    path("papers/", register, name="papers"),
    path("papers/<int:paper_id>/", paper, name="paper"),
]
