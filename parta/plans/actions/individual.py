"""Students on individual plans: put on one by an order, its lines, what is taught apart, its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q

from parta.foundation.log import Actor, Line
from parta.organisation.actions import checks
from parta.organisation.actions.classes import SubgroupRow, ensure_subgroups
from parta.organisation.acts import Refusal, act
from parta.organisation.models import AcademicYear, Subgroup, Subject
from parta.people.actions.enrolments import join_subgroup, leave_subgroup
from parta.people.models import Enrolment, Person
from parta.plans.actions.journals import JournalRow, bulk_journals
from parta.plans.models import CurriculumHours, IndividualLine, IndividualPlan, Journal

__all__ = ["IndividualRow", "end_individual_plan", "set_individual_lines", "start_individual_plan"]


@dataclass(frozen=True, slots=True)
class IndividualRow:
    """A line as it is to be."""

    subject_id: int
    weekly_hours: Decimal
    yearly_hours: int
    control: str = ""
    is_apart: bool = False


def start_individual_plan(
    *,
    student: Person,
    year: AcademicYear,
    starts: date,
    until: date | None,
    order_number: str,
    order_date: date,
    ground: str = "",
    by: Actor,
    at: datetime,
) -> IndividualPlan:
    """Put a student on a plan of their own; its lines begin as those of the class. Raises Refusal with the field."""
    checks.not_closed(year)
    if not year.starts <= starts < year.until:
        raise Refusal(f"Дата вне учебного года {year.title}.", "starts")
    checks.span(starts, until)
    if until is not None and until > year.until:
        raise Refusal(f"План кончается не позже учебного года {year.title}.", "until")
    place = (
        Enrolment.objects.filter(student=student, homeroom__year=year, starts__lte=starts)
        .filter(Q(until=None) | Q(until__gt=starts))
        .select_related("homeroom")
        .first()
    )
    if place is None:
        raise Refusal("На эту дату ученик нигде не числится: сначала зачислите его.", "student")
    with act(student.school_id, by=by, at=at) as lines:
        others = IndividualPlan.objects.select_for_update().filter(student=student, year=year)
        meets = others.filter(Q(until=None) | Q(until__gt=starts))
        if (meets if until is None else meets.filter(starts__lt=until)).exists():
            raise Refusal("На эти дни у ученика уже есть индивидуальный план.", "student")
        number = IndividualPlan.objects.filter(year=year).count() + 1
        title = f"{place.homeroom.title}, ИУП № {number}"
        row = SubgroupRow(title, f"ИУП № {number}", f"ИУП № {number}", (place.homeroom_id,))
        group_id = ensure_subgroups(year=year, rows=[row], by=by, at=at)[title]
        plan = IndividualPlan.objects.create(
            school_id=student.school_id,
            year=year,
            student=student,
            homeroom=place.homeroom,
            subgroup_id=group_id,
            ground=checks.text(ground, 200, "ground", "основание", needed=False),
            order_number=checks.text(order_number, 40, "order_number", "номер приказа"),
            order_date=order_date,
            starts=starts,
            until=until,
        )
        group = Subgroup.objects.select_related("year").get(pk=group_id)
        join_subgroup(student=student, subgroup=group, starts=starts, by=by, at=at)
        if until is not None:
            leave_subgroup(student=student, subgroup=group, on=until, by=by, at=at)
        IndividualLine.objects.bulk_create(
            IndividualLine(
                plan=plan,
                subject_id=one.subject_id,
                weekly_hours=one.weekly_hours,
                yearly_hours=one.yearly_hours,
                control=one.control,
            )
            for one in _of_class(plan)
        )
        lines.append(
            Line(
                "individual_plan_started",
                "individual_plan",
                plan.pk,
                student_id=student.pk,
                data={
                    "homeroom": place.homeroom_id,
                    "subgroup": group_id,
                    "order": plan.order_number,
                    "signed": order_date.isoformat(),
                    "starts": starts.isoformat(),
                    "until": until.isoformat() if until else None,
                },
            )
        )
    return plan


def _of_class(plan: IndividualPlan) -> list[CurriculumHours]:
    """The lines the class is bound to: its grade's, with its own in place of those; of these what it has journals for.

    A course of a college may hold groups of two trades: what the other one learns is none of this student's.
    """
    found: dict[int, CurriculumHours] = {}
    rows = CurriculumHours.objects.filter(year=plan.year).filter(
        Q(homeroom=plan.homeroom) | Q(homeroom=None, grade=plan.homeroom.grade)
    )
    for row in rows:
        if row.homeroom_id is not None or row.subject_id not in found:
            found[row.subject_id] = row
    taught = set(Journal.objects.filter(homeroom=plan.homeroom).values_list("subject_id", flat=True))
    return [row for row in found.values() if not taught or row.subject_id in taught]


def set_individual_lines(
    *, plan: IndividualPlan, rows: Sequence[IndividualRow], by: Actor, at: datetime
) -> list[int]:
    """Make the lines what they are to be; journals are opened for what is taught apart, their ids are answered.

    Raises Refusal when a line with a journal of its own is to go: what stands in the journal stays.
    """
    checks.not_closed(plan.year)
    known = set(Subject.objects.filter(school_id=plan.school_id).values_list("id", flat=True))
    for number, row in enumerate(rows):
        if row.subject_id not in known:
            raise Refusal("Такого предмета нет.", f"subject{number}")
        if not 0 < row.weekly_hours <= 60:
            raise Refusal("Часов в неделю: больше 0 и не больше 60.", f"weekly{number}")
        checks.one_of(
            row.control, [("", ""), *CurriculumHours.CONTROLS], f"control{number}", "форма контроля"
        )
    opened = dict(Journal.objects.filter(subgroup=plan.subgroup).values_list("subject_id", "id"))
    apart = {row.subject_id for row in rows if row.is_apart}
    if opened.keys() - apart:
        title = Subject.objects.get(pk=min(opened.keys() - apart)).title
        raise Refusal(f"«{title}»: свой журнал уже открыт, строка остаётся. План можно закончить.", "lines")
    with act(plan.school_id, by=by, at=at) as lines:
        before = {line.subject_id: line for line in plan.lines.select_for_update()}
        plan.lines.exclude(subject_id__in=[row.subject_id for row in rows]).delete()
        for row in rows:
            fields = {
                "weekly_hours": row.weekly_hours,
                "yearly_hours": row.yearly_hours,
                "control": row.control,
                "is_apart": row.is_apart,
            }
            IndividualLine.objects.update_or_create(plan=plan, subject_id=row.subject_id, defaults=fields)
        lines.append(
            Line(
                "individual_lines_set",
                "individual_plan",
                plan.pk,
                student_id=plan.student_id,
                data={
                    "before": {str(id): [str(one.weekly_hours), one.is_apart] for id, one in before.items()},
                    "after": {str(row.subject_id): [str(row.weekly_hours), row.is_apart] for row in rows},
                },
            )
        )
        wanted = [row for row in rows if row.is_apart and row.subject_id not in opened]
        return bulk_journals(year=plan.year, rows=_journals(plan, wanted), by=by, at=at) if wanted else []


def _journals(plan: IndividualPlan, rows: Sequence[IndividualRow]) -> list[JournalRow]:
    """Journals of the plan's own subgroup, with the scale of the class's journal of the subject, else of any."""
    scales: dict[int | None, int | None] = {}
    for subject_id, scale_id in Journal.objects.filter(homeroom=plan.homeroom).values_list(
        "subject_id", "scale_id"
    ):
        scales[subject_id] = scale_id
        scales.setdefault(None, scale_id)
    return [
        JournalRow(
            subject_id=row.subject_id,
            homeroom_id=plan.homeroom_id,
            subgroup_id=plan.subgroup_id,
            scale_id=scales.get(row.subject_id, scales.get(None)),
            weekly_hours=row.weekly_hours,
            term_kind=plan.homeroom.term_kind,
        )
        for row in rows
    ]


def end_individual_plan(*, plan: IndividualPlan, until: date, by: Actor, at: datetime) -> None:
    """The plan holds no more from a day on; from it the student is taught with the class. Raises Refusal."""
    checks.not_closed(plan.year)
    if until <= plan.starts:
        raise Refusal("План кончается раньше, чем начался: проверьте дату.", "until")
    if plan.until is not None and until > plan.until:
        raise Refusal("План уже кончается раньше: продлевают его новым приказом.", "until")
    with act(plan.school_id, by=by, at=at) as lines:
        before, plan.until = plan.until, until
        plan.save(update_fields=["until"])
        leave_subgroup(student=plan.student, subgroup=plan.subgroup, on=until, by=by, at=at)
        lines.append(
            Line(
                "individual_plan_ended",
                "individual_plan",
                plan.pk,
                student_id=plan.student_id,
                data={"before": before.isoformat() if before else None, "until": until.isoformat()},
            )
        )
