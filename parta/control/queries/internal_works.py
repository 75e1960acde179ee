"""Control works of the internal monitoring (ВТК): the joint schedule, the results by work, the named list of one.

Who did not write is who was in the journal that day and has no mark. Groups, units and courses are compared by the
marks of all their works together.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from parta.control.queries.classes import Scale, scale_of
from parta.control.queries.reports import Cell, Table
from parta.control.queries.sheets import Cut, law_for, per_cent, reach_of, works_of
from parta.foundation import sql
from parta.foundation.pagekit import ru_date, ru_span
from parta.journal.queries.words import class_name, journal_name, short_name
from parta.journal.rules.programme_watches import control_works
from parta.people.viewer import Viewer

INTERNAL = "control_internal"
"""The kind of work that belongs to the internal monitoring."""
VALUES = ("5", "4", "3", "2")

_PUPILS = """
SELECT a.id, l.date, COALESCE(h.title, ''), h.grade, s.id, s.title, COALESCE(g.short, ''), COALESCE(a.title, ''),
    COALESCE(r.topic, ''), p.surname, p.given_name, p.patronymic, c.symbols, j.id, l.id, n.surname, n.given_name,
    COALESCE(k.value, ''), COALESCE(b.symbol, '')
FROM journal_assessment a JOIN timetable_lesson l ON l.id = a.lesson_id
JOIN plans_journal j ON j.id = l.journal_id JOIN organisation_subject s ON s.id = j.subject_id
JOIN (
    SELECT i.homeroom_id AS room, NULL AS part, i.student_id, i.starts, i.until FROM people_enrolment i
    WHERE i.school_id = %s
    UNION ALL
    SELECT NULL, m.subgroup_id, m.student_id, m.starts, m.until FROM people_subgroupmembership m WHERE m.school_id = %s
) e ON ((j.subgroup_id IS NULL AND e.room = j.homeroom_id) OR e.part = j.subgroup_id) AND e.starts <= l.date
    AND (e.until IS NULL OR e.until > l.date)
JOIN people_person n ON n.id = e.student_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN organisation_markscale c ON c.id = j.scale_id
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
LEFT JOIN timetable_substitution ts ON ts.lesson_id = l.id
LEFT JOIN people_person p ON p.id = COALESCE(ts.substitute_id, l.teacher_id)
LEFT JOIN journal_mark k ON k.assessment_id = a.id AND k.student_id = e.student_id AND k.value <> '' AND k.part < 2
LEFT JOIN journal_absence b ON b.lesson_id = l.id AND b.student_id = e.student_id AND b.meaning NOT IN ('', 'late')
WHERE {scope} AND {which}
ORDER BY COALESCE(h.grade, 99), h.title, s.title, g.short, l.date, l.number, a.id, n.surname, n.given_name, n.id"""


@dataclass(frozen=True, slots=True)
class Pupil:
    """A student at a work: the mark, or the letter of the absence, or neither."""

    name: str
    value: str
    symbol: str


@dataclass(frozen=True, slots=True)
class Work:
    """A work that was held, with everybody who was to write it."""

    id: int
    on: date
    homeroom: str
    grade: int | None
    subject_id: int
    subject: str
    journal: str
    title: str
    teacher: str
    scale: Scale | None
    journal_id: int
    lesson_id: int
    pupils: tuple[Pupil, ...]


def works(viewer: Viewer, cut: Cut, kind: str = INTERNAL) -> list[Work]:
    """Works of a kind in the span, with their students. One statement."""
    which = "a.work_kind = %s AND l.date >= %s AND l.date <= %s AND l.state <> 'cancelled'"
    return _works(viewer, cut, which, [kind, cut.since, cut.until])


def work(viewer: Viewer, assessment_id: int) -> Work | None:
    """One work; None: the viewer reads none of that number. One statement."""
    found = _works(viewer, Cut(viewer.on, viewer.on), "a.id = %s", [assessment_id])
    return found[0] if found else None


def _works(viewer: Viewer, cut: Cut, which: str, values: Sequence[object]) -> list[Work]:
    scope, of_journals = reach_of(viewer, cut)
    school = viewer.school.id
    rows: dict[int, list[sql.Row]] = {}
    for row in sql.read(_PUPILS.format(scope=scope, which=which), [school, school, *of_journals, *values]):
        rows.setdefault(row[0], []).append(row)
    return [
        Work(
            id=own[0][0],
            on=own[0][1],
            homeroom=own[0][2],
            grade=own[0][3],
            subject_id=own[0][4],
            subject=own[0][5],
            journal=journal_name(own[0][2], own[0][5], own[0][6]),
            title=own[0][7] or own[0][8],
            teacher=short_name(*own[0][9:12]) if own[0][9] else "",
            scale=scale_of(own[0][12]) if own[0][12] is not None else None,
            journal_id=own[0][13],
            lesson_id=own[0][14],
            pupils=tuple(Pupil(f"{row[15]} {row[16]}", row[17], row[18]) for row in own),
        )
        for own in rows.values()
    ]


@dataclass(frozen=True, slots=True)
class Totals:
    """What came out of some works together."""

    title: str
    works: int
    students: int
    wrote: int
    counts: tuple[int, ...]
    """«5», «4», «3», «2»."""
    average: float | None
    quality: int | None
    success: int | None

    @property
    def missing(self) -> int:
        """Who did not write."""
        return self.students - self.wrote

    @property
    def shares(self) -> tuple[int | None, ...]:
        """Per cent of each mark among those who wrote."""
        return tuple(per_cent(count, self.wrote) for count in self.counts)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The figures in the order of a report."""
        shown = (self.students, self.wrote, self.missing, *self.counts)
        return (*shown, self.average, self.quality, self.success)


def totals(title: str, of: Iterable[Work]) -> Totals:
    """Figures of some works taken together."""
    all_of = list(of)
    pupils = [(one, work) for work in all_of for one in work.pupils]
    wrote = [(one, work) for one, work in pupils if one.value]
    counts = Counter(one.value for one, _ in wrote)
    worth = [
        (work.scale.worth[one.value], work.scale)
        for one, work in wrote
        if work.scale is not None and one.value in work.scale.worth
    ]
    ranks = [scale.rank(value) for value, scale in worth]
    return Totals(
        title,
        len(all_of),
        len(pupils),
        len(wrote),
        tuple(counts[value] for value in VALUES),
        round(sum(value for value, _ in worth) / len(worth), 2) if worth else None,
        per_cent(sum(rank >= 2 for rank in ranks), len(ranks)),
        per_cent(sum(rank >= 1 for rank in ranks), len(ranks)),
    )


_FIGURES = (
    "Студентов",
    "Писали",
    "Не писали",
    "«5»",
    "«4»",
    "«3»",
    "«2»",
    "Средняя",
    "Качество, %",
    "Успеваемость, %",
)


def internal_works(viewer: Viewer, cut: Cut) -> Table:
    """By work; then groups, units, courses and all works of the span beside each other. One statement."""
    found = works(viewer, cut)
    rows: list[tuple[Cell, ...]] = [
        (one.journal, f"{one.on:%d.%m.%Y}", one.title, one.teacher, *totals("", [one]).cells) for one in found
    ]
    parts: list[tuple[str, list[Work]]] = []
    for title_of in (
        lambda one: f"Группа {class_name(one.homeroom)}",
        lambda one: f"Дисциплина: {one.subject}",
        lambda one: f"{one.grade} курс" if one.grade else "",
    ):
        together: dict[str, list[Work]] = defaultdict(list)
        for one in found:
            together[title_of(one)].append(one)
        parts += [(title, own) for title, own in sorted(together.items()) if title]
    parts.append(("Все работы", found))
    sums = [(title, "", f"работ: {len(own)}", "", *totals(title, own).cells) for title, own in parts]
    return Table(
        ("Журнал", "Дата", "Работа", "Преподаватель", *_FIGURES),
        (*rows, *sums) if rows else (),
        sums=len(sums),
        note="Не писал – был в группе в этот день и не имеет отметки за работу.",
        links=tuple(("control_work", one.id) for one in found),
    )


@dataclass(frozen=True, slots=True)
class WorkPage:
    """One work: the list by name, its figures, and the same unit of the course in the same period."""

    work: Work
    totals: Totals
    groups: tuple[Totals, ...]
    """Each group of the course in the unit, by the works of the period; the last is the course."""
    since: date
    until: date

    def table(self) -> Table:
        """The whole as a table for a file."""
        rows: list[tuple[Cell, ...]] = [
            (one.name, one.value or "не писал", one.symbol) for one in self.work.pupils
        ]
        own = self.totals
        said = [("Писали", own.wrote), ("Не писали", own.missing)]
        said += [(f"«{value}»", count) for value, count in zip(VALUES, own.counts, strict=True)]
        sums: list[tuple[Cell, ...]] = [(title, count, "") for title, count in said]
        sums.append(("Средняя", own.average, ""))
        for one in self.groups:
            counts = ", ".join(f"«{value}»: {n}" for value, n in zip(VALUES, one.counts, strict=True))
            sums.append((f"{one.title}, средняя", one.average, f"{counts}, не писали: {one.missing}"))
        return Table(("Студент", "Отметка", "Явка"), (*rows, *sums), sums=len(sums))


def work_page(viewer: Viewer, assessment_id: int) -> WorkPage | None:
    """The page of a work of the internal monitoring. Three statements."""
    found = work(viewer, assessment_id)
    if found is None:
        return None
    spans = sql.read(
        "SELECT t.starts, t.until FROM plans_journal j JOIN organisation_term t ON t.year_id = j.year_id"
        " AND t.kind = j.term_kind WHERE j.id = %s AND t.starts <= %s AND t.until > %s",
        [found.journal_id, found.on, found.on],
    )
    since, until = (spans[0][0], spans[0][1] - timedelta(days=1)) if spans else (found.on, found.on)
    beside = [
        one
        for one in works(viewer, Cut(since, until, grade=found.grade))
        if one.subject_id == found.subject_id and one.grade == found.grade
    ]
    groups: dict[str, list[Work]] = defaultdict(list)
    for one in beside:
        groups[one.homeroom].append(one)
    lines = [totals(class_name(title), own) for title, own in groups.items()]
    if found.grade is not None:
        lines.append(totals(f"{found.grade} курс", beside))
    return WorkPage(found, totals(found.journal, [found]), tuple(lines), since, until)


def work_schedule(viewer: Viewer, cut: Cut) -> Table:
    """The joint schedule by week and group: unit, day, form of control, topic, state; two on one day are said.

    Works of the plans stand on the lesson of their place in the plan until they are held. Six statements.
    """
    law = law_for(viewer)
    kinds = tuple(dict.fromkeys((*works_of(law, cut.until), INTERNAL)))
    begins = sql.read(
        "SELECT MAX(starts) FROM organisation_academicyear WHERE school_id = %s AND starts <= %s",
        [viewer.school.id, max(cut.since, viewer.on)],
    )[0][0]
    lines = control_works(
        viewer.school.id,
        reach_of(viewer, cut),
        kinds,
        begins=_day(begins) or cut.since,
        since=cut.since,
        until=cut.until,
    )
    titles: dict[str, str] = dict(
        sql.read("SELECT code, title FROM organisation_workkind WHERE school_id = %s", [viewer.school.id])
    )
    people = {
        row[0]: short_name(*row[1:])
        for row in sql.read(
            "SELECT DISTINCT p.id, p.surname, p.given_name, p.patronymic FROM people_person p"
            " JOIN plans_teachingload t ON t.teacher_id = p.id WHERE p.school_id = %s",
            [viewer.school.id],
        )
    }
    dated = [
        (on, line)
        for line in lines
        if (on := line.held or line.planned) is not None and cut.since <= on <= cut.until
    ]
    crowd = Counter((on, line.row[6]) for on, line in dated)
    rows: list[tuple[Cell, ...]] = []
    for on, line in sorted(dated, key=lambda one: (_monday(one[0]), one[1].row[6] or "", one[0])):
        count = crowd[on, line.row[6]]
        notes = [f"в этот день работ: {count}"] if count > 1 else []
        if line.held is None:
            notes.append("не проведена" if on < viewer.on else "впереди")
        rows.append(
            (
                ru_span(_monday(on), _monday(on) + timedelta(days=6)),
                class_name(line.row[6]) if line.row[6] else "",
                f"{ru_date(on)}",
                journal_name("", line.row[2], line.row[10]),
                titles.get(line.work, line.work),
                line.topic,
                people.get(line.who_id, ""),
                "; ".join(notes),
            )
        )
    return Table(
        ("Неделя", "Группа", "День", "Дисциплина", "Форма контроля", "Тема", "Преподаватель", "Замечание"),
        tuple(rows),
        note="Работы из тематических планов и поставленные в журнале. Ещё не проведённая стоит в день урока по плану.",
    )


def _monday(on: date) -> date:
    return on - timedelta(days=on.weekday())


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
