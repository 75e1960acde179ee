"""The workbook a school publishes: a grid of days, lesson numbers and classes.

Nothing is taken by position. Class titles make the heads of columns (a sheet with classes down the side is turned
first), weekdays and lesson numbers are looked for beside and above, and what the columns under a class hold (subject,
room, teacher, break) is told by what stands in them. «Английский язык/ИКТ» with rooms «318/346» are two halves of the
class at once; «7к(г)» and «7к(т)» are halves of one class throughout.
"""

from __future__ import annotations

from pathlib import Path

from parta.exchange.data import Options, SchoolData
from parta.exchange.grid import Place, Sheet, is_by_teacher, lacks, parse_sheet
from parta.exchange.grid.cell import Entry, Names
from parta.exchange.located import BadFile, Problems, Where
from parta.exchange.sheets import Table, is_table, read_tables
from parta.exchange.values import fold, tidy

from .building import TITLE as TITLE
from .building import build
from .choosing import chosen_sheets
from .remarks import (
    remark_contradictions,
    remark_errors,
    remark_formulas,
    remark_numbers,
    remark_shifts,
    without_errors,
)
from .weeks import weekly, weeks_of_cells


def detect(path: Path) -> bool:
    """True when some sheet has classes (or groups of a college) as heads and weekdays beside them."""
    if not path.is_file() or not is_table(path):
        return False
    try:
        tables = read_tables(path).tables
    except BadFile:
        return False  # a table of ours in a strange encoding: its own reader says so
    return any(parse_sheet(table).entries for table in tables) or any(
        parse_sheet(table, with_groups=True).entries for table in tables
    )


def _sheets(tables: list[Table]) -> list[Sheet]:
    """The sheets that are timetables: of classes, else of groups."""
    found = [sheet for sheet in map(parse_sheet, tables) if sheet.entries]
    if found:
        return found
    return [sheet for table in tables if (sheet := parse_sheet(table, with_groups=True)).entries]


def explain(path: Path, *, only_teachers: bool = False) -> str:
    """What a book that is no timetable lacks to be one: classes, or days; or that it is one of teachers
    (`only_teachers`: that alone). Empty when it is far from a timetable."""
    tables = read_tables(path).tables
    for table in tables:
        if is_by_teacher(table):
            return _by_teacher(table.name) + " Загрузите расписание, где в столбцах (или строках) классы."
    if only_teachers:
        return ""
    if not any(tidy(cell) for table in tables for row in table.rows for cell in row):
        return "В нём нет ни одной заполненной клетки. Проверьте, тот ли это файл."
    for table in tables:
        missing = lacks(table)
        if missing == "classes":
            return (
                f"В листе «{table.name}» есть дни недели, но нет названий классов. Для расписания они нужны в одной "
                "строке или в одном столбце: «7А», «7 «А»», «10-Б класс»."
            )
        if missing == "days":
            return (
                f"В листе «{table.name}» есть классы, но нет дней недели. Напишите день слева, над таблицей или в "
                "названии листа: «понедельник», «ПН»."
            )
    return ""


def _by_teacher(name: str) -> str:
    return (
        f"В листе «{name}» расписание учителей: в клетках стоят классы, а предметы уроков по нему не узнать."
    )


def read(path: Path, options: Options | None = None) -> SchoolData:
    """The timetable of all classes. Raises BadFile when there is none."""
    options = options or Options()
    book = read_tables(path)
    problems = Problems()
    for remark in book.remarks:
        problems.warn(Where(path.name), remark)
    tables = book.tables
    if options.sheets:
        wanted = {fold(name) for name in options.sheets}
        tables = [table for table in tables if fold(table.name) in wanted]
        if not tables:
            names = ", ".join(f"«{table.name}»" for table in book.tables)
            raise BadFile(f"Листов с такими названиями в книге нет. Есть: {names}.")
    return read_tables_of(path.name, tables, problems)


def read_tables_of(file: str, tables: list[Table], problems: Problems) -> SchoolData:
    """The timetable in the sheets of a book. Raises BadFile when there is none."""
    tables, errors = without_errors(tables)
    sheets = _sheets(tables)
    if not sheets:
        raise BadFile(
            f"В книге «{file}» не найдено расписание: нужны названия классов («7А») в одной строке (или столбце), "
            "дни недели и номера уроков."
        )
    used = {sheet.name for sheet in sheets}
    unread = [table.name for table in tables if table.name not in used and any(map(any, table.rows))]
    for table in list(tables):
        if table.name in unread and is_by_teacher(table):
            unread.remove(table.name)
            problems.warn(Where(file, table.name), _by_teacher(table.name) + " Лист пропущен.")
    if unread:
        listed = ", ".join(f"«{name}»" for name in unread)
        problems.warn(Where(file), f"В листах {listed} расписания не найдено; они пропущены.")
    chosen, choices = chosen_sheets(sheets, file, problems)
    entries: dict[Place, Entry] = {}
    for sheet in chosen:
        for place, entry in sheet.entries.items():
            entries.setdefault(place, entry)
    remark_contradictions(chosen, problems)
    remark_shifts(chosen, file, problems)
    remark_numbers(chosen, problems)
    entries = weeks_of_cells(entries, problems)
    remark_formulas({sheet.name for sheet in chosen}, tables, problems)
    remark_errors({sheet.name for sheet in chosen}, errors, problems)
    said = Names(problems)
    grid = {place: said.parts(entry) for place, entry in entries.items()}
    said.settle()
    grid = weekly({place: said.final(parts) for place, parts in grid.items()}, entries, file, problems)
    return build(
        file,
        {place: parts for place, parts in grid.items() if parts},
        entries,
        chosen,
        choices,
        problems,
    )
