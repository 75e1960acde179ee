"""Guardians of a student of the file: known by number, by name among the family, or by name and contact."""

from __future__ import annotations

from collections import defaultdict

from parta.people.models import Guardianship, Person

from ..data import GuardianRow
from ..fitness import person_fault
from ..values import fold
from .draft import Draft
from .outcome import Change, Entity, Item, State
from .persons import plan_person


def plan_guardian(
    draft: Draft,
    row: GuardianRow,
    student: Entity,
    links: list[Guardianship],
    adults: dict[object, Entity],
    by_external: dict[str, Person],
) -> None:
    """A guardian of one student: a newcomer, a known adult, or another child of one named before in `adults`."""
    fault = person_fault(row, draft.on)
    if fault:
        draft.problems.error(
            row.where if row.where.column else draft.at(row.where, fault.column), fault.message
        )
        return
    name = fold(row.full_name)
    keys: list[object] = [(name, fold(contact)) for contact in (row.phone, row.email) if contact]
    if row.external_id:
        keys = [row.external_id]
    entity = next((adults[key] for key in keys if key in adults), None)
    if entity is None:
        person = by_external.get(row.external_id) if row.external_id else None
        person = person or next(
            (
                draft.people[link.guardian_id]
                for link in links
                if fold(draft.people[link.guardian_id].full_name) == name
            ),
            None,
        )
        person = person or _known_adult(draft, row, name)
        entity = plan_person(draft, "guardian", row, person, row.where)
        entity.links["wards"] = []
        if person is None:
            entity.links["same_as"] = _among_staff(draft, row, name)
        for key in keys:
            adults[key] = entity
    link = next((link for link in links if link.guardian_id == entity.pk), None) if entity.pk else None
    if link is None:
        entity.links["wards"].append((student, row.relation))
        if entity.pk is not None:
            state = next(item for item in reversed(draft.items) if item.entity is entity)
            draft.items.remove(state)
            draft.items.append(
                Item(
                    State.CHANGED,
                    entity,
                    state.where,
                    (*state.changes, Change("ребёнок", "", student.title)),
                )
            )


def _among_staff(draft: Draft, row: GuardianRow, name: str) -> Entity | None:
    """A teacher of the same file who is a parent too: one person, known by the number, or by name and contact."""
    for entity in draft.staff:
        told = entity.row
        same = bool(row.external_id) and told.external_id == row.external_id
        contact = (row.phone and told.phone == row.phone) or (row.email and told.email == row.email)
        if same or (contact and fold(told.full_name) == name):
            return entity
    return None


def _known_adult(draft: Draft, row: GuardianRow, name: str) -> Person | None:
    """A guardian or member of staff of the school with the same full name and the same phone or address."""
    if not (row.phone or row.email):
        return None
    if draft.adults_by_name is None:
        draft.adults_by_name = defaultdict(list)
        for person in draft.people.values():
            if person.pk not in draft.enrolments:
                draft.adults_by_name[fold(person.full_name)].append(person)
    found = [
        person
        for person in draft.adults_by_name[name]
        if (row.phone and person.phone == row.phone) or (row.email and person.email == row.email)
    ]
    return found[0] if len(found) == 1 else None
