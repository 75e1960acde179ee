"""Do marks accumulate as the act asks: students under the norm of the term or under the school's schedule.

The same entries that look at a final (:func:`~parta.journal.rules.outcomes.mark_density`) are asked here during the
term. Up to the last days of the term (``warn``) only the part of the norm that the passed days make is due; then the
whole. A schedule by months is due month by month.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from parta.foundation import sql
from parta.journal.rules.marking_watches import MarkCount, mark_counts
from parta.journal.rules.matters import Matter, Reach, clauses_of, places, told_of
from parta.journal.rules.outcomes import MarkDensity
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
        every = _by_journal(mark_counts(law, school_id, own, since=starts, until=last))
        narrowed: dict[tuple[str, ...], dict[int, list[MarkCount]]] = {}
        for journal_id, group in every.items():
            for rule in reader.rules(group[0].row, on, "mark_density"):
                params = rule.params
                if params.window not in ("term", kind) or (params.window == "term" and kind == "year"):
                    continue
                works = () if "all" in params.work else tuple(sorted(params.work))
                if works and works not in narrowed:
                    counts = mark_counts(law, school_id, own, since=starts, until=last, works=works)
                    narrowed[works] = _by_journal(counts)
                of_rule = narrowed[works][journal_id] if works else group
                found.append(_line(rule, of_rule, title, starts, until, on))
    return found


def _by_journal(counts: Iterable[MarkCount]) -> dict[int, list[MarkCount]]:
    groups: dict[int, list[MarkCount]] = {}
    for count in counts:
        groups.setdefault(count.row[0], []).append(count)
    return groups


def _line(
    rule: Rule[MarkDensity], group: Sequence[MarkCount], title: str, starts: date, until: date, on: date
) -> DensityLine:
    params, row = rule.params, group[0].row
    norm = params.least(round((until - starts).days / 7))
    ends_soon = on >= until - max(int(params.warn.count), 0) * DAY
    names = frozenset((row[1], row[2], row[3]))
    scheduled = bool(params.schedule)
    if scheduled:
        due = params.due_by(names, starts, until, on)
    elif ends_soon:
        due = norm
    else:
        due = int(norm * ((on - starts).days + 1) / (until - starts).days)
    below = sorted(((one.student, one.marks) for one in group if one.marks < due), key=lambda one: one[1])
    return DensityLine(
        row, title, until, norm, due, scheduled, ends_soon, len(group), tuple(below), rule, group[0].who_id
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
