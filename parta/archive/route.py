"""The way of a paper through a school: what is done with it, by whom, in which order, as the acts in force say.

The program knows the steps; which of them a school has, who takes them and which comes before which stands in the
acts: `paper_copy_each` (steps), `signature_required` (chain), `closeout_step` (days of the vacation),
`register_entry_required` (books), `retention`. What no act orders follows the plain order of :data:`USUAL`.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from parta.journal.rules.papers import PAPER_CHAIN, PAPER_STEPS
from parta.people.rules import rules
from parta.regulation.judge import Law, Rule
from parta.regulation.words import expand_roles

__all__ = ["BOOKS", "Route", "Stage", "binds", "kept_until", "route"]

USUAL = {
    "handed_out": "print",
    "stitched": "print",
    "signed": "stitched",
    "sealed": "signed",
    "archived": "print",
    "destroyed": "archived",
}
"""What comes before what where no act orders the step."""
ALWAYS = ("print", "stitched", "signed", "sealed", "certified", "archived")
BOOKS = {"to_secretary": "strict_accountability", "archived": "paper_copies"}
"""Steps that have a line in a book, and its code in the acts."""
_ORDER = {step: place for place, step in enumerate([*PAPER_STEPS, "destroyed"])}
_DOCUMENTS = {
    ("journal", False): {"class_period_copy", "printed_journal"},
    ("journal", True): {"class_bundle", "printed_journal"},
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One step: who takes it (empty: whoever keeps papers), in which day of the vacation, and the rules that say so."""

    step: str
    roles: frozenset[str]
    day: int | None
    rules: tuple[Rule[Any], ...]
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class Route:
    """The stages in their order, and what each waits for."""

    stages: tuple[Stage, ...]
    needs: dict[str, dict[str, tuple[Rule[Any], ...]]]
    """Of a step: what is done before it, each with the rules that order it (none: the usual order)."""

    def stage(self, step: str) -> Stage | None:
        """The stage of a step; None where the acts do not know it."""
        return next((one for one in self.stages if one.step == step), None)

    def missing(self, step: str, done: Iterable[str]) -> tuple[str, tuple[Rule[Any], ...]] | None:
        """The first step not done that this one waits for, with the rules that say so."""
        have = set(done)
        for before, cited in sorted(self.needs.get(step, {}).items(), key=lambda one: _ORDER[one[0]]):
            if before not in have:
                return before, cited
        return None


def binds(rule: Rule[Any], grade: int | None) -> bool:
    """Whether an entry is about classes of this grade."""
    entry = rule.entry
    if grade is None:
        return entry.grades is None
    return (entry.grades is None or grade in entry.grades) and grade not in entry.except_grades


def _period_fits(asked: str, kind: str, own: str) -> bool:
    wanted = {"school_year": "year", "reporting_period": own}.get(asked, asked)
    return kind == wanted


def route(law: Law, on: date, kind: str, *, term_kind: str, own_kind: str, grade: int | None) -> Route:
    """The way of a paper of this kind for a class and a term, by the acts in force on a day."""
    is_year = term_kind == "year"
    documents = _DOCUMENTS.get((kind, is_year), {kind})
    lists: list[tuple[list[str], Rule[Any]]] = []
    roles: dict[str, set[str]] = {}
    days: dict[str, int] = {}
    cited: dict[str, list[Rule[Any]]] = {}
    fields: dict[str, frozenset[str]] = {}

    def named(steps: Iterable[str], rule: Rule[Any], *, by: bool) -> None:
        for step in steps:
            cited.setdefault(step, []).append(rule)
            if by:
                roles.setdefault(step, set()).update(expand_roles(rule.entry.by))

    for rule in rules(law, on, "paper_copy_each"):
        params = rule.params
        if (
            params.document == kind
            and binds(rule, grade)
            and _period_fits(params.period, term_kind, own_kind)
        ):
            steps = [step for step in params.steps if step != "export"]
            lists.append((steps, rule))
            named(steps, rule, by=False)
    for rule in rules(law, on, "signature_required"):
        if rule.params.document in documents and binds(rule, grade):
            steps = [PAPER_CHAIN[who] for who in rule.params.chain]
            lists.append(([*steps, "archived"], rule))
            named(steps, rule, by=False)
            for step in steps:
                fields[step] = rule.params.fields
                _wait(lists, step, rule)
    closeout = [
        rule
        for rule in rules(law, on, "closeout_step")
        if kind == "journal" and not is_year and rule.params.action in PAPER_STEPS and binds(rule, grade)
    ]
    closeout.sort(key=lambda rule: rule.params.day)
    for before, after in pairwise(closeout):
        lists.append(([before.params.action, after.params.action], after))
    for rule in closeout:
        named([rule.params.action], rule, by=True)
        days.setdefault(rule.params.action, rule.params.day)
    for rule in rules(law, on, "register_entry_required"):
        for step, book in BOOKS.items():
            if rule.params.book == book and rule.params.on & {"archived", "hand_over"} and binds(rule, grade):
                if (step == "archived") == ("archived" in rule.params.on):
                    cited.setdefault(step, []).append(rule)
    needs: dict[str, dict[str, tuple[Rule[Any], ...]]] = {}
    for steps, rule in lists:
        for earlier, later in pairwise(steps):
            found = needs.setdefault(later, {})
            if rule not in found.get(earlier, ()):
                found[earlier] = (*found.get(earlier, ()), rule)
    present = set(ALWAYS) | set(cited) | {"destroyed"}
    for step in present:
        if step in USUAL and not needs.get(step) and USUAL[step] in present:
            needs[step] = {USUAL[step]: ()}
    order = _sorted(present, needs)
    return Route(
        tuple(
            Stage(
                step,
                frozenset(roles.get(step, ())),
                days.get(step),
                tuple(dict.fromkeys(cited.get(step, ()))),
                fields.get(step, frozenset()),
            )
            for step in order
        ),
        needs,
    )


def _wait(lists: list[tuple[list[str], Rule[Any]]], step: str, rule: Rule[Any]) -> None:
    """Nothing goes into the archive unsigned, whichever signature of the chain is lacking."""
    lists.append(([step, "archived"], rule))


def _sorted(present: set[str], needs: dict[str, dict[str, Any]]) -> list[str]:
    """The steps so that each follows what it waits for; among equals, and in a ring, the usual order."""
    left, order = sorted(present, key=lambda step: _ORDER[step]), []
    while left:
        ready = next(
            (step for step in left if not any(before in left for before in needs.get(step, {}))), left[0]
        )
        left.remove(ready)
        order.append(ready)
    return order


def kept_until(law: Law, on: date, kind: str, year_end: date) -> tuple[date, tuple[Rule[Any], ...]] | None:
    """The first day on which a paper may be destroyed, and the rules; None where no act says how long it is kept.

    The term is counted from the first of January after the year's end, as the rules of archives do; the longest wins.
    """
    found: tuple[date, tuple[Rule[Any], ...]] | None = None
    for rule in rules(law, on, "retention"):
        if rule.params.object == kind:
            term = rule.params.term
            day = (
                date(year_end.year + 1 + int(term.count), 1, 1)
                if term.unit == "y"
                else year_end + timedelta(days=math.ceil(term.count))
            )
            if found is None or day > found[0]:
                found = day, (rule,)
            elif day == found[0]:
                found = day, (*found[1], rule)
    return found
