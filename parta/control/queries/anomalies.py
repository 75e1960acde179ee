"""Необычные записи: what a director looks at before anybody complains. Set-based: a statement or two for each kind.

A sign is no accusation: it names the account, the place, and the rows that made it, so that a person can judge.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from parta.foundation import sql
from parta.foundation.pagekit import avg
from parta.journal.queries.words import class_name
from parta.journal.rules.corrected import is_number
from parta.people.queries import short
from parta.people.viewer import Viewer

PERIOD = timedelta(days=30)
NIGHT = (time(22), time(6))
"""Evening after which, and morning until which, it is night in a school."""
MANY = 15
"""So many changes by one account in a night, or from outside, are many."""
OWN_NETWORK = 3
"""A network from which so many of the staff have signed in is the school's own, or home to many: not outside."""
GAP = Decimal("1")
"""A term mark so far from the weighted mean of the term's marks is against it."""
EVIDENCE = 12
KINDS = {
    "no_lesson": "отметки на день без урока",
    "night": "много изменений ночью",
    "outside": "много изменений из незнакомой сети",
    "after_lock": "изменения после итоговой отметки тем, кто не ведёт журнал",
    "final": "итоговая отметка против отметок периода",
}
FACTS = ("mark", "absence", "term_mark")


@dataclass(frozen=True, slots=True)
class Proof:
    """One row behind a sign: when, where, what."""

    at: datetime
    place: str
    words: str
    journal_id: int | None


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A sign, with its evidence."""

    kind: str
    title: str
    user_id: int | None
    who: str
    at: datetime
    words: str
    count: int
    proofs: tuple[Proof, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    kind: str
    user_id: int | None
    at: datetime
    words: str
    count: int
    proofs: tuple[Proof, ...]


def anomalies(viewer: Viewer) -> tuple[Anomaly, ...]:
    """The signs of the last month in the viewer's school, the latest first. A fixed number of statements."""
    zone = ZoneInfo(viewer.school.timezone)
    since = viewer.at - PERIOD
    found: list[_Found] = []
    looks: tuple[Callable[[Viewer, ZoneInfo, datetime], list[_Found]], ...] = (
        _no_lesson,
        _night,
        _outside,
        _after_lock,
        _final,
    )
    for look in looks:
        found += look(viewer, zone, since)
    ids = sorted({one.user_id for one in found if one.user_id})
    names = {
        row[0]: short(row[1], row[2], row[3])
        for row in sql.read(
            "SELECT user_id, surname, given_name, patronymic FROM people_person WHERE school_id = %s"
            f" AND user_id IN ({sql.marks(len(ids))})",
            (viewer.school.id, *ids),
        )
    }
    lines = [
        Anomaly(
            one.kind,
            KINDS[one.kind],
            one.user_id,
            names.get(one.user_id or 0, "учётная запись другой школы" if one.user_id else "загрузка"),
            one.at.astimezone(zone),
            one.words,
            one.count,
            one.proofs,
        )
        for one in found
    ]
    return tuple(sorted(lines, key=lambda line: line.at, reverse=True))


def _place(homeroom: str | None, subject: str, day: object) -> str:
    named = f"{class_name(homeroom)}, {subject}" if homeroom else subject
    return f"{named}, урок {_day(day):%d.%m}" if day else named


def _day(value: object) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value  # type: ignore[return-value]


def _grouped(kind: str, rows: list[sql.Row], zone: ZoneInfo, words: str, least: int = 1) -> list[_Found]:
    """Rows (account, at, journal, class, subject, lesson's day, words) gathered by account; `least` make a sign."""
    by_user: dict[int | None, list[sql.Row]] = {}
    for row in rows:
        by_user.setdefault(row[0], []).append(row)
    return [
        _Found(
            kind,
            user_id,
            max(sql.aware(row[1]) for row in mine),
            f"{words}: {len(mine)}",
            len(mine),
            tuple(
                Proof(sql.aware(row[1]).astimezone(zone), _place(row[3], row[4], row[5]), row[6], row[2])
                for row in sorted(mine, key=lambda row: str(row[1]), reverse=True)[:EVIDENCE]
            ),
        )
        for user_id, mine in by_user.items()
        if len(mine) >= least
    ]


_MARKS = """
FROM journal_mark m JOIN journal_assessment a ON a.id = m.assessment_id JOIN timetable_lesson l ON l.id = a.lesson_id
JOIN plans_journal j ON j.id = l.journal_id JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id LEFT JOIN people_person p ON p.id = m.set_by_id
"""


def _no_lesson(viewer: Viewer, zone: ZoneInfo, since: datetime) -> list[_Found]:
    """Marks that stand on a cancelled lesson or on a day off of the class. One statement."""
    rows = sql.read(
        "SELECT p.user_id, m.changed_at, j.id, h.title, s.title, l.date, l.state, m.value"
        + _MARKS
        + "WHERE m.school_id = %s AND m.changed_at >= %s AND m.value <> '' AND (l.state = 'cancelled' OR EXISTS ("
        "SELECT 1 FROM organisation_vacation v WHERE v.school_id = l.school_id AND v.starts <= l.date"
        " AND v.until > l.date AND (v.homeroom_id IS NULL OR v.homeroom_id = j.homeroom_id)))",
        (viewer.school.id, since),
    )
    told = [
        (*row[:6], f"{'урок отменён' if row[6] == 'cancelled' else 'каникулы или выходной'}, стоит {row[7]}")
        for row in rows
    ]
    return _grouped("no_lesson", told, zone, "отметок на дни без урока")


_LINES = (
    "SELECT e.user_id, e.at, j.id, h.title, s.title, l.date, e.verb, e.data FROM foundation_logentry e"
    " JOIN foundation_chain c ON c.id = e.chain_id AND c.kind = 'journal' JOIN plans_journal j ON j.id = c.subject_id"
    " JOIN organisation_subject s ON s.id = j.subject_id LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id"
    " LEFT JOIN timetable_lesson l ON l.id = e.lesson_id"
)


def _change(row: sql.Row) -> sql.Row:
    """A line of the log in words: «было 3, стало 5»."""
    told = json.loads(row[7])
    before, after = (
        value.get("symbol", "") if isinstance(value, dict) else value
        for value in (told.get("before"), told.get("after"))
    )
    return (*row[:6], f"было {before or '–'}, стало {after or '–'}")


def _night(viewer: Viewer, zone: ZoneInfo, since: datetime) -> list[_Found]:
    """Nights in which one account changed many facts: counted in the database, then their rows. Two statements."""
    first = (since.astimezone(zone)).date()
    nights = [
        (
            datetime.combine(first + timedelta(days=n), NIGHT[0], zone),
            datetime.combine(first + timedelta(days=n + 1), NIGHT[1], zone),
        )
        for n in range(PERIOD.days + 1)
    ]
    rows: list[sql.Row] = []
    spans = " OR ".join(["(e.at >= %s AND e.at < %s)"] * len(nights))
    busy = sql.read(
        "SELECT e.user_id FROM foundation_logentry e WHERE e.school_id = %s AND e.at >= %s AND e.user_id IS NOT NULL"
        f" AND e.object_kind IN ({sql.marks(len(FACTS))}) AND ({spans}) GROUP BY e.user_id HAVING COUNT(*) >= %s",
        (viewer.school.id, since, *FACTS, *(moment for night in nights for moment in night), MANY),
    )
    if busy:
        ids = [row[0] for row in busy]
        rows = sql.read(
            _LINES
            + f" WHERE e.school_id = %s AND e.at >= %s AND e.user_id IN ({sql.marks(len(ids))})"
            + f" AND e.object_kind IN ({sql.marks(len(FACTS))}) AND ({spans})",
            (viewer.school.id, since, *ids, *FACTS, *(moment for night in nights for moment in night)),
        )
    found: list[_Found] = []
    for starts, until in nights:
        mine = [_change(row) for row in rows if starts <= sql.aware(row[1]) < until]
        said = f"за ночь на {starts.date() + timedelta(days=1):%d.%m}"
        found += _grouped("night", mine, zone, said, MANY)
    return found


def _network(address: str) -> str:
    sign, half = (":", 4) if ":" in address else (".", 2)
    return sign.join(address.split(sign)[:half])


def _outside(viewer: Viewer, zone: ZoneInfo, since: datetime) -> list[_Found]:
    """Sign-ins from a network that is nobody else's, in which many facts were changed. Two statements."""
    entries = sql.read(
        "SELECT s.id, s.user_id, s.address FROM people_signin s WHERE s.seen_at >= %s AND s.user_id IN ("
        "SELECT p.user_id FROM people_person p JOIN people_role r ON r.person_id = p.id WHERE p.school_id = %s)",
        (since, viewer.school.id),
    )
    users: dict[str, set[int]] = {}
    for _, user_id, address in entries:
        users.setdefault(_network(address), set()).add(user_id)
    if max((len(one) for one in users.values()), default=0) < OWN_NETWORK:
        return []  # no network of the school's own is known yet: everything would be outside
    strange = {row[0]: row[2] for row in entries if len(users[_network(row[2])]) < OWN_NETWORK}
    if not strange:
        return []
    ids = list(strange)[:5000]
    rows = sql.read(
        _LINES.replace("e.data FROM", "e.data, g.id FROM", 1)
        + " JOIN people_signin g ON g.user_id = e.user_id AND e.at >= g.at AND e.at <= COALESCE(g.ended_at, g.seen_at)"
        + f" WHERE e.school_id = %s AND e.at >= %s AND g.id IN ({sql.marks(len(ids))})"
        + f" AND e.object_kind IN ({sql.marks(len(FACTS))})",
        (viewer.school.id, since, *ids, *FACTS),
    )
    found: list[_Found] = []
    for sign_in, count in Counter(row[8] for row in rows).items():
        if count >= MANY:
            mine = [_change(row) for row in rows if row[8] == sign_in]
            found += _grouped("outside", mine, zone, f"адрес {strange[sign_in]}", MANY)
    return found


def _after_lock(viewer: Viewer, zone: ZoneInfo, since: datetime) -> list[_Found]:
    """Facts of a student changed after the term mark, by somebody without the journal or the lesson. One statement."""
    rows = sql.read(
        _LINES + " JOIN people_person p ON p.user_id = e.user_id AND p.school_id = e.school_id"
        " JOIN journal_termmark f ON f.journal_id = j.id AND f.student_id = e.student_id AND f.set_at < e.at"
        " JOIN organisation_term t ON t.id = f.term_id AND t.kind <> 'year'"
        " WHERE e.school_id = %s AND e.at >= %s AND ((e.object_kind IN ('mark', 'absence') AND l.date >= t.starts"
        " AND l.date < t.until) OR (e.object_kind = 'term_mark' AND e.object_id = f.id))"
        " AND NOT EXISTS (SELECT 1 FROM plans_teachingload d WHERE d.journal_id = j.id AND d.teacher_id = p.id)"
        " AND NOT EXISTS (SELECT 1 FROM timetable_substitution u WHERE u.lesson_id = e.lesson_id"
        " AND u.substitute_id = p.id)",
        (viewer.school.id, since),
    )
    told = [_change(row) for row in rows]
    return _grouped("after_lock", told, zone, "изменений после итога")


_NUMBERS = "'1', '2', '3', '4', '5'"


def _final(viewer: Viewer, zone: ZoneInfo, since: datetime) -> list[_Found]:
    """Term marks a whole mark away from the weighted mean of the term's own marks. One statement."""
    rows = sql.read(
        "SELECT q.user_id, f.changed_at, j.id, h.title, s.title, f.value, x.surname, x.given_name, x.patronymic,"
        " SUM(CAST(COALESCE(m.counted, m.value) AS DECIMAL(6, 2)) * a.weight * 1.0) / SUM(a.weight), COUNT(*)"
        " FROM journal_termmark f JOIN organisation_term t ON t.id = f.term_id JOIN plans_journal j"
        " ON j.id = f.journal_id JOIN organisation_subject s ON s.id = j.subject_id"
        " LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id"
        " JOIN people_person x ON x.id = f.student_id LEFT JOIN people_person q ON q.id = f.set_by_id"
        " JOIN journal_mark m ON m.student_id = f.student_id AND m.journal_id = f.journal_id"
        f" AND {is_number('m', _NUMBERS)}"
        " JOIN journal_assessment a ON a.id = m.assessment_id AND a.weight > 0"
        " JOIN timetable_lesson l ON l.id = a.lesson_id AND l.date >= t.starts AND l.date < t.until"
        f" WHERE f.school_id = %s AND f.changed_at >= %s AND f.value IN ({_NUMBERS}) AND t.kind <> 'year'"
        " GROUP BY f.id, q.user_id, f.changed_at, j.id, h.title, s.title, f.value, x.surname, x.given_name,"
        " x.patronymic HAVING COUNT(*) >= 3",
        (viewer.school.id, since),
    )
    told = []
    for user_id, at, journal_id, homeroom, subject, value, surname, given, patronymic, mean, count in rows:
        average = Decimal(str(mean)).quantize(Decimal("0.01"))
        if abs(Decimal(value) - average) >= GAP:
            said = (
                f"{short(surname, given, patronymic)}: итог {value}, средняя {avg(average)}, отметок {count}"
            )
            told.append((user_id, at, journal_id, homeroom, subject, None, said))
    return _grouped("final", told, zone, "итогов против отметок")
