"""Lessons as a calendar (RFC 5545): what a feed holds, from two weeks back to ten weeks ahead."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from parta.communication.queries.announcements import FOR_STUDENT
from parta.diary.actions.feeds import TEACHING
from parta.diary.models import CalendarFeed
from parta.diary.queries.children import MINE
from parta.diary.queries.week_values import CHECKS
from parta.foundation import sql
from parta.foundation.language import say
from parta.foundation.pagekit import NBSP, room_words
from parta.journal.queries.words import class_name, short_name
from parta.people.refusals import on_paper
from parta.people.viewer import SchoolFacts, Viewer, account

BACK, AHEAD = timedelta(days=14), timedelta(days=70)

_ROWS = """
SELECT DISTINCT l.id, l.date, l.starts_at, l.ends_at, l.state, s.title, r.title, q.surname, q.given_name, q.patronymic,
       h.title, w.topic
FROM {mine} JOIN organisation_subject s ON s.id = j.subject_id JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_room r ON r.id = l.room_id
LEFT JOIN timetable_substitution x ON x.lesson_id = l.id LEFT JOIN people_person q ON q.id = x.substitute_id
LEFT JOIN journal_lessonrecord w ON w.lesson_id = l.id
WHERE l.date >= %s AND l.date < %s {more} ORDER BY l.starts_at
"""
_OF_STUDENT = f"""{MINE} mine JOIN plans_journal j ON j.id = mine.journal_id
JOIN timetable_lesson l ON l.journal_id = j.id AND l.date >= mine.starts AND (mine.until IS NULL OR l.date < mine.until)
"""
_OF_TEACHER = "timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id"
_IS_TAUGHT = """AND ((l.teacher_id = %s AND NOT EXISTS (SELECT 1 FROM timetable_substitution n WHERE n.lesson_id = l.id
AND n.substitute_id <> %s)) OR x.substitute_id = %s)"""
_AROUND = """
SELECT w.lesson_id, 'work', w.work_kind, k.title FROM journal_assessment w
LEFT JOIN organisation_workkind k ON k.school_id = %s AND k.code = w.work_kind WHERE w.lesson_id IN ({ids})
UNION ALL
SELECT w.due_lesson_id, 'task', w.text, '' FROM journal_homework w
WHERE w.due_lesson_id IN ({ids}) AND w.text <> '' AND (w.student_id IS NULL OR w.student_id = %s)
"""
_EVENTS = f"""
SELECT w.id, w.title, w.place, w.held_on, w.held_at, w.at FROM communication_announcement w
WHERE w.school_id = %s AND w.held_on >= %s AND w.held_on < %s AND {FOR_STUDENT}
"""


def viewer_of_feed(feed: CalendarFeed, at: datetime) -> Viewer | None:
    """Who the owner of a feed is now; None when the account is closed, the right has ended, or the family of the
    student is told on paper: what a calendar program fetches stands with a stranger."""
    user_id = feed.person.user_id
    found = account(user_id, feed.school_id, at) if user_id is not None else None
    if found is None or not found.is_active or found.viewer is None:
        return None
    viewer = found.viewer
    if viewer.person_id != feed.person_id:
        return None
    if feed.student_id is None:
        return viewer if viewer.roles & TEACHING else None
    if feed.student_id not in viewer.student_ids or on_paper([feed.student_id], viewer.on):
        return None
    return viewer


def calendar_text(viewer: Viewer, student_id: int | None, name: str) -> bytes:
    """The calendar of a student, or of the viewer's own lessons. Three statements at most. Marks are not in it."""
    first, last = viewer.on - BACK, viewer.on + AHEAD
    if student_id is None:
        me = viewer.person_id
        rows = sql.read(_ROWS.format(mine=_OF_TEACHER, more=_IS_TAUGHT), (first, last, me, me, me))
    else:
        rows = sql.read(_ROWS.format(mine=_OF_STUDENT, more=""), (student_id, student_id, first, last))
    works, tasks = _around(viewer.school, [row[0] for row in rows], student_id)
    calendar = Calendar()
    calendar.add("prodid", "-//Parta//diary//RU")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    zone = ZoneInfo(viewer.school.timezone)
    for row in rows:
        calendar.add_component(
            _lesson(
                row, zone, viewer, works.get(row[0], ""), tasks.get(row[0], []), is_own=student_id is None
            )
        )
    if student_id is not None:
        side = (
            "students"
            if any(g.role == "student" and g.student_id == student_id for g in viewer.grants)
            else "guardians"
        )
        values = (viewer.school.id, viewer.on, last, side, student_id, viewer.on, viewer.on)
        for row in sql.read(_EVENTS, values):
            calendar.add_component(_event(row, zone, viewer))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _around(
    school: SchoolFacts, ids: Sequence[int], student_id: int | None
) -> tuple[dict[int, str], dict[int, list[str]]]:
    works: dict[int, str] = {}
    tasks: dict[int, list[str]] = {}
    if ids:
        places = sql.marks(len(ids))
        for lesson, what, text, title in sql.read(
            _AROUND.format(ids=places), (school.id, *ids, *ids, student_id or 0)
        ):
            if what == "task":
                tasks.setdefault(lesson, []).append(text)
            elif text in CHECKS:
                works[lesson] = title or text
    return works, tasks


def _lesson(
    row: sql.Row, zone: ZoneInfo, viewer: Viewer, work: str, tasks: Sequence[str], *, is_own: bool
) -> Event:
    event = Event()
    event.add("uid", f"lesson-{row[0]}@{viewer.school.code}.parta")
    event.add("dtstamp", viewer.at)
    event.add("dtstart", sql.aware(row[2]).astimezone(zone))
    event.add("dtend", sql.aware(row[3]).astimezone(zone))
    title = f"{class_name(row[10])}, {row[5]}" if is_own else row[5]
    event.add("summary", f"{title}: {work.lower()}" if work else title)
    if row[6]:
        event.add("location", room_words(row[6]).replace(NBSP, " "))
    said = [
        row[11] or "",
        say("Замена: {name}", name=short_name(*row[7:10])) if row[7] and not is_own else "",
    ]
    said += [say("К уроку: {text}", text=text) for text in tasks]
    text = "\n".join(part for part in said if part)
    if text:
        event.add("description", text)
    event.add("status", "CANCELLED" if row[4] == "cancelled" else "CONFIRMED")
    return event


def _event(row: sql.Row, zone: ZoneInfo, viewer: Viewer) -> Event:
    event = Event()
    event.add("uid", f"event-{row[0]}@{viewer.school.code}.parta")
    event.add("dtstamp", sql.aware(row[5]).astimezone(UTC))
    day: date = row[3]
    if row[4]:
        at: time = row[4] if isinstance(row[4], time) else time.fromisoformat(str(row[4]))
        event.add("dtstart", datetime.combine(day, at, zone))
        event.add("dtend", datetime.combine(day, at, zone) + timedelta(hours=1))
    else:
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
    event.add("summary", row[1])
    if row[2]:
        event.add("location", row[2])
    return event
