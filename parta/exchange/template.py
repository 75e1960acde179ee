"""The empty workbook a school fills in: `parta template`. The sheets and columns are those the reader knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import xlsxwriter

from .formats.workbook import SHEETS, Column, Sheet

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


def write(path: Path, *, with_examples: bool = True) -> None:
    """Write the workbook to `path`. Raises OSError when it cannot be written there."""
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
    for index, text in enumerate(_GUIDE):
        guide.write_string(index, 0, text, formats["title" if index == 0 else "guide"])
    for sheet in SHEETS:
        _sheet(book, sheet, formats, with_examples=with_examples)
    book.close()


def _sheet(book: Any, sheet: Sheet, formats: dict[str, Any], *, with_examples: bool) -> None:
    page = book.add_worksheet(sheet.title)
    page.freeze_panes(1, 0)
    page.set_row(0, 32)
    columns = [column for column in sheet.columns if column.in_template]
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
                1, position, _ROWS, position,
                {
                    "validate": "list", "source": _choices(column), "ignore_blank": True,
                    "error_type": "warning", "error_title": column.head[:32],
                    "error_message": "Такого значения нет в списке. Оставить?",
                },
            )  # fmt: skip
        if with_examples:
            for row, text in enumerate(column.example, 1):
                if text:
                    page.write_string(row, position, text, formats["example"])
    page.autofilter(0, 0, _ROWS, len(columns) - 1)


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
