"""The certificate of a check (справка): what it says, made of the sheets; how each of its readers sees it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from parta.control.queries import sheets
from parta.control.queries.lessons import MISSING
from parta.control.queries.own_control import year_of
from parta.control.queries.sheets import Cut
from parta.control.rules import DIRECTIONS
from parta.foundation import sql
from parta.journal.queries.words import from_json, short_name
from parta.journal.rules.matters import rules_on
from parta.organisation.acts import Refusal
from parta.people.viewer import ROLE_TITLES, Viewer
from parta.regulation.durations import plural
from parta.regulation.words import POST, role_words

BY_HAND = frozenset({"storage"})
"""Directions with no figures: the controller says what was found in the conclusion."""
LINES_EACH = 12
"""Lines of one person in a certificate."""
EXPERT = "inspector"
"""The role in which an expert, appointed as the act asks, looks at the journals."""


def recorder(viewer: Viewer) -> str:
    """In which role the viewer may record a check; empty: in none. Who reads the school through a window may where
    the act has experts appointed."""
    for role in ("director", "deputy", "head_of_department"):
        if role in viewer.roles:
            return min((one for one in viewer.roles if one.startswith(f"{POST}{role}:")), default=role)
    if EXPERT in viewer.roles and any(
        EXPERT in rule.params.roles
        for rule in rules_on(sheets.law_for(viewer), viewer.on, "appointment_required")
    ):
        return EXPERT
    return ""


def of_expert(viewer: Viewer, cut: Cut) -> Cut:
    """What an expert's note is about: one group of the own window, within its days. Raises Refusal. One statement."""
    seen = sql.read(
        "SELECT 1 FROM organisation_homeroom h WHERE h.id = %s AND h.school_id = %s",
        [cut.homeroom_id or 0, viewer.school.id],
    )
    if not seen:
        raise Refusal(
            "Эксперт пишет о журнале одного класса или группы: выберите класс вверху и нажмите «Показать»."
        )
    window = viewer.window
    since = max(cut.since, (window and window.since) or cut.since)
    until = min(cut.until, window.until - timedelta(days=1) if window and window.until else cut.until)
    if until < since:
        raise Refusal("Окно проверки не открывает этих дней: выберите другие.")
    return replace(cut, since=since, until=until, department_id=None)


def contents(viewer: Viewer, cut: Cut, directions: Sequence[str]) -> dict[str, Any]:
    """Figures of each direction and findings by person, as plain JSON. A fixed number of statements."""
    begins, _ = year_of(viewer, cut.until)
    lessons = sheets.lessons_of(viewer, sheets.reach_of(viewer, cut), cut.since, cut.until)
    owed = sheets.overdue_works(viewer, sheets.law_for(viewer), lessons, cut)
    teachers = sheets.teacher_sheet(viewer, cut, lessons, owed)
    total = teachers.total
    figures: list[tuple[str, str, str]] = []
    persons: dict[int, list[str]] = defaultdict(list)

    def shown(share: int | None) -> str:
        return "нет данных" if share is None else f"{share} %"

    def say(person_id: int | None, text: str) -> None:
        if person_id is not None:
            persons[person_id].append(text)

    for fact, direction, word, figure in (
        ("conducted", "lessons", "не записан урок", ("in_time", "Уроков записано в срок")),
        ("roll", "roll", "не отмечена явка", ("rolls", "Явка отмечена")),
        ("homework", "homework", "нет домашнего задания", ("homework", "Задание записано или «не задано»")),
    ):
        if direction not in directions:
            continue
        figures.append((direction, figure[1], shown(total.share(figure[0]))))
        for lesson in lessons:
            if lesson.states[fact] == MISSING:
                say(lesson.who_id, f"{lesson.date:%d.%m} {lesson.title}: {word}")
    if "replaced" in directions:
        figures.append(("replaced", "Часов с заменой", str(total.replaced)))
    if "marks" in directions:
        figures.append(("marks", "Работ с просроченными отметками", str(len(owed))))
        for work in owed:
            who = ", ".join(name for _, name in work.students[:5])
            more = len(work.students) - 5
            who += f" и ещё {more}" if more > 0 else ""
            say(work.who_id, f"{work.date:%d.%m} {work.homeroom}, {work.subject}: {work.text} ({who})")
    if "density" in directions:
        marks = sheets.marks_sheet(viewer, cut)
        whole = sheets.whole_of(marks)
        figures.append(("density", "Учеников без отметок", shown(whole.none_share)))
        figures.append(("density", "Учеников с одной отметкой", shown(whole.one_share)))
    if "plans" in directions or "curriculum" in directions:
        programme = sheets.programme_sheet(viewer, cut)
        without = [line for line in programme if line.progress.plan_id is None]
        behind = [line for line in programme if line.is_behind]
        if "plans" in directions:
            figures.append(
                ("plans", "Журналов без тематического плана", f"{len(without)} из {len(programme)}")
            )
            for line in without:
                say(line.progress.who_id, f"{line.title}: нет тематического плана")
        if "curriculum" in directions:
            figures.append(
                ("curriculum", "Журналов с отставанием от программы", f"{len(behind)} из {len(programme)}")
            )
            for line in behind:
                p = line.progress
                say(
                    p.who_id,
                    f"{line.title}: отставание {line.lag} {plural(line.lag, 'урок', 'урока', 'уроков')}"
                    f" (по плану {p.planned}, проведено {p.held})",
                )
            held = sheets.work_sheet(viewer, cut, begins)
            astray = [one for one in held if one.state in ("moved", "not_held", "not_planned")]
            figures.append(("curriculum", "Контрольных не по плану", f"{len(astray)} из {len(held)}"))
    if "attendance" in directions:
        found = sheets.truth_sheet(viewer, cut)
        figures.append(("attendance", "Противоречий в записях", str(len(found))))
        for one in found:
            say(one.who_id, f"{one.date:%d.%m} {one.student or ''} {one.text}".replace("  ", " "))
    names = {line.id: line.name for line in teachers.lines if line.id is not None}
    missing = [id for id in persons if id not in names]
    if missing:
        for id, *parts in sql.read(
            "SELECT id, surname, given_name, patronymic FROM people_person"
            f" WHERE id IN ({sql.marks(len(missing))})",
            missing,
        ):
            names[id] = short_name(*parts)
    return {
        "lessons": total.lessons,
        "teachers": len(teachers.lines),
        "figures": [list(one) for one in figures],
        "persons": [
            {
                "id": id,
                "name": names.get(id, ""),
                "count": len(lines),
                "lines": lines[:LINES_EACH],
            }
            for id, lines in sorted(persons.items(), key=lambda one: -len(one[1]))
        ],
    }


def readers_of(viewer: Viewer, cut: Cut, written: Mapping[str, Any]) -> list[tuple[int, str]]:
    """Whom it is brought to: directors, the teachers it names, class teachers of its classes. One statement."""
    scope, values = sheets.reach_of(viewer, cut)
    on = viewer.on
    found: dict[int, str] = {}
    for person_id, kind in sql.read(
        "SELECT r.person_id, r.kind FROM people_role r WHERE r.school_id = %s AND r.starts <= %s"
        " AND (r.until IS NULL OR r.until > %s) AND (r.kind = 'director' OR (r.kind IN ('class_teacher', 'master')"
        " AND r.homeroom_id IN (SELECT j.homeroom_id FROM plans_journal j"
        f" JOIN organisation_subject s ON s.id = j.subject_id WHERE {scope}))) ORDER BY r.id",
        [viewer.school.id, on, on, *values],
    ):
        if found.get(person_id) != "director":
            found[person_id] = kind
    for person in written["persons"]:
        if found.get(person["id"]) != "director":
            found[person["id"]] = "teacher"
    found.pop(viewer.person_id, None)
    return list(found.items())


# --- lists and one certificate --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A check in the list."""

    id: int
    number: int
    made_at: datetime
    made_by: str
    role: str
    since: date
    until: date
    """The last day."""
    scope: str
    directions: tuple[str, ...]
    is_complete: bool
    """Every direction of the act was looked at."""
    readers: int
    have_read: int
    fix_by: date | None
    findings: int
    mine: str
    """``unread``, ``read`` or empty: whether it is brought to the viewer."""


@dataclass(frozen=True, slots=True)
class ReaderLine:
    """One whom the certificate is brought to."""

    name: str
    role: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as one reader sees it."""

    line: CheckLine
    conclusion: str
    figures: tuple[tuple[str, str, str], ...]
    persons: tuple[Mapping[str, Any], ...]
    """All that it names; for a teacher the own part only."""
    readers: tuple[ReaderLine, ...]
    """For the maker and school-wide viewers; empty for others."""
    sha256: str
    is_whole: bool
    """Shown in full."""
    open_directions: tuple[str, ...]
    lessons: int
    teachers: int


_CHECKS = """
SELECT c.id, c.number, c.made_at, p.surname, p.given_name, p.patronymic, c.role, c.since, c.until, d.title, h.title,
    c.directions, (SELECT COUNT(*) FROM control_acknowledgement a WHERE a.check_made_id = c.id),
    (SELECT COUNT(*) FROM control_acknowledgement a WHERE a.check_made_id = c.id AND a.at IS NOT NULL), c.fix_by,
    c.contents, c.conclusion, c.sha256, c.made_by_id, m.id, m.at, c.department_id, m.role
FROM control_check c JOIN people_person p ON p.id = c.made_by_id
LEFT JOIN organisation_department d ON d.id = c.department_id
LEFT JOIN organisation_homeroom h ON h.id = c.homeroom_id
LEFT JOIN control_acknowledgement m ON m.check_made_id = c.id AND m.person_id = %s
WHERE c.school_id = %s AND ({scope}){more}
ORDER BY c.number DESC LIMIT 200"""


def _scope(viewer: Viewer) -> tuple[str, list[object]]:
    """Which certificates a viewer sees: the school's, those of the department, those brought to the person."""
    if viewer.is_school_wide:
        return "1 = 1", []
    if viewer.department_ids:
        return (
            f"c.made_by_id = %s OR m.id IS NOT NULL OR c.department_id IN ({sql.marks(len(viewer.department_ids))})",
            [viewer.person_id, *viewer.department_ids],
        )
    return "c.made_by_id = %s OR m.id IS NOT NULL", [viewer.person_id]


def _rows(viewer: Viewer, check_id: int | None = None) -> list[sql.Row]:
    scope, values = _scope(viewer)
    more = "" if check_id is None else " AND c.id = %s"
    return sql.read(
        _CHECKS.format(scope=scope, more=more),
        [viewer.person_id, viewer.school.id, *values, *([] if check_id is None else [check_id])],
    )


def _line(viewer: Viewer, row: sql.Row) -> CheckLine:
    directions = tuple(from_json(row[11]))
    wanted = _wanted(viewer, row[6])
    zone = ZoneInfo(viewer.school.timezone)
    return CheckLine(
        id=row[0],
        number=row[1],
        made_at=sql.aware(row[2]).astimezone(zone),
        made_by=short_name(*row[3:6]),
        role=str(ROLE_TITLES.get(str(row[6]), role_words([str(row[6])]))),
        since=row[7],
        until=row[8] - timedelta(days=1),
        scope=row[9] or (f"класс {row[10]}" if row[10] else "все журналы"),
        directions=tuple(DIRECTIONS.get(code, code) for code in directions),
        is_complete=wanted <= set(directions),
        readers=row[12],
        have_read=row[13],
        fix_by=row[14],
        findings=sum(person["count"] for person in from_json(row[15]).get("persons", [])),
        mine="" if row[19] is None else "unread" if row[20] is None else "read",
    )


def _wanted(viewer: Viewer, role: str) -> set[str]:
    """Directions the act asks of a check by this role."""
    return {
        code
        for _, _, rule in sheets.law_for(viewer).on(viewer.on).entries
        if rule is not None and rule.kind.name == "check_every"
        for code in rule.params.directions
    }


def wanted_directions(viewer: Viewer) -> tuple[str, ...]:
    """The directions the act names; all that have figures where it names none."""
    found = _wanted(viewer, viewer.main_role)
    return tuple(code for code in DIRECTIONS if code in found or (not found and code not in BY_HAND))


def checks_page(viewer: Viewer) -> list[CheckLine]:
    """Checks the viewer may see, the latest first. One statement."""
    return [_line(viewer, row) for row in _rows(viewer)]


def certificate(viewer: Viewer, check_id: int) -> Certificate | None:
    """One certificate; ``None``: there is none for this viewer. Two statements.

    A teacher sees the general part and the own one; a class teacher the general part; who controls sees all.
    """
    rows = _rows(viewer, check_id)
    if not rows:
        return None
    row = rows[0]
    written = from_json(row[15])
    whole = (
        viewer.is_school_wide
        or row[18] == viewer.person_id
        or (row[21] is not None and row[21] in viewer.department_ids)
    )
    readers: tuple[ReaderLine, ...] = ()
    if whole:
        zone = ZoneInfo(viewer.school.timezone)
        readers = tuple(
            ReaderLine(
                short_name(*one[:3]),
                ROLE_TITLES.get(str(one[3]), str(one[3])),
                None if one[4] is None else sql.aware(one[4]).astimezone(zone),
            )
            for one in sql.read(
                "SELECT p.surname, p.given_name, p.patronymic, a.role, a.at FROM control_acknowledgement a"
                " JOIN people_person p ON p.id = a.person_id WHERE a.check_made_id = %s"
                " ORDER BY CASE WHEN a.at IS NULL THEN 0 ELSE 1 END, p.surname, p.given_name",
                [check_id],
            )
        )
    directions = set(from_json(row[11]))
    return Certificate(
        line=_line(viewer, row),
        conclusion=row[16],
        figures=tuple((one[0], one[1], one[2]) for one in written.get("figures", [])),
        persons=tuple(one for one in written.get("persons", []) if whole or one["id"] == viewer.person_id),
        readers=readers,
        sha256=row[17],
        is_whole=whole,
        open_directions=tuple(
            title
            for code, title in DIRECTIONS.items()
            if code in _wanted(viewer, row[6]) and code not in directions
        ),
        lessons=written.get("lessons", 0),
        teachers=written.get("teachers", 0),
    )
