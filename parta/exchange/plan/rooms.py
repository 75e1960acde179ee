"""Rooms, listed or only named beside a lesson or a class."""

from __future__ import annotations

from ..located import Where
from ..values import fold
from .draft import Draft
from .outcome import Entity, State


def plan_rooms(draft: Draft) -> None:
    """Compare the rooms the file lists."""
    for row in draft.data.rooms:
        key = fold(row.title)
        if not key or draft.too_long(row.where, "название кабинета", row.title, 40):
            continue
        if key in draft.rooms:
            if draft.rooms[key].pk is not None:
                draft.add(State.KEPT, draft.rooms[key], row.where)
        else:
            draft.rooms[key] = draft.add(State.NEW, Entity("room", row.title, row=row), row.where)


def room_named(draft: Draft, title: str, where: Where) -> Entity | None:
    """The room of a title, new when the school has none; None without a title."""
    key = fold(title)
    if not key:
        return None
    if key not in draft.rooms:
        draft.rooms[key] = draft.add(State.NEW, Entity("room", title[:40]), where)
    return draft.rooms[key]
