"""The workbook of a school, written: empty with examples (`parta template`) or with the school in it (`parta export`).

The sheets and columns are those the reader knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from .formats.workbook import EXPORTED, SHEETS, Column, Sheet

_ROWS: Final = 2000
_GUIDE: Final = (
    "Как заполнять эту книгу",
    "",
    "Каждый лист – одно: сотрудники, классы, ученики, предметы, нагрузка, расписание, КТП. Лишние листы можно удалить.",
    "Заголовки с звёздочкой обязательны: строка без этих данных не будет принята. Порядок столбцов любой.",
    "Серые строки – образцы. Удалите их или запишите поверх, иначе они будут загружены как настоящие.",
    "Наведите указатель на заголовок: подсказка скажет, что в нём писать.",
    "Ячейки не объединяйте, формул не пишите, одну строку – одному человеку или уроку.",
    "Учителя и классы пишите так же, как в листах «Сотрудники» и «Классы»; «Соколова М. В.» тоже подойдёт.",
    "",
    "Загрузка ничего не меняет, пока вы не посмотрели, что будет сделано, и не согласились.",
    "Загружать можно сколько угодно раз: те же люди и классы не задвоятся, изменённое обновится.",
)


_GUIDE_OF_EXPORT: Final = (
    EXPORTED,
    "",
    "Здесь школа на день выгрузки: сотрудники, классы, подгруппы, ученики с представителями, предметы, нагрузка, "
    "расписание, КТП.",
    "В ней персональные данные: храните её как журнал, не пересылайте открыто, ненужную удалите.",
    "Книгу можно исправить и загрузить снова («Настройка» → «Загрузка данных»): изменится только исправленное.",
    "Пустая школа, в которую её загрузят, станет такой же. Даты периодов, звонки и записи журналов сюда не входят.",
)

Rows = Mapping[str, Sequence[Mapping[str, str]]]
"""Sheet key → rows, each column key → text."""


def write(path: Path, *, with_examples: bool = True) -> None:
    """Write the empty workbook to `path`. Raises OSError when it cannot be written there."""
    examples = {sheet.key: _examples(sheet) if with_examples else [] for sheet in SHEETS if sheet.in_template}
    _write(path, _GUIDE, examples, is_template=True)


def write_school(path: Path, rows: Rows) -> None:
    """Write a school's workbook to `path`. Raises OSError when it cannot be written there."""
    _write(path, _GUIDE_OF_EXPORT, rows, is_template=False)


def _examples(sheet: Sheet) -> list[Mapping[str, str]]:
    count = max(len(column.example) for column in sheet.columns)
    return [
        {column.key: column.example[index] for column in sheet.columns if index < len(column.example)}
        for index in range(count)
    ]


def _write(path: Path, words: Sequence[str], rows: Rows, *, is_template: bool) -> None:
    book = xlsxwriter.Workbook(
        str(path), {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    )
    book.set_properties({"title": "Данные школы для Парты", "company": "", "comments": ""})
    formats = {
        "head": book.add_format(
            {"bold": True, "bg_color": "#E3EAF2", "bottom": 2, "text_wrap": True, "valign": "vcenter"}
        ),
        "needed": book.add_format(
            {"bold": True, "bg_color": "#C9DAEC", "bottom": 2, "text_wrap": True, "valign": "vcenter"}
        ),
        "example": book.add_format({"font_color": "#7A7A7A", "italic": True, "num_format": "@"}),
        "text": book.add_format({"num_format": "@"}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "guide": book.add_format({"text_wrap": True, "valign": "top"}),
    }
    guide = book.add_worksheet("Памятка")
    guide.set_column(0, 0, 100)
    guide.hide_gridlines(2)
    for index, text in enumerate(words):
        guide.write_string(index, 0, text, formats["title" if index == 0 else "guide"])
    for sheet in SHEETS:
        if sheet.in_template or rows.get(sheet.key):
            columns = [column for column in sheet.columns if column.in_template or not is_template]
            _sheet(book, sheet.title, columns, formats, rows.get(sheet.key, ()), is_template=is_template)
    book.close()


def _sheet(
    book: Any,
    title: str,
    columns: Sequence[Column],
    formats: dict[str, Any],
    rows: Sequence[Mapping[str, str]],
    *,
    is_template: bool,
) -> None:
    page = book.add_worksheet(title)
    last = max(_ROWS, len(rows))
    page.freeze_panes(1, 0)
    page.set_row(0, 32)
    for position, column in enumerate(columns):
        page.set_column(position, position, column.width, formats["text"])
        page.write_string(
            0,
            position,
            column.head + ("*" if column.needed else ""),
            formats["needed" if column.needed else "head"],
        )
        page.write_comment(0, position, _comment(column), {"x_scale": 1.8, "y_scale": 1.2})
        if column.choices:
            page.data_validation(
                1, position, last, position,
                {
                    "validate": "list", "source": _choices(column), "ignore_blank": True,
                    "error_type": "warning", "error_title": column.head[:32],
                    "error_message": "Такого значения нет в списке. Оставить?",
                },
            )  # fmt: skip
        for index, row in enumerate(rows, 1):
            if row.get(column.key):
                page.write_string(
                    index, position, row[column.key], formats["example" if is_template else "text"]
                )
    page.autofilter(0, 0, last, len(columns) - 1)


def _choices(column: Column) -> list[str]:
    """A list validation holds at most 255 characters: the first choices that fit."""
    found: list[str] = []
    for choice in column.choices:
        if len(",".join([*found, choice])) > 255:
            break
        found.append(choice)
    return found


def _comment(column: Column) -> str:
    lines = ["Обязательно." if column.needed else "Можно оставить пустым."]
    if column.hint:
        lines.append(column.hint)
    if column.choices:
        lines.append("Варианты: " + "; ".join(column.choices) + ".")
    return "\n".join(lines)
