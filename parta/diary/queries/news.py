"""What is new to somebody of the family, and what surrounds a week: acknowledgements and events. One statement each.

Notices are read off the journal's own rows: what was written since the last look is new. So none is lost when a
server is down, none comes twice, and a mark that changed three times meanwhile is one notice with its last value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from parta.communication.queries.announcements import FOR_STUDENT, audience_values
from parta.diary.queries.children import family_of
from parta.diary.queries.week_values import AWAY_WORDS, NOTE_WORDS, Child
from parta.foundation import sql
from parta.foundation.language import say
from parta.foundation.pagekit import minutes_words
from parta.journal.queries.words import moment, short_name
from parta.people.viewer import Viewer

KEPT = timedelta(days=30)
"""How far back the page of notices goes."""
LISTED = 200
SHOWN_ABOVE = 5
"""Notices on the page of the week; the others are a press away."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a teacher wrote, changed or took back. `says` is the sentence, `what` its kind for the icon."""

    what: str
    subject: str
    says: str
    lesson_on: date | None
    at: datetime
    author: str
    is_new: bool
    is_bad: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """An acknowledgement of the week."""

    guardian_id: int | None
    name: str
    means: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """An event of the school or class that this family is told of."""

    id: int
    title: str
    place: str
    on: date
    time: str
    is_of_class: bool


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a week."""

    notices: tuple[Notice, ...]
    seen: tuple[Seen, ...]
    events: tuple[Event, ...]
    unread: int
    """Announcements not opened yet."""

    @property
    def shown(self) -> tuple[Notice, ...]:
        """The first notices, for the top of the page."""
        return self.notices[:SHOWN_ABOVE]


@dataclass(frozen=True, slots=True)
class NewsPage:
    """The notices of the last thirty days."""

    student: Child
    children: tuple[Child, ...]
    notices: tuple[Notice, ...]


_AUTHOR = "COALESCE(p.surname, ''), COALESCE(p.given_name, ''), COALESCE(p.patronymic, '')"
_NEWS = f"""
SELECT 'mark' AS what, m.assessment_id AS a, m.part AS b, s.title AS t1, m.value AS t2, m.first_value AS t3,
       COALESCE(k.title, a.work_kind) AS t4, m.comment AS t5, p.surname AS t6, p.given_name AS t7, p.patronymic AS t8,
       CAST(l.date AS text) AS d, m.set_at AS at1, m.changed_at AS at2
FROM journal_mark m JOIN journal_assessment a ON a.id = m.assessment_id
JOIN timetable_lesson l ON l.id = a.lesson_id JOIN plans_journal j ON j.id = a.journal_id
JOIN organisation_subject s ON s.id = j.subject_id LEFT JOIN people_person p ON p.id = m.set_by_id
LEFT JOIN organisation_workkind k ON k.school_id = j.school_id AND k.code = a.work_kind
WHERE m.student_id = %s AND m.changed_at > {{since}}
UNION ALL
SELECT 'absence', x.id, COALESCE(x.minutes, 0), s.title, x.meaning, '', '', '', {_AUTHOR}, CAST(l.date AS text),
       x.set_at, x.changed_at
FROM journal_absence x JOIN timetable_lesson l ON l.id = x.lesson_id JOIN plans_journal j ON j.id = x.journal_id
JOIN organisation_subject s ON s.id = j.subject_id LEFT JOIN people_person p ON p.id = x.set_by_id
WHERE x.student_id = %s AND x.changed_at > {{since}}
UNION ALL
SELECT 'final', f.id, 0, s.title, f.value, f.first_value, t.title, '', {_AUTHOR}, '', f.set_at, f.changed_at
FROM journal_termmark f JOIN plans_journal j ON j.id = f.journal_id JOIN organisation_subject s ON s.id = j.subject_id
JOIN organisation_term t ON t.id = f.term_id LEFT JOIN people_person p ON p.id = f.set_by_id
WHERE f.student_id = %s AND f.changed_at > {{since}}
UNION ALL
SELECT 'note', n.id, 0, s.title, n.kind, '', '', n.text, {_AUTHOR}, CAST(l.date AS text), n.made_at, n.made_at
FROM journal_diarynote n JOIN timetable_lesson l ON l.id = n.lesson_id JOIN plans_journal j ON j.id = n.journal_id
JOIN organisation_subject s ON s.id = j.subject_id LEFT JOIN people_person p ON p.id = n.author_id
WHERE n.student_id = %s AND n.withdrawn_at IS NULL AND n.made_at > {{since}}
"""

_LAST_LOOK = (
    "(SELECT before_at FROM diary_look WHERE student_id = %s AND person_id = %s ORDER BY day DESC LIMIT 1)"
)

_AROUND = f"""
WITH look AS ({_LAST_LOOK[1:-1]})
SELECT * FROM ({_NEWS.format(since="(SELECT before_at FROM look)")}) n
UNION ALL
SELECT 'seen', c.guardian_id, 0, '', c.means, '', '', '', COALESCE(p.surname, ''), COALESCE(p.given_name, ''),
       COALESCE(p.patronymic, ''), '', c.at, c.at
FROM diary_acknowledgement c LEFT JOIN people_person p ON p.id = c.guardian_id
WHERE c.student_id = %s AND c.week = %s
UNION ALL
SELECT 'event', w.id, CASE WHEN w.homeroom_id IS NULL THEN 0 ELSE 1 END, w.title, w.place,
       COALESCE(CAST(w.held_at AS text), ''), '', '', '', '', '', CAST(w.held_on AS text), w.at, w.at
FROM communication_announcement w
WHERE w.school_id = %s AND w.held_on >= %s AND w.held_on < %s AND {FOR_STUDENT}
UNION ALL
SELECT 'unread', COUNT(*), 0, '', '', '', '', '', '', '', '', '', MAX(w.at), MAX(w.at)
FROM communication_announcement w
WHERE w.school_id = %s AND w.at >= %s AND {FOR_STUDENT}
  AND NOT EXISTS (SELECT 1 FROM communication_receipt r WHERE r.announcement_id = w.id AND r.person_id = %s)
"""


def around_week(viewer: Viewer, student_id: int, monday: date) -> Around:
    """Notices since the person's last look, acknowledgements of the week, events of it and the week after."""
    audience = audience_values(viewer, student_id)
    school, last = viewer.school.id, max(monday, viewer.on) + timedelta(days=14)
    rows = sql.read(
        _AROUND,
        (
            student_id,
            viewer.person_id,
            *[student_id] * 4,
            student_id,
            monday,
            school,
            monday,
            last,
            *audience,
            school,
            viewer.at - KEPT,
            *audience,
            viewer.person_id,
        ),
    )
    zone = ZoneInfo(viewer.school.timezone)
    seen, events, unread = [], [], 0
    for row in rows:
        if row[0] == "seen":
            name = short_name(*row[8:11]) if row[8] else say("подпись на бумаге")
            seen.append(Seen(row[1], name, row[4], _local(row[12], zone)))
        elif row[0] == "event":
            on = date.fromisoformat(row[11])
            events.append(Event(row[1], row[3], row[4], on, row[5][:5].lstrip("0"), bool(row[2])))
        elif row[0] == "unread":
            unread = row[1]
    return Around(
        notices=_notices(rows, zone, None),
        seen=tuple(sorted(seen, key=lambda one: one.at)),
        events=tuple(sorted(events, key=lambda one: (one.on, one.time))),
        unread=unread,
    )


def news_page(viewer: Viewer, student_id: int) -> NewsPage:
    """Every new, changed or annulled mark and absence of the last thirty days, and words of teachers. Raises NotFound.

    Three statements.
    """
    family = family_of(viewer, student_id, viewer.on)
    before = sql.read(_LAST_LOOK[1:-1], (student_id, viewer.person_id))
    since = viewer.at - KEPT
    rows = sql.read(_NEWS.format(since="%s"), [value for _ in range(4) for value in (student_id, since)])
    last = moment(before[0][0]) if before else None
    zone = ZoneInfo(viewer.school.timezone)
    return NewsPage(family.shown, family.children, _notices(rows, zone, last or viewer.at)[:LISTED])


def _local(value: object, zone: ZoneInfo) -> datetime:
    found = moment(value)
    assert found is not None
    return found.astimezone(zone)


def _notices(rows: Sequence[sql.Row], zone: ZoneInfo, last: datetime | None) -> tuple[Notice, ...]:
    """Rows as notices, the latest first; the two parts of a double mark are one. `last` None: all are new."""
    found: list[Notice] = []
    marks: dict[int, list[sql.Row]] = {}
    for row in rows:
        if row[0] == "mark":
            marks.setdefault(row[1], []).append(row)
        elif row[0] in ("absence", "final", "note"):
            found.append(_notice(row, zone, last, *_said(row)))
    for parts in marks.values():
        parts.sort(key=lambda row: row[2])
        row = max(parts, key=lambda row: str(row[13]))
        found.append(_notice(row, zone, last, *_said_of_mark(parts)))
    return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def _notice(row: sql.Row, zone: ZoneInfo, last: datetime | None, says: str, is_bad: bool) -> Notice:
    at = _local(row[13], zone)
    return Notice(
        what=row[0],
        subject=row[3],
        says=says,
        lesson_on=date.fromisoformat(row[11]) if row[11] else None,
        at=at,
        author=short_name(row[8], row[9] or "", row[10] or "") if row[8] else "",
        is_new=last is None or at > last,
        is_bad=is_bad,
    )


def _said_of_mark(parts: Sequence[sql.Row]) -> tuple[str, bool]:
    value = "/".join(row[4] for row in parts if row[4])
    first = "/".join(row[5] for row in parts if row[5])
    work = parts[0][6].lower()
    comment = f". {parts[0][7]}" if parts[0][7] else ""
    if not value:
        gone = say("отметка {value} снята", value=first) if first else say("отметка снята")
        return f"{gone}, {work}{comment}", False
    changed = any(str(row[12]) != str(row[13]) for row in parts)
    if changed and first:
        mended = say("{first} исправлена на {value}", first=first, value=value)
        return f"{mended}, {work}{comment}", "2" in value
    touched = f"; {say('запись изменена')}" if changed else ""
    return f"{say('отметка {value}', value=value)}, {work}{touched}{comment}", "2" in value


def _said(row: sql.Row) -> tuple[str, bool]:
    match row[0]:
        case "absence" if not row[4]:
            return say("отсутствие снято: был на уроке"), False
        case "absence":
            words = say(AWAY_WORDS.get(row[4]) or str(row[4]))
            if row[4] == "late" and row[2]:
                words += f" {minutes_words(row[2])}"
            return words, row[4] in ("unknown", "unexcused")
        case "final" if not row[4]:
            return f"{row[6]}: {say('отметка снята')}", False
        case "final":
            was = f", {say('была {value}', value=row[5])}" if row[5] and row[5] != row[4] else ""
            return f"{row[6]}: {row[4]}{was}", False
    return f"{say(NOTE_WORDS.get(row[4]) or str(row[4])).lower()}: {row[7]}", row[4] == "remark"
