"""The acts of a school as dated law: which rules are in force on a date.

A :class:`Law` is a set of editions and the dated values of their settings: immutable, picklable, without a database.
For a date it gives a :class:`Code`, the rules in force on that date; for a place in it a
:class:`~parta.regulation.bench.Bench`, the guards that can bear on acts there, each compiled into a small function.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from parta.regulation.bench import Bench
from parta.regulation.entries import MISSING, RANKS, Edition, Entry, Setting
from parta.regulation.registry import KINDS
from parta.regulation.rule import Rule, rule_of
from parta.regulation.values import filled, is_place_table, names_lessons, row_of

__all__ = ["Code", "Law", "SettingChange", "law_of", "words_of"]


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A school's choice for a setting of an edition, from a date on."""

    edition: str
    name: str
    value: Any
    in_force_from: date


class Code:
    """The rules in force on one date."""

    def __init__(self, editions: tuple[Edition, ...], settings: Mapping[str, Any], on: date) -> None:
        self.editions = editions
        self.settings = settings
        self._plain: list[tuple[Edition, Entry, Rule[Any] | None]] = []
        self.asleep: list[Entry] = []
        """Entries that wait for a setting without a value."""
        self._relax: dict[str, tuple[int, bool]] = {}
        for edition in editions:
            rank = RANKS[edition.rank]
            for entry in edition.entries:
                if (entry.in_force_from and on < entry.in_force_from) or (
                    entry.in_force_until and on >= entry.in_force_until
                ):
                    continue
                if _switched_off(entry, settings):
                    continue
                resolved = {key: filled(value, settings) for key, value in entry.raw}
                if any(value is MISSING for value in resolved.values()):
                    self.asleep.append(entry)
                    continue
                for clause in entry.clauses:
                    known = self._relax.get(clause.id)
                    if known is None or rank < known[0]:
                        self._relax[clause.id] = (rank, entry.may_relax)
                needs_place = any(is_place_table(value) for value in resolved.values())
                rule = None if needs_place else rule_of(edition, entry, resolved, settings)
                self._plain.append((edition, entry, rule))
        self.students = frozenset(
            id
            for _, entry, _ in self._plain
            for id in (entry.students or frozenset()) | entry.except_students
        )
        """Students whom some entry names: for anybody else the rules of a place are the same."""
        self.roles = frozenset(
            role for _, entry, _ in self._plain for role in (entry.roles or frozenset()) | entry.except_roles
        )
        """Roles of writers that some entry names."""
        self._benches: dict[Any, Bench] = {}
        self._last: dict[bool, tuple[Any, int | None, frozenset[str] | None, Bench]] = {}
        """The benches asked for last, with a writer and without, by the very objects they were asked with: an operation
        asks for them dozens of times, and to compare places costs as much as to judge."""
        self._tabled: dict[Any, Rule[Any]] = {}

    @property
    def entries(self) -> tuple[tuple[Edition, Entry, Rule[Any] | None], ...]:
        """Entries in force, each with its rule (``None`` where a table makes it depend on the place)."""
        return tuple(self._plain)

    @cached_property
    def counts_lessons(self) -> bool:
        """Whether some entry counts by lessons to come: «к следующему уроку». Asked at every page and write."""
        return any(
            names_lessons(filled(value, self.settings))
            for _, entry, _ in self._plain
            for _, value in entry.raw
        )

    def at(self, place: Any | None) -> Iterable[Rule[Any]]:
        """Every rule in force, with tables by grade or weekly hours resolved for the place.

        Without a place (the school as a whole) rules that differ by place are left out.
        """
        for edition, entry, rule in self._plain:
            if rule is not None:
                yield rule
                continue
            if place is None:
                continue
            resolved = {key: filled(value, self.settings) for key, value in entry.raw}
            rows = {
                key: row_of(value, place) if is_place_table(value) else value
                for key, value in resolved.items()
            }
            if any(value is MISSING for value in rows.values()):
                continue
            key = (edition.code, entry.index, tuple(rows.items()))
            tabled = self._tabled.get(key)
            if tabled is None:
                tabled = self._tabled[key] = rule_of(edition, entry, rows, self.settings)
            yield tabled

    def bench(self, place: Any, student_id: int | None = None, roles: frozenset[str] | None = None) -> Bench:
        """The rules at a place, for a student and for a writer of these roles; what is equal shares one bench."""
        student_id = student_id if student_id in self.students else None
        last = self._last.get(roles is None)
        if last is not None and last[0] is place and last[2] is roles and last[1] == student_id:
            return last[3]
        asked_roles = roles
        roles = None if roles is None else roles & self.roles
        bench = self._benches.get((place, student_id, roles))
        if bench is None:
            if len(self._benches) > 4000:  # a school has some hundred different places
                self._benches.clear()
            bench = self._benches[place, student_id, roles] = Bench(self, place, student_id, roles)
        self._last[asked_roles is None] = place, student_id, asked_roles, bench
        return bench

    def silenced_by(self, rule: Rule[Any]) -> set[str]:
        """Ids an overriding rule silences: those of its own rank or below, and those marked ``may_relax``."""
        return {clause_id for clause_id in rule.entry.overrides if self.may_change(rule, clause_id)}

    def may_change(self, rule: Rule[Any], clause_id: str) -> bool:
        """Whether a rule ranks high enough to silence or change a clause, or the clause is marked ``may_relax``."""
        rank, may_relax = self._relax.get(clause_id, (rule.rank, True))
        return may_relax or rule.rank <= rank

    def setting(self, name: str, default: Any = None) -> Any:
        """The value of a setting; ``default`` when no act in force declares it or it has no value."""
        value = self.settings.get(name, MISSING)
        return default if value is MISSING else value


def _switched_off(entry: Entry, settings: Mapping[str, Any]) -> bool:
    value = filled(entry.when, settings)
    return value is False or value is MISSING


class Law:
    """Editions and dated settings of one school. Make it with :func:`law_of`; it never changes."""

    __slots__ = ("_bounds", "_codes", "_words", "changes", "editions", "names_students")

    def __init__(self, editions: tuple[Edition, ...], changes: tuple[SettingChange, ...]) -> None:
        self.editions = editions
        self.changes = changes
        self.names_students = any(
            entry.students is not None or entry.except_students
            for edition in editions
            for entry in edition.entries
        )
        """Whether any entry is about single students: then two acts alike but for the student may differ."""
        bounds = {edition.in_force_from for edition in editions}
        bounds |= {edition.in_force_until for edition in editions if edition.in_force_until}
        bounds |= {change.in_force_from for change in changes}
        for edition in editions:
            for entry in edition.entries:
                bounds |= {day for day in (entry.in_force_from, entry.in_force_until) if day}
        self._bounds = sorted(bounds)
        self._codes: dict[int, Code] = {}
        self._words: Mapping[str, str] | None = None

    @property
    def words(self) -> Mapping[str, str]:
        """What its acts call the codes of their own."""
        if self._words is None:
            self._words = words_of(*self.editions)
        return self._words

    def __reduce__(self) -> tuple[Any, ...]:
        return (Law, (self.editions, self.changes))

    @property
    def bounds(self) -> tuple[date, ...]:
        """The days on which something in the law changes, in order."""
        return tuple(self._bounds)

    def on(self, day: date) -> Code:
        """The rules in force on a date."""
        index = bisect_right(self._bounds, day)
        code = self._codes.get(index)
        if code is None:
            code = self._codes[index] = self._code(day)
        return code

    def _code(self, day: date) -> Code:
        standing: dict[str, Edition] = {}
        for edition in self.editions:
            if edition.in_force_from <= day and (
                edition.in_force_until is None or day < edition.in_force_until
            ):
                rival = standing.get(edition.code)
                if rival is None or rival.in_force_from <= edition.in_force_from:
                    standing[edition.code] = edition
        in_order = sorted(standing.values(), key=lambda e: (RANKS[e.rank], e.in_force_from, e.code))
        settings: dict[str, Any] = {}
        for edition in in_order:
            for setting in edition.settings:
                settings[setting.name] = self._value(edition, setting, day)
        return Code(tuple(in_order), settings, day)

    def _value(self, edition: Edition, setting: Setting, day: date) -> Any:
        best: SettingChange | None = None
        for change in self.changes:
            if change.edition == edition.code and change.name == setting.name and change.in_force_from <= day:
                if best is None or best.in_force_from <= change.in_force_from:
                    best = change
        return setting.value if best is None else best.value

    def setting(self, name: str, on: date, default: Any = None) -> Any:
        """The value of a setting on a date; ``default`` when none is declared or it has no value."""
        return self.on(on).setting(name, default)


def law_of(editions: Iterable[Edition], settings: Iterable[SettingChange] = ()) -> Law:
    """The law made of these editions and these choices of the school."""
    return Law(tuple(editions), tuple(settings))


def words_of(*editions: Edition) -> dict[str, str]:
    """What these acts call the codes of their own, such as kinds of work."""
    found: dict[str, str] = {}
    for edition in editions:
        for entry in edition.entries:
            kind = KINDS.get(entry.kind)
            if kind is not None and kind.names is not None:
                found |= kind.names(dict(entry.raw))
    return found
