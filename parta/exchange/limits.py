"""What is checked before a file is read: size, archive bombs, encodings, passwords. Every refusal is a `BadFile`."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from xml.parsers import expat

from django.conf import settings

from .located import BadFile

MAX_BYTES: Final = 40 * 1024 * 1024
MAX_UNPACKED: Final = 200 * 1024 * 1024
MAX_RATIO: Final = 150
MAX_ENTRIES: Final = 2000
MAX_CELLS: Final = 3_000_000
MAX_ROWS: Final = 50_000
"""Rows of one table: several times the largest school, and what a preview can show within half a minute."""
_CHUNK: Final = 1 << 20
_OLE: Final = bytes.fromhex("D0CF11E0A1B11AE1")


def accepted_bytes() -> int:
    """Size of the largest upload: what the program reads at all, or less where the installation says so."""
    return min(MAX_BYTES, settings.MAX_UPLOAD_BYTES)


def check_size(path: Path) -> int:
    """Size in bytes. Raises BadFile for a missing, empty or too large file; reads nothing."""
    try:
        size = path.stat().st_size
    except OSError:
        raise BadFile(f"Файл «{path.name}» не найден или недоступен. Проверьте имя и права.") from None
    if not path.is_file():
        raise BadFile(f"«{path.name}» – не файл. Укажите файл с данными.")
    if size == 0:
        raise BadFile(f"Файл «{path.name}» пуст. Сохраните его ещё раз и загрузите снова.")
    if size > MAX_BYTES:
        raise BadFile(
            f"Файл «{path.name}» слишком большой: {size / 1048576:.0f} МБ, принимается до {MAX_BYTES // 1048576} МБ. "
            "Уберите из него картинки и лишние листы или разделите на части."
        )
    return size


def read_bytes(path: Path) -> bytes:
    """The whole file after `check_size`."""
    check_size(path)
    try:
        return path.read_bytes()
    except OSError:
        raise BadFile(
            f"Файл «{path.name}» не читается. Скопируйте его на этот компьютер и повторите."
        ) from None


def looks_like(path: Path) -> str:
    """«zip», «ole» (old Excel or a protected book) or «other», by the first bytes."""
    with path.open("rb") as file:
        head = file.read(8)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    return "ole" if head == _OLE else "other"


def check_ole(path: Path) -> None:
    """Refuse a workbook under a password: it is an OLE container with an encrypted package inside."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise BadFile(
            f"Книга «{path.name}» защищена паролем. Откройте её в редакторе таблиц, снимите пароль и сохраните."
        )


def open_zip(path: Path) -> zipfile.ZipFile:
    """An archive whose declared and real contents are within the limits. Raises BadFile.

    Declared sizes are judged before anything is unpacked; then every entry is run through in pieces and counted, so
    an entry that lies about its size is found before a reader trusts it.
    """
    check_size(path)
    try:
        archive = zipfile.ZipFile(path)
        entries = archive.infolist()
    except (
        zipfile.BadZipFile,
        OSError,
        ValueError,
        NotImplementedError,
        UnicodeDecodeError,
        EOFError,
        IndexError,
    ):
        raise BadFile(f"Архив «{path.name}» повреждён и не открывается. Получите файл ещё раз.") from None
    if len(entries) > MAX_ENTRIES:
        raise BadFile(
            f"В архиве «{path.name}» слишком много файлов: {len(entries)}, принимается до {MAX_ENTRIES}."
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise BadFile(f"Архив «{path.name}» закрыт паролем. Снимите пароль и загрузите снова.")
    declared = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    if declared > MAX_UNPACKED or (declared > 20 * _CHUNK and declared / packed > MAX_RATIO):
        raise BadFile(_bomb(path.name, declared))
    total = 0
    for entry in entries:
        for piece in unpacked(archive, entry, path.name):
            total += len(piece)
            if total > MAX_UNPACKED:
                raise BadFile(_bomb(path.name, total))
    return archive


def _bomb(name: str, size: int) -> str:
    return (
        f"Файл «{name}» при распаковке занимает {size / 1048576:.0f} МБ и похож на архивную бомбу. "
        "Он не распакован. Если это настоящая таблица, сохраните её заново, без пустых строк и картинок."
    )


def unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """Pieces of an entry. Raises BadFile when it is broken."""
    try:
        with archive.open(entry) as stream:
            while piece := stream.read(_CHUNK):
                yield piece
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError):
        raise BadFile(
            f"Архив «{name}» повреждён: «{entry.filename}» не распаковывается. Получите файл ещё раз."
        ) from None


def check_spreadsheet(path: Path) -> None:
    """Limits of a zipped workbook (xlsx, xlsb, ods) before it is read.

    Raises BadFile for bombs: a cell far outside the table would make a reader fill the memory with empty cells.
    """
    with open_zip(path) as archive:
        names = {entry.filename: entry for entry in archive.infolist()}
        for name, entry in names.items():
            if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name, re.IGNORECASE):
                content = b"".join(unpacked(archive, entry, path.name))
                if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
                    raise BadFile(
                        f"В книге «{path.name}» есть объявления сущностей XML. Такой файл не принимается."
                    )
                _check_extent(content, path.name)
        if "content.xml" in names and "xl/workbook.xml" not in names:
            _check_ods(b"".join(unpacked(archive, names["content.xml"], path.name)), path.name)
        elif not any(name.startswith("xl/") for name in names):
            raise BadFile(
                f"«{path.name}» – архив, но не таблица Excel или OpenDocument. Проверьте, тот ли это файл."
            )


_CELL_AT: Final = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,4})(\d{1,18})["']""")
_ROW_AT: Final = re.compile(rb"""\br\s*=\s*["'](\d{1,18})["']""")
"""By the attribute alone: a hostile file may write the element with a prefix, and the reader takes it so."""


def _check_extent(content: bytes, name: str) -> None:
    rows = max(map(int, _ROW_AT.findall(content)), default=0)
    columns = 0
    cells = _CELL_AT.findall(content)
    for letters in {letters for letters, _ in cells}:
        number = 0
        for letter in letters.upper():
            number = number * 26 + letter - 64
        columns = max(columns, number)
    _refuse_vast(max(rows, max((int(row) for _, row in cells), default=0)), columns, name)


def check_reach(cells: Iterable[tuple[int, int]], name: str) -> None:
    """Refuse a sheet whose cells, counted from 0, span a table too large."""
    rows = columns = 0
    for row, column in cells:
        rows, columns = max(rows, row + 1), max(columns, column + 1)
    _refuse_vast(rows, columns, name)


def _refuse_vast(rows: int, columns: int, name: str) -> None:
    if rows * columns > MAX_CELLS:
        raise BadFile(
            f"В книге «{name}» таблица слишком велика: {rows} строк на {columns} столбцов. Обычно это случайная "
            "запись далеко за краем таблицы: удалите пустые строки и столбцы после данных и сохраните."
        )


def _check_ods(content: bytes, name: str) -> None:
    """Count filled cells as repetition attributes multiply them."""
    state = {"row": 1, "cells": 0, "filled": 0, "total": 0}

    def start(tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "table-row":
            state["row"] = repeated(attributes, "table:number-rows-repeated")
            state["cells"] = state["filled"] = 0
        elif tag in {"table-cell", "covered-table-cell"}:
            width = repeated(attributes, "table:number-columns-repeated")
            state["cells"] += width
            # An error counts without a value too: its places are listed one by one (`lost`).
            if "office:value-type" in attributes or "calcext:value-type" in attributes:
                state["filled"] = state["cells"]

    def end(tag: str) -> None:
        if tag.rpartition(":")[2] == "table-row" and state["filled"]:
            state["total"] += state["filled"] * state["row"]
            if state["total"] > MAX_CELLS:
                raise BadFile(_bomb(name, state["total"] * 10))

    expat_events(content, start, end, None, name)


def repeated(attributes: dict[str, str], key: str) -> int:
    """How many times a row or a cell of an OpenDocument table stands."""
    text = attributes.get(key, "1")
    return int(text) if text.isdigit() and len(text) < 10 else 1


def decode(content: bytes, name: str) -> tuple[str, str]:
    """(text, encoding) of a text file: UTF-8, UTF-16 with a mark, Windows-1251. Raises BadFile for others."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16"), "utf-16"
        except UnicodeDecodeError:
            raise BadFile(_encoding(name, "начинается как UTF-16, но дальше испорчен")) from None
    unmarked = _unmarked_utf16(content)
    if unmarked:
        return content.decode(unmarked, errors="replace"), "utf-16"
    if b"\x00" in content[:4096]:
        raise BadFile(f"Файл «{name}» – не текст. Проверьте, тот ли это файл.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        mostly = content.decode("utf-8", errors="ignore")
        if len(content) - len(mostly.encode()) <= len(content) // 200 + 3 and re.search("[а-яё]{3}", mostly):
            raise BadFile(
                f"Файл «{name}» повреждён: с {error.start}-го байта в нём не текст. Получите или выгрузите его ещё раз."
            ) from None
        return _decode_single_byte(content, name), "cp1251"
    if "\ufffd" in text:
        raise BadFile(_encoding(name, "в нём есть знаки «\ufffd» вместо букв, потерянных при пересохранении"))
    if _is_twice_encoded(text):
        raise BadFile(_encoding(name, "буквы в нём испорчены двойной перекодировкой"))
    return text, "utf-8"


def _unmarked_utf16(content: bytes) -> str:
    """«utf-16-le» or «utf-16-be» for UTF-16 without its mark: the high bytes are 0 or 4 (Cyrillic); else empty."""
    sample = content[:4096]
    if len(sample) < 8 or len(content) % 2:
        return ""
    for encoding, high in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        if all(byte in {0, 4, 0x20} for byte in high) and "\x00" not in sample.decode(
            encoding, errors="replace"
        ):
            return encoding
    return ""


def _is_twice_encoded(text: str) -> bool:
    """True when some line is UTF-8 that was once read as another encoding: «РђРЅРЅР°» for «Анна»."""
    for line in text[:20000].splitlines():
        for encoding in ("cp1251", "latin-1", "cp1252"):
            try:
                back = line.encode(encoding).decode("utf-8")
            except (UnicodeEncodeError, UnicodeDecodeError):
                continue
            if back != line and re.search("[а-яёА-ЯЁ]{3}", back):
                return True
    return False


def _decode_single_byte(content: bytes, name: str) -> str:
    scores: dict[str, float] = {}
    for encoding in ("cp1251", "koi8-r", "cp866", "mac_cyrillic"):
        sample = content[:200_000].decode(encoding, errors="replace")
        foreign = [letter for letter in sample if letter > "\x7f"]
        scores[encoding] = sum(letter in "оеаинтсрвлкмдпуяОЕАИНТСРВЛКМДПУЯ" for letter in foreign) / max(
            len(foreign), 1
        )
        swapped = len(re.findall("[а-яё][А-ЯЁ]", sample))
        scores[encoding] -= swapped / max(len(foreign), 1)
    best = max(scores, key=lambda encoding: scores[encoding])
    if best != "cp1251" or scores[best] < 0.4:
        looks = {
            "koi8-r": "похоже на KOI8-R",
            "cp866": "похоже на DOS (866)",
            "mac_cyrillic": "похоже на Mac",
        }
        raise BadFile(
            _encoding(
                name, looks.get(best, "русских букв не видно") if scores[best] > 0.4 else "не распознана"
            )
        )
    try:
        return content.decode("cp1251")
    except UnicodeDecodeError:
        raise BadFile(_encoding(name, "не UTF-8 и не Windows-1251")) from None


def _encoding(name: str, why: str) -> str:
    return (
        f"Кодировка файла «{name}» не подходит: {why}. Сохраните его в кодировке UTF-8 "
        "(в Excel: «Сохранить как» → «CSV UTF-8») и загрузите снова."
    )


class Element:
    """A node of a small XML file: tag, attributes, own text, children, line of the file."""

    __slots__ = ("attributes", "children", "line", "tag", "text")

    def __init__(self, tag: str, attributes: dict[str, str], line: int) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[Element] = []
        self.text = ""
        self.line = line

    def all(self, tag: str) -> list[Element]:
        """Children with this tag."""
        return [child for child in self.children if child.tag == tag]

    def first(self, tag: str) -> Element | None:
        """The first child with this tag."""
        return next((child for child in self.children if child.tag == tag), None)

    def value(self, tag: str) -> str:
        """Stripped text of the first child with this tag, or empty."""
        child = self.first(tag)
        return child.text.strip() if child else ""

    def get(self, name: str) -> str:
        """An attribute, stripped, or empty."""
        return self.attributes.get(name, "").strip()


def read_xml(content: bytes, name: str) -> tuple[Element, str]:
    """(root, encoding). No declaration of entities is accepted, nothing outside the file is fetched. Raises BadFile."""
    text, encoding = decode(content, name)
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1)
    root: Element | None = None
    stack: list[Element] = []
    pieces: list[list[str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal root
        node = Element(tag, attributes, parser_line())
        if stack:
            stack[-1].children.append(node)
        else:
            root = node
        if len(stack) > 50:
            raise BadFile(f"В файле «{name}» вложенность больше 50: это не выгрузка расписания.")
        stack.append(node)
        pieces.append([])

    def end(tag: str) -> None:
        stack.pop().text = "".join(pieces.pop())

    def words(data: str) -> None:
        if pieces:
            pieces[-1].append(data)

    parser = expat.ParserCreate("utf-8")

    def parser_line() -> int:
        return parser.CurrentLineNumber

    _run(parser, text.encode("utf-8", errors="replace"), start, end, words, name)
    if root is None:
        raise BadFile(f"В файле «{name}» нет данных XML.")
    return root, encoding


def expat_events(content: bytes, start: object, end: object, words: object, name: str) -> None:
    """Run through an XML of any size without building it. Raises BadFile for a broken one and for entities."""
    _run(expat.ParserCreate(), content, start, end, words, name)


def _run(
    parser: expat.XMLParserType, content: bytes, start: object, end: object, words: object, name: str
) -> None:
    def refuse(*_: object) -> None:
        raise BadFile(
            f"В файле «{name}» объявлены сущности XML (DTD). Такой файл не принимается: выгрузите его заново."
        )

    def doctype(_name: str, system: str | None, public: str | None, internal: int) -> None:
        if system or public or internal:
            refuse()

    parser.StartElementHandler = start  # type: ignore[assignment]
    parser.EndElementHandler = end  # type: ignore[assignment]
    parser.CharacterDataHandler = words  # type: ignore[assignment]
    parser.StartDoctypeDeclHandler = doctype
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse  # type: ignore[assignment]
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise BadFile(
            f"Файл «{name}» – повреждённый XML: ошибка в строке {error.lineno}. Выгрузите его из программы заново."
        ) from None
