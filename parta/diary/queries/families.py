"""A class seen from its families: who looks, who acknowledged, what did not reach them, absences without a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from parta.diary.actions.notices import Cell
from parta.diary.models import AbsenceNotice, DataChange
from parta.diary.queries.about import NoticeShown, notice_shown, told_to
from parta.diary.queries.children import monday_of
from parta.diary.rules import Term, change_limit, is_look_overdue, look_term, notice_limit
from parta.foundation import sql
from parta.foundation.pagekit import number_span
from parta.journal.queries.closures import CLASS_TEACHER, writer
from parta.journal.queries.words import class_name, register_key, short_name
from parta.journal.rules.acts import Lesson, Place
from parta.journal.rules.lesson_days import days_of_lessons
from parta.journal.rules.questions import AbsenceCode, absence_codes
from parta.journal.rules.windows import reason_deadlines
from parta.people.viewer import Viewer
from parta.regulation.durations import Calendar
from parta.regulation.judge import Law
from parta.regulation.queries import law as law_of_school
from parta.timetable.calendar import calendar_of

NOTICED = timedelta(days=30)
REASONS = frozenset({"ill", "excused", "unexcused", "event", "exempt"})


@dataclass(frozen=True, slots=True)
class Guardian:
    """A guardian of a student with rights."""

    id: int
    name: str
    has_account: bool
    last_look: datetime | None
    seen_week: str
    """How the week was acknowledged: «в дневнике», «на бумаге», or empty."""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Marks and absences that no guardian has seen within the term."""

    count: int
    oldest: datetime
    cite: str


@dataclass(frozen=True, slots=True)
class FamilyLine:
    """A student and the family."""

    id: int
    name: str
    guardians: tuple[Guardian, ...]
    last_look: datetime | None
    looked_lately: bool
    is_overdue: bool
    seen_on_paper: bool
    seen_at: datetime | None
    undelivered: Undelivered | None

    @property
    def is_seen(self) -> bool:
        """Whether anybody acknowledged the week."""
        return self.seen_at is not None

    @property
    def has_account(self) -> bool:
        """Whether any guardian can sign in."""
        return any(one.has_account for one in self.guardians)


@dataclass(frozen=True, slots=True)
class ClassFamilies:
    """The families of a class in one week."""

    homeroom: int
    title: str
    week: date
    lines: tuple[FamilyLine, ...]
    term: Term | None
    changes: tuple[tuple[DataChange, str, datetime | None, bool, str], ...]
    """Waiting changes of data: the row, the student, until when, whether overdue, the clause."""
    is_own: bool
    praise: tuple[tuple[str, str, str, str, str, datetime], ...]
    """Praise and thanks of thirty days: student, kind, text, subject, author, when."""

    @property
    def looked(self) -> int:
        """Families of which somebody looked within the last seven days."""
        return sum(1 for line in self.lines if line.looked_lately)

    @property
    def with_account(self) -> int:
        """Families in which a guardian can sign in."""
        return sum(1 for line in self.lines if line.has_account)

    @property
    def seen(self) -> int:
        """Families that acknowledged the week."""
        return sum(1 for line in self.lines if line.is_seen)

    @property
    def percent(self) -> int:
        """Families that looked, per cent of those with an account."""
        return round(100 * self.looked / self.with_account) if self.with_account else 0


@dataclass(frozen=True, slots=True)
class Share:
    """A class in the table of the school: families, with an account, who looked within seven days, who acknowledged."""

    homeroom: int
    title: str
    students: int
    with_account: int
    looked: int
    seen: int

    @property
    def percent(self) -> int:
        """Families that looked, per cent of those with an account."""
        return round(100 * self.looked / self.with_account) if self.with_account else 0


_FAMILIES = """
SELECT x.id, x.surname, x.given_name, x.patronymic, e.starts, p.id, p.surname, p.given_name, p.patronymic, p.user_id
FROM people_enrolment e JOIN people_person x ON x.id = e.student_id
LEFT JOIN people_guardianship g ON g.student_id = x.id AND g.has_rights AND g.starts <= %s
     AND (g.until IS NULL OR g.until > %s)
LEFT JOIN people_person p ON p.id = g.guardian_id
WHERE e.homeroom_id = %s AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)
ORDER BY g.id
"""

_STATES = """
SELECT 'look' AS what, k.student_id, k.person_id, '' AS t, MAX(k.last_at) AS at FROM diary_look k
WHERE k.student_id IN ({ids}) GROUP BY k.student_id, k.person_id
UNION ALL
SELECT 'seen', c.student_id, COALESCE(c.guardian_id, 0), c.means, c.at FROM diary_acknowledgement c
WHERE c.student_id IN ({ids}) AND c.week = %s
UNION ALL
SELECT 'mark', m.student_id, m.id, '', m.changed_at FROM journal_mark m
WHERE m.student_id IN ({ids}) AND m.changed_at > %s
UNION ALL
SELECT CASE WHEN a.meaning = 'late' THEN 'late' ELSE 'absence' END, a.student_id, a.id, '', a.changed_at
FROM journal_absence a WHERE a.student_id IN ({ids}) AND a.changed_at > %s
"""


_PRAISE = """
SELECT x.surname, x.given_name, n.kind, n.text, s.title, p.surname, p.given_name, p.patronymic, n.made_at
FROM journal_diarynote n JOIN people_person x ON x.id = n.student_id JOIN people_person p ON p.id = n.author_id
JOIN plans_journal j ON j.id = n.journal_id JOIN organisation_subject s ON s.id = j.subject_id
WHERE n.student_id IN ({ids}) AND n.kind IN ('praise', 'thanks') AND n.withdrawn_at IS NULL AND n.made_at > %s
ORDER BY n.made_at DESC
"""


def homerooms_of(viewer: Viewer) -> list[tuple[int, str]]:
    """Classes whose families the viewer answers for: one's own; a deputy or director all of the running year."""
    where, values = (
        "y.starts <= %s AND y.until > %s AND h.school_id = %s",
        [viewer.on, viewer.on, viewer.school.id],
    )
    if not viewer.roles & {"deputy", "director"}:
        where = f"h.school_id = %s AND h.id IN ({sql.marks(len(viewer.homeroom_ids))})"
        values = [viewer.school.id, *viewer.homeroom_ids]
    rows = sql.read(
        "SELECT h.id, h.title FROM organisation_homeroom h JOIN organisation_academicyear y ON y.id = h.year_id"
        f" WHERE {where} ORDER BY h.grade, h.title",
        values,
    )
    return [(id, class_name(title)) for id, title in rows]


def class_families(viewer: Viewer, homeroom_id: int, week: date | None = None) -> ClassFamilies | None:
    """The families of a class; None when it is not the viewer's. Five statements."""
    titles = dict(homerooms_of(viewer))
    if homeroom_id not in titles:
        return None
    on, zone = viewer.on, ZoneInfo(viewer.school.timezone)
    monday = monday_of(week or on)
    rows = sql.read(_FAMILIES, (on, on, homeroom_id, on, on))
    law = law_of_school(viewer.school.id, viewer.school.law_version)
    calendar = calendar_of(viewer.school.id, viewer.school.timezone, viewer.school.law_version)
    term = look_term(law, on)
    ids = sorted({row[0] for row in rows})
    since = viewer.at - NOTICED
    states = sql.read(_STATES.format(ids=sql.marks(len(ids))), (*ids, *ids, monday, *ids, since, *ids, since))
    looks: dict[tuple[int, int], datetime] = {}
    seen: dict[tuple[int, int], tuple[str, datetime]] = {}
    events: dict[int, list[tuple[str, datetime]]] = {}
    for what, student, other, means, at in states:
        moment = sql.moment(at)
        if what == "look":
            looks[student, other] = moment
        elif what == "seen":
            seen[student, other] = (means, moment)
        else:
            events.setdefault(student, []).append((what, moment))
    students: dict[int, list[sql.Row]] = {}
    for row in rows:
        students.setdefault(row[0], []).append(row)
    words = {"web": "в дневнике", "paper": "на бумаге"}
    lines = []
    for student, family in students.items():
        guardians = tuple(
            Guardian(
                id=row[5],
                name=short_name(*row[6:9]),
                has_account=row[9] is not None,
                last_look=_local(looks.get((student, row[5])), zone),
                seen_week=words[seen[student, row[5]][0]] if (student, row[5]) in seen else "",
            )
            for row in family
            if row[5] is not None
        )
        last = max((one.last_look for one in guardians if one.last_look), default=None)
        marks = [found for (who, _), found in seen.items() if who == student]
        lines.append(
            FamilyLine(
                id=student,
                name=f"{family[0][1]} {family[0][2]}",
                guardians=guardians,
                last_look=last,
                looked_lately=last is not None and viewer.at - last <= timedelta(days=7),
                is_overdue=is_look_overdue(term, last, family[0][4], viewer.at),
                seen_on_paper=any(means == "paper" for means, _ in marks),
                seen_at=_local(min((at for _, at in marks), default=None), zone),
                undelivered=_undelivered(events.get(student, ()), last, law, calendar, viewer.at, zone),
            )
        )
    lines.sort(key=lambda line: register_key(line.name))
    changes = []
    waiting = (
        DataChange.objects.filter(student_id__in=ids, state="told", school_id=viewer.school.id)
        .select_related("told_by", "person", "student")
        .order_by("told_at")
    )
    for change in waiting:
        limit = change_limit(law, change.told_at, calendar)
        due = limit[0].astimezone(zone) if limit else None
        changes.append(
            (
                change,
                f"{change.student.surname} {change.student.given_name}",
                due,
                due is not None and viewer.at > due,
                limit[1].cite if limit else "",
            )
        )
    return ClassFamilies(
        homeroom=homeroom_id,
        title=titles[homeroom_id],
        week=monday,
        lines=tuple(lines),
        term=term,
        changes=tuple(changes),
        is_own=homeroom_id in viewer.homeroom_ids,
        praise=tuple(
            (
                f"{row[0]} {row[1]}",
                "похвала" if row[2] == "praise" else "благодарность",
                row[3],
                row[4],
                short_name(*row[5:8]),
                sql.aware(row[8]).astimezone(zone),
            )
            for row in sql.read(_PRAISE.format(ids=sql.marks(len(ids))), (*ids, since))
        ),
    )


def _local(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return moment.astimezone(zone) if moment else None


def _undelivered(
    events: Sequence[tuple[str, datetime]],
    last: datetime | None,
    law: Law,
    calendar: Calendar,
    at: datetime,
    zone: ZoneInfo,
) -> Undelivered | None:
    """What nobody of the family has opened though its term is over."""
    found: list[datetime] = []
    cite = ""
    for what, moment in events:
        if last is not None and moment <= last:
            continue
        limit = notice_limit(law, what, moment, calendar)
        if limit is not None and at > limit[0]:
            found.append(moment)
            cite = cite or limit[1].cite
    if not found:
        return None
    return Undelivered(len(found), min(found).astimezone(zone), cite)


_SHARES = """
SELECT h.id, h.title, e.student_id, MAX(CASE WHEN p.user_id IS NULL THEN 0 ELSE 1 END),
       MAX(CASE WHEN k.last_at >= %s THEN 1 ELSE 0 END),
       MAX(CASE WHEN c.id IS NULL THEN 0 ELSE 1 END)
FROM organisation_homeroom h JOIN organisation_academicyear y ON y.id = h.year_id AND y.starts <= %s AND y.until > %s
JOIN people_enrolment e ON e.homeroom_id = h.id AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)
LEFT JOIN people_guardianship g ON g.student_id = e.student_id AND g.has_rights AND g.starts <= %s
     AND (g.until IS NULL OR g.until > %s)
LEFT JOIN people_person p ON p.id = g.guardian_id
LEFT JOIN diary_look k ON k.student_id = e.student_id AND k.person_id = g.guardian_id AND k.day >= %s
LEFT JOIN diary_acknowledgement c ON c.student_id = e.student_id AND c.week = %s
WHERE h.school_id = %s GROUP BY h.id, h.title, h.grade, e.student_id ORDER BY h.grade, h.title
"""


def shares(viewer: Viewer) -> list[Share]:
    """How families take part, class by class, for those who answer for the school. One statement."""
    on = viewer.on
    rows = sql.read(
        _SHARES,
        (
            viewer.at - timedelta(days=7),
            *[on] * 6,
            on - timedelta(days=8),
            monday_of(on),
            viewer.school.id,
        ),
    )
    found: dict[int, list[sql.Row]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return [
        Share(
            homeroom=id,
            title=class_name(lines[0][1]),
            students=len(lines),
            with_account=sum(line[3] for line in lines),
            looked=sum(line[4] for line in lines),
            seen=sum(line[5] for line in lines),
        )
        for id, lines in found.items()
    ]


# --- absences without a reason ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a span: the lessons missed, and where they stand."""

    date: date
    lessons: tuple[tuple[str, str], ...]
    """Numbers («3», of several hours «1–6») and subjects."""
    cells: tuple[Cell, ...]
    hours: int


@dataclass(frozen=True, slots=True)
class Span:
    """Absences of one student without a reason, on days of school that follow each other."""

    student: int
    name: str
    homeroom: str
    days: tuple[Day, ...]
    due: datetime | None
    is_overdue: bool
    cite: str
    notice: NoticeShown | None
    """What the family said of these days."""

    @property
    def key(self) -> str:
        """Names the span in a form: student, first and last day."""
        return f"{self.student}:{self.days[0].date.isoformat()}:{self.days[-1].date.isoformat()}"

    @property
    def count(self) -> int:
        """Hours missed; a lesson of one hour is one."""
        return sum(day.hours for day in self.days)


@dataclass(frozen=True, slots=True)
class ReasonQueue:
    """What the class teacher has to explain and decide."""

    spans: tuple[Span, ...]
    codes: tuple[AbsenceCode, ...]
    waiting: tuple[tuple[NoticeShown, int, str], ...]
    """Notices of families without a decision: the notice, the student, the name."""
    ahead: tuple[tuple[NoticeShown, int, str], ...]
    """Accepted notices of days to come."""


_UNEXPLAINED = """
SELECT a.student_id, p.surname, p.given_name, p.patronymic, h.title, l.date, l.number,
       COALESCE(NULLIF(s.short, ''), s.title),
       a.journal_id, l.id, a.version, l.starts_at, l.ends_at, j.grade, l.hours
FROM people_enrolment e JOIN organisation_homeroom h ON h.id = e.homeroom_id
JOIN journal_absence a ON a.student_id = e.student_id AND a.meaning = 'unknown'
JOIN timetable_lesson l ON l.id = a.lesson_id JOIN plans_journal j ON j.id = a.journal_id
JOIN organisation_subject s ON s.id = j.subject_id JOIN people_person p ON p.id = a.student_id
WHERE e.homeroom_id IN ({ids}) AND j.year_id = h.year_id AND l.date <= %s AND e.starts <= l.date
  AND (e.until IS NULL OR e.until > l.date)
ORDER BY l.date, l.number
"""


def reason_queue(viewer: Viewer) -> ReasonQueue:
    """Absences without a reason, oldest first, with the family's words beside; notices to decide. Three statements."""
    ids = viewer.homeroom_ids
    law = law_of_school(viewer.school.id, viewer.school.law_version)
    calendar = calendar_of(viewer.school.id, viewer.school.timezone, viewer.school.law_version)
    zone = ZoneInfo(viewer.school.timezone)
    codes = tuple(
        code
        for code in absence_codes(law, on=viewer.on, by=writer(viewer, CLASS_TEACHER), place=Place())
        if code.may_set and code.meaning in REASONS
    )
    days: dict[int, dict[date, list[sql.Row]]] = {}
    rows = sql.read(_UNEXPLAINED.format(ids=sql.marks(len(ids))), (*ids, viewer.on))
    for row in rows:
        days.setdefault(row[0], {}).setdefault(row[5], []).append(row)
    since, journals = rows[0][5] if rows else viewer.on, {row[8] for row in rows}
    follows = days_of_lessons(
        law, school_id=viewer.school.id, since=since, until=viewer.on, journal_ids=journals
    )
    notices: dict[int, list[AbsenceNotice]] = {}
    found = list(
        AbsenceNotice.objects.filter(
            told_to(ids),
            school_id=viewer.school.id,
            state__in=("told", "accepted"),
            until__gt=viewer.on - timedelta(days=120),
        )
        .select_related("told_by", "student")
        .distinct()
        .order_by("starts", "id")
    )
    for notice in found:
        notices.setdefault(notice.student_id, []).append(notice)
    spans = []
    for student, by_day in days.items():
        for run in _runs(sorted(by_day), calendar):
            first = by_day[run[0]][0]
            lesson = Lesson(
                id=first[9],
                date=first[5],
                number=first[6],
                starts_at=sql.aware(first[11]),
                ends_at=sql.aware(first[12]),
                day_ends_at=None,
                following=follows.after(first[8], first[5]),
            )
            bench = law.on(first[5]).bench(Place(grade=first[13], homeroom=first[4]))
            limit = reason_deadlines(bench).limit(lesson, calendar, (), "absence")
            told = next(
                (one for one in notices.get(student, ()) if one.starts <= run[-1] and one.until > run[0]),
                None,
            )
            spans.append(
                Span(
                    student=student,
                    name=f"{first[1]} {first[2]}",
                    homeroom=class_name(first[4]),
                    days=tuple(
                        Day(
                            on,
                            tuple((number_span(row[6], row[14]), row[7]) for row in by_day[on]),
                            tuple(Cell(row[8], row[9], student, row[10]) for row in by_day[on]),
                            sum(row[14] for row in by_day[on]),
                        )
                        for on in run
                    ),
                    due=limit.at.astimezone(zone) if limit else None,
                    is_overdue=limit is not None and viewer.at > limit.at,
                    cite=", ".join(
                        dict.fromkeys(clause.printed for rule in limit.rules for clause in rule.clauses)
                    )
                    if limit
                    else "",
                    notice=notice_shown(told, viewer) if told else None,
                )
            )
    spans.sort(key=lambda span: (span.days[0].date, register_key(span.name)))
    shown = [
        (notice_shown(one, viewer), one.student_id, f"{one.student.surname} {one.student.given_name}", one)
        for one in found
    ]
    return ReasonQueue(
        spans=tuple(spans),
        codes=codes,
        waiting=tuple(item[:3] for item in shown if item[3].state == "told"),
        ahead=tuple(item[:3] for item in shown if item[3].state == "accepted" and item[3].until > viewer.on),
    )


def _runs(days: Sequence[date], calendar: Calendar) -> list[list[date]]:
    """Days that follow each other in school: no school day without an absence lies between."""
    found: list[list[date]] = []
    for day in days:
        if found and _follows(found[-1][-1], day, calendar):
            found[-1].append(day)
        else:
            found.append([day])
    return found


def _follows(before: date, after: date, calendar: Calendar) -> bool:
    step = before + timedelta(days=1)
    while step < after:
        if calendar.is_school_day(step):
            return False
        step += timedelta(days=1)
    return True
