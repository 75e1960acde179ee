"""Marks that are there, but were set after their limit."""

from datetime import date, datetime, timedelta

from parta.foundation import sql
from parta.journal.rules.lesson_days import days_of_lessons
from parta.journal.rules.matters import clauses_of, told_of
from parta.journal.rules.owed import (
    JOINS,
    PLACE,
    WHO,
    Finding,
    Reader,
    Scope,
    lesson_of,
    moment_of,
    named,
    span_of,
)
from parta.journal.rules.windows import (
    Limit,
    mark_deadlines,
)
from parta.journal.rules.wording import ACCUSATIVE_WORKS
from parta.regulation.durations import Calendar, plural
from parta.regulation.judge import Law

_LATE_MARKS = f"""
SELECT {PLACE}, l.id, l.date, l.number, l.starts_at, l.ends_at, NULL,
    k.student_id, n.surname, n.given_name, n.patronymic,
    k.set_at, a.id, a.work_kind, {WHO}
{JOINS}
JOIN journal_assessment a ON a.lesson_id = l.id
JOIN journal_mark k ON k.assessment_id = a.id AND k.is_late AND k.part < 2 AND k.value <> ''
JOIN people_person n ON n.id = k.student_id
WHERE {{span}}"""


def late_marks(
    law: Law, school_id: int, scope: Scope, *, since: date, at: datetime, calendar: Calendar
) -> list[Finding]:
    """Marks that were set after their limit: one finding for each work, with its students. One statement."""
    today = at.astimezone(calendar.zone).date()
    span, values = span_of(scope, school_id, since, today, at)
    statement = _LATE_MARKS.replace("{span}", span)
    reader = Reader(law, at, calendar, days_of_lessons(law, school_id=school_id, since=since, until=today))
    works: dict[int, list[sql.Row]] = {}
    for row in sql.read(statement + " ORDER BY l.date, l.number, a.id, n.surname, n.given_name", values):
        works.setdefault(row[21], []).append(row)
    found = []
    for rows in works.values():
        row = rows[0]
        place, lesson, work = reader.place(row), lesson_of(row[10:16], row[0], reader.follows), row[22]
        late: list[tuple[Limit, sql.Row]] = []
        for item in rows:
            bench = reader.bench(row, lesson.date, item[16])
            own = mark_deadlines(bench).limit(lesson, calendar, (work,), "mark")
            if own is not None and moment_of(item[20]) > own.at:
                late.append((own, item))
        if not late:
            continue  # the flag stands for a permitted correction
        limit, rows = late[0][0], [item for _, item in late]
        last = max(moment_of(item[20]) for item in rows)
        late_by = max(last - limit.at, timedelta())
        rules = limit.cited(last)
        days = late_by.days
        found.append(
            Finding(
                fact="mark",
                kind="mark_deadline",
                clauses=clauses_of(rules),
                journal_id=place.journal_id,
                lesson_id=lesson.id,
                date=lesson.date,
                number=lesson.number,
                subject=place.subject_title,
                homeroom=place.homeroom,
                students=named(item[16:20] for item in rows),
                who_id=row[23],
                since=lesson.ends_at,
                due=limit.at,
                overdue=True,
                text=f"Отметки за {ACCUSATIVE_WORKS.get(work, work)} поставлены позже срока"
                + (f" на {days} {plural(days, 'день', 'дня', 'дней')}" if days else ""),
                told=told_of(rules),
                assessment_id=row[21],
                work=work,
            )
        )
    return found
