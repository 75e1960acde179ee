"""The teacher's panel of homework: what was set of late and what came of it; the days on which it was not opened."""

from dataclasses import dataclass
from datetime import date, timedelta

from parta.foundation import sql
from parta.journal.queries.words import journal_name, short_name
from parta.people.viewer import Viewer

BACK = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class PanelLine:
    """A piece of homework with the numbers behind it; students of the day it was set."""

    id: int
    lesson: int
    title: str
    text: str
    given_on: date
    due: date | None
    students: int
    seen: int
    family_seen: int
    done: int
    is_overdue: bool
    """Its day is past and somebody has not called it done."""


_PANEL = """
SELECT w.id, l.id, COALESCE(h.title, ''), s.title, COALESCE(g.short, ''), w.text, l.date, w.due_date,
    CASE WHEN w.student_id IS NOT NULL THEN 1 WHEN j.subgroup_id IS NOT NULL THEN (
        SELECT COUNT(*) FROM people_subgroupmembership m WHERE m.subgroup_id = j.subgroup_id AND m.starts <= l.date
        AND (m.until IS NULL OR m.until > l.date)) ELSE (
        SELECT COUNT(*) FROM people_enrolment e WHERE e.homeroom_id = j.homeroom_id AND e.starts <= l.date
        AND (e.until IS NULL OR e.until > l.date)) END,
    (SELECT COUNT(x.seen_at) FROM diary_homeworkstate x WHERE x.homework_id = w.id),
    (SELECT COUNT(x.family_seen_at) FROM diary_homeworkstate x WHERE x.homework_id = w.id),
    (SELECT COUNT(x.done_at) FROM diary_homeworkstate x WHERE x.homework_id = w.id)
FROM timetable_lesson l
JOIN journal_homework w ON w.lesson_id = l.id AND w.text <> ''
JOIN plans_journal j ON j.id = l.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN timetable_substitution ts ON ts.lesson_id = l.id
WHERE l.school_id = %s AND l.date >= %s AND l.date <= %s AND COALESCE(ts.substitute_id, l.teacher_id) = %s
ORDER BY COALESCE(w.due_date, l.date) DESC, l.date DESC, l.number DESC, w.id"""


def panel(viewer: Viewer) -> list[PanelLine]:
    """Homework of the viewer's own lessons of two weeks, what is due last first. One statement."""
    return [
        PanelLine(
            row[0], row[1], journal_name(row[2], row[3], row[4]), row[5], row[6], row[7],
            int(row[8]), int(row[9]), int(row[10]), int(row[11]),
            row[7] is not None and row[7] < viewer.on and int(row[11]) < int(row[8]),
        )
        for row in sql.read(_PANEL, [viewer.school.id, viewer.on - BACK, viewer.on, viewer.person_id])
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unopened:
    """A teacher and the days with lessons on which the panel was not opened."""

    person_id: int
    who: str
    days: tuple[date, ...]


_UNOPENED = """
SELECT DISTINCT COALESCE(ts.substitute_id, l.teacher_id), l.date, p.surname, p.given_name, p.patronymic
FROM timetable_lesson l
JOIN plans_journal j ON j.id = l.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN timetable_substitution ts ON ts.lesson_id = l.id
JOIN people_person p ON p.id = COALESCE(ts.substitute_id, l.teacher_id)
LEFT JOIN diary_homeworkcheck c ON c.person_id = p.id AND c.day = l.date
WHERE {scope} AND l.school_id = %s AND l.date >= %s AND l.date < %s AND l.state <> 'cancelled' AND c.id IS NULL
ORDER BY 3, 4, 1, 2"""


def unopened(viewer: Viewer, reach: tuple[str, list[object]], since: date, before: date) -> list[Unopened]:
    """Who had lessons on a day of the span and did not open the panel that day. One statement."""
    scope, values = reach
    found: dict[int, list[sql.Row]] = {}
    for row in sql.read(_UNOPENED.format(scope=scope), [*values, viewer.school.id, since, before]):
        found.setdefault(row[0], []).append(row)
    return [
        Unopened(person_id, short_name(*rows[0][2:5]), tuple(row[1] for row in rows))
        for person_id, rows in found.items()
    ]
