"""Summary reports of groups, of departments and of the institution; two periods held against each other.

Interim and final reports are the same figures over other days: a period, or the year so far. Nothing is typed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from parta.control.queries import sheets
from parta.control.queries.lessons import IN_TIME, LATE, lessons_of
from parta.control.queries.registers import of_group
from parta.control.queries.reports import Cell, Link, Table
from parta.control.queries.results import ranks_of, results_of
from parta.control.queries.sheets import Cut, per_cent, reach_of
from parta.foundation import sql
from parta.journal.queries.words import class_name, journal_name
from parta.people.viewer import Viewer

__all__ = ["comparison", "group_summary", "unit_summary"]

_JOURNALS = """
SELECT j.id, j.homeroom_id, COALESCE(h.title, ''), s.title, COALESCE(g.short, ''),
    COALESCE(s.department_id, h.department_id), COALESCE(d.title, '')
FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN organisation_department d ON d.id = COALESCE(s.department_id, h.department_id)
JOIN organisation_academicyear y ON y.id = j.year_id AND y.starts <= %s AND y.until > %s
WHERE {scope} ORDER BY COALESCE(h.grade, 99), h.title, s.position, s.title, g.short, j.id"""

_STUDENTS = """
SELECT j.id, e.student_id FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id
JOIN people_enrolment e ON e.homeroom_id = j.homeroom_id AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)
WHERE j.subgroup_id IS NULL AND {scope}
UNION ALL
SELECT j.id, m.student_id FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id
JOIN people_subgroupmembership m ON m.subgroup_id = j.subgroup_id AND m.starts <= %s
    AND (m.until IS NULL OR m.until > %s)
WHERE {scope}"""

_HOURS = """
SELECT j.id, SUM(CASE WHEN r.roll_at IS NOT NULL THEN l.hours ELSE 0 END)
FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
WHERE {scope} AND l.date >= %s AND l.date <= %s AND l.state <> 'cancelled' GROUP BY j.id"""

_MISSED = """
SELECT j.id, SUM(l.hours) FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
JOIN journal_absence b ON b.lesson_id = l.id AND b.meaning NOT IN ('', 'late')
WHERE {scope} AND l.date >= %s AND l.date <= %s AND l.state <> 'cancelled' GROUP BY j.id"""


@dataclass(slots=True)
class _Sums:
    """The figures of one group, department or school."""

    groups: set[int] = field(default_factory=set)
    students: set[int] = field(default_factory=set)
    programmes: list[str] = field(default_factory=list)
    topics: int = 0
    topics_done: int = 0
    lessons: int = 0
    in_time: int = 0
    passed: int = 0
    given: int = 0
    owed: int = 0
    """Hours that students were to attend, of lessons whose roll was taken."""
    missed: int = 0
    worst: list[int] = field(default_factory=list)
    """By student with marks: the rank of the worst subject."""
    averages: list[float] = field(default_factory=list)

    @property
    def attendance(self) -> int | None:
        """Per cent of the hours owed."""
        return per_cent(self.owed - self.missed, self.owed)

    @property
    def success(self) -> int | None:
        """Per cent of students with marks who fail in nothing."""
        return per_cent(sum(one >= 1 for one in self.worst), len(self.worst))

    def is_below(self, level: int) -> bool:
        """Attendance or success is known and under the level."""
        return any(one is not None and one < level for one in (self.attendance, self.success))

    def figures(self) -> tuple[Cell, ...]:
        """Hours, attendance, results, timeliness."""
        return (
            self.passed,
            self.given,
            per_cent(self.given, self.passed),
            self.attendance,
            len(self.worst),
            round(sum(self.averages) / len(self.averages), 2) if self.averages else None,
            per_cent(sum(one >= 2 for one in self.worst), len(self.worst)),
            self.success,
            per_cent(self.in_time, self.lessons),
        )


_FIGURES = (
    "Прошло по расписанию, ч.",
    "Дано, ч.",
    "Выдано, %",
    "Явка, %",
    "С отметками",
    "Средняя",
    "Качество, %",
    "Успеваемость, %",
    "Записано в срок, %",
)
_NOTE = (
    "Часы, явка и отметки — за выбранные дни; темы — с начала года по последний из них. "
    "Период — промежуточный отчёт, дни с начала года по последний день — итоговый."
)


@dataclass(frozen=True, slots=True)
class _School:
    """What the sums are counted from."""

    journals: tuple[sql.Row, ...]
    students: dict[int, set[int]]
    plans: dict[int, sheets.ProgrammeLine]
    lessons: dict[int, list[tuple[int, bool, bool]]]
    """By journal: hours, recorded, in time."""
    rolled: dict[int, int]
    missed: dict[int, int]
    averages: dict[int, dict[int, float]]
    """By journal and student."""
    ranks: dict[int, dict[int, int]]

    def sums(self, rows: Iterable[sql.Row]) -> _Sums:
        """The figures of these journals."""
        found, worst = _Sums(), dict[int, int]()
        for row in rows:
            here, id = self.students.get(row[0], set()), row[0]
            if row[1] is not None:
                found.groups.add(row[1])
            found.students |= here
            plan = self.plans.get(id)
            if plan is not None and plan.progress.plan_id:
                found.topics += plan.progress.topics
                found.topics_done += plan.progress.topics_done
                if plan.progress.plan not in found.programmes:
                    found.programmes.append(plan.progress.plan)
            for hours, is_recorded, is_in_time in self.lessons.get(id, ()):
                found.lessons += 1
                found.in_time += is_in_time
                found.passed += hours
                found.given += hours if is_recorded else 0
            found.owed += self.rolled.get(id, 0) * len(here)
            found.missed += self.missed.get(id, 0)
            found.averages += self.averages.get(id, {}).values()
            for student, rank in self.ranks.get(id, {}).items():
                worst[student] = min(rank, worst.get(student, rank))
        found.worst = list(worst.values())
        return found


def _school(viewer: Viewer, cut: Cut) -> _School:
    """Nine statements."""
    reach = reach_of(viewer, cut)
    scope, values = reach
    until, span = cut.until, [*values, cut.since, cut.until]
    students: dict[int, set[int]] = defaultdict(set)
    for journal_id, student_id in sql.read(
        _STUDENTS.replace("{scope}", scope), [until, until, *values, until, until, *values]
    ):
        students[journal_id].add(student_id)
    lessons: dict[int, list[tuple[int, bool, bool]]] = defaultdict(list)
    for lesson in lessons_of(viewer, reach, cut.since, until):
        state = lesson.states["conducted"]
        lessons[lesson.journal_id].append((lesson.hours, state in (IN_TIME, LATE), state == IN_TIME))
    results = results_of(viewer, cut)
    averages: dict[int, dict[int, float]] = defaultdict(dict)
    for (journal_id, student_id), average in results.averages.items():
        averages[journal_id][student_id] = average
    ranks = {
        journal_id: {student: min(own) for student, own in people.items()}
        for journal_id, people in ranks_of(results, lambda row: row[0]).items()
    }
    return _School(
        tuple(sql.read(_JOURNALS.format(scope=scope), [until, until, *values])),
        students,
        {line.progress.row[0]: line for line in sheets.programme_sheet(viewer, cut)},
        lessons,
        {row[0]: int(row[1]) for row in sql.read(_HOURS.format(scope=scope), span)},
        {row[0]: int(row[1]) for row in sql.read(_MISSED.format(scope=scope), span)},
        averages,
        ranks,
    )


def _query(cut: Cut, **more: int) -> str:
    return "?" + urlencode({"since": cut.since.isoformat(), "until": cut.until.isoformat(), **more})


def group_summary(viewer: Viewer, cut: Cut) -> Table:
    """By group and in sum: programme, hours, attendance, results, timeliness. Nine statements.

    A centre's groups are summed by association too. With a level only the groups below it stand, and their sum.
    """
    school = _school(viewer, cut)
    groups: dict[tuple[int, str], list[sql.Row]] = defaultdict(list)
    for one in school.journals:
        own = (one[1] or 0, class_name(one[2]) if one[1] else journal_name(one[2], one[3], one[4]))
        groups[own].append(one)
    lines = [(id, title, rows, school.sums(rows)) for (id, title), rows in groups.items()]
    shown = [line for line in lines if cut.level is None or line[3].is_below(cut.level)]
    word = of_group(viewer)

    def row(title: str, sums: _Sums) -> tuple[Cell, ...]:
        programmes = ", ".join(sums.programmes[:2])
        if len(sums.programmes) > 2:
            programmes += f" и ещё {len(sums.programmes) - 2}"
        return (title, programmes, sums.topics_done, sums.topics, len(sums.students), *sums.figures())

    every = [one for line in shown for one in line[2]]
    sums = []
    if viewer.school.kind == "centre":
        units: dict[str, list[sql.Row]] = defaultdict(list)
        for one in every:
            units[one[3]].append(one)
        sums = [row(f"Объединение «{title}»", school.sums(own)) for title, own in sorted(units.items())]
    sums.append(row("Всего", school.sums(every)))
    note = _NOTE
    if cut.level is not None:
        note = f"Явка или успеваемость ниже {cut.level} %: {len(shown)} из {len(lines)}. {note}"
    leads = viewer.is_school_wide or bool(viewer.homeroom_ids)
    return Table(
        (word, "Программа", "Тем пройдено", "Тем в программе", "Учеников", *_FIGURES),
        (*(row(title, own) for _, title, _, own in shown), *sums),
        sums=len(sums),
        note=note,
        links=tuple(_to_class(viewer, cut, id) for id, _, _, _ in shown) if leads else (),
    )


def _to_class(viewer: Viewer, cut: Cut, homeroom_id: int) -> Link | None:
    if not homeroom_id or not (viewer.is_school_wide or homeroom_id in viewer.homeroom_ids):
        return None
    return ("report", "class_analysis", _query(cut, homeroom=homeroom_id))


def unit_summary(viewer: Viewer, cut: Cut) -> Table:
    """The short form for the institution: a line a department and the sum; a department leads to its groups."""
    school = _school(viewer, cut)
    units: dict[tuple[int, str], list[sql.Row]] = defaultdict(list)
    for row in school.journals:
        units[row[5] or 0, row[6] or "Без отделения"].append(row)
    in_order = sorted(units.items(), key=lambda one: (not one[0][0], one[0][1]))

    def line(title: str, rows: Iterable[sql.Row]) -> tuple[Cell, ...]:
        sums = school.sums(rows)
        return (title, len(sums.groups), len(sums.students), *sums.figures())

    return Table(
        (
            {"centre": "Отдел", "college": "Отделение"}.get(viewer.school.kind, "Кафедра"),
            {"general": "Классов"}.get(viewer.school.kind, "Групп"),
            "Учеников",
            *_FIGURES,
        ),
        (*(line(title, rows) for (_, title), rows in in_order), line("Всего", school.journals)),
        sums=1,
        note=f"Ученик считается один раз, сколько бы объединений он ни посещал. {_NOTE}",
        links=tuple(
            ("report", "group_summary", _query(cut, department=id)) if id else None for (id, _), _ in in_order
        ),
    )


# --- two periods ----------------------------------------------------------------------------------------------------

_TERMS = """
SELECT t.title, t.starts, t.until FROM organisation_term t JOIN organisation_academicyear y ON y.id = t.year_id
WHERE t.school_id = %s AND t.kind <> 'year' AND y.starts <= %s AND y.until > %s AND t.starts <= %s AND t.kind = (
    SELECT x.kind FROM organisation_term x WHERE x.year_id = y.id AND x.kind <> 'year' AND x.starts <= %s
    ORDER BY x.starts DESC, x.until LIMIT 1)
ORDER BY t.starts DESC LIMIT 2"""


def comparison(viewer: Viewer, cut: Cut) -> Table:
    """The period of the last chosen day against the one before it, by class and subject, by class and for the school.

    Where the year has no parts: the chosen days against as many days before them. Five statements.
    """
    spans = _two(viewer, cut)
    sides = [results_of(viewer, replace(cut, since=since, until=until)) for _, since, until in spans]
    titles = {row[0]: row for side in sides for row in side.journals}
    order = {id: at for at, id in enumerate(titles)}
    by_class: dict[int, list[int]] = defaultdict(list)
    for id, row in titles.items():
        by_class[row[5] or 0].append(id)

    def figures(ids: Sequence[int]) -> tuple[Cell, ...]:
        wanted, cells = set(ids), []
        for side in sides:
            own = {key: one for key, one in side.averages.items() if key[0] in wanted}
            worst: dict[int, int] = {}
            for (journal_id, student), average in own.items():
                scale = side.scales.get(journal_id)
                if scale is not None:
                    rank = scale.rank(average)
                    worst[student] = min(rank, worst.get(student, rank))
            mean = round(sum(own.values()) / len(own), 2) if own else None
            cells.append(
                (
                    mean,
                    per_cent(sum(one >= 2 for one in worst.values()), len(worst)),
                    per_cent(sum(one >= 1 for one in worst.values()), len(worst)),
                )
            )
        old, new = cells
        changes = tuple(
            None if before is None or after is None else round(after - before, 2)
            for before, after in zip(old, new, strict=True)
        )
        return tuple(cell for triple in zip(old, new, changes, strict=True) for cell in triple)

    rows: list[tuple[Cell, ...]] = []
    for homeroom_id, ids in by_class.items():
        title = class_name(titles[ids[0]][2]) if homeroom_id else "Без класса"
        for id in sorted(ids, key=lambda one: order[one]):
            row = titles[id]
            rows.append((title, f"{row[3]}, {row[4]}" if row[4] else row[3], *figures([id])))
        rows.append((title, "все предметы", *figures(ids)))
    rows.append(("Всего", "все предметы", *figures(list(titles))))
    (old, _, _), (new, _, _) = spans
    heads = tuple(
        head
        for word in ("Средняя", "Качество, %", "Успеваемость, %")
        for head in (f"{word}: {old}", f"{word}: {new}", f"{word}: изменение")
    )
    return Table(
        (of_group(viewer), "Предмет", *heads),
        tuple(rows),
        sums=1,
        note="Сравниваются " + " и ".join(f"{title} ({a:%d.%m}–{b:%d.%m.%Y})" for title, a, b in spans) + ".",
    )


def _two(viewer: Viewer, cut: Cut) -> list[tuple[str, date, date]]:
    """The earlier span and the later one: title, first day, last day."""
    found = sql.read(_TERMS, [viewer.school.id, *[cut.until] * 4])
    if len(found) == 2:
        return [
            (title, starts, min(until - timedelta(days=1), cut.until))
            for title, starts, until in reversed(found)
        ]
    day, long = timedelta(days=1), cut.until - cut.since
    return [
        ("дни до выбранных", cut.since - day - long, cut.since - day),
        ("выбранные дни", cut.since, cut.until),
    ]
