"""Finals over a school that are not what the act computes: of a term from its marks, of the year from its terms.

The guards of :mod:`parta.journal.rules.outcomes` are asked of the finals that stand, with the marks that stand under
them: what an import brought, what marks changed afterwards and what a permit let through is found here.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from parta.foundation import sql
from parta.journal.rules.acts import Act, TermState, Writer
from parta.journal.rules.evidence import Evidence, MarkFact, PartFact
from parta.journal.rules.matters import JOINS, PLACE, Matter, Reach, clauses_of, places, told_of
from parta.journal.rules.year_marks import COMPUTED
from parta.regulation.durations import Calendar, plural
from parta.regulation.judge import Law, Rule
from parta.regulation.registry import watch

__all__ = ["outcome_matters"]

NOBODY = Writer(0)
_NAMED = 12
"""Students whose numbers are told; the others are counted."""

_FINALS = f"""
SELECT {PLACE}, t.id, t.title, t.kind, t.starts, t.until, f.student_id, n.surname, n.given_name, f.value, f.set_at,
    f.set_by_id, t.number
FROM journal_termmark f JOIN plans_journal j ON j.id = f.journal_id
{JOINS}
JOIN organisation_term t ON t.id = f.term_id
JOIN people_person n ON n.id = f.student_id
WHERE {{scope}} AND f.value <> '' AND t.starts <= %s AND t.until > %s
ORDER BY t.until, COALESCE(j.grade, 99), h.title, s.position, s.title, j.id, n.surname, n.given_name, n.id"""

_MARKS = """
SELECT a.journal_id, m.student_id, COALESCE(m.counted, m.value), a.work_kind, a.weight, l.date
FROM journal_mark m JOIN journal_assessment a ON a.id = m.assessment_id JOIN timetable_lesson l ON l.id = a.lesson_id
JOIN plans_journal j ON j.id = a.journal_id JOIN organisation_subject s ON s.id = j.subject_id
WHERE {scope} AND m.school_id = %s AND m.value <> '' AND l.date >= %s AND l.date < %s
    AND EXISTS (SELECT 1 FROM journal_termmark f WHERE f.journal_id = a.journal_id AND f.student_id = m.student_id)
ORDER BY l.date, l.number, m.id"""


@watch("term_mark")
@watch("composite_mark")
@watch("final_mark")
@watch("not_attested")
def outcome_matters(
    law: Law, school_id: int, reach: Reach, *, since: date, until: date, calendar: Calendar
) -> list[Matter]:
    """Finals of the periods that touch [since, until] and differ from the computed, by journal, period and entry.

    Two statements, two more where a rule asks how much was missed; none where no act computes.
    """
    days = {since, until, *(day for day in law.bounds if since <= day <= until)}
    if not any(entry.kind in COMPUTED for day in days for _, entry, _ in law.on(day).entries):
        return []
    scope, values = reach
    rows = sql.read(_FINALS.replace("{scope}", scope), [*values, until, since])
    if not rows:
        return []
    spans = [(_day(row[15]), _day(row[16])) for row in rows]
    marks: dict[tuple[int, int], list[MarkFact]] = defaultdict(list)
    for journal_id, student_id, value, work, weight, day in sql.read(
        _MARKS.replace("{scope}", scope),
        [*values, school_id, min(span[0] for span in spans), max(span[1] for span in spans)],
    ):
        marks[journal_id, student_id].append(MarkFact(value, work, float(weight), _day(day)))
    missed = _Missed(reach, school_id, spans) if _asks_missed(law, days) else None
    finals: dict[tuple[int, int], list[sql.Row]] = defaultdict(list)
    for row in rows:
        finals[row[0], row[17]].append(row)
    reader = places(law)
    groups: dict[Any, tuple[Rule[Any], sql.Row, list[str], list[str]]] = {}
    for row, (starts, ends) in zip(rows, spans, strict=True):
        checks = reader.bench(row, ends - timedelta(days=1), row[17]).audits("final", COMPUTED)
        if not checks:
            continue
        own = (row[0], row[17])
        evidence = Evidence(
            marks=tuple(mark for mark in marks.get(own, ()) if starts <= mark.date < ends),
            parts=tuple(
                PartFact(part[13], part[20], part[14], part[23])
                for part in finals[own]
                if _is_part(part, row[12], starts, ends)
            ),
            missed=missed.by(row[17], row[0], starts, ends) if missed else 0,
            term_hours=missed.hours(row[0], starts, ends) if missed else 0,
        )
        act = Act(
            "final",
            "record",
            reader.place(row),
            None,
            NOBODY,
            sql.moment(row[21]),
            student_id=row[17],
            new=row[20],
            term=TermState(title=row[13], kind=row[14], final_set=True, starts=starts, until=ends),
            evidence=evidence,
        )
        for check in checks:
            breach = check.ask(act, calendar)
            if breach is not None:
                name = f"{row[18]} {row[19]}"
                key = (row[0], row[12], check.rule.edition, check.rule.entry.index)
                _, _, names, details = groups.setdefault(key, (check.rule, row, [], []))
                names.append(name)
                details.append(f"{name}: стоит «{row[20]}». {breach.found}")
    return [_matter(*group) for group in groups.values()]


_AWAY = """
SELECT b.journal_id, b.student_id, l.date, l.hours FROM journal_absence b JOIN timetable_lesson l ON l.id = b.lesson_id
JOIN plans_journal j ON j.id = b.journal_id JOIN organisation_subject s ON s.id = j.subject_id
WHERE {scope} AND b.school_id = %s AND b.meaning NOT IN ('', 'late') AND l.state <> 'cancelled'
    AND l.date >= %s AND l.date < %s"""

_HOURS = """
SELECT l.journal_id, l.date, l.hours FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
WHERE {scope} AND l.school_id = %s AND l.state <> 'cancelled' AND l.date >= %s AND l.date < %s"""


class _Missed:
    """Hours of lessons, and those that each student missed, by journal. Two statements."""

    def __init__(self, reach: Reach, school_id: int, spans: Sequence[tuple[date, date]]) -> None:
        scope, values = reach
        over = [*values, school_id, min(span[0] for span in spans), max(span[1] for span in spans)]
        self._away: dict[tuple[int, int], list[tuple[date, int]]] = defaultdict(list)
        self._all: dict[int, list[tuple[date, int]]] = defaultdict(list)
        for journal_id, student_id, day, hours in sql.read(_AWAY.replace("{scope}", scope), over):
            self._away[journal_id, student_id].append((_day(day), hours))
        for journal_id, day, hours in sql.read(_HOURS.replace("{scope}", scope), over):
            self._all[journal_id].append((_day(day), hours))
        self._sums: dict[tuple[int, date, date], int] = {}

    def by(self, student_id: int, journal_id: int, starts: date, ends: date) -> int:
        """What a student missed in [starts, ends)."""
        return sum(
            hours for day, hours in self._away.get((journal_id, student_id), ()) if starts <= day < ends
        )

    def hours(self, journal_id: int, starts: date, ends: date) -> int:
        """All of it."""
        key = (journal_id, starts, ends)
        if key not in self._sums:
            self._sums[key] = sum(
                hours for day, hours in self._all.get(journal_id, ()) if starts <= day < ends
            )
        return self._sums[key]


def _asks_missed(law: Law, days: Iterable[date]) -> bool:
    return any(
        entry.kind == "not_attested" and "missed_over" in dict(entry.raw)
        for day in days
        for _, entry, _ in law.on(day).entries
    )


def _is_part(part: Sequence[Any], term_id: int, starts: date, ends: date) -> bool:
    return part[12] != term_id and starts <= _day(part[15]) and _day(part[16]) <= ends


def _matter(rule: Rule[Any], row: sql.Row, names: list[str], details: list[str]) -> Matter:
    count = len(names)
    more = f" И ещё {count - _NAMED}." if count > _NAMED else ""
    return Matter(
        kind=rule.kind.name,
        clauses=clauses_of([rule]),
        text=f"{row[13]}: итоговая не та, что выходит по положению, "
        f"у {count} {plural(count, 'ученика', 'учеников', 'учеников')}",
        since=_day(row[16]),
        journal_id=row[0],
        homeroom_id=row[11],
        subject=row[2],
        homeroom=row[6],
        group=row[10],
        students=tuple(names),
        who_id=row[22],
        role="teacher",
        told=told_of([rule]),
        detail=" ".join(details[:_NAMED]) + more,
    )


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
