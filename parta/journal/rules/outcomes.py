"""Computed outcomes (shape 9): the term mark out of marks, the year's out of terms', and how far a final may differ."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from parta.journal.rules.acts import Act
from parta.journal.rules.evidence import MarkFact
from parta.journal.rules.marks import is_unmarked, nested_works, scale_at
from parta.journal.rules.wording import WORKS, listed, quoted, work_words
from parta.regulation.durations import Calendar, plural
from parta.regulation.judge import Bench, Rule
from parta.regulation.registry import Ask, Breach, Codes, Dur, Params, Texts, parse_duration, rule_kind
from parta.regulation.verdict import WayOut

__all__ = [
    "ROUND_WORDS",
    "Formula",
    "Proposal",
    "formula_of",
    "number_of",
    "rounded",
    "said_number",
]

Rounding = Literal["half_up", "half_even", "down", "up"]
_ROUND = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN, "up": ROUND_UP}
ROUND_WORDS = {
    "half_up": "до ближайшего, половина вверх",
    "half_even": "до ближайшего чётного",
    "down": "вниз",
    "up": "вверх",
}
NOT_ATTESTED = "н/а"


def _named(value: object) -> object:
    """A table of numbers by name; keys written as numbers are names too."""
    if not isinstance(value, Mapping):
        return value
    for key, item in value.items():
        if isinstance(item, int | float) and (not math.isfinite(item) or item < 0):
            raise ValueError(f"«{key}» = {item}: нужно число от нуля")
    return {str(key): item for key, item in value.items()}


def rising(bands: Mapping[str, float], what: str = "порог") -> None:
    """Bands of marks, each from its own number on. Raises ValueError for two from one number, or out of order."""
    steps = sorted(bands.items(), key=lambda pair: pair[1])
    for (lower, from_lower), (upper, from_upper) in pairwise(steps):
        if from_lower == from_upper:
            raise ValueError(
                f"у «{lower}» и «{upper}» один {what} — {said_number(from_lower)}: у каждой отметки свой"
            )
        one, two = number_of(lower), number_of(upper)
        if one is not None and two is not None and one > two:
            raise ValueError(
                f"{what} «{lower}» ({said_number(from_lower)}) ниже, чем у «{upper}» ({said_number(from_upper)}): "
                "чем выше отметка, тем выше число"
            )


Numbers = Annotated[dict[str, float], BeforeValidator(_named)]


class Share(BaseModel):
    """A group of works and its share in the outcome."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    work: Codes = Field(description="виды работ группы")
    share: float = Field(gt=0, le=100, description="доля в процентах")
    title: str = Field("", description="название группы")


class Ceiling(BaseModel):
    """A mark the outcome may not be above while certain marks stand among those it is made of."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at_most: str = Field(description="не выше этой отметки")
    marks: Texts = Field(description="если есть такие отметки")
    work: Codes = Field(frozenset({"all"}), description="за эти работы")
    count: int = Field(1, ge=1, le=50, description="не меньше стольких")


class TermMark(Params):
    """How the term mark follows from the marks of the term."""

    mean: Literal["plain", "weighted"] = Field(
        "weighted", description="plain — среднее арифметическое, weighted — с весами работ"
    )
    weights: Numbers = Field({}, description="вес каждого вида работы; остальные — по столбцу журнала")
    thresholds: Numbers = Field(
        {}, description="с какого среднего какая отметка, например { 5 = 4.6, 4 = 3.6 }"
    )
    rounding: Rounding = Field("half_up", description="как округлять, если порогов нет")
    digits: int = Field(
        2, ge=0, le=4, description="до скольких знаков округлить среднее перед сравнением с порогом"
    )
    tie_break: Codes = Field(frozenset(), description="вид работы, который решает спорную отметку")
    tie_within: float = Field(
        0.0, ge=0, le=1, description="насколько близко к порогу отметка считается спорной"
    )
    tie_by: Literal["last", "mean"] = Field(
        "mean", description="решает последняя такая работа или среднее за них"
    )
    not_counted: Codes = Field(frozenset(), description="виды работ и знаки, которые не считаются")
    values: Numbers = Field({}, description="сколько стоит знак, если он не число")
    min_parts: int = Field(0, ge=0, le=200, description="меньше стольких отметок — нельзя аттестовать")
    not_attested: str = Field(NOT_ATTESTED, description="знак «не аттестован»")
    shares: tuple[Share, ...] = Field((), description="доли групп работ")
    missing: Literal["redistribute", "zero", "block"] = Field(
        "redistribute",
        description="группа без отметок: redistribute — доля переходит другим, zero — ноль, block — не аттестован",
    )
    tolerance: float = Field(0.0, ge=0, le=100, description="насколько итог может отличаться от вычисленного")
    ceilings: tuple[Ceiling, ...] = Field(
        (),
        description="выше чего не ставят: { at_most, marks, work, count }, «пятёрки нет, если за контрольную двойка»",
    )

    @field_validator("thresholds")
    @classmethod
    def _in_order(cls, value: dict[str, float]) -> dict[str, float]:
        rising(value)
        return value

    @field_validator("shares")
    @classmethod
    def _whole(cls, value: tuple[Share, ...]) -> tuple[Share, ...]:
        if value and abs(sum(share.share for share in value) - 100) > 0.01:
            total = said_number(sum(share.share for share in value))
            raise ValueError(f"доли групп вместе должны составлять 100 процентов, а составляют {total}")
        return value


class CompositeMark(TermMark):
    """A term mark of shares: the same, with the shares named."""

    shares: tuple[Share, ...] = Field(
        min_length=1, description="группы работ и их доли: { work, share, title }"
    )


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the act computes: the mean, the mark, whether it is a near thing, and how it came about."""

    mean: float | None
    counted: int
    symbol: str
    """Empty: nothing can be said."""
    is_edge: bool
    why: str


class Formula:
    """The rule that computes the term mark at a place, ready to be asked for many students."""

    __slots__ = ("_excluded", "_steps", "_weights", "nested", "params", "rule")

    def __init__(self, rule: Rule[Any], bench: Bench) -> None:
        self.rule, self.params = rule, rule.params
        self.nested = nested_works(bench)
        self._excluded = self.params.not_counted
        self._weights: dict[str, float | None] = {}
        thresholds = self.params.thresholds
        if not thresholds:
            scale = scale_at(bench, "lesson")
            thresholds = scale.params.bands if scale is not None else {}
        self._steps = sorted(((least, symbol) for symbol, least in thresholds.items()), reverse=True)

    def _is(self, work: str, named: frozenset[str]) -> bool:
        return "all" in named or work in named or bool(self.nested.get(work, frozenset()) & named)

    def weight(self, work: str, own: float) -> float:
        """What a mark of this kind of work weighs; 0: it does not count."""
        if self._excluded and self._is(work, self._excluded):
            return 0.0
        if self.params.mean == "plain":
            return 1.0
        if work in self.params.weights:
            return self.params.weights[work]
        wider = [
            self.params.weights[code] for code in self.nested.get(work, ()) if code in self.params.weights
        ]
        return wider[0] if wider else own

    def worth(self, symbol: str) -> float | None:
        """What a symbol is worth; None when it does not count."""
        if symbol in self._excluded:
            return None
        if symbol in self.params.values:
            return self.params.values[symbol]
        try:
            number = float(symbol.replace(",", "."))
        except ValueError:
            return None
        return number if math.isfinite(number) else None

    def propose(self, marks: Iterable[MarkFact]) -> Proposal:
        """The outcome of a student's marks of a term."""
        counted = [
            (worth, weight, mark)
            for mark in marks
            if (weight := self.weight(mark.work, mark.weight)) > 0
            and (worth := self.worth(mark.value)) is not None
        ]
        mean, gap = self._shared(counted) if self.params.shares else (_mean(counted), "")
        if len(counted) < self.params.min_parts:
            few = f"отметок {len(counted)}, нужно не меньше {self.params.min_parts}"
            return Proposal(mean, len(counted), self.params.not_attested, False, few)
        if gap:
            return Proposal(mean, len(counted), self.params.not_attested, False, gap)
        if mean is None:
            return Proposal(None, 0, "", False, "отметок нет")
        return self._under(self._marked(mean, counted), counted)

    def _under(self, found: Proposal, counted: Sequence[tuple[float, float, MarkFact]]) -> Proposal:
        """The outcome lowered to the ceilings its marks bring with them."""
        for ceiling in self.params.ceilings:
            own, most = self.worth(found.symbol), self.worth(ceiling.at_most)
            met = [
                one[2]
                for one in counted
                if one[2].value in ceiling.marks and self._is(one[2].work, ceiling.work)
            ]
            if own is None or most is None or own <= most or len(met) < ceiling.count:
                continue
            named = f"{work_words([met[-1].work])} — «{met[-1].value}»"
            why = f"{found.why}, но не выше «{ceiling.at_most}»: {named}"
            found = replace(found, symbol=ceiling.at_most, why=why)
        return found

    def steps(self, finals: tuple[str, ...]) -> dict[str, Any]:
        """What a page needs to keep its pencil in step while marks are typed; not ``exact``: it asks the server."""
        params = self.params
        steps = [[least, symbol] for least, symbol in self._steps]
        if not steps and params.rounding in ("half_up", "down"):
            off = 0.5 if params.rounding == "half_up" else 0.0
            steps = sorted(
                ([number - off, name] for name in finals if (number := number_of(name))), reverse=True
            )
        return {
            "exact": bool(steps)
            and not (params.shares or params.tie_break or params.values or params.ceilings),
            "steps": steps,
            "digits": params.digits if self._steps else 6,
            "least": params.min_parts,
            "none": params.not_attested,
            "near": params.tie_within,
        }

    def _shared(self, counted: Sequence[tuple[float, float, MarkFact]]) -> tuple[float | None, str]:
        total = used = 0.0
        for group in self.params.shares:
            mean = _mean([one for one in counted if self._is(one[2].work, group.work)])
            if mean is None:
                if self.params.missing == "block":
                    return None, f"нет отметок: {group.title or work_words(sorted(group.work))}"
                if self.params.missing == "redistribute":
                    continue
                mean = 0.0
            total += mean * group.share
            used += group.share
        return (total / used if used else None), ""

    def _marked(self, mean: float, counted: Sequence[tuple[float, float, MarkFact]]) -> Proposal:
        exact = rounded(mean, self.params.digits, "half_up")
        shown = f"{'среднее' if not self.params.shares else 'итог по долям'} {said_number(exact)}"
        if not self._steps:
            symbol = str(int(rounded(mean, 0, self.params.rounding)))
            edge = abs(mean - math.floor(mean) - 0.5) <= 0.05
            return Proposal(mean, len(counted), symbol, edge, shown)
        if exact < self._steps[-1][0]:
            return Proposal(mean, len(counted), "", False, f"{shown} — ниже всех порогов")
        place = next(n for n, (least, _) in enumerate(self._steps) if exact >= least)
        near = [
            n for n, (least, _) in enumerate(self._steps[:-1]) if abs(exact - least) <= self.params.tie_within
        ]
        if self.params.tie_break and near:
            judges = [one for one in counted if self._is(one[2].work, self.params.tie_break)]
            if judges:
                decides = judges[-1][0] if self.params.tie_by == "last" else _mean(judges) or 0.0
                border = near[0]
                place = border if decides >= self._steps[border][0] else border + 1
                shown += f", спор решает {listed(map(_title, sorted(self.params.tie_break)))}: {said_number(decides)}"
        return Proposal(mean, len(counted), self._steps[place][1], bool(near), shown)


def _mean(counted: Sequence[tuple[float, float, MarkFact]]) -> float | None:
    weight = sum(one[1] for one in counted)
    return sum(one[0] * one[1] for one in counted) / weight if weight else None


def rounded(number: float, digits: int, how: str) -> float:
    """A number to so many digits, by the name of a way of rounding."""
    return float(Decimal(repr(round(number, 9))).quantize(Decimal(1).scaleb(-digits), rounding=_ROUND[how]))


def said_number(number: float) -> str:
    """A number as people write it: «4,6»."""
    return f"{number:.4f}".rstrip("0").rstrip(".").replace(".", ",")


def formula_of(bench: Bench) -> Formula | None:
    """The formula of the narrowest and latest act at a place; None when no act computes the mark, or none is given."""

    def find() -> Formula | None:
        rules = bench.of("term_mark") + bench.of("composite_mark")
        if not rules or is_unmarked(bench):
            return None
        narrowest = max(rules, key=lambda rule: (rule.entry.breadth, rules.index(rule)))
        return Formula(narrowest, bench)

    return bench.memo("term_formula", find)  # type: ignore[no-any-return]


def _title(work: str) -> str:
    return WORKS.get(work, (work,))[0].lower()


def _says(params: TermMark) -> str:
    if params.shares:
        groups = listed(
            f"{share.title or work_words(sorted(share.work))} — {said_number(share.share)} %"
            for share in params.shares
        )
        words = f"отметка за период складывается из долей: {groups}"
        words += {"redistribute": "", "zero": "; без отметок группа стоит ноль",
                  "block": "; без отметок в группе не аттестуют"}[params.missing]  # fmt: skip
    elif params.mean == "plain":
        words = "отметка за период — среднее арифметическое отметок"
    else:
        words = "отметка за период — среднее с весами"
        if params.weights:
            words += (
                " (" + ", ".join(f"{_title(w)} {said_number(n)}" for w, n in params.weights.items()) + ")"
            )
    if params.not_counted:
        words += f"; не считаются: {', '.join(_title(one) for one in sorted(params.not_counted))}"
    if params.thresholds:
        steps = sorted(params.thresholds.items(), key=lambda pair: -pair[1])
        words += "; " + ", ".join(f"«{symbol}» от {said_number(least)}" for symbol, least in steps)
    else:
        words += f"; округление {ROUND_WORDS[params.rounding]}"
    if params.tie_break:
        words += f"; спорную отметку решает {listed(_title(one) for one in sorted(params.tie_break))}"
    for one in params.ceilings:
        times = f" ({one.count} и больше)" if one.count > 1 else ""
        works = "" if "all" in one.work else f" за {work_words(sorted(one.work))}"
        words += f"; не выше «{one.at_most}», если есть {quoted(one.marks)}{works}{times}"
    if params.min_parts:
        words += f"; меньше {params.min_parts} отметок — «{params.not_attested}»"
    return words


def _differs(rule: Rule[Any], bench: Bench) -> Ask:
    params = rule.params
    formula = Formula(rule, bench)

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        chosen = formula_of(bench)
        if act.evidence is None or chosen is None or chosen.rule is not rule:
            return None
        if act.term is not None and act.term.kind == "year":
            return None
        proposal = formula.propose(act.evidence.marks)
        if not proposal.symbol or act.new == proposal.symbol:
            return None
        worth, own = formula.worth(act.new), formula.worth(proposal.symbol)
        if (
            worth is not None
            and own is not None
            and params.tolerance
            and abs(worth - own) <= params.tolerance
        ):
            return None
        return Breach(
            f"По отметкам периода выходит «{proposal.symbol}»: {proposal.why}.",
            f"Поставить «{act.new}» можно, если это допускает положение.",
            (WayOut.OTHER_VALUE,),
        )

    return ask


rule_kind(
    "term_mark",
    9,
    TermMark,
    title="Отметка за период",
    says=_says,
    facts={"final"},
    verbs={"record", "correct"},
    on_breach="remark",
    needs={"marks"},
)(_differs)
rule_kind(
    "composite_mark",
    9,
    CompositeMark,
    title="Отметка за период по долям",
    says=_says,
    facts={"final"},
    verbs={"record", "correct"},
    on_breach="remark",
    needs={"marks"},
)(_differs)


# --- how far a final may stand from its marks ----------------------------------------------------------------------


class FinalMarkVsMarks(Params):
    """The widest gap between a final and the mean of its marks."""

    measure: Literal["average"] = Field(
        "average", description="с чем сравнивают: average — среднее с весами журнала"
    )
    max_gap: float = Field(ge=0, le=100, description="наибольшая разница")
    min_marks: int = Field(1, ge=1, le=200, description="при скольких отметках сравнивают")
    few: Literal["pass", "breach"] = Field(
        "pass", description="если отметок меньше: pass — не сравнивать, breach — это тоже нарушение"
    )


@rule_kind(
    "final_mark_vs_marks",
    9,
    FinalMarkVsMarks,
    title="Итог согласуется с отметками",
    says=lambda p: (
        f"итоговая отметка отличается от среднего не больше чем на {said_number(p.max_gap)}"
        + ("" if p.few == "breach" else ", ")
        + ("; " if p.few == "breach" else "если ")
        + f"отметок не меньше {p.min_marks}"
    ),
    facts={"final"},
    verbs={"record", "correct"},
    on_breach="finding",
    needs={"marks"},
)
def final_mark_vs_marks(rule: Rule[FinalMarkVsMarks], bench: Bench) -> Ask:
    """A final far from the mean of its marks, when there are enough of them."""
    params = rule.params

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        if act.evidence is None or (act.term is not None and act.term.kind == "year"):
            return None
        counted = [
            (number, mark.weight)
            for mark in act.evidence.marks
            if (number := number_of(mark.value)) is not None
        ]
        weight = sum(weight for _, weight in counted)
        mean = sum(number * weight for number, weight in counted) / weight if weight else None
        found = final_differs(params, act.new, len(counted), mean)
        if not found:
            return None
        allowed = f"Разница не должна быть больше {said_number(params.max_gap)}."
        if len(counted) < params.min_marks:
            allowed = f"Отметок должно быть не меньше {params.min_marks}."
        return Breach(f"{found}.", allowed, (WayOut.OTHER_VALUE,))

    return ask


def final_differs(params: FinalMarkVsMarks, value: str, count: int, mean: float | None) -> str:
    """What a final has against it, with the numbers: «Итоговая «5», а среднее — 3,2»; empty when nothing."""
    final = number_of(value)
    if final is None:
        return ""
    if count < params.min_marks or mean is None:
        if params.few == "pass":
            return ""
        return f"Итоговая «{value}», а отметок {count}"
    if abs(final - mean) <= params.max_gap + 1e-9:
        return ""
    return f"Итоговая «{value}», а среднее — {said_number(rounded(mean, 2, 'half_up'))}"


def number_of(symbol: str) -> float | None:
    """The number that a symbol is; None where it is no number."""
    try:
        number = float(symbol.replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


# --- enough marks -----------------------------------------------------------------------------------------------------


def _density(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    if value.get("by") != "term_weeks":
        raise ValueError("таблица нормы идёт по «grade», «weekly_hours» или «term_weeks»")
    rows = {}
    for row, number in value.items():
        if row == "by":
            continue
        words = str(row).strip()
        if not words.rstrip("+").isdigit() or isinstance(number, bool) or not isinstance(number, int):
            raise ValueError(
                f'строка «{row}»: недели и число отметок, например {{ by = "term_weeks", "8" = 5 }}'
            )
        rows[int(words.rstrip("+"))] = number
    if not rows:
        raise ValueError("в таблице нет ни одной строки")
    return tuple(sorted(rows.items()))


def _schedule(value: object) -> object:
    """Lines «предмет месяц число» as (subject, (month, marks)…); «все» stands for subjects that have no line."""
    if not isinstance(value, list | tuple):
        raise ValueError(
            'график — список строк «предмет месяц число», например ["все 09 2", "Математика 09 3"]'
        )
    found: dict[str, dict[int, int]] = {}
    for item in value:
        words = str(item).rsplit(maxsplit=2)
        if len(words) != 3 or not words[1].isdigit() or not 1 <= int(words[1]) <= 12:
            raise ValueError(
                f"«{item}»: нужны предмет (или «все»), месяц от 01 до 12 и число отметок: «Математика 09 3»"
            )
        if not words[2].isdigit() or int(words[2]) > 60:
            raise ValueError(f"«{item}»: число отметок — целое от 0 до 60")
        found.setdefault(words[0], {})[int(words[1])] = int(words[2])
    return tuple((name, tuple(sorted(months.items()))) for name, months in sorted(found.items()))


class MarkDensity(Params):
    """How many marks a student has by the end of the window, and what follows when there are fewer."""

    norm: Annotated[int | tuple[tuple[int, int], ...] | None, BeforeValidator(_density)] = Field(
        None,
        description="сколько отметок: число или таблица по часам в неделю, классам, неделям периода (term_weeks)",
    )
    window: Literal["term", "quarter", "half_year", "trimester", "semester", "year"] = Field(
        "term", description="за какой период"
    )
    work: Codes = Field(frozenset({"all"}), description="какие виды работ считаются")
    consequence: Literal["", "not_attested", "extra_work", "council"] = Field(
        "",
        description="что следует: not_attested — не аттестован, extra_work — дать работу, council — решает совет",
    )
    symbols: Texts = Field((NOT_ATTESTED,), description="знаки, которые тогда можно поставить")
    max_gap: int | None = Field(
        None, ge=1, le=200, description="самый длинный промежуток без отметок, уроков"
    )
    warn: Dur = Field(
        parse_duration("14d"), description="за сколько до конца периода называть тех, кому отметок не хватает"
    )
    schedule: Annotated[tuple[tuple[str, tuple[tuple[int, int], ...]], ...], BeforeValidator(_schedule)] = (
        Field(
            (),
            description='график, строки «предмет месяц число»: ["все 09 2", "все 10 2", "Математика 09 3"]',
        )
    )
    gap_in: Literal["lessons", "days"] = Field(
        "lessons", description="в чём промежуток: lessons — в уроках, days — в днях с уроками"
    )

    def due_by(self, names: Collection[str], first: date, until: date, on: date) -> int:
        """How many marks the schedule wants by the end of `on`: of the months that have ended since `first`.

        `until` is the day after the term's last one; in its last month the schedule is owed on the last day.
        """
        rows = next((rows for name, rows in self.schedule if name in names), None)
        if rows is None:
            rows = next((rows for name, rows in self.schedule if name == "все"), ())
        due, day = 0, first.replace(day=1)
        while day < until:
            after = (day + timedelta(days=31)).replace(day=1)
            if min(after, until) <= on + timedelta(days=1):
                due += dict(rows).get(day.month, 0)
            day = after
        return due

    def least(self, weeks: int) -> int:
        """The norm of a term of so many weeks."""
        if isinstance(self.norm, int):
            return self.norm
        if self.norm is None:
            return 0
        reached = [number for row, number in self.norm if row <= weeks]
        return reached[-1] if reached else self.norm[0][1]


_CONSEQUENCE = {
    "": "",
    "not_attested": "; иначе ученик не аттестован",
    "extra_work": "; иначе дают дополнительную работу",
    "council": "; иначе решает педагогический совет",
}


def _says_density(params: MarkDensity) -> str:
    words = []
    if params.norm is not None:
        words.append(
            f"к концу периода у ученика не меньше {_norm_words(params)}{_CONSEQUENCE[params.consequence]}"
        )
    if params.max_gap is not None:
        words.append(f"без отметки ученик остаётся не больше {gap_words(params)} подряд")
    if params.schedule:
        words.append("отметки накапливаются по графику")
    return "; ".join(words) or "отметки ставят систематически"


def gap_words(params: MarkDensity) -> str:
    """The longest gap in words: «5 уроков», «1 дня»."""
    forms = ("дня", "дней", "дней") if params.gap_in == "days" else ("урока", "уроков", "уроков")
    return f"{params.max_gap} {plural(params.max_gap or 0, *forms)}"


def _norm_words(params: MarkDensity) -> str:
    if params.norm is None:
        return ""
    if isinstance(params.norm, int):
        return f"{params.norm} {plural(params.norm, 'отметки', 'отметок', 'отметок')}"
    return ", ".join(f"{number} при {weeks} неделях" for weeks, number in params.norm)


@rule_kind(
    "mark_density",
    2,
    MarkDensity,
    title="Сколько отметок нужно",
    says=_says_density,
    facts={"final"},
    verbs={"record", "correct"},
    on_breach="finding",
    needs={"marks"},
)
def mark_density(rule: Rule[MarkDensity], bench: Bench) -> Ask:
    """A final with too few marks under it, unless it is the mark of the consequence."""
    params = rule.params
    nested = nested_works(bench)

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        term = act.term
        if params.norm is None:
            return None
        if act.evidence is None or term is None or is_unmarked(bench, act.on) or act.new in params.symbols:
            return None
        if params.window not in ("term", term.kind) or (params.window == "term" and term.kind == "year"):
            return None
        weeks = round((term.until - term.starts).days / 7) if term.starts and term.until else 0
        norm = params.least(weeks)
        found = [
            mark
            for mark in act.evidence.marks
            if "all" in params.work
            or mark.work in params.work
            or nested.get(mark.work, frozenset()) & params.work
        ]
        if len(found) >= norm:
            return None
        allowed = f"Тогда ставят {quoted(params.symbols)}." if params.consequence == "not_attested" else ""
        return Breach(
            f"Отметок {len(found)}, а нужно не меньше {norm}.",
            allowed or "Дайте ученику ещё одну работу." * (params.consequence == "extra_work"),
            (WayOut.OTHER_VALUE,),
        )

    return ask
