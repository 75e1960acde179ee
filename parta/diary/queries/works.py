"""Handed works: a student's, those of one piece of homework, one file with who may open it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from parta.diary.models import HandedWork
from parta.foundation import sql
from parta.journal.queries.words import short_name
from parta.people.viewer import Viewer
from parta.plans.access import readable_journals


@dataclass(frozen=True, slots=True)
class WorkShown:
    """A handed work and the teacher's words on it."""

    id: int
    homework: int
    student: int
    name: str
    words: str
    handed_at: datetime
    comment: str
    author: str


def works_of(
    viewer: Viewer, homework_ids: Sequence[int], student_id: int | None = None
) -> dict[int, list[WorkShown]]:
    """Works by homework (of one student), or with one piece of homework by student. One statement.

    The caller has checked that the viewer may see the homework.
    """
    if not homework_ids:
        return {}
    zone = ZoneInfo(viewer.school.timezone)
    of_student, values = ("", []) if student_id is None else (" AND w.student_id = %s", [student_id])
    found: dict[int, list[WorkShown]] = defaultdict(list)
    for row in sql.read(
        "SELECT w.id, w.homework_id, w.student_id, w.name, w.words, w.handed_at, w.comment, p.surname, p.given_name,"
        " p.patronymic FROM diary_handedwork w LEFT JOIN people_person p ON p.id = w.commented_by_id"
        f" WHERE w.homework_id IN ({sql.marks(len(homework_ids))}) AND w.withdrawn_at IS NULL{of_student}"
        " ORDER BY w.handed_at, w.id",
        [*homework_ids, *values],
    ):
        shown = WorkShown(
            id=row[0],
            homework=row[1],
            student=row[2],
            name=row[3],
            words=row[4],
            handed_at=sql.aware(row[5]).astimezone(zone),
            comment=row[6],
            author=short_name(*row[7:10]) if row[7] else "",
        )
        found[row[2] if student_id is None else row[1]].append(shown)
    return found


def work_file(viewer: Viewer, work_id: int) -> HandedWork | None:
    """A work with its file: for the student's family, and for those who read the journal."""
    row = HandedWork.objects.filter(pk=work_id, school_id=viewer.school.id, withdrawn_at=None).first()
    if row is None:
        return None
    if row.student_id not in viewer.student_ids:
        scope, values = readable_journals(viewer)
        if not sql.read(
            "SELECT 1 FROM journal_homework w JOIN plans_journal j ON j.id = w.journal_id"
            " JOIN organisation_subject s ON s.id = j.subject_id JOIN timetable_lesson l ON l.id = w.lesson_id"
            f" WHERE w.id = %s AND {scope}",
            (row.homework_id, *values),
        ):
            return None
    return row
