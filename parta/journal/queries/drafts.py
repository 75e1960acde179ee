"""What of a journal is still a draft where the act asks that it be approved first: the pages say so before a write."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from parta.journal.queries.closures import Closure
from parta.journal.queries.words import short_name
from parta.journal.rules.acts import Act, Lesson, Place, Writer
from parta.journal.rules.matters import clauses_of, rules_on
from parta.regulation.durations import Calendar
from parta.regulation.judge import Law, judge

__all__ = ["DRAFT", "LoadLine", "draft_load", "drafted", "may_defer", "stopped"]

LoadLine = tuple[Any, date | None, date | None, tuple[Any, ...], bool]
"""A load as the page of a journal reads it: who, from, until, name in parts, whether it is a draft."""

DRAFT = frozenset({"draft_load"})
"""What ties a writer to a journal beside `assigned` while the load is a draft, as the write path says it."""


def drafted(law: Law, place: Place, days: Iterable[date], *, is_approved: bool) -> Place:
    """The place as rules see it, with a curriculum that lacks its subject named among what is missing.

    `is_approved` comes with the journal itself (`APPROVED_LINE`); an act that does not ask for it hears nothing.
    """
    asked = any(
        "curriculum" in rule.params.kinds
        for day in set(days)
        for rule in law.on(day).bench(place).of("approved_before_use")
    )
    if is_approved or not asked:
        return place
    return replace(place, missing_setup=place.missing_setup | {"approved_curriculum"})


def stopped(
    law: Law, calendar: Calendar, place: Place, by: Writer, lesson: Lesson, at: datetime
) -> Closure | None:
    """What a draft says to who would write in a lesson now, with its clause; None: nothing waits for an approval."""
    verdict = judge(law, Act("roll", "record", place, lesson, by, at), calendar)
    for reason in verdict.reasons:
        if reason.kind == "approved_before_use":
            return Closure(reason.act, reason.cite, f"{reason.found} {reason.allowed}")
    return None


def draft_load(law: Law, day: date, on: date, loads: Iterable[LoadLine]) -> Closure | None:
    """Whose load of a journal nobody has approved, where an act asks that loads be approved; it stops nobody."""
    names = dict.fromkeys(
        short_name(*name)
        for _, _, until, name, is_draft in loads
        if is_draft and (until is None or until > on)
    )
    if not names:
        return None
    asking = [rule for rule in rules_on(law, day, "setup_by") if rule.params.item == "approved_load"]
    if not asking:
        return None
    clauses = clauses_of(asking)
    return Closure(
        "",
        ", ".join(clause.printed for clause in clauses),
        f"Директор ещё не утвердил нагрузку: {', '.join(names)}",
    )


def may_defer(law: Law, place: Place, day: date) -> bool:
    """Whether the act lets the mark of a period that ends on a day wait by a permit."""
    return any(rule.params.deferrable for rule in law.on(day).bench(place).of("period_marks_complete"))
