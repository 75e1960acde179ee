"""When a student is not attested: «н/а» is given under named conditions, and under them nothing else (shape 9)."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import Field, model_validator

from parta.journal.rules.acts import Act
from parta.journal.rules.evidence import Evidence
from parta.journal.rules.formula import NOT_ATTESTED, said_number
from parta.journal.rules.marks import is_unmarked
from parta.journal.rules.wording import quoted
from parta.regulation.durations import Calendar, plural
from parta.regulation.judge import Bench, Rule
from parta.regulation.registry import Ask, Breach, Params, Texts, disputes, rule_kind
from parta.regulation.verdict import WayOut

__all__ = ["NotAttested"]


class NotAttested(Params):
    """Which marks say «not attested», and what must be so before they are given."""

    symbols: Texts = Field((NOT_ATTESTED,), description="знаки, которыми это записывают")
    missed_over: float | None = Field(
        None, ge=0, lt=100, description="пропущено больше такой доли уроков периода, процентов"
    )
    marks_below: int | None = Field(
        None, ge=1, le=200, description="отметок за период меньше стольких; таблица по часам в неделю"
    )
    need: Literal["all", "any"] = Field(
        "all", description="all — нужно и то и другое, any — достаточно одного из условий"
    )
    then: Literal["may", "must"] = Field(
        "may", description="may — тогда этот знак можно ставить, must — тогда другой итоговой не ставят"
    )

    @model_validator(mode="after")
    def _names_one(self) -> "NotAttested":
        if self.missed_over is None and self.marks_below is None:
            raise ValueError("назовите хотя бы одно условие: missed_over или marks_below")
        return self

    def needs(self) -> frozenset[str]:
        """The marks, or the lessons missed, of the period."""
        return frozenset({"marks"} if self.marks_below is not None else ()) | (
            frozenset({"missed"}) if self.missed_over is not None else frozenset()
        )

    def words(self) -> str:
        """«пропущено больше 50 % уроков и отметок меньше 3»."""
        conditions = []
        if self.missed_over is not None:
            conditions.append(f"пропущено больше {said_number(self.missed_over)} % уроков периода")
        if self.marks_below is not None:
            conditions.append(f"отметок меньше {self.marks_below}")
        return (" и " if self.need == "all" else " или ").join(conditions)


def _says(params: NotAttested) -> str:
    words = f"{quoted(params.symbols)} ставят, только если {params.words()}"
    return words + ("; тогда другой итоговой отметки нет" if params.then == "must" else "")


def _met(params: NotAttested, facts: Evidence) -> list[bool]:
    met = []
    if params.missed_over is not None:
        met.append(
            bool(facts.term_hours) and facts.missed * 100 > params.missed_over * facts.term_hours + 1e-9
        )
    if params.marks_below is not None:
        met.append(len(facts.marks) < params.marks_below)
    return met


def _figures(params: NotAttested, facts: Evidence) -> str:
    words = []
    if params.missed_over is not None:
        lessons = plural(facts.term_hours, "урока", "уроков", "уроков")
        words.append(f"пропущено {facts.missed} из {facts.term_hours} {lessons}")
    if params.marks_below is not None:
        words.append(f"отметок {len(facts.marks)}")
    return ", ".join(words)


@rule_kind(
    "not_attested",
    9,
    NotAttested,
    title="Когда не аттестуют",
    says=_says,
    facts={"final"},
    verbs={"record", "correct"},
    on_breach="refuse",
)
def not_attested(rule: Rule[NotAttested], bench: Bench) -> Ask:
    """«Not attested» without its conditions; with «must», another mark although they are met."""
    params = rule.params

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        facts, term = act.evidence, act.term
        if facts is None or term is None or term.kind == "year" or is_unmarked(bench, act.on):
            return None
        if params.missed_over is not None and not facts.term_hours:
            return None  # nobody has read it, or there were no lessons: nothing can be said
        met = _met(params, facts)
        holds = all(met) if params.need == "all" else any(met)
        if act.new in params.symbols:
            if holds:
                return None
            return Breach(
                f"«{act.new}» здесь не ставят: {_figures(params, facts)}.",
                f"Её ставят, только если {params.words()}.",
                (WayOut.OTHER_VALUE,),
            )
        if params.then == "must" and holds:
            return Breach(
                f"Ученика не аттестуют: {_figures(params, facts)}.",
                f"Тогда ставят {quoted(params.symbols)}.",
                (WayOut.OTHER_VALUE,),
            )
        return None

    return ask


@disputes("not_attested")
def _two_borders(higher: Any, lower: Any, equal: bool) -> str:
    names: Sequence[str] = ("missed_over", "marks_below", "need")
    if set(higher.symbols).isdisjoint(lower.symbols):
        return ""
    differs = [name for name in names if getattr(higher, name) != getattr(lower, name)]
    return f"{lower.words()}, а там {higher.words()}" if differs else ""
