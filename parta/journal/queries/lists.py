"""The list of journals: the viewer's own and those their role reads, with how far each is filled."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from parta.foundation import sql
from parta.journal.queries.words import short_name
from parta.people.viewer import Viewer
from parta.plans.access import readable_journals

PAGE = 60
"""Journals on one page of the list."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; `page` counts from 1."""

    homeroom: int | None = None
    subject: int | None = None
    teacher: int | None = None
    page: int = 1

    @property
    def is_set(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.homeroom or self.subject or self.teacher)


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry of a filter."""

    id: int
    title: str


@dataclass(frozen=True, slots=True)
class ListedJournal:
    """A journal of the list. Lessons are those of the year, marks those of the period that runs."""

    id: int
    subject: str
    homeroom: str
    group: str
    weekly_hours: float
    teachers: tuple[str, ...]
    is_mine: bool
    lessons: int
    due: int
    """Lessons over by now."""
    held: int
    """Of those, recorded as held."""
    empty: int
    """Of those, without a topic."""
    students: int
    marks: int
    takes_marks: bool

    @property
    def marks_per_student(self) -> float | None:
        """Marks of the period for one student on the list; None where none are given."""
        return self.marks / self.students if self.students and self.takes_marks else None


@dataclass(frozen=True, slots=True)
class JournalList:
    """One page of the list and what it can be narrowed by."""

    journals: tuple[ListedJournal, ...]
    total: int
    page: int
    homerooms: tuple[Choice, ...]
    subjects: tuple[Choice, ...]
    teachers: tuple[Choice, ...]

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


_YEAR = (
    "(SELECT y.id FROM organisation_academicyear y WHERE y.school_id = %s AND y.state <> 'setup'"
    " ORDER BY CASE WHEN y.starts <= %s THEN 0 ELSE 1 END, y.starts DESC LIMIT 1)"
)
"""The year that runs or ran last."""

_MINE = "EXISTS (SELECT 1 FROM plans_teachingload o WHERE o.journal_id = j.id AND o.teacher_id = %s)"


def journal_list(viewer: Viewer, wanted: Filters) -> JournalList:
    """The journals the viewer reads, narrowed; six statements."""
    scope, values = readable_journals(viewer)
    narrowed, more = _narrowing(wanted)
    rows = sql.read(
        "SELECT j.id, s.title, h.title, g.short, j.weekly_hours, j.scale_id,"
        f" CASE WHEN {_MINE} THEN 1 ELSE 0 END AS mine, COUNT(*) OVER () AS total,"
        " COALESCE(j.homeroom_id, 0), COALESCE(j.subgroup_id, 0)"
        " FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id"
        " LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id"
        " LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id"
        f" WHERE {scope} AND j.year_id = {_YEAR}{narrowed}"
        " ORDER BY mine DESC, COALESCE(j.grade, 0), h.title, s.position, s.title, g.short, j.id"
        f" LIMIT {PAGE} OFFSET %s",
        (viewer.person_id, *values, viewer.school.id, viewer.on, *more, (wanted.page - 1) * PAGE),
    )
    ids = [row[0] for row in rows]
    lessons = {row[0]: row[1:] for row in _lessons(viewer, ids)}
    marks = dict(_marks(viewer, ids))
    teachers: dict[int, dict[str, None]] = {}
    for journal_id, *name in _teachers(viewer, ids):
        teachers.setdefault(journal_id, {})[short_name(*name)] = None
    students = {row[0]: row[1] for row in _students(viewer, ids)}
    homerooms, subjects, people = _choices(viewer, scope, values)
    return JournalList(
        journals=tuple(
            ListedJournal(
                id=row[0],
                subject=row[1],
                homeroom=row[2] or "",
                group=row[3] or "",
                weekly_hours=float(row[4]),
                teachers=tuple(teachers.get(row[0], ())),
                is_mine=bool(row[6]),
                lessons=lessons.get(row[0], (0, 0, 0, 0))[0],
                due=lessons.get(row[0], (0, 0, 0, 0))[1] or 0,
                held=lessons.get(row[0], (0, 0, 0, 0))[2] or 0,
                empty=lessons.get(row[0], (0, 0, 0, 0))[3] or 0,
                students=students.get(row[0], 0),
                marks=marks.get(row[0], 0),
                takes_marks=row[5] is not None,
            )
            for row in rows
        ),
        total=rows[0][7] if rows else 0,
        page=wanted.page,
        homerooms=homerooms,
        subjects=subjects,
        teachers=people,
    )


def _narrowing(wanted: Filters) -> tuple[str, list[object]]:
    parts, values = "", list[object]()
    if wanted.homeroom:
        parts += " AND j.homeroom_id = %s"
        values.append(wanted.homeroom)
    if wanted.subject:
        parts += " AND j.subject_id = %s"
        values.append(wanted.subject)
    if wanted.teacher:
        parts += f" AND {_MINE}"
        values.append(wanted.teacher)
    return parts, values


def _lessons(viewer: Viewer, ids: Sequence[int]) -> list[sql.Row]:
    return sql.read(
        "SELECT l.journal_id, COUNT(*),"
        " SUM(CASE WHEN l.ends_at <= %s THEN 1 ELSE 0 END),"
        " SUM(CASE WHEN l.ends_at <= %s AND r.conducted_at IS NOT NULL THEN 1 ELSE 0 END),"
        " SUM(CASE WHEN l.ends_at <= %s AND COALESCE(r.topic, '') = '' THEN 1 ELSE 0 END)"
        " FROM timetable_lesson l LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id"
        f" WHERE l.journal_id IN ({sql.marks(len(ids))}) AND l.state <> 'cancelled' GROUP BY l.journal_id",
        (viewer.at, viewer.at, viewer.at, *ids),
    )


def _marks(viewer: Viewer, ids: Sequence[int]) -> list[Any]:
    return sql.read(
        "SELECT a.journal_id, COUNT(*) FROM journal_assessment a"
        " JOIN timetable_lesson l ON l.id = a.lesson_id"
        " JOIN plans_journal j ON j.id = a.journal_id"
        " JOIN journal_mark m ON m.assessment_id = a.id AND m.part < 2 AND m.value <> ''"
        f" WHERE a.journal_id IN ({sql.marks(len(ids))}) AND l.date >= COALESCE("
        "(SELECT MAX(t.starts) FROM organisation_term t WHERE t.year_id = j.year_id AND t.kind = j.term_kind"
        " AND t.starts <= %s), l.date) GROUP BY a.journal_id",
        (*ids, viewer.on),
    )


def _teachers(viewer: Viewer, ids: Sequence[int]) -> list[sql.Row]:
    return sql.read(
        "SELECT l.journal_id, p.surname, p.given_name, p.patronymic FROM plans_teachingload l"
        " JOIN people_person p ON p.id = l.teacher_id"
        f" WHERE l.journal_id IN ({sql.marks(len(ids))}) AND (l.until IS NULL OR l.until > %s)"
        " ORDER BY l.starts, p.surname",
        (*ids, viewer.on),
    )


def _students(viewer: Viewer, ids: Sequence[int]) -> list[sql.Row]:
    places = sql.marks(len(ids))
    return sql.read(
        "SELECT j.id, COUNT(DISTINCT e.student_id) FROM plans_journal j"
        " JOIN people_enrolment e ON e.homeroom_id = j.homeroom_id AND e.starts <= %s"
        " AND (e.until IS NULL OR e.until > %s)"
        f" WHERE j.id IN ({places}) AND j.subgroup_id IS NULL GROUP BY j.id"
        " UNION ALL SELECT j.id, COUNT(DISTINCT e.student_id) FROM plans_journal j"
        " JOIN people_subgroupmembership e ON e.subgroup_id = j.subgroup_id AND e.starts <= %s"
        " AND (e.until IS NULL OR e.until > %s)"
        f" WHERE j.id IN ({places}) GROUP BY j.id",
        (viewer.on, viewer.on, *ids, viewer.on, viewer.on, *ids),
    )


def _choices(
    viewer: Viewer, scope: str, values: Sequence[object]
) -> tuple[tuple[Choice, ...], tuple[Choice, ...], tuple[Choice, ...]]:
    """Classes, subjects and teachers of the journals in reach."""
    inner = (
        "SELECT j.id, j.homeroom_id, j.subject_id FROM plans_journal j"
        f" JOIN organisation_subject s ON s.id = j.subject_id WHERE {scope} AND j.year_id = {_YEAR}"
    )
    rows = sql.read(
        f"WITH reach AS ({inner})"
        " SELECT 1 AS what, h.id AS id, h.title AS t1, '' AS t2, '' AS t3, COALESCE(h.grade, 0) AS n"
        " FROM organisation_homeroom h WHERE h.id IN (SELECT homeroom_id FROM reach)"
        " UNION ALL SELECT 2, s.id, s.title, '', '', s.position FROM organisation_subject s"
        " WHERE s.id IN (SELECT subject_id FROM reach)"
        " UNION ALL SELECT 3, p.id, p.surname, p.given_name, p.patronymic, 0 FROM people_person p"
        " WHERE p.id IN (SELECT l.teacher_id FROM plans_teachingload l JOIN reach r ON r.id = l.journal_id)",
        (*values, viewer.school.id, viewer.on),
    )
    rows.sort(key=lambda row: (row[5], row[2], row[3]))
    return (
        tuple(Choice(row[1], row[2]) for row in rows if row[0] == 1),
        tuple(Choice(row[1], row[2]) for row in rows if row[0] == 2),
        tuple(Choice(row[1], short_name(*row[2:5])) for row in rows if row[0] == 3),
    )
