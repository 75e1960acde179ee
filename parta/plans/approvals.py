"""What takes effect only when the director has approved it: which kinds there are, what is still a draft, who approves.

The act in force says which kinds need it (`approved_before_use`); where it says nothing, a draft works like anything
else. A later app adds its kind with :func:`approvable` (the timetable does).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from parta.foundation import sql
from parta.organisation.models import AcademicYear, Homeroom
from parta.organisation.words import class_title
from parta.people.rules import Cited, cited, rules
from parta.plans.rules import law_of_school
from parta.regulation.judge import Law, Rule

RULE = "approved_before_use"
DIRECTOR = frozenset({"director"})

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Approvable:
    """A kind that is approved: its table, its heads, and its rows as they are printed."""

    code: str
    title: str
    table: str
    heads: Cells
    rows: Callable[[int], Sequence[tuple[int, Cells]]]
    """The drafts of a year: id and printed cells, in the order of print."""
    waits: str
    """What does not happen before the approval, said on the page."""
    writes: bool = True
    """Whether it stands in the way of who writes in a journal; else only of what is made from it."""
    of_year: str = "d.year_id = %s"
    """Which rows `d` of the table belong to a year."""


KINDS: dict[str, Approvable] = {}


def approvable(kind: Approvable) -> Approvable:
    """Add a kind. Raises ValueError when its code is taken."""
    if kind.code in KINDS:
        raise ValueError(f"approvable {kind.code} is declared twice")
    KINDS[kind.code] = kind
    return kind


@dataclass(frozen=True, slots=True)
class Asked:
    """What the act asks for one kind: whether, by whom, with an order, under which clauses."""

    needed: bool
    by: frozenset[str]
    with_order: bool
    law: Cited
    acts_until: date | None = None
    """Till this day journals are written by drafts all the same: the act came into force in the middle of a year."""


def asked(law: Law, on: date, kind: str) -> Asked:
    """What the act in force on a day asks for a kind; no statement."""
    found: list[Rule[Any]] = [rule for rule in rules(law, on, RULE) if rule.params.covers(kind)]
    by = frozenset[str]().union(*(rule.params.by for rule in found)) if found else DIRECTOR
    ends = [rule.params.acts_until(rule.since) for rule in found]
    later = [end for end in ends if end is not None and end > on]
    return Asked(
        bool(found),
        by,
        any(rule.params.has_order(kind) for rule in found),
        cited(found),
        max(later) if later and len(later) == len(ends) else None,
    )


def asked_of_school(year: AcademicYear, on: date, kind: str) -> Asked:
    """The same for an action: the law is read by the year's school. The day counts from the start of the year."""
    return asked(law_of_school(year.school_id), max(on, year.starts), kind)


def _hours(value: object) -> str:
    return f"{float(str(value)):g}".replace(".", ",")


def _curriculum(year_id: int) -> list[tuple[int, Cells]]:
    return [
        (id, (class_title(room) if room else f"{grade}-е классы", subject, _hours(weekly), str(yearly)))
        for id, room, grade, subject, weekly, yearly in sql.read(
            "SELECT c.id, h.title, c.grade, s.title, c.weekly_hours, c.yearly_hours FROM plans_curriculumhours c"
            " JOIN organisation_subject s ON s.id = c.subject_id"
            " LEFT JOIN organisation_homeroom h ON h.id = c.homeroom_id"
            " WHERE c.year_id = %s AND c.approval_id IS NULL"
            " ORDER BY COALESCE(c.grade, h.grade), h.title, s.position, s.title, c.id",
            (year_id,),
        )
    ]


def _load(year_id: int) -> list[tuple[int, Cells]]:
    return [
        (
            id,
            (
                " ".join(filter(None, name)),
                subject,
                " ".join(filter(None, (class_title(room), group))),
                _hours(hours),
            ),
        )
        for id, *name, subject, room, group, hours in sql.read(
            "SELECT l.id, p.surname, p.given_name, p.patronymic, s.title, COALESCE(h.title, ''), COALESCE(g.short, ''),"
            " l.weekly_hours FROM plans_teachingload l JOIN plans_journal j ON j.id = l.journal_id"
            " JOIN organisation_subject s ON s.id = j.subject_id JOIN people_person p ON p.id = l.teacher_id"
            " LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id"
            " LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id"
            " WHERE j.year_id = %s AND l.approval_id IS NULL"
            " ORDER BY p.surname, p.given_name, p.id, s.position, s.title, j.grade, h.title, g.short, l.id",
            (year_id,),
        )
    ]


approvable(
    Approvable(
        "curriculum",
        "Учебный план",
        "plans_curriculumhours",
        ("Класс", "Предмет", "В неделю", "В год"),
        _curriculum,
        "журналы этих предметов не открыты для записи",
    )
)
approvable(
    Approvable(
        "teaching_load",
        "Педагогическая нагрузка",
        "plans_teachingload",
        ("Учитель", "Предмет", "Класс", "В неделю"),
        _load,
        "эти учителя не могут писать в свои журналы",
        of_year="d.journal_id IN (SELECT j.id FROM plans_journal j WHERE j.year_id = %s)",
    )
)


APPROVED_LINE = (
    "EXISTS (SELECT 1 FROM plans_curriculumhours q WHERE q.year_id = j.year_id AND q.subject_id = j.subject_id"
    " AND q.approval_id IS NOT NULL AND (q.homeroom_id = j.homeroom_id OR (q.homeroom_id IS NULL AND q.grade = j.grade)"
    " OR EXISTS (SELECT 1 FROM organisation_subgroup_homerooms qg WHERE qg.subgroup_id = j.subgroup_id"
    " AND qg.homeroom_id = q.homeroom_id)))"
)
"""Whether the subject of journal `j` is in the approved curriculum of its class, its grade or a class of its group."""


def in_approved_curriculum(
    year: AcademicYear, subject_id: int, homeroom_id: int | None, subgroup_id: int | None, grade: int | None
) -> bool:
    """The same of a journal that is not open yet. Two statements."""
    if grade is None and homeroom_id is not None:
        grade = Homeroom.objects.filter(pk=homeroom_id).values_list("grade", flat=True).first()
    return bool(
        sql.read(
            "SELECT 1 FROM (SELECT CAST(%s AS bigint) AS year_id,"
            " CAST(%s AS bigint) AS subject_id, CAST(%s AS bigint) AS homeroom_id, CAST(%s AS bigint) AS subgroup_id,"
            f" CAST(%s AS integer) AS grade) j WHERE {APPROVED_LINE}",
            (year.pk, subject_id, homeroom_id, subgroup_id, grade),
        )
    )
