"""By what the family's numbers are reckoned: the act's own formula where it has one, else the weights of the journal.

One formula for page, report and print: `parta.journal.rules.formula.Formula`, the one the teacher's grid and the
guards of the period's mark ask. Where no act in force computes that mark, the mean of the marks that count by the
scale, each with the weight of its work.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from parta.foundation import sql
from parta.foundation.language import say
from parta.foundation.pagekit import capital
from parta.journal.rules.corrected import worth_of
from parta.journal.rules.evidence import MarkFact
from parta.journal.rules.formula import Formula, number_of, rounded, said_number
from parta.journal.rules.matters import JOINS, PLACE, places
from parta.journal.rules.questions import term_formula
from parta.people.viewer import Viewer
from parta.regulation.judge import Law
from parta.regulation.queries import law as law_of_school

COMPUTES = frozenset({"term_mark", "composite_mark"})
"""Kinds by which an act computes the mark of a period."""


def formulas(viewer: Viewer, journals: Sequence[int], until: date) -> dict[int, Formula]:
    """The act's formula of each journal for the period that ends the day before `until`.

    Empty, and no statement, where no act in force computes the mark; one statement otherwise.
    """
    law, on = law_of_school(viewer.school.id, viewer.school.law_version), until - timedelta(days=1)
    if not journals or not any(entry.kind in COMPUTES for _, entry, _ in law.on(on).entries):
        return {}
    known = places(law)
    rows = sql.read(
        f"SELECT {PLACE} FROM plans_journal j {JOINS} WHERE j.id IN ({sql.marks(len(journals))})",
        tuple(journals),
    )
    found = ((row[0], term_formula(law, on=on, place=known.place(row))) for row in rows)
    return {id: formula for id, formula in found if formula is not None}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What marks come to: their mean, the mark of the period that follows (empty: none) and how, in words."""

    mean: float | None
    symbol: str
    why: str


@dataclass(frozen=True, slots=True)
class Reckoner:
    """One journal's way from marks to the mark of the period."""

    formula: Formula | None
    scale: Mapping[str, float]
    """Worth of the symbols of the journal's scale that count."""

    def weight(self, work: str, own: float) -> float:
        """What a mark of a kind of work weighs; 0: it does not count."""
        return self.formula.weight(work, own) if self.formula is not None else own

    def worth(self, symbol: str) -> float | None:
        """What a symbol is worth; None when it does not count."""
        return self.formula.worth(symbol) if self.formula is not None else worth_of(self.scale, symbol)

    def outcome(self, marks: Sequence[MarkFact]) -> Outcome:
        """Where these marks lead. Without a formula the mark is the nearest of the scale, half a point going up."""
        if self.formula is not None:
            found = self.formula.propose(marks)
            return Outcome(found.mean, found.symbol, found.why)
        counted = [
            (worth, mark.weight)
            for mark in marks
            if (worth := self.worth(mark.value)) is not None and mark.weight
        ]
        weights = sum(weight for _, weight in counted)
        if not weights:
            return Outcome(None, "", say("отметок, которые считаются, нет"))
        mean = sum(worth * weight for worth, weight in counted) / weights
        return Outcome(mean, nearest(self.scale, mean), _mean(mean))


def _mean(value: float) -> str:
    return say("среднее {mean}", mean=said_number(rounded(value, 2, "half_up")))


def nearest(scale: Mapping[str, float], mean: float) -> str:
    """The best symbol whose worth lies no more than half a point above the mean; the lowest below all."""
    steps = sorted(scale.items(), key=lambda item: -item[1])
    if not steps:
        return ""
    return next((symbol for symbol, worth in steps if mean >= worth - 0.5), steps[-1][0])


@dataclass(frozen=True, slots=True)
class Final:
    """A mark of a period or year as it was set, and what stands behind it."""

    title: str
    value: str
    first: str
    basis: str
    """Of what it follows, in words; empty where it is the teacher's alone."""
    rule: str = ""
    """The act's rule for it, in the act's own words."""
    clauses: tuple[str, ...] = ()


def finals_of(rows: Sequence[tuple[str, str, str, str, date, date]], law: Law) -> tuple[Final, ...]:
    """Marks of periods with their basis: title, value, the one before a correction, kind, first day, day
    after the last.

    A longer period (half-year, year) rests on the marks of those inside it; the act's rule for it is named where it
    has one.
    """
    found = []
    for title, value, first, kind, starts, until in rows:
        inside = [
            one
            for one in rows
            if starts <= one[4] and one[5] <= until and (one[4], one[5]) != (starts, until)
        ]
        basis = words = ""
        clauses: tuple[str, ...] = ()
        if inside:
            numbers = [number for one in inside if (number := number_of(one[1])) is not None]
            basis = "; ".join(f"{one[0]}: «{one[1]}»" for one in inside)
            if numbers:
                basis += f"; {_mean(sum(numbers) / len(numbers))}"
            words, clauses = _rule_of(law, kind, until - timedelta(days=1))
            if not words:
                basis += f". {say('Отметку ставит учитель')}"
        found.append(Final(title, value, first if first != value else "", basis, capital(words), clauses))
    return tuple(found)


def _rule_of(law: Law, kind: str, on: date) -> tuple[str, tuple[str, ...]]:
    """The act's rule for the mark of a longer period, in words, and its clauses."""
    rules: list[Any] = [
        rule
        for _, _, rule in law.on(on).entries
        if rule is not None and rule.kind.name == "final_mark" and rule.params.period == kind
    ]
    if not rules:
        return "", ()
    rule = rules[-1]
    return rule.kind.says(rule.params), tuple(dict.fromkeys(clause.printed for clause in rule.clauses))
