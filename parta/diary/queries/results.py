"""Results of a student: all periods of all years, the place in class."""

from dataclasses import dataclass

from parta.diary.queries.children import MINE, family_of
from parta.diary.queries.marks import scale_of
from parta.diary.queries.week_values import Child, Period
from parta.foundation import sql
from parta.journal.queries.words import class_name
from parta.people.viewer import Viewer
from parta.regulation.queries import law as law_of_school


@dataclass(frozen=True, slots=True)
class Year:
    """A school year of a student: its periods and the marks of each subject in them."""

    title: str
    homeroom: str
    periods: tuple[Period, ...]
    """Reporting periods whose marks may be opened."""
    heads: tuple[str, ...]
    subjects: tuple[tuple[int, str, tuple[tuple[str, str], ...]], ...]
    """Subject, title and, for each head, the mark and the one before a correction."""
    missed: int


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that was ever reckoned up."""

    student: Child
    children: tuple[Child, ...]
    years: tuple[Year, ...]
    period: Period | None
    """The one that runs."""


_YEARS = """
SELECT y.id, y.title, h.title, t.id, t.title, t.starts, t.until, t.kind, h.term_kind, y.starts
FROM people_enrolment e JOIN organisation_homeroom h ON h.id = e.homeroom_id
JOIN organisation_academicyear y ON y.id = h.year_id JOIN organisation_term t ON t.year_id = y.id
WHERE e.student_id = %s AND e.starts <= %s ORDER BY y.starts DESC, e.starts DESC, t.starts, t.until
"""
_FINALS = f"""
SELECT DISTINCT j.year_id, s.id, s.title, s.position, f.term_id, f.value, f.first_value
FROM {MINE} mine JOIN plans_journal j ON j.id = mine.journal_id JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN journal_termmark f ON f.journal_id = j.id AND f.student_id = %s AND f.value <> ''
WHERE j.scale_id IS NOT NULL
"""
_MISSED = """
SELECT j.year_id, SUM(l.hours) FROM journal_absence a JOIN plans_journal j ON j.id = a.journal_id
JOIN timetable_lesson l ON l.id = a.lesson_id
WHERE a.student_id = %s AND a.meaning NOT IN ('', 'late') GROUP BY j.year_id
"""


def results(viewer: Viewer, student_id: int) -> Results:
    """Marks of all periods, of this year and of those before. Raises NotFound. Four statements."""
    family = family_of(viewer, student_id, viewer.on)
    id = family.shown.id
    finals: dict[tuple[int, int, int], tuple[str, str]] = {}
    subjects: dict[int, dict[int, tuple[int, str]]] = {}
    for row in sql.read(_FINALS, (id, id, id)):
        subjects.setdefault(row[0], {})[row[1]] = (row[3], row[2])
        if row[4] is not None:
            finals[row[0], row[1], row[4]] = (row[5], row[6] if row[6] != row[5] else "")
    missed: dict[int, int] = dict(sql.read(_MISSED, (id,)))
    years: dict[int, list[sql.Row]] = {}
    for row in sql.read(_YEARS, (id, viewer.on)):
        years.setdefault(row[0], []).append(row)
    found = []
    for year_id, rows in years.items():
        terms = {row[3]: row for row in rows if row[7] == rows[0][8] or row[7] == "year"}
        heads = sorted(terms.values(), key=lambda row: (row[7] == "year", row[5]))
        lines = sorted(subjects.get(year_id, {}).items(), key=lambda item: item[1])
        found.append(
            Year(
                title=rows[0][1],
                homeroom=class_name(rows[0][2]),
                periods=tuple(
                    Period(row[3], row[4], row[5], row[6])
                    for row in heads
                    if row[7] == rows[0][8] and row[5] <= viewer.on
                ),
                heads=tuple(row[4] for row in heads),
                subjects=tuple(
                    (
                        subject,
                        title,
                        tuple(finals.get((year_id, subject, row[3]), ("", "")) for row in heads),
                    )
                    for subject, (_, title) in lines
                ),
                missed=missed.get(year_id, 0),
            )
        )
    return Results(family.shown, family.children, tuple(found), family.period_on(viewer.on))


# --- one's own place --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """One's own place in the class by the average of the period; nobody else's."""

    place: int
    of: int
    clauses: tuple[str, ...]


_AVERAGES = """
SELECT m.student_id, COALESCE(m.counted, m.value), a.weight, k.symbols
FROM people_enrolment e JOIN journal_mark m ON m.student_id = e.student_id AND m.value <> ''
JOIN journal_assessment a ON a.id = m.assessment_id JOIN timetable_lesson l ON l.id = a.lesson_id
JOIN plans_journal j ON j.id = a.journal_id JOIN organisation_markscale k ON k.id = j.scale_id
WHERE e.homeroom_id = (SELECT x.homeroom_id FROM people_enrolment x WHERE x.student_id = %s AND x.starts <= %s
    AND (x.until IS NULL OR x.until > %s) ORDER BY x.starts DESC LIMIT 1)
  AND e.starts <= %s AND (e.until IS NULL OR e.until > %s) AND l.date >= %s AND l.date < %s
"""


def own_place(viewer: Viewer, student_id: int, period: Period | None) -> Place | None:
    """«7 из 25», where the act in force has a rating; None elsewhere. One statement, none without such a clause."""
    law = law_of_school(viewer.school.id, viewer.school.law_version)
    clauses = tuple(
        dict.fromkeys(
            clause.printed
            for _, entry, _ in law.on(viewer.on).entries
            if entry.kind == "own_rating"
            for clause in entry.clauses
        )
    )
    if not clauses or period is None or student_id not in viewer.student_ids:
        return None
    sums: dict[int, tuple[float, float]] = {}
    on = viewer.on
    for student, value, weight, symbols in sql.read(
        _AVERAGES, (student_id, on, on, on, on, period.starts, period.until)
    ):
        points = scale_of(symbols or "").worth.get(value)
        if points is not None:
            total, weights = sums.get(student, (0.0, 0.0))
            sums[student] = (total + points * float(weight), weights + float(weight))
    averages = {student: round(total / weights, 2) for student, (total, weights) in sums.items() if weights}
    if student_id not in averages:
        return None
    mine = averages[student_id]
    return Place(1 + sum(1 for value in averages.values() if value > mine), len(averages), clauses)


__all__ = ["Place", "Results", "own_place", "results"]
