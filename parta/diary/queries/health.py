"""The health sheet of a class: who sees how much of it, what is filled, what was handed over on paper.

Health is a special category of personal data (152-ФЗ, ст. 10). Its keepers (social pedagogue, nurse, the class teacher
or master of the class) see all of it; who teaches in the class sees the group for physical education and the advice
to teachers; a family its own child's; directors and deputies only how far the sheets are filled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from parta.diary.models import HealthNote
from parta.foundation import sql
from parta.foundation.language import say
from parta.journal.queries.words import class_name, short_name
from parta.people.viewer import Viewer

KEEPERS = frozenset({"social_pedagogue", "nurse"})
"""Who keeps the sheets of the whole school."""
WATCHERS = frozenset({"director", "deputy"})
SPORT = dict(HealthNote.SPORT)
GROUPS = dict(HealthNote.GROUPS)


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A class in the list of sheets."""

    homeroom_id: int
    title: str
    students: int
    filled: int
    handed_on: date | None
    handed_by: str
    keeps: bool
    opens: bool


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A student on a sheet; what the viewer may not see is empty."""

    student_id: int
    name: str
    birth_date: date | None
    is_filled: bool
    group: int | None
    group_word: str
    sport: str
    sport_word: str
    advice: str
    words: str
    set_by: str
    set_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet of a class. `keeps`: the viewer sees and changes all of it."""

    homeroom_id: int
    title: str
    keeps: bool
    lines: tuple[NoteLine, ...]
    handed_on: date | None


def keeps(viewer: Viewer, homeroom_id: int) -> bool:
    """Whether the viewer keeps the sheet of this class."""
    return bool(viewer.roles & KEEPERS) or homeroom_id in viewer.homeroom_ids


_CLASSES = """
SELECT h.id, h.title,
  (SELECT COUNT(*) FROM people_enrolment e WHERE e.homeroom_id = h.id AND e.starts <= %s
     AND (e.until IS NULL OR e.until > %s)),
  (SELECT COUNT(*) FROM people_enrolment e JOIN diary_healthnote n ON n.student_id = e.student_id
     AND n.ended_at IS NULL WHERE e.homeroom_id = h.id AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)),
  s.handed_on, p.surname, p.given_name, p.patronymic,
  EXISTS (SELECT 1 FROM plans_teachingload d JOIN plans_journal j ON j.id = d.journal_id
     WHERE j.homeroom_id = h.id AND d.teacher_id = %s AND d.starts <= %s AND (d.until IS NULL OR d.until > %s))
FROM organisation_homeroom h
JOIN organisation_academicyear y ON y.id = h.year_id AND y.starts <= %s AND y.until > %s
LEFT JOIN diary_healthsheet s ON s.homeroom_id = h.id AND s.withdrawn_at IS NULL
LEFT JOIN people_person p ON p.id = s.handed_by_id
WHERE h.school_id = %s
ORDER BY COALESCE(h.grade, 99), h.title
"""


def sheets(viewer: Viewer) -> tuple[SheetLine, ...]:
    """The classes whose sheets concern the viewer. One statement."""
    on = viewer.on
    rows = sql.read(_CLASSES, (on, on, on, on, viewer.person_id, on, on, on, on, viewer.school.id))
    found = []
    for row in rows:
        own, teaches = keeps(viewer, row[0]), bool(row[8])
        if not (own or teaches or viewer.roles & WATCHERS):
            continue
        by = short_name(*row[5:8]) if row[5] else ""
        found.append(SheetLine(row[0], class_name(row[1]), row[2], row[3], row[4], by, own, own or teaches))
    return tuple(sorted(found, key=lambda line: not line.keeps))


_NOTES = """
SELECT p.id, p.surname, p.given_name, p.patronymic, p.birth_date, n.id, n."group", n.sport, n.advice, n.words,
  n.set_at, a.surname, a.given_name, a.patronymic
FROM people_enrolment e JOIN people_person p ON p.id = e.student_id
LEFT JOIN diary_healthnote n ON n.student_id = p.id AND n.ended_at IS NULL
LEFT JOIN people_person a ON a.id = n.set_by_id
WHERE e.homeroom_id = %s AND e.school_id = %s AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)
ORDER BY p.surname, p.given_name, p.id
"""


def sheet(viewer: Viewer, homeroom_id: int) -> Sheet | None:
    """The sheet of a class as far as the viewer may see it; None when not at all. Two statements."""
    line = next((one for one in sheets(viewer) if one.homeroom_id == homeroom_id and one.opens), None)
    if line is None:
        return None
    rows = sql.read(_NOTES, (homeroom_id, viewer.school.id, viewer.on, viewer.on))
    return Sheet(homeroom_id, line.title, line.keeps, _notes(rows, line.keeps), line.handed_on)


def _notes(rows: Sequence[sql.Row], everything: bool) -> tuple[NoteLine, ...]:
    found = []
    for row in rows:
        group = row[6] if everything else None
        found.append(
            NoteLine(
                student_id=row[0],
                name=" ".join(part for part in row[1:4] if part) if everything else f"{row[1]} {row[2]}",
                birth_date=row[4] if everything else None,
                is_filled=row[5] is not None,
                group=group,
                group_word=GROUPS.get(group, "") if group else "",
                sport=row[7] or "",
                sport_word=say(SPORT[row[7]]) if row[7] else "",
                advice=row[8] or "",
                words=(row[9] or "") if everything else "",
                set_by=short_name(*row[11:14]) if everything and row[11] else "",
                set_at=sql.aware(row[10]) if everything and row[10] else None,
            )
        )
    return tuple(found)


def of_child(viewer: Viewer, student_id: int) -> NoteLine | None:
    """The line of a family's own child, all of it; None when there is none or the child is another's. One statement."""
    if student_id not in viewer.student_ids or viewer.is_onlooker:
        return None
    rows = sql.read(
        'SELECT p.id, p.surname, p.given_name, p.patronymic, p.birth_date, n.id, n."group", n.sport, n.advice, n.words,'
        " n.set_at, a.surname, a.given_name, a.patronymic FROM diary_healthnote n"
        " JOIN people_person p ON p.id = n.student_id LEFT JOIN people_person a ON a.id = n.set_by_id"
        " WHERE n.student_id = %s AND n.school_id = %s AND n.ended_at IS NULL",
        (student_id, viewer.school.id),
    )
    return _notes(rows, True)[0] if rows else None
