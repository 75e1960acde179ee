"""Which family has read what: marks of a period, reports and extracts, announcements, the past week.

An item is shown to a family on a day and is read when one guardian says so in the diary, opens it, or signs on paper.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from parta.diary.queries.children import monday_of
from parta.foundation import sql
from parta.foundation.pagekit import ru_span
from parta.journal.queries.words import class_name, short_name
from parta.people.rules import cited, law_of, rules
from parta.people.viewer import Viewer

__all__ = ["DOCUMENTS", "Item", "Reading", "reading_sheet", "readings"]

DOCUMENTS = {
    "period_marks": "Отметки за период",
    "extracts": "Отчёты и выписки",
    "notices": "Объявления",
    "diary_week": "Прошлая неделя",
}
"""What a family reads, in the order of the page."""
NOTICED = timedelta(days=30)
"""How far back announcements are asked for."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """One item before one family. `read_at` None: nobody of the family has confirmed it."""

    homeroom_id: int
    homeroom: str
    student_id: int
    student: str
    guardians: tuple[str, ...]
    document: str
    title: str
    shown_on: date
    read_at: datetime | None
    means: str
    """``web`` or ``paper``; empty while unread."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item before the families of a class."""

    document: str
    head: str
    title: str
    lines: tuple[Reading, ...]
    cite: str
    """Printed clauses that ask for it; empty: none does."""
    limits: frozenset[date]
    """The last days by which it was to be confirmed."""

    @property
    def read(self) -> int:
        """How many families have confirmed."""
        return sum(line.read_at is not None for line in self.lines)


def reading_sheet(viewer: Viewer, homeroom_id: int) -> tuple[Item, ...]:
    """The page of one class, item by item; who has not confirmed stands first. Seven statements."""
    law = law_of(viewer)
    asking = {
        code: [rule for rule in rules(law, viewer.on, "acknowledged") if code in rule.params.document]
        for code in DOCUMENTS
    }
    groups: dict[tuple[str, str], list[Reading]] = {}
    for one in readings(viewer, DOCUMENTS, [homeroom_id]):
        groups.setdefault((one.document, one.title), []).append(one)
    order = list(DOCUMENTS)
    return tuple(
        Item(
            code,
            DOCUMENTS[code],
            title,
            tuple(sorted(lines, key=lambda one: one.read_at is not None)),
            cited(asking[code]).text if asking[code] else "",
            frozenset(
                one.shown_on + timedelta(days=int(rule.params.within.count))
                for one in lines
                for rule in asking[code]
                if rule.params.within is not None
            ),
        )
        for (code, title), lines in sorted(groups.items(), key=lambda group: order.index(group[0][0]))
    )


_FAMILIES = """
SELECT h.id, h.title, h.grade, n.id, n.surname, n.given_name, p.id, p.surname, p.given_name, p.patronymic, y.starts
FROM people_enrolment e JOIN organisation_homeroom h ON h.id = e.homeroom_id
JOIN organisation_academicyear y ON y.id = h.year_id AND y.starts <= %s AND y.until > %s
JOIN people_person n ON n.id = e.student_id
LEFT JOIN people_guardianship g ON g.student_id = n.id AND g.has_rights AND g.starts <= %s
    AND (g.until IS NULL OR g.until > %s)
LEFT JOIN people_person p ON p.id = g.guardian_id
WHERE e.school_id = %s AND e.starts <= %s AND (e.until IS NULL OR e.until > %s){own}
ORDER BY COALESCE(h.grade, 99), h.title, n.surname, n.given_name, n.id, g.id"""

_SEEN = "SELECT student_id, week, means, at FROM diary_acknowledgement WHERE school_id = %s AND at >= %s ORDER BY at"

_RECEIPTS = """
SELECT r.student_id, r.until, c.means, c.at FROM diary_reportreceipt c JOIN diary_familyreport r ON r.id = c.report_id
WHERE r.school_id = %s AND c.at >= %s ORDER BY c.at"""

_PERIODS = """
SELECT m.student_id, t.title, t.until, MIN(m.set_at)
FROM journal_termmark m JOIN organisation_term t ON t.id = m.term_id
WHERE m.school_id = %s AND m.value <> '' AND t.until <= %s AND t.until > %s
GROUP BY m.student_id, t.id, t.title, t.until
ORDER BY t.until"""

_REPORTS = """
SELECT r.student_id, r.starts, r.until, r.given_on, c.means, c.at FROM diary_familyreport r
LEFT JOIN diary_reportreceipt c ON c.report_id = r.id
WHERE r.school_id = %s AND r.given_on > %s AND r.id IN (SELECT MAX(z.id) FROM diary_familyreport z
    WHERE z.school_id = %s AND z.given_on IS NOT NULL GROUP BY z.student_id)"""

_NOTICES = """
SELECT w.id, w.title, w.homeroom_id, w.grade, w.at FROM communication_announcement w
WHERE w.school_id = %s AND w.withdrawn_at IS NULL AND w.audience IN ('all', 'families', 'guardians') AND w.at >= %s
ORDER BY w.at"""

_OPENED = """
SELECT r.announcement_id, g.student_id, MIN(r.read_at) FROM communication_receipt r
JOIN people_guardianship g ON g.guardian_id = r.person_id AND g.has_rights
JOIN communication_announcement w ON w.id = r.announcement_id AND w.at >= %s
WHERE g.school_id = %s GROUP BY r.announcement_id, g.student_id"""


@dataclass(frozen=True, slots=True)
class _Family:
    homeroom_id: int
    homeroom: str
    grade: int | None
    student_id: int
    student: str
    guardians: tuple[str, ...]


def readings(
    viewer: Viewer, documents: Collection[str], homeroom_ids: Sequence[int] | None = None
) -> list[Reading]:
    """Every item of these documents before every family of these classes (`None`: all). Two to seven statements.

    Of marks, the last period that is over and has any; of reports, the last one given; announcements of thirty days.
    """
    if homeroom_ids is not None and not homeroom_ids:
        return []
    on, school_id = viewer.on, viewer.school.id
    zone = ZoneInfo(viewer.school.timezone)
    own = "" if homeroom_ids is None else f" AND h.id IN ({sql.marks(len(homeroom_ids))})"
    rows = sql.read(
        _FAMILIES.replace("{own}", own), [on, on, on, on, school_id, on, on, *(homeroom_ids or ())]
    )
    if not rows:
        return []
    begins, families = _day(rows[0][10]), _families(rows)
    found: list[Reading] = []
    if "period_marks" in documents:
        found += _periods(families, school_id, begins, on, zone)
    if "extracts" in documents:
        found += _reports(families, school_id, begins, zone)
    if "notices" in documents:
        found += _notices(families, school_id, viewer.at - NOTICED, zone)
    if "diary_week" in documents:
        found += _weeks(families, school_id, on, zone)
    return found


def _families(rows: Iterable[sql.Row]) -> dict[int, _Family]:
    guardians: dict[int, list[str]] = defaultdict(list)
    first: dict[int, sql.Row] = {}
    for row in rows:
        first.setdefault(row[3], row)
        if row[6] is not None:
            guardians[row[3]].append(short_name(*row[7:10]))
    return {
        id: _Family(row[0], class_name(row[1]), row[2], id, f"{row[4]} {row[5]}", tuple(guardians[id]))
        for id, row in first.items()
    }


def _reading(
    family: _Family,
    document: str,
    title: str,
    shown: date,
    read: tuple[str, datetime] | None,
    zone: ZoneInfo,
) -> Reading:
    return Reading(
        family.homeroom_id,
        family.homeroom,
        family.student_id,
        family.student,
        family.guardians,
        document,
        title,
        shown,
        read[1].astimezone(zone) if read else None,
        read[0] if read else "",
    )


def _periods(
    families: dict[int, _Family], school_id: int, begins: date, on: date, zone: ZoneInfo
) -> Iterable[Reading]:
    """The week in which the marks stand, or a later one, confirmed; or a report that holds them, signed."""
    periods: dict[int, tuple[str, date, date]] = {}
    for student_id, title, until, set_at in sql.read(_PERIODS, [school_id, on, begins]):
        shown = max(_day(until), sql.moment(set_at).astimezone(zone).date())
        periods[student_id] = (title, _day(until), shown)
    start = datetime(begins.year, begins.month, begins.day, tzinfo=zone)
    said: dict[int, list[tuple[date, str, datetime]]] = defaultdict(list)
    for student_id, week, means, at in sql.read(_SEEN, [school_id, start]):
        said[student_id].append((_day(week) + 7 * DAY, means, sql.moment(at)))
    for student_id, until, means, at in sql.read(_RECEIPTS, [school_id, start]):
        said[student_id].append((_day(until), means, sql.moment(at)))
    for student_id, (title, until, shown) in periods.items():
        if student_id in families:
            fitting = [
                (means, at)
                for end, means, at in said[student_id]
                if at.astimezone(zone).date() >= shown and end >= until
            ]
            first = min(fitting, key=lambda one: one[1], default=None)
            yield _reading(families[student_id], "period_marks", title, shown, first, zone)


def _reports(families: dict[int, _Family], school_id: int, begins: date, zone: ZoneInfo) -> Iterable[Reading]:
    last: dict[int, tuple[str, date, tuple[str, datetime] | None]] = {}
    for student_id, starts, until, given, means, at in sql.read(_REPORTS, [school_id, begins, school_id]):
        known = last.get(student_id)
        read = (means, sql.moment(at)) if at is not None else None
        if known and known[2] and (read is None or known[2][1] <= read[1]):
            read = known[2]
        last[student_id] = (ru_span(_day(starts), _day(until) - DAY), _day(given), read)
    for student_id, (title, given, read) in last.items():
        if student_id in families:
            yield _reading(families[student_id], "extracts", title, given, read, zone)


def _notices(
    families: dict[int, _Family], school_id: int, since: datetime, zone: ZoneInfo
) -> Iterable[Reading]:
    opened = {(row[0], row[1]): ("web", sql.moment(row[2])) for row in sql.read(_OPENED, [since, school_id])}
    for id, title, homeroom_id, grade, at in sql.read(_NOTICES, [school_id, since]):
        shown = sql.moment(at).astimezone(zone).date()
        for family in families.values():
            if homeroom_id in (None, family.homeroom_id) and (
                homeroom_id is not None or grade in (None, family.grade)
            ):
                yield _reading(family, "notices", title, shown, opened.get((id, family.student_id)), zone)


def _weeks(families: dict[int, _Family], school_id: int, on: date, zone: ZoneInfo) -> Iterable[Reading]:
    monday = monday_of(on) - 7 * DAY
    start = datetime(monday.year, monday.month, monday.day, tzinfo=zone)
    seen: dict[int, tuple[str, datetime]] = {}
    for student_id, week, means, at in sql.read(_SEEN, [school_id, start]):
        if _day(week) == monday:
            seen.setdefault(student_id, (means, sql.moment(at)))
    for family in families.values():
        yield _reading(
            family,
            "diary_week",
            ru_span(monday, monday + 6 * DAY),
            monday + 7 * DAY,
            seen.get(family.student_id),
            zone,
        )


def _day(value: Any) -> date:
    return date.fromisoformat(value[:10]) if isinstance(value, str) else value
