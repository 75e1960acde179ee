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


def number_span(number: int, hours: int = 1) -> str:
    """The numbers a lesson takes: «3», of several hours «1–6»."""
    return str(number) if hours < 2 else f"{number}–{number + hours - 1}"


def lesson_words(number: int, hours: int = 1) -> str:
    """«3-й урок», of several hours «1–6-й уроки»."""
    return f"{number_span(number, hours)}-й {'урок' if hours < 2 else 'уроки'}"


def time_unit(school_kind: str) -> tuple[str, str, str]:
    """What missed and given time is counted in: hours in a college, lessons (of an hour each) elsewhere."""
    return ("час", "часа", "часов") if school_kind == "college" else ("урок", "урока", "уроков")
