"""The analysis of any days: average, shares of good and of failing marks, absences by group, unit, teacher, student."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from parta.control.queries.classes import Scale, scale_of
from parta.control.queries.registers import of_group
from parta.control.queries.reports import Cell, Table
from parta.control.queries.sheets import Cut, per_cent, reach_of
from parta.foundation import sql
from parta.journal.queries.words import class_name, register_key, short_name
from parta.people.viewer import Viewer

_FROM = """
FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN timetable_substitution ts ON ts.lesson_id = l.id
LEFT JOIN people_person p ON p.id = COALESCE(ts.substitute_id, l.teacher_id)"""
_PLACE = (
    """COALESCE(h.title, ''), s.title, p.surname, p.given_name, p.patronymic, n.surname, n.given_name, n.id"""
)

_MARKS = f"""
SELECT {_PLACE}, k.value, COUNT(*), j.scale_id {_FROM}
JOIN journal_assessment a ON a.lesson_id = l.id JOIN journal_mark k ON k.assessment_id = a.id AND k.value <> ''
JOIN people_person n ON n.id = k.student_id
WHERE {{scope}} AND l.date >= %s AND l.date <= %s
GROUP BY h.title, s.title, p.surname, p.given_name, p.patronymic, n.surname, n.given_name, n.id, k.value, j.scale_id"""

_MISSED = f"""
SELECT {_PLACE}, SUM(l.hours) {_FROM}
JOIN journal_absence b ON b.lesson_id = l.id AND b.meaning NOT IN ('', 'late')
JOIN people_person n ON n.id = b.student_id
WHERE {{scope}} AND l.date >= %s AND l.date <= %s AND l.state <> 'cancelled'
GROUP BY h.title, s.title, p.surname, p.given_name, p.patronymic, n.surname, n.given_name, n.id"""


class _Sums:
    """Marks and absences of one line."""

    def __init__(self) -> None:
        self.marks = self.good = self.low = self.missed = 0
        self.worth = 0.0

    def add(self, value: float, count: int, scale: Scale) -> None:
        """Marks of one value."""
        rank = scale.rank(value)
        self.marks += count
        self.worth += value * count
        self.good += count * (rank >= 2)
        self.low += count * (rank == 0)

    def cells(self) -> tuple[Cell, ...]:
        """The figures in the order of the report."""
        average = round(self.worth / self.marks, 2) if self.marks else None
        return (
            self.marks,
            average,
            per_cent(self.good, self.marks),
            per_cent(self.low, self.marks),
            self.missed,
        )


def analysis(viewer: Viewer, cut: Cut) -> Table:
    """By group, unit, teacher and student: marks, average, shares of 4–5 and of 2, hours missed. Three statements."""
    scope, values = reach_of(viewer, cut)
    over = [*values, cut.since, cut.until]
    scales: dict[Any, Scale | None] = {
        id: scale_of(symbols)
        for id, symbols in sql.read(
            "SELECT id, symbols FROM organisation_markscale WHERE school_id = %s", [viewer.school.id]
        )
    }
    word = of_group(viewer)
    unit = "Предмет" if word == "Класс" else "Дисциплина"
    parts = (word, unit, "Преподаватель", "Студент" if viewer.school.kind == "college" else "Ученик")
    found: dict[tuple[int, str, str], _Sums] = defaultdict(_Sums)

    def lines(row: sql.Row) -> Iterable[_Sums]:
        teacher = short_name(*row[2:5]) if row[2] else "без учителя"
        yield found[0, class_name(row[0]), ""]
        yield found[1, row[1], ""]
        yield found[2, teacher, ""]
        yield found[3, f"{row[5]} {row[6]}", f"{class_name(row[0])}#{row[7]}"]
        yield found[4, "", ""]

    for row in sql.read(_MARKS.format(scope=scope), over):
        scale = scales.get(row[10])
        if scale is not None and row[8] in scale.worth:
            for line in lines(row):
                line.add(scale.worth[row[8]], int(row[9]), scale)
    for row in sql.read(_MISSED.format(scope=scope), over):
        for line in lines(row):
            line.missed += int(row[8])
    order = sorted(found.items(), key=lambda one: (one[0][0], register_key(one[0][1], one[0][2])))
    rows: list[tuple[Cell, ...]] = [
        (parts[kind] if kind < 4 else "Всего", title, more.partition("#")[0], *sums.cells())
        for (kind, title, more), sums in order
    ]
    return Table(
        ("По чему", "Кто или что", word, "Отметок", "Средняя", "«4» и «5», %", "«2», %", "Пропущено, ч."),
        tuple(rows),
        sums=1 if rows else 0,
    )
