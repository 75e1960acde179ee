"""A plan and a report as Russian text for the terminal."""

from __future__ import annotations

from collections.abc import Iterator

from .apply import Report
from .located import Problem
from .plan import KINDS, ImportPlan, State

_HEADS = {
    State.NEW: "новых",
    State.CHANGED: "изменится",
    State.KEPT: "без изменений",
    State.ENDED: "снимется",
}
_DONE = {State.NEW: "новых", State.CHANGED: "изменено", State.KEPT: "без изменений", State.ENDED: "снято"}


def plan_lines(plan: ImportPlan, *, limit: int = 15) -> Iterator[str]:
    """The preview: what the file is, a table by kind, then refused rows, remarks and changes (`limit` of each)."""
    data = plan.data
    yield f"{data.file}: {data.kind}" + (f", «{data.school_name}»" if data.school_name else "")
    yield f"Школа: {plan.school.short_name}, учебный год {plan.year.title}."
    yield ""
    yield from _table(plan, _HEADS)
    if plan.data.slots:
        yield f"Расписание будет действовать с {plan.starts:%d.%m.%Y}."
    yield from _problems("Отвергнуто", plan.refused, limit)
    yield from _problems("Обратите внимание", plan.remarks, limit)
    for state, title in ((State.CHANGED, "Изменится"), (State.ENDED, "Снимется")):
        items = [item for item in plan.items if item.state is state]
        if items:
            yield ""
            yield f"{title}: {len(items)}"
        for item in items[:limit]:
            changes = "; ".join(f"{c.field}: {c.was} → {c.will}" for c in item.changes)
            yield f"  {KINDS[item.kind]}: {item.title}" + (f" ({changes})" if changes else "")
        yield from _more(len(items), limit)
    yield ""
    if not plan.changes_something:
        yield "Менять нечего: в школе всё уже так, как в файле."


def report_lines(report: Report) -> Iterator[str]:
    """What was done."""
    yield "Загружено:"
    yield from _table(report.plan, _DONE)
    if report.lessons:
        yield f"Уроков поставлено на даты: {report.lessons}."
    yield f"За {report.seconds:.1f} с.".replace(".", ",", 1)


def _table(plan: ImportPlan, heads: dict[State, str]) -> Iterator[str]:
    rows = [(KINDS[kind], [counter[state] for state in heads]) for kind, counter in plan.counts().items()]
    width = max((len(title) for title, _ in rows), default=0)
    yield " " * width + "".join(f"{head:>{len(head) + 3}}" for head in heads.values())
    for title, numbers in rows:
        cells = zip(numbers, heads.values(), strict=True)
        yield f"{title:<{width}}" + "".join(f"{number or '–':>{len(head) + 3}}" for number, head in cells)


def _problems(title: str, problems: list[Problem], limit: int) -> Iterator[str]:
    if problems:
        yield ""
        yield f"{title}: {len(problems)}"
    for problem in problems[:limit]:
        yield f"  {problem}"
    yield from _more(len(problems), limit)


def _more(count: int, limit: int) -> Iterator[str]:
    if count > limit:
        yield f"  … и ещё {count - limit} (все покажет ключ --all)"
