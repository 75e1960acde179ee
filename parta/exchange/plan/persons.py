"""A person of a file beside a person of the school, field by field: the same for staff, students and guardians."""

from __future__ import annotations

from typing import Any, Final

from parta.people.models import Person

from ..data import PersonRow
from ..located import Where
from ..values import cased, fold
from .draft import Draft
from .outcome import Entity, State

_NAMES: Final = ("surname", "given_name", "patronymic")
_FIELDS: Final = (*_NAMES, "sex", "birth_date", "email", "phone", "external_id")


def plan_person(draft: Draft, kind: str, row: PersonRow, person: Person | None, where: Where) -> Entity:
    """Put a person on the plan: new, or with the fields the file changes."""
    if person is None:
        fields = {name: getattr(row, name) for name in _FIELDS}
        names = cased(row.surname, row.given_name, row.patronymic)
        fields |= dict(zip(_NAMES, names, strict=True))
        title = " ".join(name for name in names if name)
        return draft.add(State.NEW, Entity(kind, title, row=row, links={"fields": fields}), where)
    changes = [
        (name, was, will)
        for name in _FIELDS
        if _says_more(name, was := getattr(person, name), will := getattr(row, name))
    ]
    if not person.given_name and all(name != "given_name" for name, _, _ in changes):
        changes = []
    entity = Entity(kind, person.full_name, person.pk, person)
    stands = {name: getattr(person, name) for name in _FIELDS}
    entity.links["fields"] = stands | {name: will for name, _, will in changes}
    return draft.add(State.KEPT, entity, where, changes)


def _says_more(name: str, was: Any, will: Any) -> bool:
    """An empty cell, initials beside a full name and a second number of another system change nothing."""
    if not will or will == was:
        return False
    if name in _NAMES:
        initial = will.rstrip(".")
        is_shorter = initial and len(initial) <= 2 and was.startswith(initial)
        return not (fold(was) == fold(will) or (was and is_shorter))
    return name != "external_id" or not was
