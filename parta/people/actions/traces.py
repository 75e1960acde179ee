"""Reading leaves a trace (invariant 5)."""

from functools import lru_cache

from parta.foundation import sql
from parta.people.viewer import Viewer


def trace(viewer: Viewer, page: str, student_id: int | None = None, object_id: int | None = None) -> None:
    """Note that the viewer opened a page with personal data: of a student, or of a whole class (`object_id`).

    One INSERT. `page` is the URL name.
    """
    sql.insert(
        "people_readtrace",
        ("school_id", "at", "user_id", "role", "student_id", "page", "object_id"),
        [
            (
                viewer.school.id,
                viewer.at,
                viewer.user_id,
                viewer.main_role,
                student_id,
                page[:60],
                object_id,
            )
        ],
    )


@lru_cache(maxsize=4096)
def _noted(user_id: int, page: str, object_id: int, quarter_hour: int) -> list[bool]:
    """A mark that stays for one quarter of an hour of one person on one page (in this process)."""
    return []


def trace_visit(viewer: Viewer, page: str, object_id: int) -> None:
    """Note a visit to a page over a whole class: one line a quarter of an hour, however often it is drawn again.

    For the pages a teacher works in all day; a student's own card is noted each time.
    """
    noted = _noted(viewer.user_id, page, object_id, int(viewer.at.timestamp()) // 900)
    if not noted:
        trace(viewer, page, object_id=object_id)
        noted.append(True)
