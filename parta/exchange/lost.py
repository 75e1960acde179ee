"""Cells a reader takes for empty ones: error values («#REF!») and formulas without a saved value, in every format.

A telephone lost to a broken formula must be refused where it stands, not written as «none».
"""

from __future__ import annotations

import re
import struct
import zipfile
from pathlib import Path
from typing import Final

from . import records
from .limits import expat_events, looks_like, read_xml, repeated, unpacked
from .values import is_error_value

Place = tuple[int, int]
"""Row and column, from 0."""
Lost = dict[str, dict[Place, str]]
"""Sheet → place → the error value as its table shows it; empty for a formula without a value."""

_ERRORS: Final = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!",
    0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A", 0x2B: "#GETTING_DATA",
}  # fmt: skip


def lost_cells(path: Path) -> Lost:
    """What the reader of a workbook loses. It has been through the limits; a broken one may raise anything."""
    if looks_like(path) == "ole":
        return _of_xls(path)
    with zipfile.ZipFile(path) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        if "xl/workbook.bin" in names:
            return _of_xlsb(archive, names)
        if "xl/workbook.xml" in names:
            return _of_xlsx(archive, path.name)
        return _of_ods(archive.read("content.xml"), path.name)


# --- xlsx: parts of XML ---

_FORMULA_WITHOUT_VALUE: Final = re.compile(
    rb'<c r="([A-Z]{1,3}\d{1,7})"[^>]*><f[^>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?</c>'
)
_ERROR_VALUE: Final = re.compile(
    rb'<c\s([^>]*\bt="e"[^>]*)>(?:<f[^>]*(?:/>|>[^<]*</f>))?\s*<v>([^<]{1,20})</v>'
)


def _of_xlsx(archive: zipfile.ZipFile, file: str) -> Lost:
    parts: dict[str, dict[Place, str]] = {}
    for entry in archive.infolist():
        if re.fullmatch(r"xl/worksheets/[^/]+\.xml", entry.filename, re.IGNORECASE):
            content = b"".join(unpacked(archive, entry, file))
            cells = dict.fromkeys(map(_place, _FORMULA_WITHOUT_VALUE.findall(content)), "")
            for attributes, value in _ERROR_VALUE.findall(content):
                if at := re.search(rb'\br="([A-Z]{1,3}\d{1,7})"', attributes):
                    cells[_place(at[1])] = value.decode(errors="replace")
            if cells:
                parts[entry.filename.lower()] = cells
    if not parts:
        return {}
    return {title: parts.get(part, {}) for title, part in xlsx_sheets(archive, file)}


def xlsx_sheets(archive: zipfile.ZipFile, file: str) -> list[tuple[str, str]]:
    """(title, part in small letters) of each sheet."""
    root, _ = read_xml(archive.read("xl/workbook.xml"), file)
    targets = records.targets(archive, "xl/_rels/workbook.xml.rels", file)
    return [
        (sheet.attributes.get("name", ""), targets.get(sheet.get("r:id"), ""))
        for sheets in root.all("sheets")
        for sheet in sheets.all("sheet")
    ]


def _place(cell: bytes) -> Place:
    letters, digits = re.fullmatch(rb"([A-Z]+)(\d+)", cell).groups()  # type: ignore[union-attr]
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return int(digits) - 1, column - 1


# --- xlsb and xls: records of bytes ---


def _of_xlsb(archive: zipfile.ZipFile, names: dict[str, str]) -> Lost:
    return {
        title: _xlsb_errors(archive.read(part)) if part else {}
        for title, part in records.xlsb_sheets(archive, names)
    }


def _xlsb_errors(content: bytes) -> dict[Place, str]:
    row, cells = 0, {}
    for kind, body in records.of_xlsb(content):
        if kind == records.ROW:
            (row,) = struct.unpack_from("<I", body)
        elif kind in {records.CELL_ERROR, records.FORMULA_ERROR}:
            (column,) = struct.unpack_from("<I", body)
            cells[row, column] = _ERRORS.get(body[8], "#N/A")
    return cells


def _of_xls(path: Path) -> Lost:
    content = records.xls_stream(path)
    return {title: _xls_errors(content, at) for title, at in records.xls_sheets(content).items()}


def _xls_errors(content: bytes, start: int) -> dict[Place, str]:
    cells = {}
    for kind, body in records.of_xls(content, start):
        if kind == records.BOOLERR and body[7]:
            code = body[6]
        elif kind in records.FORMULAS and body[12:14] == b"\xff\xff" and body[6] == 2:
            code = body[8]
        else:
            continue
        cells[struct.unpack_from("<HH", body)] = _ERRORS.get(code, "#N/A")
    return cells


# --- ods: one XML, rows and cells repeated by attributes ---


def _of_ods(content: bytes, file: str) -> Lost:
    """LibreOffice keeps an error as an empty string beside the word it shows; a reader takes the string."""
    lost: Lost = {}
    state: dict[str, int] = {"row": 0, "column": 0, "rows": 1, "depth": 0}
    cells: dict[Place, str] = {}
    here: list[Place] = []
    words: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal cells
        tag = tag.rpartition(":")[2]
        if tag == "table":
            state["row"], cells = 0, lost.setdefault(attributes.get("table:name", ""), {})
        elif tag == "table-row":
            state["column"], state["rows"] = 0, repeated(attributes, "table:number-rows-repeated")
        elif tag in {"table-cell", "covered-table-cell"}:
            width = repeated(attributes, "table:number-columns-repeated")
            if attributes.get("calcext:value-type") == "error":
                words.clear()
                here.extend(
                    (state["row"] + row, state["column"] + column)
                    for row in range(state["rows"])
                    for column in range(width)
                )
            state["column"] += width

    def end(tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "table-row":
            state["row"] += state["rows"]
        elif tag in {"table-cell", "covered-table-cell"} and here:
            shown = "".join(words).strip()
            cells.update(dict.fromkeys(here, shown if is_error_value(shown) else "#N/A"))
            here.clear()

    def told(data: str) -> None:
        if here:
            words.append(data)

    expat_events(content, start, end, told, file)
    return lost
