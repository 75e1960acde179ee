"""Thematic plans (КТП) and the curriculum."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from parta.foundation.log import Actor, Line
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.organisation.models import AcademicYear, Homeroom, Subject, WorkKind
from parta.organisation.words import MOST_HOURS
from parta.people.models import Person
from parta.plans.models import CurriculumHours, PlannedTopic, ThematicPlan
from parta.plans.rules import check_plan_hours


@dataclass(frozen=True, slots=True)
class TopicRow:
    """What one lesson of a plan teaches. `work_kind` is the code of a `WorkKind` or empty; `minutes` an estimate of the
    homework; `hours` of the lesson, more than one for a pair or a day of practice."""

    text: str
    unit: str = ""
    work_kind: str = ""
    homework: str = ""
    minutes: int | None = None
    hours: int = 1


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A thematic plan with its topics in order, a lesson each."""

    subject_id: int
    title: str
    topics: Sequence[TopicRow]
    grade: int | None = None
    author_id: int | None = None
    approved_on: date | None = None
    order_number: str = ""


@dataclass(frozen=True, slots=True)
class CurriculumRow:
    """Hours of a subject in a grade, or in one homeroom. `control` and `level` None: as they were."""

    subject_id: int
    weekly_hours: float | Decimal
    yearly_hours: int
    grade: int | None = None
    homeroom_id: int | None = None
    control: str | None = None
    level: str | None = None


_TopicKey = tuple[str, str, str, str, int | None, int]


def _topics(rows: Sequence[TopicRow], kinds: set[str]) -> list[_TopicKey]:
    if len(rows) > 1500:
        raise Refusal("В плане больше 1500 часов: проверьте файл.", "topics")
    found: list[_TopicKey] = []
    for number, row in enumerate(rows, 1):
        if row.work_kind and row.work_kind not in kinds:
            raise Refusal(f"Час {number}: вида работы «{row.work_kind[:24]}» в школе нет.", "topics")
        if row.minutes is not None and not 0 < row.minutes <= 600:
            raise Refusal(f"Час {number}: время на домашнее задание от 1 до 600 минут.", "topics")
        if not 1 <= row.hours <= MOST_HOURS:
            raise Refusal(
                f"Тема {number}: часов на один урок от 1 до {MOST_HOURS}. Больше — это несколько уроков, "
                "у каждого своя строка.",
                "topics",
            )
        found.append(
            (
                checks.text(row.unit, 200, "topics", f"раздел часа {number}", needed=False),
                checks.text(row.text, 500, "topics", f"тема часа {number}"),
                row.work_kind,
                checks.text(row.homework, 500, "topics", f"задание часа {number}", needed=False),
                row.minutes,
                row.hours,
            )
        )
    return found


def _hours(topics: Sequence[_TopicKey]) -> int:
    return sum(topic[5] for topic in topics)


def _check(year: AcademicYear, row: PlanRow) -> str:
    if not Subject.objects.filter(pk=row.subject_id, school_id=year.school_id).exists():
        raise Refusal("Такого предмета в школе нет.", "subject")
    if (
        row.author_id is not None
        and not Person.objects.filter(pk=row.author_id, school_id=year.school_id).exists()
    ):
        raise Refusal("Такого автора плана в школе нет.", "author")
    return checks.text(row.title, 200, "title", "название плана")


def _insert_topics(plan: ThematicPlan, topics: list[_TopicKey]) -> None:
    PlannedTopic.objects.bulk_create(_topic_rows(plan, topics), batch_size=500)


def _topic_rows(plan: ThematicPlan, topics: list[_TopicKey], first: int = 1) -> list[PlannedTopic]:
    return [
        PlannedTopic(
            plan=plan,
            position=position,
            unit=unit,
            text=text,
            work_kind=kind,
            homework=homework,
            minutes=minutes,
            hours=hours,
        )
        for position, (unit, text, kind, homework, minutes, hours) in enumerate(topics, first)
    ]


def save_plan(
    *,
    year: AcademicYear,
    subject_id: int,
    title: str,
    topics: Sequence[TopicRow],
    grade: int | None = None,
    author_id: int | None = None,
    approved_on: date | None = None,
    order_number: str = "",
    by: Actor,
    at: datetime,
) -> ThematicPlan:
    """Save a plan under its title; one with that title is replaced hour by hour, so written topics keep their link."""
    checks.not_closed(year)
    row = PlanRow(subject_id, title, topics, grade, author_id, approved_on, order_number)
    title = _check(year, row)
    kinds = set(WorkKind.objects.filter(school_id=year.school_id).values_list("code", flat=True))
    wanted = _topics(topics, kinds)
    with act(year.school_id, by=by, at=at) as lines:
        plan = ThematicPlan.objects.filter(year=year, title=title).first()
        if approved_on is not None:
            check_plan_hours(
                school_id=year.school_id,
                year_id=year.pk,
                subject_id=subject_id,
                grade=grade,
                plan_id=plan.pk if plan else None,
                hours=_hours(wanted),
                on=approved_on,
            )
        fields = {
            "subject_id": subject_id,
            "grade": grade,
            "author_id": author_id,
            "approved_on": approved_on,
            "order_number": checks.text(order_number, 40, "order_number", "номер приказа", needed=False),
        }
        if plan is None:
            plan = ThematicPlan.objects.create(school_id=year.school_id, year=year, title=title, **fields)
            _insert_topics(plan, wanted)
            lines.append(Line("plan_saved", "plan", plan.pk, data={"hours": _hours(wanted), "new": True}))
            return plan
        names = checks.changed(plan, **fields)
        if names:
            plan.save(update_fields=names)
        now = list(PlannedTopic.objects.filter(plan=plan).order_by("position"))
        before = sum(topic.hours for topic in now)
        touched = []
        for topic, (unit, text, kind, homework, minutes, hours) in zip(now, wanted, strict=False):
            if checks.changed(
                topic,
                unit=unit,
                text=text,
                work_kind=kind,
                homework=homework,
                minutes=minutes,
                hours=hours,
            ):
                touched.append(topic)
        PlannedTopic.objects.bulk_update(
            touched, ["unit", "text", "work_kind", "homework", "minutes", "hours"], batch_size=130
        )
        if len(now) > len(wanted):
            PlannedTopic.objects.filter(plan=plan, position__gt=len(wanted)).delete()
        PlannedTopic.objects.bulk_create(_topic_rows(plan, wanted[len(now) :], len(now) + 1), batch_size=500)
        if names or touched or len(now) != len(wanted):
            lines.append(
                Line(
                    "plan_saved",
                    "plan",
                    plan.pk,
                    data={
                        "hours": _hours(wanted),
                        "before": before,
                        "changed": len(touched),
                        "fields": names,
                    },
                )
            )
    return plan


def bulk_plans(*, year: AcademicYear, rows: Sequence[PlanRow], by: Actor, at: datetime) -> dict[str, int]:
    """Many new plans; title → id. Raises Refusal when a title is taken."""
    checks.not_closed(year)
    kinds = set(WorkKind.objects.filter(school_id=year.school_id).values_list("code", flat=True))
    taken = set(ThematicPlan.objects.filter(year=year).values_list("title", flat=True))
    prepared = []
    for row in rows:
        title = _check(year, row)
        if title in taken:
            raise Refusal(f"План «{title}» уже есть.", "title")
        taken.add(title)
        prepared.append((row, title, _topics(row.topics, kinds)))
    with act(year.school_id, by=by, at=at) as lines:
        plans = ThematicPlan.objects.bulk_create(
            [
                ThematicPlan(
                    school_id=year.school_id,
                    year=year,
                    subject_id=row.subject_id,
                    title=title,
                    grade=row.grade,
                    author_id=row.author_id,
                    approved_on=row.approved_on,
                    order_number=row.order_number,
                )
                for row, title, _ in prepared
            ],
            batch_size=500,
        )
        planned: list[PlannedTopic] = []
        for plan, (_, _, topics) in zip(plans, prepared, strict=True):
            planned += _topic_rows(plan, topics)
            lines.append(Line("plan_saved", "plan", plan.pk, data={"hours": _hours(topics), "new": True}))
        PlannedTopic.objects.bulk_create(planned, batch_size=1000)
    return {plan.title: plan.pk for plan in plans}


def set_curriculum(*, year: AcademicYear, rows: Sequence[CurriculumRow], by: Actor, at: datetime) -> int:
    """Lines of the curriculum by subject and grade or homeroom: new ones made, differing ones changed. How many."""
    checks.not_closed(year)
    subjects = set(Subject.objects.filter(school_id=year.school_id).values_list("id", flat=True))
    homerooms = set(Homeroom.objects.filter(year=year).values_list("id", flat=True))
    touched = 0
    with act(year.school_id, by=by, at=at) as lines:
        known = {
            (line.subject_id, line.grade, line.homeroom_id): line
            for line in CurriculumHours.objects.filter(year=year)
        }
        for row in rows:
            if row.subject_id not in subjects:
                raise Refusal("Такого предмета в школе нет.", "subject")
            if row.homeroom_id is not None and row.homeroom_id not in homerooms:
                raise Refusal("Такого класса в этом году нет.", "homeroom")
            weekly = Decimal(str(row.weekly_hours))
            if not 0 <= weekly <= 60 or not 0 <= row.yearly_hours <= 2500:
                raise Refusal("Часы учебного плана: до 60 в неделю и до 2500 в год.", "weekly_hours")
            for value, choices, field in (
                (row.control, CurriculumHours.CONTROLS, "control"),
                (row.level, CurriculumHours.LEVELS, "level"),
            ):
                if value:
                    checks.one_of(value, choices, field, "строка учебного плана")
            key = (row.subject_id, row.grade, row.homeroom_id)
            line = known.get(key)
            extra = {
                name: value
                for name, value in (("control", row.control), ("level", row.level))
                if value is not None
            }
            if line is None:
                line = known[key] = CurriculumHours(
                    school_id=year.school_id,
                    year=year,
                    subject_id=row.subject_id,
                    grade=row.grade,
                    homeroom_id=row.homeroom_id,
                    weekly_hours=weekly,
                    yearly_hours=row.yearly_hours,
                    **extra,
                )
            elif not checks.changed(line, weekly_hours=weekly, yearly_hours=row.yearly_hours, **extra):
                continue
            line.approval = None
            line.save()
            touched += 1
            lines.append(
                Line(
                    "curriculum_set",
                    "curriculum",
                    line.pk,
                    data={
                        "subject": row.subject_id,
                        "grade": row.grade,
                        "homeroom": row.homeroom_id,
                        "weekly": str(weekly),
                        "yearly": row.yearly_hours,
                        "control": line.control,
                        "level": line.level,
                    },
                )
            )
    return touched


def drop_curriculum_line(*, line: CurriculumHours, by: Actor, at: datetime) -> None:
    """The subject is not in the curriculum of this grade or class after all; its journals stay as they are."""
    checks.not_closed(line.year)
    with act(line.school_id, by=by, at=at) as lines:
        lines.append(
            Line(
                "curriculum_dropped",
                "curriculum",
                line.pk,
                data={
                    "subject": line.subject_id,
                    "grade": line.grade,
                    "homeroom": line.homeroom_id,
                    "weekly": str(line.weekly_hours),
                },
            )
        )
        line.delete()
