"""Times of lessons: the school's own stand, a file adds what is missing."""

from __future__ import annotations

from datetime import time

from parta.organisation.models import (
    BellSchedule,
)

from ..fitness import bells_that_fit, extended
from ..located import NOWHERE, Where
from ..values import MAX_NUMBER
from .draft import Draft
from .outcome import Entity, State


def plan_bells(draft: Draft) -> None:
    """Times for every lesson the file places: the school's, else the file's, else the usual ones."""
    schedule = BellSchedule.objects.filter(school=draft.school).order_by("-is_default", "id").first()
    file = bells_that_fit(draft.data.bells, draft.problems)
    needed = {
        number
        for slot in draft.data.slots
        for number in range(slot.number, slot.number + (slot.hours or 1))
        if 0 <= number <= MAX_NUMBER
    }
    if schedule is None:
        bells = dict(file) or standard_bells(max(needed | {8}), 0 in needed)
        if not file and (needed or draft.data.homerooms):
            draft.problems.warn(
                Where(draft.data.file),
                "Времени уроков ни в файле, ни в школе нет: взяты обычные звонки, с 8:30 по 45 минут. "
                "Поправьте их в настройках.",
            )
        draft.bells = extended(bells, needed)
        if needed or file or draft.data.homerooms:
            entity = Entity("bells", "Основное", links={"bells": draft.bells})
            draft.add(State.NEW, entity, draft.data.bells[0].where if draft.data.bells else NOWHERE)
        return
    bells = {bell.number: (bell.starts, bell.ends) for bell in schedule.bells.all()}
    before = dict(bells)
    for number in sorted(needed - set(bells)):
        if number in file and all(
            file[number][0] >= ends or file[number][1] <= starts for starts, ends in bells.values()
        ):
            bells[number] = file[number]
    draft.bells = extended(bells, needed)
    if file and any(before.get(number) != span for number, span in file.items()):
        draft.problems.warn(
            draft.data.bells[0].where,
            f"Время уроков в файле другое, чем в звонках школы «{schedule.title}»; звонки школы оставлены.",
        )
    entity = Entity("bells", schedule.title, schedule.pk, schedule, {"bells": draft.bells})
    added = sorted(set(draft.bells) - set(before))
    if added:
        told = ", ".join(
            f"{number} ({draft.bells[number][0]:%H:%M}–{draft.bells[number][1]:%H:%M})" for number in added
        )
        draft.add(State.CHANGED, entity, NOWHERE, [("уроки", "", told)])
    elif file:
        draft.add(State.KEPT, entity)


def standard_bells(last: int, has_zero: bool = False) -> dict[int, tuple[time, time]]:
    """Lessons of 45 minutes from 8:30 with 10 of rest, 20 after the second and third; 30 and 5 when over 15 lessons."""
    found: dict[int, tuple[time, time]] = {}
    length, rest, long_rest = (45, 10, 20) if last <= 15 else (30, 5, 5)
    minute = 8 * 60 + 30
    if has_zero:
        found[0] = (time(7, 40), time(8, 25))
    for number in range(1, min(last, 20) + 1):
        end = minute + length
        found[number] = (time(minute // 60, minute % 60), time(end // 60, end % 60))
        minute = end + (long_rest if number in {2, 3} else rest)
    return found
