"""Reports as tables: one function each, from the journals the viewer reads, with no figure typed by hand.

Averages are weighted by the works' weights. Quality and success follow `parta.control.queries.classes`.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from parta.control.queries import sheets
from parta.control.queries.lessons import IN_TIME, LATE, MISSING
from parta.control.queries.sheets import Cut, per_cent, reach_of
from parta.foundation import sql
from parta.journal.queries.words import class_name, register_key, short_name
from parta.people.viewer import ROLE_TITLES, Viewer

Cell = str | int | float | None
Link = tuple[str, int] | tuple[str, str, str]
"""Where a row leads: the name of a page, its number or code, the query of its address."""


@dataclass(frozen=True, slots=True)
class Table:
    """A report: heads and rows of plain values; the last rows may be sums."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sums: int = 0
    """How many of the last rows are sums."""
    note: str = ""
    links: tuple[Link | None, ...] = ()
    """Where the first rows lead."""


def journal_filling(viewer: Viewer, cut: Cut) -> Table:
    """Per teacher: lessons, records, rolls and homework in time and late. Three statements."""
    lessons = sheets.lessons_of(viewer, reach_of(viewer, cut), cut.since, cut.until)
    lines: dict[str, list[int]] = {}
    total = [0] * 10
    for lesson in lessons:
        line = lines.setdefault(lesson.who, [0] * 10)
        for counted in (line, total):
            counted[0] += 1
            for at, fact in enumerate(("conducted", "roll", "homework")):
                state = lesson.states[fact]
                counted[1 + 3 * at] += state == IN_TIME
                counted[2 + 3 * at] += state == LATE
                counted[3 + 3 * at] += state == MISSING
    rows: list[tuple[Cell, ...]] = [
        (name, *line) for name, line in sorted(lines.items(), key=lambda one: register_key(one[0]))
    ]
    heads = ["Учитель", "Уроков"]
    for fact in ("Урок записан", "Явка", "Задание"):
        heads += [f"{fact}: в срок", f"{fact}: позже", f"{fact}: нет"]
    return Table(tuple(heads), (*rows, ("Всего", *total)), sums=1)


def timely_filling(viewer: Viewer, cut: Cut) -> Table:
    """Per teacher and class: lessons, recorded in time, late, missing; the roll the same; families who look.

    Two statements.
    """
    lessons = sheets.lessons_of(viewer, reach_of(viewer, cut), cut.since, cut.until)
    lines: dict[tuple[str, str, int | None], list[int]] = {}
    total = [0] * 7
    for lesson in lessons:
        key = (lesson.who, class_name(lesson.homeroom), lesson.homeroom_id)
        line = lines.setdefault(key, [0] * 7)
        for counted in (line, total):
            counted[0] += 1
            for at, fact in enumerate(("conducted", "roll")):
                state = lesson.states[fact]
                counted[1 + 3 * at] += state == IN_TIME
                counted[2 + 3 * at] += state == LATE
                counted[3 + 3 * at] += state == MISSING
    looks = _families_who_look(viewer, cut)

    def shares(line: list[int], rooms: set[int | None]) -> tuple[Cell, ...]:
        seen = [looks[room] for room in rooms if room in looks]
        looked, students = sum(one[0] for one in seen), sum(one[1] for one in seen)
        written = line[1] + line[2]
        return per_cent(written, line[0]), per_cent(line[1], line[0]), per_cent(looked, students)

    rows: list[tuple[Cell, ...]] = [
        (*key[:2], *line, *shares(line, {key[2]}))
        for key, line in sorted(lines.items(), key=lambda one: register_key(*one[0][:2]))
    ]
    return Table(
        (
            "Педагог",
            "Группа",
            "Занятий",
            "Записано в срок",
            "Позже",
            "Не записано",
            "Явка в срок",
            "Явка позже",
            "Явки нет",
            "Заполнено, %",
            "В срок, %",
            "Дневник смотрели родители, %",
        ),
        (*rows, ("Всего", "", *total, *shares(total, {key[2] for key in lines}))),
        sums=1,
        note="Родители: доля учеников группы, чей дневник за эти дни открывал хотя бы один из представителей.",
    )


def _families_who_look(viewer: Viewer, cut: Cut) -> dict[int | None, tuple[int, int]]:
    """By class: students whose diary a guardian opened in the span, and all students. One statement."""
    return {
        room: (int(looked), int(students))
        for room, looked, students in sql.read(
            "SELECT e.homeroom_id, SUM(CASE WHEN EXISTS (SELECT 1 FROM diary_look k WHERE k.student_id = e.student_id"
            " AND k.person_id <> e.student_id AND k.day >= %s AND k.day <= %s) THEN 1 ELSE 0 END), COUNT(*)"
            " FROM people_enrolment e WHERE e.school_id = %s AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)"
            " GROUP BY e.homeroom_id",
            [cut.since, cut.until, viewer.school.id, cut.until, cut.until],
        )
    }


def teachers_work(viewer: Viewer, cut: Cut) -> Table:
    """Per teacher: filled, in time, roll, homework, marks per student, remarks, corrections. Five statements."""
    found = sheets.teacher_sheet(viewer, cut)
    remarks = {
        row[0]: (int(row[1]), int(row[2]))
        for row in sql.read(
            "SELECT person_id, SUM(CASE WHEN state = 'accepted' THEN 0 ELSE 1 END),"
            " SUM(CASE WHEN state = 'accepted' THEN 1 ELSE 0 END) FROM control_remark WHERE school_id = %s"
            " GROUP BY person_id",
            [viewer.school.id],
        )
    }
    scope, values = reach_of(viewer, cut)
    corrected = {
        row[0]: int(row[1])
        for row in sql.read(
            "SELECT k.set_by_id, COUNT(*) FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id"
            " JOIN organisation_subject s ON s.id = j.subject_id JOIN journal_assessment a ON a.lesson_id = l.id"
            f" JOIN journal_mark k ON k.assessment_id = a.id AND k.first_value <> '' WHERE {scope}"
            " AND l.date >= %s AND l.date <= %s GROUP BY k.set_by_id",
            [*values, cut.since, cut.until],
        )
    }
    rows: list[tuple[Cell, ...]] = [
        (
            line.name,
            line.lessons,
            line.share("recorded"),
            line.share("in_time"),
            line.late,
            line.missing,
            line.share("rolls"),
            line.share("homework"),
            round(line.marks_each, 2) if line.marks_each is not None else None,
            line.overdue_works,
            remarks.get(line.id or 0, (0, 0))[0],
            remarks.get(line.id or 0, (0, 0))[1],
            corrected.get(line.id or 0, 0),
        )
        for line in sorted(found.lines, key=lambda line: register_key(line.name))
    ]
    total = found.total
    rows.append(
        (
            "Всего",
            total.lessons,
            total.share("recorded"),
            total.share("in_time"),
            total.late,
            total.missing,
            total.share("rolls"),
            total.share("homework"),
            round(total.marks_each, 2) if total.marks_each is not None else None,
            total.overdue_works,
            sum(one[0] for one in remarks.values()),
            sum(one[1] for one in remarks.values()),
            sum(corrected.values()),
        )
    )
    return Table(
        (
            "Учитель",
            "Уроков",
            "Заполнено, %",
            "В срок, %",
            "Позже срока",
            "Не записано",
            "Явка, %",
            "Задание, %",
            "Отметок на ученика",
            "Работ просрочено",
            "Замечаний открыто",
            "Замечаний снято",
            "Исправлений",
        ),
        tuple(rows),
        sums=1,
    )


def mark_density(viewer: Viewer, cut: Cut) -> Table:
    """Per journal: marks per student, who has none or one, and who is below the norm of the day. Four statements."""
    lines = sheets.marks_sheet(viewer, cut)
    total = sheets.whole_of(lines)
    norms = sheets.norms(viewer, cut)
    every = [norm for norm in norms.values() if norm.below]

    def row(line: sheets.MarksLine) -> tuple[Cell, ...]:
        return (
            line.title,
            line.students,
            line.marks,
            round(line.each, 2) if line.each is not None else None,
            len(line.none),
            line.none_share,
            len(line.one),
            line.one_share,
            *below(line.journal_id),
        )

    def below(journal_id: int) -> tuple[Cell, ...]:
        norm = norms.get(journal_id)
        if norm is None:
            return (None, sum(len(one.below) for one in every), "") if not journal_id else (None, None, "")
        return norm.due, len(norm.below), ", ".join(norm.named)

    return Table(
        (
            "Журнал",
            "Учеников",
            "Отметок",
            "На ученика",
            "Без отметок",
            "Без отметок, %",
            "С одной",
            "С одной, %",
            "Нужно на день",
            "Ниже нормы",
            "Кто ниже нормы (отметок)",
        ),
        (*(row(line) for line in lines), row(total)),
        sums=1,
    )


def user_activity(viewer: Viewer, cut: Cut) -> Table:
    """Per role and person of the staff: entries of the span, the last of them, the last sign-in. Two statements."""
    zone = ZoneInfo(viewer.school.timezone)
    begin = datetime.combine(cut.since, time(), zone)
    end = datetime.combine(cut.until + timedelta(days=1), time(), zone)
    entries = {
        row[0]: (int(row[1]), row[2])
        for row in sql.read(
            "SELECT user_id, COUNT(*), MAX(at) FROM foundation_logentry WHERE school_id = %s AND at >= %s AND at < %s"
            " AND user_id IS NOT NULL GROUP BY user_id",
            [viewer.school.id, begin, end],
        )
    }

    def shown(value: Any) -> str:
        at = sql.moment(value) if value is not None else None
        return "" if at is None else f"{at.astimezone(zone):%d.%m.%Y %H:%M}"

    rows: list[tuple[Cell, ...]] = []
    for kind, user_id, last_login, *names in sql.read(
        "SELECT DISTINCT r.kind, p.user_id, u.last_login, p.surname, p.given_name, p.patronymic FROM people_role r"
        " JOIN people_person p ON p.id = r.person_id LEFT JOIN people_user u ON u.id = p.user_id"
        " WHERE r.school_id = %s AND r.starts <= %s AND (r.until IS NULL OR r.until > %s)"
        " ORDER BY r.kind, p.surname, p.given_name",
        [viewer.school.id, cut.until, cut.until],
    ):
        count, last = entries.get(user_id, (0, None))
        rows.append((ROLE_TITLES.get(kind, kind), short_name(*names), count, shown(last), shown(last_login)))
    return Table(("Роль", "Кто", "Записей", "Последняя запись", "Последний вход"), tuple(rows))


def curriculum(viewer: Viewer, cut: Cut) -> Table:
    """By journal: hours by plan, given, lost, made up, of the curriculum; sums of each profile. Three statements."""
    lines = sheets.programme_sheet(viewer, cut)
    lines.sort(key=lambda line: register_key(line.title))
    profiles: dict[Any, str] = dict(
        sql.read(
            "SELECT h.id, h.profile FROM organisation_homeroom h WHERE h.school_id = %s AND h.profile <> ''",
            [viewer.school.id],
        )
    )
    rows: list[tuple[Cell, ...]] = []
    total = [0] * 5
    of_profiles: dict[str, list[int]] = {}
    for line in lines:
        p, had = line.progress, line.progress.hours
        numbers = [had.planned, had.held, had.cancelled + had.moved, had.made_up, p.curriculum or 0]
        total = [one + other for one, other in zip(total, numbers, strict=True)]
        if profile := profiles.get(p.row[11], ""):
            own = of_profiles.setdefault(profile, [0] * 5)
            of_profiles[profile] = [one + other for one, other in zip(own, numbers, strict=True)]
        rows.append(
            (
                line.title,
                line.who,
                *numbers[:4],
                line.lag,
                p.curriculum,
                per_cent(had.held, p.curriculum or 0),
            )
        )
    sums = [*sorted(of_profiles.items()), ("Всего", total)]
    rows += [(title, "", *own[:4], None, own[4], per_cent(own[1], own[4])) for title, own in sums]
    return Table(
        (
            "Журнал",
            "Учитель",
            "По плану на день, ч.",
            "Дано, ч.",
            "Пропущено, ч.",
            "Восполнено, ч.",
            "Отставание, уроков",
            "По учебному плану, ч.",
            "Выполнено, %",
        ),
        tuple(rows),
        sums=len(sums),
    )
