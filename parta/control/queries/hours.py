"""Hours by teacher and month: replaced and by whom, missed and not replaced, made up. A lesson counts by its hours."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from parta.control.queries.reports import Cell, Table
from parta.control.queries.sheets import Cut, reach_of
from parta.foundation import sql
from parta.journal.queries.words import register_key, short_name
from parta.people.viewer import Viewer

__all__ = ["given_hours", "replaced_hours"]

_MONTHS = "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь".split()

_HOURS = """
SELECT COALESCE(l.moved_from, l.date), l.state, x.id, x.surname, x.given_name, x.patronymic, b.id, b.surname,
    b.given_name, b.patronymic, CASE WHEN r.conducted_at IS NOT NULL THEN 1 ELSE 0 END, l.hours
FROM timetable_lesson l
JOIN plans_journal j ON j.id = l.journal_id JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN timetable_substitution t ON t.lesson_id = l.id
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
LEFT JOIN people_person b ON b.id = t.substitute_id
JOIN people_person x ON x.id = COALESCE(t.replaced_id, l.teacher_id, (SELECT MIN(w.teacher_id)
    FROM plans_teachingload w WHERE w.journal_id = j.id AND w.starts <= l.date
    AND (w.until IS NULL OR w.until > l.date)))
WHERE {scope} AND l.school_id = %s AND COALESCE(l.moved_from, l.date) >= %s AND COALESCE(l.moved_from, l.date) <= %s
    AND (t.id IS NOT NULL OR l.state IN ('cancelled', 'moved'))"""


_GIVEN = """
SELECT l.date, x.id, x.surname, x.given_name, x.patronymic, CASE WHEN t.id IS NOT NULL THEN 1 ELSE 0 END, l.hours
FROM timetable_lesson l
JOIN plans_journal j ON j.id = l.journal_id JOIN organisation_subject s ON s.id = j.subject_id
JOIN journal_lessonrecord r ON r.lesson_id = l.id AND r.conducted_at IS NOT NULL
LEFT JOIN timetable_substitution t ON t.lesson_id = l.id
LEFT JOIN people_person x ON x.id = COALESCE(t.substitute_id, l.teacher_id, (SELECT MIN(w.teacher_id)
    FROM plans_teachingload w WHERE w.journal_id = j.id AND w.starts <= l.date
    AND (w.until IS NULL OR w.until > l.date)))
WHERE {scope} AND l.school_id = %s AND l.date >= %s AND l.date <= %s AND l.state <> 'cancelled'"""


@dataclass(slots=True)
class _Hours:
    name: str
    replaced: int = 0
    missed: int = 0
    made_up: int = 0
    by: Counter[str] = field(default_factory=Counter)


def replaced_hours(viewer: Viewer, cut: Cut) -> Table:
    """A line a teacher and month, by the day on which the lesson was to be. One statement.

    Missed: cancelled, or moved away from its day and not taught by another; made up: of the moved ones, those held.
    """
    scope, values = reach_of(viewer, cut)
    found: dict[tuple[int, int], dict[int, _Hours]] = defaultdict(dict)
    for row in sql.read(_HOURS.replace("{scope}", scope), [*values, viewer.school.id, cut.since, cut.until]):
        day = _day(row[0])
        line = found[day.year, day.month].setdefault(row[2], _Hours(short_name(*row[3:6])))
        if row[1] == "cancelled" or (row[1] == "moved" and row[6] is None):
            line.missed += row[11]
            line.made_up += row[11] if row[1] == "moved" and row[10] else 0
        elif row[6] is not None:
            line.replaced += row[11]
            line.by[short_name(*row[7:10])] += row[11]
    rows: list[tuple[Cell, ...]] = []
    total = [0, 0, 0]
    for (year, month), people in sorted(found.items()):
        for line in sorted(people.values(), key=lambda one: register_key(one.name)):
            numbers = [line.replaced, line.missed, line.made_up]
            total = [one + other for one, other in zip(total, numbers, strict=True)]
            who = ", ".join(f"{name}: {count}" for name, count in sorted(line.by.items()))
            rows.append(
                (
                    f"{_MONTHS[month - 1]} {year}",
                    line.name,
                    line.replaced,
                    who,
                    *numbers[1:],
                    line.missed - line.made_up,
                )
            )
    rows.append(("Всего", "", total[0], "", total[1], total[2], total[1] - total[2]))
    return Table(
        (
            "Месяц",
            "Учитель",
            "Заменено, ч.",
            "Кто заменял",
            "Пропущено и не заменено, ч.",
            "Восполнено, ч.",
            "Осталось восполнить, ч.",
        ),
        tuple(rows),
        sums=1,
        note=(
            "Занятие в несколько часов считается по часам. Пропущено: урок отменён или перенесён; "
            "восполнено: перенесённый урок проведён."
        ),
    )


@dataclass(slots=True)
class _Given:
    name: str
    lessons: int = 0
    own: int = 0
    others: int = 0


def given_hours(viewer: Viewer, cut: Cut) -> Table:
    """Hours given, a line a teacher and month: own, and in place of another; the ground for pay. One statement.

    Only lessons that are recorded as held count, by the day they were held on, to who really held them.
    """
    scope, values = reach_of(viewer, cut)
    found: dict[tuple[int, int], dict[int, _Given]] = defaultdict(dict)
    for row in sql.read(_GIVEN.replace("{scope}", scope), [*values, viewer.school.id, cut.since, cut.until]):
        day = _day(row[0])
        name = short_name(*row[2:5]) if row[1] else "Учитель не назначен"
        line = found[day.year, day.month].setdefault(row[1] or 0, _Given(name))
        line.lessons += 1
        line.own += 0 if row[5] else row[6]
        line.others += row[6] if row[5] else 0
    rows: list[tuple[Cell, ...]] = []
    every: list[_Given] = []
    for (year, month), people in sorted(found.items()):
        for line in sorted(people.values(), key=lambda one: register_key(one.name)):
            every.append(line)
            rows.append(
                (
                    f"{_MONTHS[month - 1]} {year}",
                    line.name,
                    line.lessons,
                    line.own,
                    line.others,
                    line.own + line.others,
                )
            )
    lessons, own, others = (sum(getattr(one, name) for one in every) for name in ("lessons", "own", "others"))
    rows.append(("Всего", "", lessons, own, others, own + others))
    return Table(
        ("Месяц", "Учитель", "Проведено уроков", "Свои часы", "Часы замещения", "Всего часов"),
        tuple(rows),
        sums=1,
        note="Считаются уроки, записанные в журнале проведёнными, у того, кто их провёл. Руками цифры не правятся.",
    )


def _day(value: Any) -> date:
    return date.fromisoformat(value[:10]) if isinstance(value, str) else value
