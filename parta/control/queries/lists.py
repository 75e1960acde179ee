"""Are the lists of the school complete and true: reference lists, orders, one person entered twice.

What an act asks of lists (``profile_complete``; cards of students are read in `keeping`), and what a class teacher's
own pages owe (``journal_up_to_date`` over roster and contacts). A list is judged as it stands; a day of the year in the
entry says from when it is asked.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from parta.control.queries.informing import classes_of
from parta.control.queries.sheets import law_for
from parta.control.queries.sources import duty_source
from parta.foundation import sql
from parta.journal.rules.matters import Matter, clauses_of, rules_on, told_of
from parta.people.queries.orders import OrderLine, order_lines
from parta.people.rules import LIST_WORDS, RosterFinding, overdue_reviews
from parta.people.viewer import Viewer
from parta.regulation.judge import Rule

DAY = timedelta(days=1)
NAMED = 40
"""Names listed in one matter; the number is of all."""

_YEAR = """
SELECT id, starts, until FROM organisation_academicyear WHERE school_id = %s AND starts <= %s AND until > %s"""

_CARDS = """
SELECT h.id, h.title, n.id, n.surname, n.given_name, n.patronymic, n.birth_date, n.address, n.phone, g.id, g.relation,
    p.surname, p.given_name, p.phone, p.email, (SELECT MIN(r.person_id) FROM people_role r WHERE r.homeroom_id = h.id
    AND r.kind IN ('class_teacher', 'master') AND r.starts <= %s AND (r.until IS NULL OR r.until > %s))
FROM people_enrolment e JOIN organisation_homeroom h ON h.id = e.homeroom_id AND h.year_id = %s
JOIN people_person n ON n.id = e.student_id
LEFT JOIN people_guardianship g ON g.student_id = n.id AND g.has_rights AND g.starts <= %s
    AND (g.until IS NULL OR g.until > %s)
LEFT JOIN people_person p ON p.id = g.guardian_id
WHERE e.starts <= %s AND (e.until IS NULL OR e.until > %s)
ORDER BY COALESCE(h.grade, 99), h.title, n.surname, n.given_name, n.id"""


@duty_source(
    {"profile_complete": "Полнота и достоверность списков", "roster_review_every": "Проверка данных класса"}
)
def list_matters(viewer: Viewer, since: date, until: date) -> list[Matter]:
    """Cards and reference lists with gaps, people entered twice. Two statements, six more for the reference lists."""
    law, own = law_for(viewer), classes_of(viewer)
    rules = rules_on(law, until, "profile_complete")
    fresh = [
        rule
        for rule in rules_on(law, until, "journal_up_to_date")
        if rule.params.objects & {"roster", "contact", "parent", "timetable", "health_sheet"}
    ]
    years = sql.read(_YEAR, [viewer.school.id, until, until])
    if not years or own == ():
        return []
    year_id, begins, _ = years[0]
    gaps = [
        (row, student)
        for row, student in _cards(sql.read(_CARDS, [until, until, year_id, until, until, until, until]))
        if own is None or row[0] in own
    ]
    found: list[Matter] = []
    for rule in rules:
        limit = rule.params.until.on({"year_start": begins}) if rule.params.until is not None else None
        if limit is not None and until <= limit:
            continue
        if "orders_vs_roster" in rule.params.checks:
            found += _of_orders(rule, viewer, until, own)
        elif rule.params.lists and viewer.is_school_wide:
            found += _of_lists(rule, viewer.school.id, year_id, until)
    for late in overdue_reviews(law, viewer.school.id, until):
        if own is None or late.homeroom_id in own:
            found.append(_review(late))
    if fresh:
        reviews = {one.homeroom_id: one for one in overdue_reviews(law, viewer.school.id, until)}
        found += _of_pages(fresh, gaps, reviews, begins, _sheets(viewer, until))
        found += _of_timetable(fresh, viewer, own, begins)
    return found


def _review(late: RosterFinding) -> Matter:
    return Matter(
        kind="roster_review_every",
        clauses=late.law.clauses,
        text=f"Данные класса не проверены к {late.until - DAY:%d.%m.%Y}",
        since=late.until,
        homeroom_id=late.homeroom_id,
        homeroom=late.homeroom,
        who_id=late.teacher_id,
        role="class_teacher",
        told=("class_teacher", "deputy"),
    )


def _of_orders(rule: Rule[Any], viewer: Viewer, on: date, own: Sequence[int] | None) -> Iterable[Matter]:
    """Classes whose list does not say what the orders say. One statement, and one for the class teachers."""
    rooms: dict[int, list[OrderLine]] = defaultdict(list)
    for line in order_lines(viewer.school.id, on):
        if not line.agrees and (own is None or line.homeroom_id in own):
            rooms[line.homeroom_id].append(line)
    if not rooms:
        return
    heads: dict[int, int] = dict(
        sql.read(
            "SELECT homeroom_id, MIN(person_id) FROM people_role WHERE school_id = %s AND homeroom_id IS NOT NULL"
            " AND kind IN ('class_teacher', 'master') AND starts <= %s AND (until IS NULL OR until > %s)"
            " GROUP BY homeroom_id",
            [viewer.school.id, on, on],
        )
    )
    for homeroom_id, lines in rooms.items():
        yield Matter(
            kind="profile_complete",
            clauses=clauses_of([rule]),
            text=f"Список не совпадает с приказами: {len(lines)}",
            since=min(line.on for line in lines),
            homeroom_id=homeroom_id,
            homeroom=lines[0].homeroom,
            who_id=heads.get(homeroom_id),
            role="class_teacher",
            told=told_of([rule]),
            detail="; ".join(line.says for line in lines[:NAMED]),
        )


def _cards(rows: Sequence[sql.Row]) -> Iterable[tuple[sql.Row, frozenset[str]]]:
    """Each student once, with the codes of what the card lacks."""
    students: dict[int, tuple[sql.Row, list[sql.Row]]] = {}
    for row in rows:
        students.setdefault(row[2], (row, []))[1].append(row)
    for row, lines in students.values():
        parents = [line for line in lines if line[9] is not None]
        there = {
            "full_name": bool(row[3] and row[4]),
            "birth_date": row[6] is not None,
            "address": bool(row[7]),
            "phone": bool(row[8]),
            "parent": bool(parents),
            "parent_full_name": any(line[11] and line[12] for line in parents),
            "parent_relation": any(line[10] for line in parents),
            "parent_contact": any(line[13] or line[14] for line in parents),
        }
        yield row, frozenset(code for code, is_there in there.items() if not is_there)


def _of_pages(
    rules: Sequence[Rule[Any]],
    gaps: Sequence[tuple[sql.Row, frozenset[str]]],
    reviews: dict[int, Any],
    since: date,
    sheets: Mapping[int, tuple[date, int]],
) -> Iterable[Matter]:
    """What a class teacher's own pages owe: the list not looked through in time, families without contacts, the
    health sheet that was handed over on paper and is not entered."""
    rooms: dict[int, list[tuple[sql.Row, frozenset[str]]]] = defaultdict(list)
    for row, missing in gaps:
        rooms[row[0]].append((row, missing))
    for rule in rules:
        for homeroom_id, lines in rooms.items():
            row, owed = lines[0][0], []
            if "roster" in rule.params.objects and homeroom_id in reviews:
                owed.append(f"список не проверен к {reviews[homeroom_id].until - DAY:%d.%m.%Y}")
            if rule.params.objects & {"contact", "parent"}:
                lacking = sum(bool(missing & {"parent", "parent_contact"}) for _, missing in lines)
                if lacking:
                    owed.append(f"без представителя или его контактов: {lacking}")
            if "health_sheet" in rule.params.objects and homeroom_id in sheets:
                handed_on, empty = sheets[homeroom_id]
                owed.append(f"листок здоровья передан {handed_on:%d.%m.%Y}, не внесено: {empty}")
            if len(owed) > rule.params.max_late:
                yield Matter(
                    kind="journal_up_to_date",
                    clauses=clauses_of([rule]),
                    text="Страницы классного руководителя не заполнены",
                    since=since,
                    homeroom_id=homeroom_id,
                    homeroom=row[1],
                    who_id=row[15],
                    role="class_teacher",
                    told=told_of([rule]),
                    detail="; ".join(owed),
                )


def _sheets(viewer: Viewer, until: date) -> Mapping[int, tuple[date, int]]:
    """Of classes whose health sheet was handed over before this day: when, and how many students it lacks. One
    statement."""
    rows = sql.read(
        "SELECT s.homeroom_id, s.handed_on, COUNT(*) FROM diary_healthsheet s"
        " JOIN people_enrolment e ON e.homeroom_id = s.homeroom_id AND e.starts <= %s"
        " AND (e.until IS NULL OR e.until > %s)"
        " WHERE s.school_id = %s AND s.withdrawn_at IS NULL AND s.handed_on < %s AND NOT EXISTS ("
        " SELECT 1 FROM diary_healthnote n WHERE n.student_id = e.student_id AND n.ended_at IS NULL)"
        " GROUP BY s.homeroom_id, s.handed_on",
        [until, until, viewer.school.id, until],
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _of_timetable(
    rules: Sequence[Rule[Any]], viewer: Viewer, own: Sequence[int] | None, since: date
) -> Iterable[Matter]:
    """Classes with journals and no timetable in force, nor a lesson ahead. One statement."""
    rules = [rule for rule in rules if "timetable" in rule.params.objects]
    if not rules:
        return
    on = viewer.on
    for homeroom_id, title in sql.read(
        "SELECT h.id, h.title FROM organisation_homeroom h JOIN organisation_academicyear y ON y.id = h.year_id"
        " WHERE h.school_id = %s AND y.starts <= %s AND y.until > %s"
        " AND EXISTS (SELECT 1 FROM plans_journal j WHERE j.homeroom_id = h.id)"
        " AND NOT EXISTS (SELECT 1 FROM timetable_timetableslot t JOIN plans_journal j ON j.id = t.journal_id"
        " WHERE j.homeroom_id = h.id AND t.starts <= %s AND (t.until IS NULL OR t.until > %s))"
        " AND NOT EXISTS (SELECT 1 FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id"
        " WHERE j.homeroom_id = h.id AND l.date >= %s AND l.state <> 'cancelled')"
        " ORDER BY COALESCE(h.grade, 99), h.title",
        [viewer.school.id, on, on, on, on, on],
    ):
        if own is None or homeroom_id in own:
            yield from (
                Matter(
                    kind="journal_up_to_date",
                    clauses=clauses_of([rule]),
                    text="Расписание не обновлено: действующего нет и уроков впереди нет",
                    since=since,
                    homeroom_id=homeroom_id,
                    homeroom=title,
                    role="operator",
                    told=told_of([rule]),
                )
                for rule in rules
            )


# --- reference lists ------------------------------------------------------------------------------------------------

_LISTS = {
    "classes": "SELECT h.title, CASE WHEN h.letter = '' THEN 'буква' END, CASE WHEN NOT EXISTS (SELECT 1 FROM"
    " people_role r WHERE r.homeroom_id = h.id AND r.kind IN ('class_teacher', 'master') AND r.starts <= %s"
    " AND (r.until IS NULL OR r.until > %s)) THEN 'классный руководитель' END FROM organisation_homeroom h"
    " WHERE h.school_id = %s AND h.year_id = %s ORDER BY h.title",
    "staff": "SELECT DISTINCT p.surname || ' ' || p.given_name, CASE WHEN p.given_name = '' THEN 'имя' END,"
    " CASE WHEN p.patronymic = '' AND p.has_patronymic THEN 'отчество' END FROM people_person p JOIN people_role r"
    " ON r.person_id = p.id AND r.starts <= %s AND (r.until IS NULL OR r.until > %s)"
    " WHERE p.school_id = %s AND %s > 0 ORDER BY 1",
    "subjects": "SELECT s.title, CASE WHEN s.short = '' THEN 'краткое название' END, NULL"
    " FROM organisation_subject s WHERE %s = %s AND s.school_id = %s AND %s > 0 ORDER BY s.title",
    "rooms": "SELECT r.title, CASE WHEN r.title = '' THEN 'название' END, NULL FROM organisation_room r"
    " WHERE %s = %s AND r.school_id = %s AND %s > 0 ORDER BY r.title",
    "bells": "SELECT c.title, CASE WHEN NOT EXISTS (SELECT 1 FROM organisation_bell b WHERE b.schedule_id = c.id)"
    " THEN 'время уроков' END, NULL FROM organisation_bellschedule c WHERE %s = %s AND c.school_id = %s AND %s > 0"
    " ORDER BY c.title",
    "students": "SELECT n.surname || ' ' || n.given_name, CASE WHEN n.given_name = '' THEN 'имя' END,"
    " CASE WHEN n.birth_date IS NULL THEN 'дата рождения' END FROM people_person n JOIN people_enrolment e"
    " ON e.student_id = n.id AND e.starts <= %s AND (e.until IS NULL OR e.until > %s) WHERE n.school_id = %s"
    " AND %s > 0 ORDER BY 1",
    "parents": "SELECT DISTINCT p.surname || ' ' || p.given_name, CASE WHEN p.given_name = '' THEN 'имя' END,"
    " CASE WHEN p.phone = '' AND p.email = '' THEN 'телефон или почта' END FROM people_person p"
    " JOIN people_guardianship g ON g.guardian_id = p.id AND g.has_rights AND g.starts <= %s"
    " AND (g.until IS NULL OR g.until > %s) WHERE p.school_id = %s AND %s > 0 ORDER BY 1",
}
"""Each list: name of the line and up to two things it lacks; all with the same values (day, day, school, year)."""

_TWINS = """
SELECT surname, given_name, MIN(patronymic), birth_date, COUNT(*) FROM people_person
WHERE school_id = %s AND birth_date IS NOT NULL
GROUP BY surname, given_name, birth_date HAVING COUNT(*) > 1 ORDER BY surname, given_name"""

_ORPHANS = """
SELECT p.surname, p.given_name FROM people_person p WHERE p.school_id = %s
AND NOT EXISTS (SELECT 1 FROM people_role r WHERE r.person_id = p.id)
AND NOT EXISTS (SELECT 1 FROM people_enrolment e WHERE e.student_id = p.id)
AND NOT EXISTS (SELECT 1 FROM people_guardianship g WHERE g.guardian_id = p.id)
AND NOT EXISTS (SELECT 1 FROM plans_teachingload w WHERE w.teacher_id = p.id) ORDER BY p.surname, p.given_name"""


def _of_lists(rule: Rule[Any], school_id: int, year_id: int, on: date) -> Iterable[Matter]:
    """Reference lists with empty required fields; people entered twice; cards that belong to nothing."""
    asked = rule.params.lists
    if "empty" in rule.params.checks or not rule.params.checks:
        for code, statement in _LISTS.items():
            if code not in asked and "all" not in asked:
                continue
            lacking = [
                f"{row[0].strip()}: {', '.join(word for word in row[1:] if word)}"
                for row in sql.read(statement, [on, on, school_id, year_id])
                if any(row[1:])
            ]
            if lacking:
                yield _list_matter(rule, f"{LIST_WORDS[code]}: не заполнено у {len(lacking)}", lacking, on)
    if "duplicates" in rule.params.checks:
        twins = [
            f"{row[0]} {row[1]}, {_day(row[3]):%d.%m.%Y}: {row[4]}" for row in sql.read(_TWINS, [school_id])
        ]
        if twins:
            yield _list_matter(rule, f"Один человек записан дважды: {len(twins)}", twins, on)
    if "orphans" in rule.params.checks:
        orphans = [f"{row[0]} {row[1]}" for row in sql.read(_ORPHANS, [school_id])]
        if orphans:
            yield _list_matter(rule, f"Карточки, которые ни к чему не относятся: {len(orphans)}", orphans, on)


def _list_matter(rule: Rule[Any], text: str, names: Sequence[str], on: date) -> Matter:
    more = f"; и ещё {len(names) - NAMED}" if len(names) > NAMED else ""
    return Matter(
        kind="profile_complete",
        clauses=clauses_of([rule]),
        text=text,
        since=on,
        role="operator",
        told=told_of([rule]),
        detail="; ".join(names[:NAMED]) + more,
    )


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
