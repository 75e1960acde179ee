"""Which journals a viewer reads. One fragment of SQL answers both questions: may I open this one, which are mine."""

from parta.foundation import sql
from parta.people import inspection
from parta.people.viewer import Viewer


def readable_journals(viewer: Viewer) -> tuple[str, list[object]]:
    """A WHERE condition over ``plans_journal j`` (joined with ``organisation_subject s``), and its values.

    School-wide roles read the school; a teacher the journals of the load and those substituted in today; a class
    teacher or master the whole homeroom; a head of department the department. Nobody else reads journals:
    students and families have the diary.
    """
    values: list[object] = [viewer.school.id]
    if viewer.is_school_wide:
        return "j.school_id = %s", values
    ways = [
        "EXISTS (SELECT 1 FROM plans_teachingload l WHERE l.journal_id = j.id AND l.teacher_id = %s"
        " AND l.starts <= %s)",
        "EXISTS (SELECT 1 FROM timetable_substitution x JOIN timetable_lesson xl ON xl.id = x.lesson_id"
        " WHERE xl.journal_id = j.id AND x.substitute_id = %s AND xl.date = %s)",
    ]
    if not viewer.roles & {"teacher", "master", "class_teacher", "head_of_department"}:
        return "j.school_id = %s AND 1 = 0", values
    values += [viewer.person_id, viewer.on, viewer.person_id, viewer.on]
    if viewer.homeroom_ids:
        ways.append(f"j.homeroom_id IN ({sql.marks(len(viewer.homeroom_ids))})")
        values += viewer.homeroom_ids
    if viewer.department_ids:
        ways.append(f"s.department_id IN ({sql.marks(len(viewer.department_ids))})")
        values += viewer.department_ids
    return f"j.school_id = %s AND ({' OR '.join(ways)})", values


OF_CLASSES = (
    "EXISTS (SELECT 1 FROM {{real}}.plans_journal j WHERE j.id = {journal} AND (j.homeroom_id IN ({{classes}})"
    " OR EXISTS (SELECT 1 FROM {{real}}.organisation_subgroup_homerooms g WHERE g.subgroup_id = j.subgroup_id"
    " AND g.homeroom_id IN ({{classes}}))))"
)
"""Whether a journal is one of the classes of an inspector's window; `{journal}` is the column that holds its id."""

inspection.belongs_to_class("plans_journal", OF_CLASSES.format(journal="t.id"))
inspection.belongs_to_class("plans_teachingload", OF_CLASSES.format(journal="t.journal_id"))
