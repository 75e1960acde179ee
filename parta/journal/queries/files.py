"""Which attachment a viewer may download: staff who read the journal, the students it was given to, their families."""

from dataclasses import dataclass

from parta.foundation import sql
from parta.people.viewer import Viewer
from parta.plans.access import readable_journals


@dataclass(frozen=True, slots=True)
class Download:
    """A file in reach of the viewer."""

    name: str
    content_type: str
    sha256: str


def attachment(viewer: Viewer, attachment_id: int) -> Download | None:
    """The file, or None: absent and foreign look alike. One statement.

    A student has it who was on the list on the lesson's date, when the homework is common or theirs.
    """
    scope, values = readable_journals(viewer)
    students = viewer.student_ids
    places = sql.marks(len(students))
    rows = sql.read(
        "SELECT f.name, f.content_type, f.sha256 FROM journal_attachment f"
        " JOIN journal_homework h ON h.id = f.homework_id"
        " JOIN timetable_lesson l ON l.id = h.lesson_id"
        " JOIN plans_journal j ON j.id = h.journal_id"
        " JOIN organisation_subject s ON s.id = j.subject_id"
        " WHERE f.id = %s AND f.removed_at IS NULL AND j.school_id = %s AND ("
        f"({scope})"
        " OR (j.subgroup_id IS NULL AND EXISTS (SELECT 1 FROM people_enrolment e WHERE e.homeroom_id = j.homeroom_id"
        f" AND e.student_id IN ({places}) AND (h.student_id IS NULL OR h.student_id = e.student_id)"
        " AND e.starts <= l.date AND (e.until IS NULL OR e.until > l.date)))"
        " OR EXISTS (SELECT 1 FROM people_subgroupmembership e WHERE e.subgroup_id = j.subgroup_id"
        f" AND e.student_id IN ({places}) AND (h.student_id IS NULL OR h.student_id = e.student_id)"
        " AND e.starts <= l.date AND (e.until IS NULL OR e.until > l.date)))",
        (attachment_id, viewer.school.id, *values, *students, *students),
    )
    return Download(*rows[0]) if rows else None
