"""Who is taught a subject apart from the class, by an individual plan: fragments of SQL for every list that asks.

Each is a condition over journal `j`, of use beside a list of the whole class; `student` is the column of the student.
"""

__all__ = ["apart_at_end", "apart_ever", "apart_on"]

_APART = (
    "EXISTS (SELECT 1 FROM plans_individualplan ip JOIN plans_individualline il ON il.plan_id = ip.id AND il.is_apart"
    " WHERE ip.student_id = {student} AND ip.homeroom_id = j.homeroom_id AND ip.year_id = j.year_id"
    " AND il.subject_id = j.subject_id{when})"
)


def apart_on(student: str, day: str) -> str:
    """Whether the student has the journal's subject apart on a day."""
    return _APART.format(
        student=student, when=f" AND ip.starts <= {day} AND (ip.until IS NULL OR ip.until > {day})"
    )


def apart_at_end(student: str, end: str) -> str:
    """Whether it is so on the last day of a half-open span."""
    return _APART.format(
        student=student, when=f" AND ip.starts < {end} AND (ip.until IS NULL OR ip.until >= {end})"
    )


def apart_ever(student: str) -> str:
    """Whether it is so on any day of the year."""
    return _APART.format(student=student, when="")
