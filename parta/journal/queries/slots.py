"""What later apps add to the pages of the journal: they register a question here, the pages ask it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

Expected = Callable[[int, date, int, Sequence[int]], Mapping[int, str]]
"""(school, day, number of the lesson, students) → a few words for each whom the family said will be away."""

EXPECTED: list[Expected] = []


def expected(school_id: int, on: date, number: int, students: Sequence[int]) -> dict[int, str]:
    """Whom families said will be away from a lesson. One statement for each app that asks to be heard."""
    found: dict[int, str] = {}
    for ask in EXPECTED:
        found.update(ask(school_id, on, number, students))
    return found
