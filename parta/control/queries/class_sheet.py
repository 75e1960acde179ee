"""The check by class: lessons and freshness, students' marks, who of the families signs in."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from parta.control.queries.lessons import IN_TIME, MISSING, lessons_of
from parta.control.queries.sheets import (
    Cut,
    calendar_for,
    law_for,
    marks_sheet,
    overdue_works,
    per_cent,
    reach_of,
)
from parta.foundation import sql
from parta.journal.queries.words import class_name, moment, short_name
from parta.people.viewer import Viewer

_VISITS = """
SELECT l.person_id FROM people_person p JOIN diary_look l ON l.student_id = p.id
WHERE p.school_id = %s AND l.day >= %s AND l.day <= %s
UNION SELECT p.id FROM people_person p JOIN people_signin s ON s.user_id = p.user_id
WHERE p.school_id = %s AND s.at < %s AND s.seen_at >= %s"""


ENTRIES = ("lesson", "roll", "homework", "mark")
"""What is written in lessons; the rest of the freshness is of the class itself."""


@dataclass(slots=True)
class ClassSheetLine:
    """A class: its lessons, its freshness, its students' marks, who of the families signs in."""

    id: int
    name: str
    class_teacher: str = ""
    students: int = 0
    lessons: int = 0
    touched: int = 0
    in_time: int = 0
    overdue: int = 0
    """Overdue records, rolls and homework of the span."""
    overdue_works: int = 0
    newest: dict[str, datetime] = field(default_factory=dict)
    """When the newest record, roll, homework and mark were written; list, contacts and timetable last renewed."""
    none: int = 0
    one: int = 0
    pairs: int = 0
    """Pairs of student and marked journal."""
    student_accounts: int = 0
    student_visits: int = 0
    parents: int = 0
    parent_accounts: int = 0
    parent_visits: int = 0
    silent_families: list[str] = field(default_factory=list)
    """Students none of whose parents has signed in."""

    @property
    def fresh_as_of(self) -> datetime | None:
        """The newest entry of a lesson: record, roll, homework or mark."""
        return max((self.newest[name] for name in ENTRIES if name in self.newest), default=None)

    @property
    def late_items(self) -> int:
        """Everything overdue."""
        return self.overdue + self.overdue_works

    def share(self, name: str) -> int | None:
        """Per cent: ``in_time`` or ``touched`` of lessons, ``none`` or ``one`` of pairs, visits of accounts."""
        base = {
            "in_time": self.lessons,
            "touched": self.lessons,
            "none": self.pairs,
            "one": self.pairs,
            "student_visits": self.student_accounts,
            "parent_visits": self.parent_accounts,
        }[name]
        return per_cent(getattr(self, name), base)


_CLASSES = """
SELECT h.id, h.title, ct.surname, ct.given_name, ct.patronymic, (
    SELECT COUNT(*) FROM people_enrolment e WHERE e.homeroom_id = h.id AND e.starts <= %s
    AND (e.until IS NULL OR e.until > %s))
FROM organisation_homeroom h
JOIN organisation_academicyear y ON y.id = h.year_id AND y.starts <= %s AND y.until > %s
LEFT JOIN people_person ct ON ct.id = (SELECT MIN(r.person_id) FROM people_role r WHERE r.homeroom_id = h.id
    AND r.kind IN ('class_teacher', 'master') AND r.starts <= %s AND (r.until IS NULL OR r.until > %s))
WHERE h.school_id = %s AND h.id IN (SELECT j.homeroom_id FROM plans_journal j
    JOIN organisation_subject s ON s.id = j.subject_id WHERE {scope})
ORDER BY COALESCE(h.grade, 99), h.title"""

_NEWEST = """
SELECT j.homeroom_id, MAX(r.conducted_at), MAX(r.roll_at), MAX((SELECT MAX(w.set_at) FROM journal_homework w
        WHERE w.lesson_id = l.id)), MAX((SELECT MAX(k.set_at) FROM journal_assessment a
        JOIN journal_mark k ON k.assessment_id = a.id WHERE a.lesson_id = l.id))
FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
WHERE {scope} AND l.school_id = %s AND l.date >= %s AND l.date <= %s AND j.homeroom_id IS NOT NULL
GROUP BY j.homeroom_id"""

_RENEWED = """
SELECT 'roster', v.homeroom_id, MAX(v.at) FROM people_rosterreview v WHERE v.school_id = %s GROUP BY v.homeroom_id
UNION ALL SELECT 'contact', e.homeroom_id, MAX(c.at) FROM people_personchange c
    LEFT JOIN people_guardianship g ON g.guardian_id = c.person_id AND g.has_rights
    JOIN people_enrolment e ON e.student_id = COALESCE(g.student_id, c.person_id) AND e.starts <= %s
    AND (e.until IS NULL OR e.until > %s)
    WHERE c.school_id = %s AND c.field IN ('phone', 'email', 'address') GROUP BY e.homeroom_id
UNION ALL SELECT 'timetable', j.homeroom_id, MAX(x.made_at) FROM timetable_lessonchange x
    JOIN timetable_lesson l ON l.id = x.lesson_id JOIN plans_journal j ON j.id = l.journal_id
    WHERE x.school_id = %s AND j.homeroom_id IS NOT NULL GROUP BY j.homeroom_id
UNION ALL SELECT 'timetable', j.homeroom_id, MAX(t.made_at) FROM timetable_substitution t
    JOIN timetable_lesson l ON l.id = t.lesson_id JOIN plans_journal j ON j.id = l.journal_id
    WHERE t.school_id = %s AND j.homeroom_id IS NOT NULL GROUP BY j.homeroom_id"""

_SINCE = """
SELECT 'roster', e.homeroom_id, MAX(e.starts) FROM people_enrolment e
WHERE e.school_id = %s AND e.starts <= %s GROUP BY e.homeroom_id
UNION ALL SELECT 'timetable', j.homeroom_id, MAX(t.starts) FROM timetable_timetableslot t
    JOIN plans_journal j ON j.id = t.journal_id WHERE t.school_id = %s AND t.starts <= %s
    AND j.homeroom_id IS NOT NULL GROUP BY j.homeroom_id"""

_FAMILIES = """
SELECT e.homeroom_id, e.student_id, n.surname, n.given_name,
    CASE WHEN su.id IS NOT NULL AND su.is_active THEN 1 ELSE 0 END, su.last_login, g.guardian_id,
    CASE WHEN gu.id IS NOT NULL AND gu.is_active THEN 1 ELSE 0 END, gu.last_login
FROM people_enrolment e
JOIN people_person n ON n.id = e.student_id
LEFT JOIN people_user su ON su.id = n.user_id
LEFT JOIN people_guardianship g ON g.student_id = e.student_id AND g.has_rights AND g.starts <= %s
    AND (g.until IS NULL OR g.until > %s)
LEFT JOIN people_person gp ON gp.id = g.guardian_id
LEFT JOIN people_user gu ON gu.id = gp.user_id
WHERE e.school_id = %s AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)
ORDER BY e.homeroom_id, n.surname, n.given_name, n.id"""


def class_sheet(viewer: Viewer, cut: Cut) -> list[ClassSheetLine]:
    """By class. Nine statements.

    A visit is a diary opened, or a session (whenever its password was typed) that was in use, on a day of the span.
    """
    law, reach = law_for(viewer), reach_of(viewer, cut)
    scope, values = reach
    on = cut.until
    lines = {
        row[0]: ClassSheetLine(
            row[0], class_name(row[1]), short_name(*row[2:5]) if row[2] else "", int(row[5])
        )
        for row in sql.read(_CLASSES.format(scope=scope), [on, on, on, on, on, on, viewer.school.id, *values])
    }
    lessons = lessons_of(viewer, reach, cut.since, cut.until)
    for lesson in lessons:
        line = lines.get(lesson.homeroom_id or 0)
        if line is not None:
            line.lessons += 1
            line.touched += lesson.is_touched
            line.in_time += lesson.states["conducted"] == IN_TIME
            line.overdue += sum(state == MISSING for state in lesson.states.values())
    rooms = {lesson.journal_id: lesson.homeroom_id for lesson in lessons}
    for work in overdue_works(viewer, law, lessons, cut):
        line = lines.get(rooms.get(work.journal_id) or 0)
        if line is not None:
            line.overdue_works += 1
    for homeroom_id, *moments in sql.read(
        _NEWEST.format(scope=scope), [*values, viewer.school.id, cut.since, cut.until]
    ):
        line = lines.get(homeroom_id)
        if line is not None:
            for name, value in zip(ENTRIES, moments, strict=True):
                at = moment(value)
                if at is not None:
                    line.newest[name] = at
    _renewed(lines, viewer, on)
    for one in marks_sheet(viewer, cut):
        line = lines.get(one.homeroom_id or 0)
        if line is not None:
            line.none += len(one.none)
            line.one += len(one.one)
            line.pairs += one.students
    _families(lines, viewer, cut)
    return list(lines.values())


def _renewed(lines: dict[int, ClassSheetLine], viewer: Viewer, on: date) -> None:
    """When the list, the contacts and the timetable of each class were last renewed. Two statements."""
    school_id, zone = viewer.school.id, calendar_for(viewer).zone
    found = [
        (name, homeroom_id, moment(at))
        for name, homeroom_id, at in sql.read(_RENEWED, [school_id, on, on, school_id, school_id, school_id])
    ]
    for name, homeroom_id, starts in sql.read(_SINCE, [school_id, on, school_id, on]):
        day = date.fromisoformat(starts) if isinstance(starts, str) else starts
        found.append((name, homeroom_id, datetime.combine(day, time(), zone)))
    for name, homeroom_id, at in found:
        line = lines.get(homeroom_id)
        if line is not None and at is not None:
            line.newest[name] = max(at, line.newest.get(name, at))


def family_lines(viewer: Viewer, cut: Cut, classes: dict[int, str]) -> list[ClassSheetLine]:
    """Who of the families of these classes (id: title) came in the span; nothing else is filled in. Two statements."""
    lines = {id: ClassSheetLine(id, title) for id, title in classes.items()}
    _families(lines, viewer, cut)
    return list(lines.values())


def _families(lines: dict[int, ClassSheetLine], viewer: Viewer, cut: Cut) -> None:
    zone = calendar_for(viewer).zone
    seen: set[tuple[int, int]] = set()
    came: dict[tuple[int, int], bool] = {}
    names: dict[tuple[int, int], str] = {}

    begin, end = (datetime.combine(day, time(), zone) for day in (cut.since, cut.until + timedelta(days=1)))
    school = viewer.school.id
    visits = {row[0] for row in sql.read(_VISITS, [school, cut.since, cut.until, school, end, begin])}

    def visited(person_id: int, last_login: Any) -> bool:
        at = moment(last_login)
        return person_id in visits or (at is not None and begin <= at < end)

    on = cut.until
    for row in sql.read(_FAMILIES, [on, on, viewer.school.id, on, on]):
        line = lines.get(row[0])
        if line is None:
            continue
        key = (row[0], row[1])
        if key not in names:
            names[key] = f"{row[2]} {row[3]}"
            came[key] = False
            line.student_accounts += row[4]
            line.student_visits += bool(row[4]) and visited(row[1], row[5])
        if row[6] is None:
            continue
        came[key] = came[key] or (bool(row[7]) and visited(row[6], row[8]))
        if (row[0], row[6]) not in seen:
            seen.add((row[0], row[6]))
            line.parents += 1
            line.parent_accounts += row[7]
            line.parent_visits += bool(row[7]) and visited(row[6], row[8])
    for key, is_there in came.items():
        if not is_there:
            lines[key[0]].silent_families.append(names[key])
