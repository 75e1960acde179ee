"""Do two registers say the same: roll and marks, neighbouring lessons of a day, records and timetable.

Watches only. What they find is a contradiction to be looked at, not a fault: a late bus explains one absent lesson, a
joint lesson explains two places at once.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from parta.foundation import sql
from parta.journal.rules.matters import (
    JOINS,
    ON_CONTROL,
    PLACE,
    Matter,
    Reach,
    clauses_of,
    places,
    rules_on,
    told_of,
)
from parta.journal.rules.wording import listed
from parta.regulation.judge import Law, Rule
from parta.regulation.registry import Codes, Params, RuleKind, known_kind
from parta.timetable.moved import Moved

__all__ = ["Contradiction", "as_matters", "contradictions", "off_timetable", "unexplained"]

_ATTENDANCE = {
    "mark_while_absent": "отметка при пропуске",
    "absent_in_one_lesson_of_day": "пропуск одного урока среди дня",
    "reason_missing": "пропуск без причины",
    "all_present_streak": "долгое «все присутствуют»",
    "contradicts_planned_absence": "явка вопреки заявлению",
}
_TIMETABLE = {
    "no_record_for_timetabled_lesson": "урок по расписанию не записан",
    "record_without_lesson": "запись вне расписания",
    "record_on_nonschool_day": "запись в неучебный день",
    "two_places_at_once": "учитель в двух местах сразу",
}


class Checks(Params):
    """Which contradictions are looked for."""

    checks: Codes


known_kind(
    RuleKind(
        "attendance_consistency",
        5,
        Checks,
        "Явка не противоречит себе",
        lambda p: (
            f"в явке не должно быть противоречий: {listed(_ATTENDANCE.get(c, c) for c in sorted(p.checks))}"
        ),
        acts=ON_CONTROL,
    )
)
known_kind(
    RuleKind(
        "record_matches_timetable",
        5,
        Checks,
        "Записи соответствуют расписанию",
        lambda p: (
            f"записи сходятся с расписанием: {listed(_TIMETABLE.get(c, c) for c in sorted(p.checks))} — находка"
        ),
        acts=ON_CONTROL,
    )
)


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two records that do not go together."""

    check: str
    row: Sequence[Any]
    lesson_id: int
    date: date
    number: int
    who_id: int | None
    student: str
    text: str
    student_id: int | None = None


_WHO = "COALESCE(ts.substitute_id, l.teacher_id, r.conducted_by_id)"

_MARKED_ABSENT = f"""
SELECT {PLACE}, l.id, l.date, l.number, {_WHO}, n.surname, n.given_name, k.value, b.symbol, k.set_at, l.ends_at,
    b.student_id
FROM timetable_lesson l
JOIN plans_journal j ON j.id = l.journal_id
{JOINS}
LEFT JOIN timetable_substitution ts ON ts.lesson_id = l.id
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
JOIN journal_absence b ON b.lesson_id = l.id AND b.meaning NOT IN ('', 'late')
JOIN journal_assessment a ON a.lesson_id = l.id
JOIN journal_mark k ON k.assessment_id = a.id AND k.student_id + 0 = b.student_id AND k.value <> '' AND k.part < 2
JOIN people_person n ON n.id = b.student_id
WHERE {{scope}} AND l.school_id = %s AND l.date >= %s AND l.date <= %s AND l.state <> 'cancelled'
ORDER BY l.date, l.number, n.surname, n.given_name"""
"""`+ 0`: the marks of the lesson, never all marks of each absent student, as SQLite would rather look for them."""

_ABSENT = f"""
SELECT {PLACE}, l.id, l.date, l.number, {_WHO}, n.surname, n.given_name, b.student_id, b.symbol
FROM timetable_lesson l
JOIN plans_journal j ON j.id = l.journal_id
{JOINS}
LEFT JOIN timetable_substitution ts ON ts.lesson_id = l.id
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
JOIN journal_absence b ON b.lesson_id = l.id AND b.meaning NOT IN ('', 'late', 'event', 'exempt')
JOIN people_person n ON n.id = b.student_id
WHERE {{scope}} AND l.school_id = %s AND l.date >= %s AND l.date <= %s AND l.state <> 'cancelled'
ORDER BY l.date, l.number, n.surname, n.given_name"""

_ROLLS = """
SELECT l.date, j.homeroom_id, l.number, l.id, j.subgroup_id
FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id
JOIN journal_lessonrecord r ON r.lesson_id = l.id AND r.roll_at IS NOT NULL
WHERE l.school_id = %s AND l.date >= %s AND l.date <= %s AND l.state <> 'cancelled' AND j.homeroom_id IS NOT NULL"""

_MISSED = """
SELECT b.lesson_id, b.student_id FROM journal_absence b JOIN timetable_lesson l ON l.id = b.lesson_id
WHERE l.school_id = %s AND l.date >= %s AND l.date <= %s AND b.meaning NOT IN ('', 'late')"""

_PARTS = """
SELECT m.subgroup_id, m.student_id, m.starts, m.until FROM people_subgroupmembership m
WHERE m.school_id = %s AND m.starts <= %s AND (m.until IS NULL OR m.until > %s)"""


def contradictions(school_id: int, reach: Reach, *, since: date, until: date) -> list[Contradiction]:
    """Marks of students noted absent; absences in one lesson between attended ones. Five statements."""
    scope, values = reach
    span: list[object] = [school_id, since, until]
    found = []
    for row in sql.read(_MARKED_ABSENT.replace("{scope}", scope), [*values, *span]):
        later = sql.aware(row[20]) - sql.aware(row[21])
        text = f"Отметка {row[18]} при пропуске «{row[19]}»"
        if later > timedelta(days=1):
            text += f", поставлена {sql.aware(row[20]):%d.%m}"
        found.append(
            Contradiction(
                "mark_while_absent",
                row[:12],
                row[12],
                row[13],
                row[14],
                row[15],
                f"{row[16]} {row[17]}",
                text,
                row[22],
            )
        )
    return found + _islands(scope, values, span)


def _islands(scope: str, values: list[object], span: list[object]) -> list[Contradiction]:
    lessons: dict[tuple[date, int], list[tuple[int, int, int | None]]] = defaultdict(list)
    for day, homeroom_id, number, lesson_id, subgroup_id in sql.read(_ROLLS, span):
        lessons[day, homeroom_id].append((number, lesson_id, subgroup_id))
    missed = set(sql.read(_MISSED, span))
    parts: dict[tuple[int, int], list[tuple[date, date | None]]] = defaultdict(list)
    for subgroup_id, student_id, starts, ends in sql.read(_PARTS, [span[0], span[2], span[1]]):
        parts[subgroup_id, student_id].append((starts, ends))

    def attends(student_id: int, subgroup_id: int | None, day: date) -> bool:
        return subgroup_id is None or any(
            starts <= day and (ends is None or day < ends) for starts, ends in parts[subgroup_id, student_id]
        )

    found = []
    for row in sql.read(_ABSENT.replace("{scope}", scope), [*values, *span]):
        day, number, student = row[13], row[14], row[18]
        here = [
            other
            for other, lesson_id, subgroup_id in lessons.get((day, row[11]), ())
            if (lesson_id, student) not in missed and attends(student, subgroup_id, day)
        ]
        before = [other for other in here if other < number]
        after = [other for other in here if other > number]
        if before and after:
            found.append(
                Contradiction(
                    "absent_in_one_lesson_of_day",
                    row[:12],
                    row[12],
                    day,
                    number,
                    row[15],
                    f"{row[16]} {row[17]}",
                    f"Пропуск «{row[19]}» на {number}-м уроке, а на {max(before)}-м и {min(after)}-м ученик был",
                    student,
                )
            )
    return found


_UNEXPLAINED = f"""
SELECT {PLACE}, l.id, l.date, l.number, {_WHO}, n.surname, n.given_name, b.student_id, b.symbol
FROM journal_absence b
JOIN timetable_lesson l ON l.id = b.lesson_id
JOIN plans_journal j ON j.id = l.journal_id
{JOINS}
LEFT JOIN timetable_substitution ts ON ts.lesson_id = l.id
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
JOIN people_person n ON n.id = b.student_id
WHERE {{scope}} AND l.school_id = %s AND l.date >= %s AND l.date <= %s AND b.meaning = 'unknown'
ORDER BY l.date, l.number, n.surname, n.given_name"""


def unexplained(
    law: Law, school_id: int, reach: Reach, *, since: date, until: date, on: date
) -> list[Contradiction]:
    """Absences of days before `on` that still have no reason, where the act sets no term for it (`absence_reason_by`
    speaks there, with its own term). One statement; none where no act looks for them."""
    days = {since, until} | {day for day in law.bounds if since < day <= until}
    asking = [rule for day in days for rule in rules_on(law, day, "attendance_consistency")]
    if not any("reason_missing" in rule.params.checks for rule in asking):
        return []
    scope, values = reach
    reader = places(law)
    return [
        Contradiction(
            "reason_missing",
            row[:12],
            row[12],
            row[13],
            row[14],
            row[15],
            f"{row[16]} {row[17]}",
            f"Пропуск «{row[19]}» без причины",
            row[18],
        )
        for row in sql.read(_UNEXPLAINED.replace("{scope}", scope), [*values, school_id, since, until])
        if row[13] < on and not reader.rules(row, row[13], "absence_reason_by", row[18])
    ]


_RECORDED = f"""
SELECT {PLACE}, l.id, l.date, l.number, {_WHO}, l.starts_at, l.ends_at, l.state
FROM timetable_lesson l
JOIN plans_journal j ON j.id = l.journal_id
{JOINS}
LEFT JOIN timetable_substitution ts ON ts.lesson_id = l.id
JOIN journal_lessonrecord r ON r.lesson_id = l.id AND r.conducted_at IS NOT NULL
WHERE {{scope}} AND l.school_id = %s AND l.date >= %s AND l.date <= %s
ORDER BY l.date, l.number, l.id"""


def off_timetable(
    school_id: int,
    reach: Reach,
    *,
    since: date,
    until: date,
    week_days: int,
    moved: Sequence[Moved] = (),
) -> list[Contradiction]:
    """Records on days off, outside the timetable, on a cancelled lesson, in two places at once. Three statements.

    Two lessons at once of one journal's own subgroups are two places too; moved lessons are where they were moved to.
    """
    scope, values = reach
    rows = sql.read(_RECORDED.replace("{scope}", scope), [*values, school_id, since, until])
    slots: dict[int, list[tuple[int, int, date, date | None]]] = defaultdict(list)
    for journal_id, weekday, number, starts, ends in sql.read(
        "SELECT journal_id, weekday, number, starts, until FROM timetable_timetableslot WHERE school_id = %s",
        [school_id],
    ):
        slots[journal_id].append((weekday, number, starts, ends))
    off = sql.read(
        "SELECT starts, until, homeroom_id, title FROM organisation_vacation"
        " WHERE school_id = %s AND starts <= %s AND until > %s",
        [school_id, until, since],
    )
    found = []
    by_person: dict[tuple[int, date], list[tuple[datetime, datetime, Sequence[Any]]]] = defaultdict(list)
    for row in rows:
        day, number = row[13], row[14]

        def add(check: str, text: str, row: Sequence[Any] = row) -> None:
            found.append(Contradiction(check, row[:12], row[12], row[13], row[14], row[15], "", text))

        rest = next(
            (title for starts, ends, room, title in off if starts <= day < ends and room in (None, row[11])),
            "",
        )
        own = slots.get(row[0], [])
        other = next(
            (one for one in moved if one.day == day and (one.classes is None or row[6] in one.classes)), None
        )
        weekday = day.isoweekday()
        if other is not None and other.is_working:
            rest, weekday = "", other.weekday
        elif other is not None:
            rest = rest or "выходной перенесён на этот день"
        if rest or (day.weekday() >= week_days and other is None):
            add("record_on_nonschool_day", f"Урок записан в неучебный день: {rest or 'выходной'}")
        elif row[18] == "cancelled":
            add("record_without_lesson", "Записан отменённый урок")
        elif own and row[18] == "planned" and not _in_template(own, day, weekday, number):
            add("record_without_lesson", "Урока нет в расписании этого дня")
        if row[15] is not None and row[18] != "cancelled":
            by_person[row[15], day].append((sql.aware(row[16]), sql.aware(row[17]), row))
    for taught in by_person.values():
        taught.sort(key=lambda item: (item[0], item[1]))
        for (_, ends, first), (starts, _, second) in pairwise(taught):
            if starts < ends:
                text = f"Учитель записан в двух местах сразу: {first[6]} и {second[6]}"
                found.append(
                    Contradiction(
                        "two_places_at_once",
                        second[:12],
                        second[12],
                        second[13],
                        second[14],
                        second[15],
                        "",
                        text,
                    )
                )
    return sorted(found, key=lambda one: (one.date, one.number, one.lesson_id))


def _in_template(
    slots: Sequence[tuple[int, int, date, date | None]], day: date, weekday: int, number: int
) -> bool:
    return any(
        of == weekday and number == at and starts <= day and (ends is None or day < ends)
        for of, at, starts, ends in slots
    )


def as_matters(law: Law, found: Sequence[Contradiction], kind: str) -> list[Matter]:
    """What the act asks to look for, of what was found: with its clauses, one matter a contradiction."""
    reader = places(law)
    known: dict[date, tuple[Rule[Any], ...]] = {}
    matters = []
    for one in found:
        if one.date not in known:
            known[one.date] = rules_on(law, one.date, kind)
        if not known[one.date]:
            continue
        rules = [
            rule
            for rule in reader.rules(one.row, one.date, kind, one.student_id)
            if one.check in rule.params.checks
        ]
        if rules:
            matters.append(
                Matter(
                    kind=kind,
                    clauses=clauses_of(rules),
                    text=one.text,
                    since=one.date,
                    journal_id=one.row[0],
                    lesson_id=one.lesson_id,
                    homeroom_id=one.row[11],
                    subject=one.row[2],
                    homeroom=one.row[6],
                    group=one.row[10],
                    students=(one.student,) if one.student else (),
                    who_id=one.who_id,
                    role="teacher",
                    told=told_of(rules),
                )
            )
    return matters
