"""The marks of a period by subject: gathered, averaged, with what asks for attention.

Four statements for the page, whatever the number of marks. Scope: `viewer.student_ids` and nothing else.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from parta.diary.queries.children import MINE, family_of
from parta.diary.queries.reckoning import formulas
from parta.diary.queries.week_values import (
    Attention,
    MarkShown,
    MarksPage,
    NotFound,
    SubjectMarks,
)
from parta.foundation import sql
from parta.foundation.language import say
from parta.foundation.pagekit import avg, time_unit
from parta.journal.queries.words import day, from_json
from parta.journal.rules.corrected import worth_of
from parta.journal.rules.evidence import MarkFact
from parta.journal.rules.formula import Formula
from parta.people.viewer import Viewer

MARKS = """
SELECT a.journal_id, CAST(l.date AS text), l.number * 100 + a.position, m.assessment_id, m.part, m.value, a.work_kind,
       a.weight, a.lesson_id, NULLIF(m.first_value, ''), NULLIF(m.comment, ''),
       m.counted
FROM journal_mark m
JOIN journal_assessment a ON a.id = m.assessment_id
JOIN timetable_lesson l ON l.id = a.lesson_id
WHERE m.student_id = %s AND m.value <> '' AND CAST(l.date AS text) >= %s AND CAST(l.date AS text) < %s
"""
"""The first five columns are the order of the marks. There are hundreds: days stay text, for few are read; what most
marks lack is NULL. The days are compared as text too: PostgreSQL, planning before it knows them, would take any span of
dates for a short one and begin with its lessons."""


JOURNALS = f"""
SELECT DISTINCT mine.journal_id, s.id, s.title, s.position, k.symbols, f.value, mine.starts, mine.until
FROM {MINE} mine
JOIN organisation_subject s ON s.id = mine.subject_id
LEFT JOIN organisation_markscale k ON k.id = mine.scale_id
LEFT JOIN journal_termmark f ON f.journal_id = mine.journal_id AND f.student_id = %s AND f.term_id = %s
"""


def marks_page(viewer: Viewer, student_id: int | None = None, period_id: int | None = None) -> MarksPage:
    """All marks of a period (default: the one that runs) of a student. Raises NotFound. Four statements."""
    family = family_of(viewer, student_id, viewer.on)
    id = family.shown.id
    period = family.period_on(viewer.on)
    if period_id is not None:
        past = family.every_period.get(period_id)
        if past is None:
            raise NotFound("period")
        if past not in family.periods:  # a year before this one
            family = family_of(viewer, student_id, past.starts)
        period = past
    since, until = (period.starts, period.until) if period else (viewer.on, viewer.on)
    marks = sql.read(MARKS, (id, since, until))
    journals = sql.read(JOURNALS, (id, id, id, period.id if period else 0))
    kinds: dict[str, str] = dict(
        sql.read("SELECT code, title FROM organisation_workkind WHERE school_id = %s", (viewer.school.id,))
    )
    scales = scales_of(journals)
    ruled = formulas(viewer, [row[0] for row in journals], until)
    gathered = gather(marks, kinds, journals, scales, since, until, ruled)
    return MarksPage(
        student=family.shown,
        children=family.children,
        periods=family.periods,
        period=period,
        subjects=subjects_of(journals, gathered, scales, since, until, with_lines=False),
        has_scale=any(scale.worth for scale in scales.values()),
    )


class Scale(NamedTuple):
    """What a page needs of a mark scale: what symbols are worth in an average, which do not pass, its bounds."""

    worth: Mapping[str, float]
    low: frozenset[str]
    bottom: float
    high: float
    passing: float


@lru_cache(maxsize=256)
def scale_of(text: str) -> Scale:
    """A mark scale out of its JSON, read once; without a text nothing is worth anything."""
    items = from_json(text) if text else []
    worth = {item["symbol"]: float(item["value"]) for item in items if item.get("counts", True)}
    passing = [worth[i["symbol"]] for i in items if i["symbol"] in worth and i.get("passes", True)]
    return Scale(
        worth,
        frozenset(item["symbol"] for item in items if not item.get("passes", True)),
        min(worth.values(), default=0.0),
        max(worth.values(), default=0.0),
        min(passing, default=0.0),
    )


def scales_of(journals: Sequence[sql.Row]) -> dict[int, Scale]:
    """The scale of each journal; journals share scales, and each is read once."""
    return {row[0]: scale_of(row[4] or "") for row in journals}


class _Tally:
    """A subject's marks of the period while they are gathered."""

    __slots__ = ("facts", "formula", "marks", "points", "total", "weights")

    def __init__(self) -> None:
        self.marks: list[MarkShown] = []
        self.points: list[float] = []
        self.total = self.weights = 0.0
        self.formula: Formula | None = None
        self.facts: list[MarkFact] = []
        """Marks for the formula, where the act has one."""

    @property
    def average(self) -> float | None:
        """The mean, by the act's formula where it has one."""
        if self.formula is not None:
            return self.formula.propose(self.facts).mean
        return self.total / self.weights if self.weights else None


class Gathered(NamedTuple):
    """Marks by subject (those of the period) and by lesson (all that were read)."""

    subjects: dict[int, _Tally]
    lessons: dict[int, list[MarkShown]]


def gather(
    rows: Sequence[sql.Row],
    kinds: Mapping[str, str],
    journals: Sequence[sql.Row],
    scales: Mapping[int, "Scale"],
    since: date,
    until: date,
    ruled: Mapping[int, Formula] | None = None,
) -> Gathered:
    """Put the rows together in one pass: hundreds of marks are on one page. A double mark is two rows, one mark."""
    first_day, last_day = since.isoformat(), until.isoformat()
    tallies: dict[int, _Tally] = {}
    of_journal: dict[int, tuple[_Tally, Mapping[str, float], frozenset[str]]] = {}
    for row in journals:
        tally = tallies.setdefault(row[1], _Tally())
        scale = scales[row[0]]
        tally.formula = (ruled or {}).get(row[0], tally.formula)
        of_journal[row[0]] = (tally, scale.worth, scale.low)
    in_order = sorted(rows)  # nearly so already: the index keeps a student's marks by journal
    if len(of_journal) > len(tallies):  # a subject in two journals
        in_order.sort(key=itemgetter(1, 2))
    lessons: dict[int, list[MarkShown]] = {}
    mark: MarkShown | None = None
    new = tuple.__new__  # a named tuple's own maker takes as long as all the rest
    for journal, on, _, assessment, part, value, work, weight, lesson, first, comment, counted in in_order:
        known = of_journal.get(journal)
        if known is None:
            continue
        tally, worth, low = known
        is_counted = first_day <= on < last_day
        here = lessons.get(lesson)
        if here is None:
            here = lessons[lesson] = []
        if part == 2 and mark is not None and mark.assessment == assessment:
            mark = mark._replace(
                value=f"{mark.value}/{value}",
                first=f"{mark.first}/{first}" if mark.first and first else mark.first or first or "",
                is_low=mark.is_low or value in low,
            )
            here[-1] = mark
            if is_counted:
                tally.marks[-1] = mark
        else:
            told = (on, value, first or "", kinds.get(work, work), comment or "", value in low, assessment)
            mark = new(MarkShown, told)
            here.append(mark)
            if is_counted:
                tally.marks.append(mark)
        if is_counted and tally.formula is not None:
            tally.facts.append(MarkFact(counted or value, work, float(weight), date.fromisoformat(on)))
        if not is_counted:
            continue
        point = worth.get(value) if counted is None else worth_of(worth, counted)
        if point is not None:
            weight = float(weight)
            tally.points.append(point)
            tally.total += point * weight
            tally.weights += weight
    return Gathered(tallies, lessons)


def subjects_of(
    journals: Sequence[sql.Row],
    gathered: Gathered,
    scales: Mapping[int, "Scale"],
    since: date,
    until: date,
    *,
    with_lines: bool,
) -> tuple[SubjectMarks, ...]:
    """Subjects with a scale in the order of the school, each once; their marks of the period."""
    titles: dict[int, tuple[int, str, str, Scale]] = {}
    for row in journals:
        if row[4] is None:
            continue
        starts, left = day(row[6]), day(row[7])
        is_past = (left is not None and left <= since) or (starts is not None and starts >= until)
        if is_past and not gathered.subjects[row[1]].marks:
            continue
        known = titles.get(row[1])
        titles[row[1]] = (row[3], row[2], row[5] or (known[2] if known else ""), scales[row[0]])
    found = []
    for subject, (_, title, final, scale) in sorted(titles.items(), key=lambda item: item[1][:2]):
        tally = gathered.subjects[subject]
        line, ends_low = _line(tally.points, scale) if with_lines else ("", False)
        found.append(
            SubjectMarks(
                title,
                tuple(tally.marks),
                tally.average,
                final,
                line,
                ends_low,
                subject,
            )
        )
    return tuple(found)


def _line(points: Sequence[float], scale: "Scale") -> tuple[str, bool]:
    """The curve of the last twelve marks in a field of 100 × 20, and whether it ends below the pass line."""
    points = points[-12:]
    if len(points) < 2 or scale.high == scale.bottom:
        return "", False
    step, height = 96 / (len(points) - 1), scale.high - scale.bottom
    places = (f"{2 + n * step:.4g} {18 - 16 * (p - scale.bottom) / height:.4g}" for n, p in enumerate(points))
    return "M" + " ".join(places), points[-1] < scale.passing


def attention_of(
    viewer: Viewer, subjects: Sequence[SubjectMarks], away: Mapping[str, int]
) -> list[Attention]:
    """What asks for a look: low marks of two weeks, averages that lack little, absences of the period."""
    found = []
    lately = (viewer.on - timedelta(days=14)).isoformat()
    for subject in subjects:
        low = [mark for mark in subject.marks if mark.is_low and mark.day >= lately]
        if low:
            mark = low[-1]
            found.append(
                Attention(
                    "triangle-alert",
                    say(
                        "{subject}: {value} за {day}",
                        subject=subject.title,
                        value=mark.value,
                        day=f"{mark.day[8:]}.{mark.day[5:7]}",
                    ),
                    mark.comment or mark.work,
                )
            )
    for subject in subjects:
        if subject.average is not None and not subject.final and len(subject.marks) >= 3:
            gap = round(subject.average) + 0.5 - subject.average if subject.average % 1 < 0.5 else 1.0
            if 0 < gap <= 0.1:
                shown = avg(subject.average)
                found.append(
                    Attention(
                        "trending-up",
                        say(
                            "{subject}: {average}, немного не хватает до {mark}",
                            subject=subject.title,
                            average=shown,
                            mark=round(subject.average) + 1,
                        ),
                        say("Средняя по отметкам периода."),
                    )
                )
    missed = sum(count for meaning, count in away.items() if meaning != "late")
    unit = time_unit(viewer.school.kind)[2]
    unexplained = away.get("unknown", 0) + away.get("unexcused", 0)
    parts = []
    if unexplained:
        parts.append(say("Без уважительной или известной причины: {count}.", count=unexplained))
    if away.get("late"):
        parts.append(say("Опозданий: {count}.", count=away["late"]))
    found.append(
        Attention(
            "user-round",
            say("Пропущено {unit} с начала периода: {missed}", unit=unit, missed=missed),
            " ".join(parts),
        )
    )
    return found
