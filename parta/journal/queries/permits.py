"""Permits as people see them: those who decide, what waits and what was decided; those who asked, their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from parta.foundation import sql
from parta.foundation.access import may
from parta.journal.actions.permits import FACTS, grantors
from parta.journal.queries.words import from_json, journal_name, short_name
from parta.journal.rules.acts import Place
from parta.people.viewer import Viewer
from parta.regulation.judge import Law
from parta.regulation.queries import law as law_of_school

RECENT = 60


@dataclass(frozen=True, slots=True)
class Cited:
    """A clause that refused: its number and what the rule says."""

    id: str
    number: str
    text: str


@dataclass(frozen=True, slots=True)
class PermitLine:
    """A permit with everything needed to decide it. `is_over`: granted, but the end has passed unused."""

    id: int
    journal: int
    journal_title: str
    lesson: int | None
    date: date | None
    number: int | None
    term: str
    student: str
    fact: str
    fact_title: str
    wanted: str
    clauses: tuple[Cited, ...]
    term_of_act: str
    asked_by: str
    asked_at: datetime
    reason: str
    state: str
    decided_by: str
    decided_at: datetime | None
    decision: str
    ends_at: datetime | None
    used_at: datetime | None
    is_mine: bool
    may_decide: bool
    is_over: bool


@dataclass(frozen=True, slots=True)
class PermitsPage:
    """What waits, and what was decided lately."""

    waiting: tuple[PermitLine, ...]
    decided: tuple[PermitLine, ...]
    decides: bool


_STATEMENT = """
SELECT p.id, p.journal_id, h.title, s.title, g.short, p.lesson_id, l.date, l.number, t.title,
       st.surname, st.given_name, st.patronymic, p.fact, p.wanted, p.clauses,
       a.surname, a.given_name, a.patronymic, p.asked_at, p.ask_reason, p.state,
       d.surname, d.given_name, d.patronymic, p.decided_at, p.decision_reason, p.ends_at, p.used_at, p.asked_by_id,
       s.code, s.area, s.tags, j.grade
FROM journal_permit p
JOIN plans_journal j ON j.id = p.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
JOIN people_person a ON a.id = p.asked_by_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN timetable_lesson l ON l.id = p.lesson_id
LEFT JOIN organisation_term t ON t.id = p.term_id
LEFT JOIN people_person st ON st.id = p.student_id
LEFT JOIN people_person d ON d.id = p.decided_by_id
WHERE p.school_id = %s {mine}
ORDER BY CASE WHEN p.state = 'asked' THEN 0 ELSE 1 END, p.id DESC LIMIT %s
"""


def permits_page(viewer: Viewer) -> PermitsPage:
    """Permits of the school for those who read all of it, else one's own. One statement."""
    everything = viewer.is_school_wide
    rows = sql.read(
        _STATEMENT.format(mine="" if everything else "AND p.asked_by_id = %s"),
        (viewer.school.id, RECENT) if everything else (viewer.school.id, viewer.person_id, RECENT),
    )
    law = law_of_school(viewer.school.id, viewer.school.law_version)
    lines = [_line(viewer, law, row) for row in rows]
    return PermitsPage(
        waiting=tuple(line for line in lines if line.state == "asked"),
        decided=tuple(line for line in lines if line.state != "asked"),
        decides=may(viewer, "permits.decide"),
    )


def _line(viewer: Viewer, law: Law, row: sql.Row) -> PermitLine:
    zone = ZoneInfo(viewer.school.timezone)
    on = row[6] or viewer.on
    ids: list[str] = from_json(row[14])
    place = Place(
        subject=row[29],
        subject_title=row[3],
        subject_area=row[30],
        grade=row[32],
        homeroom=row[2] or "",
        tags=frozenset(from_json(row[31])),
    )
    cited, term = _cited(law, place, on, ids)

    def local(at: Any) -> datetime | None:
        return None if at is None else sql.aware(at).astimezone(zone)

    ends_at = local(row[26])
    asked_at = local(row[18])
    assert asked_at is not None
    return PermitLine(
        id=row[0],
        journal=row[1],
        journal_title=journal_name(row[2] or "", row[3], row[4] or ""),
        lesson=row[5],
        date=row[6],
        number=row[7],
        term=row[8] or "",
        student=f"{row[9]} {row[10]}" if row[9] else "",
        fact=row[12],
        fact_title=FACTS.get(row[12]) or str(row[12]),
        wanted=row[13],
        clauses=cited,
        term_of_act=term,
        asked_by=short_name(*row[15:18]),
        asked_at=asked_at,
        reason=row[19],
        state=row[20],
        decided_by=short_name(*row[21:24]) if row[21] else "",
        decided_at=local(row[24]),
        decision=row[25],
        ends_at=ends_at,
        used_at=local(row[27]),
        is_mine=row[28] == viewer.person_id,
        may_decide=row[28] != viewer.person_id and bool(grantors(law, ids, on) & viewer.roles),
        is_over=row[20] == "granted" and ends_at is not None and ends_at <= viewer.at,
    )


def _cited(law: Law, place: Place, on: date, ids: Sequence[str]) -> tuple[tuple[Cited, ...], str]:
    """What the clauses say at this place, and how long the act lets a permit stand."""
    found: dict[str, Cited] = {}
    term = ""
    printed: Mapping[str, str] = {
        clause.id: clause.printed
        for edition in law.editions
        for entry in edition.entries
        for clause in entry.clauses
        if clause.id in ids
    }
    for rule in law.on(on).bench(place).rules:
        for clause in rule.clauses:
            if clause.id in ids and clause.id not in found:
                found[clause.id] = Cited(clause.id, clause.printed, rule.kind.says(rule.params))
                term = term or rule.permit_term
    cited = tuple(found.get(id, Cited(id, printed.get(id, id), "")) for id in ids)
    return cited, term
