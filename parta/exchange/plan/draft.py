"""The plan while it is made: what the planners share, and the few words in which they add, refuse and hint.

Each planner is a function of the draft alone. It compares one kind of thing with the school and leaves behind what
later kinds need: a class finds its room here, a lesson its journal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from parta.organisation.models import AcademicYear, MarkScale, School
from parta.people.models import Enrolment, Guardianship, Person, Role
from parta.plans.models import Journal, TeachingLoad
from parta.timetable.models import TimetableSlot

from ..data import SchoolData
from ..fitness import Bells, too_long
from ..located import NOWHERE, Problems, Where
from ..values import fold
from .outcome import Change, Entity, Item, State

if TYPE_CHECKING:
    from .opening import Opening

_FIELDS: Final = {
    "surname": "фамилия", "given_name": "имя", "patronymic": "отчество", "sex": "пол", "birth_date": "дата рождения",
    "email": "эл. почта", "phone": "телефон", "external_id": "внешний номер", "title": "название",
    "short": "сокращение",
    "area": "предметная область", "tags": "особенности", "grade": "параллель", "letter": "буква", "room": "кабинет",
    "term_kind": "учебные периоды", "homeroom": "класс", "teacher": "учитель", "weekly_hours": "часов в неделю",
    "topics": "темы", "relation": "кем приходится", "homerooms": "классы", "plan": "план",
}  # fmt: skip

_TAG_WORDS: Final = {
    "language": "язык",
    "literature": "литература",
    "practice": "практика",
    "double_marks": "двойная отметка",
    "unmarked": "без отметок",
}

Told = dict[Entity, dict[Entity | None, tuple[float, Where]]]
"""Journal → teacher (None: not named) → weekly hours and where the file says so."""


@dataclass(slots=True)
class Draft:
    """A plan in the making."""

    school: School
    on: date
    data: SchoolData
    problems: Problems
    starts: date | None
    """The day asked for; None: the usual one."""
    items: list[Item] = field(default_factory=list)

    # the year, and the school as it stands
    year: Entity = field(init=False)
    opening: Opening = field(init=False)
    first_day: date = field(init=False)
    """When a timetable of the file begins to hold."""
    year_row: AcademicYear | None = None
    people: dict[int, Person] = field(default_factory=dict)
    roles: list[Role] = field(default_factory=list)
    with_role: set[int] = field(default_factory=set)
    guardianships: list[Guardianship] = field(default_factory=list)
    enrolments: dict[int, Enrolment] = field(default_factory=dict)
    memberships: set[tuple[int, int]] = field(default_factory=set)
    scale: MarkScale | None = None
    journal_rows: list[Journal] = field(default_factory=list)
    load_rows: dict[int, list[TeachingLoad]] = field(default_factory=lambda: defaultdict(list))
    homeroom_by_pk: dict[int, Entity] = field(default_factory=dict)
    subject_codes: set[str] = field(default_factory=set)
    adults_by_name: dict[str, list[Person]] | None = None

    # what stands and what the file brings, by the folded name
    bells: Bells = field(default_factory=dict)
    rooms: dict[str, Entity] = field(default_factory=dict)
    subjects: dict[str, Entity] = field(default_factory=dict)
    homerooms: dict[str, Entity] = field(default_factory=dict)
    subgroups: dict[str, Entity] = field(default_factory=dict)
    staff: list[Entity] = field(default_factory=list)
    staff_by_pk: dict[int, Entity] = field(default_factory=dict)
    teacher_names: dict[str, dict[Entity, None]] = field(default_factory=lambda: defaultdict(dict))
    exact_names: dict[str, Entity] = field(default_factory=dict)
    resolved: dict[str, Entity] = field(default_factory=dict)
    plan_of: dict[tuple[Entity, int | None], Entity] = field(default_factory=dict)
    plan_for: dict[tuple[Entity, Entity], Entity] = field(default_factory=dict)
    journals: dict[tuple[int, int, int], Entity] = field(default_factory=dict)
    told: Told = field(default_factory=lambda: defaultdict(dict))
    left_standing: list[TimetableSlot] = field(default_factory=list)

    def add(
        self,
        state: State,
        entity: Entity,
        where: Where = NOWHERE,
        changes: Iterable[tuple[str, object, object]] = (),
    ) -> Entity:
        """Put an object on the plan; left alone, it counts as changed when `changes` has a field."""
        told = tuple(Change(_FIELDS.get(name, name), _word(was), _word(will)) for name, was, will in changes)
        if state is State.KEPT and told:
            state = State.CHANGED
        self.items.append(Item(state, entity, where, told))
        return entity

    def change(self, entity: Entity, change: Change) -> None:
        """Add a change to the item of an entity: the last one added."""
        item = self.items.pop()
        state = State.CHANGED if item.state is State.KEPT else item.state
        self.items.append(Item(state, entity, item.where, (*item.changes, change)))

    def at(self, where: Where, column: str) -> Where:
        """The place with a column of our workbook; other files have columns of their own."""
        return where.at(column) if where.sheet and not where.column and not self.data.owns_lists else where

    def too_long(self, where: Where, what: str, text: str, limit: int) -> bool:
        """Whether a text does not fit, which is refused."""
        message = too_long(what, text, limit)
        if message:
            self.problems.error(where, message)
        return bool(message)

    def remedy(self, sheet: str, what: str) -> str:
        """What to do about a name that is not known: a timetable program or an archive has no sheets of ours."""
        if self.data.owns_lists:
            return f" Исправьте {what} там, откуда выгружен файл, и выгрузите его снова."
        return f" Добавьте его в лист «{sheet}» или исправьте {what}."


def hint(text: str, known: dict[str, Entity]) -> str:
    """The known name most like this one, as a question; empty when none is."""
    close = get_close_matches(fold(text), known, 1, 0.75)
    return f" Может быть, «{known[close[0]].title}»?" if close else ""


def _word(value: object) -> str:
    if value is None or value == "":
        return "пусто"
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    if isinstance(value, tuple | list):
        return ", ".join(map(_word, value)) or "пусто"
    return _TAG_WORDS.get(str(value), str(value))
