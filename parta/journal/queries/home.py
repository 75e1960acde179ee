"""A teacher's day: today's lessons, what is still to be filled and until when, the journals in figures.

At most eight statements: today's lessons, journals, their students with marks, what the watches find (two), own
permits; for a class teacher the absences without a reason; for those who read the whole school its day in figures.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from parta.foundation import sql
from parta.journal.actions.permits import FACTS
from parta.journal.queries.closures import CLASS_TEACHER, writer
from parta.journal.queries.home_figures import journal_line, journals_of, students_of, whom_to_ask
from parta.journal.queries.home_values import (
    AskLine,
    DueItem,
    JournalLine,
    NextLesson,
    OwnPermit,
    SchoolDay,
    TeacherDay,
    TodayLesson,
    TodayPage,
    Unexplained,
)
from parta.journal.queries.lesson_values import AWAY
from parta.journal.queries.words import class_name, journal_name, register_key, short_name
from parta.journal.rules.acts import Place
from parta.journal.rules.lesson_days import days_of_lessons
from parta.journal.rules.owed import Scope
from parta.journal.rules.questions import AbsenceCode, absence_codes
from parta.journal.rules.watches import lesson_gaps, work_gaps
from parta.people.viewer import Viewer
from parta.regulation.queries import law as law_of_school
from parta.timetable.calendar import calendar_of

BACK = timedelta(days=21)
"""How far back the page looks for what has not been written, and for whom to ask."""
AHEAD = timedelta(days=120)
"""How far ahead the next lesson is looked for: over the summer."""
SHOWN_DUES = 12
TABS = {"topic": "topic", "conducted": "topic", "homework": "topic", "mark": "marks"}
"""The step of the lesson where a fact is written; the rest belong to the roll."""
REASONS = frozenset({"ill", "excused", "unexcused", "event", "exempt"})


_PASSED = """COALESCE((SELECT MAX(p.position) FROM journal_lessonrecord q
        JOIN plans_plannedtopic p ON p.id = q.planned_topic_id WHERE q.journal_id = j.id), 0)"""

_LESSONS = f"""
SELECT l.id, l.date, l.number, l.starts_at, l.ends_at, l.state, m.title, l.journal_id, h.title, g.short, s.title,
       x.substitute_id, xs.surname, xs.given_name, xs.patronymic, xr.surname, xr.given_name, xr.patronymic,
       r.topic, r.conducted_at, r.roll_at, w.id, w.text, w.is_none,
       (SELECT t.text FROM plans_plannedtopic t WHERE t.plan_id = j.plan_id AND t.position > {_PASSED}
        ORDER BY t.position LIMIT 1),
       (SELECT t.text FROM plans_plannedtopic t WHERE t.plan_id = j.plan_id AND t.position > {_PASSED}
        ORDER BY t.position LIMIT 1 OFFSET 1), l.hours
FROM (
    SELECT id FROM timetable_lesson WHERE teacher_id = %s AND date = %s
    UNION
    SELECT q.lesson_id FROM timetable_substitution q JOIN timetable_lesson n ON n.id = q.lesson_id
    WHERE q.substitute_id = %s AND n.date = %s
    UNION
    SELECT n.id FROM plans_teachingload d JOIN timetable_lesson n ON n.journal_id = d.journal_id
    WHERE d.teacher_id = %s AND n.teacher_id IS NULL AND n.date = %s
      AND d.starts <= n.date AND (d.until IS NULL OR d.until > n.date)
) mine
JOIN timetable_lesson l ON l.id = mine.id
JOIN plans_journal j ON j.id = l.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN organisation_room m ON m.id = l.room_id
LEFT JOIN timetable_substitution x ON x.lesson_id = l.id
LEFT JOIN people_person xs ON xs.id = x.substitute_id
LEFT JOIN people_person xr ON xr.id = x.replaced_id
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
LEFT JOIN journal_homework w ON w.lesson_id = l.id AND w.student_id IS NULL
WHERE l.school_id = %s
ORDER BY l.number, l.id
"""

_NEXT = """
SELECT l.date, l.starts_at, h.title, g.short, s.title, l.id
FROM timetable_lesson l
JOIN plans_journal j ON j.id = l.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN timetable_substitution x ON x.lesson_id = l.id
WHERE l.school_id = %s AND l.date > %s AND l.date <= %s AND l.state <> 'cancelled'
  AND COALESCE(x.substitute_id, l.teacher_id) = %s
ORDER BY l.date, l.number, l.id LIMIT 1
"""

_PERMITS = """
SELECT p.id, p.fact, p.wanted, st.surname, st.given_name, h.title, s.title, g.short, p.lesson_id, l.date, p.state,
       p.decision_reason, p.ends_at
FROM journal_permit p
JOIN plans_journal j ON j.id = p.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN timetable_lesson l ON l.id = p.lesson_id
LEFT JOIN people_person st ON st.id = p.student_id
WHERE p.school_id = %s AND p.asked_by_id = %s
  AND (p.state = 'asked' OR (p.state = 'granted' AND p.ends_at > %s) OR (p.state = 'declined' AND p.decided_at > %s))
ORDER BY p.id DESC LIMIT 8
"""

_UNEXPLAINED = """
SELECT a.student_id, p.surname, p.given_name, p.patronymic, h.title, l.date, l.number, s.short, s.title,
       a.journal_id, l.id, a.version
FROM people_enrolment e
JOIN journal_absence a ON a.student_id = e.student_id AND a.meaning = 'unknown'
JOIN timetable_lesson l ON l.id = a.lesson_id
JOIN plans_journal j ON j.id = a.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
JOIN people_person p ON p.id = a.student_id
JOIN organisation_homeroom h ON h.id = e.homeroom_id
WHERE e.homeroom_id IN ({ids}) AND j.homeroom_id = e.homeroom_id AND l.date >= %s AND l.date <= %s
  AND e.starts <= l.date AND (e.until IS NULL OR e.until > l.date)
ORDER BY l.date DESC, p.surname, p.given_name, l.number
"""

_SCHOOL = """
SELECT COALESCE(x.substitute_id, l.teacher_id), p.surname, p.given_name, p.patronymic, COUNT(*),
       SUM(CASE WHEN l.state <> 'cancelled' AND l.ends_at <= %s THEN 1 ELSE 0 END),
       SUM(CASE WHEN l.state <> 'cancelled' AND l.ends_at <= %s AND r.conducted_at IS NOT NULL THEN 1 ELSE 0 END),
       SUM(CASE WHEN l.state = 'cancelled' THEN 1 ELSE 0 END), COUNT(x.id),
       (SELECT COUNT(*) FROM journal_permit q WHERE q.school_id = %s AND q.state = 'asked')
FROM timetable_lesson l
LEFT JOIN timetable_substitution x ON x.lesson_id = l.id
LEFT JOIN people_person p ON p.id = COALESCE(x.substitute_id, l.teacher_id)
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
WHERE l.school_id = %s AND l.date = %s
GROUP BY COALESCE(x.substitute_id, l.teacher_id), p.surname, p.given_name, p.patronymic
"""


def today_page(viewer: Viewer) -> TodayPage:
    """The home page of somebody on the staff."""
    since = viewer.on - BACK
    mine, on = viewer.person_id, viewer.on
    lessons = sql.read(_LESSONS, (mine, on, mine, on, mine, on, viewer.school.id))
    journals = journals_of(viewer)
    students = students_of({row[0]: row[6] or since for row in journals}, on, since)
    zone = ZoneInfo(viewer.school.timezone)
    dues = _dues(viewer, since, zone) if lessons or journals else []
    term = next((row for row in journals if row[5] and row[6] <= on < row[7]), None)
    return TodayPage(
        lessons=_today(viewer, lessons, zone),
        ahead=_next(viewer, zone) if journals and not lessons else None,
        dues=tuple(dues[:SHOWN_DUES]),
        more_dues=max(0, len(dues) - SHOWN_DUES),
        journals=tuple(journal_line(row, students) for row in sorted(journals, key=_journal_key)),
        ask=tuple(whom_to_ask(journals, students)),
        permits=_permits(viewer, zone),
        unexplained=_unexplained(viewer) if viewer.homeroom_ids else (),
        reasons=_reasons(viewer) if viewer.homeroom_ids else (),
        school=_school(viewer) if viewer.is_school_wide else None,
        term=term[5] if term else "",
        term_week=(on - _monday(term[6])).days // 7 + 1 if term else None,
        days_to_end=(term[7] - on).days - 1 if term else None,
    )


def _monday(on: date) -> date:
    return on - timedelta(days=on.weekday())


def _journal_key(row: sql.Row) -> tuple[object, ...]:
    title = row[1] or ""
    digits = "".join(letter for letter in title if letter.isdigit())
    return (int(digits or 0), title, row[2], row[3] or "")


def _next(viewer: Viewer, zone: ZoneInfo) -> NextLesson | None:
    """The first lesson of the days to come; asked when today has none."""
    row = next(
        iter(sql.read(_NEXT, (viewer.school.id, viewer.on, viewer.on + AHEAD, viewer.person_id))), None
    )
    if row is None:
        return None
    return NextLesson(
        id=row[5],
        starts=sql.aware(row[1]).astimezone(zone),
        title=journal_name(row[2], row[4], row[3]),
    )


# --- today ----------------------------------------------------------------------------------------------------------


def _today(viewer: Viewer, rows: Sequence[sql.Row], zone: ZoneInfo) -> tuple[TodayLesson, ...]:
    found: list[TodayLesson] = []
    bare: dict[int, int] = {}
    last = None
    for row in rows:
        starts, ends = sql.aware(row[3]).astimezone(zone), sql.aware(row[4]).astimezone(zone)
        planned = ""
        if not row[18] and row[5] != "cancelled":
            place = bare[row[7]] = bare.get(row[7], -1) + 1
            planned = (row[24 + place] or "") if place < 2 else ""
        is_away = row[11] is not None and row[11] != viewer.person_id
        if row[5] == "cancelled":
            state = "cancelled"
        elif is_away:
            state = "away"
        elif ends <= viewer.at:
            state = "past"
        else:
            state = "now" if starts <= viewer.at else "ahead"
        lacks = _lacks(row)
        found.append(
            TodayLesson(
                id=row[0],
                journal=row[7],
                number=row[2],
                hours=row[26],
                starts=starts,
                ends=ends,
                homeroom=class_name(row[8] or ""),
                group=row[9] or "",
                subject=row[10],
                room=row[6] or "",
                state=state,
                minutes_left=int((ends - viewer.at) / timedelta(minutes=1)) + 1,
                topic=row[18] or "",
                planned=planned,
                stands_in_for=short_name(*row[15:18]) if row[11] == viewer.person_id and row[15] else "",
                taught_by=short_name(*row[12:15]) if is_away else "",
                lacks=lacks,
                is_filled=not lacks,
                gap=tuple(range(last + 1, row[2])) if last is not None else (),
            )
        )
        last = row[2] + row[26] - 1
    return tuple(found)


def _lacks(row: sql.Row) -> tuple[str, ...]:
    found = []
    if not row[18]:
        found.append("темы")
    if row[20] is None:
        found.append("явки")
    if row[21] is None or not (row[22] or row[23]):
        found.append("задания")
    if not found and row[19] is None:
        found.append("отметки о проведении")
    return tuple(found)


# --- what is to be filled -------------------------------------------------------------------------------------------


def _dues(viewer: Viewer, since: date, zone: ZoneInfo) -> list[DueItem]:
    """What the watches find of this person's own, in words for the list: first what ends today, then the oldest.

    However much has been left undone, today's can still be done in time and is not to fall off the list.
    """
    law = law_of_school(viewer.school.id, viewer.school.law_version)
    calendar = calendar_of(viewer.school.id, viewer.school.timezone, viewer.school.law_version)
    scope = Scope(teacher_id=viewer.person_id)
    follows = days_of_lessons(
        law, school_id=viewer.school.id, since=since, until=viewer.on, teacher_id=viewer.person_id
    )
    found = [
        finding
        for watch in (lesson_gaps, work_gaps)
        for finding in watch(
            law, viewer.school.id, scope, since=since, at=viewer.at, calendar=calendar, follows=follows
        )
    ]
    items = []
    for finding in found:
        deadline = finding.due.astimezone(zone)
        items.append(
            DueItem(
                lesson=finding.lesson_id,
                title=journal_name(finding.homeroom, finding.subject),
                date=finding.date,
                what=finding.text[:1].lower() + finding.text[1:],
                tab=TABS.get(finding.fact, "roll") + (f"&work={finding.work}" if finding.work else ""),
                deadline=deadline,
                clauses=(finding.clauses[0].printed,) if finding.clauses else (),
                is_overdue=finding.overdue,
                is_today=deadline.date() == viewer.on,
            )
        )
    return sorted(_joined(items), key=lambda item: (not item.is_today, item.deadline, item.date, item.lesson))


def _joined(items: Sequence[DueItem]) -> list[DueItem]:
    """What is due for a lesson by one moment stands in one line."""
    found: dict[tuple[int, datetime], DueItem] = {}
    for item in items:
        known = found.get((item.lesson, item.deadline))
        if known is not None:
            item = replace(
                known,
                what=f"{known.what}, {item.what}",
                tab=known.tab if known.tab == item.tab else "roll",
                clauses=tuple(dict.fromkeys(known.clauses + item.clauses)),
            )
        found[item.lesson, item.deadline] = item
    return list(found.values())


# --- permits, absences without a reason, the school ------------------------------------------------------------------


def _permits(viewer: Viewer, zone: ZoneInfo) -> tuple[OwnPermit, ...]:
    found = []
    for row in sql.read(
        _PERMITS, (viewer.school.id, viewer.person_id, viewer.at, viewer.at - timedelta(days=7))
    ):
        student = f", {row[3]} {row[4][:1]}." if row[3] else ""
        wanted = f" «{row[2]}»" if row[2] else ""
        found.append(
            OwnPermit(
                id=row[0],
                what=f"{FACTS.get(row[1], row[1])}{wanted}{student}",
                title=journal_name(row[5] or "", row[6], row[7] or ""),
                lesson=row[8],
                date=row[9],
                state=row[10],
                decision=row[11],
                ends_at=None if row[12] is None else sql.aware(row[12]).astimezone(zone),
            )
        )
    return tuple(found)


def _unexplained(viewer: Viewer) -> tuple[Unexplained, ...]:
    ids = viewer.homeroom_ids
    days: dict[tuple[int, date], list[sql.Row]] = {}
    for row in sql.read(
        _UNEXPLAINED.format(ids=sql.marks(len(ids))), (*ids, viewer.on - timedelta(days=7), viewer.on)
    ):
        days.setdefault((row[0], row[5]), []).append(row)
    return tuple(
        Unexplained(
            student=student,
            name=f"{rows[0][1]} {rows[0][2]}",
            homeroom=class_name(rows[0][4]),
            date=on,
            lessons=tuple((row[6], row[7] or row[8]) for row in rows),
            cells=tuple((row[9], row[10], row[11]) for row in rows),
        )
        for (student, on), rows in days.items()
    )


def _reasons(viewer: Viewer) -> tuple[AbsenceCode, ...]:
    law = law_of_school(viewer.school.id, viewer.school.law_version)
    codes = absence_codes(law, on=viewer.on, by=writer(viewer, CLASS_TEACHER), place=Place())
    return tuple(code for code in codes if code.may_set and code.meaning in REASONS & AWAY)


def _school(viewer: Viewer) -> SchoolDay:
    rows = sql.read(_SCHOOL, (viewer.at, viewer.at, viewer.school.id, viewer.school.id, viewer.on))
    unfilled = [
        TeacherDay(short_name(*row[1:4]) if row[1] else "Учитель не назначен", int(row[5]), int(row[6]))
        for row in rows
        if row[5] > row[6]
    ]
    return SchoolDay(
        lessons=sum(row[4] for row in rows),
        over=sum(int(row[5]) for row in rows),
        recorded=sum(int(row[6]) for row in rows),
        cancelled=sum(int(row[7]) for row in rows),
        substituted=sum(row[8] for row in rows),
        unfilled=tuple(sorted(unfilled, key=lambda day: (day.recorded - day.over, register_key(day.name)))),
        waiting_permits=rows[0][9] if rows else 0,
    )


__all__ = [
    "AskLine",
    "DueItem",
    "JournalLine",
    "OwnPermit",
    "SchoolDay",
    "TeacherDay",
    "TodayLesson",
    "TodayPage",
    "Unexplained",
    "today_page",
]
