"""Small readings that several pages share: names, the order of the register, columns out of compound SELECTs."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import Any

from parta.foundation import sql
from parta.foundation.pagekit import NBSP, small

_CLASS = re.compile(r"^(\d{1,2})\s*-?\s*[«\"]?([А-ЯЁA-Z])[»\"]?$", re.IGNORECASE)


def class_name(title: str) -> str:
    """A class as people write it: «6Б» becomes «6 «Б»»; groups with longer titles stay as they are."""
    found = _CLASS.match(title.strip())
    return f"{found[1]}{NBSP}«{found[2].upper()}»" if found else title


def journal_name(homeroom: str, subject: str, group: str = "") -> str:
    """«6 «Б», русский язык, 1-я гр.»: a journal in a line of text; a circle named after its subject says it once."""
    of = "" if subject in homeroom else small(subject)
    return ", ".join(part for part in (class_name(homeroom), of, group) if part)


def short_name(surname: str, given: str, patronymic: str) -> str:
    """«Соколова М. В.» with no-break spaces."""
    return NBSP.join([surname, *(f"{part[0]}." for part in (given, patronymic) if part)])


@lru_cache(maxsize=16384)
def register_key(*names: str) -> tuple[str, ...]:
    """The order of a class register: «ё» beside «е»."""
    return tuple(part.casefold().replace("ё", "е") for part in names)


def namesakes(people: Sequence[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Surname and given name borne by more than one of these people."""
    seen: set[tuple[str, str]] = set()
    return frozenset(pair for pair in people if pair in seen or seen.add(pair))  # type: ignore[func-returns-value]


def from_json(value: Any) -> Any:
    """A JSON column read by plain SQL; nothing for null."""
    if value is None:
        return []
    return json.loads(value) if isinstance(value, str | bytes) else value


def day(value: Any) -> date | None:
    """A date out of a compound SELECT, which SQLite hands back as text."""
    return date.fromisoformat(value[:10]) if isinstance(value, str) else value


def moment(value: Any) -> datetime | None:
    """A moment out of a compound SELECT, aware."""
    found = sql.aware(datetime.fromisoformat(value) if isinstance(value, str) else value)
    return found if isinstance(found, datetime) else None


@lru_cache(maxsize=16384)
def date_of(text: str) -> date:
    """A day cast to text, read once and remembered for the next page."""
    return date.fromisoformat(text)


@lru_cache(maxsize=65536)
def moment_of(text: str, zone: tzinfo) -> datetime:
    """A moment read as text (UTC, with or without saying so), by the clock of a zone."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(zone)
