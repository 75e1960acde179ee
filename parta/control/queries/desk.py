"""What control puts on the home pages: a teacher's remarks and certificates, a controller's desk of the morning."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from parta.control.access import ANSWERABLE, CONTROLLERS
from parta.control.queries import findings
from parta.control.queries.findings import Line
from parta.control.queries.own_control import year_of
from parta.control.queries.sheets import Cut, reach_of
from parta.control.queries.year import year_page
from parta.foundation import sql
from parta.journal.queries.words import journal_name, register_key, short_name
from parta.people.viewer import Viewer

SHOWN = 8
"""Lines of a list on the desk."""
YEAR_SHOWN = timedelta(days=60)
"""How long after its start the readiness of the year stands on the desk."""


@dataclass(frozen=True, slots=True)
class OwnAsked:
    """What control asks of one person."""

    remarks: tuple[tuple[int, str, date, bool, str], ...]
    """Id, words, day, whether it is past, the answer's state."""
    certificates: tuple[tuple[int, int], ...]
    """Id and number of certificates not read yet."""


def asked(viewer: Viewer) -> OwnAsked:
    """Open remarks to the viewer and certificates not read. One statement."""
    remarks, certificates = [], []
    for kind, id, number, text, due in sql.read(
        "SELECT 1, r.id, 0, r.text, r.due FROM control_remark r"
        " WHERE r.person_id = %s AND r.school_id = %s AND r.state = 'open'"
        " UNION ALL SELECT 2, c.id, c.number, '', c.since FROM control_acknowledgement a"
        " JOIN control_check c ON c.id = a.check_made_id"
        " WHERE a.person_id = %s AND a.school_id = %s AND a.at IS NULL ORDER BY 1, 5, 2",
        [viewer.person_id, viewer.school.id, viewer.person_id, viewer.school.id],
    ):
        if kind == 1:
            day = date.fromisoformat(due) if isinstance(due, str) else due
            remarks.append((id, text, day, day < viewer.on, ""))
        else:
            certificates.append((id, number))
    return OwnAsked(tuple(remarks), tuple(certificates))


@dataclass(frozen=True, slots=True)
class Replaced:
    """A lesson of today held by somebody else, or cancelled."""

    number: int
    title: str
    whom: str
    by: str
    """Empty: cancelled."""


@dataclass(frozen=True, slots=True)
class Owing:
    """A teacher with overdue records of the last week."""

    id: int | None
    name: str
    missing: int
    since: date


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed since yesterday, by one person in one journal."""

    at: datetime
    who: str
    what: str
    title: str
    journal_id: int


@dataclass(frozen=True, slots=True)
class Morning:
    """What happens and what is missing."""

    replaced: tuple[Replaced, ...]
    owing: tuple[Owing, ...]
    owing_count: int
    changes: tuple[Change, ...]
    changes_count: int


@dataclass(frozen=True, slots=True)
class Owed:
    """A check or a report that is due: what several people owe alike is one line that names them."""

    text: str
    cite: str
    who: tuple[str, ...]
    """Whose it is, when it is not the viewer's own."""
    finding_id: int | None
    """The one record behind it; nothing when there are several."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What control itself owes and waits for."""

    duties: tuple[Owed, ...]
    """Checks and reports that are due."""
    duties_count: int
    open: int
    overdue: int
    answered: int
    unready: tuple[tuple[str, int, int], ...]
    """Items of the year that are not complete: title, done, of."""


_REPLACED = """
SELECT l.number, COALESCE(h.title, ''), s.title, COALESCE(g.short, ''), l.state, w.surname, w.given_name, w.patronymic,
    b.surname, b.given_name, b.patronymic
FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN timetable_substitution x ON x.lesson_id = l.id
LEFT JOIN people_person w ON w.id = COALESCE(x.replaced_id, l.teacher_id)
LEFT JOIN people_person b ON b.id = x.substitute_id
WHERE {scope} AND l.school_id = %s AND l.date = %s AND (x.id IS NOT NULL OR l.state = 'cancelled')
ORDER BY l.number, h.title, s.title"""

_CHANGES = """
SELECT MAX(e.at), e.verb, p.surname, p.given_name, p.patronymic, COALESCE(h.title, ''), s.title, COALESCE(g.short, ''),
    j.id, COUNT(*)
FROM foundation_logentry e JOIN timetable_lesson l ON l.id = e.lesson_id JOIN plans_journal j ON j.id = l.journal_id
JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN people_person p ON p.user_id = e.user_id AND p.school_id = e.school_id
WHERE e.school_id = %s AND e.at >= %s AND e.verb IN ('mark_corrected', 'mark_annulled', 'final_corrected')
    AND {scope}
GROUP BY e.verb, p.surname, p.given_name, p.patronymic, h.title, s.title, g.short, j.id ORDER BY 1 DESC"""
_VERBS = {
    "mark_corrected": "исправлено отметок",
    "mark_annulled": "снято отметок",
    "final_corrected": "исправлено итоговых",
}


def morning(viewer: Viewer) -> Morning:
    """Today's substitutions, the week's gaps by teacher, the day's corrections. Three statements."""
    scope, values = reach_of(viewer, Cut(viewer.on, viewer.on))
    replaced = tuple(
        Replaced(
            row[0],
            journal_name(row[1], row[2], row[3]),
            short_name(*row[5:8]) if row[5] else "",
            short_name(*row[8:11]) if row[8] and row[4] != "cancelled" else "",
        )
        for row in sql.read(_REPLACED.format(scope=scope), [*values, viewer.school.id, viewer.on])
    )
    owing: dict[int | None, Owing] = {}
    for line in findings.facts(viewer, viewer.on - timedelta(days=7), viewer.on):
        if line.source == "lessons" and line.fact != "topic":
            who = line.who if line.who_id else "Учитель не назначен"
            known = owing.get(line.who_id)
            owing[line.who_id] = Owing(
                line.who_id, who, 1 + (known.missing if known else 0), known.since if known else line.date
            )
    in_order = sorted(owing.values(), key=lambda one: (-one.missing, register_key(one.name)))
    zone = ZoneInfo(viewer.school.timezone)
    changes = tuple(
        Change(
            sql.moment(row[0]).astimezone(zone),
            short_name(*row[2:5]) if row[2] else "",
            f"{_VERBS[row[1]]}: {row[9]}",
            journal_name(row[5], row[6], row[7]),
            row[8],
        )
        for row in sql.read(
            _CHANGES.format(scope=scope), [viewer.school.id, viewer.at - timedelta(days=1), *values]
        )
    )
    return Morning(replaced, tuple(in_order[:SHOWN]), len(in_order), changes[:SHOWN], len(changes))


def _alike(due: Iterable[Line], own_id: int | None) -> tuple[Owed, ...]:
    groups: dict[tuple[str, str], list[Line]] = {}
    for one in due:
        text = f"{one.place}: {one.text}" if one.place else one.text
        groups.setdefault((text, ", ".join(one.clauses)), []).append(one)
    return tuple(
        Owed(
            text,
            cite,
            tuple(one.who for one in lines if one.who_id != own_id),
            lines[0].id if len(lines) == 1 else None,
        )
        for (text, cite), lines in groups.items()
    )


def waiting(viewer: Viewer) -> Waiting:
    """Checks and reports that are due, remarks by state, the unready year. Three statements, six more in autumn."""
    due = [line for line in findings.matters(viewer) if line.kind in ("check_every", "report_due")]
    due.sort(key=lambda one: one.date, reverse=True)
    owed = _alike(due, viewer.person_id)
    begins, _ = year_of(viewer, viewer.on)
    states = {
        (row[0], bool(row[1])): int(row[2])
        for row in sql.read(
            "SELECT r.state, CASE WHEN r.due < %s THEN 1 ELSE 0 END, COUNT(*) FROM control_remark r"
            " WHERE r.school_id = %s AND r.state <> 'accepted'"
            + ("" if viewer.is_school_wide else " AND r.made_by_id = %s")
            + " GROUP BY 1, 2",
            [viewer.on, viewer.school.id, *([] if viewer.is_school_wide else [viewer.person_id])],
        )
    }
    unready: tuple[tuple[str, int, int], ...] = ()
    if viewer.is_school_wide and viewer.on <= begins + YEAR_SHOWN:
        unready = tuple(
            (line.item.title, line.item.done, line.item.of)
            for line in year_page(viewer).lines
            if not line.item.is_complete
        )
    return Waiting(
        duties=owed[:SHOWN],
        duties_count=len(owed),
        open=states.get(("open", False), 0) + states.get(("open", True), 0),
        overdue=states.get(("open", True), 0),
        answered=states.get(("answered", False), 0) + states.get(("answered", True), 0),
        unready=unready,
    )


def has_desk(viewer: Viewer) -> bool:
    """Whether the viewer's home shows a controller's desk."""
    return bool(viewer.roles & frozenset(CONTROLLERS))


def is_asked(viewer: Viewer) -> bool:
    """Whether remarks and certificates may come to the viewer."""
    return bool(viewer.roles & (frozenset(ANSWERABLE) | {"director", "head_of_department"}))
