"""Tables of control as files: XLSX and CSV. A text that begins like a formula is written as text, never run."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

import xlsxwriter

from parta.control.queries.reports import Cell, Table
from parta.foundation.veil import masked

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def workbook(title: str, about: Sequence[str], table: Table) -> bytes:
    """An XLSX of one sheet: what it is, then the table with fixed heads and sums in bold."""
    title, about = masked(title), masked(about)
    table = replace(table, heads=masked(table.heads), rows=masked(table.rows))
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    )
    book.set_properties({"title": title, "company": "", "comments": ""})
    bold = book.add_format({"bold": True})
    head = book.add_format(
        {"bold": True, "text_wrap": True, "bg_color": "#E3EAF2", "bottom": 2, "valign": "top"}
    )
    large = book.add_format({"bold": True, "font_size": 14})
    page = book.add_worksheet(_sheet_name(title))
    page.write_string(0, 0, title, large)
    for number, line in enumerate(about, 1):
        page.write_string(number, 0, line)
    top = len(about) + 2
    for column, text in enumerate(table.heads):
        page.write_string(top, column, text, head)
        widest = max((len(str(row[column] or "")) for row in table.rows[:500]), default=0)
        page.set_column(column, column, min(max(widest, 9 if column else 24) + 1, 48))
    first_sum = len(table.rows) - table.sums
    for number, row in enumerate(table.rows):
        style = bold if number >= first_sum else None
        for column, value in enumerate(row):
            if value is None:
                continue
            if isinstance(value, str):
                page.write_string(top + 1 + number, column, value, style)
            else:
                page.write_number(top + 1 + number, column, value, style)
    page.freeze_panes(top + 1, 1)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(top)
    book.close()
    return target.getvalue()


def comma_separated(table: Table) -> bytes:
    """A CSV that spreadsheets open with Cyrillic intact: UTF-8 with a mark, semicolons, decimal commas."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";")
    writer.writerow([_safe(one) for one in table.heads])
    for row in table.rows:
        writer.writerow([_safe(one) for one in row])
    return ("\ufeff" + target.getvalue()).encode()


def _safe(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return str(value).replace(".", ",")
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def _sheet_name(title: str) -> str:
    """Excel takes 31 characters and none of these."""
    return "".join(" " if sign in "[]:*?/\\'" else sign for sign in title)[:31].strip() or "Отчёт"
