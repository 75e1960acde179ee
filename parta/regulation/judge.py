"""The law of a school and what it says about an intended act.

A :class:`Law` is a set of editions and the dated values of their settings: immutable, picklable, without a database.
For a date it gives a :class:`Code`, the rules in force on that date; for a place in it a :class:`Bench`, the guards
that can bear on acts there, each compiled into a small function. :func:`judge` asks them.

Precedence follows ``docs/requirements/rule-kinds.md`` §4: every entry in force is asked and the strictest answer
wins; an entry that overrides others silences them where it applies, if its rank allows; a permission silences the
bans it names; a granted permit lifts what needs a permit, and nothing else.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any, Generic, TypeVar

from parta.regulation.clause import Clause
from parta.regulation.durations import Calendar, PlainCalendar, parse_duration
from parta.regulation.edition import (
    MISSING,
    RANKS,
    Edition,
    Entry,
    PermitTerms,
    Problem,
    Setting,
    filled,
    is_place_table,
    params_of,
    row_of,
    thawed,
)
from parta.regulation.frames import replaced_ids, varied
from parta.regulation.registry import BREACHES, KINDS, Ask, Breach, Intended, Params, RuleKind
from parta.regulation.verdict import PASS, Outcome, Reason, Verdict, WayOut
from parta.regulation.words import expand_roles, role_words

__all__ = ["Bench", "Code", "Law", "Rule", "SettingChange", "contradictions", "judge", "law_of"]

P = TypeVar("P", bound=Params)


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A school's choice for a setting of an edition, from a date on."""

    edition: str
    name: str
    value: Any
    in_force_from: date


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
    personal: bool
    """Whether it depends on the writer or the student, not only on the place."""

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses it is cited by."""
        return self.entry.clauses

    @property
    def ids(self) -> tuple[str, ...]:
        """Ids of its clauses."""
        return tuple(clause.id for clause in self.entry.clauses)

    def binds(self, act: Intended) -> bool:
        """Whether the writer and the student of an act are among those the entry is about."""
        entry = self.entry
        roles = act.by.roles
        if entry.roles is not None and not roles & entry.roles:
            return False
        if entry.except_roles and roles & entry.except_roles:
            return False
        if entry.students is not None and act.student_id not in entry.students:
            return False
        return not (entry.except_students and act.student_id in entry.except_students)


@dataclass(frozen=True, slots=True)
class _Check:
    rule: Rule[Any]
    ask: Ask
    personal: bool


class Bench:
    """The rules at one place on one date; builders of guards ask it for their fellow rules."""

    __slots__ = ("_checks", "_memo", "_needs", "code", "permissions", "place", "rules", "shadows")

    def __init__(self, code: "Code", place: Any) -> None:
        self.code = code
        self.place = place
        present = [rule for rule in code.at(place) if rule.entry.takes(place)]
        present = varied(present, code.may_change, code.settings, place)
        silenced: set[str] = set()
        self.shadows: list[Rule[Any]] = []
        for rule in present:
            if rule.entry.overrides:
                if rule.personal:
                    self.shadows.append(rule)
                else:
                    silenced |= code.silenced_by(rule)
        self.rules = tuple(
            rule for rule in present if not silenced.intersection(rule.ids) or rule.entry.overrides
        )
        self.permissions = tuple(rule for rule in self.rules if rule.kind.permits is not None)
        self._memo: dict[Any, Any] = {}
        self._checks: dict[tuple[str, str], tuple[_Check, ...]] = {}
        self._needs: dict[tuple[str, str, tuple[str, ...]], frozenset[str]] = {}

    def of(self, kind: str) -> tuple[Rule[Any], ...]:
        """The rules of a kind at this place, in the order of the acts."""
        return tuple(rule for rule in self.rules if rule.kind.name == kind)

    def memo(self, key: Any, make: Callable[[], Any]) -> Any:
        """A value worked out once for this place and date."""
        try:
            return self._memo[key]
        except KeyError:
            value = self._memo[key] = make()
            return value

    def setting(self, name: str, default: Any = None) -> Any:
        """The value of a setting on the date, from any act in force."""
        return self.code.setting(name, default)

    def checks(self, fact: str, verb: str) -> tuple[_Check, ...]:
        """The compiled guards that bear on writes of this fact."""
        found = self._checks.get((fact, verb))
        if found is None:
            found = self._checks[fact, verb] = self._compile(fact, verb)
        return found

    def needs(self, fact: str, verb: str, works: tuple[str, ...] = ()) -> frozenset[str]:
        """Parts of the evidence that the guards of such writes look at; mostly none."""
        found = self._needs.get((fact, verb, works))
        if found is None:
            asked = [
                check.rule.kind.needs
                for check in self.checks(fact, verb)
                if not works or check.rule.params.concerns(works)
            ]
            found = self._needs[fact, verb, works] = frozenset().union(*asked)
        return found

    def _compile(self, fact: str, verb: str) -> tuple[_Check, ...]:
        checks: list[_Check] = []
        joint: dict[str, list[Rule[Any]]] = {}
        for rule in self.rules:
            kind = rule.kind
            if kind.build is None or fact not in kind.facts or verb not in kind.verbs:
                continue
            if kind.joint:
                joint.setdefault(kind.name, []).append(rule)
                continue
            facts = rule.params.facts()
            if rule.outcome is Outcome.PASS or (facts is not None and fact not in facts):
                continue
            checks.append(_Check(rule, kind.build(rule, self), rule.personal))
        for rules in joint.values():
            build = rules[0].kind.build
            assert build is not None
            if any(rule.outcome is not Outcome.PASS for rule in rules):
                checks.append(_Check(rules[0], build(tuple(rules), self), False))
        return tuple(checks)


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
                rule = None if needs_place else _rule(edition, entry, resolved, settings)
                self._plain.append((edition, entry, rule))
        self._benches: dict[Any, Bench] = {}
        self._tabled: dict[Any, Rule[Any]] = {}

    @property
    def entries(self) -> tuple[tuple[Edition, Entry, Rule[Any] | None], ...]:
        """Entries in force, each with its rule (``None`` where a table makes it depend on the place)."""
        return tuple(self._plain)

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
                tabled = self._tabled[key] = _rule(edition, entry, rows, self.settings)
            yield tabled

    def bench(self, place: Any) -> Bench:
        """The rules at a place; equal places share one bench."""
        bench = self._benches.get(place)
        if bench is None:
            if len(self._benches) > 2000:  # a school has some hundred different places
                self._benches.clear()
            bench = self._benches[place] = Bench(self, place)
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


def _rule(
    edition: Edition, entry: Entry, resolved: Mapping[str, Any], settings: Mapping[str, Any]
) -> Rule[Any]:
    kind = KINDS[entry.kind]
    params = params_of(kind, {key: thawed(value) for key, value in resolved.items()})
    breach = filled(entry.on_breach, settings)
    permit: PermitTerms = entry.permit
    term = filled(permit.term, settings)
    personal = (
        entry.roles is not None
        or entry.students is not None
        or bool(entry.except_roles)
        or bool(entry.except_students)
    )
    return Rule(
        kind=kind,
        params=params,
        entry=entry,
        edition=edition.code,
        act=edition.short,
        rank=RANKS[edition.rank],
        outcome=BREACHES[kind.on_breach if breach is MISSING else breach],
        permit_by=expand_roles(permit.by),
        permit_ground=permit.ground,
        permit_term=str(parse_duration(term)) if isinstance(term, str) else "",
        personal=personal,
    )


class Law:
    """Editions and dated settings of one school. Make it with :func:`law_of`; it never changes."""

    __slots__ = ("_bounds", "_codes", "changes", "editions", "names_students")

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


_PLAIN = PlainCalendar(UTC)


def judge(law: Law, act: Intended, calendar: Calendar = _PLAIN) -> Verdict:
    """What the law in force on the act's date says about an intended act.

    Nothing in force means nothing forbidden. The verdict lists every reason, the strictest first. Never raises for an
    act built as its fact asks.
    """
    bench = law.on(act.on).bench(act.place)
    checks = bench._checks.get((act.fact, act.verb))
    if checks is None:
        checks = bench.checks(act.fact, act.verb)
    found: list[tuple[Rule[Any], Breach]] | None = None
    for check in checks:
        if check.personal and not check.rule.binds(act):
            continue
        breach = check.ask(act, calendar)
        if breach is not None:
            if found is None:
                found = []
            found.append((check.rule, breach))
    if found is None:
        return PASS
    return _verdict(bench, act, found)


def _verdict(bench: Bench, act: Intended, found: list[tuple[Rule[Any], Breach]]) -> Verdict:
    shadowed: set[str] = set()
    for rule in bench.shadows:
        if rule.binds(act):
            shadowed |= bench.code.silenced_by(rule)
    reasons: list[Reason] = []
    used_permit = False
    for asked, breach in found:
        rule = breach.rules[0] if breach.rules else asked
        if shadowed.intersection(rule.ids) or _permitted(bench, rule, act):
            continue
        outcome = rule.outcome if breach.outcome is None else breach.outcome
        if outcome is Outcome.PERMIT and _lifted(rule, act):
            outcome, used_permit = Outcome.REMARK, True
        if outcome is Outcome.PASS:
            continue
        clauses = [clause for cited in breach.rules for clause in cited.clauses] or list(rule.clauses)
        ways = breach.ways_out if outcome > Outcome.REMARK else ()
        if outcome is Outcome.PERMIT:
            ways = (*_permit_ways(rule), *(way for way in ways if way != WayOut.ASK_PERMIT))
        reasons.append(
            Reason(
                clauses=tuple(dict.fromkeys(clauses)),
                kind=asked.kind.name,
                outcome=outcome,
                found=breach.found,
                allowed=breach.allowed,
                ways_out=tuple(dict.fromkeys(ways)),
                help=breach.help or role_words(sorted(rule.permit_by)),
                permit_by=rule.permit_by if outcome is Outcome.PERMIT else frozenset(),
                permit_term=rule.permit_term if outcome is Outcome.PERMIT else "",
                limit=breach.limit,
                grounds=tuple(sorted(breach.grounds or (rule.permit_ground - {"reason"}))),
                act=rule.act,
            )
        )
    if not reasons:
        return PASS
    reasons = _merged(reasons)
    reasons.sort(key=lambda reason: -reason.outcome)
    return Verdict(reasons[0].outcome, tuple(reasons), used_permit)


def _permitted(bench: Bench, rule: Rule[Any], act: Intended) -> bool:
    for permission in bench.permissions:
        kind = permission.kind
        if rule.kind.name in kind.lifts and kind.permits is not None:
            if kind.permits(permission.params, act) and (not permission.personal or permission.binds(act)):
                return True
    return False


def _lifted(rule: Rule[Any], act: Intended) -> bool:
    if act.permit_granted:
        return True
    ground = rule.permit_ground
    return bool(ground) and (("reason" in ground and bool(act.reason.strip())) or bool(ground & act.ground))


def _permit_ways(rule: Rule[Any]) -> tuple[str, ...]:
    ground = rule.permit_ground
    if ground == {"reason"}:
        return (WayOut.GIVE_REASON,)
    if ground:
        return (WayOut.GIVE_GROUND, WayOut.ASK_PERMIT)
    return (WayOut.ASK_PERMIT,)


def _merged(reasons: list[Reason]) -> list[Reason]:
    """One reason for the same finding of the same kind, citing every clause that asks for it."""
    merged: dict[tuple[Any, ...], Reason] = {}
    for reason in reasons:
        key = (reason.kind, reason.found, reason.outcome)
        known = merged.get(key)
        if known is None:
            merged[key] = reason
            continue
        merged[key] = Reason(
            clauses=tuple(dict.fromkeys(known.clauses + reason.clauses)),
            kind=known.kind,
            outcome=known.outcome,
            found=known.found,
            allowed=known.allowed or reason.allowed,
            ways_out=tuple(dict.fromkeys(known.ways_out + reason.ways_out)),
            help=known.help or reason.help,
            permit_by=known.permit_by | reason.permit_by,
            permit_term=known.permit_term or reason.permit_term,
            limit=known.limit,
            grounds=tuple(dict.fromkeys(known.grounds + reason.grounds)),
            act=known.act,
        )
    return list(merged.values())


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
