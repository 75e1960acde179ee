"""The books of the archive, and the archive of a year as a file under the director's code."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_http_methods

from parta.archive import access as access  # declares the permissions
from parta.archive import yearfile
from parta.archive.actions import archives
from parta.archive.books import BOOKS, act_of, book, electronic_until, extractions
from parta.archive.inventory import Inventory, folders, indexes, inventory_pdf, of_class, of_term, of_year
from parta.archive.media import lacks
from parta.archive.models import ArchiveKey, ArchiveUnit, PaperSet
from parta.foundation.access import requires
from parta.foundation.papers import Unset
from parta.organisation.acts import Refusal
from parta.organisation.models import AcademicYear
from parta.people.actions import trace
from parta.people.chrome import page
from parta.people.forms import DONE, Forms, Posted, carry_out, status
from parta.people.pages.setup import looking
from parta.people.rules import cited, law_of, rules
from parta.people.viewer import Viewer

DAY = timedelta(days=1)
DONE |= {
    "archive_asked": "Архив будет готов через несколько минут: обновите страницу.",
    "archive_checked": "Архивы сверены.",
}


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive_books")
def books(request: HttpRequest) -> HttpResponse:
    """A book with its search: register of paper copies, papers handed over, papers destroyed; the list of files."""
    viewer = looking(request)

    def index(posted: Posted) -> str:
        archives.set_file_index(viewer, posted.text("kind"), posted.text("code"), at=viewer.at)
        return "saved"

    forms = carry_out(request, {"index": index})
    if isinstance(forms, HttpResponse):
        return forms
    step = request.GET.get("book", "archived")
    step = step if step in BOOKS else "archived"
    year = request.GET.get("year", "").replace("\x00", "")[:20]
    words = request.GET.get("q", "").replace("\x00", "")[:80].strip()
    context = {
        "found": book(viewer, step, words=words, year=year),
        "books": list(BOOKS.items()),
        "step": step,
        "year": year,
        "words": words,
        "lacks": lacks(viewer) if step == "archived" else (),
        "extractions": extractions(viewer) if step == "archived" else (),
        "forms": forms,
        "kinds": PaperSet.KINDS,
        "indexes": {kind: one.code for kind, one in indexes(viewer.school.id).items()},
        "folders": folders(viewer),
    }
    return page(request, "archive/books.html", context, status=status(forms))


def _inventory(
    request: HttpRequest, found: Inventory | None, name: str, homeroom_id: int | None = None
) -> HttpResponse:
    if found is None:
        raise Http404
    try:
        pdf = inventory_pdf(looking(request), found, homeroom_id)
    except Unset:
        text = (
            "Опись не сложилась в файл. Повторите через минуту; не поможет – сообщите администратору Парты."
        )
        return page(request, "diary/fault.html", {"text": text, "back": reverse("papers")}, 503)
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@require_http_methods(["GET", "HEAD"])
@requires("papers")
def title_sheet(request: HttpRequest, homeroom_id: int) -> HttpResponse:
    """The title sheet of a class's year: its bound sheets and their sum."""
    found = of_class(looking(request), homeroom_id)
    return _inventory(request, found, f"title-{homeroom_id}", homeroom_id)


@require_http_methods(["GET", "HEAD"])
@requires("archive_books")
def folder(request: HttpRequest, term_id: int) -> HttpResponse:
    """The inventory of the common folder of a term."""
    return _inventory(request, of_term(looking(request), term_id), f"folder-{term_id}")


@require_http_methods(["GET", "HEAD"])
@requires("archive_books")
def year_list(request: HttpRequest, year_id: int) -> HttpResponse:
    """The inventory of what was put away for a year."""
    return _inventory(request, of_year(looking(request), year_id), f"archive-{year_id}")


@require_http_methods(["GET", "HEAD"])
@requires("archive_books")
def handover(request: HttpRequest, paper_id: int) -> HttpResponse:
    """The act of handing a paper copy over to the archive, to be printed and signed."""
    viewer = looking(request)
    found = act_of(viewer, paper_id)
    if found is None:
        raise Http404
    return page(request, "archive/act.html", {"found": found})


@require_http_methods(["GET", "HEAD"])
@requires("archive_books")
def extraction(request: HttpRequest, year_id: int) -> HttpResponse:
    """The act of taking the summary sheets out of journals that were kept their term."""
    viewer = looking(request)
    found = next((one for one in extractions(viewer) if one.year_id == year_id), None)
    if found is None:
        raise Http404
    return page(request, "archive/extraction.html", {"found": found})


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive_year")
def year(request: HttpRequest) -> HttpResponse:
    """Archives by year: asked for, told where they lie, checked; the code, shown once to whom the act names."""
    viewer = looking(request)

    def key(posted: Posted) -> HttpResponse:
        # shown in this very answer: it is kept nowhere to be shown later
        return _year_page(request, viewer, Forms(), archives.make_archive_key(viewer, at=viewer.at))

    def ask(posted: Posted) -> str:
        archives.ask_archive(viewer, posted.id("year", "год"), at=viewer.at)
        return "archive_asked"

    def place(posted: Posted) -> str:
        archives.place_archive(viewer, posted.id("row", "архив"), posted.text("place"), at=viewer.at)
        return "saved"

    def verify(posted: Posted) -> str:
        wrong = archives.verify_archives(school_id=viewer.school.id, by=viewer.acting_as(), at=viewer.at)
        if wrong:
            raise Refusal("Не сошлись: " + "; ".join(row.fault for row in wrong))
        return "archive_checked"

    forms = carry_out(request, {"key": key, "ask": ask, "place": place, "verify": verify})
    return forms if isinstance(forms, HttpResponse) else _year_page(request, viewer, forms)


def _year_page(request: HttpRequest, viewer: Viewer, forms: Forms, code: str = "") -> HttpResponse:
    zone = ZoneInfo(viewer.school.timezone)
    lock = (
        ArchiveKey.objects.filter(school_id=viewer.school.id)
        .select_related("made_by")
        .order_by("-id")
        .first()
    )
    units = list(
        ArchiveUnit.objects.filter(school_id=viewer.school.id).select_related("year").order_by("-id")[:100]
    )
    for one in units:
        one.made_at = one.made_at.astimezone(zone)
        one.checked_at = one.checked_at.astimezone(zone) if one.checked_at else None
    law = law_of(viewer)
    asked = rules(law, viewer.on, "cipher_archive")
    years = AcademicYear.objects.filter(school_id=viewer.school.id, starts__lte=viewer.on).order_by("-starts")
    context = {
        "forms": forms,
        "code": code,
        "has_lock": lock is not None,
        "lock_at": lock.made_at.astimezone(zone) if lock else None,
        "lock_by": lock.made_by.full_name if lock and lock.made_by else "",
        "needs_lock": bool(asked),
        "is_keeper": bool(viewer.roles & archives.keepers(asked)),
        "units": units,
        "years": [(one.pk, one.title) for one in years],
        "law": cited(asked).text,
        "kept": {one.pk: electronic_until(law, viewer.on, one.year.until - DAY) for one in units},
    }
    answer = page(request, "archive/year.html", context, status=status(forms))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _unit(request: HttpRequest, unit_id: int) -> ArchiveUnit:
    viewer = looking(request)
    row = ArchiveUnit.objects.filter(pk=unit_id, school_id=viewer.school.id).first()
    if row is None or not (yearfile.folder() / row.name).exists():
        raise Http404
    return row


@require_http_methods(["GET", "HEAD"])
@requires("archive_year", confirm="export")
def archive_file(request: HttpRequest, unit_id: int) -> FileResponse:
    """The file of an archive, as it is: a locked one stays locked."""
    row = _unit(request, unit_id)
    trace(looking(request), "export:archive", object_id=row.year_id)
    return FileResponse((yearfile.folder() / row.name).open("rb"), as_attachment=True, filename=row.name)


@require_http_methods(["GET", "HEAD"])
@requires("archive_year")
def archive_sign(request: HttpRequest, unit_id: int) -> FileResponse:
    """The detached signature of an archive."""
    name = _unit(request, unit_id).name + ".sig"
    return FileResponse((yearfile.folder() / name).open("rb"), as_attachment=True, filename=name)


@require_http_methods(["GET", "HEAD"])
@requires("archive_year")
def archive_key(request: HttpRequest) -> HttpResponse:
    """The institution's public key: whoever has it can check a signature without Parta."""
    looking(request)
    answer = HttpResponse(yearfile.public_key(), content_type="application/x-pem-file")
    answer.headers["Content-Disposition"] = 'attachment; filename="institution.pem"'
    return answer


urlpatterns = [
    path("archive/books/", books, name="archive_books"),
    path("archive/acts/<int:paper_id>/", handover, name="archive_act"),
    path("archive/extraction/<int:year_id>/", extraction, name="archive_extraction"),
    path("archive/books/folder/<int:term_id>.pdf", folder, name="archive_folder"),
    path("archive/books/year/<int:year_id>.pdf", year_list, name="archive_list"),
    path("papers/classes/<int:homeroom_id>/title.pdf", title_sheet, name="paper_title"),
    path("archive/year/", year, name="archive_year"),
    path("archive/year/institution.pem", archive_key, name="archive_key"),
    path("archive/year/<int:unit_id>/", archive_file, name="archive_file"),
    path("archive/year/<int:unit_id>/signature", archive_sign, name="archive_sign"),
]
