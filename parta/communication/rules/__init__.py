"""Rule kinds about words between people: how soon a question about the journal is answered."""

from datetime import datetime
from zoneinfo import ZoneInfo

from parta.regulation.clause import Clause
from parta.regulation.durations import Calendar, parse_duration
from parta.regulation.judge import Law
from parta.regulation.registry import Dur, Params, RuleKind, known_kind

DEFAULT = parse_duration("2 work_days")
"""The term of an answer where the act in force names none."""


class TicketAnswered(Params):
    """Until when a question has its answer."""

    within: Dur


known_kind(
    RuleKind(
        "ticket_answered",
        1,
        TicketAnswered,
        "Ответ на вопрос",
        lambda p: f"на вопрос о работе с журналом отвечают за {p.within}",
        on_breach="finding",
    )
)


def answer_limit(law: Law, asked_at: datetime, calendar: Calendar) -> tuple[datetime, tuple[Clause, ...]]:
    """The last moment in which an answer is in time, the earliest of all clauses; and those clauses."""
    day = asked_at.astimezone(calendar.zone or ZoneInfo("UTC")).date()
    limits: list[tuple[datetime, tuple[Clause, ...]]] = [
        (rule.params.within.limit(day, asked_at, calendar), rule.clauses)
        for _, entry, rule in law.on(day).entries
        if entry.kind == "ticket_answered" and rule is not None
    ]
    if not limits:
        return DEFAULT.limit(day, asked_at, calendar), ()
    first = min(limit for limit, _ in limits)
    return first, tuple(clause for limit, clauses in limits if limit == first for clause in clauses)
