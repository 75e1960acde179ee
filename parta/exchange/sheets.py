"""Spreadsheets and CSV as plain tables of text, with merged cells known and nothing executed."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final

from python_calamine import CalamineWorkbook, SheetVisibleEnum

from .limits import (
    MAX_ROWS,
    check_ole,
    check_size,
    check_spreadsheet,
    decode,
    looks_like,
    read_bytes,
)
from .located import BadFile
from .lost import lost_cells
from .records import check_records
from .unseen import hidden_rows, told
from .values import tidy

SUFFIXES: Final = {".xlsx", ".xlsm", ".xls", ".ods", ".xlsb"}
TEXTS: Final = {".csv", ".txt", ".tsv"}
"""Suffixes of tables that are plain text."""
Merge = tuple[int, int, int, int]


@dataclass(slots=True)
class Table:
    """A sheet: rows of text, merged ranges as (first row, first column, last row, last column) from 0."""

    name: str
    rows: list[list[str]]
    merges: list[Merge] = field(default_factory=list)
    formulas_without_value: list[tuple[int, int]] = field(default_factory=list)
    file: str = ""
    booleans: frozenset[tuple[int, int]] = frozenset()
    """Cells that hold TRUE or FALSE and not the word."""

    def cell(self, row: int, column: int) -> str:
        """Text, or empty outside the table."""
        return (
            self.rows[row][column] if 0 <= row < len(self.rows) and 0 <= column < len(self.rows[row]) else ""
        )

    @property
    def width(self) -> int:
        """Columns of the widest row."""
        return max((len(row) for row in self.rows), default=0)


@dataclass(slots=True)
class Book:
    """All sheets of a file and remarks about the file as a whole."""

    file: str
    tables: list[Table]
    remarks: list[str] = field(default_factory=list)


def as_text(value: object) -> str:
    """One written form per value: 12.0 is «12», a date is ISO, a time is H:MM, True is «да»."""
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return (
            value.date().isoformat()
            if value.time() == time()
            else value.isoformat(sep=" ", timespec="minutes")
        )
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds()) // 60
        return f"{minutes // 60:02}:{minutes % 60:02}"
    return str(value).strip("\ufeff") if value is not None else ""


def is_spreadsheet(path: Path) -> bool:
    """True when the content is a zipped or an old workbook, whatever the name says."""
    kind = looks_like(path)
    if kind == "ole":
        return True
    return kind == "zip" and _is_book(path)


def _is_book(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (
        zipfile.BadZipFile,
        OSError,
        ValueError,
        NotImplementedError,
        UnicodeDecodeError,
        EOFError,
        IndexError,
    ):
        return path.suffix.lower() in SUFFIXES
    return any(name.startswith("xl/") for name in names) or "content.xml" in names


def read_book(path: Path) -> Book:
    """All sheets as text. Raises BadFile with a Russian message for anything that cannot be read.

    The last book is kept, as several formats look at it in turn; `forget_book` lets it go.
    """
    check_size(path)
    state = path.stat()
    return _read_book(path, state.st_mtime_ns, state.st_size)


def forget_book() -> None:
    """Free the memory of the last book."""
    _read_book.cache_clear()


@lru_cache(maxsize=1)
def _read_book(path: Path, _changed: int, _size: int) -> Book:
    kind = looks_like(path)
    remarks = []
    if kind == "zip":
        check_spreadsheet(path)
    elif kind == "ole":
        check_ole(path)
        if path.suffix.lower() != ".xls":
            remarks.append(
                f"Файл «{path.name}» на самом деле в старом формате Excel (.xls); он прочитан как .xls."
            )
    else:
        raise BadFile(
            f"Файл «{path.name}» – не таблица Excel или OpenDocument, хотя так называется. Откройте его в редакторе "
            "таблиц и сохраните как .xlsx."
        )
    try:
        check_records(path)
        with io.BytesIO(read_bytes(path)) as stream:
            book = CalamineWorkbook.from_filelike(stream)  # type: ignore[arg-type]
            hidden = _hidden(book)
            tables = [_table(book, name, path.name) for name in _names(book) if name not in hidden]
        lost, unseen = lost_cells(path), hidden_rows(path)
    except BadFile:
        raise
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # the Rust reader panics with a BaseException on broken books
        if isinstance(error, MemoryError):
            raise
        raise BadFile(
            f"Книга «{path.name}» повреждена и не читается. Откройте её в редакторе таблиц, сохраните заново "
            "и повторите."
        ) from None
    if hidden:
        listed = ", ".join(f"«{name}»" for name in hidden)
        remarks.append(f"Скрытые листы не читаются: {listed}. Если они нужны, откройте их и сохраните книгу.")
    for table in tables:
        if sum(any(row) for row in table.rows) > MAX_ROWS:
            raise BadFile(too_many_rows(path.name, table.name))
    for table in tables:
        spans = unseen.get(table.name, ())
        hidden_here = {row for span in spans for row in range(span.start, min(span.stop, len(table.rows)))}
        if rows := [row for row in hidden_here if any(table.rows[row])]:
            remarks.append(told(table.name, rows))
    for table in tables:
        cells = lost.get(table.name, {})
        table.formulas_without_value = [place for place, value in cells.items() if not value]
        last = max((row for row, _ in cells), default=-1)
        table.rows += [[] for _ in range(last + 1 - len(table.rows))]
        for (row, column), value in cells.items():
            if value:
                table.rows[row].extend([""] * (column + 1 - len(table.rows[row])))
                table.rows[row][column] = value
    return Book(path.name, tables, remarks)


def _names(book: CalamineWorkbook) -> list[str]:
    return list(book.sheet_names)


def _table(book: CalamineWorkbook, name: str, file: str) -> Table:
    try:
        sheet = book.get_sheet_by_name(name)
    except ValueError:
        return Table(name, [], file=file)
    values = sheet.to_python(skip_empty_area=False)
    rows = [[as_text(value) for value in row] for row in values]
    merges = [(a[0], a[1], b[0], b[1]) for a, b in (sheet.merged_cell_ranges or [])]
    booleans = frozenset(
        (index, position)
        for index, row in enumerate(values)
        for position, value in enumerate(row)
        if value is True or value is False
    )
    return Table(name, rows, merges, file=file, booleans=booleans)


def column_letters(position: int) -> str:
    """«A» for 0, «AB» for 27: how a spreadsheet names a column."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _hidden(book: CalamineWorkbook) -> list[str]:
    """Names of the sheets a person does not see, unless there is no other."""
    hidden = [sheet.name for sheet in book.sheets_metadata if sheet.visible != SheetVisibleEnum.Visible]
    return hidden if len(hidden) < len(book.sheet_names) else []


def is_table(path: Path) -> bool:
    """True for a workbook and for a text that its name says is a table."""
    return is_spreadsheet(path) or path.suffix.lower() in TEXTS


def read_tables(path: Path) -> Book:
    """All sheets of a workbook, or a CSV as the only one. Raises BadFile."""
    check_size(path)
    if path.suffix.lower() not in TEXTS or is_spreadsheet(path):
        return read_book(path)
    table, encoding = read_csv(read_bytes(path), path.name)
    told = "Файл в кодировке Windows-1251; он прочитан так. Проверьте буквы в предпросмотре."
    return Book(path.name, [table], [told] if encoding == "cp1251" else [])


def read_csv(content: bytes, name: str) -> tuple[Table, str]:
    """(table, encoding) of a CSV with commas, semicolons or tabs. Raises BadFile."""
    text, encoding = decode(content, name)
    return Table(Path(name).stem, parse_csv(text, name), file=name), encoding


def parse_csv(text: str, name: str) -> list[list[str]]:
    """Rows of a CSV text."""
    delimiter = _delimiter(text)
    if "\x00" in text:
        raise BadFile(f"Файл «{name}» повреждён: в нём нулевые байты. Сохраните его заново.")
    csv.field_size_limit(1_000_000)
    try:
        rows = list(
            islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=False), MAX_ROWS + 1)
        )
    except csv.Error:
        raise BadFile(f"Файл «{name}» не разбирается как CSV: проверьте кавычки и разделители.") from None
    if len(rows) > MAX_ROWS:
        raise BadFile(too_many_rows(name, ""))
    opened = _open_quote(text, delimiter)
    if opened:
        raise BadFile(
            f"Файл «{name}»: кавычка в строке {opened} открыта и не закрыта, дальше строки не разобрать. Исправьте её."
        )
    return rows


def _delimiter(text: str) -> str:
    """The sign that parts most of the first lines into the same number of fields; the more fields, the better."""

    def fitness(sign: str) -> tuple[int, int]:
        lines = csv.reader(io.StringIO(text[:50_000], newline=""), delimiter=sign, strict=False)
        try:
            widths = Counter(len(line) for line in islice(lines, 40) if len(line) > 1)
        except csv.Error:
            return 0, 0
        return max(((count, width) for width, count in widths.items()), default=(0, 0))

    return max(";,\t|", key=fitness)


def too_many_rows(file: str, sheet: str) -> str:
    """The refusal of a table no school has."""
    place = f"В листе «{sheet}» книги «{file}»" if sheet else f"В файле «{file}»"
    return f"{place} больше {MAX_ROWS} строк: у одной школы столько не бывает. Проверьте его или разделите."


def _open_quote(text: str, delimiter: str) -> int:
    """The line whose quote is never closed; 0 when all are."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    last = 0
    try:
        for _ in reader:
            last = reader.line_num
    except csv.Error as error:
        return last + 1 if "end of data" in str(error) else 0
    return 0


def spread_merges(table: Table) -> Table:
    """A copy where every cell of a merged range holds the value of its first cell."""
    rows = [list(row) for row in table.rows]
    width = table.width
    for top, left, bottom, right in table.merges:
        value = table.cell(top, left)
        if not tidy(value):
            continue
        for row in range(top, min(bottom + 1, len(rows))):
            rows[row].extend([""] * (min(right + 1, width) - len(rows[row])))
            for column in range(left, min(right + 1, width)):
                rows[row][column] = value
    return Table(table.name, rows, table.merges, table.formulas_without_value, table.file, table.booleans)
