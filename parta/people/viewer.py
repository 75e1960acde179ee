"""Who is looking: one account, in one school, on one day, with what that gives. Every query starts from here."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from parta.foundation import sql
from parta.foundation.language import RUSSIAN, noted, say
from parta.foundation.log import Actor
from parta.regulation.words import post_code

SCHOOL_WIDE = frozenset({"director", "deputy", "inspector"})
"""Roles that read every journal of the school."""

ROLE_ORDER = (
    "director",
    "deputy",
    "head_of_department",
    "class_teacher",
    "master",
    "teacher",
    "operator",
    "secretary",
    "social_pedagogue",
    "nurse",
    "inspector",
    "guardian",
    "student",
)
ONLOOKER = "onlooker"
"""The grant of staff who look at a diary with the family's eyes: it opens the pages and writes nothing."""

ROLE_TITLES = noted(
    {
        "director": "директор",
        "deputy": "завуч",
        "head_of_department": "руководитель кафедры",
        "class_teacher": "классный руководитель",
        "master": "мастер п/о",
        "teacher": "учитель",
        "operator": "оператор",
        "secretary": "секретарь",
        "social_pedagogue": "социальный педагог",
        "nurse": "медицинский работник",
        "inspector": "проверяющий",
        "guardian": "родитель",
        "student": "ученик",
    }
)


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """What pages need to know of the school."""

    id: int
    code: str
    short_name: str
    kind: str
    timezone: str
    law_version: int


@dataclass(frozen=True, slots=True)
class Grant:
    """One thing a role gives: `homeroom_id` of a class teacher, `department_id` of a head, `student_id` of a ward."""

    role: str
    homeroom_id: int | None = None
    department_id: int | None = None
    student_id: int | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """An open window of inspection: what an inspector sees of the school, and until when."""

    id: int
    purpose: str
    ground: str
    homerooms: tuple[int, ...]
    since: date | None
    until: date | None
    starts_at: datetime
    ends_at: datetime
    cases: frozenset[int]
    """Students whose names the director has told."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """An account in one school at one moment. `on` is the school's date of `at`."""

    user_id: int
    person_id: int
    login: str
    surname: str
    given_name: str
    patronymic: str
    must_change_password: bool
    school: SchoolFacts
    roles: frozenset[str]
    grants: tuple[Grant, ...]
    on: date
    at: datetime
    schools: tuple[tuple[int, str], ...]
    unread: int = 0
    """Threads with something new, for the navigation."""
    notices: int = 0
    """What the owner has not yet read about the account itself."""
    announcement: str = ""
    """A planned break in the work of the system, told ahead."""
    locked: bool = False
    """The session has been idle too long: the password first."""
    lock_seconds: int = 0
    """After so many idle seconds the page closes itself; 0: never."""
    factors: int = 0
    """Second steps of the account: one-time codes and passkeys."""
    enrol_by: date | None = None
    """The day from which the school opens nothing to this role without a second step; None: it does not ask for one."""
    is_unconfirmed: bool = False
    """The account has a second step and has not given it of late: acts of `foundation.confirm` ask for it."""
    trial_until: datetime | None = None
    """The device is new to the account and nobody has confirmed it: until then it can silence nobody (`watches`)."""
    window: Window | None = None
    """Through which an inspector reads, under pseudonyms; nobody else has one."""
    language: str = RUSSIAN
    """In which pages are shown to this account."""
    waits_for_window: bool = False
    """An inspector for whom no window is open: the role gives nothing."""

    @property
    def must_enrol(self) -> bool:
        """The school's term to set up a second step has run out."""
        return not self.factors and self.enrol_by is not None and self.enrol_by <= self.on

    @property
    def main_role(self) -> str:
        """The weightiest role, for the page header and the log."""
        return next((role for role in ROLE_ORDER if role in self.roles), "nobody")

    @property
    def role_title(self) -> str:
        return say(ROLE_TITLES.get(self.main_role, noted("без роли")))

    @property
    def short_name(self) -> str:
        initials = [f"{part[0]}." for part in (self.given_name, self.patronymic) if part]
        return "\u00a0".join([self.surname, *initials])

    @property
    def is_school_wide(self) -> bool:
        return bool(self.roles & SCHOOL_WIDE)

    @property
    def homeroom_ids(self) -> tuple[int, ...]:
        """Homerooms in which the viewer is class teacher or master."""
        return tuple(
            g.homeroom_id for g in self.grants if g.homeroom_id and g.role in ("class_teacher", "master")
        )

    @property
    def department_ids(self) -> tuple[int, ...]:
        return tuple(g.department_id for g in self.grants if g.department_id)

    @property
    def student_ids(self) -> tuple[int, ...]:
        """Students whose diary is open to the viewer: own children, or oneself."""
        return tuple(dict.fromkeys(g.student_id for g in self.grants if g.student_id))

    @property
    def is_onlooker(self) -> bool:
        """Staff look with the family's eyes."""
        return any(grant.role == ONLOOKER for grant in self.grants)

    def acting_as(self, role: str | None = None) -> Actor:
        """The actor for the change log."""
        return Actor(self.user_id, role or self.main_role)


_STATEMENT = """
SELECT u.login, u.password, u.is_active, u.must_change_password,
       p.id, p.surname, p.given_name, p.patronymic,
       s.id, s.code, s.short_name, s.kind, s.timezone, s.law_version,
       r.kind, r.homeroom_id, r.department_id, r.starts, r.until,
       w.student_id, w.starts, w.until, e.id, e.starts, e.until, p.unread,
       (SELECT COUNT(*) FROM people_accountnotice n WHERE n.user_id = u.id AND n.seen_at IS NULL),
       (SELECT o.announcement FROM foundation_outage o
        WHERE o.is_planned AND o.cancelled_at IS NULL AND o.ends_at > %s ORDER BY o.starts_at LIMIT 1),
       (SELECT COUNT(*) FROM people_factor f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL),
       q.required_from, u.language, r.post
FROM people_user u
LEFT JOIN people_person p ON p.user_id = u.id
LEFT JOIN organisation_school s ON s.id = p.school_id
LEFT JOIN people_role r ON r.person_id = p.id
LEFT JOIN people_secondsteprule q ON q.school_id = r.school_id AND q.role = r.kind
LEFT JOIN people_guardianship w ON w.guardian_id = p.id AND w.has_rights
LEFT JOIN people_enrolment e ON e.student_id = p.id
WHERE u.id = %s
"""


@dataclass(frozen=True, slots=True)
class Account:
    """What the session check needs of the account, and the viewer it becomes (None: no person in any school)."""

    password: str
    is_active: bool
    viewer: Viewer | None


def account(user_id: int, school_id: int | None, at: datetime) -> Account | None:
    """The account and what it may do at `at` in the chosen school (or its first one): one statement.

    Roles, guardianships and enrolments are read at each request, so an ended right ends at the next one.
    """
    rows = sql.read(_STATEMENT, (at, user_id))
    if not rows:
        return None
    first = rows[0]
    schools = {row[8]: row[10] for row in rows if row[8] is not None}
    if not schools:
        return Account(first[1], bool(first[2]), None)
    chosen = school_id if school_id in schools else min(schools)
    mine = [row for row in rows if row[8] == chosen]
    row = mine[0]
    on = at.astimezone(ZoneInfo(row[12])).date()
    grants: dict[Grant, None] = {}
    terms: set[date] = set()
    posts: set[str] = set()
    for line in mine:
        if line[14] is not None and _holds(line[17], line[18], on):
            grants[Grant(line[14], line[15], line[16])] = None
            if line[31]:
                posts.add(post_code(line[14], line[31]))
            if line[29] is not None:
                terms.add(line[29])
        if line[19] is not None and _holds(line[20], line[21], on):
            grants[Grant("guardian", student_id=line[19])] = None
        if line[22] is not None and _holds(line[23], line[24], on):
            grants[Grant("student", student_id=line[4])] = None
    roles = frozenset(grant.role for grant in grants)
    window, waits = None, False
    if "inspector" in roles:
        if roles - _BESIDE_INSPECTION:
            roles -= {"inspector"}  # who works here reads by that work, under no pseudonyms
        else:
            window = _window(row[4], at)
            waits = window is None
            roles = roles - {"inspector"} if window is None else frozenset({"inspector"})
        grants = {grant: None for grant in grants if grant.role in roles}
    viewer = Viewer(
        user_id=user_id,
        person_id=row[4],
        login=row[0],
        surname=row[5],
        given_name=row[6],
        patronymic=row[7],
        must_change_password=bool(row[3]),
        school=SchoolFacts(row[8], row[9], row[10], row[11], row[12], row[13]),
        roles=roles | posts,
        grants=tuple(grants),
        on=on,
        at=at,
        schools=tuple(sorted(schools.items())),
        unread=row[25],
        notices=row[26],
        announcement=row[27] or "",
        factors=row[28],
        enrol_by=min(terms, default=None),
        window=window,
        waits_for_window=waits,
        language=row[30],
    )
    return Account(first[1], bool(first[2]), viewer)


_BESIDE_INSPECTION = frozenset({"inspector", "guardian", "student"})


def _window(person_id: int, at: datetime) -> Window | None:
    """The inspector's window that is open at `at`, the latest opened. One statement."""
    rows = sql.read(
        "SELECT i.id, i.purpose, i.ground, CAST(i.homerooms AS TEXT), i.since, i.until, i.starts_at, i.ends_at,"
        " c.student_id FROM people_inspection i LEFT JOIN people_inspectioncase c ON c.inspection_id = i.id"
        " WHERE i.inspector_id = %s AND i.ended_at IS NULL AND i.starts_at <= %s AND i.ends_at > %s"
        " ORDER BY i.id DESC",
        (person_id, at, at),
    )
    if not rows:
        return None
    first = rows[0]
    return Window(
        id=first[0],
        purpose=first[1],
        ground=first[2],
        homerooms=tuple(json.loads(first[3])),
        since=first[4],
        until=first[5],
        starts_at=sql.aware(first[6]),
        ends_at=sql.aware(first[7]),
        cases=frozenset(row[8] for row in rows if row[0] == first[0] and row[8]),
    )


def _holds(starts: date, until: date | None, on: date) -> bool:
    return starts <= on and (until is None or on < until)
