"""What changes in behaviour between two editions of an act, in Russian."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from parta.regulation.coverage import STATES
from parta.regulation.entries import MISSING, Edition, Entry
from parta.regulation.explain import breach_words, population, sentences, value_words
from parta.regulation.law import words_of
from parta.regulation.reference import parameters
from parta.regulation.registry import KINDS
from parta.regulation.values import filled, is_place_table, params_of, thawed
from parta.regulation.words import own_words, role_words

__all__ = ["Change", "Difference", "difference"]


@dataclass(frozen=True, slots=True)
class Change:
    """One entry (or setting) that is new, gone or other than before."""

    clauses: tuple[str, ...]
    title: str
    says: str
    """What the new entry asks; of one that is gone, what it asked."""
    lines: tuple[str, ...] = ()
    """What differs, one line each: «срок: 5 дней → 3 дня»."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Two editions side by side."""

    head: tuple[str, ...]
    added: tuple[Change, ...]
    removed: tuple[Change, ...]
    changed: tuple[Change, ...]
    settings: tuple[str, ...]
    same: int
    """How many entries ask the same as before."""

    @property
    def is_empty(self) -> bool:
        """Whether the journal will behave as before."""
        return not (self.added or self.removed or self.changed or self.settings)


def difference(old: Edition, new: Edition) -> Difference:
    """What of the old edition is gone, what the new one adds, what it asks otherwise."""
    with own_words(words_of(old, new)):
        return _difference(old, new)


def _difference(old: Edition, new: Edition) -> Difference:
    before, after = list(old.entries), list(new.entries)
    pairs: list[tuple[Entry, Entry]] = []
    for alike in (_identical, _same_clauses, _common_clause, _same_population):
        for entry in list(after):
            found = next((one for one in before if alike(one, entry)), None)
            if found is not None:
                before.remove(found)
                after.remove(entry)
                pairs.append((found, entry))
    pairs.sort(key=lambda pair: pair[1].index)
    values = _values(old), _values(new)
    changed, same = [], 0
    for one, other in pairs:
        lines = tuple(_differences(one, other, *values))
        if lines:
            changed.append(_change(other, values[1], lines))
        else:
            same += 1
    return Difference(
        head=tuple(_head(old, new)),
        added=tuple(_change(entry, values[1], (_breach(entry, values[1]),)) for entry in after),
        removed=tuple(_change(entry, values[0], (_breach(entry, values[0]),)) for entry in before),
        changed=tuple(changed),
        settings=tuple(_settings(old, new)),
        same=same,
    )


def _values(edition: Edition) -> dict[str, Any]:
    return {setting.name: setting.value for setting in edition.settings}


def _ids(entry: Entry) -> frozenset[str]:
    return frozenset(clause.id for clause in entry.clauses)


def _identical(one: Entry, other: Entry) -> bool:
    return one.kind == other.kind and _ids(one) == _ids(other) and one.raw == other.raw


def _same_clauses(one: Entry, other: Entry) -> bool:
    return one.kind == other.kind and _ids(one) == _ids(other)


def _common_clause(one: Entry, other: Entry) -> bool:
    return one.kind == other.kind and bool(_ids(one) & _ids(other))


def _same_population(one: Entry, other: Entry) -> bool:
    return one.kind == other.kind and population(one) == population(other) and one.raw == other.raw


def _change(entry: Entry, values: Mapping[str, Any], lines: Iterable[str]) -> Change:
    says = "; ".join(sentences(entry, values)) or "ждёт настройку школы"
    whom = population(entry)
    return Change(
        tuple(dict.fromkeys(clause.printed for clause in entry.clauses)),
        KINDS[entry.kind].title,
        f"{says} ({whom})" if whom else says,
        tuple(filter(None, lines)),
    )


def _breach(entry: Entry, values: Mapping[str, Any]) -> str:
    words = breach_words(entry, values)
    return f"при нарушении: {words}" if words else ""


def _differences(one: Entry, other: Entry, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[str]:
    def line(what: str, before: str, after: str) -> Iterable[str]:
        if before != after:
            yield f"{what}: {before or 'нет'} → {after or 'нет'}"

    numbers = [", ".join(clause.printed for clause in entry.clauses) for entry in (one, other)]
    if _ids(one) != _ids(other):
        yield from line("пункты", *numbers)
    left, right = _params(one, old), _params(other, new)
    numbers_changed = [
        shown
        for name in sorted(left.keys() | right.keys())
        for shown in line(_param_words(other.kind, name), left.get(name, ""), right.get(name, ""))
    ]
    yield from numbers_changed or line(
        "требуется", "; ".join(sentences(one, old)), "; ".join(sentences(other, new))
    )
    yield from line("кого касается", population(one) or "всех", population(other) or "всех")
    yield from line("при нарушении", breach_words(one, old), breach_words(other, new))
    yield from line("кто отвечает", role_words(sorted(one.by)), role_words(sorted(other.by)))
    yield from line("кому сообщается", role_words(one.told), role_words(other.told))
    yield from line("действует с", _day(one.in_force_from), _day(other.in_force_from))
    yield from line("действует до", _day(one.in_force_until), _day(other.in_force_until))
    yield from line("включено", _switch(one, old), _switch(other, new))
    yield from line("отменяет пункты", ", ".join(sorted(one.overrides)), ", ".join(sorted(other.overrides)))
    yield from line("допускает послабления", *("да" if e.may_relax else "нет" for e in (one, other)))


def _param_words(kind: str, name: str) -> str:
    words = {found: meaning for found, _, _, _, meaning in parameters(KINDS[kind].params)}.get(name, "")
    return f"{words.split(':')[0].split(';')[0]} ({name})" if words else name


def _params(entry: Entry, values: Mapping[str, Any]) -> dict[str, str]:
    """Parameters in words, defaults included, so that writing a default out is no change."""
    kind = KINDS[entry.kind]
    resolved = {key: filled(value, values) for key, value in entry.raw}
    tables = {key: value_words(value) for key, value in resolved.items() if is_place_table(value)}
    if tables or any(value is MISSING for value in resolved.values()):
        return {key: value_words(value) for key, value in resolved.items()}
    params = params_of(kind, {key: thawed(value) for key, value in resolved.items()})
    return {name: value_words(getattr(params, name)) for name in kind.params.model_fields}


def _switch(entry: Entry, values: Mapping[str, Any]) -> str:
    return "да" if filled(entry.when, values) is True else "нет"


def _day(value: Any) -> str:
    return f"{value:%d.%m.%Y}" if value else ""


def _head(old: Edition, new: Edition) -> Iterable[str]:
    for what, name in (
        ("название", "title"),
        ("код", "code"),
        ("старшинство", "rank"),
        ("утверждает", "approved_by"),
        ("номер", "number"),
        ("принято", "adopted_by"),
    ):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield f"{what}: {before or 'нет'} → {after or 'нет'}"
    for state in STATES:
        before, after = (
            {clause.id: clause.printed for name, clauses in one.others if name == state for clause in clauses}
            for one in (old, new)
        )
        for what, left, right in (("добавлены", before, after), ("убраны", after, before)):
            if more := [printed for id, printed in right.items() if id not in left]:
                yield f"«{STATES[state][0]}»: {what} {', '.join(dict.fromkeys(more))}"
    for what, name in (("действует с", "in_force_from"), ("действует до", "in_force_until")):
        before, after = _day(getattr(old, name)), _day(getattr(new, name))
        if before != after:
            yield f"{what}: {before or 'нет'} → {after or 'нет'}"


def _settings(old: Edition, new: Edition) -> Iterable[str]:
    before = {setting.name: setting for setting in old.settings}
    after = {setting.name: setting for setting in new.settings}
    for name, setting in after.items():
        known = before.get(name)
        if known is None:
            yield f"новая настройка «{setting.title}»: {_value(setting.value)}"
            continue
        if known.value != setting.value:
            yield f"настройка «{setting.title}»: {_value(known.value)} → {_value(setting.value)}"
        if known.changed_by != setting.changed_by:
            yield (
                f"настройку «{setting.title}» меняет: {role_words([known.changed_by])} → "
                f"{role_words([setting.changed_by])}"
            )
    for name, setting in before.items():
        if name not in after:
            yield f"настройки «{setting.title}» больше нет (была: {_value(setting.value)})"


def _value(value: Any) -> str:
    return "не задано" if value is MISSING else value_words(value)
