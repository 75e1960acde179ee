"""Sheets of one class: days as heads of columns, or days and numbers down the side under named columns."""

from __future__ import annotations

import re
from collections import defaultdict

from ..sheets import Table
from ..values import (
    class_title,
    day_name,
    parse_class,
    parse_span,
    tidy,
)
from .columns import column_roles, columns_under, entry_at
from .sheet import Column, Names, Sheet
from .words import FOOTER, class_of, day_heads, label_role, lesson_number, shift_of, week_of


def parse_single(table: Table) -> Sheet | None:
    """A sheet of one class: its title in the sheet's name or above, days as heads of columns (or one under another)."""
    title = parse_class(table.name)
    for row in table.rows[:6]:
        for text in row:
            title = title or next(
                (
                    parsed
                    for word in re.findall(
                        r"\d{1,2}\s?[-«\"]?\s?[А-ЯЁA-Zа-яё]\b[»\"]?(?:\s*класс)?|\d{1,2}\s*класс", tidy(text)
                    )
                    if (parsed := parse_class(word))
                ),
                None,
            )
    if title is None:
        return None
    name = class_title(*title)
    across = walk_days(table, frozenset(), name)
    return across if across.entries else _walk_subjects(table, name)


def walk_days(table: Table, names: Names, title: str = "") -> Sheet:
    """Days as heads of columns, lesson numbers down the side; the class is `title`, or stands beside or above."""
    sheet = Sheet(table.name)
    columns: list[Column] = []
    roles: dict[int, str] = {}
    number: int | None = None
    week = week_of(table.name) or 0
    is_second = shift_of(table.name) == 2
    for index, row in enumerate(table.rows):
        days = day_heads(row)
        if days:
            heads = columns_under(table, index, [(position, "") for position, _ in days])
            columns = [
                Column(column.start, column.end, "", day)
                for column, (_, day) in zip(heads, days, strict=True)
            ]
            roles = column_roles(table, index, columns)
            number = None
            continue
        labels = row[: columns[0].start] if columns else row
        beside = next((said for cell in labels if (said := class_of(cell, names))), "")
        if beside and beside != title:
            title, number = beside, None
        if not columns or not title:
            continue
        found = lesson_number(labels)
        number = found if found is not None else number
        if number is None or number > 15 or any(FOOTER.search(cell) for cell in labels):
            continue
        if span := next((span for cell in labels if (span := parse_span(cell))), None):
            sheet.bells.append((number, *span))
        if is_second:
            sheet.second_shift.add(title)
        for column in columns:
            entry = entry_at(table, index, row, column, roles, is_turned=False)
            if entry and column.weekday:
                sheet.add((title, column.weekday, number, week), entry, goes_on=found is None)
    return sheet


def _walk_subjects(table: Table, title: str) -> Sheet:
    """A sheet of one class with days and numbers down the side, under heads «Предмет», «Учитель», «Кабинет»."""
    sheet = Sheet(table.name)
    roles: dict[int, str] = {}
    weekday: int | None = None
    number: int | None = None
    week = week_of(table.name) or 0
    for index, row in enumerate(table.rows):
        named = {position: role for position, cell in enumerate(row) if (role := label_role(cell))}
        subject = next(
            (p for p, cell in enumerate(row) if re.match("предмет|дисциплин", tidy(cell).casefold())), -1
        )
        if subject > 0:
            roles = {p: named.get(p, "none") for p in range(subject, len(row))}
            column = Column(subject, len(row), title, None)
            continue
        if not roles:
            continue
        labels = row[: column.start]
        day = next((day for cell in labels if (day := day_name(cell))), None)
        if day and day != weekday:
            weekday, number = day, None
        found = lesson_number(labels)
        number = found if found is not None else number
        entry = entry_at(table, index, row, column, defaultdict(lambda: "none", roles), is_turned=False)
        if entry and weekday and number is not None and number <= 15:
            if span := next((span for cell in labels if (span := parse_span(cell))), None):
                sheet.bells.append((number, *span))
            sheet.add((title, weekday, number, week), entry, goes_on=found is None)
    return sheet
