"""Remarks that make themselves on a calendar, close when mended, and climb while they are not (shape 1).

A remark is no row: it stands for the overdue facts that were there at its day, and is gone once they are written.
At the beginning of each interval (Monday, the first of the month) every person gets one for what was overdue then.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from parta.journal.rules.matters import Matter, clauses_of, rules_on, told_of
from parta.journal.rules.owed import Finding, Scope
from parta.journal.rules.watches import findings
from parta.journal.rules.wording import day_words
from parta.regulation.durations import Calendar, Interval, parse_duration, plural
from parta.regulation.judge import Law, Rule
from parta.regulation.registry import Codes, Dur, Every, Params, RuleKind, known_kind
from parta.regulation.words import role_code, role_words

__all__ = ["AutoRemark", "auto_remark_matters"]

_WATCHED = {
    "lesson_deadline": "записи уроков",
    "attendance_deadline": "явка",
    "homework_deadline": "домашние задания",
    "mark_deadline": "отметки",
    "absence_reason_by": "причины пропусков",
}
_NAMED = 8
"""Lessons that are named; the others are counted."""


def _watched(value: object) -> object:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list | tuple | set | frozenset) or not set(map(str, items)) <= _WATCHED.keys():
        raise ValueError(f"о каких сроках; допустимы: {', '.join(sorted(_WATCHED))}")
    return frozenset(items)


def _every(value: object) -> object:
    if value not in ("1 school_day", "1 day", "1 week", "1 month") and not isinstance(value, Interval):
        raise ValueError(f"«{value}»: допустимы: 1 day, 1 school_day, 1 week, 1 month")
    return value


class Step(BaseModel):
    """Who sees the remark as well, and how long after it was made."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: Annotated[str, BeforeValidator(lambda value: role_code(str(value)))] = Field(description="кому")
    after: Dur = Field(description="через сколько после замечания: «5 work_days»")


class AutoRemark(Params):
    """Which overdue records make a remark, how often, until when it is mended, and to whom it climbs."""

    on: Annotated[Codes, BeforeValidator(_watched)] = Field(
        frozenset(_WATCHED), description=f"о каких сроках: {', '.join(_WATCHED)}"
    )
    every: Annotated[Every, BeforeValidator(_every)] = Field(description="как часто: 1 day, 1 week, 1 month")
    text: str = Field("Заполните журнал", description="слова замечания")
    until: Dur = Field(parse_duration("3 work_days"), description="за сколько устраняют")
    escalate: tuple[Step, ...] = Field((), description="кому ещё и когда: { to, after }")


def _says(params: AutoRemark) -> str:
    what = ", ".join(words for code, words in _WATCHED.items() if code in params.on)
    words = f"кто просрочил ({what}), {params.every} получает замечание «{params.text}», срок: {params.until}"
    for step in params.escalate:
        words += f"; через {step.after} — {role_words([step.to], dative=True)}"
    return words + "; оно закрывается само, когда всё записано"


known_kind(
    RuleKind(
        "auto_remark",
        1,
        AutoRemark,
        "Замечания сами собой",
        _says,
        acts="на страницах «Обязанности» контроля и учителя",
    )
)


@dataclass(frozen=True, slots=True)
class _Made:
    """A remark: by which rule, to whom, on which day."""

    rule: Rule[Any]
    who_id: int | None
    on: date


def auto_remark_matters(
    law: Law, school_id: int, scope: Scope, *, since: date, at: datetime, calendar: Calendar
) -> list[Matter]:
    """The remarks that stand at a moment, one for each person and day on which it was made.

    `since`: the first lesson date looked at. No statement where no act asks for them, else those of
    :func:`~parta.journal.rules.watches.findings`.
    """
    today = at.astimezone(calendar.zone).date()
    rules = rules_on(law, today, "auto_remark")
    if not rules:
        return []
    open_ = [
        one for one in findings(law, school_id, scope, since=since, at=at, calendar=calendar) if one.overdue
    ]
    made: dict[_Made, list[Finding]] = defaultdict(list)
    for rule in rules:
        for one in open_:
            if one.kind not in rule.params.on:
                continue
            day = _made_on(rule.params.every, one.due.astimezone(calendar.zone).date(), calendar)
            if day <= today:
                made[_Made(rule, one.who_id, day)].append(one)
    return [_matter(remark, ones, at, calendar) for remark, ones in made.items()]


def _made_on(every: Interval, due: date, calendar: Calendar) -> date:
    """The first day of the interval after the one in which the limit lay."""
    if every.unit == "week":
        return due + timedelta(days=7 - due.weekday())
    if every.unit == "month":
        return (due.replace(day=1) + timedelta(days=31)).replace(day=1)
    day = due + timedelta(days=1)
    for _ in range(120):
        if every.unit == "day" or calendar.is_school_day(day):
            break
        day += timedelta(days=1)
    return day


def _matter(remark: _Made, ones: Sequence[Finding], at: datetime, calendar: Calendar) -> Matter:
    params: AutoRemark = remark.rule.params
    start = datetime.combine(remark.on, time(), calendar.zone)

    def passed(term: Any) -> bool:
        return bool(at > term.limit(remark.on, start, calendar))

    last = params.until.limit(remark.on, start, calendar).astimezone(calendar.zone).date()
    climbed = tuple(step.to for step in params.escalate if passed(step.after))
    lessons = list(
        dict.fromkeys(
            f"{one.date:%d.%m} {one.homeroom} {one.subject}".strip()
            + f": {one.text[:1].lower()}{one.text[1:]}"
            for one in ones
        )
    )
    count = len(lessons)
    more = f"; и ещё {count - _NAMED}" if count > _NAMED else ""
    return Matter(
        kind="auto_remark",
        clauses=clauses_of([remark.rule]),
        text=f"{params.text}: {count} {plural(count, 'запись', 'записи', 'записей')}, срок до {day_words(last)}"
        + (", просрочено" if passed(params.until) else ""),
        since=remark.on,
        lesson_id=ones[0].lesson_id,
        who_id=remark.who_id,
        role=climbed[-1] if climbed else "teacher",
        told=tuple(dict.fromkeys((*told_of([remark.rule]), *climbed))),
        detail="; ".join(lessons[:_NAMED]) + more,
    )
