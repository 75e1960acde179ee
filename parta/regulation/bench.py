"""The rules at one place on one date, for one student and one writer: guards compiled, watches asked the same rules."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from parta.regulation.frames import varied
from parta.regulation.registry import Ask
from parta.regulation.rule import Rule
from parta.regulation.verdict import Outcome

if TYPE_CHECKING:
    from parta.regulation.law import Code

__all__ = ["Bench", "Check"]


@dataclass(frozen=True, slots=True)
class Check:
    """A rule and its compiled guard."""

    rule: Rule[Any]
    ask: Ask


class Bench:
    """The rules that bind at a place; builders of guards ask it for their fellow rules.

    ``student_id`` is that of a student whom some entry names, else ``None``: anybody else. ``roles`` are those of the
    writer that some entry names; ``None``: nobody writes (a watch, a page drawn beforehand), and entries for certain
    roles stand beside the others.
    """

    __slots__ = (
        "_audits",
        "_checks",
        "_memo",
        "_needs",
        "_of",
        "code",
        "permissions",
        "place",
        "roles",
        "rules",
        "student_id",
    )

    def __init__(
        self, code: "Code", place: Any, student_id: int | None = None, roles: frozenset[str] | None = None
    ) -> None:
        self.code = code
        self.place = place
        self.student_id = student_id
        self.roles = roles
        present = [
            rule
            for rule in code.at(place)
            if rule.entry.takes(place)
            and rule.entry.takes_student(student_id)
            and (roles is None or rule.entry.takes_roles(roles))
        ]
        present = varied(present, code.may_change, code.settings, place)
        silenced = self._silenced(present)
        left = (_left_of(rule, silenced[rule]) if rule in silenced else rule for rule in present)
        self.rules = tuple(rule for rule in left if rule is not None)
        self.permissions = tuple(rule for rule in self.rules if rule.kind.permits is not None)
        self._of: dict[str, tuple[Rule[Any], ...]] = {}
        self._memo: dict[Any, Any] = {}
        self._checks: dict[tuple[str, str], tuple[Check, ...]] = {}
        self._audits: dict[tuple[str, frozenset[str]], tuple[Check, ...]] = {}
        self._needs: dict[tuple[str, str, tuple[str, ...]], frozenset[str]] = {}

    def _silenced(self, present: Iterable[Rule[Any]]) -> dict[Rule[Any], list[Rule[Any]]]:
        """Rules that overriding rules take out of force here; one that is itself overridden silences nobody.

        Acts that override each other in a circle are refused when they are checked; here none of them gives way.
        """
        present = list(present)
        over: list[tuple[Rule[Any], set[str]]] = [
            (rule, self.code.silenced_by(rule))
            for rule in present
            if rule.entry.overrides and not (self.roles is None and rule.entry.is_for_roles)
        ]
        known: dict[Rule[Any], bool] = {}
        asked: set[Rule[Any]] = set()

        def stands(rule: Rule[Any]) -> bool:
            if rule not in known:
                if rule in asked:
                    return False
                asked.add(rule)
                known[rule] = not any(
                    other is not rule and ids.intersection(rule.ids) and stands(other) for other, ids in over
                )
            return known[rule]

        return {
            rule: [
                other
                for other, ids in over
                if other is not rule and ids.intersection(rule.ids) and stands(other)
            ]
            for rule in present
            if over and not stands(rule)
        }

    def of(self, kind: str) -> tuple[Rule[Any], ...]:
        """The rules of a kind here, in the order of the acts."""
        found = self._of.get(kind)
        if found is None:
            found = self._of[kind] = tuple(rule for rule in self.rules if rule.kind.name == kind)
        return found

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

    def checks(self, fact: str, verb: str) -> tuple[Check, ...]:
        """The compiled guards that bear on writes of this fact."""
        found = self._checks.get((fact, verb))
        if found is None:
            found = self._checks[fact, verb] = tuple(self._compiled(fact, verb))
        return found

    def audits(self, fact: str, kinds: frozenset[str]) -> tuple[Check, ...]:
        """The same guards for a watch over stored facts: of these kinds, those that only find included."""
        found = self._audits.get((fact, kinds))
        if found is None:
            found = tuple(
                Check(rule, rule.kind.build(rule, self))
                for rule in self.rules
                if rule.kind.name in kinds and rule.kind.build is not None and _bears_on(rule, fact)
            )
            self._audits[fact, kinds] = found
        return found

    def needs(self, fact: str, verb: str, works: tuple[str, ...] = ()) -> frozenset[str]:
        """Parts of the evidence that the guards of such writes look at; mostly none."""
        found = self._needs.get((fact, verb, works))
        if found is None:
            asked = [
                check.rule.kind.needs | check.rule.params.needs()
                for check in self.checks(fact, verb)
                if not works or check.rule.params.concerns(works)
            ]
            found = self._needs[fact, verb, works] = frozenset().union(*asked)
        return found

    def _compiled(self, fact: str, verb: str) -> Iterator[Check]:
        joint: dict[str, list[Rule[Any]]] = {}
        for rule in self.rules:
            kind = rule.kind
            if kind.build is None or fact not in kind.facts or verb not in kind.verbs:
                continue
            if kind.joint:
                joint.setdefault(kind.name, []).append(rule)
            elif rule.outcome is not Outcome.PASS and _bears_on(rule, fact):
                yield Check(rule, kind.build(rule, self))
        for rules in joint.values():
            build = rules[0].kind.build
            assert build is not None
            if any(rule.outcome is not Outcome.PASS for rule in rules):
                yield Check(rules[0], build(tuple(rules), self))


def _left_of(rule: Rule[Any], over: Iterable[Rule[Any]]) -> Rule[Any] | None:
    """What an overridden rule still asks for: the works that those of its kind which override it do not name.

    ``None``: nothing; so it is wherever the two are not of one kind that goes by works.
    """
    works: frozenset[str] = getattr(rule.params, "work", frozenset())
    taken: frozenset[str] = frozenset()
    for other in over:
        named: frozenset[str] = getattr(other.params, "work", frozenset())
        if other.kind is not rule.kind or not named or "all" in named:
            return None
        taken |= named
    if "all" in works:
        excepted = getattr(rule.params, "except_work", None)
        change = None if excepted is None else {"except_work": excepted | taken}
    else:
        change = {"work": works - taken} if works - taken else None
    return replace(rule, params=rule.params.model_copy(update=change)) if taken and change else None


def _bears_on(rule: Rule[Any], fact: str) -> bool:
    facts = rule.params.facts()
    return fact in rule.kind.facts and (facts is None or fact in facts)
