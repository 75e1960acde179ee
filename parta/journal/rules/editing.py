"""Windows of editing and of finals: how long a record may be changed, when a term mark may be set (shape 6)."""

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from parta.journal.rules.acts import FACT_CODES, FACT_WORDS, FACTS, Act
from parta.journal.rules.wording import day_words, listed, moment_words
from parta.regulation.durations import Calendar, end_of_day
from parta.regulation.judge import Bench, Rule
from parta.regulation.moments import year_of
from parta.regulation.registry import Ask, Breach, Codes, Dur, OnOrder, Params, Roles, rule_kind

__all__ = ["EditWindow", "FinalMarksWindow"]


def _clock(value: object) -> object:
    if value is None or isinstance(value, time):
        return value
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", str(value).strip())
    if match is None:
        raise ValueError(f"«{str(value)[:40]}» не похоже на время; допустимо: «18:00»")
    return time(int(match[1]), int(match[2]))


class Reopen(BaseModel):
    """Who opens a closed record again, on what ground and for how long."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: Roles = Field(frozenset({"deputy"}), description="кто открывает")
    ground: Codes = Field(frozenset(), description="на каком основании")
    term: Dur | None = Field(None, description="на сколько")
    times: int = Field(1, ge=1, le=20, description="сколько раз; каждое разрешение — на одну запись")


class EditWindow(Params):
    """How long records may be made and changed, and until what time of day."""

    objects: FACT_WORDS = Field(
        frozenset({"mark"}), description="какие записи: mark, attendance, topic, homework, lesson…"
    )
    within: Dur = Field(description="сколько после события")
    after: Literal["lesson_end", "entry"] = Field(
        "lesson_end", description="от чего: lesson_end — конец урока, entry — первая запись"
    )
    cutoff: Annotated[time | None, BeforeValidator(_clock)] = Field(
        None, description="до которого часа последнего дня: «18:00»"
    )
    only: Literal["all", "changes"] = Field(
        "all", description="all — записи и исправления, changes — только исправления"
    )
    reopen: Reopen | None = Field(
        None, description="кто и на сколько открывает снова: { by, ground, term, times }"
    )
    calendar: Literal["calendar", "school"] = Field("calendar", description="school — каникулы не считаются")

    def facts(self) -> frozenset[str]:
        """Facts of acts behind the objects."""
        return frozenset().union(*(FACT_CODES.get(name, frozenset()) for name in self.objects))


_OBJECTS = {
    "mark": "отметки", "attendance": "явку", "topic": "тему", "homework": "задание", "conducted": "проведение",
    "lesson": "записи урока", "comment": "заметки", "final": "итоговые отметки", "absence_reason": "причины пропусков",
}  # fmt: skip


def _says(params: EditWindow) -> str:
    what = listed(_OBJECTS.get(name, name) for name in sorted(params.objects))
    verb = "исправляют" if params.only == "changes" else "вносят и исправляют"
    since = "от конца урока" if params.after == "lesson_end" else "от первой записи"
    words = f"{what} {verb} в срок: {params.within} {since}"
    if params.cutoff is not None:
        words += f", в последний день до {params.cutoff:%H:%M}"
    return words + "; потом запись закрыта"


@rule_kind(
    "edit_window",
    6,
    EditWindow,
    title="Окно правки",
    says=_says,
    facts=FACTS - {"substitution"},
    on_breach="permit",
)
def edit_window(rule: Rule[EditWindow], bench: Bench) -> Ask:
    """A record outside its window needs a permit; the last moment of the window is still inside."""
    params = rule.params

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        if act.old == act.new and act.verb != "record":
            return None
        if params.only == "changes" and act.verb == "record":
            return None
        if params.after == "entry":
            if act.first_set_at is None:
                return None
            moment = act.first_set_at
        elif act.lesson is not None:
            moment = act.lesson.ends_at
        elif act.term is not None and act.term.until is not None:
            moment = end_of_day(act.term.until - timedelta(days=1), calendar.zone)
        else:
            return None
        limit = window_end(params, moment, calendar)
        if act.at <= limit:
            return None
        return Breach(
            f"Срок правки истёк {moment_words(limit, calendar.zone)}.",
            f"Запись можно было менять: {params.within}.",
        )

    return ask


def window_end(params: EditWindow, moment: datetime, calendar: Calendar) -> datetime:
    """The last moment inside the window; a time of day cuts the last day short."""
    day = moment.astimezone(calendar.zone).date()
    limit = params.within.limit(day, moment, calendar, leave_out_vacations=params.calendar == "school")
    if params.cutoff is None:
        return limit
    cut = datetime.combine(limit.astimezone(calendar.zone).date(), params.cutoff, calendar.zone)
    return limit if cut < moment else min(limit, cut)  # an evening lesson has the whole day


# --- finals ---------------------------------------------------------------------------------------------------------


class FinalMarksWindow(Params):
    """Between which days the marks of a period are set."""

    opens: OnOrder | None = Field(
        None,
        alias="from",
        description="с какого дня: period_end-5d, period_end-3 school_days, order_from (из приказа)",
    )
    until: OnOrder | None = Field(None, description="по какой день: period_end, order_until (из приказа)")


def _moment_words(moment: Any) -> str:
    if moment.month:
        words = f"{moment.day:02}.{moment.month:02}"
    else:
        words = {
            "period_end": "конца периода",
            "period_start": "начала периода",
            "vacation_day_1": "первого дня каникул",
            "year_start": "начала учебного года",
            "year_end": "конца учебного года",
            "order_from": "первого дня по приказу о закрытии периода",
            "order_until": "последнего дня по приказу о закрытии периода",
        }.get(moment.event, moment.event)
    return f"{moment.shift_words()} {words}" if moment.shift else words


@rule_kind(
    "final_marks_window",
    6,
    FinalMarksWindow,
    title="Когда ставят итоговые отметки",
    says=lambda p: (
        "итоговые отметки ставят"
        + (f" не раньше чем: {_moment_words(p.opens)}" if p.opens else "")
        + (f"{',' if p.opens else ''} не позже чем: {_moment_words(p.until)}" if p.until else "")
    ),
    facts={"final"},
    verbs={"record"},
    on_breach="remark",
)
def final_marks_window(rule: Rule[FinalMarksWindow], bench: Bench) -> Ask:
    """A term mark set before its window opens or after it has closed."""
    params = rule.params

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        term = act.term
        if term is None or term.starts is None or term.until is None:
            return None
        today = act.at.astimezone(calendar.zone).date()
        first, last = window_of_finals(params, term.starts, term.until, term.opens, term.closes, calendar)
        if first is not None and today < first:
            return Breach("Итоговые отметки ещё не ставят.", f"Их ставят с {day_words(first)}.")
        if last is not None and today > last:
            return Breach(
                f"Итоговые отметки ставили до {day_words(last)}.", "", limit=end_of_day(last, calendar.zone)
            )
        return None

    return ask


def window_of_finals(
    params: FinalMarksWindow,
    starts: date,
    until: date,
    opens: date | None,
    closes: date | None,
    calendar: Calendar,
) -> tuple[date | None, date | None]:
    """First and last day on which the marks of a term are set; `closes` and `until` are the days after the last.

    ``order_from`` and ``order_until`` are the days of the order on closing the term; without an order that side of the
    window stands open.
    """
    events = {
        "period_start": starts,
        "period_end": until - timedelta(days=1),
        "vacation_day_1": until,
        **year_of(starts),
    }
    if opens is not None:
        events["order_from"] = opens
    if closes is not None:
        events["order_until"] = closes - timedelta(days=1)
    return (
        params.opens.on(events, calendar) if params.opens else None,
        params.until.on(events, calendar) if params.until else None,
    )
