"""Journals are opened, each with its own chain; teachers get them, from a day until a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q

from parta.foundation import sql
from parta.foundation.log import Actor, Line
from parta.foundation.pagekit import ru_date_full
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.organisation.models import AcademicYear, Homeroom, MarkScale, Subgroup, Subject, Term
from parta.people.models import Person
from parta.plans.actions.opening import check_approved, check_opening
from parta.plans.models import Journal, TeachingLoad, ThematicPlan


@dataclass(frozen=True, slots=True)
class JournalRow:
    """A journal to be opened: of a homeroom, or of a subgroup (`homeroom_id` then is the class it is part of)."""

    subject_id: int
    homeroom_id: int | None = None
    subgroup_id: int | None = None
    grade: int | None = None
    scale_id: int | None = None
    plan_id: int | None = None
    weekly_hours: float | Decimal = 0
    term_kind: str = "quarter"
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class LoadRow:
    """A teacher of a journal."""

    journal_id: int
    teacher_id: int
    starts: date
    weekly_hours: float | Decimal = 0
    until: date | None = None


def _hours(value: float | Decimal) -> Decimal:
    hours = Decimal(str(value))
    if not 0 <= hours <= 60:
        raise Refusal("Часов в неделю: от 0 до 60.", "weekly_hours")
    return hours


def bulk_journals(*, year: AcademicYear, rows: Sequence[JournalRow], by: Actor, at: datetime) -> list[int]:
    """Open many journals, each with its chain; ids in the order of the rows.

    Raises Refusal when something named is not this school's or year's, when such a journal is open already, and when
    the act in force does not let it open (no letter in the class's name, no line in the curriculum).
    """
    checks.not_closed(year)
    school_id = year.school_id
    subjects = set(Subject.objects.filter(school_id=school_id).values_list("id", flat=True))
    homerooms = dict(Homeroom.objects.filter(year=year).values_list("id", "grade"))
    subgroups = set(Subgroup.objects.filter(year=year).values_list("id", flat=True))
    scales = set(MarkScale.objects.filter(school_id=school_id).values_list("id", flat=True))
    plans = set(ThematicPlan.objects.filter(year=year).values_list("id", flat=True))
    known: set[tuple[int, int | None, int | None]] = {
        (subject, homeroom if subgroup is None else None, subgroup)
        for subject, homeroom, subgroup in Journal.objects.filter(year=year).values_list(
            "subject_id", "homeroom_id", "subgroup_id"
        )
    }
    made = []
    for row in rows:
        if row.subject_id not in subjects:
            raise Refusal("Такого предмета в школе нет.", "subject")
        if row.homeroom_id is None and row.subgroup_id is None:
            raise Refusal("Журнал открывают для класса или подгруппы: укажите одно из двух.", "homeroom")
        if row.homeroom_id is not None and row.homeroom_id not in homerooms:
            raise Refusal("Такого класса в этом году нет.", "homeroom")
        if row.subgroup_id is not None and row.subgroup_id not in subgroups:
            raise Refusal("Такой подгруппы в этом году нет.", "subgroup")
        if row.scale_id is not None and row.scale_id not in scales:
            raise Refusal("Такой системы оценивания в школе нет.", "scale")
        if row.plan_id is not None and row.plan_id not in plans:
            raise Refusal("Такого тематического плана в этом году нет.", "plan")
        checks.one_of(row.term_kind, Term.KINDS, "term_kind", "учебный период")
        place = (row.subject_id, row.homeroom_id if row.subgroup_id is None else None, row.subgroup_id)
        if place in known:
            raise Refusal("Журнал этого предмета для этого класса или подгруппы уже открыт.", "subject")
        known.add(place)
        grade = row.grade
        if grade is None and row.homeroom_id is not None:
            grade = homerooms[row.homeroom_id]
        made.append(
            Journal(
                school_id=school_id,
                year=year,
                subject_id=row.subject_id,
                homeroom_id=row.homeroom_id,
                subgroup_id=row.subgroup_id,
                grade=grade,
                scale_id=row.scale_id,
                plan_id=row.plan_id,
                weekly_hours=_hours(row.weekly_hours),
                term_kind=row.term_kind,
                external_id=row.external_id,
            )
        )
    check_opening(year, rows, at.date())
    with act(school_id, by=by, at=at) as lines:
        Journal.objects.bulk_create(made, batch_size=500)
        sql.insert(
            "foundation_chain",
            ("school_id", "kind", "subject_id", "head_seq", "head_hash"),
            [(school_id, "journal", journal.pk, 0, "") for journal in made],
        )
        lines += [
            Line(
                "journal_opened",
                "journal",
                journal.pk,
                data={
                    "subject": journal.subject_id,
                    "homeroom": journal.homeroom_id,
                    "subgroup": journal.subgroup_id,
                    "scale": journal.scale_id,
                    "plan": journal.plan_id,
                },
            )
            for journal in made
        ]
    return [journal.pk for journal in made]


def open_journal(
    *,
    year: AcademicYear,
    subject_id: int,
    homeroom_id: int | None = None,
    subgroup_id: int | None = None,
    grade: int | None = None,
    scale_id: int | None = None,
    plan_id: int | None = None,
    weekly_hours: float | Decimal = 0,
    term_kind: str = "quarter",
    external_id: str = "",
    by: Actor,
    at: datetime,
) -> Journal:
    """Open one journal, with its chain. Raises Refusal also for a subject outside the approved curriculum."""
    check_approved(year, subject_id, homeroom_id, subgroup_id, grade, at.date())
    row = JournalRow(
        subject_id, homeroom_id, subgroup_id, grade, scale_id, plan_id, weekly_hours, term_kind, external_id
    )
    (journal_id,) = bulk_journals(year=year, rows=[row], by=by, at=at)
    return Journal.objects.get(pk=journal_id)


def change_journal(
    *,
    journal: Journal,
    scale_id: int | None,
    plan_id: int | None,
    weekly_hours: float | Decimal,
    term_kind: str,
    by: Actor,
    at: datetime,
) -> Journal:
    """Correct what a journal is kept by: scale, plan, hours, term. The scale stays once marks stand in the journal."""
    checks.not_closed(journal.year)
    checks.one_of(term_kind, Term.KINDS, "term_kind", "учебный период")
    school_id = journal.school_id
    if scale_id is not None and not MarkScale.objects.filter(pk=scale_id, school_id=school_id).exists():
        raise Refusal("Такой системы оценивания в школе нет.", "scale")
    if plan_id is not None and not ThematicPlan.objects.filter(pk=plan_id, year_id=journal.year_id).exists():
        raise Refusal("Такого тематического плана в этом году нет.", "plan")
    if scale_id != journal.scale_id and sql.read(
        "SELECT 1 FROM journal_mark WHERE journal_id = %s LIMIT 1", (journal.pk,)
    ):
        raise Refusal("В журнале уже есть отметки: систему оценивания поменять нельзя.", "scale")
    with act(school_id, by=by, at=at) as lines:
        names = checks.changed(
            journal,
            scale_id=scale_id,
            plan_id=plan_id,
            weekly_hours=_hours(weekly_hours),
            term_kind=term_kind,
        )
        if names:
            journal.save(update_fields=names)
            lines.append(
                Line(
                    "journal_changed",
                    "journal",
                    journal.pk,
                    data={name: str(getattr(journal, name)) for name in names},
                )
            )
    return journal


def _load_line(load: TeachingLoad) -> Line:
    return Line(
        "load_set",
        "load",
        load.pk,
        data={
            "journal": load.journal_id,
            "teacher": load.teacher_id,
            "hours": str(load.weekly_hours),
            "starts": load.starts.isoformat(),
            "until": load.until.isoformat() if load.until else None,
        },
    )


def set_load(
    *,
    journal: Journal,
    teacher_id: int,
    starts: date,
    weekly_hours: float | Decimal = 0,
    until: date | None = None,
    by: Actor,
    at: datetime,
) -> TeachingLoad:
    """Give a teacher the journal from a day on. One that holds from the same day is corrected."""
    checks.not_closed(journal.year)
    checks.span(starts, until)
    if not Person.objects.filter(pk=teacher_id, school_id=journal.school_id).exists():
        raise Refusal("Такого учителя в школе нет.", "teacher")
    hours = _hours(weekly_hours)
    with act(journal.school_id, by=by, at=at) as lines:
        load = TeachingLoad.objects.filter(journal=journal, teacher_id=teacher_id, starts=starts).first()
        if load is not None:
            names = checks.changed(load, weekly_hours=hours, until=until)
            if names:
                if "weekly_hours" in names and load.approval_id is not None:
                    load.approval, names = None, [*names, "approval"]
                load.save(update_fields=names)
                lines.append(_load_line(load))
            return load
        clash = (
            TeachingLoad.objects.filter(journal=journal, teacher_id=teacher_id)
            .filter(Q(until=None) | Q(until__gt=starts))
            .filter(**({"starts__lt": until} if until else {}))
            .first()
        )
        if clash is not None:
            raise Refusal(f"Этот учитель ведёт журнал уже с {ru_date_full(clash.starts)}", "teacher")
        load = TeachingLoad.objects.create(
            school_id=journal.school_id,
            journal=journal,
            teacher_id=teacher_id,
            weekly_hours=hours,
            starts=starts,
            until=until,
        )
        lines.append(_load_line(load))
    return load


def end_load(*, load: TeachingLoad, until: date, by: Actor, at: datetime) -> TeachingLoad:
    """The teacher has the journal no more from `until` on; what was taught before stays readable to them."""
    checks.not_closed(load.journal.year)
    if not checks.EARLIEST <= until < checks.LATEST:
        raise Refusal("Такой даты быть не может: проверьте год.", "until")
    if load.until is not None and load.until <= until:
        raise Refusal("Эта нагрузка к этому дню уже закончена.", "until")
    with act(load.school_id, by=by, at=at) as lines:
        load.until = max(until, load.starts)
        load.save(update_fields=["until"])
        lines.append(Line("load_ended", "load", load.pk, data={"until": load.until.isoformat()}))
    return load


def bulk_load(*, school_id: int, rows: Sequence[LoadRow], by: Actor, at: datetime) -> list[int]:
    """Many loads; ids in the order of the rows. Journals and teachers must be the school's."""
    journals = set(Journal.objects.filter(school_id=school_id).values_list("id", flat=True))
    checks.none_closed(Journal, (row.journal_id for row in rows))
    people = set(Person.objects.filter(school_id=school_id).values_list("id", flat=True))
    for row in rows:
        checks.span(row.starts, row.until)
        if row.journal_id not in journals:
            raise Refusal("Такого журнала в школе нет.", "journal")
        if row.teacher_id not in people:
            raise Refusal("Такого учителя в школе нет.", "teacher")
    with act(school_id, by=by, at=at) as lines:
        made = TeachingLoad.objects.bulk_create(
            [
                TeachingLoad(
                    school_id=school_id,
                    journal_id=row.journal_id,
                    teacher_id=row.teacher_id,
                    weekly_hours=_hours(row.weekly_hours),
                    starts=row.starts,
                    until=row.until,
                )
                for row in rows
            ],
            batch_size=500,
        )
        lines += [_load_line(load) for load in made]
    return [load.pk for load in made]
