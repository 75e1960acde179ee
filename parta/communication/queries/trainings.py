"""Training in working with the journal: what is asked for, what comes, who came, and who never was at any."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from parta.communication.models import Training
from parta.foundation import sql
from parta.foundation.language import say, titles
from parta.journal.queries.words import class_name, short_name
from parta.people.viewer import Viewer

OFFICERS = frozenset({"deputy", "operator"})
"""Who answers for training in working with the journal."""
LISTED = 100


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose training the viewer keeps: everybody's, or that of the families of own classes."""

    is_officer: bool
    homeroom_ids: tuple[int, ...]
    own_class_id: int | None = None

    @property
    def keeps(self) -> bool:
        """Whether the viewer keeps any register."""
        return self.is_officer or bool(self.homeroom_ids)

    def takes(self, homeroom_id: int) -> bool:
        """Whether families of this class are taught by the viewer."""
        return self.is_officer or homeroom_id in self.homeroom_ids

    def takes_request(self, row: Training) -> bool:
        """Whether a training or a request lies with the viewer."""
        return self.is_officer or (row.audience == "families" and row.homeroom_id in self.homeroom_ids)


def desk_of(viewer: Viewer) -> Desk:
    """What the viewer keeps; of a family the class of the first child. At most one statement."""
    own = None
    if viewer.student_ids and not viewer.roles - {"guardian", "student"}:
        rows = sql.read(
            "SELECT homeroom_id FROM people_enrolment WHERE student_id IN"
            f" ({sql.marks(len(viewer.student_ids))}) AND starts <= %s AND (until IS NULL OR until > %s)"
            " ORDER BY student_id, id LIMIT 1",
            (*viewer.student_ids, viewer.on, viewer.on),
        )
        own = rows[0][0] if rows else None
    return Desk(bool(viewer.roles & OFFICERS), viewer.homeroom_ids, own)


@dataclass(frozen=True, slots=True)
class Line:
    """A training in a list; `count` came. `wanted_by` has asked for it."""

    id: int
    topic: str
    audience: str
    homeroom_id: int | None
    for_whom: str
    means: str
    held_on: date | None
    place: str
    wanted_by: str
    count: int
    is_mine: bool
    """The viewer was there."""
    may_keep: bool


@dataclass(frozen=True, slots=True)
class Untaught:
    """People of one list who were at no training in this school year: `title` of the class, or staff."""

    title: str
    homeroom_id: int | None
    total: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The page of trainings for one viewer."""

    desk: Desk
    requests: tuple[Line, ...]
    coming: tuple[Line, ...]
    mine: tuple[Line, ...]
    held: tuple[Line, ...]
    untaught: tuple[Untaught, ...]
    classes: tuple[tuple[int, str], ...]


_LINES = """
SELECT t.id, t.topic, t.audience, t.homeroom_id, h.title, t.means, t.held_on, t.place, t.asked_by_id,
       a.surname, a.given_name, a.patronymic,
       (SELECT COUNT(*) FROM communication_trainingguest g WHERE g.training_id = t.id AND g.removed_at IS NULL),
       EXISTS (SELECT 1 FROM communication_trainingguest g
               WHERE g.training_id = t.id AND g.person_id = %s AND g.removed_at IS NULL)
FROM communication_training t
LEFT JOIN organisation_homeroom h ON h.id = t.homeroom_id
LEFT JOIN people_person a ON a.id = t.asked_by_id
WHERE t.school_id = %s AND t.withdrawn_at IS NULL AND {which}
ORDER BY t.held_on DESC, t.id DESC
"""


def _year_starts(viewer: Viewer) -> date:
    """First day of the school year that runs or has just ended. One statement."""
    rows = sql.read(
        "SELECT MAX(starts) FROM organisation_academicyear WHERE school_id = %s AND starts <= %s",
        (viewer.school.id, viewer.on),
    )
    found: date | str | None = rows[0][0]
    return date.fromisoformat(found) if isinstance(found, str) else found or date.min


def _lines(viewer: Viewer, desk: Desk, which: str, value: date | int) -> list[tuple[Line, int | None]]:
    """Trainings of the school of one condition, with the person who asked. One statement."""
    means = dict(titles(Training.MEANS))
    found = []
    for row in sql.read(_LINES.format(which=which), (viewer.person_id, viewer.school.id, value)):
        for_whom = (
            say("сотрудникам")
            if row[2] == "staff"
            else say("родителям {homeroom}", homeroom=class_name(row[4]))
            if row[4]
            else say("семье")
        )
        keeps = desk.is_officer or (row[2] == "families" and row[3] in desk.homeroom_ids)
        wanted = short_name(row[9], row[10], row[11]) if row[9] else ""
        line = Line(
            row[0], row[1], row[2], row[3], for_whom, means[row[5]], row[6], row[7], wanted, row[12],
            bool(row[13]), keeps,
        )  # fmt: skip
        found.append((line, row[8]))
    return found


def page_of(viewer: Viewer) -> Page:
    """Everything the viewer sees of training in this school year. At most six statements."""
    desk = desk_of(viewer)
    since = _year_starts(viewer)
    lines = _lines(viewer, desk, "(t.held_on IS NULL OR t.held_on >= %s)", since)
    is_staff = bool(viewer.roles - {"guardian", "student"})
    sees_all = desk.is_officer or "director" in viewer.roles

    def invited(line: Line) -> bool:
        return line.audience == "staff" if is_staff else line.homeroom_id == desk.own_class_id

    requests = [
        line
        for line, asked_by in lines
        if line.held_on is None and (line.may_keep or sees_all or asked_by == viewer.person_id)
    ]
    coming = [
        line
        for line, _ in lines
        if line.held_on and line.held_on >= viewer.on and (invited(line) or line.may_keep or sees_all)
    ]
    held = [
        line
        for line, _ in lines
        if line.held_on and line.held_on <= viewer.on and (line.may_keep or sees_all)
    ]
    mine = [line for line, _ in lines if line.is_mine]
    untaught: tuple[Untaught, ...] = ()
    classes: tuple[tuple[int, str], ...] = ()
    if desk.keeps or sees_all:
        untaught = _untaught(viewer, desk, since, staff=sees_all)
        classes = tuple((one.homeroom_id, one.title) for one in untaught if one.homeroom_id is not None)
    return Page(
        desk=desk,
        requests=tuple(sorted(requests, key=lambda line: line.id)),
        coming=tuple(reversed(coming)),
        mine=tuple(mine),
        held=tuple(held[:LISTED]),
        untaught=untaught,
        classes=classes,
    )


_STAFF = """
SELECT DISTINCT p.id, p.surname, p.given_name, p.patronymic FROM people_role r
JOIN people_person p ON p.id = r.person_id
WHERE r.school_id = %s AND r.starts <= %s AND (r.until IS NULL OR r.until > %s) AND r.kind <> 'inspector'
ORDER BY p.surname, p.given_name, p.patronymic, p.id
"""
_FAMILIES = """
SELECT h.id, h.title, g.id, g.surname, g.given_name, g.patronymic, s.surname, s.given_name
FROM organisation_homeroom h
JOIN people_enrolment e ON e.homeroom_id = h.id AND e.starts <= %s AND (e.until IS NULL OR e.until > %s)
JOIN people_person s ON s.id = e.student_id
JOIN people_guardianship w ON w.student_id = s.id AND w.has_rights AND w.starts <= %s
     AND (w.until IS NULL OR w.until > %s)
JOIN people_person g ON g.id = w.guardian_id
WHERE h.school_id = %s {narrow}
ORDER BY h.grade, h.title, s.surname, s.given_name, s.id, g.surname, g.given_name, g.id
"""


def _untaught(viewer: Viewer, desk: Desk, since: date, *, staff: bool) -> tuple[Untaught, ...]:
    """Staff and families that were at no training since a day; classes the viewer keeps. Three statements."""
    rows = sql.read(
        "SELECT DISTINCT g.person_id, t.audience FROM communication_trainingguest g"
        " JOIN communication_training t ON t.id = g.training_id"
        " WHERE t.school_id = %s AND t.held_on >= %s AND t.withdrawn_at IS NULL AND g.removed_at IS NULL",
        (viewer.school.id, since),
    )
    taught = {(row[0], row[1]) for row in rows}
    found = []
    if staff:
        people = sql.read(_STAFF, (viewer.school.id, viewer.on, viewer.on))
        names = [short_name(*row[1:]) for row in people if (row[0], "staff") not in taught]
        found.append(Untaught(say("Сотрудники"), None, len(people), tuple(names)))
    narrow, values = _narrow(desk, staff)
    by_class: dict[tuple[int, str], dict[int, str]] = {}
    for row in sql.read(_FAMILIES.format(narrow=narrow), (*[viewer.on] * 4, viewer.school.id, *values)):
        by_class.setdefault((row[0], row[1]), {}).setdefault(
            row[2], f"{short_name(*row[3:6])} ({row[6]} {row[7]})"
        )
    for (homeroom_id, title), parents in by_class.items():
        names = [name for person_id, name in parents.items() if (person_id, "families") not in taught]
        found.append(Untaught(class_name(title), homeroom_id, len(parents), tuple(names)))
    return tuple(found)


def _narrow(desk: Desk, all_classes: bool) -> tuple[str, tuple[int, ...]]:
    if all_classes or desk.is_officer:
        return "", ()
    return f"AND h.id IN ({sql.marks(len(desk.homeroom_ids))})", desk.homeroom_ids


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody in the register of a training."""

    id: int
    name: str
    about: str
    came: bool


@dataclass(frozen=True, slots=True)
class Register:
    """A training with its list: who is invited, and who came."""

    line: Line
    guests: tuple[Guest, ...]
    is_over: bool


def invited_ids(row: Training) -> set[int]:
    """Ids of all whom the register of a training lists. One statement."""
    return set(_invited(row.school_id, row.audience, row.homeroom_id, row.held_on or date.max))


def _invited(
    school_id: int, audience: str, homeroom_id: int | None, on: date
) -> Mapping[int, tuple[str, str]]:
    """Names of those invited on the training's day, by id. One statement."""
    if audience == "staff":
        return {row[0]: (short_name(*row[1:]), "") for row in sql.read(_STAFF, (school_id, on, on))}
    rows = sql.read(_FAMILIES.format(narrow="AND h.id = %s"), (on, on, on, on, school_id, homeroom_id or 0))
    found: dict[int, tuple[str, str]] = {}
    for row in rows:
        found.setdefault(row[2], (short_name(*row[3:6]), f"{row[6]} {row[7]}"))
    return found


def register_of(viewer: Viewer, training_id: int) -> Register | None:
    """The register of a training whose keeper the viewer is; None when it is not there. Four statements."""
    desk = desk_of(viewer)
    found = next((one for one, _ in _lines(viewer, desk, "t.id = %s", training_id) if one.may_keep), None)
    if found is None or found.held_on is None:
        return None
    came = sql.read(
        "SELECT g.person_id, p.surname, p.given_name, p.patronymic FROM communication_trainingguest g"
        " JOIN people_person p ON p.id = g.person_id WHERE g.training_id = %s AND g.removed_at IS NULL",
        (training_id,),
    )
    there = {row[0] for row in came}
    invited = dict(_invited(viewer.school.id, found.audience, found.homeroom_id, found.held_on))
    guests = [Guest(key, name, about, key in there) for key, (name, about) in invited.items()]
    guests += [Guest(row[0], short_name(*row[1:]), "", True) for row in came if row[0] not in invited]
    return Register(found, tuple(guests), found.held_on <= viewer.on)
