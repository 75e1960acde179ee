"""Students: who of the file is who of the school, into which homeroom and subgroups."""

from __future__ import annotations

from collections import defaultdict

from parta.people.models import Enrolment, Guardianship, Person

from ..data import StudentRow
from ..fitness import person_fault
from ..values import fold
from .draft import Draft
from .guardians import plan_guardian
from .homerooms import homeroom_named
from .outcome import Change, Entity
from .persons import plan_person


def plan_students(draft: Draft) -> None:
    """Compare each student and their family; whom the file itself says to have left is told, not written."""
    wards: dict[int, list[Guardianship]] = defaultdict(list)
    for link in draft.guardianships:
        wards[link.student_id].append(link)
    by_external = {person.external_id: person for person in draft.people.values() if person.external_id}
    adults: dict[object, Entity] = {}
    for row, person in zip(draft.data.students, _matches(draft, by_external), strict=True):
        homeroom = homeroom_named(draft, row.homeroom, draft.at(row.where, "Класс"))
        if homeroom is None or _is_refused(draft, row) or _has_left(draft, row, person):
            continue
        entity = _plan_student(draft, row, person, homeroom)
        for guardian in row.guardians:
            plan_guardian(draft, guardian, entity, wards[person.pk] if person else [], adults, by_external)


def _is_refused(draft: Draft, row: StudentRow) -> bool:
    fault = person_fault(row, draft.on)
    if fault:
        draft.problems.error(draft.at(row.where, fault.column), fault.message)
        return True
    if row.enrolled_on and row.enrolled_on >= draft.year.links["until"]:
        draft.problems.error(
            draft.at(row.where, "Зачислен с"),
            f"Дата зачисления {row.enrolled_on:%d.%m.%Y} позже конца учебного года.",
        )
        return True
    return False


def _has_left(draft: Draft, row: StudentRow, person: Person | None) -> bool:
    if not row.left_on or row.left_on > draft.on:
        return False
    told = f"«{row.full_name}» выбыл {row.left_on:%d.%m.%Y}"
    if person is None or person.pk not in draft.enrolments:
        draft.problems.warn(row.where, f"Ученик {told} и не записан.")
    else:
        draft.problems.warn(
            row.where,
            f"По файлу ученик {told}. Файл никого не отчисляет: оформите выбытие в карточке ученика.",
        )
    return True


def _matches(draft: Draft, by_external: dict[str, Person]) -> list[Person | None]:
    """The student of the school behind each row: first all by number, then the rest by name, each student once."""
    by_name: dict[str, list[Person]] = defaultdict(list)
    for pk in set(Enrolment.objects.filter(school=draft.school).values_list("student_id", flat=True)):
        known = draft.people[pk]
        by_name[fold(f"{known.surname}|{known.given_name}|{known.patronymic}")].append(known)
        by_name[fold(f"{known.surname}|{known.given_name}")].append(known)
    matches = [by_external.get(row.external_id) if row.external_id else None for row in draft.data.students]
    taken = {person.pk for person in matches if person}
    for index, row in enumerate(draft.data.students):
        if matches[index] is None:
            found = matches[index] = _same_student(draft, row, by_name, taken)
            if found:
                taken.add(found.pk)
    return matches


def _same_student(
    draft: Draft, row: StudentRow, by_name: dict[str, list[Person]], taken: set[int]
) -> Person | None:
    key = f"{row.surname}|{row.given_name}" + (f"|{row.patronymic}" if row.patronymic else "")
    found = [
        person
        for person in {person.pk: person for person in by_name[fold(key)]}.values()
        if person.pk not in taken
        and not (row.birth_date and person.birth_date and row.birth_date != person.birth_date)
    ]
    here = draft.homerooms.get(fold(row.homeroom))
    in_class = [
        person
        for person in found
        if here and person.pk in draft.enrolments and draft.enrolments[person.pk].homeroom_id == here.pk
    ]
    by_birth = [person for person in found if row.birth_date and person.birth_date == row.birth_date]
    for group in (by_birth, in_class):
        if len(group) == 1:
            return group[0]
    numbers_differ = [
        p for p in found if row.external_id and p.external_id and p.external_id != row.external_id
    ]
    return found[0] if len(found) == 1 and not numbers_differ else None


def _plan_student(draft: Draft, row: StudentRow, person: Person | None, homeroom: Entity) -> Entity:
    entity = plan_person(draft, "student", row, person, row.where)
    entity.links["homeroom"] = None
    enrolment = draft.enrolments.get(person.pk) if person else None
    if enrolment is None or enrolment.homeroom_id != homeroom.pk:
        entity.links["homeroom"] = homeroom
        entity.links["enrolment"] = enrolment
        late = draft.on if enrolment is not None or person is not None else draft.year.links["starts"]
        starts = row.enrolled_on or late
        entity.links["starts"] = starts
        entity.links["order_number"] = row.order_number
        if person is not None:
            was = draft.homeroom_by_pk[enrolment.homeroom_id].title if enrolment else ""
            draft.change(entity, Change("класс", was, homeroom.title))
        if starts < draft.year.links["starts"]:
            entity.links["starts"] = draft.year.links["starts"]
    groups = []
    for title in row.subgroups:
        group = draft.subgroups.get(fold(title))
        if group is not None and (
            entity.pk is None or group.pk is None or (entity.pk, group.pk) not in draft.memberships
        ):
            groups.append(group)
    if groups and person is not None:
        draft.change(entity, Change("подгруппы", "", ", ".join(group.title for group in groups)))
    entity.links["subgroups"] = groups
    return entity
