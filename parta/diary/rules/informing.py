"""Families that got no report within the interval of the act: worked out for a school, or for one's own classes."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from parta.foundation import sql
from parta.people.refusals import on_paper_since
from parta.regulation.judge import Rule

__all__ = ["Uninformed", "uninformed"]


@dataclass(frozen=True, slots=True)
class Uninformed:
    """A class with students whose families the act would have had informed by now."""

    rule: Rule[Any]
    homeroom_id: int
    homeroom: str
    teacher_id: int | None
    students: tuple[str, ...]
    """Who, and when the last report was given."""
    of: int
    """Students the entry speaks of."""
    limit: date
    """The last day in time of the longest wait."""


_STUDENTS = """
SELECT h.id, h.title, n.id, n.surname, n.given_name, e.starts, (
    SELECT MIN(r.person_id) FROM people_role r WHERE r.homeroom_id = h.id AND r.kind IN ('class_teacher', 'master')
    AND r.starts <= %s AND (r.until IS NULL OR r.until > %s))
FROM people_enrolment e JOIN organisation_homeroom h ON h.id = e.homeroom_id
JOIN organisation_academicyear y ON y.id = h.year_id AND y.starts <= %s AND y.until > %s
JOIN people_person n ON n.id = e.student_id
WHERE h.school_id = %s AND e.starts <= %s AND (e.until IS NULL OR e.until > %s){classes}
ORDER BY COALESCE(h.grade, 99), h.title, n.surname, n.given_name, n.id"""

_GIVEN = """
SELECT student_id, medium, given_on, MAX(until) FROM diary_familyreport
WHERE school_id = %s AND given_on >= %s AND given_on <= %s GROUP BY student_id, medium, given_on"""

_LOOKS = """
SELECT k.student_id, MAX(k.day) FROM diary_look k JOIN people_guardianship g ON g.student_id = k.student_id
    AND g.guardian_id = k.person_id AND g.has_rights
WHERE k.school_id = %s AND k.day >= %s AND k.day <= %s GROUP BY k.student_id"""


def uninformed(
    rules: Sequence[Rule[Any]],
    school_id: int,
    *,
    homeroom_ids: Sequence[int] | None,
    begins: date,
    days: frozenset[date],
    on: date,
) -> list[Uninformed]:
    """Whom each entry finds on a day. Four statements.

    A sliding interval counts from the last report, or from the latest of the year, the student's coming and (where
    only families on paper are asked for) the family's paper; a calendar one asks of each of its spans that ended, if
    there was a lesson in it. `days`: days with lessons of the year.
    `homeroom_ids`: these classes alone.
    """
    if not rules or (homeroom_ids is not None and not homeroom_ids):
        return []
    classes, values = "", [on, on, on, on, school_id, on, on]
    if homeroom_ids is not None:
        classes = f" AND h.id IN ({sql.marks(len(homeroom_ids))})"
        values += homeroom_ids
    rows = sql.read(_STUDENTS.replace("{classes}", classes), values)
    given: dict[tuple[int, str], list[date]] = defaultdict(list)
    for student_id, medium, day, _ in sql.read(_GIVEN, (school_id, begins, on)):
        given[student_id, medium].append(day)
    looks: dict[int, date] = {}
    if any("view" in rule.params.accept for rule in rules):
        looks = {row[0]: _day(row[1]) for row in sql.read(_LOOKS, (school_id, begins, on))}
    paper = (
        on_paper_since([row[2] for row in rows], on) if any(r.params.group == "paper" for r in rules) else {}
    )
    found = []
    for rule in rules:
        params = rule.params
        rooms: dict[int, list[tuple[sql.Row, str, date]]] = defaultdict(list)
        count: dict[int, int] = defaultdict(int)
        for row in rows:
            if params.group == "paper" and row[2] not in paper:
                continue
            count[row[0]] += 1
            reports = [day for medium in params.media for day in given.get((row[2], medium), ())]
            if "view" in params.accept and row[2] in looks:
                reports.append(looks[row[2]])
            since = max(begins, _day(row[5]))
            if params.group == "paper":
                since = max(since, paper[row[2]])
            limit = _limit(params, since, sorted(reports), days, on)
            if limit is not None and on > limit:
                said = f"последний {max(reports):%d.%m.%Y}" if reports else "ни одного"
                rooms[row[0]].append((row, f"{row[3]} {row[4]} ({said})", limit))
        for late in rooms.values():
            row = late[0][0]
            found.append(
                Uninformed(
                    rule,
                    row[0],
                    row[1],
                    row[6],
                    tuple(words for _, words, _ in late),
                    count[row[0]],
                    min(limit for _, _, limit in late),
                )
            )
    return found


def _limit(params: Any, since: date, reports: Sequence[date], days: frozenset[date], on: date) -> date | None:
    """The last day on which the next report was in time; `None`: nothing is owed."""
    every = params.every
    if every.unit == "sliding":
        start = max([since, *reports])
        return start + timedelta(days=every.count)
    length = {"week": 7, "school_day": 1, "day": 1}.get(every.unit, 31)
    starts = on - timedelta(days=on.weekday()) if length == 7 else on.replace(day=1) if length == 31 else on
    before = starts - timedelta(days=7 if length == 7 else 1)
    before = before.replace(day=1) if length == 31 else before
    if starts <= since or not any(max(before, since) <= day < starts for day in days):
        return None
    return None if any(before <= day for day in reports) else starts - timedelta(days=1)


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
