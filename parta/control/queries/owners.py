"""Who answers for a finding: by its place first, and after the limit of the act one step higher."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from parta.control.queries.keeping import window_days
from parta.control.queries.sheets import law_for
from parta.foundation import sql
from parta.journal.queries.words import short_name
from parta.journal.rules.matters import rules_on
from parta.people.viewer import ROLE_TITLES, Viewer
from parta.regulation.judge import Rule

__all__ = ["Owner", "Owners"]

SET_UP = frozenset({"setup_by", "accounts_active"})
"""Kinds whose place is the set-up of the year: the operator's."""


@dataclass(frozen=True, slots=True)
class Owner:
    """One who answers: the role, and the person where only one holds it at the place."""

    role: str
    person_id: int | None
    words: str


_HOLDERS = """
SELECT r.kind, r.department_id, p.id, p.surname, p.given_name, p.patronymic FROM people_role r
JOIN people_person p ON p.id = r.person_id
WHERE r.school_id = %s AND r.kind IN ('head_of_department', 'deputy', 'director', 'operator') AND r.starts <= %s
    AND (r.until IS NULL OR r.until > %s) ORDER BY r.id"""

_DEPARTMENTS = """
SELECT j.id, s.department_id FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id
WHERE j.school_id = %s AND s.department_id IS NOT NULL"""


class Owners:
    """Answers for one school on one day. Two statements, or none where the act names no owners."""

    def __init__(self, viewer: Viewer, on: date) -> None:
        self.on = on
        self.rules: Sequence[Rule[Any]] = rules_on(law_for(viewer), on, "finding_owner")
        self.holders: dict[tuple[str, int | None], list[tuple[int, str]]] = {}
        self.departments: dict[int, int] = {}
        if self.rules:
            for kind, department_id, person_id, *names in sql.read(_HOLDERS, [viewer.school.id, on, on]):
                place = (kind, department_id if kind == "head_of_department" else None)
                self.holders.setdefault(place, []).append((person_id, short_name(*names)))
            self.departments = dict(sql.read(_DEPARTMENTS, [viewer.school.id]))

    def journals_of(self, lesson_ids: Sequence[int]) -> dict[int, int]:
        """The journal of each of these lessons. One statement, or none."""
        wanted = sorted(set(lesson_ids))[:900]
        if not wanted:
            return {}
        marks = sql.marks(len(wanted))
        return dict(sql.read(f"SELECT id, journal_id FROM timetable_lesson WHERE id IN ({marks})", wanted))

    def of(self, kind: str, journal_id: int | None, since: date) -> Owner | None:
        """The one owner of what is found since a day at a journal; None: the act names nobody."""
        if not self.rules:
            return None
        rule = self.rules[0]
        ladder = self._ladder(kind, journal_id, rule.params.roles)
        if not ladder:
            return None
        limit = window_days(rule.params.escalate_after)
        age = max((self.on - since).days, 0)
        steps = 0 if age <= limit else 1 if age <= 2 * limit else 2
        return ladder[min(steps, len(ladder) - 1)]

    def _ladder(self, kind: str, journal_id: int | None, roles: frozenset[str]) -> list[Owner]:
        department = self.departments.get(journal_id or 0)
        first = (
            [("operator", None)]
            if kind in SET_UP
            else [("head_of_department", department)]
            if department is not None
            else []
        )
        found = []
        for role, place in [*first, ("deputy", None), ("director", None)]:
            holders = self.holders.get((role, place), [])
            if role not in roles or not holders:
                continue
            title = ROLE_TITLES.get(role, role)
            person_id, name = holders[0] if len(holders) == 1 else (None, "")
            found.append(Owner(role, person_id, f"{title} {name}".strip()))
        return found
