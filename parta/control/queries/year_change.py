"""The change of the school year: what is not finished in the old one, and who goes where in the next."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from parta.foundation import sql
from parta.journal.queries.words import class_name
from parta.people.viewer import Viewer


@dataclass(frozen=True, slots=True)
class YearLine:
    """A school year."""

    id: int
    title: str
    starts: date
    until: date
    is_closed: bool


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A class of the old year with those who are in it on its last day. `becomes`: empty when it leaves the school."""

    id: int
    title: str
    grade: int | None
    letter: str
    becomes: str
    students: tuple[tuple[int, str, str], ...]
    """(id, name, class of the next year in which the student already is)"""

    @property
    def waiting(self) -> int:
        """Students who have no place in the next year yet."""
        return sum(not placed for _, _, placed in self.students)


@dataclass(frozen=True, slots=True)
class Missing:
    """A journal in which final marks of the year are missing, for how many students."""

    homeroom: str
    journal: str
    count: int


@dataclass(frozen=True, slots=True)
class YearChange:
    """The page."""

    old: YearLine | None
    new: YearLine | None
    classes: tuple[ClassLine, ...]
    missing: tuple[Missing, ...]

    @property
    def missing_marks(self) -> int:
        """Final marks that are not set."""
        return sum(line.count for line in self.missing)

    @property
    def waiting(self) -> int:
        """Students who have no place in the next year yet."""
        return sum(line.waiting for line in self.classes)


def last_grade(grades: set[int], kind: str) -> int:
    """The grade after which students leave: 4, 9 or 11 by what the school has; the oldest course of a college."""
    oldest = max(grades, default=0)
    if kind != "general":
        return oldest
    return next((grade for grade in (4, 9, 11) if oldest <= grade), oldest)


def next_title(title: str, grade: int | None, last: int) -> str:
    """«7А» → «8А», empty for those who leave; a title that does not begin with its grade stays («ТО-21»)."""
    if grade is None:
        return title
    if grade >= last:
        return ""
    found = re.match(rf"{grade}(?!\d)", title)
    return f"{grade + 1}{title[found.end() :]}" if found else title


def year_change(viewer: Viewer) -> YearChange:
    """The earliest year that has begun and is not closed, and the one after it. At most five statements."""
    return change_of(viewer.school.id, viewer.school.kind, viewer.on)


def change_of(school_id: int, kind: str, on: date) -> YearChange:
    """The same for a school, for the acts."""
    years = [
        YearLine(id, title, starts, until, state == "closed")
        for id, title, starts, until, state in sql.read(
            "SELECT id, title, starts, until, state FROM organisation_academicyear WHERE school_id = %s"
            " ORDER BY starts",
            [school_id],
        )
    ]
    begun = [year for year in years if year.starts <= on]
    old = next((year for year in begun if not year.is_closed), begun[-1] if begun else None)
    if old is None:
        return YearChange(None, None, (), ())
    new = next((year for year in years if year.starts >= old.until), None)
    return YearChange(old, new, _classes(school_id, kind, old, new), missing_finals(school_id, old))


def _classes(school_id: int, kind: str, old: YearLine, new: YearLine | None) -> tuple[ClassLine, ...]:
    placed: dict[int, str] = {}
    if new is not None:
        placed = dict(
            sql.read(
                "SELECT e.student_id, h.title FROM people_enrolment e"
                " JOIN organisation_homeroom h ON h.id = e.homeroom_id WHERE h.school_id = %s AND h.year_id = %s",
                [school_id, new.id],
            )
        )
    rows = sql.read(
        "SELECT h.id, h.title, h.grade, h.letter, p.id, p.surname, p.given_name, p.patronymic"
        " FROM organisation_homeroom h"
        " LEFT JOIN people_enrolment e ON e.homeroom_id = h.id"
        " AND (e.until IS NULL OR e.until >= %s AND e.left_order = '')"
        " LEFT JOIN people_person p ON p.id = e.student_id"
        " WHERE h.school_id = %s AND h.year_id = %s"
        " ORDER BY COALESCE(h.grade, 99), h.title, h.id, p.surname, p.given_name, p.id",
        [old.until, school_id, old.id],
    )
    last = last_grade({row[2] for row in rows if row[2] is not None}, kind)
    return tuple(
        ClassLine(
            id=id,
            title=title,
            grade=grade,
            letter=letter,
            becomes=next_title(title, grade, last),
            students=tuple(
                (row[4], " ".join(part for part in row[5:8] if part), placed.get(row[4], ""))
                for row in lines
                if row[4] is not None
            ),
        )
        for (id, title, grade, letter), lines in groupby(rows, key=lambda row: tuple(row[:4]))
    )


def missing_finals(school_id: int, year: YearLine) -> tuple[Missing, ...]:
    """Journals with marks in which the mark of the year is missing for somebody who is there on the last day.

    A mark put off with a reason is not missing. One statement.
    """
    rows = sql.read(
        "WITH members AS ("
        " SELECT j.id AS journal_id, e.student_id FROM plans_journal j"
        " JOIN people_enrolment e ON e.homeroom_id = j.homeroom_id"
        " WHERE j.year_id = %s AND j.subgroup_id IS NULL AND j.scale_id IS NOT NULL"
        " AND (e.until IS NULL OR e.until >= %s)"
        " UNION ALL"
        " SELECT j.id, m.student_id FROM plans_journal j"
        " JOIN people_subgroupmembership m ON m.subgroup_id = j.subgroup_id"
        " WHERE j.year_id = %s AND j.scale_id IS NOT NULL AND (m.until IS NULL OR m.until >= %s))"
        " SELECT COALESCE(g.title, h.title), s.title, COUNT(*) FROM members"
        " JOIN plans_journal j ON j.id = members.journal_id"
        " JOIN organisation_subject s ON s.id = j.subject_id"
        " LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id"
        " LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id"
        " LEFT JOIN journal_termmark t ON t.journal_id = j.id AND t.student_id = members.student_id"
        " AND (t.value <> '' OR t.reason <> '')"
        " AND t.term_id IN (SELECT id FROM organisation_term WHERE year_id = %s AND kind = 'year')"
        " WHERE j.school_id = %s AND t.id IS NULL"
        " GROUP BY j.id, g.title, h.title, s.title ORDER BY 1, 2",
        [year.id, year.until, year.id, year.until, year.id, school_id],
    )
    return tuple(Missing(class_name(title or ""), subject, int(count)) for title, subject, count in rows)
