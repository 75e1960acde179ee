"""The check of the journals over a span of days, sheet by sheet: what a deputy head is to look at, with the numbers.

Every sheet is a question of its own, in a fixed number of statements, over the journals the viewer reads (cut to a
department or a class where one is chosen). Shares are per cent; an empty divisor is «no data» (``None``).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from parta.control.queries.lessons import IN_TIME, LATE, MISSING, LessonLine, lessons_of
from parta.control.queries.told_absences import against_notices
from parta.foundation import sql
from parta.journal.queries.words import class_name, journal_name, register_key, short_name
from parta.journal.rules.agreement_watches import Contradiction, contradictions, off_timetable
from parta.journal.rules.density_watch import DensityLine, density_lines
from parta.journal.rules.homework import missing_parts
from parta.journal.rules.lesson_marks import asks_marks
from parta.journal.rules.marking_watches import MarkCount, mark_counts
from parta.journal.rules.matters import JOINS, PLACE, Reach, places
from parta.journal.rules.owed import Finding, Scope
from parta.journal.rules.programme_watches import Progress, WorkLine, control_works, missing_topics, programme
from parta.journal.rules.watches import lesson_gaps, work_gaps
from parta.people.viewer import Viewer
from parta.plans.access import readable_journals
from parta.regulation.judge import Law
from parta.regulation.queries import law as law_of_school
from parta.timetable.calendar import calendar_of
from parta.timetable.moved import moved_days

SHEETS = {
    "teachers": "Учителя",
    "classes": "Классы",
    "marks": "Накопляемость",
    "programme": "Программа",
    "works": "Контрольные",
    "truth": "Достоверность",
    "homework": "Домашние задания",
}
"""The sheets by their codes, in the order of the tabs."""

LISTED = 400
"""Lines of a long list on a page; the figures are of all."""


@dataclass(frozen=True, slots=True)
class Cut:
    """What a check is about: the span (both days included) and whose journals."""

    since: date
    until: date
    homeroom_id: int | None = None
    department_id: int | None = None
    kind: str = ""
    """Only subjects of this kind (`Subject.KINDS`), by their kind or by a property of that name."""
    grade: int | None = None
    """Only this parallel or course."""
    level: int | None = None
    """Per cent: only what is below it, in reports that know a level."""
    person_id: int | None = None
    """Of whose duties, in reports on one of the staff."""


def reach_of(viewer: Viewer, cut: Cut) -> Reach:
    """The journals the viewer reads, cut to the class, the department or the kind of subject."""
    scope, values = readable_journals(viewer)
    scope, values = f"({scope})", list(values)
    if cut.homeroom_id is not None:
        scope += " AND j.homeroom_id = %s"
        values.append(cut.homeroom_id)
    if cut.department_id is not None:
        scope += (
            " AND (s.department_id = %s"
            " OR j.homeroom_id IN (SELECT x.id FROM organisation_homeroom x WHERE x.department_id = %s))"
        )
        values += [cut.department_id, cut.department_id]
    if cut.grade is not None:
        scope += " AND j.grade = %s"
        values.append(cut.grade)
    if cut.kind:
        scope += " AND (s.kind = %s OR CAST(s.tags AS TEXT) LIKE %s)"
        values += [cut.kind, f'%"{cut.kind}"%']
    return scope, values


def law_for(viewer: Viewer) -> Law:
    """The law of the viewer's school."""
    return law_of_school(viewer.school.id, viewer.school.law_version)


def calendar_for(viewer: Viewer) -> Any:
    """The calendar of the viewer's school."""
    return calendar_of(viewer.school.id, viewer.school.timezone, viewer.school.law_version)


def per_cent(part: int, whole: int) -> int | None:
    """Whole per cent; nothing for an empty divisor."""
    return round(100 * part / whole) if whole else None


# --- teachers -------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class TeacherSheetLine:
    """One teacher's lessons of the span."""

    id: int | None
    name: str
    lessons: int = 0
    touched: int = 0
    """Lessons in which anything was entered."""
    recorded: int = 0
    in_time: int = 0
    late: int = 0
    missing: int = 0
    rolls: int = 0
    homework: int = 0
    replaced: int = 0
    """Hours taught instead of others."""
    marks: int = 0
    students: int = 0
    """Pairs of student and journal in marked journals."""
    overdue_works: int = 0
    classes: dict[str, int] = field(default_factory=dict)
    """Lessons by class."""

    @property
    def takes_part(self) -> bool:
        """Whether the teacher keeps the journal at all."""
        return self.touched > 0

    def share(self, name: str) -> int | None:
        """Per cent of the lessons: ``touched``, ``recorded``, ``in_time``, ``rolls`` or ``homework``."""
        return per_cent(getattr(self, name), self.lessons)

    @property
    def marks_each(self) -> float | None:
        """Marks per student and journal."""
        return self.marks / self.students if self.students else None


@dataclass(frozen=True, slots=True)
class TeacherSheet:
    """How each teacher filled the journals; who takes no part."""

    lines: tuple[TeacherSheetLine, ...]
    total: TeacherSheetLine
    idle: tuple[TeacherSheetLine, ...]

    @property
    def active(self) -> int:
        return len(self.lines) - len(self.idle)

    @property
    def share(self) -> int | None:
        """Per cent of teachers with lessons who take part."""
        return per_cent(self.active, len(self.lines))


def teacher_sheet(
    viewer: Viewer,
    cut: Cut,
    lessons: Sequence[LessonLine] | None = None,
    works: Sequence[Finding] | None = None,
) -> TeacherSheet:
    """By teacher, worst first. Three statements; one when the lessons and works are at hand."""
    law = law_for(viewer)
    reach = reach_of(viewer, cut)
    if lessons is None:
        lessons = lessons_of(viewer, reach, cut.since, cut.until)
    counts = mark_counts(law, viewer.school.id, reach, since=cut.since, until=cut.until)
    if works is None:
        works = overdue_works(viewer, law, lessons, cut)
    return _teachers(lessons, counts, works)


def overdue_works(viewer: Viewer, law: Law, lessons: Sequence[LessonLine], cut: Cut) -> list[Finding]:
    """Works of the span past their limit with students who were there and have no mark. One statement."""
    journals = {lesson.journal_id for lesson in lessons}
    found = work_gaps(
        law, viewer.school.id, Scope(), since=cut.since, at=viewer.at, calendar=calendar_for(viewer)
    )
    return [one for one in found if one.overdue and one.date <= cut.until and one.journal_id in journals]


def unmarked_lessons(viewer: Viewer, law: Law, lessons: Sequence[LessonLine], cut: Cut) -> list[Finding]:
    """Lessons of the span past their limit in which nobody was marked, where an act asks that somebody is. One
    statement; none where no act asks."""
    if not asks_marks(law, cut.since, cut.until):
        return []
    journals = {lesson.journal_id for lesson in lessons}
    found = lesson_gaps(
        law, viewer.school.id, Scope(), since=cut.since, at=viewer.at, calendar=calendar_for(viewer)
    )
    own = (one for one in found if one.overdue and one.date <= cut.until and one.journal_id in journals)
    return [one for one in own if one.fact == "mark"]


def _teachers(
    lessons: Sequence[LessonLine], counts: Sequence[MarkCount], works: Sequence[Finding]
) -> TeacherSheet:
    lines: dict[int | None, TeacherSheetLine] = {}
    total = TeacherSheetLine(None, "Всего")
    for lesson in lessons:
        line = lines.setdefault(lesson.who_id, TeacherSheetLine(lesson.who_id, lesson.who))
        state = lesson.states["conducted"]
        for one in (line, total):
            one.lessons += 1
            one.touched += lesson.is_touched
            one.recorded += state in (IN_TIME, LATE)
            one.in_time += state == IN_TIME
            one.late += state == LATE
            one.missing += state == MISSING
            one.rolls += lesson.states["roll"] in (IN_TIME, LATE)
            one.homework += lesson.states["homework"] in (IN_TIME, LATE)
            one.replaced += lesson.hours if lesson.is_replaced else 0
        if lesson.homeroom:
            name = class_name(lesson.homeroom)
            line.classes[name] = line.classes.get(name, 0) + 1
    for count in counts:
        for counted in (lines.get(count.who_id), total):
            if counted is not None:
                counted.marks += count.marks
                counted.students += 1
    for work in works:
        for counted in (lines.get(work.who_id), total):
            if counted is not None:
                counted.overdue_works += 1
    named = [line for line in lines.values() if line.id is not None]
    in_order = sorted(lines.values(), key=lambda line: (line.share("in_time") or 0, register_key(line.name)))
    idle = sorted((line for line in named if not line.takes_part), key=lambda line: register_key(line.name))
    return TeacherSheet(tuple(in_order), total, tuple(idle))


# --- marks ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class MarksLine:
    """Marks of a journal's students within the span."""

    journal_id: int
    homeroom_id: int | None
    homeroom: str
    title: str
    students: int = 0
    marks: int = 0
    none: list[str] = field(default_factory=list)
    one: list[str] = field(default_factory=list)

    @property
    def none_share(self) -> int | None:
        """Per cent of students without marks."""
        return per_cent(len(self.none), self.students)

    @property
    def one_share(self) -> int | None:
        """Per cent of students with exactly one mark."""
        return per_cent(len(self.one), self.students)

    @property
    def each(self) -> float | None:
        """Marks per student."""
        return self.marks / self.students if self.students else None


def marks_sheet(viewer: Viewer, cut: Cut) -> list[MarksLine]:
    """Students without marks and with one, by journal. One statement."""
    counts = mark_counts(
        law_for(viewer), viewer.school.id, reach_of(viewer, cut), since=cut.since, until=cut.until
    )
    return _marks(counts)


def _marks(counts: Iterable[MarkCount]) -> list[MarksLine]:
    lines: dict[int, MarksLine] = {}
    for count in counts:
        row = count.row
        line = lines.get(row[0])
        if line is None:
            line = lines[row[0]] = MarksLine(row[0], row[11], row[6], journal_name(row[6], row[2], row[10]))
        line.students += 1
        line.marks += count.marks
        if count.marks == 0:
            line.none.append(count.student)
        elif count.marks == 1:
            line.one.append(count.student)
    return list(lines.values())


def norms(viewer: Viewer, cut: Cut) -> dict[int, DensityLine]:
    """The norm of each journal on the last day of the span, and who is below it. Five statements at most."""
    lines = density_lines(law_for(viewer), viewer.school.id, reach_of(viewer, cut), on=cut.until)
    return {line.row[0]: line for line in sorted(lines, key=lambda line: (len(line.below), line.due))}


def whole_of(lines: Sequence[MarksLine]) -> MarksLine:
    """All journals together: pairs of student and journal."""
    found = MarksLine(0, None, "", "Всего")
    for line in lines:
        found.students += line.students
        found.marks += line.marks
        found.none += line.none
        found.one += line.one
    return found


# --- programme, works, truth, homework ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ProgrammeLine:
    """A journal against its plan, with the limit of the act."""

    title: str
    who: str
    progress: Progress
    limit: int | None
    """The lag the act allows; ``None``: it says nothing."""
    topics: tuple[str, ...]

    @property
    def lag(self) -> int:
        """In lessons, the worse of hours and topics."""
        return max(self.progress.hours_lag, self.progress.topics_lag)

    @property
    def is_behind(self) -> bool:
        """Beyond the limit."""
        return self.limit is not None and self.lag > self.limit

    @property
    def hours_differ(self) -> bool:
        """The plan has other hours than the curriculum."""
        p = self.progress
        return bool(p.plan_id and p.curriculum is not None and p.plan_hours != p.curriculum)

    @property
    def share(self) -> int | None:
        """Per cent of the plan's topics done, of those due by the day."""
        p = self.progress
        return per_cent(p.topics_done, min(p.planned, p.topics)) if p.plan_id else None


def programme_sheet(viewer: Viewer, cut: Cut) -> list[ProgrammeLine]:
    """Plan and fact of every journal up to the last day of the span, the furthest behind first. Two statements."""
    law = law_for(viewer)
    lines = programme(viewer.school.id, reach_of(viewer, cut), until=cut.until, at=viewer.at)
    reader = places(law)
    limits = {}
    for line in lines:
        found = [
            rule.params.max_lag
            for rule in reader.rules(line.row, cut.until, "programme_progress")
            if rule.params.on == "any_day" and rule.params.plan == "approved"
        ]
        limits[line.row[0]] = min(found, default=None)
    topics = missing_topics([line for line in lines if line.topics_lag], until=cut.until)
    made = [
        ProgrammeLine(
            journal_name(line.row[6], line.row[2], line.row[10]),
            short_name(*line.who) if line.who_id else "",
            line,
            limits[line.row[0]],
            tuple(topics.get(line.row[0], ())),
        )
        for line in lines
    ]
    return sorted(made, key=lambda line: -line.lag)


@dataclass(frozen=True, slots=True)
class WorkSheetLine:
    """A control work: the plan's day, the day held, how many of those present have a mark."""

    title: str
    line: WorkLine
    state: str
    unmarked: tuple[str, ...]
    """Students who were there and have no mark."""


def works_of(law: Law, on: date) -> tuple[str, ...]:
    """The kinds of work that the act asks to hold by the plan; control works where it does not say."""
    found = {
        work
        for _, _, rule in law.on(on).entries
        if rule is not None and rule.kind.name == "work_per_plan"
        for work in rule.params.work
    }
    return tuple(sorted(found or {"control", "control_internal"}))


def work_sheet(viewer: Viewer, cut: Cut, begins: date) -> list[WorkSheetLine]:
    """Control works of the span by the plan. Two statements. `begins`: the first day of the year."""
    law = law_for(viewer)
    reach = reach_of(viewer, cut)
    lines = control_works(
        viewer.school.id, reach, works_of(law, cut.until), begins=begins, since=cut.since, until=cut.until
    )
    owed = {
        (one.lesson_id, one.work): tuple(name for _, name in one.students)
        for one in work_gaps(
            law, viewer.school.id, Scope(), since=cut.since, at=viewer.at, calendar=calendar_for(viewer)
        )
    }
    today = min(cut.until, viewer.on)
    return [
        WorkSheetLine(
            journal_name(line.row[6], line.row[2], line.row[10]),
            line,
            line.state(today),
            owed.get((line.lesson_id or 0, line.work), ()),
        )
        for line in lines
    ]


def truth_sheet(viewer: Viewer, cut: Cut) -> list[Contradiction]:
    """Contradictions of the span: roll and marks, neighbouring lessons, notices, timetable. Ten statements."""
    reach = reach_of(viewer, cut)
    week = sql.read(
        "SELECT MAX(week_days) FROM organisation_academicyear WHERE school_id = %s AND starts <= %s AND until > %s",
        [viewer.school.id, cut.until, cut.until],
    )[0][0]
    found = contradictions(viewer.school.id, reach, since=cut.since, until=cut.until)
    found += against_notices(viewer.school.id, reach, since=cut.since, until=cut.until)
    found += off_timetable(
        viewer.school.id,
        reach,
        since=cut.since,
        until=cut.until,
        week_days=int(week or 7),
        moved=moved_days(law_for(viewer)),
    )
    return found


@dataclass(frozen=True, slots=True)
class HomeworkLine:
    """A homework whose form is not as the act asks."""

    title: str
    lesson_id: int
    date: date
    number: int
    who_id: int | None
    who: str
    text: str
    lacks: tuple[str, ...]


_HOMEWORK = f"""
SELECT {PLACE}, l.id, l.date, l.number, p.id, p.surname, p.given_name, p.patronymic, w.text
FROM journal_homework w
JOIN timetable_lesson l ON l.id = w.lesson_id
JOIN plans_journal j ON j.id = l.journal_id
{JOINS}
LEFT JOIN timetable_substitution ts ON ts.lesson_id = l.id
LEFT JOIN people_person p ON p.id = COALESCE(ts.substitute_id, l.teacher_id)
WHERE {{scope}} AND l.school_id = %s AND l.date >= %s AND l.date <= %s AND w.text <> '' AND w.student_id IS NULL
ORDER BY p.surname, p.given_name, l.date, l.number"""
_ASKED = frozenset({"page", "paragraph", "task", "exercise"})


def homework_sheet(viewer: Viewer, cut: Cut) -> tuple[int, list[HomeworkLine]]:
    """How many homeworks there are, and those without the parts the act asks for, by teacher. One statement.

    Where no act asks for parts, a page, a paragraph or an exercise is looked for.
    """
    law = law_for(viewer)
    scope, values = reach_of(viewer, cut)
    reader = places(law)
    count, found = 0, []
    for row in sql.read(
        _HOMEWORK.replace("{scope}", scope), [*values, viewer.school.id, cut.since, cut.until]
    ):
        count += 1
        rules = reader.rules(row, row[13], "homework_content")
        need = frozenset().union(*(rule.params.need for rule in rules))
        any_of = frozenset().union(*(rule.params.need_any for rule in rules))
        lacks = missing_parts(row[19], need, any_of if need or any_of else _ASKED)
        if lacks:
            found.append(
                HomeworkLine(
                    journal_name(row[6], row[2], row[10]),
                    row[12],
                    row[13],
                    row[14],
                    row[15],
                    short_name(*row[16:19]) if row[15] else "Учитель не назначен",
                    row[19],
                    tuple(lacks),
                )
            )
    return count, found
