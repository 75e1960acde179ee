"""One subject of a student: the marks with their history, how the average is reckoned, what would raise it."""

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
from parta.journal.queries.words import short_name
from parta.journal.rules.corrected import worth_of
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
    counted: str = ""
    """What counts in the average in place of the value, where a mark was corrected and the act says so."""
    terms: tuple[Decimal, ...] = ()
    """What it puts into the sum, each to be multiplied by the weight."""


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
        terms = [
            f"{_plain(worth)}·{_plain(row.weight)}" if self.has_weights else _plain(worth)
            for row in self.rows
            for worth in row.terms
        ]
        if not terms or self.average is None or self.has_shares:
            return ""
        total = _plain(self.total)
        return f"{' + '.join(terms)} = {total};  {total} : {_plain(self.weights)} = {_plain(self.average, 2)}"


def _plain(value: Decimal, places: int | None = None) -> str:
    if places is not None:
        value = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text and places is None else text).replace(".", ",")


_MARKS = """
SELECT m.id, m.assessment_id, m.part, m.value, m.first_value, m.comment, l.date, l.number,
       COALESCE(k.title, a.work_kind), a.title, a.weight, s.symbols, a.position, a.work_kind,
       m.counted
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
        period = family.every_period.get(period_id)
        if period is None:
            raise NotFound("period")
        if period not in family.periods:  # a year before this one
            family = family_of(viewer, student_id, period.starts)
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
    facts = [MarkFact(mark[14] or mark[3], mark[13], float(mark[10]), mark[6]) for mark in marks if mark[3]]
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
        terms: list[Decimal] = []
        for value in (part[14] or part[3] for part in parts if part[3]):
            worth = reckoner.worth(value) if reckoner.formula else worth_of(scale.worth, value)
            if worth is None:
                left_out = say("этот знак в средней не считается")
            elif weight:
                terms.append(Decimal(str(worth)))
                total += terms[-1] * weight
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
                counted="/".join(part[14] or part[3] for part in parts if part[3]).replace(".", ",")
                if any(part[14] for part in parts)
                else "",
                history=tuple(lines),
                code=row[13],
                terms=tuple(terms),
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
