"""Homerooms and their subgroups."""

from __future__ import annotations

from parta.organisation.models import (
    Term,
)

from ..located import Where
from ..values import fold
from .draft import Draft, hint
from .outcome import Entity, State
from .roles import plan_class_teacher
from .rooms import room_named


def plan_homerooms(draft: Draft) -> None:
    """Compare each class: grade, room, kind of terms, class teacher."""
    kinds = draft.year.links["kinds"] | {"year"}  # a year needs no parts to be one
    for row in draft.data.homerooms:
        key = fold(row.title)
        if draft.too_long(row.where, "название класса", row.title, 60):
            continue
        entity = draft.homerooms.get(key)
        room = room_named(draft, row.room, row.where)
        term_kind = row.term_kind
        if entity is None:
            term_kind = term_kind if term_kind in kinds else _term_kind(draft, row.grade)
            entity = Entity(
                "homeroom",
                row.title,
                row=row,
                links={"grade": row.grade, "term_kind": term_kind, "room": room},
            )
            entity.links |= {"letter": row.letter, "external_id": row.external_id, "bells_id": None}
            draft.homerooms[key] = draft.add(State.NEW, entity, row.where)
        elif entity.pk is not None:
            homeroom = entity.row
            changes: list[tuple[str, object, object]] = []
            if row.grade is not None and row.grade != homeroom.grade:
                changes.append(("grade", homeroom.grade, row.grade))
            if room is not None and room.pk != homeroom.room_id:
                changes.append(("room", homeroom.room.title if homeroom.room else "", room.title))
            if term_kind and term_kind != homeroom.term_kind and term_kind in kinds:
                changes.append(
                    ("term_kind", dict(Term.KINDS)[homeroom.term_kind], dict(Term.KINDS)[term_kind])
                )
                entity.links["term_kind"] = term_kind
            entity.links |= {
                "grade": row.grade if row.grade is not None else homeroom.grade,
                "room": room or (draft.rooms.get(fold(homeroom.room.title)) if homeroom.room else None),
                "letter": homeroom.letter,
                "external_id": homeroom.external_id,
                "bells_id": homeroom.bells_id,
            }
            draft.add(State.KEPT, entity, row.where, changes)
        entity.links["where"] = row.where
        if row.class_teacher:
            plan_class_teacher(draft, entity, row.class_teacher, row.where)


def _term_kind(draft: Draft, grade: int | None) -> str:
    kinds = draft.year.links["kinds"]
    if len(kinds) == 1:
        return str(next(iter(kinds)))
    if grade and grade >= 10 and "half_year" in kinds:
        return "half_year"
    return next(
        (kind for kind in ("quarter", "trimester", "semester", "half_year") if kind in kinds), "quarter"
    )


def homeroom_named(draft: Draft, title: str, where: Where) -> Entity | None:
    """The class a title means; an unknown one is refused at `where`."""
    found = draft.homerooms.get(fold(title))
    if found is None:
        draft.problems.error(
            where,
            f"Класса «{title}» нет ни в файле, ни в школе." + hint(title, draft.homerooms)
            + draft.remedy("Классы", "название"),
        )  # fmt: skip
    return found


def plan_subgroups(draft: Draft) -> None:
    """Compare the subgroups; classes are added to one, never taken."""
    for row in draft.data.subgroups:
        key = fold(row.title)
        if draft.too_long(row.where, "название подгруппы", row.title, 80):
            continue
        homerooms = [draft.homerooms.get(fold(title)) for title in row.homerooms]
        if any(homeroom is None for homeroom in homerooms):
            continue  # the rows that name such a class are refused themselves
        entity = draft.subgroups.get(key)
        if entity is None:
            entity = Entity(
                "subgroup", row.title, row=row, links={"homerooms": homerooms, "split": row.split}
            )
            draft.subgroups[key] = draft.add(State.NEW, entity, row.where)
        elif entity.pk is not None:
            have = {homeroom.pk for homeroom in entity.links["homerooms"]}
            more = [homeroom for homeroom in homerooms if homeroom and homeroom.pk not in have]
            changes = []
            if more:
                titles = ", ".join(homeroom.title for homeroom in entity.links["homerooms"])
                entity.links["homerooms"] += more
                changes = [("homerooms", titles, ", ".join(h.title for h in entity.links["homerooms"]))]
            draft.add(State.KEPT, entity, row.where, changes)
