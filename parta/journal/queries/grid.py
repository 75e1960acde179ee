"""The journal page: marks and absences by date, topics and homework by date, totals.

One question, six statements whatever the size of the class, answered with frozen values. Rows come as tuples and
stay tuples where there are many of them: a quarter has fifteen hundred cells.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from parta.foundation import sql
from parta.journal.queries.closures import (
    CLASS_TEACHER,
    SUBSTITUTE,
    TEACHES,
    Codes,
    closed,
    codes_of,
    locks_after_final,
    writer,
)
from parta.journal.rules.acts import Lesson, Place
from parta.people.viewer import Viewer
from parta.plans.access import readable_journals
from parta.regulation.queries import law as law_of_school
from parta.timetable.calendar import calendar_of

MarkCell = tuple[str, str, int, bool, str]
"""What stands in a cell: value («4/3» for a double mark), first value, version, whether late, comment."""
AbsenceCell = tuple[str, str, int | None, int]
"""Symbol, meaning, minutes of lateness, version."""
FinalCell = tuple[str, str, int]
"""Value, first value, version."""

NO_MARK: MarkCell = ("", "", 0, False, "")
NO_FINAL: FinalCell = ("", "", 0)

MISSED = frozenset({"unknown", "ill", "excused", "unexcused"})
"""Meanings of an absence that count as a missed lesson."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol of the journal's scale. `worth` is None when it does not count in an average."""

    symbol: str
    worth: float | None
    passes: bool


@dataclass(frozen=True, slots=True)
class TermTab:
    """A reporting period of the journal's year; `until` is the day after its last."""

    id: int
    kind: str
    number: int
    title: str
    starts: date
    until: date

    @property
    def numeral(self) -> str:
        """«I», «IV»; «Год» for the year."""
        return (
            "Год"
            if self.kind == "year"
            else ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII")[self.number]
        )


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another journal the viewer may go to: of the same class, or their own."""

    id: int
    subject: str
    homeroom: str
    group: str
    is_same_subject: bool
    is_same_class: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of work of the school."""

    code: str
    title: str
    short: str
    weight: float


@dataclass(frozen=True, slots=True)
class PlanTopic:
    """A topic of the thematic plan that has not been given yet."""

    id: int
    position: int
    text: str
    homework: str
    work: str


@dataclass(frozen=True, slots=True)
class GivenHomework:
    """The common homework of a lesson."""

    text: str
    is_none: bool
    minutes: int | None
    due_lesson: int | None
    version: int


@dataclass(frozen=True, slots=True)
class LessonLine:
    """A lesson on the right page. Times are the school's; `planned` is the plan's suggestion while no topic stands."""

    id: int
    date: date
    number: int
    starts: datetime
    ends: datetime
    state: str
    room: str
    substitute: str
    topic: str
    topic_number: int | None
    planned: PlanTopic | None
    is_conducted: bool
    has_roll: bool
    version: int
    homework: GivenHomework | None
    works: tuple[str, ...]
    is_today: bool
    is_ahead: bool
    may_write: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A column of marks: a lesson and a kind of work. `assessment` is None until its first mark makes it."""

    lesson: int
    date: date
    assessment: int | None
    work: str
    position: int
    weight: float
    title: str
    leads: bool
    """The first column of its lesson: it carries the absence."""
    is_today: bool
    is_ahead: bool
    is_substituted: bool
    may_mark: bool
    may_note_absence: bool
    closed: int | None
    """Index in `JournalPage.clauses` of what closes the column to marks; None: open, or nobody asked."""


@dataclass(frozen=True, slots=True)
class StudentRow:
    """A student's line. Keys of `marks` are numbers of columns, of `absences` ids of lessons."""

    id: int
    surname: str
    given_name: str
    patronymic: str
    initial: str
    """«А.», or «А. В.» where a namesake needs it."""
    spans: tuple[tuple[date, date | None], ...]
    joined: date | None
    """First day on the list, when it lies inside the period."""
    left: date | None
    """First day no longer on the list, when it lies inside the period."""
    is_whole: bool
    """On the list throughout the period."""
    marks: Mapping[int, MarkCell]
    absences: Mapping[int, AbsenceCell]
    noted: frozenset[int]
    """Lessons with words to the student or family."""
    missed: int
    late: int
    average: float | None
    counted: int
    final: FinalCell
    finals: Mapping[int, FinalCell]
    """By term, for the page of the year."""

    def was_here(self, on: date) -> bool:
        """Whether the student was on the list that day."""
        return self.is_whole or any(
            starts <= on and (until is None or on < until) for starts, until in self.spans
        )


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Everything the page of a journal shows."""

    id: int
    subject: str
    homeroom_id: int | None
    homeroom: str
    grade: int | None
    group: str
    year: str
    weekly_hours: float
    plan_size: int
    teachers: tuple[str, ...]
    terms: tuple[TermTab, ...]
    term: TermTab
    siblings: tuple[Sibling, ...]
    scale: tuple[Symbol, ...]
    kinds: tuple[Kind, ...]
    codes: Codes
    lessons: tuple[LessonLine, ...]
    columns: tuple[Column, ...]
    students: tuple[StudentRow, ...]
    current: int | None
    """Id of the lesson of today that goes on, ended last or comes first; None on a day without one."""
    today: int | None
    """Number of the column to begin at: today's, else the last one held."""
    may_write: bool
    may_set_finals: bool
    is_locked_by_final: bool
    """A student's lessons are read-only once the mark of the period stands."""
    is_year: bool
    is_full: bool
    """Every student on the list has the mark of the period: its lessons are read-only."""
    clauses: tuple[tuple[str, str], ...]
    """Clause and reason of what closes columns."""


class NotFound(LookupError):
    """There is no such journal (or period) for this viewer; absent and foreign look alike."""


_HEAD = """
SELECT j.id, s.title, s.code, s.area, s.tags, j.homeroom_id, h.title, j.grade, j.subgroup_id, g.short,
       y.title, y.state, j.weekly_hours, j.plan_id, j.term_kind, m.symbols, j.school_id, j.year_id, j.subject_id,
       (SELECT COUNT(*) FROM plans_plannedtopic p WHERE p.plan_id = j.plan_id),
       t.id, t.kind, t.number, t.title, t.starts, t.until
FROM plans_journal j
JOIN organisation_subject s ON s.id = j.subject_id
JOIN organisation_academicyear y ON y.id = j.year_id
JOIN organisation_term t ON t.year_id = j.year_id AND t.kind IN (j.term_kind, 'year')
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN organisation_markscale m ON m.id = j.scale_id
WHERE j.id = %s AND {scope}
ORDER BY t.starts, t.until
"""

_AROUND = """
SELECT 'load' AS what, l.teacher_id AS a, p.surname AS t1, p.given_name AS t2, p.patronymic AS t3,
       0 AS n1, 0 AS n2, l.starts AS d1, l.until AS d2
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
WHERE {scope} AND j.year_id = %s AND (j.homeroom_id = %s OR EXISTS (
    SELECT 1 FROM plans_teachingload o WHERE o.journal_id = j.id AND o.teacher_id = %s))
UNION ALL
SELECT 'topic', q.id, q.text, q.homework, q.work_kind, q.position, 0, NULL, NULL FROM (
    SELECT t.id, t.text, t.homework, t.work_kind, t.position FROM plans_plannedtopic t
    WHERE t.plan_id = %s AND NOT EXISTS (
        SELECT 1 FROM journal_lessonrecord r WHERE r.journal_id = %s AND r.planned_topic_id = t.id)
    ORDER BY t.position LIMIT 80) q
"""
"""What surrounds the journal, in one statement: who holds it, kinds of work, journals beside it, topics to come."""

_LESSONS = """
SELECT l.id, l.date, l.number, l.starts_at, l.ends_at, l.state, l.teacher_id, m.title,
       x.substitute_id, p.surname, p.given_name, p.patronymic,
       r.topic, r.planned_topic_id, t.position, r.conducted_at, r.roll_at, r.version,
       h.id, h.text, h.is_none, h.minutes, h.due_lesson_id, h.version,
       a.id, a.work_kind, a.position, a.weight, a.title
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

_MEMBERS = """
SELECT p.id, p.surname, p.given_name, p.patronymic, e.starts, e.until, f.term_id, f.value, f.first_value, f.version
FROM {table} e
JOIN people_person p ON p.id = e.student_id
LEFT JOIN journal_termmark f ON f.journal_id = %s AND f.student_id = p.id
WHERE e.{place} = %s AND e.starts < %s AND (e.until IS NULL OR e.until > %s)
"""


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
    head = sql.read(_HEAD.replace("{scope}", scope), (journal_id, *values))
    if not head:
        raise NotFound("journal")
    row = head[0]
    terms = tuple(TermTab(*line[20:26]) for line in head if line[21] != "year" or line[14] == "year") + tuple(
        TermTab(*line[20:26]) for line in head if line[21] == "year" and line[14] != "year"
    )
    term = _chosen(terms, term_id, viewer.on)
    is_year = term.kind == "year" and row[14] != "year"
    scale = tuple(
        Symbol(
            item["symbol"],
            float(item["value"]) if item.get("counts", True) else None,
            bool(item.get("passes", True)),
        )
        for item in _json(row[15])
    )
    tags = frozenset(_json(row[4]))
    place = Place(
        subject=row[2],
        subject_title=row[1],
        subject_area=row[3],
        grade=row[7],
        homeroom=row[6] or "",
        weekly_hours=float(row[12]),
        tags=tags | {"subgroup"} if row[8] else tags,
        unmarked=not scale,
        school_id=row[16],
        journal_id=row[0],
    )
    around = sql.read(
        _AROUND.replace("{scope}", scope),
        (row[0], row[16], row[18], row[5], *values, row[17], row[5], viewer.person_id, row[13], row[0]),
    )
    kinds = tuple(
        Kind(line[2], line[3], line[4], float(line[5]))
        for line in sorted((line for line in around if line[0] == "kind"), key=lambda line: line[6])
    )
    loads = [(line[1], _day(line[7]), _day(line[8]), line[2:5]) for line in around if line[0] == "load"]
    lesson_rows: list[sql.Row] = [] if is_year else sql.read(_LESSONS, (row[0], term.starts, term.until))
    reading = _Reading(viewer, place, row[5], kinds, scale, loads, term)
    current = _current(viewer, lesson_rows)
    lessons = reading.lessons(lesson_rows, current, [line for line in around if line[0] == "topic"])
    columns = reading.columns(lesson_rows, lessons, column)
    students = reading.students(
        sql.read(
            _MEMBERS.format(
                table="people_subgroupmembership" if row[8] else "people_enrolment",
                place="subgroup_id" if row[8] else "homeroom_id",
            ),
            (row[0], row[8] or row[5], term.until, term.starts),
        ),
        _marks(columns),
        _absences(lessons),
        columns,
        lessons,
    )
    holders = {
        name: None for _, _, until, name in loads if until is None or until > min(viewer.on, term.until)
    }
    finals_of = {student.id for student in students if student.final[0]}
    return JournalPage(
        id=row[0],
        subject=row[1],
        homeroom_id=row[5],
        homeroom=row[6] or "",
        grade=row[7],
        group=row[9] or "",
        year=row[10],
        weekly_hours=float(row[12]),
        plan_size=row[19],
        teachers=tuple(_short(*name) for name in holders),
        terms=terms,
        term=term,
        siblings=_siblings(around),
        scale=scale,
        kinds=kinds,
        codes=reading.codes,
        lessons=lessons,
        columns=columns,
        students=students,
        current=current,
        today=_today(columns),
        may_write=any(c.may_mark or c.may_note_absence for c in columns),
        may_set_finals=bool(scale) and reading.holds_term(),
        is_locked_by_final=locks_after_final(reading.law, place, min(viewer.on, term.until)),
        is_year=is_year,
        is_full=bool(students) and all(s.id in finals_of or s.left for s in students) and bool(finals_of),
        clauses=tuple(reading.clauses),
    )


class _Reading:
    """What the parts of one page share while it is put together."""

    def __init__(
        self,
        viewer: Viewer,
        place: Place,
        homeroom_id: int | None,
        kinds: Sequence[Kind],
        scale: Sequence[Symbol],
        loads: Sequence[tuple[int, date | None, date | None, Sequence[str]]],
        term: TermTab,
    ) -> None:
        self.viewer, self.place, self.scale, self.term = viewer, place, scale, term
        self.kinds = {kind.code: kind for kind in kinds}
        self.zone = ZoneInfo(viewer.school.timezone)
        self.spans = [(starts, until) for teacher, starts, until, _ in loads if teacher == viewer.person_id]
        self.is_class_teacher = homeroom_id is not None and homeroom_id in viewer.homeroom_ids
        self.law = law_of_school(viewer.school.id, viewer.school.law_version)
        self.calendar = calendar_of(viewer.school.id, viewer.school.timezone, viewer.school.law_version)
        self.clauses: dict[tuple[str, str], int] = {}
        self.on = max(term.starts, min(viewer.on, term.until - timedelta(days=1)))
        """The date whose letters and symbols the page offers: today, or the nearest day of the period."""
        relations = CLASS_TEACHER if self.is_class_teacher else frozenset[str]()
        self.codes = codes_of(
            self.law,
            place,
            writer(viewer, relations | TEACHES if self.spans else relations),
            self.on,
            tuple(symbol.symbol for symbol in scale),
            term.kind,
        )
        works = [kind for kind in kinds if not self.codes.works or kind.code in self.codes.works] or list(
            kinds
        )
        self.usual = next(
            (kind.code for kind in works if kind.code == "oral"), works[0].code if works else ""
        )
        """The kind of work of a column in which nothing stands yet."""

    def holds_term(self) -> bool:
        """Whether the viewer has the journal at some day of the period up to today."""
        return any(
            starts < self.term.until and (until is None or until > self.on)
            for starts, until in self.spans
            if starts
        )

    def _teaches(self, on: date, timetabled: int | None) -> bool:
        if timetabled == self.viewer.person_id:
            return True
        return any(
            starts is not None and starts <= on and (until is None or on < until)
            for starts, until in self.spans
        )

    def lessons(
        self, rows: Sequence[sql.Row], current: int | None, topics: Sequence[sql.Row]
    ) -> tuple[LessonLine, ...]:
        """The lessons of the period, each once; lessons without a topic take the plan's next ones in order."""
        viewer = self.viewer
        to_come = iter(topics if self.term.starts <= viewer.on < self.term.until else ())
        works: dict[int, list[str]] = {}
        for row in rows:
            works.setdefault(row[0], []).append(row[25])
        found: list[LessonLine] = []
        for row in rows:
            if found and found[-1].id == row[0]:
                continue
            starts = sql.aware(row[3])
            planned = None
            if not row[12] and row[5] != "cancelled":
                topic = next(to_come, None)
                if topic is not None:
                    planned = PlanTopic(topic[1], int(topic[5]), topic[2], topic[3], topic[4])
            found.append(
                LessonLine(
                    id=row[0],
                    date=row[1],
                    number=row[2],
                    starts=starts.astimezone(self.zone),
                    ends=sql.aware(row[4]).astimezone(self.zone),
                    state=row[5],
                    room=row[7] or "",
                    substitute=_short(row[9], row[10], row[11]) if row[8] is not None else "",
                    topic=row[12] or "",
                    topic_number=row[14],
                    planned=planned,
                    is_conducted=row[15] is not None,
                    has_roll=row[16] is not None,
                    version=row[17] or 0,
                    homework=None
                    if row[18] is None
                    else GivenHomework(row[19], bool(row[20]), row[21], row[22], row[23]),
                    works=tuple(code for code in works[row[0]] if code),
                    is_today=row[0] == current,
                    is_ahead=starts > viewer.at and row[0] != current,
                    may_write=row[8] == viewer.person_id or self._teaches(row[1], row[6]),
                )
            )
        return tuple(found)

    def columns(
        self, rows: Sequence[sql.Row], lessons: Sequence[LessonLine], wanted: tuple[int, str] | None
    ) -> tuple[Column, ...]:
        """Columns in order: each work of a lesson, or an empty one where a mark may come."""
        lines = {line.id: line for line in lessons}
        found: list[Column] = []
        last = 0
        for row in rows:
            line = lines[row[0]]
            if row[24] is not None:
                found.append(
                    self._column(
                        line, row, row[25], row[24], row[26], float(row[27]), row[28], row[0] != last
                    )
                )
            elif line.state != "cancelled":
                work = wanted[1] if wanted and wanted[0] == line.id else self._expected(line)
                found.append(self._column(line, row, work, None, 1, self._weight(work), "", True))
            last = row[0]
        if wanted and wanted[0] in lines and wanted[1] in self.kinds:
            self._add(found, lines[wanted[0]], next(row for row in rows if row[0] == wanted[0]), wanted[1])
        return tuple(found)

    def _add(self, found: list[Column], line: LessonLine, row: sql.Row, work: str) -> None:
        """An empty column of this kind, unless the lesson has one to write in."""
        places = [n for n, column in enumerate(found) if column.lesson == line.id]
        same = [found[n].position for n in places if found[n].work == work]
        if places and all(found[n].assessment is not None for n in places) and not same:
            column = self._column(line, row, work, None, 1, self._weight(work), "", False)
            found.insert(places[-1] + 1, column)

    def _expected(self, line: LessonLine) -> str:
        if line.planned is not None and line.planned.work in self.kinds:
            return line.planned.work
        return self.usual

    def _weight(self, work: str) -> float:
        return self.kinds[work].weight if work in self.kinds else 1.0

    def _column(
        self,
        line: LessonLine,
        row: sql.Row,
        work: str,
        assessment: int | None,
        position: int,
        weight: float,
        title: str,
        leads: bool,
    ) -> Column:
        marks = line.may_write and bool(self.scale)
        return Column(
            lesson=line.id,
            date=line.date,
            assessment=assessment,
            work=work,
            position=position,
            weight=weight,
            title=title,
            leads=leads,
            is_today=line.is_today,
            is_ahead=line.is_ahead,
            is_substituted=bool(line.substitute),
            may_mark=marks,
            may_note_absence=line.may_write or self.is_class_teacher,
            closed=self._closed(line, row, work) if marks else None,
        )

    def _closed(self, line: LessonLine, row: sql.Row, work: str) -> int | None:
        viewer = self.viewer
        relations = CLASS_TEACHER if self.is_class_teacher else frozenset[str]()
        if self._teaches(line.date, row[6]):
            relations |= TEACHES
        if row[8] == viewer.person_id:
            relations |= SUBSTITUTE
        closure = closed(
            self.law,
            self.calendar,
            self.place,
            writer(viewer, relations),
            Lesson(
                id=line.id,
                date=line.date,
                starts_at=line.starts,
                ends_at=line.ends,
                number=line.number,
                assigned_ids=frozenset() if row[6] is None else frozenset((row[6],)),
                substitute_id=row[8],
                state=row[5],
                conducted=line.is_conducted,
                topic=line.topic,
                works=frozenset(line.works),
            ),
            viewer.at,
            fact="mark",
            work=work,
            value=self.codes.marks[0] if self.codes.marks else "",
        )
        if closure is None:
            return None
        return self.clauses.setdefault((closure.clause, closure.text), len(self.clauses))

    def students(
        self,
        rows: Sequence[sql.Row],
        marks: Sequence[sql.Row],
        absences: Sequence[sql.Row],
        columns: Sequence[Column],
        lessons: Sequence[LessonLine],
    ) -> tuple[StudentRow, ...]:
        """The list of the period in the order of the register, with what stands in the cells."""
        people: dict[int, tuple[str, str, str]] = {}
        spans: dict[int, dict[tuple[date, date | None], None]] = {}
        finals: dict[int, dict[int, FinalCell]] = {}
        for row in rows:
            people[row[0]] = row[1:4]
            spans.setdefault(row[0], {})[row[4], row[5]] = None
            if row[6] is not None:
                finals.setdefault(row[0], {})[row[6]] = (row[7], row[8], row[9])
        cells, sums = self._cells(marks, columns)
        noted: dict[int, set[int]] = {}
        missing: dict[int, dict[int, AbsenceCell]] = {}
        for what, lesson, student, symbol, meaning, minutes, version in absences:
            if what == 1:
                missing.setdefault(student, {})[lesson] = (symbol, meaning, minutes, version)
            else:
                noted.setdefault(student, set()).add(lesson)
        initials: dict[tuple[str, str], int] = {}
        for surname, given, _ in people.values():
            initials[surname, given[:1]] = initials.get((surname, given[:1]), 0) + 1
        found = []
        for id, (surname, given, patronymic) in sorted(people.items(), key=lambda item: _register(item[1])):
            mine = tuple(spans[id])
            joined, left, is_whole = self._presence(mine)
            away = missing.get(id, {})
            late = sum(1 for cell in away.values() if cell[1] == "late")
            total, weight, counted = sums.get(id, (0.0, 0.0, 0))
            initial = f"{given[:1]}."
            if initials[surname, given[:1]] > 1 and patronymic:
                initial += f"\u00a0{patronymic[0]}."
            own = finals.get(id, {})
            found.append(
                StudentRow(
                    id=id,
                    surname=surname,
                    given_name=given,
                    patronymic=patronymic,
                    initial=initial,
                    spans=mine,
                    joined=joined,
                    left=left,
                    is_whole=is_whole,
                    marks=cells.get(id, {}),
                    absences=away,
                    noted=frozenset(noted.get(id, ())),
                    missed=sum(1 for cell in away.values() if cell[1] in MISSED),
                    late=late,
                    average=total / weight if weight else None,
                    counted=counted,
                    final=own.get(self.term.id, NO_FINAL),
                    finals=own,
                )
            )
        return tuple(found)

    def _presence(self, spans: Sequence[tuple[date, date | None]]) -> tuple[date | None, date | None, bool]:
        starts, until = self.term.starts, self.term.until
        first = min(begin for begin, _ in spans)
        last = (
            None if any(end is None for _, end in spans) else max(end for _, end in spans if end is not None)
        )
        is_whole = any(begin <= starts and (end is None or end >= until) for begin, end in spans)
        return (
            first if first > starts else None,
            last if last is not None and last < until else None,
            is_whole,
        )

    def _cells(
        self, rows: Sequence[sql.Row], columns: Sequence[Column]
    ) -> tuple[dict[int, dict[int, MarkCell]], dict[int, tuple[float, float, int]]]:
        """Cells by student and column, and the sums of averages: both marks of a double one count."""
        place = {column.assessment: (n, column.weight) for n, column in enumerate(columns)}
        worth = {symbol.symbol: symbol.worth for symbol in self.scale}
        cells: dict[int, dict[int, MarkCell]] = {}
        sums: dict[int, tuple[float, float, int]] = {}
        pairs: dict[tuple[int, int], dict[int, sql.Row]] = {}
        for row in rows:
            assessment, student, part, value, first, version, is_late, comment = row
            n, weight = place[assessment]
            points = worth.get(value)
            if points is not None:
                total, weights, counted = sums.get(student, (0.0, 0.0, 0))
                sums[student] = (total + points * weight, weights + weight, counted + 1)
            mine = cells.get(student)
            if mine is None:
                mine = cells[student] = {}
            if not part:
                mine[n] = (value, first, version, is_late, comment)
            else:
                pairs.setdefault((student, n), {})[part] = row
        for (student, n), pair in pairs.items():
            mine = cells[student]
            plain = mine.get(n, NO_MARK)
            some = next(iter(pair.values()))
            value, first = _joined(pair, 3), _joined(pair, 4)
            mine[n] = (plain[0] or value, plain[1] or first, some[5], some[6], some[7])
        return cells, sums


def _joined(pair: Mapping[int, sql.Row], place: int) -> str:
    both = [pair[part][place] if part in pair else "" for part in (1, 2)]
    return "/".join(both) if any(both) else ""


def _marks(columns: Sequence[Column]) -> list[sql.Row]:
    ids = [column.assessment for column in columns if column.assessment is not None]
    if not ids:
        return []
    return sql.read(
        "SELECT assessment_id, student_id, part, value, first_value, version, is_late, comment FROM journal_mark"
        f" WHERE assessment_id IN ({sql.marks(len(ids))})",
        ids,
    )


def _absences(lessons: Sequence[LessonLine]) -> list[sql.Row]:
    """Absences (1) and words to students (2) of these lessons."""
    ids = [line.id for line in lessons]
    if not ids:
        return []
    places = sql.marks(len(ids))
    return sql.read(
        "SELECT 1, lesson_id, student_id, symbol, meaning, minutes, version FROM journal_absence"
        f" WHERE lesson_id IN ({places})"
        " UNION ALL SELECT 2, lesson_id, student_id, '', kind, NULL, 0 FROM journal_diarynote"
        f" WHERE lesson_id IN ({places}) AND withdrawn_at IS NULL",
        [*ids, *ids],
    )


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
    today = [row for row in rows if row[1] == viewer.on and row[5] != "cancelled"]
    begun = [row for row in today if sql.aware(row[3]) - timedelta(minutes=10) <= viewer.at]
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


def _register(name: Sequence[str]) -> tuple[str, ...]:
    """The order of a class register: «ё» beside «е»."""
    return tuple(part.casefold().replace("ё", "е") for part in name)


def _short(surname: str, given: str, patronymic: str) -> str:
    return "\u00a0".join([surname, *(f"{part[0]}." for part in (given, patronymic) if part)])


def _json(value: Any) -> Any:
    """A JSON column read by plain SQL: text on SQLite and PostgreSQL alike, nothing for null."""
    if value is None:
        return []
    return json.loads(value) if isinstance(value, str | bytes) else value


def _day(value: Any) -> date | None:
    """A date out of a compound SELECT, which SQLite hands back as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value
