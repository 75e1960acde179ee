"""What a family wants to know of the class: who teaches, works that are coming, vacations, absences by reason."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import F, Q

from parta.diary.models import AbsenceNotice, DataChange
from parta.diary.queries.children import MINE, family_of
from parta.diary.queries.week_values import AWAY_WORDS, CHECKS, Child, Period
from parta.foundation import sql
from parta.foundation.language import noted, say
from parta.foundation.pagekit import minutes_words, number_span
from parta.journal.queries.words import short_name
from parta.people.viewer import Viewer

OWN_FIELDS = noted({"surname": "Ваша фамилия", "phone": "Ваш телефон", "email": "Ваша электронная почта"})
"""What guardians may correct about themselves."""


@dataclass(frozen=True, slots=True)
class Teacher:
    """A teacher of the student's, with the subjects."""

    id: int
    name: str
    subjects: tuple[str, ...]
    is_class_teacher: bool
    writes: bool
    """Has an account and can be written to."""


@dataclass(frozen=True, slots=True)
class Work:
    """A control work to come. `is_fixed` False: by the thematic plan, the day may move."""

    date: date
    number: int
    subject: str
    kind: str
    topic: str
    is_fixed: bool


@dataclass(frozen=True, slots=True)
class Vacation:
    """Days without lessons; `last` is the last of them."""

    title: str
    starts: date
    last: date
    is_past: bool


@dataclass(frozen=True, slots=True)
class ClassPage:
    """Everything about the class and the year."""

    student: Child
    children: tuple[Child, ...]
    period: Period | None
    periods: tuple[Period, ...]
    teachers: tuple[Teacher, ...]
    works: tuple[Work, ...]
    forms: tuple[tuple[str, tuple[str, ...]], ...]
    """Forms of control by subject: what the year had and what its plan has."""
    vacations: tuple[Vacation, ...]


_TEACHERS = f"""
SELECT p.id, p.surname, p.given_name, p.patronymic, s.title, s.position, p.user_id, 0
FROM {MINE} mine JOIN plans_teachingload d ON d.journal_id = mine.journal_id AND d.starts <= %s
     AND (d.until IS NULL OR d.until > %s)
JOIN people_person p ON p.id = d.teacher_id JOIN organisation_subject s ON s.id = mine.subject_id
WHERE mine.starts <= %s AND (mine.until IS NULL OR mine.until > %s)
UNION
SELECT p.id, p.surname, p.given_name, p.patronymic, '', 0, p.user_id, 1
FROM people_enrolment e JOIN people_role r ON r.homeroom_id = e.homeroom_id AND r.kind IN ('class_teacher', 'master')
     AND r.starts <= %s AND (r.until IS NULL OR r.until > %s)
JOIN people_person p ON p.id = r.person_id
WHERE e.student_id = %s AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)
ORDER BY 8 DESC, 6, 5
"""

_COMING = f"""
SELECT mine.journal_id, s.title, l.id, l.date, l.number, a.work_kind, r.topic, r.planned_topic_id
FROM {MINE} mine JOIN timetable_lesson l ON l.journal_id = mine.journal_id AND l.state <> 'cancelled'
     AND l.date >= %s AND l.date < %s AND l.date >= mine.starts AND (mine.until IS NULL OR l.date < mine.until)
JOIN organisation_subject s ON s.id = mine.subject_id
LEFT JOIN journal_assessment a ON a.lesson_id = l.id
LEFT JOIN journal_lessonrecord r ON r.lesson_id = l.id
ORDER BY l.date, l.number, l.id
"""

_PLAN = f"""
SELECT DISTINCT mine.journal_id, s.title, q.position, q.id, q.text, q.work_kind,
       CASE WHEN EXISTS (SELECT 1 FROM journal_lessonrecord r JOIN timetable_lesson l ON l.id = r.lesson_id
            WHERE r.journal_id = mine.journal_id AND r.planned_topic_id = q.id AND l.date < %s) THEN 1 ELSE 0 END
FROM {MINE} mine JOIN plans_journal j ON j.id = mine.journal_id JOIN plans_plannedtopic q ON q.plan_id = j.plan_id
JOIN organisation_subject s ON s.id = mine.subject_id
WHERE mine.starts <= %s AND (mine.until IS NULL OR mine.until > %s)
ORDER BY mine.journal_id, q.position
"""

_REST = """
SELECT 'kind', k.code, k.title, NULL, NULL FROM organisation_workkind k WHERE k.school_id = %s
UNION ALL
SELECT DISTINCT v.kind, '', v.title, CAST(v.starts AS text), CAST(v.until AS text) FROM organisation_vacation v
JOIN people_enrolment e ON e.student_id = %s AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)
JOIN organisation_homeroom h ON h.id = e.homeroom_id AND h.year_id = v.year_id
WHERE v.homeroom_id IS NULL OR v.homeroom_id = h.id
"""


def class_page(viewer: Viewer, student_id: int) -> ClassPage:
    """Teachers, coming control works, vacations. Raises NotFound. Five statements."""
    family = family_of(viewer, student_id, viewer.on)
    id, on = family.shown.id, viewer.on
    period = family.period_on(on)
    until = max(period.until if period else on, on + timedelta(days=14))
    people: dict[int, tuple[str, list[str], bool, bool]] = {}
    for row in sql.read(_TEACHERS, (id, id, on, on, on, on, on, on, id, on, on)):
        known = people.setdefault(row[0], (short_name(*row[1:4]), [], bool(row[7]), row[6] is not None))
        if row[4] and row[4] not in known[1]:
            known[1].append(row[4])
    rest = sql.read(_REST, (viewer.school.id, id, on, on))
    kinds: dict[str, str] = {row[1]: row[2] for row in rest if row[0] == "kind"}
    plan = sql.read(_PLAN, (on, id, id, on, on))
    works = _works(sql.read(_COMING, (id, id, on, until)), plan, kinds)
    forms: dict[str, dict[str, None]] = {}
    for row in plan:
        if row[5]:
            forms.setdefault(row[1], {})[kinds.get(row[5]) or str(row[5])] = None
    for work in works:
        forms.setdefault(work.subject, {})[work.kind] = None
    return ClassPage(
        student=family.shown,
        children=family.children,
        period=period,
        periods=family.periods,
        teachers=tuple(
            Teacher(person, name, tuple(subjects), is_head, writes)
            for person, (name, subjects, is_head, writes) in people.items()
        ),
        works=works,
        forms=tuple((subject, tuple(found)) for subject, found in sorted(forms.items())),
        vacations=tuple(
            sorted(
                (
                    Vacation(
                        row[2],
                        date.fromisoformat(row[3]),
                        date.fromisoformat(row[4]) - timedelta(days=1),
                        date.fromisoformat(row[4]) <= on,
                    )
                    for row in rest
                    if row[0] != "kind"
                ),
                key=lambda one: one.starts,
            )
        ),
    )


def _works(coming: list[sql.Row], plan: list[sql.Row], kinds: dict[str, str]) -> tuple[Work, ...]:
    """Works that lessons have already, and those of the plan laid on the lessons to come in their order."""
    found: list[Work] = []
    free: dict[int, list[sql.Row]] = {}
    fixed: set[int] = set()
    for row in coming:
        if row[5] in CHECKS and row[2] not in fixed:
            found.append(Work(row[3], row[4], row[1], kinds.get(row[5]) or str(row[5]), row[6] or "", True))
            fixed.add(row[2])
        lessons = free.setdefault(row[0], [])
        if not row[7] and (not lessons or lessons[-1][2] != row[2]):
            lessons.append(row)
    taken = {row[7] for row in coming if row[7]}
    left: dict[int, list[sql.Row]] = {}
    for topic in plan:
        if not topic[6] and topic[3] not in taken:
            left.setdefault(topic[0], []).append(topic)
    for journal, topics in left.items():
        for lesson, topic in zip(free.get(journal, ()), topics, strict=False):
            if topic[5] in CHECKS and lesson[2] not in fixed:
                found.append(
                    Work(
                        lesson[3], lesson[4], lesson[1], kinds.get(topic[5]) or str(topic[5]), topic[4], False
                    )
                )
    return tuple(sorted(set(found), key=lambda work: (work.date, work.number, work.subject)))


# --- absences ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Missed:
    """A lesson missed, or come to late."""

    date: date
    number: str
    """«3», of several hours «1–6»."""
    subject: str
    symbol: str
    words: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class NoticeShown:
    """A planned absence that the family has told of."""

    id: int
    starts: date
    last: date
    lessons: str
    meaning: str
    text: str
    file_name: str
    state: str
    state_words: str
    answer: str
    told_by: str
    told_at: datetime
    is_open: bool


NOTICES = 30
"""The latest notices, as many as the page shows."""


@dataclass(frozen=True, slots=True)
class AbsencePage:
    """Lessons missed in a period by day, their sums by reason, what the family told ahead."""

    student: Child
    children: tuple[Child, ...]
    periods: tuple[Period, ...]
    period: Period | None
    days: tuple[tuple[date, tuple[Missed, ...]], ...]
    sums: tuple[tuple[str, str, int], ...]
    """Letter, reason in words, hours (of a lesson of one hour one); late arrivals are not among them."""
    missed: int
    late: int
    held: int
    notices: tuple[NoticeShown, ...]
    next_day: date
    """The next day of school, on which an absence most likely begins."""
    unexplained: tuple[tuple[date, date, int], ...]
    """Runs of days with absences without a reason, of which the family has said nothing: first, last, hours."""


_ABSENCES = """
SELECT l.date, l.number, l.hours, s.title, a.symbol, a.meaning, a.minutes
FROM journal_absence a JOIN timetable_lesson l ON l.id = a.lesson_id JOIN plans_journal j ON j.id = a.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
WHERE a.student_id = %s AND a.meaning <> '' AND l.date >= %s AND l.date < %s ORDER BY l.date DESC, l.number
"""

_HELD = f"""
SELECT COALESCE(SUM(l.hours), 0) FROM {MINE} mine JOIN timetable_lesson l ON l.journal_id = mine.journal_id
JOIN journal_lessonrecord r ON r.lesson_id = l.id AND r.conducted_at IS NOT NULL
WHERE l.date >= %s AND l.date < %s AND l.date >= mine.starts AND (mine.until IS NULL OR l.date < mine.until)
"""


def absence_page(viewer: Viewer, student_id: int, period_id: int | None = None) -> AbsencePage:
    """Absences of a period (default: the one that runs) and notices of the year. Raises NotFound. Four statements."""
    from parta.diary.queries.week_values import NotFound

    family = family_of(viewer, student_id, viewer.on)
    id = family.shown.id
    period = family.period_on(viewer.on)
    if period_id is not None:
        period = next((known for known in family.periods if known.id == period_id), None)
        if period is None:
            raise NotFound("period")
    since, until = (period.starts, period.until) if period else (viewer.on, viewer.on)
    days: dict[date, list[Missed]] = {}
    sums: Counter[tuple[str, str]] = Counter()
    late = 0
    unknown: Counter[date] = Counter()
    for on, number, hours, subject, symbol, meaning, minutes in sql.read(_ABSENCES, (id, since, until)):
        words = say(AWAY_WORDS.get(meaning) or str(meaning))
        if meaning == "late":
            late += 1
            words += f" {minutes_words(minutes)}" if minutes else ""
        else:
            sums[symbol, words] += hours
        if meaning == "unknown":
            unknown[on] += hours
        days.setdefault(on, []).append(
            Missed(on, number_span(number, hours), subject, symbol, words, meaning == "late")
        )
    held = sql.read(_HELD, (id, id, since, until))[0][0]
    notices = list(
        AbsenceNotice.objects.filter(student_id=id, school_id=viewer.school.id)
        .select_related("told_by")
        .order_by("-starts", "-id")
    )
    return AbsencePage(
        student=family.shown,
        children=family.children,
        periods=family.periods,
        period=period,
        days=tuple((on, tuple(found)) for on, found in days.items()),
        sums=tuple((symbol, words, count) for (symbol, words), count in sums.most_common()),
        missed=sum(sums.values()),
        late=late,
        held=held,
        notices=tuple(notice_shown(row, viewer) for row in notices[:NOTICES]),
        next_day=family.next_day(viewer.on),
        unexplained=_runs(unknown, notices),
    )


def _runs(
    unknown: Mapping[date, int], notices: Sequence[AbsenceNotice]
) -> tuple[tuple[date, date, int], ...]:
    """Days nobody has explained, the latest run first; a weekend does not part an illness."""
    told = [(row.starts, row.until) for row in notices if row.state in ("told", "accepted")]
    runs: list[list[date]] = []
    for on in sorted(on for on in unknown if not any(first <= on < until for first, until in told)):
        if runs and (on - runs[-1][-1]).days <= 3:
            runs[-1].append(on)
        else:
            runs.append([on])
    return tuple((run[0], run[-1], sum(unknown[on] for on in run)) for run in reversed(runs))


def lesson_words(first: int | None, last: int | None) -> str:
    """«2–4-й уроки», «3-й урок», or «весь день»."""
    if first is None or last is None:
        return say("весь день")
    if first == last:
        return say("{number}-й урок", number=first)
    return say("{numbers}-й уроки", numbers=f"{first}–{last}")


def told_to(homeroom_ids: Sequence[int]) -> Q:
    """Notices of days on which the student was in one of the classes: who taught the child before reads nothing new."""
    return Q(
        Q(student__enrolments__until=None) | Q(student__enrolments__until__gt=F("starts")),
        student__enrolments__homeroom_id__in=homeroom_ids,
        student__enrolments__starts__lt=F("until"),
    )


def notice_shown(row: AbsenceNotice, viewer: Viewer) -> NoticeShown:
    """A notice in words; its `told_by` must be loaded."""
    return NoticeShown(
        id=row.pk,
        starts=row.starts,
        last=row.until - timedelta(days=1),
        lessons=lesson_words(row.first_lesson, row.last_lesson),
        meaning=say(dict(AbsenceNotice.MEANINGS)[row.meaning]),
        text=row.text,
        file_name=row.file_name,
        state=row.state,
        state_words=say(dict(AbsenceNotice.STATES)[row.state]),
        answer=row.answer,
        told_by=row.told_by.short_name,
        told_at=row.told_at.astimezone(ZoneInfo(viewer.school.timezone)),
        is_open=row.state == "told",
    )


# --- data of the family -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DataPage:
    """What the school knows of the child and the guardian, and the changes the family has told of."""

    student: Child
    children: tuple[Child, ...]
    fields: tuple[tuple[str, str, str], ...]
    """Choice of the form, title, what stands there."""
    changes: tuple[DataChange, ...]


def data_page(viewer: Viewer, student_id: int) -> DataPage:
    """Personal data that a guardian may report a change of. Raises NotFound. Three statements."""
    from parta.people.models import Person

    family = family_of(viewer, student_id, viewer.on)
    people = {
        person.pk: person for person in Person.objects.filter(pk__in=[family.shown.id, viewer.person_id])
    }
    fields = []
    for person_id in (family.shown.id, viewer.person_id):
        for name, title in DataChange.FIELDS:
            value = getattr(people[person_id], name)
            shown = value.strftime("%d.%m.%Y") if isinstance(value, date) else value or ""
            if person_id == viewer.person_id:
                if name in OWN_FIELDS:
                    fields.append((f"{person_id}:{name}", say(OWN_FIELDS[name]), shown))
            else:
                fields.append((f"{person_id}:{name}", say("{field} ученика", field=say(title)), shown))
    changes = (
        DataChange.objects.filter(student_id=family.shown.id, school_id=viewer.school.id)
        .select_related("told_by", "decided_by")
        .order_by("-told_at")[:30]
    )
    return DataPage(family.shown, family.children, tuple(fields), tuple(changes))
