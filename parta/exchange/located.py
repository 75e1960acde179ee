"""Where a value stood in the file it came from, and what is wrong with it, in words for the person who fixes it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


@dataclass(frozen=True, slots=True)
class Where:
    """A place in an imported file. Rows count from 1, as spreadsheets show them; empty parts are not known."""

    file: str = ""
    sheet: str = ""
    row: int = 0
    column: str = ""

    def at(self, column: str) -> Where:
        """The same row, another column."""
        return Where(self.file, self.sheet, self.row, column)

    def __str__(self) -> str:
        parts = []
        if self.sheet:
            parts.append(f"{'файл' if self.sheet.endswith('.csv') else 'лист'} «{self.sheet}»")
        elif self.file:
            parts.append(f"файл «{self.file}»")
        if self.row:
            parts.append(f"строка {self.row}")
        if self.column:
            parts.append(f"столбец «{self.column}»")
        return ", ".join(parts) or "файл"


NOWHERE: Final = Where()


class Severity(StrEnum):
    """How much a problem stops: an error refuses its row, a warning lets it through with a remark."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a place, and what to do about it. `message` is Russian and complete."""

    severity: Severity
    where: Where
    message: str

    @property
    def refuses(self) -> bool:
        """True when the row is not taken."""
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(frozen=True, slots=True)
class Cell:
    """A value as text with its place. Numbers and dates of a spreadsheet arrive already in one written form."""

    text: str
    where: Where


@dataclass(slots=True)
class Problems:
    """The one report all checkers write to."""

    found: list[Problem] = field(default_factory=list)
    said: set[Problem] = field(default_factory=set)

    def _say(self, problem: Problem) -> None:
        """The same fault of the same place is told once, however many steps meet it."""
        if problem not in self.said:
            self.said.add(problem)
            self.found.append(problem)

    def error(self, where: Where, message: str) -> None:
        """Refuse what stands at `where`."""
        self._say(Problem(Severity.ERROR, where, message))

    def warn(self, where: Where, message: str) -> None:
        """Let it through, but say so."""
        self._say(Problem(Severity.WARNING, where, message))

    @property
    def errors(self) -> list[Problem]:
        """Those that refuse something."""
        return [problem for problem in self.found if problem.refuses]


class BadFile(Exception):
    """The file as a whole cannot be taken; the message is Russian and says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Told:
    """Remarks of one kind: the first five are told line by line, the rest by their number and places."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.rest: dict[str, list[Where]] = defaultdict(list)
        self.count: Counter[str] = Counter()

    def warn(self, kind: str, where: Where, message: str) -> None:
        """Tell it, or count it."""
        self.count[kind] += 1
        if self.count[kind] > 5:
            self.rest[kind].append(where)
        else:
            self.problems.warn(where, message)

    def close(self) -> None:
        """Tell how many more there were of each kind, and in which lines."""
        for places in self.rest.values():
            rows = ", ".join(str(place.row) for place in places[:20]) + ("…" if len(places) > 20 else "")
            first = places[0]
            self.problems.warn(
                Where(first.file, first.sheet, 0, first.column),
                f"И ещё таких строк: {len(places)} (строки {rows}).",
            )
