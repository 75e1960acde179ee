"""Do marks accumulate, does everybody keep the journal: students with few marks, period marks, who takes part.

Watches only. An empty divisor is «no data», not 0 or 100 per cent. Who came or left in the span is counted by the last
day; annulled marks do not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from typing import Any, Literal

from pydantic import Field, field_validator

from parta.foundation import sql
from parta.journal.rules.marks import is_unmarked
from parta.journal.rules.matters import JOINS, ON_CONTROL, PLACE, Matter, Reach, clauses_of, places, told_of
from parta.plans.individual import apart_at_end, apart_ever
from parta.regulation.durations import Calendar, plural
from parta.regulation.judge import Law, Rule
from parta.regulation.moments import year_of
from parta.regulation.registry import Codes, Days, OnDay, Params, Roles, RuleKind, known_kind
from parta.regulation.words import allowed

__all__ = ["MarkCount", "MissingFinals", "final_gaps", "mark_counts", "missing_finals"]


class FewMarks(Params):
    """Students with exactly this number of marks in a journal within a span."""

    count: int = Field(ge=0, le=200, description="сколько отметок")
    window: str = "period"
    threshold: int = Field(0, ge=0, le=100, description="у скольких процентов учеников так может быть")


class Participation(Params):
    """The share of users of a role who take part."""

    roles: Roles
    metric: str = "active"
    base: str = ""
    window: str = "1 week"
    threshold: int = Field(100, ge=0, le=100, description="доля в процентах, ниже которой находка")


class Mandatory(Params):
    """Each person of these roles keeps the journal at least so often while there are lessons."""

    roles: Roles
    does: Literal["entry", "review", "any"] = "entry"
    """``entry``: writes into lessons; ``review``: acts as class teacher; ``any``: signing in is enough."""
    min: int = 1
    window: Days
    given: Literal["", "open_reasons"] = ""
    """``open_reasons``: asked only of whose class has absences that still wait for a reason."""


KEPT_FRESH = frozenset(
    {"lesson", "attendance", "homework", "mark", "roster", "parent", "contact", "timetable", "health_sheet"}
)
"""What may be asked to be up to date."""


class UpToDate(Params):
    """How many overdue items a class may have."""

    objects: Codes = Field(
        frozenset({"lesson", "attendance", "homework", "mark"}),
        description="что не должно быть просрочено: lesson, attendance, homework, mark — записи уроков; roster — "
        "проверка списка, contact, parent — контакты семей, timetable — расписание, health_sheet — листок здоровья",
    )
    max_late: int = Field(0, ge=0)
    each: Literal["homeroom", "teacher"] = "homeroom"
    """Of whom overdue items are counted."""

    @field_validator("objects")
    @classmethod
    def _known(cls, codes: frozenset[str]) -> frozenset[str]:
        for code in sorted(codes - KEPT_FRESH):
            raise ValueError(f"«{code}» — неизвестное слово в objects; {allowed(code, KEPT_FRESH)}")
        return codes


class FillQuality(Params):
    """Measures of filling, per teacher and class."""

    measures: Codes
    form: str = "percent"


class PeriodMarks(Params):
    """By when each student has the mark of the period in each journal."""

    until: OnDay
    deferrable: bool = Field(
        False, description="отметку можно отложить по разрешению: такие ученики отдельно, с днём"
    )


def _mandatory_says(p: Mandatory) -> str:
    if p.does == "entry":
        return f"у кого есть уроки, тот пишет в журнал хотя бы раз за {p.window}"
    word = "работает в журнале" if p.does == "review" else "заходит в журнал"
    given = ", пока есть пропуски без причины" if p.given else ""
    return f"классный руководитель {word} хотя бы раз за {p.window}{given}"


def _register(
    name: str, shape: int, params: type[Params], title: str, says: Any, own: frozenset[str] = frozenset()
) -> None:
    known_kind(RuleKind(name, shape, params, title, says, own=own, acts=ON_CONTROL))


_register(
    "students_with_few_marks",
    2,
    FewMarks,
    "Ученики без отметок и с одной отметкой",
    lambda p: f"видно, у кого {p.count} {plural(p.count, 'отметка', 'отметки', 'отметок')} за период",
)
_register(
    "participation_rate",
    2,
    Participation,
    "Доля участвующих",
    lambda p: f"видна доля участвующих, находка ниже {p.threshold} %",
    frozenset({"roles"}),
)
_register(
    "journal_mandatory",
    1,
    Mandatory,
    "Журнал ведут все",
    _mandatory_says,
    frozenset({"roles"}),
)
_register(
    "journal_up_to_date",
    2,
    UpToDate,
    "Журнал актуален",
    lambda p: (
        f"у {'каждого учителя' if p.each == 'teacher' else 'каждого класса'} "
        + ("просроченных записей нет" if not p.max_late else f"просроченных записей не больше {p.max_late}")
    ),
)
_register(
    "fill_quality",
    2,
    FillQuality,
    "Качество заполнения",
    lambda p: "видно качество заполнения по учителям и классам",
)
_register(
    "period_marks_complete",
    1,
    PeriodMarks,
    "Отметки за период выставлены всем",
    lambda p: (
        "к названному дню у каждого ученика есть отметка за период по каждому предмету"
        + ("; отложенные по разрешению — отдельно, с днём" if p.deferrable else "")
    ),
)


@dataclass(frozen=True, slots=True)
class MarkCount:
    """Marks of one student in one journal within a span."""

    row: Sequence[Any]
    student_id: int
    student: str
    marks: int
    who_id: int | None
    came: date
    """First day in the class or subgroup."""


_MEMBERS = f"""
SELECT j.id AS journal_id, e.student_id, e.starts FROM plans_journal j
JOIN organisation_subject s ON s.id = j.subject_id
JOIN people_enrolment e ON e.homeroom_id = j.homeroom_id AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)
WHERE {{scope}} AND j.subgroup_id IS NULL AND NOT {apart_ever("e.student_id")}
UNION ALL
SELECT j.id, m.student_id, m.starts FROM plans_journal j
JOIN organisation_subject s ON s.id = j.subject_id
JOIN people_subgroupmembership m ON m.subgroup_id = j.subgroup_id AND m.starts <= %s
    AND (m.until IS NULL OR m.until > %s)
WHERE {{scope}}"""

_COUNTS = f"""
WITH member AS ({_MEMBERS}), lately AS (
    SELECT a.journal_id, k.student_id, COUNT(*) AS marks
    FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id
    JOIN timetable_lesson l ON l.journal_id = j.id AND l.date >= %s AND l.date <= %s
    JOIN journal_assessment a ON a.lesson_id = l.id{{works}}
    JOIN journal_mark k ON k.assessment_id = a.id AND k.value <> '' AND k.part < 2
    WHERE {{scope}} GROUP BY a.journal_id, k.student_id
), active AS (
    SELECT l.journal_id, MIN(COALESCE(ts.substitute_id, l.teacher_id)) AS who_id
    FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id
    JOIN timetable_lesson l ON l.journal_id = j.id AND l.date >= %s AND l.date <= %s AND l.state <> 'cancelled'
    LEFT JOIN timetable_substitution ts ON ts.lesson_id = l.id
    WHERE {{scope}} GROUP BY l.journal_id
)
SELECT {PLACE}, q.student_id, n.surname, n.given_name, COALESCE(c.marks, 0), COALESCE((
    SELECT MIN(tl.teacher_id) FROM plans_teachingload tl WHERE tl.journal_id = j.id AND tl.starts <= %s
    AND (tl.until IS NULL OR tl.until > %s)), x.who_id), q.starts
FROM member q
JOIN plans_journal j ON j.id = q.journal_id AND j.scale_id IS NOT NULL
{JOINS}
JOIN active x ON x.journal_id = j.id
JOIN people_person n ON n.id = q.student_id
LEFT JOIN lately c ON c.journal_id = j.id AND c.student_id = q.student_id
ORDER BY COALESCE(j.grade, 99), h.title, s.position, s.title, g.short, j.id, n.surname, n.given_name, n.id"""


def mark_counts(
    law: Law, school_id: int, reach: Reach, *, since: date, until: date, works: Sequence[str] = ()
) -> list[MarkCount]:
    """Marks of every student of every marked journal with lessons in the span. One statement.

    `works`: only marks of these kinds of work; empty: of any. Journals in which the act has no marks (grade 1) are
    left out.
    """
    scope, values = reach
    span: list[object] = [since, until]
    of_works = f" AND a.work_kind IN ({sql.marks(len(works))})" if works else ""
    rows = sql.read(
        _COUNTS.replace("{scope}", scope).replace("{works}", of_works),
        [until, until, *values, until, until, *values, *span, *works, *values, *span, *values, until, until],
    )
    reader = places(law)
    found = []
    for row in rows:
        if not is_unmarked(reader.bench(row, until, row[12]), until):
            came = date.fromisoformat(row[17]) if isinstance(row[17], str) else row[17]
            found.append(MarkCount(row[:12], row[12], f"{row[13]} {row[14]}", int(row[15]), row[16], came))
    return found


@dataclass(frozen=True, slots=True)
class MissingFinals:
    """Students of a journal without the mark of a period that has ended."""

    row: Sequence[Any]
    term: str
    starts: date
    until: date
    """The day after the period's last."""
    students: tuple[tuple[int, str], ...]
    who_id: int | None
    deferred: tuple[tuple[int, str, date, str], ...] = ()
    """Of the students those whose mark waits by a granted permit: number, name, last day, the reason."""

    @property
    def owing(self) -> tuple[tuple[int, str], ...]:
        """Students without the mark whose mark is not put off."""
        waits = {one[0] for one in self.deferred}
        return tuple(one for one in self.students if one[0] not in waits)


_FINALS = f"""
WITH ended AS (
    SELECT j.id AS journal_id, t.id, t.title, t.starts, t.until FROM plans_journal j
    {JOINS}
    JOIN organisation_term t ON t.year_id = j.year_id AND t.kind = j.term_kind AND t.until <= %s AND t.until > %s
    WHERE {{scope}} AND j.scale_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM timetable_lesson l WHERE l.journal_id = j.id AND l.date >= t.starts AND l.date < t.until)
), owed AS (
    SELECT t.*, e.student_id, e.starts AS came, e.until AS went FROM ended t
    JOIN plans_journal j ON j.id = t.journal_id AND j.subgroup_id IS NULL
    JOIN people_enrolment e ON e.homeroom_id = j.homeroom_id
    WHERE NOT {apart_at_end("e.student_id", "t.until")}
    UNION ALL
    SELECT t.*, m.student_id, m.starts, m.until FROM ended t
    JOIN plans_journal j ON j.id = t.journal_id
    JOIN people_subgroupmembership m ON m.subgroup_id = j.subgroup_id
)
SELECT {PLACE}, t.id, t.title, t.until, t.student_id, n.surname, n.given_name, (
    SELECT MIN(tl.teacher_id) FROM plans_teachingload tl WHERE tl.journal_id = j.id AND tl.starts < t.until
    AND (tl.until IS NULL OR tl.until >= t.until)), w.ends_at, w.ask_reason, t.starts
FROM owed t
JOIN plans_journal j ON j.id = t.journal_id
{JOINS}
JOIN people_person n ON n.id = t.student_id
LEFT JOIN journal_termmark f ON f.journal_id = j.id AND f.term_id = t.id AND f.student_id = t.student_id
    AND f.value <> ''
LEFT JOIN journal_permit w ON w.id = (SELECT MAX(o.id) FROM journal_permit o WHERE o.journal_id = j.id
    AND o.term_id = t.id AND o.student_id = t.student_id AND o.fact = 'final' AND o.state = 'granted')
WHERE t.came < t.until AND (t.went IS NULL OR (t.went >= t.until AND t.went > %s)) AND f.id IS NULL
ORDER BY t.until, COALESCE(j.grade, 99), h.title, s.position, s.title, j.id, n.surname, n.given_name, n.id"""
"""From the ended periods of each journal to its own students: a class beside every journal of a school is a product."""


def missing_finals(
    law: Law, school_id: int, reach: Reach, *, on: date, since: date, zone: tzinfo
) -> list[MissingFinals]:
    """Journals of periods that ended after `since` and by `on`, with students who have no mark. One statement.

    «Не аттестован» is a mark. Who has left since owes nothing, and grades without marks are left out. A granted permit
    for the mark puts it off to the permit's last day, where the act lets it.
    """
    scope, values = reach
    groups: dict[tuple[int, int], list[sql.Row]] = {}
    for row in sql.read(_FINALS.replace("{scope}", scope), [on, since, *values, on]):
        groups.setdefault((row[0], row[12]), []).append(row)
    reader = places(law)
    found = []
    for rows in groups.values():
        row = rows[0]
        until = date.fromisoformat(row[14]) if isinstance(row[14], str) else row[14]
        last = until - timedelta(days=1)
        lacking = [one for one in rows if not is_unmarked(reader.bench(row, last, one[15]), last)]
        may_wait = any(rule.params.deferrable for rule in reader.rules(row, last, "period_marks_complete"))
        waits = [(one, _last_day(one[19], zone)) for one in lacking if may_wait and one[19] is not None]
        starts = date.fromisoformat(row[21]) if isinstance(row[21], str) else row[21]
        if lacking:
            found.append(
                MissingFinals(
                    row[:12],
                    row[13],
                    starts,
                    until,
                    tuple((one[15], f"{one[16]} {one[17]}") for one in lacking),
                    row[18],
                    tuple((one[15], f"{one[16]} {one[17]}", day, one[20]) for one, day in waits if day >= on),
                )
            )
    return found


def _last_day(ends_at: Any, zone: tzinfo) -> date:
    """The last day of a permit: it ends at the midnight after."""
    return (sql.aware(ends_at) - timedelta(seconds=1)).astimezone(zone).date()


def final_gaps(law: Law, lines: Sequence[MissingFinals], *, on: date, calendar: Calendar) -> list[Matter]:
    """What is overdue of the missing marks, by the clause that sets the day."""
    reader = places(law)
    found = []
    for line in lines:
        last = line.until - timedelta(days=1)
        events = {"period_end": last, "vacation_day_1": line.until, "period_start": line.starts} | year_of(
            last
        )
        days = calendar.of_class(line.row[6])
        owing: dict[tuple[Rule[Any], ...], list[str]] = {}
        for student_id, name in line.owing:
            broken = []
            for rule in reader.rules(line.row, last, "period_marks_complete", student_id):
                limit = rule.params.until.on(events, days)
                if limit is not None and on > limit:
                    broken.append(rule)
            if broken:
                owing.setdefault(tuple(broken), []).append(name)
        for rules, names in owing.items():
            count = len(names)
            found.append(
                Matter(
                    kind="period_marks_complete",
                    clauses=clauses_of(rules),
                    text=f"{line.term}: нет отметки у {count} {plural(count, 'ученика', 'учеников', 'учеников')}",
                    since=line.until,
                    journal_id=line.row[0],
                    homeroom_id=line.row[11],
                    subject=line.row[2],
                    homeroom=line.row[6],
                    group=line.row[10],
                    students=tuple(names),
                    who_id=line.who_id,
                    role="teacher",
                    told=told_of(rules),
                    detail=_put_off(line),
                    key=line.term,
                )
            )
    return found


def _put_off(line: MissingFinals) -> str:
    """Whose mark waits, and to which day: beside those who owe it, apart from them."""
    if not line.deferred:
        return ""
    return "отложено: " + ", ".join(f"{name} до {day:%d.%m.%Y}" for _, name, day, _ in line.deferred)
