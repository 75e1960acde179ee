"""Roles a file gives: by a row of staff, by a class, by teaching."""

from __future__ import annotations

from parta.people.actions.roles import BY_ORDER
from parta.people.models import Person, Role

from ..data import StaffRow
from ..located import Where
from .draft import Draft
from .outcome import Entity, State
from .teachers import teacher_named


def plan_roles_of(draft: Draft, entity: Entity, row: StaffRow) -> None:
    """Roles a row of staff gives; those over the whole school only by an order."""
    for kind in row.roles:
        if (
            kind in BY_ORDER
            and not (row.order_number and row.order_date)
            and not _has_role(draft, entity, kind)
        ):
            _refuse_role(draft, row, dict(Role.KINDS)[kind])
            continue
        stands = _has_role(draft, entity, kind)
        word = dict(Role.KINDS)[kind]
        role = Entity(
            "role", f"{entity.title}: {word}", links={"person": entity, "kind": kind, "homeroom": None}
        )
        role.links |= {"order_number": row.order_number, "order_date": row.order_date}
        draft.add(State.KEPT if stands else State.NEW, role, row.where)


def _has_role(draft: Draft, entity: Entity, kind: str) -> bool:
    return entity.pk is not None and any(
        role.person_id == entity.pk and role.kind == kind for role in draft.roles
    )


def lacks_order(draft: Draft, row: StaffRow, person: Person | None) -> bool:
    """Refuse the row whose role over the whole school is given without an order; a list of another program is
    taken without that role, for it knows of no orders."""
    if draft.data.owns_lists or (row.order_number and row.order_date):
        return False
    held = {role.kind for role in draft.roles if person and role.person_id == person.pk}
    missing = [kind for kind in row.roles if kind in BY_ORDER and kind not in held]
    if missing:
        _refuse_role(draft, row, dict(Role.KINDS)[missing[0]])
    return bool(missing)


def plan_roles_of_teachers(draft: Draft) -> None:
    """Who teaches by the file and never had a role here gets that of a teacher, whatever else the file says."""
    enough = {"teacher", "master"} if draft.data.owns_lists else set(dict(Role.KINDS))
    named = {
        item.entity.links["person"]
        for item in draft.items
        if item.kind == "role" and item.state is State.NEW and item.entity.links["kind"] in enough
    }
    for teachers in draft.told.values():
        for teacher in teachers:
            if teacher is None or teacher in named or teacher.pk in draft.with_role:
                continue
            named.add(teacher)
            role = Entity("role", f"{teacher.title}: {dict(Role.KINDS)['teacher']}")
            role.links = {"person": teacher, "kind": "teacher", "homeroom": None}
            role.links |= {"order_number": "", "order_date": None}
            draft.add(State.NEW, role)


def _refuse_role(draft: Draft, row: StaffRow, word: str) -> None:
    """A role over the whole school is given by an order, also through a file."""
    text = f"Должность «{word}» даётся по приказу: укажите его номер и дату."
    if draft.data.owns_lists:
        draft.problems.warn(row.where, f"{row.full_name}: {text} Сейчас эта должность не выдана.")
    else:
        draft.problems.error(row.where.at("Должность"), text)


def plan_class_teacher(draft: Draft, homeroom: Entity, name: str, where: Where) -> None:
    """The class teacher of a homeroom; who was it before ends."""
    teacher = teacher_named(draft, name, draft.at(where, "Классный руководитель"))
    if teacher is None:
        return
    stands = [
        role for role in draft.roles
        if homeroom.pk and role.homeroom_id == homeroom.pk and role.kind in {"class_teacher", "master"}
    ]  # fmt: skip
    entity = Entity("role", f"{teacher.title}: классный руководитель {homeroom.title}")
    entity.links = {
        "person": teacher,
        "kind": "class_teacher",
        "homeroom": homeroom,
        "order_number": "",
        "order_date": None,
    }
    if any(role.person_id == teacher.pk for role in stands):
        draft.add(State.KEPT, entity, where)
        return
    for role in stands:
        old = draft.people[role.person_id].full_name
        draft.add(
            State.ENDED,
            Entity("role", f"{old}: классный руководитель {homeroom.title}", role.pk, role),
            where,
        )
    draft.add(State.NEW, entity, where)
