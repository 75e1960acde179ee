"""Parta's own workbook, as `parta template` writes it, and the lists schools keep in the same sense.

A sheet for each kind of thing, heads in the first rows. Sheets and columns are known by their names, in any order; what
is missing is simply not told. A CSV file with the heads of one sheet is taken as that sheet. A sheet of the timetable
may be a grid of classes and days.
"""

from __future__ import annotations

from pathlib import Path

from parta.exchange.data import Options, SchoolData
from parta.exchange.formats import published_grid
from parta.exchange.grid import is_by_teacher, parse_sheet
from parta.exchange.limits import read_bytes
from parta.exchange.located import BadFile, Problems, Where
from parta.exchange.sheets import TEXTS, Table, is_spreadsheet, read_csv, read_tables
from parta.exchange.values import fold, tidy

from .gathered import Gathered
from .heads import lacking, nearest, sheet_of
from .layout import EXPORTED, SHEETS, Column, Sheet
from .reader import TITLE, finished, read_sheet

__all__ = ["EXPORTED", "SHEETS", "TITLE", "Column", "Sheet", "detect", "explain", "read"]


def detect(path: Path) -> bool:
    """True when at least one sheet has our heads."""
    if not path.is_file():
        return False
    if path.suffix.lower() in TEXTS and not is_spreadsheet(path):
        try:
            table, _ = read_csv(read_bytes(path), path.name)
        except BadFile:
            return True
        return _is_whole(table)
    return is_spreadsheet(path) and any(map(_is_whole, read_tables(path).tables))


def _is_whole(table: Table) -> bool:
    found = sheet_of(table)
    return found is not None and not found.missing


def read(path: Path, options: Options | None = None) -> SchoolData:
    """All sheets of the workbook, row by row. Raises BadFile when none of them is ours."""
    problems = Problems()
    source = read_tables(path)
    for remark in source.remarks:
        problems.warn(Where(path.name), remark)
    book = Gathered(path.name, problems)
    grids: list[Table] = []
    known = 0
    # Titles of subgroups first: rows of other sheets name them.
    for found, table in sorted(
        ((sheet_of(table), table) for table in source.tables),
        key=lambda pair: pair[0] is None or pair[0].sheet.key != "subgroups",
    ):
        if found is not None and not found.missing:
            known += 1
            read_sheet(found, table, book)
        elif (found is None or found.sheet.key == "slots") and parse_sheet(table).entries:
            grids.append(table)
        elif found is not None and not is_by_teacher(table):
            problems.error(
                Where(path.name, table.name, found.head + 1),
                lacking("Лист не прочитан: название его знакомо", table, found),
            )
        elif table.name == "Памятка" and tidy(table.cell(0, 0)) == EXPORTED:
            book.is_finished = book.is_export = True
        elif any(tidy(cell) for row in table.rows for cell in row) and fold(table.name) not in {
            "памятка", "инструкция", "списки",
        }:  # fmt: skip
            problems.warn(Where(path.name, table.name), "Лист не узнан по названию и заголовкам и пропущен.")
    if not known and problems.errors:
        raise BadFile(f"Книга «{path.name}»: " + " ".join(map(str, problems.errors[:5])))
    if not known:
        raise BadFile(
            f"В книге «{path.name}» нет ни одного листа с нужными заголовками. Возьмите пустую книгу командой "
            "«parta template» или проверьте заголовки столбцов."
        )
    if grids:
        _grid(book, grids)
    return finished(book)


def _grid(book: Gathered, tables: list[Table]) -> None:
    """Put the lessons of a published grid to the lists of the same workbook, which name who teaches what."""
    grid = published_grid.read_tables_of(book.file, tables, book.problems)
    for room in grid.rooms:
        book.rooms.setdefault(fold(room.title), room)
    for subgroup in grid.subgroups:
        book.subgroups.setdefault(fold(subgroup.title), subgroup)
    book.slots += grid.slots
    book.bells += grid.bells
    book.is_finished = True


def explain(path: Path) -> str:
    """Why no table of a file was taken for a sheet of ours: the nearest one and what it lacks. Empty: none is near."""
    return nearest(read_tables(path).tables)
