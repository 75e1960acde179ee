"""Questions about copies and breaks: what is kept where, what the act wants and does not have, when nothing ran."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from parta.archive.rules import DEFAULT_AGE, EXTERNAL, MEDIA, USES, Wanted, days, length, wanted
from parta.foundation import jobs, sql
from parta.foundation.pagekit import ru_date
from parta.people.viewer import Viewer
from parta.regulation.clause import Clause
from parta.regulation.queries import law

HOLDERS = {
    "director": "директор",
    "operator": "оператор",
    "deputy": "завуч",
    "secretary": "секретарь",
    "": "другой",
}
SHOWN = 30


@dataclass(frozen=True, slots=True)
class BackupLine:
    """A copy in the register. `carriers` are ids of those on which it lies and is verified."""

    id: int
    name: str
    made_at: datetime
    made_by: str
    digest: str
    size: int
    files: int
    proven_at: datetime | None
    fault: str
    carriers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CarrierLine:
    """A carrier, and the newest verified copy on it."""

    id: int
    title: str
    media: str
    media_title: str
    room: str
    holder: str
    holder_title: str
    keeper: str
    folder: str
    newest: str
    verified_at: datetime | None
    fault: str
    is_out: bool
    """Taken and not brought back."""
    since: date | None = None
    """Since when its holder keeps it."""


@dataclass(frozen=True, slots=True)
class UseLine:
    """A line of the journal of use."""

    at: datetime
    what: str
    backup: str
    carrier: str
    who: str
    purpose: str
    allowed_by: str
    outcome: str


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """A period that is over, and the first copy made after it."""

    title: str
    ended: date
    backup: str
    carriers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What the act asks of copies and does not have."""

    text: str
    clauses: tuple[Clause, ...] = ()
    fact: str = ""
    """The same without what changes by the hour: how it is kept as a finding; empty: the text."""
    since: date | None = None
    """The last day on which it was not yet so; None: not known."""


@dataclass(frozen=True, slots=True)
class Copies:
    """The page of copies."""

    problems: tuple[Problem, ...]
    backups: tuple[BackupLine, ...]
    carriers: tuple[CarrierLine, ...]
    periods: tuple[PeriodLine, ...]
    uses: tuple[UseLine, ...]
    proven_age: str
    """How old the last copy that was proven is; empty: none ever was."""


def copies(viewer: Viewer) -> Copies:
    """The register of copies, held against what the acts in force ask. Five statements."""
    zone = ZoneInfo(viewer.school.timezone)
    backups = _backups(zone)
    carriers = _carriers(zone)
    periods = _periods(viewer, backups, carriers)
    uses = tuple(
        UseLine(sql.aware(row[0]).astimezone(zone), str(USES.get(row[1], row[1])), *row[2:])
        for row in sql.read(
            "SELECT at, kind, backup_name, carrier_title, who, purpose, allowed_by, outcome FROM archive_backupuse"
            " ORDER BY at DESC, id DESC LIMIT %s",
            (SHOWN * 2,),
        )
    )
    demands = wanted(law(viewer.school.id, viewer.school.law_version), viewer.on)
    proven = [line for line in backups if line.proven_at and not line.fault]
    return Copies(
        tuple(problems(demands, backups, carriers, periods, viewer.at.astimezone(zone))),
        backups,
        carriers,
        periods,
        uses,
        days(viewer.at - proven[0].made_at) if proven else "",
    )


def _backups(zone: ZoneInfo) -> tuple[BackupLine, ...]:
    found: dict[int, list[int]] = {}
    rows: dict[int, sql.Row] = {}
    for row in sql.read(
        "SELECT b.id, b.name, b.made_at, b.made_by, b.digest, b.size, b.files, b.proven_at, b.fault, c.carrier_id"
        " FROM archive_backup b LEFT JOIN archive_copy c ON c.backup_id = b.id AND c.verified_at IS NOT NULL"
        " AND c.fault = '' WHERE b.id IN (SELECT x.id FROM archive_backup x ORDER BY x.made_at DESC LIMIT 400)"
        " ORDER BY b.made_at DESC, b.id DESC"
    ):
        rows[row[0]] = row
        found.setdefault(row[0], []).extend([row[9]] if row[9] else [])
    return tuple(
        BackupLine(
            id=row[0],
            name=row[1],
            made_at=sql.aware(row[2]).astimezone(zone),
            made_by=row[3],
            digest=row[4],
            size=row[5],
            files=row[6],
            proven_at=sql.aware(row[7]).astimezone(zone) if row[7] else None,
            fault=row[8],
            carriers=tuple(sorted(found[row[0]])),
        )
        for row in rows.values()
    )


def _carriers(zone: ZoneInfo) -> tuple[CarrierLine, ...]:
    return tuple(
        CarrierLine(
            row[0],
            row[1],
            row[2],
            str(MEDIA.get(row[2], row[2])),
            row[3],
            row[4],
            str(HOLDERS.get(row[4], row[4])),
            row[5],
            row[6],
            row[7] or "",
            sql.aware(row[8]).astimezone(zone) if row[8] else None,
            row[9] or "",
            row[10] == "take",
            sql.moment(row[11]).astimezone(zone).date() if row[11] else None,
        )
        for row in sql.read(
            "SELECT c.id, c.title, c.media, c.room, c.holder, c.keeper, c.folder, b.name, y.verified_at, y.fault,"
            " (SELECT u.kind FROM archive_backupuse u WHERE u.carrier_title = c.title"
            "  AND u.kind IN ('take', 'return', 'hand_over') ORDER BY u.at DESC, u.id DESC LIMIT 1),"
            " COALESCE((SELECT MAX(u.at) FROM archive_backupuse u WHERE u.carrier_title = c.title"
            "  AND u.kind = 'hand_over'), c.added_at)"
            " FROM archive_carrier c LEFT JOIN archive_copy y ON y.id = ("
            " SELECT z.id FROM archive_copy z WHERE z.carrier_id = c.id ORDER BY z.written_at DESC, z.id DESC LIMIT 1)"
            " LEFT JOIN archive_backup b ON b.id = y.backup_id WHERE c.retired_at IS NULL ORDER BY c.id"
        )
    )


def _periods(
    viewer: Viewer, backups: Sequence[BackupLine], carriers: Sequence[CarrierLine]
) -> tuple[PeriodLine, ...]:
    titles = {line.id: line.title for line in carriers}
    found = []
    for title, until in sql.read(
        "SELECT t.title, t.until FROM organisation_term t WHERE t.school_id = %s AND t.until <= %s AND t.until > %s"
        " ORDER BY t.until, t.id",
        (viewer.school.id, viewer.on, viewer.on - timedelta(days=400)),
    ):
        after = [line for line in backups if line.made_at.date() >= until]
        # The copy that lies on most carriers, the earliest of them.
        best = max(reversed(after), key=lambda line: len(line.carriers), default=None)
        found.append(
            PeriodLine(
                title,
                until - timedelta(days=1),
                best.name if best else "",
                tuple(titles[one] for one in best.carriers if one in titles) if best else (),
            )
        )
    return tuple(found)


def problems(
    demands: Iterable[Wanted],
    backups: Sequence[BackupLine],
    carriers: Sequence[CarrierLine],
    periods: Sequence[PeriodLine],
    at: datetime,
) -> Iterable[Problem]:
    """What the acts ask of copies and do not have; pure. The product itself asks for a proven copy of the last day."""
    demands = list(demands)
    proven = [line for line in backups if line.proven_at and not line.fault]
    newest = proven[0] if proven else None
    if not any(one.kind == "backup_recent" for one in demands):
        yield from _recent(DEFAULT_AGE, (), newest, at)
    for line in backups[:1]:
        if line.fault:
            yield Problem(f"Копия {line.name} не прошла проверку: {line.fault}")
    for carrier in carriers:
        if carrier.fault:
            yield Problem(f"Копия {carrier.newest} на носителе «{carrier.title}» не годится: {carrier.fault}")
    for one in demands:
        if one.kind == "backup_recent":
            yield from _recent(length(one.params.max_age), one.clauses, newest, at)
        elif one.kind == "restore_test_every":
            last = max((line.proven_at for line in backups if line.proven_at), default=None)
            if last is None or at - last > length(one.params.every):
                since = f"в последний раз {days(at - last)} назад" if last else "ни разу"
                yield Problem(
                    f"Копию пробно восстанавливали {since}: пора проверить",
                    one.clauses,
                    "Копию в срок пробно не восстановили",
                    (last + length(one.params.every)).date() if last else None,
                )
        elif one.kind == "backup_copies":
            yield from _lying(one, newest, carriers, periods)
        elif one.kind == "backup_at":
            yield from _at_period_end(one, backups, carriers, periods, at)


def _recent(
    limit: timedelta, clauses: tuple[Clause, ...], newest: BackupLine | None, at: datetime
) -> Iterable[Problem]:
    if newest is None:
        yield Problem("Проверенной копии нет ни одной", clauses)
    elif at - newest.made_at > limit:
        yield Problem(
            f"Последняя проверенная копия старше допустимого: ей {days(at - newest.made_at)}, можно {days(limit)}",
            clauses,
            f"Нет проверенной копии не старше чем {days(limit)}",
            (newest.made_at + limit).date(),
        )


def _kinds(codes: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*(EXTERNAL if code == "external" else {code} for code in codes))


def _lying(
    one: Wanted, newest: BackupLine | None, carriers: Sequence[CarrierLine], periods: Sequence[PeriodLine]
) -> Iterable[Problem]:
    """Carriers of the newest proven copy, and of the last period that is over, counted as the act counts them."""
    want = one.params
    if want.on == "year_end" and not any(line.ended.month in (5, 6, 7, 8) for line in periods):
        return
    names = f"Копия {newest.name}" if newest else "Проверенная копия"
    held = [line for line in carriers if newest and line.id in newest.carriers]
    if want.media:
        held = [line for line in held if line.media in _kinds(want.media)]
    kinds = ", ".join(MEDIA[code] for code in sorted(_kinds(want.media)))
    by_room: dict[str, list[str]] = {}
    for line in held:
        by_room.setdefault(line.room.casefold(), []).append(line.title)
    count = len(by_room) if want.different_rooms else len(held)
    if want.different_media:
        count = min(count, len({line.media for line in held}))
    need = 2 if want.different_rooms and want.min == 1 else want.min
    if count < need:
        what = f" ({kinds})" if kinds else ""
        yield Problem(f"{names} лежит на {count} из {need} носителей{what}, которые считаются", one.clauses)
    if want.different_rooms:
        for titles in by_room.values():
            if len(titles) > 1 and count < need:
                room = next(line.room for line in held if line.title == titles[0])
                yield Problem(
                    f"В одном помещении «{room}»: {', '.join(titles)}. Считается за один носитель",
                    one.clauses,
                )
    for role, number in want.holders.items():
        if sum(line.holder == role for line in held) < number:
            what = kinds or "любом"
            whose = HOLDERS.get(role, role)
            yield Problem(f"Нет копии на носителе ({what}), который хранит {whose}", one.clauses)


def _at_period_end(
    one: Wanted,
    backups: Sequence[BackupLine],
    carriers: Sequence[CarrierLine],
    periods: Sequence[PeriodLine],
    at: datetime,
) -> Iterable[Problem]:
    right = {line.id for line in carriers if not one.params.media or line.media in _kinds(one.params.media)}
    for period in periods:
        limit = datetime.combine(period.ended + timedelta(days=1), time(), at.tzinfo) + length(
            one.params.grace
        )
        written = [
            line
            for line in backups
            if line.made_at.date() > period.ended and right.intersection(line.carriers)
        ]
        if not written and at > limit:
            kinds = ", ".join(MEDIA[code] for code in sorted(_kinds(one.params.media)))
            yield Problem(
                f"{period.title} закончен {ru_date(period.ended)}, а копии на носителе ({kinds}) нет",
                one.clauses,
            )


def unexplained_breaks(viewer: Viewer) -> tuple[date, ...]:
    """Days of the breaks of the last thirty days that nobody has given a cause. One statement."""
    zone = ZoneInfo(viewer.school.timezone)
    return tuple(
        sql.aware(row[0]).astimezone(zone).date()
        for row in sql.read(
            "SELECT starts_at FROM foundation_outage WHERE cancelled_at IS NULL AND NOT is_planned AND cause = ''"
            " AND starts_at > %s AND starts_at <= %s ORDER BY starts_at",
            (viewer.at - MONTH, viewer.at),
        )
    )


@dataclass(frozen=True, slots=True)
class OutageLine:
    """A break in the work of the system."""

    id: int
    starts_at: datetime
    ends_at: datetime
    long: str
    cause: str
    is_planned: bool


@dataclass(frozen=True, slots=True)
class System:
    """The page of how the system runs."""

    beat_at: datetime | None
    is_alive: bool
    uptime: str
    """Per cent of the last thirty days without the breaks."""
    ahead: tuple[OutageLine, ...]
    past: tuple[OutageLine, ...]
    unexplained: int
    stuck: tuple[tuple[str, int, str], ...]
    problems: tuple[Problem, ...]
    proven_age: str
    clauses: tuple[Clause, ...]


def spoken(span: timedelta) -> str:
    """«12 мин», «3 ч 05 мин», «2 д 4 ч»: the length of a break."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 60:
        return f"{max(1, minutes)}\u00a0мин"
    if minutes < 1440:
        return f"{minutes // 60}\u00a0ч {minutes % 60:02}\u00a0мин"
    return f"{minutes // 1440}\u00a0д {minutes % 1440 // 60}\u00a0ч"


ALIVE = timedelta(minutes=3)
MONTH = timedelta(days=30)


def system(viewer: Viewer) -> System:
    """How the system runs: sign of life, breaks, stuck work, copies. Eight statements."""
    zone = ZoneInfo(viewer.school.timezone)
    beats = sql.read("SELECT MAX(at) FROM foundation_heartbeat")
    last = sql.moment(beats[0][0]) if beats[0][0] else None
    lines = [
        OutageLine(
            row[0],
            sql.aware(row[1]).astimezone(zone),
            sql.aware(row[2]).astimezone(zone),
            spoken(sql.aware(row[2]) - sql.aware(row[1])),
            row[3],
            bool(row[4]),
        )
        for row in sql.read(
            "SELECT id, starts_at, ends_at, cause, is_planned FROM foundation_outage WHERE cancelled_at IS NULL"
            " ORDER BY starts_at DESC, id DESC LIMIT 200"
        )
    ]
    past = tuple(line for line in lines if not line.is_planned)
    since = viewer.at - MONTH
    down = sum(
        ((line.ends_at - max(line.starts_at, since)) for line in past if line.ends_at > since), timedelta()
    )
    kept = copies(viewer)
    return System(
        last.astimezone(zone) if last else None,
        last is not None and viewer.at - last <= ALIVE,
        f"{100 * (1 - down / MONTH):.2f}".replace(".", ","),
        tuple(line for line in lines if line.is_planned and line.ends_at > viewer.at),
        past,
        sum(not line.cause for line in past),
        tuple(jobs.stuck()),
        kept.problems,
        kept.proven_age,
        tuple(
            clause
            for one in wanted(law(viewer.school.id, viewer.school.law_version), viewer.on)
            if one.kind == "availability"
            for clause in one.clauses
        ),
    )
