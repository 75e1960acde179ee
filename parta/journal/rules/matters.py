"""A matter: what a watch over figures, plans and duties found; and the reading that these watches share.

Findings of single facts of a lesson are :class:`~parta.journal.rules.owed.Finding`; a matter stands for a journal, a
class, a person or an interval. It too is closed by the fact alone.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from parta.journal.rules.acts import Place
from parta.regulation.clause import Clause
from parta.regulation.judge import Bench, Law, Rule

__all__ = ["Matter", "Reach", "clauses_of", "places", "rules_on", "whole"]

ON_CONTROL = "на страницах «Проверка» и «Обязанности» контроля"
"""Where the kinds of these watches act, for who reads the rules."""

Reach = tuple[str, list[object]]
"""A condition over ``plans_journal j`` joined with ``organisation_subject s``, and its values: whose journals."""

PLACE = """j.id, s.code, s.title, s.area, s.tags, j.grade, COALESCE(h.title, ''), j.weekly_hours,
    j.subgroup_id, j.scale_id, COALESCE(g.short, ''), j.homeroom_id"""
"""The first twelve columns of every statement read by :class:`Places`."""
JOINS = """JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id"""


@dataclass(frozen=True, slots=True)
class Matter:
    """Something that is not as the act asks. The place it leads to is the first of lesson, journal, class named."""

    kind: str
    """The rule kind that asks for it."""
    clauses: tuple[Clause, ...]
    text: str
    """In a few Russian words: «нет тематического плана»."""
    since: date
    """The day whose edition speaks, and from which it is found."""
    journal_id: int | None = None
    lesson_id: int | None = None
    homeroom_id: int | None = None
    subject: str = ""
    homeroom: str = ""
    group: str = ""
    students: tuple[str, ...] = ()
    who_id: int | None = None
    """Whose duty; ``None``: the holders of ``role``."""
    role: str = ""
    told: tuple[str, ...] = ()
    """Roles that see it, in order."""
    detail: str = ""
    """Numbers and names behind it."""
    department_id: int | None = None
    """The department it is about, where it is about one."""
    due: datetime | None = None
    """The last moment in time of what is to be done; ``None``: it should not be so at all."""
    key: str = ""
    """What tells it from others of its kind at its place; empty: its text. Needed where the text holds a figure that
    changes while the matter stays the same."""

    @property
    def cite(self) -> str:
        """Printed numbers of the clauses, each once."""
        return ", ".join(dict.fromkeys(clause.printed for clause in self.clauses))


def whole(school_id: int) -> Reach:
    """All journals of a school."""
    return "j.school_id = %s", [school_id]


def rules_on(law: Law, day: date, kind: str) -> tuple[Rule[Any], ...]:
    """The rules of a kind in force on a day, wherever they bind."""
    return tuple(rule for _, _, rule in law.on(day).entries if rule is not None and rule.kind.name == kind)


def clauses_of(rules: Iterable[Rule[Any]]) -> tuple[Clause, ...]:
    """Every clause of these rules, each once."""
    return tuple(dict.fromkeys(clause for rule in rules for clause in rule.clauses))


def told_of(rules: Iterable[Rule[Any]]) -> tuple[str, ...]:
    """Every role these rules tell, each once."""
    return tuple(dict.fromkeys(role for rule in rules for role in rule.entry.told))


class Places:
    """Places made of rows that begin with ``PLACE``, and the rules of a kind that bind there on a day."""

    def __init__(self, law: Law) -> None:
        self.law = law
        self._known: dict[int, Place] = {}
        self._benches: dict[tuple[int, date, int | None], Bench] = {}

    def place(self, row: Sequence[Any]) -> Place:
        """The journal of a row, made once."""
        found = self._known.get(row[0])
        if found is None:
            tags = frozenset(json.loads(row[4]) if isinstance(row[4], str) else row[4])
            found = self._known[row[0]] = Place(
                subject=row[1],
                subject_title=row[2],
                subject_area=row[3],
                grade=row[5],
                homeroom=row[6],
                weekly_hours=float(row[7]),
                tags=tags | {"subgroup"} if row[8] else tags,
                unmarked=row[9] is None,
                journal_id=row[0],
            )
        return found

    def bench(self, row: Sequence[Any], day: date, student_id: int | None = None) -> Bench:
        """The rules that bind at the row's journal on a day; of a student whom the law names, that student's own."""
        code = self.law.on(day)
        key = (row[0], day, student_id if student_id in code.students else None)
        found = self._benches.get(key)
        if found is None:
            found = self._benches[key] = code.bench(self.place(row), student_id)
        return found

    def rules(
        self, row: Sequence[Any], day: date, kind: str, student_id: int | None = None
    ) -> tuple[Rule[Any], ...]:
        """The rules of a kind at the row's journal on a day, for anybody or for one student."""
        return self.bench(row, day, student_id).of(kind)


def places(law: Law) -> Places:
    """A reader of rows for one question."""
    return Places(law)
