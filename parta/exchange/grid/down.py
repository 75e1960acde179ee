"""A sheet with classes down the side and lesson numbers as heads of columns."""

from __future__ import annotations

from ..sheets import Table
from ..values import (
    day_name,
)
from .across import _State
from .columns import column_roles, columns_under, entry_at
from .sheet import Column, Names, Sheet
from .words import class_heads, lesson_heads, shift_of, week_of


def walk_down(table: Table, names: Names) -> Sheet:
    """Classes down the side, lesson numbers (and above them days) as heads of columns; the table may be repeated."""
    sheet = Sheet(table.name)
    columns: list[Column] = []
    numbers: list[int] = []
    roles: dict[int, str] = {}
    state = _State(day_name(table.name), week_of(table.name) or 0, shift=shift_of(table.name) or 1)
    for index, row in enumerate(table.rows):
        heads = class_heads(row, names)
        found = [] if heads else lesson_heads(row)
        if found:
            columns = columns_under(
                table, index, [(position, f"{number}-й урок") for position, number in found]
            )
            numbers = [number for _, number in found]
            roles = column_roles(table, index, columns, names)
            label = next((day for cell in row[: columns[0].start] if (day := day_name(cell))), None)
            state.weekday = label or state.weekday
        elif not heads:
            state.heading(row, is_wide=True)
        elif columns and heads[0][0] < columns[0].start:
            title = heads[0][1]
            if state.shift == 2:
                sheet.second_shift.add(title)
            for column, number in zip(columns, numbers, strict=True):
                on = column.weekday or state.weekday
                entry = entry_at(table, index, row, column, roles, is_turned=False)
                if entry is not None and on is not None:
                    goes_on = table.cell(index - 1, heads[0][0]) == table.cell(index, heads[0][0])
                    sheet.add((title, on, number, state.week), entry, goes_on=goes_on)
    return sheet
