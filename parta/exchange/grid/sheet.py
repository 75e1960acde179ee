"""What was read of one sheet: lessons at their places, bells, and what two cells claim at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import time

from ..located import Where
from .cell import Entry


@dataclass(frozen=True)
class Column:
    """The span of table columns under one head; the weekday when it stands over the head."""

    start: int
    end: int
    title: str
    weekday: int | None


Place = tuple[str, int, int, int]
"""(class as in the head, weekday, lesson number, week: 0 each, 1 odd, 2 even)"""


Names = frozenset[str]
"""Folded titles of groups that are no classes of a school («ИС-21»); empty when classes are looked for."""


@dataclass
class Sheet:
    """What was read of a sheet. `twice`: places that two cells claim. `second_shift`: classes under that heading."""

    name: str
    entries: dict[Place, Entry] = field(default_factory=dict)
    bells: list[tuple[int, time, time]] = field(default_factory=list)
    breaks: list[tuple[int, time, time]] = field(default_factory=list)
    twice: list[tuple[Place, Entry, Entry]] = field(default_factory=list)
    second_shift: set[str] = field(default_factory=set)
    is_by_teacher: bool = False
    unnumbered: list[tuple[Where, str]] = field(default_factory=list)
    """Rows of lessons whose number is no number, and what stands there."""

    @property
    def days(self) -> set[tuple[str, int, int]]:
        """Whose days the sheet holds: (class, weekday, week)."""
        return {(title, weekday, week) for title, weekday, _, week in self.entries}

    @property
    def is_of_one_day(self) -> bool:
        """True for a sheet of one weekday."""
        return len({weekday for _, weekday, _, _ in self.entries}) == 1

    def add(self, place: Place, entry: Entry, *, goes_on: bool) -> None:
        """Put a cell at its place. A second one is the rest of the first when its row `goes_on`, else a clash."""
        before = self.entries.get(place)
        if before is None:
            self.entries[place] = entry
        elif (entry.texts, entry.rooms, entry.teachers) == (before.texts, before.rooms, before.teachers):
            return
        elif goes_on:
            before.texts += entry.texts
            before.rooms += entry.rooms
            before.teachers += entry.teachers
        elif entry.texts != before.texts:
            self.twice.append((place, before, entry))
