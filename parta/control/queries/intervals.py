"""Acts of control that come round: is there a check, a report for each interval that has ended.

An interval without a lesson owes nothing; one that is broken by the start of the year counts from it. The first day on
which an interval is judged is the one after its end.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from parta.control.queries.sheets import calendar_for, law_for
from parta.control.rules import REPORTS
from parta.foundation import sql
from parta.journal.queries.words import from_json
from parta.journal.rules.matters import Matter, clauses_of, rules_on, told_of
from parta.people.viewer import Viewer
from parta.regulation.judge import Rule
from parta.regulation.words import base_role, expand_roles

DAY = timedelta(days=1)
DAYS_BACK = 14
"""How far back a daily duty is listed."""
_CODES = {"administrator": "operator", "journal_officer": "operator", "pedagogue": "teacher"}


@dataclass(frozen=True, slots=True)
class CheckMade:
    """A finished check, as far as intervals ask."""

    role: str
    made_by: int
    on: date
    department_id: int | None
    homeroom_id: int | None
    directions: frozenset[str]


@dataclass(frozen=True, slots=True)
class ReportMade:
    """A report that stands."""

    code: str
    since: date
    until: date
    homeroom_id: int | None
    department_id: int | None
    on: date
    received: bool


@dataclass(frozen=True, slots=True)
class Intervals:
    """Everything that duties of control are judged by."""

    begins: date
    ends: date
    days: frozenset[date]
    """Days with lessons up to today."""
    days_of_department: dict[int, frozenset[date]]
    terms: tuple[tuple[str, date, date], ...]
    """Kind, first day, day after the last: of periods that have ended."""
    checks: tuple[CheckMade, ...]
    reports: tuple[ReportMade, ...]
    departments: tuple[tuple[int, str, int | None], ...]
    """Id, title, its head."""
    homerooms: tuple[tuple[int, str, int | None, str], ...]
    """Id, title, its class teacher, its kind of period."""


def school_intervals(viewer: Viewer) -> Intervals:
    """The facts of the year so far. Seven statements."""
    school_id, on = viewer.school.id, viewer.on
    zone = calendar_for(viewer).zone
    years = sql.read(
        "SELECT starts, until FROM organisation_academicyear WHERE school_id = %s AND starts <= %s"
        " ORDER BY starts DESC LIMIT 1",
        [school_id, on],
    )  # in summer the year that has ended: its reports are due after its last day
    begins, ends = years[0] if years else (on, on)
    days: set[date] = set()
    of_department: dict[int, set[date]] = {}
    for day, department_id in sql.read(
        "SELECT DISTINCT l.date, s.department_id FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id"
        " JOIN organisation_subject s ON s.id = j.subject_id"
        " WHERE l.school_id = %s AND l.date >= %s AND l.date <= %s AND l.state <> 'cancelled'",
        [school_id, begins, on],
    ):
        days.add(day)
        if department_id is not None:
            of_department.setdefault(department_id, set()).add(day)
    terms = tuple(
        (row[0], row[1], row[2])
        for row in sql.read(
            "SELECT t.kind, t.starts, t.until FROM organisation_term t JOIN organisation_academicyear y"
            " ON y.id = t.year_id WHERE t.school_id = %s AND t.until <= %s AND t.until > %s ORDER BY t.until",
            [school_id, on, begins],
        )
    )
    checks = tuple(
        CheckMade(
            row[0],
            row[1],
            sql.aware(row[2]).astimezone(zone).date(),
            row[3],
            row[4],
            frozenset(from_json(row[5])),
        )
        for row in sql.read(
            "SELECT role, made_by_id, made_at, department_id, homeroom_id, directions FROM control_check"
            " WHERE school_id = %s ORDER BY made_at",
            [school_id],
        )
    )
    reports = tuple(
        ReportMade(
            row[0],
            row[1],
            row[2],
            row[3],
            row[4],
            sql.aware(row[5]).astimezone(zone).date(),
            row[6] is not None,
        )
        for row in sql.read(
            "SELECT code, since, until, homeroom_id, department_id, made_at, received_at FROM control_report"
            " WHERE school_id = %s AND until > %s",
            [school_id, begins],
        )
    )
    departments = tuple(
        (row[0], row[1], row[2])
        for row in sql.read(
            "SELECT d.id, d.title, (SELECT MIN(r.person_id) FROM people_role r WHERE r.department_id = d.id"
            " AND r.kind = 'head_of_department' AND r.starts <= %s AND (r.until IS NULL OR r.until > %s))"
            " FROM organisation_department d WHERE d.school_id = %s ORDER BY d.title",
            [on, on, school_id],
        )
    )
    homerooms = tuple(
        (row[0], row[1], row[2], row[3])
        for row in sql.read(
            "SELECT h.id, h.title, (SELECT MIN(r.person_id) FROM people_role r WHERE r.homeroom_id = h.id"
            " AND r.kind IN ('class_teacher', 'master') AND r.starts <= %s AND (r.until IS NULL OR r.until > %s)),"
            " h.term_kind FROM organisation_homeroom h JOIN organisation_academicyear y ON y.id = h.year_id"
            " WHERE h.school_id = %s AND y.starts = %s ORDER BY COALESCE(h.grade, 99), h.title",
            [on, on, school_id, begins],
        )
    )
    return Intervals(
        begins,
        ends,
        frozenset(days),
        {key: frozenset(value) for key, value in of_department.items()},
        terms,
        checks,
        reports,
        departments,
        homerooms,
    )


def spans(unit: str, count: int, begins: date, on: date) -> Iterator[tuple[date, date]]:
    """Intervals of a unit that have ended by `on`: first day, day after the last."""
    if unit in ("day", "school_day"):
        day = max(begins, on - DAYS_BACK * DAY)
        while day < on:
            yield day, day + DAY
            day += DAY
        return
    if unit == "week":
        start = begins - begins.weekday() * DAY
        step = lambda day: day + 7 * DAY  # noqa: E731
    elif unit == "month":
        start = begins.replace(day=1)
        step = lambda day: (day + 31 * DAY).replace(day=1)  # noqa: E731
    elif unit == "sliding":
        start, step = begins, lambda day: day + count * DAY
    else:
        return
    while (after := step(start)) <= on:
        yield max(start, begins), after
        start = after


def _is_by(role: str, roles: frozenset[str]) -> bool:
    """Whether a check in a role counts where the act asks for one by these roles or posts."""
    return role in roles or base_role(role) in roles


def _roles(rule: Rule[Any]) -> frozenset[str]:
    return frozenset(_CODES.get(role, role) for role in expand_roles(rule.entry.by))


def _matter(rule: Rule[Any], text: str, since: date, **more: Any) -> Matter:
    return Matter(
        kind=rule.kind.name,
        clauses=clauses_of([rule]),
        text=text,
        since=since,
        told=told_of([rule]),
        **more,
    )


def _named(since: date, until: date) -> str:
    last = until - DAY
    return f"{since:%d.%m.%Y}" if last == since else f"{since:%d.%m}–{last:%d.%m.%Y}"


def check_matters(viewer: Viewer, facts: Intervals) -> list[Matter]:
    """Intervals that ended without the check the act asks for. No statement."""
    law = law_for(viewer)
    found = []
    for rule in rules_on(law, viewer.on, "check_every"):
        if rule.params.scope in ("homework_diary", "plan"):
            continue
        params, roles = rule.params, _roles(rule)
        role = next(iter(sorted(roles)), "deputy")
        for since, until in spans(params.every.unit, params.every.count, facts.begins, viewer.on):
            if not any(since <= day < until for day in facts.days):
                continue
            made = [
                one
                for one in facts.checks
                if _is_by(one.role, roles) and since <= one.on < until and params.directions <= one.directions
            ]
            if params.scope == "journal":
                if not made:
                    near = [
                        one for one in facts.checks if _is_by(one.role, roles) and since <= one.on < until
                    ]
                    text = f"Нет проверки журнала за {_named(since, until)}"
                    if near and params.directions:
                        text = f"Проверка за {_named(since, until)} неполная: не все направления"
                    found.append(_matter(rule, text, until, role=role))
            elif params.scope == "each_homeroom":
                found += [
                    _matter(
                        rule,
                        f"Нет проверки за {_named(since, until)}",
                        until,
                        role=role,
                        homeroom_id=id,
                        homeroom=title,
                    )
                    for id, title, _, _ in facts.homerooms
                    if not any(
                        one.homeroom_id == id or (one.homeroom_id is None and one.department_id is None)
                        for one in made
                    )
                ]
            else:
                found += _by_department(viewer, rule, facts, made, since, until, role)
    return found


def _by_department(
    viewer: Viewer,
    rule: Rule[Any],
    facts: Intervals,
    made: Sequence[CheckMade],
    since: date,
    until: date,
    role: str,
) -> Iterator[Matter]:
    for id, title, head in facts.departments:
        if not viewer.is_school_wide and id not in viewer.department_ids:
            continue
        if not any(since <= day < until for day in facts.days_of_department.get(id, ())):
            continue
        if any(
            one.department_id == id
            or (one.department_id is None and one.homeroom_id is None and one.role != "head_of_department")
            for one in made
        ):
            continue
        if rule.params.scope == "own_department" and head is None:
            continue
        who = head if rule.params.scope == "own_department" else None
        yield _matter(
            rule,
            f"{title}: нет проверки за {_named(since, until)}",
            until,
            role=role,
            who_id=who,
            department_id=id,
        )


def report_spans(rule: Rule[Any], facts: Intervals, on: date) -> Iterator[tuple[date, date, date, str]]:
    """Spans that a rule asks a report for, each with the last day to hand it in and the kind of its period."""
    params = rule.params
    if params.on == "year_end":
        if facts.begins < facts.ends <= on:
            yield facts.begins, facts.ends, facts.ends + int(params.grace.count) * DAY, "year"
        return
    if params.on == "period_end":
        for kind, since, until in facts.terms:
            yield since, until, until - DAY + int(params.grace.count) * DAY, kind
        return
    if params.every is None:
        return
    for since, until in spans(params.every.unit, params.every.count, facts.begins, on):
        if any(since <= day < until for day in facts.days):
            yield since, until, until + (params.on_day - 1) * DAY, ""


def report_matters(viewer: Viewer, facts: Intervals) -> list[Matter]:
    """Reports that are not there after their day, of the school, of each class or of each department. No statement."""
    law = law_for(viewer)
    found = []
    for rule in rules_on(law, viewer.on, "report_due"):
        params = rule.params
        title = REPORTS.get(params.report, params.report)
        role = next(iter(sorted(_roles(rule))), "deputy")
        for since, until, due, kind in report_spans(rule, facts, viewer.on):
            if viewer.on <= due:
                continue
            text = f"Нет отчёта «{title}» за {_named(since, until)}"
            if params.report == "check_certificate":
                if not any(since <= one.on < until for one in facts.checks):
                    found.append(
                        _matter(rule, f"Нет справки о проверке за {_named(since, until)}", due, role=role)
                    )
                continue
            made = [
                one
                for one in facts.reports
                if one.code == params.report and one.since <= since and one.until >= until
            ]
            if params.each == "homeroom":
                found += [
                    _matter(rule, text, due, homeroom_id=id, homeroom=name, who_id=who, role=role)
                    for id, name, who, own in facts.homerooms
                    if (not kind or kind in (own, "year")) and not any(one.homeroom_id == id for one in made)
                ]
            elif params.each == "department":
                found += [
                    _matter(
                        rule,
                        f"{name}: {text[:1].lower()}{text[1:]}",
                        due,
                        who_id=head,
                        role=role,
                        department_id=id,
                    )
                    for id, name, head in facts.departments
                    if head is not None
                    and (viewer.is_school_wide or id in viewer.department_ids)
                    and not any(one.department_id == id for one in made)
                ]
            elif viewer.is_school_wide and not made:
                found.append(_matter(rule, text, due, role=role))
    return found
