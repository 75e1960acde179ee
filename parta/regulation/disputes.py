"""What several acts in force leave open between them."""

from collections.abc import Iterable

from parta.regulation.entries import RANKS, Edition, Problem
from parta.regulation.frames import replaced_ids

__all__ = ["contradictions"]


def contradictions(editions: Iterable[Edition]) -> list[Problem]:
    """What several acts leave open between them: it is reported when a file is checked, and blocks its approval."""
    editions = tuple(editions)
    ranks: dict[str, tuple[int, bool, str]] = {}
    for edition in editions:
        for entry in edition.entries:
            for clause in entry.clauses:
                ranks.setdefault(clause.id, (RANKS[edition.rank], entry.may_relax, edition.short))
    found = []
    for edition in editions:
        for entry in edition.entries:
            for clause_id in sorted(entry.overrides | replaced_ids(entry)):
                target = ranks.get(clause_id)
                if target is None:
                    text = f"отменяет пункт «{clause_id}», которого нет ни в одном действующем акте"
                elif target[0] < RANKS[edition.rank] and not target[1]:
                    text = f"отменяет пункт «{clause_id}» акта «{target[2]}», который старше и не допускает послаблений"
                else:
                    continue
                found.append(Problem(entry.line, entry.label, text))
    return found
