"""How a school writes its things."""

import re
from collections.abc import Iterable

NBSP = "\u00a0"
MOST_HOURS = 12
"""Hours in a row that one lesson may take."""


def class_title(title: str) -> str:
    """«6Б» as it is written: «6 «Б»»; a title that is not a number and one or two letters stays as it is."""
    found = re.fullmatch(r"(\d{1,2})\s*[-«]?\s*([A-Za-zА-Яа-яЁё]{1,2})»?", title)
    return f"{found[1]}{NBSP}«{found[2]}»" if found else title


def listed(items: Iterable[str], last: str = "и") -> str:
    """«а, б и в»."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
