"""The load of a class: when control works may stand, and how much homework a day takes (shape 2, while planning)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from parta.journal.rules.acts import Act
from parta.journal.rules.evidence import Evidence, WorkFact
from parta.journal.rules.wording import ACCUSATIVE_WORKS, day_words, listed, work_name
from parta.journal.rules.works import nested_works
from parta.regulation.durations import WEEKDAYS, Calendar, Duration, plural
from parta.regulation.judge import Bench, Rule
from parta.regulation.moments import year_of
from parta.regulation.registry import Ask, Breach, Codes, Dur, OnDay, Params, one_of, rule_kind
from parta.regulation.verdict import WayOut

__all__ = ["ControlWorkSchedule", "HomeworkBudget"]

_WEEKDAY_WORDS = (
    "в понедельник",
    "во вторник",
    "в среду",
    "в четверг",
    "в пятницу",
    "в субботу",
    "в воскресенье",
)
PLACES = ("first_lesson", "last_lesson", *WEEKDAYS)


class ControlWorkSchedule(Params):
    """Limits on when control works of a class stand."""

    work: Codes = Field(frozenset({"control"}), description="какие виды работ считаются контрольными")
    max_per_day: int | None = Field(None, ge=0, le=20, description="не больше стольких в день для класса")
    max_per_week: int | None = Field(None, ge=0, le=50, description="не больше стольких в неделю для класса")
    min_gap: Dur | None = Field(
        None, description="промежуток между работами не меньше: «7d», «2.5 weeks», «5 school_days»"
    )
    gap_of: Literal["subject", "class", "parallel"] = Field(
        "subject",
        description="между какими работами: subject — по предмету в классе, class — любыми работами класса, "
        "parallel — по предмету во всей параллели (в один день с параллелью можно)",
    )
    max_share: float | None = Field(
        None, gt=0, le=100, description="не больше такой доли уроков предмета за период, процентов"
    )
    share_of: Literal["term", "year"] = Field(
        "term", description="доля от уроков чего: term — отчётного периода, year — учебного года"
    )
    not_on: Annotated[frozenset[str], one_of(*PLACES)] = Field(
        frozenset(), description="когда нельзя: first_lesson, last_lesson, monday…"
    )
    exclusive: Codes = Field(frozenset(), description="виды работ, которые не ставят в один день с этой")
    latest: OnDay | None = Field(None, description="последний день: period_end-3d или 05-20")
    notice: Dur | None = Field(
        None, description="за сколько до работы она должна стоять в графике: «3d», «5 school_days»"
    )
    fields: Codes = Field(frozenset(), description="что указывают в графике")

    def needs(self) -> frozenset[str]:
        """Works of the parallel, where the gap is asked of it; lessons of the year, where the share is of them."""
        parallel = self.min_gap is not None and self.gap_of == "parallel"
        year = self.max_share is not None and self.share_of == "year"
        return frozenset({"parallel"} if parallel else ()) | frozenset({"year_share"} if year else ())


def _says(params: ControlWorkSchedule) -> str:
    named = listed(work_name(code) for code in sorted(params.work))
    asks = []
    if params.max_per_day is not None:
        asks.append(f"не больше {params.max_per_day} в день")
    if params.max_per_week is not None:
        asks.append(f"не больше {params.max_per_week} в неделю")
    if params.min_gap is not None:
        whose = {
            "subject": "по одному предмету",
            "class": "в одном классе",
            "parallel": "по предмету в параллели",
        }
        asks.append(f"{whose[params.gap_of]} не чаще чем раз в {params.min_gap}")
    if params.max_share is not None:
        of = " за год" if params.share_of == "year" else ""
        asks.append(f"не больше {params.max_share:g} % уроков предмета{of}".replace(".", ","))
    if params.not_on:
        asks.append(f"нельзя {listed(_place_words(place) for place in PLACES if place in params.not_on)}")
    if params.exclusive:
        asks.append(f"не в один день: {listed(work_name(code) for code in sorted(params.exclusive))}")
    if params.latest is not None:
        asks.append("не позже названного дня")
    if params.notice is not None:
        asks.append(f"объявляют заранее: {params.notice}")
    return f"{named}: {'; '.join(asks) or 'по графику'}"


def _place_words(place: str) -> str:
    if place in WEEKDAYS:
        return _WEEKDAY_WORDS[WEEKDAYS.index(place)]
    return "на первом уроке" if place == "first_lesson" else "на последнем уроке"


@rule_kind(
    "control_work_schedule",
    2,
    ControlWorkSchedule,
    title="График контрольных работ",
    says=_says,
    facts={"mark", "topic"},
    verbs={"record", "correct"},
    on_breach="refuse",
    needs={"works"},
)
def control_work_schedule(rule: Rule[ControlWorkSchedule], bench: Bench) -> Ask:
    """A new control work that breaks a limit: asked when it is planned with its topic, or when its first mark comes."""
    params = rule.params
    nested = nested_works(bench)

    def counts(work: str, named: frozenset[str]) -> bool:
        return "all" in named or work in named or bool(nested.get(work, frozenset()) & named)

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        facts, lesson = act.evidence, act.lesson
        if facts is None or lesson is None or not facts.new_work:
            return None
        if not counts(facts.new_work, params.work):
            if params.exclusive and counts(facts.new_work, params.exclusive):
                return _excluded(act, [w for w in facts.works if counts(w.work, params.work)], lesson.date)
            return None
        works = [work for work in _beside(act, facts.works) if counts(work.work, params.work)]
        others = [work for work in facts.parallel if counts(work.work, params.work)]
        for found in (
            _placed(params, facts, lesson.date, lesson.number),
            _crowded(params, works, lesson.date),
            _close(params, [*works, *others], act, calendar),
            _excluded(act, [w for w in facts.works if counts(w.work, params.exclusive)], lesson.date)
            if params.exclusive
            else None,
            _share(params, facts, counts),
            _last_day(params, facts, lesson.date, calendar),
            _announced(params, act, calendar),
        ):
            if found is not None:
                return found
        return None

    return ask


def _beside(act: Act, works: Sequence[WorkFact]) -> list[WorkFact]:
    """Works that the same students write: what another part of the class has in this subject is not among them."""
    if "subgroup" not in act.place.tags:
        return list(works)
    return [
        work
        for work in works
        if work.part is None
        or work.journal_id == act.place.journal_id
        or work.subject != act.place.subject_title
    ]


def _once(works: Iterable[WorkFact]) -> list[WorkFact]:
    """Works as one student meets them: the parts of a class count once for a subject and day."""
    met: dict[tuple[object, ...], WorkFact] = {}
    for work in works:
        key = (work.date, work.work, work.lesson_id if work.part is None else work.subject)
        met.setdefault(key, work)
    return list(met.values())


def _breach(found: str, allowed: str) -> Breach:
    return Breach(found, allowed, (WayOut.OTHER_VALUE,))


def _placed(params: ControlWorkSchedule, facts: Evidence, day: date, number: int) -> Breach | None:
    if WEEKDAYS[day.weekday()] in params.not_on:
        return _breach(f"Контрольную {_WEEKDAY_WORDS[day.weekday()]} не проводят.", "Выберите другой день.")
    if facts.day is not None:
        first, last = facts.day
        if "first_lesson" in params.not_on and number == first:
            return _breach("Это первый урок класса: контрольную на нём не проводят.", "Выберите другой урок.")
        if "last_lesson" in params.not_on and number == last:
            return _breach(
                "Это последний урок класса: контрольную на нём не проводят.", "Выберите другой урок."
            )
    return None


def _crowded(params: ControlWorkSchedule, works: list[WorkFact], day: date) -> Breach | None:
    same_day = _once(work for work in works if work.date == day)
    if params.max_per_day is not None and len(same_day) >= params.max_per_day:
        subjects = listed(dict.fromkeys(work.subject.lower() for work in same_day))
        at_all = (
            f"В этот день у класса уже есть контрольная: {subjects}."
            if subjects
            else "Контрольных в день нет."
        )
        return _breach(at_all, f"В день — не больше {params.max_per_day}.")
    if params.max_per_week is not None:
        monday = day - timedelta(days=day.weekday())
        week = _once(work for work in works if monday <= work.date < monday + timedelta(days=7))
        if len(week) >= params.max_per_week:
            listing = ", ".join(f"{day_words(w.date)} {w.subject.lower()}" for w in week)
            return _breach(
                f"На этой неделе у класса уже {len(week)} "
                f"{plural(len(week), 'контрольная', 'контрольные', 'контрольных')}: {listing}.",
                f"В неделю — не больше {params.max_per_week}.",
            )
    return None


def _close(params: ControlWorkSchedule, works: list[WorkFact], act: Act, calendar: Calendar) -> Breach | None:
    gap, lesson = params.min_gap, act.lesson
    if gap is None or lesson is None:
        return None
    for work in works:
        if work.lesson_id == lesson.id or not _is_gap_of(params, work, act):
            continue
        first, second = sorted((work.date, lesson.date))
        if _apart(gap, first, second, calendar):
            return _breach(
                f"{_WHERE[params.gap_of]} контрольная уже есть: {day_words(work.date)}"
                + (f", {work.subject.lower()}." if params.gap_of == "class" else "."),
                f"Промежуток между ними — не меньше: {gap}.",
            )
    return None


_WHERE = {
    "subject": "По этому предмету",
    "class": "У этого класса",
    "parallel": "В параллели по этому предмету",
}


def _is_gap_of(params: ControlWorkSchedule, work: WorkFact, act: Act) -> bool:
    assert act.lesson is not None
    if params.gap_of == "class":
        return True
    if params.gap_of == "parallel" and work.date == act.lesson.date:
        return False  # the parallel writes it together
    own = work.journal_id == act.place.journal_id or work.subject == act.place.subject_title
    return own if params.gap_of == "parallel" else work.journal_id == act.place.journal_id


def _apart(gap: Duration, first: date, second: date, calendar: Calendar) -> bool:
    """Whether two days lie closer than the gap."""
    start = datetime.combine(first, time(), calendar.zone)
    ends = gap.limit(first, start, calendar).astimezone(calendar.zone).date()
    return second < ends if gap.unit in ("d", "school_days", "work_days", "y") else second <= first


def _excluded(act: Act, others: list[WorkFact], day: date) -> Breach | None:
    assert act.lesson is not None
    same = [work for work in others if work.date == day]
    if not same:
        return None
    other = same[0]
    return _breach(
        f"В этот день класс уже пишет {ACCUSATIVE_WORKS.get(other.work, other.work)} ({other.subject.lower()}).",
        "Эти работы не ставят в один день.",
    )


def _share(params: ControlWorkSchedule, facts: Evidence, counts: Any) -> Breach | None:
    of_year = params.share_of == "year"
    lessons, works = (
        (facts.year_lessons, facts.year_works) if of_year else (facts.lessons, facts.work_lessons)
    )
    if params.max_share is None or not lessons:
        return None
    held = sum(number for work, number in works if counts(work, params.work)) + 1
    if held * 100 <= params.max_share * lessons:
        return None
    return _breach(
        f"С этой работой контрольные займут {held} из {lessons} "
        f"{plural(lessons, 'урока', 'уроков', 'уроков')} {'года' if of_year else 'периода'}.",
        f"Доля контрольных — не больше {params.max_share:g} %.",
    )


def _last_day(params: ControlWorkSchedule, facts: Evidence, day: date, calendar: Calendar) -> Breach | None:
    if params.latest is None:
        return None
    events = year_of(day)
    if facts.term is not None:
        events |= {"period_start": facts.term[0], "period_end": facts.term[1] - timedelta(days=1)}
        events["vacation_day_1"] = facts.term[1]
    last = params.latest.on(events, calendar)
    if last is None or day <= last:
        return None
    return _breach(f"Контрольные проводят не позже {day_words(last)}.", "Выберите более ранний урок.")


def _announced(params: ControlWorkSchedule, act: Act, calendar: Calendar) -> Breach | None:
    """Whether the work is put down early enough before its lesson."""
    notice, lesson = params.notice, act.lesson
    if notice is None or lesson is None:
        return None
    local = act.at.astimezone(calendar.zone)
    earliest = notice.limit(local.date(), act.at, calendar).astimezone(calendar.zone)
    if notice.unit in ("min", "h"):
        in_time = earliest <= lesson.ends_at
    else:
        in_time = earliest.date() <= lesson.date
    if in_time:
        return None
    return _breach(
        f"Работа назначена на {day_words(lesson.date)}, а вносят её {day_words(local.date())}.",
        f"О работе объявляют заранее: {notice}. Выберите более поздний урок.",
    )


# --- homework -------------------------------------------------------------------------------------------------------


BREAKS = {"weekend": "выходные", "vacation": "каникулы"}


def _by_weekday(value: object) -> object:
    if isinstance(value, dict) and (wrong := [day for day in value if day not in WEEKDAYS]):
        raise ValueError(f"«{wrong[0]}» — не день недели; допустимы: {', '.join(WEEKDAYS)}")
    return value


class HomeworkBudget(Params):
    """How long all homework of a class for one day may take."""

    max: float = Field(
        1440, ge=0, le=1440, description="сколько минут на день всему классу; таблица по классам"
    )
    weekdays: Annotated[dict[str, float], BeforeValidator(_by_weekday)] = Field(
        {}, description="другое число для дня недели: { monday = 60 }"
    )
    not_over: Annotated[frozenset[str], one_of(*BREAKS)] = Field(
        frozenset(), description="на что не задают: weekend — выходные, vacation — каникулы"
    )
    unknown: Literal["estimate", "ask"] = Field(
        "estimate", description="если минуты не названы: estimate — по оценке, ask — спросить учителя"
    )
    estimate: float = Field(20, ge=0, le=600, description="оценка задания без минут")
    sum: Literal["minutes"] = Field("minutes", description="что складывают: минуты")
    each: Codes = Field(frozenset({"class", "day"}), description="по чему складывают: класс и день")


def _says_budget(params: HomeworkBudget) -> str:
    asks = []
    if params.max < 1440 or params.weekdays or not params.not_over:
        days = (
            f"{_WEEKDAY_WORDS[WEEKDAYS.index(day)]} {number:g}" for day, number in params.weekdays.items()
        )
        asks.append(f"задания класса на один день вместе занимают не больше {params.max:g} минут")
        asks += [", ".join(days)] if params.weekdays else []
        asks.append(
            f"задание без минут считается за {params.estimate:g}"
            if params.unknown == "estimate"
            else "минуты обязательны"
        )
    if params.not_over:
        asks.append(f"не задают на {listed(BREAKS[one] for one in BREAKS if one in params.not_over)}")
    return "; ".join(asks)


@rule_kind(
    "homework_budget",
    2,
    HomeworkBudget,
    title="Сколько времени на задания",
    says=_says_budget,
    facts={"homework"},
    verbs={"record", "correct"},
    on_breach="remark",
    needs={"homework"},
)
def homework_budget(rule: Rule[HomeworkBudget], bench: Bench) -> Ask:
    """Homework that takes the day of its class over the limit, or does not say how long it takes where it must."""
    params = rule.params

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        facts = act.evidence
        if facts is None or act.declared_none or act.individual or not act.new:
            return None
        if facts.minutes is None and params.unknown == "ask":
            return Breach(
                "Не сказано, сколько минут займёт задание.", "Укажите минуты.", (WayOut.OTHER_VALUE,)
            )
        if facts.due is None:
            return None
        over = _over(params.not_over, act, facts.due, calendar)
        if over:
            return Breach(
                f"Между уроком и {day_words(facts.due)} у класса только {over}: задание пришлось бы делать на {over}.",
                f"На {over} не задают.",
                (WayOut.OTHER_VALUE,),
            )
        most = params.weekdays.get(WEEKDAYS[facts.due.weekday()], params.max)
        own = params.estimate if facts.minutes is None else facts.minutes
        others = sum(params.estimate if minutes is None else minutes for minutes in facts.others)
        if own + others <= most:
            return None
        if not most:
            return Breach(f"На {day_words(facts.due)} заданий не задают.", "", (WayOut.OTHER_VALUE,))
        return Breach(
            f"На {day_words(facts.due)} у класса выходит {own + others:g} минут заданий, из них {own:g} — это.",
            f"На день — не больше {most:g} минут.",
            (WayOut.OTHER_VALUE,),
        )

    return ask


def _over(named: frozenset[str], act: Act, due: date, calendar: Calendar) -> str:
    """The break in which this homework would have to be done; empty when a school day lies between, or no break."""
    if not named or act.lesson is None:
        return ""
    day, met = act.lesson.date + timedelta(days=1), set()
    while day < due:
        if calendar.is_school_day(day):
            return ""
        met.add("vacation" if calendar.is_vacation(day) else "weekend")
        day += timedelta(days=1)
    return next((BREAKS[one] for one in ("vacation", "weekend") if one in met & named), "")
