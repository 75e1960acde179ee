"""Marks: which symbols, how many in a cell, in which column (shapes 3, 5 and 7)."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator

from parta.journal.rules.acts import MEANINGS, Act
from parta.journal.rules.scales import scale_at
from parta.journal.rules.wording import (
    MEANING_WORDS,
    day_words,
    listed,
    moment_words,
    quoted,
)
from parta.journal.rules.works import nested_works
from parta.regulation.durations import Calendar
from parta.regulation.judge import Bench, Rule
from parta.regulation.moments import Moment
from parta.regulation.registry import (
    Ask,
    Breach,
    Codes,
    Dur,
    OnStart,
    Params,
    Texts,
    disputes,
    one_of,
    rule_kind,
)
from parta.regulation.verdict import WayOut
from parta.regulation.words import allowed as allowed_words

__all__ = ["MarkSymbols", "allowed_symbols", "is_unmarked", "read_symbol"]

_LETTER_PAIRS = {
    "A": "А",
    "B": "В",
    "C": "С",
    "E": "Е",
    "H": "Н",
    "K": "К",
    "M": "М",
    "O": "О",
    "P": "Р",
    "T": "Т",
    "X": "Х",
    "Y": "У",
    "a": "а",
    "c": "с",
    "e": "е",
    "k": "к",
    "o": "о",
    "p": "р",
    "x": "х",
    "y": "у",
    "h": "н",
    "m": "м",
    "t": "т",
    "n": "п",
    "6": "б",
    "0": "о",
}
_LOOK_ALIKE = str.maketrans(_LETTER_PAIRS)


def _folded(text: str) -> str:
    return text.strip().replace("ё", "е").replace("Ё", "Е")


def read_symbol(text: str, allowed: Iterable[str]) -> str | None:
    """The allowed symbol that a typed text stands for, or ``None``.

    «ё» is read as «е»; Latin letters and digits that look like Cyrillic letters are mapped when the result is
    allowed, and are never stored as typed.
    """
    known = {_folded(symbol): symbol for symbol in allowed}
    plain = _folded(text)
    if plain in known:
        return known[plain]
    alike = _folded(plain.translate(_LOOK_ALIKE))
    return known.get(alike) if alike != plain else None


# --- symbols of a cell ------------------------------------------------------------------------------------------


FORMS = {
    "mark": "отметка",
    "credit": "зачёт",
    "graded_credit": "дифференцированный зачёт",
    "exam": "экзамен",
    "test": "контрольная работа",
}
"""Forms of interim attestation by the codes of the curriculum's lines."""


class MarkSymbols(Params):
    """The closed set of a kind of cell; absence letters in the list belong to ``absence_codes``."""

    cell: Literal[
        "lesson",
        "final",
        "quarter_final",
        "half_year_final",
        "trimester_final",
        "semester_final",
        "year_final",
    ] = "lesson"
    allow: Texts
    by_form: dict[str, tuple[str, ...]] = Field(
        {},
        description="какие из знаков ставят при форме контроля предмета по учебному плану: "
        + ", ".join(f"{code} — {words}" for code, words in FORMS.items()),
    )

    @field_validator("by_form")
    @classmethod
    def _known(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for code in sorted(value.keys() - FORMS.keys()):
            raise ValueError(f"«{code}» — неизвестное слово в by_form; {allowed_words(code, FORMS)}")
        return value

    def needs(self) -> frozenset[str]:
        """The form of control, where the symbols hang on it."""
        return frozenset({"form"}) if self.by_form else frozenset()

    def facts(self) -> frozenset[str]:
        """Marks of a lesson, or term marks."""
        return frozenset({"mark"}) if self.cell == "lesson" else frozenset({"final"})

    @property
    def marks(self) -> tuple[str, ...]:
        """The allowed symbols that are marks: single letters are absence codes."""
        if self.cell != "lesson":
            return self.allow
        return tuple(symbol for symbol in self.allow if not (len(symbol) == 1 and symbol.isalpha()))


def _says_symbols(params: MarkSymbols) -> str:
    words = f"в {_CELLS.get(params.cell, 'итоговой клетке')} стоят только знаки {quoted(params.allow)}"
    forms = [f"{FORMS[code]} — {quoted(symbols)}" for code, symbols in params.by_form.items()]
    return words + (f"; по форме контроля предмета: {'; '.join(forms)}" if forms else "")


_CELLS = {"lesson": "клетке урока", "final": "итоговой клетке", "half_year_final": "клетке полугодия"}


@rule_kind(
    "mark_symbols",
    3,
    MarkSymbols,
    title="Допустимые знаки",
    says=_says_symbols,
    facts={"mark", "final"},
    verbs={"record", "correct"},
)
def mark_symbols(rule: Rule[MarkSymbols], bench: Bench) -> Ask:
    """Any other value is refused; each part of a double mark is judged by itself. A scale as narrow goes before it."""
    params = rule.params
    scale = scale_at(bench, params.cell)
    if scale is not None and scale.entry.breadth >= rule.entry.breadth:
        return lambda act, calendar: None
    allowed = frozenset(params.marks)
    term_kind = params.cell.removesuffix("_final") if params.cell.endswith("_final") else ""
    hint = f"Здесь ставят {quoted(params.marks)}."

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        new = act.new
        form = act.evidence.form if act.evidence is not None else ""
        own = params.by_form.get(form, ())
        if new in allowed and (not own or new in own):
            return None
        if term_kind and (act.term is None or act.term.kind != term_kind):
            return None
        if act.fact == "mark" and "/" in new and all(part in allowed for part in new.split("/")):
            return None
        if new in allowed:
            by = f"По учебному плану форма контроля — {FORMS[form]}."
            return Breach(by, f"Здесь ставят {quoted(own)}.", (WayOut.OTHER_VALUE,))
        return Breach(f"Знака «{new}» нет среди допустимых.", hint, (WayOut.OTHER_VALUE,))

    return ask


@disputes("mark_symbols")
def _no_common_symbol(higher: MarkSymbols, lower: MarkSymbols, equal: bool) -> str:
    if higher.cell != lower.cell or set(higher.marks) & set(lower.marks):
        return ""
    return f"ни одного общего знака: {quoted(lower.marks)}, а там {quoted(higher.marks)}"


def allowed_symbols(bench: Bench, cell: str = "lesson") -> tuple[str, ...] | None:
    """The marks every act in force allows in a cell, in the order of the narrowest; ``None``: no act says."""

    def find() -> tuple[str, ...] | None:
        scale = scale_at(bench, cell)
        wanted = {cell, "final"} if cell.endswith("_final") else {cell}
        if scale is not None:
            return scale.params.symbols
        sets = [rule.params.marks for rule in bench.of("mark_symbols") if rule.params.cell in wanted]
        if not sets:
            return None
        return tuple(symbol for symbol in sets[-1] if all(symbol in other for other in sets))

    return bench.memo(("allowed_symbols", cell), find)  # type: ignore[no-any-return]


class MarkKinds(Params):
    """Levels of marks a school has; each has its own place."""

    kinds: Codes


_LEVELS = {"quarter": "четвертная", "half_year": "полугодовая", "year": "годовая", "exam": "экзаменационная"}


@rule_kind(
    "mark_kinds",
    3,
    MarkKinds,
    title="Виды отметок",
    says=lambda p: "каждому виду отметок — своё место: текущим в столбцах уроков, итоговым в своих столбцах",
    facts={"mark", "final"},
    verbs={"record", "correct"},
)
def mark_kinds(rule: Rule[MarkKinds], bench: Bench) -> Ask:
    """A level that is not in the list cannot be stored, nor a term mark in a lesson column."""
    kinds = rule.params.kinds

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        level = "current" if act.fact == "mark" else (act.term.kind if act.term else "")
        if level in kinds or (act.fact == "final" and not level):
            return None
        return Breach(
            f"{_LEVELS.get(level, 'такая').capitalize()} отметка здесь не выставляется.",
            "У каждого вида отметок своё место в журнале.",
            (WayOut.OTHER_VALUE,),
        )

    return ask


class Unmarked(Params):
    """The population without marks, and what stands instead."""

    instead: Literal["levels", "text", "nothing"] = "nothing"
    levels: Texts = Field((), description="слова уровней, которые можно ставить вместо отметок")
    until: OnStart | None = Field(None, description="до какого дня учебного года отметок не ставят: 01-09")


def _says_unmarked(params: Unmarked) -> str:
    words = "здесь отметок не ставят"
    if params.until is not None:
        words = f"до {_until_words(params.until)} отметок не ставят"
    if params.instead == "levels" or params.levels:
        return words + ", ставят уровни" + (f": {quoted(params.levels)}" if params.levels else "")
    return words + (", пишут словами" if params.instead == "text" else "")


def _until_words(moment: Moment) -> str:
    if moment.month:
        return day_words(date(2000, moment.month, moment.day))
    return (
        f"дня, который {moment.shift_words()} начала учебного года"
        if moment.shift
        else "начала учебного года"
    )


def unmarked_until(params: Unmarked, on: date) -> date | None:
    """The day from which marks are given in the school year of a date; ``None``: not in this year."""
    if params.until is None:
        return None
    return params.until.on({"year_start": date(on.year if on.month >= 8 else on.year - 1, 9, 1)})


def is_unmarked(bench: Bench, on: date | None = None) -> bool:
    """Whether no marks are given at a place, the year round or (with a date) on that day.

    Such places are outside norms, deadlines and outcomes; words of levels stand in place of marks and are none.
    """
    return any(
        rule.params.until is None
        or (on is not None and ((ends := unmarked_until(rule.params, on)) is None or on < ends))
        for rule in bench.of("unmarked")
    )


@rule_kind(
    "unmarked",
    3,
    Unmarked,
    title="Без отметок",
    says=_says_unmarked,
    facts={"mark", "final"},
    verbs={"record", "correct"},
)
def unmarked(rule: Rule[Unmarked], bench: Bench) -> Ask:
    """Every mark is refused in the population of the entry, but for the words of its levels."""
    levels, until = frozenset(rule.params.levels), rule.params.until
    hint = f"Ставят уровни: {quoted(rule.params.levels)}." if levels else "Успехи отмечают словами."

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        if act.new in levels:
            return None
        if until is not None:
            ends = unmarked_until(rule.params, act.on)
            if ends is None or act.on >= ends:
                return None
            return Breach(f"До {day_words(ends)} отметок здесь не ставят.", hint, (WayOut.OTHER_VALUE,))
        return Breach("В этом классе отметок не ставят.", hint, (WayOut.OTHER_VALUE,))

    return ask


# --- two marks in a cell ------------------------------------------------------------------------------------------


class TwoMarksInCell(Params):
    """Where two marks may stand in one cell, and in which form."""

    subjects: Codes | None = None
    form: Literal["a/b"] = "a/b"
    symbols: Texts | None = None


def _tag_words(names: Iterable[str]) -> list[str]:
    """Subjects as people call them: the tag of a double mark is a property, not a title."""
    return ["с двойной отметкой" if name == "double_marks" else name for name in sorted(names)]


_DOUBLE = re.compile(r"[^/\s]+/[^/\s]+")


@rule_kind(
    "two_marks_in_cell",
    3,
    TwoMarksInCell,
    title="Две отметки в клетке",
    says=lambda p: (
        f"две отметки в клетке — дробью, только по предметам: {listed(_tag_words(p.subjects))}"
        if p.subjects
        else "две отметки в клетке записывают дробью, например «5/4»"
    ),
    facts={"mark"},
    verbs={"record", "correct"},
    own={"subjects"},
)
def two_marks_in_cell(rule: Rule[TwoMarksInCell], bench: Bench) -> Ask:
    """A second mark outside the named subjects, or not as a fraction of two symbols, is refused."""
    params = rule.params
    here = params.subjects is None or bench.place.has_subject(params.subjects)
    symbols = frozenset(params.symbols) if params.symbols is not None else None
    named = listed(sorted(name for name in params.subjects or () if not name.isascii()))

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        new = act.new
        if len(new) < 3 or ("/" not in new and " " not in new):
            return None
        if not here:
            return Breach(
                "По этому предмету две отметки в одну клетку не ставят.",
                f"Две отметки дробью ставят только по предметам: {named}." if named else "",
                (WayOut.OTHER_VALUE,),
            )
        parts = new.split("/")
        if not _DOUBLE.fullmatch(new) or (symbols is not None and not symbols.issuperset(parts)):
            return Breach(
                f"«{new}» не похоже на две отметки.",
                f"Две отметки пишут дробью из знаков {quoted(params.symbols)}, например «5/4»."
                if params.symbols
                else "Две отметки пишут дробью, например «5/4».",
                (WayOut.OTHER_VALUE,),
            )
        return None

    return ask


# --- the right column ---------------------------------------------------------------------------------------------


class MarkInWorkDateColumn(Params):
    """Which works: their marks belong to the date of the work, whenever they are saved."""

    work: Codes = frozenset({"all"})


@rule_kind(
    "mark_in_work_date_column",
    5,
    MarkInWorkDateColumn,
    title="Отметка в столбце дня работы",
    says=lambda p: "отметка стоит в столбце того дня, когда была работа, в какой бы день её ни поставили",
    facts={"mark"},
    verbs={"record"},
)
def mark_in_work_date_column(rule: Rule[MarkInWorkDateColumn], bench: Bench) -> Ask:
    """A mark for a work of another day is refused in this column."""
    named = rule.params.work
    nested = nested_works(bench)

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        held, lesson = act.work_date, act.lesson
        if held is None or lesson is None or held == lesson.date:
            return None
        if "all" not in named and not any(
            code in named or nested.get(code, frozenset()) & named for code in act.work
        ):
            return None
        return Breach(
            f"Работа была {day_words(held)}, а столбец — {day_words(lesson.date)}.",
            "Отметку ставят в столбец того дня, когда была работа.",
            (WayOut.OTHER_VALUE,),
        )

    return ask


# --- marks for what was missed ------------------------------------------------------------------------------------


class MakeupMark(Params):
    """A mark in a lesson the student missed needs a ground; the absence stays beside it."""

    requires: Codes = frozenset({"protocol"})
    meanings: Annotated[frozenset[str], one_of(*MEANINGS)] = frozenset({"ill", "excused"})
    place: Literal["missed_topic_cell"] = "missed_topic_cell"
    keep_absence: Literal["comment"] | None = None
    within: Dur | None = Field(
        None, description="за сколько после пропущенного урока отрабатывают: «14d», «10 school_days»"
    )


_GROUNDS = {"protocol": "протокол", "order": "приказ", "statement": "заявление"}


@rule_kind(
    "makeup_mark",
    7,
    MakeupMark,
    title="Отметка за пропущенную тему",
    says=lambda p: (
        f"отметку за пропущенный урок ставят на основании: {listed(_GROUNDS.get(g, g) for g in sorted(p.requires))}; "
        "пропуск остаётся" + (f"; отрабатывают за {p.within}" if p.within else "")
    ),
    facts={"mark"},
    verbs={"record"},
)
def makeup_mark(rule: Rule[MakeupMark], bench: Bench) -> Ask:
    """Without its ground the mark is refused; an absence in the cell is never taken away by it."""
    requires, meanings, within = rule.params.requires, rule.params.meanings, rule.params.within

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        if act.absent not in meanings:
            return None
        if within is not None and act.lesson is not None:
            limit = within.limit(act.lesson.date, act.lesson.ends_at, calendar)
            if act.at > limit:
                return Breach(
                    f"Пропущенный урок отрабатывают до {moment_words(limit, calendar.zone)}.",
                    "Срок прошёл: отметка за него не ставится.",
                    limit=limit,
                )
        if act.ground & requires:
            return None
        needed = listed((_GROUNDS.get(ground, ground) for ground in sorted(requires)), "или")
        return Breach(
            f"На этом уроке ученик отсутствовал: {MEANING_WORDS[act.absent]}.",
            f"Отметку за пропущенную тему ставят, указав {needed}.",
            (WayOut.GIVE_GROUND,),
            grounds=requires,
        )

    return ask
