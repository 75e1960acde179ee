"""Which sheet of ours a table is, and where its columns stand: by the names of sheets and the heads of columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from parta.exchange.grid import is_by_teacher
from parta.exchange.sheets import Table, spread_merges
from parta.exchange.values import class_title, fold, parse_class, tidy

from .layout import SHEETS, Sheet
from .words import WHOLE_NAMES

_HEAD_ROWS: Final = 15
"""Among how many first rows the heads are looked for."""


@dataclass(frozen=True)
class Found:
    """A sheet of ours in a table.

    `head`: the (last) row of heads; `places`: column key → position; `missing`: needed columns that are not there.
    `implied`: values the whole sheet has by its name or title, for columns it lacks. `classes`: position → class, when
    each class has a column of its own with hours under it. `is_sectioned`: classes stand as headings between the rows.
    """

    sheet: Sheet
    head: int
    places: dict[str, int]
    missing: tuple[str, ...] = ()
    implied: dict[str, str] = field(default_factory=dict)
    classes: dict[int, str] = field(default_factory=dict)
    is_sectioned: bool = False


def sheet_of(table: Table) -> Found | None:
    """Which sheet of ours a table is. With `missing` columns only when its name says so."""
    by_name = [sheet for sheet in SHEETS if sheet.is_named(table.name)]
    whole: Found | None = None
    partial: Found | None = None
    for sheet in by_name or SHEETS:
        found = _heads(table, sheet)
        if found is None:
            continue
        if not found.missing:
            if whole is None or len(found.places) > len(whole.places):
                whole = found
        elif partial is None or len(found.places) > len(partial.places):
            partial = found
    if whole and not by_name and whole.sheet.key in {"homerooms", "subjects"} and len(whole.places) < 2:
        return None  # one word «Класс» or «Предмет» stands at the head of many tables
    return whole or (partial if by_name else None)


def nearest(tables: list[Table]) -> str:
    """Why none of the tables was taken for a sheet of ours: the nearest one and what it lacks. Empty: none is near."""
    for table in tables:
        named = sheet_of(table)
        if named and named.missing and len(named.missing) <= len(named.places):
            return lacking(f"Лист «{table.name}» назван знакомо", table, named)
    near = [(table, found) for table in tables for sheet in SHEETS if (found := _heads(table, sheet))]
    near = [(table, found) for table, found in near if len(found.places) >= 2 and found.missing]
    if not near:
        return ""
    table, found = max(near, key=lambda item: (len(item[1].places), -len(item[1].missing)))
    return lacking(f"Лист «{table.name}» похож на «{found.sheet.title}»", table, found)


def lacking(beginning: str, table: Table, found: Found) -> str:
    """Which columns a sheet lacks, and which it has."""
    wanted = ", ".join(f"«{head}»" for head in found.missing)
    there = ", ".join(f"«{tidy(cell)[:30]}»" for cell in table.rows[found.head] if tidy(cell))
    return (
        f"{beginning}, но нет {'столбца' if len(found.missing) == 1 else 'столбцов'} {wanted}. Есть: {there[:300]}. "
        "Назовите столбцы так или перенесите данные в пустую книгу («parta template»)."
    )


def _heads(table: Table, sheet: Sheet) -> Found | None:
    """The heads of a sheet in one of the first rows (or in two, one below the other): those that find most columns."""
    best: Found | None = None
    known = frozenset(fold(name) for column in sheet.columns for name in sheet.heads_of(column))
    for index in range(min(len(table.rows), _HEAD_ROWS)):
        found = max(
            (_with(table, sheet, names, row) for names, row in _names(table, index, known)),
            key=lambda found: (-len(found.missing), len(found.places)),
        )
        if not found.missing:
            return found
        if found.places and (best is None or len(found.missing) < len(best.missing)):
            best = found
    return best


def _names(table: Table, index: int, known: frozenset[str]) -> Iterator[tuple[dict[str, int], int]]:
    """Folded heads → positions, and the row they end in: of one row, then of it with the row below.

    «Родители» over «Телефон» is «Родители Телефон» when that is `known`, and not the phone of somebody else.
    """
    upper = spread_merges(Table(table.name, table.rows[: index + 1], table.merges)).rows[index]
    alone: dict[str, int] = {}
    for position, cell in enumerate(table.rows[index]):
        if tidy(cell):
            alone.setdefault(fold(cell.replace("*", "")), position)
    yield alone, index
    if index + 1 >= len(table.rows):
        return
    pair: dict[str, int] = {}
    for position in range(max(len(upper), len(table.rows[index + 1]))):
        above = tidy(upper[position]) if position < len(upper) else ""
        below = tidy(table.cell(index + 1, position))
        both = f"{above} {below}"
        for name in (both,) if fold(both) in known else (below or above,):
            if tidy(name):
                pair.setdefault(fold(name.replace("*", "")), position)
    yield pair, index + 1


def _with(table: Table, sheet: Sheet, names: dict[str, int], head: int) -> Found:
    places: dict[str, int] = {}
    for column in sheet.columns:
        for name in sheet.heads_of(column):
            if fold(name) in names and names[fold(name)] not in places.values():
                places[column.key] = names[fold(name)]
                break
    keys = {column.key for column in sheet.columns}
    if "given_name" in keys and not {"surname", "given_name"} <= set(places):
        whole = next((names[fold(name)] for name in WHOLE_NAMES[sheet.key] if fold(name) in names), None)
        if whole is not None:
            places = {key: place for key, place in places.items() if place != whole} | {"full_name": whole}
    missing = {
        column.key: column.head
        for column in sheet.columns
        if column.needed
        and column.key not in places
        and not ("full_name" in places and column.key in {"surname", "given_name"})
    }
    implied, classes, is_sectioned = _implied(table, sheet, names, head, set(missing), set(places))
    left = tuple(
        head
        for key, head in missing.items()
        if key not in implied
        and not (classes and key in {"homeroom", "hours"})
        and not (is_sectioned and key == "homeroom")
    )
    return Found(sheet, head, places, left, implied, classes, is_sectioned)


def _implied(
    table: Table, sheet: Sheet, names: dict[str, int], head: int, missing: set[str], places: set[str]
) -> tuple[dict[str, str], dict[int, str], bool]:
    """What stands for needed columns that are missing: see `Found`."""
    if sheet.key == "students" and missing == {"homeroom"}:
        title = _class_in(table.name) or next(
            (title for row in table.rows[:head] for cell in row if (title := _class_in(cell))), ""
        )
        sectioned = sum(section_class(table, index) != "" for index in range(head + 1, len(table.rows)))
        return ({}, {}, True) if sectioned else ({"homeroom": title} if title else {}, {}, False)
    if sheet.key == "staff" and missing == {"roles"} and not is_by_teacher(table):
        heads = "|".join(names)
        of_teachers = re.search(r"учител|педаг|педсост|преподав", table.name.casefold()) or re.search(
            r"фио(учит|педаг|преп)", heads
        )
        return ({"roles": "учитель"} if of_teachers else {}), {}, False
    if sheet.key == "loads" and "homeroom" in missing and missing <= {"homeroom", "hours"}:
        classes = {
            position: class_title(*parsed)
            for position, cell in enumerate(table.rows[head])
            if len(tidy(cell)) < 16 and (parsed := parse_class(cell))
        }
        return {}, classes, False
    if sheet.key == "plans" and missing and missing <= {"subject", "homeroom"} and "text" in places:
        return {key: value for key, value in _plan_in(table.name).items() if key in missing}, {}, False
    return {}, {}, False


def _class_in(text: str) -> str:
    """The class a name of a sheet or a title tells of: «5А», «Список учащихся 5 «А» класса»; empty when none."""
    parsed = parse_class(text)
    if parsed is None:
        found = re.findall(r"(?<!\d)(1[0-2]|[1-9])\s?[-«\"]?\s?([А-ЯЁA-Zа-яё])(?![А-Яа-яё\w])", tidy(text))
        parsed = (int(found[0][0]), found[0][1].upper(), "") if len(found) == 1 else None
    return class_title(*parsed) if parsed and (parsed[1] or "кл" in text.casefold()) else ""


def section_class(table: Table, index: int) -> str:
    """The class a row is the heading of: it stands alone in the row. Empty for other rows."""
    alone = lone_text(table, index)
    if not alone or len(alone) > 40:
        return ""
    return _class_in(re.sub(r"^\s*класс\s*:?\s*", "", alone, flags=re.IGNORECASE))


def lone_text(table: Table, index: int) -> str:
    """The only text of a row, whether its cells are merged or not; empty when there are several or none."""
    filled = list(dict.fromkeys(tidy(cell) for cell in table.rows[index] if tidy(cell)))
    return filled[0] if len(filled) == 1 else ""


def _plan_in(name: str) -> dict[str, str]:
    """Subject and class of a sheet named «Русский язык 6», «КТП Алгебра 7А»."""
    found = re.fullmatch(
        r"(?:ктп|ктр|план|рп)?[\s._-]*(?P<subject>\D{3,}?)[\s,._-]*(?P<grade>\d{1,2})\s?[-«\"]?\s?(?P<letter>[А-Яа-яё])?[»\"]?"
        r"\s*(?:класс\w*|кл\.?)?",
        tidy(name),
        flags=re.IGNORECASE,
    )
    if not found or not 1 <= int(found["grade"]) <= 12:
        return {}
    return {"subject": found["subject"].strip(" ,._-"), "homeroom": found["grade"] + (found["letter"] or "")}
