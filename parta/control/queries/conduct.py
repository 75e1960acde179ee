"""How each of the staff kept the act over a span: who broke nothing, who what; the kept findings of one person.

Both are grounds for a decision of the head of the school. The decision itself is not the program's.
"""

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from parta.control.queries.findings import STATES
from parta.control.queries.lessons import IN_TIME, LATE, MISSING, lessons_of
from parta.control.queries.reports import Cell, Table
from parta.control.queries.sheets import Cut, per_cent, reach_of
from parta.foundation import sql
from parta.foundation.pagekit import plural
from parta.journal.queries.words import class_name, from_json, journal_name, register_key, short_name
from parta.people.viewer import ROLE_TITLES, Viewer

__all__ = ["conduct", "evidence", "staff_of"]

_STAFF = """
SELECT p.id, p.surname, p.given_name, p.patronymic, r.kind FROM people_role r JOIN people_person p ON p.id = r.person_id
WHERE r.school_id = %s AND r.starts <= %s AND (r.until IS NULL OR r.until > %s)
    AND r.kind IN ('teacher', 'class_teacher', 'master', 'head_of_department', 'deputy')
ORDER BY p.surname, p.given_name, p.patronymic, p.id, r.kind"""

# Broken: the limit passed before it was put right, or there was no limit to keep. Excused ones are not held against
# anybody.
_BROKEN = """
SELECT f.who_id, f.clauses FROM control_finding f
WHERE f.school_id = %s AND f.who_id IS NOT NULL AND f.date >= %s AND f.date <= %s AND f.state <> 'excused'
    AND (f.due IS NULL OR f.due < COALESCE(f.closed_at, %s))"""

_OF_ONE = """
SELECT f.date, f.clauses, f.text, f.detail, COALESCE(h.title, ''), COALESCE(s.title, ''), COALESCE(g.short, ''),
    f.found_at, f.due, f.closed_at, f.done_on, f.state, f.answer, f.excuse
FROM control_finding f
LEFT JOIN plans_journal j ON j.id = f.journal_id
LEFT JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = COALESCE(f.homeroom_id, j.homeroom_id)
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
WHERE f.school_id = %s AND f.who_id = %s AND f.date >= %s AND f.date <= %s
ORDER BY f.date, f.number, f.id"""


def staff_of(viewer: Viewer, cut: Cut) -> dict[int, tuple[str, str]]:
    """Teaching and leading staff of the last day: name and roles in words. One statement."""
    found: dict[int, tuple[str, list[str]]] = {}
    for id, surname, given_name, patronymic, kind in sql.read(
        _STAFF, [viewer.school.id, cut.until, cut.until]
    ):
        _, roles = found.setdefault(id, (short_name(surname, given_name, patronymic), []))
        if (title := str(ROLE_TITLES.get(kind, kind))) not in roles:
            roles.append(title)
    return {id: (name, ", ".join(roles)) for id, (name, roles) in found.items()}


def _printed(clauses: Any) -> list[str]:
    """Printed numbers of the clauses, each once."""
    return list(dict.fromkeys(pair[1] for pair in from_json(clauses)))


def conduct(viewer: Viewer, cut: Cut) -> Table:
    """Who broke nothing first, then the others with what they broke by clause. Four statements at most."""
    staff = staff_of(viewer, cut)
    broken: dict[int, Counter[str]] = defaultdict(Counter)
    counts: Counter[int] = Counter()
    for who_id, clauses in sql.read(_BROKEN, [viewer.school.id, cut.since, cut.until, viewer.at]):
        counts[who_id] += 1
        broken[who_id].update(_printed(clauses)[:1])
    facts: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for lesson in lessons_of(viewer, reach_of(viewer, cut), cut.since, cut.until):
        for state in lesson.states.values():
            if lesson.who_id is not None and state in (IN_TIME, LATE, MISSING):
                facts[lesson.who_id][0] += 1
                facts[lesson.who_id][1] += state == IN_TIME
    rows: list[tuple[Cell, ...]] = []
    order = sorted(staff.items(), key=lambda one: (counts[one[0]] > 0, register_key(one[1][0])))
    for id, (name, roles) in order:
        what = "; ".join(
            f"{clause}: {count}"
            for clause, count in sorted(broken[id].items(), key=lambda one: (-one[1], one[0]))
        )
        due, in_time = facts[id]
        rows.append(
            (name, roles, due, per_cent(in_time, due), counts[id], what if counts[id] else "нарушений нет")
        )
    without = sum(not counts[id] for id in staff)
    return Table(
        ("Кто", "Роли", "Записей по урокам", "В срок, %", "Нарушений", "По пунктам"),
        tuple(rows),
        note=(
            f"Без нарушений: {plural(without, 'человек', 'человека', 'человек')} из {len(staff)}. Считается то, чего "
            "не сделали до срока; признанное уважительным не считается. Поощрение и взыскание решает администрация."
        ),
        links=tuple(("report", "evidence", _query(cut, id)) for id, _ in order),
    )


def _query(cut: Cut, person_id: int) -> str:
    query = {"since": cut.since.isoformat(), "until": cut.until.isoformat(), "person": person_id}
    return "?" + urlencode(query)


def evidence(viewer: Viewer, cut: Cut) -> Table:
    """Every finding of one person over the span: clause, record, times, explanation. One statement."""
    zone = ZoneInfo(viewer.school.timezone)

    def shown(value: Any) -> str:
        at: datetime | None = sql.moment(value) if value is not None else None
        return "" if at is None else f"{at.astimezone(zone):%d.%m.%Y %H:%M}"

    rows: list[tuple[Cell, ...]] = []
    if cut.person_id is not None:
        for row in sql.read(_OF_ONE, [viewer.school.id, cut.person_id, cut.since, cut.until]):
            place = journal_name(row[4], row[5], row[6]) if row[5] else class_name(row[4]) if row[4] else ""
            rows.append(
                (
                    f"{row[0]:%d.%m.%Y}",
                    ", ".join(_printed(row[1])),
                    f"{row[2]} {row[3]}".strip(),
                    place,
                    shown(row[7]),
                    shown(row[8]),
                    f"{row[10]:%d.%m.%Y}" if row[10] is not None else shown(row[9]),
                    STATES[row[11]],
                    row[12],
                    row[13],
                )
            )
    return Table(
        (
            "Дата",
            "Пункт",
            "Что",
            "Где",
            "Найдено",
            "Срок",
            "Исправлено",
            "Состояние",
            "Объяснение",
            "Признано уважительным",
        ),
        tuple(rows),
    )
