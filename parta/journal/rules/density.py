"""Enough marks under a final: a norm by the weeks of the term, the longest gap, a schedule of the year (shape 2)."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from parta.journal.rules.acts import Act
from parta.journal.rules.formula import NOT_ATTESTED
from parta.journal.rules.marks import is_unmarked
from parta.journal.rules.wording import quoted
from parta.journal.rules.works import nested_works
from parta.regulation.durations import Calendar, plural
from parta.regulation.judge import Bench, Rule
from parta.regulation.registry import Ask, Breach, Codes, Days, Params, Texts, parse_duration, rule_kind
from parta.regulation.verdict import WayOut

__all__ = ["MarkDensity", "gap_words"]


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
    warn: Days = Field(
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


def gap_words(params: MarkDensity, *, whole: bool = False) -> str:
    """The longest gap in words: «больше 1 дня», «больше 5 уроков»; as a whole, «1 день», «2 урока»."""
    days, lessons = ("дня", "дней", "дней"), ("урока", "уроков", "уроков")
    if whole:
        days, lessons = ("день", "дня", "дней"), ("урок", "урока", "уроков")
    forms = days if params.gap_in == "days" else lessons
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
