"""Planned absences beside the lesson's list, before the teacher marks who is there."""

from collections.abc import Mapping, Sequence
from datetime import date

from parta.foundation import sql
from parta.foundation.pagekit import ru_date

WORDS = {"ill": "болеет", "excused": "уважительная причина"}


def expected(school_id: int, on: date, number: int, students: Sequence[int]) -> Mapping[int, str]:
    """For each student whose family told of an absence from this lesson: the reason, and whether it is accepted."""
    if not students:
        return {}
    found: dict[int, str] = {}
    for student, meaning, until, state, text in sql.read(
        "SELECT student_id, meaning, until, state, text FROM diary_absencenotice"
        f" WHERE school_id = %s AND student_id IN ({sql.marks(len(students))}) AND state IN ('told', 'accepted')"
        " AND starts <= %s AND until > %s AND (first_lesson IS NULL OR (first_lesson <= %s AND last_lesson >= %s))"
        " ORDER BY told_at",
        (school_id, *students, on, on, number, number),
    ):
        last = date.fromordinal(until.toordinal() - 1)
        words = f"семья предупредила: {WORDS[meaning]}"
        if meaning != "ill" and text:
            words += f" ({text[:60]})"
        if last > on:
            words += f" по {ru_date(last)}"
        found[student] = words if state == "accepted" else f"{words}; ждёт решения"
    return found
