"""What follows from absence: protection after an illness, admission to an exam."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from parta.journal.rules.acts import MEANINGS, Act
from parta.journal.rules.evidence import Away
from parta.journal.rules.wording import MEANING_WORDS, day_words, listed, quoted, work_name, work_words
from parta.journal.rules.works import nested_works
from parta.regulation.durations import Calendar, Duration, plural
from parta.regulation.judge import Bench, Rule
from parta.regulation.registry import Ask, Breach, Codes, Dur, Params, Texts, rule_kind
from parta.regulation.verdict import WayOut
from parta.regulation.words import role_code, role_words

__all__ = ["MISSED", "Admission", "Meanings", "Protection", "returned"]


def _meanings(value: object) -> object:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list | tuple | set | frozenset) or any(item not in MEANINGS for item in items):
        raise ValueError(f"смысл пропуска; допустимы: {', '.join(MEANINGS)}")
    return frozenset(items)


Meanings = Annotated[frozenset[str], BeforeValidator(_meanings)]
MISSED = frozenset({"unknown", "ill", "excused", "unexcused"})


class Protection(Params):
    """What may not be done to a student who has just come back."""

    after: Literal["return", "vacation"] = Field(
        "return", description="от чего считают: return — возвращение после пропуска, vacation — конец каникул"
    )
    term: Dur = Field(
        description="сколько действует с первого дня: same_day — только в этот день, «2 school_days»"
    )
    meaning: Meanings = Field(frozenset({"ill"}), description="после каких пропусков")
    min_absence: int = Field(
        1, ge=1, le=200, description="не меньше стольких пропущенных учебных дней подряд"
    )
    work: Codes = Field(frozenset(), description="за какие работы не ставят отметок")
    symbols: Texts = Field((), description="каких отметок не ставят; вместе с work запрещено и то и другое")


def _says_protection(params: Protection) -> str:
    what = []
    if params.symbols:
        what.append(f"отметок {quoted(params.symbols)}")
    if params.work:
        what.append(f"отметок за {work_words(sorted(params.work))}")
    if params.after == "vacation":
        since = "в первый день" if params.term == Duration("d", 0) else f"{params.term}"
        return f"после каникул {since} не ставят {listed(what, 'и') or 'отметок'}"
    absence = listed((MEANING_WORDS[m] for m in MEANINGS if m in params.meaning), "или")
    days = f" не меньше {params.min_absence} {plural(params.min_absence, 'дня', 'дней', 'дней')}"
    since = "в день возвращения" if params.term == Duration("d", 0) else f"{params.term} после возвращения"
    return (
        f"после пропуска ({absence}){days if params.min_absence > 1 else ''} {since} "
        f"не ставят {listed(what, 'и') or 'отметок'}"
    )


@rule_kind(
    "protection",
    6,
    Protection,
    title="Щадящий срок после болезни",
    says=_says_protection,
    facts={"mark"},
    verbs={"record", "correct"},
    on_breach="refuse",
    needs={"absences"},
)
def protection(rule: Rule[Protection], bench: Bench) -> Ask:
    """A mark the student is protected from in the days after coming back."""
    params = rule.params
    nested = nested_works(bench)
    symbols = frozenset(params.symbols)

    def is_of(works: tuple[str, ...], named: frozenset[str]) -> bool:
        wider = frozenset[str]().union(*(nested.get(code, frozenset()) for code in works))
        return bool(named) and ("all" in named or not named.isdisjoint((*works, *wider)))

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        if act.evidence is None or act.lesson is None or act.absent in MISSED:
            return None
        if (symbols or params.work) and not (
            not symbols.isdisjoint(act.new.split("/")) or is_of(act.work, params.work)
        ):
            return None
        day = act.lesson.date
        if params.after == "vacation":
            return _after_vacation(params, day, calendar)
        back = returned(act.evidence.away, day, params.meaning, params.min_absence, calendar)
        if back is None:
            return None
        since, last = back
        until = params.term.limit(since, datetime.combine(since, time(), calendar.zone), calendar)
        if datetime.combine(day, time(), calendar.zone) > until:
            return None
        return Breach(
            f"Ученик отсутствовал до {day_words(last)} ({MEANING_WORDS[_meaning(act.evidence.away, last)]}), "
            f"вернулся {day_words(since)}.",
            f"Так отмечать его можно после {day_words(until.astimezone(calendar.zone).date())}.",
            (WayOut.OTHER_VALUE, WayOut.WAIT),
        )

    return ask


def _after_vacation(params: Protection, day: date, calendar: Calendar) -> Breach | None:
    """The same for a whole class in the first days after the vacations."""
    last = next(
        (before for n in range(1, 120) if calendar.is_vacation(before := day - timedelta(days=n))), None
    )
    if last is None or calendar.is_vacation(day):
        return None
    first = next(
        (after for n in range(1, 60) if calendar.is_school_day(after := last + timedelta(days=n))), day
    )
    until = params.term.limit(first, datetime.combine(first, time(), calendar.zone), calendar)
    if datetime.combine(day, time(), calendar.zone) > until:
        return None
    return Breach(
        f"Каникулы кончились {day_words(last)}, учатся с {day_words(first)}.",
        f"Так отмечать можно после {day_words(until.astimezone(calendar.zone).date())}.",
        (WayOut.OTHER_VALUE, WayOut.WAIT),
    )


def _meaning(away: tuple[Away, ...], day: date) -> str:
    return next((one.meaning for one in away if one.date == day and one.meaning in MISSED), "ill")


def returned(
    away: tuple[Away, ...], day: date, meanings: frozenset[str], least: int, calendar: Calendar
) -> tuple[date, date] | None:
    """When a student came back from the latest absence before a day, and its last day; None: there was none so long.

    Days of one absence follow each other over the class's school days; the day of coming back is the next school day.
    """
    days = sorted({one.date for one in away if one.meaning in meanings and one.date < day}, reverse=True)
    if not days:
        return None
    run = [days[0]]
    for earlier in days[1:]:
        between = earlier + timedelta(days=1)
        while between < run[-1] and not calendar.is_school_day(between):
            between += timedelta(days=1)
        if between != run[-1]:
            break
        run.append(earlier)
    if len(run) < least:
        return None
    back = run[0] + timedelta(days=1)
    for _ in range(120):
        if back >= day or calendar.is_school_day(back):
            break
        back += timedelta(days=1)
    return back, run[0]


# --- admission ------------------------------------------------------------------------------------------------------


class Admission(Params):
    """What a student must have before a mark for an exam or credit."""

    to: Codes = Field(frozenset({"exam"}), description="к каким работам допускают")
    works: dict[str, int] = Field(
        {}, description="сколько работ какого вида должно быть с отметкой: { laboratory = 4 }"
    )
    bad_marks: Texts = Field((), description="какие отметки за эти работы не считаются")
    no_finals: Texts = Field((), description="каких итоговых отметок быть не должно: «2», «н/а»")
    max_missed: float | None = Field(
        None, ge=0, le=100, description="пропущено не больше такой доли уроков, процентов"
    )
    decided_by: Annotated[str, BeforeValidator(lambda value: role_code(str(value)))] = Field(
        "deputy", description="кто решает о допуске"
    )
    ground: Codes = Field(frozenset({"protocol"}), description="по какому основанию допускают без этого")
    appeal: Dur | None = Field(None, description="срок обжалования")

    def concerns(self, works: tuple[str, ...]) -> bool:
        """Only marks for what one is admitted to."""
        return not self.to.isdisjoint(works)


def _says_admission(params: Admission) -> str:
    needs = [f"{work_name(work)} — {number}" for work, number in sorted(params.works.items())]
    if params.no_finals:
        needs.append(f"нет итоговых {quoted(params.no_finals)}")
    if params.max_missed is not None:
        needs.append(f"пропущено не больше {params.max_missed:g} % уроков")
    return (
        f"отметку за {work_words(sorted(params.to))} ставят допущенным: {'; '.join(needs) or 'по решению'}"
        + (f"; обжалование — {params.appeal}" if params.appeal else "")
    )


@rule_kind(
    "admission",
    7,
    Admission,
    title="Допуск",
    says=_says_admission,
    facts={"mark"},
    verbs={"record"},
    on_breach="refuse",
    needs={"marks", "finals", "absences", "held"},
)
def admission(rule: Rule[Admission], bench: Bench) -> Ask:
    """A mark for an exam of a student who lacks what the admission asks, without the ground that stands in for it."""
    params = rule.params
    grounds = {"protocol": "протокол", "order": "приказ", "statement": "заявление"}

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        facts = act.evidence
        if facts is None or params.to.isdisjoint(act.work) or act.ground & params.ground:
            return None
        lacks = []
        for work, number in sorted(params.works.items()):
            has = sum(1 for mark in facts.marks if mark.work == work and mark.value not in params.bad_marks)
            if has < number:
                lacks.append(f"{work_name(work)}: {has} из {number}")
        bad = [part for part in facts.parts if part.value in params.no_finals]
        lacks += [f"«{part.value}» за период «{part.title}»" for part in bad]
        if params.max_missed is not None and facts.held and act.lesson is not None:
            missed = sum(
                one.hours
                for one in facts.away
                if one.meaning in MISSED and one.journal_id == act.place.journal_id
            )
            if missed * 100 > params.max_missed * facts.held:
                lacks.append(f"пропущено {missed} из {facts.held} уроков")
        if not lacks:
            return None
        needed = listed((grounds.get(one, one) for one in sorted(params.ground)), "или")
        return Breach(
            f"Ученик не допущен: {'; '.join(lacks)}.",
            f"О допуске решает {role_words([params.decided_by])}; укажите {needed}." if needed else "",
            (WayOut.GIVE_GROUND,) if needed else (WayOut.ASK_PERSON,),
            help=role_words([params.decided_by]),
            grounds=params.ground,
        )

    return ask
