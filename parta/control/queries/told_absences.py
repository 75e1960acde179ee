"""Present in the roll in spite of what the family told and the class teacher accepted: a contradiction to look at."""

from datetime import date, timedelta
from typing import Any

from parta.foundation import sql
from parta.foundation.pagekit import ru_span
from parta.journal.rules.agreement_watches import Contradiction
from parta.journal.rules.matters import JOINS, PLACE, Reach

DAY = timedelta(days=1)

_PRESENT = f"""
SELECT {PLACE}, l.id, l.date, l.number, COALESCE(ts.substitute_id, l.teacher_id, r.conducted_by_id), n.surname,
    n.given_name, a.student_id, a.starts, a.until
FROM diary_absencenotice a
JOIN people_person n ON n.id = a.student_id
JOIN timetable_lesson l ON l.school_id = a.school_id AND l.date >= a.starts AND l.date < a.until
    AND (a.first_lesson IS NULL OR l.number >= a.first_lesson) AND (a.last_lesson IS NULL OR l.number <= a.last_lesson)
JOIN plans_journal j ON j.id = l.journal_id
{JOINS}
JOIN journal_lessonrecord r ON r.lesson_id = l.id AND r.roll_at IS NOT NULL
LEFT JOIN timetable_substitution ts ON ts.lesson_id = l.id
WHERE {{scope}} AND a.school_id = %s AND a.state = 'accepted' AND l.date >= %s AND l.date <= %s
    AND l.state <> 'cancelled'
    AND NOT EXISTS (SELECT 1 FROM journal_absence b WHERE b.lesson_id = l.id AND b.student_id = a.student_id
        AND b.meaning <> '')
    AND CASE WHEN j.subgroup_id IS NULL THEN EXISTS (SELECT 1 FROM people_enrolment e WHERE e.student_id = a.student_id
        AND e.homeroom_id = j.homeroom_id AND e.starts <= l.date AND (e.until IS NULL OR e.until > l.date))
    ELSE EXISTS (SELECT 1 FROM people_subgroupmembership m WHERE m.student_id = a.student_id
        AND m.subgroup_id = j.subgroup_id AND m.starts <= l.date AND (m.until IS NULL OR m.until > l.date)) END
ORDER BY l.date, l.number, n.surname, n.given_name"""


def against_notices(school_id: int, reach: Reach, *, since: date, until: date) -> list[Contradiction]:
    """Lessons of these days with a roll in which a student of an accepted notice counts as present. One statement."""
    scope, values = reach
    return [
        Contradiction(
            "contradicts_planned_absence",
            row[:12],
            row[12],
            row[13],
            row[14],
            row[15],
            f"{row[16]} {row[17]}",
            f"Семья предупредила об отсутствии ({ru_span(_day(row[19]), _day(row[20]) - DAY)}), "
            "а в явке ученик присутствует",
            row[18],
        )
        for row in sql.read(_PRESENT.replace("{scope}", scope), [*values, school_id, since, until])
    ]


def _day(value: Any) -> date:
    return date.fromisoformat(value[:10]) if isinstance(value, str) else value
