"""What a lesson shows on the screen of the classroom: the topic, the homework, who is here. No mark is read.

Two statements after the scope is known: the lesson with what surrounds it, and the list with the roll. Why somebody
is absent is nobody's business in the room: the reasons of the act become «нет».
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from parta.foundation import sql
from parta.journal.queries.lesson import AWAY, NotFound
from parta.journal.queries.words import class_name, namesakes, register_key
from parta.people.viewer import Viewer
from parta.plans.access import readable_journals


@dataclass(frozen=True, slots=True)
class BoardPupil:
    """A student on the list of the day; `state` is "", "away" or "late"."""

    name: str
    state: str


@dataclass(frozen=True, slots=True)
class BoardTask:
    """Homework that is shown; `lesson` is the day it was given, None for the homework of this lesson."""

    text: str
    given: date | None


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the screen shows. Times are the school's."""

    id: int
    journal: int
    date: date
    number: int
    hours: int
    starts: datetime
    ends: datetime
    is_cancelled: bool
    subject: str
    homeroom: str
    group: str
    room: str
    topic: str
    planned: str
    """The next topic of the plan, while none is written."""
    homework: str
    is_homework_none: bool
    due: tuple[BoardTask, ...]
    """What was set for this lesson."""
    has_roll: bool
    pupils: tuple[BoardPupil, ...]
    previous: int | None
    next: int | None

    @property
    def away(self) -> int:
        return sum(1 for pupil in self.pupils if pupil.state == "away")

    @property
    def late(self) -> int:
        return sum(1 for pupil in self.pupils if pupil.state == "late")


_LESSON = """
SELECT l.id, j.id, l.date, l.number, l.starts_at, l.ends_at, l.state, s.title, h.title, g.short, m.title,
       j.subgroup_id, j.homeroom_id, r.topic, r.roll_at, w.text, w.is_none,
       (SELECT t.text FROM plans_plannedtopic t WHERE t.plan_id = j.plan_id AND NOT EXISTS (
            SELECT 1 FROM journal_lessonrecord q WHERE q.journal_id = j.id AND q.planned_topic_id = t.id)
        ORDER BY t.position LIMIT 1),
       (SELECT q.id FROM timetable_lesson q WHERE q.journal_id = j.id AND q.state <> 'cancelled'
        AND (q.date < l.date OR (q.date = l.date AND q.number < l.number))
        ORDER BY q.date DESC, q.number DESC LIMIT 1),
       (SELECT q.id FROM timetable_lesson q WHERE q.journal_id = j.id AND q.state <> 'cancelled'
        AND (q.date > l.date OR (q.date = l.date AND q.number > l.number))
        ORDER BY q.date, q.number LIMIT 1),
       d.text, dl.date, l.hours
FROM timetable_lesson l
JOIN plans_journal j ON j.id = l.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN organisation_room m ON m.id = l.room_id
LEFT JOIN timetable_substitution x ON x.lesson_id = l.id
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
LEFT JOIN journal_homework w ON w.lesson_id = l.id AND w.student_id IS NULL
LEFT JOIN journal_homework d ON d.due_lesson_id = l.id AND d.student_id IS NULL AND d.text <> ''
LEFT JOIN timetable_lesson dl ON dl.id = d.lesson_id
WHERE l.id = %s AND {scope}
ORDER BY dl.date, d.id
"""

_LIST = """
SELECT DISTINCT p.surname, p.given_name, p.patronymic, p.id, a.meaning
FROM {table} e JOIN people_person p ON p.id = e.student_id
LEFT JOIN journal_absence a ON a.student_id = p.id AND a.lesson_id = %s
WHERE e.{place} = %s AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)
"""


def lesson_board(viewer: Viewer, lesson_id: int) -> Board:
    """The screen of a lesson. Raises NotFound when the lesson is out of the viewer's reach."""
    scope, values = readable_journals(viewer)
    rows = sql.read(_LESSON.replace("{scope}", scope), (lesson_id, *values))
    if not rows:
        raise NotFound("lesson")
    row, zone = rows[0], ZoneInfo(viewer.school.timezone)
    people = sql.read(
        _LIST.format(
            table="people_subgroupmembership" if row[11] else "people_enrolment",
            place="subgroup_id" if row[11] else "homeroom_id",
        ),
        (row[0], row[11] or row[12], row[2], row[2]),
    )
    twins = namesakes([(person[0], person[1]) for person in people])
    return Board(
        id=row[0],
        journal=row[1],
        date=row[2],
        number=row[3],
        hours=row[22],
        starts=sql.aware(row[4]).astimezone(zone),
        ends=sql.aware(row[5]).astimezone(zone),
        is_cancelled=row[6] == "cancelled",
        subject=row[7],
        homeroom=class_name(row[8] or ""),
        group=row[9] or "",
        room=row[10] or "",
        topic=row[13] or "",
        planned=row[17] or "",
        homework=row[15] or "",
        is_homework_none=bool(row[16]),
        due=tuple(BoardTask(line[20], line[21]) for line in rows if line[20]),
        has_roll=row[14] is not None,
        pupils=tuple(
            BoardPupil(
                f"{surname} {given}"
                + (f" {patronymic[0]}." if (surname, given) in twins and patronymic else ""),
                "away" if meaning in AWAY else "late" if meaning == "late" else "",
            )
            for surname, given, patronymic, _, meaning in sorted(
                people, key=lambda one: register_key(*one[:3])
            )
        ),
        previous=row[18],
        next=row[19],
    )
