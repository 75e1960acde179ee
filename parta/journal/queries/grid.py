"""The journal page: marks and absences by date, topics and homework by date, totals.

One question, six statements whatever the size of the class, answered with frozen values. Rows come as tuples and
stay tuples where there are many of them: a quarter has fifteen hundred cells. All six are asked at each request;
what is made of lessons, heads and plan is remembered by the rows it was made of (`_side`), students are not.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from parta.foundation import sql
from parta.journal.queries.closures import (
    asks_homework,
    locks_after_final,
)
from parta.journal.queries.drafts import draft_load, drafted, may_defer
from parta.journal.queries.grid_lessons import Reading, within
from parta.journal.queries.grid_students import absences_of, marks_of, students_of
from parta.journal.queries.grid_values import (
    MISSED,
    NO_FINAL,
    NO_MARK,
    AbsenceCell,
    Column,
    FinalCell,
    GivenHomework,
    JournalPage,
    JournalSide,
    Kind,
    LessonLine,
    MarkCell,
    NotFound,
    PlanTopic,
    Sibling,
    StudentRow,
    Symbol,
    TermTab,
)
from parta.journal.queries.words import date_of, day, from_json, moment_of, short_name
from parta.journal.rules.acts import Place
from parta.journal.rules.lesson_days import AHEAD, NOTHING_FOLLOWS, LessonDays, counts_lessons
from parta.journal.rules.questions import individual_homework, scale_symbols
from parta.people.viewer import Viewer
from parta.plans.access import readable_journals
from parta.plans.approvals import APPROVED_LINE
from parta.regulation.durations import Calendar
from parta.regulation.judge import Law
from parta.regulation.queries import law as law_of_school
from parta.timetable.calendar import calendar_of

_HEAD = f"""
SELECT j.id, s.title, s.code, s.area, s.tags, j.homeroom_id, h.title, j.grade, j.subgroup_id, g.short,
       y.title, y.state, j.weekly_hours, j.plan_id, j.term_kind, m.symbols, j.school_id, j.year_id, j.subject_id,
       (SELECT COUNT(*) FROM plans_plannedtopic p WHERE p.plan_id = j.plan_id),
       t.id, t.kind, t.number, t.title, CAST(t.starts AS TEXT), CAST(t.until AS TEXT),
       CASE WHEN {APPROVED_LINE} THEN 1 ELSE 0 END
FROM plans_journal j
JOIN organisation_subject s ON s.id = j.subject_id
JOIN organisation_academicyear y ON y.id = j.year_id
JOIN organisation_term t ON t.year_id = j.year_id AND t.kind IN (j.term_kind, 'year')
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN organisation_markscale m ON m.id = j.scale_id
WHERE j.id = %s AND {{scope}}
ORDER BY t.starts, t.until
"""


_AROUND = """
SELECT 'load' AS what, l.teacher_id AS a, p.surname AS t1, p.given_name AS t2, p.patronymic AS t3,
       CASE WHEN l.approval_id IS NULL THEN 1 ELSE 0 END AS n1, 0 AS n2, l.starts AS d1, l.until AS d2
FROM plans_teachingload l JOIN people_person p ON p.id = l.teacher_id WHERE l.journal_id = %s
UNION ALL
SELECT 'kind', k.id, k.code, k.title, k.short, k.weight, k.position, NULL, NULL
FROM organisation_workkind k WHERE k.school_id = %s
UNION ALL
SELECT 'journal', j.id, s.title, COALESCE(h.title, ''), COALESCE(g.short, ''),
       CASE WHEN j.subject_id = %s THEN 1 ELSE 0 END, CASE WHEN j.homeroom_id = %s THEN 1 ELSE 0 END, NULL, NULL
FROM plans_journal j
JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
WHERE {scope} AND j.year_id = %s AND j.id IN (
    SELECT c.id FROM plans_journal c WHERE c.homeroom_id = %s
    UNION SELECT o.journal_id FROM plans_teachingload o WHERE o.teacher_id = %s)
UNION ALL
SELECT 'topic', q.id, q.text, q.homework, q.work_kind, q.position, 0, NULL, NULL FROM (
    SELECT t.id, t.text, t.homework, t.work_kind, t.position FROM plans_plannedtopic t
    WHERE t.plan_id = %s AND NOT EXISTS (
        SELECT 1 FROM journal_lessonrecord r WHERE r.journal_id = %s AND r.planned_topic_id = t.id)
    ORDER BY t.position LIMIT 80) q
"""
"""What surrounds the journal, in one statement: who holds it, kinds of work, journals beside it, topics to come."""


_DAYS = """UNION ALL
SELECT 'day', 0, CAST(MIN(starts_at) AS TEXT), '', '', 0, 0, date, NULL FROM timetable_lesson
WHERE journal_id = %s AND date > %s AND date <= %s AND state <> 'cancelled' GROUP BY date
"""
"""And its days of lessons, the next period's first ones too, where the act counts by lessons to come."""


_LESSONS = """
SELECT l.id, CAST(l.date AS TEXT), l.number, CAST(l.starts_at AS TEXT), CAST(l.ends_at AS TEXT), l.state,
       l.teacher_id, m.title, x.substitute_id, p.surname, p.given_name, p.patronymic,
       r.topic, r.planned_topic_id, t.position, CASE WHEN r.conducted_at IS NULL THEN 0 ELSE 1 END,
       CASE WHEN r.roll_at IS NULL THEN 0 ELSE 1 END, r.version,
       h.id, h.text, CASE WHEN h.is_none THEN 1 ELSE 0 END, h.minutes, h.due_lesson_id, h.version,
       a.id, a.work_kind, a.position, a.weight, a.title, l.hours
FROM timetable_lesson l
LEFT JOIN organisation_room m ON m.id = l.room_id
LEFT JOIN timetable_substitution x ON x.lesson_id = l.id
LEFT JOIN people_person p ON p.id = x.substitute_id
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
LEFT JOIN plans_plannedtopic t ON t.id = r.planned_topic_id
LEFT JOIN journal_homework h ON h.lesson_id = l.id AND h.student_id IS NULL
LEFT JOIN journal_assessment a ON a.lesson_id = l.id
WHERE l.journal_id = %s AND l.date >= %s AND l.date < %s
ORDER BY l.date, l.number, a.position, a.id
"""
"""Dates come as text: read once, remembered for the next page (`date_of`, `moment_of`)."""


_MEMBERS = """
SELECT p.id, p.surname, p.given_name, p.patronymic, CAST(e.starts AS TEXT), CAST(e.until AS TEXT),
       f.term_id, f.value, f.first_value, f.version, (SELECT MAX(w.ends_at) FROM journal_permit w
           WHERE w.journal_id = %s AND w.state = 'granted' AND w.fact = 'final' AND w.term_id = %s
           AND w.student_id = p.id AND w.ends_at > %s), {apart}
FROM {table} e
JOIN people_person p ON p.id = e.student_id
LEFT JOIN journal_termmark f ON f.journal_id = %s AND f.student_id = p.id
WHERE e.{place} = %s AND e.starts < %s AND (e.until IS NULL OR e.until > %s)
"""


_APART = (
    "CASE WHEN EXISTS (SELECT 1 FROM plans_individualplan ip WHERE ip.homeroom_id = %s) THEN"
    " COALESCE((SELECT g.short FROM plans_journal j JOIN plans_individualplan ip ON ip.year_id = j.year_id"
    " JOIN plans_individualline il ON il.plan_id = ip.id AND il.is_apart AND il.subject_id = j.subject_id"
    " JOIN organisation_subgroup g ON g.id = ip.subgroup_id"
    " WHERE j.id = %s AND ip.student_id = p.id AND ip.starts < %s AND (ip.until IS NULL OR ip.until > %s)"
    " ORDER BY ip.starts DESC LIMIT 1), '') ELSE '' END"
)
"""By which plan of their own a student of the class is taught the subject apart in the period; a class without such
plans is asked once, not once for each student."""


def journal_page(
    viewer: Viewer,
    journal_id: int,
    term_id: int | None = None,
    *,
    column: tuple[int, str] | None = None,
) -> JournalPage:
    """The page of a journal for one period (default: the one that runs, or ran last).

    `column` asks for an empty column of a lesson and a kind of work beside those that exist. Six statements.
    Raises NotFound when the journal is out of the viewer's reach or the period is none of its.
    """
    scope, values = readable_journals(viewer)
    head = tuple(sql.read(_HEAD.replace("{scope}", scope), (journal_id, *values)))
    if not head:
        raise NotFound("journal")
    row = head[0]
    term = _chosen(_terms(head), term_id, viewer.on)
    school = viewer.school
    law = law_of_school(school.id, school.law_version)
    is_year = term.kind == "year" and row[14] != "year"
    statement = _AROUND.replace("{scope}", scope)
    asked = [row[0], row[16], row[18], row[5], *values, row[17], row[5], viewer.person_id, row[13], row[0]]
    if not is_year and counts_lessons(law, term.starts, term.until - timedelta(days=1)):
        statement += _DAYS
        asked += [row[0], term.starts, term.until + AHEAD]
    around = sql.read(statement, asked)
    lessons = [] if is_year else sql.read(_LESSONS, (row[0], term.starts, term.until))
    side = _side(
        head,
        tuple(around),
        tuple(lessons),
        term,
        column,
        replace(viewer, at=viewer.at.replace(second=0, microsecond=0)),
        law,
        calendar_of(school.id, school.timezone, school.law_version),
        drafted(law, _place(row), [within(term, viewer.on)], is_approved=bool(row[26])).missing_setup,
    )
    table, place = ("subgroupmembership", "subgroup_id") if row[8] else ("enrolment", "homeroom_id")
    members = sql.read(
        _MEMBERS.format(table=f"people_{table}", place=place, apart=_APART if row[8] is None else "''"),
        (
            row[0],
            term.id,
            viewer.at,
            *(() if row[8] else (row[5], row[0], term.until, term.starts)),
            row[0],
            row[8] or row[5],
            term.until,
            term.starts,
        ),
    )
    zone = ZoneInfo(school.timezone)
    return JournalPage(
        side,
        students_of(side, members, marks_of(side.columns), absences_of(side.lessons), zone=zone),
    )


@lru_cache(maxsize=256)
def _side(
    head: tuple[sql.Row, ...],
    around: tuple[sql.Row, ...],
    lesson_rows: tuple[sql.Row, ...],
    term: TermTab,
    column: tuple[int, str] | None,
    viewer: Viewer,
    law: Law,
    calendar: Calendar,
    lacks: frozenset[str],
) -> JournalSide:
    """Everything but the students, out of what was read; the moment is the minute that runs.

    A pure function of its arguments: another topic, homework, column, minute or law is another argument.
    """
    row = head[0]
    terms = _terms(head)
    scale = tuple(
        Symbol(
            item["symbol"],
            float(item["value"]) if item.get("counts", True) else None,
            bool(item.get("passes", True)),
        )
        for item in from_json(row[15])
    )
    place = replace(_place(row), missing_setup=lacks)
    ruled = scale_symbols(law, on=within(term, viewer.on), place=place) if scale else None
    if ruled is not None:
        scale = tuple(Symbol(*one) for one in ruled)
    kinds = tuple(
        Kind(line[2], line[3], line[4], float(line[5]))
        for line in sorted((line for line in around if line[0] == "kind"), key=lambda line: line[6])
    )
    loads = [
        (line[1], day(line[7]), day(line[8]), line[2:5], bool(line[5]))
        for line in around
        if line[0] == "load"
    ]
    follows = _following(row[0], around, calendar.zone)
    reading = Reading(viewer, law, calendar, place, row[5], kinds, scale, loads, term, follows)
    current = _current(viewer, lesson_rows)
    lessons = reading.lessons(lesson_rows, current, [line for line in around if line[0] == "topic"])
    columns = reading.columns(lesson_rows, lessons, column)
    holders = {
        name: None for _, _, until, name, _ in loads if until is None or until > min(viewer.on, term.until)
    }
    return JournalSide(
        id=row[0],
        subject=row[1],
        homeroom_id=row[5],
        homeroom=row[6] or "",
        grade=row[7],
        group=row[9] or "",
        year=row[10],
        weekly_hours=float(row[12]),
        plan_size=row[19],
        teachers=tuple(short_name(*name) for name in holders),
        terms=terms,
        term=term,
        siblings=_siblings(around),
        scale=scale,
        kinds=kinds,
        codes=reading.codes,
        lessons=lessons,
        columns=columns,
        current=current,
        today=_today(columns),
        may_write=any(c.may_mark or c.may_note_absence for c in columns),
        may_set_finals=bool(scale) and reading.holds_term(),
        is_locked_by_final=locks_after_final(law, place, min(viewer.on, term.until)),
        may_defer=may_defer(law, place, term.until - timedelta(days=1)),
        draft_load=draft_load(law, min(viewer.on, term.until), viewer.on, loads),
        is_year=term.kind == "year" and row[14] != "year",
        formula=reading.formula,
        is_recounted=reading.is_recounted,
        waits=reading.waits(lesson_rows, lessons),
        individual_words=individual_homework(law, on=min(viewer.on, term.until), place=place),
        asks_homework=asks_homework(law, place, min(viewer.on, term.until)),
        clauses=tuple(reading.clauses),
        memo={},
    )


def _following(journal_id: int, around: Sequence[sql.Row], zone: tzinfo) -> LessonDays:
    """The days of lessons, where they have been read."""
    days = sorted((date.fromisoformat(str(line[7])), line[2]) for line in around if line[0] == "day")
    if not days:
        return NOTHING_FOLLOWS
    return LessonDays({journal_id: ([on for on, _ in days], [moment_of(text, zone) for _, text in days])})


def _place(row: sql.Row) -> Place:
    """The journal of a head as rules see it."""
    tags = frozenset(from_json(row[4]))
    return Place(
        subject=row[2],
        subject_title=row[1],
        subject_area=row[3],
        grade=row[7],
        homeroom=row[6] or "",
        weekly_hours=float(row[12]),
        tags=tags | {"subgroup"} if row[8] else tags,
        unmarked=not from_json(row[15]),
        school_id=row[16],
        journal_id=row[0],
    )


@lru_cache(maxsize=1024)
def _terms(head: tuple[sql.Row, ...]) -> tuple[TermTab, ...]:
    """The periods in order, the year last."""
    found = [
        TermTab(line[20], line[21], line[22], line[23], date_of(line[24]), date_of(line[25])) for line in head
    ]
    return tuple(sorted(found, key=lambda term: (term.kind == "year", term.starts)))


def _chosen(terms: Sequence[TermTab], term_id: int | None, on: date) -> TermTab:
    """The period asked for; else the one that runs, ran last, or comes first. Raises NotFound for a foreign one."""
    if term_id is not None:
        for term in terms:
            if term.id == term_id:
                return term
        raise NotFound("term")
    begun = [term for term in terms if term.starts <= on and (term.kind != "year" or len(terms) == 1)]
    return begun[-1] if begun else terms[0]


def _current(viewer: Viewer, rows: Sequence[sql.Row]) -> int | None:
    """Today's lesson: the last that has begun (ten minutes early is begun), else the first to come."""
    on = viewer.on.isoformat()
    today = [row for row in rows if row[1] == on and row[5] != "cancelled"]
    begun = [row for row in today if moment_of(row[3], UTC) - timedelta(minutes=10) <= viewer.at]
    chosen = begun[-1] if begun else today[0] if today else None
    return None if chosen is None else int(chosen[0])


def _today(columns: Sequence[Column]) -> int | None:
    for n, column in enumerate(columns):
        if column.is_today:
            return n
    held = [n for n, column in enumerate(columns) if not column.is_ahead]
    return held[-1] if held else (0 if columns else None)


def _siblings(around: Sequence[sql.Row]) -> tuple[Sibling, ...]:
    found = [
        Sibling(line[1], line[2], line[3], line[4], bool(line[5]), bool(line[6]))
        for line in around
        if line[0] == "journal"
    ]
    return tuple(sorted(found, key=lambda s: (not s.is_same_class, s.homeroom, s.subject, s.group)))


__all__ = [
    "MISSED",
    "NO_FINAL",
    "NO_MARK",
    "AbsenceCell",
    "Column",
    "FinalCell",
    "GivenHomework",
    "JournalPage",
    "JournalSide",
    "Kind",
    "LessonLine",
    "MarkCell",
    "NotFound",
    "PlanTopic",
    "Sibling",
    "StudentRow",
    "Symbol",
    "TermTab",
    "journal_page",
]
