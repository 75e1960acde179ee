"""The planner: homework by the day it is due, what is overdue apart, what is done; and its states for the teacher."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from parta.diary.queries.children import MINE, family_of
from parta.diary.queries.week_values import Child, FileShown, NotFound
from parta.foundation import sql
from parta.journal.queries.words import class_name, register_key
from parta.people.viewer import Viewer
from parta.plans.access import readable_journals

BACK = timedelta(days=14)
"""Older homework is no task any more."""
AHEAD = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Planned:
    """A piece of homework as the planner shows it."""

    id: int
    subject: str
    text: str
    minutes: int | None
    is_own: bool
    given_on: date
    due: date | None
    files: tuple[FileShown, ...]
    is_done: bool
    done_at: datetime | None
    seen_by_student: bool
    seen_by_family: bool
    lesson: int
    teacher: int | None


@dataclass(frozen=True, slots=True)
class Planner:
    """Homework of a student: overdue (due before today, not done), by day, without a day, done of late."""

    student: Child
    children: tuple[Child, ...]
    overdue: tuple[Planned, ...]
    days: tuple[tuple[date, tuple[Planned, ...]], ...]
    undated: tuple[Planned, ...]
    past: tuple[Planned, ...]
    """Due before today and done."""
    subjects: tuple[str, ...]

    @property
    def ids(self) -> list[int]:
        """Every piece of homework on the page."""
        return [task.id for task in (*self.unseen, *self.past)]

    @property
    def unseen(self) -> list[Planned]:
        """What is still to be done: shown means seen."""
        return [*self.overdue, *(task for _, tasks in self.days for task in tasks), *self.undated]


_TASKS = f"""
SELECT w.id, s.title, w.text, w.minutes, w.student_id, l.date, w.due_date, f.id, f.name, x.done_at, x.seen_at,
       x.family_seen_at, l.id,
       COALESCE((SELECT ts.substitute_id FROM timetable_substitution ts WHERE ts.lesson_id = l.id), l.teacher_id)
FROM {MINE} mine
JOIN journal_homework w ON w.journal_id = mine.journal_id AND w.text <> ''
     AND (w.student_id IS NULL OR w.student_id = %s)
JOIN timetable_lesson l ON l.id = w.lesson_id AND l.date >= mine.starts AND (mine.until IS NULL OR l.date < mine.until)
JOIN organisation_subject s ON s.id = mine.subject_id
LEFT JOIN journal_attachment f ON f.homework_id = w.id AND f.removed_at IS NULL
LEFT JOIN diary_homeworkstate x ON x.homework_id = w.id AND x.student_id = %s
WHERE (w.due_date >= %s AND w.due_date <= %s) OR (w.due_date IS NULL AND l.date >= %s AND l.date <= %s)
ORDER BY w.due_date, l.date, l.number, w.id
"""


def planner(viewer: Viewer, student_id: int, subject: str = "") -> Planner:
    """The planner of a student, of one subject where it is named. Raises NotFound. Two statements."""
    family = family_of(viewer, student_id, viewer.on)
    id, on = family.shown.id, viewer.on
    rows = sql.read(
        _TASKS, (id, id, id, id, on - BACK, on + AHEAD, on - timedelta(days=10), on + timedelta(days=1))
    )
    zone = ZoneInfo(viewer.school.timezone)
    files: dict[int, list[FileShown]] = {}
    first: dict[int, sql.Row] = {}
    for row in rows:
        first.setdefault(row[0], row)
        if row[7] is not None and (row[7], row[8]) not in files.setdefault(row[0], []):
            files[row[0]].append(FileShown(row[7], row[8]))
    tasks = [
        Planned(
            id=row[0],
            subject=row[1],
            text=row[2],
            minutes=row[3],
            is_own=row[4] is not None,
            given_on=row[5],
            due=row[6],
            files=tuple(files.get(row[0], ())),
            is_done=row[9] is not None,
            done_at=sql.aware(row[9]).astimezone(zone) if row[9] else None,
            seen_by_student=row[10] is not None,
            seen_by_family=row[11] is not None,
            lesson=row[12],
            teacher=row[13],
        )
        for row in first.values()
    ]
    subjects = tuple(sorted({task.subject for task in tasks}))
    if subject:
        tasks = [task for task in tasks if task.subject == subject]
    days: dict[date, list[Planned]] = {}
    for task in tasks:
        if task.due is not None and task.due >= on:
            days.setdefault(task.due, []).append(task)
    before = [task for task in tasks if task.due is not None and task.due < on]
    return Planner(
        student=family.shown,
        children=family.children,
        overdue=tuple(task for task in before if not task.is_done),
        days=tuple((day, tuple(found)) for day, found in sorted(days.items())),
        undated=tuple(task for task in tasks if task.due is None and not task.is_done),
        past=tuple(task for task in reversed(before) if task.is_done),
        subjects=subjects,
    )


@dataclass(frozen=True, slots=True)
class PupilState:
    """What became of one piece of homework with one student."""

    id: int
    name: str
    seen_at: datetime | None
    family_seen_at: datetime | None
    done_at: datetime | None
    is_overdue: bool

    @property
    def state(self) -> str:
        """The state to filter by: done, overdue, seen or unseen."""
        if self.done_at:
            return "done"
        return "overdue" if self.is_overdue else "seen" if self.seen_at else "unseen"


@dataclass(frozen=True, slots=True)
class HomeworkStates:
    """One piece of homework and its states, for those who read the journal."""

    id: int
    lesson: int
    journal: int
    title: str
    homeroom: str
    given_on: date
    due: date | None
    text: str
    pupils: tuple[PupilState, ...]

    def count(self, which: str) -> int:
        """How many a filter shows: all, unseen, unseen_family, done, overdue."""
        return len(self.of(which))

    def of(self, which: str) -> list[PupilState]:
        """The pupils of a filter; an unknown one shows all."""
        tests = {
            "unseen": lambda one: one.seen_at is None,
            "unseen_family": lambda one: one.family_seen_at is None,
            "done": lambda one: one.done_at is not None,
            "overdue": lambda one: one.is_overdue and one.done_at is None,
        }
        return [one for one in self.pupils if which not in tests or tests[which](one)]


_PUPILS = """
SELECT p.id, p.surname, p.given_name, p.patronymic, x.seen_at, x.family_seen_at, x.done_at
FROM people_person p LEFT JOIN diary_homeworkstate x ON x.student_id = p.id AND x.homework_id = %s
WHERE p.id IN (SELECT e.student_id FROM {table} e WHERE e.{place} = %s AND e.starts <= %s
  AND (e.until IS NULL OR e.until > %s)) AND (%s = 0 OR p.id = %s)
"""


def homework_states(viewer: Viewer, homework_id: int) -> HomeworkStates:
    """States of a piece of homework with each student on the list. Raises NotFound. Two statements."""
    scope, values = readable_journals(viewer)
    rows = sql.read(
        "SELECT w.id, w.lesson_id, j.id, s.title, h.title, l.date, w.due_date, w.text, j.subgroup_id, j.homeroom_id,"
        " w.student_id, g.short FROM journal_homework w JOIN timetable_lesson l ON l.id = w.lesson_id"
        " JOIN plans_journal j ON j.id = w.journal_id JOIN organisation_subject s ON s.id = j.subject_id"
        " LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id"
        " LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id"
        f" WHERE w.id = %s AND w.text <> '' AND {scope}",
        (homework_id, *values),
    )
    if not rows:
        raise NotFound("homework")
    row, zone = rows[0], ZoneInfo(viewer.school.timezone)
    table, place, of = (
        ("people_subgroupmembership", "subgroup_id", row[8])
        if row[8]
        else ("people_enrolment", "homeroom_id", row[9])
    )
    own = row[10] or 0
    late = row[6] is not None and row[6] < viewer.on

    def local(value: datetime | None) -> datetime | None:
        return sql.aware(value).astimezone(zone) if value else None  # type: ignore[no-any-return]

    pupils = sql.read(_PUPILS.format(table=table, place=place), (row[0], of, row[5], row[5], own, own))
    return HomeworkStates(
        id=row[0],
        lesson=row[1],
        journal=row[2],
        title=row[3],
        homeroom=", ".join(part for part in (class_name(row[4] or ""), row[11]) if part),
        given_on=row[5],
        due=row[6],
        text=row[7],
        pupils=tuple(
            PupilState(one[0], f"{one[1]} {one[2]}", local(one[4]), local(one[5]), local(one[6]), late)
            for one in sorted(pupils, key=lambda one: register_key(*one[1:4]))
        ),
    )
