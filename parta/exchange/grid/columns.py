"""What the columns under a head hold, and the lesson a row has in them."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from statistics import median_low

from ..located import Where
from ..sheets import Table
from ..values import (
    day_name,
    fold,
    is_person_name,
    parse_span,
    tidy,
)
from .cell import NOTHING, ROOM, Entry
from .sheet import Column, Names
from .words import class_heads, is_corner, is_head, label_role


def is_wide(row: list[str], columns: list[Column]) -> bool:
    """A heading over the table, not a day label beside it."""
    position = next((index for index, cell in enumerate(row) if tidy(cell)), 0)
    count = sum(bool(tidy(cell)) for cell in row)
    return position >= columns[0].start or count > columns[0].start


def columns_under(table: Table, index: int, heads: list[tuple[int, str]]) -> list[Column]:
    """The span of columns under each head, and the weekday above it when days stand over the heads."""
    widths = [after[0] - before[0] for before, after in pairwise(heads)]
    usual = median_low(widths) if widths else max(1, min(3, table.width - heads[0][0]))
    found = []
    for position, (start, title) in enumerate(heads):
        end = heads[position + 1][0] if position + 1 < len(heads) else start + usual
        end = min(end, start + max(usual, 1) + 1)
        above = None
        for up in range(index - 1, max(index - 4, -1), -1):
            above = above or day_name(table.cell(up, start))
        days_above = {
            day_name(table.cell(up, head)) for up in range(max(index - 3, 0), index) for head, _ in heads
        }
        found.append(Column(start, end, title, above if len(days_above - {None}) > 1 else None))
    return found


def column_roles(
    table: Table, head: int, columns: list[Column], names: Names = frozenset()
) -> dict[int, str]:
    """What each table column under the heads holds: text, room, teacher or break."""
    by_offset: dict[int, list[str]] = defaultdict(list)
    for row in table.rows[head + 1 :]:
        heads = class_heads(row, names)
        if heads and is_head(row, columns, heads, names):
            break
        for column in columns:
            for position in range(column.start, min(column.end, len(row))):
                text = tidy(row[position])
                if text and text != "-":
                    by_offset[position - column.start].append(text)
    kinds = {offset: _kind(texts) for offset, texts in by_offset.items()}
    if kinds.get(0) in {"room", "teacher"} and "text" not in kinds.values():
        kinds[0] = "text"
    roles = {}
    for column in columns:
        for position in range(column.start, column.end):
            own = table.cell(head, position)
            label = label_role(own) or label_role(table.cell(head + 1, position))
            if is_corner(own) and label_role(own) != "text":
                label = "none"  # the numbers or times of the next block of days
            roles[position] = label or kinds.get(position - column.start, "text")
    return roles


def _kind(texts: list[str]) -> str:
    half = len(texts) * 0.5
    if (
        sum(
            parse_span(text) is not None or bool(re.fullmatch(r"\d{1,2}[-:.]\d{2}\*?", text))
            for text in texts
        )
        > half
    ):
        return "break"
    if sum(is_person_name(text.split("/")[0]) for text in texts) > half:
        return "teacher"
    if sum(ROOM.fullmatch(text) is not None for text in texts) > half:
        return "room"
    return "text"


def has_content(row: list[str], column: Column, roles: dict[int, str]) -> bool:
    """Whether a row says something of a lesson under this head."""
    return any(
        tidy(row[position])
        for position in range(column.start, min(column.end, len(row)))
        if roles[position] == "text"
    )


def entry_at(
    table: Table, index: int, row: list[str], column: Column, roles: dict[int, str], *, is_turned: bool
) -> Entry | None:
    """The lesson of a row under a head; None when nothing but rooms or dashes stands there."""
    where = (
        Where(table.file, table.name, column.start + 1, column.title)
        if is_turned
        else Where(table.file, table.name, index + 1, column.title)
    )
    entry = Entry(where)
    for position in range(column.start, min(column.end, len(row))):
        text = row[position].strip()
        role = roles[position]
        if (
            not text
            or role in {"break", "none"}
            or (position > column.start and row[position] == row[column.start])
        ):
            continue
        if role == "text" and position > column.start and label_role(text):
            continue
        {"room": entry.rooms, "teacher": entry.teachers}.get(role, entry.texts).append(text)
    return entry if any(fold(text) not in NOTHING for text in entry.texts) else None
