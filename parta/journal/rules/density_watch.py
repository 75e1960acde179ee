"""Do marks accumulate as the act asks: students under the norm of the term or under the school's schedule.

The same entries that look at a final (:func:`~parta.journal.rules.density.mark_density`) are asked here during the
term. Up to the last days of the term (``warn``) only the part of the norm that the passed days make is due; then the
whole. A schedule by months is due month by month. Each student is judged by the rules that bind that student; who came
late owes the part of the days since, and nobody owes more marks than lessons at which he was there.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from parta.foundation import sql
from parta.journal.rules.density import MarkDensity
from parta.journal.rules.marking_watches import MarkCount, mark_counts
from parta.journal.rules.matters import Matter, Places, Reach, clauses_of, places, told_of
from parta.regulation.durations import plural
from parta.regulation.judge import Law, Rule
from parta.regulation.registry import watch

__all__ = ["DensityLine", "density_lines", "density_matters"]

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DensityLine:
    """A journal with the norm of its term, and who has fewer marks than are due on the day."""

    row: Sequence[Any]
    term: str
    until: date
    """The day after the term's last."""
    norm: int
    """Marks of the whole term."""
    due: int
    """Marks due on the day."""
    scheduled: bool
    """The number due comes from the schedule by months."""
    ends_soon: bool
    """The whole norm is due already."""
    students: int
    below: tuple[tuple[str, int], ...]
    """Student and number of marks, the fewest first."""
    rule: Rule[MarkDensity]
    who_id: int | None

    @property
    def named(self) -> list[str]:
        """«Иванов Александр (2)»: who is below, with the number of marks."""
        return [f"{name} ({marks})" for name, marks in self.below]


@watch("mark_density")
def density_lines(law: Law, school_id: int, reach: Reach, *, on: date) -> list[DensityLine]:
    """Journals of the term in which `on` lies, or of the last one before it. One statement, and one a kind of term.

    Journals where no entry asks for a number of marks are left out; so are those without lessons in the term.
    """
    if not any(entry.kind == "mark_density" for _, entry, _ in law.on(on).entries):
        return []
    terms: dict[str, tuple[str, date, date]] = {}
    for kind, title, starts, until in sql.read(
        "SELECT t.kind, t.title, t.starts, t.until FROM organisation_term t JOIN organisation_academicyear y"
        " ON y.id = t.year_id AND y.starts <= %s AND y.until > %s WHERE t.school_id = %s AND t.starts <= %s"
        " ORDER BY t.starts, t.until DESC",
        [on, on, school_id, on],
    ):
        terms[kind] = (title, starts, until)
    reader = places(law)
    scope, values = reach
    found = []
    for kind, (title, starts, until) in terms.items():
        own: Reach = (f"({scope}) AND j.term_kind = %s", [*values, kind])
        last = min(on, until - DAY)
        span = _Span(school_id, own, title, starts, until, on)
        every = _by_journal(mark_counts(law, school_id, own, since=starts, until=last))
        narrowed: dict[tuple[str, ...], dict[tuple[int, int], MarkCount]] = {}
        for group in every.values():
            for rule, bound in _bound(reader, group, on):
                params = rule.params
                if params.window not in ("term", kind) or (params.window == "term" and kind == "year"):
                    continue
                works = () if "all" in params.work else tuple(sorted(params.work))
                if works and works not in narrowed:
                    counts = mark_counts(law, school_id, own, since=starts, until=last, works=works)
                    narrowed[works] = {(one.row[0], one.student_id): one for one in counts}
                if works:
                    bound = [narrowed[works][one.row[0], one.student_id] for one in bound]
                found.append(_line(rule, bound, span))
    return found


def _bound(
    reader: Places, group: Sequence[MarkCount], on: date
) -> list[tuple[Rule[MarkDensity], list[MarkCount]]]:
    """The rules at a journal, each with the students it binds: an exception takes out those it names."""
    found: list[tuple[Rule[MarkDensity], list[MarkCount]]] = []
    for one in group:
        for rule in reader.rules(one.row, on, "mark_density", one.student_id):
            for known, bound in found:
                if known is rule or (known.entry is rule.entry and known.params == rule.params):
                    bound.append(one)
                    break
            else:
                found.append((rule, [one]))
    return found


@dataclass(slots=True)
class _Span:
    """A term with its journals; the lessons at which somebody was there are read when first asked for."""

    school_id: int
    reach: Reach
    title: str
    starts: date
    until: date
    on: date
    _there: tuple[dict[int, list[date]], dict[tuple[int, int], int]] | None = None

    def there(self, one: MarkCount) -> int:
        """At how many lessons of the journal, up to the day, the student was there."""
        if self._there is None:
            scope, values = self.reach
            bounds = [*values, self.starts, min(self.on, self.until - DAY)]
            days: dict[int, list[date]] = {}
            for journal_id, day in sql.read(_HELD.replace("{scope}", scope), bounds):
                days.setdefault(journal_id, []).append(day)
            away = {
                (journal_id, student_id): int(count)
                for journal_id, student_id, count in sql.read(_AWAY.replace("{scope}", scope), bounds)
            }
            self._there = days, away
        days, away = self._there
        held = days.get(one.row[0], [])
        return len(held) - bisect_left(held, one.came) - away.get((one.row[0], one.student_id), 0)


_HELD = """
SELECT l.journal_id, l.date FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id
JOIN timetable_lesson l ON l.journal_id = j.id AND l.state <> 'cancelled'
WHERE {scope} AND l.date >= %s AND l.date <= %s ORDER BY l.journal_id, l.date"""
_AWAY = """
SELECT l.journal_id, b.student_id, COUNT(*) FROM plans_journal j
JOIN organisation_subject s ON s.id = j.subject_id
JOIN timetable_lesson l ON l.journal_id = j.id AND l.state <> 'cancelled'
JOIN journal_absence b ON b.lesson_id = l.id AND b.meaning NOT IN ('', 'late')
WHERE {scope} AND l.date >= %s AND l.date <= %s GROUP BY l.journal_id, b.student_id"""


def _by_journal(counts: Iterable[MarkCount]) -> dict[int, list[MarkCount]]:
    groups: dict[int, list[MarkCount]] = {}
    for count in counts:
        groups.setdefault(count.row[0], []).append(count)
    return groups


def _line(rule: Rule[MarkDensity], group: Sequence[MarkCount], span: _Span) -> DensityLine:
    params, row, starts, until, on = rule.params, group[0].row, span.starts, span.until, span.on
    norm = params.least(round((until - starts).days / 7))
    ends_soon = on >= until - max(int(params.warn.count), 0) * DAY
    names = frozenset((row[1], row[2], row[3]))
    scheduled = bool(params.schedule)

    def due_from(came: date) -> int:
        first = max(came, starts)
        if scheduled:
            if first > starts and first.day > 1:  # a month begun elsewhere is not owed here
                first = (first.replace(day=1) + timedelta(days=31)).replace(day=1)
            return params.due_by(names, first, until, on)
        passed = (until if ends_soon else on + DAY) - first
        return int(norm * max(passed.days, 0) / (until - starts).days)

    due = due_from(starts)
    below = []
    for one in group:
        own = due if one.came <= starts else due_from(one.came)
        if one.marks < own and one.marks < min(own, span.there(one)):
            below.append((one.student, one.marks))
    below.sort(key=lambda one: one[1])
    return DensityLine(
        row,
        span.title,
        until,
        norm,
        due,
        scheduled,
        ends_soon,
        len(group),
        tuple(below),
        rule,
        group[0].who_id,
    )


def density_matters(lines: Iterable[DensityLine], *, on: date) -> list[Matter]:
    """Students under the norm near the end of the term, or under the schedule: a matter for each journal."""
    found = []
    for line in lines:
        if not line.below or not (line.scheduled or line.ends_soon):
            continue
        count = len(line.below)
        marks = f"{line.due} {plural(line.due, 'отметка', 'отметки', 'отметок')}"
        what = f"по графику на этот день {marks}" if line.scheduled else f"за период нужно: {marks}"
        found.append(
            Matter(
                kind="mark_density",
                clauses=clauses_of([line.rule]),
                text=f"{line.term}: мало отметок у {count} {plural(count, 'ученика', 'учеников', 'учеников')}, {what}",
                since=on,
                journal_id=line.row[0],
                homeroom_id=line.row[11],
                subject=line.row[2],
                homeroom=line.row[6],
                group=line.row[10],
                students=tuple(line.named),
                who_id=line.who_id,
                role="teacher",
                told=told_of([line.rule]),
                key=line.term,
            )
        )
    return found
