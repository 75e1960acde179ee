"""One row of a sheet: reading a value reports what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final, TypeVar

from parta.exchange.located import Problems, Where
from parta.exchange.values import fold, parse_date, tidy

T = TypeVar("T")

NO_VALUE: Final = {"", "нет", "нд", "н/д", "нетданных", "отсутствует", "неуказано", "неизвестно"}
"""What people write into a cell to say that there is nothing to write; in the form of `fold`."""


class Line:
    """The values of a row by column key. `is_good` turns false once something of it is refused."""

    def __init__(
        self, where: Where, values: dict[str, str], heads: dict[str, str], problems: Problems
    ) -> None:
        self.where = where
        self.values = values
        self.heads = heads
        self.problems = problems
        self.is_good = True
        self.month_first: frozenset[str] = frozenset()

    def at(self, key: str) -> Where:
        """The place of a value."""
        return self.where.at(self.heads.get(key, key))

    def refuse(self, key: str, message: str) -> None:
        """Refuse the row for one of its values."""
        self.is_good = False
        self.problems.error(self.at(key), message)

    def text(self, key: str, limit: int = 0) -> str:
        """A text of at most `limit` characters (0: any number); a lone dash is no text."""
        value = tidy(self.values.get(key, ""))
        if limit and len(value) > limit:
            self.refuse(key, f"Слишком длинно: {len(value)} знаков, помещается {limit}. Сократите.")
            return value[:limit]
        return value if fold(value) else ""

    def parsed(self, key: str, parser: Callable[[str], T | None], expected: str) -> T | None:
        """A value in its own form; None when there is none, or when it is refused as not `expected`."""
        value = self.text(key)
        if fold(value) in NO_VALUE:
            return None
        found = parser(value)
        if found is None:
            self.refuse(key, f"«{value[:60]}» не подходит: {expected}.")
        return found

    def date(self, key: str) -> date | None:
        """A date. In a column where one date has sense only with the month in front, none with slashes is trusted."""
        if key in self.month_first and "/" in self.text(key):
            self.refuse(
                key,
                f"«{self.text(key)[:30]}»: в столбце есть даты, где месяц стоит первым (как 02/28/2015): где день, "
                "не понять. Запишите даты столбца как 28.02.2015.",
            )
            return None
        return self.parsed(key, parse_date, "нужна дата, например 01.09.2026")
