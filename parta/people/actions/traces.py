"""Reading leaves a trace (invariant 5), and too much reading in a day an alarm."""

from datetime import datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from parta.foundation import log, sql
from parta.people.viewer import Viewer

QUOTA = 60
"""Cards of so many students opened by one account in a day are many: a class is half of it."""
WIDE = 300
"""The same for those whose work is the cards of a whole school."""
WIDE_ROLES = frozenset({"director", "deputy", "secretary", "operator"})
WATCHERS = ("director", "deputy")
LOOK = 10
"""The day is counted in the database each time this process has seen so many more students opened by the account."""


def trace(viewer: Viewer, page: str, student_id: int | None = None, object_id: int | None = None) -> None:
    """Note that the viewer opened a page with personal data: of a student, or of a whole class (`object_id`).

    One INSERT. `page` is the URL name. An export from a watched session is told to whoever watches it.
    """
    session = log.session_now()
    sql.insert(
        "people_readtrace",
        ("school_id", "at", "user_id", "role", "student_id", "page", "object_id", "sign_in_id"),
        [
            (
                viewer.school.id,
                viewer.at,
                viewer.user_id,
                viewer.main_role,
                student_id,
                page[:60],
                object_id,
                session.sign_in_id if session is not None else None,
            )
        ],
    )
    if session is not None and session.told is not None and page.startswith("export:"):
        session.told(["export"])
    if student_id is not None and viewer.roles - {"student", "guardian"}:
        opened = _opened(viewer.user_id, viewer.school.id, viewer.on.toordinal())
        if student_id not in opened:
            opened.add(student_id)
            if len(opened) % LOOK == 0:
                _alarm(viewer)


@lru_cache(maxsize=4096)
def _opened(user_id: int, school_id: int, day: int) -> set[int]:
    """Students whose data an account has opened on a day, as far as this process knows."""
    return set()


def quota_of(roles: frozenset[str]) -> int:
    """How many students' cards an account with these roles opens in a day without an alarm."""
    return WIDE if roles & WIDE_ROLES else QUOTA


def _alarm(viewer: Viewer) -> None:
    """Tell the director and the deputies, once a day for an account, that it reads more than its work needs."""
    starts = datetime.combine(viewer.on, time(), ZoneInfo(viewer.school.timezone))
    ((count,),) = sql.read(
        "SELECT COUNT(DISTINCT student_id) FROM people_readtrace WHERE school_id = %s AND user_id = %s AND at >= %s"
        " AND page NOT LIKE 'refused:%%'",
        (viewer.school.id, viewer.user_id, starts),
    )
    if count <= quota_of(viewer.roles):
        return
    words = f"{viewer.login}: больше {quota_of(viewer.roles)} за день"
    sql.write(
        "INSERT INTO people_accountnotice (user_id, at, kind, words) SELECT DISTINCT p.user_id, %s, 'reading', %s"
        " FROM people_role r JOIN people_person p ON p.id = r.person_id WHERE r.school_id = %s AND r.kind IN (%s, %s)"
        " AND p.user_id IS NOT NULL AND r.starts <= %s AND (r.until IS NULL OR r.until > %s) AND NOT EXISTS ("
        "SELECT 1 FROM people_accountnotice n WHERE n.user_id = p.user_id AND n.kind = 'reading' AND n.words = %s"
        " AND n.at >= %s)",
        (viewer.at, words, viewer.school.id, *WATCHERS, viewer.on, viewer.on, words, starts),
    )


@lru_cache(maxsize=4096)
def _noted(user_id: int, sign_in_id: int, page: str, object_id: int, quarter_hour: int) -> list[bool]:
    """A mark that stays for one quarter of an hour of one session on one page (in this process)."""
    return []


def trace_visit(viewer: Viewer, page: str, object_id: int) -> None:
    """Note a visit to a page over a whole class: one line a quarter of an hour, however often it is drawn again.

    For the pages a teacher works in all day; a student's own card is noted each time. Each session by itself: what a
    stranger opens beside the owner is not covered by the owner's own line.
    """
    session = log.session_now()
    noted = _noted(
        viewer.user_id,
        session.sign_in_id if session else 0,
        page,
        object_id,
        int(viewer.at.timestamp()) // 900,
    )
    if not noted:
        trace(viewer, page, object_id=object_id)
        noted.append(True)
