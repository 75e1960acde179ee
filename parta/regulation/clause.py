"""A clause of an act: the id that requirements and tests use, and the number a person finds in the document."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Clause", "printed_number"]

_SPLIT = re.compile(r"(?:(?<=\d)[a-z]|-[a-z])$")


@dataclass(frozen=True, slots=True, order=True)
class Clause:
    """One cited place of an act."""

    id: str
    """The id of the requirement row, for instance ``GT-P-2.4a``."""
    printed: str
    """As the document numbers it, for instance «п. 2.4 Положения»."""

    def __str__(self) -> str:
        return self.printed


def printed_number(clause_id: str, parts: Mapping[str, str]) -> str:
    """The printed number of a clause: the id without its prefix and without the Latin letter that splits a clause.

    ``parts`` maps a prefix of ids to a pattern with ``{}``; the longest prefix that fits is used:
    ``{"GT-P-": "п. {} Положения"}`` turns ``GT-P-2.4a`` into «п. 2.4 Положения».
    """
    prefix = max((p for p in parts if clause_id.startswith(p)), key=len, default="")
    number = clause_id[len(prefix) :]
    number = _SPLIT.sub("", number)
    pattern = parts.get(prefix, "п. {}")
    return pattern.replace("{}", number).replace("п. ", "п.\N{NO-BREAK SPACE}")
