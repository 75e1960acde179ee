"""The register of access data: who gave whom what and when; who still has none; what waits for somebody to act."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from parta.foundation import sql
from parta.people import rules
from parta.people.models import Person, Role
from parta.people.queries import short
from parta.people.queries.rosters import _LIVE, Kin, kin_of
from parta.people.viewer import ROLE_TITLES, Viewer

LISTED = 300
"""Lines of the register on a page; a narrower span shows the rest."""
WAYS = {
    "password": "пароль на один вход",
    "code": "код активации",
    "loss": "утрата",
    "factor": "сброс второго шага",
    "recovery": "ссылка на почту",
}


@dataclass(frozen=True, slots=True)
class IssueLine:
    """A line of the register, in the school's time."""

    id: int
    person_id: int
    name: str
    login: str
    way: str
    is_repeat: bool
    at: datetime
    giver: str
    giver_role: str
    state: str
    """`waiting`, `used`, `expired`, `void`, `lost` or `answered` (a loss after which new data were issued)."""
    until: datetime | None
    used_at: datetime | None
    handed_on: date | None
    handed_to: str


_ISSUES = """
SELECT a.id, a.person_id, p.surname, p.given_name, p.patronymic, u.login, a.way, a.is_repeat, a.issued_at,
    a.issued_by, g.surname, g.given_name, g.patronymic, a.role, a.expires_at, a.used_at, a.void_at,
    a.handed_on, a.handed_to
FROM people_accessissue a JOIN people_person p ON p.id = a.person_id
LEFT JOIN people_user u ON u.id = p.user_id
LEFT JOIN people_person g ON g.user_id = a.issued_by AND g.school_id = a.school_id
WHERE a.school_id = %s AND """


def _issues(viewer: Viewer, where: str, values: Sequence[object]) -> list[IssueLine]:
    zone = ZoneInfo(viewer.school.timezone)

    def here(moment: datetime | None) -> datetime | None:
        return None if moment is None else sql.aware(moment).astimezone(zone)

    lines = []
    for row in sql.read(_ISSUES + where, [viewer.school.id, *values]):
        (
            id,
            person_id,
            s1,
            s2,
            s3,
            login,
            way,
            repeat,
            at,
            by,
            g1,
            g2,
            g3,
            role,
            expires,
            used,
            void,
            day,
            to,
        ) = row
        until, used_at = here(expires), here(used)
        if way == "loss":
            state = "answered" if void else "lost"
        elif used_at is not None:
            state = "used"
        elif void is not None:
            state = "void"
        else:
            state = "expired" if until is not None and until <= viewer.at else "waiting"
        issued = here(at)
        assert issued is not None
        lines.append(
            IssueLine(
                id,
                person_id,
                " ".join(part for part in (s1, s2, s3) if part),
                login or "",
                way,
                bool(repeat),
                issued,
                short(g1, g2, g3) if g1 else ("с сервера" if by is None else "учётная запись"),
                ROLE_TITLES.get(role, ""),
                state,
                until,
                used_at,
                date.fromisoformat(day) if isinstance(day, str) else day,
                to,
            )
        )
    return lines


def issues(
    viewer: Viewer, *, since: date, until: date, words: str = "", person_ids: Sequence[int] | None = None
) -> list[IssueLine]:
    """Lines of the register from a day up to but not including another, the latest first. One statement."""
    zone = ZoneInfo(viewer.school.timezone)
    where = "a.issued_at >= %s AND a.issued_at < %s"
    values: list[object] = [
        datetime.combine(since, datetime.min.time(), zone),
        datetime.combine(until, datetime.min.time(), zone),
    ]
    if words:
        where += " AND (p.surname LIKE %s OR u.login = %s)"
        values += [f"{words.strip().capitalize()}%", words.strip().lower()]
    if person_ids is not None:
        where += f" AND a.person_id IN ({sql.marks(len(person_ids))})" if person_ids else " AND 1 = 0"
        values += person_ids
    return _issues(viewer, where + f" ORDER BY a.issued_at DESC, a.id DESC LIMIT {LISTED}", values)


def open_losses(viewer: Viewer, person_ids: Sequence[int] | None = None) -> list[IssueLine]:
    """Losses after which nothing was issued yet, the oldest first. One statement."""
    where, values = "a.way = 'loss' AND a.void_at IS NULL", []
    if person_ids is not None:
        where += f" AND a.person_id IN ({sql.marks(len(person_ids))})" if person_ids else " AND 1 = 0"
        values = list(person_ids)
    return _issues(viewer, where + " ORDER BY a.issued_at, a.id", values)


@dataclass(frozen=True, slots=True)
class Bare:
    """An open account whose owner has no role in any school."""

    person_id: int
    name: str
    login: str


def bare_accounts(viewer: Viewer, ids: Sequence[int]) -> list[Bare]:
    """The named people with their logins. One statement."""
    return [
        Bare(person.pk, person.full_name, person.user.login if person.user else "")
        for person in Person.objects.filter(school_id=viewer.school.id, pk__in=list(ids)).select_related(
            "user"
        )
    ]


@dataclass(frozen=True, slots=True)
class OrderlessRole:
    """A role of staff that names no order."""

    person_id: int
    name: str
    role: str
    starts: date


_KINDS = dict(Role.KINDS)


def roles_without_order(viewer: Viewer) -> list[OrderlessRole]:
    """Roles that hold on the viewer's day and name no order, by name. One statement."""
    return [
        OrderlessRole(
            person_id,
            " ".join(part for part in name if part),
            str(_KINDS.get(kind, kind)),
            date.fromisoformat(starts) if isinstance(starts, str) else starts,
        )
        for person_id, *name, kind, starts in sql.read(
            "SELECT p.id, p.surname, p.given_name, p.patronymic, r.kind, r.starts FROM people_role r"
            f" JOIN people_person p ON p.id = r.person_id WHERE r.school_id = %s AND {_LIVE.format('r')}"
            " AND (r.order_number = '' OR r.order_date IS NULL) ORDER BY p.surname, p.given_name, r.id",
            (viewer.school.id, viewer.on, viewer.on),
        )
    ]


@dataclass(frozen=True, slots=True)
class FamilyLine:
    """A student or guardian of a class and their access."""

    id: int
    name: str
    who: str
    login: str
    state: str
    """`none`, `waiting`, `expired`, `works`, `closed` or `lost`."""
    issued_at: datetime | None
    until: datetime | None
    consent_missing: str
    """Why access may not be issued yet; empty when it may."""


@dataclass(frozen=True, slots=True)
class Family:
    """A student with those who stand for them."""

    student: FamilyLine
    guardians: tuple[FamilyLine, ...]


def class_access(viewer: Viewer, homeroom_id: int) -> list[Family]:
    """Families of a class on the viewer's day and what access each of them has. A constant number of statements."""
    on, law = viewer.on, rules.law_of(viewer)
    rows = sql.read(
        "SELECT p.id, p.surname, p.given_name, p.patronymic FROM people_enrolment e"
        f" JOIN people_person p ON p.id = e.student_id WHERE e.school_id = %s AND e.homeroom_id = %s"
        f" AND {_LIVE.format('e')} ORDER BY p.surname, p.given_name, p.patronymic, p.id",
        (viewer.school.id, homeroom_id, on, on),
    )
    students = [row[0] for row in rows]
    kin = kin_of(students, on)
    everybody = students + [one.id for parents in kin.values() for one in parents]
    accounts: dict[int, tuple[str, bool, bool]] = {}
    if everybody:
        accounts = {
            id: (login, bool(active), password.startswith("!"))
            for id, login, active, password in sql.read(
                "SELECT p.id, u.login, u.is_active, u.password FROM people_person p"
                f" JOIN people_user u ON u.id = p.user_id WHERE p.id IN ({sql.marks(len(everybody))})",
                everybody,
            )
        }
    latest: dict[int, IssueLine] = {}
    if everybody:
        for issue in _issues(
            viewer,
            f"a.person_id IN ({sql.marks(len(everybody))}) ORDER BY a.issued_at, a.id",
            everybody,
        ):
            latest[issue.person_id] = issue
    lacking = rules.without_consent(law, on, students, "electronic_access")

    def line(id: int, name: str, who: str, student_id: int) -> FamilyLine:
        login, active, shut = accounts.get(id, ("", False, False))
        last = latest.get(id)
        state = "works"
        if not login:
            state = "none"
        elif last is not None and last.state == "lost":
            state = "lost"
        elif not active:
            state = "closed"
        elif last is not None and last.state in ("waiting", "expired"):
            state = last.state
        elif shut:
            state = "expired"
        why = f"нет согласия семьи{lacking[student_id].brackets}" if student_id in lacking else ""
        return FamilyLine(
            id, name, who, login, state, last.at if last else None, last.until if last else None, why
        )

    def guardian(one: Kin, student_id: int) -> FamilyLine:
        return line(one.id, one.name, one.relation, student_id)

    return [
        Family(
            line(id, " ".join(part for part in name if part), "ученик", id),
            tuple(guardian(one, id) for one in kin.get(id, ())),
        )
        for id, *name in rows
    ]


def roles_of(viewer: Viewer, person_ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """What these people are, today or later: staff roles in any school of their account, student, guardian.

    One statement. Somebody with nothing at all is not in the answer.
    """
    if not person_ids:
        return {}
    ids = list(person_ids)
    here = sql.marks(len(ids))
    found: dict[int, set[str]] = defaultdict(set)
    for person_id, kind in sql.read(
        f"SELECT p.id, r.kind FROM people_person p JOIN people_person q ON q.id = p.id OR q.user_id = p.user_id"
        f" JOIN people_role r ON r.person_id = q.id WHERE p.id IN ({here}) AND (r.until IS NULL OR r.until > %s)"
        f" UNION SELECT e.student_id, 'student' FROM people_enrolment e WHERE e.student_id IN ({here})"
        f" AND (e.until IS NULL OR e.until > %s)"
        f" UNION SELECT g.guardian_id, 'guardian' FROM people_guardianship g WHERE g.guardian_id IN ({here})"
        " AND g.has_rights AND (g.until IS NULL OR g.until > %s)",
        [*ids, viewer.on, *ids, viewer.on, *ids, viewer.on],
    ):
        found[person_id].add(kind)
    return {person_id: frozenset(kinds) for person_id, kinds in found.items()}


def month_of(on: date) -> tuple[date, date]:
    """The last thirty days up to and with a day, half-open."""
    return on - timedelta(days=30), on + timedelta(days=1)
