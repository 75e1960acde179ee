"""What the watches over lessons have in common: whose duties are asked for, what is found, how rows are read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from parta.foundation import sql
from parta.journal.rules.acts import Lesson
from parta.journal.rules.lesson_days import NOTHING_FOLLOWS, LessonDays
from parta.journal.rules.matters import Places
from parta.regulation.clause import Clause
from parta.regulation.durations import Calendar
from parta.regulation.judge import Law


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose duties are asked for. Both empty: the whole school."""

    teacher_id: int | None = None
    """Lessons this person holds: as substitute, by the timetable, or by load."""
    homeroom_ids: tuple[int, ...] | None = None
    """Homerooms whose absence reasons are asked for; ``None``: those of ``teacher_id`` as class teacher, or all."""
    lesson_ids: tuple[int, ...] | None = None
    """Only these lessons; ``None``: all."""
    until: date | None = None
    """The last lesson date looked at; ``None``: the day of asking."""

    def last(self, at: datetime, calendar: Calendar) -> date:
        """The last lesson date looked at, never after the day of asking."""
        today = at.astimezone(calendar.zone).date()
        return today if self.until is None else min(self.until, today)

    def lessons(self) -> tuple[str, list[object]]:
        """A condition over ``timetable_lesson l`` and its values: empty for all lessons."""
        if self.lesson_ids is None:
            return "", []
        return f" AND l.id IN ({sql.marks(len(self.lesson_ids))})", list(self.lesson_ids)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is to be done, or is overdue."""

    fact: str
    """``conducted``, ``topic``, ``roll``, ``homework``, ``mark`` or ``absence`` (its reason)."""
    kind: str
    """The rule kind that sets the limit."""
    clauses: tuple[Clause, ...]
    """Every clause that asks for it, the deciding one first."""
    journal_id: int
    lesson_id: int
    date: date
    number: int
    subject: str
    homeroom: str
    students: tuple[tuple[int, str], ...]
    """Ids and names of the students it is about; empty for facts of the whole lesson."""
    who_id: int | None
    """Whose duty it is; ``None``: nobody holds the lesson, and the deputy head gets the finding."""
    since: datetime
    """When the duty began."""
    due: datetime
    """The last moment in time."""
    overdue: bool
    text: str
    """What to do, in a few Russian words: «Отметить явку»."""
    told: tuple[str, ...] = ()
    """Roles that see it, in order."""
    assessment_id: int | None = None
    work: str = ""
    homeroom_id: int | None = None
    """The class of an absence's reason; elsewhere the journal says it."""

    @property
    def cite(self) -> str:
        """Printed numbers of the clauses, each once."""
        return ", ".join(dict.fromkeys(clause.printed for clause in self.clauses))


WHO = """COALESCE(ts.substitute_id, l.teacher_id, (
    SELECT MIN(tl.teacher_id) FROM plans_teachingload tl
    WHERE tl.journal_id = l.journal_id AND tl.starts <= l.date AND (tl.until IS NULL OR tl.until > l.date)))"""
PLACE = """j.id, s.code, s.title, s.area, s.tags, j.grade, COALESCE(h.title, ''), j.weekly_hours,
    j.subgroup_id, j.scale_id"""
JOINS = """
FROM timetable_lesson l
JOIN plans_journal j ON j.id = l.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN timetable_substitution ts ON ts.lesson_id = l.id
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id"""
SPAN = "l.school_id = %s AND l.date >= %s AND l.date <= %s AND l.starts_at <= %s AND l.state <> 'cancelled'"
DAY_END = """(SELECT MAX(d.ends_at) FROM timetable_lesson d JOIN plans_journal dj ON dj.id = d.journal_id
    WHERE d.school_id = l.school_id AND d.date = l.date AND dj.homeroom_id = j.homeroom_id
      AND d.state <> 'cancelled')"""
_OF_TEACHER = """l.id IN (
    SELECT id FROM timetable_lesson WHERE teacher_id = %s AND date >= %s AND date <= %s
    UNION ALL SELECT lesson_id FROM timetable_substitution WHERE substitute_id = %s
    UNION ALL SELECT u.id FROM plans_teachingload ul JOIN timetable_lesson u ON u.journal_id = ul.journal_id
        WHERE ul.teacher_id = %s AND u.teacher_id IS NULL AND u.date >= %s AND u.date <= %s)
    AND l.school_id + 0 = %s AND l.date >= %s AND l.date <= %s AND l.starts_at <= %s AND l.state <> 'cancelled'
    AND (ts.substitute_id = %s OR (ts.substitute_id IS NULL AND (l.teacher_id = %s OR (
    l.teacher_id IS NULL AND EXISTS (SELECT 1 FROM plans_teachingload o WHERE o.journal_id = l.journal_id
    AND o.teacher_id = %s AND o.starts <= l.date AND (o.until IS NULL OR o.until > l.date))))))"""
"""One teacher's lessons of the span. The sum keeps SQLite from walking the whole school's days instead."""


def span_of(scope: Scope, school_id: int, since: date, today: date, at: datetime) -> tuple[str, list[object]]:
    """Condition on lessons that have begun, and its values: the whole school's, named ones, or one teacher's."""
    span: list[object] = [school_id, since, today, at]
    if scope.teacher_id is None:
        only, lessons = scope.lessons()
        return SPAN + only, [*span, *lessons]
    who = scope.teacher_id
    return _OF_TEACHER, [who, since, today, who, who, since, today, *span, who, who, who]


class Reader(Places):
    """Places of the rows, with the moment, the calendar and the lessons to come, by which limits are worked out."""

    def __init__(
        self, law: Law, at: datetime, calendar: Calendar, follows: LessonDays = NOTHING_FOLLOWS
    ) -> None:
        super().__init__(law)
        self.at, self.calendar, self.follows = at, calendar, follows


def day_of(value: Any) -> date:
    """A date, also where SQLite gives it back as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def moment_of(value: Any) -> datetime:
    """A moment, also where SQLite gives it back as text."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    found: datetime = sql.aware(value)
    return found


def lesson_of(row: Sequence[Any], journal_id: int, follows: LessonDays) -> Lesson:
    """A lesson from (id, date, number, starts_at, ends_at, end of the class's day)."""
    day = day_of(row[1])
    return Lesson(
        id=row[0],
        date=day,
        following=follows.after(journal_id, day),
        number=row[2],
        starts_at=moment_of(row[3]),
        ends_at=moment_of(row[4]),
        day_ends_at=None if row[5] is None else moment_of(row[5]),
    )


def named(people: Iterable[Sequence[Any]]) -> tuple[tuple[int, str], ...]:
    """Ids and names from (id, surname, given name, patronymic); namesakes are told apart by the patronymic."""
    known = dict.fromkeys(tuple(person) for person in people)
    short = [f"{surname} {given}".strip() for _, surname, given, _ in known]
    return tuple(
        (person[0], f"{name} {person[3]}".strip() if short.count(name) > 1 else name)
        for person, name in zip(known, short, strict=True)
    )
