"""A work is finished by its teacher: from now on its column counts as whole."""

from parta.foundation import sql
from parta.journal.actions.batch import Batch, Draft
from parta.journal.actions.changes import BadInput, ColumnChange
from parta.journal.actions.intents import act_of
from parta.journal.rules import headline
from parta.plans.individual import apart_on

_LACKING = f"""
SELECT n.id, n.surname, n.given_name, COALESCE(b.meaning, '')
FROM {{members}} e JOIN plans_journal j ON j.id = %s JOIN people_person n ON n.id = e.student_id
LEFT JOIN journal_absence b ON b.lesson_id = %s AND b.student_id = e.student_id
WHERE e.{{place}} = %s AND e.starts <= %s AND (e.until IS NULL OR (e.until > %s AND e.until > %s))
    AND (j.subgroup_id IS NOT NULL OR NOT {apart_on("e.student_id", "%s")})
    AND NOT EXISTS (SELECT 1 FROM journal_mark k WHERE k.assessment_id = %s AND k.student_id = e.student_id
        AND k.value <> '')
ORDER BY n.surname, n.given_name, n.id"""
_HERE = frozenset({"", "late"})
"""Meanings of an absence with which a student was at the lesson."""


def plan_column(batch: Batch, change: ColumnChange) -> None:
    """Put the end of a work into the batch, or what stands against it. Two statements."""
    context = batch.context
    lesson = context.lessons[change.lesson_id]
    found = sql.read(
        "SELECT work_kind, finished_at FROM journal_assessment WHERE id = %s AND lesson_id = %s",
        (change.assessment_id, lesson.id),
    )
    if not found:
        raise BadInput("Такого столбца у урока нет: обновите страницу.")
    ((work, finished_at),) = found
    if finished_at is not None:
        return
    act = act_of(batch, "column", "record", lesson, work=(work,), unmarked=_unmarked(batch, change))
    if batch.admits(change, act, headline(act)) is None:
        return
    batch.finished.append(change.assessment_id)
    batch.note_draft(
        Draft(change.index, "work_finished", "assessment", {}, lesson.id, object_id=change.assessment_id),
        False,
        True,
        work=work,
    )


def _unmarked(batch: Batch, change: ColumnChange) -> tuple[str, ...]:
    """Who was at the lesson and has no mark in the column, as it will stand after the operation. As the watch does, it
    leaves out who has left since and whom an individual plan has taught apart."""
    context = batch.context
    journal, lesson = context.journal, context.lessons[change.lesson_id]
    in_subgroup = journal.subgroup_id is not None
    members, place = (
        ("people_subgroupmembership", "subgroup_id") if in_subgroup else ("people_enrolment", "homeroom_id")
    )
    written = {row[0] for column, *row in batch.marks if column.id == change.assessment_id and row[2]}
    return tuple(
        f"{surname} {given}"
        for id, surname, given, meaning in sql.read(
            _LACKING.format(members=members, place=place),
            (
                journal.id,
                lesson.id,
                journal.subgroup_id if in_subgroup else journal.homeroom_id,
                lesson.date,
                lesson.date,
                context.viewer.on,
                lesson.date,
                lesson.date,
                change.assessment_id,
            ),
        )
        if id not in written and batch.meanings.get((lesson.id, id), meaning) in _HERE
    )
