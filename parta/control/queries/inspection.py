"""The inspector's first page: figures of the window, each with the way to what it is made of; and the director's list.

The first is read through the veil, so the scope of the window is not repeated here. The second is the school's own.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.urls import get_resolver

from parta.foundation import sql
from parta.foundation.access import TABLE
from parta.journal.queries.words import class_name
from parta.organisation.models import Homeroom
from parta.people.actions.inspection import inspectors
from parta.people.models import Inspection, InspectionCase, User
from parta.people.queries import short
from parta.people.viewer import Viewer

SHOWN = 40
READ_SHOWN = 200


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A class in figures, over the days of the window up to now."""

    id: int
    title: str
    journals: int
    lessons: int
    unwritten: int
    """Lessons past without a record that they were held."""
    marks: int
    corrected: int
    findings: int


@dataclass(frozen=True, slots=True)
class Overdue:
    """A finding of the rules that is not put right."""

    id: int
    date: date
    lesson_id: int | None
    journal_id: int | None
    place: str
    text: str
    clause: str
    who: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """A mark that is not what it first was; its cell tells the whole history."""

    at: datetime
    journal_id: int
    lesson_id: int
    place: str
    date: date
    student: str
    first: str
    value: str
    who: str


@dataclass(frozen=True, slots=True)
class Overview:
    """What an inspector sees first."""

    classes: tuple[ClassLine, ...]
    findings: tuple[Overdue, ...]
    corrected: tuple[Corrected, ...]


def overview(viewer: Viewer) -> Overview:
    """Figures of the classes in the window, what the rules have found, what was corrected. Five statements."""
    zone = ZoneInfo(viewer.school.timezone)
    school = viewer.school.id
    rooms = sql.read(
        "SELECT h.id, h.title, COUNT(j.id) FROM organisation_homeroom h"
        " JOIN organisation_academicyear y ON y.id = h.year_id AND y.starts <= %s AND y.until > %s"
        " LEFT JOIN plans_journal j ON j.homeroom_id = h.id WHERE h.school_id = %s"
        " GROUP BY h.id, h.title, h.grade ORDER BY COALESCE(h.grade, 99), h.title",
        (viewer.on, viewer.on, school),
    )
    lessons = _by_class(
        "SELECT j.homeroom_id, COUNT(*), SUM(CASE WHEN r.conducted_at IS NULL THEN 1 ELSE 0 END)"
        " FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id"
        " LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id"
        " WHERE j.school_id = %s AND l.ends_at <= %s AND l.state <> 'cancelled' GROUP BY j.homeroom_id",
        (school, viewer.at),
    )
    marks = _by_class(
        "SELECT j.homeroom_id, COUNT(*), SUM(CASE WHEN m.first_value <> '' AND m.first_value <> m.value"
        " THEN 1 ELSE 0 END)"
        " FROM journal_mark m JOIN plans_journal j ON j.id = m.journal_id WHERE j.school_id = %s"
        " GROUP BY j.homeroom_id",
        (school,),
    )
    found = sql.read(
        "SELECT f.id, f.date, f.lesson_id, f.journal_id, f.homeroom_id, h.title, s.title, f.text,"
        " CAST(f.clauses AS TEXT), p.surname, p.given_name, p.patronymic FROM control_finding f"
        " LEFT JOIN organisation_homeroom h ON h.id = f.homeroom_id LEFT JOIN plans_journal j ON j.id = f.journal_id"
        " LEFT JOIN organisation_subject s ON s.id = j.subject_id LEFT JOIN people_person p ON p.id = f.who_id"
        " WHERE f.school_id = %s AND f.state IN ('open', 'answered') ORDER BY f.date DESC, f.id DESC",
        (school,),
    )
    changed = sql.read(
        "SELECT m.changed_at, m.journal_id, a.lesson_id, h.title, s.title, l.date, p.surname, p.given_name,"
        " p.patronymic, m.first_value, m.value, t.surname, t.given_name, t.patronymic"
        " FROM journal_mark m JOIN plans_journal j ON j.id = m.journal_id"
        " JOIN journal_assessment a ON a.id = m.assessment_id JOIN timetable_lesson l ON l.id = a.lesson_id"
        " JOIN organisation_subject s ON s.id = j.subject_id LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id"
        " JOIN people_person p ON p.id = m.student_id LEFT JOIN people_person t ON t.id = m.set_by_id"
        " WHERE j.school_id = %s AND m.first_value <> '' AND m.first_value <> m.value"
        " ORDER BY m.changed_at DESC LIMIT %s",
        (school, SHOWN),
    )
    open_in: dict[int | None, int] = {}
    for row in found:
        open_in[row[4]] = open_in.get(row[4], 0) + 1
    return Overview(
        tuple(
            ClassLine(
                one,
                class_name(title),
                count,
                *lessons.get(one, (0, 0)),
                *marks.get(one, (0, 0)),
                open_in.get(one, 0),
            )
            for one, title, count in rooms
        ),
        tuple(
            Overdue(
                row[0],
                row[1],
                row[2],
                row[3],
                _place(row[5], row[6]),
                row[7],
                _clause(row[8]),
                short(*row[9:12]) if row[9] else "",
            )
            for row in found[:SHOWN]
        ),
        tuple(
            Corrected(
                sql.moment(row[0]).astimezone(zone),
                row[1],
                row[2],
                _place(row[3], row[4]),
                row[5],
                short(*row[6:9]),
                row[9],
                row[10],
                short(*row[11:14]) if row[11] else "",
            )
            for row in changed
        ),
    )


def _by_class(statement: str, values: tuple[object, ...]) -> dict[int, tuple[int, int]]:
    return {row[0]: (int(row[1]), int(row[2] or 0)) for row in sql.read(statement, values)}


def _place(homeroom: str | None, subject: str | None) -> str:
    return ", ".join(part for part in (class_name(homeroom) if homeroom else "", subject or "") if part)


def _clause(clauses: str) -> str:
    pairs = json.loads(clauses)
    return str(pairs[0][1]) if pairs else ""


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A page the inspector opened: what, of whom or what, how often, when first and last."""

    what: str
    about: str
    count: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class WindowLine:
    """A window as the director sees it."""

    id: int
    inspector: str
    purpose: str
    ground: str
    scope: str
    starts_at: datetime
    ends_at: datetime
    is_open: bool
    opened_by: str
    cases: tuple[tuple[str, str, datetime], ...]
    """Name, reason, when it was told."""
    pages: int
    read: tuple[ReadLine, ...] = ()


def windows(viewer: Viewer, chosen: int | None = None) -> list[WindowLine]:
    """The school's windows, the latest first; the chosen one with what was read in it. At most eight statements."""
    zone = ZoneInfo(viewer.school.timezone)
    rows = list(
        Inspection.objects.filter(school_id=viewer.school.id)
        .select_related("inspector")
        .order_by("-id")[:SHOWN]
    )
    rooms = dict(Homeroom.objects.filter(school_id=viewer.school.id).values_list("id", "title"))
    openers = {
        one: short(*names)
        for one, *names in User.objects.filter(
            pk__in={row.opened_by for row in rows}, persons__school_id=viewer.school.id
        ).values_list("id", "persons__surname", "persons__given_name", "persons__patronymic")
    }
    cases: dict[int, list[tuple[str, str, datetime]]] = {}
    for case in InspectionCase.objects.filter(inspection__in=rows).select_related("student").order_by("id"):
        told = (case.student.full_name, case.reason, case.told_at.astimezone(zone))
        cases.setdefault(case.inspection_id, []).append(told)
    counts = {}
    if rows:
        counts = {
            row[0]: row[1]
            for row in sql.read(
                "SELECT i.id, COUNT(*) FROM people_inspection i JOIN people_person p ON p.id = i.inspector_id"
                " JOIN people_readtrace t ON t.school_id = i.school_id AND t.user_id = p.user_id"
                " AND t.page LIKE 'window:%%' AND t.at >= i.starts_at AND t.at <= COALESCE(i.ended_at, i.ends_at)"
                " WHERE i.school_id = %s GROUP BY i.id",
                (viewer.school.id,),
            )
        }
    return [
        WindowLine(
            row.pk,
            row.inspector.short_name,
            row.purpose,
            row.ground,
            scope_words(row.homerooms, row.since, row.until, rooms),
            row.starts_at.astimezone(zone),
            (row.ended_at or row.ends_at).astimezone(zone),
            row.ended_at is None and row.ends_at > viewer.at,
            openers.get(row.opened_by, ""),
            tuple(cases.get(row.pk, ())),
            counts.get(row.pk, 0),
            tuple(_read_in(viewer, row, zone)) if row.pk == chosen else (),
        )
        for row in rows
    ]


def scope_words(
    homerooms: list[int] | tuple[int, ...], since: date | None, until: date | None, rooms: dict[int, str]
) -> str:
    """The scope of a window in words: «6 «Б», с 1.09.2026 по 31.10.2026»."""
    titles = ", ".join(class_name(rooms[one]) for one in homerooms if one in rooms)
    words = titles or ("вся школа" if not homerooms else "классы прошлых лет")
    if since:
        words += f", уроки с {since:%d.%m.%Y}"
    if until:
        words += f"{'' if since else ', уроки'} по {until - timedelta(days=1):%d.%m.%Y}"
    return words


def _read_in(viewer: Viewer, row: Inspection, zone: ZoneInfo) -> list[ReadLine]:
    """What was opened in the window, page by page. Two statements."""
    lines = sql.read(
        "SELECT t.page, t.student_id, t.object_id, COUNT(*), MIN(t.at), MAX(t.at) FROM people_readtrace t"
        " WHERE t.school_id = %s AND t.user_id = %s AND t.page LIKE 'window:%%' AND t.at >= %s AND t.at <= %s"
        " GROUP BY t.page, t.student_id, t.object_id ORDER BY 6 DESC LIMIT %s",
        (viewer.school.id, row.inspector.user_id, row.starts_at, row.ended_at or row.ends_at, READ_SHOWN),
    )
    students = sorted({line[1] for line in lines if line[1]})
    names = {
        one: short(*parts)
        for one, *parts in sql.read(
            "SELECT id, surname, given_name, patronymic FROM people_person WHERE school_id = %s"
            f" AND id IN ({sql.marks(len(students))})",
            (viewer.school.id, *students),
        )
    }
    return [
        ReadLine(
            _page_title(page.removeprefix("window:")),
            names.get(student_id or 0) or (f"№ {object_id}" if object_id else ""),
            count,
            sql.moment(first).astimezone(zone),
            sql.moment(last).astimezone(zone),
        )
        for page, student_id, object_id, count, first, last in lines
    ]


def _page_title(name: str) -> str:
    """What a page is, by the permission it needs."""
    for pattern in get_resolver().url_patterns:
        if getattr(pattern, "name", None) == name:
            known = TABLE.get(getattr(pattern.callback, "permission", ""))
            title = PAGE_WORDS.get(name) or (known.title if known else "")
            return title or name
    return PAGE_WORDS.get(name, name)


PAGE_WORDS = {
    "journals": "список журналов",
    "journal": "журнал",
    "journal_history": "история клетки журнала",
    "lesson": "урок",
    "students": "список учеников",
    "student": "карточка ученика",
    "subject": "сведения об ученике",
    "control": "контроль записей",
    "control_check": "проверка",
    "control_classes": "классы",
    "control_class": "сведения о классе",
    "finding": "нарушение",
    "reports": "отчёты",
    "report": "отчёт",
    "report_kept": "сохранённый отчёт",
    "remarks": "замечания",
    "certificate": "справка о проверке",
    "inspection": "первая страница окна",
    "timetable": "расписание",
}


def choices(viewer: Viewer) -> dict[str, list[tuple[int, str]]]:
    """Whom a window may be opened for, and over which classes. Two statements."""
    rooms = Homeroom.objects.filter(
        school_id=viewer.school.id, year__starts__lte=viewer.on, year__until__gt=viewer.on
    ).order_by("grade", "title")
    people = inspectors(viewer).order_by("surname", "given_name")
    return {
        "inspectors": [(one.pk, one.full_name) for one in people],
        "homerooms": [(one.pk, class_name(one.title)) for one in rooms],
    }
