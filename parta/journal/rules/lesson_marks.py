"""The field of marks of a held lesson: who asks that it is not left empty (``any_mark`` of ``lesson_deadline``).

A lesson that holds a work of the whole class owes the marks of that work, by the deadline of marks; what stands here
is the lesson in which nobody was marked at all.
"""

from datetime import date
from typing import Any

from parta.journal.rules.windows import Deadlines
from parta.regulation.judge import Bench, Law

__all__ = ["NO_MARKS", "asks_marks", "lesson_mark_deadlines"]

NO_MARKS = """(j.scale_id IS NOT NULL AND r.conducted_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM journal_assessment ka WHERE ka.lesson_id = l.id AND (ka.work_kind NOT IN ({answers}) OR EXISTS (
        SELECT 1 FROM journal_mark k WHERE k.assessment_id = ka.id AND k.value <> '')))
    AND NOT EXISTS (SELECT 1 FROM plans_plannedtopic kp WHERE kp.id = r.planned_topic_id AND kp.work_kind <> ''
        AND kp.work_kind NOT IN ({answers})))"""
"""Held, nobody marked, no work of the class: over the joins of the watches. `answers`: kinds that are no such work."""


class _OfMarks(Deadlines):
    def depth(self, rule: Any, works: tuple[str, ...], fact: str) -> int:
        return 0


def lesson_mark_deadlines(bench: Bench) -> Deadlines:
    """The deadlines of the field of marks at a place."""
    return bench.memo(  # type: ignore[no-any-return]
        "lesson_mark_deadlines",
        lambda: _OfMarks(
            tuple(rule for rule in bench.of("lesson_deadline") if "any_mark" in rule.params.fields),
            bench.place.homeroom,
        ),
    )


def asks_marks(law: Law, since: date, until: date) -> bool:
    """Whether an act in force on any of these days asks for the field of marks."""
    days = {since, until} | {bound for bound in law.bounds if since < bound <= until}
    return any(
        rule is not None and rule.kind.name == "lesson_deadline" and "any_mark" in rule.params.fields
        for day in days
        for _, _, rule in law.on(day).entries
    )
