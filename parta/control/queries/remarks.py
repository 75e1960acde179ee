"""Remarks as their two sides see them: a controller those of the journals in scope, a teacher the own ones."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from parta.control.access import CONTROLLERS
from parta.control.queries.sheets import Cut, law_for, reach_of
from parta.foundation import sql
from parta.journal.queries.words import class_name, from_json, journal_name, short_name
from parta.journal.rules.matters import rules_on
from parta.people.viewer import Viewer

CLOSED_SHOWN = timedelta(days=30)
"""How long accepted remarks stay on the page."""


@dataclass(frozen=True, slots=True)
class RemarkLine:
    """A remark with its life."""

    id: int
    state: str
    text: str
    place: str
    url_name: str
    url_id: int | None
    person_id: int
    person: str
    made_by: str
    made_at: datetime
    due: date
    is_overdue: bool
    is_mine: bool
    """Addressed to the viewer."""
    may_decide: bool
    answer: str
    answered_at: datetime | None
    returned: str
    closed_by: str
    closed_at: datetime | None
    check: int | None
    """Number of the certificate it came with."""
    check_id: int | None
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemarksPage:
    """Remarks by where they stand."""

    open: tuple[RemarkLine, ...]
    answered: tuple[RemarkLine, ...]
    accepted: tuple[RemarkLine, ...]
    controls: bool
    """The viewer raises and accepts remarks."""

    @property
    def overdue(self) -> int:
        return sum(line.is_overdue for line in self.open)

    @property
    def count(self) -> int:
        return len(self.open) + len(self.answered) + len(self.accepted)


_REMARKS = """
SELECT r.id, r.state, r.text, r.person_id, p.surname, p.given_name, p.patronymic, m.surname, m.given_name,
    m.patronymic, r.made_at, r.due, r.answer, r.answered_at, r.returned, c.surname, c.given_name, c.patronymic,
    r.closed_at, k.number, k.id, r.clauses, r.lesson_id, l.date, l.number, r.journal_id, COALESCE(h.title, ''),
    s.title, COALESCE(g.short, ''), r.homeroom_id, r.made_by_id
FROM control_remark r
JOIN people_person p ON p.id = r.person_id
JOIN people_person m ON m.id = r.made_by_id
LEFT JOIN people_person c ON c.id = r.closed_by_id
LEFT JOIN control_check k ON k.id = r.check_made_id
LEFT JOIN timetable_lesson l ON l.id = r.lesson_id
LEFT JOIN plans_journal j ON j.id = r.journal_id
LEFT JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN organisation_homeroom h ON h.id = COALESCE(r.homeroom_id, j.homeroom_id)
WHERE r.school_id = %s AND (r.state <> 'accepted' OR r.closed_at > %s) AND ({scope})
ORDER BY r.due, r.id"""


def _scope(viewer: Viewer) -> tuple[str, list[object]]:
    """Which remarks the viewer sees."""
    if viewer.is_school_wide:
        return "1 = 1", []
    if "head_of_department" in viewer.roles:
        scope, values = reach_of(viewer, Cut(viewer.on, viewer.on))
        return f"r.person_id = %s OR r.made_by_id = %s OR {scope}", [
            viewer.person_id,
            viewer.person_id,
            *values,
        ]
    return "r.person_id = %s", [viewer.person_id]


def controls(viewer: Viewer) -> bool:
    """Whether the viewer raises remarks: an inspector only reads."""
    return bool(viewer.roles & (frozenset(CONTROLLERS) - {"inspector"}))


def remarks_page(viewer: Viewer) -> RemarksPage:
    """Remarks that stand, and those accepted lately. One statement."""
    zone = ZoneInfo(viewer.school.timezone)
    scope, values = _scope(viewer)
    acts = _printed(viewer)
    decides = controls(viewer)

    def local(value: object) -> datetime | None:
        found = sql.aware(value)
        return found.astimezone(zone) if isinstance(found, datetime) else None

    found: dict[str, list[RemarkLine]] = {"open": [], "answered": [], "accepted": []}
    for row in sql.read(_REMARKS.format(scope=scope), [viewer.school.id, viewer.at - CLOSED_SHOWN, *values]):
        place, url_name, url_id = "Ведение журналов", "", None
        if row[25] is not None:
            place, url_name, url_id = journal_name(row[26], row[27], row[28]), "journal", row[25]
        elif row[29] is not None:
            place, url_name, url_id = class_name(row[26]), "control_class", row[29]
        if row[22] is not None:
            place += f", {row[24]}-й урок {row[23]:%d.%m}"
            url_name, url_id = "lesson", row[22]
        made_at = local(row[10])
        assert made_at is not None
        found[row[1]].append(
            RemarkLine(
                id=row[0],
                state=row[1],
                text=row[2],
                place=place,
                url_name=url_name,
                url_id=url_id,
                person_id=row[3],
                person=short_name(*row[4:7]),
                made_by=short_name(*row[7:10]),
                made_at=made_at,
                due=row[11],
                is_overdue=row[1] == "open" and row[11] < viewer.on,
                is_mine=row[3] == viewer.person_id,
                may_decide=decides and row[3] != viewer.person_id,
                answer=row[12],
                answered_at=local(row[13]),
                returned=row[14],
                closed_by=short_name(*row[15:18]) if row[15] else "",
                closed_at=local(row[18]),
                check=row[19],
                check_id=row[20],
                clauses=tuple(dict.fromkeys(acts.get(id, id) for id in from_json(row[21]))),
            )
        )
    return RemarksPage(tuple(found["open"]), tuple(found["answered"]), tuple(found["accepted"]), decides)


def _printed(viewer: Viewer) -> dict[str, str]:
    return {
        clause.id: clause.printed
        for edition in law_for(viewer).on(viewer.on).editions
        for entry in edition.entries
        for clause in entry.clauses
    }


def standing(viewer: Viewer, remark_id: int) -> RemarkLine | None:
    """A remark within the viewer's sight; ``None``: there is none. One statement."""
    page = remarks_page(viewer)
    return next((line for line in (*page.open, *page.answered, *page.accepted) if line.id == remark_id), None)


@dataclass(frozen=True, slots=True)
class Target:
    """The place a remark is about to be raised on, and to whom."""

    lesson_id: int | None
    journal_id: int | None
    homeroom_id: int | None
    person_id: int
    person: str
    place: str
    due: date
    """The usual day by which it is mended."""


_LESSON = """
SELECT l.id, j.id, COALESCE(h.title, ''), s.title, COALESCE(g.short, ''), l.date, l.number, p.id, p.surname,
    p.given_name, p.patronymic
FROM timetable_lesson l JOIN plans_journal j ON j.id = l.journal_id JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN timetable_substitution ts ON ts.lesson_id = l.id
LEFT JOIN people_person p ON p.id = COALESCE(ts.substitute_id, l.teacher_id, (SELECT MIN(tl.teacher_id)
    FROM plans_teachingload tl WHERE tl.journal_id = j.id AND tl.starts <= l.date
    AND (tl.until IS NULL OR tl.until > l.date)))
WHERE {scope} AND l.id = %s"""

_JOURNAL = """
SELECT NULL, j.id, COALESCE(h.title, ''), s.title, COALESCE(g.short, ''), NULL, NULL, p.id, p.surname,
    p.given_name, p.patronymic
FROM plans_journal j JOIN organisation_subject s ON s.id = j.subject_id
LEFT JOIN organisation_homeroom h ON h.id = j.homeroom_id LEFT JOIN organisation_subgroup g ON g.id = j.subgroup_id
LEFT JOIN people_person p ON p.id = (SELECT MIN(tl.teacher_id) FROM plans_teachingload tl
    WHERE tl.journal_id = j.id AND tl.starts <= %s AND (tl.until IS NULL OR tl.until > %s))
WHERE {scope} AND j.id = %s"""

_HOMEROOM = """
SELECT h.id, h.title, p.id, p.surname, p.given_name, p.patronymic FROM organisation_homeroom h
JOIN people_person p ON p.id = (SELECT MIN(r.person_id) FROM people_role r WHERE r.homeroom_id = h.id
    AND r.kind IN ('class_teacher', 'master') AND r.starts <= %s AND (r.until IS NULL OR r.until > %s))
WHERE h.school_id = %s AND h.id = %s AND EXISTS (SELECT 1 FROM plans_journal j
    JOIN organisation_subject s ON s.id = j.subject_id WHERE j.homeroom_id = h.id AND {scope})"""

_PERSON = """
SELECT p.id, p.surname, p.given_name, p.patronymic FROM people_person p
WHERE p.school_id = %s AND p.id = %s AND EXISTS (SELECT 1 FROM plans_teachingload tl
    JOIN plans_journal j ON j.id = tl.journal_id JOIN organisation_subject s ON s.id = j.subject_id
    WHERE tl.teacher_id = p.id AND {scope})"""


def usual_due(viewer: Viewer) -> date:
    """Today and the usual term of the act (a week where it names none)."""
    found = [rule.params.default for rule in rules_on(law_for(viewer), viewer.on, "remark_fixed_by")]
    days = min((int(one.count) for one in found if one.unit == "d"), default=7)
    return viewer.on + timedelta(days=max(days, 1))


def target(
    viewer: Viewer,
    *,
    lesson_id: int | None = None,
    journal_id: int | None = None,
    homeroom_id: int | None = None,
    person_id: int | None = None,
) -> Target | None:
    """The place named, if it is within the viewer's reach and somebody answers for it. One statement."""
    scope, values = reach_of(viewer, Cut(viewer.on, viewer.on))
    on, due = viewer.on, usual_due(viewer)
    if lesson_id is not None or journal_id is not None:
        if lesson_id is not None:
            rows = sql.read(_LESSON.format(scope=scope), [*values, lesson_id])
        else:
            rows = sql.read(_JOURNAL.format(scope=scope), [on, on, *values, journal_id])
        if not rows or rows[0][7] is None:
            return None
        row = rows[0]
        place = journal_name(row[2], row[3], row[4])
        if row[5] is not None:
            place += f", {row[6]}-й урок {row[5]:%d.%m}"
        return Target(row[0], row[1], None, row[7], short_name(*row[8:11]), place, due)
    if homeroom_id is not None:
        rows = sql.read(_HOMEROOM.format(scope=scope), [on, on, viewer.school.id, homeroom_id, *values])
        if not rows:
            return None
        row = rows[0]
        return Target(None, None, row[0], row[2], short_name(*row[3:6]), class_name(row[1]), due)
    rows = sql.read(_PERSON.format(scope=scope), [viewer.school.id, person_id or 0, *values])
    if not rows:
        return None
    return Target(None, None, None, rows[0][0], short_name(*rows[0][1:4]), "Ведение журналов", due)
