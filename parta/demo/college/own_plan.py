"""A student of the college on an individual plan: one unit is taught apart, once a week after the last lesson."""

from datetime import date, timedelta
from decimal import Decimal

from parta.demo.college.books import DAY, College, YearBook
from parta.demo.college.teaching import approved
from parta.foundation.log import SYSTEM
from parta.organisation.models import Bell
from parta.people.models import Person
from parta.plans.actions import (
    IndividualRow,
    LoadRow,
    bulk_load,
    change_journal,
    set_individual_lines,
    start_individual_plan,
)
from parta.plans.models import Journal
from parta.timetable.actions import SlotRow, generate_lessons, set_slots

__all__ = ["put_on_own_plan"]


def put_on_own_plan(college: College, book: YearBook, today: date) -> None:
    """From this Monday on the last student of the first group has one unit by a plan of their own."""
    clerk, group = college.clerk, college.groups[0]
    monday = today - timedelta(days=today.weekday())
    if not book.calendar.starts <= monday < book.calendar.until - 14 * DAY:
        return
    unit = next(one for one in college.units(group) if one.taught_by == "teacher")
    subject = college.subjects[college.code(group.trade, unit)]
    person = Person.objects.get(pk=college.children[group.code][-1].human.id)
    with clerk.act(clerk.moment(monday - 3 * DAY, 15 * 60)) as at:
        plan = start_individual_plan(
            student=person,
            year=book.year,
            starts=monday,
            until=None,
            order_number="58-с",
            order_date=monday - 4 * DAY,
            ground="академическая разница после перевода",
            by=SYSTEM,
            at=at,
        )
        rows = [
            IndividualRow(
                line.subject_id,
                Decimal(1) if line.subject_id == subject else line.weekly_hours,
                34 if line.subject_id == subject else line.yearly_hours,
                line.control,
                line.subject_id == subject,
            )
            for line in plan.lines.all()
        ]
        (journal_id,) = set_individual_lines(plan=plan, rows=rows, by=SYSTEM, at=at)
        own = Journal.objects.get(pk=journal_id)
        change_journal(
            journal=own,
            scale_id=own.scale_id,
            plan_id=_plan_of(book, group.code, unit.code),
            weekly_hours=own.weekly_hours,
            term_kind=own.term_kind,
            by=SYSTEM,
            at=at,
        )
        teacher = college.teacher(group, unit).id
        load = LoadRow(journal_id, teacher, monday, 1)
        bulk_load(school_id=clerk.school_id, rows=[load], by=SYSTEM, at=at)
        last = max(Bell.objects.filter(schedule_id=college.bells_id).values_list("number", flat=True))
        slot = SlotRow(journal_id, 2, last, room_id=None, teacher_id=teacher)
        set_slots(year=book.year, rows=[slot], starts=monday, journal_ids=[journal_id], by=SYSTEM, at=at)
        approved(book, "teaching_load", at)
        approved(book, "timetable", at)
        generate_lessons(year=book.year, since=monday, until=book.calendar.until, by=SYSTEM, at=at)


def _plan_of(book: YearBook, group: str, unit: str) -> int | None:
    """The thematic plan of the group's own journal: the same topics, at another pace."""
    return Journal.objects.get(pk=book.journals[group, unit]).plan_id
