"""How the journals in the viewer's scope were filled in a span of days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from parta.control.queries.cites import Acts
from parta.control.queries.findings import Line
from parta.control.queries.lessons import FACTS, IN_TIME, LATE, MISSING, OPEN, LessonLine, lessons_of
from parta.control.queries.sheets import Cut, reach_of
from parta.journal.queries.words import journal_name, register_key
from parta.journal.rules.late_marks import late_marks
from parta.journal.rules.owed import Finding, Scope
from parta.journal.rules.watches import findings
from parta.people.viewer import Viewer
from parta.regulation.queries import law as law_of_school
from parta.timetable.calendar import calendar_of

LISTED = 300
"""Lines of a list on the page; counts are of all."""


@dataclass(slots=True)
class TeacherLine:
    """One teacher's lessons of the span, counted. `counts` is by fact and state."""

    id: int | None
    name: str
    lessons: int = 0
    replaced: int = 0
    """Hours taught instead of others."""
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
    def has_homework(self) -> bool:
        """Whether homework was recorded or due at all: a centre without homework has no share of it."""
        return any(self.counts["homework"][state] for state in (IN_TIME, LATE, MISSING))

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
    fact: str = ""
    id: int | None = None
    """Of the kept finding."""
    is_answered: bool = False


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
    groups: tuple["ClauseGroup", ...] = ()
    """Overdue findings by clause, the most frequent first."""
    heat: tuple["HeatLine", ...] = ()
    """Filling by teacher and day, the worst first."""
    days: tuple[date, ...] = ()
    """The days of the heat map."""


@dataclass(frozen=True, slots=True)
class ClauseGroup:
    """A clause with the findings that cite it first."""

    cite: str
    act: str
    what: str
    count: int
    lines: tuple[FoundLine, ...]


@dataclass(frozen=True, slots=True)
class HeatCell:
    """A teacher's day: lessons, those not recorded in time, those not recorded at all."""

    lessons: int
    late: int
    missing: int


@dataclass(frozen=True, slots=True)
class HeatLine:
    """A teacher's row of the heat map."""

    id: int | None
    name: str
    cells: tuple[HeatCell | None, ...]
    share: int


def board(
    viewer: Viewer,
    since: date,
    until: date,
    teacher_id: int | None,
    kept: Sequence[Line] | None = None,
    kind: str = "",
) -> Board:
    """What was filled in the journals the viewer reads, from `since` to `until` inclusive, with what is kept as
    overdue, or that worked out; of one kind of subject where one is named. Five statements at most."""
    law = law_of_school(viewer.school.id, viewer.school.law_version)
    calendar = calendar_of(viewer.school.id, viewer.school.timezone, viewer.school.law_version)
    lessons = lessons_of(viewer, reach_of(viewer, Cut(since, until, kind=kind)), since, until)
    journals = {lesson.journal_id for lesson in lessons}
    names = {line.who_id: line.full_name for line in lessons}
    lines: dict[int | None, TeacherLine] = {}
    total = TeacherLine(None, "Всего")
    for lesson in lessons:
        line = lines.setdefault(lesson.who_id, TeacherLine(lesson.who_id, lesson.who))
        for counted in (line, total):
            counted.lessons += 1
            counted.replaced += lesson.hours if lesson.is_replaced else 0
            counted.none_set += lesson.homework_none
            for fact, state in lesson.states.items():
                counted.counts[fact][state] += 1

    everything = Scope()
    asked: dict[str, Any] = {"since": since, "at": viewer.at, "calendar": calendar}

    def mine(found: Iterable[Finding]) -> list[Finding]:
        return [one for one in found if one.journal_id in journals and one.date <= until and one.overdue]

    acts, zone = Acts(law), ZoneInfo(viewer.school.timezone)
    if kept is None:
        worked_out = mine(findings(law, viewer.school.id, everything, **asked))
        overdue = [_found(one, names, acts, viewer.at, zone) for one in worked_out]
    else:
        overdue = [_kept(one) for one in kept]
        if kind:
            own = {lesson.id for lesson in lessons}
            overdue = [one for one in overdue if one.lesson_id in own]
    late = mine(late_marks(law, viewer.school.id, everything, **asked))
    named: tuple[tuple[Sequence[FoundLine | Finding], str], ...] = ((overdue, "works"), (late, "late_works"))
    for found, name in named:
        for one in found:
            if one.fact == "mark":
                for counted in (lines.setdefault(one.who_id, TeacherLine(one.who_id, "")), total):
                    setattr(counted, name, getattr(counted, name) + 1)
    in_order = sorted(lines.values(), key=lambda line: (-line.trouble, register_key(line.name)))
    shown = [one for one in overdue if teacher_id is None or one.who_id == teacher_id]
    counts: dict[tuple[str, str], int] = {}
    for line_found in overdue:
        for cite in line_found.clauses:
            key = (cite, line_found.act)
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
        overdue=tuple(shown[:LISTED]),
        overdue_count=len(shown),
        late=tuple(
            _found(one, names, acts, viewer.at, zone)
            for one in late[:LISTED]
            if teacher_id is None or one.who_id == teacher_id
        ),
        teacher=lines.get(teacher_id) if teacher_id is not None else None,
        lessons=tuple(one for one in lessons if one.who_id == teacher_id) if teacher_id is not None else (),
        groups=_groups(overdue),
        heat=_heat(lessons, in_order, heat_days := _heat_days(lessons)),
        days=heat_days,
    )


HEAT_DAYS = 15
"""Days with lessons that the heat map shows, the latest of the span."""
HEAT_LINES = 40
GROUP_LINES = 10
"""Findings shown under one clause; the count is of all."""


def _groups(lines: Sequence[FoundLine]) -> tuple[ClauseGroup, ...]:
    found: dict[tuple[str, str], list[FoundLine]] = {}
    for line in lines:
        if line.clauses:
            found.setdefault((line.clauses[0], line.act), []).append(line)
    made = [
        ClauseGroup(
            cite,
            act,
            ", ".join(dict.fromkeys(line.what.partition(":")[0].lower() for line in mine)),
            len(mine),
            tuple(sorted(mine, key=lambda line: (-line.days, line.who))[:GROUP_LINES]),
        )
        for (cite, act), mine in found.items()
    ]
    return tuple(sorted(made, key=lambda group: -group.count))


def _heat_days(lessons: Sequence[LessonLine]) -> tuple[date, ...]:
    return tuple(sorted({lesson.date for lesson in lessons})[-HEAT_DAYS:])


def _heat(
    lessons: Sequence[LessonLine], teachers: Sequence[TeacherLine], days: Sequence[date]
) -> tuple[HeatLine, ...]:
    counts: dict[tuple[int | None, date], list[int]] = {}
    for lesson in lessons:
        cell = counts.setdefault((lesson.who_id, lesson.date), [0, 0, 0])
        cell[0] += 1
        cell[1] += LATE in lesson.states.values()
        cell[2] += MISSING in lesson.states.values()
    return tuple(
        HeatLine(
            line.id,
            line.name,
            tuple(HeatCell(*counts[line.id, day]) if (line.id, day) in counts else None for day in days),
            line.share("conducted"),
        )
        for line in teachers[:HEAT_LINES]
    )


def _kept(one: Line) -> FoundLine:
    return FoundLine(
        lesson_id=one.url_id if one.url_name == "lesson" and one.url_id is not None else 0,
        date=one.date,
        number=one.number,
        title=one.place,
        what=one.text,
        students=() if one.fact == "absence" else one.students,
        who_id=one.who_id,
        who=one.who,
        clauses=one.clauses,
        ids=one.ids,
        act=one.act,
        due=one.due or one.found_at,
        days=one.days,
        fact=one.fact,
        id=one.id,
        is_answered=one.state == "answered",
    )


def _found(one: Finding, names: dict[int | None, str], acts: Acts, at: datetime, zone: ZoneInfo) -> FoundLine:
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
        fact=one.fact,
    )
