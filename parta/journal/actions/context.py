"""What one operation needs to know before it is judged: read in a constant number of statements, under lock.

The chain's head is read first and locked (PostgreSQL; SQLite's transaction is exclusive already), so that all
writes of one journal stand in a line, and what is read after it cannot change before the commit.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from parta.foundation import sql
from parta.foundation.log import Head, for_update
from parta.journal.actions.changes import (
    AbsenceChange,
    Change,
    FinalChange,
    HomeworkChange,
    MarkChange,
    NoteChange,
    TopicChange,
)
from parta.people.viewer import Viewer
from parta.plans.access import readable_journals
from parta.plans.approvals import APPROVED_LINE

SETUP = {
    "periods": "EXISTS (SELECT 1 FROM organisation_term q WHERE q.year_id = j.year_id AND q.kind = j.term_kind)",
    "bells": "EXISTS (SELECT 1 FROM organisation_bellschedule q WHERE q.school_id = j.school_id)",
    "timetable": "EXISTS (SELECT 1 FROM timetable_lesson q WHERE q.journal_id = j.id)",
    "rosters": "(EXISTS (SELECT 1 FROM people_enrolment q WHERE q.homeroom_id = j.homeroom_id)"
    " OR EXISTS (SELECT 1 FROM people_subgroupmembership q WHERE q.subgroup_id = j.subgroup_id))",
    "teaching_load": "EXISTS (SELECT 1 FROM plans_teachingload q WHERE q.journal_id = j.id)",
    "curricula": "EXISTS (SELECT 1 FROM plans_curriculumhours q WHERE q.year_id = j.year_id"
    " AND q.subject_id = j.subject_id)",
    "thematic_plans": "j.plan_id IS NOT NULL",
    "approved_curriculum": APPROVED_LINE,
}
"""Whether an item of the yearly set-up is there for journal `j`, in SQL."""
SETUP_CODES = tuple(SETUP)


class NotFound(LookupError):
    """There is no such journal, lesson or student for this viewer; absent and foreign look alike."""


@dataclass(frozen=True, slots=True)
class JournalFacts:
    """The journal as the guards need it: whose it is, what is taught in it, how it is marked."""

    id: int
    school_id: int
    homeroom_id: int | None
    homeroom_title: str
    subgroup_id: int | None
    subject_code: str
    subject_title: str
    subject_area: str
    tags: frozenset[str]
    grade: int | None
    weekly_hours: float
    term_kind: str
    plan_id: int | None
    plan_approved: bool
    scale: dict[str, dict[str, Any]]
    year_state: str
    missing_setup: frozenset[str]
    """Items of the yearly set-up that this journal still lacks, by the codes rules use."""
    is_assigned: bool
    """The viewer holds the journal by load today: term marks are theirs to set."""
    load_is_approved: bool
    """Its load, which the act may want approved before it is written by."""
    weights: dict[str, float]
    """Weight of each kind of work the school has, by code."""


@dataclass(slots=True)
class LessonFacts:
    """A lesson of the journal with what is written of it so far."""

    id: int
    date: date
    number: int
    starts_at: datetime
    ends_at: datetime
    state: str
    teacher_id: int | None
    substitute_id: int | None
    replaced_id: int | None
    is_assigned: bool
    load_is_approved: bool
    has_record: bool
    topic: str
    planned_id: int | None
    planned_text: str
    topic_at: datetime | None
    conducted_at: datetime | None
    conducted_by_id: int | None
    roll_at: datetime | None
    version: int
    closed_term: str = ""
    """Title of the lesson's term when every student has its mark: the lesson is closed for all."""
    day_ends_at: datetime | None = None
    """End of the class's last lesson of the day; read only when homework is written."""
    hours: int = 1


@dataclass(slots=True)
class AssessmentFacts:
    """A column; `id` is None until the first mark in it makes the row."""

    id: int | None
    lesson_id: int
    work: str
    position: int
    weight: Decimal


@dataclass(slots=True)
class MarkCell:
    """The rows of one cell by part: 0 plain, 1 and 2 of a double mark; a part is (id, value, first value)."""

    parts: dict[int, tuple[int, str, str]] = field(default_factory=dict)
    set_at: datetime | None = None
    changed_at: datetime | None = None
    set_by: int | None = None
    comment: str = ""
    is_late: bool = False
    version: int = 0

    @property
    def value(self) -> str:
        """What the cell reads: «5», «4/3» or nothing."""
        return self._join(1)

    @property
    def first(self) -> str:
        return self._join(2)

    def _join(self, place: int) -> str:
        if not self.parts:
            return ""
        plain = str(self.parts[0][place]) if 0 in self.parts else ""
        if plain:
            return plain
        pair = [str(self.parts[part][place]) if part in self.parts else "" for part in (1, 2)]
        return "/".join(pair) if any(pair) else ""


@dataclass(slots=True)
class AbsenceCell:
    """A written absence and its version."""

    id: int
    meaning: str
    symbol: str
    minutes: int | None
    set_at: datetime
    changed_at: datetime
    set_by: int | None
    version: int


@dataclass(slots=True)
class FinalCell:
    """A term mark of a student and the span of its term."""

    id: int
    term_id: int
    value: str
    first_value: str
    set_at: datetime
    changed_at: datetime
    set_by: int | None
    version: int
    starts: date
    until: date
    title: str
    kind: str = ""
    number: int = 0


@dataclass(slots=True)
class StudentFacts:
    """A student as this journal knows them: spans of membership and finals."""

    id: int
    spans: set[tuple[date, date | None]] = field(default_factory=set)
    absences: dict[int, AbsenceCell] = field(default_factory=dict)
    finals: dict[int, FinalCell] = field(default_factory=dict)

    def belongs_on(self, on: date) -> bool:
        return any(starts <= on and (until is None or on < until) for starts, until in self.spans)


@dataclass(slots=True)
class Context:
    """Everything one operation on a journal has to know, read in a constant number of statements."""

    viewer: Viewer
    at: datetime
    journal: JournalFacts
    head: Head
    lessons: dict[int, LessonFacts]
    students: dict[int, StudentFacts]
    assessments: list[AssessmentFacts]
    marks: dict[tuple[int, int], MarkCell]
    """By (assessment, student)."""
    homework: dict[
        tuple[int, int | None],
        tuple[int, str, bool, int | None, int | None, int | None, int, datetime, datetime],
    ]
    """By (lesson, student): id, text, none, minutes, due lesson, set by, version, set at, changed at."""
    topics: dict[int, tuple[int, str]]
    """Topics of the plan: position and text by id."""
    topics_given: dict[int, int]
    """Topics already taken: lesson by topic."""
    terms: dict[int, tuple[date, date, str, str, date | None, date | None]]
    """Starts, until, title, kind; read only when a final is written."""
    notes: dict[int, tuple[int, int, int, str, str, datetime | None, datetime | None]]
    """Lesson, student, author, kind, text, withdrawn at."""

    def is_class_teacher(self) -> bool:
        return self.journal.homeroom_id is not None and self.journal.homeroom_id in self.viewer.homeroom_ids


_OF_STUDENTS = (MarkChange, AbsenceChange, HomeworkChange, NoteChange, FinalChange)


def load(viewer: Viewer, journal_id: int, changes: list[Change], at: datetime) -> Context:
    """Read and lock. Raises NotFound when the journal, a lesson, student, term or note is not in reach."""
    journal, head = _journal(viewer, journal_id)
    by_kind: dict[type, list[Any]] = {}
    for change in changes:
        by_kind.setdefault(type(change), []).append(change)
    lesson_ids: set[int] = {
        change.lesson_id
        for kind, sent in by_kind.items()
        if kind is not FinalChange
        for change in sent
        if change.lesson_id is not None
    }
    due_ids = {change.due_lesson_id for change in by_kind.get(HomeworkChange, ()) if change.due_lesson_id}
    student_ids: set[int] = {
        change.student_id
        for kind in _OF_STUDENTS
        for change in by_kind.get(kind, ())
        if change.student_id is not None
    }
    lessons = _lessons(viewer, journal, lesson_ids | due_ids) if lesson_ids else {}
    if not (lesson_ids | due_ids) <= lessons.keys():
        raise NotFound("lesson")
    students = _students(journal, student_ids, lesson_ids) if student_ids else {}
    if not student_ids <= students.keys():
        raise NotFound("student")
    context = Context(
        viewer=viewer,
        at=at,
        journal=journal,
        head=head,
        lessons=lessons,
        students=students,
        assessments=[],
        marks={},
        homework={},
        topics={},
        topics_given={},
        terms={},
        notes={},
    )
    marked = by_kind.get(MarkChange)
    if marked:
        _marks(context, {change.lesson_id for change in marked}, {change.student_id for change in marked})
    if HomeworkChange in by_kind:
        _homework(context, {change.lesson_id for change in by_kind[HomeworkChange]})
    if TopicChange in by_kind and journal.plan_id:
        _topics(context)
    if FinalChange in by_kind:
        _terms(context, {change.term_id for change in by_kind[FinalChange]})
    notes = {change.note_id for change in by_kind.get(NoteChange, ()) if change.note_id is not None}
    if notes:
        _notes(context, notes)
    return context


def _journal(viewer: Viewer, journal_id: int) -> tuple[JournalFacts, Head]:
    condition, values = readable_journals(viewer)
    rows = sql.read(
        "SELECT j.id, j.school_id, j.homeroom_id, h.title, j.subgroup_id, s.code, s.title, s.area, s.tags, j.grade,"
        " j.weekly_hours, j.term_kind, j.plan_id, p.approved_on, m.symbols, y.state, c.id, c.head_seq, c.head_hash,"
        " (SELECT MAX(CASE WHEN d.approval_id IS NULL THEN 1 ELSE 2 END) FROM plans_teachingload d"
        " WHERE d.journal_id = j.id AND d.teacher_id = %s AND d.starts <= %s AND (d.until IS NULL OR d.until > %s)),"
        f" (SELECT {sql.json_object('w.code', 'w.weight')} FROM organisation_workkind w"
        " WHERE w.school_id = j.school_id),"
        f" {', '.join(SETUP.values())}"
        " FROM plans_journal j"
        " JOIN organisation_subject s ON s.id = j.subject_id"
        " JOIN organisation_academicyear y ON y.id = j.year_id"
        " JOIN foundation_chain c ON c.kind = 'journal' AND c.subject_id = j.id"
        " LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id"
        " LEFT JOIN organisation_markscale m ON m.id = j.scale_id"
        " LEFT JOIN plans_thematicplan p ON p.id = j.plan_id"
        f" WHERE j.id = %s AND {condition}" + (for_update() and f"{for_update()} OF c"),
        (viewer.person_id, viewer.on, viewer.on, journal_id, *values),
    )
    if not rows:
        raise NotFound("journal")
    row = rows[0]
    symbols = json.loads(row[14]) if row[14] else []
    journal = JournalFacts(
        id=row[0],
        school_id=row[1],
        homeroom_id=row[2],
        homeroom_title=row[3] or "",
        subgroup_id=row[4],
        subject_code=row[5],
        subject_title=row[6],
        subject_area=row[7],
        tags=frozenset(json.loads(row[8])),
        grade=row[9],
        weekly_hours=float(row[10]),
        term_kind=row[11],
        plan_id=row[12],
        plan_approved=row[13] is not None,
        scale={entry["symbol"]: entry for entry in symbols},
        year_state=row[15],
        missing_setup=frozenset(code for code, there in zip(SETUP_CODES, row[21:], strict=True) if not there),
        is_assigned=bool(row[19]),
        load_is_approved=row[19] == 2,
        weights=json.loads(row[20]) if row[20] else {},
    )
    return journal, Head(row[16], row[1], row[17], row[18])


def _members(journal: JournalFacts) -> tuple[str, str, int | None]:
    """Where the students of a journal stand: table, column and id of the homeroom or subgroup."""
    if journal.subgroup_id is not None:
        return "people_subgroupmembership", "subgroup_id", journal.subgroup_id
    return "people_enrolment", "homeroom_id", journal.homeroom_id


_FINAL = (
    " FROM journal_termmark f JOIN organisation_term q ON q.id = f.term_id"
    " WHERE f.journal_id = l.journal_id AND f.value <> '' AND q.starts <= l.date AND q.until > l.date"
)


def _lessons(viewer: Viewer, journal: JournalFacts, ids: Iterable[int]) -> dict[int, LessonFacts]:
    ids = sorted(ids)
    table, place, where = _members(journal)
    rows = sql.read(
        "SELECT l.id, l.date, l.number, l.starts_at, l.ends_at, l.state, l.teacher_id, x.substitute_id, x.replaced_id,"
        " d.id, r.lesson_id, r.topic, r.planned_topic_id, t.text, r.topic_at, r.conducted_at, r.roll_at, r.version,"
        f" r.conducted_by_id, (SELECT q.title{_FINAL} LIMIT 1),"
        f" NOT EXISTS (SELECT 1 FROM {table} e WHERE e.{place} = %s AND e.starts <= l.date"
        " AND (e.until IS NULL OR e.until > l.date)"
        f" AND NOT EXISTS (SELECT 1{_FINAL} AND f.student_id = e.student_id)), l.hours, d.approval_id"
        " FROM timetable_lesson l"
        " LEFT JOIN timetable_substitution x ON x.lesson_id = l.id"
        " LEFT JOIN plans_teachingload d ON d.journal_id = l.journal_id AND d.teacher_id = %s"
        " AND d.starts <= l.date AND (d.until IS NULL OR d.until > l.date)"
        " LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id"
        " LEFT JOIN plans_plannedtopic t ON t.id = r.planned_topic_id"
        f" WHERE l.journal_id = %s AND l.id IN ({sql.marks(len(ids))})",
        (where, viewer.person_id, journal.id, *ids),
    )
    return {
        row[0]: LessonFacts(
            id=row[0],
            date=row[1],
            number=row[2],
            starts_at=sql.aware(row[3]),
            ends_at=sql.aware(row[4]),
            state=row[5],
            teacher_id=row[6],
            substitute_id=row[7],
            replaced_id=row[8],
            is_assigned=row[9] is not None,
            load_is_approved=row[22] is not None,
            has_record=row[10] is not None,
            topic=row[11] or "",
            planned_id=row[12],
            planned_text=row[13] or "",
            topic_at=sql.aware(row[14]),
            conducted_at=sql.aware(row[15]),
            conducted_by_id=row[18],
            roll_at=sql.aware(row[16]),
            version=row[17] or 0,
            hours=row[21],
            closed_term=(row[19] or "") if row[20] else "",
        )
        for row in rows
    }


def _students(
    journal: JournalFacts, ids: Iterable[int], lesson_ids: Iterable[int]
) -> dict[int, StudentFacts]:
    ids, lesson_ids = sorted(ids), sorted(lesson_ids)
    table, place, where = _members(journal)
    rows = sql.read(
        "SELECT e.student_id, e.starts, e.until,"
        " a.id, a.lesson_id, a.meaning, a.symbol, a.minutes, a.set_at, a.changed_at, a.set_by_id, a.version,"
        " f.id, f.term_id, f.value, f.first_value, f.set_at, f.changed_at, f.set_by_id, f.version,"
        " t.starts, t.until, t.title, t.kind, t.number"
        f" FROM {table} e"
        " LEFT JOIN journal_absence a ON a.student_id = e.student_id"
        f" AND a.lesson_id IN ({sql.marks(len(lesson_ids))})"
        " LEFT JOIN journal_termmark f ON f.journal_id = %s AND f.student_id = e.student_id"
        " LEFT JOIN organisation_term t ON t.id = f.term_id"
        f" WHERE e.{place} = %s AND e.student_id IN ({sql.marks(len(ids))})",
        (*lesson_ids, journal.id, where, *ids),
    )
    found: dict[int, StudentFacts] = {}
    for row in rows:
        student = found.get(row[0])
        if student is None:
            student = found[row[0]] = StudentFacts(row[0])
        student.spans.add((row[1], row[2]))
        if row[3] is not None:
            student.absences[row[4]] = AbsenceCell(
                row[3], row[5], row[6], row[7], sql.aware(row[8]), sql.aware(row[9]), row[10], row[11]
            )
        if row[12] is not None:
            student.finals[row[13]] = FinalCell(
                row[12],
                row[13],
                row[14],
                row[15],
                sql.aware(row[16]),
                sql.aware(row[17]),
                row[18],
                row[19],
                row[20],
                row[21],
                row[22],
                row[23],
                row[24],
            )
    return found


def _marks(context: Context, lesson_ids: set[int], student_ids: set[int]) -> None:
    lessons, students = sorted(lesson_ids), sorted(student_ids)
    seen: dict[int, AssessmentFacts] = {}
    for row in sql.read(
        "SELECT a.id, a.lesson_id, a.work_kind, a.position, a.weight, m.student_id, m.part, m.id, m.value,"
        " m.first_value, m.set_at, m.changed_at, m.set_by_id, m.comment, m.version, m.is_late"
        " FROM journal_assessment a"
        " LEFT JOIN journal_mark m ON m.assessment_id = a.id"
        f" AND m.student_id IN ({sql.marks(len(students))})"
        f" WHERE a.lesson_id IN ({sql.marks(len(lessons))}) ORDER BY a.position, a.id",
        (*students, *lessons),
    ):
        if row[0] not in seen:
            seen[row[0]] = AssessmentFacts(*row[:5])
        if row[5] is not None:
            cell = context.marks.setdefault((row[0], row[5]), MarkCell())
            cell.parts[row[6]] = (row[7], row[8], row[9])
            cell.set_at, cell.changed_at = sql.aware(row[10]), sql.aware(row[11])
            cell.set_by, cell.comment, cell.version, cell.is_late = row[12], row[13], row[14], bool(row[15])
    context.assessments = list(seen.values())


def _homework(context: Context, lesson_ids: set[int]) -> None:
    ids = sorted(lesson_ids)
    for lesson_id, ends_at in sql.read(
        "SELECT l.id, MAX(o.ends_at) FROM timetable_lesson l JOIN timetable_lesson o"
        " ON o.school_id = l.school_id AND o.date = l.date AND o.state <> 'cancelled'"
        " JOIN plans_journal j ON j.id = o.journal_id AND j.homeroom_id = %s"
        f" WHERE l.id IN ({sql.marks(len(ids))}) GROUP BY l.id",
        (context.journal.homeroom_id, *ids),
    ):
        context.lessons[lesson_id].day_ends_at = sql.moment(ends_at)
    for row in sql.read(
        "SELECT lesson_id, student_id, id, text, is_none, minutes, due_lesson_id, set_by_id, version, set_at,"
        f" changed_at FROM journal_homework WHERE lesson_id IN ({sql.marks(len(ids))})",
        ids,
    ):
        context.homework[row[0], row[1]] = (
            row[2],
            row[3],
            bool(row[4]),
            row[5],
            row[6],
            row[7],
            row[8],
            sql.aware(row[9]),
            sql.aware(row[10]),
        )


def _topics(context: Context) -> None:
    for topic_id, position, text, lesson_id in sql.read(
        "SELECT t.id, t.position, t.text, r.lesson_id FROM plans_plannedtopic t"
        " LEFT JOIN journal_lessonrecord r ON r.planned_topic_id = t.id AND r.journal_id = %s"
        " WHERE t.plan_id = %s ORDER BY t.position",
        (context.journal.id, context.journal.plan_id),
    ):
        context.topics[topic_id] = (position, text)
        if lesson_id is not None:
            context.topics_given[topic_id] = lesson_id


def _terms(context: Context, ids: set[int]) -> None:
    wanted = sorted(ids)
    for row in sql.read(
        "SELECT t.id, t.starts, t.until, t.title, t.kind, t.finals_from, t.finals_until FROM organisation_term t"
        " JOIN plans_journal j ON j.year_id = t.year_id"
        f" WHERE j.id = %s AND t.id IN ({sql.marks(len(wanted))})",
        (context.journal.id, *wanted),
    ):
        context.terms[row[0]] = row[1:]
    if not ids <= context.terms.keys():
        raise NotFound("term")


def _notes(context: Context, ids: set[int]) -> None:
    wanted = sorted(ids)
    for row in sql.read(
        "SELECT id, lesson_id, student_id, author_id, kind, text, withdrawn_at, held_at FROM journal_diarynote"
        f" WHERE journal_id = %s AND id IN ({sql.marks(len(wanted))})",
        (context.journal.id, *wanted),
    ):
        context.notes[row[0]] = row[1:]
    if not ids <= context.notes.keys():
        raise NotFound("note")
