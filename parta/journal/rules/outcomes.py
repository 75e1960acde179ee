"""Finals and the marks under them (shape 9): the term mark out of marks, and how far a final may differ."""

from typing import Any, Literal

from pydantic import Field

from parta.journal.rules.acts import Act
from parta.journal.rules.formula import (
    ROUND_WORDS,
    CompositeMark,
    Formula,
    TermMark,
    formula_of,
    number_of,
    rounded,
    said_number,
)
from parta.journal.rules.wording import listed, quoted, work_name, work_words
from parta.regulation.durations import Calendar
from parta.regulation.judge import Bench, Rule
from parta.regulation.registry import Ask, Breach, Params, rule_kind
from parta.regulation.verdict import WayOut

__all__ = ["FinalMarkVsMarks", "final_differs"]


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
                " (" + ", ".join(f"{work_name(w)} {said_number(n)}" for w, n in params.weights.items()) + ")"
            )
    if params.not_counted:
        words += f"; не считаются: {', '.join(work_name(one) for one in sorted(params.not_counted))}"
    if params.thresholds:
        steps = sorted(params.thresholds.items(), key=lambda pair: -pair[1])
        words += "; " + ", ".join(f"«{symbol}» от {said_number(least)}" for symbol, least in steps)
    else:
        words += f"; округление {ROUND_WORDS[params.rounding]}"
    if params.tie_break:
        words += f"; спорную отметку решает {listed(work_name(one) for one in sorted(params.tie_break))}"
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
        if any(act.new in other.params.symbols for other in bench.of("not_attested")):
            return None  # another rule says when it may be given
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
