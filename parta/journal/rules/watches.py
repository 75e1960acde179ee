"""Watches: what is still to be filled, until when, under which clause; what the limits have already passed.

The same entries that remark a late write are asked here for a whole school, or for what one person owes: lessons
without their record, roll or homework; works with students who were present and have no mark; absences without a
reason. A constant number of SQL statements finds what is missing, whatever the size of the school; limits are then
worked out by the same :class:`~parta.journal.rules.windows.Deadlines` that judge a write.

One finding stands for one missing fact of one object, however many clauses ask for it; it is closed by the fact.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from parta.foundation import sql
from parta.journal.rules.absences import codes_at
from parta.journal.rules.acts import Lesson, Place
from parta.journal.rules.lesson_days import LessonDays, days_of_lessons
from parta.journal.rules.lesson_marks import NO_MARKS, asks_marks, lesson_mark_deadlines
from parta.journal.rules.marks import is_unmarked
from parta.journal.rules.matters import clauses_of, told_of
from parta.journal.rules.owed import (
    DAY_END,
    JOINS,
    PLACE,
    SPAN,
    WHO,
    Finding,
    Reader,
    Scope,
    day_of,
    lesson_of,
    named,
    span_of,
)
from parta.journal.rules.windows import (
    Deadlines,
    Limit,
    attendance_deadlines,
    column_deadlines,
    homework_deadlines,
    lesson_deadlines,
    reason_deadlines,
)
from parta.journal.rules.wording import ACCUSATIVE_WORKS
from parta.journal.rules.works import nested_works, work_title, works_at
from parta.plans.individual import apart_on
from parta.regulation.durations import Calendar, plural
from parta.regulation.judge import Bench, Law, Rule
from parta.regulation.registry import watch

ANSWERS = frozenset({"oral", "current", "practice", "production_training"})
"""Kinds of work that are no work of the whole class: who has no mark for them owes none."""


def _earliest(limits: Iterable[tuple[str, Limit]]) -> tuple[str, Limit, tuple[Rule[Any], ...]] | None:
    """The limit that comes first, its kind, and every rule that asks for the same fact, the deciding ones first."""
    found = sorted(limits, key=lambda item: item[1].at)
    if not found:
        return None
    kind, first = found[0]
    rules = [rule for _, limit in found for rule in limit.rules]
    rules += [rule for _, limit in found for _, rule in limit.outer]
    return kind, first, tuple(dict.fromkeys(rules))


# --- lessons: record, roll, homework ------------------------------------------------------------------------------

_LESSON_GAPS = f"""
SELECT {PLACE}, l.id, l.date, l.number, l.starts_at, l.ends_at, {{day_end}},
    CASE WHEN r.conducted_at IS NULL THEN 1 ELSE 0 END,
    CASE WHEN r.roll_at IS NULL THEN 1 ELSE 0 END,
    CASE WHEN COALESCE(r.topic, '') = '' THEN 1 ELSE 0 END,
    CASE WHEN EXISTS (SELECT 1 FROM journal_homework hw WHERE hw.lesson_id = l.id
        AND (hw.is_none OR hw.text <> '')) THEN 0 ELSE 1 END,
    {WHO}, CASE WHEN {{no_marks}} THEN 1 ELSE 0 END
{JOINS}
WHERE {{span}} AND (r.conducted_at IS NULL OR r.roll_at IS NULL OR r.topic = '' OR {{no_marks}}
    OR NOT EXISTS (SELECT 1 FROM journal_homework hw WHERE hw.lesson_id = l.id
        AND (hw.is_none OR hw.text <> '')))"""
_TEXTS = {
    "conducted": "Записать урок",
    "topic": "Записать тему",
    "roll": "Отметить явку",
    "homework": "Записать домашнее задание",
    "mark": "Поставить отметки: на уроке нет ни одной",
}


@watch("lesson_deadline")
@watch("attendance_deadline")
@watch("homework_deadline")
def lesson_gaps(
    law: Law,
    school_id: int,
    scope: Scope,
    *,
    since: date,
    at: datetime,
    calendar: Calendar,
    follows: LessonDays | None = None,
) -> list[Finding]:
    """Lessons that have begun and lack their record, topic, roll or homework. One statement.

    One more where the law counts by lessons to come and `follows`, their days, are not at hand; so with the other
    watches here.
    """
    last = scope.last(at, calendar)
    span, values = span_of(scope, school_id, since, last, at)
    day_end = DAY_END if needs_day_end(law, since, last) else "NULL"
    answers = ", ".join(f"'{code}'" for code in sorted(ANSWERS))
    no_marks = NO_MARKS.replace("{answers}", answers) if asks_marks(law, since, last) else "1 = 0"
    statement = (
        _LESSON_GAPS.replace("{day_end}", day_end).replace("{span}", span).replace("{no_marks}", no_marks)
    )
    if follows is None:
        follows = days_of_lessons(
            law, school_id=school_id, since=since, until=last, teacher_id=scope.teacher_id
        )
    reader = Reader(law, at, calendar, follows)
    found: list[Finding] = []
    for row in sql.read(statement + " ORDER BY l.date, l.number, l.id", values):
        place, lesson = reader.place(row), lesson_of(row[10:16], row[0], reader.follows)
        bench = reader.bench(row, lesson.date)
        not_held, no_roll, no_topic, no_homework, who, no_mark = row[16:22]
        missing = []
        if not_held:
            missing.append("conducted")
        elif no_topic:
            missing.append("topic")
        if no_roll:
            missing.append("roll")
        if no_homework:
            missing.append("homework")
        if no_mark and not is_unmarked(bench, lesson.date):
            missing.append("mark")
        for fact in missing:
            finding = _of_lesson(bench, place, lesson, fact, who, reader)
            if finding is not None:
                found.append(finding)
    return found


def needs_day_end(law: Law, since: date, until: date) -> bool:
    """Whether any limit of these days counts from the end of the class's day."""
    for day in {since, until} | {bound for bound in law.bounds if since < bound <= until}:
        for _, entry, _ in law.on(day).entries:
            raw = dict(entry.raw)
            if raw.get("after") == "last_lesson_of_day" or raw.get("each") == "practice_day":
                return True
    return False


def _of_lesson(
    bench: Bench, place: Place, lesson: Lesson, fact: str, who: int | None, reader: Reader
) -> Finding | None:
    sources: list[tuple[str, Deadlines]] = [("lesson_deadline", lesson_deadlines(bench))]
    if fact == "roll":
        sources.insert(0, ("attendance_deadline", attendance_deadlines(bench)))
    elif fact == "homework":
        sources.insert(0, ("homework_deadline", homework_deadlines(bench)))
    elif fact == "mark":
        sources = [("lesson_deadline", lesson_mark_deadlines(bench))]
    limits = [
        (kind, limit)
        for kind, deadlines in sources
        if (limit := deadlines.limit(lesson, reader.calendar, (), fact)) is not None
    ]
    first = _earliest(limits)
    if first is None:
        return None
    kind, limit, rules = first
    return Finding(
        fact=fact,
        kind=kind,
        clauses=clauses_of(rules),
        journal_id=place.journal_id,
        lesson_id=lesson.id,
        date=lesson.date,
        number=lesson.number,
        subject=place.subject_title,
        homeroom=place.homeroom,
        students=(),
        who_id=who,
        since=lesson.ends_at,
        due=limit.at,
        overdue=reader.at > limit.at,
        text=_TEXTS[fact],
        told=told_of(rules),
    )


# --- works with unmarked students -----------------------------------------------------------------------------------

_WORK_GAPS = f"""
WITH lessons AS (
    SELECT {
    PLACE.replace("j.id", "j.id AS journal_id", 1)
    .replace("s.title", "s.title AS subject_title", 1)
    .replace("COALESCE(h.title, '')", "COALESCE(h.title, '') AS homeroom_title")
},
        l.id AS lesson_id, l.date, l.number, l.starts_at, l.ends_at, j.homeroom_id, r.planned_topic_id,
        {WHO} AS who_id
    {JOINS}
    WHERE {{span}}
), works AS (
    SELECT x.*, a.id AS assessment_id, a.work_kind, a.position
    FROM lessons x JOIN journal_assessment a ON a.lesson_id = x.lesson_id
    WHERE a.work_kind NOT IN ({sql.marks(len(ANSWERS))})
    UNION ALL
    SELECT x.*, NULL, p.work_kind, 1
    FROM lessons x JOIN plans_plannedtopic p ON p.id = x.planned_topic_id
    WHERE p.work_kind <> '' AND p.work_kind NOT IN ({sql.marks(len(ANSWERS))})
      AND NOT EXISTS (SELECT 1 FROM journal_assessment b WHERE b.lesson_id = x.lesson_id
          AND b.work_kind = p.work_kind)
), present AS (
    SELECT w.*, e.student_id
    FROM works w
    JOIN people_enrolment e ON w.subgroup_id IS NULL AND e.homeroom_id = w.homeroom_id
        AND e.starts <= w.date AND (e.until IS NULL OR (e.until > w.date AND e.until > %s))
    WHERE NOT EXISTS (SELECT 1 FROM plans_journal j WHERE j.id = w.journal_id
        AND {apart_on("e.student_id", "w.date")})
    UNION ALL
    SELECT w.*, m.student_id
    FROM works w
    JOIN people_subgroupmembership m ON m.subgroup_id = w.subgroup_id
        AND m.starts <= w.date AND (m.until IS NULL OR (m.until > w.date AND m.until > %s))
)
SELECT q.*, n.surname, n.given_name, n.patronymic
FROM present q
JOIN people_person n ON n.id = q.student_id
WHERE NOT EXISTS (SELECT 1 FROM journal_mark k WHERE k.assessment_id = q.assessment_id
        AND k.student_id = q.student_id AND k.value <> '')
  AND NOT EXISTS (SELECT 1 FROM journal_absence b WHERE b.lesson_id = q.lesson_id
        AND b.student_id = q.student_id AND b.meaning NOT IN ('', 'late'))
ORDER BY q.date, q.number, q.lesson_id, q.work_kind, q.position, n.surname, n.given_name, n.id"""
"""A part carries the columns of the part before: joined anew, they would cost more than all the rest."""


@watch("mark_deadline")
def work_gaps(
    law: Law,
    school_id: int,
    scope: Scope,
    *,
    since: date,
    at: datetime,
    calendar: Calendar,
    follows: LessonDays | None = None,
) -> list[Finding]:
    """Works of the whole class in which students who were present have no mark. One statement.

    A work is a column, or the work that the thematic plan names for the lesson's topic. Who came later or has left
    since owes nothing.
    """
    today = at.astimezone(calendar.zone).date()
    span, values = span_of(scope, school_id, since, scope.last(at, calendar), at)
    answers = sorted(ANSWERS)
    rows = sql.read(_WORK_GAPS.replace("{span}", span), [*values, *answers, *answers, today, today])
    if follows is None:
        follows = days_of_lessons(
            law, school_id=school_id, since=since, until=today, teacher_id=scope.teacher_id
        )
    reader = Reader(law, at, calendar, follows)
    found = []
    for _, group in groupby(rows, key=lambda row: (row[10], row[18], row[19])):
        owed = list(group)
        names = dict(named(row[21:25] for row in owed))
        day = day_of(owed[0][11])
        benches: dict[Bench, list[int]] = {}
        for row in owed:  # an excepted student, or one with a plan of his own, has his own limit or none
            benches.setdefault(reader.bench(row, day, row[21]), []).append(row[21])
        for bench, ids in benches.items():
            students = tuple((id, names[id]) for id in dict.fromkeys(ids))
            finding = _of_work(reader, bench, owed[0], students)
            if finding is not None:
                found.append(finding)
    return found


def _of_work(
    reader: Reader, bench: Bench, row: Sequence[Any], students: tuple[tuple[int, str], ...]
) -> Finding | None:
    place = reader.place(row)
    lesson = lesson_of((*row[10:15], None), row[0], reader.follows)
    work: str = row[19]
    if is_unmarked(bench, lesson.date) or _is_answer(bench, work):
        return None
    first = column_deadlines(bench).limit(lesson, reader.calendar, (work,), "mark")
    if first is None:
        return None
    rules = first.rules + tuple(rule for _, rule in first.outer)
    titles = {known.code: work_title(known).lower() for known in works_at(bench)}
    name = ACCUSATIVE_WORKS.get(work) or titles.get(work, work)
    count = len(students)
    return Finding(
        fact="mark",
        kind="mark_deadline",
        clauses=clauses_of(rules),
        journal_id=place.journal_id,
        lesson_id=lesson.id,
        date=lesson.date,
        number=lesson.number,
        subject=place.subject_title,
        homeroom=place.homeroom,
        students=students,
        who_id=row[17],
        since=lesson.ends_at,
        due=first.at,
        overdue=reader.at > first.at,
        text=f"Поставить отметки за {name}: {count} {plural(count, 'ученик', 'ученика', 'учеников')}",
        told=told_of(rules),
        assessment_id=row[18],
        work=work,
    )


def _is_answer(bench: Bench, work: str) -> bool:
    return bool(ANSWERS & nested_works(bench).get(work, frozenset()))


# --- reasons of absences --------------------------------------------------------------------------------------------

_REASON_GAPS = f"""
SELECT {PLACE}, l.id, l.date, l.number, l.starts_at, l.ends_at, NULL,
    ab.student_id, n.surname, n.given_name, n.patronymic,
    (SELECT MIN(ro.person_id) FROM people_role ro WHERE ro.kind = 'class_teacher' AND ro.homeroom_id = en.homeroom_id
        AND ro.starts <= l.date AND (ro.until IS NULL OR ro.until > l.date)), en.homeroom_id
{JOINS}
JOIN journal_absence ab ON ab.lesson_id = l.id AND ab.meaning = 'unknown'
JOIN people_person n ON n.id = ab.student_id
JOIN people_enrolment en ON en.student_id = ab.student_id AND en.starts <= l.date
    AND (en.until IS NULL OR en.until > l.date)
WHERE {SPAN}"""


@watch("absence_reason_by")
def reason_gaps(
    law: Law, school_id: int, scope: Scope, *, since: date, at: datetime, calendar: Calendar
) -> list[Finding]:
    """Absences whose reason is not known yet, one finding for each class and day. One statement."""
    only, lessons = scope.lessons()
    statement = _REASON_GAPS + only
    values: list[object] = [school_id, since, scope.last(at, calendar), at, *lessons]
    if scope.homeroom_ids is not None:
        statement += f" AND en.homeroom_id IN ({sql.marks(len(scope.homeroom_ids))})"
        values += scope.homeroom_ids
    elif scope.teacher_id is not None:
        statement += """ AND EXISTS (SELECT 1 FROM people_role ct WHERE ct.kind = 'class_teacher'
            AND ct.person_id = %s AND ct.homeroom_id = en.homeroom_id AND ct.starts <= l.date
            AND (ct.until IS NULL OR ct.until > l.date))
            AND l.id IN (SELECT ca.lesson_id FROM journal_absence ca WHERE ca.meaning = 'unknown'
                AND ca.student_id IN (SELECT ce.student_id FROM people_enrolment ce JOIN people_role cr
                    ON cr.homeroom_id = ce.homeroom_id WHERE cr.person_id = %s AND cr.kind = 'class_teacher'))"""
        values += [scope.teacher_id] * 2
    rows = sql.read(statement + " ORDER BY l.date, l.number, n.surname, n.given_name, n.id", values)
    follows = days_of_lessons(
        law,
        school_id=school_id,
        since=since,
        until=scope.last(at, calendar),
        journal_ids={row[0] for row in rows},
    )
    reader = Reader(law, at, calendar, follows)
    days: dict[tuple[date, int], list[tuple[sql.Row, Lesson, Limit, tuple[Rule[Any], ...]]]] = {}
    for row in rows:
        place, lesson = reader.place(row), lesson_of(row[10:16], row[0], reader.follows)
        bench = reader.bench(row, lesson.date, row[16])
        limit = reason_deadlines(bench).limit(lesson, calendar, (), "absence")
        if limit is not None and codes_at(bench):
            rules = limit.rules + tuple(rule for _, rule in limit.outer)
            days.setdefault((lesson.date, row[21]), []).append((row, lesson, limit, rules))
    found = []
    for (day, _), items in days.items():
        row, lesson, limit, _rules = min(items, key=lambda item: (item[2].at, item[1].number))
        students = tuple(
            dict.fromkeys((item[0][16], f"{item[0][17]} {item[0][18]}".strip()) for item in items)
        )
        place = reader.place(row)
        clauses = clauses_of(rule for item in items for rule in item[3])
        found.append(
            Finding(
                fact="absence",
                kind="absence_reason_by",
                clauses=clauses,
                journal_id=place.journal_id,
                lesson_id=lesson.id,
                date=day,
                number=lesson.number,
                subject="",
                homeroom=place.homeroom,
                students=students,
                who_id=row[20],
                since=lesson.ends_at,
                due=limit.at,
                overdue=at > limit.at,
                text=f"Указать причину пропуска: {', '.join(name for _, name in students)}",
                told=told_of(rule for item in items for rule in item[3]),
                homeroom_id=row[21],
            )
        )
    return found


# --- all together -----------------------------------------------------------------------------------------------------


def findings(
    law: Law, school_id: int, scope: Scope, *, since: date, at: datetime, calendar: Calendar
) -> list[Finding]:
    """Everything of the first watches that is to be done or overdue, the earliest limit first. Three statements.

    ``since`` is the first lesson date looked at (usually the start of the year); nothing after ``at`` counts. A fact
    that is there, however late, is no finding: ``late_marks.late_marks`` lists those.
    """
    found = [
        *lesson_gaps(law, school_id, scope, since=since, at=at, calendar=calendar),
        *work_gaps(law, school_id, scope, since=since, at=at, calendar=calendar),
        *reason_gaps(law, school_id, scope, since=since, at=at, calendar=calendar),
    ]
    found.sort(
        key=lambda finding: (finding.due, finding.date, finding.number, finding.lesson_id, finding.fact)
    )
    return found
