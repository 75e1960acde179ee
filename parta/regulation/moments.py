"""Moments of a school year as a regulation writes them: a yearly date, or an event moved by days."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from parta.regulation.durations import Calendar, Duration, nth_day, plural, same_date
from parta.regulation.words import allowed

__all__ = [
    "BY_ORDER",
    "OF_TERM",
    "YEARLY",
    "Moment",
    "moment_of",
    "moment_words_of",
    "parse_moment",
    "year_of",
]

ShiftUnit = Literal["d", "school_days", "work_days"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A yearly date (``09-05``) or an event moved by days (``period_end+2d``, ``period_end-2 school_days``)."""

    event: str
    month: int
    day: int
    shift: int
    unit: ShiftUnit = "d"

    def on(self, events: Mapping[str, date], calendar: Calendar | None = None) -> date | None:
        """The date this moment falls on, or ``None`` when the event has no date.

        ``events`` gives dates of named events; a yearly date falls into the school year of ``events["year_start"]``.
        A shift in school or working days is counted over ``calendar``. Raises ``ValueError`` without one.
        """
        if self.event:
            found = events.get(self.event)
            return None if found is None else self._moved(found, calendar)
        start = events.get("year_start")
        if start is None:
            return None
        year = start.year if (self.month, self.day) >= (start.month, start.day) else start.year + 1
        return self._moved(same_date(date(2000, self.month, self.day), year), calendar)

    def _moved(self, day: date, calendar: Calendar | None) -> date:
        if self.unit == "d" or not self.shift:
            return day + timedelta(days=self.shift)
        if calendar is None:
            raise ValueError("a shift in school or working days needs a calendar")
        counts = calendar.is_school_day if self.unit == "school_days" else calendar.is_work_day
        return nth_day(day, abs(self.shift), counts, back=self.shift < 0)

    def shift_words(self) -> str:
        """«2 учебных дня после», «3 дня до»; empty when the moment is not moved."""
        if not self.shift:
            return ""
        if self.unit == "d":
            length = f"{abs(self.shift)} {plural(abs(self.shift), 'день', 'дня', 'дней')}"
        else:
            length = str(Duration(self.unit, abs(self.shift)))
        return f"{length} {'после' if self.shift > 0 else 'до'}"


YEARLY = ("year_start", "year_end")
"""Events of a school year."""
OF_TERM = ("period_start", "period_end", "vacation_day_1")
"""Events of a reporting period; ``vacation_day_1`` is the day after its last one."""
BY_ORDER = ("order_from", "order_until")
"""Days of the order on closing a period."""

_MOMENT = re.compile(
    r"(?:(\d{2})-(\d{2})|([a-z_0-9]+?))(?:\s*([+-])\s*(\d{1,3})\s*(d|school_days?|work_days?))?"
)
_VACATION_DAY = re.compile(r"vacation_day_([1-9]\d?)")


def parse_moment(text: object) -> Moment:
    """Read ``09-05`` or ``period_end``, each with an optional ``+2d``, ``-7d`` or ``-2 school_days``.

    Raises ``ValueError`` with a Russian sentence that names the allowed spellings.
    """
    if isinstance(text, Moment):
        return text
    problem = (
        f"«{str(text)[:60]}» не похоже на дату; допустимы: 09-05 (месяц-день), period_end, period_end+2d, "
        "period_end-2 school_days, vacation_day_1"
    )
    if not isinstance(text, str) or not (match := _MOMENT.fullmatch(text.strip())):
        raise ValueError(problem)
    shift = int(f"{match[4] or '+'}{match[5] or 0}")
    unit: ShiftUnit = "d"
    if match[6] and match[6] != "d":
        unit = "school_days" if match[6].startswith("school") else "work_days"
    if day_of := _VACATION_DAY.fullmatch(match[3] or ""):
        if unit != "d":
            raise ValueError(f"«{text}»: от дня каникул считают в календарных днях: vacation_day_1+2d")
        return Moment("vacation_day_1", 0, 0, shift + int(day_of[1]) - 1)
    if match[3]:
        events = (*YEARLY, *OF_TERM, *BY_ORDER)
        if match[3] not in events:
            raise ValueError(
                f"«{text[:60]}»: события «{match[3][:60]}» нет; {allowed(match[3][:60], events, in_order=True)}"
            )
        return Moment(match[3], 0, 0, shift, unit)
    month, day = int(match[1]), int(match[2])
    try:
        date(2000, month, day)
    except ValueError:
        raise ValueError(problem) from None
    return Moment("", month, day, shift, unit)


def moment_of(*events: str, counts: bool = False) -> Callable[[object], Moment]:
    """A reader of moments that happen to what a parameter is about: a yearly date or one of these events.

    ``counts``: a calendar is at hand, so that the shift may be in school or working days.
    """

    def read(text: object, /) -> Moment:
        found = parse_moment(text)
        if found.event and found.event not in events:
            raise ValueError(
                f"«{text}»: здесь этого события нет; {allowed(found.event, ['09-05', *events], in_order=True)}"
            )
        if found.unit != "d" and not counts:
            raise ValueError(f"«{text}»: здесь счёт в календарных днях: period_end+2d, 09-05")
        return found

    _SPELLINGS[read] = ", ".join(
        ["09-05", *(events or ()), *(["period_end-2 school_days"] if counts else [])]
    )
    return read


_SPELLINGS: dict[Callable[[object], Moment], str] = {}


def moment_words_of(reader: object) -> str:
    """How a parameter read by this reader may be spelled, for the reference; empty for another reader."""
    return _SPELLINGS.get(reader, "")  # type: ignore[call-overload]


def year_of(day: date) -> dict[str, date]:
    """Events of the school year a day lies in, where only the day is known: from September to the end of May."""
    year = day.year if day.month >= 8 else day.year - 1
    return {"year_start": date(year, 9, 1), "year_end": date(year + 1, 5, 31)}
