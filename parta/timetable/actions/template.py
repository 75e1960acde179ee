"""The weekly template: what it is from a day on."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from parta.foundation.log import Actor, Line
from parta.foundation.pagekit import WEEKDAYS, lesson_words
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal, act
from parta.organisation.models import AcademicYear, Room
from parta.organisation.words import MOST_HOURS
from parta.people.models import Person
from parta.plans.models import Journal
from parta.timetable.models import TimetableSlot
from parta.timetable.rules import check_lesson_hours


@dataclass(frozen=True, slots=True)
class SlotRow:
    """A place in the template. `weekday` 1 Monday … 7 Sunday; `week` 0 each, 1 odd, 2 even weeks of the year; `hours`
    from `number` on, for a pair or a day of practice."""

    journal_id: int
    weekday: int
    number: int
    week: int = 0
    room_id: int | None = None
    teacher_id: int | None = None
    hours: int = 1


@dataclass(frozen=True, slots=True)
class Slots:
    """What became of the template."""

    added: int
    ended: int
    kept: int


def set_slots(
    *,
    year: AcademicYear,
    rows: Sequence[SlotRow],
    starts: date,
    journal_ids: Collection[int],
    by: Actor,
    at: datetime,
) -> Slots:
    """Make the template of these journals, from `starts` on, exactly `rows`.

    Equal places stay as they are, others end at `starts` (those that would begin later vanish). Lessons are not
    touched: see :func:`~parta.timetable.actions.generation.generate_lessons`. Raises Refusal for what is not the
    school's, an impossible weekday, number or span, or a place named twice; a lesson of several hours takes them all.
    A subject whose hours the act wants apart (`topic_per_lesson`) gets no lesson of several.
    """
    checks.not_closed(year)
    if not year.starts <= starts < year.until:
        raise Refusal(f"Дата вне учебного года {year.title}.", "starts")
    journals = set(Journal.objects.filter(year=year).values_list("id", flat=True))
    if not set(journal_ids) <= journals:
        raise Refusal("Такого журнала в этом году нет.", "journal")
    rooms = set(Room.objects.filter(school_id=year.school_id).values_list("id", flat=True))
    people = set(
        Person.objects.filter(school_id=year.school_id, roles__isnull=False).values_list("id", flat=True)
    )
    wanted: dict[tuple[int, int, int, int], SlotRow] = {}
    for row in rows:
        if row.journal_id not in set(journal_ids):
            raise Refusal("Урок стоит в журнале, который не меняют.", "journal")
        if not 1 <= row.weekday <= 7 or not 0 <= row.number <= 20 or row.week not in (0, 1, 2):
            raise Refusal("День недели от 1 до 7, номер урока от 0 до 20, неделя 0, 1 или 2.", "slots")
        if row.room_id is not None and row.room_id not in rooms:
            raise Refusal("Такого кабинета в школе нет.", "room")
        if row.teacher_id is not None and row.teacher_id not in people:
            raise Refusal("Такого сотрудника в школе нет.", "teacher")
        if not 1 <= row.hours <= MOST_HOURS:
            raise Refusal(f"Урок длится от 1 до {MOST_HOURS} часов.", "slots")
        place = (row.journal_id, row.weekday, row.number, row.week)
        if place in wanted:
            raise Refusal(
                f"Урок указан дважды: {WEEKDAYS[row.weekday - 1]}, {row.number}-й урок.",
                "slots",
            )
        wanted[place] = row
    _no_overlap(wanted.values())
    check_lesson_hours(
        school_id=year.school_id, journal_ids={row.journal_id for row in rows if row.hours > 1}, on=starts
    )
    with act(year.school_id, by=by, at=at) as lines:
        kept = ended = 0
        for slot in TimetableSlot.objects.filter(year=year, journal_id__in=journal_ids).filter(
            Q(until=None) | Q(until__gt=starts)
        ):
            place = (slot.journal_id, slot.weekday, slot.number, slot.week)
            asked = wanted.get(place)
            same = asked is not None and (asked.room_id, asked.teacher_id, asked.hours) == (
                slot.room_id,
                slot.teacher_id,
                slot.hours,
            )
            if same and slot.starts <= starts and slot.until is None:
                del wanted[place]
                kept += 1
                continue
            ended += 1
            if slot.starts >= starts:
                lines.append(_line("slot_removed", slot))
                slot.delete()
            else:
                slot.until = starts
                slot.save(update_fields=["until"])
                lines.append(_line("slot_ended", slot))
        made = TimetableSlot.objects.bulk_create(
            [
                TimetableSlot(
                    school_id=year.school_id,
                    year=year,
                    journal_id=row.journal_id,
                    weekday=row.weekday,
                    number=row.number,
                    hours=row.hours,
                    week=row.week,
                    room_id=row.room_id,
                    teacher_id=row.teacher_id,
                    starts=starts,
                )
                for row in wanted.values()
            ],
            batch_size=500,
        )
        lines += [_line("slot_set", slot) for slot in made]
    return Slots(len(made), ended, kept)


def _no_overlap(rows: Iterable[SlotRow]) -> None:
    """Raise Refusal when a lesson of several hours runs into another one of the same journal."""
    taken: dict[tuple[int, int, int], list[SlotRow]] = {}
    for row in rows:
        for number in range(row.number, row.number + row.hours):
            others = taken.setdefault((row.journal_id, row.weekday, number), [])
            if any(row.week == 0 or other.week in (0, row.week) for other in others):
                first = min(row, *others, key=lambda one: one.number)
                raise Refusal(
                    f"{WEEKDAYS[row.weekday - 1].capitalize()}: {lesson_words(first.number, first.hours)} — одно"
                    f" занятие, и {number}-й урок того же журнала в него входит. Уберите лишний или уменьшите часы.",
                    "slots",
                )
            others.append(row)


def _line(verb: str, slot: TimetableSlot) -> Line:
    return Line(
        verb,
        "slot",
        slot.pk,
        data={
            "journal": slot.journal_id,
            "place": [slot.weekday, slot.number, slot.week],
            **({"hours": slot.hours} if slot.hours > 1 else {}),
            "room": slot.room_id,
            "teacher": slot.teacher_id,
            "starts": slot.starts.isoformat(),
            "until": slot.until.isoformat() if slot.until else None,
        },
    )
