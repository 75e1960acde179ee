"""The curriculum beside what became of it: journals opened, load given, lessons a week in the timetable."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from parta.foundation import sql
from parta.foundation.pagekit import avg
from parta.organisation.models import AcademicYear
from parta.organisation.words import class_title
from parta.people.queries import short
from parta.people.viewer import Viewer
from parta.plans.models import CurriculumHours

CONTROLS = dict(CurriculumHours.CONTROLS)
LEVELS = dict(CurriculumHours.LEVELS)


@dataclass(frozen=True, slots=True)
class Group:
    """A journal that carries a line: of the class or of a subgroup."""

    journal_id: int
    title: str
    """Empty for the whole class."""
    teachers: str
    load: Decimal
    slots: Decimal


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A line of a class's curriculum and what became of it."""

    subject_id: int
    subject: str
    area: str
    weekly: Decimal
    yearly: int
    control: str
    level: str
    is_own: bool
    """Of the class itself, in place of its grade's line."""
    groups: tuple[Group, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClassPlan:
    """The curriculum a class is bound to: its grade's, with its own lines in place of those."""

    id: int
    title: str
    grade: int | None
    lines: tuple[ClassLine, ...]
    outside: tuple[str, ...]
    """Subjects with a journal in the class that its curriculum does not name."""

    @property
    def weekly(self) -> Decimal:
        return sum((line.weekly for line in self.lines), Decimal(0))

    @property
    def yearly(self) -> int:
        return sum(line.yearly for line in self.lines)

    @property
    def bare(self) -> list[ClassLine]:
        """Lines that somebody of the class is not taught: no journal, or one without a teacher."""
        return [line for line in self.lines if any(word.startswith("нет ") for word in line.problems)]


_LINES = """
SELECT c.subject_id, s.title, s.area, c.grade, c.homeroom_id, c.weekly_hours, c.yearly_hours, c.control, c.level
FROM plans_curriculumhours c JOIN organisation_subject s ON s.id = c.subject_id
WHERE c.year_id = %s ORDER BY s.position, s.title, s.id, c.id"""

_JOURNALS = """
SELECT j.id, j.homeroom_id, j.subject_id, s.title, COALESCE(g.short, ''),
    (SELECT COALESCE(SUM(CASE WHEN t.week = 0 THEN 1.0 ELSE 0.5 END), 0) FROM timetable_timetableslot t
        WHERE t.journal_id = j.id AND t.starts <= %s AND (t.until IS NULL OR t.until > %s))
FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
WHERE j.year_id = %s AND j.homeroom_id IS NOT NULL
UNION ALL
SELECT j.id, x.homeroom_id, j.subject_id, s.title, COALESCE(g.short, ''),
    (SELECT COALESCE(SUM(CASE WHEN t.week = 0 THEN 1.0 ELSE 0.5 END), 0) FROM timetable_timetableslot t
        WHERE t.journal_id = j.id AND t.starts <= %s AND (t.until IS NULL OR t.until > %s))
FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id
JOIN organisation_subgroup g ON g.id = j.subgroup_id
JOIN organisation_subgroup_homerooms x ON x.subgroup_id = g.id
WHERE j.year_id = %s AND j.homeroom_id IS NULL
ORDER BY 2, 5, 1"""

_LOADS = """
SELECT l.journal_id, l.weekly_hours, p.surname, p.given_name, p.patronymic
FROM plans_teachingload l JOIN plans_journal j ON j.id = l.journal_id JOIN people_person p ON p.id = l.teacher_id
WHERE j.year_id = %s AND l.starts <= %s AND (l.until IS NULL OR l.until > %s) ORDER BY l.starts, l.id"""


def _hours(value: Decimal) -> str:
    return avg(value, 0 if value == value.to_integral() else 1)


def _problems(weekly: Decimal, groups: Sequence[Group], has_template: bool) -> tuple[str, ...]:
    """What does not fit a line. Subgroups go through the hours each; journals of the whole class add up."""
    if not groups:
        return ("нет журнала",) if weekly else ()
    found = []
    if any(not group.teachers for group in groups):
        lacking = [group.title for group in groups if not group.teachers and group.title]
        found.append(f"нет учителя{': ' + ', '.join(lacking) if lacking else ''}")
    whole = [group for group in groups if not group.title]
    parts = [group for group in groups if group.title]
    for word, numbers in (
        ("нагрузка", [sum((g.load for g in whole), Decimal(0))] if whole else [g.load for g in parts]),
        ("в расписании", [sum((g.slots for g in whole), Decimal(0))] if whole else [g.slots for g in parts]),
    ):
        wrong = [number for number in numbers if number != weekly]
        if wrong and (word != "в расписании" or has_template) and (word != "нагрузка" or not found):
            found.append(f"{word} {_hours(wrong[0])} ч, по плану {_hours(weekly)}")
    return tuple(found)


def class_plans(
    viewer: Viewer, year: AcademicYear | None, *, homeroom_id: int | None = None
) -> list[ClassPlan]:
    """Every class of the year (or one) with its curriculum beside journals, load and timetable. Four statements."""
    if year is None:
        return []
    on = min(max(viewer.on, year.starts), year.until)
    rooms = [
        row
        for row in sql.read(
            "SELECT h.id, h.title, h.grade FROM organisation_homeroom h WHERE h.school_id = %s AND h.year_id = %s"
            " ORDER BY COALESCE(h.grade, 99), h.title",
            (viewer.school.id, year.pk),
        )
        if homeroom_id is None or row[0] == homeroom_id
    ]
    lines = sql.read(_LINES, (year.pk,))
    loads: dict[int, list[tuple[Decimal, str]]] = defaultdict(list)
    for journal_id, hours, *name in sql.read(_LOADS, (year.pk, on, on)):
        loads[journal_id].append((Decimal(str(hours)), short(*name)))
    journals: dict[tuple[int, int], list[Group]] = defaultdict(list)
    subjects: dict[int, set[tuple[int, str]]] = defaultdict(set)
    planned_rooms: set[int] = set()
    for journal_id, room_id, subject_id, subject, group, slots in sql.read(
        _JOURNALS, (on, on, year.pk, on, on, year.pk)
    ):
        mine = loads.get(journal_id, [])
        count = Decimal(str(slots)).normalize()
        journals[room_id, subject_id].append(
            Group(
                journal_id,
                group,
                ", ".join(name for _, name in mine),
                sum((hours for hours, _ in mine), Decimal(0)),
                count,
            )
        )
        subjects[room_id].add((subject_id, subject))
        if count:
            planned_rooms.add(room_id)
    found = []
    for room_id, title, grade in rooms:
        effective: dict[int, tuple[object, ...]] = {}
        for row in lines:
            if row[4] == room_id or (row[4] is None and row[3] == grade and row[0] not in effective):
                effective[row[0]] = row
        made = []
        for row in lines:
            if effective.get(row[0]) is not row:
                continue
            subject_id, subject, area, _, own, weekly, yearly, control, level = row
            hours = Decimal(str(weekly))
            groups = tuple(journals.get((room_id, subject_id), ()))
            made.append(
                ClassLine(
                    subject_id,
                    subject,
                    area,
                    hours,
                    yearly,
                    control,
                    level,
                    own is not None,
                    groups,
                    _problems(hours, groups, room_id in planned_rooms),
                )
            )
        outside = sorted(name for id, name in subjects.get(room_id, ()) if id not in effective)
        found.append(ClassPlan(room_id, class_title(title), grade, tuple(made), tuple(outside)))
    return found


@dataclass(frozen=True, slots=True)
class GradePlans:
    """The curriculum as a table: subjects by grades."""

    grades: list[int]
    rows: list[tuple[str, dict[int, Decimal]]]
    totals: dict[int, Decimal]


def by_grades(year: AcademicYear | None) -> GradePlans:
    """Hours a week of every subject in every grade, lines of single classes left out. One statement."""
    rows: dict[str, dict[int, Decimal]] = {}
    totals: dict[int, Decimal] = defaultdict(Decimal)
    for _, subject, _, grade, homeroom, weekly, *_ in sql.read(_LINES, (year.pk if year else 0,)):
        if homeroom is not None or grade is None:
            continue
        hours = Decimal(str(weekly))
        rows.setdefault(subject, {})[grade] = hours
        totals[grade] += hours
    return GradePlans(sorted(totals), list(rows.items()), dict(totals))
