"""Absences that reach a threshold, and the steps that follow: at the write, and over a whole school (shapes 2 and 1).

Guard and watch share :func:`reached`: what an absence makes of the measure, and which step that is. Each crossing
opens a duty with its person and its last day.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from parta.foundation import sql
from parta.journal.rules.acts import MEANINGS, Act
from parta.journal.rules.evidence import Away
from parta.journal.rules.matters import JOINS, PLACE, Matter, Reach, clauses_of, places, told_of
from parta.journal.rules.protection import Meanings
from parta.journal.rules.wording import MEANING_WORDS, listed
from parta.regulation.durations import Calendar, plural
from parta.regulation.judge import Bench, Law, Rule
from parta.regulation.registry import Ask, Breach, Dur, Params, rule_kind, watch
from parta.regulation.words import role_code, role_words

__all__ = ["AbsenceThreshold", "Crossing", "Step", "reached", "threshold_matters"]

_WINDOWS = {"term": "период", "month": "месяц", "week": "неделю", "year": "учебный год"}
_DAY = timedelta(days=1)


class Step(BaseModel):
    """What is done when the measure reaches a number, by whom and by when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: float = Field(gt=0, le=10_000, description="число пропусков или доля в процентах")
    action: str = Field(min_length=1, description="что делают")
    by: Annotated[str, BeforeValidator(lambda value: role_code(str(value)))] = Field(
        "deputy", description="кто"
    )
    within: Dur | None = Field(None, description="за сколько: «3 work_days»")


class AbsenceThreshold(Params):
    """Steps that follow when a student's absences reach a number or share."""

    measure: Literal["count", "days", "share"] = Field(
        "count", description="count — уроки, days — учебные дни, share — доля уроков в процентах"
    )
    in_a_row: bool = Field(False, description="считать только идущие подряд учебные дни (для measure = days)")
    meaning: Meanings = Field(frozenset({"unexcused", "unknown"}), description="какие пропуски считаются")
    window: Literal["term", "month", "week", "year"] = Field("year", description="за какое время")
    base: Literal["held", "planned"] = Field(
        "held",
        description="доля от чего: held — от уроков до этого дня, planned — от всех уроков этого времени",
    )
    of: Literal["subject", "all"] = Field("all", description="по предмету или по всем")
    steps: tuple[Step, ...] = Field(min_length=1, description="ступени: { at, action, by, within }")

    @field_validator("steps")
    @classmethod
    def _rising(cls, value: tuple[Step, ...]) -> tuple[Step, ...]:
        at = [step.at for step in value]
        if len(set(at)) < len(at):
            raise ValueError("у двух ступеней одно число «at»: на каждое число одна ступень")
        return tuple(sorted(value, key=lambda step: step.at))

    def needs(self) -> frozenset[str]:
        """The lessons a share is taken of."""
        if self.measure != "share":
            return frozenset()
        return frozenset({"class_held" if self.of == "all" else "held"})


def _says(params: AbsenceThreshold) -> str:
    meanings = listed(MEANING_WORDS[m] for m in MEANINGS if m in params.meaning)
    what = {"count": "пропущенные уроки", "days": "дни с пропусками", "share": "долю пропущенных уроков"}
    row = " подряд" if params.in_a_row else ""
    per = "по каждому предмету " if params.of == "subject" else ""
    steps = "; ".join(_step_words(step, params) for step in params.steps)
    return f"{what[params.measure]}{row} ({meanings}) {per}считают за {_WINDOWS[params.window]}: {steps}"


def _step_words(step: Step, params: AbsenceThreshold) -> str:
    unit = " %" if params.measure == "share" else ""
    term = f", {step.within}" if step.within else ""
    return f"при {step.at:g}{unit} — {step.action} ({role_words([step.by])}{term})"


@dataclass(frozen=True, slots=True)
class Crossing:
    """The steps that an absence has reached, the last of them first of all."""

    steps: tuple[Step, ...]
    measure: float

    @property
    def step(self) -> Step:
        """The highest."""
        return self.steps[-1]

    def words(self, params: AbsenceThreshold) -> str:
        """«Пропусков за месяц стало 10: порог 10»."""
        if params.measure == "share":
            shown = f"{self.measure:.1f} %".replace(".0 %", " %").replace(".", ",")
            return f"Пропущено за {_WINDOWS[params.window]} {shown} уроков: порог {self.step.at:g} %"
        count = int(self.measure)
        if params.measure == "days":
            row = " подряд" if params.in_a_row else ""
            days = plural(count, "день", "дня", "дней")
            return (
                f"Дней с пропусками{row} за {_WINDOWS[params.window]}: {count} {days}, порог {self.step.at:g}"
            )
        return f"Пропусков за {_WINDOWS[params.window]} стало {count}: порог {self.step.at:g}"


@dataclass(slots=True)
class Lessons:
    """Dates of the lessons a share is taken of, in order."""

    days: Sequence[date] = ()

    def between(self, first: date, last: date) -> int:
        """How many lie in [first, last]."""
        return bisect_right(self.days, last) - bisect_left(self.days, first)


def reached(
    params: AbsenceThreshold,
    earlier: Sequence[date],
    day: date,
    span: tuple[date, date],
    lessons: Lessons,
    calendar: Calendar,
    hours: int = 1,
) -> Crossing | None:
    """The steps that one more absence on ``day`` reaches; ``earlier`` are the dates of those that count already.

    A lesson of several hours counts as so many: its date stands in ``earlier`` and in ``lessons`` for each of them.
    ``span`` is the window, both days included. A step reached before is not reached again.
    """
    if params.measure == "days":
        before, now = _days(params, earlier, day, calendar)
    elif params.measure == "share":
        last = span[1] if params.base == "planned" else day
        whole = lessons.between(span[0], last)
        if not whole:
            return None
        before, now = 100 * len(earlier) / whole, 100 * (len(earlier) + hours) / whole
    else:
        before, now = len(earlier), len(earlier) + hours
    crossed = [step for step in params.steps if before < step.at <= now + 1e-9]
    if params.measure == "share":
        crossed = crossed[-1:]  # a share of few lessons leaps over several at once: one duty, the weightiest
    return Crossing(tuple(crossed), now) if crossed else None


def _days(
    params: AbsenceThreshold, earlier: Sequence[date], day: date, calendar: Calendar
) -> tuple[float, float]:
    known = set(earlier)
    if not params.in_a_row:
        return len(known), len(known | {day})
    if day in known:
        return _run(known, day, calendar), _run(known, day, calendar)
    return 0, _run(known | {day}, day, calendar)


def _run(days: set[date], last: date, calendar: Calendar) -> int:
    count, day = 0, last
    for _ in range(400):
        if day in days:
            count += 1
        elif calendar.is_school_day(day):
            break
        day -= _DAY
    return count


def window_of(params: AbsenceThreshold, day: date, term: tuple[date, date] | None) -> tuple[date, date]:
    """First and last day of the window a day lies in; ``term``: first day, day after the last."""
    if params.window == "term" and term is not None:
        return term[0], term[1] - _DAY
    if params.window == "month":
        first = day.replace(day=1)
        return first, (first + timedelta(days=31)).replace(day=1) - _DAY
    if params.window == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    year = day.year if day.month >= 8 else day.year - 1
    return date(year, 8, 1), date(year + 1, 7, 31)


@rule_kind(
    "absence_threshold",
    2,
    AbsenceThreshold,
    title="Порог пропусков",
    says=_says,
    facts={"absence"},
    verbs={"record", "correct"},
    on_breach="remark",
    needs={"absences", "term"},
    is_done=True,
)
def absence_threshold(rule: Rule[AbsenceThreshold], bench: Bench) -> Ask:
    """An absence with which a student reaches a step: it passes, and says what is to be done."""
    params = rule.params

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        facts = act.evidence
        if facts is None or act.lesson is None or act.new not in params.meaning:
            return None
        if act.old in params.meaning:
            return None  # it counts already
        day = act.lesson.date
        span = window_of(params, day, facts.term)
        earlier = [
            one.date
            for one in facts.away
            if _counts(params, one, span, day, act.place.journal_id)
            for _ in range(one.hours)
        ]
        lessons = Lessons(facts.class_days if params.of == "all" else facts.days)
        crossing = reached(params, earlier, day, span, lessons, calendar, act.lesson.hours)
        if crossing is None:
            return None
        step = crossing.step
        return Breach(
            f"{crossing.words(params)}.",
            f"{step.action[:1].upper()}{step.action[1:]}: {role_words([step.by])}"
            + (f", срок {step.within}." if step.within else "."),
        )

    return ask


def _counts(params: AbsenceThreshold, one: Away, span: tuple[date, date], day: date, journal_id: int) -> bool:
    return (
        one.meaning in params.meaning
        and span[0] <= one.date <= min(day, span[1])
        and (params.of == "all" or one.journal_id == journal_id)
    )


# --- over a school ------------------------------------------------------------------------------------------------

_ABSENCES = f"""
SELECT {PLACE}, b.student_id, n.surname, n.given_name, l.date, l.id, b.meaning, t.starts, t.until, l.hours,
    l.teacher_id
FROM journal_absence b
JOIN timetable_lesson l ON l.id = b.lesson_id AND l.state <> 'cancelled'
JOIN plans_journal j ON j.id = b.journal_id
{JOINS}
JOIN people_person n ON n.id = b.student_id
LEFT JOIN organisation_term t ON t.year_id = j.year_id AND t.kind = j.term_kind
    AND t.starts <= l.date AND t.until > l.date
WHERE {{scope}} AND l.school_id = %s AND l.date >= %s AND l.date <= %s AND b.meaning NOT IN ('', 'late')
ORDER BY n.surname, n.given_name, b.student_id, l.date, l.number"""

_LESSON_DAYS = """
SELECT j.id, j.homeroom_id, l.date, l.number, l.hours
FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
WHERE {scope} AND l.school_id = %s AND l.date >= %s AND l.date <= %s AND l.state <> 'cancelled'
ORDER BY l.date"""

_TEACHERS = """
SELECT homeroom_id, kind, MIN(person_id) FROM people_role WHERE school_id = %s AND kind IN ('class_teacher', 'master')
AND homeroom_id IS NOT NULL AND starts <= %s AND (until IS NULL OR until > %s) GROUP BY homeroom_id, kind
UNION ALL SELECT homeroom_id, 'post:' || kind || ':' || post, MIN(person_id) FROM people_role WHERE school_id = %s
AND homeroom_id IS NOT NULL AND post <> '' AND starts <= %s AND (until IS NULL OR until > %s)
GROUP BY homeroom_id, kind, post"""
_Keepers = dict[tuple[int, str], int]
"""Who keeps a class, by class and role."""


@dataclass(slots=True)
class _Days:
    journals: dict[int, list[date]] = field(default_factory=dict)
    classes: dict[int, list[date]] = field(default_factory=dict)


def _lesson_days(reach: Reach, school_id: int, first: date, last: date) -> _Days:
    scope, values = reach
    found, slots = _Days(), set()
    for journal_id, homeroom_id, day, number, hours in sql.read(
        _LESSON_DAYS.replace("{scope}", scope), [*values, school_id, first, last]
    ):
        day = date.fromisoformat(day) if isinstance(day, str) else day
        for at in range(number, number + hours):
            found.journals.setdefault(journal_id, []).append(day)
            if homeroom_id is not None and (homeroom_id, day, at) not in slots:
                slots.add((homeroom_id, day, at))
                found.classes.setdefault(homeroom_id, []).append(day)
    return found


@watch("absence_threshold")
def threshold_matters(
    law: Law, school_id: int, reach: Reach, *, since: date, until: date, calendar: Calendar
) -> list[Matter]:
    """Every step that students reached in [since, until], with who acts and by when. Two statements, three for shares.

    The windows are those the absences lie in: what was missed before `since` counts in them.
    """
    days = {until, *(day for day in law.bounds if since <= day <= until)}
    entries = [
        entry for day in days for _, entry, _ in law.on(day).entries if entry.kind == "absence_threshold"
    ]
    if not entries:
        return []
    scope, values = reach
    year = date(since.year if since.month >= 8 else since.year - 1, 8, 1)
    rows = sql.read(_ABSENCES.replace("{scope}", scope), [*values, school_id, year, until])
    shares = any(dict(entry.raw).get("measure") == "share" for entry in entries)
    lessons = _lesson_days(reach, school_id, year, date(year.year + 1, 7, 31)) if rows and shares else _Days()
    keepers: _Keepers = {
        (homeroom_id, kind): person_id
        for homeroom_id, kind, person_id in (
            sql.read(_TEACHERS, [school_id, until, until] * 2) if rows else ()
        )
    }
    reader = places(law)
    found: list[Matter] = []
    for student_id, group in groupby(rows, key=lambda row: row[12]):
        counted: dict[Any, list[date]] = {}
        for row in group:
            day = _day(row[15])
            for rule in reader.rules(row, day, "absence_threshold", student_id):
                params: AbsenceThreshold = rule.params
                if row[17] not in params.meaning:
                    continue
                term = (_day(row[18]), _day(row[19])) if row[18] is not None else None
                span = window_of(params, day, term)
                own = (rule.entry.index, rule.edition, span[0], row[0] if params.of == "subject" else 0)
                earlier = counted.setdefault(own, [])
                base = lessons.journals.get(row[0], ())
                if params.of == "all":
                    base = lessons.classes.get(row[11], ())
                crossing = reached(
                    params, earlier, day, span, Lessons(base), calendar.of_class(row[6]), row[20]
                )
                earlier.extend([day] * row[20])
                if crossing is not None and day >= since:
                    days_of = calendar.of_class(row[6])
                    found += [
                        _matter(row, rule, step, crossing, day, span[0], days_of, keepers)
                        for step in crossing.steps
                    ]
    return found


def _matter(
    row: Sequence[Any],
    rule: Rule[Any],
    step: Step,
    crossing: Crossing,
    day: date,
    begins: date,
    calendar: Calendar,
    keepers: _Keepers,
) -> Matter:
    name = f"{row[13]} {row[14]}"
    limit = None
    if step.within is not None:
        limit = step.within.limit(day, datetime.combine(day, time(23, 59), calendar.zone), calendar)
    return Matter(
        kind="absence_threshold",
        clauses=clauses_of([rule]),
        text=f"{name}: {step.action}",
        since=day,
        due=limit,
        homeroom_id=row[11],
        homeroom=row[6],
        subject=row[2] if rule.params.of == "subject" else "",
        students=(name,),
        who_id=row[21] if step.by == "teacher" else keepers.get((row[11], step.by)),
        role=step.by,
        told=told_of([rule]),
        detail=crossing.words(rule.params),
        # the duty stays the same one when another absence is found to have led to it, or another term ends it
        key=f"{row[12]}:{begins}:{step.at:g}:{row[0] if rule.params.of == 'subject' else ''}",
    )


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
