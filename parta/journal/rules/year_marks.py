"""The year's mark (or the half-year's) out of the marks of shorter terms and of exams (shape 9)."""

import math
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from parta.journal.rules.acts import Act
from parta.journal.rules.evidence import Evidence, PartFact
from parta.journal.rules.formula import (
    ROUND_WORDS,
    Numbers,
    Rounding,
    number_of,
    rising,
    rounded,
    said_number,
)
from parta.journal.rules.wording import listed, quoted, work_name
from parta.journal.rules.works import nested_works
from parta.regulation.durations import Calendar
from parta.regulation.judge import Bench, Rule
from parta.regulation.registry import Ask, Breach, Codes, Params, Texts, disputes, rule_kind
from parta.regulation.verdict import WayOut

__all__ = ["COMPUTED", "FinalMark", "Part"]

COMPUTED = frozenset({"term_mark", "composite_mark", "final_mark", "not_attested"})
"""Kinds by which an act says what a final is to be."""

_TERMS = {
    "all": "отметки за периоды", "quarter": "четвертные", "trimester": "триместровые", "module": "за модули",
    "half_year": "полугодовые", "semester": "семестровые",
}  # fmt: skip


class Part(BaseModel):
    """One of the things the outcome is made of: the marks of terms of a kind, or those of works."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    terms: str = Field("", description="отметки за какие периоды: quarter, trimester, half_year… или all")
    number: int | None = Field(
        None, ge=1, le=12, description="только за период с этим номером: третий модуль — 3"
    )
    work: Codes = Field(frozenset(), description="или отметки за какие работы: exam")
    share: float = Field(gt=0, le=100, description="доля в процентах")
    bands: Numbers = Field({}, description="какой отметке сколько баллов соответствует, если это баллы")
    required: bool = Field(True, description="без этой части итога нет; false — её доля переходит другим")
    title: str = Field("", description="название части")

    @model_validator(mode="after")
    def _one_of(self) -> "Part":
        if bool(self.terms) == bool(self.work):
            raise ValueError("у части — либо terms (периоды), либо work (работы)")
        if self.number is not None and self.terms in ("", "all"):
            raise ValueError("number — номер периода: назовите, каких периодов, например terms = trimester")
        return self

    def words(self) -> str:
        """«экзамен», «четвертные»."""
        if self.title:
            return self.title
        if self.number is not None:
            return f"{self.number}-й период ({_TERMS.get(self.terms, self.terms)})"
        if self.terms:
            return _TERMS.get(self.terms, self.terms)
        return listed(work_name(work) for work in sorted(self.work))


class FinalMark(Params):
    """The year's mark (or the half-year's) out of the marks of shorter terms and of exams."""

    period: Literal["year", "half_year"] = Field("year", description="какая итоговая отметка")
    parts: tuple[Part, ...] = Field(
        (),
        description="из чего складывается: { terms или work, share, bands, required, title }; иначе — из периодов",
    )
    rounding: Rounding = Field("half_up", description="как округлять среднее")
    thresholds: Numbers = Field({}, description="с какого среднего какая отметка; без них — округление")
    min_parts: int = Field(1, ge=1, le=12, description="из скольких отметок за периоды, не меньше")
    cap: Literal["", "last", "best", "exam"] = Field(
        "",
        description="не выше: last — последней, best — лучшей из них, exam — отметки за экзамен (часть с work)",
    )
    veto: Texts = Field((), description="если среди них есть такой знак, положительной отметки нет")
    passing: Texts = Field((), alias="pass", description="какие отметки положительные")
    tolerance: float = Field(0.0, ge=0, le=100, description="насколько итог может отличаться от вычисленного")
    tie_break: Literal["", "last", "exam"] = Field(
        "", description="что решает спорную отметку: last — за последний период, exam — за экзамен"
    )
    tie_within: float = Field(
        0.0, ge=0, le=1, description="насколько близко к границе отметка считается спорной"
    )

    @model_validator(mode="after")
    def _whole(self) -> "FinalMark":
        if self.parts and abs(sum(part.share for part in self.parts) - 100) > 0.01:
            total = said_number(sum(part.share for part in self.parts))
            raise ValueError(f"доли частей вместе должны составлять 100 процентов, а составляют {total}")
        for name in ("cap", "tie_break"):
            if getattr(self, name) == "exam" and not any(part.work for part in self.parts):
                raise ValueError(f"{name} = exam: среди parts нет части с work")
        rising(self.thresholds)
        return self

    def needs(self) -> frozenset[str]:
        """Marks of works, where a part is made of them."""
        return frozenset({"marks"}) if any(part.work for part in self.parts) else frozenset()


_CAPS = {"last": "последней из них", "best": "лучшей из них", "exam": "отметки за экзамен"}


def _says(params: FinalMark) -> str:
    words = "годовая" if params.period == "year" else "полугодовая"
    if params.parts:
        parts = listed(f"{part.words()} — {said_number(part.share)} %" for part in params.parts)
        words += f" отметка складывается из долей: {parts}"
    else:
        words += " отметка — среднее отметок за периоды"
    if params.thresholds:
        steps = sorted(params.thresholds.items(), key=lambda pair: -pair[1])
        words += "; " + ", ".join(f"«{symbol}» от {said_number(least)}" for symbol, least in steps)
    else:
        words += f", округление {ROUND_WORDS[params.rounding]}"
    if params.tie_break:
        words += "; спорную решает " + ("экзамен" if params.tie_break == "exam" else "последний период")
    if params.cap:
        words += f"; не выше {_CAPS[params.cap]}"
    if params.veto:
        words += f"; если есть {quoted(params.veto)}, положительной отметки не ставят"
    return words


@rule_kind(
    "final_mark",
    9,
    FinalMark,
    title="Годовая отметка",
    says=_says,
    facts={"final"},
    verbs={"record", "correct"},
    on_breach="remark",
    needs={"finals"},
)
def final_mark(rule: Rule[FinalMark], bench: Bench) -> Ask:
    """A year's mark other than its parts give, above its cap or under a veto."""
    params = rule.params
    nested = nested_works(bench)

    def worth(part: Part, symbol: str) -> float | None:
        number = number_of(symbol)
        if number is None or not part.bands:
            return number
        steps = sorted(((least, name) for name, least in part.bands.items()), reverse=True)
        return number_of(next((name for least, name in steps if number >= least), steps[-1][1]))

    def numbers(part: Part, facts: Evidence) -> list[float]:
        if part.terms:
            found = [
                worth(part, one.value)
                for one in facts.parts
                if part.terms in ("all", one.kind) and part.number in (None, one.number)
            ]
        else:
            found = [
                worth(part, mark.value)
                for mark in facts.marks
                if mark.work in part.work or nested.get(mark.work, frozenset()) & part.work
            ]
        return [number for number in found if number is not None]

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        if act.evidence is None or act.term is None or act.term.kind != params.period:
            return None
        facts = act.evidence
        barred = _barred(params, facts.parts, act.new)
        if barred is not None:
            return barred
        final = number_of(act.new)
        made = [(part, numbers(part, facts)) for part in params.parts or (_ALL,)]
        of_terms = [number for part, found in made if part.terms for number in found]
        if final is None or len(of_terms) < params.min_parts:
            return None
        exams = [number for part, found in made if part.work for number in found]
        top = {
            "last": of_terms[-1:],
            "best": [max(of_terms)] if of_terms else [],
            "exam": exams[-1:],
            "": [],
        }[params.cap]
        if top and final > top[0]:
            return Breach(
                f"Итоговая «{act.new}» выше, чем «{said_number(top[0])}».",
                f"Она не выше {_CAPS[params.cap]}.",
                (WayOut.OTHER_VALUE,),
            )
        lacking = [part.words() for part, found in made if not found and part.required]
        if lacking:
            return Breach(
                f"Нет того, из чего складывается итог: {listed(lacking)}.", "", (WayOut.OTHER_VALUE,)
            )
        used = [(part.share, sum(found) / len(found)) for part, found in made if found]
        mean = sum(share * number for share, number in used) / sum(share for share, _ in used)
        judge = {"last": of_terms[-1:], "exam": exams[-1:], "": []}[params.tie_break]
        symbol, decided = _symbol(params, mean, judge[0] if judge else None)
        if act.new == symbol or (
            params.tolerance and abs(final - (number_of(symbol) or 0)) <= params.tolerance
        ):
            return None
        return Breach(
            f"{_why(params, facts.parts, made, mean)} выходит «{symbol}»{decided}.",
            f"Поставить «{act.new}» можно, если это допускает положение.",
            (WayOut.OTHER_VALUE,),
        )

    return ask


_ALL = Part.model_validate({"terms": "all", "share": 100})


def _barred(params: FinalMark, parts: tuple[PartFact, ...], new: str) -> Breach | None:
    barred = [part for part in parts if part.value in params.veto]
    final = number_of(new)
    if barred and (new in params.passing or (not params.passing and final is not None and final > 2)):
        return Breach(
            f"За период «{barred[0].title}» стоит «{barred[0].value}».",
            "Положительной итоговой отметки тогда не ставят.",
            (WayOut.OTHER_VALUE,),
        )
    return None


def _symbol(params: FinalMark, mean: float, judge: float | None) -> tuple[str, str]:
    """The mark a mean gives, and what is to be said of who decided it; `judge` decides near a border."""
    exact = rounded(mean, 2, "half_up")
    if not params.thresholds:
        border = math.floor(exact) + 0.5
        if judge is not None and abs(exact - border) <= params.tie_within + 1e-9:
            return str(int(math.floor(exact) + (judge >= border))), _decided(params, judge)
        return str(int(rounded(mean, 0, params.rounding))), ""
    steps = sorted(((least, symbol) for symbol, least in params.thresholds.items()), reverse=True)
    place = next((n for n, (least, _) in enumerate(steps) if exact >= least), len(steps) - 1)
    near = [n for n, (least, _) in enumerate(steps[:-1]) if abs(exact - least) <= params.tie_within + 1e-9]
    if judge is not None and near:
        return steps[near[0] if judge >= steps[near[0]][0] else near[0] + 1][1], _decided(params, judge)
    return steps[place][1], ""


def _decided(params: FinalMark, judge: float) -> str:
    who = "экзамен" if params.tie_break == "exam" else "последний период"
    return f": спор решает {who}, {said_number(judge)}"


def _why(
    params: FinalMark, parts: tuple[PartFact, ...], made: list[tuple[Part, list[float]]], mean: float
) -> str:
    if not params.parts:
        return f"По отметкам за периоды ({', '.join(part.value for part in parts)})"
    shown = "; ".join(
        f"{part.words()} {said_number(rounded(sum(found) / len(found), 2, 'half_up'))}"
        for part, found in made
        if found
    )
    return f"По частям ({shown}) — {said_number(rounded(mean, 2, 'half_up'))}, и"


@disputes("term_mark", "composite_mark", "final_mark")
def _two_ways(higher: Any, lower: Any, equal: bool) -> str:
    if getattr(higher, "period", "") != getattr(lower, "period", "") or higher == lower:
        return ""
    return "отметку вычисляют двумя способами"
