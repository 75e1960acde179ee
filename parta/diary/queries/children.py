"""Whose diary it is: the viewer's students, the one shown, the periods of the year, the journals this one is in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from parta.diary.queries.week_values import Child, NotFound, Period
from parta.foundation import sql
from parta.journal.queries.words import class_name
from parta.people.viewer import Viewer

_CHILDREN = """
SELECT p.id, p.surname, p.given_name, e.starts, e.until, h.title, y.week_days, t.id, t.title, t.starts, t.until
FROM people_person p
LEFT JOIN people_enrolment e ON e.student_id = p.id
LEFT JOIN organisation_homeroom h ON h.id = e.homeroom_id
LEFT JOIN organisation_academicyear y ON y.id = h.year_id
LEFT JOIN organisation_term t ON t.year_id = h.year_id AND t.kind = h.term_kind
WHERE p.id IN ({ids}) AND p.school_id = %s
ORDER BY t.starts
"""


MINE = """
(SELECT j.id AS journal_id, j.subject_id, j.scale_id, '' AS part, e.starts, e.until FROM people_enrolment e
 JOIN plans_journal j ON j.homeroom_id = e.homeroom_id AND j.subgroup_id IS NULL WHERE e.student_id = %s
 UNION ALL
 SELECT j.id, j.subject_id, j.scale_id, g.short, e.starts, e.until FROM people_subgroupmembership e
 JOIN plans_journal j ON j.subgroup_id = e.subgroup_id JOIN organisation_subgroup g ON g.id = e.subgroup_id
 WHERE e.student_id = %s)
"""


def monday_of(on: date) -> date:
    """The Monday of the week a day lies in; of the week to come on a Sunday."""
    if on.weekday() == 6:
        on += timedelta(days=1)
    return on - timedelta(days=on.weekday())


@dataclass(slots=True)
class Family:
    """The viewer's students; the one shown with the periods of the year the page is about."""

    children: tuple[Child, ...]
    shown: Child
    periods: tuple[Period, ...]
    week_days: int
    every_period: Mapping[int, Period] = field(default_factory=dict)
    """Periods of all years of the one shown, by id."""

    def period_on(self, on: date) -> Period | None:
        """The period of a day; in vacations the one before it."""
        begun = [period for period in self.periods if period.starts <= on]
        return begun[-1] if begun else (self.periods[0] if self.periods else None)

    def next_day(self, on: date) -> date:
        """The next day of school after a day: a teaching weekday outside the vacations, else tomorrow."""
        days = (on + timedelta(days=n) for n in range(1, 120))
        held = (day for day in days if day.weekday() < self.week_days and not self.is_vacation(day))
        return next(held, on + timedelta(days=1))

    def is_vacation(self, on: date) -> bool:
        return bool(self.periods) and not any(p.starts <= on < p.until for p in self.periods)


def family_of(viewer: Viewer, student_id: int | None, on: date) -> Family:
    """Raises NotFound when the student is not one of the viewer's, or the viewer has none."""
    ids = sorted(viewer.student_ids)
    if not ids or (student_id is not None and student_id not in ids):
        raise NotFound("student")
    rows = sql.read(_CHILDREN.format(ids=sql.marks(len(ids))), (*ids, viewer.school.id))
    chosen = ids[0] if student_id is None else student_id
    best: dict[int, sql.Row] = {}
    for row in rows:
        known = best.get(row[0])
        if known is None or _nearness(row, on) < _nearness(known, on):
            best[row[0]] = row
    if chosen not in best:
        raise NotFound("student")
    children = tuple(
        Child(
            id=id,
            name=best[id][2],
            full_name=f"{best[id][1]} {best[id][2]}",
            homeroom=class_name(best[id][5] or ""),
            is_shown=id == chosen,
        )
        for id in ids
        if id in best
    )
    place = best[chosen]
    periods = {
        row[7]: Period(row[7], row[8], row[9], row[10])
        for row in rows
        if row[0] == chosen and row[7] is not None and row[3] == place[3] and row[5] == place[5]
    }
    return Family(
        children,
        next(child for child in children if child.is_shown),
        tuple(periods.values()),
        place[6] or 5,
        {
            row[7]: Period(row[7], row[8], row[9], row[10])
            for row in rows
            if row[0] == chosen and row[7] is not None
        },
    )


def _nearness(row: sql.Row, on: date) -> tuple[int, int]:
    """How well an enrolment answers for a day: holding then, else the latest."""
    starts, until = row[3], row[4]
    if starts is None:
        return (2, 0)
    if starts <= on and (until is None or on < until):
        return (0, 0)
    return (1, -starts.toordinal())
