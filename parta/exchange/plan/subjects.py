"""Subjects: known by title, by short title, or by the number of another system."""

from __future__ import annotations

import re

from ..located import Where
from ..values import fold
from .draft import Draft, hint
from .outcome import Entity, State


def plan_subjects(draft: Draft) -> None:
    """Compare each subject; a title a person has chosen is kept."""
    by_external = {
        entity.row.external_id: entity
        for entity in draft.subjects.values()
        if entity.row and entity.row.external_id
    }
    seen: set[Entity] = set()
    for row in draft.data.subjects:
        key = fold(row.title)
        if draft.too_long(row.where, "название предмета", row.title, 160):
            continue
        entity = draft.subjects.get(key) or (by_external.get(row.external_id) if row.external_id else None)
        if entity in seen:
            draft.subjects.setdefault(key, entity)
            continue
        if entity is None:
            tags = row.tags if row.tags or draft.data.exported else _usual_tags(row.title)
            entity = Entity("subject", row.title, row=row)
            entity.links = {
                "code": _code(draft, row.title),
                "fields": {"title": row.title, "short": row.short, "area": row.area,
                           "tags": tags, "external_id": row.external_id},
            }  # fmt: skip
            draft.subjects[key] = draft.add(State.NEW, entity, row.where)
            seen.add(entity)
            continue
        seen.add(entity)
        draft.subjects.setdefault(key, entity)
        subject = entity.row
        fields = {"title": subject.title, "short": subject.short, "area": subject.area,
                  "tags": tuple(subject.tags), "external_id": subject.external_id}  # fmt: skip
        more = tuple(tag for tag in row.tags if tag not in subject.tags)
        told = {"short": row.short, "area": row.area, "tags": (*subject.tags, *more) if more else ()}
        if fold(subject.title) != key and fold(subject.short) != key:
            told["title"] = row.title
        if draft.data.owns_lists and subject.short:
            told.pop("short")
        changes = [
            (name, fields[name], value) for name, value in told.items() if value and value != fields[name]
        ]
        entity.links = {
            "code": subject.code,
            "fields": fields | {name: will for name, _, will in changes},
        }
        draft.add(State.KEPT, entity, row.where, changes)


def _code(draft: Draft, title: str) -> str:
    base = re.sub(r"[^\w]+", "-", title.casefold()).strip("-")[:50] or "subject"
    code, number = base, 1
    while code in draft.subject_codes:
        number += 1
        code = f"{base}-{number}"
    draft.subject_codes.add(code)
    return code


def subject_named(draft: Draft, title: str, where: Where) -> Entity | None:
    """The subject a title means; an unknown one is refused at `where`."""
    found = draft.subjects.get(fold(title))
    if found is None:
        draft.problems.error(
            where,
            f"Предмета «{title}» нет ни в файле, ни в школе." + hint(title, draft.subjects)
            + draft.remedy("Предметы", "название"),
        )  # fmt: skip
    return found


def _usual_tags(title: str) -> tuple[str, ...]:
    word = title.casefold()
    if re.match(r"классный час|разговоры о важном|внеурочн", word):
        return ("unmarked",)
    if "литератур" in word or "чтение" in word:
        return ("literature",)
    return ("language",) if re.search(r"\bязык\b", word) and "програм" not in word else ()
