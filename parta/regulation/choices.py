"""The numbers an act leaves to the school: who may change one, how a typed value is read, what would not fit."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from parta.regulation.durations import parse_duration
from parta.regulation.entries import MISSING, Edition, Entry, Setting
from parta.regulation.registry import BREACHES, KINDS
from parta.regulation.values import filled as put_in
from parta.regulation.values import (
    frozen,
    params_problems,
    settings_in,
    table_problems,
    thawed,
    variants,
)
from parta.regulation.words import allowed, expand_roles

__all__ = ["as_typed", "entries_of", "is_duration", "may_change", "misfits", "read_value"]

_ACTS_AS: Mapping[str, frozenset[str]] = {
    "administrator": frozenset({"operator"}),
    "journal_officer": frozenset({"deputy"}),
    "system": frozenset({"operator"}),
}
"""Roles of an act that the school's accounts know under another name."""


def may_change(setting: Setting, roles: Iterable[str]) -> bool:
    """Whether one with these roles chooses the value: the role the act names, and the director over all."""
    named = expand_roles([setting.changed_by]) | _ACTS_AS.get(setting.changed_by, frozenset()) | {"director"}
    return not named.isdisjoint(roles)


def entries_of(edition: Edition, name: str) -> tuple[Entry, ...]:
    """The entries that hang on a setting."""
    return tuple(
        entry
        for entry in edition.entries
        if any(
            name in settings_in(value)
            for value in (*(v for _, v in entry.raw), entry.on_breach, entry.when, entry.permit.term)
        )
    )


def is_duration(value: Any) -> bool:
    """Whether a value is a length of time, as the file writes it."""
    try:
        return isinstance(value, str) and bool(parse_duration(value))
    except ValueError:
        return False


_LENGTHS = (
    (r"мин\w*\.?", "min"),
    (r"ч(?:ас\w*)?\.?", "h"),
    (r"уч(?:ебн\w*)?\.?\s*д(?:н\w*|ень)?\.?", " school_days"),
    (r"раб(?:оч\w*)?\.?\s*д(?:н\w*|ень)?\.?", " work_days"),
    (r"(?:календ\w*\s*)?(?:д(?:н\w*|ень)?\.?|сут\w*)", "d"),
    (r"(?:год\w*|лет)", "y"),
)


def _length(text: str) -> str:
    """«5 дней», «3 учебных дня», «в тот же день» as a file writes them; another text as it is."""
    words = " ".join(text.lower().split())
    if words in ("в тот же день", "тот же день", "в день урока"):
        return "same_day"
    for pattern, unit in _LENGTHS:
        if match := re.fullmatch(rf"(\d{{1,4}}(?:[.,]\d)?)\s*{pattern}", words):
            return f"{match[1].replace(',', '.')}{unit}"
    return text.strip()


def _number(text: str) -> Any:
    number = float(text.strip().replace(",", "."))
    return int(number) if number == int(number) and "." not in text and "," not in text else number


_YES, _NO = ("да", "true", "1", "yes"), ("нет", "false", "0", "no")


def read_value(setting: Setting, current: Any, typed: str | Mapping[str, str]) -> list[Any]:
    """The values a typed text may stand for, the likeliest first.

    A table comes as a mapping of its rows. ``current`` is the value that holds now, or ``MISSING``: it says what
    kind of value is meant. Raises ``ValueError`` in Russian when the text stands for none.
    """
    if isinstance(current, Mapping):
        rows = typed if isinstance(typed, Mapping) else {}
        found = {"by": current["by"]} if "by" in current else {}
        for row, value in current.items():
            if row != "by":
                found[row] = read_value(setting, value, rows.get(str(row), ""))[0]
        return [found]
    if isinstance(typed, Mapping):
        raise ValueError("нужно одно значение")
    text = " ".join(typed.split()) if not isinstance(current, list) else typed.strip()
    if not text and not isinstance(current, list):
        raise ValueError("значение не указано")
    if setting.choices:
        for choice in setting.choices:
            if text == str(choice) or text.lower() == as_typed(choice).lower():
                return [choice]
        raise ValueError(f"«{text}» не подходит; {allowed(text, setting.choices, in_order=True)}")
    if isinstance(current, bool):
        if text.lower() in (*_YES, *_NO):
            return [text.lower() in _YES]
        raise ValueError("нужно «да» или «нет»")
    if isinstance(current, int | float):
        try:
            return [_number(text)]
        except ValueError:
            raise ValueError(f"«{text}» — не число") from None
    if isinstance(current, list):
        items = [item.strip() for item in re.split(r"[,;\n]", text) if item.strip()]
        if current and all(isinstance(item, int | float) and not isinstance(item, bool) for item in current):
            try:
                return [[_number(item) for item in items]]
            except ValueError:
                raise ValueError("нужны числа через запятую") from None
        return [items]
    if is_duration(current):
        return [_length(text)]
    if current is not MISSING:
        return [text]
    guesses: list[Any] = [_length(text), text, [item.strip() for item in text.split(",") if item.strip()]]
    if text.lower() in ("да", "нет", "true", "false"):
        guesses.insert(0, text.lower() in _YES)
    with suppress(ValueError):
        guesses.insert(0, _number(text))
    return guesses


def as_typed(value: Any) -> str:
    """A value as a form shows it for changing."""
    value = thawed(value) if isinstance(value, tuple) else value
    if value is MISSING or value is None:
        return ""
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, list | tuple):
        return ", ".join(as_typed(item) for item in value)
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    return str(parse_duration(value)) if is_duration(value) else str(value)


def misfits(edition: Edition, values: Mapping[str, Any], name: str, value: Any) -> list[str]:
    """Why a value cannot be chosen: the rules that would not run with it, each with its clause; empty when it fits."""
    setting = edition.setting(name)
    current = values.get(name, MISSING)
    if setting is not None and setting.choices and value not in setting.choices:
        return [f"«{value}» не подходит; {allowed(value, setting.choices, in_order=True)}"]
    if is_duration(current) and not is_duration(value):
        try:
            parse_duration(value)
        except ValueError:
            return [f"«{value}» не похоже на срок: напишите, например, «5 дней», «3 учебных дня», «24 часа»"]
    found: list[str] = []
    tried = {**values, name: value}
    for entry in entries_of(edition, name):
        where = ", ".join(clause.printed for clause in entry.clauses)
        found += [f"{where}: {text}" for text in _against(entry, tried, name)]
    return list(dict.fromkeys(found))


def _against(entry: Entry, values: Mapping[str, Any], name: str) -> Iterable[str]:
    resolved = {key: frozen(value) for key, value in values.items() if value is not MISSING}
    if name in settings_in(entry.on_breach) and values[name] not in BREACHES:
        yield f"при нарушении: {allowed(values[name], BREACHES)}"
    if name in settings_in(entry.when) and not isinstance(values[name], bool):
        yield "нужно «да» или «нет»"
    if name in settings_in(entry.permit.term):
        try:
            parse_duration(values[name])
        except ValueError as error:
            yield str(error)
    for _, raw in entry.raw:
        if name in settings_in(raw):
            faults = list(table_problems(put_in(raw, resolved)))
            yield from faults
            if faults:
                return
    for variant in variants(entry, resolved):
        if variant is not None:
            yield from (text for _, text in params_problems(KINDS[entry.kind], variant))
