"""Who saved the periods and days off, and when: read back from the school's own chain."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from parta.foundation import sql
from parta.people.queries import short
from parta.people.viewer import Viewer

TERMS = ("term_set", "term_removed", "year_opened")
VACATIONS = ("vacation_added", "vacation_changed", "vacation_removed")


@dataclass(frozen=True, slots=True)
class Saved:
    """The last who changed something, in the school's time."""

    at: datetime
    name: str


def last_saved(viewer: Viewer, verbs: tuple[str, ...]) -> Saved | None:
    """The last entry of the school's chain with one of these verbs; None when there is none. One statement."""
    rows = sql.read(
        "SELECT g.at, g.user_id, p.surname, p.given_name, p.patronymic FROM foundation_logentry g"
        " JOIN foundation_chain c ON c.id = g.chain_id AND c.kind = 'school' AND c.subject_id = %s"
        " LEFT JOIN people_person p ON p.user_id = g.user_id AND p.school_id = g.school_id"
        f" WHERE g.verb IN ({sql.marks(len(verbs))}) ORDER BY g.seq DESC LIMIT 1",
        [viewer.school.id, *verbs],
    )
    if not rows:
        return None
    at, user_id, surname, given, patronymic = rows[0]
    name = (
        short(surname, given, patronymic)
        if surname
        else ("загрузка" if user_id is None else "учётная запись")
    )
    return Saved(sql.aware(at).astimezone(ZoneInfo(viewer.school.timezone)), name)
