"""A teacher's day: today's lessons, what is still to be filled and until when, the journals in figures.

At most eight statements: today's lessons, journals, their students with marks, what the watches find (two), own
permits; for a class teacher the absences without a reason; for those who read the whole school its day in figures.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from parta.foundation import sql
from parta.foundation.pagekit import NBSP
from parta.journal.actions.permits import FACTS
from parta.journal.queries.closures import CLASS_TEACHER, writer
from parta.journal.queries.lesson import AWAY
from parta.journal.queries.words import class_name, from_json, journal_name, register_key, short_name
from parta.journal.rules.acts import Place
from parta.journal.rules.questions import AbsenceCode, absence_codes
from parta.journal.rules.watches import Scope, lesson_gaps, work_gaps
from parta.people.viewer import Viewer
from parta.regulation.queries import law as law_of_school
from parta.timetable.calendar import calendar_of

BACK = timedelta(days=21)
"""How far back the page looks for what has not been written, and for whom to ask."""
SHOWN_DUES = 12
TABS = {"topic": "topic", "conducted": "topic", "homework": "topic", "mark": "marks"}
"""The step of the lesson where a fact is written; the rest belong to the roll."""
REASONS = frozenset({"ill", "excused", "unexcused", "event", "exempt"})


@dataclass(frozen=True, slots=True)
class TodayLesson:
    """A lesson of today. `lacks`: what is not written yet."""

    id: int
    journal: int
    number: int
    starts: datetime
    ends: datetime
    homeroom: str
    group: str
    subject: str
    room: str
    state: str
    """past, now, ahead, cancelled, away (somebody else teaches it instead)."""
    minutes_left: int
    topic: str
    planned: str
    stands_in_for: str
    taught_by: str
    lacks: tuple[str, ...]
    is_filled: bool
    gap: tuple[int, ...]
    """Numbers of free lessons before this one."""


@dataclass(frozen=True, slots=True)
class DueItem:
    """Something to be written: where, what, until when, by which clause."""

    lesson: int
    title: str
    date: date
    what: str
    tab: str
    deadline: datetime
    clauses: tuple[str, ...]
    is_overdue: bool
    is_today: bool


@dataclass(frozen=True, slots=True)
class JournalLine:
    """A journal in figures of the current period."""

    id: int
    title: str
    held: int
    planned: int
    lag: int | None
    marks_each: float | None
    average: float | None
    finals: int
    members: int
    has_marks: bool
    term: str


@dataclass(frozen=True, slots=True)
class AskLine:
    """Students of a journal with the fewest marks of the last three weeks."""

    journal: int
    homeroom: str
    subject: str
    names: tuple[str, ...]
    fewest: int
    most: int


@dataclass(frozen=True, slots=True)
class OwnPermit:
    """What became of one's own request."""

    id: int
    what: str
    title: str
    lesson: int | None
    date: date | None
    state: str
    decision: str
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A student's absences of one day without a reason; `cells`: journal, lesson and version of each."""

    student: int
    name: str
    homeroom: str
    date: date
    lessons: tuple[tuple[int, str], ...]
    cells: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class TeacherDay:
    """A teacher's lessons of today that are over, and how many of them are recorded."""

    name: str
    over: int
    recorded: int


@dataclass(frozen=True, slots=True)
class SchoolDay:
    """The school's day in figures."""

    lessons: int
    over: int
    recorded: int
    cancelled: int
    substituted: int
    unfilled: tuple[TeacherDay, ...]
    waiting_permits: int


@dataclass(frozen=True, slots=True)
class TodayPage:
    """Everything the home page shows."""

    lessons: tuple[TodayLesson, ...]
    dues: tuple[DueItem, ...]
    more_dues: int
    journals: tuple[JournalLine, ...]
    ask: tuple[AskLine, ...]
    permits: tuple[OwnPermit, ...]
    unexplained: tuple[Unexplained, ...]
    reasons: tuple[AbsenceCode, ...]
    """Letters with which the class teacher explains an absence."""
    school: SchoolDay | None
    term: str
    term_week: int | None
    days_to_end: int | None


_PASSED = """COALESCE((SELECT MAX(p.position) FROM journal_lessonrecord q
        JOIN plans_plannedtopic p ON p.id = q.planned_topic_id WHERE q.journal_id = j.id), 0)"""

_LESSONS = f"""
SELECT l.id, l.date, l.number, l.starts_at, l.ends_at, l.state, m.title, l.journal_id, h.title, g.short, s.title,
       x.substitute_id, xs.surname, xs.given_name, xs.patronymic, xr.surname, xr.given_name, xr.patronymic,
       r.topic, r.conducted_at, r.roll_at, w.id, w.text, w.is_none,
       (SELECT t.text FROM plans_plannedtopic t WHERE t.plan_id = j.plan_id AND t.position > {_PASSED}
        ORDER BY t.position LIMIT 1),
       (SELECT t.text FROM plans_plannedtopic t WHERE t.plan_id = j.plan_id AND t.position > {_PASSED}
        ORDER BY t.position LIMIT 1 OFFSET 1)
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

_JOURNALS = """
SELECT j.id, h.title, s.title, g.short, k.symbols, t.title, t.starts, t.until, j.plan_id,
       (SELECT COUNT(*) FROM timetable_lesson l WHERE l.journal_id = j.id AND l.state <> 'cancelled'
        AND l.date >= t.starts AND l.date < t.until),
       (SELECT COUNT(*) FROM timetable_lesson l JOIN journal_lessonrecord r ON r.lesson_id = l.id
        WHERE l.journal_id = j.id AND r.conducted_at IS NOT NULL AND l.date >= t.starts AND l.date < t.until),
       (SELECT COUNT(*) FROM timetable_lesson l WHERE l.journal_id = j.id AND l.state <> 'cancelled'
        AND (l.ends_at <= %s OR EXISTS (
            SELECT 1 FROM journal_lessonrecord r WHERE r.lesson_id = l.id AND r.topic <> ''))),
       (SELECT MAX(p.position) FROM journal_lessonrecord r JOIN plans_plannedtopic p ON p.id = r.planned_topic_id
        WHERE r.journal_id = j.id),
       (SELECT COUNT(*) FROM journal_termmark f WHERE f.journal_id = j.id AND f.term_id = t.id AND f.value <> '')
FROM plans_teachingload d
JOIN plans_journal j ON j.id = d.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN organisation_markscale k ON k.id = j.scale_id
LEFT JOIN organisation_term t ON t.id = (
    SELECT q.id FROM organisation_term q WHERE q.year_id = j.year_id AND q.kind = j.term_kind AND q.starts <= %s
    ORDER BY q.starts DESC LIMIT 1)
WHERE d.teacher_id = %s AND d.school_id = %s AND d.starts <= %s AND (d.until IS NULL OR d.until > %s)
"""

_STUDENTS = """
SELECT j.id, p.id, p.surname, p.given_name, '' AS value, 0 AS count, 0 AS weight, 0 AS lately
FROM plans_journal j
JOIN people_enrolment n ON n.homeroom_id = j.homeroom_id
JOIN people_person p ON p.id = n.student_id
WHERE j.id IN ({ids}) AND j.subgroup_id IS NULL AND n.starts <= %s AND (n.until IS NULL OR n.until > %s)
UNION ALL
SELECT j.id, p.id, p.surname, p.given_name, '', 0, 0, 0
FROM plans_journal j
JOIN people_subgroupmembership n ON n.subgroup_id = j.subgroup_id
JOIN people_person p ON p.id = n.student_id
WHERE j.id IN ({ids}) AND n.starts <= %s AND (n.until IS NULL OR n.until > %s)
UNION ALL
SELECT l.journal_id, m.student_id, '', '', m.value, SUM(CASE WHEN {period} THEN 1 ELSE 0 END),
       SUM(CASE WHEN {period} THEN a.weight ELSE 0 END), SUM(CASE WHEN l.date > %s THEN 1 ELSE 0 END)
FROM timetable_lesson l
JOIN journal_assessment a ON a.lesson_id = l.id
JOIN journal_mark m ON m.assessment_id = a.id
WHERE l.journal_id IN ({ids}) AND l.date >= %s AND m.value <> ''
GROUP BY l.journal_id, m.student_id, m.value
"""
"""Students of today in my journals, then the marks of each journal's own period by student and value: put together
in Python, for a join of the two costs the database several times what both cost apart."""

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
    journals = sql.read(_JOURNALS, (viewer.at, on, mine, viewer.school.id, on, on))
    students = _students({row[0]: row[6] or since for row in journals}, on, since)
    zone = ZoneInfo(viewer.school.timezone)
    dues = _dues(viewer, since, zone) if lessons or journals else []
    term = next((row for row in journals if row[5] and row[6] <= on < row[7]), None)
    return TodayPage(
        lessons=_today(viewer, lessons, zone),
        dues=tuple(dues[:SHOWN_DUES]),
        more_dues=max(0, len(dues) - SHOWN_DUES),
        journals=tuple(_journal_line(row, students) for row in sorted(journals, key=_journal_key)),
        ask=tuple(_ask(journals, students)),
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
        last = row[2]
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
    """What the watches find of this person's own, in words for the list."""
    law = law_of_school(viewer.school.id, viewer.school.law_version)
    calendar = calendar_of(viewer.school.id, viewer.school.timezone, viewer.school.law_version)
    scope = Scope(teacher_id=viewer.person_id)
    found = [
        finding
        for watch in (lesson_gaps, work_gaps)
        for finding in watch(law, viewer.school.id, scope, since=since, at=viewer.at, calendar=calendar)
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
    return sorted(_joined(items), key=lambda item: (item.deadline, item.date, item.lesson))


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


# --- journals in figures --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Student:
    """A student of a journal: marks of the period, of the last three weeks, and weights by value."""

    name: str
    marks: int = 0
    lately: int = 0
    weights: list[tuple[str, float]] = field(default_factory=list)


Students = Mapping[int, Mapping[int, _Student]]
"""By journal and student."""


def _students(begun: Mapping[int, date], on: date, recent: date) -> Students:
    """Marks of each journal's students since its own period began (`begun` by journal), and lately."""
    found: dict[int, dict[int, _Student]] = {}
    if not begun:
        return found
    ids = tuple(begun)
    since: dict[date, list[int]] = {}
    for journal_id, starts in begun.items():
        since.setdefault(starts, []).append(journal_id)
    period = " OR ".join(
        f"(l.date >= %s AND l.journal_id IN ({sql.marks(len(some))}))" for some in since.values()
    )
    bounds = [value for starts, some in since.items() for value in (starts, *some)]
    values = (*ids, on, on, *ids, on, on, *bounds, *bounds, recent, *ids, min(recent, *since))
    rows = sql.read(_STUDENTS.format(ids=sql.marks(len(ids)), period=f"({period})"), values)
    for journal_id, id, surname, given, value, *_ in rows:
        if not value:
            found.setdefault(journal_id, {})[id] = _Student(f"{surname}{NBSP}{given[:1]}.")
    for journal_id, id, _, _, value, count, weight, lately in rows:
        student = found.get(journal_id, {}).get(id) if value else None
        if student is not None:  # else: has left since
            student.marks += int(count)
            student.lately += int(lately)
            student.weights.append((value, float(weight)))
    return found


def _journal_line(row: sql.Row, students: Students) -> JournalLine:
    worth = {item["symbol"]: float(item["value"]) for item in from_json(row[4]) if item.get("counts", True)}
    mine = students.get(row[0], {})
    total = weights = 0.0
    for student in mine.values():
        for value, weight in student.weights:
            if value in worth:
                total += worth[value] * weight
                weights += weight
    return JournalLine(
        id=row[0],
        title=journal_name(row[1] or "", row[2], row[3] or ""),
        held=row[10] or 0,
        planned=row[9] or 0,
        lag=None if row[8] is None else (row[12] or 0) - row[11],
        marks_each=sum(student.marks for student in mine.values()) / len(mine) if mine and row[4] else None,
        average=total / weights if weights else None,
        finals=row[13] or 0,
        members=len(mine),
        has_marks=row[4] is not None,
        term=row[5] or "",
    )


def _ask(journals: Sequence[sql.Row], students: Students) -> Iterable[AskLine]:
    """Up to three students with the fewest recent marks in each marked journal, the neediest journals first."""
    found = []
    for row in journals:
        mine = students.get(row[0], {}).values()
        if row[4] is None or not any(student.lately for student in mine):
            continue
        ranked = sorted((student.lately, register_key(student.name), student.name) for student in mine)[:3]
        found.append(
            AskLine(
                row[0],
                class_name(row[1] or row[3] or ""),
                row[2],
                tuple(name for _, _, name in ranked),
                ranked[0][0],
                ranked[-1][0],
            )
        )
    return sorted(found, key=lambda line: (line.fewest, line.most))[:5]


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
