"""A class as its class teacher and the controllers see it: lessons and marks now, by subject and student, by month.

Quality is the per cent of students whose marks are 4 and 5 (by the scale: the upper half of the passing values),
success the per cent without unsatisfactory ones; both by the average of the span, as no final mark stands yet.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from parta.control.queries.lessons import lessons_of as lessons_of_span
from parta.control.queries.sheets import Cut, law_for, overdue_works, per_cent, reach_of
from parta.foundation import sql
from parta.journal.queries.words import class_name, from_json, short_name
from parta.journal.rules.corrected import worth_of
from parta.journal.rules.marking_watches import MissingFinals, missing_finals
from parta.journal.rules.owed import Finding
from parta.people.viewer import Viewer

MEANINGS = {
    "ill": "болел",
    "excused": "уважительная",
    "unexcused": "неуважительная",
    "unknown": "без причины",
    "event": "мероприятие",
    "exempt": "освобождён",
}
"""Reasons of absence in the order of columns; lateness is counted apart."""


@dataclass(slots=True)
class StudentLine:
    """One student: averages by subject, absences by reason."""

    id: int
    name: str
    averages: dict[int, float] = field(default_factory=dict)
    """By journal."""
    marks: int = 0
    missed: dict[str, int] = field(default_factory=dict)
    late: int = 0
    before: float | None = None
    """The average of an equal span before this one."""
    few: list[str] = field(default_factory=list)
    """Subjects without a mark."""
    low: list[str] = field(default_factory=list)
    """Subjects with an unsatisfactory average."""

    @property
    def average(self) -> float | None:
        """The mean of the averages of the subjects."""
        return sum(self.averages.values()) / len(self.averages) if self.averages else None

    @property
    def change(self) -> float | None:
        """Against the span before."""
        return None if self.average is None or self.before is None else self.average - self.before

    @property
    def absences(self) -> int:
        """Lessons missed; a late arrival is not a missed lesson."""
        return sum(self.missed.values())


@dataclass(slots=True)
class SubjectLine:
    """One journal of the class."""

    id: int
    title: str
    who_id: int | None
    who: str
    held: int = 0
    marks: int = 0
    students: int = 0
    average: float | None = None
    quality: int | None = None
    success: int | None = None
    unmarked: list[str] = field(default_factory=list)
    overdue: list[Finding] = field(default_factory=list)
    corrected: int = 0
    """Marks that were changed after they were saved."""
    is_marked: bool = True


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A month of the class: averages, quality, absences."""

    title: str
    average: float | None
    quality: int | None
    success: int | None
    missed: int
    missed_share: float | None
    """Lessons missed of lessons that students should have attended, per cent."""


@dataclass(frozen=True, slots=True)
class ClassPage:
    """The class over a span."""

    id: int
    name: str
    class_teacher: str
    cut: Cut
    students: tuple[StudentLine, ...]
    subjects: tuple[SubjectLine, ...]
    months: tuple[MonthLine, ...]
    average: float | None
    quality: int | None
    success: int | None
    missed: dict[str, int]
    late: int
    missed_share: float | None
    lessons: int
    overdue: int
    finals: tuple[MissingFinals, ...]
    one_three: tuple[str, ...]
    """Students with a single subject averaging below 4."""
    groups: dict[str, list[str]]
    """Students by success: «отлично», «на 4 и 5», «есть 3», «не успевают»."""

    def teacher_of(self, journal_id: int) -> str:
        """Who holds a journal of the class, by short name; empty: nobody."""
        return next((line.who for line in self.subjects if line.id == journal_id), "")


_SUBJECTS = """
SELECT j.id, s.title, COALESCE(g.short, ''), p.id, p.surname, p.given_name, p.patronymic, c.symbols
FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN organisation_markscale c ON c.id = j.scale_id
LEFT JOIN people_person p ON p.id = (SELECT MIN(l.teacher_id) FROM plans_teachingload l WHERE l.journal_id = j.id
    AND l.starts <= %s AND (l.until IS NULL OR l.until > %s))
WHERE {scope} ORDER BY s.position, s.title, g.short, j.id"""

_MEMBERS = """
SELECT e.student_id, n.surname, n.given_name FROM people_enrolment e JOIN people_person n ON n.id = e.student_id
WHERE e.homeroom_id = %s AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)
ORDER BY n.surname, n.given_name, n.patronymic, n.id"""

_MARKS = """
SELECT a.journal_id, k.student_id, l.date, COALESCE(k.counted, k.value), a.weight,
    CASE WHEN k.first_value <> '' THEN 1 ELSE 0 END
FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id JOIN organisation_subject s ON s.id = j.subject_id
JOIN journal_assessment a ON a.lesson_id = l.id
JOIN journal_mark k ON k.assessment_id = a.id AND k.value <> ''
WHERE {scope} AND l.date >= %s AND l.date <= %s"""

_ABSENCES = """
SELECT b.student_id, l.date, b.meaning, l.hours FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
JOIN journal_absence b ON b.lesson_id = l.id AND b.meaning <> ''
WHERE {scope} AND l.date >= %s AND l.date <= %s"""

_HELD = """
SELECT j.id, l.date, l.hours FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
JOIN journal_lessonrecord r ON r.lesson_id = l.id AND r.roll_at IS NOT NULL
WHERE {scope} AND l.date >= %s AND l.date <= %s AND l.state <> 'cancelled'"""

_PARTS = """
SELECT m.student_id, j.id FROM people_subgroupmembership m JOIN plans_journal j ON j.subgroup_id = m.subgroup_id
WHERE j.homeroom_id = %s AND m.starts <= %s AND (m.until IS NULL OR m.until > %s)"""


@dataclass(frozen=True, slots=True)
class Scale:
    """What a scale's symbols are worth, and where passing and good begin."""

    worth: dict[str, float]
    passes: float
    """The lowest passing value."""
    good: float
    """From here on a result is good: 4 of 2–5."""

    def rank(self, average: float) -> int:
        """0 fails, 1 passes, 2 good, 3 excellent; an average is rounded at the half."""
        top = max(self.worth.values())
        steps = (self.passes, self.good, top)
        return sum(average >= step - 0.5 for step in steps)


def scale_of(symbols: Any) -> Scale | None:
    """A scale from its symbols; ``None`` when nothing on it counts or passes."""
    items = [
        item for item in from_json(symbols) if item.get("counts", True) and item.get("value") is not None
    ]
    if not items:
        return None
    worth = {item["symbol"]: float(item["value"]) for item in items}
    passing = sorted(float(item["value"]) for item in items if item.get("passes", True))
    if not passing:
        return None
    good = passing[len(passing) // 3] if len(passing) > 1 else passing[0]
    return Scale(worth, passing[0], good)


def _months(since: date, until: date) -> list[date]:
    found, first = [], since.replace(day=1)
    while first <= until:
        found.append(first)
        first = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return found


def readable_classes(viewer: Viewer) -> list[tuple[int, str, str]]:
    """Classes whose page the viewer may open: id, name, class teacher. One statement."""
    scope, values = reach_of(viewer, Cut(viewer.on, viewer.on))
    on = viewer.on
    only = ""
    if not viewer.is_school_wide and "head_of_department" not in viewer.roles:
        only = f" AND h.id IN ({sql.marks(len(viewer.homeroom_ids))})"
        values = [*values, *viewer.homeroom_ids]
    return [
        (row[0], class_name(row[1]), short_name(*row[2:5]) if row[2] else "")
        for row in sql.read(
            "SELECT h.id, h.title, p.surname, p.given_name, p.patronymic FROM organisation_homeroom h"
            " JOIN organisation_academicyear y ON y.id = h.year_id AND y.starts <= %s AND y.until > %s"
            " LEFT JOIN people_person p ON p.id = (SELECT MIN(r.person_id) FROM people_role r"
            "  WHERE r.homeroom_id = h.id AND r.kind IN ('class_teacher', 'master') AND r.starts <= %s"
            "  AND (r.until IS NULL OR r.until > %s))"
            " WHERE h.school_id = %s AND h.id IN (SELECT j.homeroom_id FROM plans_journal j"
            f" JOIN organisation_subject s ON s.id = j.subject_id WHERE {scope}){only}"
            " ORDER BY COALESCE(h.grade, 99), h.title",
            [on, on, on, on, viewer.school.id, *values],
        )
    ]


def class_page(viewer: Viewer, homeroom_id: int, cut: Cut, begins: date) -> ClassPage | None:
    """The class over the span, by subject, student and month since `begins`. Thirteen statements.

    ``None`` when the viewer does not read this class. A head of department sees the own department's subjects.
    """
    known = {one[0]: one for one in readable_classes(viewer)}
    if homeroom_id not in known:
        return None
    cut = Cut(cut.since, cut.until, homeroom_id)
    scope, values = reach_of(viewer, cut)
    on = cut.until
    law = law_for(viewer)
    scales: dict[int, Scale | None] = {}
    subjects: dict[int, SubjectLine] = {}
    for row in sql.read(_SUBJECTS.format(scope=scope), [on, on, *values]):
        scales[row[0]] = scale_of(row[7]) if row[7] is not None else None
        title = f"{row[1]}, {row[2]}" if row[2] else row[1]
        subjects[row[0]] = SubjectLine(
            row[0], title, row[3], short_name(*row[4:7]) if row[3] else "", is_marked=row[7] is not None
        )
    students = {
        row[0]: StudentLine(row[0], f"{row[1]} {row[2]}") for row in sql.read(_MEMBERS, [homeroom_id, on, on])
    }
    parts = {(row[0], row[1]) for row in sql.read(_PARTS, [homeroom_id, on, on])}
    split = {journal_id for _, journal_id in parts}
    months = _months(begins, on)
    tally = _Tally(scales)
    before = cut.since - (cut.until - cut.since) - timedelta(days=1)
    for journal_id, student_id, day, value, weight, changed in sql.read(
        _MARKS.format(scope=scope), [*values, min(begins, before), on]
    ):
        if student_id not in students or journal_id not in subjects:
            continue
        tally.add(("month", day.replace(day=1)), student_id, journal_id, value, float(weight))
        if cut.since <= day <= cut.until:
            tally.add("span", student_id, journal_id, value, float(weight))
            students[student_id].marks += 1
            subjects[journal_id].marks += 1
            subjects[journal_id].corrected += changed
        elif before <= day < cut.since:
            tally.add("before", student_id, journal_id, value, float(weight))
    missed_by_month: dict[date, int] = defaultdict(int)
    for student_id, day, meaning, hours in sql.read(_ABSENCES.format(scope=scope), [*values, begins, on]):
        student = students.get(student_id)
        if student is None:
            continue
        if meaning == "late":
            student.late += cut.since <= day
            continue
        missed_by_month[day.replace(day=1)] += hours
        if cut.since <= day:
            student.missed[meaning] = student.missed.get(meaning, 0) + hours
    owed: dict[Any, int] = defaultdict(int)
    size = {
        journal_id: sum(1 for id in students if journal_id not in split or (id, journal_id) in parts)
        for journal_id in subjects
    }
    for journal_id, day, hours in sql.read(_HELD.format(scope=scope), [*values, begins, on]):
        owed[day.replace(day=1)] += hours * size.get(journal_id, 0)
        if cut.since <= day:
            owed["span"] += hours * size.get(journal_id, 0)
            subjects[journal_id].held += 1
    lessons = lessons_of_span(viewer, (scope, values), cut.since, cut.until)
    overdue = sum(state == "missing" for lesson in lessons for state in lesson.states.values())
    for work in overdue_works(viewer, law, lessons, cut):
        overdue += 1
        if work.journal_id in subjects:
            subjects[work.journal_id].overdue.append(work)
    for journal_id, line in subjects.items():
        averages = tally.of("span", journal_id)
        here = [id for id in students if journal_id not in split or (id, journal_id) in parts]
        line.students = len(here)
        line.average, line.quality, line.success = tally.figures(journal_id, averages)
        if line.is_marked:
            line.unmarked = [students[id].name for id in here if id not in averages]
        for student_id, average in averages.items():
            students[student_id].averages[journal_id] = average
        scale = scales[journal_id]
        for student_id in here:
            own = averages.get(student_id)
            if own is None and line.is_marked and line.held:
                students[student_id].few.append(line.title)
            elif own is not None and scale is not None and own < scale.passes - 0.5:
                students[student_id].low.append(line.title)
    for student_id, student in students.items():
        student.before = tally.mean("before", student_id)
    missing = missing_finals(
        law,
        viewer.school.id,
        (scope, values),
        on=viewer.on,
        since=begins,
        zone=ZoneInfo(viewer.school.timezone),
    )
    groups, one_three = _groups(students, scales)
    missed: dict[str, int] = defaultdict(int)
    for student in students.values():
        for meaning, count in student.missed.items():
            missed[meaning] += count
    mean, quality, success = tally.whole("span", list(students))
    return ClassPage(
        id=homeroom_id,
        name=known[homeroom_id][1],
        class_teacher=known[homeroom_id][2],
        cut=cut,
        students=tuple(students.values()),
        subjects=tuple(subjects.values()),
        months=tuple(
            MonthLine(
                f"{first:%m.%Y}",
                *tally.whole(("month", first), list(students)),
                missed_by_month[first],
                _share(missed_by_month[first], owed[first]),
            )
            for first in months
        ),
        average=mean,
        quality=quality,
        success=success,
        missed={name: missed.get(name, 0) for name in MEANINGS},
        late=sum(student.late for student in students.values()),
        missed_share=_share(sum(missed.values()), owed["span"]),
        lessons=len(lessons),
        overdue=overdue,
        finals=tuple(missing),
        one_three=tuple(one_three),
        groups=groups,
    )


def _share(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


class _Tally:
    """Weighted averages by span, student and journal."""

    def __init__(self, scales: dict[int, Scale | None]) -> None:
        self.scales = scales
        self.sums: dict[tuple[Any, int, int], list[float]] = {}

    def add(self, span: Any, student_id: int, journal_id: int, value: str, weight: float) -> None:
        scale = self.scales[journal_id]
        worth = None if scale is None else worth_of(scale.worth, value)
        if worth is None:
            return
        sums = self.sums.setdefault((span, student_id, journal_id), [0.0, 0.0])
        sums[0] += worth * weight
        sums[1] += weight

    def of(self, span: Any, journal_id: int) -> dict[int, float]:
        """Averages of a journal by student."""
        return {
            student_id: total / weights
            for (own, student_id, journal), (total, weights) in self.sums.items()
            if own == span and journal == journal_id and weights
        }

    def figures(
        self, journal_id: int, averages: dict[int, float]
    ) -> tuple[float | None, int | None, int | None]:
        """Average, quality and success of one journal."""
        scale = self.scales[journal_id]
        if scale is None or not averages:
            return None, None, None
        found = list(averages.values())
        return (
            sum(found) / len(found),
            per_cent(sum(one >= scale.good - 0.5 for one in found), len(found)),
            per_cent(sum(one >= scale.passes - 0.5 for one in found), len(found)),
        )

    def mean(self, span: Any, student_id: int) -> float | None:
        """The mean of a student's averages."""
        found = [
            total / weights
            for (own, student, _), (total, weights) in self.sums.items()
            if own == span and student == student_id and weights
        ]
        return sum(found) / len(found) if found else None

    def whole(self, span: Any, students: Sequence[int]) -> tuple[float | None, int | None, int | None]:
        """Average of the class; per cent of students good in every subject, and passing in every one."""
        by_student: dict[int, list[tuple[float, Scale]]] = defaultdict(list)
        for (own, student_id, journal_id), (total, weights) in self.sums.items():
            scale = self.scales[journal_id]
            if own == span and weights and scale is not None:
                by_student[student_id].append((total / weights, scale))
        if not by_student:
            return None, None, None
        means = [sum(one for one, _ in found) / len(found) for found in by_student.values()]
        good = sum(all(one >= scale.good - 0.5 for one, scale in found) for found in by_student.values())
        passing = sum(all(one >= scale.passes - 0.5 for one, scale in found) for found in by_student.values())
        return sum(means) / len(means), per_cent(good, len(by_student)), per_cent(passing, len(by_student))


def _groups(
    students: dict[int, StudentLine], scales: dict[int, Scale | None]
) -> tuple[dict[str, list[str]], list[str]]:
    groups: dict[str, list[str]] = {"отлично": [], "на 4 и 5": [], "есть 3": [], "не успевают": []}
    one_three = []
    for student in students.values():
        ranks = []
        for journal_id, average in student.averages.items():
            scale = scales[journal_id]
            if scale is None:
                continue
            ranks.append(scale.rank(average))
        if not ranks:
            continue
        name = ("не успевают", "есть 3", "на 4 и 5", "отлично")[min(ranks)]
        groups[name].append(student.name)
        if min(ranks) == 1 and ranks.count(1) == 1:
            one_three.append(student.name)
    return groups, one_three
