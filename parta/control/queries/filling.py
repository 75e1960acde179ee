"""How the journals in the viewer's scope were filled in a span of days; the act they are kept by."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from parta.foundation import sql
from parta.journal.queries.words import journal_name, register_key, short_name
from parta.journal.rules import Lesson, Place
from parta.journal.rules.questions import fact_limit
from parta.journal.rules.watches import Finding, Scope, findings, late_marks
from parta.people.viewer import Viewer
from parta.plans.access import readable_journals
from parta.regulation.judge import Law
from parta.regulation.queries import law as law_of_school
from parta.timetable.calendar import calendar_of

FACTS = {"conducted": "урок", "roll": "явка", "homework": "задание"}
"""The facts of a lesson that are counted, as a column names them."""
LISTED = 300
"""Lines of a list on the page; counts are of all."""
IN_TIME, LATE, MISSING, OPEN = "in_time", "late", "missing", "open"
"""States of a fact: there before its limit, there after it, overdue, not there and not yet overdue."""

_LESSONS = """
SELECT l.id, l.date, l.number, l.starts_at, l.ends_at,
    (SELECT MAX(d.ends_at) FROM timetable_lesson d JOIN plans_journal dj ON dj.id = d.journal_id
        WHERE d.school_id = l.school_id AND d.date = l.date AND dj.homeroom_id = j.homeroom_id
        AND d.state <> 'cancelled'),
    j.id, s.code, s.title, s.area, s.tags, j.grade, COALESCE(h.title, ''), j.weekly_hours, j.subgroup_id,
    COALESCE(g.short, ''), j.scale_id,
    r.conducted_at, r.roll_at, w.set_at, CASE WHEN w.is_none THEN 1 ELSE 0 END,
    p.id, p.surname, p.given_name, p.patronymic, x.replaced_id
FROM timetable_lesson l
JOIN plans_journal j ON j.id = l.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN timetable_substitution x ON x.lesson_id = l.id
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
LEFT JOIN journal_homework w ON w.lesson_id = l.id AND w.student_id IS NULL AND (w.is_none OR w.text <> '')
LEFT JOIN people_person p ON p.id = COALESCE(x.substitute_id, l.teacher_id, (
    SELECT MIN(tl.teacher_id) FROM plans_teachingload tl WHERE tl.journal_id = j.id AND tl.starts <= l.date
    AND (tl.until IS NULL OR tl.until > l.date)))
WHERE {scope} AND l.date >= %s AND l.date <= %s AND l.ends_at <= %s AND l.state <> 'cancelled'
ORDER BY l.date, l.number, l.id"""


@dataclass(frozen=True, slots=True)
class LessonLine:
    """A lesson that is over: where, by whom, and the state of each of its facts."""

    id: int
    date: date
    number: int
    title: str
    who_id: int | None
    who: str
    full_name: str
    is_replaced: bool
    states: dict[str, str]
    homework_none: bool


@dataclass(slots=True)
class TeacherLine:
    """One teacher's lessons of the span, counted. `counts` is by fact and state."""

    id: int | None
    name: str
    lessons: int = 0
    replaced: int = 0
    none_set: int = 0
    works: int = 0
    late_works: int = 0
    counts: dict[str, dict[str, int]] = field(
        default_factory=lambda: {fact: dict.fromkeys((IN_TIME, LATE, MISSING, OPEN), 0) for fact in FACTS}
    )

    def share(self, fact: str) -> int:
        """Per cent of the lessons whose fact was there in time."""
        return round(100 * self.counts[fact][IN_TIME] / self.lessons) if self.lessons else 0

    @property
    def given(self) -> int:
        """Per cent of the lessons with homework or with «не задано», in time or not."""
        counts = self.counts["homework"]
        return round(100 * (counts[IN_TIME] + counts[LATE]) / self.lessons) if self.lessons else 0

    @property
    def trouble(self) -> int:
        """How much is overdue: the order of the table."""
        return self.works + sum(counts[MISSING] for counts in self.counts.values())


@dataclass(frozen=True, slots=True)
class FoundLine:
    """An overdue finding, or marks that came late, in words."""

    lesson_id: int
    date: date
    number: int
    title: str
    what: str
    students: tuple[str, ...]
    who_id: int | None
    who: str
    clauses: tuple[str, ...]
    ids: tuple[str, ...]
    act: str
    due: datetime
    days: int


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """How many overdue findings cite a clause."""

    cite: str
    act: str
    count: int


@dataclass(frozen=True, slots=True)
class Board:
    """The control page."""

    since: date
    until: date
    teachers: tuple[TeacherLine, ...]
    total: TeacherLine
    clauses: tuple[ClauseLine, ...]
    overdue: tuple[FoundLine, ...]
    """The first `LISTED` of `overdue_count`."""
    overdue_count: int
    late: tuple[FoundLine, ...]
    teacher: TeacherLine | None
    lessons: tuple[LessonLine, ...]
    """Lessons of the chosen teacher; empty when nobody is chosen."""


def board(viewer: Viewer, since: date, until: date, teacher_id: int | None) -> Board:
    """What was filled in the journals the viewer reads, from `since` to `until` inclusive. Five statements."""
    law = law_of_school(viewer.school.id, viewer.school.law_version)
    calendar = calendar_of(viewer.school.id, viewer.school.timezone, viewer.school.law_version)
    scope, values = readable_journals(viewer)
    rows = sql.read(_LESSONS.format(scope=scope), [*values, since, until, viewer.at])
    lessons = [_lesson(row, law, calendar, viewer.at) for row in rows]
    journals = {row[6] for row in rows}
    names = {line.who_id: line.full_name for line in lessons}
    lines: dict[int | None, TeacherLine] = {}
    total = TeacherLine(None, "Всего")
    for lesson in lessons:
        line = lines.setdefault(lesson.who_id, TeacherLine(lesson.who_id, lesson.who))
        for counted in (line, total):
            counted.lessons += 1
            counted.replaced += lesson.is_replaced
            counted.none_set += lesson.homework_none
            for fact, state in lesson.states.items():
                counted.counts[fact][state] += 1

    everything = Scope()
    asked: dict[str, Any] = {"since": since, "at": viewer.at, "calendar": calendar}

    def mine(found: Iterable[Finding]) -> list[Finding]:
        return [one for one in found if one.journal_id in journals and one.date <= until and one.overdue]

    overdue = mine(findings(law, viewer.school.id, everything, **asked))
    late = mine(late_marks(law, viewer.school.id, everything, **asked))
    for found, name in ((overdue, "works"), (late, "late_works")):
        for one in found:
            if one.fact == "mark":
                for counted in (lines.setdefault(one.who_id, TeacherLine(one.who_id, "")), total):
                    setattr(counted, name, getattr(counted, name) + 1)
    in_order = sorted(lines.values(), key=lambda line: (-line.trouble, register_key(line.name)))
    acts = _Acts(law)
    zone = ZoneInfo(viewer.school.timezone)
    shown = [one for one in overdue if teacher_id is None or one.who_id == teacher_id]
    counts: dict[tuple[str, str], int] = {}
    for one in overdue:
        for clause in one.clauses:
            key = (clause.printed, acts.of(clause.id, one.date))
            counts[key] = counts.get(key, 0) + 1
    return Board(
        since=since,
        until=until,
        teachers=tuple(in_order),
        total=total,
        clauses=tuple(
            ClauseLine(cite, act, count)
            for (cite, act), count in sorted(counts.items(), key=lambda item: -item[1])
        ),
        overdue=tuple(_found(one, names, acts, viewer.at, zone) for one in shown[:LISTED]),
        overdue_count=len(shown),
        late=tuple(
            _found(one, names, acts, viewer.at, zone)
            for one in late[:LISTED]
            if teacher_id is None or one.who_id == teacher_id
        ),
        teacher=lines.get(teacher_id) if teacher_id is not None else None,
        lessons=tuple(one for one in lessons if one.who_id == teacher_id) if teacher_id is not None else (),
    )


def _lesson(row: sql.Row, law: Law, calendar: Any, at: datetime) -> LessonLine:
    tags = frozenset(json.loads(row[10]) if isinstance(row[10], str) else row[10])
    place = Place(
        subject=row[7],
        subject_title=row[8],
        subject_area=row[9],
        grade=row[11],
        homeroom=row[12],
        weekly_hours=float(row[13]),
        tags=tags | {"subgroup"} if row[14] else tags,
        unmarked=row[16] is None,
        journal_id=row[6],
    )
    lesson = Lesson(
        id=row[0],
        date=row[1],
        number=row[2],
        starts_at=sql.aware(row[3]),
        ends_at=sql.aware(row[4]),
        day_ends_at=sql.moment(row[5]) if row[5] is not None else None,
    )
    done = {"conducted": row[17], "roll": row[18], "homework": row[19]}
    states = {}
    for fact, moment in done.items():
        limit = fact_limit(law, fact, lesson=lesson, place=place, calendar=calendar)
        if moment is not None:
            states[fact] = LATE if limit is not None and sql.aware(moment) > limit.deadline else IN_TIME
        else:
            states[fact] = MISSING if limit is not None and at > limit.deadline else OPEN
    return LessonLine(
        id=row[0],
        date=row[1],
        number=row[2],
        title=journal_name(row[12], row[8], row[15]),
        who_id=row[21],
        who=short_name(*row[22:25]) if row[21] else "Учитель не назначен",
        full_name=" ".join(filter(None, row[22:25])),
        is_replaced=row[25] is not None,
        states=states,
        homework_none=bool(row[20]),
    )


class _Acts:
    """Which act, in which edition, a clause of a day belongs to."""

    def __init__(self, law: Law) -> None:
        self.law = law
        self.known: dict[tuple[str, ...], dict[str, str]] = {}

    def of(self, clause_id: str, day: date) -> str:
        code = self.law.on(day)
        key = tuple(f"{edition.code} {edition.in_force_from}" for edition in code.editions)
        if key not in self.known:
            self.known[key] = {
                clause.id: f"{edition.short}, редакция с {edition.in_force_from:%d.%m.%Y}"
                for edition, entry, _ in code.entries
                for clause in entry.clauses
            }
        return self.known[key].get(clause_id, "")


def _found(
    one: Finding, names: dict[int | None, str], acts: _Acts, at: datetime, zone: ZoneInfo
) -> FoundLine:
    return FoundLine(
        lesson_id=one.lesson_id,
        date=one.date,
        number=one.number,
        title=journal_name(one.homeroom, one.subject),
        what=one.text,
        students=tuple(name for _, name in one.students),
        who_id=one.who_id,
        who=names.get(one.who_id, ""),
        clauses=tuple(dict.fromkeys(clause.printed for clause in one.clauses)),
        ids=tuple(clause.id for clause in one.clauses),
        act=acts.of(one.clauses[0].id, one.date) if one.clauses else "",
        due=one.due.astimezone(zone),
        days=max((at - one.due).days, 0),
    )
