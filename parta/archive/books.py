"""The books of the archive: the register of paper copies, papers handed over, the search, terms of keeping."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from parta.archive.inventory import indexes
from parta.archive.models import ArchiveUnit, PaperStep
from parta.archive.route import kept_until
from parta.journal.queries.words import class_name
from parta.organisation.models import Homeroom
from parta.people.models import Role
from parta.people.rules import cited, law_of, rules
from parta.people.viewer import Viewer
from parta.regulation.judge import Law

__all__ = [
    "BOOKS",
    "Act",
    "Book",
    "BookLine",
    "Disk",
    "Extraction",
    "act_of",
    "book",
    "electronic_until",
    "extractions",
]

BOOKS = {
    "archived": "Реестр бумажных копий",
    "to_secretary": "Журнал сдачи документов строгой отчётности",
    "destroyed": "Уничтожено по актам",
}


@dataclass(frozen=True, slots=True)
class BookLine:
    """One line of a book."""

    number: int | None
    on: date
    paper_id: int
    what: str
    homeroom: str
    term: str
    year: str
    sheets: int | None
    printed: int | None
    """Sheets that the file has; None: it was never opened."""
    place: str
    giver: str
    taker: str
    kept_until: date | None
    law: str
    is_over: bool
    """It may be destroyed."""
    mark: str
    index: str = ""
    """Of the school's list of files."""


@dataclass(frozen=True, slots=True)
class Disk:
    """An archive of a year as a file: kept as long as the paper of the same year."""

    unit_id: int
    name: str
    year: str
    place: str
    kept_until: date | None
    checked_at: datetime | None
    fault: str


@dataclass(frozen=True, slots=True)
class Book:
    """A book, with what the search left of it."""

    title: str
    lines: tuple[BookLine, ...]
    gaps: tuple[int, ...]
    """Numbers that no line of the whole book has."""
    years: tuple[str, ...]
    law: str
    disks: tuple[Disk, ...] = ()
    """Archives of the years in which the search found a class."""


def book(viewer: Viewer, step: str, *, words: str = "", year: str = "") -> Book:
    """The lines of a book, the last first; only those whose class, term or place have the words. Six statements."""
    law, on = law_of(viewer), viewer.on
    duplex = any(rule.params.layout == "duplex" for rule in rules(law, on, "print_contents"))
    rows = list(
        PaperStep.objects.filter(school_id=viewer.school.id, step=step)
        .select_related("paper", "paper__homeroom__year", "paper__term", "noted_by")
        .defer("paper__contents")
        .order_by("-number", "-id")
    )
    sheets = dict(
        PaperStep.objects.filter(school_id=viewer.school.id, step="stitched").values_list(
            "paper_id", "sheets"
        )
    )
    lines, of_kind = [], indexes(viewer.school.id)
    for row in rows:
        paper = row.paper
        end = paper.homeroom.year.until - timedelta(days=1)
        kept = kept_until(law, on, paper.kind, end)
        lines.append(
            BookLine(
                row.number,
                row.on,
                paper.pk,
                paper.get_kind_display(),
                class_name(paper.homeroom.title),
                paper.term.title,
                paper.homeroom.year.title,
                sheets.get(paper.pk),
                (ceil(paper.pages / 2) if duplex else paper.pages) if paper.pages else None,
                row.place,
                row.noted_by.full_name if row.noted_by else "Парта",
                row.taker,
                kept[0] if kept else None,
                cited(kept[1]).text if kept else "",
                kept is not None and kept[0] <= on,
                " ".join(paper.sha256[at : at + 4] for at in range(0, 16, 4)),
                of_kind[paper.kind].code if paper.kind in of_kind else "",
            )
        )
    numbers = {line.number for line in lines if line.number}
    gaps = tuple(number for number in range(1, max(numbers, default=0)) if number not in numbers)
    years = tuple(sorted({line.year for line in lines}, reverse=True))
    asked = [word.casefold() for word in words.replace("\u00a0", " ").split()]
    shown = [
        line
        for line in lines
        if (not year or line.year == year) and all(word in _said(line) for word in asked)
    ]
    wanted = {"archived": "paper_copies", "to_secretary": "strict_accountability"}.get(step, "")
    books = [rule for rule in rules(law, on, "register_entry_required") if rule.params.book == wanted]
    disks = _disks(viewer, asked, year) if step == "archived" else ()
    years = tuple(sorted({*years, *(one.year for one in disks)}, reverse=True))
    return Book(BOOKS[step], tuple(shown), gaps, years, cited(books).text, disks)


def _disks(viewer: Viewer, asked: list[str], year: str) -> tuple[Disk, ...]:
    """Archives of a year as files, where a class of that year has the words of the search. Two statements."""
    units = list(
        ArchiveUnit.objects.filter(school_id=viewer.school.id).select_related("year").order_by("-id")[:100]
    )
    classes: dict[int, list[str]] = {}
    for year_id, title in Homeroom.objects.filter(year__in={one.year_id for one in units}).values_list(
        "year_id", "title"
    ):
        classes.setdefault(year_id, []).append(class_name(title))
    law, zone, found = law_of(viewer), ZoneInfo(viewer.school.timezone), []
    for one in units:
        said = [
            _plain(f"{name} {one.year.title} {one.place} {one.name}") for name in classes.get(one.year_id, [])
        ]
        if (year and one.year.title != year) or not any(
            all(word in words for word in asked) for words in said
        ):
            continue
        found.append(
            Disk(
                one.pk,
                one.name,
                one.year.title,
                one.place,
                electronic_until(law, viewer.on, one.year.until - timedelta(days=1)),
                one.checked_at.astimezone(zone) if one.checked_at else None,
                one.fault,
            )
        )
    return tuple(found)


def electronic_until(law: Law, on: date, year_end: date) -> date | None:
    """The file of a year is kept as long as the longest of its papers; None where no act names a term."""
    days = [kept[0] for kind in ("journal", "summary_sheet") if (kept := kept_until(law, on, kind, year_end))]
    return max(days, default=None)


def _said(line: BookLine) -> str:
    words = f"{line.what} {line.homeroom} {line.term} {line.year} {line.place} № {line.number}"
    return _plain(f"{words} {line.taker} {line.index}")


def _plain(words: str) -> str:
    plain = words.replace("\u00a0", " ").casefold()
    return plain + " " + plain.replace(" «", "").replace("«", "").replace("»", "")


@dataclass(frozen=True, slots=True)
class Act:
    """The act of handing a paper copy over to the archive, as it is printed."""

    line: BookLine
    director: str
    stitched: date | None
    steps: tuple[tuple[str, date, str], ...]
    """What was done before: title, day, by whom it was noted."""


def act_of(viewer: Viewer, paper_id: int) -> Act | None:
    """The act of a set that was put away; None: it was not, or is of another school. Five statements."""
    line = next((one for one in book(viewer, "archived").lines if one.paper_id == paper_id), None)
    if line is None:
        return None
    steps = list(
        PaperStep.objects.filter(paper_id=paper_id, school_id=viewer.school.id)
        .select_related("noted_by")
        .order_by("on", "id")
    )
    return Act(
        line,
        _director(viewer),
        next((step.on for step in steps if step.step == "stitched"), None),
        tuple(
            (step.get_step_display(), step.on, step.noted_by.full_name if step.noted_by else "Парта")
            for step in steps
        ),
    )


def _director(viewer: Viewer) -> str:
    row = (
        Role.objects.filter(school_id=viewer.school.id, kind="director", starts__lte=viewer.on)
        .exclude(until__lte=viewer.on)
        .select_related("person")
        .order_by("-starts")
        .first()
    )
    return row.person.full_name if row else ""


@dataclass(frozen=True, slots=True)
class Extraction:
    """A year whose journals have been kept their term: the summary sheets are taken out of them."""

    year_id: int
    year: str
    since: date
    lines: tuple[tuple[str, str, bool], ...]
    """Class, where its journal lies, whether its summary sheet is in the archive already."""
    law: str
    director: str

    @property
    def left(self) -> int:
        """Sheets still to be taken out."""
        return sum(not done for _, _, done in self.lines)


def extractions(viewer: Viewer) -> tuple[Extraction, ...]:
    """Years whose journals wait for their summary sheets to be taken out, the earliest first. Three statements."""
    law, on = law_of(viewer), viewer.on
    asked = [
        rule
        for rule in rules(law, on, "retention")
        if rule.params.object == "journal" and rule.params.at_end == "extract_summary_sheet"
    ]
    if not asked:
        return ()
    rows = list(
        PaperStep.objects.filter(
            school_id=viewer.school.id, step="archived", paper__kind__in=("journal", "summary_sheet")
        )
        .select_related("paper__homeroom__year")
        .defer("paper__contents")
        .order_by("paper__homeroom__year__starts", "paper__homeroom__grade", "paper__homeroom__title", "id")
    )
    sheets = {row.paper.homeroom_id for row in rows if row.paper.kind == "summary_sheet"}
    years: dict[int, tuple[str, date, dict[int, tuple[str, str]]]] = {}
    for row in rows:
        year = row.paper.homeroom.year
        kept = kept_until(law, on, "journal", year.until - timedelta(days=1))
        if row.paper.kind == "journal" and kept is not None and kept[0] <= on:
            own = years.setdefault(year.pk, (year.title, kept[0], {}))[2]
            own[row.paper.homeroom_id] = (class_name(row.paper.homeroom.title), row.place)
    director = _director(viewer) if years else ""
    return tuple(
        Extraction(
            id,
            title,
            since,
            tuple((name, place, room in sheets) for room, (name, place) in own.items()),
            cited(asked).text,
            director,
        )
        for id, (title, since, own) in years.items()
    )
