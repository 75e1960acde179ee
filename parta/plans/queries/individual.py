"""Individual plans: the list of the year, a plan with what became of its lines, a student's own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from parta.foundation import sql
from parta.organisation.models import AcademicYear
from parta.organisation.words import class_title
from parta.people.queries import short
from parta.people.viewer import Viewer

__all__ = ["OwnLine", "OwnPlan", "individual_plans"]


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A line of a plan and what became of it."""

    subject_id: int
    subject: str
    weekly: Decimal
    yearly: int
    control: str
    is_apart: bool
    journal_id: int | None
    teachers: str
    lessons: Decimal
    """Hours a week in the timetable, of what is taught apart."""

    @property
    def lacks(self) -> tuple[str, ...]:
        """What a line taught apart still lacks."""
        if not self.is_apart:
            return ()
        if self.journal_id is None:
            return ("нет журнала",)
        return tuple(
            word
            for word, there in (("нет учителя", self.teachers), ("нет в расписании", self.lessons))
            if not there
        )


@dataclass(frozen=True, slots=True)
class OwnPlan:
    """A student's plan."""

    id: int
    student_id: int
    student: str
    homeroom_id: int
    homeroom: str
    title: str
    ground: str
    order_number: str
    order_date: date
    starts: date
    until: date | None
    lines: tuple[OwnLine, ...]

    @property
    def lacks(self) -> tuple[str, ...]:
        """What the plan still lacks, in words."""
        if not self.lines:
            return ("нет строк плана",)
        return tuple(f"{line.subject}: {', '.join(line.lacks)}" for line in self.lines if line.lacks)

    def holds(self, on: date) -> bool:
        """Whether the student is on the plan that day."""
        return self.starts <= on and (self.until is None or on < self.until)


_PLANS = """
SELECT ip.id, p.id, p.surname, p.given_name, p.patronymic, h.id, h.title, g.short, ip.ground, ip.order_number,
    ip.order_date, ip.starts, ip.until
FROM plans_individualplan ip JOIN people_person p ON p.id = ip.student_id
JOIN organisation_homeroom h ON h.id = ip.homeroom_id JOIN organisation_subgroup g ON g.id = ip.subgroup_id
WHERE ip.school_id = %s AND ip.year_id = %s {more}
ORDER BY COALESCE(h.grade, 99), h.title, p.surname, p.given_name, p.id, ip.starts"""

_LINES = """
SELECT il.plan_id, s.id, s.title, il.weekly_hours, il.yearly_hours, il.control, il.is_apart, j.id,
    (SELECT COALESCE(SUM(CASE WHEN t.week = 0 THEN t.hours ELSE t.hours * 0.5 END), 0) FROM timetable_timetableslot t
        WHERE t.journal_id = j.id AND t.starts <= %s AND (t.until IS NULL OR t.until > %s)),
    n.surname, n.given_name, n.patronymic
FROM plans_individualline il JOIN plans_individualplan ip ON ip.id = il.plan_id
JOIN organisation_subject s ON s.id = il.subject_id
LEFT JOIN plans_journal j ON j.subgroup_id = ip.subgroup_id AND j.subject_id = il.subject_id AND il.is_apart
LEFT JOIN plans_teachingload l ON l.journal_id = j.id AND l.starts <= %s AND (l.until IS NULL OR l.until > %s)
LEFT JOIN people_person n ON n.id = l.teacher_id
WHERE ip.school_id = %s AND ip.year_id = %s {more}
ORDER BY s.position, s.title, s.id, l.starts, l.id"""


def individual_plans(
    viewer: Viewer, year: AcademicYear | None, *, plan_id: int | None = None, student_ids: Iterable[int] = ()
) -> list[OwnPlan]:
    """Plans of a year: all, one, or those of some students. Two statements, one when there are none."""
    if year is None:
        return []
    on = min(max(viewer.on, year.starts), year.until)
    students = list(student_ids)
    more, values = "", list[object]()
    if plan_id is not None:
        more, values = "AND ip.id = %s", [plan_id]
    elif students:
        more, values = f"AND ip.student_id IN ({sql.marks(len(students))})", [*students]
    plans = sql.read(_PLANS.format(more=more), [viewer.school.id, year.pk, *values])
    if not plans:
        return []
    lines: dict[int, dict[int, OwnLine]] = {}
    for row in sql.read(_LINES.format(more=more), [on, on, on, on, viewer.school.id, year.pk, *values]):
        name = short(*row[9:12]) if row[9] else ""
        mine = lines.setdefault(row[0], {})
        if row[1] in mine and name:
            name = f"{mine[row[1]].teachers}, {name}"
        mine[row[1]] = OwnLine(
            row[1], row[2], Decimal(str(row[3])), row[4], row[5], bool(row[6]), row[7], name,
            Decimal(str(row[8] or 0)).normalize(),
        )  # fmt: skip
    return [
        OwnPlan(
            row[0],
            row[1],
            " ".join(part for part in row[2:5] if part),
            row[5],
            class_title(row[6]),
            row[7],
            row[8],
            row[9],
            row[10],
            row[11],
            row[12],
            tuple(lines.get(row[0], {}).values()),
        )
        for row in plans
    ]
