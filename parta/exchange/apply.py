"""Carrying out a plan: one transaction, every row written by the act of the app that owns it, all on the change log."""

from __future__ import annotations

import time as clock_time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError, OperationalError

from parta.foundation import log
from parta.foundation.clock import local_date
from parta.foundation.log import Actor
from parta.organisation import actions as organisation
from parta.organisation.acts import Refusal, act
from parta.organisation.models import AcademicYear, Homeroom, School, Subgroup
from parta.people import actions as people
from parta.people.models import Person
from parta.plans import actions as plans
from parta.plans.models import Journal, TeachingLoad
from parta.timetable import actions as timetable

from .data import Options, SchoolData
from .formats import read
from .plan import KINDS, Entity, ImportPlan, Item, State, make_plan

Progress = Callable[[str, int, int], None]


class NotApplied(Exception):
    """Nothing was written; the message is Russian and says why and what to do."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was done."""

    plan: ImportPlan
    lessons: int
    seconds: float
    issued: tuple[people.Issued, ...] = field(default=())


def preview(path: Path, school: School, *, at: datetime, options: Options | None = None) -> ImportPlan:
    """What the file would do to the school. Raises BadFile when it cannot be read. Writes nothing."""
    return preview_of(read(path, options), school, at=at)


def preview_of(data: SchoolData, school: School, *, at: datetime) -> ImportPlan:
    """The same for data already read."""
    return make_plan(data, school, on=local_date(at, school.timezone))


def apply(
    plan: ImportPlan,
    *,
    by: Actor,
    at: datetime,
    skip_refused: bool = False,
    with_accounts: bool = False,
    agreed: str = "",
    progress: Progress | None = None,
) -> Report:
    """Write what the plan says, all or nothing.

    The plan is made anew inside the transaction, so it is never applied over a school it was not made for.
    `agreed`: the digest a person confirmed. `progress` is told a kind, how much of it is done and how much there is.
    Raises NotApplied when rows are refused (unless `skip_refused`), when the school has changed since the preview,
    when an act refuses, or when another writer was in the way.
    """
    began = clock_time.monotonic()
    school = School.objects.get(pk=plan.school.pk)
    try:
        with act(school.pk, by=by, at=at):
            # Two imports at once, or a set-up page beside: who comes second plans over what the first has written.
            log.lock_chain("school", school.pk)
            fresh = make_plan(plan.data, school, on=local_date(at, school.timezone))
            if agreed and fresh.digest() != agreed:
                raise NotApplied(
                    "Пока вы смотрели, данные школы изменились. Ничего не загружено: посмотрите новый предпросмотр."
                )
            if fresh.refused and not skip_refused:
                raise NotApplied(
                    f"Ничего не загружено: отвергнуто строк – {len(fresh.refused)}. Исправьте их в файле и загрузите "
                    "снова или согласитесь загрузить остальное."
                )
            writer = _Writer(fresh, by, at, progress)
            writer.write()
            issued: Sequence[people.Issued] = ()
            if with_accounts:
                issued = writer.accounts()
    except Refusal as refusal:
        raise NotApplied(f"Ничего не загружено: {refusal}") from refusal
    except (IntegrityError, OperationalError) as fault:
        if "disk is full" in str(fault) or "No space left" in str(fault):
            raise NotApplied(
                "Ничего не загружено: на диске сервера кончилось место. Освободите его и повторите загрузку."
            ) from fault
        raise NotApplied(
            "Ничего не загружено: в то же время данные школы менял кто-то ещё. Повторите загрузку через минуту."
        ) from fault
    return Report(fresh, writer.lessons, clock_time.monotonic() - began, tuple(issued))


class _Writer:
    def __init__(self, plan: ImportPlan, by: Actor, at: datetime, progress: Progress | None) -> None:
        self.plan = plan
        self.school_id = plan.school.pk
        self.by = by
        self.at = at
        self.progress = progress
        self.starts = plan.starts
        self.lessons = 0

    def write(self) -> None:
        """All kinds in the order in which they depend on each other."""
        self.year = self._year()
        for kind in list(KINDS)[1:]:
            items = [item for item in self.plan.items if item.kind == kind and item.state is not State.KEPT]
            if not items:
                continue
            if self.progress:
                self.progress(KINDS[kind], 0, len(items))
            getattr(self, f"_{kind}")(items)
            if self.progress:
                self.progress(KINDS[kind], len(items), len(items))

    def accounts(self) -> Sequence[people.Issued]:
        """One-time passwords for everybody the file made or named who has no account yet."""
        named = [
            item.entity.pk
            for item in self.plan.items
            if item.kind in {"staff", "student", "guardian"} and item.entity.pk is not None
        ]
        without = Person.objects.filter(pk__in=named, user=None).values_list("pk", flat=True)
        return people.issue_missing_accounts(
            school_id=self.school_id, person_ids=list(without), by=self.by, at=self.at
        )

    # --- the frame ---

    def _year(self) -> AcademicYear:
        entity = self.plan.year
        if entity.pk is not None:
            year = AcademicYear.objects.get(pk=entity.pk)
            if entity.links["week_days"] != year.week_days:
                organisation.change_year(
                    year=year, starts=year.starts, until=year.until, week_days=entity.links["week_days"],
                    state=year.state, by=self.by, at=self.at,
                )  # fmt: skip
            return year
        links = entity.links
        year = organisation.open_year(
            school_id=self.school_id, title=entity.title, starts=links["starts"], until=links["until"],
            week_days=links["week_days"], by=self.by, at=self.at,
        )  # fmt: skip
        if links["terms"]:
            organisation.set_terms(year=year, terms=links["terms"], by=self.by, at=self.at)
        inside = [row for row in links["vacations"] if row.until > year.starts and row.starts < year.until]
        if inside:
            organisation.bulk_vacations(year=year, rows=inside, by=self.by, at=self.at)
        entity.pk = year.pk
        return year

    def _bells(self, items: list[Item]) -> None:
        for item in items:
            bells = [(number, *span) for number, span in item.entity.links["bells"].items()]
            organisation.set_bells(
                school_id=self.school_id, title=item.title, bells=bells, is_default=item.entity.pk is None,
                by=self.by, at=self.at,
            )  # fmt: skip

    def _room(self, items: list[Item]) -> None:
        rows = [organisation.RoomRow(item.title) for item in items]
        made = organisation.ensure_rooms(school_id=self.school_id, rows=rows, by=self.by, at=self.at)
        self._number(items, made)

    def _subject(self, items: list[Item]) -> None:
        rows = []
        for item in items:
            fields, stands = item.entity.links["fields"], item.entity.row if item.entity.pk else None
            rows.append(
                organisation.SubjectRow(
                    code=item.entity.links["code"],
                    title=fields["title"],
                    short=fields["short"],
                    area=fields["area"],
                    department_id=stands.department_id if stands else None,
                    tags=tuple(fields["tags"]),
                    position=stands.position if stands else 100,
                    external_id=fields["external_id"],
                )
            )
        made = organisation.ensure_subjects(school_id=self.school_id, rows=rows, by=self.by, at=self.at)
        for item in items:
            item.entity.pk = made[item.entity.links["code"]]

    def _homeroom(self, items: list[Item]) -> None:
        rows = [
            organisation.HomeroomRow(
                title=item.title,
                grade=item.entity.links["grade"],
                letter=item.entity.links["letter"],
                term_kind=item.entity.links["term_kind"],
                bells_id=item.entity.links["bells_id"],
                room_id=item.entity.links["room"].pk if item.entity.links["room"] else None,
                external_id=item.entity.links["external_id"],
            )
            for item in items
        ]
        self._number(items, organisation.ensure_homerooms(year=self.year, rows=rows, by=self.by, at=self.at))

    def _subgroup(self, items: list[Item]) -> None:
        rows = [
            organisation.SubgroupRow(
                title=item.title,
                short=item.entity.row.short,
                split=item.entity.links["split"],
                homeroom_ids=tuple(homeroom.pk for homeroom in item.entity.links["homerooms"]),
            )
            for item in items
        ]
        self._number(items, organisation.ensure_subgroups(year=self.year, rows=rows, by=self.by, at=self.at))

    @staticmethod
    def _number(items: list[Item], made: dict[str, int]) -> None:
        for item in items:
            item.entity.pk = made[" ".join(item.title.split())]

    # --- people ---

    def _people(self, items: list[Item]) -> None:
        for entity in (item.entity for item in items):
            if entity.links.get("same_as"):  # a parent who is a teacher of the same file: one person
                entity.pk = entity.links["same_as"].pk
        fresh = [item.entity for item in items if item.entity.pk is None]
        rows = [people.PersonRow(**entity.links["fields"]) for entity in fresh]
        made = people.bulk_people(school_id=self.school_id, rows=rows, by=self.by, at=self.at) if rows else []
        is_new = set(map(id, fresh))
        for entity, pk in zip(fresh, made, strict=True):
            entity.pk = pk
        for item in items:
            if id(item.entity) not in is_new and isinstance(item.entity.row, Person):
                people.change_person(
                    person=item.entity.row, **item.entity.links["fields"], by=self.by, at=self.at
                )

    def _staff(self, items: list[Item]) -> None:
        self._people(items)

    def _role(self, items: list[Item]) -> None:
        for item in items:
            if item.state is State.ENDED:
                people.end_role(role=item.entity.row, until=self.starts, by=self.by, at=self.at)
        rows = [
            people.RoleRow(
                person_id=links["person"].pk,
                kind=links["kind"],
                starts=self._role_starts(links),
                homeroom_id=links["homeroom"].pk if links["homeroom"] else None,
                order_number=links["order_number"],
                order_date=links["order_date"],
            )
            for links in (item.entity.links for item in items if item.state is State.NEW)
        ]
        people.bulk_roles(school_id=self.school_id, rows=rows, by=self.by, at=self.at)

    def _role_starts(self, links: dict[str, Any]) -> date:
        """From the day of the order; without one from the first day of the year, so that its lessons are theirs."""
        return links["order_date"] or self.year.starts

    def _student(self, items: list[Item]) -> None:
        self._people(items)
        placed = [item.entity for item in items if item.entity.links["homeroom"] is not None]
        fresh = [entity for entity in placed if entity.links["enrolment"] is None]
        people.bulk_enrolments(
            school_id=self.school_id,
            rows=[
                people.EnrolmentRow(
                    student_id=self._pk(entity),
                    homeroom_id=entity.links["homeroom"].pk,
                    starts=entity.links["starts"],
                    order_number=entity.links["order_number"],
                )
                for entity in fresh
            ],
            by=self.by,
            at=self.at,
        )
        for entity in placed:
            if entity.links["enrolment"] is not None:
                people.transfer(
                    student=Person.objects.get(pk=self._pk(entity)),
                    homeroom=Homeroom.objects.get(pk=entity.links["homeroom"].pk),
                    on=max(entity.links["starts"], entity.links["enrolment"].starts),
                    order_number=entity.links["order_number"],
                    by=self.by,
                    at=self.at,
                )
        newcomers = {id(entity) for entity in fresh}
        rows = []
        for entity in (item.entity for item in items):
            for group in entity.links["subgroups"]:
                if id(entity) in newcomers:
                    starts = entity.links["starts"]
                    rows.append(people.MembershipRow(self._pk(entity), group.pk, starts))
                else:
                    people.join_subgroup(
                        student=Person.objects.get(pk=self._pk(entity)),
                        subgroup=Subgroup.objects.get(pk=group.pk),
                        starts=self.starts,
                        by=self.by,
                        at=self.at,
                    )
        if rows:
            people.bulk_memberships(school_id=self.school_id, rows=rows, by=self.by, at=self.at)

    def _guardian(self, items: list[Item]) -> None:
        self._people(items)
        people.bulk_guardianships(
            school_id=self.school_id,
            rows=[
                people.GuardianshipRow(
                    guardian_id=self._pk(item.entity),
                    student_id=self._pk(student),
                    relation=relation,
                    starts=self.year.starts,
                )
                for item in items
                for student, relation in item.entity.links["wards"]
            ],
            by=self.by,
            at=self.at,
        )

    @staticmethod
    def _pk(entity: Entity) -> int:
        if entity.pk is None:
            raise NotApplied(
                f"Ничего не загружено: «{entity.title}» не удалось записать. Сообщите об этом разработчикам."
            )
        return entity.pk

    # --- teaching ---

    def _plan(self, items: list[Item]) -> None:
        for item in items:
            links = item.entity.links
            saved = plans.save_plan(
                year=self.year,
                subject_id=links["subject"].pk,
                title=item.title,
                topics=[
                    plans.TopicRow(text=text, unit=unit, work_kind=kind, homework=home, hours=hours)
                    for unit, text, kind, home, hours in links["lines"]
                ],
                grade=links["grade"],
                by=self.by,
                at=self.at,
            )
            item.entity.pk = saved.pk

    def _journal(self, items: list[Item]) -> None:
        fresh = [item.entity for item in items if item.state is State.NEW]
        made = plans.bulk_journals(
            year=self.year,
            rows=[
                plans.JournalRow(
                    subject_id=entity.links["subject"].pk,
                    homeroom_id=entity.links["homeroom"].pk if entity.links["homeroom"] else None,
                    subgroup_id=entity.links["subgroup"].pk if entity.links["subgroup"] else None,
                    grade=entity.links["grade"],
                    scale_id=entity.links["scale_id"],
                    plan_id=entity.links["plan"].pk if entity.links["plan"] else None,
                    weekly_hours=entity.links["weekly_hours"],
                    term_kind=entity.links["term_kind"],
                )
                for entity in fresh
            ],
            by=self.by,
            at=self.at,
        )
        for entity, pk in zip(fresh, made, strict=True):
            entity.pk = pk
        for item in items:
            if item.state is State.CHANGED:
                journal, links = item.entity.row, item.entity.links
                plans.change_journal(
                    journal=journal,
                    scale_id=journal.scale_id,
                    plan_id=links["plan"].pk if links["plan"] else journal.plan_id,
                    weekly_hours=links["weekly_hours"],
                    term_kind=journal.term_kind,
                    by=self.by,
                    at=self.at,
                )

    def _load(self, items: list[Item]) -> None:
        rows = []
        for item in items:
            links = item.entity.links
            if item.state is State.ENDED:
                load = TeachingLoad.objects.get(pk=self._pk(item.entity))
                plans.end_load(load=load, until=self.starts, by=self.by, at=self.at)
            elif item.state is State.NEW:
                starts = self.year.starts if links["journal"].row is None else self.starts
                rows.append(plans.LoadRow(links["journal"].pk, links["teacher"].pk, starts, links["hours"]))
            else:
                load = links["old"]
                journal = Journal.objects.get(pk=load.journal_id)
                starts = load.starts
                if load.starts < self.starts:
                    plans.end_load(load=load, until=self.starts, by=self.by, at=self.at)
                    starts = self.starts
                plans.set_load(
                    journal=journal, teacher_id=load.teacher_id, starts=starts, weekly_hours=links["hours"],
                    by=self.by, at=self.at,
                )  # fmt: skip
        plans.bulk_load(school_id=self.school_id, rows=rows, by=self.by, at=self.at)

    def _slot(self, items: list[Item]) -> None:
        placed = self.plan.year.links["slots"]
        rows = [
            timetable.SlotRow(
                journal_id=journal.pk,
                weekday=row.weekday,
                number=row.number,
                week=row.week,
                room_id=room.pk if room else None,
                teacher_id=teacher.pk if teacher else None,
                hours=row.hours or 1,
            )
            for row, journal, teacher, room in placed
        ]
        rows += [
            timetable.SlotRow(
                slot.journal_id,
                slot.weekday,
                slot.number,
                slot.week,
                slot.room_id,
                slot.teacher_id,
                slot.hours,
            )
            for slot in self.plan.year.links.get("standing", ())
        ]
        journal_ids = self.plan.year.links["covered"] | {row.journal_id for row in rows}
        timetable.set_slots(
            year=self.year, rows=rows, starts=self.starts, journal_ids=journal_ids, by=self.by, at=self.at
        )
        generated = timetable.generate_lessons(
            year=self.year,
            since=self.starts,
            until=self.year.until,
            journal_ids=journal_ids,
            by=self.by,
            at=self.at,
        )
        self.lessons = generated.added + generated.changed
