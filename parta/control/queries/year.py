"""Readiness of the year: each item of the set-up with what is done, what is missing and whose it is.

An item's day comes from the act (``setup_by``, ``accounts_active``); items no act dates are shown without one.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from parta.control.queries.sheets import law_for, per_cent
from parta.foundation import sql
from parta.foundation.pagekit import plural
from parta.journal.queries.words import class_name, journal_name
from parta.journal.rules.matters import Matter, clauses_of, rules_on, told_of
from parta.organisation.models import AcademicYear
from parta.people.viewer import Viewer
from parta.plans.approvals import KINDS
from parta.plans.queries.individual import individual_plans
from parta.regulation.judge import Rule

APPROVED = {
    "approved_curricula": ("curriculum", "Учебный план утверждён"),
    "approved_load": ("teaching_load", "Нагрузка утверждена"),
    "approved_timetable": ("timetable", "Расписание утверждено"),
}
"""Items that ask whether what was made ready is approved: the kind of approval and the title."""
ONLY_NAMED = frozenset({"parent_notice_schedule", *APPROVED})
"""Items that are asked only where the act names them; «all» does not mean them."""
MISSING_LISTED = 60
"""Names of what is missing shown for one item; the count is of all."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the set-up."""

    code: str
    title: str
    done: int
    of: int
    missing: tuple[str, ...]
    """What is missing, each in words; the first `MISSING_LISTED`."""
    url_name: str
    role: str
    """Who does it, when no act says."""

    @property
    def is_complete(self) -> bool:
        return self.of > 0 and self.done >= self.of

    @property
    def share(self) -> int | None:
        """Per cent done."""
        return per_cent(self.done, self.of)


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item with the day of the act."""

    item: Item
    due: date | None
    by: tuple[str, ...]
    """Role codes whose duty it is."""
    clauses: tuple[str, ...]
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class YearPage:
    """The readiness page."""

    year: str
    starts: date | None
    lines: tuple[ItemLine, ...]
    due: date | None
    """The day by which all must be ready."""
    clauses: tuple[str, ...]

    @property
    def open(self) -> int:
        """Items not complete."""
        return sum(not line.item.is_complete for line in self.lines)


def _counted(code: str, title: str, rows: Sequence[tuple[str, Any]], url_name: str, role: str) -> Item:
    """An item from (name, is it there) pairs."""
    missing = [name for name, there in rows if not there]
    return Item(code, title, len(rows) - len(missing), len(rows), tuple(missing), url_name, role)


def _year(viewer: Viewer) -> sql.Row | None:
    rows = sql.read(
        "SELECT id, title, starts, until FROM organisation_academicyear WHERE school_id = %s"
        " ORDER BY CASE WHEN starts <= %s AND until > %s THEN 0 WHEN starts > %s THEN 1 ELSE 2 END, starts DESC"
        " LIMIT 1",
        [viewer.school.id, viewer.on, viewer.on, viewer.on],
    )
    return rows[0] if rows else None


_STRUCTURE = """
SELECT (SELECT COUNT(*) FROM organisation_term t WHERE t.year_id = y.id),
    (SELECT COUNT(*) FROM organisation_vacation v WHERE v.year_id = y.id),
    (SELECT COUNT(*) FROM organisation_bell b JOIN organisation_bellschedule c ON c.id = b.schedule_id
        WHERE c.school_id = y.school_id),
    (SELECT COUNT(*) FROM organisation_room r WHERE r.school_id = y.school_id),
    (SELECT COUNT(*) FROM organisation_subject s WHERE s.school_id = y.school_id),
    (SELECT COUNT(*) FROM plans_curriculumhours c WHERE c.year_id = y.id)
FROM organisation_academicyear y WHERE y.id = %s"""

_HOMEROOMS = """
SELECT h.title, (SELECT COUNT(*) FROM people_enrolment e WHERE e.homeroom_id = h.id AND e.starts <= %s
        AND (e.until IS NULL OR e.until > %s)),
    (SELECT COUNT(*) FROM people_role r WHERE r.homeroom_id = h.id AND r.kind IN ('class_teacher', 'master')
        AND r.starts <= %s AND (r.until IS NULL OR r.until > %s)),
    (SELECT COUNT(*) FROM timetable_timetableslot t JOIN plans_journal j ON j.id = t.journal_id
        WHERE j.homeroom_id = h.id),
    (SELECT COUNT(*) FROM communication_classschedule c WHERE c.homeroom_id = h.id),
    (SELECT COUNT(*) FROM timetable_timetableslot t JOIN plans_journal j ON j.id = t.journal_id
        WHERE j.homeroom_id = h.id AND (t.until IS NULL OR t.until > %s) AND t.teacher_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM plans_teachingload l WHERE l.journal_id = j.id
            AND (l.until IS NULL OR l.until > %s)))
FROM organisation_homeroom h WHERE h.year_id = %s ORDER BY COALESCE(h.grade, 99), h.title"""

_JOURNALS = """
SELECT COALESCE(h.title, ''), s.title, COALESCE(g.short, ''), j.plan_id,
    (SELECT COUNT(*) FROM plans_teachingload l WHERE l.journal_id = j.id AND (l.until IS NULL OR l.until > %s)),
    (SELECT COALESCE(SUM(t.hours), 0) FROM plans_plannedtopic t WHERE t.plan_id = j.plan_id),
    (SELECT MAX(c.yearly_hours) FROM plans_curriculumhours c WHERE c.year_id = j.year_id
        AND c.subject_id = j.subject_id AND (c.homeroom_id = j.homeroom_id
        OR (c.homeroom_id IS NULL AND c.grade = j.grade)))
FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
WHERE j.year_id = %s ORDER BY COALESCE(j.grade, 99), h.title, s.position, s.title, g.short"""

_STAFF = """
SELECT DISTINCT p.surname, p.given_name, CASE WHEN u.id IS NOT NULL AND u.is_active THEN 1 ELSE 0 END,
    CASE WHEN r.order_number = '' THEN 0 ELSE 1 END, r.kind, p.id
FROM people_role r JOIN people_person p ON p.id = r.person_id LEFT JOIN people_user u ON u.id = p.user_id
WHERE r.school_id = %s AND r.starts <= %s AND (r.until IS NULL OR r.until > %s)
ORDER BY p.surname, p.given_name, p.id"""

_STUDENTS = """
SELECT h.title, n.surname, n.given_name, CASE WHEN n.birth_date IS NULL OR n.patronymic = '' THEN 0 ELSE 1 END,
    CASE WHEN su.id IS NOT NULL AND su.is_active THEN 1 ELSE 0 END,
    COUNT(g.guardian_id), COUNT(gu.id), SUM(CASE WHEN gp.phone <> '' OR gp.email <> '' THEN 1 ELSE 0 END),
    COUNT(CASE WHEN gp.id IS NOT NULL AND gu.id IS NULL THEN 1 END)
FROM people_enrolment e JOIN organisation_homeroom h ON h.id = e.homeroom_id
JOIN people_person n ON n.id = e.student_id
LEFT JOIN people_user su ON su.id = n.user_id
LEFT JOIN people_guardianship g ON g.student_id = e.student_id AND g.has_rights AND g.starts <= %s
    AND (g.until IS NULL OR g.until > %s)
LEFT JOIN people_person gp ON gp.id = g.guardian_id
LEFT JOIN people_user gu ON gu.id = gp.user_id AND gu.is_active
WHERE h.year_id = %s AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)
GROUP BY h.id, h.title, h.grade, n.id, n.surname, n.given_name, n.birth_date, n.patronymic, su.id, su.is_active
ORDER BY COALESCE(h.grade, 99), h.title, n.surname, n.given_name, n.id"""


def _approvals(year: sql.Row, named: Collection[str]) -> list[Item]:
    """What the director approves of the year, of the items an act names. Two statements for each."""
    found = []
    for code, (kind_code, title) in APPROVED.items():
        if code not in named:
            continue
        kind = KINDS[kind_code]
        of, done = sql.read(
            f"SELECT COUNT(*), COUNT(d.approval_id) FROM {kind.table} d WHERE {kind.of_year}", [year[0]]
        )[0]
        missing = [", ".join(cell for cell in cells if cell) for _, cells in kind.rows(year[0])]
        found.append(Item(code, title, int(done), int(of), tuple(missing), "approvals", "director"))
    return found


def _own_plans(viewer: Viewer, year: sql.Row) -> list[Item]:
    """Students on individual plans: each line taught apart has its journal, teacher and place. Two statements."""
    plans = individual_plans(viewer, AcademicYear(id=year[0], starts=year[2], until=year[3]))
    if not plans:
        return []
    rows = [
        (f"{plan.student}, {plan.homeroom}: {'; '.join(plan.lacks)}", not plan.lacks)
        for plan in plans
        if plan.until is None or plan.until > viewer.on
    ]
    return [_counted("individual_plans", "Индивидуальные планы", rows, "setup_individual", "deputy")]


def _items(viewer: Viewer, year: sql.Row, named: Collection[str]) -> list[Item]:
    on = min(max(viewer.on, year[2]), year[3])
    terms, vacations, bells, rooms, subjects, hours = sql.read(_STRUCTURE, [year[0]])[0]
    homerooms = [
        (class_name(row[0]), *row[1:]) for row in sql.read(_HOMEROOMS, [on, on, on, on, on, on, year[0]])
    ]
    journals = [
        (journal_name(row[0], row[1], row[2]), *row[3:]) for row in sql.read(_JOURNALS, [on, year[0]])
    ]
    staff = sql.read(_STAFF, [viewer.school.id, on, on])
    students = [
        (f"{row[1]} {row[2]}, {class_name(row[0])}", *row[3:])
        for row in sql.read(_STUDENTS, [on, on, year[0], on, on])
    ]
    people = {row[5]: (f"{row[0]} {row[1]}", row[2]) for row in staff}
    return [
        _counted(
            "year_structure",
            "Структура учебного года",
            [("периоды", terms), ("каникулы и выходные", vacations), ("звонки", bells)],
            "setup_calendar",
            "operator",
        ),
        _counted(
            "lists",
            "Справочники: предметы, кабинеты",
            [("предметы", subjects), ("кабинеты", rooms)],
            "setup_lists",
            "operator",
        ),
        _counted("curricula", "Учебный план", [("часы учебного плана", hours)], "setup_journals", "deputy"),
        _counted(
            "classes",
            "Классы и группы: есть ученики",
            [(name, count) for name, count, *_ in homerooms] or [("ни одного класса", 0)],
            "setup_homerooms",
            "operator",
        ),
        _counted(
            "class_teachers",
            "Классные руководители",
            [(name, there) for name, _, there, *_ in homerooms],
            "setup_homerooms",
            "director",
        ),
        _counted(
            "teaching_load",
            "Нагрузка: у каждого журнала есть учитель",
            [(name, load) for name, _, load, _, _ in journals],
            "setup_journals",
            "deputy",
        ),
        _counted(
            "timetable_template",
            "Шаблон расписания",
            [(name, slots) for name, _, _, slots, *_ in homerooms],
            "setup_templates",
            "operator",
        ),
        _counted(
            "timetable_teachers",
            "Расписание: у каждой строки есть учитель",
            [
                (
                    f"{name}: {plural(bare, 'строка', 'строки', 'строк')} без учителя" if bare else name,
                    not bare,
                )
                for name, _, _, slots, _, bare in homerooms
                if slots
            ],
            "setup_templates",
            "operator",
        ),
        _counted(
            "parent_notice_schedule",
            "Расписание информирования родителей: у каждого класса",
            [(name, told) for name, _, _, _, told, _ in homerooms],
            "notice_schedules",
            "class_teacher",
        ),
        _counted(
            "thematic_plans",
            "Тематические планы",
            [
                (
                    name
                    if not plan
                    else f"{name}: в плане {topics} ч., по учебному плану {hours_of_year} ч.",
                    plan and (hours_of_year is None or topics == hours_of_year),
                )
                for name, plan, _, topics, hours_of_year in journals
            ],
            "setup_plans",
            "teacher",
        ),
        _counted(
            "staff_accounts",
            "Учётные записи сотрудников",
            list(people.values()),
            "setup_people",
            "operator",
        ),
        _counted(
            "user_accounts",
            "Учётные записи всех участников",
            [
                *people.values(),
                *((f"{name}: ученик", own) for name, _, own, *_ in students),
                *((f"{name}: родитель", not without) for name, *_, without in students),
            ],
            "setup_people",
            "operator",
        ),
        _counted(
            "parent_accounts",
            "У каждого ученика есть родитель с учётной записью",
            [(name, accounts) for name, _, _, _, accounts, _, _ in students],
            "setup_people",
            "class_teacher",
        ),
        _counted(
            "personal_data",
            "Персональные сведения учеников",
            [(name, personal) for name, personal, *_ in students],
            "setup_people",
            "class_teacher",
        ),
        _counted(
            "contacts",
            "Контакты: у родителя есть телефон или почта",
            [(name, contact) for name, _, _, _, _, contact, _ in students],
            "setup_people",
            "class_teacher",
        ),
        _counted(
            "orders",
            "Должности с номером приказа",
            [(f"{row[0]} {row[1]}", row[3]) for row in staff],
            "setup_people",
            "operator",
        ),
        *_own_plans(viewer, year),
        *_approvals(year, named),
    ]


_OF_CHECK: dict[str, Callable[[Rule[Any]], str]] = {
    "setup_by": lambda rule: str(rule.params.item),
    "accounts_active": lambda rule: "parent_accounts" if "guardian" in rule.params.of else "user_accounts",
}


def year_page(viewer: Viewer) -> YearPage:
    """Items of the current (or coming) year with what is missing. Six statements."""
    year = _year(viewer)
    if year is None:
        return YearPage("", None, (), None, ())
    law, on = law_for(viewer), min(max(viewer.on, year[2]), year[3])
    events = {"year_start": year[2], "year_end": year[3]}
    dated: dict[str, list[tuple[date, Rule[Any]]]] = {}
    for kind, item_of in _OF_CHECK.items():
        for rule in rules_on(law, on, kind):
            limit = rule.params.until.on(events)
            if limit is not None:
                dated.setdefault(item_of(rule), []).append((limit, rule))
    every = dated.get("all", [])
    lines = []
    for item in _items(viewer, year, dated):
        if item.code in ONLY_NAMED and item.code not in dated:
            continue
        own = sorted(dated.get(item.code, []) + every, key=lambda one: one[0])
        due = own[0][0] if own else None
        by = tuple(dict.fromkeys(role for _, rule in own for role in sorted(rule.entry.by)))
        lines.append(
            ItemLine(
                item,
                due,
                by or (item.role,),
                tuple(dict.fromkeys(clause.printed for _, rule in own for clause in rule.clauses)),
                bool(due is not None and viewer.on > due and not item.is_complete),
            )
        )
    return YearPage(
        year[1],
        year[2],
        tuple(lines),
        min((limit for limit, _ in every), default=None),
        tuple(dict.fromkeys(clause.printed for _, rule in every for clause in rule.clauses)),
    )


def setup_matters(viewer: Viewer) -> list[Matter]:
    """Items past their day that are not complete, a matter for each clause group. Six statements."""
    year = _year(viewer)
    if year is None:
        return []
    law, on = law_for(viewer), min(max(viewer.on, year[2]), year[3])
    events = {"year_start": year[2], "year_end": year[3]}
    named = {item_of(rule) for kind, item_of in _OF_CHECK.items() for rule in rules_on(law, on, kind)}
    items = {item.code: item for item in _items(viewer, year, named)}
    found = []
    for kind, item_of in _OF_CHECK.items():
        for rule in rules_on(law, on, kind):
            limit, code = rule.params.until.on(events), item_of(rule)
            if limit is None or viewer.on <= limit:
                continue
            wanted = [
                one
                for one in items.values()
                if code == one.code or (code == "all" and one.code not in ONLY_NAMED)
            ]
            for item in wanted:
                if not item.is_complete:
                    found.append(
                        Matter(
                            kind=kind,
                            clauses=clauses_of([rule]),
                            text=f"К {limit:%d.%m.%Y} не готово: {item.title} ({item.done} из {item.of})",
                            since=limit,
                            role=next(iter(sorted(rule.entry.by)), item.role),
                            told=told_of([rule]),
                            detail="; ".join(item.missing[:10]),
                            key=item.code,
                        )
                    )
    return found
