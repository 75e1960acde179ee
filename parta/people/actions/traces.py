"""Reading leaves a trace (invariant 5)."""

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
