"""The computed term mark: the parameters an act gives and the formula that follows from them."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from parta.journal.rules.evidence import MarkFact
from parta.journal.rules.marks import is_unmarked
from parta.journal.rules.scales import scale_at
from parta.journal.rules.wording import listed, work_name, work_words
from parta.journal.rules.works import nested_works
from parta.regulation.judge import Bench, Rule
from parta.regulation.registry import Codes, Params, Texts

__all__ = [
    "NOT_ATTESTED",
    "ROUND_WORDS",
    "CompositeMark",
    "Formula",
    "Numbers",
    "Proposal",
    "Rounding",
    "TermMark",
    "formula_of",
    "number_of",
    "rising",
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
        return number_of(symbol)

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
                named = listed(map(work_name, sorted(self.params.tie_break)))
                shown += f", спор решает {named}: {said_number(decides)}"
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


def number_of(symbol: str) -> float | None:
    """The number that a symbol is; None where it is no number."""
    try:
        number = float(symbol.replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def formula_of(bench: Bench) -> Formula | None:
    """The formula of the narrowest and latest act at a place; None when no act computes the mark, or none is given."""

    def find() -> Formula | None:
        rules = bench.of("term_mark") + bench.of("composite_mark")
        if not rules or is_unmarked(bench):
            return None
        narrowest = max(rules, key=lambda rule: (rule.entry.breadth, rules.index(rule)))
        return Formula(narrowest, bench)

    return bench.memo("term_formula", find)  # type: ignore[no-any-return]
