"""Lessons that are over, with the state of each of their facts: what every figure of control is counted from."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from parta.foundation import sql
from parta.journal.queries.words import journal_name, short_name
from parta.journal.rules import Lesson, Place
from parta.journal.rules.lesson_days import LessonDays, days_of_lessons
from parta.journal.rules.matters import Reach
from parta.journal.rules.questions import fact_limit, limit_key
from parta.journal.rules.watches import needs_day_end
from parta.people.viewer import Viewer
from parta.regulation.judge import Law
from parta.regulation.queries import law as law_of_school
from parta.timetable.calendar import calendar_of

FACTS = {"conducted": "урок", "roll": "явка", "homework": "задание"}
"""The facts of a lesson that are counted, as a column names them."""
IN_TIME, LATE, MISSING, OPEN = "in_time", "late", "missing", "open"
"""States of a fact: there before its limit, there after it, overdue, not there and not yet overdue."""

_LESSONS = """
SELECT l.id, l.date, l.number, l.starts_at, l.ends_at,
    NULL,
    j.id, s.code, s.title, s.area, s.tags, j.grade, COALESCE(h.title, ''), j.weekly_hours, j.subgroup_id,
    COALESCE(g.short, ''), j.scale_id,
    r.conducted_at, r.roll_at, w.set_at, CASE WHEN w.is_none THEN 1 ELSE 0 END,
    p.id, p.surname, p.given_name, p.patronymic, x.replaced_id, j.homeroom_id, l.hours
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


_DAY_ENDS = """
SELECT j.homeroom_id, l.date, MAX(l.ends_at) FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id
WHERE l.school_id = %s AND l.date >= %s AND l.date <= %s AND l.state <> 'cancelled' AND j.homeroom_id IS NOT NULL
GROUP BY j.homeroom_id, l.date"""


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
    hours: int
    states: dict[str, str]
    homework_none: bool
    journal_id: int
    homeroom_id: int | None
    homeroom: str
    is_marked: bool
    """The journal takes marks."""

    @property
    def is_touched(self) -> bool:
        """Whether anything of it was entered."""
        return any(state in (IN_TIME, LATE) for state in self.states.values())


def lessons_of(viewer: Viewer, reach: Reach, since: date, until: date) -> list[LessonLine]:
    """Lessons of these journals that are over, with the state of each fact. One statement, or two
    where the act counts from the end of the class's day."""
    law = law_of_school(viewer.school.id, viewer.school.law_version)
    calendar = calendar_of(viewer.school.id, viewer.school.timezone, viewer.school.law_version)
    scope, values = reach
    rows = sql.read(_LESSONS.format(scope=scope), [*values, since, until, viewer.at])
    ends = (
        {
            (row[0], row[1]): sql.moment(row[2])
            for row in sql.read(_DAY_ENDS, [viewer.school.id, since, until])
        }
        if needs_day_end(law, since, until)
        else {}
    )
    follows = days_of_lessons(law, school_id=viewer.school.id, since=since, until=until)
    reader = _Reader(law, calendar, viewer.at, follows)
    return [reader.line(row, ends.get((row[26], row[1]))) for row in rows]


class _Reader:
    """Rows as lines; places and limits are worked out once for all lessons that share them."""

    def __init__(self, law: Law, calendar: Any, at: datetime, follows: LessonDays) -> None:
        self.law, self.calendar, self.at, self.follows = law, calendar, at, follows
        self._places: dict[int, Place] = {}
        self._names: dict[Any, str] = {}
        self._keys: dict[tuple[int, date, str], tuple[int, ...]] = {}
        self._limits: dict[Any, datetime | None] = {}

    def _place(self, row: sql.Row) -> Place:
        found = self._places.get(row[6])
        if found is None:
            tags = frozenset(json.loads(row[10]) if isinstance(row[10], str) else row[10])
            found = self._places[row[6]] = Place(
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
        return found

    def _deadline(self, row: sql.Row, fact: str, day_ends_at: datetime | None) -> datetime | None:
        known = (row[6], row[1], fact)
        key = self._keys.get(known)
        if key is None:
            key = self._keys[known] = limit_key(self.law, fact, on=row[1], place=self._place(row))
        following = self.follows.after(row[6], row[1])
        times = (key, fact, row[1], row[3], row[4], day_ends_at, following, row[12])
        if times not in self._limits:
            lesson = Lesson(
                id=row[0],
                date=row[1],
                number=row[2],
                starts_at=sql.aware(row[3]),
                ends_at=sql.aware(row[4]),
                day_ends_at=day_ends_at,
                following=following,
            )
            limit = fact_limit(self.law, fact, lesson=lesson, place=self._place(row), calendar=self.calendar)
            self._limits[times] = None if limit is None else limit.deadline
        return self._limits[times]

    def _name(self, key: Any, make: Any) -> str:
        found = self._names.get(key)
        if found is None:
            found = self._names[key] = make()
        return found

    def line(self, row: sql.Row, day_ends_at: datetime | None) -> LessonLine:
        """One lesson."""
        states = {}
        for fact, moment in (("conducted", row[17]), ("roll", row[18]), ("homework", row[19])):
            limit = self._deadline(row, fact, day_ends_at)
            if moment is not None:
                states[fact] = LATE if limit is not None and sql.aware(moment) > limit else IN_TIME
            else:
                states[fact] = MISSING if limit is not None and self.at > limit else OPEN
        return LessonLine(
            id=row[0],
            date=row[1],
            number=row[2],
            title=self._name(("journal", row[6]), lambda: journal_name(row[12], row[8], row[15])),
            who_id=row[21],
            who=self._name(("short", row[21]), lambda: short_name(*row[22:25]))
            if row[21]
            else "Учитель не назначен",
            full_name=self._name(("full", row[21]), lambda: " ".join(filter(None, row[22:25]))),
            is_replaced=row[25] is not None,
            hours=row[27],
            states=states,
            homework_none=bool(row[20]),
            journal_id=row[6],
            homeroom_id=row[26],
            homeroom=row[12],
            is_marked=row[16] is not None,
        )
