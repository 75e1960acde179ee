"""The method of the forecast: plain arithmetic, no database. Described for readers in docs/decisions/0019.

So far a student has `count` marks of a subject with the weighted mean `own`. Few marks say little, so the mean is drawn
toward what else is known:

    expected = (count · own + PULL · prior) / (count + PULL)
    prior    = the class's mean in the subject + CARRY · how far the student stands from the class in other subjects;
               halfway to the student's last mark of a period in the subject, where there is one

How far off that is was seen in periods that have ended: the same reckoning, made with the marks that stood at the same
share of the period, is held against the marks that were then set. The chance of a mark is the share of those errors
that would lead to it; the likely mark has the greatest, and the interval grows from it until it holds at least eight of
ten. Fewer than LEAST errors, and nothing is said.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

PULL = 1.0
"""The prior weighs as much as so many marks: by `python -m bench.forecast`, 1 was better than 1.5 and 3."""
CARRY = 0.6
"""Of the student's distance from the class in other subjects, the part that is expected here too."""
LEAST = 20
"""Errors of ended periods without which no interval is honest."""
INSIDE = 0.8
"""The share of outcomes that the interval is to hold at least."""
RISK = 0.2
"""From this chance of a mark that does not pass on, a student stands on the list."""

Key = tuple[int, int]
"""Student and subject."""


@dataclass(slots=True)
class Sums:
    """Marks of a student in a subject up to a moment."""

    points: float = 0.0
    weights: float = 0.0
    count: int = 0

    def add(self, worth: float, weight: float) -> None:
        """One more mark."""
        self.points += worth * weight
        self.weights += weight
        self.count += 1

    @property
    def mean(self) -> float | None:
        """The weighted mean."""
        return self.points / self.weights if self.weights else None


def expectations(
    sums: Mapping[Key, Sums], before: Mapping[Key, float], wanted: Iterable[Key]
) -> dict[Key, float]:
    """What the mean of each wanted student and subject is expected to be at the end of the period.

    `before`: the last mark of a period in the subject. Nothing for a subject in which the class has no marks at all.
    """
    of_subject: dict[int, list[float]] = defaultdict(list)
    for (_, subject), one in sums.items():
        if one.mean is not None:
            of_subject[subject].append(one.mean)
    level = {subject: sum(means) / len(means) for subject, means in of_subject.items()}
    stands: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for (student, subject), one in sums.items():
        if one.mean is not None:
            stands[student].append((subject, one.mean - level[subject]))
    found = {}
    for student, subject in wanted:
        if subject not in level:
            continue
        others = [distance for other, distance in stands[student] if other != subject]
        prior = level[subject] + (CARRY * sum(others) / len(others) if others else 0.0)
        last = before.get((student, subject))
        if last is not None:
            prior = (prior + last) / 2
        own = sums.get((student, subject))
        count, mean = (own.count, own.mean) if own is not None and own.mean is not None else (0, prior)
        found[student, subject] = (count * (mean or 0.0) + PULL * prior) / (count + PULL)
    return found


@dataclass(frozen=True, slots=True)
class Steps:
    """How a number becomes a mark: from which mean on each mark, best first; which of them do not pass."""

    marks: tuple[tuple[float, str], ...]
    low: frozenset[str]

    def mark(self, mean: float) -> str:
        """The mark a mean leads to; the lowest below all."""
        for least, symbol in self.marks:
            if round(mean, 2) >= least:
                return symbol
        return self.marks[-1][1] if self.marks else ""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected of a student in a subject. A hint with its bounds, never a verdict."""

    mean: float
    likely: str
    lowest: str
    highest: str
    """Between these lay at least eight of ten outcomes of the periods before."""
    risk: float
    """The share of past errors that would lead to a mark that does not pass."""
    marks: int
    """Marks of the student in the subject so far."""
    known: int
    """Past outcomes behind the interval."""

    @property
    def is_at_risk(self) -> bool:
        """Whether it is worth a talk now."""
        return self.risk >= RISK


def forecast(mean: float, errors: Sequence[float], steps: Steps, marks: int) -> Forecast | None:
    """The expectation with its bounds; None with fewer than LEAST `errors` (outcome minus expectation, ascending)."""
    known = len(errors)
    if known < LEAST or not steps.marks:
        return None
    chances, above = [], known
    for least, _ in steps.marks[:-1]:
        place = bisect_left(errors, least - mean - 0.005)
        chances.append((above - place) / known)
        above = place
    chances.append(above / known)
    best = max(range(len(chances)), key=lambda n: chances[n])
    top = low = best
    while sum(chances[top : low + 1]) < INSIDE:
        up = chances[top - 1] if top else -1.0
        down = chances[low + 1] if low + 1 < len(chances) else -1.0
        if up >= down:
            top -= 1
        else:
            low += 1
    symbols = [symbol for _, symbol in steps.marks]
    risk = sum(chance for chance, symbol in zip(chances, symbols, strict=True) if symbol in steps.low)
    return Forecast(mean, symbols[best], symbols[low], symbols[top], risk, marks, known)
