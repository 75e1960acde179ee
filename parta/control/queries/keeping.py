"""Does everybody keep the journal: class teachers in their classes, and how much is overdue by class or teacher."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from parta.control.queries.intervals import DAYS_BACK
from parta.control.queries.lessons import MISSING, lessons_of
from parta.control.queries.sheets import Cut, law_for, overdue_works, reach_of, unmarked_lessons
from parta.diary.queries.homework_panel import unopened
from parta.foundation import sql
from parta.journal.rules.matters import Matter, clauses_of, rules_on, told_of
from parta.people.rules import PROFILE_FIELDS, without_consent
from parta.people.viewer import Viewer
from parta.regulation.durations import plural
from parta.regulation.judge import Rule

DAY = timedelta(days=1)

_CLASSES = """
SELECT h.id, h.title, y.starts, r.person_id, r.starts, p.user_id,
    (SELECT MAX(CASE WHEN s.seen_at > s.at THEN s.seen_at ELSE s.at END) FROM people_signin s
        WHERE s.user_id = p.user_id),
    (SELECT COUNT(*) FROM journal_absence b JOIN timetable_lesson l ON l.id = b.lesson_id
        JOIN plans_journal j ON j.id = l.journal_id WHERE j.homeroom_id = h.id AND b.meaning = 'unknown'
        AND l.date <= %s)
FROM organisation_homeroom h
JOIN organisation_academicyear y ON y.id = h.year_id AND y.starts <= %s AND y.until > %s
LEFT JOIN people_role r ON r.homeroom_id = h.id AND r.kind IN ('class_teacher', 'master') AND r.starts <= %s
    AND (r.until IS NULL OR r.until > %s)
LEFT JOIN people_person p ON p.id = r.person_id
WHERE h.school_id = %s AND EXISTS (SELECT 1 FROM people_enrolment e WHERE e.homeroom_id = h.id AND e.starts <= %s
    AND (e.until IS NULL OR e.until > %s))
ORDER BY COALESCE(h.grade, 99), h.title, r.person_id"""

_ACTS = """
SELECT user_id, MAX(at) FROM foundation_logentry WHERE school_id = %s AND at >= %s AND at < %s
    AND role IN ('class_teacher', 'master') AND user_id IS NOT NULL GROUP BY user_id"""

_REVIEWS = """
SELECT homeroom_id, MAX(day) FROM people_rosterreview WHERE school_id = %s AND day >= %s AND day <= %s
GROUP BY homeroom_id"""


def window_days(duration: Any) -> int:
    """A window of an act in whole days, at least one."""
    return int(duration.count) if duration.unit == "d" else max(int(duration.count / 24), 1)


def class_keeping_matters(viewer: Viewer, until: date) -> list[Matter]:
    """Classes that nobody leads, and class teachers who did nothing in the window of the act. Three statements.

    The first window begins with the later of the year, the appointment and the edition: nothing is owed before it ends.
    """
    law, school = law_for(viewer), viewer.school
    rules = [
        rule
        for rule in rules_on(law, until, "journal_mandatory")
        if rule.params.roles & {"class_teacher", "master"} and rule.params.does != "entry"
    ]
    if not rules:
        return []
    rows = sql.read(_CLASSES, [until] * 5 + [school.id, until, until])
    zone = ZoneInfo(school.timezone)
    longest = max(window_days(rule.params.window) for rule in rules)
    first = until - longest * DAY
    begin, end = (datetime.combine(day, time(), zone) for day in (first, until + DAY))
    acts = {row[0]: _day(row[1], zone) for row in sql.read(_ACTS, [school.id, begin, end])}
    reviews = {row[0]: _date(row[1]) for row in sql.read(_REVIEWS, [school.id, first, until])}
    return [one for rule in rules for one in _of_rule(rule, rows, acts, reviews, until, zone)]


def _of_rule(
    rule: Rule[Any],
    rows: Iterable[sql.Row],
    acts: dict[int, date],
    reviews: dict[int, date],
    until: date,
    zone: ZoneInfo,
) -> Iterable[Matter]:
    params = rule.params
    edge = until - window_days(params.window) * DAY
    for homeroom_id, title, begins, person_id, since, user_id, seen, waiting in rows:
        common: dict[str, Any] = {
            "kind": "journal_mandatory",
            "clauses": clauses_of([rule]),
            "homeroom_id": homeroom_id,
            "homeroom": title,
            "told": told_of([rule]),
        }
        if person_id is None:
            yield Matter(
                text="Нет классного руководителя: журнал класса никто не ведёт",
                since=until,
                role="director",
                **common,
            )
            continue
        start = max(_date(begins), _date(since))
        if start > edge or (params.given == "open_reasons" and not waiting):
            continue
        did = [acts.get(user_id), reviews.get(homeroom_id)]
        if params.does == "any":
            did.append(_day(seen, zone) if seen is not None else None)
        if any(day is not None and day > edge for day in did):
            continue
        last = max((day for day in did if day is not None), default=None)
        word = "не работал в журнале" if params.does == "review" else "не заходил в журнал"
        yield Matter(
            text=f"Классный руководитель {word} {params.window}",
            since=edge,
            who_id=person_id,
            role="class_teacher",
            detail=", ".join(
                part
                for part in (
                    f"последний раз {last:%d.%m.%Y}" if last else "ни разу с начала года",
                    f"пропусков без причины: {waiting}" if waiting else "",
                )
                if part
            ),
            **common,
        )


_CARDS = """
SELECT h.id, h.title, n.id, n.surname, n.given_name, n.birth_date, n.phone, n.email, n.address,
    COUNT(g.id), COUNT(CASE WHEN gp.phone <> '' THEN 1 END),
    COUNT(CASE WHEN gp.phone <> '' OR gp.email <> '' THEN 1 END),
    COUNT(CASE WHEN gp.surname <> '' AND gp.given_name <> '' THEN 1 END), COUNT(NULLIF(g.relation, '')), MIN(y.starts),
    (SELECT MIN(r.person_id) FROM people_role r WHERE r.homeroom_id = h.id AND r.kind IN ('class_teacher', 'master')
    AND r.starts <= %s AND (r.until IS NULL OR r.until > %s))
FROM people_enrolment e
JOIN organisation_homeroom h ON h.id = e.homeroom_id
JOIN organisation_academicyear y ON y.id = h.year_id AND y.starts <= %s AND y.until > %s
JOIN people_person n ON n.id = e.student_id
LEFT JOIN people_guardianship g ON g.student_id = n.id AND g.has_rights AND g.starts <= %s
    AND (g.until IS NULL OR g.until > %s)
LEFT JOIN people_person gp ON gp.id = g.guardian_id
WHERE e.school_id = %s AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)
GROUP BY h.id, h.title, h.grade, n.id, n.surname, n.given_name, n.birth_date, n.phone, n.email, n.address
ORDER BY COALESCE(h.grade, 99), h.title, n.surname, n.given_name, n.id"""


def card_matters(viewer: Viewer) -> list[Matter]:
    """Classes with students whose cards lack a field the act requires, by name. One statement, or none.

    A card that waits for a consent owes nothing until it is given: such students are listed by the consents.
    """
    law, on = law_for(viewer), viewer.on
    rules = [
        rule
        for rule in rules_on(law, on, "profile_complete")
        if not rule.params.lists and "orders_vs_roster" not in rule.params.checks
    ]
    if not rules:
        return []
    rows = sql.read(_CARDS, [on, on, on, on, on, on, viewer.school.id, on, on])
    starts = {"year_start": _date(rows[0][14])} if rows else {}
    heads = {row[0]: row[15] for row in rows}
    closed = without_consent(law, on, [row[2] for row in rows], "card")
    found = []
    for rule in rules:
        due = rule.params.until.on(starts) if rule.params.until is not None else None
        if due is not None and on <= due:
            continue
        rooms: dict[tuple[int, str], list[tuple[str, list[str]]]] = {}
        for row in rows:
            lacks = [] if row[2] in closed else _lacks(row, rule.params.fields)
            if lacks:
                rooms.setdefault((row[0], row[1]), []).append((f"{row[3]} {row[4]}", lacks))
        for (homeroom_id, title), students in rooms.items():
            words = {word: sum(word in lacks for _, lacks in students) for word in PROFILE_FIELDS.values()}
            count = len(students)
            found.append(
                Matter(
                    kind="profile_complete",
                    clauses=clauses_of([rule]),
                    text=f"Карточки заполнены не полностью у {count} "
                    + plural(count, "ученика", "учеников", "учеников"),
                    since=due or on,
                    homeroom_id=homeroom_id,
                    homeroom=title,
                    students=tuple(name for name, _ in students),
                    who_id=heads[homeroom_id],
                    role="class_teacher",
                    told=told_of([rule]),
                    detail=", ".join(f"{word}: {number}" for word, number in words.items() if number),
                )
            )
    return found


def _lacks(row: sql.Row, fields: Iterable[str]) -> list[str]:
    """The required fields of a card that are empty, in words; the same reading as the page of the class."""
    empty = {
        "full_name": not (row[3] and row[4]),
        "birth_date": row[5] is None,
        "address": not row[8],
        "phone": not (row[6] or row[7] or row[10]),
        "parent": not row[9],
        "parent_contact": not row[11],
        "parent_full_name": not row[12],
        "parent_relation": not row[13],
    }
    wanted = frozenset(fields)
    return [word for code, word in PROFILE_FIELDS.items() if code in wanted and empty[code]]


def homework_panel_matters(viewer: Viewer) -> list[Matter]:
    """Teachers who had lessons on a day before today and did not open the panel of homework that day. One statement."""
    rules = [
        rule
        for rule in rules_on(law_for(viewer), viewer.on, "check_every")
        if rule.params.scope == "homework_diary"
    ]
    if not rules:
        return []
    since = viewer.on - DAYS_BACK * DAY
    return [
        Matter(
            kind="check_every",
            clauses=clauses_of(rules),
            text=f"Не смотрел раздел домашних заданий: {len(one.days)} "
            + plural(len(one.days), "день", "дня", "дней")
            + " с уроками",
            since=one.days[-1],
            who_id=one.person_id,
            role="teacher",
            told=told_of(rules),
            detail=", ".join(f"{day:%d.%m}" for day in one.days),
        )
        for one in unopened(viewer, reach_of(viewer, Cut(since, viewer.on)), since, viewer.on)
    ]


def late_matters(viewer: Viewer, since: date, until: date) -> list[Matter]:
    """Classes or teachers with more overdue items of the span than the act allows. Two or three statements."""
    law = law_for(viewer)
    rules = rules_on(law, until, "journal_up_to_date")
    if not rules:
        return []
    cut = Cut(since, until)
    lessons = lessons_of(viewer, reach_of(viewer, cut), since, until)
    places = {lesson.journal_id: (lesson.homeroom_id, lesson.homeroom) for lesson in lessons}
    names = {"conducted": "lesson", "roll": "attendance", "homework": "homework"}
    items = [
        (names[fact], lesson.homeroom_id, lesson.homeroom, lesson.who_id, lesson.date, 1)
        for lesson in lessons
        for fact, state in lesson.states.items()
        if state == MISSING
    ]
    items += [
        ("mark", *places[work.journal_id], work.who_id, work.date, 1)
        for work in (*overdue_works(viewer, law, lessons, cut), *unmarked_lessons(viewer, law, lessons, cut))
    ]
    return late_of(rules, items)


def late_of(rules: Iterable[Rule[Any]], items: Iterable[Any]) -> list[Matter]:
    """Where more is overdue than the act allows, of (object, class, its title, whose, first day, how many).

    No statement.
    """
    items = list(items)
    found = []
    for rule in rules:
        groups: dict[int | None, list[Any]] = {}
        for item in items:
            if item[0] in rule.params.objects:
                groups.setdefault(item[1] if rule.params.each == "homeroom" else item[3], []).append(item)
        for key, own in groups.items():
            if sum(item[5] for item in own) > rule.params.max_late and key is not None:
                found.append(_late(rule, key, own))
    return found


_WORDS = {"lesson": "записей урока", "attendance": "явки", "homework": "заданий", "mark": "работ без отметок"}


def _late(rule: Rule[Any], key: int, own: list[Any]) -> Matter:
    by_homeroom = rule.params.each == "homeroom"
    counts = {name: sum(item[5] for item in own if item[0] == name) for name in _WORDS}
    total = sum(item[5] for item in own)
    return Matter(
        kind="journal_up_to_date",
        clauses=clauses_of([rule]),
        text=f"Журнал не актуален: {total} "
        + plural(total, "просроченная запись", "просроченные записи", "просроченных записей"),
        since=min(item[4] for item in own),
        homeroom_id=key if by_homeroom else None,
        homeroom=own[0][2] if by_homeroom else "",
        who_id=None if by_homeroom else key,
        role="class_teacher" if by_homeroom else "teacher",
        told=told_of([rule]),
        detail=", ".join(f"{_WORDS[name]}: {count}" for name, count in counts.items() if count),
        key="overdue",
    )


def _date(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _day(value: Any, zone: ZoneInfo) -> date:
    return sql.moment(value).astimezone(zone).date()
