"""What waits for the director's approval and what has been approved, for the page and the print of the order."""

from dataclasses import dataclass
from datetime import date, datetime

from parta.foundation import sql
from parta.organisation.models import AcademicYear
from parta.people.queries import short
from parta.people.rules import law_of
from parta.people.viewer import Viewer
from parta.plans.approvals import KINDS, Approvable, Asked, Cells, asked
from parta.plans.models import Approval
from parta.regulation.words import role_words

SHOWN = 400
"""Drafts of a kind that the page lists; the order prints them all."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A kind with its drafts, what the act asks for it, and whether this viewer approves."""

    kind: Approvable
    rows: list[tuple[int, Cells]]
    total: int
    asked: Asked
    approves: bool

    @property
    def by_words(self) -> str:
        """Who approves: «директор»."""
        return role_words(sorted(self.asked.by))


@dataclass(frozen=True, slots=True)
class Given:
    """An approval in the list."""

    id: int
    title: str
    order_number: str
    order_date: date | None
    approved_at: datetime
    name: str
    rows: int


def drafts(viewer: Viewer, year: AcademicYear | None) -> list[Draft]:
    """Every kind of the year. One statement a kind."""
    found = []
    for kind in KINDS.values():
        rows = list(kind.rows(year.pk)) if year else []
        wanted = asked(law_of(viewer), max(viewer.on, year.starts) if year else viewer.on, kind.code)
        found.append(Draft(kind, rows[:SHOWN], len(rows), wanted, bool(viewer.roles & wanted.by)))
    return found


def waiting(viewer: Viewer, year: AcademicYear | None) -> list[str]:
    """Titles of the kinds that have drafts where the act asks for an approval. One statement at most."""
    if year is None:
        return []
    law, on = law_of(viewer), max(viewer.on, year.starts)
    kinds = [kind for kind in KINDS.values() if asked(law, on, kind.code).needed]
    if not kinds:
        return []
    columns = ", ".join(
        f"EXISTS (SELECT 1 FROM {kind.table} d WHERE {kind.of_year} AND d.approval_id IS NULL)"
        for kind in kinds
    )
    (row,) = sql.read(f"SELECT {columns}", tuple(year.pk for _ in kinds))
    return [kind.title for kind, has in zip(kinds, row, strict=True) if has]


def given(viewer: Viewer, year: AcademicYear | None, *, id: int | None = None) -> list[Given]:
    """Approvals of the year, the latest first. One statement."""
    return [
        Given(
            pk,
            KINDS[kind].title if kind in KINDS else kind,
            number,
            dated,
            sql.aware(moment),
            short(*name) if name[0] else "",
            int(rows),
        )
        for pk, kind, number, dated, moment, rows, *name in sql.read(
            "SELECT a.id, a.kind, a.order_number, a.order_date, a.approved_at, a.rows,"
            " p.surname, p.given_name, p.patronymic FROM plans_approval a"
            " LEFT JOIN people_person p ON p.user_id = a.approved_by AND p.school_id = a.school_id"
            " WHERE a.school_id = %s AND a.year_id = %s ORDER BY a.approved_at DESC, a.id DESC",
            (viewer.school.id, year.pk if year else 0),
        )
        if id is None or pk == id
    ]


@dataclass(frozen=True, slots=True)
class Order:
    """An approval as it is printed."""

    head: Given
    heads: Cells
    lines: list[list[str]]
    year: str


def order(viewer: Viewer, approval_id: int) -> Order | None:
    """An approval of the viewer's school with its lines. Two statements."""
    row = Approval.objects.filter(school_id=viewer.school.id, pk=approval_id).select_related("year").first()
    if row is None:
        return None
    (head,) = given(viewer, row.year, id=row.pk)
    return Order(head, KINDS[row.kind].heads if row.kind in KINDS else (), row.lines, row.year.title)


def timetable_approved(viewer: Viewer, on: date) -> Given | None:
    """The approval of the timetable that a day of the viewer's school is taught by. One statement."""
    row = (
        Approval.objects.filter(
            school_id=viewer.school.id, kind="timetable", year__starts__lte=on, year__until__gt=on
        )
        .order_by("-approved_at")
        .defer("lines")
        .first()
    )
    if row is None:
        return None
    return Given(row.pk, "Расписание", row.order_number, row.order_date, row.approved_at, "", row.rows)
