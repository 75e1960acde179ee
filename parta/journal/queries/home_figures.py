"""The journals of a teacher in figures: lessons, lag, marks, averages, and whom to ask next.

Two statements whatever the number of journals and students.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from parta.foundation import sql
from parta.foundation.pagekit import NBSP
from parta.journal.queries.home_values import AskLine, JournalLine
from parta.journal.queries.words import class_name, from_json, journal_name, register_key
from parta.journal.rules.corrected import worth_of
from parta.people.viewer import Viewer

_JOURNALS = """
SELECT j.id, h.title, s.title, g.short, k.symbols, t.title, t.starts, t.until, j.plan_id,
       (SELECT COUNT(*) FROM timetable_lesson l WHERE l.journal_id = j.id AND l.state <> 'cancelled'
        AND l.date >= t.starts AND l.date < t.until),
       (SELECT COUNT(*) FROM timetable_lesson l JOIN journal_lessonrecord r ON r.lesson_id = l.id
        WHERE l.journal_id = j.id AND r.conducted_at IS NOT NULL AND l.date >= t.starts AND l.date < t.until),
       (SELECT COUNT(*) FROM timetable_lesson l WHERE l.journal_id = j.id AND l.state <> 'cancelled'
        AND (l.ends_at <= %s OR EXISTS (
            SELECT 1 FROM journal_lessonrecord r WHERE r.lesson_id = l.id AND r.topic <> ''))),
       (SELECT MAX(p.position) FROM journal_lessonrecord r JOIN plans_plannedtopic p ON p.id = r.planned_topic_id
        WHERE r.journal_id = j.id),
       (SELECT COUNT(*) FROM journal_termmark f WHERE f.journal_id = j.id AND f.term_id = t.id AND f.value <> '')
FROM plans_teachingload d
JOIN plans_journal j ON j.id = d.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN organisation_markscale k ON k.id = j.scale_id
LEFT JOIN organisation_term t ON t.id = (
    SELECT q.id FROM organisation_term q WHERE q.year_id = j.year_id AND q.kind = j.term_kind AND q.starts <= %s
    ORDER BY q.starts DESC LIMIT 1)
WHERE d.teacher_id = %s AND d.school_id = %s AND d.starts <= %s AND (d.until IS NULL OR d.until > %s)
"""

_STUDENTS = """
SELECT j.id, p.id, p.surname, p.given_name, '' AS value, 0 AS count, 0 AS weight, 0 AS lately
FROM plans_journal j
JOIN people_enrolment n ON n.homeroom_id = j.homeroom_id
JOIN people_person p ON p.id = n.student_id
WHERE j.id IN ({ids}) AND j.subgroup_id IS NULL AND n.starts <= %s AND (n.until IS NULL OR n.until > %s)
UNION ALL
SELECT j.id, p.id, p.surname, p.given_name, '', 0, 0, 0
FROM plans_journal j
JOIN people_subgroupmembership n ON n.subgroup_id = j.subgroup_id
JOIN people_person p ON p.id = n.student_id
WHERE j.id IN ({ids}) AND n.starts <= %s AND (n.until IS NULL OR n.until > %s)
UNION ALL
SELECT l.journal_id, m.student_id, '', '', COALESCE(m.counted, m.value), SUM(CASE WHEN {period} THEN 1 ELSE 0 END),
       SUM(CASE WHEN {period} THEN a.weight ELSE 0 END), SUM(CASE WHEN l.date > %s THEN 1 ELSE 0 END)
FROM timetable_lesson l
JOIN journal_assessment a ON a.lesson_id = l.id
JOIN journal_mark m ON m.assessment_id = a.id
WHERE l.journal_id IN ({ids}) AND l.date >= %s AND m.value <> ''
GROUP BY l.journal_id, m.student_id, COALESCE(m.counted, m.value)
"""
"""Students of today in my journals, then the marks of each journal's own period by student and value: put together
in Python, for a join of the two costs the database several times what both cost apart."""


def journals_of(viewer: Viewer) -> list[sql.Row]:
    """The journals the viewer teaches today, each with its period and the figures of its lessons."""
    on = viewer.on
    return sql.read(_JOURNALS, (viewer.at, on, viewer.person_id, viewer.school.id, on, on))


@dataclass(slots=True)
class _Student:
    """A student of a journal: marks of the period, of the last three weeks, and weights by value."""

    name: str
    marks: int = 0
    lately: int = 0
    weights: list[tuple[str, float]] = field(default_factory=list)


Students = Mapping[int, Mapping[int, _Student]]
"""By journal and student."""


def students_of(begun: Mapping[int, date], on: date, recent: date) -> Students:
    """Marks of each journal's students since its own period began (`begun` by journal), and lately."""
    found: dict[int, dict[int, _Student]] = {}
    if not begun:
        return found
    ids = tuple(begun)
    since: dict[date, list[int]] = {}
    for journal_id, starts in begun.items():
        since.setdefault(starts, []).append(journal_id)
    period = " OR ".join(
        f"(l.date >= %s AND l.journal_id IN ({sql.marks(len(some))}))" for some in since.values()
    )
    bounds = [value for starts, some in since.items() for value in (starts, *some)]
    values = (*ids, on, on, *ids, on, on, *bounds, *bounds, recent, *ids, min(recent, *since))
    rows = sql.read(_STUDENTS.format(ids=sql.marks(len(ids)), period=f"({period})"), values)
    for journal_id, id, surname, given, value, *_ in rows:
        if not value:
            found.setdefault(journal_id, {})[id] = _Student(f"{surname}{NBSP}{given[:1]}.")
    for journal_id, id, _, _, value, count, weight, lately in rows:
        student = found.get(journal_id, {}).get(id) if value else None
        if student is not None:  # else: has left since
            student.marks += int(count)
            student.lately += int(lately)
            student.weights.append((value, float(weight)))
    return found


def journal_line(row: sql.Row, students: Students) -> JournalLine:
    """A journal in figures, of a row of `journals_of` and its students."""
    worth = {item["symbol"]: float(item["value"]) for item in from_json(row[4]) if item.get("counts", True)}
    mine = students.get(row[0], {})
    total = weights = 0.0
    for student in mine.values():
        for value, weight in student.weights:
            if (points := worth_of(worth, value)) is not None:
                total += points * weight
                weights += weight
    return JournalLine(
        id=row[0],
        title=journal_name(row[1] or "", row[2], row[3] or ""),
        held=row[10] or 0,
        planned=row[9] or 0,
        lag=None if row[8] is None else (row[12] or 0) - row[11],
        marks_each=sum(student.marks for student in mine.values()) / len(mine) if mine and row[4] else None,
        average=total / weights if weights else None,
        finals=row[13] or 0,
        members=len(mine),
        has_marks=row[4] is not None,
        term=row[5] or "",
    )


def whom_to_ask(journals: Sequence[sql.Row], students: Students) -> Iterable[AskLine]:
    """Up to three students with the fewest recent marks in each marked journal, the neediest journals first."""
    found = []
    for row in journals:
        mine = students.get(row[0], {}).values()
        if row[4] is None or not any(student.lately for student in mine):
            continue
        ranked = sorted((student.lately, register_key(student.name), student.name) for student in mine)[:3]
        found.append(
            AskLine(
                row[0],
                class_name(row[1] or row[3] or ""),
                row[2],
                tuple(name for _, _, name in ranked),
                ranked[0][0],
                ranked[-1][0],
            )
        )
    return sorted(found, key=lambda line: (line.fewest, line.most))[:5]
