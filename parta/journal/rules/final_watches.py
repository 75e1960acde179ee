"""Finals beside their marks and their days: far from the mean, on too few marks, set outside the window of the act.

The watches of ``final_mark_vs_marks`` and ``final_marks_window``; their guards remark the same at the write. What a
import brought, or a permit let through, is found here.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from typing import Any

from parta.foundation import sql
from parta.journal.rules.corrected import is_number
from parta.journal.rules.editing import window_of_finals
from parta.journal.rules.matters import JOINS, PLACE, Matter, Reach, clauses_of, places, rules_on, told_of
from parta.journal.rules.outcomes import final_differs
from parta.journal.rules.wording import day_words
from parta.regulation.durations import Calendar, plural
from parta.regulation.judge import Law, Rule
from parta.regulation.registry import watch

__all__ = ["FinalSet", "final_matters", "finals_set"]

_NUMBERS = ", ".join(f"'{number}'" for number in range(101))
"""Symbols that are numbers: the others (зачёт, н/а) have no mean."""


@dataclass(frozen=True, slots=True)
class FinalSet:
    """A term mark that stands, with the marks of its period in numbers."""

    row: Sequence[Any]
    term_id: int
    term: str
    kind: str
    starts: date
    until: date
    student_id: int
    student: str
    value: str
    on: date
    """The school's date on which it was first set."""
    who_id: int | None
    count: int
    mean: float | None
    opens: date | None
    """First and last day by the order on closing the period, where there is one."""
    closes: date | None


_FINALS = f"""
SELECT {PLACE}, t.id, t.title, t.kind, t.starts, t.until, t.finals_from, t.finals_until, f.student_id,
    n.surname, n.given_name, f.value, f.set_at, f.set_by_id
FROM journal_termmark f JOIN plans_journal j ON j.id = f.journal_id
{JOINS}
JOIN organisation_term t ON t.id = f.term_id
JOIN people_person n ON n.id = f.student_id
WHERE {{scope}} AND f.value <> '' AND t.starts <= %s AND t.until > %s
ORDER BY t.until, COALESCE(j.grade, 99), h.title, s.position, s.title, j.id, n.surname, n.given_name, n.id"""

_MEANS = f"""
SELECT a.journal_id, t.id, k.student_id, COUNT(*), SUM(a.weight),
    SUM(a.weight * CAST(COALESCE(k.counted, k.value) AS REAL))
FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id
JOIN organisation_term t ON t.year_id = j.year_id
JOIN timetable_lesson l ON l.journal_id = j.id AND l.date >= t.starts AND l.date < t.until
JOIN journal_assessment a ON a.lesson_id = l.id
JOIN journal_mark k ON k.assessment_id = a.id AND {is_number("k", _NUMBERS)}
WHERE {{scope}} AND t.kind <> 'year' AND t.starts <= %s AND t.until > %s
    AND EXISTS (SELECT 1 FROM journal_termmark f WHERE f.journal_id = a.journal_id AND f.term_id = t.id)
GROUP BY a.journal_id, t.id, k.student_id"""


def finals_set(
    school_id: int, reach: Reach, *, since: date, until: date, zone: tzinfo, means: bool = True
) -> list[FinalSet]:
    """Finals of the periods that touch a span, with the mean of the marks under them. Two statements."""
    scope, values = reach
    rows = sql.read(_FINALS.replace("{scope}", scope), [*values, until, since])
    under: dict[tuple[int, int, int], tuple[int, float]] = {}
    if rows and means:
        for journal_id, term_id, student_id, count, weight, total in sql.read(
            _MEANS.replace("{scope}", scope), [*values, until, since]
        ):
            if weight:
                under[journal_id, term_id, student_id] = (int(count), float(total) / float(weight))
    found = []
    for row in rows:
        count, mean = under.get((row[0], row[12], row[19]), (0, None))
        found.append(
            FinalSet(
                row=row[:12],
                term_id=row[12],
                term=row[13],
                kind=row[14],
                starts=row[15],
                until=row[16],
                opens=row[17],
                closes=row[18],
                student_id=row[19],
                student=f"{row[20]} {row[21]}",
                value=row[22],
                on=sql.moment(row[23]).astimezone(zone).date(),
                who_id=row[24],
                count=count,
                mean=mean,
            )
        )
    return found


@watch("final_mark_vs_marks")
@watch("final_marks_window")
def final_matters(
    law: Law, school_id: int, reach: Reach, *, since: date, until: date, calendar: Calendar
) -> list[Matter]:
    """Finals that the act would have remarked, one matter for each journal, period and entry. Two statements."""
    far = rules_on(law, until, "final_mark_vs_marks")
    if not far and not rules_on(law, until, "final_marks_window"):
        return []
    finals = finals_set(school_id, reach, since=since, until=until, zone=calendar.zone, means=bool(far))
    return _gathered(law, finals, "final_mark_vs_marks", _far) + _gathered(
        law, finals, "final_marks_window", lambda rule, one: _outside(rule, one, calendar)
    )


def _far(rule: Rule[Any], one: FinalSet) -> str:
    if one.kind == "year":
        return ""
    found = final_differs(rule.params, one.value, one.count, one.mean)
    return f"{one.student}: {found}" if found else ""


def _outside(rule: Rule[Any], one: FinalSet, calendar: Calendar) -> str:
    days = calendar.of_class(one.row[6])
    first, last = window_of_finals(rule.params, one.starts, one.until, one.opens, one.closes, days)
    if first is not None and one.on < first:
        return f"{one.student}: {day_words(one.on)}, раньше {day_words(first)}"
    if last is not None and one.on > last:
        return f"{one.student}: {day_words(one.on)}, позже {day_words(last)}"
    return ""


_TEXTS = {
    "final_mark_vs_marks": "итоговая не согласуется с отметками",
    "final_marks_window": "итоговая поставлена не в свой срок",
}


def _gathered(
    law: Law, finals: Sequence[FinalSet], kind: str, words_of: Callable[[Rule[Any], FinalSet], str]
) -> list[Matter]:
    reader = places(law)
    groups: dict[tuple[int, int, int], tuple[Rule[Any], FinalSet, list[str], list[str]]] = {}
    people: dict[tuple[int, int, int], dict[int | None, int]] = defaultdict(lambda: defaultdict(int))
    for one in finals:
        for rule in reader.rules(one.row, one.until - timedelta(days=1), kind, one.student_id):
            words = words_of(rule, one)
            if words:
                key = (one.row[0], one.term_id, id(rule))
                _, _, names, details = groups.setdefault(key, (rule, one, [], []))
                names.append(one.student)
                details.append(words)
                people[key][one.who_id] += 1
    return [
        Matter(
            kind=kind,
            clauses=clauses_of([rule]),
            text=f"{one.term}: {_TEXTS[kind]} у {len(names)} {plural(len(names), 'ученика', 'учеников', 'учеников')}",
            since=one.until,
            journal_id=one.row[0],
            homeroom_id=one.row[11],
            subject=one.row[2],
            homeroom=one.row[6],
            group=one.row[10],
            students=tuple(names),
            who_id=max(people[key].items(), key=lambda item: item[1])[0],
            role="teacher",
            told=told_of([rule]),
            detail="; ".join(details[:12]) + (f"; и ещё {len(details) - 12}" if len(details) > 12 else ""),
        )
        for key, (rule, one, names, details) in groups.items()
    ]
