"""The journal page: marks and absences by date, topics and homework by date, totals.

One question, six statements whatever the size of the class, answered with frozen values. Rows come as tuples and
stay tuples where there are many of them: a quarter has fifteen hundred cells. All six are asked at each request;
what is made of lessons, heads and plan is remembered by the rows it was made of (`_side`), students are not.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from parta.foundation import sql
from parta.journal.queries.closures import (
    CLASS_TEACHER,
    SUBSTITUTE,
    TEACHES,
    asks_homework,
    closed,
    codes_of,
    locks_after_final,
    writer,
)
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
from parta.journal.rules.acts import Lesson, Place
from parta.journal.rules.evidence import MarkFact
from parta.journal.rules.outcomes import Formula
from parta.journal.rules.questions import fact_limit, individual_homework, scale_symbols, term_formula
from parta.people.viewer import Viewer
from parta.plans.access import readable_journals
from parta.regulation.durations import Calendar
from parta.regulation.judge import Law
from parta.regulation.queries import law as law_of_school
from parta.timetable.calendar import calendar_of

_HEAD = """
SELECT j.id, s.title, s.code, s.area, s.tags, j.homeroom_id, h.title, j.grade, j.subgroup_id, g.short,
       y.title, y.state, j.weekly_hours, j.plan_id, j.term_kind, m.symbols, j.school_id, j.year_id, j.subject_id,
       (SELECT COUNT(*) FROM plans_plannedtopic p WHERE p.plan_id = j.plan_id),
       t.id, t.kind, t.number, t.title, CAST(t.starts AS TEXT), CAST(t.until AS TEXT)
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
"""Dates come as text: read once, remembered for the next page (`_date`, `_moment`)."""

_MEMBERS = """
SELECT p.id, p.surname, p.given_name, p.patronymic, CAST(e.starts AS TEXT), CAST(e.until AS TEXT),
       f.term_id, f.value, f.first_value, f.version
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
    head = tuple(sql.read(_HEAD.replace("{scope}", scope), (journal_id, *values)))
    if not head:
        raise NotFound("journal")
    row = head[0]
    term = _chosen(_terms(head), term_id, viewer.on)
    around = sql.read(
        _AROUND.replace("{scope}", scope),
        (row[0], row[16], row[18], row[5], *values, row[17], row[5], viewer.person_id, row[13], row[0]),
    )
    is_year = term.kind == "year" and row[14] != "year"
    lessons = [] if is_year else sql.read(_LESSONS, (row[0], term.starts, term.until))
    school = viewer.school
    side = _side(
        head,
        tuple(around),
        tuple(lessons),
        term,
        column,
        replace(viewer, at=viewer.at.replace(second=0, microsecond=0)),
        law_of_school(school.id, school.law_version),
        calendar_of(school.id, school.timezone, school.law_version),
    )
    table, place = ("subgroupmembership", "subgroup_id") if row[8] else ("enrolment", "homeroom_id")
    members = sql.read(
        _MEMBERS.format(table=f"people_{table}", place=place),
        (row[0], row[8] or row[5], term.until, term.starts),
    )
    return JournalPage(side, _students(side, members, _marks(side.columns), _absences(side.lessons)))


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
    ruled = scale_symbols(law, on=_within(term, viewer.on), place=place) if scale else None
    if ruled is not None:
        scale = tuple(Symbol(*one) for one in ruled)
    kinds = tuple(
        Kind(line[2], line[3], line[4], float(line[5]))
        for line in sorted((line for line in around if line[0] == "kind"), key=lambda line: line[6])
    )
    loads = [(line[1], _day(line[7]), _day(line[8]), line[2:5]) for line in around if line[0] == "load"]
    reading = _Reading(viewer, law, calendar, place, row[5], kinds, scale, loads, term)
    current = _current(viewer, lesson_rows)
    lessons = reading.lessons(lesson_rows, current, [line for line in around if line[0] == "topic"])
    columns = reading.columns(lesson_rows, lessons, column)
    holders = {
        name: None for _, _, until, name in loads if until is None or until > min(viewer.on, term.until)
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
        teachers=tuple(_short(*name) for name in holders),
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
        is_year=term.kind == "year" and row[14] != "year",
        formula=reading.formula,
        individual_words=individual_homework(law, on=min(viewer.on, term.until), place=place),
        asks_homework=asks_homework(law, place, min(viewer.on, term.until)),
        clauses=tuple(reading.clauses),
        memo={},
    )


@lru_cache(maxsize=1024)
def _terms(head: tuple[sql.Row, ...]) -> tuple[TermTab, ...]:
    """The periods in order, the year last."""
    found = [
        TermTab(line[20], line[21], line[22], line[23], _date(line[24]), _date(line[25])) for line in head
    ]
    return tuple(sorted(found, key=lambda term: (term.kind == "year", term.starts)))


class _Reading:
    """What the parts of one page share while it is put together."""

    def __init__(
        self,
        viewer: Viewer,
        law: Law,
        calendar: Calendar,
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
        self.law, self.calendar = law, calendar
        self.clauses: dict[tuple[str, str], int] = {}
        self.on = _within(term, viewer.on)
        """The date whose letters and symbols the page offers: today, or the nearest day of the period."""
        self.formula = term_formula(law, on=term.until - timedelta(days=1), place=place)
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
            day, starts = _date(row[1]), _moment(row[3], self.zone)
            planned = None
            if not row[12] and row[5] != "cancelled":
                topic = next(to_come, None)
                if topic is not None:
                    planned = PlanTopic(topic[1], int(topic[5]), topic[2], topic[3], topic[4])
            found.append(
                LessonLine(
                    id=row[0],
                    date=day,
                    number=row[2],
                    hours=row[29],
                    starts=starts,
                    ends=_moment(row[4], self.zone),
                    state=row[5],
                    room=row[7] or "",
                    substitute=_short(row[9], row[10], row[11]) if row[8] is not None else "",
                    topic=row[12] or "",
                    topic_number=row[14],
                    planned=planned,
                    is_conducted=bool(row[15]),
                    has_roll=bool(row[16]),
                    version=row[17] or 0,
                    homework=None
                    if row[18] is None
                    else GivenHomework(row[19], bool(row[20]), row[21], row[22], row[23]),
                    works=tuple(code for code in works[row[0]] if code),
                    is_today=row[0] == current,
                    is_ahead=starts > viewer.at and row[0] != current,
                    may_write=row[8] == viewer.person_id or self._teaches(day, row[6]),
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
        if self.formula is not None:
            weight = self.formula.weight(work, weight)
        return Column(
            lesson=line.id,
            date=line.date,
            hours=line.hours,
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
            mark_until=self._mark_until(line, work) if self.scale and work else None,
        )

    def _mark_until(self, line: LessonLine, work: str) -> datetime | None:
        lesson = Lesson(
            id=line.id, date=line.date, starts_at=line.starts, ends_at=line.ends, number=line.number
        )
        limit = fact_limit(
            self.law, "mark", lesson=lesson, place=self.place, work=(work,), calendar=self.calendar
        )
        return limit.deadline.astimezone(self.calendar.zone) if limit is not None else None

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
        return self.clauses.setdefault((closure.cite, closure.text), len(self.clauses))


def _students(
    side: JournalSide, members: Sequence[sql.Row], marks: Sequence[sql.Row], absences: Sequence[sql.Row]
) -> tuple[StudentRow, ...]:
    """The list of the period in the order of the register, with what stands in the cells."""
    people: dict[int, tuple[str, str, str]] = {}
    spans: dict[int, dict[tuple[date, date | None], None]] = {}
    finals: dict[int, dict[int, FinalCell]] = {}
    for id, surname, given, patronymic, starts, until, term, value, first, version in members:
        people[id] = (surname, given, patronymic)
        spans.setdefault(id, {})[_date(starts), _date(until) if until else None] = None
        if term is not None:
            finals.setdefault(id, {})[term] = (value, first, version)
    cells: dict[int, _Line] = {id: ({}, [0.0, 0.0, 0]) for id in people}
    _fill(side, marks, cells)
    noted: dict[int, set[int]] = {}
    missing: dict[int, dict[int, AbsenceCell]] = {}
    for what, lesson, student, symbol, meaning, minutes, version in absences:
        if what == 1:
            missing.setdefault(student, {})[lesson] = (symbol, meaning, minutes, version)
        else:
            noted.setdefault(student, set()).add(lesson)
    namesakes: dict[tuple[str, str], int] = {}
    for surname, given, _ in people.values():
        namesakes[surname, given[:1]] = namesakes.get((surname, given[:1]), 0) + 1
    hours = {line.id: line.hours for line in side.lessons if line.hours > 1}
    # Who came before the first lesson did not come «in mid-term»: a circle opens after the first of September.
    first_day = max(side.term.starts, side.columns[0].date) if side.columns else side.term.starts
    found = []
    for id, name in sorted(people.items(), key=lambda item: _register(item[1])):
        surname, given, patronymic = name
        mine = tuple(spans[id])
        joined, left, is_whole = _presence(mine, first_day, side.term.until)
        away = missing.get(id, _NOTHING)
        stands, (total, weight, counted) = cells[id]
        initial = f"{given[:1]}."
        if patronymic and namesakes[surname, given[:1]] > 1:
            initial += f"\u00a0{patronymic[0]}."
        own = finals.get(id, _NOTHING)
        average: float | None = total / weight if weight else None
        proposed: tuple[str, bool] | None = None
        if side.formula is not None:
            average, counted, symbol, is_edge = _proposed(side, side.formula, stands)
            proposed = symbol, is_edge
        found.append(
            StudentRow(
                id,
                surname,
                given,
                patronymic,
                initial,
                mine,
                joined,
                left,
                is_whole,
                stands,
                away,
                frozenset(noted[id]) if id in noted else _NOBODY,
                sum(hours.get(lesson, 1) for lesson, cell in away.items() if cell[1] in MISSED)
                if away
                else 0,
                sum(1 for cell in away.values() if cell[1] == "late") if away else 0,
                average,
                int(counted),
                own.get(side.term.id, NO_FINAL),
                own,
                proposed,
            )
        )
    return tuple(found)


def _proposed(
    side: JournalSide, formula: Formula, stands: Mapping[int, MarkCell]
) -> tuple[float | None, int, str, bool]:
    """What the act computes out of a student's cells: mean, number of marks, mark of the period, near thing."""
    marks = [
        MarkFact(part, column.work, column.weight, column.date)
        for n, column in enumerate(side.columns)
        if n in stands
        for part in stands[n][0].split("/")
        if part
    ]
    found = formula.propose(marks)
    return found.mean, found.counted, found.symbol if found.mean is not None else "", found.is_edge


_NOTHING: dict[int, Any] = {}
_NOBODY: frozenset[int] = frozenset()


def _presence(
    spans: Sequence[tuple[date, date | None]], starts: date, until: date
) -> tuple[date | None, date | None, bool]:
    """First day on the list and first day off it, where they lie in the period; whether on it throughout."""
    for begin, end in spans:
        if begin <= starts and (end is None or end >= until):
            return None, None, True
    first = min(begin for begin, _ in spans)
    last = None if any(end is None for _, end in spans) else max(end for _, end in spans if end is not None)
    return first if first > starts else None, last if last is not None and last < until else None, False


_Line = tuple[dict[int, MarkCell], list[float]]
"""Cells of a student by column; sum of weighted points, sum of weights and number of marks that count."""


def _fill(side: JournalSide, rows: Sequence[sql.Row], lines: Mapping[int, _Line]) -> None:
    """Put marks into their cells and sums: both marks of a double one count."""
    places = side.memo.get("places")
    if places is None:
        places = side.memo["places"] = _places(side)
    pairs: dict[tuple[int, int], dict[str, tuple[str, ...]]] = {}
    for assessment, student, value, more in rows:
        line = lines.get(student)
        if line is None:
            continue
        n, meanings = places[assessment]
        mine, sums = line
        meaning = meanings.get(value)
        if meaning is not None:
            plain, points, weight = meaning
            if points is not None:
                sums[0] += points
                sums[1] += weight
                sums[2] += 1
            if more is None:
                mine[n] = plain
                continue
        if more is None:
            mine[n] = (value, "", 1, False, "")
            continue
        part, version, late, first, comment = more.split("|", 4)
        if part == "0":
            mine[n] = (value, first, int(version), late == "1", comment)
        else:
            pairs.setdefault((student, n), {})[part] = (value, first, version, late, comment)
    for (student, n), pair in pairs.items():
        stood = lines[student][0].get(n, NO_MARK)
        _, _, version, late, comment = next(iter(pair.values()))
        value, first = _joined(pair, 0), _joined(pair, 1)
        lines[student][0][n] = (stood[0] or value, stood[1] or first, int(version), late == "1", comment)


def _places(
    side: JournalSide,
) -> dict[int | None, tuple[int, dict[str, tuple[MarkCell, float | None, float]]]]:
    """By column made: its number, and what each symbol is in it: the usual cell, points and weight."""
    return {
        column.assessment: (
            n,
            {
                symbol.symbol: (
                    (symbol.symbol, "", 1, False, ""),
                    None if symbol.worth is None or not column.weight else symbol.worth * column.weight,
                    column.weight,
                )
                for symbol in side.scale
            },
        )
        for n, column in enumerate(side.columns)
    }


def _joined(pair: Mapping[str, tuple[str, ...]], place: int) -> str:
    both = [pair[part][place] if part in pair else "" for part in ("1", "2")]
    return "/".join(both) if any(both) else ""


def _marks(columns: Sequence[Column]) -> list[sql.Row]:
    """Column, student and value; the rest of a mark only where it is not the usual (one part, never changed)."""
    ids = [column.assessment for column in columns if column.assessment is not None]
    if not ids:
        return []
    return sql.read(
        "SELECT assessment_id, student_id, value, CASE WHEN part = 0 AND version = 1 AND NOT is_late"
        " AND first_value = '' AND comment = '' AND value <> '' THEN NULL ELSE part || '|' || version || '|' ||"
        " CASE WHEN is_late THEN '1' ELSE '' END || '|' || first_value || '|' || comment END"
        f" FROM journal_mark WHERE assessment_id IN ({sql.marks(len(ids))})",
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
    on = viewer.on.isoformat()
    today = [row for row in rows if row[1] == on and row[5] != "cancelled"]
    begun = [row for row in today if _moment(row[3], UTC) - timedelta(minutes=10) <= viewer.at]
    chosen = begun[-1] if begun else today[0] if today else None
    return None if chosen is None else int(chosen[0])


def _within(term: TermTab, on: date) -> date:
    """The day, or the nearest one of the period."""
    return max(term.starts, min(on, term.until - timedelta(days=1)))


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


@lru_cache(maxsize=16384)
def _register(name: tuple[str, ...]) -> tuple[str, ...]:
    """The order of a class register: «ё» beside «е»."""
    return tuple(part.casefold().replace("ё", "е") for part in name)


def _short(surname: str, given: str, patronymic: str) -> str:
    return "\u00a0".join([surname, *(f"{part[0]}." for part in (given, patronymic) if part)])


def _json(value: Any) -> Any:
    """A JSON column read by plain SQL: text on SQLite and PostgreSQL alike, nothing for null."""
    if value is None:
        return []
    return json.loads(value) if isinstance(value, str | bytes) else value


@lru_cache(maxsize=16384)
def _date(text: str) -> date:
    return date.fromisoformat(text)


@lru_cache(maxsize=65536)
def _moment(text: str, zone: tzinfo) -> datetime:
    """A moment read as text (UTC, with or without saying so), by the clock of a zone."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(zone)


def _day(value: Any) -> date | None:
    """A date out of a compound SELECT, which SQLite hands back as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


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
