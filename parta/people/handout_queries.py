"""Questions about handouts: what waits for a second person, and what was answered of late."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from parta.foundation import confirm, sql
from parta.people.queries import short
from parta.people.viewer import ROLE_TITLES, Viewer

LATELY = timedelta(days=30)
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Request:
    """One request as the second person sees it."""

    id: int
    who: str
    role: str
    what: str
    address: str
    purpose: str
    stated_at: datetime
    until: datetime
    is_own: bool
    can_answer: bool
    answer: str
    answered_by: str
    answered_at: datetime | None
    reason: str
    asks: str


@dataclass(frozen=True, slots=True)
class Requests:
    """The page: what waits, and what is over."""

    waiting: tuple[Request, ...]
    past: tuple[Request, ...]


def requests_for(viewer: Viewer) -> Requests:
    """The school's requests of the last month, those of the viewer's role to be answered first. One statement."""
    zone = ZoneInfo(viewer.school.timezone)
    found = []
    for row in sql.read(
        "SELECT h.id, h.kind, h.address, h.purpose, h.stated_at, h.until, h.asks_role, h.answer, h.answered_at,"
        " h.reason, h.user_id, p.surname, p.given_name, p.patronymic, a.surname, a.given_name, a.patronymic,"
        " (SELECT MIN(r.kind) FROM people_role r WHERE r.person_id = p.id AND r.starts <= %s"
        " AND (r.until IS NULL OR r.until > %s))"
        " FROM people_handout h LEFT JOIN people_person p ON p.user_id = h.user_id AND p.school_id = h.school_id"
        " LEFT JOIN people_person a ON a.user_id = h.answered_by AND a.school_id = h.school_id"
        " WHERE h.school_id = %s AND h.asks_role <> '' AND h.stated_at >= %s ORDER BY h.stated_at DESC, h.id DESC"
        " LIMIT %s",
        (viewer.on, viewer.on, viewer.school.id, viewer.at - LATELY, SHOWN),
    ):
        until = sql.aware(row[5])
        is_own = row[10] == viewer.user_id
        answer = {"granted": "согласие", "refused": "отказ"}.get(row[7], "")
        if not answer and until <= viewer.at:
            answer = "срок вышел"
        found.append(
            Request(
                id=row[0],
                who=short(row[11], row[12], row[13]) if row[11] else "учётная запись",
                role=str(ROLE_TITLES.get(row[17] or "", "")),
                what=confirm.KINDS[row[1]],
                address=row[2],
                purpose=row[3],
                stated_at=sql.aware(row[4]).astimezone(zone),
                until=until.astimezone(zone),
                is_own=is_own,
                can_answer=not answer
                and not is_own
                and row[6] in viewer.roles
                and viewer.trial_until is None,
                answer=answer,
                answered_by=short(row[14], row[15], row[16]) if row[14] else "",
                answered_at=sql.aware(row[8]).astimezone(zone) if row[8] else None,
                reason=row[9],
                asks=str(ROLE_TITLES.get(row[6], row[6])),
            )
        )
    return Requests(tuple(one for one in found if not one.answer), tuple(one for one in found if one.answer))
