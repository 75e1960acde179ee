"""Questions about lessons of a week or a day and about the template, in a fixed number of statements."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from parta.foundation import sql
from parta.foundation.pagekit import lesson_words, number_span
from parta.organisation.models import AcademicYear, Room
from parta.organisation.words import class_title
from parta.people import queries as people
from parta.people.queries import Option, short
from parta.people.viewer import Viewer
from parta.plans.individual import apart_on

Day = date


@dataclass(frozen=True, slots=True)
class LessonLine:
    """A lesson as the timetable shows it; times are the school's."""

    id: int
    date: Day
    number: int
    starts: datetime
    ends: datetime
    state: str
    moved_from: Day | None
    subject: str
    homeroom: str
    group: str
    room: str
    teacher_id: int | None
    teacher: str
    substitute_id: int | None
    substitute: str
    reason: str
    order_number: str
    hours: int = 1
    """Lesson numbers that it takes, from `number` on."""

    @property
    def span(self) -> str:
        """«3», «1–6»."""
        return number_span(self.number, self.hours)

    @property
    def words(self) -> str:
        """«3-й урок», «1–6-й уроки»."""
        return lesson_words(self.number, self.hours)

    @property
    def is_changed(self) -> bool:
        return self.state != "planned" or self.substitute_id is not None


_LESSONS = (
    "SELECT l.id, l.date, l.number, l.starts_at, l.ends_at, l.state, l.moved_from, s.title,"
    " COALESCE(h.title, ''), COALESCE(g.short, ''), COALESCE(k.title, ''),"
    " l.teacher_id, t.surname, t.given_name, t.patronymic,"
    " x.substitute_id, v.surname, v.given_name, v.patronymic, x.reason, x.order_number, l.hours"
    " FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id"
    " JOIN organisation_subject s ON s.id = j.subject_id"
    " LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id"
    " LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id"
    " LEFT JOIN organisation_room k ON k.id = l.room_id"
    " LEFT JOIN people_person t ON t.id = l.teacher_id"
    " LEFT JOIN timetable_substitution x ON x.lesson_id = l.id"
    " LEFT JOIN people_person v ON v.id = x.substitute_id"
    " WHERE l.school_id = %s AND l.date >= %s AND l.date < %s AND "
)
_ORDER = " ORDER BY l.date, l.number, h.grade, h.title, g.short, l.id"

OF_HOMEROOM = (
    "(j.homeroom_id = %s OR (j.homeroom_id IS NULL AND j.subgroup_id IN"
    " (SELECT subgroup_id FROM organisation_subgroup_homerooms WHERE homeroom_id = %s)))"
)
OF_TEACHER = "(l.teacher_id = %s OR x.substitute_id = %s)"
OF_STUDENT = (
    "((j.subgroup_id IS NULL AND EXISTS (SELECT 1 FROM people_enrolment e WHERE e.student_id = %s"
    " AND e.homeroom_id = j.homeroom_id AND e.starts <= l.date AND (e.until IS NULL OR e.until > l.date)"
    f" AND NOT {apart_on('e.student_id', 'l.date')}))"
    " OR EXISTS (SELECT 1 FROM people_subgroupmembership m WHERE m.student_id = %s AND m.subgroup_id = j.subgroup_id"
    " AND m.starts <= l.date AND (m.until IS NULL OR m.until > l.date)))"
)


def _lessons(
    viewer: Viewer, since: date, until: date, where: str, values: Sequence[object]
) -> list[LessonLine]:
    zone = ZoneInfo(viewer.school.timezone)
    rows = sql.read(_LESSONS + where + _ORDER, [viewer.school.id, since, until, *values])
    return [
        LessonLine(
            id,
            day,
            number,
            sql.aware(starts).astimezone(zone),
            sql.aware(ends).astimezone(zone),
            state,
            moved_from,
            subject,
            class_title(homeroom),
            group,
            room,
            teacher_id,
            short(t1, t2, t3) if t1 else "",
            substitute_id,
            short(v1, v2, v3) if v1 else "",
            reason or "",
            order or "",
            hours,
        )
        for (
            id,
            day,
            number,
            starts,
            ends,
            state,
            moved_from,
            subject,
            homeroom,
            group,
            room,
            teacher_id,
            t1,
            t2,
            t3,
            substitute_id,
            v1,
            v2,
            v3,
            reason,
            order,
            hours,
        ) in rows
    ]


@dataclass(frozen=True, slots=True)
class Week:
    """A week of lessons: days as columns, lesson numbers as rows."""

    days: list[date]
    numbers: list[tuple[int, datetime | None, datetime | None]]
    cells: dict[tuple[date, int], list[LessonLine]]
    """Lessons by day and number, one of several hours at each of them; what a cell above covers is not among them."""
    spans: dict[tuple[date, int], int]
    """Rows that a cell of one lesson covers, where more than one."""
    covered: set[tuple[date, int]]
    changes: list[LessonLine]
    total: int
    hours: int


def week(viewer: Viewer, monday: date, kind: str, whose: int) -> Week:
    """The week from `monday` of a homeroom, teacher, room or student. One statement.

    The caller has made sure that the viewer may look at it; a thing of another school has no lessons here.
    """
    where, values = {
        "homeroom": (OF_HOMEROOM, [whose, whose]),
        "teacher": (OF_TEACHER, [whose, whose]),
        "room": ("l.room_id = %s", [whose]),
        "student": (OF_STUDENT, [whose, whose]),
    }[kind]
    lessons = _lessons(viewer, monday, monday + timedelta(days=7), where, values)
    last = max((lesson.date for lesson in lessons), default=monday)
    days = [monday + timedelta(days=n) for n in range(max(5, (last - monday).days + 1))]
    cells: dict[tuple[date, int], list[LessonLine]] = defaultdict(list)
    times: dict[int, tuple[datetime, datetime]] = {}
    for lesson in lessons:
        for number in range(lesson.number, lesson.number + lesson.hours):
            cells[lesson.date, number].append(lesson)
        if lesson.hours == 1:
            times.setdefault(lesson.number, (lesson.starts, lesson.ends))
    spans, covered = _spans(lessons, cells)
    for place in covered:
        del cells[place]
    taken = {number for lesson in lessons for number in (lesson.number, lesson.number + lesson.hours - 1)}
    first, final = min(taken, default=1), max(taken, default=0)
    numbers = [(n, *(times.get(n) or (None, None))) for n in range(min(first, 1), final + 1)]
    return Week(
        days,
        numbers,
        dict(cells),
        spans,
        covered,
        [lesson for lesson in lessons if lesson.is_changed],
        len(lessons),
        sum(lesson.hours for lesson in lessons),
    )


def _spans(
    lessons: Sequence[LessonLine], cells: dict[tuple[date, int], list[LessonLine]]
) -> tuple[dict[tuple[date, int], int], set[tuple[date, int]]]:
    """Lessons of several hours that stand alone at all of them are one tall cell; the cells below it are covered."""
    spans: dict[tuple[date, int], int] = {}
    covered: set[tuple[date, int]] = set()
    for lesson in lessons:
        places = [(lesson.date, number) for number in range(lesson.number, lesson.number + lesson.hours)]
        if len(places) > 1 and all(cells[place] == [lesson] for place in places):
            spans[places[0]] = len(places)
            covered.update(places[1:])
    return spans, covered


def room_options(viewer: Viewer) -> list[Option]:
    """Rooms of the viewer's school, for a list to choose from."""
    return list(Room.objects.filter(school_id=viewer.school.id).order_by("title").values_list("id", "title"))


def day(viewer: Viewer, on: date, teacher_id: int | None) -> list[LessonLine]:
    """Lessons of a day, of all or of one teacher (as the regular or the substituting one). One statement."""
    if teacher_id is None:
        return _lessons(viewer, on, on + timedelta(days=1), "1 = 1", [])
    return _lessons(viewer, on, on + timedelta(days=1), OF_TEACHER, [teacher_id, teacher_id])


def staff_at(viewer: Viewer, lesson: LessonLine) -> list[Option]:
    """Staff for a substitution, by full names: free ones first, those busy at that time say so. Two statements."""
    busy = {
        person_id
        for (person_id,) in sql.read(
            "SELECT COALESCE(x.substitute_id, l.teacher_id) FROM timetable_lesson l"
            " LEFT JOIN timetable_substitution x ON x.lesson_id = l.id"
            " WHERE l.school_id = %s AND l.date = %s AND l.number < %s AND l.number + l.hours > %s AND l.id <> %s"
            " AND l.state <> 'cancelled'",
            (viewer.school.id, lesson.date, lesson.number + lesson.hours, lesson.number, lesson.id),
        )
    }
    staff = [
        option
        for option in people.staff_options(viewer, lesson.date, full=True)
        if option[0] != lesson.teacher_id
    ]
    free = [option for option in staff if option[0] not in busy]
    return free + [(id, f"{name} (ведёт другой урок)") for id, name in staff if id in busy]


# ── the template ──


@dataclass(frozen=True, slots=True)
class SlotLine:
    """A place of the template in force on a day."""

    journal_id: int
    weekday: int
    number: int
    week: int
    room_id: int | None
    room: str
    teacher_id: int | None
    hours: int


def slots(viewer: Viewer, homeroom_id: int, on: date) -> list[SlotLine]:
    """The homeroom's template on a day, or the one that begins later. One statement."""
    return [
        SlotLine(*row)
        for row in sql.read(
            "SELECT t.journal_id, t.weekday, t.number, t.week, t.room_id, COALESCE(k.title, ''), t.teacher_id,"
            " t.hours FROM timetable_timetableslot t JOIN plans_journal j ON j.id = t.journal_id"
            " LEFT JOIN organisation_room k ON k.id = t.room_id"
            f" WHERE t.school_id = %s AND {OF_HOMEROOM} AND (t.until IS NULL OR t.until > %s)"
            " ORDER BY t.weekday, t.number, t.week, t.starts, t.id",
            (viewer.school.id, homeroom_id, homeroom_id, on),
        )
    ]


@dataclass(frozen=True, slots=True)
class Clash:
    """Two places of the template that one teacher, room or class cannot fill at once."""

    weekday: int
    number: int
    what: str
    first: str
    second: str


def clashes(viewer: Viewer, year: AcademicYear | None, on: date) -> list[Clash]:
    """Teachers, rooms and classes that stand in two places at once in the template in force on a day. One statement."""
    rows = sql.read(
        "SELECT t.id, t.weekday, t.number, t.week, t.room_id, k.title, p.id, p.surname, p.given_name, p.patronymic,"
        " s.title, COALESCE(h.title, ''), COALESCE(g.short, ''), j.homeroom_id, j.subgroup_id, j.id, t.hours,"
        " (SELECT COUNT(*) FROM plans_individualplan ip WHERE ip.subgroup_id = j.subgroup_id)"
        " FROM timetable_timetableslot t JOIN plans_journal j ON j.id = t.journal_id"
        " JOIN organisation_subject s ON s.id = j.subject_id"
        " LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id"
        " LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id"
        " LEFT JOIN organisation_room k ON k.id = t.room_id"
        " LEFT JOIN plans_teachingload l ON l.journal_id = j.id AND t.teacher_id IS NULL AND l.starts <= %s"
        "  AND (l.until IS NULL OR l.until > %s)"
        " LEFT JOIN people_person p ON p.id = COALESCE(t.teacher_id, l.teacher_id)"
        " WHERE t.school_id = %s AND t.year_id = %s AND t.starts <= %s AND (t.until IS NULL OR t.until > %s)"
        " ORDER BY t.weekday, t.number, t.id",
        (on, on, viewer.school.id, year.pk if year else 0, on, on),
    )
    seen: dict[tuple[object, ...], list[tuple[int, int, str]]] = defaultdict(list)
    in_class: dict[tuple[int, int, int], list[tuple[int, int, str, int | None, int]]] = defaultdict(list)
    found: list[Clash] = []
    for row in rows:
        slot_id, weekday, number, parity, room_id, room, person_id, *name = row[:10]
        subject, cls, grp, homeroom_id, subgroup_id, journal_id, hours, is_own_plan = row[10:]
        label = " ".join(part for part in (class_title(cls), subject, grp) if part)
        things = [("r", room_id, f"кабинет {room}")] if room_id else []
        if person_id:
            things.append(("t", person_id, short(*name)))
        # a lesson of several hours meets whatever stands at one of them; the pair is named once, at the first
        met: set[tuple[str, str]] = set()
        for at in range(number, number + hours):
            for kind, id, what in things:
                others = seen[kind, id, weekday, at]
                for other_id, other_parity, other in others:
                    if (
                        other_id != slot_id
                        and (what, other) not in met
                        and (not parity or not other_parity or parity == other_parity)
                    ):
                        met.add((what, other))
                        found.append(Clash(weekday, at, what, other, label))
                others.append((slot_id, parity, label))
            if homeroom_id and not is_own_plan:
                placed = in_class[homeroom_id, weekday, at]
                what = f"класс {class_title(cls)}"
                for other_id, other_parity, other, other_group, other_journal in placed:
                    if (
                        other_id != slot_id
                        and other_journal != journal_id
                        and None in (subgroup_id, other_group)
                        and (what, other) not in met
                        and (not parity or not other_parity or parity == other_parity)
                    ):
                        met.add((what, other))
                        found.append(Clash(weekday, at, what, other, label))
                if (slot_id, parity, label, subgroup_id, journal_id) not in placed:
                    placed.append((slot_id, parity, label, subgroup_id, journal_id))
    return list(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """A homeroom and how full its template is."""

    id: int
    title: str
    slots: int
    hours: float
    last_lesson: date | None


def templates(viewer: Viewer, year: AcademicYear | None) -> list[TemplateLine]:
    """Homerooms of the year with hours a week in the template and by the load, and the last generated lesson."""
    on = viewer.on
    rows = sql.read(
        "SELECT h.id, h.title,"
        " (SELECT COALESCE(SUM(t.hours), 0) FROM timetable_timetableslot t JOIN plans_journal j ON j.id = t.journal_id"
        "  WHERE j.homeroom_id = h.id AND (t.until IS NULL OR t.until > %s)),"
        " (SELECT COALESCE(SUM(j.weekly_hours), 0) FROM plans_journal j WHERE j.homeroom_id = h.id),"
        " (SELECT MAX(l.date) FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id"
        "  WHERE j.homeroom_id = h.id)"
        " FROM organisation_homeroom h WHERE h.school_id = %s AND h.year_id = %s"
        " ORDER BY COALESCE(h.grade, 99), h.title",
        (on, viewer.school.id, year.pk if year else 0),
    )
    return [
        TemplateLine(
            id,
            class_title(title),
            slots,
            float(hours),
            date.fromisoformat(last) if isinstance(last, str) else last,
        )
        for id, title, slots, hours, last in rows
    ]


def bell_times(viewer: Viewer, homeroom_id: int) -> list[tuple[int, time, time]]:
    """The bells of a homeroom: its own schedule, else the school's default. One statement."""
    return [
        (number, starts, ends)
        for number, starts, ends in sql.read(
            "SELECT b.number, b.starts, b.ends FROM organisation_bell b WHERE b.schedule_id = COALESCE("
            " (SELECT bells_id FROM organisation_homeroom WHERE id = %s AND school_id = %s),"
            " (SELECT id FROM organisation_bellschedule WHERE school_id = %s ORDER BY is_default DESC, id LIMIT 1))"
            " ORDER BY b.number",
            (homeroom_id, viewer.school.id, viewer.school.id),
        )
    ]


# ── the register of substitutions and moves ──

LISTED = 500
"""Lines of the register on a page; a narrower span shows the rest."""


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """Something that happened to a lesson, with full names, in the school's time."""

    kind: str
    """`substitution`, `moved`, `cancelled` or `restored`."""
    date: Day
    number: int
    from_date: Day | None
    from_number: int | None
    subject: str
    homeroom: str
    group: str
    teacher: str
    substitute: str
    reason: str
    order_number: str
    made_at: datetime
    author: str


_NAME = "COALESCE({0}.surname, ''), COALESCE({0}.given_name, ''), COALESCE({0}.patronymic, '')"
_REGISTER = f"""
SELECT 'substitution', l.date, l.number, NULL, NULL, s.title, COALESCE(h.title, ''), COALESCE(g.short, ''),
    {_NAME.format("t")}, {_NAME.format("v")}, x.reason, x.order_number, x.made_at, {_NAME.format("w")}, x.id
FROM timetable_substitution x JOIN timetable_lesson l ON l.id = x.lesson_id
JOIN plans_journal j ON j.id = l.journal_id JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN people_person t ON t.id = COALESCE(x.replaced_id, l.teacher_id)
LEFT JOIN people_person v ON v.id = x.substitute_id
LEFT JOIN people_person w ON w.user_id = x.made_by AND w.school_id = x.school_id
WHERE l.school_id = %s AND l.date >= %s AND l.date < %s {{teacher}}
UNION ALL
SELECT c.kind, c.to_date, c.to_number, c.from_date, c.from_number, s.title, COALESCE(h.title, ''),
    COALESCE(g.short, ''), {_NAME.format("t")}, '', '', '', c.reason, '', c.made_at, {_NAME.format("w")}, c.id
FROM timetable_lessonchange c JOIN timetable_lesson l ON l.id = c.lesson_id
JOIN plans_journal j ON j.id = l.journal_id JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN people_person t ON t.id = l.teacher_id
LEFT JOIN people_person w ON w.user_id = c.made_by AND w.school_id = c.school_id
WHERE c.school_id = %s AND c.to_date >= %s AND c.to_date < %s {{moved}}
ORDER BY 2 DESC, 3, 6, 21 LIMIT {LISTED}"""


def register(viewer: Viewer, since: date, until: date, teacher_id: int | None) -> list[RegisterLine]:
    """What was substituted, moved or cancelled on the days from `since` up to but not including `until`.

    Of all, or of one teacher (replaced, substituting, or whose lesson it is). One statement.
    """
    zone = ZoneInfo(viewer.school.timezone)
    span: list[object] = [viewer.school.id, since, until]
    teacher, moved = "", ""
    values = [*span, *span]
    if teacher_id is not None:
        teacher = "AND (x.substitute_id = %s OR x.replaced_id = %s OR l.teacher_id = %s)"
        moved = "AND l.teacher_id = %s"
        values = [*span, teacher_id, teacher_id, teacher_id, *span, teacher_id]
    lines = []
    for row in sql.read(_REGISTER.format(teacher=teacher, moved=moved), values):
        kind, on, number, from_date, from_number, subject, homeroom, group, *names, _ = row
        taught, instead, (reason, order, at), author = names[:3], names[3:6], names[6:9], names[9:12]
        lines.append(
            RegisterLine(
                kind,
                _as_day(on),
                number,
                _as_day(from_date) if from_date is not None else None,
                from_number,
                subject,
                class_title(homeroom) if homeroom else "",
                group,
                " ".join(part for part in taught if part),
                " ".join(part for part in instead if part),
                reason,
                order,
                _as_moment(at).astimezone(zone),
                " ".join(part for part in author if part) or "загрузка",
            )
        )
    return lines


def _as_day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _as_moment(value: datetime | str) -> datetime:
    """A moment of a UNION, which SQLite gives back as text."""
    return sql.aware(datetime.fromisoformat(value) if isinstance(value, str) else value)
