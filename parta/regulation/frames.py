"""What changes other entries for a time or for some: variants (quarantine, distance) and exceptions (shape 10)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import Field

from parta.regulation.entries import MISSING, Edition, Entry
from parta.regulation.registry import (
    BREACHES,
    KINDS,
    Codes,
    Params,
    RuleKind,
    edition_check,
    known_kind,
)
from parta.regulation.values import (
    filled,
    frozen,
    is_place_table,
    params_of,
    params_problems,
    row_of,
    thawed,
    variants,
)

__all__ = ["Exception_", "Variant", "replaced_ids", "silenced_ids", "varied"]


class Variant(Params):
    """Other numbers for named clauses while the variant is in force, for the places it is about."""

    name: str = Field(description="название: «карантин», «дистанционно»")
    on: str = Field("", description="каким приказом вводится")
    replaces: dict[str, dict[str, Any]] = Field(
        {}, description='какие параметры каких пунктов меняет: { "X-1" = { within = "7d" } }'
    )
    suspends: Codes = Field(frozenset(), description="какие пункты на это время не действуют")


class Exception_(Params):
    """Clauses that do not bind those the entry is about: single students, a class, an individual plan."""

    of: Codes = Field(description="какие пункты не действуют")
    ground: str = Field("", description="основание: приказ, протокол, индивидуальный план")


def _says_variant(params: Variant) -> str:
    parts = []
    for clause, changes in sorted(params.replaces.items()):
        words = ", ".join(f"{key} = {value}" for key, value in changes.items())
        parts.append(f"для пункта {clause}: {words}")
    if params.suspends:
        parts.append(f"не действуют пункты {', '.join(sorted(params.suspends))}")
    order = f", {params.on}" if params.on else ""
    return f"особый порядок «{params.name}»{order}: {'; '.join(parts) or 'без изменений'}"


known_kind(
    RuleKind(
        "variant",
        10,
        Variant,
        "Особый порядок на время",
        _says_variant,
        acts="меняет числа других пунктов для своих классов на свои дни; потом действуют прежние",
    )
)
known_kind(
    RuleKind(
        "exception",
        10,
        Exception_,
        "Исключение",
        lambda p: (
            f"не действуют пункты {', '.join(sorted(p.of))}"
            + (f" (основание: {p.ground})" if p.ground else "")
        ),
        acts="снимает названные пункты с тех, о ком запись, на её дни",
    )
)


def silenced_ids(kind: str, raw: Mapping[str, Any]) -> frozenset[str]:
    """Ids of clauses an entry of these kinds takes out of force where it applies."""
    value = raw.get({"variant": "suspends", "exception": "of"}.get(kind, ""), ())
    items = [value] if isinstance(value, str) else value
    return (
        frozenset(item for item in items if isinstance(item, str)) if isinstance(items, list) else frozenset()
    )


def replaced_ids(entry: Entry) -> frozenset[str]:
    """Ids of clauses whose numbers a variant changes."""
    if entry.kind != "variant":
        return frozenset()
    value = thawed(dict(entry.raw).get("replaces", ()))
    return frozenset(value) if isinstance(value, dict) else frozenset()


def varied(rules: Iterable[Any], may_change: Any, settings: Mapping[str, Any], place: Any) -> list[Any]:
    """The rules at a place with the numbers of the variants in force there.

    ``may_change(variant, clause_id)`` says whether the variant's rank allows it.
    """
    rules = list(rules)
    present = [rule for rule in rules if rule.kind.name == "variant"]
    if not present:
        return rules
    return [_varied(rule, present, may_change, settings, place) for rule in rules]


def _varied(
    rule: Any, present: Iterable[Any], may_change: Any, settings: Mapping[str, Any], place: Any
) -> Any:
    changes: dict[str, Any] = {}
    cited: tuple[Any, ...] = ()
    for variant in present:
        for clause in rule.ids:
            if clause in variant.params.replaces and may_change(variant, clause):
                changes |= variant.params.replaces[clause]
                cited = (*cited, *variant.clauses)
    if not changes:
        return rule
    breach = changes.pop("on_breach", None)
    raw = dict(rule.entry.raw) | {key: frozen(value) for key, value in changes.items()}
    resolved = {key: filled(value, settings) for key, value in raw.items()}
    rows = {key: row_of(value, place) if is_place_table(value) else value for key, value in resolved.items()}
    if any(value is MISSING for value in rows.values()):
        return rule
    return replace(
        rule,
        params=params_of(rule.kind, {key: thawed(value) for key, value in rows.items()}),
        entry=replace(
            rule.entry,
            raw=tuple(sorted(raw.items())),
            clauses=tuple(dict.fromkeys((*rule.entry.clauses, *cited))),
        ),
        outcome=BREACHES.get(str(breach), rule.outcome) if breach else rule.outcome,
    )


@edition_check
def frames_name_what_is_there(edition: Edition) -> Iterable[tuple[Entry, str]]:
    """Clauses a variant or exception names are in the act (or one it rests on), and its numbers fit their kinds."""
    by_id: dict[str, list[Entry]] = {}
    for entry in edition.entries:
        for clause in entry.clauses:
            by_id.setdefault(clause.id, []).append(entry)
    values = {setting.name: setting.value for setting in edition.settings}
    for entry in edition.entries:
        if entry.kind not in ("variant", "exception"):
            continue
        raw = dict(entry.raw)
        named = replaced_ids(entry) | silenced_ids(
            entry.kind, {key: thawed(value) for key, value in raw.items()}
        )
        if not edition.rests_on:
            for clause_id in sorted(named - by_id.keys()):
                yield entry, f"пункта «{clause_id}» в этом акте нет; акт, где он есть, назовите в rests_on"
        if entry.kind == "variant" and entry.is_for_roles:
            yield entry, "особый порядок касается классов и учеников, а не ролей: уберите roles"
        replaces = thawed(raw.get("replaces", ()))
        for clause_id, changes in sorted(replaces.items() if isinstance(replaces, dict) else ()):
            if not isinstance(changes, dict):
                continue
            breach = changes.get("on_breach")
            if breach is not None and breach not in BREACHES:
                yield entry, f"пункт «{clause_id}»: on_breach «{breach}»; допустимы: {', '.join(BREACHES)}"
            for target in by_id.get(clause_id, ()):
                fresh = {key: frozen(value) for key, value in changes.items() if key != "on_breach"}
                changed = replace(target, raw=tuple(sorted((dict(target.raw) | fresh).items())))
                for given in variants(changed, values):
                    if given is not None:
                        for _, text in params_problems(KINDS[target.kind], given):
                            yield entry, f"пункт «{clause_id}»: {text}"
