"""A sheet with classes as heads of columns, days and lesson numbers beside the rows."""

from __future__ import annotations

from dataclasses import dataclass

from ..located import Where
from ..sheets import Table
from ..values import (
    day_name,
    parse_span,
    tidy,
)
from .cell import copied
from .columns import column_roles, columns_under, entry_at, has_content, is_wide
from .sheet import Column, Names, Sheet
from .words import (
    FOOTER,
    class_heads,
    has_numbers,
    is_head,
    is_no_number,
    lesson_number,
    lesson_span,
    number_place,
    shift_of,
    week_of,
)


@dataclass
class _State:
    """Where a walk down the rows is: day, week, lesson and shift that hold, and the row of the last lesson."""

    weekday: int | None
    week: int = 0
    number: int | None = None
    shift: int = 1
    last: int = -9
    place: int | None = None
    """The column in which the numbers stand."""

    def heading(self, row: list[str], *, is_wide: bool) -> bool:
        """Take a row that is nothing but a heading: a day, a week or a shift. True when it was one."""
        filled = list(dict.fromkeys(tidy(cell) for cell in row if tidy(cell)))
        if not filled or len(filled) > 2:
            return False
        week = next((week for text in filled if (week := week_of(text))), None)
        shift = next((shift for text in filled if (shift := shift_of(text))), None)
        day = next((day for text in filled if (day := day_name(text))), None) if is_wide else None
        told = sum(value is not None for value in (week, shift, day))
        if told < len(filled):
            return False
        if week:
            self.week, self.weekday = week, None
        if shift:
            self.shift = shift
        self.weekday, self.number = day or self.weekday, None
        return True


def walk_across(table: Table, names: Names, *, is_turned: bool) -> Sheet:
    """Classes as heads of columns, days and lesson numbers beside the rows."""
    sheet = Sheet(table.name)
    columns: list[Column] = []
    roles: dict[int, str] = {}
    state = _State(day_name(table.name), week_of(table.name) or 0, shift=shift_of(table.name) or 1)
    is_numbered = has_numbers(table, names)
    for index, row in enumerate(table.rows):
        heads = class_heads(row, names)
        if heads and is_head(row, columns, heads, names):
            columns = columns_under(table, index, heads)
            roles = column_roles(table, index, columns, names)
            labels = row[: columns[0].start]
            label = next((day for cell in labels if (day := day_name(cell))), None)
            state.weekday = label or state.weekday
            state.week = next((week for cell in labels if (week := week_of(cell))), None) or state.week
            state.shift = next((shift for cell in labels if (shift := shift_of(cell))), None) or state.shift
            if label:
                state.number = None
            if state.shift == 2:
                sheet.second_shift |= {title for _, title in heads}
            continue
        if state.heading(row, is_wide=not columns or is_wide(row, columns)):
            continue
        if not columns:
            filled = {tidy(cell) for cell in row if tidy(cell)}
            if (day := next((day for cell in row if (day := day_name(cell))), None)) and len(filled) <= 3:
                state.weekday = day
            continue
        labels = row[: columns[0].start]
        day = next((day for cell in labels if (day := day_name(cell))), None)
        if day and day != state.weekday:
            state.weekday, state.number = day, None
        found, through = lesson_number(labels), 0
        if found is None and (several := lesson_span(labels)):
            found, through = several
        state.place = number_place(labels) if state.place is None else state.place
        if found is None and any(FOOTER.search(cell) for cell in labels):
            state.number, state.last = None, -9
            continue
        told = tidy(labels[state.place]) if state.place is not None and state.place < len(labels) else ""
        if (
            found is None
            and is_no_number(told)
            and any(has_content(row, column, roles) for column in columns)
        ):
            sheet.unnumbered.append((Where(table.file, table.name, index + 1), told))
            continue
        span = next((span for cell in labels if (span := parse_span(cell))), None)
        if found is None and not is_numbered and any(has_content(row, column, roles) for column in columns):
            found = (state.number or 0) + 1
        goes_on = index - state.last <= 2 and found in {None, state.number}
        state.number = found if found is not None else state.number
        if state.number is None or state.number > 15:
            continue
        state.last = index
        numbers = range(state.number, max(through, state.number) + 1)
        if span:
            sheet.bells.append((state.number, *span))
        week = (
            next((week for cell in labels if len(cell) < 20 and (week := week_of(cell))), None) or state.week
        )
        for column in columns:
            on = column.weekday or state.weekday
            if on is None:
                continue
            entry = entry_at(table, index, row, column, roles, is_turned=is_turned)
            for offset in range(column.start, min(column.end, len(row))):
                if roles.get(offset) == "break" and (pause := parse_span(row[offset])):
                    sheet.breaks.append((state.number, *pause))
            if entry is not None:
                for number in numbers:
                    sheet.add(
                        (column.title, on, number, week),
                        entry if number == state.number else copied(entry),
                        goes_on=goes_on,
                    )
        state.number = numbers[-1]
    return sheet
