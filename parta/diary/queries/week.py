"""A student's slice of the journals, a week of it. No table of its own.

Five statements, whatever its lessons and marks. Scope: `viewer.student_ids` and nothing else.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from parta.diary.queries.children import MINE, Family, family_of, monday_of
from parta.diary.queries.marks import JOURNALS, MARKS, attention_of, gather, scales_of, subjects_of
from parta.diary.queries.reckoning import formulas
from parta.diary.queries.week_values import (
    AWAY_WORDS,
    CHECKS,
    GOOD_WORDS,
    NOTE_WORDS,
    DayShown,
    FileShown,
    LessonShown,
    MarkShown,
    NoteShown,
    Task,
    WeekPage,
)
from parta.foundation import sql
from parta.foundation.language import say
from parta.foundation.pagekit import minutes_words, ru_date_num
from parta.journal.queries.words import day, short_name
from parta.people.viewer import Viewer
from parta.plans.individual import apart_on

_LESSONS = f"""
SELECT l.id, l.date, l.number, l.starts_at, l.ends_at, l.state, l.moved_from, s.title,
       x.id, q.surname, q.given_name, q.patronymic, r.topic, a.meaning, a.minutes, l.journal_id, l.hours,
       (SELECT o.url FROM journal_onlinelink o WHERE o.removed_at IS NULL AND (o.lesson_id = l.id OR
        (o.lesson_id IS NULL AND o.journal_id = l.journal_id))
        ORDER BY CASE WHEN o.lesson_id IS NULL THEN 1 ELSE 0 END LIMIT 1),
       room.title
FROM {MINE} mine
JOIN timetable_lesson l ON l.journal_id = mine.journal_id AND l.date >= %s AND l.date < %s
     AND l.date >= mine.starts AND (mine.until IS NULL OR l.date < mine.until)
JOIN plans_journal j ON j.id = mine.journal_id AND (j.subgroup_id IS NOT NULL
     OR NOT {apart_on("%s", "l.date")})
JOIN organisation_subject s ON s.id = mine.subject_id
LEFT JOIN timetable_substitution x ON x.lesson_id = l.id
LEFT JOIN people_person q ON q.id = x.substitute_id
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
LEFT JOIN journal_absence a ON a.lesson_id = l.id AND a.student_id = %s
LEFT JOIN organisation_room room ON room.id = l.room_id
ORDER BY l.date, l.number
"""


_WORDS = f"""
SELECT 'task' AS what, w.id AS a, w.lesson_id AS b, w.due_lesson_id AS c, w.text AS t1, '' AS t2, '' AS t3, '' AS t4,
       w.minutes AS n1, w.is_none AS flag, w.student_id AS n2, f.id AS n3, f.name AS t5, w.due_date AS d
FROM journal_homework w LEFT JOIN journal_attachment f ON f.homework_id = w.id AND f.removed_at IS NULL
WHERE (w.lesson_id IN ({{ids}}) OR w.due_lesson_id IN ({{ids}})) AND (w.student_id IS NULL OR w.student_id = %s)
UNION ALL
SELECT 'note', n.id, n.lesson_id, NULL, n.text, p.surname, p.given_name, p.patronymic, NULL, n.withdrawn_at IS NOT NULL,
       NULL, NULL, n.kind, NULL
FROM journal_diarynote n JOIN people_person p ON p.id = n.author_id
WHERE n.lesson_id IN ({{ids}}) AND n.student_id = %s AND n.withdrawn_at IS NULL
UNION ALL
SELECT 'work', a.id, a.lesson_id, NULL, a.work_kind, '', '', '', NULL, a.id = 0, NULL, NULL, '', NULL
FROM journal_assessment a WHERE a.lesson_id IN ({{ids}})
UNION ALL
SELECT 'kind', k.id, NULL, NULL, k.code, k.title, '', '', NULL, k.id = 0, NULL, NULL, '', NULL
FROM organisation_workkind k WHERE k.school_id = %s
UNION ALL
SELECT 'away', SUM(CASE WHEN a.meaning = 'late' THEN 1 ELSE l.hours END),
       SUM(CASE WHEN a.meaning = 'unknown' AND NOT EXISTS (
         SELECT 1 FROM diary_absencenotice n WHERE n.student_id = a.student_id AND n.state IN ('told', 'accepted')
         AND l.date >= n.starts AND l.date < n.until) THEN l.hours ELSE 0 END), NULL, a.meaning, '', '', '', NULL,
       COUNT(*) = 0, NULL, NULL, '', NULL
FROM journal_absence a JOIN timetable_lesson l ON l.id = a.lesson_id
WHERE a.student_id = %s AND a.meaning <> '' AND l.date >= %s AND l.date < %s GROUP BY a.meaning
UNION ALL
SELECT 'moved', l.id, c.from_number, l.number, s.title, CAST(l.date AS text), '', '', NULL, c.id = 0, NULL, NULL, '',
       c.from_date
FROM timetable_lessonchange c
JOIN timetable_lesson l ON l.id = c.lesson_id AND l.moved_from = c.from_date AND l.state = 'moved'
JOIN {MINE} mine ON mine.journal_id = l.journal_id AND mine.starts <= c.from_date
     AND (mine.until IS NULL OR c.from_date < mine.until)
JOIN organisation_subject s ON s.id = mine.subject_id
WHERE c.school_id = %s AND c.kind = 'moved' AND c.from_date >= %s AND c.from_date < %s
ORDER BY 1, 2
"""


def week_page(viewer: Viewer, student_id: int | None = None, week: date | None = None) -> WeekPage:
    """A week of a student (default: the first child, this week). Raises NotFound. Five statements."""
    monday = monday_of(week or viewer.on)
    is_current = monday == monday_of(viewer.on)
    sunday = monday + timedelta(days=7)
    first, last = (
        (min(monday, viewer.on), max(sunday, viewer.on + timedelta(days=6)))
        if is_current
        else (monday, sunday)
    )
    family = family_of(viewer, student_id, min(max(viewer.on, monday), sunday - timedelta(days=1)))
    id = family.shown.id
    rows = sql.read(_LESSONS, (id, id, first, last, id, id))
    period = family.period_on(viewer.on if is_current else monday)
    since, until = (period.starts, period.until) if period else (first, last)
    marks = sql.read(MARKS, (id, min(first, since), max(last, until)))
    journals = sql.read(JOURNALS, (id, id, id, period.id if period else 0))
    lesson_ids = [row[0] for row in rows]
    places = sql.marks(len(lesson_ids))
    own = (*lesson_ids, *lesson_ids, id, *lesson_ids, id, *lesson_ids, viewer.school.id, id, since, until)
    words = sql.read(_WORDS.format(ids=places), (*own, id, id, viewer.school.id, first, last))
    kinds = {row[4]: row[5] for row in words if row[0] == "kind"}
    scales = scales_of(journals)
    ruled = formulas(viewer, [row[0] for row in journals], until)
    gathered = gather(marks, kinds, journals, scales, since, until, ruled)
    days = _days(viewer, family, rows, words, gathered.lessons, kinds, first, last)
    subjects = subjects_of(journals, gathered, scales, since, until, with_lines=True)
    today = days.get(viewer.on)
    ahead = next((days[on] for on in sorted(days) if on > viewer.on and _is_held(days[on])), None)
    away = {row[4]: row[1] for row in words if row[0] == "away"}
    shown = [monday + timedelta(days=n) for n in range(7)]
    return WeekPage(
        student=family.shown,
        children=family.children,
        monday=monday,
        days=tuple(days[on] for n, on in enumerate(shown) if n < family.week_days or days[on].lessons),
        today=today if is_current else None,
        ahead=ahead if is_current else None,
        period=period,
        subjects=subjects,
        attention=tuple(attention_of(viewer, subjects, away)),
        unexplained=sum(row[2] for row in words if row[0] == "away") if is_current else 0,
        is_current=is_current,
    )


def _is_held(shown: DayShown) -> bool:
    return any(not lesson.is_off for lesson in shown.lessons)


def _days(
    viewer: Viewer,
    family: Family,
    rows: Sequence[sql.Row],
    words: Sequence[sql.Row],
    marks: Mapping[int, Sequence[MarkShown]],
    kinds: Mapping[str, str],
    first: date,
    last: date,
) -> dict[date, DayShown]:
    zone = ZoneInfo(viewer.school.timezone)
    subject_of = {row[0]: row[7] for row in rows}
    date_of = {row[0]: row[1] for row in rows}
    files: dict[int, list[FileShown]] = {}
    tasks: dict[int, sql.Row] = {}
    notes: dict[date, list[NoteShown]] = {}
    checks: dict[int, str] = {}
    for row in words:
        match row[0]:
            case "task":
                tasks[row[1]] = row
                if row[11] is not None:
                    files.setdefault(row[1], []).append(FileShown(row[11], row[12]))
            case "note":
                notes.setdefault(date_of[row[2]], []).append(
                    NoteShown(
                        say(NOTE_WORDS.get(row[12]) or str(row[12])),
                        row[4],
                        subject_of[row[2]],
                        short_name(*row[5:8]),
                        row[12] in GOOD_WORDS,
                    )
                )
            case "work" if row[4] in CHECKS:
                checks[row[2]] = kinds.get(row[4], row[4])
    due: dict[int, list[Task]] = {}
    given: dict[int, list[Task]] = {}
    empty: set[int] = set()
    for id, row in tasks.items():
        if row[9]:
            empty.add(row[2])
            continue
        if not row[4]:
            continue
        task = Task(row[4], row[8], row[10] is not None, day(row[13]), tuple(files.get(id, ())))
        if row[3] in subject_of:
            due.setdefault(row[3], []).append(task)
        elif row[2] in subject_of:
            given.setdefault(row[2], []).append(task)
    of_day: dict[date, list[LessonShown]] = {}
    for row in rows:
        of_day.setdefault(row[1], []).append(
            LessonShown(
                id=row[0],
                number=row[2],
                hours=row[16],
                starts=sql.aware(row[3]).astimezone(zone),
                ends=sql.aware(row[4]).astimezone(zone),
                subject=row[7],
                topic=row[12] or "",
                change=_change(row),
                is_off=row[5] == "cancelled",
                check=checks.get(row[0], ""),
                due=tuple(due.get(row[0], ())),
                given=tuple(given.get(row[0], ())),
                is_none=row[0] in empty,
                marks=tuple(marks.get(row[0], ())),
                absence=_absence(row[13], row[14]),
                online=row[17] or "" if row[5] != "cancelled" else "",
                room=row[18] or "",
            )
        )
    for row in words:
        if row[0] == "moved":
            of_day.setdefault(day(row[13]) or first, []).append(_left_place(row))
    found = {}
    on = first
    while on < last:
        found[on] = DayShown(
            date=on,
            lessons=tuple(sorted(of_day.get(on, ()), key=lambda lesson: lesson.number)),
            notes=tuple(notes.get(on, ())),
            is_today=on == viewer.on,
            is_vacation=family.is_vacation(on),
        )
        on += timedelta(days=1)
    return found


def _left_place(row: sql.Row) -> LessonShown:
    """Where a moved lesson stood: a struck line that says where it went."""
    to = date.fromisoformat(row[5][:10])
    return LessonShown(
        id=row[1],
        number=row[2],
        hours=1,
        starts=_NEVER,
        ends=_NEVER,
        subject=row[4],
        topic="",
        change=say("Перенесён на {day}, {number}-й урок", day=ru_date_num(to), number=row[3]),
        is_off=True,
        check="",
        due=(),
        given=(),
        is_none=False,
        marks=(),
        absence="",
    )


_NEVER = datetime(1, 1, 1, tzinfo=UTC)
"""Times of a lesson that is not held at this place."""


def _change(row: sql.Row) -> str:
    if row[5] == "cancelled":
        return say("Урок отменён")
    parts = []
    if row[6] is not None:
        parts.append(say("Перенесён с {day}", day=ru_date_num(row[6])))
    if row[8] is not None:
        parts.append(say("Замена: {name}", name=short_name(*row[9:12])))
    return ". ".join(parts)


def _absence(meaning: str | None, minutes: int | None) -> str:
    if not meaning:
        return ""
    words = say(AWAY_WORDS.get(meaning, meaning))
    return f"{words} {minutes_words(minutes)}" if meaning == "late" and minutes else words
