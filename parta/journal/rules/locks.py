"""Locks: what is closed to changes, from when, and who may open it (shape 6)."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from parta.journal.rules.acts import FACT_CODES, FACT_WORDS, LESSON_FACTS, Act
from parta.journal.rules.wording import day_words, moment_words, quoted
from parta.regulation.durations import Calendar, Duration, parse_duration
from parta.regulation.judge import Bench, Rule
from parta.regulation.registry import (
    Ask,
    Breach,
    Dur,
    Params,
    Roles,
    RuleKind,
    Texts,
    known_kind,
    one_of,
    rule_kind,
)
from parta.regulation.verdict import Outcome, WayOut
from parta.regulation.words import role_words

__all__ = ["GRACE_SETTING", "grace_of", "is_slip"]

GRACE_SETTING = "author_grace"
_NO_GRACE = Duration("min", 0)


def grace_of(bench: Bench) -> Duration:
    """How long an author may mend a slip of the finger without a trace in the cell (the log keeps both values)."""

    def find() -> Duration:
        value = bench.setting(GRACE_SETTING)
        try:
            return parse_duration(value) if value is not None else _NO_GRACE
        except ValueError:
            return _NO_GRACE

    return bench.memo("grace", find)  # type: ignore[no-any-return]


def is_slip(act: Act, grace: Duration) -> bool:
    """Whether a change is its author mending a slip within the grace, bounds included."""
    if act.first_set_at is None or act.set_by_id is None or act.set_by_id != act.by.person_id:
        return False
    length = timedelta(minutes=grace.count) if grace.unit == "min" else timedelta(hours=grace.count)
    return grace.unit in ("min", "h") and grace.count > 0 and act.at - act.first_set_at <= length


# --- changing a mark ------------------------------------------------------------------------------------------------


class NoMarkEdit(Params):
    """A saved mark is changed only under a permit."""

    permit: str = "deputy_remark"


@rule_kind(
    "no_mark_edit",
    6,
    NoMarkEdit,
    title="Отметку не исправляют",
    says=lambda p: "сохранённую отметку исправляют и убирают только по разрешению; прежняя отметка видна",
    facts={"mark"},
    verbs={"correct", "annul"},
    on_breach="permit",
)
def no_mark_edit(rule: Rule[NoMarkEdit], bench: Bench) -> Ask:
    """Correcting or annulling a mark needs a permit, apart from the author's slip within the grace."""
    grace = grace_of(bench)

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        if is_slip(act, grace) or act.old == act.new:
            return None
        return Breach(
            f"Отметка «{act.old}» уже стоит в журнале.",
            "Исправить её можно только по разрешению; прежняя отметка останется видна.",
        )

    return ask


class BadMarkCorrection(Params):
    """Which marks may be corrected, how long, and that the original stays."""

    within: Dur | None = None
    after: Literal["mark_set", "lesson_date"] = "mark_set"
    marks: Texts = ("2",)
    keep_original: bool = True


@rule_kind(
    "bad_mark_correction",
    6,
    BadMarkCorrection,
    title="Исправление неудовлетворительной отметки",
    says=lambda p: (
        f"отметку {quoted(p.marks)} можно исправить"
        + (f" в срок: {p.within}" if p.within else "")
        + (", не удаляя прежней" if p.keep_original else "")
    ),
    facts={"mark"},
    verbs={"correct", "annul"},
    on_breach="permit",
)
def bad_mark_correction(rule: Rule[BadMarkCorrection], bench: Bench) -> Ask:
    """An unsatisfactory mark is corrected in time and never deleted."""
    params = rule.params
    marks = frozenset(params.marks)
    grace = grace_of(bench)

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        if act.old not in marks and not marks.intersection(act.old.split("/")):
            return None
        if act.old == act.new or is_slip(act, grace):
            return None
        if act.verb == "annul":
            if not params.keep_original:
                return None
            return Breach(
                f"Отметку «{act.old}» не удаляют.",
                "Её исправляют: новая отметка встанет рядом, прежняя останется.",
                (WayOut.OTHER_VALUE,),
            )
        if params.within is None or act.first_set_at is None:
            return None
        if params.after == "mark_set" or act.lesson is None:
            day, moment = act.first_set_at.astimezone(calendar.zone).date(), act.first_set_at
        else:
            day, moment = act.lesson.date, act.lesson.ends_at
        limit = params.within.limit(day, moment, calendar)
        if act.at <= limit:
            return None
        return Breach(
            f"Отметка «{act.old}» стоит с {day_words(day)}: "
            f"срок исправления истёк {moment_words(limit, calendar.zone)}.",
            f"Исправить её можно было в срок: {params.within}.",
        )

    return ask


class CorrectionControl(Params):
    """After the free time a correction needs its reason and an approval, and stands in the register."""

    objects: FACT_WORDS = frozenset({"mark"})
    after: Dur | None = None
    fields: Annotated[frozenset[str], one_of("reason", "approver")] = frozenset({"reason"})
    form: Literal["", "forbidden", "struck", "superseded"] = Field(
        "",
        description="forbidden — не исправляют, struck — зачёркивают и не удаляют, superseded — новая рядом со старой",
    )
    approver: Roles = Field(frozenset(), description="кто согласует исправление")
    register_line: bool = False

    def facts(self) -> frozenset[str]:
        """Facts of acts behind the objects."""
        return frozenset().union(*(FACT_CODES.get(name, frozenset()) for name in self.objects))


def _says_correction(params: CorrectionControl) -> str:
    since = f" спустя {params.after}" if params.after else ""
    if params.form == "forbidden":
        return f"записи{since} не исправляют и не убирают"
    how = {"struck": ": прежняя зачёркивается и остаётся", "superseded": ": новая встаёт рядом с прежней"}
    words = (
        f"исправления{since} вносят с причиной" if "reason" in params.fields else f"исправления{since} вносят"
    )
    if needs_approval(params):
        words += f" и согласием: {role_words(sorted(params.approver)) or 'проверяющего'}"
    words += how.get(params.form, "")
    return words + ("; убрать запись нельзя" if params.form in ("struck", "superseded") else "")


def needs_approval(params: CorrectionControl) -> bool:
    """Whether a correction waits for somebody's consent, and a reason alone is not enough."""
    return "approver" in params.fields or bool(params.approver)


@rule_kind(
    "correction_control",
    6,
    CorrectionControl,
    title="Порядок исправлений",
    says=_says_correction,
    facts={"mark", "topic", "homework", "absence"},
    verbs={"correct", "annul"},
    on_breach="permit",
)  # fmt: skip
def correction_control(rule: Rule[CorrectionControl], bench: Bench) -> Ask:
    """A late correction without a reason is refused; without an approver it needs a permit."""
    params = rule.params
    grace = grace_of(bench)

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        if act.first_set_at is None or act.old == act.new or is_slip(act, grace):
            return None
        if act.fact == "absence" and act.old == "unknown":
            return None
        day = act.first_set_at.astimezone(calendar.zone).date()
        limit = params.after.limit(day, act.first_set_at, calendar) if params.after else act.first_set_at
        if act.at <= limit:
            return None
        if params.form in ("struck", "superseded") and act.verb == "annul":
            return Breach(
                f"«{act.old}» не убирают.",
                "Её исправляют: прежняя запись остаётся видна.",
                (WayOut.OTHER_VALUE,),
                outcome=Outcome.REFUSE,
            )
        if params.form == "forbidden":
            return Breach(f"Запись сделана {day_words(day)}.", "Исправлять её нельзя.", outcome=rule.outcome)
        if not needs_approval(params) and (act.reason.strip() or "reason" not in params.fields):
            return None
        return Breach(
            f"Запись сделана {day_words(day)}: свободно её исправляли до {moment_words(limit, calendar.zone)}.",
            "Исправление вносят с причиной и согласием проверяющего."
            if needs_approval(params)
            else "Исправление вносят с причиной.",
            (WayOut.GIVE_REASON,),
        )

    return ask


# --- the term is closed ---------------------------------------------------------------------------------------------


class LockAfterFinalMarks(Params):
    """What the term mark closes, and for which lessons."""

    scope: Literal["period"] = "period"
    kinds: FACT_WORDS = frozenset({"mark", "attendance", "topic", "conducted", "homework", "comment"})

    def facts(self) -> frozenset[str]:
        """Facts of acts behind the kinds."""
        return frozenset().union(*(FACT_CODES.get(kind, frozenset()) for kind in self.kinds))


@rule_kind(
    "lock_after_final_marks",
    6,
    LockAfterFinalMarks,
    title="Замок после итоговых отметок",
    says=lambda p: "после итоговой отметки за период записи этого периода не правят",
    facts=LESSON_FACTS,
    on_breach="permit",
)
def lock_after_final_marks(rule: Rule[LockAfterFinalMarks], bench: Bench) -> Ask:
    """A student's entries close with the student's term mark; what is common to the class, with the whole term."""

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        term = act.term
        if term is None or not (term.locked or (term.final_set and act.student_id is not None)):
            return None
        name = f" ({term.title})" if term.title else ""
        return Breach(
            f"Период закрыт{name}: итоговая отметка уже выставлена.",
            "Записи закрытого периода меняют только по разрешению.",
        )

    return ask


# --- ahead of time --------------------------------------------------------------------------------------------------


class NoAdvanceFact(Params):
    """Facts that cannot be entered before the lesson has begun."""

    kinds: FACT_WORDS = frozenset({"conducted", "attendance", "mark"})

    def facts(self) -> frozenset[str]:
        """Facts of acts behind the kinds."""
        return frozenset().union(*(FACT_CODES.get(kind, frozenset()) for kind in self.kinds))


_NOT_YET = {
    "conducted": "Урок ещё не начался, проведённым его не отмечают.",
    "absence": "Урок ещё не начался, явку ещё не отмечают.",
    "roll": "Урок ещё не начался, явку ещё не отмечают.",
    "mark": "Урок ещё не начался, отметки за него ещё не ставят.",
}


@rule_kind(
    "no_advance_fact",
    6,
    NoAdvanceFact,
    title="Только по факту",
    says=lambda p: "проведение, явку и отметки вносят по факту, не раньше начала урока",
    facts={"conducted", "absence", "roll", "mark", "topic", "homework"},
    verbs={"record", "correct"},
)
def no_advance_fact(rule: Rule[NoAdvanceFact], bench: Bench) -> Ask:
    """What has not yet happened cannot be recorded."""

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        lesson = act.lesson
        if lesson is None or act.at >= lesson.starts_at:
            return None
        return Breach(
            _NOT_YET.get(act.fact, "Урок ещё не начался."),
            f"Это можно сделать с начала урока: {moment_words(lesson.starts_at, calendar.zone)}.",
            (WayOut.WAIT,),
        )

    return ask


class AdvanceEntryAllowed(Params):
    """Facts that may be saved for future lessons."""

    kinds: FACT_WORDS = frozenset({"topic", "homework"})


def _is_advance(params: AdvanceEntryAllowed, act: Act) -> bool:
    named = frozenset().union(*(FACT_CODES.get(kind, frozenset()) for kind in params.kinds))
    return act.fact in named


known_kind(
    RuleKind(
        "advance_entry_allowed",
        6,
        AdvanceEntryAllowed,
        "Можно заранее",
        lambda p: "темы и домашние задания можно размещать заранее",
        permits=_is_advance,
        lifts=frozenset({"no_advance_fact"}),
    )
)
