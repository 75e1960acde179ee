"""An entry in force, with its parameters resolved for a date (and, if need be, for a place)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from parta.regulation.clause import Clause
from parta.regulation.durations import parse_duration
from parta.regulation.entries import MISSING, RANKS, Edition, Entry, PermitTerms
from parta.regulation.registry import BREACHES, KINDS, Params, RuleKind
from parta.regulation.values import filled, params_of, thawed
from parta.regulation.verdict import Outcome
from parta.regulation.words import expand_roles

__all__ = ["Rule", "rule_of"]

P = TypeVar("P", bound=Params)


@dataclass(frozen=True, slots=True, eq=False)
class Rule(Generic[P]):
    """An entry in force, with its parameters resolved for a date (and, if need be, for a place)."""

    kind: RuleKind
    params: P
    entry: Entry
    edition: str
    act: str
    rank: int
    outcome: Outcome
    permit_by: frozenset[str]
    permit_ground: frozenset[str]
    permit_term: str
    since: date
    """The day from which the entry is in force."""

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses it is cited by."""
        return self.entry.clauses

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of its clauses."""
        return tuple(clause.id for clause in self.entry.clauses)

    def yields_to(self, rank: int) -> bool:
        """Whether an act of this rank may ask for less than the rule does."""
        return self.entry.may_relax or rank <= self.rank


def rule_of(
    edition: Edition, entry: Entry, resolved: Mapping[str, Any], settings: Mapping[str, Any]
) -> Rule[Any]:
    """The rule an entry makes with these parameters, settings and tables already put in."""
    kind = KINDS[entry.kind]
    breach = filled(entry.on_breach, settings)
    permit: PermitTerms = entry.permit
    term = filled(permit.term, settings)
    return Rule(
        kind=kind,
        params=params_of(kind, {key: thawed(value) for key, value in resolved.items()}),
        entry=entry,
        edition=edition.code,
        act=edition.short,
        rank=RANKS[edition.rank],
        outcome=BREACHES[kind.on_breach if breach is MISSING else breach],
        permit_by=expand_roles(permit.by),
        permit_ground=permit.ground,
        permit_term=str(parse_duration(term)) if isinstance(term, str) else "",
        since=entry.in_force_from or edition.in_force_from,
    )
