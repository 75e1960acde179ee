"""Questions about journals, load and thematic plans for the set-up, in a fixed number of statements."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from parta.foundation import sql
from parta.organisation.models import AcademicYear
from parta.organisation.words import class_title
from parta.people.queries import short
from parta.people.viewer import Viewer
from parta.plans.models import Journal, TeachingLoad


@dataclass(frozen=True, slots=True)
class JournalLine:
    """A journal in the list of the set-up."""

    id: int
    homeroom: str
    subject: str
    group: str
    teachers: str
    hours: Decimal
    plan: str
    scale: str


def journals(viewer: Viewer, year: AcademicYear | None, *, homeroom_id: int | None) -> list[JournalLine]:
    """Journals of the year, or of one homeroom, with today's teachers. One statement."""
    on = viewer.on
    rows = sql.read(
        "SELECT j.id, COALESCE(h.title, ''), s.title, COALESCE(g.short, ''), j.weekly_hours, COALESCE(t.title, ''),"
        " COALESCE(c.title, ''), p.surname, p.given_name, p.patronymic"
        " FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id"
        " LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id"
        " LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id"
        " LEFT JOIN plans_thematicplan t ON t.id = j.plan_id"
        " LEFT JOIN organisation_markscale c ON c.id = j.scale_id"
        " LEFT JOIN plans_teachingload l ON l.journal_id = j.id AND l.starts <= %s"
        "  AND (l.until IS NULL OR l.until > %s)"
        " LEFT JOIN people_person p ON p.id = l.teacher_id"
        " WHERE j.school_id = %s AND j.year_id = %s"
        + (" AND j.homeroom_id = %s" if homeroom_id is not None else "")
        + " ORDER BY COALESCE(j.grade, 99), COALESCE(h.title, ''), s.position, s.title, g.short, j.id, l.starts",
        [
            on,
            on,
            viewer.school.id,
            year.pk if year else 0,
            *([homeroom_id] if homeroom_id is not None else []),
        ],
    )
    found: dict[int, JournalLine] = {}
    for id, homeroom, subject, group, hours, plan, scale, surname, given, patronymic in rows:
        name = short(surname, given, patronymic) if surname else ""
        if id in found:
            name = f"{found[id].teachers}, {name}"
        found[id] = JournalLine(
            id, class_title(homeroom), subject, group, name, Decimal(str(hours)), plan, scale or "без отметок"
        )
    return list(found.values())


@dataclass(frozen=True, slots=True)
class LoadLine:
    """Who has or had a journal."""

    id: int
    name: str
    hours: Decimal
    starts: date
    until: date | None
    holds: bool


def load_of(viewer: Viewer, journal: Journal) -> list[LoadLine]:
    """All teachers of the journal, latest first. One statement."""
    return [
        LoadLine(
            row.pk,
            row.teacher.full_name,
            row.weekly_hours,
            row.starts,
            row.until,
            row.starts <= viewer.on and (row.until is None or viewer.on < row.until),
        )
        for row in TeachingLoad.objects.filter(journal=journal)
        .select_related("teacher")
        .order_by("-starts", "id")
    ]


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A thematic plan in the list."""

    id: int
    title: str
    subject: str
    grade: int | None
    hours: int
    journals: int
    approved_on: date | None


def plans(viewer: Viewer, year: AcademicYear | None) -> list[PlanLine]:
    """Thematic plans of the year with their hours and the journals that follow them. One statement."""
    return [
        PlanLine(*row)
        for row in sql.read(
            "SELECT t.id, t.title, s.title, t.grade,"
            " (SELECT COALESCE(SUM(x.hours), 0) FROM plans_plannedtopic x WHERE x.plan_id = t.id),"
            " (SELECT COUNT(*) FROM plans_journal j WHERE j.plan_id = t.id), t.approved_on"
            " FROM plans_thematicplan t JOIN organisation_subject s ON s.id = t.subject_id"
            " WHERE t.school_id = %s AND t.year_id = %s ORDER BY s.position, s.title, t.grade, t.title",
            (viewer.school.id, year.pk if year else 0),
        )
    ]


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Somebody whose role and load do not fit."""

    person_id: int
    name: str
    role: str
    starts: date


_KINDS = {"teacher": "учитель", "master": "мастер производственного обучения"}


def rights_without_load(viewer: Viewer, year: AcademicYear | None) -> list[Unmatched]:
    """Teachers and masters who have no journal of the year on the viewer's day: a right without load. One statement."""
    on = viewer.on
    return [
        Unmatched(
            person_id,
            " ".join(part for part in name if part),
            str(_KINDS.get(kind, kind)),
            date.fromisoformat(starts) if isinstance(starts, str) else starts,
        )
        for person_id, *name, kind, starts in sql.read(
            "SELECT p.id, p.surname, p.given_name, p.patronymic, r.kind, r.starts FROM people_role r"
            " JOIN people_person p ON p.id = r.person_id WHERE r.school_id = %s AND r.kind IN ('teacher', 'master')"
            " AND r.starts <= %s AND (r.until IS NULL OR r.until > %s) AND NOT EXISTS (SELECT 1"
            " FROM plans_teachingload l JOIN plans_journal j ON j.id = l.journal_id WHERE l.teacher_id = p.id"
            " AND j.year_id = %s AND (l.until IS NULL OR l.until > %s))"
            " ORDER BY p.surname, p.given_name, p.id, r.kind",
            (viewer.school.id, on, on, year.pk if year else 0, on),
        )
    ]


def load_without_right(viewer: Viewer, year: AcademicYear | None) -> list[Unmatched]:
    """People with a journal on the viewer's day and no role that lets them keep it. One statement."""
    on = viewer.on
    return [
        Unmatched(
            person_id,
            " ".join(part for part in name if part),
            "",
            date.fromisoformat(starts) if isinstance(starts, str) else starts,
        )
        for person_id, *name, starts in sql.read(
            "SELECT p.id, p.surname, p.given_name, p.patronymic, MIN(l.starts) FROM plans_teachingload l"
            " JOIN plans_journal j ON j.id = l.journal_id JOIN people_person p ON p.id = l.teacher_id"
            " WHERE j.school_id = %s AND j.year_id = %s AND l.starts <= %s AND (l.until IS NULL OR l.until > %s)"
            " AND NOT EXISTS (SELECT 1 FROM people_role r WHERE r.person_id = p.id"
            " AND r.kind IN ('teacher', 'master', 'class_teacher', 'head_of_department')"
            " AND r.starts <= %s AND (r.until IS NULL OR r.until > %s))"
            " GROUP BY p.id, p.surname, p.given_name, p.patronymic ORDER BY p.surname, p.given_name, p.id",
            (viewer.school.id, year.pk if year else 0, on, on, on, on),
        )
    ]
