"""What a report to a family holds: one span of days of each student of a class, as plain values that are then frozen.

The same contents are shown in the diary, told by mail and printed, so their numbers are equal. Averages come from the
one reckoning of the diary (`week._gather`), over the period in which the span ends.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from parta.diary.queries.marks import gather, scales_of, subjects_of
from parta.diary.queries.reckoning import formulas
from parta.diary.queries.week_values import AWAY_WORDS, CHECKS, NOTE_WORDS
from parta.foundation import sql
from parta.foundation.pagekit import avg, number_span, ru_date, ru_span
from parta.journal.queries.words import class_name, day, register_key, short_name
from parta.people.refusals import on_paper
from parta.people.viewer import Viewer

AHEAD = timedelta(days=14)
"""How far ahead control works, changes of the timetable and homework are told."""


@dataclass(frozen=True, slots=True)
class Pupil:
    """A student of the class on a day; `on_paper`: the family is told on paper."""

    id: int
    name: str
    on_paper: bool


_PUPILS = """
SELECT p.id, p.surname, p.given_name, p.patronymic FROM people_enrolment e JOIN people_person p ON p.id = e.student_id
WHERE e.homeroom_id = %s AND e.school_id = %s AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)
"""


def pupils_of(viewer: Viewer, homeroom_id: int, on: date) -> tuple[Pupil, ...]:
    """The students of a class in the order of the register. Two statements."""
    rows = sql.read(_PUPILS, (homeroom_id, viewer.school.id, on, on))
    rows = sorted({row[0]: row for row in rows}.values(), key=lambda row: register_key(*row[1:4]))
    paper = on_paper([row[0] for row in rows], on)
    return tuple(Pupil(row[0], " ".join(part for part in row[1:4] if part), row[0] in paper) for row in rows)


_MINE = """
(SELECT j.id AS journal_id, j.subject_id, j.scale_id, e.student_id, e.starts, e.until FROM people_enrolment e
 JOIN plans_journal j ON j.homeroom_id = e.homeroom_id AND j.subgroup_id IS NULL WHERE e.student_id IN ({ids})
 UNION ALL
 SELECT j.id, j.subject_id, j.scale_id, e.student_id, e.starts, e.until FROM people_subgroupmembership e
 JOIN plans_journal j ON j.subgroup_id = e.subgroup_id WHERE e.student_id IN ({ids}))
"""
_SHELL = """
SELECT h.title, s.name, t.id, t.title, t.starts, t.until, h.year_id FROM organisation_homeroom h
JOIN organisation_school s ON s.id = h.school_id
LEFT JOIN organisation_term t ON t.year_id = h.year_id AND t.kind = h.term_kind AND t.starts <= %s
WHERE h.id = %s AND h.school_id = %s ORDER BY t.starts DESC
"""
_JOURNALS = """
SELECT DISTINCT mine.student_id, mine.journal_id, s.id, s.title, s.position, k.symbols, f.value, mine.starts, mine.until
FROM {mine} mine JOIN organisation_subject s ON s.id = mine.subject_id
LEFT JOIN organisation_markscale k ON k.id = mine.scale_id
LEFT JOIN journal_termmark f ON f.journal_id = mine.journal_id AND f.student_id = mine.student_id AND f.term_id = %s
"""
_MARKS = """
SELECT m.student_id, a.journal_id, CAST(l.date AS text), l.number * 100 + a.position, m.assessment_id, m.part, m.value,
       a.work_kind, a.weight, a.lesson_id, NULLIF(m.first_value, ''), NULLIF(m.comment, ''),
       m.counted
FROM journal_mark m JOIN journal_assessment a ON a.id = m.assessment_id JOIN timetable_lesson l ON l.id = a.lesson_id
WHERE m.student_id IN ({ids}) AND m.value <> '' AND CAST(l.date AS text) >= %s AND CAST(l.date AS text) < %s
"""
_WORDS = """
SELECT 'away' AS what, x.student_id AS a, l.date AS d, l.number AS n, s.title AS t1, x.meaning AS t2, '' AS t3,
       '' AS t4, '' AS t5, x.minutes AS n2, '' AS t6,
       l.hours AS h
FROM journal_absence x JOIN timetable_lesson l ON l.id = x.lesson_id JOIN plans_journal j ON j.id = x.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
WHERE x.student_id IN ({ids}) AND x.meaning <> '' AND l.date >= %s AND l.date < %s
UNION ALL
SELECT 'note', n.student_id, l.date, l.number, s.title, n.kind, p.surname, p.given_name, p.patronymic, NULL, n.text, 1
FROM journal_diarynote n JOIN timetable_lesson l ON l.id = n.lesson_id JOIN plans_journal j ON j.id = n.journal_id
JOIN organisation_subject s ON s.id = j.subject_id JOIN people_person p ON p.id = n.author_id
WHERE n.student_id IN ({ids}) AND n.withdrawn_at IS NULL AND l.date >= %s AND l.date < %s
"""
_LESSONS = """
SELECT DISTINCT mine.student_id, l.id, l.date, l.number, s.title, l.state, l.moved_from, q.surname, q.given_name,
       q.patronymic, r.topic, l.starts_at, s.id
FROM {mine} mine JOIN timetable_lesson l ON l.journal_id = mine.journal_id AND l.date >= %s AND l.date < %s
     AND l.date >= mine.starts AND (mine.until IS NULL OR l.date < mine.until)
JOIN organisation_subject s ON s.id = mine.subject_id
LEFT JOIN timetable_substitution x ON x.lesson_id = l.id LEFT JOIN people_person q ON q.id = x.substitute_id
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
ORDER BY l.date, l.number
"""
_OF_LESSONS = """
SELECT 'task' AS what, w.lesson_id AS a, w.due_lesson_id AS b, w.text AS t, w.student_id AS n FROM journal_homework w
WHERE (w.lesson_id IN ({lessons}) OR w.due_lesson_id IN ({lessons})) AND w.text <> ''
UNION ALL
SELECT 'work', a.lesson_id, NULL, a.work_kind, NULL FROM journal_assessment a WHERE a.lesson_id IN ({lessons})
"""
_TEACHERS = """
SELECT DISTINCT mine.student_id, s.position, s.title, p.surname, p.given_name, p.patronymic
FROM {mine} mine JOIN plans_teachingload d ON d.journal_id = mine.journal_id AND d.starts < %s
     AND (d.until IS NULL OR d.until >= %s)
JOIN people_person p ON p.id = d.teacher_id JOIN organisation_subject s ON s.id = mine.subject_id
WHERE mine.starts < %s AND (mine.until IS NULL OR mine.until >= %s)
ORDER BY 2, 3
"""
_REST = """
SELECT 'kind', k.code, k.title, NULL, NULL FROM organisation_workkind k WHERE k.school_id = %s
UNION ALL
SELECT 'free', v.kind, v.title, CAST(v.starts AS text), CAST(v.until AS text) FROM organisation_vacation v
WHERE v.year_id = %s AND (v.homeroom_id IS NULL OR v.homeroom_id = %s) AND v.until >= %s
"""


def contents_of(
    viewer: Viewer, homeroom_id: int, student_ids: Sequence[int], starts: date, until: date
) -> dict[int, dict[str, Any]]:
    """What the families of these students are told of the days [starts, until), by student. Eight statements.

    All values are texts ready to be shown: subjects with marks and averages, absences, notes, homework and control
    works to come, changes of the timetable, teachers, days without lessons.
    """
    if not student_ids:
        return {}
    ids = sorted(set(student_ids))
    places = sql.marks(len(ids))
    mine = _MINE.format(ids=places)
    head = sql.read(_SHELL, (until - timedelta(days=1), homeroom_id, viewer.school.id))
    title, school, term_id, term, since, term_until, year_id = head[0]
    since, term_until = day(since) or starts, day(term_until) or until
    journals: dict[int, list[sql.Row]] = defaultdict(list)
    for row in sql.read(_JOURNALS.format(mine=mine), (*ids, *ids, term_id or 0)):
        journals[row[0]].append(row[1:])
    marks: dict[int, list[sql.Row]] = defaultdict(list)
    bounds = (min(starts, since).isoformat(), max(until, term_until).isoformat())
    for row in sql.read(_MARKS.format(ids=places), (*ids, *bounds)):
        marks[row[0]].append(row[1:])
    words: dict[int, list[sql.Row]] = defaultdict(list)
    for row in sql.read(_WORDS.format(ids=places), (*ids, starts, until, *ids, starts, until)):
        words[row[1]].append(row)
    lessons: dict[int, list[sql.Row]] = defaultdict(list)
    named: dict[int, sql.Row] = {}
    for row in sql.read(_LESSONS.format(mine=mine), (*ids, *ids, starts, until + AHEAD)):
        lessons[row[0]].append(row)
        named[row[1]] = row
    tasks, works = _of_lessons(sorted(named))
    teachers: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row in sql.read(_TEACHERS.format(mine=mine), (*ids, *ids, until, starts, until, starts)):
        teachers[row[0]].append((row[2], short_name(*row[3:6])))
    rest = sql.read(_REST, (viewer.school.id, year_id, homeroom_id, starts))
    kinds: dict[str, str] = {row[1]: row[2] for row in rest if row[0] == "kind"}
    free = [
        {"title": row[2], "span": ru_span(_iso(row[3]), _iso(row[4]) - timedelta(days=1))}
        for row in sorted(rest, key=lambda row: str(row[3]))
        if row[0] == "free"
    ]
    ruled = formulas(
        viewer, sorted({row[0] for mine_rows in journals.values() for row in mine_rows}), term_until
    )
    found = {}
    for id in ids:
        scales = scales_of(journals[id])
        gathered = gather(marks[id], kinds, journals[id], scales, since, term_until, ruled)
        subjects = subjects_of(journals[id], gathered, scales, since, term_until, with_lines=False)
        within = gather(marks[id], kinds, journals[id], scales, starts, until)
        found[id] = {
            "school": school,
            "class": class_name(title),
            "span": ru_span(starts, until - timedelta(days=1)),
            "term": term or "",
            "subjects": [
                {
                    "title": subject.title,
                    "marks": [
                        {
                            "on": f"{mark.day[8:]}.{mark.day[5:7]}",
                            "value": mark.value,
                            "first": mark.first,
                            "work": mark.work,
                            "comment": mark.comment,
                            "low": mark.is_low,
                        }
                        for mark in within.subjects[subject.id].marks
                    ],
                    "average": avg(subject.average),
                    "final": subject.final,
                }
                for subject in subjects
            ],
            **_told(words[id]),
            **_around(lessons[id], id, tasks, works, kinds, starts, until),
            "teachers": [{"subject": subject, "name": name} for subject, name in dict.fromkeys(teachers[id])],
            "free": free,
        }
    return found


def _iso(text: str) -> date:
    return date.fromisoformat(text[:10])


def _of_lessons(
    ids: Sequence[int],
) -> tuple[dict[int, list[tuple[str, int | None]]], dict[int, str]]:
    """Homework by the lesson it is due to (or was given in), and the kind of control work by lesson. One statement."""
    tasks: dict[int, list[tuple[str, int | None]]] = defaultdict(list)
    works: dict[int, str] = {}
    if ids:
        places = sql.marks(len(ids))
        for what, lesson, due, text, student in sql.read(
            _OF_LESSONS.format(lessons=places), (*ids, *ids, *ids)
        ):
            if what == "task":
                tasks[due or lesson].append((text, student))
            elif text in CHECKS:
                works[lesson] = text
    return tasks, works


def _told(words: Sequence[sql.Row]) -> dict[str, Any]:
    """Absences (by day, and their sums by reason) and notes."""
    away, notes = [], []
    sums: dict[str, int] = {}
    for row in sorted(words, key=lambda row: (str(row[2]), row[3])):
        on = day(row[2])
        assert on is not None
        if row[0] == "away":
            said = AWAY_WORDS.get(row[5]) or str(row[5])
            sums[said] = sums.get(said, 0) + (1 if row[5] == "late" else row[11])
            minutes = f" {row[9]} мин" if row[5] == "late" and row[9] else ""
            away.append(
                {
                    "on": ru_date(on),
                    "number": number_span(row[3], row[11]),
                    "subject": row[4],
                    "says": f"{said}{minutes}",
                }
            )
        else:
            notes.append(
                {
                    "on": ru_date(on),
                    "kind": NOTE_WORDS.get(row[5]) or str(row[5]),
                    "text": row[10],
                    "subject": row[4],
                    "author": short_name(*row[6:9]),
                }
            )
    missed = sum(row[11] for row in words if row[0] == "away" and row[5] != "late")
    return {"absences": away, "absence_sums": sums, "missed": missed, "notes": notes}


def _around(
    lessons: Sequence[sql.Row],
    student: int,
    tasks: Mapping[int, Sequence[tuple[str, int | None]]],
    works: Mapping[int, str],
    kinds: Mapping[str, str],
    starts: date,
    until: date,
) -> dict[str, Any]:
    """Topics of the span; changes of the timetable, control works and homework from its start to two weeks ahead."""
    changes, controls, homework, timetable = [], [], [], []
    topics: dict[str, list[str]] = {}
    for row in lessons:
        on = day(row[2])
        assert on is not None
        where = {"on": ru_date(on), "subject": row[4]}
        if row[5] == "cancelled":
            changes.append({**where, "says": "урок отменён"})
        elif row[6] is not None:
            moved = day(row[6])
            changes.append({**where, "says": f"перенесён с {ru_date(moved)}" if moved else "перенесён"})
        if row[7]:
            changes.append({**where, "says": f"замена: {short_name(*row[7:10])}"})
        if row[10] and starts <= on < until:
            topics.setdefault(row[4], []).append(row[10])
        if row[1] in works:
            kind = works[row[1]]
            controls.append({**where, "kind": kinds.get(kind, kind), "topic": row[10] or ""})
        if until <= on < until + timedelta(days=7):
            timetable.append({**where, "number": row[3]})
        homework += [
            {**where, "text": text}
            for text, whom in tasks.get(row[1], ())
            if whom in (None, student) and until - timedelta(days=1) <= on < until + timedelta(days=7)
        ]
    return {
        "topics": [
            {"subject": subject, "topics": list(dict.fromkeys(said))} for subject, said in topics.items()
        ],
        "changes": changes,
        "controls": controls,
        "homework": homework,
        "timetable": timetable,
    }
