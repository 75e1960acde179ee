"""What several acts in force leave open between them: told when a file is checked, and on the page of the acts."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

from pydantic import ValidationError

from parta.regulation.entries import RANKS, Edition, Entry, Problem
from parta.regulation.frames import replaced_ids
from parta.regulation.registry import KINDS
from parta.regulation.values import variants

__all__ = ["contradictions"]


def contradictions(editions: Iterable[Edition]) -> list[Problem]:
    """What several acts leave open between them: it is reported when a file is checked, and blocks its approval.

    An act that sets aside a clause of a higher one, or one that is not there; acts that set each other aside; and two
    acts that ask of the same people, on the same days, what cannot both be asked, with neither naming the other.
    """
    editions = tuple(editions)
    return [*_overreaching(editions), *_circles(editions), *_opposed(editions)]


def _overreaching(editions: tuple[Edition, ...]) -> Iterator[Problem]:
    ranks: dict[str, tuple[int, bool, str]] = {}
    codes = {edition.code for edition in editions}
    for edition in editions:
        for entry in edition.entries:
            for clause in entry.clauses:
                ranks.setdefault(clause.id, (RANKS[edition.rank], entry.may_relax, edition.short))
    for edition in editions:
        for entry in edition.entries:
            for clause_id in sorted(entry.overrides | replaced_ids(entry)):
                target = ranks.get(clause_id)
                if target is None:
                    text = f"отменяет пункт «{clause_id}», которого нет ни в одном действующем акте"
                    if absent := sorted(edition.rests_on - codes):
                        text += f"; если он из акта «{', '.join(absent)}», проверяйте файлы вместе"
                elif target[0] < RANKS[edition.rank] and not target[1]:
                    text = f"отменяет пункт «{clause_id}» акта «{target[2]}», который старше и не допускает послаблений"
                else:
                    continue
                yield Problem(entry.line, entry.label, text)


def _circles(editions: tuple[Edition, ...]) -> Iterator[Problem]:
    over: dict[str, set[str]] = {}
    where: dict[str, Entry] = {}
    for edition in editions:
        for entry in edition.entries:
            for clause in entry.clauses:
                over.setdefault(clause.id, set()).update(entry.overrides - {clause.id})
                if entry.overrides:
                    where[clause.id] = entry
    told: set[frozenset[str]] = set()
    for start in sorted(where):
        path = _path_back(start, over)
        if path and frozenset(path) not in told:
            told.add(frozenset(path))
            circle = " → ".join([*path, start])
            yield Problem(
                where[start].line,
                where[start].label,
                f"пункты отменяют друг друга по кругу: {circle}; уберите одну отмену, иначе действуют все",
            )


def _path_back(start: str, over: Mapping[str, set[str]]) -> list[str]:
    """The clauses from one back to itself along what they set aside; empty: there is no such way."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for following in sorted(over.get(way[-1], ())):
            if following == start:
                return way
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return []


def _opposed(editions: tuple[Edition, ...]) -> Iterator[Problem]:
    ranked = sorted(editions, key=lambda edition: (RANKS[edition.rank], edition.in_force_from, edition.code))
    by_kind: dict[str, list[tuple[Edition, Entry]]] = {}
    for edition in ranked:
        for entry in edition.entries:
            if KINDS[entry.kind].disputes is not None and entry.when is not False:
                by_kind.setdefault(entry.kind, []).append((edition, entry))
    for kind, entries in by_kind.items():
        find = KINDS[kind].disputes
        assert find is not None
        for (higher, first), (lower, second) in combinations(entries, 2):
            if higher.code == lower.code or not _meet(higher, first, lower, second):
                continue
            equal = RANKS[higher.rank] == RANKS[lower.rank]
            if first.may_relax and not equal:
                continue
            for one in _params(higher, first):
                words = next((said for two in _params(lower, second) if (said := find(one, two, equal))), "")
                if words:
                    yield Problem(second.line, second.label, _told(words, higher, first, equal))
                    break


def _told(words: str, higher: Edition, first: Entry, equal: bool) -> str:
    clause = ", ".join(clause.printed for clause in first.clauses)
    text = f"спорит с актом «{higher.short}» ({clause}): {words}. "
    if equal:
        return text + "Акты равны: чтобы один из пунктов не действовал, назовите его в overrides другого"
    return text + "Тот акт старше и действует он; послабление он допускает полем may_relax"


def _params(edition: Edition, entry: Entry) -> Iterator[Any]:
    """Every set of parameters an entry can have by the values in its file."""
    values = {setting.name: setting.value for setting in edition.settings}
    for given in variants(entry, values):
        if given is not None:
            try:
                yield KINDS[entry.kind].params.model_validate(given)
            except ValidationError:  # a mixture of rows of two tables
                continue


def _meet(higher: Edition, first: Entry, lower: Edition, second: Entry) -> bool:
    """Whether two entries can be about the same people, places and days, and neither sets the other aside."""
    starts = [day for day in (first.in_force_from, second.in_force_from) if day]
    starts += [higher.in_force_from, lower.in_force_from]
    ends = [first.in_force_until, second.in_force_until, higher.in_force_until, lower.in_force_until]
    if any(end is not None and end <= max(starts) for end in ends):
        return False
    ids = [{clause.id for clause in entry.clauses} for entry in (first, second)]
    if first.overrides & ids[1] or second.overrides & ids[0]:
        return False
    return all(
        _share(*sides)
        for sides in (
            (first.grades, second.grades, first.except_grades, second.except_grades),
            (first.subjects, second.subjects, first.except_subjects, second.except_subjects),
            (first.classes, second.classes, first.except_classes, second.except_classes),
            (first.roles, second.roles, first.except_roles, second.except_roles),
            (first.students, second.students, first.except_students, second.except_students),
        )
    )


def _share(one: Any, two: Any, without_one: Any, without_two: Any) -> bool:
    """Whether two populations have anybody in common, as far as their names say."""
    without = without_one | without_two
    if one is None and two is None:
        return True
    common = two if one is None else one if two is None else one & two
    return bool(common - without)
