"""Whom a written name means: in full, with initials, turned round; what is not one person is refused."""

from __future__ import annotations

import re
from typing import Any, Final

from ..fitness import close_names
from ..located import Where
from ..values import fold, name_keys, split_name
from .draft import Draft
from .outcome import Entity

_SEVERAL: Final = re.compile(r"[;,/+]\s*[А-ЯЁA-Z]")
"""Two names in one cell."""


def name_teacher(draft: Draft, entity: Entity, row: Any) -> None:
    """Remember under which written forms this member of staff is found."""
    full = " ".join(part for part in (row.surname, row.given_name, row.patronymic) if part)
    draft.exact_names.setdefault(fold(full), entity)
    for key in dict.fromkeys(name_keys(row.surname, row.given_name, row.patronymic)):
        draft.teacher_names[key][entity] = None


def teacher_named(draft: Draft, text: str, where: Where) -> Entity | None:
    """The one member of staff a name means. What is not found or not one is refused once per place."""
    key = fold(text)
    if key in draft.resolved and draft.resolved[key] is not None:
        return draft.resolved[key]
    surname, given, patronymic = split_name(text)
    keys = name_keys(surname, given, patronymic)
    found: list[Entity] = []
    if key not in draft.exact_names and _SEVERAL.search(text):
        keys, given, patronymic = ("", "", ""), "-", ""
    if len(given.rstrip(".")) > 1 or patronymic:
        found = list(draft.teacher_names.get(keys[0], ()))
    if not found and len(given.rstrip(".")) > 1:
        same = draft.teacher_names.get(keys[2], ())
        found = [e for e in same if fold(e.row.given_name) in {fold(given), fold(given[:1])}]
        found = [
            e
            for e in found
            if not patronymic or not e.row.patronymic or e.row.patronymic[:1] == patronymic[:1]
        ]
    elif not found:
        found = list(draft.teacher_names.get(keys[1] if patronymic else keys[2], ()))
        if not found and patronymic:
            found = [e for e in draft.teacher_names.get(keys[2], ()) if not e.row.patronymic]
        if not found and not given:
            found = [
                e
                for entities in draft.teacher_names.values()
                for e in entities
                if fold(e.row.surname) == fold(surname)
            ]
    if not found and given and patronymic:
        turned = draft.exact_names.get(fold(f"{patronymic} {surname} {given}"))
        found = [turned] if turned else []
    found = (
        list(dict.fromkeys(found)) or [draft.exact_names[key]]
        if key in draft.exact_names
        else list(dict.fromkeys(found))
    )
    if len(found) > 1 and draft.data.owns_lists:
        found = found[:1]
    if len(found) == 1:
        draft.resolved[key] = found[0]
        return found[0]
    if found:
        names = "; ".join(entity.title for entity in found[:4])
        draft.problems.error(
            where,
            f"«{text}» подходит нескольким сотрудникам: {names.rstrip('.')}. Напишите имя полностью.",
        )
    else:
        draft.problems.error(
            where,
            f"Учителя «{text}» нет в списке сотрудников." + _who(draft, text),
        )
    return None


def _who(draft: Draft, text: str) -> str:
    """What to do about a name that is not known, and whom it may mean."""
    if _SEVERAL.search(text):
        return " Если учителей двое, напишите каждого в своей строке, со своей подгруппой."
    close = close_names(text, [entity.title for entity in draft.exact_names.values()])
    return (f" Может быть, «{close}»?" if close else "") + draft.remedy("Сотрудники", "имя")
