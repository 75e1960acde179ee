"""The load of classes over a school: control works and homework that stand against the limits of the act.

The same guards that are asked while a work is planned (:mod:`parta.journal.rules.loads`) are asked here of what is
written already, in the order of the days: of two works on one day the later breaks the limit. What an import brought
or a permit let through is found; what a variant or an exception allows is not.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from parta.foundation import sql
from parta.journal.rules.acts import Act, Lesson, Writer
from parta.journal.rules.evidence import Evidence, WorkFact, of_one_student
from parta.journal.rules.loads import HomeworkBudget
from parta.journal.rules.matters import JOINS, PLACE, Matter, Places, Reach, clauses_of, places, told_of
from parta.journal.rules.wording import ACCUSATIVE_WORKS, day_words
from parta.regulation.durations import Calendar
from parta.regulation.judge import Law, Rule
from parta.regulation.registry import Breach, Params, watch

__all__ = ["homework_matters", "work_matters"]

AROUND = timedelta(days=45)
"""How far back works of the class are looked at, as at the write."""
NOBODY = Writer(0)
_SCHEDULE = frozenset({"control_work_schedule"})
_BUDGET = frozenset({"homework_budget"})

_WHO = "COALESCE(ts.substitute_id, l.teacher_id)"
_LESSON = f"l.id, l.date, l.number, l.starts_at, l.ends_at, {_WHO}, j.subgroup_id, j.subject_id"

_WORKS = f"""
SELECT {PLACE}, {_LESSON}, w.kind, t.starts, t.until, s.code
FROM (
    SELECT a.lesson_id, a.work_kind AS kind FROM journal_assessment a WHERE a.school_id = %s
        AND EXISTS (SELECT 1 FROM journal_mark m WHERE m.assessment_id = a.id AND m.value <> '')
    UNION
    SELECT r.lesson_id, p.work_kind FROM journal_lessonrecord r JOIN plans_plannedtopic p ON p.id = r.planned_topic_id
    WHERE r.school_id = %s AND p.work_kind <> ''
) w
JOIN timetable_lesson l ON l.id = w.lesson_id AND l.state <> 'cancelled' AND l.date >= %s AND l.date <= %s
JOIN plans_journal j ON j.id = l.journal_id
{JOINS}
LEFT JOIN timetable_substitution ts ON ts.lesson_id = l.id
LEFT JOIN organisation_term t ON t.year_id = j.year_id AND t.kind = j.term_kind
    AND t.starts <= l.date AND t.until > l.date
WHERE {{scope}}
ORDER BY l.date, l.number, l.id, w.kind"""

_SLOTS = """
SELECT j.id, j.homeroom_id, l.date, l.number FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
WHERE {scope} AND l.school_id = %s AND l.date >= %s AND l.date <= %s AND l.state <> 'cancelled'"""


@dataclass(slots=True)
class _Slots:
    """Lessons of journals and of days of classes."""

    journals: dict[int, list[date]]
    days: dict[tuple[Any, date], tuple[int, int]]

    def in_term(self, journal_id: int, term: tuple[date, date]) -> int:
        """Lessons of a journal in [first day, day after the last)."""
        dates = self.journals.get(journal_id, [])
        return bisect_left(dates, term[1]) - bisect_left(dates, term[0])


def _slots(reach: Reach, school_id: int, first: date, last: date) -> _Slots:
    scope, values = reach
    found = _Slots(defaultdict(list), {})
    for journal_id, homeroom_id, day, number in sql.read(
        _SLOTS.replace("{scope}", scope), [*values, school_id, first, last]
    ):
        day = _day(day)
        found.journals[journal_id].append(day)
        key = (_class(journal_id, homeroom_id), day)
        known = found.days.get(key, (number, number))
        found.days[key] = (min(known[0], number), max(known[1], number))
    for dates in found.journals.values():
        dates.sort()
    return found


def _class(journal_id: int, homeroom_id: int | None) -> tuple[str, int]:
    """A class, or a journal that belongs to none."""
    return ("class", homeroom_id) if homeroom_id is not None else ("journal", journal_id)


@watch("control_work_schedule")
def work_matters(
    law: Law, school_id: int, reach: Reach, *, since: date, until: date, calendar: Calendar
) -> list[Matter]:
    """Works of [since, until] that break a limit of the schedule, one matter for each work. Two statements."""
    if not _asked(law, since, until, _SCHEDULE):
        return []
    scope, values = reach
    first = since - AROUND - timedelta(days=80)
    year = _year(since)
    of_year = _takes_share_of_year(law, since, until)
    if of_year:
        first = min(first, year[0])
    rows = sql.read(_WORKS.replace("{scope}", scope), [school_id, school_id, first, until, *values])
    if not rows:
        return []
    terms = [_day(row[21]) for row in rows if row[21] is not None]
    ends = [_day(row[22]) for row in rows if row[22] is not None]
    if of_year:
        terms, ends = [*terms, year[0]], [*ends, _year(until)[1]]
    slots = _slots(reach, school_id, min([since, *terms]), max([until, *ends]))
    by_class: dict[Any, list[WorkFact]] = defaultdict(list)
    by_subject: dict[Any, list[WorkFact]] = defaultdict(list)
    shares: dict[Any, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    reader = places(law)
    found = []
    for row in rows:
        day, kind, where = _day(row[13]), row[20], _class(row[0], row[11])
        work = WorkFact(day, row[12], row[14], kind, row[0], row[2], row[18])
        subject = (row[23], row[5])
        term = (_day(row[21]), _day(row[22])) if row[21] is not None else None
        share, in_year = shares[row[0], term], shares[row[0], _year(day)]
        if day >= since:
            evidence = Evidence(
                works=_near(by_class[where], day),
                parallel=tuple(one for one in _near(by_subject[subject], day) if one.journal_id != row[0]),
                new_work=kind,
                day=slots.days.get((where, day)),
                term=term,
                lessons=slots.in_term(row[0], term) if term is not None else 0,
                work_lessons=_held(share, row[12]),
                year_lessons=slots.in_term(row[0], _year(day)) if of_year else 0,
                year_works=_held(in_year, row[12]),
            )
            broken = list(_broken(reader, row, "mark", _SCHEDULE, evidence, calendar, work=(kind,)))
            if broken:
                found.append(
                    _matter(row, day, broken, f"Работа против графика: {ACCUSATIVE_WORKS.get(kind, kind)}")
                )
        by_class[where].append(work)
        by_subject[subject].append(work)
        for held in (share, in_year):
            held[kind].add(row[12])
    return found


def _held(share: dict[str, set[int]], lesson_id: int) -> tuple[tuple[str, int], ...]:
    """Lessons with a work, by its kind, this lesson left out."""
    return tuple((name, len(ids - {lesson_id})) for name, ids in sorted(share.items()))


def _year(day: date) -> tuple[date, date]:
    """The school year of a day: its first of August and the next."""
    first = date(day.year if day.month >= 8 else day.year - 1, 8, 1)
    return first, first.replace(year=first.year + 1)


def _takes_share_of_year(law: Law, since: date, until: date) -> bool:
    days = {since, until, *(day for day in law.bounds if since <= day <= until)}
    return any(
        entry.kind in _SCHEDULE and dict(entry.raw).get("share_of") == "year"
        for day in days
        for _, entry, _ in law.on(day).entries
    )


def _near(works: Sequence[WorkFact], day: date) -> tuple[WorkFact, ...]:
    first = bisect_left(works, day - AROUND, key=lambda work: work.date)
    return tuple(works[first : bisect_right(works, day, key=lambda work: work.date)])


_HOMEWORK = f"""
SELECT {PLACE}, {_LESSON}, w.minutes, COALESCE(w.due_date, (
    SELECT MIN(n.date) FROM timetable_lesson n WHERE n.journal_id = w.journal_id AND n.date > l.date
    AND n.state <> 'cancelled')), w.text
FROM journal_homework w
JOIN timetable_lesson l ON l.id = w.lesson_id AND l.date >= %s AND l.date <= %s
JOIN plans_journal j ON j.id = w.journal_id
{JOINS}
LEFT JOIN timetable_substitution ts ON ts.lesson_id = l.id
WHERE {{scope}} AND w.school_id = %s AND w.student_id IS NULL AND NOT w.is_none AND w.text <> ''
ORDER BY w.set_at, w.id"""


@watch("homework_budget")
def homework_matters(
    law: Law, school_id: int, reach: Reach, *, since: date, until: date, calendar: Calendar
) -> list[Matter]:
    """Days for which a class has more homework than the act allows, and tasks without minutes where they must be said.

    One matter for each class and day, led to the task that went over the limit. One statement.
    """
    if not _asked(law, since, until, _BUDGET):
        return []
    scope, values = reach
    rows = sql.read(_HOMEWORK.replace("{scope}", scope), [since - AROUND, until, *values, school_id])
    reader = places(law)
    given: dict[Any, list[tuple[int | None, int, int | None]]] = defaultdict(list)
    over: dict[Any, Matter] = {}
    found = []
    for row in rows:
        due = None if row[21] is None else _day(row[21])
        where = (_class(row[0], row[11]), due)
        others = of_one_student(given[where], row[19], row[18])
        evidence = Evidence(due=due, minutes=row[20], others=others if due is not None else ())
        broken = list(_broken(reader, row, "homework", _BUDGET, evidence, calendar, new=row[22]))
        given[where].append((row[20], row[19], row[18]))
        if not broken or (due or _day(row[13])) < since:
            continue
        unsaid = due is None or (row[20] is None and any(_asks_minutes(rule.params) for rule, _ in broken))
        day = due or _day(row[13])
        title = "Не сказано, сколько минут займёт задание" if unsaid else f"Много заданий на {day_words(day)}"
        matter = _matter(row, day, broken, title)
        if unsaid:
            found.append(matter)
        else:
            over[where] = matter  # the last word on the day has its whole sum
    return found + list(over.values())


def _asks_minutes(params: Params) -> bool:
    return isinstance(params, HomeworkBudget) and params.unknown == "ask"


def _broken(
    reader: Places,
    row: Sequence[Any],
    fact: Any,
    kinds: frozenset[str],
    evidence: Evidence,
    calendar: Calendar,
    **more: Any,
) -> Iterator[tuple[Rule[Any], Breach]]:
    day = _day(row[13])
    checks = reader.bench(row, day).audits(fact, kinds)
    if not checks:
        return
    ends_at = _moment(row[16])
    lesson = Lesson(row[12], day, _moment(row[15]), ends_at, number=row[14])
    act = Act(fact, "record", reader.place(row), lesson, NOBODY, ends_at, evidence=evidence, **more)
    for check in checks:
        breach = check.ask(act, calendar)
        if breach is not None:
            yield check.rule, breach


def _matter(row: Sequence[Any], since: date, broken: Iterable[tuple[Rule[Any], Breach]], text: str) -> Matter:
    broken = list(broken)
    rules = [rule for rule, _ in broken]
    words = dict.fromkeys(" ".join(filter(None, (one.found, one.allowed))) for _, one in broken)
    return Matter(
        kind=rules[0].kind.name,
        clauses=clauses_of(rules),
        text=text,
        since=since,
        journal_id=row[0],
        lesson_id=row[12],
        homeroom_id=row[11],
        subject=row[2],
        homeroom=row[6],
        group=row[10],
        who_id=row[17],
        role="teacher",
        told=told_of(rules),
        detail=" ".join(words),
    )


def _asked(law: Law, since: date, until: date, kinds: frozenset[str]) -> bool:
    days = {since, until, *(day for day in law.bounds if since <= day <= until)}
    return any(entry.kind in kinds for day in days for _, entry, _ in law.on(day).entries)


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _moment(value: Any) -> datetime:
    found: datetime = sql.aware(datetime.fromisoformat(value) if isinstance(value, str) else value)
    return found
