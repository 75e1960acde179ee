"""Builders for tables of cases: a law, a lesson of 5 October 2026 (a Monday), and acts in it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from parta.journal.rules import (
    Act,
    Law,
    Lesson,
    Outcome,
    Place,
    SettingChange,
    TermState,
    Writer,
    judge,
    law_of,
)
from parta.regulation.durations import PlainCalendar
from parta.regulation.edition import Edition, load_preset

MONDAY = date(2026, 10, 5)
ZONES = {
    "goethe23": ZoneInfo("Asia/Bishkek"),
    "kemerovo-ct": ZoneInfo("Asia/Novokuznetsk"),
    "egorievsk-college": ZoneInfo("Europe/Moscow"),
    "ipatovo1": ZoneInfo("Europe/Moscow"),
    "dubrovo": ZoneInfo("Asia/Yekaterinburg"),
}
PRESET_NAMES = tuple(ZONES)

ORLOVA, BERG, SUBSTITUTE, CURATOR, STUDENT = 1, 2, 3, 4, 77
"""The lesson's teacher, another teacher, a substitute, the class teacher, a student."""

TEACHES = Writer(ORLOVA, frozenset({"teacher"}), frozenset({"assigned"}))
OTHER = Writer(BERG, frozenset({"teacher"}))
REPLACES = Writer(SUBSTITUTE, frozenset({"teacher"}), frozenset({"substitute"}))
CLASS_TEACHER = Writer(CURATOR, frozenset({"teacher", "class_teacher"}), frozenset({"class_teacher"}))
MASTER = Writer(ORLOVA, frozenset({"master"}), frozenset({"assigned"}))
PUPIL = Writer(STUDENT, frozenset({"student"}))
PARENT = Writer(78, frozenset({"guardian"}))
DIRECTOR = Writer(79, frozenset({"director"}))
DEPUTY = Writer(80, frozenset({"deputy"}))

ALGEBRA = Place("algebra", "Алгебра", "Математика", 7, "7А", 4.0)
RUSSIAN = Place(
    "russian", "Русский язык", "Русский язык", 7, "7А", 4.0, frozenset({"language", "double_marks"})
)
PRACTICE = Place("up01", "Учебная практика", "Практика", 2, "ТМ-21", 6.0, frozenset({"practice"}))


@lru_cache(maxsize=8)
def edition(name: str) -> Edition:
    return load_preset(name)


def law(name: str, /, **settings: Any) -> Law:
    """The law of a preset; settings hold from the beginning."""
    act = edition(name)
    return law_of(
        [act], [SettingChange(act.code, key, value, act.in_force_from) for key, value in settings.items()]
    )


def calendar(name: str = "goethe23") -> PlainCalendar:
    return PlainCalendar(ZONES[name])


def at(clock: str, day: date = MONDAY, name: str = "goethe23") -> datetime:
    """A moment of the school's clock, as the server keeps it: «10:45» or «23:59:59»."""
    return datetime.combine(day, time.fromisoformat(clock), ZONES[name]).astimezone(UTC)


def october(day: int) -> date:
    return date(2026, 10, day)


def lesson(
    name: str = "goethe23", /, day: date = MONDAY, begins: str = "10:00", ends: str = "10:45", **more: Any
) -> Lesson:
    """A lesson of Orlova's at ten."""
    facts: dict[str, Any] = {
        "assigned_ids": frozenset({ORLOVA}),
        "topic": "Квадратные уравнения",
        "conducted": True,
    }
    return Lesson(1, day, at(begins, day, name), at(ends, day, name), **(facts | more))


def act(name: str, fact: str, verb: str = "record", /, **more: Any) -> Act:
    """An act of Orlova in her algebra lesson at 10:30 on the day, unless told otherwise."""
    facts: dict[str, Any] = {
        "place": ALGEBRA,
        "by": TEACHES,
        "at": at("10:30", name=name),
        "lesson": lesson(name),
    }
    if fact in ("mark", "absence", "final", "note"):
        facts["student_id"] = STUDENT
    if fact == "mark":
        facts |= {"work": ("oral",), "new": "5"}
    if fact == "topic":
        facts["new"] = "Квадратные уравнения"
    if fact == "absence":
        facts |= {"new": "unknown", "symbol": "н"}
    if verb != "record":
        facts |= {
            "old": "2" if fact == "mark" else "",
            "first_set_at": at("10:10", name=name),
            "set_by_id": ORLOVA,
        }
    if verb == "annul":
        facts["new"] = ""
    return Act(fact, verb, **(facts | more))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Case:
    """One line of a table: what is tried, what the law answers, and which clauses it cites."""

    name: str
    act: Act
    outcome: Outcome
    clauses: frozenset[str] = frozenset()
    law: Law | None = field(default=None, compare=False)
    zone: str = ""


def case(name: str, tried: Act, outcome: Outcome, *clauses: str, under: Law | None = None) -> Case:
    return Case(name, tried, outcome, frozenset(clauses), under)


def misjudged(cases: Iterable[Case], preset: str) -> list[str]:
    """The lines of a table that the law answers otherwise; empty when the table holds."""
    wrong = []
    for line in cases:
        verdict = judge(line.law or law(preset), line.act, calendar(preset))
        if verdict.outcome is not line.outcome or not line.clauses <= set(verdict.clause_ids):
            wrong.append(
                f"{line.name}: {verdict.outcome.name} {verdict.clause_ids} {verdict.text!r}"
                f" instead of {line.outcome.name} {sorted(line.clauses)}"
            )
    return wrong


__all__ = [name for name in dir() if not name.startswith("_")] + ["TermState", "replace"]
