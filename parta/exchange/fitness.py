"""Whether a value of a file fits the school's own limits, asked before anything is written: so a fault has a place.

The acts of the apps refuse the same; here the refusal names the row, and only that row falls out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from difflib import get_close_matches
from itertools import pairwise
from typing import Final

from .data import BellRow, PersonRow
from .located import Problems
from .values import MAX_NUMBER, add_minutes, fold, split_name

Bells = dict[int, tuple[time, time]]
"""Lesson number → its start and end."""

_NO_NAMES: Final = {"истина", "ложь", "true", "false", "null", "none"}
"""What programs write for a boolean or for nothing."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row, and in which column."""

    column: str
    message: str


def too_long(what: str, text: str, limit: int) -> str:
    """The refusal of a text longer than `limit` characters; empty when it fits."""
    if len(text) <= limit:
        return ""
    return f"Слишком длинно: {what} «{text[:30]}…», {len(text)} знаков, помещается {limit}. Сократите."


def _is_strange(sign: str) -> bool:
    """True for digits, pictures and signs no name is written with."""
    return sign in "<>;@=_|\\/," or (sign not in "`´" and unicodedata.category(sign)[0] in "NSC")


def person_fault(row: PersonRow, on: date) -> Fault | None:
    """Why this person cannot be written down; None when nothing stands in the way."""
    if not row.surname:
        return Fault("Фамилия", "Нет фамилии. Допишите её или удалите строку.")
    for column, text in (("Фамилия", row.surname), ("Имя", row.given_name), ("Отчество", row.patronymic)):
        message = too_long(column.lower(), text, 80)
        if message:
            return Fault(column, message)
        if text.casefold() in _NO_NAMES:
            return Fault(
                column, f"«{text}» – значение из таблицы, а не {column.lower()}. Впишите, как зовут человека."
            )
        strange = next((sign for sign in text if _is_strange(sign)), "")
        if strange:
            return Fault(
                column,
                f"В имени «{text[:60]}» стоит «{strange}». Оставьте только имя, без дат, номеров и знаков.",
            )
    if row.birth_date is not None and not date(1900, 1, 1) <= row.birth_date <= on:
        return Fault(
            "Дата рождения",
            f"Дата рождения {row.birth_date:%d.%m.%Y} – раньше 1900 года или в будущем. Исправьте её.",
        )
    return None


def close_names(text: str, known: Iterable[str]) -> str:
    """The known full name most like this one, also when only initials are written; empty when none is."""
    by_key: dict[str, str] = {}
    for name in known:
        surname, given, patronymic = split_name(name)
        by_key.setdefault(fold(name), name)
        by_key.setdefault(fold(surname + given[:1] + patronymic[:1]), name)
    close = get_close_matches(fold(text), by_key, 1, 0.75)
    return by_key[close[0]] if close else ""


def bells_that_fit(rows: Iterable[BellRow], problems: Problems) -> Bells:
    """The bells of a file, or none when they contradict each other. Numbers over the last one are left out."""
    rows = list(rows)
    beyond = [row for row in rows if not 0 <= row.number <= MAX_NUMBER]
    if beyond:
        problems.warn(
            beyond[0].where,
            f"Уроков в сетке больше, чем бывает ({MAX_NUMBER}): время лишних, с {beyond[0].number}-го, не взято.",
        )
    found = {
        row.number: (row.starts, row.ends) for row in rows if row not in beyond and row.starts < row.ends
    }
    for (number, span), (following, other) in pairwise(sorted(found.items())):
        if other[0] < span[1]:
            problems.warn(
                rows[0].where,
                f"Время уроков в файле противоречиво: {following}-й урок начинается до конца {number}-го. "
                "Время уроков из файла не взято.",
            )
            return {}
    return found


def extended(bells: Bells, needed: set[int]) -> Bells:
    """The bells with times for the lessons that have none, as far as the day has room.

    After the last lesson: 10 minutes of rest, 45 of lesson (20 when less is left of the day). Before the first one: the
    zero lesson likewise. Between two: the whole of the pause when it holds a lesson of 30 minutes.
    """
    found = dict(bells)
    for number in range(max(found, default=0) + 1, max(needed, default=0) + 1):
        starts = add_minutes(found[number - 1][1], 10) if number - 1 in found else None
        ends = (add_minutes(starts, 45) or add_minutes(starts, 20)) if starts else None
        if starts and ends:
            found[number] = (starts, ends)
    if 0 in needed and 0 not in found and 1 in found:
        ends = add_minutes(found[1][0], -10)
        starts = add_minutes(ends, -45) if ends else None
        if starts and ends:
            found[0] = (starts, ends)
    for number in sorted(needed - set(found)):
        if number - 1 in found and number + 1 in found:
            starts, ends = add_minutes(found[number - 1][1], 5), add_minutes(found[number + 1][0], -5)
            if starts and ends and (add_minutes(starts, 30) or ends) <= ends:
                found[number] = (starts, ends)
    return found
