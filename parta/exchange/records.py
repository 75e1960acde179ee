"""Workbooks kept as records of bytes: .xlsb ([MS-XLSB]) and .xls ([MS-XLS]), and how far their cells reach.

The reader of workbooks makes one block of memory from the first cell to the last: two cells far apart, in a file of two
kilobytes, end the whole process and not the request. So the reach is judged before it reads.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import olefile

from .limits import check_reach, looks_like, read_xml


def check_records(path: Path) -> None:
    """Refuse a workbook of records whose cells reach too far. A broken one may raise anything."""
    if looks_like(path) == "ole":
        content = xls_stream(path)
        for at in xls_sheets(content).values():
            check_reach(_xls_cells(content, at), path.name)
        return
    with zipfile.ZipFile(path) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        if "xl/workbook.bin" in names:
            for _, part in xlsb_sheets(archive, names):
                check_reach(_xlsb_cells(archive.read(part)) if part else (), path.name)


def targets(archive: zipfile.ZipFile, part: str, file: str) -> dict[str, str]:
    """Parts of the sheets by the ids of their links."""
    links, _ = read_xml(archive.read(part), file)
    return {
        link.get("Id"): "xl/" + link.get("Target").removeprefix("/xl/").removeprefix("xl/").lower()
        for link in links.children
    }


# --- xlsb: parts of an archive ---

ROW, CELL_ERROR, FORMULA_ERROR, _SHEET = 0, 3, 11, 156
_CELLS: Final = frozenset({*range(2, 12), 62})
"""Cells that hold something; 1 is an empty one, which the reader passes over."""


def xlsb_sheets(archive: zipfile.ZipFile, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(title, part) of each sheet; no part when the archive lacks it."""
    linked = targets(archive, names["xl/_rels/workbook.bin.rels"], archive.filename or "")
    for kind, body in of_xlsb(archive.read(names["xl/workbook.bin"])):
        if kind == _SHEET:
            link, end = _wide(body, 8)
            title, _ = _wide(body, end)
            yield title, names.get(linked.get(link, ""), "")


def of_xlsb(content: bytes) -> Iterator[tuple[int, bytes]]:
    """(kind, body) of each record of a part."""
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


def _xlsb_cells(content: bytes) -> Iterator[tuple[int, int]]:
    row = 0
    for kind, body in of_xlsb(content):
        if kind == ROW:
            (row,) = struct.unpack_from("<I", body)
        elif kind in _CELLS:
            yield row, struct.unpack_from("<I", body)[0]


def _wide(body: bytes, at: int) -> tuple[str, int]:
    """A counted string of two-byte signs and where it ends."""
    (count,) = struct.unpack_from("<I", body, at)
    end = at + 4 + count * 2
    return body[at + 4 : end].decode("utf-16-le", errors="replace"), end


# --- xls: one stream of records in an OLE container ---

BOOLERR, XLS_ROW, _BOUND_SHEET, _CODE_PAGE, _BOF, _EOF = 0x0205, 0x0208, 0x85, 0x42, 0x0809, 0x0A
FORMULAS: Final = frozenset({0x0006, 0x0206, 0x0406})
_XLS_CELLS: Final = FORMULAS | {0x00D6, 0x00FD, 0x0203, 0x0204, BOOLERR, 0x027E}
_SEVERAL: Final = 0x00BD
"""Numbers side by side; the last column stands at the end."""


def xls_stream(path: Path) -> bytes:
    """The stream of the workbook."""
    with olefile.OleFileIO(str(path)) as container:
        stream: bytes = container.openstream("Workbook" if container.exists("Workbook") else "Book").read()
        return stream


def xls_sheets(content: bytes) -> dict[str, int]:
    """Where each sheet begins, by its title."""
    sheets: dict[str, int] = {}
    page, is_old = "cp1251", False
    for kind, body in of_xls(content, 0):
        if kind == _BOF:
            is_old = struct.unpack_from("<H", body)[0] < 0x0600
        elif kind == _CODE_PAGE and is_old:
            page = {32768: "mac_cyrillic"}.get(number := struct.unpack_from("<H", body)[0], f"cp{number}")
        elif kind == _BOUND_SHEET:
            text = body[7:] if is_old else body[8:]
            encoding = page if is_old else "utf-16-le" if body[7] & 1 else "latin-1"
            width = body[6] * (2 if encoding == "utf-16-le" else 1)
            sheets[text[:width].decode(encoding, errors="replace")] = struct.unpack_from("<I", body)[0]
    return sheets


def of_xls(content: bytes, at: int) -> Iterator[tuple[int, bytes]]:
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


def _xls_cells(content: bytes, start: int) -> Iterator[tuple[int, int]]:
    for kind, body in of_xls(content, start):
        if kind in _XLS_CELLS:
            yield struct.unpack_from("<HH", body)
        elif kind == _SEVERAL:
            yield struct.unpack_from("<H", body)[0], struct.unpack_from("<H", body, len(body) - 2)[0]
