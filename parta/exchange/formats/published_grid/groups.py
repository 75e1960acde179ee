"""How a class is split into halves, and which half is which."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Final

from parta.exchange.data import (
    SubgroupRow,
)
from parta.exchange.grid.cell import Part
from parta.exchange.located import Where

_LANGUAGE: Final = re.compile(
    r"(английск|немецк|испанск|французск|китайск|итальянск|японск|корейск|арабск|турецк|польск|финск)",
    re.IGNORECASE,
)


@dataclass
class Groups:
    """How a class (or half of it) is split, and which half is which."""

    owner: str
    homeroom: str
    numbers: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    counts: Counter[tuple[str, int]] = field(default_factory=Counter)
    families: dict[str, set[str]] = field(default_factory=dict)
    fixed: dict[str, int] = field(default_factory=dict)

    def learn(self, lessons: list[list[Part]]) -> None:
        """Which subjects are halves of each other."""
        split = [parts for parts in lessons if len(parts) > 1]
        for parts in split:
            together = {part.subject for part in parts if part.subject}
            for subject in list(together):
                together |= self.families.get(subject, set())
            for subject in together:
                self.families[subject] = together
        pure = {parts[0].subject for parts in split if len({part.subject for part in parts}) == 1}
        for parts in split:
            subjects = [part.subject for part in parts]
            if len(set(subjects)) == len(subjects) and all(_LANGUAGE.search(subject) for subject in subjects):
                family = self.families[subjects[0]]
                if not family & pure and all(_LANGUAGE.search(subject) for subject in family):
                    for number, subject in enumerate(sorted(family), 1):
                        self.fixed[subject] = number

    def number(self, parts: list[Part]) -> list[int]:
        """The number of the half for each part."""
        if all(part.subject in self.fixed for part in parts if part.subject):
            return [self.fixed.get(part.subject, 0) for part in parts]
        free = list(range(1, len(parts) + 1))
        found = [0] * len(parts)
        for index, part in enumerate(parts):
            known = self.numbers[part.subject].get(part.room) if part.room else None
            if part.subject and known in free:
                free.remove(known)
                found[index] = known
        for index, part in enumerate(parts):
            if not found[index]:
                best = min(free, key=lambda number: (self.counts[part.subject, number], number))
                free.remove(best)
                found[index] = best
        for part, number in zip(parts, found, strict=True):
            self.counts[part.subject, number] += 1
            if part.room:
                self.numbers[part.subject].setdefault(part.room, number)
        return found

    def subgroup(self, subject: str, number: int, where: Where) -> SubgroupRow:
        """The half as an object of the school."""
        family = ", ".join(sorted(self.families[subject]))
        if subject in self.fixed:
            title, short = f"{self.owner}, {_lower(subject)}", subject[:20]
        else:
            name = ", ".join(map(_lower, sorted(self.families[subject])))
            tail = f", {number}-я группа"
            title, short = f"{self.owner}, {name}"[: 80 - len(tail)] + tail, f"{number}-я гр."
        return SubgroupRow(
            title=title[:80],
            short=short,
            split=f"{self.owner}: {family}"[:60],
            homerooms=(self.homeroom,),
            where=where,
        )


def _lower(title: str) -> str:
    """«Немецкий язык» → «немецкий язык», «ИКТ» stays."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
