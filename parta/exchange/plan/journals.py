"""Journals and the teaching load on them, told by the load or, without one, by the timetable."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from ..data import JournalKey, SlotRow
from ..located import NOWHERE, Where
from ..values import fold
from .draft import Draft
from .homerooms import homeroom_named
from .opening import may_open
from .outcome import Entity, State
from .subjects import subject_named
from .teachers import teacher_named
from .topics import plan_of_journal

MAX_HOURS: Final = 60.0
"""Weekly hours a journal may have."""


def plan_journals(draft: Draft) -> None:
    """Journals that stand, those the load names, and without a load those the timetable names; then the load itself."""
    by_subject = {entity.pk: entity for entity in draft.subjects.values() if entity.pk}
    by_subgroup = {entity.pk: entity for entity in draft.subgroups.values() if entity.pk}
    for journal in draft.journal_rows:
        subject = by_subject.get(journal.subject_id)
        if subject is None:
            continue
        homeroom = draft.homeroom_by_pk.get(journal.homeroom_id) if journal.homeroom_id else None
        subgroup = by_subgroup.get(journal.subgroup_id) if journal.subgroup_id else None
        entity = Entity("journal", _journal_title(subject, homeroom, subgroup), journal.pk, journal)
        entity.links = {
            "subject": subject,
            "homeroom": homeroom,
            "subgroup": subgroup,
            "grade": journal.grade,
        }
        standing = [load.teacher_id for load in draft.load_rows.get(journal.pk, [])]
        entity.links["teachers"] = [draft.staff_by_pk[pk] for pk in standing if pk in draft.staff_by_pk]
        draft.journals[journal_key(subject, homeroom, subgroup)] = entity
    told: dict[Entity, dict[Entity | None, tuple[float, Where]]] = defaultdict(dict)
    first: dict[Entity, Where] = {}
    refused: set[Entity] = set()
    for row in draft.data.loads:
        made = journal_of(draft, row.journal, row.where, may_make=True)
        if made is None:
            continue
        entity = made
        first.setdefault(entity, row.where)
        teacher = None
        if row.teacher:
            teacher = teacher_named(draft, row.teacher, draft.at(row.where, "Учитель"))
            if teacher is None:
                refused.add(entity)
                continue
        before = told[entity].get(teacher)
        told[entity][teacher] = (row.weekly_hours + (before[0] if before else 0.0), row.where)
    draft.told = told
    for slot in draft.data.slots:
        _derived(draft, slot, first)
    hours = _slot_hours(draft)
    for entity, where in first.items():
        weekly = max((value for value, _ in told[entity].values()), default=0.0)
        if entity in refused and entity.pk:
            weekly = 0.0  # what a refused row would have said is not known: the hours stay
        elif not weekly:
            weekly = hours.get(entity, 0.0)
        if weekly > MAX_HOURS:
            draft.problems.warn(
                where, f"«{entity.title}»: {weekly:g} часов в неделю не бывает; записано {MAX_HOURS}."
            )
            told[entity] = {
                who: (min(value, MAX_HOURS), place) for who, (value, place) in told[entity].items()
            }
            weekly = MAX_HOURS
        _journal_item(draft, entity, round(weekly, 2), where)
    if draft.data.plans:
        _plans_of_others(draft, first)
    for entity, teachers in told.items():
        _loads(draft, entity, {teacher: value for teacher, value in teachers.items() if teacher is not None})


def journal_key(subject: Entity, homeroom: Entity | None, subgroup: Entity | None) -> tuple[int, int, int]:
    """What makes a journal one: subject and class, or subject and subgroup."""
    return id(subject), 0 if subgroup else id(homeroom), id(subgroup) if subgroup else 0


def journal_of(draft: Draft, key: JournalKey, where: Where, *, may_make: bool) -> Entity | None:
    """The journal a row means, made when `may_make`; unknown names are refused at `where`."""
    subject = subject_named(draft, key.subject, draft.at(where, "Предмет"))
    homeroom = homeroom_named(draft, key.homeroom, draft.at(where, "Класс")) if key.homeroom else None
    subgroup = draft.subgroups.get(fold(key.subgroup)) if key.subgroup else None
    if subject is None or (key.homeroom and homeroom is None) or (key.subgroup and subgroup is None):
        return None
    if homeroom is None and subgroup is None:
        return None
    whole = journal_key(subject, homeroom, subgroup)
    found = draft.journals.get(whole)
    if found is None and may_make:
        rooms: list[Entity] = (
            subgroup.links["homerooms"] if subgroup else [room for room in [homeroom] if room]
        )
        if not may_open(draft, subject, None if subgroup else homeroom, rooms, whole, where):
            return None
        found = Entity("journal", _journal_title(subject, homeroom, subgroup))
        grades = {room.links["grade"] for room in rooms}
        found.links = {
            "subject": subject, "homeroom": homeroom, "subgroup": subgroup, "teachers": [],
            "grade": next(iter(grades)) if len(grades) == 1 else None,
            "term_kind": rooms[0].links["term_kind"],
        }  # fmt: skip
        draft.journals[whole] = found
    return found


def waits(draft: Draft, key: JournalKey) -> bool:
    """Whether the journal a lesson belongs to was refused in this file."""
    subject = draft.subjects.get(fold(key.subject))
    homeroom = draft.homerooms.get(fold(key.homeroom)) if key.homeroom else None
    subgroup = draft.subgroups.get(fold(key.subgroup)) if key.subgroup else None
    return subject is not None and journal_key(subject, homeroom, subgroup) in draft.opening.closed


def _derived(draft: Draft, slot: SlotRow, first: dict[Entity, Where]) -> None:
    """A journal that only the timetable names."""
    if (
        not draft.data.loads
        and not draft.data.owns_lists
        and journal_of(draft, slot.journal, slot.where, may_make=False) is None
    ):
        entity = journal_of(draft, slot.journal, slot.where, may_make=True)
        if entity is None:
            return
        first.setdefault(entity, slot.where)
        if slot.teacher:
            teacher = teacher_named(draft, slot.teacher, slot.where.at("Учитель"))
            if teacher is not None:
                draft.told[entity].setdefault(teacher, (0.0, slot.where))


def _slot_hours(draft: Draft) -> dict[Entity, float]:
    hours: dict[Entity, float] = defaultdict(float)
    for slot in draft.data.slots:
        subject, homeroom = (
            draft.subjects.get(fold(slot.journal.subject)),
            draft.homerooms.get(fold(slot.journal.homeroom)),
        )
        subgroup = draft.subgroups.get(fold(slot.journal.subgroup)) if slot.journal.subgroup else None
        if subject is not None:
            entity = draft.journals.get(journal_key(subject, homeroom, subgroup))
            if entity is not None:
                hours[entity] += (slot.hours or 1) * (0.5 if slot.week else 1.0)
    return hours


def _journal_item(draft: Draft, entity: Entity, weekly: float, where: Where) -> None:
    plan = plan_of_journal(draft, entity)
    entity.links["plan"] = plan
    entity.links["weekly_hours"] = weekly
    if entity.pk is None:
        subject = entity.links["subject"]
        tags = subject.links["fields"]["tags"] if subject.links else subject.row.tags
        entity.links["scale_id"] = None if "unmarked" in tags or draft.scale is None else draft.scale.pk
        draft.add(State.NEW, entity, where)
        return
    journal = entity.row
    changes: list[tuple[str, object, object]] = []
    if weekly and abs(float(journal.weekly_hours) - weekly) > 0.004:
        changes.append(("weekly_hours", float(journal.weekly_hours), weekly))
    else:
        entity.links["weekly_hours"] = journal.weekly_hours
    if plan is not None and journal.plan_id is None:
        changes.append(("plan", "", plan.title))
    else:
        entity.links["plan"] = None
    draft.add(State.KEPT, entity, where, changes)


def _plans_of_others(draft: Draft, first: dict[Entity, Where]) -> None:
    """Journals the file does not name, for which it brings a plan."""
    for entity in list(draft.journals.values()):
        if entity not in first and entity.pk and entity.row.plan_id is None:
            plan = plan_of_journal(draft, entity)
            if plan is not None:
                entity.links |= {"plan": plan, "weekly_hours": entity.row.weekly_hours}
                draft.add(State.KEPT, entity, NOWHERE, [("plan", "", plan.title)])


def _loads(draft: Draft, journal: Entity, teachers: dict[Entity, tuple[float, Where]]) -> None:
    standing = {load.teacher_id: load for load in draft.load_rows.get(journal.pk or 0, [])}
    if teachers:
        journal.links["teachers"] = list(teachers)
    for teacher, (hours, where) in teachers.items():
        entity = Entity("load", f"{journal.title}: {teacher.title}")
        entity.links = {"journal": journal, "teacher": teacher, "hours": hours, "old": None}
        load = standing.pop(teacher.pk, None) if teacher.pk else None
        if load is None:
            draft.add(State.NEW, entity, where)
            continue
        entity.pk = load.pk
        changes = []
        if hours and abs(float(load.weekly_hours) - hours) > 0.004:
            entity.links["old"] = load
            changes = [("weekly_hours", float(load.weekly_hours), hours)]
        draft.add(State.KEPT, entity, where, changes)
    if teachers:
        for load in standing.values():
            name = draft.people[load.teacher_id].full_name
            draft.add(State.ENDED, Entity("load", f"{journal.title}: {name}", load.pk, load))


def _journal_title(subject: Entity, homeroom: Entity | None, subgroup: Entity | None) -> str:
    return f"{subject.title}, {(subgroup or homeroom).title}"  # type: ignore[union-attr]
