"""Kinds of work: the closed list of an act, what is part of what, and works that nobody described (shape 3)."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

from parta.journal.rules.acts import Act
from parta.journal.rules.wording import NESTED, WORKS, listed, work_words
from parta.regulation.durations import Calendar
from parta.regulation.edition import Edition, Entry, thawed
from parta.regulation.judge import Bench, Rule
from parta.regulation.registry import KINDS, Ask, Breach, Codes, Params, edition_check, rule_kind
from parta.regulation.verdict import WayOut

__all__ = ["Work", "WorkKinds", "nested_works", "work_title", "works_at"]


class Work(BaseModel):
    """A kind of work as an act names it. A known code needs nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str
    title: str = ""
    short: str = ""
    weight: float | None = None
    part_of: Codes = frozenset()
    """Wider kinds it belongs to, for deadlines: a control work that is also ``written``."""


def _work(value: object) -> object:
    return {"code": value} if isinstance(value, str) else value


class WorkKinds(Params):
    """The closed list of kinds of work; with ``required`` every mark names its kind."""

    kinds: tuple[Annotated[Work, BeforeValidator(_work)], ...]
    required: bool = True


def work_title(work: Work) -> str:
    """The act's own title of a work, or the common one."""
    return work.title or WORKS.get(work.code, (work.code,))[0]


@rule_kind(
    "work_kinds",
    3,
    WorkKinds,
    title="Виды работ",
    says=lambda p: (
        f"у каждой отметки есть вид работы: {listed(work_title(w).lower() for w in p.kinds)}"
        if p.required
        else f"виды работ: {listed(work_title(w).lower() for w in p.kinds)}"
    ),
    facts={"mark"},
    verbs={"record", "correct"},
)
def work_kinds(rule: Rule[WorkKinds], bench: Bench) -> Ask:
    """A mark without a kind of work, or with one outside the list, is refused. The narrowest list of a place counts."""
    rules = bench.of("work_kinds")
    narrowest = max(other.entry.breadth for other in rules)
    kinds = {work.code: work_title(work).lower() for other in rules if other.entry.breadth == narrowest
             for work in other.params.kinds}  # fmt: skip
    counts = rule.entry.breadth == narrowest
    hint = f"Здесь ставят отметки за: {listed(kinds.values())}."

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        if not act.work:
            if rule.params.required:
                return Breach("У отметки не указан вид работы.", hint, (WayOut.OTHER_VALUE,))
            return None
        if not counts:
            return None
        for code in act.work:
            if code not in kinds:
                return Breach(
                    f"Отметки за {work_words([code])} здесь не ставят.", hint, (WayOut.OTHER_VALUE,)
                )
        return None

    return ask


def _titles(raw: Mapping[str, Any]) -> dict[str, str]:
    """Titles the act gives to kinds of work, by code."""
    kinds = [one for one in thawed(raw.get("kinds", ())) if isinstance(one, dict)]
    return {str(one["code"]): str(one["title"]) for one in kinds if one.get("title") and "code" in one}


KINDS["work_kinds"].names = _titles


def works_at(bench: Bench) -> tuple[Work, ...]:
    """The kinds of work of the narrowest lists at a place, each once, in their order."""

    def find() -> tuple[Work, ...]:
        rules = bench.of("work_kinds")
        if not rules:
            return ()
        narrowest = max(rule.entry.breadth for rule in rules)
        found: dict[str, Work] = {}
        for rule in rules:
            if rule.entry.breadth == narrowest:
                for work in rule.params.kinds:
                    found.setdefault(work.code, work)
        return tuple(found.values())

    return bench.memo("works_at", find)  # type: ignore[no-any-return]


def nested_works(bench: Bench) -> Mapping[str, frozenset[str]]:
    """For each kind of work all wider kinds it is part of, the act's own nesting included."""

    def find() -> dict[str, frozenset[str]]:
        direct: dict[str, set[str]] = {code: set(wider) for code, wider in NESTED.items()}
        for rule in bench.of("work_kinds"):
            for work in rule.params.kinds:
                direct.setdefault(work.code, set()).update(work.part_of)
        found = {}
        for code in direct:
            seen: set[str] = set()
            todo = list(direct[code])
            while todo:
                wider = todo.pop()
                if wider not in seen:
                    seen.add(wider)
                    todo.extend(direct.get(wider, ()))
            found[code] = frozenset(seen - {code})
        return found

    return bench.memo("nested_works", find)  # type: ignore[no-any-return]


@edition_check
def works_are_known(edition: Edition) -> Iterable[tuple[Entry, str]]:
    """Every kind of work an entry names is common or defined by ``work_kinds`` of the act, or of one it rests on."""
    if edition.rests_on:
        return
    values = {setting.name: setting.value for setting in edition.settings}
    known = set(WORKS) | {"all"}
    for entry in edition.entries:
        if entry.kind == "work_kinds":
            kinds: Any = thawed(dict(entry.raw).get("kinds", ()))
            if isinstance(kinds, dict) and "setting" in kinds:
                kinds = thawed(values.get(kinds["setting"], ()))
            for item in kinds if isinstance(kinds, (list, tuple)) else ():
                if isinstance(item, dict):
                    known.add(str(item.get("code")))
    for entry in edition.entries:
        raw = dict(entry.raw)
        for key in ("work", "except_work"):
            value = thawed(raw.get(key, ()))
            for code in [value] if isinstance(value, str) else value:
                if isinstance(code, str) and code not in known:
                    yield (
                        entry,
                        f"параметр «{key}»: вид работы «{code}» не описан; допустимы: {', '.join(sorted(known))}",
                    )
