"""Registers of a day: who of each group was away, by the letters of the roll; what was set for home, when, by whom."""

from collections import Counter, defaultdict
from datetime import date
from zoneinfo import ZoneInfo

from parta.control.queries.reports import Cell, Table
from parta.control.queries.sheets import Cut, reach_of
from parta.foundation import sql
from parta.journal.queries.words import class_name, journal_name, short_name
from parta.people.viewer import Viewer

LETTERS = ("н", "б", "п")
"""Columns that stand in the sheet even when nobody bears them."""

_AWAY = """
SELECT COALESCE(h.title, ''), l.date, b.symbol, b.student_id FROM journal_absence b
JOIN timetable_lesson l ON l.id = b.lesson_id JOIN plans_journal j ON j.id = l.journal_id
JOIN organisation_subject s ON s.id = j.subject_id LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
WHERE {scope} AND b.symbol <> '' AND l.state <> 'cancelled' AND l.date >= %s AND l.date <= %s"""

_HELD = """
SELECT COALESCE(h.title, ''), h.grade, l.date, COUNT(*), SUM(CASE WHEN r.roll_at IS NULL THEN 0 ELSE 1 END),
    (SELECT COUNT(*) FROM people_enrolment e WHERE e.homeroom_id = h.id AND e.starts <= l.date
        AND (e.until IS NULL OR e.until > l.date))
FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
WHERE {scope} AND l.state <> 'cancelled' AND l.date >= %s AND l.date <= %s
GROUP BY h.id, h.title, h.grade, l.date ORDER BY l.date DESC, COALESCE(h.grade, 99), h.title"""


def of_group(viewer: Viewer) -> str:
    """What a school calls a group of students."""
    return "Класс" if viewer.school.kind == "general" else "Группа"


def day_attendance(viewer: Viewer, cut: Cut) -> Table:
    """By day and group: students, lessons, rolls, each letter of the roll, students away. Two statements."""
    scope, values = reach_of(viewer, cut)
    over = [*values, cut.since, cut.until]
    letters: dict[tuple[str, date], Counter[str]] = defaultdict(Counter)
    away: dict[tuple[str, date], set[int]] = defaultdict(set)
    for title, on, symbol, student in sql.read(_AWAY.format(scope=scope), over):
        letters[title, on][symbol] += 1
        away[title, on].add(student)
    used = {symbol for counts in letters.values() for symbol in counts}
    columns = (*LETTERS, *sorted(used - set(LETTERS)))
    rows: list[tuple[Cell, ...]] = []
    sums: Counter[str] = Counter()
    for title, _, on, lessons, rolls, students in sql.read(_HELD.format(scope=scope), over):
        counts = letters[title, on]
        sums.update(counts)
        rows.append(
            (
                f"{on:%d.%m.%Y}",
                class_name(title),
                int(students),
                int(lessons),
                int(rolls),
                *(counts[letter] for letter in columns),
                len(away[title, on]),
            )
        )
    total = ("Всего", "", None, None, None, *(sums[letter] for letter in columns), None)
    return Table(
        (
            "День",
            "Группа",
            "В группе",
            "Занятий",
            "Явка отмечена",
            *(f"«{one}»" for one in columns),
            "Не было, чел.",
        ),
        (*rows, total) if rows else (),
        sums=1,
        note="В клетке буквы – сколько раз она стоит у студентов на занятиях дня; одному студенту на занятии – одна.",
    )


_HOMEWORK = """
SELECT COALESCE(h.title, ''), l.date, s.title, COALESCE(g.short, ''), w.text, w.is_none, w.due_date, w.set_at,
    p.surname, p.given_name, p.patronymic, n.surname, n.given_name
FROM journal_homework w JOIN timetable_lesson l ON l.id = w.lesson_id JOIN plans_journal j ON j.id = w.journal_id
JOIN organisation_subject s ON s.id = j.subject_id LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN timetable_substitution ts ON ts.lesson_id = l.id
LEFT JOIN people_person p ON p.id = COALESCE(w.set_by_id, ts.substitute_id, l.teacher_id)
LEFT JOIN people_person n ON n.id = w.student_id
WHERE {scope} AND (w.is_none OR w.text <> '') AND l.date >= %s AND l.date <= %s
ORDER BY COALESCE(h.grade, 99), h.title, l.date, l.number, s.title, w.id"""


def homework_register(viewer: Viewer, cut: Cut) -> Table:
    """By group and day: everything set for home, until when, when it was entered and by whom. One statement."""
    zone = ZoneInfo(viewer.school.timezone)
    scope, values = reach_of(viewer, cut)
    rows: list[tuple[Cell, ...]] = []
    for row in sql.read(_HOMEWORK.format(scope=scope), [*values, cut.since, cut.until]):
        words = "не задано" if row[5] else row[4]
        if row[11]:
            words = f"{words} ({row[11]} {row[12]})"
        rows.append(
            (
                class_name(row[0]),
                f"{row[1]:%d.%m.%Y}",
                journal_name("", row[2], row[3]),
                words,
                f"{row[6]:%d.%m.%Y}" if row[6] else "",
                f"{sql.aware(row[7]).astimezone(zone):%d.%m.%Y %H:%M}",
                short_name(*row[8:11]) if row[8] else "",
            )
        )
    return Table(
        ("Группа", "День", "Дисциплина", "Задание", "К какому дню", "Внесено", "Преподаватель"), tuple(rows)
    )
