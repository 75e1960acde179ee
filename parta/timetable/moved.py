"""The rule kind over the days of a year: working Saturdays and days that are moved, as the order names them.

It judges no write. The calendar of deadlines, the lessons made by the template and the watch over records on days off
ask it. A day is moved as the act in force on that very day says.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from parta.foundation.pagekit import WEEKDAYS
from parta.regulation.edition import Edition, Entry, thawed
from parta.regulation.judge import Law
from parta.regulation.registry import Params, RuleKind, edition_check, known_kind

__all__ = ["Moved", "MovedDay", "moved_days"]

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _day_of_week(value: object) -> object:
    """The number of a day of the week, Monday is 1."""
    if isinstance(value, str):
        if value not in _DAYS:
            raise ValueError(f"«{value}» — не день недели; допустимы: {', '.join(_DAYS)}")
        return _DAYS.index(value) + 1
    return value


class MovedDay(BaseModel):
    """A working day on a day off, by the timetable of a day of the week."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    day: date = Field(description="дата без кавычек")
    by: Annotated[int | None, BeforeValidator(_day_of_week), Field(ge=1, le=7)] = Field(
        None, description="по расписанию какого дня недели учатся; не сказано — того, какой это день"
    )


class MovedDays(Params):
    """Working days outside the week of the school, and days off within it."""

    working: tuple[MovedDay, ...] = Field(
        (), description="рабочие дни: { day = 2027-02-20, by = «monday» }; «by» — по расписанию какого дня"
    )
    days_off: tuple[date, ...] = Field((), description="выходные вместо них: даты без кавычек")

    @field_validator("days_off")
    @classmethod
    def _once(cls, value: tuple[date, ...]) -> tuple[date, ...]:
        if len(set(value)) < len(value):
            raise ValueError("день назван дважды")
        return value


def _says(params: MovedDays) -> str:
    said = []
    for one in params.working:
        by = f" (по расписанию: {WEEKDAYS[one.by - 1]})" if one.by else ""
        said.append(f"{one.day:%d.%m.%Y}{by}")
    working = f"рабочие дни: {', '.join(said)}" if said else ""
    off = f"выходные: {', '.join(f'{day:%d.%m.%Y}' for day in params.days_off)}" if params.days_off else ""
    return "; ".join(filter(None, (working, off))) or "дни не переносят"


known_kind(
    RuleKind(
        "moved_days",
        10,
        MovedDays,
        "Перенос дней",
        _says,
        acts="в сроках, которые считают дни, и в уроках по расписанию",
    )
)


@edition_check
def moved_days_stand_once(edition: Edition) -> Iterable[tuple[Entry, str]]:
    """A day is moved for the school or for classes by name, and not both ways at once."""
    seen: dict[date, str] = {}
    for entry in edition.entries:
        if entry.kind != "moved_days":
            continue
        if entry.grades is not None or entry.subjects is not None or entry.students is not None:
            yield entry, "дни переносят всей школе или названным классам: уберите grades, subjects, students"
        raw = dict(entry.raw)
        days = [one.get("day") for one in thawed(raw.get("working", ())) if isinstance(one, dict)]
        for day in [*days, *raw.get("days_off", ())]:
            if isinstance(day, date) and entry.classes is None:
                if day in seen:
                    yield entry, f"{day:%d.%m.%Y} назван дважды: он уже есть у {seen[day]}"
                seen[day] = entry.label


@dataclass(frozen=True, slots=True)
class Moved:
    """A day that is other than the week says; for all classes, or for some by their titles."""

    day: date
    is_working: bool
    weekday: int
    """By the timetable of which day of the week, Monday is 1; of a day off its own."""
    classes: frozenset[str] | None


def moved_days(law: Law) -> tuple[Moved, ...]:
    """Every day that the acts in force on it move."""
    if not any(entry.kind == "moved_days" for edition in law.editions for entry in edition.entries):
        return ()
    found: dict[tuple[date, frozenset[str] | None], Moved] = {}
    for bound in law.bounds:
        for one in _named(law, bound):
            if one in _named(law, one.day):  # the act that names the day must be in force on it
                found[one.day, one.classes] = one
    return tuple(found.values())


def _named(law: Law, on: date) -> list[Moved]:
    """The days that the acts in force on a date name, whichever they are."""
    found = []
    rules: list[Any] = [
        rule for _, entry, rule in law.on(on).entries if rule is not None and entry.kind == "moved_days"
    ]
    for rule in rules:
        classes, params = rule.entry.classes, rule.params
        found += [Moved(one.day, True, one.by or one.day.isoweekday(), classes) for one in params.working]
        found += [Moved(day, False, day.isoweekday(), classes) for day in params.days_off]
    return found
