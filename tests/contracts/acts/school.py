"""Cases of what a school is made of: organisation, regulation, plans, timetable."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from parta.foundation.log import SYSTEM, Actor
from parta.organisation import actions as organisation
from parta.organisation.models import BellSchedule, Department, MarkScale, Room
from parta.plans import actions as plans
from parta.plans.models import CurriculumHours, TeachingLoad
from parta.regulation import actions as regulation
from parta.timetable import actions as timetable
from tests.cast import World, preset_file
from tests.contracts.acts.steps import DAY, NEXT_YEAR, Act, Prepared, by, nothing, proposed


def _year(cast: World) -> Any:
    return organisation.open_year(
        school_id=cast.school.pk,
        title="2027/2028",
        starts=NEXT_YEAR,
        until=date(2028, 6, 1),
        **by(cast),
    )


def _vacation(cast: World) -> Any:
    return organisation.add_vacation(
        year=cast.year,
        kind="holiday",
        title="Ремонт",
        starts=date(2026, 12, 1),
        until=date(2026, 12, 2),
        **by(cast),
    )


def _approved_subject(c: World) -> int:
    """A subject without a journal that stands in the approved curriculum."""
    subject = organisation.ensure_subjects(
        school_id=c.school.pk, rows=[organisation.SubjectRow("labour", "Труд")], **by(c)
    )["labour"]
    plans.set_curriculum(
        year=c.year, rows=[plans.CurriculumRow(subject, 1, 34, grade=c.homeroom.grade)], **by(c)
    )
    plans.approve(year=c.year, kind="curriculum", by=Actor(c.director.user_id, "director"), at=c.at)
    return subject


def _own_plan(c: World) -> Any:
    return plans.start_individual_plan(
        student=c.student,
        year=c.year,
        starts=date(2026, 10, 12),
        until=None,
        order_number="77",
        order_date=date(2026, 10, 9),
        **by(c),
    )


def _edition(cast: World) -> str:
    return preset_file(cast.preset).read_text(encoding="utf-8")


def _free(cast: World) -> Any:
    """A lesson that is still to come and has no substitution."""
    return cast.lesson_on("russian", date(2026, 10, 20))


def _replaced(cast: World) -> Any:
    lesson = _free(cast)
    timetable.substitute(lesson=lesson, substitute_id=cast.substitute.pk, reason="болезнь", **by(cast))
    return lesson


def _cancelled(cast: World) -> Any:
    lesson = _free(cast)
    timetable.cancel_lesson(lesson=lesson, reason="мороз", **by(cast))
    return lesson


def _bells() -> Any:
    from datetime import time

    return [(1, time(14), time(14, 45)), (2, time(14, 55), time(15, 40))]


ACTS: dict[str, tuple[Prepared, Act]] = {
    # ── organisation ──
    "organisation.actions.calendar.open_year": (nothing, lambda c, _: _year(c)),
    "organisation.actions.calendar.change_year": (
        nothing,
        lambda c, _: organisation.change_year(
            year=c.year, starts=c.year.starts, until=date(2027, 6, 8), week_days=6, state="open", **by(c)
        ),
    ),
    "organisation.actions.calendar.set_terms": (
        _year,
        lambda c, year: organisation.set_terms(
            year=year,
            terms=[organisation.TermRow("quarter", 1, "1 четверть", NEXT_YEAR, date(2027, 10, 30))],
            **by(c),
        ),
    ),
    "organisation.actions.calendar.set_closing_order": (
        nothing,
        lambda c, _: organisation.set_closing_order(
            term=c.term,
            finals_from=c.term.until - timedelta(days=5),
            finals_until=c.term.until,
            order_number="212",
            order_date=DAY,
            **by(c),
        ),
    ),
    "organisation.actions.calendar.add_vacation": (nothing, lambda c, _: _vacation(c)),
    "organisation.actions.calendar.change_vacation": (
        _vacation,
        lambda c, row: organisation.change_vacation(
            vacation=row,
            kind=row.kind,
            title="Ремонт крыши",
            starts=row.starts,
            until=row.until,
            **by(c),
        ),
    ),
    "organisation.actions.calendar.remove_vacation": (
        _vacation,
        lambda c, row: organisation.remove_vacation(vacation=row, **by(c)),
    ),
    "organisation.actions.calendar.bulk_vacations": (
        nothing,
        lambda c, _: organisation.bulk_vacations(
            year=c.year,
            rows=[organisation.VacationRow("holiday", "Ремонт", date(2026, 12, 1), date(2026, 12, 2))],
            **by(c),
        ),
    ),
    "organisation.actions.calendar.set_bells": (
        nothing,
        lambda c, _: organisation.set_bells(
            school_id=c.school.pk, title="Вторая смена", bells=_bells(), **by(c)
        ),
    ),
    "organisation.actions.classes.ensure_homerooms": (
        nothing,
        lambda c, _: organisation.ensure_homerooms(
            year=c.year, rows=[organisation.HomeroomRow("9Я", 9, "Я")], **by(c)
        ),
    ),
    "organisation.actions.classes.change_homeroom": (
        nothing,
        lambda c, _: organisation.change_homeroom(
            homeroom=c.homeroom, row=organisation.HomeroomRow("6В", 6, "В"), **by(c)
        ),
    ),
    "organisation.actions.classes.ensure_subgroups": (
        nothing,
        lambda c, _: organisation.ensure_subgroups(
            year=c.year,
            rows=[organisation.SubgroupRow("6Б, 3", "3", "english", (c.homeroom.pk,))],
            **by(c),
        ),
    ),
    "organisation.actions.schools.create_school": (
        nothing,
        lambda c, _: organisation.create_school(
            code="new",
            name="Новая школа",
            short_name="Новая",
            kind="general",
            timezone="Europe/Moscow",
            by=SYSTEM,
            at=c.at,
        ),
    ),
    "organisation.actions.schools.change_school": (
        nothing,
        lambda c, _: organisation.change_school(
            school_id=c.school.pk,
            name="Другое имя",
            short_name="Другое",
            timezone=c.school.timezone,
            **by(c),
        ),
    ),
    "organisation.actions.subjects.ensure_departments": (
        nothing,
        lambda c, _: organisation.ensure_departments(
            school_id=c.school.pk, titles=["Кафедра труда"], **by(c)
        ),
    ),
    "organisation.actions.subjects.ensure_rooms": (
        nothing,
        lambda c, _: organisation.ensure_rooms(
            school_id=c.school.pk, rows=[organisation.RoomRow("512")], **by(c)
        ),
    ),
    "organisation.actions.subjects.ensure_subjects": (
        nothing,
        lambda c, _: organisation.ensure_subjects(
            school_id=c.school.pk, rows=[organisation.SubjectRow("labour", "Труд")], **by(c)
        ),
    ),
    "organisation.actions.subjects.set_work_kinds": (
        nothing,
        lambda c, _: organisation.set_work_kinds(
            school_id=c.school.pk,
            rows=[organisation.WorkKindRow("essay_long", "Большое сочинение", "Соч")],
            **by(c),
        ),
    ),
    "organisation.actions.subjects.ensure_scale": (
        nothing,
        lambda c, _: organisation.ensure_scale(school_id=c.school.pk, code="hundred", **by(c)),
    ),
    "organisation.actions.subjects.add_scale": (
        nothing,
        lambda c, _: organisation.add_scale(
            school_id=c.school.pk,
            code="own",
            title="Своя",
            symbols=organisation.SCALES["twelve"][1],
            **by(c),
        ),
    ),
    "organisation.actions.calendar.rename_bells": (
        nothing,
        lambda c, _: organisation.rename_bells(
            schedule=BellSchedule.objects.get(school=c.school), title="Первая смена", **by(c)
        ),
    ),
    "organisation.actions.subjects.change_room": (
        nothing,
        lambda c, _: organisation.change_room(
            room=Room.objects.get(school=c.school, title="27"), title="27а", purpose="", **by(c)
        ),
    ),
    "organisation.actions.subjects.change_department": (
        nothing,
        lambda c, _: organisation.change_department(
            department=Department.objects.filter(school=c.school)[0], title="Словесность", **by(c)
        ),
    ),
    "organisation.actions.subjects.change_scale": (
        lambda c: MarkScale.objects.get(school=c.school, code="five"),
        lambda c, scale: organisation.change_scale(
            scale=scale, title="Пять баллов", symbols=scale.symbols, **by(c)
        ),
    ),
    # ── plans ──
    "plans.actions.approvals.approve": (
        lambda c: TeachingLoad.objects.filter(school=c.school).update(approval=None),
        lambda c, _: plans.approve(
            year=c.year,
            kind="teaching_load",
            order_number="7-т",
            order_date=DAY,
            by=Actor(c.director.user_id, "director"),
            at=c.at,
        ),
    ),
    "plans.actions.journals.bulk_journals": (
        nothing,
        lambda c, _: plans.bulk_journals(
            year=c.year,
            rows=[plans.JournalRow(c.russian.subject_id, subgroup_id=c.subgroups[0].pk, weekly_hours=1)],
            **by(c),
        ),
    ),
    "plans.actions.journals.open_journal": (
        _approved_subject,
        lambda c, subject_id: plans.open_journal(
            year=c.year, subject_id=subject_id, homeroom_id=c.homeroom.pk, weekly_hours=1, **by(c)
        ),
    ),
    "plans.actions.journals.change_journal": (
        nothing,
        lambda c, _: plans.change_journal(
            journal=c.russian,
            scale_id=c.russian.scale_id,
            plan_id=None,
            weekly_hours=1,
            term_kind=c.russian.term_kind,
            **by(c),
        ),
    ),
    "plans.actions.journals.set_load": (
        nothing,
        lambda c, _: plans.set_load(
            journal=c.russian, teacher_id=c.substitute.pk, starts=DAY, weekly_hours=1, **by(c)
        ),
    ),
    "plans.actions.journals.end_load": (
        lambda c: TeachingLoad.objects.filter(journal=c.russian).first(),
        lambda c, row: plans.end_load(load=row, until=DAY, **by(c)),
    ),
    "plans.actions.journals.bulk_load": (
        nothing,
        lambda c, _: plans.bulk_load(
            school_id=c.school.pk,
            rows=[plans.LoadRow(c.russian.pk, c.substitute.pk, DAY)],
            **by(c),
        ),
    ),
    "plans.actions.programmes.save_plan": (
        nothing,
        lambda c, _: plans.save_plan(
            year=c.year,
            subject_id=c.russian.subject_id,
            title="Новый план",
            topics=[plans.TopicRow("Вводное занятие")],
            **by(c),
        ),
    ),
    "plans.actions.programmes.bulk_plans": (
        nothing,
        lambda c, _: plans.bulk_plans(
            year=c.year,
            rows=[plans.PlanRow(c.russian.subject_id, "Новый план", [plans.TopicRow("Вводное занятие")])],
            **by(c),
        ),
    ),
    "plans.actions.programmes.set_curriculum": (
        nothing,
        lambda c, _: plans.set_curriculum(
            year=c.year, rows=[plans.CurriculumRow(c.russian.subject_id, 7, 238, grade=6)], **by(c)
        ),
    ),
    "plans.actions.programmes.drop_curriculum_line": (
        nothing,
        lambda c, _: plans.drop_curriculum_line(
            line=CurriculumHours.objects.filter(school=c.school)[0], **by(c)
        ),
    ),
    "plans.actions.individual.start_individual_plan": (nothing, lambda c, _: _own_plan(c)),
    "plans.actions.individual.set_individual_lines": (
        _own_plan,
        lambda c, plan: plans.set_individual_lines(
            plan=plan, rows=[plans.IndividualRow(c.maths.subject_id, Decimal(2), 68, "", True)], **by(c)
        ),
    ),
    "plans.actions.individual.end_individual_plan": (
        _own_plan,
        lambda c, plan: plans.end_individual_plan(plan=plan, until=date(2026, 12, 1), **by(c)),
    ),
    # ── regulation ──
    "regulation.actions.adopt": (
        _edition,
        lambda c, source: regulation.adopt(
            school_id=c.school.pk, source=source, in_force_from=date(2026, 12, 1), **by(c)
        ),
    ),
    "regulation.actions.set_setting": (
        nothing,
        lambda c, _: regulation.set_setting(
            school_id=c.school.pk,
            act_code="GT",
            name="author_grace",
            value="5min",
            in_force_from=DAY,
            **by(c),
        ),
    ),
    "regulation.actions.propose": (nothing, lambda c, _: proposed(c)),
    "regulation.actions.approve": (
        proposed,
        lambda c, draft_id: regulation.approve(
            school_id=c.school.pk,
            draft_id=draft_id,
            in_force_from=NEXT_YEAR,
            protocol="",
            on=c.on,
            **by(c),
        ),
    ),
    "regulation.actions.withdraw": (
        proposed,
        lambda c, draft_id: regulation.withdraw(school_id=c.school.pk, draft_id=draft_id, **by(c)),
    ),
    # ── timetable ──
    "timetable.actions.changes.substitute": (nothing, lambda c, _: _replaced(c)),
    "timetable.actions.changes.end_substitution": (
        _replaced,
        lambda c, lesson: timetable.end_substitution(lesson=lesson, **by(c)),
    ),
    "timetable.actions.changes.bulk_substitutions": (
        _free,
        lambda c, lesson: timetable.bulk_substitutions(
            school_id=c.school.pk,
            rows=[timetable.SubstitutionRow(lesson.pk, c.substitute.pk, lesson.teacher_id, c.at)],
            **by(c),
        ),
    ),
    "timetable.actions.changes.cancel_lesson": (nothing, lambda c, _: _cancelled(c)),
    "timetable.actions.changes.restore_lesson": (
        _cancelled,
        lambda c, lesson: timetable.restore_lesson(lesson=lesson, **by(c)),
    ),
    "timetable.actions.changes.move_lesson": (
        _free,
        lambda c, lesson: timetable.move_lesson(
            lesson=lesson, date=date(2026, 10, 24), number=1, reason="кабинет занят", **by(c)
        ),
    ),
    "timetable.actions.generation.generate_lessons": (
        nothing,
        lambda c, _: timetable.generate_lessons(
            year=c.year, since=date(2026, 11, 9), until=date(2026, 11, 16), **by(c)
        ),
    ),
    "timetable.actions.template.set_slots": (
        nothing,
        lambda c, _: timetable.set_slots(
            year=c.year,
            rows=[timetable.SlotRow(c.russian.pk, 6, 7)],
            starts=date(2026, 11, 9),
            journal_ids=[c.russian.pk],
            **by(c),
        ),
    ),
}
