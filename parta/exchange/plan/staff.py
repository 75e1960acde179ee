"""Members of staff: who of the file is who of the school."""

from __future__ import annotations

from collections import defaultdict

from parta.people.models import Person, Role

from ..data import PersonRow
from ..fitness import person_fault
from ..values import fold, name_keys
from .draft import Draft
from .outcome import Entity
from .persons import plan_person
from .roles import lacks_order, plan_roles_of
from .teachers import name_teacher


def plan_staff(draft: Draft) -> None:
    """Compare each member of staff; who stands but is not in the file keeps a name to be found by."""
    draft.with_role = with_role = {role.person_id for role in draft.roles} | {
        pk for (pk,) in Role.objects.filter(school=draft.school).values_list("person_id")
    }
    by_external = {person.external_id: person for person in draft.people.values() if person.external_id}
    by_name: dict[str, list[Person]] = defaultdict(list)
    for pk in with_role:
        known = draft.people[pk]
        for key in name_keys(known.surname, known.given_name, known.patronymic):
            by_name[key].append(known)
    claimed: dict[int, Entity] = {}
    matches: list[Person | None] = [
        by_external.get(row.external_id) if row.external_id else None for row in draft.data.staff
    ]
    taken = {person.pk for person in matches if person}
    for index, row in enumerate(draft.data.staff):
        if matches[index] is None:
            matches[index] = _same_name(row, by_name, taken)
            taken |= {person.pk for person in [matches[index]] if person}
    for row, person in zip(draft.data.staff, matches, strict=True):
        fault = person_fault(row, draft.on)
        if fault:
            draft.problems.error(draft.at(row.where, fault.column), fault.message)
            continue
        if (person and person.pk in claimed) or lacks_order(draft, row, person):
            continue
        entity = plan_person(draft, "staff", row, person, row.where)
        if person:
            claimed[person.pk] = entity
        draft.staff.append(entity)
        name_teacher(draft, entity, row)
        plan_roles_of(draft, entity, row)
    draft.staff_by_pk = dict(claimed)
    for pk in with_role - set(claimed):
        known = draft.people[pk]
        draft.staff_by_pk[pk] = Entity("staff", known.full_name, pk, known)
        name_teacher(draft, draft.staff_by_pk[pk], known)


def _same_name(row: PersonRow, by_name: dict[str, list[Person]], taken: set[int]) -> Person | None:
    keys = name_keys(row.surname, row.given_name, row.patronymic)
    short = len(row.given_name.rstrip(".")) <= 1
    for level, key in enumerate(keys):
        found = [
            person
            for person in by_name[key]
            if person.pk not in taken
            and not (row.birth_date and person.birth_date and row.birth_date != person.birth_date)
            and (
                level == 0
                or short
                or len(person.given_name.rstrip(".")) <= 1
                or fold(person.given_name) == fold(row.given_name)
            )
            and (level < 2 or not row.patronymic or not person.patronymic)
        ]
        unique = list({person.pk: person for person in found}.values())
        if len(unique) == 1:
            return unique[0]
        if unique:
            return None
    return None
