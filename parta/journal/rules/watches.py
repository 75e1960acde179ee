"""Watches: what is still to be filled, until when, under which clause; what the limits have already passed.

The same entries that remark a late write are asked here for a whole school, or for what one person owes: lessons
without their record, roll or homework; works with students who were present and have no mark; absences without a
reason. A constant number of SQL statements finds what is missing, whatever the size of the school; limits are then
worked out by the same :class:`~parta.journal.rules.windows.Deadlines` that judge a write.

One finding stands for one missing fact of one object, however many clauses ask for it; it is closed by the fact.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from parta.foundation import sql
from parta.journal.rules.absences import codes_at
from parta.journal.rules.acts import Lesson, Place
from parta.journal.rules.lesson_marks import NO_MARKS, asks_marks, lesson_mark_deadlines
from parta.journal.rules.marks import is_unmarked
from parta.journal.rules.windows import (
    Deadlines,
    Limit,
    attendance_deadlines,
    column_deadlines,
    homework_deadlines,
    lesson_deadlines,
    mark_deadlines,
    reason_deadlines,
)
from parta.journal.rules.wording import ACCUSATIVE_WORKS
from parta.journal.rules.works import nested_works, work_title, works_at
from parta.regulation.clause import Clause
from parta.regulation.durations import Calendar, plural
from parta.regulation.judge import Bench, Law, Rule
from parta.regulation.registry import watch

__all__ = ["Finding", "Scope", "findings", "late_marks", "needs_day_end"]

ANSWERS = frozenset({"oral", "current", "practice", "production_training"})
"""Kinds of work that are no work of the whole class: who has no mark for them owes none."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose duties are asked for. Both empty: the whole school."""

    teacher_id: int | None = None
    """Lessons this person holds: as substitute, by the timetable, or by load."""
    homeroom_ids: tuple[int, ...] | None = None
    """Homerooms whose absence reasons are asked for; ``None``: those of ``teacher_id`` as class teacher, or all."""
    lesson_ids: tuple[int, ...] | None = None
    """Only these lessons; ``None``: all."""
    until: date | None = None
    """The last lesson date looked at; ``None``: the day of asking."""

    def last(self, at: datetime, calendar: Calendar) -> date:
        """The last lesson date looked at, never after the day of asking."""
        today = at.astimezone(calendar.zone).date()
        return today if self.until is None else min(self.until, today)

    def lessons(self) -> tuple[str, list[object]]:
        """A condition over ``timetable_lesson l`` and its values: empty for all lessons."""
        if self.lesson_ids is None:
            return "", []
        return f" AND l.id IN ({sql.marks(len(self.lesson_ids))})", list(self.lesson_ids)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is to be done, or is overdue."""

    fact: str
    """``conducted``, ``topic``, ``roll``, ``homework``, ``mark`` or ``absence`` (its reason)."""
    kind: str
    """The rule kind that sets the limit."""
    clauses: tuple[Clause, ...]
    """Every clause that asks for it, the deciding one first."""
    journal_id: int
    lesson_id: int
    date: date
    number: int
    subject: str
    homeroom: str
    students: tuple[tuple[int, str], ...]
    """Ids and names of the students it is about; empty for facts of the whole lesson."""
    who_id: int | None
    """Whose duty it is; ``None``: nobody holds the lesson, and the deputy head gets the finding."""
    since: datetime
    """When the duty began."""
    due: datetime
    """The last moment in time."""
    overdue: bool
    text: str
    """What to do, in a few Russian words: «Отметить явку»."""
    told: tuple[str, ...] = ()
    """Roles that see it, in order."""
    assessment_id: int | None = None
    work: str = ""
    homeroom_id: int | None = None
    """The class of an absence's reason; elsewhere the journal says it."""

    @property
    def cite(self) -> str:
        """Printed numbers of the clauses, each once."""
        return ", ".join(dict.fromkeys(clause.printed for clause in self.clauses))


# --- what every statement has in common ---------------------------------------------------------------------------

_WHO = """COALESCE(ts.substitute_id, l.teacher_id, (
    SELECT MIN(tl.teacher_id) FROM plans_teachingload tl
    WHERE tl.journal_id = l.journal_id AND tl.starts <= l.date AND (tl.until IS NULL OR tl.until > l.date)))"""

_PLACE = """j.id, s.code, s.title, s.area, s.tags, j.grade, COALESCE(h.title, ''), j.weekly_hours,
    j.subgroup_id, j.scale_id"""

_JOINS = """
FROM timetable_lesson l
JOIN plans_journal j ON j.id = l.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN timetable_substitution ts ON ts.lesson_id = l.id
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id"""

_SPAN = "l.school_id = %s AND l.date >= %s AND l.date <= %s AND l.starts_at <= %s AND l.state <> 'cancelled'"

_DAY_END = """(SELECT MAX(d.ends_at) FROM timetable_lesson d JOIN plans_journal dj ON dj.id = d.journal_id
    WHERE d.school_id = l.school_id AND d.date = l.date AND dj.homeroom_id = j.homeroom_id
      AND d.state <> 'cancelled')"""

_OF_TEACHER = """l.id IN (
    SELECT id FROM timetable_lesson WHERE teacher_id = %s AND date >= %s AND date <= %s
    UNION ALL SELECT lesson_id FROM timetable_substitution WHERE substitute_id = %s
    UNION ALL SELECT u.id FROM plans_teachingload ul JOIN timetable_lesson u ON u.journal_id = ul.journal_id
        WHERE ul.teacher_id = %s AND u.teacher_id IS NULL AND u.date >= %s AND u.date <= %s)
    AND l.school_id + 0 = %s AND l.date >= %s AND l.date <= %s AND l.starts_at <= %s AND l.state <> 'cancelled'
    AND (ts.substitute_id = %s OR (ts.substitute_id IS NULL AND (l.teacher_id = %s OR (
    l.teacher_id IS NULL AND EXISTS (SELECT 1 FROM plans_teachingload o WHERE o.journal_id = l.journal_id
    AND o.teacher_id = %s AND o.starts <= l.date AND (o.until IS NULL OR o.until > l.date))))))"""
"""One teacher's lessons of the span. The sum keeps SQLite from walking the whole school's days instead."""


def _span(scope: Scope, school_id: int, since: date, today: date, at: datetime) -> tuple[str, list[object]]:
    """Condition on lessons that have begun, and its values: the whole school's, named ones, or one teacher's."""
    span: list[object] = [school_id, since, today, at]
    if scope.teacher_id is None:
        only, lessons = scope.lessons()
        return _SPAN + only, [*span, *lessons]
    who = scope.teacher_id
    return _OF_TEACHER, [who, since, today, who, who, since, today, *span, who, who, who]


class _Reader:
    """Rows of the statements as places and lessons, each made once."""

    def __init__(self, law: Law, at: datetime, calendar: Calendar) -> None:
        self.law, self.at, self.calendar = law, at, calendar
        self._places: dict[int, Place] = {}
        self._benches: dict[tuple[int, date, int | None], Bench] = {}

    def place(self, row: Sequence[Any]) -> Place:
        found = self._places.get(row[0])
        if found is None:
            tags = frozenset(json.loads(row[4]) if isinstance(row[4], str) else row[4])
            found = self._places[row[0]] = Place(
                subject=row[1],
                subject_title=row[2],
                subject_area=row[3],
                grade=row[5],
                homeroom=row[6],
                weekly_hours=float(row[7]),
                tags=tags | {"subgroup"} if row[8] else tags,
                unmarked=row[9] is None,
                journal_id=row[0],
            )
        return found

    def bench(self, place: Place, day: date, student_id: int | None = None) -> Bench:
        """The rules that bind there on a day; of a student whom the law names, that student's own."""
        code = self.law.on(day)
        key = (place.journal_id, day, student_id if student_id in code.students else None)
        found = self._benches.get(key)
        if found is None:
            found = self._benches[key] = code.bench(place, student_id)
        return found


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _moment(value: Any) -> datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    found: datetime = sql.aware(value)
    return found


def _lesson(row: Sequence[Any]) -> Lesson:
    """A lesson from (id, date, number, starts_at, ends_at, end of the class's day)."""
    return Lesson(
        id=row[0],
        date=_day(row[1]),
        number=row[2],
        starts_at=_moment(row[3]),
        ends_at=_moment(row[4]),
        day_ends_at=None if row[5] is None else _moment(row[5]),
    )


def _earliest(limits: Iterable[tuple[str, Limit]]) -> tuple[str, Limit, tuple[Rule[Any], ...]] | None:
    """The limit that comes first, its kind, and every rule that asks for the same fact, the deciding ones first."""
    found = sorted(limits, key=lambda item: item[1].at)
    if not found:
        return None
    kind, first = found[0]
    rules = [rule for _, limit in found for rule in limit.rules]
    rules += [rule for _, limit in found for _, rule in limit.outer]
    return kind, first, tuple(dict.fromkeys(rules))


def _named(people: Iterable[Sequence[Any]]) -> tuple[tuple[int, str], ...]:
    """Ids and names from (id, surname, given name, patronymic); namesakes are told apart by the patronymic."""
    known = dict.fromkeys(tuple(person) for person in people)
    short = [f"{surname} {given}".strip() for _, surname, given, _ in known]
    return tuple(
        (person[0], f"{name} {person[3]}".strip() if short.count(name) > 1 else name)
        for person, name in zip(known, short, strict=True)
    )


def _clauses(rules: Iterable[Rule[Any]]) -> tuple[Clause, ...]:
    return tuple(dict.fromkeys(clause for rule in rules for clause in rule.clauses))


def _told(rules: Iterable[Rule[Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(role for rule in rules for role in rule.entry.told))


# --- lessons: record, roll, homework ------------------------------------------------------------------------------

_LESSON_GAPS = f"""
SELECT {_PLACE}, l.id, l.date, l.number, l.starts_at, l.ends_at, {{day_end}},
    CASE WHEN r.conducted_at IS NULL THEN 1 ELSE 0 END,
    CASE WHEN r.roll_at IS NULL THEN 1 ELSE 0 END,
    CASE WHEN COALESCE(r.topic, '') = '' THEN 1 ELSE 0 END,
    CASE WHEN EXISTS (SELECT 1 FROM journal_homework hw WHERE hw.lesson_id = l.id
        AND (hw.is_none OR hw.text <> '')) THEN 0 ELSE 1 END,
    {_WHO}, CASE WHEN {{no_marks}} THEN 1 ELSE 0 END
{_JOINS}
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
    law: Law, school_id: int, scope: Scope, *, since: date, at: datetime, calendar: Calendar
) -> list[Finding]:
    """Lessons that have begun and lack their record, topic, roll or homework. One statement."""
    last = scope.last(at, calendar)
    span, values = _span(scope, school_id, since, last, at)
    day_end = _DAY_END if needs_day_end(law, since, last) else "NULL"
    answers = ", ".join(f"'{code}'" for code in sorted(ANSWERS))
    no_marks = NO_MARKS.replace("{answers}", answers) if asks_marks(law, since, last) else "1 = 0"
    statement = (
        _LESSON_GAPS.replace("{day_end}", day_end).replace("{span}", span).replace("{no_marks}", no_marks)
    )
    reader = _Reader(law, at, calendar)
    found: list[Finding] = []
    for row in sql.read(statement + " ORDER BY l.date, l.number, l.id", values):
        place, lesson = reader.place(row), _lesson(row[10:16])
        bench = reader.bench(place, lesson.date)
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
    bench: Bench, place: Place, lesson: Lesson, fact: str, who: int | None, reader: _Reader
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
        clauses=_clauses(rules),
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
        told=_told(rules),
    )


# --- works with unmarked students -----------------------------------------------------------------------------------

_WORK_GAPS = f"""
WITH lessons AS (
    SELECT {
    _PLACE.replace("j.id", "j.id AS journal_id", 1)
    .replace("s.title", "s.title AS subject_title", 1)
    .replace("COALESCE(h.title, '')", "COALESCE(h.title, '') AS homeroom_title")
},
        l.id AS lesson_id, l.date, l.number, l.starts_at, l.ends_at, j.homeroom_id, r.planned_topic_id,
        {_WHO} AS who_id
    {_JOINS}
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
    law: Law, school_id: int, scope: Scope, *, since: date, at: datetime, calendar: Calendar
) -> list[Finding]:
    """Works of the whole class in which students who were present have no mark. One statement.

    A work is a column, or the work that the thematic plan names for the lesson's topic. Who came later or has left
    since owes nothing.
    """
    today = at.astimezone(calendar.zone).date()
    span, values = _span(scope, school_id, since, scope.last(at, calendar), at)
    answers = sorted(ANSWERS)
    rows = sql.read(_WORK_GAPS.replace("{span}", span), [*values, *answers, *answers, today, today])
    reader = _Reader(law, at, calendar)
    found = []
    for _, group in groupby(rows, key=lambda row: (row[10], row[18], row[19])):
        owed = list(group)
        names = dict(_named(row[21:25] for row in owed))
        place, day = reader.place(owed[0]), _day(owed[0][11])
        benches: dict[Bench, list[int]] = {}
        for row in owed:  # an excepted student, or one with a plan of his own, has his own limit or none
            benches.setdefault(reader.bench(place, day, row[21]), []).append(row[21])
        for bench, ids in benches.items():
            students = tuple((id, names[id]) for id in dict.fromkeys(ids))
            finding = _of_work(reader, bench, owed[0], students)
            if finding is not None:
                found.append(finding)
    return found


def _of_work(
    reader: _Reader, bench: Bench, row: Sequence[Any], students: tuple[tuple[int, str], ...]
) -> Finding | None:
    place = reader.place(row)
    lesson = _lesson((*row[10:15], None))
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
        clauses=_clauses(rules),
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
        told=_told(rules),
        assessment_id=row[18],
        work=work,
    )


def _is_answer(bench: Bench, work: str) -> bool:
    return bool(ANSWERS & nested_works(bench).get(work, frozenset()))


# --- reasons of absences --------------------------------------------------------------------------------------------

_REASON_GAPS = f"""
SELECT {_PLACE}, l.id, l.date, l.number, l.starts_at, l.ends_at, NULL,
    ab.student_id, n.surname, n.given_name, n.patronymic,
    (SELECT MIN(ro.person_id) FROM people_role ro WHERE ro.kind = 'class_teacher' AND ro.homeroom_id = en.homeroom_id
        AND ro.starts <= l.date AND (ro.until IS NULL OR ro.until > l.date)), en.homeroom_id
{_JOINS}
JOIN journal_absence ab ON ab.lesson_id = l.id AND ab.meaning = 'unknown'
JOIN people_person n ON n.id = ab.student_id
JOIN people_enrolment en ON en.student_id = ab.student_id AND en.starts <= l.date
    AND (en.until IS NULL OR en.until > l.date)
WHERE {_SPAN}"""


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
    reader = _Reader(law, at, calendar)
    days: dict[tuple[date, int], list[tuple[sql.Row, Lesson, Limit, tuple[Rule[Any], ...]]]] = {}
    for row in sql.read(statement + " ORDER BY l.date, l.number, n.surname, n.given_name, n.id", values):
        place, lesson = reader.place(row), _lesson(row[10:16])
        bench = reader.bench(place, lesson.date, row[16])
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
        clauses = _clauses(rule for item in items for rule in item[3])
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
                told=_told(rule for item in items for rule in item[3]),
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
    that is there, however late, is no finding: ``late_marks`` lists those.
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


_LATE_MARKS = f"""
SELECT {_PLACE}, l.id, l.date, l.number, l.starts_at, l.ends_at, NULL,
    k.student_id, n.surname, n.given_name, n.patronymic,
    k.set_at, a.id, a.work_kind, {_WHO}
{_JOINS}
JOIN journal_assessment a ON a.lesson_id = l.id
JOIN journal_mark k ON k.assessment_id = a.id AND k.is_late AND k.part < 2 AND k.value <> ''
JOIN people_person n ON n.id = k.student_id
WHERE {{span}}"""


def late_marks(
    law: Law, school_id: int, scope: Scope, *, since: date, at: datetime, calendar: Calendar
) -> list[Finding]:
    """Marks that were set after their limit: one finding for each work, with its students. One statement."""
    today = at.astimezone(calendar.zone).date()
    span, values = _span(scope, school_id, since, today, at)
    statement = _LATE_MARKS.replace("{span}", span)
    reader = _Reader(law, at, calendar)
    works: dict[int, list[sql.Row]] = {}
    for row in sql.read(statement + " ORDER BY l.date, l.number, a.id, n.surname, n.given_name", values):
        works.setdefault(row[21], []).append(row)
    found = []
    for rows in works.values():
        row = rows[0]
        place, lesson, work = reader.place(row), _lesson(row[10:16]), row[22]
        late: list[tuple[Limit, sql.Row]] = []
        for item in rows:
            bench = reader.bench(place, lesson.date, item[16])
            own = mark_deadlines(bench).limit(lesson, calendar, (work,), "mark")
            if own is not None and _moment(item[20]) > own.at:
                late.append((own, item))
        if not late:
            continue  # the flag stands for a permitted correction
        limit, rows = late[0][0], [item for _, item in late]
        last = max(_moment(item[20]) for item in rows)
        late_by = max(last - limit.at, timedelta())
        rules = limit.cited(last)
        days = late_by.days
        found.append(
            Finding(
                fact="mark",
                kind="mark_deadline",
                clauses=_clauses(rules),
                journal_id=place.journal_id,
                lesson_id=lesson.id,
                date=lesson.date,
                number=lesson.number,
                subject=place.subject_title,
                homeroom=place.homeroom,
                students=_named(item[16:20] for item in rows),
                who_id=row[23],
                since=lesson.ends_at,
                due=limit.at,
                overdue=True,
                text=f"Отметки за {ACCUSATIVE_WORKS.get(work, work)} поставлены позже срока"
                + (f" на {days} {plural(days, 'день', 'дня', 'дней')}" if days else ""),
                told=_told(rules),
                assessment_id=row[21],
                work=work,
            )
        )
    return found
