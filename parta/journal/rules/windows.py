"""Deadlines: until when a fact is in time, and which clause says so (shape 1).

At the write a late fact passes with a remark; the watches over the same entries find what is missing. Several
entries of a kind are taken together: the narrowest decides (kind of work, then subject, grades, class, role); of
equally narrow ones the earliest limit does, and the others are cited as outer limits.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal

from parta.journal.rules.acts import FACT_CODES, MEANINGS, Act, Lesson
from parta.journal.rules.wording import listed, moment_words, work_words
from parta.regulation.durations import Calendar, Duration, parse_duration
from parta.regulation.judge import Bench, Rule
from parta.regulation.registry import (
    Ask,
    Breach,
    Codes,
    Due,
    Params,
    disputes,
    dur_or,
    one_of,
    rule_kind,
)

__all__ = [
    "Deadlines",
    "Limit",
    "MarkDeadlines",
    "attendance_deadlines",
    "column_deadlines",
    "homework_deadlines",
    "lesson_deadlines",
    "mark_deadlines",
    "reason_deadlines",
]

ALL = frozenset({"all"})
Counting = Literal["calendar", "school"]


@dataclass(frozen=True, slots=True)
class Limit:
    """The last moment in time for a fact, and the rules that say so, the deciding ones first."""

    at: datetime
    rules: tuple[Rule[Any], ...]
    outer: tuple[tuple[datetime, Rule[Any]], ...] = ()
    """Later limits of broader or equally narrow rules."""
    duration: Duration | None = None

    def cited(self, at: datetime) -> tuple[Rule[Any], ...]:
        """The rules broken at a moment: the deciding ones, then outer limits that have passed as well."""
        return self.rules + tuple(rule for limit, rule in self.outer if at > limit)


class Deadlines:
    """The rules of one deadline kind at one place."""

    def __init__(self, rules: tuple[Rule[Any], ...], homeroom: str = "") -> None:
        self.homeroom = homeroom
        """Whose days are counted."""
        self.rules = tuple(rule for rule in rules if isinstance(rule.params.within, Duration))
        self.views = tuple(rule for rule in rules if not isinstance(rule.params.within, Duration))
        """Entries that repeat the limits of the others: they are cited, and set none of their own."""
        self._last: tuple[Calendar | None, tuple[Any, ...], dict[Any, Limit | None]] = (None, (), {})
        """The last lesson and its limits, by works and fact: of one lesson the same is asked again and again."""

    def depth(self, rule: Rule[Any], works: tuple[str, ...], fact: str) -> int:
        """How narrowly a rule names what is written; 0 is «everything», negative is «not this»."""
        facts = rule.params.facts()
        return 0 if facts is None or fact in facts else -1

    def limit(
        self, lesson: Lesson, calendar: Calendar, works: tuple[str, ...] = (), fact: str = ""
    ) -> Limit | None:
        """The limit for a fact of a lesson; ``None`` when no rule sets one."""
        calendar = calendar.of_class(self.homeroom)
        moments = (lesson.date, lesson.ends_at, lesson.day_ends_at, lesson.following)
        calendar_asked, known, limits = self._last
        if calendar_asked is not calendar or known != moments:
            limits = {}
            self._last = (calendar, moments, limits)
        asked = works, fact
        if asked not in limits:
            limits[asked] = self._limit(lesson, calendar, works, fact)
        return limits[asked]

    def _limit(self, lesson: Lesson, calendar: Calendar, works: tuple[str, ...], fact: str) -> Limit | None:
        ranked = []
        for rule in self.rules:
            depth = self.depth(rule, works, fact)
            if depth >= 0:
                ranked.append(((depth, *rule.entry.breadth), self._ends(rule, lesson, calendar), rule))
        if not ranked:
            return None
        earliest, deciding = _decided(ranked)
        outer = sorted(
            (
                (end, -index, rule)
                for index, (_, end, rule) in enumerate(ranked)
                if end >= earliest and rule not in deciding
            ),
            key=lambda item: item[:2],
        )
        views = tuple(rule for rule in self.views if self.depth(rule, works, fact) >= 0)
        return Limit(
            earliest,
            deciding + views,
            tuple((end, rule) for end, _, rule in outer),
            deciding[0].params.within,
        )

    def _ends(self, rule: Rule[Any], lesson: Lesson, calendar: Calendar) -> datetime:
        moment = lesson.ends_at
        if getattr(rule.params, "after", "") == "last_lesson_of_day" or getattr(rule.params, "each", "") in (
            "practice_day",
        ):
            moment = lesson.day_ends_at or lesson.ends_at
        end: datetime = rule.params.within.limit(
            lesson.date,
            moment,
            calendar,
            ends_at=lesson.ends_at,
            leave_out_vacations=rule.params.calendar == "school",
            following=lesson.following,
        )
        return end


Ranked = tuple[tuple[int, ...], datetime, Rule[Any]]


def _decided(ranked: Sequence[Ranked]) -> tuple[datetime, tuple[Rule[Any], ...]]:
    """The limit that stands and the rules that set it.

    Within one rank of acts the narrowest decides, also if it is longer, and of equally narrow ones the earliest. A
    lower act may shorten what a higher one allows; it may lengthen it only where the higher act says so.
    """
    best: tuple[datetime, tuple[Rule[Any], ...]] | None = None
    for rank in sorted({rule.rank for _, _, rule in ranked}):
        own = [one for one in ranked if one[2].rank == rank]
        narrowest = max(key for key, _, _ in own)
        end = min(end for key, end, _ in own if key == narrowest)
        rules = tuple(rule for key, at, rule in own if key == narrowest and at == end)
        narrower = best is not None and narrowest > max(key for key, _, rule in ranked if rule in best[1])
        if best is None or end < best[0]:
            best = end, rules
        elif end == best[0]:
            best = end, best[1] + rules
        elif narrower and all(rule.yields_to(rank) for rule in best[1]):
            best = end, rules
    assert best is not None
    return best


class MarkDeadlines(Deadlines):
    """Deadlines of marks, which hang on the kind of work."""

    def __init__(
        self, rules: tuple[Rule[Any], ...], nested: Mapping[str, frozenset[str]], homeroom: str
    ) -> None:
        super().__init__(rules, homeroom)
        self.nested = nested
        self._depths: dict[tuple[str, ...], dict[Rule[Any], int]] = {}

    def depth(self, rule: Rule[Any], works: tuple[str, ...], fact: str) -> int:
        """4 names the kind itself, 3 a kind it is part of, 1 «the work of the lesson», 0 all kinds."""
        depths = self._depths.get(works)
        if depths is None:
            depths = {rule: self._depth(rule, works) for rule in self.rules + self.views}
            if any(depth >= 3 for depth in depths.values()):
                depths = {
                    rule: -1 if depth == 1 and "current" not in works else depth
                    for rule, depth in depths.items()
                }
            self._depths[works] = depths
        return depths[rule]

    def _depth(self, rule: Rule[Any], works: tuple[str, ...]) -> int:
        named: frozenset[str] = rule.params.work
        left_out: frozenset[str] = rule.params.except_work
        wider = frozenset(parent for work in works for parent in self.nested.get(work, frozenset()))
        if left_out.intersection(works) or left_out & wider:
            return -1
        if named.intersection(works):
            return 4
        if named & wider:
            return 3
        if "current" in named:
            return 1
        return 0 if "all" in named else -1


def mark_deadlines(bench: Bench) -> MarkDeadlines:
    """The deadlines of marks at a place."""
    from parta.journal.rules.works import nested_works

    return bench.memo(  # type: ignore[no-any-return]
        "mark_deadlines",
        lambda: MarkDeadlines(bench.of("mark_deadline"), nested_works(bench), bench.place.homeroom),
    )


def column_deadlines(bench: Bench) -> MarkDeadlines:
    """Until when a work has the marks of all who were present: deadlines of marks, and what asks for whole columns.

    Where the act sets no deadline of marks at all, a whole column is asked for by the end of its day.
    """
    from parta.journal.rules.works import nested_works

    def made() -> MarkDeadlines:
        known, whole = bench.of("mark_deadline"), bench.of("all_present_marked")
        if not known:
            day = {"within": parse_duration("same_day")}
            whole = tuple(
                rule
                if isinstance(rule.params.within, Duration)
                else replace(rule, params=rule.params.model_copy(update=day))
                for rule in whole
            )
        return MarkDeadlines(known + whole, nested_works(bench), bench.place.homeroom)

    return bench.memo("column_deadlines", made)  # type: ignore[no-any-return]


def lesson_deadlines(bench: Bench) -> Deadlines:
    """The deadlines of the lesson record at a place."""
    return bench.memo(
        "lesson_deadlines", lambda: Deadlines(bench.of("lesson_deadline"), bench.place.homeroom)
    )  # type: ignore[no-any-return]


def attendance_deadlines(bench: Bench) -> Deadlines:
    """The deadlines of the roll at a place."""
    return bench.memo(
        "attendance_deadlines", lambda: Deadlines(bench.of("attendance_deadline"), bench.place.homeroom)
    )  # type: ignore[no-any-return]


def homework_deadlines(bench: Bench) -> Deadlines:
    """The deadlines of homework at a place."""
    return bench.memo(
        "homework_deadlines", lambda: Deadlines(bench.of("homework_deadline"), bench.place.homeroom)
    )  # type: ignore[no-any-return]


def reason_deadlines(bench: Bench) -> Deadlines:
    """The deadlines of absence reasons at a place."""
    return bench.memo(
        "reason_deadlines", lambda: Deadlines(bench.of("absence_reason_by"), bench.place.homeroom)
    )  # type: ignore[no-any-return]


DEADLINES: Mapping[str, Callable[[Bench], Deadlines]] = {
    "mark_deadline": mark_deadlines,
    "lesson_deadline": lesson_deadlines,
    "attendance_deadline": attendance_deadlines,
    "homework_deadline": homework_deadlines,
    "absence_reason_by": reason_deadlines,
}


def _late(
    deadlines: Deadlines, found: Callable[[Act, Limit, Calendar], str], allowed: Callable[[Act], str]
) -> Ask:
    def ask(act: Act, calendar: Calendar) -> Breach | None:
        if act.lesson is None:
            return None
        limit = deadlines.limit(act.lesson, calendar, act.work, act.fact)
        if limit is None or act.at <= limit.at:
            return None
        return Breach(
            found(act, limit, calendar),
            f"{allowed(act)}: {limit.duration}." if limit.duration else "",
            limit=limit.at,
            rules=limit.cited(act.at),
        )

    return ask


def _passed(what: str) -> Callable[[Act, Limit, Calendar], str]:
    def found(act: Act, limit: Limit, calendar: Calendar) -> str:
        return f"{what} позже срока: он истёк {moment_words(limit.at, calendar.zone)}."

    return found


# --- marks --------------------------------------------------------------------------------------------------------


class MarkDeadline(Params):
    """Which works, and until when after the lesson; ``by_kind`` repeats the act's other entries."""

    within: Annotated[Duration | str, dur_or("by_kind")]
    work: Codes = ALL
    except_work: Codes = frozenset()
    calendar: Counting = "calendar"


def _says_marks(params: MarkDeadline) -> str:
    works = "любую работу" if "all" in params.work else work_words(sorted(params.work))
    if params.within == "by_kind":
        return f"отметки за {works} ставят в сроки, названные для каждого вида работы"
    out = f", кроме работ: {work_words(sorted(params.except_work))}" if params.except_work else ""
    return f"отметки за {works}{out} ставят в срок: {params.within}"


@rule_kind(
    "mark_deadline",
    1,
    MarkDeadline,
    title="Срок отметок",
    says=_says_marks,
    facts={"mark"},
    verbs={"record"},
    on_breach="remark",
    joint=True,
)
def mark_deadline(rules: tuple[Rule[MarkDeadline], ...], bench: Bench) -> Ask:
    """A mark set after its window is stored as late."""
    return _late(
        mark_deadlines(bench),
        _passed("Отметка ставится"),
        lambda act: f"Срок отметки за {work_words(act.work) or 'работу на уроке'}",
    )


# --- the lesson's own record --------------------------------------------------------------------------------------


class LessonDeadline(Params):
    """Which fields of a held lesson, and until when. The field ``mark`` is left to ``mark_deadline``; ``any_mark``
    is asked by the watch alone: somebody was marked, whatever for."""

    within: Due
    fields: Annotated[
        frozenset[str], one_of("conducted", "topic", "attendance", "mark", "any_mark", "homework")
    ] = frozenset({"conducted", "topic"})
    days: Literal["by_timetable", "any"] = "by_timetable"
    calendar: Counting = "calendar"

    def facts(self) -> frozenset[str]:
        """Facts of acts behind the fields."""
        found = frozenset().union(*(FACT_CODES.get(name, frozenset()) for name in self.fields - {"mark"}))
        return found | {"conducted"} if "topic" in self.fields else found


_FIELDS = {"conducted": "запись урока", "topic": "тему", "attendance": "явку", "mark": "отметки"}
_FIELDS["any_mark"] = "хотя бы одну отметку"
_FIELDS["homework"] = "домашнее задание"


@rule_kind(
    "lesson_deadline",
    1,
    LessonDeadline,
    title="Срок записи урока",
    says=lambda p: f"{listed(_FIELDS.get(f, f) for f in sorted(p.fields))} вносят в срок: {p.within}",
    facts={"conducted", "topic", "absence", "roll", "homework"},
    verbs={"record"},
    on_breach="remark",
    joint=True,
)
def lesson_deadline(rules: tuple[Rule[LessonDeadline], ...], bench: Bench) -> Ask:
    """A lesson recorded after its window is stored as late."""
    return _late(lesson_deadlines(bench), _passed("Урок записывается"), lambda act: "Срок записи урока")


class AttendanceDeadline(Params):
    """Until when the roll of a lesson (or of a day of practice) is taken; «all present» is a roll."""

    within: Due
    each: Literal["lesson", "practice_day"] = "lesson"
    confirm_all_present: bool = True
    days: Literal["by_timetable", "any"] = "by_timetable"
    calendar: Counting = "calendar"


@rule_kind(
    "attendance_deadline",
    1,
    AttendanceDeadline,
    title="Срок отметки явки",
    says=lambda p: f"отсутствующих (или «все присутствуют») отмечают в срок: {p.within}",
    facts={"absence", "roll"},
    verbs={"record"},
    on_breach="remark",
    joint=True,
)
def attendance_deadline(rules: tuple[Rule[AttendanceDeadline], ...], bench: Bench) -> Ask:
    """A roll taken after its window is stored as late."""
    return _late(attendance_deadlines(bench), _passed("Явка отмечается"), lambda act: "Срок отметки явки")


class HomeworkDeadline(Params):
    """Until when a held lesson has homework or «не задано»."""

    within: Due
    after: Literal["lesson_date", "last_lesson_of_day"] = "lesson_date"
    accept: Annotated[frozenset[str], one_of("given", "declared_not_set")] = frozenset(
        {"given", "declared_not_set"}
    )
    calendar: Counting = "calendar"


@rule_kind(
    "homework_deadline",
    1,
    HomeworkDeadline,
    title="Срок домашнего задания",
    says=lambda p: (
        f"домашнее задание (или «не задано») записывают в срок: {p.within}"
        + (" после последнего урока класса" if p.after == "last_lesson_of_day" else "")
    ),
    facts={"homework"},
    verbs={"record"},
    on_breach="remark",
    joint=True,
)
def homework_deadline(rules: tuple[Rule[HomeworkDeadline], ...], bench: Bench) -> Ask:
    """Homework written after its window is stored as late; homework posted in advance is in time."""
    return _late(
        homework_deadlines(bench),
        _passed("Домашнее задание записывается"),
        lambda act: "Срок домашнего задания",
    )


class AbsenceReasonBy(Params):
    """Until when each absence gets its reason."""

    within: Due
    values: Annotated[frozenset[str], one_of("all", *MEANINGS)] = ALL
    calendar: Counting = "calendar"


@rule_kind(
    "absence_reason_by",
    1,
    AbsenceReasonBy,
    title="Срок причины пропуска",
    says=lambda p: f"причину пропуска указывают в срок: {p.within}",
    facts={"absence"},
    verbs={"correct"},
    on_breach="remark",
    joint=True,
)
def absence_reason_by(rules: tuple[Rule[AbsenceReasonBy], ...], bench: Bench) -> Ask:
    """The reason of an absence given after its window is stored as late."""
    late = _late(reason_deadlines(bench), _passed("Причина указывается"), lambda act: "Срок причины пропуска")

    def ask(act: Act, calendar: Calendar) -> Breach | None:
        return late(act, calendar) if act.old == "unknown" and act.new != "unknown" else None

    return ask


@disputes("mark_deadline", "lesson_deadline", "attendance_deadline", "homework_deadline", "absence_reason_by")
def _two_limits(higher: Any, lower: Any, equal: bool) -> str:
    """Two limits for the same facts; a lower act may only shorten."""
    one, two = higher.within, lower.within
    if not isinstance(one, Duration) or not isinstance(two, Duration) or one == two:
        return ""
    for name in ("work", "fields", "values"):
        named, other = getattr(higher, name, ALL), getattr(lower, name, ALL)
        if "all" not in named and "all" not in other and not named & other:
            return ""
        if ("all" in named) != ("all" in other) and equal:
            return ""  # the narrower decides
    if not equal and _hours(two) <= _hours(one):
        return ""
    return f"срок {two}, а там {one}"


def _hours(duration: Duration) -> float:
    """About how long it is after a lesson that ends at noon, to compare limits of different units.

    A day of the week is at most a week away, lessons of a subject stand some three days apart.
    """
    if duration.unit == "weekday":
        return 7 * 24
    if duration.unit == "lessons":
        return duration.count * 3 * 24
    if duration.unit in ("min", "h"):
        return duration.count * (1 if duration.unit == "h" else 1 / 60)
    days = duration.count * (365 if duration.unit == "y" else 1)
    return days * 24 + (24 if duration.hour is None else duration.hour.hour + duration.hour.minute / 60) - 12
