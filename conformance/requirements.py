"""Reads the requirement tables."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "requirements"
DOCUMENTS = {
    "goethe23": ("GT", "Гимназия № 23 им. Гёте"),
    "kemerovo-ct": ("CT", "Центр творчества Заводского района"),
    "egorievsk-college": ("ET", "Егорьевский техникум"),
    "ipatovo1": ("IP", "Школа № 1 г. Ипатово"),
    "dubrovo": ("DB", "Дубровская школа"),
}
"""File of the table -> prefix of its ids, name for people."""
KINDS = {
    "guard": "запрет при записи",
    "watch": "надзор за сроками",
    "feature": "возможность",
    "access": "доступ",
    "document": "документ",
    "process": "порядок действий",
    "archive": "хранение",
    "organisational": "дело людей",
}
_HEAD = ["id", "who", "requirement", "kind", "parameters", "done when"]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of a requirement table."""

    id: str
    document: str
    who: str
    requirement: str
    kind: str
    parameters: str
    done_when: str


@cache
def requirements() -> tuple[Requirement, ...]:
    """All rows of all tables, in the order of the documents. Raises ValueError on a row that does not parse."""
    return tuple(row for document in DOCUMENTS for row in _rows(document))


def _rows(document: str) -> list[Requirement]:
    found: list[Requirement] = []
    inside = False
    for number, line in enumerate((FOLDER / f"{document}.md").read_text(encoding="utf-8").splitlines(), 1):
        if not line.startswith("|"):
            inside = False
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip()[1:-1])]
        if cells == _HEAD:
            inside = True
        elif inside and not set("".join(cells)) <= set("-: "):
            if len(cells) != len(_HEAD) or cells[3] not in KINDS:
                raise ValueError(f"{document}.md, line {number}: not a requirement row")
            found.append(Requirement(cells[0], document, *cells[1:]))
    return found


@cache
def outside() -> dict[str, str]:
    """Rows that software cannot fulfil, with the reason for people."""
    data = tomllib.loads((FOLDER / "outside.toml").read_text(encoding="utf-8"))
    return {row: reason for group in data["group"] for row in group["rows"] for reason in [group["reason"]]}
