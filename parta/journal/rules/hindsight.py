"""Hindsight: a column whose window is over takes new facts by permit alone (shape 6)."""

from typing import Annotated, Any

from parta.journal.rules.acts import FACT_CODES, FACT_WORDS, Act
from parta.journal.rules.windows import DEADLINES
from parta.journal.rules.wording import day_words, moment_words
from parta.regulation.durations import Calendar, Duration
from parta.regulation.judge import Bench, Rule
from parta.regulation.registry import Ask, Breach, Params, dur_or, rule_kind

__all__ = ["NoBackdating"]


class NoBackdating(Params):
    """Which facts, and whose window closes the column: a deadline kind, or a term of its own."""

    kinds: FACT_WORDS = frozenset({"mark"})
    after: Annotated[
        Duration | str, dur_or("mark_deadline", "lesson_deadline", "attendance_deadline", "homework_deadline")
    ] = "mark_deadline"
    permit: str = "deputy_remark"

    def facts(self) -> frozenset[str]:
        """Facts of acts behind the kinds."""
        return frozenset().union(*(FACT_CODES.get(kind, frozenset()) for kind in self.kinds))


@rule_kind(
    "no_backdating",
    6,
    NoBackdating,
    title="Не задним числом",
    says=lambda p: "новую запись в столбец, срок которого истёк, вносят только по разрешению",
    facts={"mark", "absence", "roll", "topic", "conducted", "homework"},
    verbs={"record"},
    on_breach="permit",
)
def no_backdating(rule: Rule[NoBackdating], bench: Bench) -> Ask:
    """A new fact in a column whose window is over needs a permit."""
    after = rule.params.after
    deadlines = DEADLINES[after](bench) if isinstance(after, str) else None

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        lesson = act.lesson
        if lesson is None:
            return None
        if deadlines is None:
            assert isinstance(after, Duration)
            ends = after.limit(
                lesson.date, lesson.ends_at, calendar, ends_at=lesson.ends_at, following=lesson.following
            )
            cited: tuple[Rule[Any], ...] = (rule,)
        else:
            limit = deadlines.limit(lesson, calendar, act.work, act.fact)
            if limit is None:
                return None
            ends, cited = limit.at, (rule, *limit.cited(act.at))
        if act.at <= ends:
            return None
        return Breach(
            f"Столбец {day_words(lesson.date)} закрыт: срок истёк {moment_words(ends, calendar.zone)}.",
            "Задним числом запись вносят только по разрешению.",
            limit=ends,
            rules=cited,
        )

    return ask
