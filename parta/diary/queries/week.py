"""A student's slice of the journals: a week, and the marks of a period. No table of its own.

Five statements for the week, four for the marks, whatever their number. Scope: `viewer.student_ids` and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from parta.diary.queries.reckoning import formulas
from parta.foundation import sql
from parta.foundation.pagekit import NBSP, time_unit
from parta.journal.queries.words import class_name, day, from_json, short_name
from parta.journal.rules.evidence import MarkFact
from parta.journal.rules.outcomes import Formula
from parta.people.viewer import Viewer

CHECKS = frozenset({"control", "test", "dictation", "composition", "exam", "credit"})
"""Works a family wants to know of the day before."""

AWAY_WORDS = {
    "unknown": "нет на уроке",
    "ill": "по болезни",
    "excused": "уважительная причина",
    "unexcused": "без уважительной причины",
    "late": "опоздание",
    "event": "мероприятие школы",
    "exempt": "освобождение",
}
"""An absence in words for the family; the letter is the journal's."""

GOOD_WORDS = frozenset({"praise", "thanks"})
NOTE_WORDS = {
    "remark": "Замечание",
    "praise": "Похвала",
    "thanks": "Благодарность",
    "recommendation": "Рекомендация",
    "address": "Обращение к родителям",
}


class NotFound(LookupError):
    """The student is not among those whose diary this viewer reads; absent and foreign look alike."""


@dataclass(frozen=True, slots=True)
class Child:
    """A student whose diary the viewer may open."""

    id: int
    name: str
    full_name: str
    homeroom: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Period:
    """A reporting period; `until` is the day after its last."""

    id: int
    title: str
    starts: date
    until: date


class MarkShown(NamedTuple):
    """A mark as the family sees it. `day` is an ISO date, `first` the value before a correction."""

    day: str
    value: str
    first: str
    work: str
    comment: str
    is_low: bool
    assessment: int


class FileShown(NamedTuple):
    """A file given with homework, as the diary offers it."""

    id: int
    name: str


class Task(NamedTuple):
    """Homework to be done for a lesson, or given in it."""

    text: str
    minutes: int | None
    is_own: bool
    """Given to this student alone."""
    due: date | None
    files: tuple[FileShown, ...]


class LessonShown(NamedTuple):
    """A line of a day. `due`: homework for this lesson; `given`: homework set in it that is due outside the page."""

    id: int
    number: int
    hours: int
    starts: datetime
    ends: datetime
    subject: str
    topic: str
    change: str
    is_off: bool
    check: str
    """Kind of a check work held in it: «Контрольная работа»."""
    due: tuple[Task, ...]
    given: tuple[Task, ...]
    is_none: bool
    """Declared «не задано»."""
    marks: tuple[MarkShown, ...]
    absence: str
    online: str = ""
    """Address at which the lesson is held online."""


class NoteShown(NamedTuple):
    """Words of a teacher to the student or family."""

    kind: str
    text: str
    subject: str
    author: str
    is_good: bool


@dataclass(frozen=True, slots=True)
class DayShown:
    """A day of the week on the page."""

    date: date
    lessons: tuple[LessonShown, ...]
    notes: tuple[NoteShown, ...]
    is_today: bool
    is_vacation: bool

    @property
    def marks(self) -> list[tuple[str, MarkShown]]:
        """Marks of the day with their subjects."""
        return [(lesson.subject, mark) for lesson in self.lessons for mark in lesson.marks]

    @property
    def tasks(self) -> list[tuple[str, Task]]:
        """Homework to be done for the day."""
        return [(lesson.subject, task) for lesson in self.lessons if not lesson.is_off for task in lesson.due]


@dataclass(frozen=True, slots=True)
class SubjectMarks:
    """A subject's marks of a period, their average and the mark of the period."""

    title: str
    marks: tuple[MarkShown, ...]
    average: float | None
    final: str
    line: str
    """The small curve: the path of an SVG 100 × 20; empty with fewer than two marks."""
    ends_low: bool
    id: int = 0
    """Of the subject."""


@dataclass(frozen=True, slots=True)
class Attention:
    """Something a family should look at."""

    icon: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class WeekPage:
    """A week of one student."""

    student: Child
    children: tuple[Child, ...]
    monday: date
    days: tuple[DayShown, ...]
    today: DayShown | None
    ahead: DayShown | None
    """The next day with lessons after today."""
    period: Period | None
    subjects: tuple[SubjectMarks, ...]
    attention: tuple[Attention, ...]
    is_current: bool


@dataclass(frozen=True, slots=True)
class MarksPage:
    """All marks of a period by subject."""

    student: Child
    children: tuple[Child, ...]
    periods: tuple[Period, ...]
    period: Period | None
    subjects: tuple[SubjectMarks, ...]
    has_scale: bool


_CHILDREN = """
SELECT p.id, p.surname, p.given_name, e.starts, e.until, h.title, y.week_days, t.id, t.title, t.starts, t.until
FROM people_person p
LEFT JOIN people_enrolment e ON e.student_id = p.id
LEFT JOIN organisation_homeroom h ON h.id = e.homeroom_id
LEFT JOIN organisation_academicyear y ON y.id = h.year_id
LEFT JOIN organisation_term t ON t.year_id = h.year_id AND t.kind = h.term_kind
WHERE p.id IN ({ids}) AND p.school_id = %s
ORDER BY t.starts
"""

_MINE = """
(SELECT j.id AS journal_id, j.subject_id, j.scale_id, '' AS part, e.starts, e.until FROM people_enrolment e
 JOIN plans_journal j ON j.homeroom_id = e.homeroom_id AND j.subgroup_id IS NULL WHERE e.student_id = %s
 UNION ALL
 SELECT j.id, j.subject_id, j.scale_id, g.short, e.starts, e.until FROM people_subgroupmembership e
 JOIN plans_journal j ON j.subgroup_id = e.subgroup_id JOIN organisation_subgroup g ON g.id = e.subgroup_id
 WHERE e.student_id = %s)
"""

_LESSONS = f"""
SELECT l.id, l.date, l.number, l.starts_at, l.ends_at, l.state, l.moved_from, s.title,
       x.id, q.surname, q.given_name, q.patronymic, r.topic, a.meaning, a.minutes, l.journal_id, l.hours,
       (SELECT o.url FROM journal_onlinelink o WHERE o.removed_at IS NULL AND (o.lesson_id = l.id OR
        (o.lesson_id IS NULL AND o.journal_id = l.journal_id))
        ORDER BY CASE WHEN o.lesson_id IS NULL THEN 1 ELSE 0 END LIMIT 1)
FROM {_MINE} mine
JOIN timetable_lesson l ON l.journal_id = mine.journal_id AND l.date >= %s AND l.date < %s
     AND l.date >= mine.starts AND (mine.until IS NULL OR l.date < mine.until)
JOIN organisation_subject s ON s.id = mine.subject_id
LEFT JOIN timetable_substitution x ON x.lesson_id = l.id
LEFT JOIN people_person q ON q.id = x.substitute_id
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
LEFT JOIN journal_absence a ON a.lesson_id = l.id AND a.student_id = %s
ORDER BY l.date, l.number
"""

_MARKS = """
SELECT a.journal_id, CAST(l.date AS text), l.number * 100 + a.position, m.assessment_id, m.part, m.value, a.work_kind,
       a.weight, a.lesson_id, NULLIF(m.first_value, ''), NULLIF(m.comment, '')
FROM journal_mark m
JOIN journal_assessment a ON a.id = m.assessment_id
JOIN timetable_lesson l ON l.id = a.lesson_id
WHERE m.student_id = %s AND m.value <> '' AND CAST(l.date AS text) >= %s AND CAST(l.date AS text) < %s
"""
"""The first five columns are the order of the marks. There are hundreds: days stay text, for few are read; what most
marks lack is NULL. The days are compared as text too: PostgreSQL, planning before it knows them, would take any span of
dates for a short one and begin with its lessons."""

_JOURNALS = f"""
SELECT DISTINCT mine.journal_id, s.id, s.title, s.position, k.symbols, f.value, mine.starts, mine.until
FROM {_MINE} mine
JOIN organisation_subject s ON s.id = mine.subject_id
LEFT JOIN organisation_markscale k ON k.id = mine.scale_id
LEFT JOIN journal_termmark f ON f.journal_id = mine.journal_id AND f.student_id = %s AND f.term_id = %s
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
SELECT 'away', SUM(CASE WHEN a.meaning = 'late' THEN 1 ELSE l.hours END), NULL, NULL, a.meaning, '', '', '', NULL,
       COUNT(*) = 0, NULL, NULL, '', NULL
FROM journal_absence a JOIN timetable_lesson l ON l.id = a.lesson_id
WHERE a.student_id = %s AND a.meaning <> '' AND l.date >= %s AND l.date < %s GROUP BY a.meaning
UNION ALL
SELECT 'moved', l.id, c.from_number, l.number, s.title, CAST(l.date AS text), '', '', NULL, c.id = 0, NULL, NULL, '',
       c.from_date
FROM timetable_lessonchange c
JOIN timetable_lesson l ON l.id = c.lesson_id AND l.moved_from = c.from_date AND l.state = 'moved'
JOIN {_MINE} mine ON mine.journal_id = l.journal_id AND mine.starts <= c.from_date
     AND (mine.until IS NULL OR c.from_date < mine.until)
JOIN organisation_subject s ON s.id = mine.subject_id
WHERE c.school_id = %s AND c.kind = 'moved' AND c.from_date >= %s AND c.from_date < %s
ORDER BY 1, 2
"""


def monday_of(on: date) -> date:
    """The Monday of the week a day lies in; of the week to come on a Sunday."""
    if on.weekday() == 6:
        on += timedelta(days=1)
    return on - timedelta(days=on.weekday())


@dataclass(slots=True)
class _Family:
    """The viewer's students; the one shown with the periods of the year the page is about."""

    children: tuple[Child, ...]
    shown: Child
    periods: tuple[Period, ...]
    week_days: int
    every_period: Mapping[int, Period] = field(default_factory=dict)
    """Periods of all years of the one shown, by id."""

    def period_on(self, on: date) -> Period | None:
        """The period of a day; in vacations the one before it."""
        begun = [period for period in self.periods if period.starts <= on]
        return begun[-1] if begun else (self.periods[0] if self.periods else None)

    def next_day(self, on: date) -> date:
        """The next day of school after a day: a teaching weekday outside the vacations, else tomorrow."""
        days = (on + timedelta(days=n) for n in range(1, 120))
        held = (day for day in days if day.weekday() < self.week_days and not self.is_vacation(day))
        return next(held, on + timedelta(days=1))

    def is_vacation(self, on: date) -> bool:
        return bool(self.periods) and not any(p.starts <= on < p.until for p in self.periods)


def _family(viewer: Viewer, student_id: int | None, on: date) -> _Family:
    """Raises NotFound when the student is not one of the viewer's, or the viewer has none."""
    ids = sorted(viewer.student_ids)
    if not ids or (student_id is not None and student_id not in ids):
        raise NotFound("student")
    rows = sql.read(_CHILDREN.format(ids=sql.marks(len(ids))), (*ids, viewer.school.id))
    chosen = ids[0] if student_id is None else student_id
    best: dict[int, sql.Row] = {}
    for row in rows:
        known = best.get(row[0])
        if known is None or _nearness(row, on) < _nearness(known, on):
            best[row[0]] = row
    if chosen not in best:
        raise NotFound("student")
    children = tuple(
        Child(
            id=id,
            name=best[id][2],
            full_name=f"{best[id][1]} {best[id][2]}",
            homeroom=class_name(best[id][5] or ""),
            is_shown=id == chosen,
        )
        for id in ids
        if id in best
    )
    place = best[chosen]
    periods = {
        row[7]: Period(row[7], row[8], row[9], row[10])
        for row in rows
        if row[0] == chosen and row[7] is not None and row[3] == place[3] and row[5] == place[5]
    }
    return _Family(
        children,
        next(child for child in children if child.is_shown),
        tuple(periods.values()),
        place[6] or 5,
        {
            row[7]: Period(row[7], row[8], row[9], row[10])
            for row in rows
            if row[0] == chosen and row[7] is not None
        },
    )


def _nearness(row: sql.Row, on: date) -> tuple[int, int]:
    """How well an enrolment answers for a day: holding then, else the latest."""
    starts, until = row[3], row[4]
    if starts is None:
        return (2, 0)
    if starts <= on and (until is None or on < until):
        return (0, 0)
    return (1, -starts.toordinal())


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
    family = _family(viewer, student_id, min(max(viewer.on, monday), sunday - timedelta(days=1)))
    id = family.shown.id
    rows = sql.read(_LESSONS, (id, id, first, last, id))
    period = family.period_on(viewer.on if is_current else monday)
    since, until = (period.starts, period.until) if period else (first, last)
    marks = sql.read(_MARKS, (id, min(first, since), max(last, until)))
    journals = sql.read(_JOURNALS, (id, id, id, period.id if period else 0))
    lesson_ids = [row[0] for row in rows]
    places = sql.marks(len(lesson_ids))
    own = (*lesson_ids, *lesson_ids, id, *lesson_ids, id, *lesson_ids, viewer.school.id, id, since, until)
    words = sql.read(_WORDS.format(ids=places), (*own, id, id, viewer.school.id, first, last))
    kinds = {row[4]: row[5] for row in words if row[0] == "kind"}
    scales = _scales(journals)
    ruled = formulas(viewer, [row[0] for row in journals], until)
    gathered = _gather(marks, kinds, journals, scales, since, until, ruled)
    days = _days(viewer, family, rows, words, gathered.lessons, kinds, first, last)
    subjects = _subjects(journals, gathered, scales, since, until, with_lines=True)
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
        attention=tuple(_attention(viewer, subjects, away)),
        is_current=is_current,
    )


def marks_page(viewer: Viewer, student_id: int | None = None, period_id: int | None = None) -> MarksPage:
    """All marks of a period (default: the one that runs) of a student. Raises NotFound. Four statements."""
    family = _family(viewer, student_id, viewer.on)
    id = family.shown.id
    period = family.period_on(viewer.on)
    if period_id is not None:
        past = family.every_period.get(period_id)
        if past is None:
            raise NotFound("period")
        if past not in family.periods:  # a year before this one
            family = _family(viewer, student_id, past.starts)
        period = past
    since, until = (period.starts, period.until) if period else (viewer.on, viewer.on)
    marks = sql.read(_MARKS, (id, since, until))
    journals = sql.read(_JOURNALS, (id, id, id, period.id if period else 0))
    kinds: dict[str, str] = dict(
        sql.read("SELECT code, title FROM organisation_workkind WHERE school_id = %s", (viewer.school.id,))
    )
    scales = _scales(journals)
    ruled = formulas(viewer, [row[0] for row in journals], until)
    gathered = _gather(marks, kinds, journals, scales, since, until, ruled)
    return MarksPage(
        student=family.shown,
        children=family.children,
        periods=family.periods,
        period=period,
        subjects=_subjects(journals, gathered, scales, since, until, with_lines=False),
        has_scale=any(scale.worth for scale in scales.values()),
    )


class _Scale(NamedTuple):
    """What a page needs of a mark scale: what symbols are worth in an average, which do not pass, its bounds."""

    worth: Mapping[str, float]
    low: frozenset[str]
    bottom: float
    high: float
    passing: float


@lru_cache(maxsize=256)
def _scale(text: str) -> _Scale:
    items = from_json(text) if text else []
    worth = {item["symbol"]: float(item["value"]) for item in items if item.get("counts", True)}
    passing = [worth[i["symbol"]] for i in items if i["symbol"] in worth and i.get("passes", True)]
    return _Scale(
        worth,
        frozenset(item["symbol"] for item in items if not item.get("passes", True)),
        min(worth.values(), default=0.0),
        max(worth.values(), default=0.0),
        min(passing, default=0.0),
    )


def _scales(journals: Sequence[sql.Row]) -> dict[int, _Scale]:
    """The scale of each journal; journals share scales, and each is read once."""
    return {row[0]: _scale(row[4] or "") for row in journals}


def _is_held(shown: DayShown) -> bool:
    return any(not lesson.is_off for lesson in shown.lessons)


# --- marks ----------------------------------------------------------------------------------------------------------


class _Tally:
    """A subject's marks of the period while they are gathered."""

    __slots__ = ("facts", "formula", "marks", "points", "total", "weights")

    def __init__(self) -> None:
        self.marks: list[MarkShown] = []
        self.points: list[float] = []
        self.total = self.weights = 0.0
        self.formula: Formula | None = None
        self.facts: list[MarkFact] = []
        """Marks for the formula, where the act has one."""

    @property
    def average(self) -> float | None:
        """The mean, by the act's formula where it has one."""
        if self.formula is not None:
            return self.formula.propose(self.facts).mean
        return self.total / self.weights if self.weights else None


class _Gathered(NamedTuple):
    """Marks by subject (those of the period) and by lesson (all that were read)."""

    subjects: dict[int, _Tally]
    lessons: dict[int, list[MarkShown]]


def _gather(
    rows: Sequence[sql.Row],
    kinds: Mapping[str, str],
    journals: Sequence[sql.Row],
    scales: Mapping[int, "_Scale"],
    since: date,
    until: date,
    ruled: Mapping[int, Formula] | None = None,
) -> _Gathered:
    """Put the rows together in one pass: hundreds of marks are on one page. A double mark is two rows, one mark."""
    first_day, last_day = since.isoformat(), until.isoformat()
    tallies: dict[int, _Tally] = {}
    of_journal: dict[int, tuple[_Tally, Mapping[str, float], frozenset[str]]] = {}
    for row in journals:
        tally = tallies.setdefault(row[1], _Tally())
        scale = scales[row[0]]
        tally.formula = (ruled or {}).get(row[0], tally.formula)
        of_journal[row[0]] = (tally, scale.worth, scale.low)
    in_order = sorted(rows)  # nearly so already: the index keeps a student's marks by journal
    if len(of_journal) > len(tallies):  # a subject in two journals
        in_order.sort(key=itemgetter(1, 2))
    lessons: dict[int, list[MarkShown]] = {}
    mark: MarkShown | None = None
    new = tuple.__new__  # a named tuple's own maker takes as long as all the rest
    for journal, on, _, assessment, part, value, work, weight, lesson, first, comment in in_order:
        known = of_journal.get(journal)
        if known is None:
            continue
        tally, worth, low = known
        is_counted = first_day <= on < last_day
        here = lessons.get(lesson)
        if here is None:
            here = lessons[lesson] = []
        if part == 2 and mark is not None and mark.assessment == assessment:
            mark = mark._replace(
                value=f"{mark.value}/{value}",
                first=f"{mark.first}/{first}" if mark.first and first else mark.first or first or "",
                is_low=mark.is_low or value in low,
            )
            here[-1] = mark
            if is_counted:
                tally.marks[-1] = mark
        else:
            told = (on, value, first or "", kinds.get(work, work), comment or "", value in low, assessment)
            mark = new(MarkShown, told)
            here.append(mark)
            if is_counted:
                tally.marks.append(mark)
        if is_counted and tally.formula is not None:
            tally.facts.append(MarkFact(value, work, float(weight), date.fromisoformat(on)))
        if is_counted and value in worth:
            point, weight = worth[value], float(weight)
            tally.points.append(point)
            tally.total += point * weight
            tally.weights += weight
    return _Gathered(tallies, lessons)


def _subjects(
    journals: Sequence[sql.Row],
    gathered: _Gathered,
    scales: Mapping[int, "_Scale"],
    since: date,
    until: date,
    *,
    with_lines: bool,
) -> tuple[SubjectMarks, ...]:
    """Subjects with a scale in the order of the school, each once; their marks of the period."""
    titles: dict[int, tuple[int, str, str, _Scale]] = {}
    for row in journals:
        if row[4] is None:
            continue
        starts, left = day(row[6]), day(row[7])
        is_past = (left is not None and left <= since) or (starts is not None and starts >= until)
        if is_past and not gathered.subjects[row[1]].marks:
            continue
        known = titles.get(row[1])
        titles[row[1]] = (row[3], row[2], row[5] or (known[2] if known else ""), scales[row[0]])
    found = []
    for subject, (_, title, final, scale) in sorted(titles.items(), key=lambda item: item[1][:2]):
        tally = gathered.subjects[subject]
        line, ends_low = _line(tally.points, scale) if with_lines else ("", False)
        found.append(
            SubjectMarks(
                title,
                tuple(tally.marks),
                tally.average,
                final,
                line,
                ends_low,
                subject,
            )
        )
    return tuple(found)


def _line(points: Sequence[float], scale: "_Scale") -> tuple[str, bool]:
    """The curve of the last twelve marks in a field of 100 × 20, and whether it ends below the pass line."""
    points = points[-12:]
    if len(points) < 2 or scale.high == scale.bottom:
        return "", False
    step, height = 96 / (len(points) - 1), scale.high - scale.bottom
    places = (f"{2 + n * step:.4g} {18 - 16 * (p - scale.bottom) / height:.4g}" for n, p in enumerate(points))
    return "M" + " ".join(places), points[-1] < scale.passing


# --- days -----------------------------------------------------------------------------------------------------------


def _days(
    viewer: Viewer,
    family: _Family,
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
                        NOTE_WORDS.get(row[12]) or str(row[12]),
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
        change=f"Перенесён на {to.day:02}.{to.month:02}, {row[3]}-й урок",
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
        return "Урок отменён"
    parts = []
    if row[6] is not None:
        parts.append(f"Перенесён с {row[6].day:02}.{row[6].month:02}")
    if row[8] is not None:
        parts.append(f"Замена: {short_name(*row[9:12])}")
    return ". ".join(parts)


def _absence(meaning: str | None, minutes: int | None) -> str:
    if not meaning:
        return ""
    words = AWAY_WORDS.get(meaning, meaning)
    return f"{words} {minutes}{NBSP}мин" if meaning == "late" and minutes else words


# --- what to look at ------------------------------------------------------------------------------------------------


def _attention(viewer: Viewer, subjects: Sequence[SubjectMarks], away: Mapping[str, int]) -> list[Attention]:
    found = []
    lately = (viewer.on - timedelta(days=14)).isoformat()
    for subject in subjects:
        low = [mark for mark in subject.marks if mark.is_low and mark.day >= lately]
        if low:
            mark = low[-1]
            found.append(
                Attention(
                    "triangle-alert",
                    f"{subject.title}: {mark.value} за {mark.day[8:]}.{mark.day[5:7]}",
                    mark.comment or mark.work,
                )
            )
    for subject in subjects:
        if subject.average is not None and not subject.final and len(subject.marks) >= 3:
            gap = round(subject.average) + 0.5 - subject.average if subject.average % 1 < 0.5 else 1.0
            if 0 < gap <= 0.1:
                shown = f"{subject.average:.2f}".replace(".", ",")
                found.append(
                    Attention(
                        "trending-up",
                        f"{subject.title}: {shown}, немного не хватает до {round(subject.average) + 1}",
                        "Средняя по отметкам периода.",
                    )
                )
    missed = sum(count for meaning, count in away.items() if meaning != "late")
    unit = time_unit(viewer.school.kind)[2]
    unexplained = away.get("unknown", 0) + away.get("unexcused", 0)
    parts = []
    if unexplained:
        parts.append(f"Без уважительной или известной причины: {unexplained}.")
    if away.get("late"):
        parts.append(f"Опозданий: {away['late']}.")
    found.append(Attention("user-round", f"Пропущено {unit} с начала периода: {missed}", " ".join(parts)))
    return found


__all__ = ["MarksPage", "NotFound", "WeekPage", "marks_page", "monday_of", "week_page"]
