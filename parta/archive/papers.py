"""Paper sets of the journals: what a class's set holds, who has one, and what has changed since it was made.

The contents are plain data in a fixed order; their digest says whether two readings are the same.
"""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from parta.archive.models import PaperSet, PaperStep
from parta.foundation import sql
from parta.foundation.pagekit import ru_date_num
from parta.journal.queries.words import class_name, journal_name, register_key
from parta.people.viewer import Viewer

__all__ = ["Line", "Papers", "contents_of", "counts_of", "digest_of", "is_mine", "papers", "shown"]

_HEAD = """
SELECT h.title, t.title, t.starts, t.until, y.title, s.name FROM organisation_homeroom h
JOIN organisation_academicyear y ON y.id = h.year_id JOIN organisation_term t ON t.year_id = y.id
JOIN organisation_school s ON s.id = h.school_id WHERE h.id = %s AND t.id = %s"""
_ROSTER = """
SELECT n.id, n.surname, n.given_name, n.patronymic, e.starts, e.until FROM people_enrolment e
JOIN people_person n ON n.id = e.student_id
WHERE e.homeroom_id = %s AND e.starts < %s AND (e.until IS NULL OR e.until > %s)"""
_JOURNALS = """
SELECT j.id, s.title, COALESCE(g.short, '') FROM plans_journal j
JOIN organisation_subject s ON s.id = j.subject_id LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
WHERE j.homeroom_id = %s ORDER BY s.position, s.title, g.short, j.id"""
_TEACHERS = """
SELECT w.journal_id, p.surname, p.given_name, p.patronymic FROM plans_teachingload w
JOIN plans_journal j ON j.id = w.journal_id JOIN people_person p ON p.id = w.teacher_id
WHERE j.homeroom_id = %s AND w.starts < %s AND (w.until IS NULL OR w.until > %s) ORDER BY w.starts, w.id"""
_LESSONS = """
SELECT l.id, l.journal_id, l.date, l.number, r.topic, (
    SELECT MAX(w.text) FROM journal_homework w WHERE w.lesson_id = l.id AND w.student_id IS NULL)
FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id
JOIN journal_lessonrecord r ON r.lesson_id = l.id AND r.conducted_at IS NOT NULL
WHERE j.homeroom_id = %s AND l.date >= %s AND l.date < %s ORDER BY l.date, l.number, l.id"""
_MARKS = """
SELECT a.lesson_id, k.student_id, a.position, k.part, k.value, a.journal_id
FROM journal_mark k JOIN journal_assessment a ON a.id = k.assessment_id
JOIN timetable_lesson l ON l.id = a.lesson_id JOIN plans_journal j ON j.id = a.journal_id
WHERE j.homeroom_id = %s AND l.date >= %s AND l.date < %s AND k.value <> ''
ORDER BY a.lesson_id, k.student_id, a.position, a.id, k.part"""
_ABSENCES = """
SELECT b.lesson_id, b.student_id, b.symbol, b.journal_id FROM journal_absence b
JOIN timetable_lesson l ON l.id = b.lesson_id JOIN plans_journal j ON j.id = b.journal_id
WHERE j.homeroom_id = %s AND l.date >= %s AND l.date < %s AND b.meaning <> '' ORDER BY b.lesson_id, b.student_id"""
_FINALS = """
SELECT f.journal_id, f.student_id, t.title, f.value FROM journal_termmark f JOIN plans_journal j ON j.id = f.journal_id
JOIN organisation_term t ON t.id = f.term_id
WHERE j.homeroom_id = %s AND t.starts >= %s AND t.until <= %s AND f.value <> '' ORDER BY t.starts, t.until, f.id"""


def contents_of(homeroom_id: int, term_id: int, *, summary: bool = False) -> dict[str, Any]:
    """What a set of the class for the term holds now. Eight statements; five for a summary sheet of finals alone."""
    title, term, starts, until, year, school = sql.read(_HEAD, [homeroom_id, term_id])[0]
    roster = sorted(
        sql.read(_ROSTER, [homeroom_id, until, starts]), key=lambda row: (register_key(*row[1:4]), row[0])
    )
    names = {row[0]: " ".join(part for part in row[1:4] if part) for row in roster}
    finals: dict[tuple[int, int], list[str]] = defaultdict(list)
    for journal_id, student_id, of_term, value in sql.read(_FINALS, [homeroom_id, starts, until]):
        finals[journal_id, student_id].append(f"{of_term}: {value}")
    span = [homeroom_id, starts, until]
    lessons: dict[int, list[dict[str, Any]]] = defaultdict(list)
    cells: dict[tuple[int, int], list[str]] = defaultdict(list)
    marks = absences = held = 0
    if not summary:
        days: dict[int, date] = {}
        for lesson_id, journal_id, day, number, topic, homework in sql.read(_LESSONS, span):
            held += 1
            days[lesson_id] = day
            lessons[journal_id].append(
                {"on": ru_date_num(day), "number": number, "topic": topic, "homework": homework or ""}
            )
        parts: dict[tuple[int, int, int, int], list[str]] = defaultdict(list)
        for lesson_id, student_id, position, part, value, journal_id in sql.read(_MARKS, span):
            marks += part < 2
            parts[journal_id, student_id, lesson_id, position].append(value)
        for (journal_id, student_id, lesson_id, _), values in parts.items():
            on = f"{ru_date_num(days[lesson_id])[:5]} " if lesson_id in days else ""
            cells[journal_id, student_id].append(f"{on}{'/'.join(values)}")
        for lesson_id, student_id, symbol, journal_id in sql.read(_ABSENCES, span):
            absences += 1
            on = f"{ru_date_num(days[lesson_id])[:5]} " if lesson_id in days else ""
            cells[journal_id, student_id].append(f"{on}{symbol}")
    teachers: dict[int, list[str]] = defaultdict(list)
    for journal_id, *name in sql.read(_TEACHERS, [homeroom_id, until, starts]):
        teachers[journal_id].append(" ".join(part for part in name if part))
    subjects = []
    for journal_id, subject, group in sql.read(_JOURNALS, [homeroom_id]):
        subjects.append(
            {
                "title": journal_name("", subject, group).strip(),
                "teachers": list(dict.fromkeys(teachers.get(journal_id, []))),
                "lessons": lessons.get(journal_id, []),
                "students": [
                    {
                        "name": names[row[0]],
                        "marks": sorted(cells.get((journal_id, row[0]), [])),
                        "finals": finals.get((journal_id, row[0]), []),
                    }
                    for row in roster
                    if (journal_id, row[0]) in cells or (journal_id, row[0]) in finals or not group
                ],
            }
        )
    return {
        "school": school,
        "class": class_name(title),
        "year": year,
        "term": term,
        "roster": list(names.values()),
        "subjects": subjects,
        "counts": {
            "marks": marks,
            "absences": absences,
            "lessons": held,
            "finals": sum(len(values) for values in finals.values()),
        },
    }


def digest_of(contents: dict[str, Any]) -> str:
    """SHA-256 of the contents, keys in order and without spaces."""
    text = json.dumps(contents, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def counts_of(contents: dict[str, Any]) -> dict[str, int]:
    """Marks, absences, lessons and finals of a set."""
    return {name: int(contents["counts"][name]) for name in ("marks", "absences", "lessons", "finals")}


def is_mine(viewer: Viewer, homeroom_id: int) -> bool:
    """Whether the viewer may make and see the papers of a class: its class teacher or master, or the school's heads."""
    return bool(viewer.roles & {"director", "deputy", "operator"}) or homeroom_id in viewer.homeroom_ids


@dataclass(frozen=True, slots=True)
class Line:
    """A class and a term, with its newest set."""

    homeroom_id: int
    homeroom: str
    term_id: int
    term: str
    until: date
    is_over: bool
    paper_id: int | None
    made_at: datetime | None
    steps: tuple[tuple[str, str, date, str], ...]
    """Code, title, day, where it lies or how many sheets."""
    kind: str = "journal"
    is_year: bool = False

    @property
    def done(self) -> frozenset[str]:
        """Codes of the steps that were done."""
        return frozenset(step[0] for step in self.steps)


@dataclass(frozen=True, slots=True)
class Papers:
    """The register of a year."""

    year: str
    lines: tuple[Line, ...]

    @property
    def classes(self) -> list[tuple[str, list[Line], list[str]]]:
        """Class by class: what can be on paper now, and the titles of the terms that are still to come."""
        found: dict[int, tuple[str, list[Line], list[str]]] = {}
        for line in self.lines:
            _, now, later = found.setdefault(line.homeroom_id, (line.homeroom, [], []))
            if line.is_over or line.paper_id or line.is_year:
                now.append(line)
            else:
                later.append(line.term)
        return list(found.values())


_PLACES = """
SELECT h.id, h.title, t.id, t.title, t.until, y.title, t.kind FROM organisation_homeroom h
JOIN organisation_academicyear y ON y.id = h.year_id
JOIN organisation_term t ON t.year_id = y.id AND (t.kind = h.term_kind OR t.kind = 'year')
WHERE h.school_id = %s AND y.id = (SELECT z.id FROM organisation_academicyear z WHERE z.school_id = %s
    AND z.starts <= %s ORDER BY z.starts DESC LIMIT 1){classes}
ORDER BY COALESCE(h.grade, 99), h.title, t.until, t.starts DESC"""


def papers(viewer: Viewer) -> Papers:
    """Every class the viewer answers for, with the terms of the year and what is on paper. Three statements."""
    classes, values = "", [viewer.school.id, viewer.school.id, viewer.on]
    if not viewer.roles & {"director", "deputy", "operator"}:
        ids = viewer.homeroom_ids or (0,)
        classes = f" AND h.id IN ({sql.marks(len(ids))})"
        values += ids
    sets: dict[tuple[int, int, str], PaperSet] = {}
    for row in PaperSet.objects.filter(school_id=viewer.school.id).defer("contents").order_by("id"):
        sets[row.homeroom_id, row.term_id, row.kind] = row
    steps: dict[int, list[PaperStep]] = defaultdict(list)
    for step in PaperStep.objects.filter(school_id=viewer.school.id).order_by("id"):
        steps[step.paper_id].append(step)
    lines, year, zone = [], "", ZoneInfo(viewer.school.timezone)
    for homeroom_id, title, term_id, term, until, year_title, term_kind in sql.read(
        _PLACES.replace("{classes}", classes), values
    ):
        year = year_title
        for kind in ("journal", "summary_sheet") if term_kind == "year" else ("journal",):
            found = sets.get((homeroom_id, term_id, kind))
            lines.append(
                Line(
                    homeroom_id,
                    class_name(title),
                    term_id,
                    term if kind == "journal" else f"{term}: сводная ведомость",
                    until,
                    until <= viewer.on,
                    found.pk if found else None,
                    found.made_at.astimezone(zone) if found else None,
                    tuple(
                        (
                            one.step,
                            one.get_step_display(),
                            one.on,
                            one.place or (f"листов: {one.sheets}" if one.sheets else ""),
                        )
                        for one in (steps.get(found.pk, []) if found else [])
                    ),
                    kind,
                    term_kind == "year",
                )
            )
    return Papers(year, tuple(lines))


def shown(viewer: Viewer, paper_id: int) -> tuple[PaperSet, bool] | None:
    """A set to be printed, and whether the journal of today still says the same. Nothing for others' classes."""
    row = (
        PaperSet.objects.select_related("homeroom", "term", "made_by")
        .filter(pk=paper_id, school_id=viewer.school.id)
        .first()
    )
    if row is None or not is_mine(viewer, row.homeroom_id):
        return None
    row.made_at = row.made_at.astimezone(ZoneInfo(viewer.school.timezone))
    now = contents_of(row.homeroom_id, row.term_id, summary=row.kind == "summary_sheet")
    return row, digest_of(now) == row.sha256
