"""Entries of one clause that repeat or oppose each other: told when a file is read."""

from collections.abc import Iterable, Mapping
from typing import Any

from parta.regulation.entries import Edition, Entry

__all__ = ["entries_stand_apart"]


def entries_stand_apart(edition: Edition) -> Iterable[tuple[Entry, str]]:
    """Entries of one clause that repeat each other, or ask the same of the same people with other numbers."""
    met: dict[Any, Entry] = {}
    for entry in edition.entries:
        about = _about(entry)
        earlier = met.setdefault(about, entry)
        if earlier is entry:
            continue
        if earlier.raw == entry.raw and earlier.on_breach == entry.on_breach:
            yield entry, f"повторяет запись {earlier.index + 1}: уберите одну из них"
        elif words := _differing(dict(earlier.raw), dict(entry.raw)):
            yield entry, f"спорит с записью {earlier.index + 1} того же пункта: {words}; оставьте одну"


def _about(entry: Entry) -> tuple[Any, ...]:
    """Clause, kind, whom and when: what tells entries apart besides their parameters."""
    return (
        entry.clauses, entry.kind, entry.in_force_from, entry.in_force_until, entry.grades, entry.subjects,
        entry.classes, entry.roles, entry.students, entry.except_grades, entry.except_subjects, entry.except_classes,
        entry.except_roles, entry.except_students, entry.when, entry.overrides, entry.permit, entry.by,
    )  # fmt: skip


def _differing(one: Mapping[str, Any], two: Mapping[str, Any]) -> str:
    """«within = 1d и 3d», when the parameters differ in plain numbers or terms alone."""
    if one.keys() != two.keys():
        return ""
    differs = [key for key in one if one[key] != two[key]]
    amounts = [key for key in differs if all(_is_amount(side[key]) for side in (one, two))]
    return ", ".join(f"{key} = {one[key]} и {two[key]}" for key in amounts) if amounts == differs else ""


def _is_amount(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int | float) or (isinstance(value, str) and value[:1].isdigit())
