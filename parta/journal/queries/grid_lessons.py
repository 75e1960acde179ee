"""The columns of the journal page: lessons of a period, works in them, what the plan offers next, what is closed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from parta.foundation import sql
from parta.journal.queries.closures import (
    CLASS_TEACHER,
    SUBSTITUTE,
    TEACHES,
    Closure,
    closed,
    codes_of,
    writer,
)
from parta.journal.queries.drafts import DRAFT, stopped
from parta.journal.queries.grid_values import (
    Column,
    GivenHomework,
    Kind,
    LessonLine,
    PlanTopic,
    Symbol,
    TermTab,
)
from parta.journal.queries.words import date_of, moment_of, short_name
from parta.journal.rules.acts import Lesson, Place
from parta.journal.rules.lesson_days import LessonDays
from parta.journal.rules.questions import fact_limit, term_formula
from parta.people.viewer import Viewer
from parta.regulation.durations import Calendar
from parta.regulation.judge import Law


class Reading:
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
        loads: Sequence[tuple[int, date | None, date | None, Sequence[str], bool]],
        term: TermTab,
        follows: LessonDays,
    ) -> None:
        self.follows = follows
        self.viewer, self.place, self.scale, self.term = viewer, place, scale, term
        self.kinds = {kind.code: kind for kind in kinds}
        self.zone = ZoneInfo(viewer.school.timezone)
        own = [load for load in loads if load[0] == viewer.person_id]
        self.spans = [(starts, until) for _, starts, until, *_ in own]
        self.approved = [(starts, until) for _, starts, until, _, is_draft in own if not is_draft]
        """When the viewer holds the journal, and when by a load that has been approved."""
        self.is_class_teacher = homeroom_id is not None and homeroom_id in viewer.homeroom_ids
        self.law, self.calendar = law, calendar
        self.clauses: dict[tuple[str, str], int] = {}
        self.on = within(term, viewer.on)
        """The date whose letters and symbols the page offers: today, or the nearest day of the period."""
        last_day = term.until - timedelta(days=1)
        self.formula = term_formula(law, on=last_day, place=place)
        self.is_recounted = bool(law.on(last_day).bench(place).of("corrected_mark"))
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
        return _held(self.spans, on)

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
            day, starts = date_of(row[1]), moment_of(row[3], self.zone)
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
                    ends=moment_of(row[4], self.zone),
                    state=row[5],
                    room=row[7] or "",
                    substitute=short_name(row[9], row[10], row[11]) if row[8] is not None else "",
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

    def waits(self, rows: Sequence[sql.Row], lessons: Sequence[LessonLine]) -> Closure | None:
        """What is still a draft and stops the viewer in the lesson that runs, ran last or comes first."""
        begun = [line for line in lessons if not line.is_ahead and line.may_write]
        line = begun[-1] if begun else next((line for line in lessons if line.may_write), None)
        if line is None:
            return None
        row = next(row for row in rows if row[0] == line.id)
        relations = TEACHES if _held(self.approved, line.date) else TEACHES | DRAFT
        if row[8] == self.viewer.person_id:
            relations |= SUBSTITUTE
        lesson = Lesson(line.id, line.date, line.starts, line.ends, number=line.number)
        return stopped(
            self.law, self.calendar, self.place, writer(self.viewer, relations), lesson, self.viewer.at
        )

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
            id=line.id,
            date=line.date,
            starts_at=line.starts,
            ends_at=line.ends,
            number=line.number,
            following=self.follows.after(self.place.journal_id, line.date),
        )
        limit = fact_limit(
            self.law, "mark", lesson=lesson, place=self.place, work=(work,), calendar=self.calendar
        )
        return limit.deadline.astimezone(self.calendar.zone) if limit is not None else None

    def _closed(self, line: LessonLine, row: sql.Row, work: str) -> int | None:
        viewer = self.viewer
        relations = CLASS_TEACHER if self.is_class_teacher else frozenset[str]()
        if self._teaches(line.date, row[6]):
            relations |= TEACHES if _held(self.approved, line.date) else TEACHES | DRAFT
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
                following=self.follows.after(self.place.journal_id, line.date),
            ),
            viewer.at,
            fact="mark",
            work=work,
            value=self.codes.marks[0] if self.codes.marks else "",
        )
        if closure is None:
            return None
        return self.clauses.setdefault((closure.cite, closure.text), len(self.clauses))


def _held(spans: Sequence[tuple[date | None, date | None]], on: date) -> bool:
    return any(
        starts is not None and starts <= on and (until is None or on < until) for starts, until in spans
    )


def within(term: TermTab, on: date) -> date:
    """The day, or the nearest one of the period."""
    return max(term.starts, min(on, term.until - timedelta(days=1)))
