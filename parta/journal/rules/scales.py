"""Scales of points and per cents with bands: several may stand in one school, by grade and subject (shape 3)."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from parta.journal.rules.acts import Act
from parta.regulation.durations import Calendar
from parta.regulation.judge import Bench, Rule
from parta.regulation.registry import Ask, Breach, Params, Texts, disputes, rule_kind
from parta.regulation.verdict import WayOut

__all__ = ["MarkScale", "scale_at"]

MOST_STEPS = 1000


def _bands(value: object) -> object:
    return {str(symbol): least for symbol, least in value.items()} if isinstance(value, Mapping) else value


def _said(number: float) -> str:
    return f"{number:g}".replace(".", ",")


class MarkScale(Params):
    """A scale of numbers: from, to, step, and the marks its bands stand for."""

    name: str = Field(description="название: «стобалльная», «баллы ОГЭ»")
    range: tuple[float, float] = Field(description="от скольких до скольких: [0, 100]")
    step: float = Field(1.0, gt=0, le=1000, description="шаг: 1, 0.5")
    bands: Annotated[dict[str, float], BeforeValidator(_bands)] = Field(
        {}, description="какой отметке сколько соответствует: { 5 = 85, 4 = 70, 3 = 50, 2 = 0 }"
    )
    passing: float | None = Field(None, alias="pass", description="с какого числа результат положительный")
    in_average: bool = Field(True, description="входит ли в среднее")
    cell: Literal["lesson", "final"] = Field(
        "lesson", description="в какой клетке: lesson — урок, final — итог"
    )
    also: Texts = Field((), description="какие ещё знаки допустимы: «н/а», «зачёт»")

    @model_validator(mode="after")
    def _sound(self) -> "MarkScale":
        low, high = self.range
        if high <= low:
            raise ValueError("наибольшее число шкалы должно быть больше наименьшего")
        if (high - low) / self.step > MOST_STEPS:
            raise ValueError(f"в шкале больше {MOST_STEPS} ступеней: увеличьте шаг")
        if low < 0 or high > 100_000:
            raise ValueError("шкала лежит между 0 и 100000")
        outside = [name for name, least in self.bands.items() if not low <= least <= high]
        if outside:
            raise ValueError(f"граница отметки «{outside[0]}» вне шкалы")
        steps = sorted(self.bands.items(), key=lambda pair: pair[1])
        for (lower, one), (upper, two) in pairwise(steps):
            if one == two:
                raise ValueError(
                    f"полосы «{lower}» и «{upper}» начинаются с одного числа {_said(one)}: они перекрываются"
                )
            if lower.isdigit() and upper.isdigit() and int(lower) > int(upper):
                raise ValueError(f"полоса «{lower}» ниже полосы «{upper}»: чем выше отметка, тем выше число")
        if steps and steps[0][1] > low:
            raise ValueError(
                f"от {_said(low)} до {_said(steps[0][1])} полосы нет: "
                f"у низшей отметки «{steps[0][0]}» граница {_said(low)}"
            )
        return self

    def facts(self) -> frozenset[str]:
        """Marks of a lesson, or term marks."""
        return frozenset({"mark"}) if self.cell == "lesson" else frozenset({"final"})

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every number of the scale as it is written, the highest first, then the other symbols."""
        low, high = self.range
        steps = int((high - low) / self.step + 1e-9)
        numbers = [f"{round(low + n * self.step, 6):g}" for n in range(steps, -1, -1)]
        return (*numbers, *self.also)

    def band(self, number: float) -> str:
        """The mark a number stands for; empty when the scale has no bands."""
        steps = sorted(((least, symbol) for symbol, least in self.bands.items()), reverse=True)
        return next((symbol for least, symbol in steps if number >= least), steps[-1][1] if steps else "")


def _says(params: MarkScale) -> str:
    low, high = params.range
    words = f"здесь шкала «{params.name}»: от {_said(low)} до {_said(high)}, шаг {_said(params.step)}"
    if params.bands:
        steps = sorted(params.bands.items(), key=lambda pair: -pair[1])
        words += "; " + ", ".join(f"«{symbol}» от {_said(least)}" for symbol, least in steps)
    if params.passing is not None:
        words += f"; положительный результат от {_said(params.passing)}"
    return words + ("" if params.in_average else "; в среднее не входит")


@rule_kind(
    "mark_scale",
    3,
    MarkScale,
    title="Шкала отметок",
    says=_says,
    facts={"mark", "final"},
    verbs={"record", "correct"},
)
def mark_scale(rule: Rule[MarkScale], bench: Bench) -> Ask:
    """A value outside the scale of the place is refused; the narrowest scale counts."""
    params = rule.params
    allowed = frozenset(params.symbols)
    low, high = params.range
    hint = f"Шкала «{params.name}»: от {_said(low)} до {_said(high)}, шаг {_said(params.step)}."

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        chosen = scale_at(bench, params.cell)
        if chosen is not rule or act.new in allowed:
            return None
        if "/" in act.new and act.fact == "mark" and all(part in allowed for part in act.new.split("/")):
            return None
        return Breach(f"«{act.new}» нет в шкале.", hint, (WayOut.OTHER_VALUE,))

    return ask


@disputes("mark_scale")
def _two_scales(higher: MarkScale, lower: MarkScale, equal: bool) -> str:
    if higher.cell != lower.cell or (higher.range, higher.step) == (lower.range, lower.step):
        return ""
    return f"шкала «{lower.name}», а там «{higher.name}»"


def scale_at(bench: Bench, cell: str) -> Rule[MarkScale] | None:
    """The scale of a kind of cell at a place: the narrowest, of equally narrow ones the latest; None: no act says."""
    wanted = "lesson" if cell == "lesson" else "final"

    def find() -> Rule[MarkScale] | None:
        rules = [rule for rule in bench.of("mark_scale") if rule.params.cell == wanted]
        return max(rules, key=lambda rule: (rule.entry.breadth, rules.index(rule))) if rules else None

    return bench.memo(("mark_scale", wanted), find)  # type: ignore[no-any-return]
