"""Inventories of paper: the title sheet of a class's year, a common folder of a term, the register of a year.

All three are one shape: units in order, each with its sheets and where it lies, and their sum.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from pathlib import Path
from typing import Any

from django.db.models import Q

from parta.archive.models import FileIndex, PaperSet, PaperStep
from parta.archive.papers import is_mine
from parta.archive.route import binds, kept_until
from parta.archive.sheets import in_words, names_of
from parta.foundation.papers import typeset
from parta.journal.queries.words import class_name
from parta.journal.rules.papers import PAPER_STEPS
from parta.organisation.models import AcademicYear, Homeroom, School, Term
from parta.people.rules import law_of, rules
from parta.people.viewer import Viewer
from parta.regulation.durations import plural

__all__ = ["Inventory", "Unit", "folders", "indexes", "inventory_pdf", "of_class", "of_term", "of_year"]

TEMPLATE = Path(__file__).resolve().parent / "content" / "inventory.typ"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Unit:
    """One paper set: its place in the register, what it is, its sheets, who bound it and where it lies."""

    number: int | None
    index: str
    title: str
    sheets: int | None
    bound_on: date | None
    bound_by: str
    place: str
    kept_until: date | None


@dataclass(frozen=True, slots=True)
class Inventory:
    """Units with what is missing among them. `posts`: who signs it."""

    kind: str
    title: str
    sub: str
    units: tuple[Unit, ...]
    missing: tuple[str, ...]
    posts: tuple[str, ...]

    @property
    def sheets(self) -> int:
        """Sheets of all units together."""
        return sum(one.sheets or 0 for one in self.units)


def indexes(school_id: int) -> dict[str, FileIndex]:
    """The file index of each kind of paper by the school's list of files."""
    return {one.kind: one for one in FileIndex.objects.filter(school_id=school_id)}


def folders(viewer: Viewer) -> list[tuple[str, int, list[tuple[int, str]]]]:
    """Years with something in the register: title, id, their terms that are over. Two statements."""
    used = set(
        PaperStep.objects.filter(school_id=viewer.school.id, step="archived").values_list(
            "paper__homeroom__year_id", flat=True
        )
    )
    found: dict[int, tuple[str, int, list[tuple[int, str]]]] = {}
    for term in (
        Term.objects.filter(school_id=viewer.school.id, until__lte=viewer.on)
        .filter(Q(year_id__in=used) | Q(year__until__gt=viewer.on))
        .exclude(kind="module")
        .select_related("year")
        .order_by("-year__starts", "starts", "until")
    ):
        found.setdefault(term.year_id, (term.year.title, term.year_id, []))[2].append((term.pk, term.title))
    return list(found.values())


def of_class(viewer: Viewer, homeroom_id: int) -> Inventory | None:
    """The title sheet of a class's year: its bound sheets term by term and their sum. None for classes of others."""
    homeroom = (
        Homeroom.objects.select_related("year").filter(pk=homeroom_id, school_id=viewer.school.id).first()
    )
    if homeroom is None or not is_mine(viewer, homeroom_id):
        return None
    units, bound = _units(viewer, homeroom_id=homeroom_id, kind="journal", term__kind=homeroom.term_kind)
    missing = [
        f"{term.title}: {'листы не скреплены' if (homeroom_id, term.pk) in bound else 'не на бумаге'}"
        for term in Term.objects.filter(year_id=homeroom.year_id, kind=homeroom.term_kind).order_by("starts")
        if term.until <= viewer.on and not bound.get((homeroom_id, term.pk))
    ]
    return Inventory(
        "class",
        f"Классный журнал {class_name(homeroom.title)}",
        f"{homeroom.year.title} учебный год",
        units,
        tuple(missing),
        ("class_teacher", "deputy", "director"),
    )


def of_term(viewer: Viewer, term_id: int) -> Inventory | None:
    """The common folder of a term: every class that had lessons in it, those whose journal is not there by name."""
    term = Term.objects.select_related("year").filter(pk=term_id, school_id=viewer.school.id).first()
    if term is None:
        return None
    units, _ = _units(viewer, term_id=term_id, is_put_away=True)
    there = set(
        PaperStep.objects.filter(
            school_id=viewer.school.id, step="archived", paper__term_id=term_id, paper__kind="journal"
        ).values_list("paper__homeroom_id", flat=True)
    )
    asked = _asked(viewer)
    missing = [
        class_name(one.title)
        for one in Homeroom.objects.filter(
            year_id=term.year_id,
            journals__lessons__date__gte=term.starts,
            journals__lessons__date__lt=term.until,
            **({} if term.kind == "year" else {"term_kind": term.kind}),
        )
        .distinct()
        .order_by("grade", "title")
        if one.pk not in there and asked(one.grade)
    ]
    title = "Общая папка за год" if term.kind == "year" else f"Общая папка: {term.title}"
    return Inventory(
        "term",
        f"Внутренняя опись. {title}",
        f"{term.year.title} учебный год",
        units,
        tuple(missing),
        ("secretary", "director"),
    )


def of_year(viewer: Viewer, year_id: int) -> Inventory | None:
    """The inventory of the archive for a year: all that is in the register of paper copies, by its numbers."""
    year = AcademicYear.objects.filter(pk=year_id, school_id=viewer.school.id).first()
    if year is None:
        return None
    units, _ = _units(viewer, homeroom__year_id=year_id, is_put_away=True)
    return Inventory(
        "year",
        "Опись дел, сданных в архив",
        f"{year.title} учебный год",
        tuple(sorted(units, key=lambda one: one.number or 0)),
        (),
        ("secretary", "director"),
    )


def _asked(viewer: Viewer) -> Callable[[int | None], bool]:
    """Whether the acts ask a class of this grade for paper; where none says of whom, all are asked."""
    law = law_of(viewer)
    found = [
        rule
        for kind in ("closeout_step", "paper_copy_each")
        for rule in rules(law, viewer.on, kind)
        if (
            rule.params.action in PAPER_STEPS
            if kind == "closeout_step"
            else rule.params.document == "journal"
        )
    ]
    return lambda grade: not found or any(binds(rule, grade) for rule in found)


def _units(
    viewer: Viewer, *, is_put_away: bool = False, **where: Any
) -> tuple[tuple[Unit, ...], dict[tuple[int, int], bool]]:
    """The newest set of each class, term and kind, and which of them are bound. Three statements."""
    newest: dict[tuple[int, int, str], PaperSet] = {}
    for row in (
        PaperSet.objects.filter(school_id=viewer.school.id, **where)
        .select_related("homeroom__year", "term")
        .defer("contents")
        .order_by("homeroom__grade", "homeroom__title", "term__until", "kind", "id")
    ):
        newest[row.homeroom_id, row.term_id, row.kind] = row
    steps: dict[int, dict[str, PaperStep]] = defaultdict(dict)
    for step in PaperStep.objects.filter(paper__in=[row.pk for row in newest.values()]).select_related(
        "noted_by"
    ):
        steps[step.paper_id][step.step] = step
    law, of_kind = law_of(viewer), indexes(viewer.school.id)
    duplex = any(rule.params.layout == "duplex" for rule in rules(law, viewer.on, "print_contents"))
    units, bound = [], {}
    for (homeroom_id, term_id, kind), row in newest.items():
        done = steps[row.pk]
        stitched, away = done.get("stitched"), done.get("archived")
        if row.kind == "journal":
            bound[homeroom_id, term_id] = stitched is not None
        if is_put_away and away is None:
            continue
        kept = kept_until(law, viewer.on, kind, row.homeroom.year.until - DAY)
        printed = (ceil(row.pages / 2) if duplex else row.pages) if row.pages else None
        units.append(
            Unit(
                away.number if away else None,
                of_kind[kind].code if kind in of_kind else "",
                f"{row.get_kind_display()} {class_name(row.homeroom.title)}, {row.term.title}",
                stitched.sheets if stitched else printed,
                stitched.on if stitched else None,
                (stitched.noted_by.full_name if stitched.noted_by else "Парта") if stitched else "",
                away.place if away else "",
                kept[0] if kept else None,
            )
        )
    return tuple(units), bound


POSTS = {
    "class_teacher": "Классный руководитель",
    "deputy": "Заместитель директора",
    "director": "Директор",
    "secretary": "Секретарь",
}


def inventory_pdf(viewer: Viewer, found: Inventory, homeroom_id: int | None = None) -> bytes:
    """An inventory as a sheet to print: units numbered, sheets from and to, the sum in words. Raises Unset."""
    names, rows, last = names_of(viewer, homeroom_id), [], 0
    for place, one in enumerate(found.units, 1):
        sheets = one.sheets or 0
        rows.append(
            [
                str(place),
                str(one.number or ""),
                one.index,
                one.title[:1].upper() + one.title[1:],
                str(sheets or "–"),
                f"{last + 1}–{last + sheets}" if sheets else "",
                f"{one.bound_on:%d.%m.%Y}, {one.bound_by}" if one.bound_on else "не скреплены",
                one.place,
                f"{one.kept_until:%d.%m.%Y}" if one.kept_until else "",
            ]
        )
        last += sheets
    total = found.sheets
    data = {
        "kind": found.kind,
        "title": found.title,
        "sub": found.sub,
        "school": School.objects.values_list("name", flat=True).get(pk=viewer.school.id),
        "day": [viewer.on.year, viewer.on.month, viewer.on.day],
        "on": f"{viewer.on:%d.%m.%Y}",
        "rows": rows,
        "missing": list(found.missing),
        "units": f"{len(rows)} ({in_words(len(rows))}) {plural(len(rows), 'дело', 'дела', 'дел')}",
        "sheets": f"{total} ({in_words(total)}) {plural(total, 'лист', 'листа', 'листов')}",
        "signs": [{"post": POSTS[post], "name": names.get(post, "")} for post in found.posts],
    }
    return typeset(TEMPLATE, data)
