"""A work is whole when all who were present have a mark for it: asked for by a term, and before it is finished."""

from typing import Annotated

from pydantic import Field

from parta.journal.rules.acts import Act
from parta.journal.rules.windows import ALL, Counting, MarkDeadlines
from parta.journal.rules.wording import work_words
from parta.journal.rules.works import nested_works
from parta.regulation.durations import Calendar, Duration
from parta.regulation.judge import Bench, Rule
from parta.regulation.registry import Ask, Breach, Codes, Params, dur_or, rule_kind

__all__ = ["AllPresentMarked", "asks_whole"]

_NAMED = 6
"""Names of students that a refusal gives."""


class AllPresentMarked(Params):
    """Which works have the marks of all who were present, and until when after the lesson."""

    within: Annotated[Duration | str, dur_or("mark_deadline")] = Field(
        "mark_deadline",
        description="срок после урока; mark_deadline — к сроку отметок за эту работу (mark_deadline)",
    )
    work: Codes = Field(ALL, description="за какие работы")
    except_work: Codes = frozenset()
    calendar: Counting = "calendar"


@rule_kind(
    "all_present_marked",
    1,
    AllPresentMarked,
    title="Отметки у всех, кто был",
    says=lambda p: (
        f"за {'любую работу' if 'all' in p.work else work_words(sorted(p.work))} отметки есть у всех, кто был"
        + (f": {p.within}" if isinstance(p.within, Duration) else ", к сроку отметок за неё")
        + "; раньше работу не завершить"
    ),
    facts={"column"},
    verbs={"record"},
)
def all_present_marked(rule: Rule[AllPresentMarked], bench: Bench) -> Ask:
    """A work is not finished while somebody who was present has no mark for it; its watch lists who lacks one."""
    scale = MarkDeadlines((rule,), nested_works(bench), bench.place.homeroom)

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        if not act.unmarked or scale.depth(rule, act.work, "mark") < 0:
            return None
        more = len(act.unmarked) - _NAMED
        names = ", ".join(act.unmarked[:_NAMED]) + (f" и ещё {more}" if more > 0 else "")
        return Breach(
            f"Были на уроке и без отметки: {names}.",
            "Поставьте отметки или отметьте, кого не было: отсутствующим отметка не нужна.",
        )

    return ask


def asks_whole(bench: Bench, work: str) -> bool:
    """Whether the act asks that the work has the marks of all who were present."""
    rules = bench.of("all_present_marked")
    scale = MarkDeadlines(rules, nested_works(bench), bench.place.homeroom)
    return any(scale.depth(rule, (work,), "mark") >= 0 for rule in rules)
