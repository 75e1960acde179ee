"""Rule kinds about families: how often they look, what reaches them when, what is answered, a rating or none."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import Field, field_validator

from parta.organisation.words import listed
from parta.regulation.clause import Clause
from parta.regulation.durations import Calendar, Duration
from parta.regulation.judge import Law
from parta.regulation.registry import Codes, Dur, Every, Params, RuleKind, known_kind
from parta.regulation.words import allowed

READ = {
    "period_marks": "отметки за период",
    "extracts": "отчёты и выписки",
    "notices": "объявления",
    "diary_week": "неделя дневника",
}
"""What a family confirms to have read."""
CONFIRMED = {"web_tick": "в дневнике", "paper_signature": "подписью на бумаге"}
EVENT_WORDS: dict[str, str] = {"mark": "отметка", "absence": "пропуск", "late": "опоздание"}


def _of_set(codes: frozenset[str], known: Iterable[str], name: str) -> frozenset[str]:
    for code in sorted(codes - set(known)):
        raise ValueError(f"«{code}» — неизвестное слово в {name}; {allowed(code, known)}")
    return codes


class ParentsViewEvery(Params):
    """How often at least one guardian of each student looks."""

    every: Every
    each: Literal["student"] = "student"


class ParentsReportEvery(Params):
    """How often each family gets a report from the journal, and by which means."""

    every: Every
    content: Codes = frozenset()
    """What the report tells: ``performance``, ``attendance``, ``course``, ``results``. Every report tells them all."""
    media: Codes = frozenset({"electronic", "paper"})
    """What counts: ``electronic``, ``paper`` (from the day it was handed over)."""
    group: Literal["all", "paper"] = "all"
    """``paper``: only families that asked for paper or refused the electronic form."""
    accept: Codes = frozenset()
    """``view``: a look of the family into the diary counts as a report."""
    each: Literal["student"] = "student"


class ParentNotified(Params):
    """Which events reach the family, and within what time."""

    events: Codes
    within: Dur


class ChangeRequestProcessed(Params):
    """Until when a change of data told by a family is accepted or declined."""

    within: Dur
    of: Literal["personal_data", "wrong_data"] = "personal_data"


class Acknowledged(Params):
    """What a family confirms to have read, and by what means."""

    document: Codes = Field(
        description="с чем: period_marks — отметки за период, extracts — отчёты и выписки, notices — объявления, "
        "diary_week — прошедшая неделя дневника"
    )
    means: Codes = Field(
        frozenset({"web_tick"}),
        description="как подтверждают: web_tick — в дневнике, paper_signature — подписью на бумаге",
    )
    within: Dur | None = Field(
        None, description="за сколько дней после показа; без срока видно, кто ознакомлен, а нарушения нет"
    )

    @field_validator("document")
    @classmethod
    def _known(cls, codes: frozenset[str]) -> frozenset[str]:
        return _of_set(codes, READ, "document")

    @field_validator("means")
    @classmethod
    def _ways(cls, codes: frozenset[str]) -> frozenset[str]:
        return _of_set(codes, CONFIRMED, "means")

    @field_validator("within")
    @classmethod
    def _in_days(cls, within: Duration | None) -> Duration | None:
        if within is not None and within.unit != "d":
            raise ValueError("срок ознакомления считают календарными днями, например «7d»")
        return within


class OwnRating(Params):
    """A family sees the child's own place in the class; nobody else's name or mark."""

    by: Literal["average"] = "average"


for _kind in (
    RuleKind(
        "parents_view_every",
        1,
        ParentsViewEvery,
        "Родители смотрят дневник",
        lambda p: f"родители смотрят дневник {p.every}",
        on_breach="finding",
    ),
    RuleKind(
        "parents_report_every",
        1,
        ParentsReportEvery,
        "Отчёты семьям",
        lambda p: (
            f"{'семьи, выбравшие бумагу, получают' if p.group == 'paper' else 'каждая семья получает'} отчёт из журнала"
            f" {p.every}"
            + (" на бумаге" if p.media == {"paper"} else "")
            + ("; просмотр дневника семьёй тоже считается" if "view" in p.accept else "")
        ),
        on_breach="finding",
        acts="на страницах «Обязанности» и «Семьи»",
    ),
    RuleKind(
        "parent_notified",
        1,
        ParentNotified,
        "Извещение семьи",
        lambda p: (
            f"до семьи доходит: {', '.join(sorted(EVENT_WORDS.get(e, e) for e in p.events))} ({p.within})"
        ),
        on_breach="finding",
    ),
    RuleKind(
        "change_request_processed",
        1,
        ChangeRequestProcessed,
        "Ответ на изменение данных",
        lambda p: (
            f"неверные данные исправляют за {p.within}"
            if p.of == "wrong_data"
            else f"сообщённое изменение данных рассматривают за {p.within}"
        ),
        on_breach="finding",
    ),
    RuleKind(
        "acknowledged",
        5,
        Acknowledged,
        "Ознакомление семьи",
        lambda p: (
            f"семья подтверждает, что ознакомлена: {listed(READ[code] for code in sorted(p.document))}"
            + (f" ({p.within})" if p.within else "")
        ),
        on_breach="finding",
        acts="на страницах «Обязанности» и «Семьи»",
    ),
    RuleKind(
        "own_rating",
        9,
        OwnRating,
        "Своё место в классе",
        lambda p: "семья видит место ученика в классе по средней, без чужих имён",
        on_breach="finding",
    ),
):
    known_kind(_kind)


@dataclass(frozen=True, slots=True)
class Term:
    """A term in days or an instant's limit, with the clauses that set it."""

    days: int
    clauses: tuple[Clause, ...]

    @property
    def cite(self) -> str:
        """The clauses as they are printed, each once."""
        return ", ".join(dict.fromkeys(clause.printed for clause in self.clauses))


def look_term(law: Law, on: date) -> Term | None:
    """How many days may pass without a look of the family; None where the act asks for none."""
    found = [
        (rule.params.every.count if rule.params.every.unit == "sliding" else 7, rule.clauses)
        for _, entry, rule in law.on(on).entries
        if entry.kind == "parents_view_every" and rule is not None
    ]
    if not found:
        return None
    days = min(count for count, _ in found)
    return Term(days, tuple(clause for _, clauses in found for clause in clauses))


def is_look_overdue(term: Term | None, last: datetime | None, since: date, at: datetime) -> bool:
    """Whether a family has not looked for longer than the term. Who never looked counts from `since`."""
    if term is None:
        return False
    if last is None:
        return (at.date() - since).days > term.days
    return at - last > timedelta(days=term.days)


def notice_limit(
    law: Law, event: str, happened: datetime, calendar: Calendar
) -> tuple[datetime, Term] | None:
    """Until when an event (mark, absence, late) is to reach the family; None where the act asks for none."""
    day = happened.astimezone(calendar.zone).date()
    found = [
        (rule.params.within.limit(day, happened, calendar), rule.clauses)
        for _, entry, rule in law.on(day).entries
        if entry.kind == "parent_notified" and rule is not None and event in rule.params.events
    ]
    if not found:
        return None
    first = min(limit for limit, _ in found)
    return first, Term(0, tuple(clause for _, clauses in found for clause in clauses))


def change_limit(law: Law, told_at: datetime, calendar: Calendar) -> tuple[datetime, Term] | None:
    """Until when a told change of data is to be answered; None where the act asks for none."""
    day = told_at.astimezone(calendar.zone).date()
    found = [
        (rule.params.within.limit(day, told_at, calendar), rule.clauses)
        for _, entry, rule in law.on(day).entries
        if entry.kind == "change_request_processed" and rule is not None and rule.params.of == "personal_data"
    ]
    if not found:
        return None
    return min(limit for limit, _ in found), Term(
        0, tuple(clause for _, clauses in found for clause in clauses)
    )


def clauses_of(law: Law, on: date, kind: str) -> tuple[str, ...]:
    """Printed clauses of a kind in force, each once."""
    return tuple(
        dict.fromkeys(
            clause.printed
            for _, entry, _ in law.on(on).entries
            if entry.kind == kind
            for clause in entry.clauses
        )
    )
