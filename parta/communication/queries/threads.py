"""Threads: the list, one thread, what waits for an answer, complaints."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from parta.communication.models import Complaint
from parta.foundation import sql
from parta.foundation.language import say
from parta.journal.queries.words import short_name
from parta.people.viewer import Viewer

LISTED = 100
SILENT = timedelta(days=3)
"""A family waits for an answer longer than this: the deputy head sees it."""


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """A thread in the list: who, about whom, the last words."""

    id: int
    subject: str
    people: str
    student: str
    last_at: datetime
    last_by: str
    last_words: str
    is_unread: bool
    is_urgent: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """A family's message without an answer. No words of it: only who waits, for whom, since when."""

    student: str
    family: str
    staff: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ThreadList:
    """The page of messages."""

    threads: tuple[ThreadLine, ...]
    waiting: tuple[Waiting, ...]
    complaints: tuple[Complaint, ...]


_LIST = """
SELECT t.id, t.subject, t.is_urgent, x.surname, x.given_name, t.last_at, t.last_by_id, mine.read_at,
       (SELECT m.text FROM communication_message m WHERE m.thread_id = t.id
        AND NOT EXISTS (SELECT 1 FROM communication_complaint c WHERE c.message_id = m.id AND c.is_withdrawn)
        ORDER BY m.at DESC, m.id DESC LIMIT 1),
       p.id, p.surname, p.given_name, p.patronymic
FROM (SELECT m.thread_id, m.read_at FROM communication_member m JOIN communication_thread k ON k.id = m.thread_id
      WHERE m.person_id = %s AND k.school_id = %s ORDER BY k.last_at DESC LIMIT %s) mine
JOIN communication_thread t ON t.id = mine.thread_id
LEFT JOIN people_person x ON x.id = t.student_id
JOIN communication_member o ON o.thread_id = t.id JOIN people_person p ON p.id = o.person_id
ORDER BY t.last_at DESC, t.id DESC, o.id
"""

_WAITING = """
SELECT t.id, x.surname, x.given_name, t.last_at, p.id, p.surname, p.given_name, p.patronymic, o.side, t.last_by_id
FROM communication_thread t JOIN communication_member l ON l.thread_id = t.id AND l.person_id = t.last_by_id
     AND l.side <> 'staff'
JOIN communication_member o ON o.thread_id = t.id JOIN people_person p ON p.id = o.person_id
LEFT JOIN people_person x ON x.id = t.student_id
WHERE t.school_id = %s AND t.last_at <= %s AND t.last_at > %s
  AND EXISTS (SELECT 1 FROM communication_member s WHERE s.thread_id = t.id AND s.side = 'staff')
ORDER BY t.last_at, t.id, o.id
"""


def thread_list(viewer: Viewer, words: str = "") -> ThreadList:
    """The viewer's threads, urgent and unread ones first; for a deputy head what waits and what is complained of.

    `words` narrows to threads whose subject, people, student or last words hold them. One statement, three for a
    deputy head.
    """
    zone = ZoneInfo(viewer.school.timezone)
    found: dict[int, list[sql.Row]] = {}
    for row in sql.read(_LIST, (viewer.person_id, viewer.school.id, LISTED)):
        found.setdefault(row[0], []).append(row)
    lines = []
    for rows in found.values():
        row = rows[0]
        names = {one[9]: short_name(*one[10:13]) for one in rows}
        unread = row[6] != viewer.person_id and (row[7] is None or sql.aware(row[7]) < sql.aware(row[5]))
        lines.append(
            ThreadLine(
                id=row[0],
                subject=row[1],
                people=", ".join(name for id, name in names.items() if id != viewer.person_id),
                student=f"{row[3]} {row[4]}" if row[3] else "",
                last_at=sql.aware(row[5]).astimezone(zone),
                last_by=say("вы") if row[6] == viewer.person_id else names.get(row[6], ""),
                last_words=(row[8] or say("Сообщение снято")).split("\n")[0][:140],
                is_unread=unread,
                is_urgent=bool(row[2]),
            )
        )
    if words:
        wanted = words.casefold()
        lines = [
            line
            for line in lines
            if wanted in f"{line.subject} {line.people} {line.student} {line.last_words}".casefold()
        ]
    lines.sort(key=lambda line: (line.is_unread and line.is_urgent, line.is_unread), reverse=True)
    if not viewer.roles & {"deputy", "director"}:
        return ThreadList(tuple(lines), (), ())
    waiting: dict[int, list[sql.Row]] = {}
    for row in sql.read(_WAITING, (viewer.school.id, viewer.at - SILENT, viewer.at - timedelta(days=90))):
        waiting.setdefault(row[0], []).append(row)
    complaints = (
        Complaint.objects.filter(school_id=viewer.school.id, decided_at=None)
        .select_related("message__author", "made_by")
        .order_by("made_at")[:LISTED]
    )
    return ThreadList(
        tuple(lines),
        tuple(
            Waiting(
                student=f"{rows[0][1]} {rows[0][2]}" if rows[0][1] else "",
                family=next((short_name(*row[5:8]) for row in rows if row[4] == rows[0][9]), ""),
                staff=", ".join(short_name(*row[5:8]) for row in rows if row[8] == "staff"),
                since=sql.aware(rows[0][3]).astimezone(zone),
            )
            for rows in waiting.values()
        ),
        tuple(complaints),
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A message in its thread."""

    id: int
    author: str
    is_mine: bool
    at: datetime
    text: str
    file_name: str
    is_withdrawn: bool
    is_complained: bool
    read_by: str
    """Who of the others has had it before them."""


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """One thread."""

    id: int
    subject: str
    student: str
    lesson: str
    is_urgent: bool
    people: tuple[tuple[str, str], ...]
    messages: tuple[Shown, ...]


def thread(viewer: Viewer, thread_id: int) -> ThreadPage | None:
    """A thread the viewer is in; None for any other. Three statements."""
    zone = ZoneInfo(viewer.school.timezone)
    rows = sql.read(
        "SELECT t.subject, t.is_urgent, x.surname, x.given_name, l.date, s.title, p.id, p.surname, p.given_name,"
        " p.patronymic, o.side, o.read_at FROM communication_thread t"
        " JOIN communication_member o ON o.thread_id = t.id JOIN people_person p ON p.id = o.person_id"
        " LEFT JOIN people_person x ON x.id = t.student_id LEFT JOIN timetable_lesson l ON l.id = t.lesson_id"
        " LEFT JOIN plans_journal j ON j.id = l.journal_id LEFT JOIN organisation_subject s ON s.id = j.subject_id"
        " WHERE t.id = %s AND t.school_id = %s AND EXISTS (SELECT 1 FROM communication_member m"
        " WHERE m.thread_id = t.id AND m.person_id = %s) ORDER BY o.id",
        (thread_id, viewer.school.id, viewer.person_id),
    )
    if not rows:
        return None
    head = rows[0]
    names = {row[6]: short_name(*row[7:10]) for row in rows}
    reads = {row[6]: sql.aware(row[11]) for row in rows if row[11] is not None}
    withdrawn, complained = set(), set()
    for message, is_withdrawn in sql.read(
        "SELECT c.message_id, c.is_withdrawn FROM communication_complaint c JOIN communication_message m"
        " ON m.id = c.message_id WHERE m.thread_id = %s AND (c.is_withdrawn OR c.made_by_id = %s)",
        (thread_id, viewer.person_id),
    ):
        complained.add(message)
        if is_withdrawn:
            withdrawn.add(message)
    messages = []
    for id, author, at, text, file_name in sql.read(
        "SELECT id, author_id, at, text, file_name FROM communication_message WHERE thread_id = %s ORDER BY at, id",
        (thread_id,),
    ):
        moment = sql.aware(at)
        readers = [
            names[person]
            for person, read in reads.items()
            if person not in (author, viewer.person_id) and read >= moment
        ]
        messages.append(
            Shown(
                id=id,
                author=names.get(author, ""),
                is_mine=author == viewer.person_id,
                at=moment.astimezone(zone),
                text="" if id in withdrawn else text,
                file_name="" if id in withdrawn else file_name,
                is_withdrawn=id in withdrawn,
                is_complained=id in complained,
                read_by=", ".join(readers),
            )
        )
    sides = {"staff": say("школа"), "guardian": say("родитель"), "student": say("ученик")}
    return ThreadPage(
        id=thread_id,
        subject=head[0],
        student=f"{head[2]} {head[3]}" if head[2] else "",
        lesson=f"{head[5]}, {head[4].day:02}.{head[4].month:02}" if head[4] else "",
        is_urgent=bool(head[1]),
        people=tuple((names[row[6]], sides[row[10]]) for row in rows if row[6] != viewer.person_id),
        messages=tuple(messages),
    )


def message_file(viewer: Viewer, message_id: int) -> tuple[str, str, str] | None:
    """Digest, name and type of a file in a thread of the viewer's that is not withdrawn."""
    rows = sql.read(
        "SELECT m.sha256, m.file_name, m.file_type FROM communication_message m"
        " JOIN communication_member o ON o.thread_id = m.thread_id AND o.person_id = %s"
        " WHERE m.id = %s AND m.school_id = %s AND m.sha256 <> ''"
        " AND NOT EXISTS (SELECT 1 FROM communication_complaint c"
        " WHERE c.message_id = m.id AND c.is_withdrawn)",
        (viewer.person_id, message_id, viewer.school.id),
    )
    return (rows[0][0], rows[0][1], rows[0][2]) if rows else None
