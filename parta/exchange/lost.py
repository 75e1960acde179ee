"""Cells a reader takes for empty ones: error values («#REF!») and formulas without a saved value, in every format.

A telephone lost to a broken formula must be refused where it stands, not written as «none».
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import olefile

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
    root, _ = read_xml(archive.read("xl/workbook.xml"), file)
    targets = _targets(archive, "xl/_rels/workbook.xml.rels", file)
    return {
        sheet.attributes.get("name", ""): parts.get(targets.get(sheet.get("r:id"), ""), {})
        for sheets in root.all("sheets")
        for sheet in sheets.all("sheet")
    }


def _targets(archive: zipfile.ZipFile, part: str, file: str) -> dict[str, str]:
    """Parts of the sheets by the ids of their links."""
    links, _ = read_xml(archive.read(part), file)
    return {
        link.get("Id"): "xl/" + link.get("Target").removeprefix("/xl/").removeprefix("xl/").lower()
        for link in links.children
    }


def _place(cell: bytes) -> Place:
    letters, digits = re.fullmatch(rb"([A-Z]+)(\d+)", cell).groups()  # type: ignore[union-attr]
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return int(digits) - 1, column - 1


# --- xlsb: the same parts as records of bytes ([MS-XLSB]) ---

_ROW, _CELL_ERROR, _FORMULA_ERROR, _SHEET = 0, 3, 11, 156


def _of_xlsb(archive: zipfile.ZipFile, names: dict[str, str]) -> Lost:
    targets = _targets(archive, names["xl/_rels/workbook.bin.rels"], archive.filename or "")
    lost: Lost = {}
    for kind, body in _xlsb_records(archive.read(names["xl/workbook.bin"])):
        if kind == _SHEET:
            link, end = _wide(body, 8)
            title, _ = _wide(body, end)
            part = names.get(targets.get(link, ""))
            lost[title] = _xlsb_errors(archive.read(part)) if part else {}
    return lost


def _xlsb_errors(content: bytes) -> dict[Place, str]:
    row, cells = 0, {}
    for kind, body in _xlsb_records(content):
        if kind == _ROW:
            (row,) = struct.unpack_from("<I", body)
        elif kind in {_CELL_ERROR, _FORMULA_ERROR}:
            (column,) = struct.unpack_from("<I", body)
            cells[row, column] = _ERRORS.get(body[8], "#N/A")
    return cells


def _xlsb_records(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(content):
        kind = content[at]
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | content[at] << 7
            at += 1
        size = shift = 0
        for _ in range(4):
            size |= (content[at] & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if not content[at - 1] & 0x80:
                break
        yield kind, content[at : at + size]
        at += size


def _wide(body: bytes, at: int) -> tuple[str, int]:
    """A counted string of two-byte signs and where it ends."""
    (count,) = struct.unpack_from("<I", body, at)
    end = at + 4 + count * 2
    return body[at + 4 : end].decode("utf-16-le", errors="replace"), end


# --- xls: one stream of records in an OLE container ([MS-XLS]) ---

_BOOLERR, _FORMULAS, _BOUND_SHEET, _CODE_PAGE, _BOF, _EOF = (
    0x0205,
    {0x0006, 0x0206, 0x0406},
    0x85,
    0x42,
    0x0809,
    0x0A,
)


def _of_xls(path: Path) -> Lost:
    with olefile.OleFileIO(str(path)) as container:
        content = container.openstream("Workbook" if container.exists("Workbook") else "Book").read()
    sheets: dict[str, int] = {}
    page, is_old = "cp1251", False
    for kind, body in _xls_records(content, 0):
        if kind == _BOF:
            is_old = struct.unpack_from("<H", body)[0] < 0x0600
        elif kind == _CODE_PAGE and is_old:
            page = {32768: "mac_cyrillic"}.get(number := struct.unpack_from("<H", body)[0], f"cp{number}")
        elif kind == _BOUND_SHEET:
            text = body[7:] if is_old else body[8:]
            encoding = page if is_old else "utf-16-le" if body[7] & 1 else "latin-1"
            width = body[6] * (2 if encoding == "utf-16-le" else 1)
            sheets[text[:width].decode(encoding, errors="replace")] = struct.unpack_from("<I", body)[0]
    return {title: _xls_errors(content, at) for title, at in sheets.items()}


def _xls_errors(content: bytes, start: int) -> dict[Place, str]:
    cells = {}
    for kind, body in _xls_records(content, start):
        if kind == _BOOLERR and body[7]:
            code = body[6]
        elif kind in _FORMULAS and body[12:14] == b"\xff\xff" and body[6] == 2:
            code = body[8]
        else:
            continue
        cells[struct.unpack_from("<HH", body)] = _ERRORS.get(code, "#N/A")
    return cells


def _xls_records(content: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Records from a place to the end of its substream; what is nested in it (a chart) is passed over."""
    depth = 0
    while at + 4 <= len(content):
        kind, size = struct.unpack_from("<HH", content, at)
        depth += kind == _BOF
        if depth < 2:
            yield kind, content[at + 4 : at + 4 + size]
        depth -= kind == _EOF
        if kind == _EOF and not depth:
            return
        at += 4 + size


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
