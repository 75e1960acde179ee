"""Announcements and events: which are somebody's, who has read them, to whom they went."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from parta.foundation import sql
from parta.foundation.language import noted, say
from parta.journal.queries.words import class_name, short_name
from parta.organisation.models import Homeroom
from parta.people.viewer import Viewer

LISTED = 60

FOR_STUDENT = """w.withdrawn_at IS NULL AND w.audience IN ('all', 'families', %s) AND (
    (w.homeroom_id IS NULL AND w.grade IS NULL) OR EXISTS (
    SELECT 1 FROM people_enrolment ae JOIN organisation_homeroom ah ON ah.id = ae.homeroom_id
    WHERE ae.student_id = %s AND ae.starts <= %s AND (ae.until IS NULL OR ae.until > %s)
      AND (ah.id = w.homeroom_id OR (w.homeroom_id IS NULL AND ah.grade = w.grade))))"""
"""A condition over `communication_announcement w`: it is for one student's family. Values: `audience_values`."""


def audience_values(viewer: Viewer, student_id: int) -> tuple[object, ...]:
    """The values of `FOR_STUDENT` for a guardian or the student."""
    own = any(grant.role == "student" and grant.student_id == student_id for grant in viewer.grants)
    return ("students" if own else "guardians", student_id, viewer.on, viewer.on)


@dataclass(frozen=True, slots=True)
class Line:
    """An announcement in a list."""

    id: int
    title: str
    text: str
    to: str
    at: datetime
    author: str
    held_on: date | None
    time: str
    place: str
    is_new: bool
    is_mine: bool
    readers: int


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody of the audience; `read_at` None: not yet, `has_account` False: cannot."""

    name: str
    about: str
    read_at: datetime | None
    has_account: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One announcement with its readers for those who answer for it."""

    line: Line
    readers: tuple[Reader, ...]
    sees_readers: bool

    @property
    def read(self) -> int:
        """How many have opened it."""
        return sum(1 for reader in self.readers if reader.read_at)


def mine(viewer: Viewer) -> tuple[str, list[object]]:
    """A condition over `communication_announcement w`: those this viewer is told of, and those they wrote."""
    ways = ["w.author_id = %s"]
    values: list[object] = [viewer.school.id, viewer.person_id]
    if viewer.roles - {"guardian", "student"}:
        ways.append("(w.withdrawn_at IS NULL AND w.audience IN ('all', 'staff'))")
    if viewer.roles & {"deputy", "director"}:
        ways.append("1 = 1")
    for student_id in viewer.student_ids:
        ways.append(f"({FOR_STUDENT})")
        values += audience_values(viewer, student_id)
    if viewer.homeroom_ids:
        ways.append(f"w.homeroom_id IN ({sql.marks(len(viewer.homeroom_ids))})")
        values += viewer.homeroom_ids
    return f"w.school_id = %s AND ({' OR '.join(ways)})", values


_LIST = """
SELECT w.id, w.title, w.text, w.audience, h.title, w.grade, w.at, p.surname, p.given_name, p.patronymic, w.held_on,
       w.held_at, w.place, r.id, w.author_id,
       (SELECT COUNT(*) FROM communication_receipt q WHERE q.announcement_id = w.id),
       w.withdrawn_at, w.homeroom_id
FROM communication_announcement w JOIN people_person p ON p.id = w.author_id
LEFT JOIN organisation_homeroom h ON h.id = w.homeroom_id
LEFT JOIN communication_receipt r ON r.announcement_id = w.id AND r.person_id = %s
WHERE {scope} ORDER BY w.at DESC, w.id DESC LIMIT %s
"""

AUDIENCE_WORDS = noted(
    {
        "all": "всем",
        "families": "родителям и ученикам",
        "guardians": "родителям",
        "students": "ученикам",
        "staff": "сотрудникам",
    }
)


def _line(row: sql.Row, viewer: Viewer, zone: ZoneInfo) -> Line:
    where = (
        class_name(row[4]) if row[4] else say("{grade}-х классов", grade=row[5]) if row[5] else say("школы")
    )
    is_all = row[3] == "all" and not row[4] and not row[5]
    return Line(
        id=row[0],
        title=row[1],
        text=row[2],
        to=say("всем") if is_all else say("{whom} {where}", whom=say(AUDIENCE_WORDS[row[3]]), where=where),
        at=sql.aware(row[6]).astimezone(zone),
        author=short_name(*row[7:10]),
        held_on=row[10],
        time=str(row[11] or "")[:5].lstrip("0"),
        place=row[12],
        is_new=row[13] is None and row[14] != viewer.person_id,
        is_mine=row[14] == viewer.person_id,
        readers=row[15],
    )


def announcements(viewer: Viewer) -> tuple[list[Line], list[Line]]:
    """Events to come, and the other announcements, the latest first: each stands once. One statement."""
    scope, values = mine(viewer)
    zone = ZoneInfo(viewer.school.timezone)
    rows = sql.read(_LIST.format(scope=scope), (viewer.person_id, *values, LISTED))
    lines = [_line(row, viewer, zone) for row in rows if row[16] is None]
    events = [line for line in lines if line.held_on is not None and line.held_on >= viewer.on]
    others = [line for line in lines if line not in events]
    return sorted(events, key=lambda line: (line.held_on, line.time)), others  # type: ignore[arg-type, return-value]


def announcement(viewer: Viewer, id: int) -> Shown | None:
    """One announcement; with the list of readers for its author, the class teacher and the deputy. Two statements."""
    scope, values = mine(viewer)
    rows = sql.read(
        _LIST.format(scope=f"w.id = %s AND w.withdrawn_at IS NULL AND {scope}"),
        (viewer.person_id, id, *values, 1),
    )
    if not rows:
        return None
    row, zone = rows[0], ZoneInfo(viewer.school.timezone)
    sees = (
        row[14] == viewer.person_id
        or bool(viewer.roles & {"deputy", "director"})
        or row[17] in viewer.homeroom_ids
    )
    readers = _readers(viewer, row, zone) if sees else ()
    return Shown(_line(row, viewer, zone), readers, sees)


_READERS = """
SELECT DISTINCT p.id, p.surname, p.given_name, p.patronymic, h.grade, h.title, x.surname, x.given_name, r.read_at,
       p.user_id
FROM people_enrolment e JOIN organisation_homeroom h ON h.id = e.homeroom_id
JOIN people_person x ON x.id = e.student_id
{people}
LEFT JOIN communication_receipt r ON r.person_id = p.id AND r.announcement_id = %s
WHERE e.school_id = %s AND e.starts <= %s AND (e.until IS NULL OR e.until > %s) AND {where}
"""


def _readers(viewer: Viewer, row: sql.Row, zone: ZoneInfo) -> tuple[Reader, ...]:
    """Everybody of the audience among families, in the order of classes; staff are not listed."""
    where, more = "1 = 1", []
    if row[17]:
        where, more = "h.id = %s", [row[17]]
    elif row[5]:
        where, more = "h.grade = %s", [row[5]]
    parts = []
    if row[3] in ("all", "families", "guardians"):
        parts.append(
            "JOIN people_guardianship g ON g.student_id = x.id AND g.has_rights"
            " JOIN people_person p ON p.id = g.guardian_id"
        )
    if row[3] in ("all", "families", "students"):
        parts.append("JOIN people_person p ON p.id = x.id")
    found: dict[int, tuple[tuple[object, ...], Reader]] = {}
    for part in parts:
        for line in sql.read(
            _READERS.format(people=part, where=where), (row[0], viewer.school.id, viewer.on, viewer.on, *more)
        ):
            about = class_name(line[5])
            if line[1:3] != line[6:8]:
                about = f"{line[6]} {line[7]}, {about}"
            reader = Reader(
                short_name(*line[1:4]),
                about,
                sql.aware(line[8]).astimezone(zone) if line[8] else None,
                line[9] is not None,
            )
            key = (line[8] is not None, line[4] or 0, line[5], line[6], line[7])
            found.setdefault(line[0], (key, reader))
    return tuple(reader for _, reader in sorted(found.values(), key=lambda item: item[0]))


def homerooms_for(viewer: Viewer) -> list[tuple[int, str, int | None]]:
    """Classes of the running year to which the viewer may announce: all for a deputy, one's own for a class teacher."""
    rows = Homeroom.objects.filter(
        school_id=viewer.school.id,
        year__starts__lte=viewer.on + timedelta(days=60),
        year__until__gt=viewer.on,
    ).order_by("grade", "title")
    if not viewer.roles & {"deputy", "director", "secretary"}:
        rows = rows.filter(pk__in=viewer.homeroom_ids)
    return [(id, class_name(title), grade) for id, title, grade in rows.values_list("id", "title", "grade")]
