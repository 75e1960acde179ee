"""What pages ask of the law: letters and keys, marks, kinds of work, limits, and the headline of a refusal.

Every function takes the law, the date whose edition speaks (the lesson's) and the place, and reads no database.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from parta.journal.rules.absences import KeyedCode, capacities, code_title, codes_at, keyed, read_code
from parta.journal.rules.acts import Act, Lesson, Place, Writer
from parta.journal.rules.formula import Formula, formula_of
from parta.journal.rules.locks import grace_of
from parta.journal.rules.marks import allowed_symbols, read_symbol
from parta.journal.rules.scales import scale_at
from parta.journal.rules.windows import (
    attendance_deadlines,
    homework_deadlines,
    lesson_deadlines,
    mark_deadlines,
)
from parta.journal.rules.wording import MARK_NAMES, WORKS
from parta.journal.rules.works import work_title, works_at
from parta.regulation.clause import Clause
from parta.regulation.durations import Calendar, Duration, PlainCalendar
from parta.regulation.judge import Bench, Law
from parta.regulation.verdict import Outcome, Verdict, WayOut

__all__ = [
    "WAY_LABELS",
    "AbsenceCode",
    "CorrectionRule",
    "MarkLimit",
    "TopicRule",
    "WorkKindRule",
    "absence_codes",
    "correction_rule",
    "double_marks_allowed",
    "fact_limit",
    "grace",
    "headline",
    "limit_key",
    "mark_limit",
    "mark_symbols",
    "may_post_ahead",
    "read_absence",
    "read_mark",
    "scale_symbols",
    "setting",
    "term_formula",
    "topic_rule",
    "work_kinds",
]

_UTC = PlainCalendar(UTC)


# --- absences ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AbsenceCode:
    """A letter of the act as one person sees it: for the key map and the phone's buttons."""

    symbol: str
    meaning: str
    title: str
    may_set: bool
    keys: tuple[str, ...]
    """Keys that set it, Russian letter first, then the key it lies on in the Latin layout; empty: no key is free."""
    order: int


def _code(keyed_code: KeyedCode) -> AbsenceCode:
    code = keyed_code.code
    return AbsenceCode(
        code.symbol, code.meaning, code_title(code), keyed_code.may_set, keyed_code.keys, keyed_code.order
    )


def absence_codes(law: Law, *, on: date, by: Writer, place: Place) -> tuple[AbsenceCode, ...]:
    """The letters of the act at a place, in the act's order, with what this writer may set and by which keys.

    Empty when no act in force names letters.
    """
    bench = law.on(on).bench(place)
    acting_as = capacities(by)
    made: tuple[AbsenceCode, ...] = bench.memo(
        ("absence_codes", acting_as), lambda: tuple(map(_code, keyed(codes_at(bench), acting_as)))
    )
    return made


def read_absence(law: Law, text: str, *, on: date, by: Writer, place: Place) -> AbsenceCode | None:
    """The letter a typed text stands for; look-alikes of other layouts are mapped. ``None``: no such letter.

    A letter that the person may not set is returned too: the guard then says who may.
    """
    bench = law.on(on).bench(place)
    acting_as = capacities(by)

    def read() -> AbsenceCode | None:
        found = read_code(text, codes_at(bench), acting_as)
        if found is None:
            return None
        return next(
            code for code in absence_codes(law, on=on, by=by, place=place) if code.symbol == found.symbol
        )

    return _read_once(bench, ("read_absence", acting_as), text, read)


# --- marks ------------------------------------------------------------------------------------------------------


def mark_symbols(law: Law, *, on: date, place: Place, cell: str = "lesson") -> tuple[str, ...] | None:
    """The marks allowed in a cell (``lesson``, ``quarter_final``, ``half_year_final``, ``year_final``…).

    ``None`` when no act says: then the journal's scale decides.
    """
    return allowed_symbols(law.on(on).bench(place), cell)


def read_mark(law: Law, text: str, *, on: date, place: Place, cell: str = "lesson") -> str:
    """A typed mark as it is stored: look-alikes mapped, blanks around a fraction dropped, «зачёт» as «зачет».

    What stands for no allowed mark comes back trimmed, so that the guard can name it.
    """
    bench = law.on(on).bench(place)
    return _read_once(
        bench, ("read_mark", cell), text, lambda: _read_mark(text, allowed_symbols(bench, cell))
    )


def _read_mark(text: str, allowed: tuple[str, ...] | None) -> str:
    trimmed = " ".join(text.split())
    if allowed is None:
        return trimmed
    if "/" in trimmed:
        parts = [read_symbol(part, allowed) for part in trimmed.split("/")]
        return "/".join(part or raw.strip() for part, raw in zip(parts, trimmed.split("/"), strict=True))
    if "," in trimmed and trimmed.replace(",", ".") in allowed:
        return trimmed.replace(",", ".")
    return read_symbol(trimmed, allowed) or trimmed


_READ = 200
"""Texts whose reading is kept: people type few different ones, a machine that types many fills no memory."""
_UNREAD: Any = object()
_T = TypeVar("_T")


def _read_once(bench: Bench, key: object, text: str, read: Callable[[], _T]) -> _T:
    """What a typed text means at a bench, worked out once: a bench is of one law, and never changes."""
    known: dict[str, _T] = bench.memo(key, dict)
    found: _T = known.get(text, _UNREAD)
    if found is _UNREAD:
        found = read()
        if len(known) >= _READ:
            known.clear()
        known[text] = found
    return found


def scale_symbols(law: Law, *, on: date, place: Place) -> tuple[tuple[str, float | None, bool], ...] | None:
    """The scale of the act for marks of lessons: symbol, worth in an average (None: not counted), whether it passes.

    ``None`` when no act in force has a scale of its own for the place.
    """
    bench = law.on(on).bench(place)
    rule = scale_at(bench, "lesson")
    if rule is None:
        return None
    params = rule.params
    found: list[tuple[str, float | None, bool]] = []
    for symbol in params.symbols:
        if symbol in params.also:
            found.append((symbol, None, True))
            continue
        number = float(symbol)
        found.append(
            (
                symbol,
                number if params.in_average else None,
                params.passing is None or number >= params.passing,
            )
        )
    return tuple(found)


def term_formula(law: Law, *, on: date, place: Place) -> Formula | None:
    """How the act in force on a date computes the term mark at a place; ``None``: it does not."""
    return formula_of(law.on(on).bench(place))


def double_marks_allowed(law: Law, *, on: date, place: Place) -> bool:
    """Whether two marks may stand in one cell of this journal. Without a rule that allows them they may not."""
    bench = law.on(on).bench(place)

    def find() -> bool:
        rules = bench.of("two_marks_in_cell")
        return bool(rules) and all(
            rule.params.subjects is None or place.has_subject(rule.params.subjects) for rule in rules
        )

    allowed: bool = bench.memo("double_marks_allowed", find)
    return allowed


@dataclass(frozen=True, slots=True)
class WorkKindRule:
    """A kind of work that marks of this journal may be given for."""

    code: str
    title: str
    short: str
    weight: float | None
    """The act's or preset's proposal; the school's own kinds of work decide."""


def work_kinds(law: Law, *, on: date, place: Place) -> tuple[WorkKindRule, ...]:
    """The kinds of work of the act at a place, in the act's order; empty when no act says."""
    bench = law.on(on).bench(place)
    made: tuple[WorkKindRule, ...] = bench.memo(
        "work_kind_rules",
        lambda: tuple(
            WorkKindRule(
                work.code,
                work_title(work),
                work.short or WORKS.get(work.code, ("", work.code[:3]))[1],
                work.weight,
            )
            for work in works_at(bench)
        ),
    )
    return made


# --- limits -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MarkLimit:
    """Until when a fact is in time, and by which clauses."""

    deadline: datetime
    """The last moment in time, aware, in the school's zone where the limit is a day."""
    clauses: tuple[Clause, ...]
    duration: str
    """In words: «5 дней»."""
    closes: bool
    """Whether a new entry after it needs a permit (otherwise it passes as late)."""


def mark_limit(
    law: Law, *, lesson: Lesson, place: Place, work: tuple[str, ...], calendar: Calendar = _UTC
) -> MarkLimit | None:
    """Until when marks for this work of this lesson are in time; ``None`` when no act sets a limit."""
    return fact_limit(law, "mark", lesson=lesson, place=place, work=work, calendar=calendar)


_DEADLINES = {
    "mark": (mark_deadlines,),
    "roll": (attendance_deadlines, lesson_deadlines),
    "absence": (attendance_deadlines, lesson_deadlines),
    "homework": (homework_deadlines, lesson_deadlines),
    "topic": (lesson_deadlines,),
    "conducted": (lesson_deadlines,),
}


def limit_key(law: Law, fact: str, *, on: date, place: Place) -> tuple[int, ...]:
    """What a limit depends on besides the lesson's times: equal keys give equal limits, within one law."""
    bench = law.on(on).bench(place)
    key: tuple[int, ...] = bench.memo(
        ("limit_key", fact),
        lambda: tuple(id(rule) for find in _DEADLINES[fact] for rule in find(bench).rules),
    )
    return key


def fact_limit(
    law: Law,
    fact: str,
    *,
    lesson: Lesson,
    place: Place,
    work: tuple[str, ...] = (),
    calendar: Calendar = _UTC,
) -> MarkLimit | None:
    """Until when a fact of a lesson is in time: ``mark``, ``roll``, ``homework``, ``topic`` or ``conducted``."""
    bench = law.on(lesson.date).bench(place)
    limits = [
        limit
        for find in _DEADLINES[fact]
        if (limit := find(bench).limit(lesson, calendar, work, fact)) is not None
    ]
    if not limits:
        return None
    limit = min(limits, key=lambda found: found.at)
    clauses = [clause for rule in limit.rules for clause in rule.clauses]
    closing = [rule for rule in bench.of("no_backdating") if fact in rule.params.facts()]
    return MarkLimit(
        limit.at,
        tuple(dict.fromkeys(clauses)),
        str(limit.duration) if isinstance(limit.duration, Duration) else "",
        bool(closing),
    )


# --- corrections, topics, settings --------------------------------------------------------------------------------


def grace(law: Law, *, on: date, place: Place | None = None) -> Duration:
    """How long an author may mend a slip without a mark of correction in the cell (the log keeps both values)."""
    return grace_of(law.on(on).bench(place or Place()))


@dataclass(frozen=True, slots=True)
class CorrectionRule:
    """How a stored mark may be changed here, for the page to say beforehand."""

    needs_permit: bool
    needs_reason: bool
    keeps_first: bool
    grace: Duration
    clauses: tuple[Clause, ...]
    bad_marks: tuple[str, ...] = ()
    within: str = ""


def correction_rule(law: Law, *, on: date, place: Place) -> CorrectionRule:
    """How marks are corrected at a place. The first mark is always kept in the log; here also in the cell."""
    bench = law.on(on).bench(place)
    edits, bad = bench.of("no_mark_edit"), bench.of("bad_mark_correction")
    controls = [rule for rule in bench.of("correction_control") if "mark" in rule.params.facts()]
    rules = (*edits, *bad, *controls)
    windows = [rule for rule in bad if rule.params.within is not None]
    return CorrectionRule(
        needs_permit=any(rule.outcome is Outcome.PERMIT for rule in edits),
        needs_reason=bool(controls),
        keeps_first=True,
        grace=grace_of(bench),
        clauses=tuple(dict.fromkeys(clause for rule in rules for clause in rule.clauses)),
        bad_marks=tuple(dict.fromkeys(symbol for rule in bad for symbol in rule.params.marks)),
        within=str(windows[0].params.within) if windows else "",
    )


@dataclass(frozen=True, slots=True)
class TopicRule:
    """What is asked of topics here."""

    required: bool
    from_plan: bool
    planned_order: bool
    clauses: tuple[Clause, ...]


def topic_rule(law: Law, *, on: date, place: Place) -> TopicRule:
    """What is asked of the topic of a lesson at a place."""
    bench = law.on(on).bench(place)
    plans = [rule for rule in bench.of("topic_from_plan") if rule.params.on is None]
    required = [rule for rule in bench.of("topic_required") if "lesson" in rule.params.kinds]
    rules = (*required, *plans)
    return TopicRule(
        bool(required),
        bool(plans),
        any(rule.params.order == "planned" for rule in plans),
        tuple(dict.fromkeys(clause for rule in rules for clause in rule.clauses)),
    )


def topic_before_flag(law: Law, *, on: date, place: Place) -> tuple[Clause, ...]:
    """The clauses by which the topic is written before a replacement is noted; empty: no act asks for the order."""
    rules = law.on(on).bench(place).of("substitution_recorded")
    return tuple(
        dict.fromkeys(clause for rule in rules if "topic" in rule.params.steps for clause in rule.clauses)
    )


def individual_homework(law: Law, *, on: date, place: Place) -> str:
    """The set words with which the act has individual homework written in the column; empty: no act sets any."""
    rules = law.on(on).bench(place).of("homework_content")
    return next((rule.params.individual_text for rule in rules if rule.params.individual_text), "")


def may_post_ahead(law: Law, fact: str, *, on: date, place: Place) -> bool:
    """Whether a fact (``topic``, ``homework``) may be saved for a lesson that has not begun."""
    bench = law.on(on).bench(place)
    banned = any(fact in rule.params.facts() for rule in bench.of("no_advance_fact"))
    allowed = any(fact in rule.params.kinds for rule in bench.of("advance_entry_allowed"))
    return allowed or not banned


def setting(law: Law, name: str, *, on: date, default: Any = None) -> Any:
    """The value of a setting of the acts in force on a date."""
    return law.setting(name, on, default)


# --- words of a refusal -------------------------------------------------------------------------------------------

WAY_LABELS = {
    WayOut.ASK_PERMIT: "Попросить согласие",
    WayOut.GIVE_REASON: "Указать причину",
    WayOut.GIVE_GROUND: "Указать протокол",
    WayOut.OTHER_VALUE: "Исправить запись",
    WayOut.STATE_SUBSTITUTION: "Указать замену",
    WayOut.SET_TOPIC: "Записать тему",
    WayOut.TAKE_PLANNED_TOPIC: "Взять тему из плана",
    WayOut.WAIT: "Вернуться позже",
    WayOut.ASK_PERSON: "Кому написать",
}
"""Button words for each way out of a refusal."""

_HEADLINES = {
    "absence": "Пропуск не записан",
    "roll": "Явка не сохранена",
    "topic": "Тема не сохранена",
    "conducted": "Урок не отмечен проведённым",
    "homework": "Задание не сохранено",
    "final": "Итоговая отметка не сохранена",
    "note": "Запись не сохранена",
    "substitution": "Замена не записана",
    "column": "Работа не завершена",
}


def headline(act: Act, verdict: Verdict | None = None) -> str:
    """The title of a refusal: «Двойка не сохранена», «Отметка не исправлена», «Тема не сохранена»."""
    if act.fact != "mark":
        return _HEADLINES[act.fact]
    if act.verb == "annul":
        return "Отметка не убрана"
    if act.verb == "correct":
        return "Отметка не исправлена"
    return f"{MARK_NAMES.get(act.new, 'Отметка')} не сохранена"
