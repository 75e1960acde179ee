"""What a journal must do, in thirty lines: cells with versions. The real one is held against it step by step."""

from dataclasses import dataclass, field
from typing import Any

Key = tuple[Any, ...]


@dataclass(slots=True)
class Cell:
    """One cell: its value, how often it was written, the value struck through, and whose slip may be mended."""

    value: str = ""
    version: int = 0
    first: str = ""
    set_at: int = 0
    set_by: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A value for a cell by someone who has seen a version of it."""

    key: Key
    value: str
    seen: int


@dataclass(slots=True)
class Model:
    """A journal without a regulation. Time is in minutes; within `grace` of the first mark its author mends freely."""

    grace: int
    cells: dict[Key, Cell] = field(default_factory=dict)
    answered: dict[str, tuple[int, Any]] = field(default_factory=dict)

    def cell(self, key: Key) -> Cell:
        """The cell, empty when never written."""
        return self.cells.get(key, Cell())

    def write(self, operation: str, by: str, at: int, changes: list[Change]) -> tuple[int, Any]:
        """409 with the places in conflict, or 200 with (value, version, first) of each change, None if unchanged."""
        if operation in self.answered:
            return self.answered[operation]
        conflicts = [n for n, change in enumerate(changes) if self.cell(change.key).version != change.seen]
        if conflicts:
            return 409, conflicts
        told = [self._put(change, by, at) for change in changes]
        if any(told):
            self.answered[operation] = 200, told
        return 200, told

    def _put(self, change: Change, by: str, at: int) -> tuple[str, int, str] | None:
        old = self.cell(change.key)
        if old.value == change.value:
            return None
        mends = old.set_by == by and at - old.set_at <= self.grace
        first = "" if old.version == 0 or (mends and not old.first) else old.first or old.value
        new = Cell(
            change.value,
            old.version + 1,
            "" if first == change.value else first,
            old.set_at if old.version else at,
            by,
        )
        self.cells[change.key] = new
        return new.value, new.version, new.first
