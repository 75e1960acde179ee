"""What one account did between two moments: written, read, exported; and what of it the owner is told each week."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from parta.archive.traces import asked_words, page_words
from parta.archive.verb_words import spoken
from parta.archive.whole import categories_of, whole
from parta.foundation import sql
from parta.foundation.language import say
from parta.journal.queries.words import class_name
from parta.people.models import Incident, Person
from parta.people.queries import short
from parta.people.viewer import ROLE_TITLES, Viewer

SHOWN = 400
REFUSED = "refused:"
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Written:
    """One line of the log by this account."""

    at: datetime
    what: str
    journal_id: int | None
    journal: str
    lesson: str
    student: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class Read:
    """Readings of one student or one whole page: how often, first and last."""

    page: str
    what: str
    student_id: int | None
    student: str
    count: int
    first: datetime
    last: datetime
    is_export: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A sign-in that touches the span."""

    at: datetime
    until: datetime
    agent: str
    address: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Doings:
    """Everything one account did in a span."""

    written: tuple[Written, ...]
    written_count: int
    by_verb: tuple[tuple[str, int], ...]
    read: tuple[Read, ...]
    refused: tuple[Read, ...]
    """What was asked for and not given."""
    exports: int
    students: int
    """How many students' data were read, changed or exported, those of whole classes among them."""
    entries: tuple[Entry, ...]


def doings(
    school_id: int,
    zone: ZoneInfo,
    user_id: int,
    first: datetime,
    last: datetime,
    sign_ins: Sequence[int] = (),
) -> Doings:
    """What the account wrote, read and exported from one moment to another, what it was refused, and from where. At
    most eight statements.

    With `sign_ins` what came through these sessions alone.
    """
    within, which = "", list[object]()
    if sign_ins:
        within, which = f" AND {{}} IN ({sql.marks(len(sign_ins))})", list(sign_ins)
    by_session = within.format("sign_in_id")
    lines = sql.read(
        "SELECT e.at, e.verb, c.kind, c.subject_id, l.date, e.student_id, e.data, s.title, h.title, e.object_id"
        " FROM foundation_logentry e JOIN foundation_chain c ON c.id = e.chain_id"
        " LEFT JOIN timetable_lesson l ON l.id = e.lesson_id"
        " LEFT JOIN plans_journal j ON c.kind = 'journal' AND j.id = c.subject_id"
        " LEFT JOIN organisation_subject s ON s.id = j.subject_id"
        " LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id"
        f" WHERE e.school_id = %s AND e.user_id = %s AND e.at >= %s AND e.at <= %s{within.format('e.sign_in_id')}"
        " ORDER BY e.at DESC, e.id DESC LIMIT %s",
        (school_id, user_id, first, last, *which, SHOWN),
    )
    purposes: dict[int, str] = dict(
        sql.read(
            "SELECT id, purpose FROM people_handout WHERE school_id = %s AND user_id = %s"
            " AND stated_at >= %s AND stated_at <= %s",
            (school_id, user_id, first, last),
        )
    )
    counts = sql.read(
        "SELECT verb, COUNT(*) FROM foundation_logentry WHERE school_id = %s AND user_id = %s AND at >= %s AND at <= %s"
        f"{by_session} GROUP BY verb ORDER BY 2 DESC, 1",
        (school_id, user_id, first, last, *which),
    )
    touched = sql.read(
        "SELECT page, student_id, object_id, COUNT(*), MIN(at), MAX(at) FROM people_readtrace WHERE school_id = %s"
        f" AND user_id = %s AND at >= %s AND at <= %s{by_session} GROUP BY page, student_id, object_id ORDER BY 6 DESC",
        (school_id, user_id, first, last, *which),
    )
    given = [row for row in touched if not row[0].startswith(REFUSED)]
    over = whole(
        school_id,
        {(row[0], row[2]) for row in given if row[1] is None},
        first.astimezone(zone).date(),
        last.astimezone(zone).date(),
    )
    entries = sql.read(
        "SELECT at, COALESCE(ended_at, seen_at), agent, address, is_new_device FROM people_signin WHERE user_id = %s"
        f" AND at <= %s AND COALESCE(ended_at, seen_at) >= %s{within.format('id')} ORDER BY at DESC LIMIT 50",
        (user_id, last, first, *which),
    )
    ids = {row[5] for row in lines if row[5]} | {row[1] for row in given if row[1]}
    names = _names(school_id, sorted(ids | {row[1] for row in touched if row[1]}))
    written = []
    for at, verb, kind, subject_id, day, student_id, data, subject, homeroom, object_id in lines:
        told = json.loads(data)
        written.append(
            Written(
                sql.aware(at).astimezone(zone),
                spoken(verb),
                subject_id if kind == "journal" else None,
                f"{class_name(homeroom)}, {subject}" if homeroom and subject else (subject or ""),
                f"{day:%d.%m}" if hasattr(day, "strftime") else ".".join(str(day or "").split("-")[:0:-1]),
                names.get(student_id or 0, ""),
                _value(told.get("before")),
                _value(told.get("after")),
                purposes.get(object_id, "") if verb == "handout_stated" else str(told.get("reason") or ""),
            )
        )
    read, refused = list[Read](), list[Read]()
    for page, student_id, object_id, count, start, end in touched:
        is_export = page.startswith("export:")
        is_refused = page.startswith(REFUSED)
        if is_refused:
            what, about = asked_words(page.removeprefix(REFUSED)), names.get(student_id or 0, "")
        else:
            what = "выгрузка или печать" if is_export else page_words(page)
            about = (
                names.get(student_id or 0) or over.titles.get((page, object_id)) or "класс или журнал целиком"
            )
        span = (sql.moment(start).astimezone(zone), sql.moment(end).astimezone(zone))
        (refused if is_refused else read).append(Read(page, what, student_id, about, count, *span, is_export))
    return Doings(
        tuple(written),
        sum(count for _, count in counts),
        tuple((spoken(verb), count) for verb, count in counts),
        tuple(read[:SHOWN]),
        tuple(refused[:SHOWN]),
        sum(one.count for one in read if one.is_export),
        len(ids | over.students),
        tuple(
            Entry(sql.aware(at).astimezone(zone), sql.moment(end).astimezone(zone), agent, address, bool(new))
            for at, end, agent, address, new in entries
        ),
    )


def _value(told: object) -> str:
    if isinstance(told, dict):
        return str(told.get("symbol", ""))
    if isinstance(told, bool):
        return say("да") if told else say("нет")
    return "" if told is None else str(told)[:60]


def _names(school_id: int, ids: list[int]) -> dict[int, str]:
    return {
        row[0]: short(row[1], row[2], row[3])
        for row in sql.read(
            "SELECT id, surname, given_name, patronymic FROM people_person WHERE school_id = %s"
            f" AND id IN ({sql.marks(len(ids))})",
            (school_id, *ids),
        )
    }


@dataclass(frozen=True, slots=True)
class Place:
    """A journal in which something was written in one's name."""

    journal_id: int | None
    title: str
    count: int
    verbs: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """«Записано от вашего имени»: the days of the span, journal by journal, and where the account was open."""

    first: datetime
    last: datetime
    places: tuple[Place, ...]
    doings: Doings
    night: int
    """Entries between ten in the evening and six in the morning."""


def digest(viewer: Viewer, first: datetime, last: datetime) -> Digest:
    """What stands in the viewer's own name between two moments. Five statements."""
    zone = ZoneInfo(viewer.school.timezone)
    found = doings(viewer.school.id, zone, viewer.user_id, first, last)
    groups: dict[tuple[int | None, str], Counter[str]] = {}
    for line in found.written:
        groups.setdefault((line.journal_id, line.journal or say("Вне журналов")), Counter())[line.what] += 1
    places = tuple(
        Place(journal_id, title, sum(verbs.values()), tuple(verbs.most_common()))
        for (journal_id, title), verbs in sorted(groups.items(), key=lambda one: -sum(one[1].values()))
    )
    night = sum(line.at.hour >= 22 or line.at.hour < 6 for line in found.written)
    return Digest(first.astimezone(zone), last.astimezone(zone), places, found, night)


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """An incident in the list."""

    id: int
    name: str
    login: str
    ground: str
    opened_at: datetime
    closed_at: datetime | None
    note: str


def incidents(viewer: Viewer) -> tuple[IncidentLine, ...]:
    """The school's incidents, the open ones first. Two statements."""
    zone = ZoneInfo(viewer.school.timezone)
    rows = list(
        Incident.objects.filter(school_id=viewer.school.id)
        .select_related("user")
        .order_by("-opened_at")[:200]
    )
    names = {
        person.user_id: person.full_name
        for person in Person.objects.filter(
            school_id=viewer.school.id, user_id__in=[row.user_id for row in rows]
        )
    }
    lines = [
        IncidentLine(
            row.pk,
            names.get(row.user_id, ""),
            row.user.login,
            row.get_ground_display(),
            row.opened_at.astimezone(zone),
            row.closed_at.astimezone(zone) if row.closed_at else None,
            row.note,
        )
        for row in rows
    ]
    return tuple(sorted(lines, key=lambda line: line.closed_at is not None))


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """One incident: the row, whose, what was done, and which kinds of data were touched."""

    row: Incident
    name: str
    roles: str
    starts: datetime
    ends: datetime
    opened: datetime
    closed: datetime | None
    doings: Doings
    categories: tuple[str, ...]


def incident(viewer: Viewer, incident_id: int) -> IncidentPage | None:
    """An incident of the viewer's school with everything the account did in its span; None otherwise."""
    row = Incident.objects.filter(school_id=viewer.school.id, pk=incident_id).select_related("user").first()
    if row is None:
        return None
    zone = ZoneInfo(viewer.school.timezone)
    person = Person.objects.filter(school_id=viewer.school.id, user_id=row.user_id).first()
    roles = (
        sorted({ROLE_TITLES.get(role.kind, role.kind) for role in person.roles.all()})
        if person is not None
        else []
    )
    found = doings(viewer.school.id, zone, row.user_id, row.starts_at, row.ends_at, row.sign_ins)
    what = {"фамилии и имена учеников"} if found.students else set()
    what |= categories_of([one.page for one in found.read])
    if any(line.journal for line in found.written):
        what.add("отметки и явка")
    return IncidentPage(
        row,
        person.full_name if person else "",
        ", ".join(roles),
        row.starts_at.astimezone(zone),
        row.ends_at.astimezone(zone),
        row.opened_at.astimezone(zone),
        row.closed_at.astimezone(zone) if row.closed_at else None,
        found,
        tuple(sorted(what)),
    )
