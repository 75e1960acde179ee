"""The words of a topic by themselves, judged where no lesson is written: a plan that is loaded, a sheet of control."""

from datetime import UTC, date, datetime, time

from parta.journal.rules.acts import Act, Lesson, Place, Writer
from parta.regulation.durations import PlainCalendar
from parta.regulation.judge import Law
from parta.regulation.registry import Breach
from parta.regulation.rule import Rule

__all__ = ["KINDS", "topic_faults"]

KINDS = frozenset({"entry_wording", "topic_required", "entry_language"})
"""The kinds that look at nothing but the text, and at the kind of work the lesson holds."""
_NOBODY = Writer(0)
_CALENDAR = PlainCalendar(UTC)


def topic_faults(law: Law, place: Place, text: str, *, on: date, work: str = "") -> list[tuple[Rule, Breach]]:
    """The rules in force on a day at a place that this topic breaks, each with what it says. No statement."""
    checks = law.on(on).bench(place).audits("topic", KINDS)
    if not checks or not text.strip():
        return []
    noon = datetime.combine(on, time(12), UTC)
    lesson = Lesson(0, on, noon, noon, topic=text, works=frozenset({work} if work else ()))
    act = Act("topic", "record", place, lesson, _NOBODY, noon, new=text)
    return [(check.rule, breach) for check in checks if (breach := check.ask(act, _CALENDAR)) is not None]
