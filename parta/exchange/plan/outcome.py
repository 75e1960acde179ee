"""What a plan is: objects in their states, rows refused and remarked."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

from parta.organisation.models import School

from ..data import SchoolData
from ..located import NOWHERE, Problem, Where


class State(StrEnum):
    """What happens to an object."""

    NEW = "new"
    CHANGED = "changed"
    KEPT = "kept"
    ENDED = "ended"


KINDS: Final = {
    "year": "Учебный год",
    "bells": "Звонки",
    "room": "Кабинеты",
    "subject": "Предметы",
    "staff": "Сотрудники",
    "homeroom": "Классы",
    "role": "Должности",
    "subgroup": "Подгруппы",
    "student": "Ученики",
    "guardian": "Представители",
    "plan": "Тематические планы",
    "journal": "Журналы",
    "load": "Нагрузка",
    "slot": "Уроки расписания",
}
"""Kinds of object in the order in which they are written, with their words for people."""


@dataclass(eq=False, slots=True)
class Entity:
    """An object of the school that stands already (`pk`) or will stand once applied."""

    kind: str
    title: str
    pk: int | None = None
    row: Any = None
    links: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A field as it was and as it will be, in words."""

    field: str
    was: str
    will: str


@dataclass(frozen=True, slots=True)
class Item:
    """One object of the plan."""

    state: State
    entity: Entity
    where: Where = NOWHERE
    changes: tuple[Change, ...] = ()

    @property
    def kind(self) -> str:
        """Key of KINDS."""
        return self.entity.kind

    @property
    def title(self) -> str:
        """What the object is called."""
        return self.entity.title


@dataclass(slots=True)
class ImportPlan:
    """The whole preview."""

    data: SchoolData
    school: School
    starts: date
    items: list[Item]
    problems: list[Problem]
    year: Entity

    @property
    def refused(self) -> list[Problem]:
        """Rows that will not be taken, with sheet, row, column and why."""
        return [problem for problem in self.problems if problem.refuses]

    @property
    def remarks(self) -> list[Problem]:
        """What should be looked at, though it is taken."""
        return [problem for problem in self.problems if not problem.refuses]

    @property
    def changes_something(self) -> bool:
        """False when the school already is as the file says."""
        return any(item.state is not State.KEPT for item in self.items)

    def counts(self) -> dict[str, Counter[State]]:
        """Kind → how many in each state, in the order of KINDS."""
        found: dict[str, Counter[State]] = {kind: Counter() for kind in KINDS}
        for item in self.items:
            found[item.kind][item.state] += 1
        return {kind: counter for kind, counter in found.items() if counter}

    def digest(self) -> str:
        """The same for the same file over the same school: what a person agreed to."""
        hashed = hashlib.sha256()
        for item in self.items:
            hashed.update(f"{item.kind}|{item.state}|{item.title}|{item.changes}\n".encode())
        for problem in self.problems:
            hashed.update(f"{problem}\n".encode())
        return hashed.hexdigest()
