"""Workbooks in the formats no library of ours writes: .xlsb of the few records it needs, .ods of one XML."""

import struct
import zipfile
from collections.abc import Mapping
from html import escape
from pathlib import Path

from parta.exchange.tests.files import Rows

ERRORS = {"#REF!": 0x17, "#N/A": 0x2A, "#DIV/0!": 0x07}
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def _record(kind: int, body: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    return head + bytes([len(body) & 0x7F | 0x80, len(body) >> 7]) + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _cell(column: int, value: object) -> bytes:
    head = struct.pack("<II", column, 0)
    if str(value) in ERRORS:
        code = bytes([ERRORS[str(value)]])
        # one as a formula's result, one as a value: the two ways such a cell is kept
        if value == "#REF!":
            return _record(11, head + code + struct.pack("<HII", 0, 0, 0))
        return _record(3, head + code)
    return _record(6, head + _wide(str(value)))


def xlsb(
    path: Path, sheets: Mapping[str, Rows], *, far: tuple[int, int] | None = None, hidden: int = -1
) -> Path:
    """A binary workbook; «#REF!» and the like become true error values. `far`: one more cell, of each sheet.

    `hidden`: a row, from 0, that is not shown.
    """
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.bin"/></Relationships>',
        )
        links, bundle = "", b""
        for number, (name, rows) in enumerate(sheets.items(), 1):
            links += (
                f'<Relationship Id="rId{number}" Type="{RELATIONS}/worksheet" '
                f'Target="worksheets/sheet{number}.bin"/>'
            )
            bundle += _record(156, struct.pack("<II", 0, number) + _wide(f"rId{number}") + _wide(name))
            width = max(map(len, rows))
            body = (
                _record(129)
                + _record(148, struct.pack("<IIII", 0, len(rows) - 1, 0, width - 1))
                + _record(145)
            )
            for index, row in enumerate(rows):
                body += _record(0, struct.pack("<IIHBB", index, 0, 0, 0, (index == hidden) << 4) + bytes(5))
                body += b"".join(_cell(column, value) for column, value in enumerate(row) if value != "")
            if far:
                body += _record(0, struct.pack("<II", far[0], 0) + bytes(9)) + _cell(far[1], "далеко")
            archive.writestr(f"xl/worksheets/sheet{number}.bin", body + _record(146) + _record(130))
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
        )
        archive.writestr(
            "xl/workbook.bin", _record(131) + _record(143) + bundle + _record(144) + _record(132)
        )
    return path


def ods(path: Path, sheets: Mapping[str, Rows], *, shown: str = "#ССЫЛ!") -> Path:
    """An OpenDocument table; «#REF!» is an error as LibreOffice keeps it: an empty string, `shown` beside it."""

    def cell(value: object) -> str:
        if value == "#REF!":
            return (
                '<table:table-cell table:formula="of:=[.#REF!]" office:value-type="string" office:string-value="" '
                f'calcext:value-type="error"><text:p>{shown}</text:p></table:table-cell>'
            )
        text = escape(str(value))
        return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'

    spaces = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    body = "".join(
        f'<table:table table:name="{escape(name)}">'
        + "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{manifest}"/>')
        archive.writestr(
            "content.xml",
            f'<office:document-content{spaces} xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:'
            f'xmlns:calcext:1.0"><office:body><office:spreadsheet>{body}</office:spreadsheet></office:body>'
            "</office:document-content>",
        )
    return path
