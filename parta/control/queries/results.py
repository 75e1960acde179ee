"""Reports of results: performance, attendance, control works, unsatisfactory marks, missed topics.

Averages are weighted by the works' weights; quality and success follow `parta.control.queries.classes`.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from parta.control.queries import sheets
from parta.control.queries.classes import MEANINGS, Scale, scale_of
from parta.control.queries.reports import Cell, Table
from parta.control.queries.sheets import Cut, per_cent, reach_of
from parta.foundation import sql
from parta.foundation.pagekit import time_unit
from parta.journal.queries.words import class_name, journal_name, short_name
from parta.journal.rules.corrected import worth_of
from parta.people.viewer import Viewer


def _mean(sums: Sequence[tuple[float, float]]) -> float | None:
    weights = sum(one[1] for one in sums)
    return round(sum(one[0] for one in sums) / weights, 2) if weights else None


_RESULTS = """
SELECT j.homeroom_id, j.id, k.student_id, COALESCE(k.counted, k.value), SUM(a.weight)
FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id JOIN organisation_subject s ON s.id = j.subject_id
JOIN journal_assessment a ON a.lesson_id = l.id JOIN journal_mark k ON k.assessment_id = a.id AND k.value <> ''
WHERE {scope} AND l.date >= %s AND l.date <= %s
GROUP BY j.homeroom_id, j.id, k.student_id, COALESCE(k.counted, k.value)"""

_JOURNALS = """
SELECT j.id, c.symbols, COALESCE(h.title, ''), s.title, COALESCE(g.short, ''), j.homeroom_id, h.grade
FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_markscale c ON c.id = j.scale_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
JOIN organisation_academicyear y ON y.id = j.year_id AND y.starts <= %s AND y.until > %s
WHERE {scope} ORDER BY COALESCE(h.grade, 99), h.title, s.position, s.title, g.short, j.id"""


@dataclass(frozen=True, slots=True)
class _Results:
    journals: tuple[sql.Row, ...]
    scales: dict[int, Scale | None]
    averages: dict[tuple[int, int], float]
    """By journal and student."""


def results_of(viewer: Viewer, cut: Cut) -> _Results:
    """Journals in the viewer's scope with the averages of their students at the end of a span. Two statements."""
    scope, values = reach_of(viewer, cut)
    journals = tuple(sql.read(_JOURNALS.format(scope=scope), [cut.until, cut.until, *values]))
    scales: dict[int, Scale | None] = {}
    made: dict[Any, Scale | None] = {}
    for row in journals:
        key = str(row[1])
        if key not in made:
            made[key] = scale_of(row[1]) if row[1] is not None else None
        scales[row[0]] = made[key]
    sums: dict[tuple[int, int], list[float]] = {}
    for _, journal_id, student_id, value, weight in sql.read(
        _RESULTS.format(scope=scope), [*values, cut.since, cut.until]
    ):
        scale = scales.get(journal_id)
        worth = None if scale is None else worth_of(scale.worth, value)
        if worth is not None:
            one = sums.setdefault((journal_id, student_id), [0.0, 0.0])
            one[0] += worth * float(weight)
            one[1] += float(weight)
    return _Results(journals, scales, {key: one[0] / one[1] for key, one in sums.items() if one[1]})


def ranks_of(results: _Results, wanted: Callable[[sql.Row], Any]) -> dict[Any, dict[int, list[int]]]:
    """By group and student: 0 fails, 1 passes, 2 good, 3 excellent, for every journal."""
    groups = {row[0]: wanted(row) for row in results.journals}
    found: dict[Any, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for (journal_id, student_id), average in results.averages.items():
        scale = results.scales[journal_id]
        if scale is not None and groups.get(journal_id) is not None:
            found[groups[journal_id]][student_id].append(scale.rank(average))
    return found


def performance(viewer: Viewer, cut: Cut) -> Table:
    """By class, parallel and school: average, quality, success, groups of students. Two statements."""
    results = results_of(viewer, cut)
    means: dict[int, list[float]] = defaultdict(list)
    rooms = {row[0]: row[5] for row in results.journals}
    grades = {row[5]: row[6] for row in results.journals}
    for (journal_id, _), average in results.averages.items():
        if rooms.get(journal_id) is not None:
            means[rooms[journal_id]].append(average)
    ranks = ranks_of(results, lambda row: row[5])

    def row(title: str, homerooms: Sequence[int]) -> tuple[Cell, ...]:
        students = [own for room in homerooms for own in ranks.get(room, {}).values()]
        values = [value for room in homerooms for value in means.get(room, ())]
        worst = [min(own) for own in students]
        return (
            title,
            len(students),
            round(sum(values) / len(values), 2) if values else None,
            per_cent(sum(one >= 2 for one in worst), len(worst)),
            per_cent(sum(one >= 1 for one in worst), len(worst)),
            sum(one == 3 for one in worst),
            sum(one == 2 for one in worst),
            sum(own.count(1) == 1 and min(own) == 1 for own in students),
            sum(one == 0 for one in worst),
        )

    titles = {row[5]: row[2] for row in results.journals if row[5] is not None}
    rows = [row(class_name(title), [id]) for id, title in titles.items()]
    parallels: dict[int, list[int]] = defaultdict(list)
    for id in titles:
        if grades[id] is not None:
            parallels[grades[id]].append(id)
    sums = [row(f"{grade}-я параллель", ids) for grade, ids in sorted(parallels.items())]
    sums.append(row("Школа", list(titles)))
    return Table(
        (
            "Класс",
            "Учеников с отметками",
            "Средняя",
            "Качество, %",
            "Успеваемость, %",
            "Отличников",
            "На 4 и 5",
            "С одной «3»",
            "Неуспевающих",
        ),
        (*rows, *sums),
        sums=len(sums),
        note="По средневзвешенным отметкам за выбранные дни.",
    )


def subject_period(viewer: Viewer, cut: Cut) -> Table:
    """By journal: lessons and topics by plan and in fact, average, quality, success, absences. Five statements."""
    results = results_of(viewer, cut)
    progress = {line.progress.row[0]: line.progress for line in sheets.programme_sheet(viewer, cut)}
    scope, values = reach_of(viewer, cut)
    missed = {
        row[0]: int(row[1])
        for row in sql.read(
            "SELECT j.id, SUM(l.hours) FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id"
            " JOIN organisation_subject s ON s.id = j.subject_id JOIN journal_absence b ON b.lesson_id = l.id"
            f" AND b.meaning NOT IN ('', 'late') WHERE {scope} AND l.date >= %s AND l.date <= %s GROUP BY j.id",
            [*values, cut.since, cut.until],
        )
    }
    by_journal: dict[int, list[float]] = defaultdict(list)
    for (journal_id, _), average in results.averages.items():
        by_journal[journal_id].append(average)
    rows: list[tuple[Cell, ...]] = []
    for row in results.journals:
        scale, found = results.scales[row[0]], by_journal.get(row[0], [])
        ranks = [scale.rank(one) for one in found] if scale is not None else []
        line = progress.get(row[0])
        rows.append(
            (
                journal_name(row[2], row[3], row[4]),
                line.planned if line else None,
                line.held if line else None,
                line.topics_done if line and line.plan_id else None,
                line.topics if line and line.plan_id else None,
                len(found),
                round(sum(found) / len(found), 2) if found else None,
                per_cent(sum(one >= 2 for one in ranks), len(ranks)),
                per_cent(sum(one >= 1 for one in ranks), len(ranks)),
                missed.get(row[0], 0),
            )
        )
    return Table(
        (
            "Журнал",
            "Уроков по плану на день",
            "Проведено",
            "Тем пройдено",
            "Тем в плане",
            "Учеников с отметками",
            "Средняя",
            "Качество, %",
            "Успеваемость, %",
            "Пропусков",
        ),
        tuple(rows),
        note="Уроки и темы — с начала года, отметки и пропуски — за выбранные дни.",
    )


def attendance(viewer: Viewer, cut: Cut) -> Table:
    """By class, parallel and school: hours missed by reason, late arrivals apart. Three statements."""
    scope, values = reach_of(viewer, cut)
    counts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for homeroom_id, meaning, count in sql.read(
        "SELECT j.homeroom_id, b.meaning, SUM(CASE WHEN b.meaning = 'late' THEN 1 ELSE l.hours END)"
        " FROM timetable_lesson l JOIN plans_journal j"
        " ON j.id = l.journal_id JOIN organisation_subject s ON s.id = j.subject_id"
        f" JOIN journal_absence b ON b.lesson_id = l.id AND b.meaning <> '' WHERE {scope}"
        " AND l.date >= %s AND l.date <= %s AND j.homeroom_id IS NOT NULL GROUP BY j.homeroom_id, b.meaning",
        [*values, cut.since, cut.until],
    ):
        counts[homeroom_id][meaning] += int(count)
    sizes = {
        row[0]: (row[1], row[2], int(row[3]))
        for row in sql.read(
            "SELECT h.id, h.title, h.grade, (SELECT COUNT(*) FROM people_enrolment e WHERE e.homeroom_id = h.id"
            " AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)) FROM organisation_homeroom h"
            " JOIN organisation_academicyear y ON y.id = h.year_id AND y.starts <= %s AND y.until > %s"
            " WHERE h.school_id = %s AND h.id IN (SELECT j.homeroom_id FROM plans_journal j"
            f" JOIN organisation_subject s ON s.id = j.subject_id WHERE {scope})"
            " ORDER BY COALESCE(h.grade, 99), h.title",
            [cut.until, cut.until, cut.until, cut.until, viewer.school.id, *values],
        )
    }

    def row(title: str, ids: Sequence[int]) -> tuple[Cell, ...]:
        size = sum(sizes[id][2] for id in ids)
        reasons = [sum(counts[id][meaning] for id in ids) for meaning in MEANINGS]
        missed = sum(reasons)
        return (
            title,
            size,
            missed,
            round(missed / size, 1) if size else None,
            *reasons,
            sum(counts[id]["late"] for id in ids),
        )

    rows = [row(class_name(one[0]), [id]) for id, one in sizes.items()]
    parallels: dict[int, list[int]] = defaultdict(list)
    for id, one in sizes.items():
        if one[1] is not None:
            parallels[one[1]].append(id)
    sums = [row(f"{grade}-я параллель", ids) for grade, ids in sorted(parallels.items())]
    sums.append(row("Школа", list(sizes)))
    return Table(
        (
            "Класс",
            "Учеников",
            f"Пропущено {time_unit(viewer.school.kind)[2]}",
            "На ученика",
            *(word[:1].upper() + word[1:] for word in MEANINGS.values()),
            "Опозданий",
        ),
        (*rows, *sums),
        sums=len(sums),
    )


_WORKS = """
SELECT COALESCE(h.title, ''), s.title, COALESCE(g.short, ''), l.date, a.title, r.topic, a.id, k.value, COUNT(k.id),
    (SELECT COUNT(*) FROM journal_absence b WHERE b.lesson_id = l.id AND b.meaning NOT IN ('', 'late')), c.symbols
FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN organisation_markscale c ON c.id = j.scale_id
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
JOIN journal_assessment a ON a.lesson_id = l.id AND a.work_kind IN ('control', 'control_internal', 'exam', 'test')
LEFT JOIN journal_mark k ON k.assessment_id = a.id AND k.value <> '' AND k.part < 2
WHERE {scope} AND l.date >= %s AND l.date <= %s
GROUP BY h.title, h.grade, s.title, g.short, l.date, l.id, a.title, r.topic, a.id, k.value, c.symbols
ORDER BY COALESCE(h.grade, 99), h.title, s.title, l.date, a.id"""


def control_results(viewer: Viewer, cut: Cut) -> Table:
    """By control work: how many of each mark, average, not written. One statement."""
    scope, values = reach_of(viewer, cut)
    works: dict[int, sql.Row] = {}
    marks: dict[int, dict[str, int]] = defaultdict(dict)
    for row in sql.read(_WORKS.format(scope=scope), [*values, cut.since, cut.until]):
        works.setdefault(row[6], row)
        if row[7]:
            marks[row[6]][row[7]] = int(row[8])
    rows = []
    for id, row in works.items():
        scale = scale_of(row[10]) if row[10] is not None else None
        found = marks[id]
        worth = [
            (scale.worth[value] * count, float(count))
            for value, count in found.items()
            if scale and value in scale.worth
        ]
        rows.append(
            (
                journal_name(row[0], row[1], row[2]),
                f"{row[3]:%d.%m.%Y}",
                row[4] or row[5] or "",
                sum(found.values()),
                *(found.get(value, 0) for value in ("5", "4", "3", "2")),
                int(row[9]),
                _mean(worth),
            )
        )
    return Table(
        ("Журнал", "Дата", "Работа", "Писали", "«5»", "«4»", "«3»", "«2»", "Не было на уроке", "Средняя"),
        tuple(rows),
    )


def low_marks(viewer: Viewer, cut: Cut) -> Table:
    """Every unsatisfactory mark: student, subject, day, work, topic, teacher. One statement."""
    scope, values = reach_of(viewer, cut)
    rows = []
    for row in sql.read(
        "SELECT n.surname, n.given_name, COALESCE(h.title, ''), s.title, l.date, COALESCE(w.title, a.work_kind),"
        " COALESCE(r.topic, ''), k.value, c.symbols, p.surname, p.given_name, p.patronymic"
        " FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id"
        " JOIN organisation_subject s ON s.id = j.subject_id JOIN organisation_markscale c ON c.id = j.scale_id"
        " LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id"
        " LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id"
        " LEFT JOIN timetable_substitution ts ON ts.lesson_id = l.id"
        " LEFT JOIN people_person p ON p.id = COALESCE(ts.substitute_id, l.teacher_id)"
        " JOIN journal_assessment a ON a.lesson_id = l.id"
        " LEFT JOIN organisation_workkind w ON w.school_id = l.school_id AND w.code = a.work_kind"
        " JOIN journal_mark k ON k.assessment_id = a.id AND k.value <> ''"
        " JOIN people_person n ON n.id = k.student_id"
        f" WHERE {scope} AND l.date >= %s AND l.date <= %s AND k.value IN ('1', '2', '3', 'незачет', 'н/а')"
        " ORDER BY h.title, n.surname, n.given_name, n.id, l.date, l.number",
        [*values, cut.since, cut.until],
    ):
        scale = scale_of(row[8])
        if scale is not None and row[7] in scale.worth and scale.worth[row[7]] >= scale.passes:
            continue
        rows.append(
            (
                f"{row[0]} {row[1]}",
                class_name(row[2]),
                row[3],
                f"{row[4]:%d.%m.%Y}",
                row[5],
                row[6],
                row[7],
                short_name(*row[9:12]) if row[9] else "",
            )
        )
    return Table(
        ("Ученик", "Класс", "Предмет", "Дата", "Вид работы", "Тема", "Отметка", "Учитель"), tuple(rows)
    )


def missed_topics(viewer: Viewer, cut: Cut) -> Table:
    """Every missed lesson with its topic: student, subject, day, reason, made up or not. One statement."""
    scope, values = reach_of(viewer, cut)
    rows = []
    for row in sql.read(
        "SELECT n.surname, n.given_name, COALESCE(h.title, ''), s.title, l.date, b.symbol, COALESCE(r.topic, ''),"
        " (SELECT COUNT(*) FROM journal_assessment a JOIN journal_mark k ON k.assessment_id = a.id"
        "  AND k.student_id = b.student_id AND k.value <> '' WHERE a.lesson_id = l.id)"
        " FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id"
        " JOIN organisation_subject s ON s.id = j.subject_id"
        " LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id"
        " LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id"
        " JOIN journal_absence b ON b.lesson_id = l.id AND b.meaning NOT IN ('', 'late')"
        " JOIN people_person n ON n.id = b.student_id"
        f" WHERE {scope} AND l.date >= %s AND l.date <= %s"
        " ORDER BY h.title, n.surname, n.given_name, n.id, l.date, l.number",
        [*values, cut.since, cut.until],
    ):
        rows.append(
            (
                f"{row[0]} {row[1]}",
                class_name(row[2]),
                row[3],
                f"{row[4]:%d.%m.%Y}",
                row[5],
                row[6],
                "да" if row[7] else "нет",
            )
        )
    return Table(("Ученик", "Класс", "Предмет", "Дата", "Причина", "Тема", "Отработано"), tuple(rows))
