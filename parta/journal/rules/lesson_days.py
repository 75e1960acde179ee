"""Which lessons come next in a journal: what deadlines such as «к следующему уроку» end with.

Most acts count no lessons: then nothing is read. Where one does, one statement reads the days of the journals.
"""

from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from parta.foundation import sql
from parta.regulation.durations import MOST_LESSONS
from parta.regulation.judge import Law

__all__ = ["AHEAD", "NOTHING_FOLLOWS", "LessonDays", "counts_lessons", "days_of_lessons"]

AHEAD = timedelta(days=7 * 2 * MOST_LESSONS)
"""How far lessons to come are looked for: of one in two weeks the most that may be counted."""

_DAYS = """
SELECT journal_id, date, MIN(starts_at) FROM timetable_lesson
WHERE {which} AND date > %s AND date <= %s AND state <> 'cancelled'
GROUP BY journal_id, date ORDER BY date"""


class LessonDays:
    """The days of lessons of some journals, with the moment each day's first one begins."""

    def __init__(self, journals: Mapping[int, tuple[Sequence[date], Sequence[datetime]]]) -> None:
        self._journals = journals

    def after(self, journal_id: int, day: date) -> tuple[datetime, ...]:
        """When the next days of lessons begin, the nearest first; a second lesson of the same day is none of them."""
        days, begins = self._journals.get(journal_id, ((), ()))
        first = bisect_right(days, day)
        return tuple(begins[first : first + MOST_LESSONS])


NOTHING_FOLLOWS = LessonDays({})


def counts_lessons(law: Law, since: date, until: date) -> bool:
    """Whether any deadline of these days ends with a lesson to come; no statement."""
    days = {since, until} | {bound for bound in law.bounds if since < bound <= until}
    return any(law.on(day).counts_lessons for day in days)


_OF_TEACHER = """ AND journal_id IN (
    SELECT journal_id FROM plans_teachingload WHERE teacher_id = %s
    UNION SELECT journal_id FROM timetable_lesson WHERE teacher_id = %s
    UNION SELECT l.journal_id FROM timetable_substitution x JOIN timetable_lesson l ON l.id = x.lesson_id
        WHERE x.substitute_id = %s)"""


def days_of_lessons(
    law: Law,
    *,
    school_id: int,
    since: date,
    until: date,
    journal_ids: Collection[int] | None = None,
    teacher_id: int | None = None,
) -> LessonDays:
    """The days that follow lessons of a span, of a school, of some of its journals or of those one teacher has.

    One statement, or none where no act in force counts by them.
    """
    if not counts_lessons(law, since, until) or (journal_ids is not None and not journal_ids):
        return NOTHING_FOLLOWS
    which, values = "school_id = %s", [school_id]
    if journal_ids is not None and len(journal_ids) <= 500:
        which += f" AND journal_id IN ({sql.marks(len(journal_ids))})"
        values += sorted(journal_ids)
    if teacher_id is not None:
        which += _OF_TEACHER
        values += [teacher_id] * 3
    found: dict[int, tuple[list[date], list[datetime]]] = {}
    for journal_id, day, begins in sql.read(_DAYS.replace("{which}", which), [*values, since, until + AHEAD]):
        days, moments = found.setdefault(journal_id, ([], []))
        days.append(date.fromisoformat(day) if isinstance(day, str) else day)
        moments.append(sql.moment(begins))
    return LessonDays(found)
