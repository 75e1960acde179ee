"""The forecast of a class and of one student: what the journal says of the period that runs, by `forecasting`'s method.

Read for a class at once, in five statements whatever its size; a family gets its own student's lines of the same
reckoning, so both see one number.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from parta.diary.models import SchoolForecast
from parta.diary.queries.children import family_of
from parta.diary.queries.forecasting import LEAST, Forecast, Key, Steps, Sums, expectations, forecast
from parta.diary.queries.marks import scale_of
from parta.diary.queries.reckoning import COMPUTES, Reckoner
from parta.diary.queries.week_values import Child, NotFound, Period
from parta.foundation import sql
from parta.journal.queries.words import class_name, day, register_key
from parta.journal.rules.matters import JOINS, PLACE, places
from parta.journal.rules.questions import term_formula
from parta.people.viewer import Viewer
from parta.regulation.judge import Law
from parta.regulation.queries import law as law_of_school


@dataclass(frozen=True, slots=True)
class Line:
    """What is expected of one student in one subject."""

    student: int
    name: str
    subject: int
    title: str
    forecast: Forecast


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """A subject of the class: how many of each likely mark, how many at risk."""

    title: str
    likely: tuple[tuple[str, int], ...]
    at_risk: int


@dataclass(frozen=True, slots=True)
class ClassForecast:
    """The class page. Without enough ended periods `lines` is empty and `known` says how many outcomes there are."""

    homeroom: int
    title: str
    period: Period | None
    students: tuple[tuple[int, str], ...]
    lines: tuple[Line, ...]
    subjects: tuple[SubjectLine, ...]
    known: int
    shown_to: str

    @property
    def risks(self) -> tuple[Line, ...]:
        """Students and subjects worth a talk now, the likeliest first."""
        return tuple(
            sorted((one for one in self.lines if one.forecast.is_at_risk), key=lambda one: -one.forecast.risk)
        )

    @property
    def at_risk(self) -> int:
        """Students with at least one such subject."""
        return len({one.student for one in self.risks})

    def of(self, student: int) -> tuple[Line, ...]:
        """One student's lines."""
        return tuple(one for one in self.lines if one.student == student)


@dataclass(frozen=True, slots=True)
class OwnForecast:
    """The family's page."""

    student: Child
    children: tuple[Child, ...]
    period: Period | None
    lines: tuple[Line, ...]
    is_shown: bool
    """False: the school keeps the forecast from families."""


_TERMS = """
SELECT t.id, t.title, t.starts, t.until, h.title FROM organisation_homeroom h
LEFT JOIN organisation_term t ON t.year_id = h.year_id AND t.kind = h.term_kind
WHERE h.id = %s AND h.school_id = %s ORDER BY t.starts
"""
_MEMBERS = """
SELECT p.id, p.surname, p.given_name, p.patronymic FROM people_enrolment e JOIN people_person p ON p.id = e.student_id
WHERE e.homeroom_id = %s AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)
"""
_JOURNALS = f"""
SELECT {PLACE}, s.id, s.position, k.symbols FROM plans_journal j {JOINS}
JOIN organisation_markscale k ON k.id = j.scale_id
WHERE j.homeroom_id = %s OR j.subgroup_id IN (SELECT x.subgroup_id FROM organisation_subgroup_homerooms x
    WHERE x.homeroom_id = %s)
"""
_MARKS = """
SELECT m.student_id, a.journal_id, l.date, COALESCE(m.counted, m.value), a.weight, a.work_kind
FROM journal_assessment a JOIN timetable_lesson l ON l.id = a.lesson_id
JOIN journal_mark m ON m.assessment_id = a.id AND m.value <> ''
WHERE a.journal_id IN ({ids}) AND l.date >= %s AND l.date <= %s
"""
_FINALS = """
SELECT student_id, journal_id, term_id, value FROM journal_termmark WHERE journal_id IN ({ids}) AND value <> ''
"""


@dataclass(frozen=True, slots=True)
class Book:
    """All that is read of a class: what the method works on."""

    title: str
    terms: tuple[Period, ...]
    students: Mapping[int, str]
    whole: frozenset[int]
    """Subjects that every student of the class has."""
    titles: Mapping[int, str]
    """Subjects in the order of the school."""
    steps: Mapping[int, Steps]
    marks: tuple[tuple[int, int, date, float, float], ...]
    """Student, subject, day, worth, weight of each mark that counts."""
    finals: Mapping[tuple[int, int, int], float]
    """Worth of the mark set, by student, subject and period."""

    def running(self, on: date) -> Period | None:
        """The period of a day."""
        return next((term for term in self.terms if term.starts <= on < term.until), None)

    def sums(self, since: date, until: date) -> dict[Key, Sums]:
        """Marks of a span by student and subject."""
        found: dict[Key, Sums] = defaultdict(Sums)
        for student, subject, on, worth, weight in self.marks:
            if since <= on < until:
                found[student, subject].add(worth, weight)
        return found

    def before(self, term: Period) -> dict[Key, float]:
        """The last mark of a period before this one, by student and subject."""
        found: dict[Key, float] = {}
        for earlier in self.terms:
            if earlier.until <= term.starts:
                found |= {(s, j): worth for (s, j, id), worth in self.finals.items() if id == earlier.id}
        return found

    def held_back(self, term: Period, share: float) -> list[tuple[Key, float, float, Sums]]:
        """An ended period as it looked at a share of its length: key, expected, what was set, marks till then."""
        cut = term.starts + timedelta(days=round(share * (term.until - term.starts).days))
        sums = self.sums(term.starts, cut)
        known = {(s, j): worth for (s, j, id), worth in self.finals.items() if id == term.id}
        expected = expectations(sums, self.before(term), known)
        return [(key, mean, known[key], sums.get(key) or Sums()) for key, mean in expected.items()]

    def errors(self, on: date) -> list[float]:
        """Errors in the ended periods at the share of the period that has now gone by, ascending."""
        term = self.running(on)
        if term is None:
            return []
        share = ((on - term.starts).days + 1) / (term.until - term.starts).days
        ended = [one for one in self.terms if one.until <= on]
        return sorted(real - mean for one in ended for _, mean, real, _ in self.held_back(one, share))


def read_book(school_id: int, law: Law, homeroom_id: int, on: date) -> Book | None:
    """Everything of a class up to a day; None where the school has no such class. Five statements."""
    rows = sql.read(_TERMS, (homeroom_id, school_id))
    if not rows:
        return None
    terms = tuple(Period(row[0], row[1], row[2], row[3]) for row in rows if row[0] is not None)
    if not terms:
        return Book(class_name(rows[0][4]), (), {}, frozenset(), {}, {}, (), {})
    members = sorted(sql.read(_MEMBERS, (homeroom_id, on, on)), key=lambda row: register_key(*row[1:4]))
    journals = sql.read(_JOURNALS, (homeroom_id, homeroom_id))
    running = next((term for term in terms if term.starts <= on < term.until), terms[-1])
    judged = running.until - timedelta(days=1)
    ruled = any(entry.kind in COMPUTES for _, entry, _ in law.on(judged).entries)
    known = places(law)
    reckoners: dict[int, Reckoner] = {}
    steps: dict[int, Steps] = {}
    for row in journals:
        formula = term_formula(law, on=judged, place=known.place(row)) if ruled else None
        scale = scale_of(row[-1])
        reckoners[row[0]] = Reckoner(formula, scale.worth)
        borders = [(worth - 0.5, symbol) for symbol, worth in scale.worth.items()]
        if formula is not None and (own := formula.steps(tuple(scale.worth))["steps"]):
            borders = [(float(least), symbol) for least, symbol in own]
        steps.setdefault(row[-3], Steps(tuple(sorted(borders, reverse=True)), scale.low))
    subject_of = {row[0]: row[-3] for row in journals}
    ids = sorted(subject_of)
    marks, finals = [], {}
    if ids:
        listed = sql.marks(len(ids))
        for student, journal, on_day, value, weight, work in sql.read(
            _MARKS.format(ids=listed), (*ids, terms[0].starts, on)
        ):
            reckoner = reckoners[journal]
            worth, heavy = reckoner.worth(value), reckoner.weight(work, float(weight))
            if worth is not None and heavy > 0:
                marks.append((student, subject_of[journal], day(on_day) or on, worth, heavy))
        for student, journal, term_id, value in sql.read(_FINALS.format(ids=listed), tuple(ids)):
            worth = reckoners[journal].worth(value)
            if worth is not None:
                finals[student, subject_of[journal], term_id] = worth
    return Book(
        title=class_name(rows[0][4]),
        terms=terms,
        students={row[0]: f"{row[1]} {row[2]}" for row in members},
        whole=frozenset(row[-3] for row in journals if row[8] is None),
        titles={row[-3]: row[2] for row in sorted(journals, key=lambda row: (row[-2], row[2]))},
        steps=steps,
        marks=tuple(marks),
        finals=finals,
    )


def lines_of(book: Book, on: date) -> tuple[tuple[Line, ...], int]:
    """Forecasts of the period that runs, of subjects whose mark is not set yet; and how many outcomes are known."""
    term = book.running(on)
    if term is None:
        return (), 0
    errors = book.errors(on)
    if len(errors) < LEAST:
        return (), len(errors)
    sums = book.sums(term.starts, on + timedelta(days=1))
    set_already = {(student, subject) for student, subject, id in book.finals if id == term.id}
    wanted = [
        (student, subject)
        for student in book.students
        for subject in book.titles
        if (subject in book.whole or (student, subject) in sums) and (student, subject) not in set_already
    ]
    means = expectations(sums, book.before(term), wanted)
    found = []
    for student, subject in wanted:
        mean = means.get((student, subject))
        if mean is None:
            continue
        count = sums[student, subject].count if (student, subject) in sums else 0
        made = forecast(mean, errors, book.steps[subject], count)
        if made is not None:
            found.append(Line(student, book.students[student], subject, book.titles[subject], made))
    return tuple(found), len(errors)


def shown_to(school_id: int) -> str:
    """Whom the school lets see the forecast: all, staff or nobody. One statement."""
    return (
        SchoolForecast.objects.filter(school_id=school_id).values_list("shown_to", flat=True).first() or "all"
    )


def may_read(viewer: Viewer, homeroom_id: int) -> bool:
    """The class teacher or master of the class, the administration, and who inspects the whole school."""
    return viewer.is_school_wide or homeroom_id in viewer.homeroom_ids


def class_forecast(viewer: Viewer, homeroom_id: int) -> ClassForecast:
    """The forecast of a class. Raises NotFound for another's class. Six statements."""
    if not may_read(viewer, homeroom_id):
        raise NotFound("homeroom")
    allowed = shown_to(viewer.school.id)
    law = law_of_school(viewer.school.id, viewer.school.law_version)
    book = read_book(viewer.school.id, law, homeroom_id, viewer.on)
    if book is None:
        raise NotFound("homeroom")
    lines, known = lines_of(book, viewer.on) if allowed != "nobody" else ((), 0)
    return ClassForecast(
        homeroom=homeroom_id,
        title=book.title,
        period=book.running(viewer.on),
        students=tuple(book.students.items()),
        lines=lines,
        subjects=_by_subject(lines, book),
        known=known,
        shown_to=allowed,
    )


def _by_subject(lines: Sequence[Line], book: Book) -> tuple[SubjectLine, ...]:
    found = []
    for subject, title in book.titles.items():
        mine = [one.forecast for one in lines if one.subject == subject]
        if mine:
            count = Counter(one.likely for one in mine)
            order = [symbol for _, symbol in book.steps[subject].marks]
            likely = tuple((symbol, count[symbol]) for symbol in order if count[symbol])
            found.append(SubjectLine(title, likely, sum(one.is_at_risk for one in mine)))
    return tuple(found)


_CLASS = """
SELECT e.homeroom_id FROM people_enrolment e WHERE e.student_id = %s AND e.starts <= %s
AND (e.until IS NULL OR e.until > %s) ORDER BY e.starts DESC LIMIT 1
"""


def own_forecast(viewer: Viewer, student_id: int) -> OwnForecast:
    """The forecast of the viewer's own student, by the reckoning of the class; without lines where the school keeps
    it from families. Raises NotFound. Eight statements."""
    family = family_of(viewer, student_id, viewer.on)
    if shown_to(viewer.school.id) != "all":
        return OwnForecast(family.shown, family.children, family.period_on(viewer.on), (), False)
    rows = sql.read(_CLASS, (student_id, viewer.on, viewer.on))
    law = law_of_school(viewer.school.id, viewer.school.law_version)
    book = read_book(viewer.school.id, law, rows[0][0], viewer.on) if rows else None
    lines = lines_of(book, viewer.on)[0] if book is not None else ()
    return OwnForecast(
        family.shown,
        family.children,
        family.period_on(viewer.on),
        tuple(one for one in lines if one.student == student_id),
        True,
    )
