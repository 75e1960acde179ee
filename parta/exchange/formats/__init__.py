"""Formats of other systems, equal siblings: each module has a TITLE, `detect(path)` and `read(path, options)`."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Final

from parta.exchange.data import Options, SchoolData
from parta.exchange.limits import check_size, looks_like
from parta.exchange.located import BadFile
from parta.exchange.sheets import forget_book

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
                return data
    finally:
        forget_book()
    if (
        not path.is_dir()
        and looks_like(path) == "other"
        and path.suffix.lower() in {".xlsx", ".xlsm", ".xls", ".ods", ".zip"}
    ):
        raise BadFile(
            f"Файл «{path.name}» повреждён или только назван таблицей. Откройте его в редакторе таблиц, сохраните как "
            ".xlsx и повторите."
        )
    raise BadFile(
        f"Не узнать, что в «{path.name}». Принимаются: книга Парты (образец пишет «parta template»), архив или папка "
        "OneRoster, расписание FET (.fet), выгрузка aSc Timetables (XML), книга с расписанием по классам и дням."
    )
