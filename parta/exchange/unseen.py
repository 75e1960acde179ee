"""Rows a person does not see in a workbook: hidden by hand, or by a filter that was left on.

They are read with the rest, for a filter hides half a school and not what is wrong; but whoever uploads is told.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

from . import records
from .limits import expat_events, looks_like, repeated, unpacked
from .lost import xlsx_sheets

_ROW: Final = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_NUMBER: Final = re.compile(rb"""\br\s*=\s*["'](\d{1,9})["']""")
_HIDDEN: Final = re.compile(rb"""\bhidden\s*=\s*["'](?:1|true)["']""")
MOST_SPANS: Final = 6
"""Spans of rows a remark names; a list of a whole school's would hide the rest of the preview."""


def hidden_rows(path: Path) -> dict[str, list[range]]:
    """Sheet → spans of its hidden rows, from 0: a file may say a thousand million of them.

    The book has been through the limits; a broken one may raise anything.
    """
    if looks_like(path) == "ole":
        content = records.xls_stream(path)
        return {title: list(_of_xls(content, at)) for title, at in records.xls_sheets(content).items()}
    with zipfile.ZipFile(path) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        if "xl/workbook.bin" in names:
            return {
                title: list(_of_xlsb(archive.read(part))) if part else []
                for title, part in records.xlsb_sheets(archive, names)
            }
        if "xl/workbook.xml" in names:
            return {
                title: list(_of_xlsx(b"".join(unpacked(archive, archive.getinfo(names[part]), path.name))))
                for title, part in xlsx_sheets(archive, path.name)
                if part in names
            }
        return _of_ods(archive.read("content.xml"), path.name)


def told(title: str, rows: Iterable[int]) -> str:
    """The remark on a sheet's hidden rows, counted from 0, as a person counts them."""
    spans = [span if span[0] != span[1] else span[:1] for span in _spans(sorted(rows))]
    words = ", ".join("–".join(str(row + 1) for row in span) for span in spans[:MOST_SPANS])
    if len(spans) > MOST_SPANS:
        words += " и ещё"
    return (
        f"На листе «{title}» есть скрытые строки ({words}): они прочитаны вместе с остальными. Если они не нужны, "
        "снимите фильтр, удалите их и сохраните книгу."
    )


def _spans(rows: list[int]) -> Iterator[tuple[int, int]]:
    first = rows[0]
    for row, after in pairwise([*rows, -1]):
        if after != row + 1:
            yield first, row
            first = after


def _of_xlsx(content: bytes) -> Iterator[range]:
    row = -1
    for attributes in _ROW.findall(content):
        number = _NUMBER.search(attributes)
        row = int(number[1]) - 1 if number else row + 1
        if _HIDDEN.search(attributes):
            yield range(row, row + 1)


def _of_xlsb(content: bytes) -> Iterator[range]:
    for kind, body in records.of_xlsb(content):
        if kind == records.ROW and body[11] & 0x10:
            (row,) = struct.unpack_from("<I", body)
            yield range(row, row + 1)


def _of_xls(content: bytes, start: int) -> Iterator[range]:
    for kind, body in records.of_xls(content, start):
        if kind == records.XLS_ROW and body[12] & 0x20:
            (row,) = struct.unpack_from("<H", body)
            yield range(row, row + 1)


def _of_ods(content: bytes, file: str) -> dict[str, list[range]]:
    found: dict[str, list[range]] = {}
    state = {"row": 0}
    here: list[range] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal here
        tag = tag.rpartition(":")[2]
        if tag == "table":
            state["row"], here = 0, found.setdefault(attributes.get("table:name", ""), [])
        elif tag == "table-row":
            following = state["row"] + repeated(attributes, "table:number-rows-repeated")
            if attributes.get("table:visibility") in {"collapse", "filter"}:
                here.append(range(state["row"], following))
            state["row"] = following

    expat_events(content, start, _nothing, _nothing, file)
    return found


def _nothing(*_: object) -> None:
    """Ends and words say nothing of what is hidden."""
