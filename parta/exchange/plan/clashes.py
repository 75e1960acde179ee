"""Two lessons at one time: of a class, of a teacher, in a room, or the same line twice."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import Any

from ..data import SlotRow
from ..located import Where
from ..values import DAY_NAMES
from .draft import Draft
from .outcome import Entity

Placed = tuple[SlotRow, Entity, Entity | None, Entity | None]
"""A lesson of the file with its journal, teacher and room."""


def clashing(draft: Draft, placed: list[Placed]) -> set[int]:
    """Two lessons at one time: of a class, of a teacher, in a room, or the same line twice."""
    refused: set[int] = set()
    at: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index, (row, *_rest) in enumerate(placed):
        for number in range(row.number, row.number + (row.hours or 1)):
            at[row.weekday, number].append(index)
    rooms_told: Counter[str] = Counter()
    for indices in at.values():
        of_class: dict[Entity, list[int]] = defaultdict(list)
        of_teacher: dict[object, list[int]] = defaultdict(list)
        of_room: dict[Entity, list[int]] = defaultdict(list)
        for index in indices:
            if index in refused:
                continue  # at an earlier hour already
            row, journal, teacher, room = placed[index]
            subgroup = journal.links["subgroup"]
            classes = subgroup.links["homerooms"] if subgroup else [journal.links["homeroom"]]
            clash = next(
                (
                    other
                    for homeroom in classes
                    for other in of_class[homeroom]
                    if _meet(placed, index, other)
                ),
                None,
            )
            if clash is not None:
                _refuse_clash(
                    draft, placed, index, clash, "у класса", ", ".join(h.title for h in classes), "Класс"
                )
                refused.add(index)
                continue
            for homeroom in classes:
                of_class[homeroom].append(index)
            if teacher is not None:
                who: object = teacher.pk or teacher
                clash = next((i for i in of_teacher[who] if _weeks_meet(row, placed[i][0])), None)
                of_teacher[who].append(index)
                if clash is not None and not _is_joint(placed[index], placed[clash]):
                    if _refuse_clash(draft, placed, index, clash, "у учителя", teacher.title, "Учитель"):
                        refused.add(index)
                        continue
            if room is not None:
                clash = next((i for i in of_room[room] if _weeks_meet(row, placed[i][0])), None)
                of_room[room].append(index)
                if (
                    clash is not None
                    and not _is_joint(placed[index], placed[clash])
                    and not _is_hall(room.title)
                ):
                    if draft.data.finished:
                        rooms_told[room.title] += 1
                    elif _refuse_clash(draft, placed, index, clash, "в кабинете", room.title, "Кабинет"):
                        refused.add(index)
    if rooms_told:
        listed = ", ".join(f"{title} ({count})" for title, count in rooms_told.most_common(10))
        draft.problems.warn(
            Where(draft.data.file),
            f"Разные уроки в одном кабинете одновременно (сколько раз): {listed}. Проверьте их.",
        )
    return refused


def _meet(placed: list[Placed], one: int, other: int) -> bool:
    if not _weeks_meet(placed[one][0], placed[other][0]):
        return False
    first, second = placed[one][1], placed[other][1]
    if first is second:
        return True
    a, b = first.links["subgroup"], second.links["subgroup"]
    if a is None or b is None:
        return len((a or b).links["homerooms"]) == 1 if (a or b) else True
    return a is b


def _is_joint(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Several classes taught the same together: same subject, and the same room or teacher."""
    same_room = one[3] is other[3] or one[3] is None or other[3] is None
    return one[1].links["subject"] is other[1].links["subject"] and same_room


def _refuse_clash(
    draft: Draft,
    placed: list[Placed],
    index: int,
    clash: int,
    whose: str,
    name: str,
    column: str,
) -> bool:
    row, journal = placed[index][:2]
    other = placed[clash][0]
    text = (
        f"Два урока в одно время {whose} {name}: {DAY_NAMES[row.weekday - 1]}, {row.number}-й урок, "
        f"«{journal.title}» и "
        f"«{placed[clash][1].title}»" + (f" (строка {other.where.row})" if other.where.row else "") + "."
    )
    place = draft.at(row.where, column)
    if draft.data.finished and column != "Класс":
        draft.problems.warn(place, text + " Загружается как есть.")
        return False
    draft.problems.error(place, text + " Исправьте одну из строк.")
    return True


def _weeks_meet(one: SlotRow, other: SlotRow) -> bool:
    return one.week == 0 or other.week == 0 or one.week == other.week


def _is_hall(title: str) -> bool:
    """Rooms where several classes may be at once: gyms, halls, grounds."""
    return bool(
        re.search(
            r"зал|стадион|бассейн|площадк|с/з|а/з|м/з|б/з|сз\b|двор|улиц|лыж|онлайн|дистанц", title.casefold()
        )
    )
