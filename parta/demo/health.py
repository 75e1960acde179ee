"""Who is away on which day and why: colds that go round a class, dentists, truants; weekends count in an illness."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from parta.demo.families import Child

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Miss:
    """A day away: the reason, and the day on which it is written down (None: never)."""

    meaning: str
    settled_on: date | None


Misses = dict[tuple[int, date], Miss]
"""By student's id and day."""


def season(day: date) -> float:
    """How much likelier than usual a cold begins: a wave in November, a higher one in February."""
    month, number = day.month, day.day
    if (month == 11 and number >= 8) or (month == 12 and number <= 5):
        return 2.6
    if (month == 1 and number >= 24) or (month == 2 and number <= 24):
        return 3.0
    return {9: 0.7, 10: 1.1, 12: 1.2, 1: 1.2, 3: 1.1, 4: 0.8, 5: 0.5}.get(month, 0.6)


def year_of_misses(
    places: Sequence[tuple[Child, date, date | None]], days: Sequence[date], random: Random
) -> Misses:
    """The days away of one class: `places` are students with their first day and the day after their last."""
    found: Misses = {}
    if not days:
        return found
    following: Mapping[date, date] = dict(pairwise(days))
    waves = [(random.choice(days), random.uniform(2.5, 5.0)) for _ in range(2)]
    away: dict[int, tuple[date, str, date | None]] = {}
    for day in days:
        here = [child for child, starts, until in places if starts <= day and (until is None or day < until)]
        ill = sum(1 for _, meaning, _ in away.values() if meaning == "ill")
        rate = 0.0036 * season(day) * (1 + 6 * ill / max(1, len(here)))
        for starts, strength in waves:
            if starts <= day < starts + 9 * DAY and day.month in (10, 11, 12, 1, 2, 3):
                rate *= strength
        for child in here:
            student = child.human.id
            spell = away.get(student)
            if spell is not None and day >= spell[0]:
                del away[student]
                spell = None
            if spell is None:
                chance = random.random()
                if chance < rate * child.frailty:
                    spell = _spell(day, random.randint(3, 9), "ill", following, random)
                elif chance > 0.9965:
                    length = random.choice((1, 1, 1, 2))
                    spell = _spell(day, length, "excused", following, random)
                elif chance > 0.9965 - 0.012 * child.truancy:
                    spell = _spell(day, 1, "unexcused", following, random)
                if spell is not None:
                    away[student] = spell
            if spell is not None:
                found[student, day] = Miss(spell[1], spell[2])
    return found


def _spell(
    day: date, length: int, meaning: str, following: Mapping[date, date], random: Random
) -> tuple[date, str, date | None]:
    """A stay away of so many calendar days: the day of return, the reason, the day it is written."""
    until = day + length * DAY
    back: date | None = day
    while back is not None and back < until:
        back = following.get(back)
    if meaning == "ill" and length >= 6 and random.random() < 0.4:
        back = following.get(following.get(day, day), day)  # the family called: written on the third day
    for _ in range(random.choice((0, 0, 1, 1, 2))):
        back = following.get(back, back) if back is not None else None
    if random.random() < 0.03:
        back = None
    return until, meaning, back
