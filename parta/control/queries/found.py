"""What the watches find, source by source: for a whole school, or only for what a write has touched.

A source is one question over the rows of the journals with its *unit*, the smallest part of the school that can be
asked anew by itself: a lesson, a day, a journal, or the school. Asked for everything and asked for the touched parts
alone it must say the same; that is what the kept findings rest on (`actions.findings`). A new watch is a function here
with a line in `SOURCES`; the watches of `journal.rules` that answer with single facts come in by themselves.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from parta.control.queries import duties, idle, intervals, own_control, sheets, year
from parta.control.queries.cites import Acts
from parta.control.queries.closeout import closeout_matters
from parta.control.queries.family_watches import family_matters
from parta.control.queries.keeping import (
    card_matters,
    class_keeping_matters,
    homework_panel_matters,
    late_of,
)
from parta.control.queries.sources import more_matters
from parta.control.queries.told_absences import against_notices
from parta.foundation import sql
from parta.journal.rules.agreement_watches import (
    as_matters,
    contradictions,
    off_timetable,
    unexplained,
)
from parta.journal.rules.density_watch import density_lines, density_matters
from parta.journal.rules.final_watches import final_matters
from parta.journal.rules.gap_watches import gap_matters
from parta.journal.rules.load_watches import homework_matters, work_matters
from parta.journal.rules.marking_watches import final_gaps, missing_finals
from parta.journal.rules.matters import Matter, Reach, rules_on, whole
from parta.journal.rules.outcome_watches import outcome_matters
from parta.journal.rules.owed import Finding, Scope
from parta.journal.rules.politeness import held_notes
from parta.journal.rules.programme_watches import (
    control_works,
    plan_gaps,
    plan_hours,
    programme,
    programme_lags,
    work_dates,
)
from parta.journal.rules.thresholds import threshold_matters
from parta.journal.rules.watches import lesson_gaps, reason_gaps, work_gaps
from parta.people.viewer import Viewer
from parta.regulation.clause import Clause
from parta.regulation.durations import Calendar
from parta.regulation.judge import Law
from parta.regulation.registry import KINDS
from parta.regulation.words import own_words
from parta.timetable.moved import moved_days

__all__ = ["SOURCES", "Asked", "Found", "Part", "Source", "found_by"]

Unit = Literal["lesson", "day", "journal", "parallel", "lessons", "school", "overdue"]
"""``parallel``: journals of a grade together; ``lessons``: the school, as soon as anything in a journal is touched;
``overdue``: the school, as soon as anything kept is put right or becomes overdue."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which school, under which law, on which day of which year the question is asked."""

    viewer: Viewer
    """The program, as a reader of the whole school."""
    law: Law
    calendar: Calendar
    begins: date
    """First day of the year; nothing before it is looked at."""
    week_days: int

    @property
    def on(self) -> date:
        """Today in the school."""
        return self.viewer.on

    @property
    def at(self) -> datetime:
        """The moment of asking."""
        return self.viewer.at

    @property
    def school_id(self) -> int:
        """The school."""
        return self.viewer.school.id


@dataclass(frozen=True, slots=True)
class Part:
    """What is asked anew: everything, or these lessons, days and journals."""

    is_whole: bool
    lesson_ids: tuple[int, ...] | None
    """``None``: all lessons of the days."""
    since: date
    until: date
    """Days, both included."""
    journal_ids: tuple[int, ...] = ()

    def reach(self, school_id: int) -> Reach:
        """The journals of this part."""
        if self.is_whole:
            return whole(school_id)
        return f"j.school_id = %s AND j.id IN ({sql.marks(len(self.journal_ids))})", [
            school_id,
            *self.journal_ids,
        ]

    def scope(self) -> Scope:
        """The lessons of this part."""
        return Scope(lesson_ids=None if self.is_whole else self.lesson_ids, until=self.until)


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that is to be done or is not as the act asks, ready to be kept."""

    key: str
    source: str
    kind: str
    fact: str
    clauses: tuple[tuple[str, str], ...]
    """Ids and printed numbers, the deciding one first."""
    act: str
    journal_id: int | None
    lesson_id: int | None
    homeroom_id: int | None
    department_id: int | None
    who_id: int | None
    role: str
    date: date
    number: int
    due: datetime | None
    text: str
    detail: str
    students: tuple[tuple[int, str], ...]
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A question with its unit."""

    name: str
    unit: Unit
    ask: Callable[[Asked, Part], Iterable[Finding | Matter]]


def _facts(watch: Callable[..., list[Finding]]) -> Callable[[Asked, Part], Iterable[Finding]]:
    def ask(asked: Asked, part: Part) -> Iterable[Finding]:
        return watch(
            asked.law,
            asked.school_id,
            part.scope(),
            since=part.since,
            at=asked.at,
            calendar=asked.calendar,
        )

    return ask


def _days(watch: Callable[..., list[Finding]]) -> Callable[[Asked, Part], Iterable[Finding]]:
    def ask(asked: Asked, part: Part) -> Iterable[Finding]:
        scope = Scope(until=part.until)
        return watch(
            asked.law, asked.school_id, scope, since=part.since, at=asked.at, calendar=asked.calendar
        )

    return ask


def _programme(asked: Asked, part: Part) -> Iterable[Matter]:
    lines = programme(asked.school_id, part.reach(asked.school_id), until=asked.on, at=asked.at)
    ends = duties.period_ends(asked.viewer, asked.on)
    return [
        *plan_gaps(asked.law, lines, until=asked.on),
        *plan_hours(asked.law, lines, until=asked.on),
        *programme_lags(asked.law, lines, until=asked.on, ends=ends),
    ]


def _works(asked: Asked, part: Part) -> Iterable[Matter]:
    if not rules_on(asked.law, asked.on, "work_per_plan"):
        return ()
    works = control_works(
        asked.school_id,
        part.reach(asked.school_id),
        sheets.works_of(asked.law, asked.on),
        begins=asked.begins,
        since=asked.begins,
        until=asked.on,
    )
    return work_dates(asked.law, works, until=asked.on)


def _finals(asked: Asked, part: Part) -> Iterable[Matter]:
    if not rules_on(asked.law, asked.on, "period_marks_complete"):
        return ()
    reach = part.reach(asked.school_id)
    zone = asked.calendar.zone
    missing = missing_finals(asked.law, asked.school_id, reach, on=asked.on, since=asked.begins, zone=zone)
    return final_gaps(asked.law, missing, on=asked.on, calendar=asked.calendar)


def _rolls(asked: Asked, part: Part) -> Iterable[Matter]:
    if not _ever(asked, "attendance_consistency"):
        return ()
    reach = whole(asked.school_id)
    found = contradictions(asked.school_id, reach, since=part.since, until=part.until)
    found += against_notices(asked.school_id, reach, since=part.since, until=part.until)
    found += unexplained(asked.law, asked.school_id, reach, since=part.since, until=part.until, on=asked.on)
    return as_matters(asked.law, found, "attendance_consistency")


def _timetable(asked: Asked, part: Part) -> Iterable[Matter]:
    if not _ever(asked, "record_matches_timetable"):
        return ()
    found = off_timetable(
        asked.school_id,
        whole(asked.school_id),
        since=part.since,
        until=part.until,
        week_days=asked.week_days,
        moved=moved_days(asked.law),
    )
    return as_matters(asked.law, found, "record_matches_timetable")


def _ever(asked: Asked, kind: str) -> bool:
    """Whether a kind was in force on any day of the year so far."""
    days = {asked.begins, asked.on} | {day for day in asked.law.bounds if asked.begins < day <= asked.on}
    return any(rules_on(asked.law, day, kind) for day in days)


def _density(asked: Asked, part: Part) -> Iterable[Matter]:
    lines = density_lines(asked.law, asked.school_id, part.reach(asked.school_id), on=asked.on)
    return density_matters(lines, on=asked.on)


def _over_year(watch: Callable[..., list[Matter]]) -> Callable[[Asked, Part], Iterable[Matter]]:
    def ask(asked: Asked, part: Part) -> Iterable[Matter]:
        reach = part.reach(asked.school_id)
        return watch(
            asked.law, asked.school_id, reach, since=asked.begins, until=asked.on, calendar=asked.calendar
        )

    return ask


def _gaps(asked: Asked, part: Part) -> Iterable[Matter]:
    return gap_matters(asked.law, asked.school_id, part.reach(asked.school_id), until=asked.on, at=asked.at)


def _finals_set(asked: Asked, part: Part) -> Iterable[Matter]:
    reach = part.reach(asked.school_id)
    return final_matters(
        asked.law, asked.school_id, reach, since=asked.begins, until=asked.on, calendar=asked.calendar
    )


def _notes(asked: Asked, part: Part) -> Iterable[Matter]:
    return held_notes(asked.law, part.reach(asked.school_id), since=asked.begins, until=asked.on)


def _declared(asked: Asked, part: Part) -> Iterable[Matter]:
    return more_matters(asked.viewer, asked.begins, asked.on, daily=False)


def _daily(asked: Asked, part: Part) -> Iterable[Matter]:
    return more_matters(asked.viewer, asked.begins, asked.on, daily=True)


_OVERDUE = """
SELECT f.fact, j.homeroom_id, COALESCE(h.title, ''), f.who_id, MIN(f.date), COUNT(*)
FROM control_finding f JOIN plans_journal j ON j.id = f.journal_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
WHERE f.school_id = %s AND f.state IN ('open', 'answered') AND f.date >= %s AND f.due < %s
    AND f.fact IN ('conducted', 'roll', 'homework', 'mark')
GROUP BY f.fact, j.homeroom_id, h.title, f.who_id ORDER BY MIN(f.date), j.homeroom_id, f.who_id, f.fact"""
_OBJECTS = {"conducted": "lesson", "roll": "attendance"}


def _late(asked: Asked, part: Part) -> Iterable[Matter]:
    rules = rules_on(asked.law, asked.on, "journal_up_to_date")
    if not rules:
        return ()
    rows = sql.read(_OVERDUE, [asked.school_id, asked.begins, asked.at])
    return late_of(rules, ((_OBJECTS.get(row[0], row[0]), *row[1:4], _day(row[4]), row[5]) for row in rows))


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _idle(asked: Asked, part: Part) -> Iterable[Matter]:
    return idle.idle_matters(asked.viewer, asked.on)


def _control(asked: Asked, part: Part) -> Iterable[Matter]:
    facts = intervals.school_intervals(asked.viewer)
    return [
        *intervals.check_matters(asked.viewer, facts),
        *intervals.report_matters(asked.viewer, facts),
        *own_control.remark_matters(asked.viewer),
        *own_control.reading_matters(asked.viewer),
        *own_control.appointment_matters(asked.viewer),
    ]


def _closeout(asked: Asked, part: Part) -> Iterable[Matter]:
    return [
        *closeout_matters(asked.viewer, whole(asked.school_id)),
        *homework_panel_matters(asked.viewer),
    ]


def _class_teachers(asked: Asked, part: Part) -> Iterable[Matter]:
    # who only looked in is in no log: that is known from the next write or day on
    return class_keeping_matters(asked.viewer, asked.on)


def _families(asked: Asked, part: Part) -> Iterable[Matter]:
    # who only opened the diary is in no log: that is known from the next day on
    return family_matters(asked.viewer)


def _setup(asked: Asked, part: Part) -> Iterable[Matter]:
    return [*year.setup_matters(asked.viewer), *card_matters(asked.viewer)]


SOURCES: tuple[Source, ...] = (
    Source("lessons", "lesson", _facts(lesson_gaps)),
    Source("works", "lesson", _facts(work_gaps)),
    Source("reasons", "day", _days(reason_gaps)),
    Source("rolls", "day", _rolls),
    Source("timetable", "day", _timetable),
    Source("programme", "journal", _programme),
    Source("planned_works", "journal", _works),
    Source("finals", "journal", _finals),
    Source("density", "journal", _density),
    Source("gaps", "journal", _gaps),
    Source("finals_set", "journal", _finals_set),
    Source("notes", "journal", _notes),
    Source("outcomes", "journal", _over_year(outcome_matters)),
    Source("control_works", "parallel", _over_year(work_matters)),
    Source("homework_load", "parallel", _over_year(homework_matters)),
    Source("thresholds", "lessons", _over_year(threshold_matters)),
    Source("idle", "lessons", _idle),
    Source("class_teachers", "lessons", _class_teachers),
    Source("declared", "lessons", _declared),
    Source("closeout", "lessons", _closeout),
    Source("control", "school", _control),
    Source("setup", "school", _setup),
    Source("families", "school", _families),
    Source("daily", "school", _daily),
    Source("late", "overdue", _late),
)
"""Every question whose answers are kept; what reads the kept answers of others stands last."""


def found_by(source: Source, asked: Asked, part: Part, acts: Acts) -> dict[str, Found]:
    """The answers of a source by their keys. Namesakes of one key are numbered in the source's order."""
    found: dict[str, Found] = {}
    with own_words(asked.law.words):
        for one in source.ask(asked, part):
            made = (
                _of_fact(source, one, acts, asked)
                if isinstance(one, Finding)
                else _of_matter(source, one, acts)
            )
            key, number = made.key, 1
            while key in found:
                number += 1
                key = f"{made.key}-{number}"
            found[key] = made if key == made.key else replace(made, key=key)
    return found


def _cites(clauses: Sequence[Clause]) -> tuple[tuple[str, str], ...]:
    return tuple((clause.id, clause.printed) for clause in clauses)


def _of_fact(source: Source, one: Finding, acts: Acts, asked: Asked) -> Found:
    if one.fact == "absence":
        key = f"absence:{one.homeroom_id}:{one.date}"
    else:
        key = f"{one.fact}:{one.lesson_id}"
        if one.fact == "mark":
            key += f":{one.work}:{one.assessment_id or 'plan'}"
    return Found(
        key=key,
        source=source.name,
        kind=one.kind,
        fact=one.fact,
        clauses=_cites(one.clauses),
        act=acts.of(one.clauses[0].id, one.date) if one.clauses else "",
        journal_id=one.journal_id,
        lesson_id=one.lesson_id,
        homeroom_id=one.homeroom_id,
        department_id=None,
        who_id=one.who_id,
        role="class_teacher" if one.fact == "absence" else "teacher",
        date=one.date,
        number=one.number,
        due=one.due,
        text=one.text,
        detail="",
        students=one.students,
        told=one.told,
    )


def _of_matter(source: Source, one: Matter, acts: Acts) -> Found:
    named = "|".join(
        str(part)
        for part in (
            one.kind,
            [clause.id for clause in one.clauses],
            one.journal_id,
            "" if one.key else one.lesson_id,
            one.homeroom_id,
            one.department_id,
            one.who_id
            if source.unit in ("lessons", "school", "overdue")
            and not (one.kind in KINDS and KINDS[one.kind].is_done)
            else "",
            one.role,
            one.key or (one.text, one.students),
        )
    )
    return Found(
        key=f"{source.name}:{hashlib.sha256(named.encode()).hexdigest()[:32]}",
        source=source.name,
        kind=one.kind,
        fact="",
        clauses=_cites(one.clauses),
        act=acts.of(one.clauses[0].id, one.since) if one.clauses else "",
        journal_id=one.journal_id,
        lesson_id=one.lesson_id,
        homeroom_id=one.homeroom_id,
        department_id=one.department_id,
        who_id=one.who_id,
        role=one.role,
        date=one.since,
        number=0,
        due=one.due,
        text=one.text,
        detail=one.detail,
        students=tuple((0, name) for name in one.students),
        told=one.told,
    )
