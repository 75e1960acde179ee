"""How each clause of an act is kept: forbidden or watched by a rule, served by the program, or left to people.

The rules of a file say which clauses they hold. The rest of the document is listed in the file's ``[clauses]``: so the
school sees its whole act, and what of it no program keeps.
"""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from parta.regulation.clause import Clause
from parta.regulation.entries import Edition
from parta.regulation.explain import Explained, explained
from parta.regulation.registry import KINDS

__all__ = ["STATES", "Covered", "coverage"]

STATES: Mapping[str, tuple[str, str]] = {
    "guard": ("держит запись", "запись против пункта не сохраняется, ждёт разрешения или получает пометку"),
    "watch": ("под надзором", "чего не сделали в срок, журнал находит сам"),
    "shaped": ("так устроен журнал", "пункт задаёт вид журнала, формулу, печать или права: обойти его нечем"),
    "waits": ("ждёт настройки", "правило есть, но школа ещё не выбрала число или выключила его"),
    "served": ("есть в программе", "для пункта есть страница или документ; правила он не требует"),
    "outside": ("вне программы", "исполняют люди: программа этого не видит"),
}
"""State of a clause: its words, and what they mean."""
_NUMBER = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Covered:
    """A clause and how it is kept."""

    clause: Clause
    state: str
    rules: tuple[Explained, ...] = ()

    @property
    def said(self) -> str:
        """The state in words."""
        return STATES[self.state][0]


def coverage(
    edition: Edition, chosen: Mapping[str, Any] | None = None, *, watched: Container[str] = ()
) -> tuple[Covered, ...]:
    """Every clause the file names, in the order of the document; ``chosen`` are the settings of the school.

    ``watched`` names the kinds that control asks for by questions of its own.
    """
    rules: dict[str, list[Explained]] = {}
    clauses: dict[str, Clause] = {}
    for entry, line in zip(edition.entries, explained(edition, chosen), strict=True):
        for clause in entry.clauses:
            clauses.setdefault(clause.id, clause)
            rules.setdefault(clause.id, []).append(line)
    found = [Covered(clauses[id], _state(lines, watched), tuple(lines)) for id, lines in rules.items()]
    for state, listed in edition.others:
        found += [Covered(clause, state) for clause in listed]
    return tuple(sorted(found, key=lambda one: _place(one.clause.id)))


def _state(lines: list[Explained], watched: Container[str]) -> str:
    """The strongest of what the rules of a clause do."""
    acting = [line for line in lines if not line.sleeps and not line.is_off]
    if not acting:
        return "waits"
    kinds = [KINDS[line.kind] for line in acting]
    if any(kind.build is not None and line.holds for kind, line in zip(kinds, acting, strict=True)):
        return "guard"
    return "watch" if any(kind.watch is not None or kind.name in watched for kind in kinds) else "shaped"


def _place(clause_id: str) -> tuple[tuple[int, int, str], ...]:
    """Numbers in a clause by their value: 2.10 stands after 2.9."""
    return tuple(
        (0, int(part), "") if part.isdigit() else (1, 0, part) for part in _NUMBER.split(clause_id) if part
    )
