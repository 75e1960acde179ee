"""Formats of other systems, equal siblings: each module has a TITLE, `detect(path)` and `read(path, options)`."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Final

from parta.exchange.data import Options, SchoolData
from parta.exchange.limits import check_size, looks_like
from parta.exchange.located import BadFile
from parta.exchange.sheets import forget_book, is_table

from . import asc, fet, oneroster, published_grid, workbook

FORMATS: Final[tuple[ModuleType, ...]] = (fet, asc, oneroster, workbook, published_grid)


def read(path: Path, options: Options | None = None) -> SchoolData:
    """What the file says about a school, whatever its format.

    Raises BadFile with a Russian message when the file is broken, too large, or of no known kind.
    """
    if not path.is_dir():
        check_size(path)
    try:
        for form in FORMATS:
            if form.detect(path):
                data: SchoolData = form.read(path, options)
                _refuse_empty(data)
                return data
    finally:
        forget_book()
    raise BadFile(_unknown(path))


def _refuse_empty(data: SchoolData) -> None:
    """Raise BadFile for a file that says nothing about a school: heads alone, or rows that were all left out."""
    if any(name not in {"terms", "bells"} for name, _ in data.counts()) or data.errors:
        return
    if data.terms or data.bells:
        said = "есть только периоды или звонки, а людей, классов и уроков нет"
    else:
        said = "нет ни одной строки с данными: только заголовки"
    why = " ".join(map(str, [problem for problem in data.problems if problem.where.row][:3]))
    raise BadFile(f"В файле «{data.file}» {said}. Загружать нечего. {why}".rstrip())


_KNOWN_HEADS: Final = (
    (b"%PDF", "документ PDF"),
    (b"{\\rtf", "документ RTF"),
    (b"\x89PNG", "картинка"),
    (b"\xff\xd8\xff", "картинка"),
    (b"GIF8", "картинка"),
    (b"Rar!", "архив RAR"),
    (b"7z\xbc\xaf", "архив 7-Zip"),
)
"""Beginnings of files that schools send instead of a table."""


def _other_kind(path: Path) -> str:
    """What the file is, when it is a document, a picture or an archive of another kind; empty when not known."""
    with path.open("rb") as file:
        head = file.read(2048)
    if head.startswith(b"PK") and b"word/" in head:
        return "документ Word"
    return next((word for start, word in _KNOWN_HEADS if head.startswith(start)), "")


def _unknown(path: Path) -> str:
    """What to say of a file that no format knows: what it is instead, or what it lacks."""
    taken = (
        "Принимаются: книга Парты (образец пишет «parta template»), архив или папка OneRoster, расписание FET (.fet), "
        "выгрузка aSc Timetables (XML), книга с расписанием по классам и дням."
    )
    if path.is_dir():
        return f"Не узнать, что в «{path.name}». {taken}"
    other = _other_kind(path)
    if other:
        return f"«{path.name}» – {other}: из него ничего не прочитать. Перенесите таблицу в Excel. {taken}"
    is_named_table = path.suffix.lower() in {".xlsx", ".xlsm", ".xls", ".ods", ".zip"}
    if looks_like(path) == "other" and is_named_table:
        with path.open("rb") as file:
            head = file.read(4096).replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").lower()
        if head.startswith((b"<html", b"<!doctype html", b"<table", b"<meta")) or b"excel.sheet" in head:
            return (
                f"Файл «{path.name}» – веб-страница или XML, только названные таблицей. "
                "Откройте его в редакторе таблиц, сохраните как .xlsx и повторите."
            )
        if (
            head[:1] not in {b"", b"%", b"<"}
            and b"\n" in head
            and any(mark in head for mark in (b";", b",", b"\t"))
        ):
            return (
                f"Файл «{path.name}» – текст с разделителями (CSV), а назван таблицей. "
                "Дайте ему имя с .csv и повторите."
            )
        return (
            f"Файл «{path.name}» повреждён или только назван таблицей. Откройте его в редакторе таблиц, сохраните как "
            ".xlsx и повторите."
        )
    reason = ""
    if is_table(path):
        reason = (
            published_grid.explain(path, only_teachers=True)
            or workbook.explain(path)
            or published_grid.explain(path)
        )
    forget_book()
    return f"Не узнать, что в «{path.name}». {reason or taken}"
