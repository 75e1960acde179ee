"""What the law in force says about a journal page before anything is typed: letters, symbols, closed columns.

The write path judges every write again; what is found here only shows beforehand what it would say.
"""

from dataclasses import dataclass
from datetime import date, datetime

from parta.journal.rules.acts import Act, Lesson, Place, Writer
from parta.journal.rules.questions import (
    AbsenceCode,
    absence_codes,
    double_marks_allowed,
    mark_symbols,
    work_kinds,
)
from parta.people.viewer import Viewer
from parta.regulation.durations import Calendar
from parta.regulation.judge import Law, judge
from parta.regulation.verdict import Outcome, Verdict, WayOut

TEACHES = frozenset({"assigned"})
SUBSTITUTE = frozenset({"substitute"})
CLASS_TEACHER = frozenset({"class_teacher"})

_MENDABLE = frozenset(
    {
        WayOut.OTHER_VALUE,
        WayOut.SET_TOPIC,
        WayOut.TAKE_PLANNED_TOPIC,
        WayOut.STATE_SUBSTITUTION,
        WayOut.GIVE_REASON,
    }
)
"""Ways out that leave the column open: something else can be written, or the same with a word more."""


@dataclass(frozen=True, slots=True)
class Codes:
    """What may be typed into the cells of a journal on a date."""

    absences: tuple[AbsenceCode, ...]
    marks: tuple[str, ...]
    finals: tuple[str, ...]
    allows_double: bool
    works: frozenset[str]
    """Codes of the kinds of work the act names; empty: any."""


@dataclass(frozen=True, slots=True)
class Closure:
    """What closes a column: the act, its printed clauses and the reason in words."""

    act: str
    cite: str
    text: str

    @property
    def clause(self) -> str:
        """The clauses with the act they stand in."""
        return ", ".join(part for part in (self.act, self.cite) if part)


def writer(viewer: Viewer, relations: frozenset[str]) -> Writer:
    """The viewer as rules see who writes."""
    return Writer(viewer.person_id, viewer.roles, relations)


def codes_of(law: Law, place: Place, by: Writer, on: date, scale: tuple[str, ...], term_kind: str) -> Codes:
    """The letters and symbols of the acts in force on a date, with the keys that are this person's."""
    allowed = mark_symbols(law, on=on, place=place)
    finals = mark_symbols(law, on=on, place=place, cell=f"{term_kind}_final")
    return Codes(
        absence_codes(law, on=on, by=by, place=place),
        scale if allowed is None else tuple(symbol for symbol in scale if symbol in allowed),
        scale if finals is None else finals,
        double_marks_allowed(law, on=on, place=place),
        frozenset(kind.code for kind in work_kinds(law, on=on, place=place)),
    )


def closed(
    law: Law,
    calendar: Calendar,
    place: Place,
    by: Writer,
    lesson: Lesson,
    at: datetime,
    *,
    fact: str,
    work: str = "",
    value: str = "",
) -> Closure | None:
    """What would stand against a first entry in this column now, whatever the value; None: the column is open."""
    act = Act(
        fact,  # type: ignore[arg-type]
        "record",
        place,
        lesson,
        by,
        at,
        work=(work,) if work else (),
        new=value,
        symbol=value if fact == "absence" else "",
    )
    return _closure(judge(law, act, calendar))


def locks_after_final(law: Law, place: Place, on: date) -> bool:
    """Whether a student's lessons are read-only once the mark of the period stands."""
    return bool(law.on(on).bench(place).of("lock_after_final_marks"))


def asks_homework(law: Law, place: Place, on: date) -> bool:
    """Whether an act in force asks that homework be written at this place: a gap there is a gap, not a habit."""
    bench = law.on(on).bench(place)
    return bool(bench.of("homework_deadline")) or any(
        "homework" in rule.params.facts() for rule in bench.of("lesson_deadline")
    )


def _closure(verdict: Verdict) -> Closure | None:
    for reason in verdict.reasons:
        if reason.outcome > Outcome.REMARK and _MENDABLE.isdisjoint(reason.ways_out):
            words = " ".join(part for part in (reason.found, reason.allowed) if part)
            return Closure(reason.act, reason.cite, words)
    return None
