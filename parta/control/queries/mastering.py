"""How programmes are mastered: the share of period marks that pass, of a student and of a group in a unit.

A mark is due where a journal had lessons in the period and the student was in it on the period's last day (till then:
today). Зачёт passes, незачёт, н/а and an empty cell do not; a group's share of the whole is the mean over its units.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from parta.control.queries.reports import Cell, Table
from parta.control.queries.sheets import Cut, reach_of
from parta.foundation import sql
from parta.journal.queries.words import class_name, from_json, register_key
from parta.people.viewer import Viewer

PASSES = "Засчитаны отметки не ниже «3» и «зачёт» за периоды, которых касаются выбранные дни."

_DUE = """
SELECT j.id, t.id, COALESCE(h.title, ''), h.grade, s.title, COALESCE(g.short, ''), t.title, e.student_id, n.surname,
    n.given_name, COALESCE(f.value, ''), c.symbols
FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id
JOIN organisation_term t ON t.year_id = j.year_id AND t.kind {kinds} AND t.starts <= %s AND t.until > %s
JOIN (
    SELECT i.homeroom_id AS room, NULL AS part, i.student_id, i.starts, i.until FROM people_enrolment i
    WHERE i.school_id = %s
    UNION ALL
    SELECT NULL, m.subgroup_id, m.student_id, m.starts, m.until FROM people_subgroupmembership m WHERE m.school_id = %s
) e ON ((j.subgroup_id IS NULL AND e.room = j.homeroom_id) OR e.part = j.subgroup_id) AND e.starts < t.until
    AND e.starts <= %s AND (e.until IS NULL OR e.until >= t.until OR (t.until > %s AND e.until > %s))
JOIN people_person n ON n.id = e.student_id
JOIN organisation_markscale c ON c.id = j.scale_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN journal_termmark f ON f.journal_id = j.id AND f.term_id = t.id AND f.student_id = e.student_id
WHERE {scope}
    AND EXISTS (SELECT 1 FROM timetable_lesson l WHERE l.journal_id = j.id AND l.date >= t.starts AND l.date < t.until)
ORDER BY COALESCE(h.grade, 99), h.title, s.position, s.title, g.short, j.id, t.starts, n.surname, n.given_name, n.id"""


@dataclass(frozen=True, slots=True)
class Due:
    """A period mark that is due, and whether it passes."""

    journal_id: int
    term_id: int
    homeroom: str
    grade: int | None
    unit: str
    term: str
    student_id: int
    student: str
    value: str
    passes: bool


def due_marks(viewer: Viewer, cut: Cut, *, with_year: bool = False) -> list[Due]:
    """Period marks due in the periods that the span touches, with those of the year if asked. One statement."""
    kinds = "IN (j.term_kind, 'year')" if with_year else "= j.term_kind"
    scope, values = reach_of(viewer, cut)
    school, on = viewer.school.id, viewer.on
    passing: dict[str, frozenset[str]] = {}
    found = []
    for row in sql.read(
        _DUE.format(scope=scope, kinds=kinds), [cut.until, cut.since, school, school, on, on, on, *values]
    ):
        key = str(row[11])
        if key not in passing:
            passing[key] = _passing(row[11])
        unit = f"{row[4]} ({row[5]})" if row[5] else row[4]
        name = f"{row[8]} {row[9]}"
        found.append(
            Due(row[0], row[1], row[2], row[3], unit, row[6], row[7], name, row[10], row[10] in passing[key])
        )
    return found


def _passing(symbols: Any) -> frozenset[str]:
    """The symbols of a scale that pass; a pass is one on any scale."""
    items = from_json(symbols)
    return frozenset(item["symbol"] for item in items if item.get("passes", True)) | {"зачет", "зачёт"}


def share(part: int, whole: int) -> float | None:
    """Per cent to one decimal; nothing for an empty divisor."""
    return round(100 * part / whole, 1) if whole else None


def _counted(lines: Iterable[Due]) -> tuple[int, int, int]:
    """How many are due, stand, pass."""
    all_of = list(lines)
    return len(all_of), sum(bool(one.value) for one in all_of), sum(one.passes for one in all_of)


def mastering_students(viewer: Viewer, cut: Cut) -> Table:
    """By student: period marks due, set, passing, their share; what does not pass is named. One statement."""
    students: dict[tuple[str, int], list[Due]] = defaultdict(list)
    for one in due_marks(viewer, cut):
        students[one.homeroom, one.student_id].append(one)
    rows: list[tuple[Cell, ...]] = []
    for own in sorted(
        students.values(), key=lambda own: (own[0].grade or 99, own[0].homeroom, own[0].student)
    ):
        due, stand, passed = _counted(own)
        short = ", ".join(f"{one.unit}: {one.value or 'нет'}" for one in own if not one.passes)
        rows.append(
            (own[0].student, class_name(own[0].homeroom), due, stand, passed, share(passed, due), short)
        )
    every = _counted(one for own in students.values() for one in own)
    rows.append(("Всего", "", *every, share(every[2], every[0]), ""))
    return Table(
        ("Студент", "Группа", "Отметок нужно", "Выставлено", "Не ниже «3»", "Освоение, %", "Не освоено"),
        tuple(rows),
        sums=1,
        note=PASSES,
    )


def mastering_groups(viewer: Viewer, cut: Cut) -> Table:
    """By group, unit and period; then each group, course and all as the mean over their units. One statement."""
    units: dict[tuple[int, int], list[Due]] = defaultdict(list)
    for one in due_marks(viewer, cut):
        units[one.journal_id, one.term_id].append(one)
    rows: list[tuple[Cell, ...]] = []
    groups: dict[str, list[list[Due]]] = defaultdict(list)
    courses: dict[int, list[list[Due]]] = defaultdict(list)
    for own in units.values():
        due, stand, passed = _counted(own)
        first = own[0]
        rows.append(
            (class_name(first.homeroom), first.unit, first.term, due, stand, passed, share(passed, due))
        )
        groups[first.homeroom].append(own)
        if first.grade is not None:
            courses[first.grade].append(own)
    sums = [_sum(f"{class_name(title)}: всего", parts) for title, parts in groups.items()]
    sums += [_sum(f"{grade} курс", parts) for grade, parts in sorted(courses.items())]
    sums.append(_sum("Всего", list(units.values())))
    return Table(
        ("Группа", "Дисциплина", "Период", "Студентов", "Выставлено", "Не ниже «3»", "Освоение, %"),
        (*rows, *sums),
        sums=len(sums),
        note=f"{PASSES} В строках итогов – среднее по дисциплинам.",
    )


def _sum(title: str, units: list[list[Due]]) -> tuple[Cell, ...]:
    counts = [_counted(own) for own in units]
    shares = [100 * passed / due for due, _, passed in counts if due]
    mean = round(sum(shares) / len(shares), 1) if shares else None
    return (title, "", "", *(sum(one[at] for one in counts) for at in range(3)), mean)


def summary_sheet(viewer: Viewer, cut: Cut) -> Table:
    """A class by student: the mark of each unit and period as it stands in the journals now. One statement."""
    if cut.homeroom_id is None:
        return Table(("Студент",), ())
    columns: dict[tuple[str, int], str] = {}
    students: dict[int, tuple[str, dict[tuple[str, int], str]]] = {}
    for one in due_marks(viewer, cut, with_year=True):
        subject = one.unit.partition(" (")[0]
        columns.setdefault((subject, one.term_id), f"{subject}, {one.term}")
        students.setdefault(one.student_id, (one.student, {}))[1][subject, one.term_id] = one.value
    rows: list[tuple[Cell, ...]] = [
        (name, *(values.get(key) or "" for key in columns))
        for name, values in sorted(students.values(), key=lambda own: register_key(own[0]))
    ]
    return Table(
        ("Студент" if viewer.school.kind == "college" else "Ученик", *columns.values()),
        tuple(rows),
        note="Отметки за период так, как стоят в журналах сейчас; здесь их не вписывают.",
    )
