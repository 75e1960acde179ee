"""Which of two marks counts when one was corrected or retaken (shape 9): said once, worked out when it is corrected."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Literal

from pydantic import Field

from parta.journal.rules.acts import Place
from parta.journal.rules.formula import number_of
from parta.journal.rules.wording import work_words
from parta.journal.rules.works import nested_works
from parta.regulation.judge import Law
from parta.regulation.registry import Codes, Params, RuleKind, known_kind

__all__ = ["counted_of", "is_number", "worth_of"]


def is_number(mark: str, numbers: str) -> str:
    """SQL: what counts of a mark is a number, so that it may be cast to one.

    `mark` names its table, `numbers` lists the symbols that are numbers. A first mark in words («незачёт») that the act
    lets count is none, a mean of two marks is.
    """
    return (
        f"{mark}.value IN ({numbers}) AND ({mark}.counted IS NULL OR {mark}.counted IN ({numbers})"
        f" OR REPLACE({mark}.counted, '.', '') <> {mark}.counted)"
    )


_COUNTS = {
    "new": "новая",
    "first": "прежняя",
    "best": "лучшая из двух",
    "mean": "среднее двух",
}


class CorrectedMark(Params):
    """Which of the two counts in averages and in the mark of the period."""

    counts: Literal["new", "first", "best", "mean"] = Field(
        description="new — новая, first — прежняя, best — лучшая из двух, mean — среднее двух"
    )
    work: Codes = Field(frozenset({"all"}), description="за какие виды работ")


def _of_works(params: CorrectedMark) -> str:
    return "" if "all" in params.work else f" ({work_words(sorted(params.work))})"


known_kind(
    RuleKind(
        "corrected_mark",
        9,
        CorrectedMark,
        "Какая из отметок считается",
        lambda p: (
            f"после исправления или пересдачи{_of_works(p)} в средней и в отметке за период считается "
            f"{_COUNTS[p.counts]}; в клетке видны обе"
        ),
        acts="при исправлении отметки: в средних, в предложенной отметке за период, в отчётах",
    )
)


def counted_of(law: Law, *, on: date, place: Place, work: str) -> Callable[[str, str], str | None] | None:
    """What counts of a first and a new mark at a place on a day: a symbol or a number; None: always the new one.

    The narrowest entry of the latest act decides, as it does for the mark of the period.
    """
    bench = law.on(on).bench(place)
    nested = nested_works(bench).get(work, frozenset())
    rules = [rule for rule in bench.of("corrected_mark") if rule.params.work & {"all", work, *nested}]
    if not rules:
        return None
    _, rule = max(enumerate(rules), key=lambda pair: (pair[1].entry.breadth, pair[0]))
    how = rule.params.counts
    return None if how == "new" else lambda first, new: _chosen(how, first, new)


def _chosen(how: str, first: str, new: str) -> str | None:
    if not first or not new or first == new:
        return None
    if how == "first":
        return first
    before, after = number_of(first), number_of(new)
    if before is None or after is None:
        return None
    if how == "best":
        return first if before > after else None
    return f"{(before + after) / 2:.2f}".rstrip("0").rstrip(".")


def worth_of(worth: Mapping[str, float], counted: str) -> float | None:
    """What a mark that counts is worth on a scale; a mean of two marks is its own number."""
    found = worth.get(counted)
    return number_of(counted) if found is None and "." in counted else found
