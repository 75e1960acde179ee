"""Who has gone unasked too long: the run of lessons (or of days with lessons) since a student's last mark.

``max_gap`` of ``mark_density``. A lesson the student missed is no lesson without a mark: nobody could ask. Who joined
late is counted from that day; a period begins anew.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from parta.foundation import sql
from parta.journal.rules.density import MarkDensity, gap_words
from parta.journal.rules.marks import is_unmarked
from parta.journal.rules.matters import JOINS, PLACE, Matter, Reach, clauses_of, places, rules_on, told_of
from parta.plans.individual import apart_ever
from parta.regulation.durations import plural
from parta.regulation.judge import Law, Rule

__all__ = ["Asked", "Span", "gap_matters", "marking"]


@dataclass(frozen=True, slots=True)
class Span:
    """A reporting period of a journal."""

    kind: str
    starts: date
    until: date
    """The day after its last."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How long ago a student was asked in a journal of a period, up to a day."""

    row: Sequence[Any]
    student_id: int
    student: str
    who_id: int | None
    gap: int
    """Lessons since the last mark (or since the student came) at which the student was there."""
    gap_days: int
    """The same in days with such lessons."""


_TERMS = """
SELECT t.kind, t.starts, t.until FROM organisation_term t
WHERE t.school_id = %s AND t.starts <= %s AND t.until > %s ORDER BY t.starts"""

_MEMBERS = f"""
SELECT {PLACE}, j.term_kind, m.student_id, m.starts, n.surname, n.given_name, (
    SELECT MIN(tl.teacher_id) FROM plans_teachingload tl WHERE tl.journal_id = j.id AND tl.starts <= %s
    AND (tl.until IS NULL OR tl.until > %s))
FROM plans_journal j
{JOINS}
JOIN (
    SELECT e.homeroom_id AS room, NULL AS part, e.student_id, e.starts, e.until FROM people_enrolment e
    WHERE e.school_id = %s
    UNION ALL
    SELECT NULL, b.subgroup_id, b.student_id, b.starts, b.until FROM people_subgroupmembership b WHERE b.school_id = %s
) m ON ((j.subgroup_id IS NULL AND m.room = j.homeroom_id) OR m.part = j.subgroup_id) AND m.starts <= %s
    AND (m.until IS NULL OR m.until > %s)
JOIN people_person n ON n.id = m.student_id
WHERE {{scope}} AND j.scale_id IS NOT NULL
    AND (j.subgroup_id IS NOT NULL OR NOT {apart_ever("m.student_id")})
ORDER BY COALESCE(j.grade, 99), h.title, s.position, s.title, j.id, n.surname, n.given_name, n.id"""

_LESSONS = """
SELECT l.journal_id, l.id, l.date, l.starts_at FROM plans_journal j
JOIN organisation_subject s ON s.id = j.subject_id
JOIN timetable_lesson l ON l.journal_id = j.id AND l.state <> 'cancelled'
WHERE {scope} AND l.date >= %s AND l.date <= %s AND l.ends_at <= %s
ORDER BY l.starts_at"""

_MARKS = """
SELECT a.journal_id, k.student_id, MAX(l.starts_at)
FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id
JOIN timetable_lesson l ON l.journal_id = j.id
JOIN journal_assessment a ON a.lesson_id = l.id
JOIN journal_mark k ON k.assessment_id = a.id AND k.value <> '' AND k.part < 2
WHERE {scope} AND l.date >= %s AND l.date <= %s
GROUP BY a.journal_id, k.student_id"""

_AWAY = """
SELECT l.journal_id, b.student_id, l.id
FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id
JOIN timetable_lesson l ON l.journal_id = j.id
JOIN journal_absence b ON b.lesson_id = l.id AND b.meaning NOT IN ('', 'late')
WHERE {scope} AND l.date >= %s AND l.date <= %s"""


def marking(law: Law, school_id: int, reach: Reach, span: Span, *, until: date, at: datetime) -> list[Asked]:
    """Every student of every marked journal of this kind of period, asked up to a day. Four statements."""
    scope, values = reach
    last = min(until, span.until - timedelta(days=1))
    bounds = [*values, span.starts, last]
    lessons: dict[int, list[tuple[datetime, date, int]]] = defaultdict(list)
    for journal_id, lesson_id, day, starts_at in sql.read(_LESSONS.replace("{scope}", scope), [*bounds, at]):
        lessons[journal_id].append((sql.moment(starts_at), day, lesson_id))
    newest: dict[tuple[int, int], datetime] = {
        (journal_id, student_id): sql.moment(starts_at)
        for journal_id, student_id, starts_at in sql.read(_MARKS.replace("{scope}", scope), bounds)
    }
    away: dict[tuple[int, int], set[int]] = defaultdict(set)
    for journal_id, student_id, lesson_id in sql.read(_AWAY.replace("{scope}", scope), bounds):
        away[journal_id, student_id].add(lesson_id)
    reader = places(law)
    unmarked: dict[tuple[int, int | None], bool] = {}
    named = law.on(last).students
    found = []
    rows = sql.read(
        _MEMBERS.replace("{scope}", scope), [last, last, school_id, school_id, last, last, *values]
    )
    for row in rows:
        if row[12] != span.kind and span.kind != "year":
            continue
        held = lessons.get(row[0])
        if not held:
            continue
        own = (row[0], row[13] if row[13] in named else None)
        if own not in unmarked:
            unmarked[own] = is_unmarked(reader.bench(row, last, own[1]), last)
        if unmarked[own]:
            continue
        key = (row[0], row[13])
        first = bisect_right(held, newest[key], key=lambda one: one[0]) if key in newest else 0
        missed = away.get(key, set())
        silent = [one for one in held[first:] if one[1] >= row[14] and one[2] not in missed]
        found.append(
            Asked(
                row[:12],
                row[13],
                f"{row[15]} {row[16]}",
                row[17],
                len(silent),
                len({one[1] for one in silent}),
            )
        )
    return found


def gap_matters(
    law: Law, school_id: int, reach: Reach, *, until: date, at: datetime, ahead: int = 0
) -> list[Matter]:
    """Journals with students who have no mark for more lessons than the act allows, up to a day of their period.

    `ahead`: so many lessons earlier, for the teacher's own list. One statement, and four more for each kind of period
    in which an entry asks.
    """
    rules = [rule for rule in rules_on(law, until, "mark_density") if rule.params.max_gap is not None]
    if not rules:
        return []
    found: list[Matter] = []
    for kind, starts, ends in sql.read(_TERMS, [school_id, until, until]):
        span = Span(kind, starts, ends)
        if any(_of_window(rule.params, span) for rule in rules):
            found += _judged(
                law, marking(law, school_id, reach, span, until=until, at=at), span, until, ahead
            )
    return found


def _of_window(params: MarkDensity, span: Span) -> bool:
    return params.window == span.kind or (params.window == "term" and span.kind != "year")


def _judged(law: Law, asked: Sequence[Asked], span: Span, until: date, ahead: int) -> list[Matter]:
    reader = places(law)
    groups: dict[tuple[int, str], tuple[list[Rule[Any]], Asked, dict[str, None]]] = {}
    for one in asked:
        for rule in reader.rules(one.row, until, "mark_density", one.student_id):
            params: MarkDensity = rule.params
            gap = one.gap_days if params.gap_in == "days" else one.gap
            if params.max_gap is None or not _of_window(params, span) or gap <= params.max_gap - ahead:
                continue
            long = f"больше {gap_words(params)}" if gap > params.max_gap else gap_words(params, whole=True)
            text = f"Нет отметки {long} подряд"
            rules, _, names = groups.setdefault((one.row[0], text), ([], one, {}))
            if rule not in rules:
                rules.append(rule)
            names[f"{one.student} ({gap})"] = None
    return [
        Matter(
            kind="mark_density",
            clauses=clauses_of(rules),
            text=f"{text}: {len(names)} {plural(len(names), 'ученик', 'ученика', 'учеников')}",
            since=until,
            journal_id=one.row[0],
            homeroom_id=one.row[11],
            subject=one.row[2],
            homeroom=one.row[6],
            group=one.row[10],
            students=tuple(names),
            who_id=one.who_id,
            role="teacher",
            told=told_of(rules),
        )
        for (_, text), (rules, one, names) in groups.items()
    ]
