"""What a person should look at: cells under a formula, places that two sheets tell differently, a second shift."""

from __future__ import annotations

from dataclasses import replace

from parta.exchange.grid import Sheet
from parta.exchange.located import Problems, Where
from parta.exchange.sheets import Table, column_letters
from parta.exchange.values import DAY_NAMES, is_error_value, tidy

from .building import class_order


def remark_formulas(names: set[str], tables: list[Table], problems: Problems) -> None:
    """Refuse cells whose formula has no saved value: what stands there, only the spreadsheet knows."""
    for table in tables:
        for row, column in table.formulas_without_value[:20] if table.name in names else ():
            problems.error(
                Where(table.file, table.name, row + 1, column_letters(column)),
                "В ячейке формула без вычисленного значения. Вставьте значение вместо формулы.",
            )


def without_errors(tables: list[Table]) -> tuple[list[Table], list[Where]]:
    """The tables with error values («#REF!») emptied, as a lesson of that name is none, and where those stood."""
    places: list[Where] = []
    emptied = []
    for table in tables:
        found = [
            (row, column)
            for row, cells in enumerate(table.rows)
            for column, cell in enumerate(cells)
            if is_error_value(cell)
        ]
        if found:
            table = replace(table, rows=[list(cells) for cells in table.rows])
        for row, column in found:
            places.append(Where(table.file, table.name, row + 1, column_letters(column)))
            table.rows[row][column] = ""
        emptied.append(table)
    return emptied, places


def remark_errors(names: set[str], places: list[Where], problems: Problems) -> None:
    """Refuse the cells with error values in the sheets that are read."""
    read = [place for place in places if place.sheet in names]
    for place in read[:20]:
        problems.error(place, "В ячейке ошибка вместо значения. Исправьте формулу или впишите само значение.")
    if len(read) > 20:
        problems.error(read[20], f"И ещё таких ячеек: {len(read) - 20}.")


def remark_contradictions(sheets: list[Sheet], problems: Problems) -> None:
    """Refuse lessons that stand in the sheet twice with different content: which of them holds, nobody can tell."""
    twice = [item for sheet in sheets for item in sheet.twice]
    for (title, weekday, number, _), one, other in twice[:20]:
        problems.error(
            other.where,
            f"{title}, {DAY_NAMES[weekday - 1]}, {number}-й урок: здесь «{tidy(other.texts[0])[:40]}», а в строке "
            f"{one.where.row} – «{tidy(one.texts[0])[:40]}». Если это две недели, подпишите их «Нечётная неделя» и "
            "«Чётная неделя», если другой день – напишите его название.",
        )
    if len(twice) > 20:
        problems.error(twice[20][2].where, f"И ещё таких мест: {len(twice) - 20}.")


def remark_numbers(sheets: list[Sheet], problems: Problems) -> None:
    """Refuse rows whose lesson number cannot be read: their lessons would fall under the number above."""
    unread = [item for sheet in sheets for item in sheet.unnumbered]
    for where, label in unread[:20]:
        problems.error(
            where,
            f"«{label[:40]}» – не номер урока, и уроки этой строки не прочитаны. Впишите номер, а для нескольких "
            "уроков подряд – «3-4» или по строке на каждый (столбец должен быть текстовым, иначе «3-4» станет датой).",
        )
    if len(unread) > 20:
        problems.error(unread[20][0], f"И ещё таких строк: {len(unread) - 20}.")


def remark_shifts(sheets: list[Sheet], file: str, problems: Problems) -> None:
    """Classes of a second shift, whose lessons need bells of their own."""
    titles = sorted(set().union(*(sheet.second_shift for sheet in sheets)), key=class_order)
    if titles:
        problems.warn(
            Where(file),
            f"Во второй смене: {', '.join(titles)}. Номера их уроков взяты как в файле; заведите звонки второй смены и "
            "укажите их в карточках этих классов, иначе уроки встанут по звонкам первой.",
        )
