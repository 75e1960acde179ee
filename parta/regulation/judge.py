"""What the law in force says about an intended act.

Precedence follows ``docs/requirements/rule-kinds.md`` §4: every entry in force is asked and the strictest answer
wins; an entry that overrides others silences them where it applies, if its rank allows; a permission silences the
bans it names; a granted permit lifts what needs a permit, and nothing else.
"""

from datetime import UTC
from typing import Any

from parta.regulation.bench import Bench
from parta.regulation.disputes import contradictions
from parta.regulation.durations import Calendar, PlainCalendar
from parta.regulation.law import Code, Law, SettingChange, law_of
from parta.regulation.registry import Breach, Intended
from parta.regulation.rule import Rule
from parta.regulation.verdict import PASS, Outcome, Reason, Verdict, WayOut
from parta.regulation.words import own_words, role_words

__all__ = ["Bench", "Code", "Law", "Rule", "SettingChange", "contradictions", "judge", "law_of"]

_PLAIN = PlainCalendar(UTC)


def judge(law: Law, act: Intended, calendar: Calendar = _PLAIN) -> Verdict:
    """What the law in force on the act's date says about an intended act.

    Nothing in force means nothing forbidden. The verdict lists every reason, the strictest first. Never raises for an
    act built as its fact asks.
    """
    if law.words:
        with own_words(law.words):
            return _judged(law, act, calendar)
    return _judged(law, act, calendar)


def _judged(law: Law, act: Intended, calendar: Calendar) -> Verdict:
    bench = law.on(act.on).bench(act.place, act.student_id, act.by.roles)
    checks = bench._checks.get((act.fact, act.verb))
    if checks is None:
        checks = bench.checks(act.fact, act.verb)
    calendar = calendar.of_class(act.place.homeroom)
    found: list[tuple[Rule[Any], Breach]] | None = None
    for check in checks:
        breach = check.ask(act, calendar)
        if breach is not None:
            if found is None:
                found = []
            found.append((check.rule, breach))
    if found is None:
        return PASS
    return _verdict(bench, act, found)


def _verdict(bench: Bench, act: Intended, found: list[tuple[Rule[Any], Breach]]) -> Verdict:
    reasons: list[Reason] = []
    used_permit = False
    for asked, breach in found:
        rule = breach.rules[0] if breach.rules else asked
        if _permitted(bench, rule, act):
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
        if rule.kind.name in kind.lifts and kind.permits is not None and rule.yields_to(permission.rank):
            if kind.permits(permission.params, act):
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
