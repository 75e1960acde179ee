"""The timetable of the college: theory around the day of practice, then weeks of practice alone."""

from datetime import date, datetime

from parta.demo.college.books import ROOMS, College, YearBook, school_days
from parta.demo.college.teaching import approved
from parta.demo.content.calendar import Span
from parta.demo.content.values import CollegeGroup, CollegeUnit
from parta.demo.weekly import Cell, ClassWeek, Event, Part, give_rooms, solve
from parta.foundation.log import SYSTEM
from parta.timetable.actions import SlotRow, set_slots
from parta.timetable.models import TimetableSlot

PRACTICE_DAY = {("fitter", 1): 4, ("fitter", 2): 3, ("cook", 1): 2, ("cook", 2): 5}
"""The weekday of training practice, by trade and course."""


def draw_half_year(college: College, book: YearBook, number: int, half: Span, at: datetime) -> None:
    """Slots of a half-year: theory around the day of practice; production practice takes the last weeks whole."""
    weeks: list[ClassWeek] = []
    days_of_practice: dict[str, tuple[CollegeUnit, int]] = {}
    away: dict[str, tuple[CollegeUnit, date]] = {}
    for group in college.groups:
        count = 2 * (group.course - 1) + number
        days = school_days(book.calendar, half)
        units = [unit for unit in college.units(group) if count in unit.hours]
        production = next((unit for unit in units if unit.kind == "production_practice"), None)
        if production is not None:
            away[group.code] = (production, days[-production.hours[count]])
            days = days[: -production.hours[count]]
        length = max(1, len(days) // 5)
        events: list[Event] = []
        for unit in units:
            if unit.kind == "training_practice":
                days_of_practice[group.code] = (unit, PRACTICE_DAY[group.trade, group.course])
            elif unit.kind != "production_practice":
                per_week = max(1, -(-unit.hours[count] // length))
                person = college.staff[f"teacher {college.code(group.trade, unit)}"].id
                part = Part(f"{group.code} {unit.code}", str(person), unit.room)
                events += [Event(unit.code, (part,), None, per_week > 4)] * per_week
        free = [day for day in range(1, 6) if day != PRACTICE_DAY[group.trade, group.course]]
        weeks.append(ClassWeek(group.code, events, _cells(len(events), free)))
    limits = {kind: len(rooms) for kind, rooms in ROOMS.items()}
    solve(weeks, limits, college.clerk.random(f"timetable {book.calendar.year} {number}"))
    rooms = give_rooms(weeks, ROOMS, {})
    rows: list[SlotRow] = []
    for week in weeks:
        for event, cell in zip(week.events, week.cells, strict=True):
            part = event.parts[0]
            group_code, _, unit_code = part.journal.partition(" ")
            rows.append(
                SlotRow(
                    book.journals[group_code, unit_code],
                    *cell,
                    room_id=college.rooms[rooms[part.journal, cell]],
                    teacher_id=int(part.teacher),
                )
            )
    for group in college.groups:
        if group.code in days_of_practice:
            unit, weekday = days_of_practice[group.code]
            rows.append(_practice(college, book, group, unit, weekday))
    set_slots(
        year=book.year,
        rows=rows,
        starts=half.starts,
        journal_ids=sorted(book.journals.values()),
        by=SYSTEM,
        at=at,
    )
    for group in college.groups:
        if group.code in away:
            unit, starts = away[group.code]
            own = [id for (code, _), id in book.journals.items() if code == group.code]
            slots = [_practice(college, book, group, unit, weekday) for weekday in range(1, 6)]
            set_slots(year=book.year, rows=slots, starts=starts, journal_ids=own, by=SYSTEM, at=at)
    _end_when_taught(college, book, number, half, at)
    approved(book, "timetable", at)


def _practice(
    college: College, book: YearBook, group: CollegeGroup, unit: CollegeUnit, weekday: int
) -> SlotRow:
    room = "enterprise" if unit.room == "enterprise" else "workshop"
    place = list(college.groups).index(group) % len(ROOMS[room])
    return SlotRow(
        book.journals[group.code, unit.code],
        weekday,
        1,
        room_id=college.rooms[ROOMS[room][place]],
        teacher_id=college.teacher(group, unit).id,
        hours=unit.lesson_hours,
    )


def _end_when_taught(college: College, book: YearBook, number: int, half: Span, at: datetime) -> None:
    """End the slots of a journal on the day after its plan of the half-year is through."""
    days = school_days(book.calendar, half)
    for group in college.groups:
        for unit in college.units(group):
            planned = unit.hours.get(2 * (group.course - 1) + number)
            if planned is None:
                continue
            journal_id = book.journals[group.code, unit.code]
            slots = list(
                TimetableSlot.objects.filter(journal_id=journal_id, until=None).values_list(
                    "weekday", "starts"
                )
            )
            left = planned
            for day in days:
                if left <= 0:
                    set_slots(year=book.year, rows=[], starts=day, journal_ids=[journal_id], by=SYSTEM, at=at)
                    break
                left -= sum(1 for weekday, starts in slots if weekday == day.isoweekday() and starts <= day)


def _cells(hours: int, days: list[int]) -> list[Cell]:
    """Cells of a week that leaves a day out: days equally long."""
    return [
        (day, number)
        for place, day in enumerate(days)
        for number in range(1, hours // len(days) + (place < hours % len(days)) + 1)
    ]
