"""Lessons of the week beside the timetable that stands."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import Q

from parta.foundation.pagekit import lesson_words
from parta.timetable.models import TimetableSlot

from ..data import SlotRow
from ..values import DAY_NAMES, MAX_NUMBER, fold
from .clashes import Placed, clashing
from .draft import Draft
from .journals import journal_of, waits
from .outcome import Entity, State
from .rooms import room_named
from .teachers import teacher_named


def plan_timetable(draft: Draft) -> None:
    """Place each lesson, refuse what clashes, compare the rest with what stands."""
    placed = [found for row in draft.data.slots if (found := _place(draft, row)) is not None]
    placed = _lengthened(draft, placed)
    refused = clashing(draft, placed)
    _compare_slots(draft, [item for index, item in enumerate(placed) if index not in refused])


def _place(draft: Draft, row: SlotRow) -> Placed | None:
    """The lesson with its journal, teacher and room; None when it is refused."""
    journal = journal_of(draft, row.journal, row.where, may_make=False)
    if journal is None and waits(draft, row.journal):
        draft.opening.lessons += 1
        return None
    if journal is None:
        subject = draft.subjects.get(fold(row.journal.subject))
        homeroom = draft.homerooms.get(fold(row.journal.homeroom)) if row.journal.homeroom else None
        if subject is not None and (homeroom is not None or not row.journal.homeroom):
            draft.problems.error(
                draft.at(row.where, "Предмет"),
                f"Урока «{row.journal}» нет в нагрузке. Добавьте строку в лист «Нагрузка» "
                "или исправьте расписание.",
            )
        return None
    known = journal.links["teachers"]
    teacher = known[0] if len(known) == 1 else None
    if row.teacher:
        teacher = teacher_named(draft, row.teacher, draft.at(row.where, "Учитель"))
        if teacher is None:
            return None
        if not draft.data.owns_lists and known and teacher not in known:
            names = ", ".join(other.title for other in known)
            draft.problems.error(
                draft.at(row.where, "Учитель"),
                f"По нагрузке «{journal.title}» ведёт {names}, а не {teacher.title}.",
            )
            return None
    last = row.number + (row.hours or 1) - 1
    missing = next((number for number in range(row.number, last + 1) if number not in draft.bells), None)
    if missing is not None:
        draft.problems.error(
            draft.at(row.where, "Урок"),
            f"«{journal.title}»: {missing}-го урока нет в звонках. Задайте его время в настройках "
            f"(«Звонки») или исправьте номер; номера – от 0 до {MAX_NUMBER}.",
        )
        return None
    return row, journal, teacher, room_named(draft, row.room, row.where)


def _lengthened(draft: Draft, placed: list[Placed]) -> list[Placed]:
    """Lessons with their hours. Where the file does not say them, a lesson that stands at the place keeps its own,
    unless the file has the same journal at one of those hours: then it names each hour as a lesson.
    """
    stands: dict[tuple[int, int, int, int], int] = {}
    if any(row.hours is None and journal.pk for row, journal, _, _ in placed):
        open_ended = Q(until=None) | Q(until__gt=draft.first_day)
        for slot in TimetableSlot.objects.filter(
            open_ended, school=draft.school, year=draft.year_row, hours__gt=1
        ):
            stands[slot.journal_id, slot.weekday, slot.number, slot.week] = slot.hours
    told = {(journal, row.weekday, row.number) for row, journal, _, _ in placed}
    found: list[Placed] = []
    for row, journal, teacher, room in placed:
        hours = row.hours
        if hours is None:
            hours = stands.get((journal.pk or 0, row.weekday, row.number, row.week), 1)
            numbers = range(row.number + 1, row.number + hours)
            if any((journal, row.weekday, number) in told for number in numbers):
                hours = 1
        found.append((replace(row, hours=hours), journal, teacher, room))
    return found


def _compare_slots(draft: Draft, placed: list[Placed]) -> None:
    covered: set[int] = set()
    classes: set[Entity] = set()
    for _, journal, _, _ in placed:
        subgroup = journal.links["subgroup"]
        classes.update(subgroup.links["homerooms"] if subgroup else [journal.links["homeroom"]])
    for journal in draft.journals.values():
        subgroup = journal.links["subgroup"]
        mine = set(subgroup.links["homerooms"]) if subgroup else {journal.links["homeroom"]}
        if journal.pk and mine <= classes:
            covered.add(journal.pk)
    standing: dict[tuple[int, int, int, int], TimetableSlot] = {}
    if covered:
        open_ended = Q(until=None) | Q(until__gt=draft.first_day)
        for slot in (
            TimetableSlot.objects.filter(open_ended, school=draft.school, year=draft.year_row)
            .select_related("room", "teacher")
            .order_by("-starts", "-id")
        ):  # what holds first has the last word
            if slot.journal_id in covered:
                standing[slot.journal_id, slot.weekday, slot.number, slot.week] = slot
    by_pk = {journal.pk: journal for journal in draft.journals.values() if journal.pk}
    draft.year.links["slots"] = placed
    draft.year.links["covered"] = covered
    for row, journal, teacher, room in placed:
        title = f"{DAY_NAMES[row.weekday - 1]}, {lesson_words(row.number, row.hours or 1)}: {journal.title}"
        entity = Entity("slot", title)
        place = (journal.pk or 0, row.weekday, row.number, row.week)
        if place not in standing:
            draft.add(State.NEW, entity, row.where)
            continue
        slot = standing.pop(place)
        entity.pk = slot.pk
        changes: list[tuple[str, object, object]] = []
        if (row.hours or 1) != slot.hours:
            changes.append(("hours", slot.hours, row.hours or 1))
        if (room.pk if room else None) != slot.room_id or (room and room.pk is None):
            changes.append(("room", slot.room.title if slot.room else "", room.title if room else ""))
        if (teacher.pk if teacher else None) != slot.teacher_id or (teacher and teacher.pk is None):
            changes.append(
                (
                    "teacher",
                    slot.teacher.full_name if slot.teacher else "",
                    teacher.title if teacher else "",
                )
            )
        draft.add(State.KEPT, entity, row.where, changes)
    draft.left_standing = list(standing.values())
    for slot in draft.left_standing:
        place_words = f"{DAY_NAMES[slot.weekday - 1]}, {lesson_words(slot.number, slot.hours)}"
        title = f"{place_words}: {by_pk[slot.journal_id].title}"
        draft.add(State.ENDED, Entity("slot", title, slot.pk))
