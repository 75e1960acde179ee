"""Questions about second steps: the owner's own, and how far the school is with them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from config.providers import Provider
from parta.foundation import sql
from parta.people import second
from parta.people.models import Factor, KnownDevice, OutsideIdentity, RecoveryCode, Role
from parta.people.viewer import ROLE_ORDER, ROLE_TITLES, Viewer


def keys(user_id: int) -> list[str]:
    """Ids of the account's passkeys."""
    rows = sql.read(
        "SELECT credential_id FROM people_factor WHERE user_id = %s AND kind = 'passkey'", (user_id,)
    )
    return [row[0] for row in rows]


def has_keys(user_id: int) -> bool:
    """Whether the account has a passkey."""
    return bool(keys(user_id))


def steps_of(user_id: int | None) -> int:
    """How many second steps an account has."""
    return Factor.objects.filter(user_id=user_id or 0).exclude(confirmed_at=None).count()


@dataclass(frozen=True, slots=True)
class StepLine:
    """One second step of the owner."""

    id: int
    kind: str
    kind_title: str
    title: str
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Begun:
    """One-time codes being set up: the secret by groups of four, and its picture as an SVG path."""

    secret: str
    title: str
    address: str
    size: int
    drawing: str


@dataclass(frozen=True, slots=True)
class OwnSteps:
    """The page of one's own second steps."""

    steps: tuple[StepLine, ...]
    begun: Begun | None
    recovery_left: int
    trusted: int
    required_from: date | None
    is_overdue: bool


def own_steps(viewer: Viewer) -> OwnSteps:
    """The viewer's second steps, what is begun, recovery codes left, browsers that are spared. Three statements."""
    zone = ZoneInfo(viewer.school.timezone)
    steps, begun = [], None
    for row in Factor.objects.filter(user_id=viewer.user_id).order_by("id"):
        if row.confirmed_at is None:
            begun = _begun(row, viewer)
            continue
        used = row.used_at.astimezone(zone) if row.used_at else None
        steps.append(
            StepLine(row.pk, row.kind, row.get_kind_display(), row.title, row.made_at.astimezone(zone), used)
        )
    return OwnSteps(
        tuple(steps),
        begun,
        RecoveryCode.objects.filter(user_id=viewer.user_id, used_at=None).count(),
        KnownDevice.objects.filter(user_id=viewer.user_id, trusted_until__gt=viewer.at).count(),
        viewer.enrol_by,
        viewer.must_enrol,
    )


def _begun(row: Factor, viewer: Viewer) -> Begun | None:
    import segno

    secret = second.opened(row.secret)
    if secret is None:
        return None
    address = second.address_of(secret, viewer.login, viewer.school.short_name)
    code = segno.make(address, error="m", micro=False)
    # Squares as one path, a row at a time: «M4 4h1v1h-1z».
    drawing = "".join(
        f"M{x} {y}h1v1h-1z"
        for y, line in enumerate(code.matrix_iter(border=4))
        for x, dark in enumerate(line)
        if dark
    )
    return Begun(
        re.sub(r"(.{4})(?=.)", r"\1 ", secret),
        row.title,
        address,
        int(code.symbol_size(border=4)[0]),
        drawing,
    )


@dataclass(frozen=True, slots=True)
class RoleLine:
    """One role of staff: since when the second step is required, and how many have one."""

    role: str
    title: str
    required_from: date | None
    people: int
    enrolled: int
    waiting: tuple[tuple[int, str], ...]
    """Person ids and names of those without one; at most thirty."""


def school_steps(viewer: Viewer) -> tuple[RoleLine, ...]:
    """Every role that somebody holds today or that a rule names, the weightiest first. Two statements."""
    rules = {
        role: date.fromisoformat(day) if isinstance(day, str) else day
        for role, day in sql.read(
            "SELECT role, required_from FROM people_secondsteprule WHERE school_id = %s", (viewer.school.id,)
        )
    }
    held: dict[str, list[tuple[int, str, bool]]] = {}
    for role, person_id, surname, given, patronymic, has in sql.read(
        "SELECT DISTINCT r.kind, p.id, p.surname, p.given_name, p.patronymic, EXISTS (SELECT 1 FROM people_factor f"
        " WHERE f.user_id = p.user_id AND f.confirmed_at IS NOT NULL) FROM people_role r"
        " JOIN people_person p ON p.id = r.person_id JOIN people_user u ON u.id = p.user_id AND u.is_active"
        " WHERE r.school_id = %s AND r.starts <= %s AND (r.until IS NULL OR r.until > %s)"
        " ORDER BY p.surname, p.given_name, p.id",
        (viewer.school.id, viewer.on, viewer.on),
    ):
        name = " ".join(part for part in (surname, given, patronymic) if part)
        held.setdefault(role, []).append((person_id, name, bool(has)))
    known = {kind for kind, _ in Role.KINDS}
    return tuple(
        RoleLine(
            role,
            ROLE_TITLES[role],
            rules.get(role),
            len(held.get(role, ())),
            sum(has for _, _, has in held.get(role, ())),
            tuple((person_id, name) for person_id, name, has in held.get(role, ()) if not has)[:30],
        )
        for role in ROLE_ORDER
        if role in known and (role in held or role in rules)
    )


@dataclass(frozen=True, slots=True)
class Outside:
    """One outside provider as the owner of an account sees it; `row` of the link, if there is one."""

    code: str
    title: str
    row: int | None
    made_at: datetime | None
    used_at: datetime | None


def own_identities(viewer: Viewer, providers: Mapping[str, Provider]) -> tuple[Outside, ...]:
    """Every provider of the installation, linked or not, and links to one that is gone. One statement."""
    zone = ZoneInfo(viewer.school.timezone)
    held = {row.issuer: row for row in OutsideIdentity.objects.filter(user_id=viewer.user_id).order_by("id")}
    found = []
    titles = {one.issuer: (one.code, one.title) for one in providers.values()}
    for issuer, (code, title) in {**{issuer: ("", issuer) for issuer in held}, **titles}.items():
        row = held.get(issuer)
        found.append(
            Outside(
                code,
                title,
                row.pk if row else None,
                row.made_at.astimezone(zone) if row else None,
                row.used_at.astimezone(zone) if row and row.used_at else None,
            )
        )
    return tuple(found)
