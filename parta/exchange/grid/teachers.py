"""A timetable of teachers, which is told apart and not read."""

from __future__ import annotations

import re

from ..sheets import Table, spread_merges
from ..values import (
    day_name,
    fold,
    is_person_name,
    tidy,
)
from .cell import FULL_NAME
from .words import is_label


def is_by_teacher(table: Table) -> bool:
    """True for a timetable of teachers: their names head the rows or columns, and the cells name classes."""
    spread = spread_merges(table)
    if len(spread.rows) > 5000 or spread.width > 1000:
        return False
    columns = [
        [row[place] for row in spread.rows if place < len(row)] for place in range(min(spread.width, 4))
    ]
    if (
        max(
            (len({fold(cell) for cell in line if _is_name(cell)}) for line in (*columns, *spread.rows)),
            default=0,
        )
        < 2
    ):
        return False
    if not any(day_name(cell) for row in spread.rows for cell in row):
        return False
    classes = others = 0
    for cell in (cell for row in spread.rows for cell in row):
        text = tidy(cell)
        if not re.search(r"[^\W\d_]", text) or _is_name(text) or day_name(text) or is_label(text):
            continue
        is_class = re.match(r"(1[01]|[1-9])\s?[-«\"]?\s?[А-Яа-яA-Za-z](?![а-яё])", text)
        classes, others = classes + bool(is_class), others + (not is_class)
    return classes >= 3 and classes > others


def _is_name(cell: str) -> bool:
    return is_person_name(cell) or bool(FULL_NAME.fullmatch(tidy(cell)))
