"""Results of a student: one subject with the reckoning of its average, all periods of all years, the place in class."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from parta.diary.queries.children import MINE, family_of
from parta.diary.queries.marks import scale_of
from parta.diary.queries.reckoning import Final, Outcome, Reckoner, finals_of, formulas
from parta.diary.queries.week_values import Child, NotFound, Period
from parta.foundation import sql
from parta.foundation.language import noted, say
from parta.foundation.pagekit import plural
from parta.journal.queries.words import class_name, short_name
from parta.journal.rules.evidence import MarkFact
from parta.journal.rules.formula import Formula
from parta.people.viewer import Viewer
from parta.regulation.queries import law as law_of_school

STEPS = 40
"""Marks beyond which a suggestion is no help."""
VERBS = noted(
    {
        "mark_recorded": "поставлена",
        "mark_corrected": "исправлена",
        "mark_annulled": "снята",
        "mark_commented": "изменён комментарий",
    }
)


class Change(NamedTuple):
    """A line of a mark's history."""

    at: datetime
    says: str
    before: str
    after: str
    reason: str
    author: str


class Row(NamedTuple):
    """A mark of the period with its part in the average. `left_out` says why it has none."""

    id: int
    day: date
    number: int
    work: str
    title: str
    weight: Decimal
    value: str
    first: str
    comment: str
    is_low: bool
    left_out: str
    history: tuple[Change, ...]
    code: str = ""
    """Of the kind of work."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A mark for the period that is within reach: by how many marks of which value and weight."""

    target: str
    ways: tuple[str, ...]
    is_there: bool


@dataclass(frozen=True, slots=True)
class WhatIf:
    """«Что если»: what may be tried, what was tried, and what would come of it. Nothing is written."""

    values: tuple[str, ...]
    works: tuple[tuple[str, str], ...]
    """Code and title of the kinds of work that can be tried."""
    value: str = ""
    work: str = ""
    count: int = 1
    outcome: Outcome | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """The page of a subject: marks of a period, the average and how it comes about, marks of periods and year."""

    student: Child
    children: tuple[Child, ...]
    id: int
    title: str
    periods: tuple[Period, ...]
    period: Period | None
    rows: tuple[Row, ...]
    average: Decimal | None
    total: Decimal
    """Sum of marks times weights."""
    weights: Decimal
    outcome: Outcome
    """Where the marks lead: mean, mark of the period, how."""
    finals: tuple[Final, ...]
    """Marks of periods and year as they were set, each with its basis."""
    wishes: tuple[Wish, ...]
    topics: tuple[int, int]
    """Topics given and planned; 0 of 0 without a plan."""
    has_weights: bool
    clauses: tuple[str, ...]
    is_ruled: bool
    """The act itself computes the mark of the period; `outcome.symbol` is its word, not a hint."""
    has_shares: bool
    """The act reckons by shares of groups of works: there is no one sum to show."""
    what_if: "WhatIf"

    @property
    def formula(self) -> str:
        """The sum as one writes it: «5·1 + 4·2 = 13; 13 : 3 = 4,33»."""
        counted = [row for row in self.rows if not row.left_out]
        if not counted or self.average is None or self.has_shares:
            return ""
        terms = [
            f"{part}·{_plain(row.weight)}" if self.has_weights else part
            for row in counted
            for part in row.value.split("/")
        ]
        total = _plain(self.total)
        return f"{' + '.join(terms)} = {total};  {total} : {_plain(self.weights)} = {_plain(self.average, 2)}"


def _plain(value: Decimal, places: int | None = None) -> str:
    if places is not None:
        value = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text and places is None else text).replace(".", ",")


_MARKS = """
SELECT m.id, m.assessment_id, m.part, m.value, m.first_value, m.comment, l.date, l.number,
       COALESCE(k.title, a.work_kind), a.title, a.weight, s.symbols, a.position, a.work_kind
FROM journal_mark m JOIN journal_assessment a ON a.id = m.assessment_id JOIN timetable_lesson l ON l.id = a.lesson_id
JOIN plans_journal j ON j.id = a.journal_id LEFT JOIN organisation_markscale s ON s.id = j.scale_id
LEFT JOIN organisation_workkind k ON k.school_id = j.school_id AND k.code = a.work_kind
WHERE m.student_id = %s AND j.subject_id = %s AND l.date >= %s AND l.date < %s
ORDER BY l.date, l.number, a.position, a.id, m.part
"""

_HEAD = f"""
SELECT s.title, mine.journal_id, j.plan_id, k.symbols, t.title, f.value, f.first_value, t.starts, t.kind,
       (SELECT COUNT(*) FROM plans_plannedtopic q WHERE q.plan_id = j.plan_id),
       (SELECT COUNT(DISTINCT r.planned_topic_id) FROM journal_lessonrecord r WHERE r.journal_id = j.id),
       mine.starts, t.until
FROM {MINE} mine JOIN plans_journal j ON j.id = mine.journal_id JOIN organisation_subject s ON s.id = mine.subject_id
LEFT JOIN organisation_markscale k ON k.id = j.scale_id
LEFT JOIN journal_termmark f ON f.journal_id = j.id AND f.student_id = %s
LEFT JOIN organisation_term t ON t.id = f.term_id
WHERE mine.subject_id = %s ORDER BY t.starts, t.until
"""

_HISTORY = """
SELECT e.object_id, e.at, e.verb, e.data, p.surname, p.given_name, p.patronymic
FROM foundation_logentry e JOIN foundation_chain c ON c.id = e.chain_id
LEFT JOIN people_person p ON p.user_id = e.user_id AND p.school_id = e.school_id
WHERE c.kind = 'journal' AND c.subject_id IN ({ids}) AND e.student_id = %s AND e.object_kind = 'mark'
ORDER BY e.seq
"""


MOST_TRIED = 20
"""Marks that may be tried at once."""


def subject_page(
    viewer: Viewer,
    student_id: int,
    subject_id: int,
    period_id: int | None = None,
    tried: tuple[str, str, str] = ("", "", ""),
) -> Subject:
    """One subject of a student in a period (default: the one that runs). Raises NotFound. Five statements, and one
    more where the act itself computes the mark of the period.

    `tried`: a symbol, the code of a kind of work and how many, as they were typed on the page.
    """
    family = family_of(viewer, student_id, viewer.on)
    id = family.shown.id
    head = sql.read(_HEAD, (id, id, id, subject_id))
    if not head:
        raise NotFound("subject")
    period = family.period_on(viewer.on)
    if period_id is not None:
        period = next((known for known in family.periods if known.id == period_id), None)
        if period is None:
            raise NotFound("period")
    since, until = (period.starts, period.until) if period else (viewer.on, viewer.on)
    marks = sql.read(_MARKS, (id, subject_id, since, until))
    journals = sorted({row[1] for row in head})
    history: dict[int, list[Change]] = {}
    zone = ZoneInfo(viewer.school.timezone)
    for row in sql.read(_HISTORY.format(ids=sql.marks(len(journals))), (*journals, id)):
        history.setdefault(row[0], []).append(_change(row, zone))
    scale = scale_of(next((row[3] for row in reversed(head) if row[3]), ""))
    found = formulas(viewer, journals, until)
    reckoner = Reckoner(next((found[id] for id in reversed(journals) if id in found), None), scale.worth)
    rows, total, weights = _rows(marks, history, reckoner)
    facts = [MarkFact(mark[3], mark[13], float(mark[10]), mark[6]) for mark in marks if mark[3]]
    outcome = reckoner.outcome(facts)
    has_shares = bool(reckoner.formula is not None and reckoner.formula.params.shares)
    average = Decimal(str(outcome.mean)) if has_shares and outcome.mean is not None else None
    if not has_shares and weights:
        average = total / weights
    kinds = {
        row[0]: (row[1], Decimal(str(row[2])))
        for row in sql.read(
            "SELECT code, title, weight FROM organisation_workkind WHERE school_id = %s ORDER BY id",
            (viewer.school.id,),
        )
    }
    plan = next((row for row in head if row[2] is not None), None)
    law = law_of_school(viewer.school.id, viewer.school.law_version)
    return Subject(
        student=family.shown,
        children=family.children,
        id=subject_id,
        title=head[0][0],
        periods=family.periods,
        period=period,
        rows=rows,
        average=average,
        total=total,
        weights=weights,
        outcome=outcome,
        finals=finals_of(
            tuple(dict.fromkeys((row[4], row[5], row[6], row[8], row[7], row[12]) for row in head if row[5])),
            law,
        ),
        wishes=_ways_up(reckoner, facts, rows, total, weights, scale.low) if scale.worth else (),
        topics=(plan[10], plan[9]) if plan else (0, 0),
        has_weights=len({row.weight for row in rows}) > 1 or any(row.weight != 1 for row in rows),
        clauses=tuple(
            dict.fromkeys(
                clause.printed
                for _, entry, _ in law.on(viewer.on).entries
                if entry.kind in ("work_weights", "mark_scale", "term_mark", "composite_mark")
                for clause in entry.clauses
            )
        ),
        is_ruled=reckoner.formula is not None,
        has_shares=has_shares,
        what_if=_what_if(reckoner, facts, kinds, tried),
    )


def _what_if(
    reckoner: Reckoner,
    facts: Sequence[MarkFact],
    kinds: Mapping[str, tuple[str, Decimal]],
    tried: tuple[str, str, str],
) -> WhatIf:
    """The page's small reckoner: so many marks more, of a kind of work, by the same engine."""
    value, work, typed = tried
    values = tuple(
        symbol for symbol, _ in sorted(reckoner.scale.items(), key=lambda item: -item[1])
        if reckoner.worth(symbol) is not None
    )  # fmt: skip
    works = tuple(
        (code, title) for code, (title, weight) in kinds.items() if reckoner.weight(code, float(weight)) > 0
    )
    count = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 1
    if not value:
        return WhatIf(values, works)
    known = dict(works)
    if value not in values or work not in known or not 0 < count <= MOST_TRIED:
        fault = say(
            "Выберите отметку и вид работы из списка; число отметок – от 1 до {most}.",
            most=MOST_TRIED,
        )
        return WhatIf(values, works, value, work, min(max(count, 1), MOST_TRIED), None, fault)
    more = [MarkFact(value, work, float(kinds[work][1]), date.max)] * count
    return WhatIf(values, works, value, work, count, reckoner.outcome([*facts, *more]))


def _ways_up(
    reckoner: Reckoner,
    facts: Sequence[MarkFact],
    rows: Sequence[Row],
    total: Decimal,
    weights: Decimal,
    low: frozenset[str],
) -> tuple[Wish, ...]:
    """What would lift the mark: by sums where the mean decides alone, by trying where the act has a formula."""
    if reckoner.formula is None:
        heaviest = max((row.weight for row in rows), default=Decimal(1))
        return _wishes(total, weights, reckoner.scale, low, heaviest)
    return _tried(reckoner, reckoner.formula, facts, {row.code: (row.work, row.weight) for row in rows}, low)


def _tried(
    reckoner: Reckoner,
    formula: Formula,
    facts: Sequence[MarkFact],
    works: Mapping[str, tuple[str, Decimal]],
    low: frozenset[str],
) -> tuple[Wish, ...]:
    """For each better mark the fewest more marks, of the lightest and the heaviest work so far, that bring it."""
    now = reckoner.outcome(facts)
    worth = {symbol: value for symbol in reckoner.scale if (value := reckoner.worth(symbol)) is not None}
    own = formula.worth(now.symbol)
    if now.mean is None or own is None or not worth:
        return ()
    if own >= max(worth.values()):
        return (Wish(now.symbol, (), True),)
    ranked = sorted(works, key=lambda code: formula.weight(code, float(works[code][1])))
    ranked = [code for code in ranked if formula.weight(code, float(works[code][1])) > 0]
    found = []
    for target, points in sorted(worth.items(), key=lambda item: item[1]):
        if points <= own or target in low:
            continue
        ways = []
        for code in dict.fromkeys([*ranked[:1], *ranked[-1:]]):
            title, weight = works[code]
            for given in sorted((one for one in worth if worth[one] >= points), key=lambda one: -worth[one]):
                more = MarkFact(given, code, float(weight), date.max)
                tries = (n for n in range(1, STEPS + 1) if _reaches(reckoner, [*facts, *[more] * n], points))
                count = next(tries, None)
                if count is not None:
                    ways.append(
                        f"{plural(count, 'отметка', 'отметки', 'отметок')} «{given}», {title.lower()}"
                    )
        found.append(Wish(target, tuple(ways), False))
    return tuple(found)


def _reaches(reckoner: Reckoner, facts: Sequence[MarkFact], points: float) -> bool:
    reached = reckoner.worth(reckoner.outcome(facts).symbol)
    return reached is not None and reached >= points


def _change(row: sql.Row, zone: ZoneInfo) -> Change:
    data = json.loads(row[3])
    return Change(
        sql.aware(row[1]).astimezone(zone),
        say(VERBS.get(row[2]) or str(row[2])),
        str(data.get("before") or ""),
        str(data.get("after") or ""),
        str(data.get("reason") or ""),
        short_name(row[4], row[5] or "", row[6] or "") if row[4] else "",
    )


def _rows(
    marks: Sequence[sql.Row], history: Mapping[int, Sequence[Change]], reckoner: Reckoner
) -> tuple[tuple[Row, ...], Decimal, Decimal]:
    groups: dict[int, list[sql.Row]] = {}
    for mark in marks:
        groups.setdefault(mark[1], []).append(mark)
    found, total, weights = [], Decimal(0), Decimal(0)
    for parts in groups.values():
        row = parts[0]
        scale = scale_of(row[11] or "")
        weight = (
            Decimal(str(reckoner.weight(row[13], float(row[10]))))
            if reckoner.formula
            else Decimal(str(row[10]))
        )
        values = [part[3] for part in parts if part[3]]
        left_out = "" if values else say("снята")
        for value in values:
            worth = reckoner.worth(value) if reckoner.formula else scale.worth.get(value)
            if worth is None:
                left_out = say("этот знак в средней не считается")
            elif weight:
                total += Decimal(str(worth)) * weight
                weights += weight
        if values and not weight:
            left_out = (
                say("такие работы в отметку за период не входят")
                if reckoner.formula
                else say("вес этой работы 0")
            )
        lines = sorted(
            (line for part in parts for line in history.get(part[0], ())), key=lambda line: line.at
        )
        found.append(
            Row(
                id=row[1],
                day=row[6],
                number=row[7],
                work=row[8],
                title=row[9],
                weight=weight,
                value="/".join(values),
                first="/".join(part[4] for part in parts if part[4]),
                comment=row[5],
                is_low=any(value in scale.low for value in values),
                left_out=left_out,
                history=tuple(lines),
                code=row[13],
            )
        )
    return tuple(found), total, weights


def _wishes(
    total: Decimal, weights: Decimal, worth: Mapping[str, float], low: frozenset[str], heaviest: Decimal
) -> tuple[Wish, ...]:
    """For each better mark: how many of the best marks lift the average to half a point below it. A suggestion only."""
    values = {symbol: Decimal(str(value)) for symbol, value in worth.items()}
    best, average = max(values.values()), total / weights if weights else None
    if average is None:
        return ()
    now = max(
        (value for value in values.values() if average >= value - Decimal("0.5")),
        default=min(values.values()),
    )
    found = []
    for symbol, value in sorted(values.items(), key=lambda item: item[1]):
        if value <= now or symbol in low:
            continue
        edge = value - Decimal("0.5")
        ways = []
        for weight in sorted({Decimal(1), heaviest}):
            for given, points in sorted(values.items(), key=lambda item: -item[1]):
                if points <= edge or points < value:
                    continue
                count = math.ceil((edge * weights - total) / ((points - edge) * weight))
                if 0 < count <= STEPS:
                    marks = f"{plural(count, 'отметка', 'отметки', 'отметок')} «{given}»"
                    ways.append(
                        marks
                        if weight == 1
                        else say("{marks} за работы с весом {weight}", marks=marks, weight=_plain(weight))
                    )
        found.append(Wish(symbol, tuple(dict.fromkeys(ways)), False))
    if now == best:
        return (Wish(next(s for s, v in values.items() if v == best), (), True),)
    return tuple(found)


# --- all periods of all years -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Year:
    """A school year of a student: its periods and the marks of each subject in them."""

    title: str
    homeroom: str
    periods: tuple[Period, ...]
    """Reporting periods whose marks may be opened."""
    heads: tuple[str, ...]
    subjects: tuple[tuple[int, str, tuple[tuple[str, str], ...]], ...]
    """Subject, title and, for each head, the mark and the one before a correction."""
    missed: int


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that was ever reckoned up."""

    student: Child
    children: tuple[Child, ...]
    years: tuple[Year, ...]
    period: Period | None
    """The one that runs."""


_YEARS = """
SELECT y.id, y.title, h.title, t.id, t.title, t.starts, t.until, t.kind, h.term_kind, y.starts
FROM people_enrolment e JOIN organisation_homeroom h ON h.id = e.homeroom_id
JOIN organisation_academicyear y ON y.id = h.year_id JOIN organisation_term t ON t.year_id = y.id
WHERE e.student_id = %s AND e.starts <= %s ORDER BY y.starts DESC, e.starts DESC, t.starts, t.until
"""

_FINALS = f"""
SELECT DISTINCT j.year_id, s.id, s.title, s.position, f.term_id, f.value, f.first_value
FROM {MINE} mine JOIN plans_journal j ON j.id = mine.journal_id JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN journal_termmark f ON f.journal_id = j.id AND f.student_id = %s AND f.value <> ''
WHERE j.scale_id IS NOT NULL
"""

_MISSED = """
SELECT j.year_id, SUM(l.hours) FROM journal_absence a JOIN plans_journal j ON j.id = a.journal_id
JOIN timetable_lesson l ON l.id = a.lesson_id
WHERE a.student_id = %s AND a.meaning NOT IN ('', 'late') GROUP BY j.year_id
"""


def results(viewer: Viewer, student_id: int) -> Results:
    """Marks of all periods, of this year and of those before. Raises NotFound. Four statements."""
    family = family_of(viewer, student_id, viewer.on)
    id = family.shown.id
    finals: dict[tuple[int, int, int], tuple[str, str]] = {}
    subjects: dict[int, dict[int, tuple[int, str]]] = {}
    for row in sql.read(_FINALS, (id, id, id)):
        subjects.setdefault(row[0], {})[row[1]] = (row[3], row[2])
        if row[4] is not None:
            finals[row[0], row[1], row[4]] = (row[5], row[6] if row[6] != row[5] else "")
    missed: dict[int, int] = dict(sql.read(_MISSED, (id,)))
    years: dict[int, list[sql.Row]] = {}
    for row in sql.read(_YEARS, (id, viewer.on)):
        years.setdefault(row[0], []).append(row)
    found = []
    for year_id, rows in years.items():
        terms = {row[3]: row for row in rows if row[7] == rows[0][8] or row[7] == "year"}
        heads = sorted(terms.values(), key=lambda row: (row[7] == "year", row[5]))
        lines = sorted(subjects.get(year_id, {}).items(), key=lambda item: item[1])
        found.append(
            Year(
                title=rows[0][1],
                homeroom=class_name(rows[0][2]),
                periods=tuple(
                    Period(row[3], row[4], row[5], row[6])
                    for row in heads
                    if row[7] == rows[0][8] and row[5] <= viewer.on
                ),
                heads=tuple(row[4] for row in heads),
                subjects=tuple(
                    (
                        subject,
                        title,
                        tuple(finals.get((year_id, subject, row[3]), ("", "")) for row in heads),
                    )
                    for subject, (_, title) in lines
                ),
                missed=missed.get(year_id, 0),
            )
        )
    return Results(family.shown, family.children, tuple(found), family.period_on(viewer.on))


# --- one's own place --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """One's own place in the class by the average of the period; nobody else's."""

    place: int
    of: int
    clauses: tuple[str, ...]


_AVERAGES = """
SELECT m.student_id, m.value, a.weight, k.symbols
FROM people_enrolment e JOIN journal_mark m ON m.student_id = e.student_id AND m.value <> ''
JOIN journal_assessment a ON a.id = m.assessment_id JOIN timetable_lesson l ON l.id = a.lesson_id
JOIN plans_journal j ON j.id = a.journal_id JOIN organisation_markscale k ON k.id = j.scale_id
WHERE e.homeroom_id = (SELECT x.homeroom_id FROM people_enrolment x WHERE x.student_id = %s AND x.starts <= %s
    AND (x.until IS NULL OR x.until > %s) ORDER BY x.starts DESC LIMIT 1)
  AND e.starts <= %s AND (e.until IS NULL OR e.until > %s) AND l.date >= %s AND l.date < %s
"""


def own_place(viewer: Viewer, student_id: int, period: Period | None) -> Place | None:
    """«7 из 25», where the act in force has a rating; None elsewhere. One statement, none without such a clause."""
    law = law_of_school(viewer.school.id, viewer.school.law_version)
    clauses = tuple(
        dict.fromkeys(
            clause.printed
            for _, entry, _ in law.on(viewer.on).entries
            if entry.kind == "own_rating"
            for clause in entry.clauses
        )
    )
    if not clauses or period is None or student_id not in viewer.student_ids:
        return None
    sums: dict[int, tuple[float, float]] = {}
    on = viewer.on
    for student, value, weight, symbols in sql.read(
        _AVERAGES, (student_id, on, on, on, on, period.starts, period.until)
    ):
        points = scale_of(symbols or "").worth.get(value)
        if points is not None:
            total, weights = sums.get(student, (0.0, 0.0))
            sums[student] = (total + points * float(weight), weights + float(weight))
    averages = {student: round(total / weights, 2) for student, (total, weights) in sums.items() if weights}
    if student_id not in averages:
        return None
    mine = averages[student_id]
    return Place(1 + sum(1 for value in averages.values() if value > mine), len(averages), clauses)


__all__ = ["Place", "Results", "Subject", "own_place", "results", "subject_page"]
