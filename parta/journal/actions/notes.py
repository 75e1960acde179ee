"""Words to a student or family: remark, praise, thanks, recommendation, address. Withdrawn, never deleted.

A note against the wording the act asks for may be kept and held back: the family does not see it. The same author's
next good note to the student in the lesson takes its place; or the author drops it by withdrawing it.
"""

from parta.journal.actions.batch import Batch, Draft
from parta.journal.actions.changes import BadInput, NoteChange
from parta.journal.actions.context import NotFound
from parta.journal.actions.intents import act_of
from parta.journal.models import DiaryNote
from parta.journal.rules import headline
from parta.journal.rules.politeness import held

KINDS = frozenset(dict(DiaryNote.KINDS))


def plan_note(batch: Batch, change: NoteChange) -> None:
    """Put a note, or the withdrawal of an own one, into the batch."""
    context = batch.context
    if change.note_id is not None:
        lesson_id, student_id, author_id, _, text, withdrawn_at, held_at = context.notes[change.note_id]
        if author_id != context.viewer.person_id:
            raise NotFound("note")
        if withdrawn_at is None or held_at is not None:
            batch.withdrawn.append(change.note_id)
            batch.note_draft(
                Draft(change.index, "note_withdrawn", "note", {}, lesson_id, student_id, change.note_id),
                text,
                "",
            )
        return
    if change.kind not in KINDS:
        raise BadInput("Такого вида записи в дневник нет.")
    assert change.lesson_id is not None and change.student_id is not None
    lesson, student = context.lessons[change.lesson_id], context.students[change.student_id]
    act = act_of(batch, "note", "record", lesson, student, new=change.text)
    verdict = batch.admits(change, act, headline(act))
    if verdict is None:
        return
    is_held = held(verdict)
    key = ("note", change.index)
    batch.notes.append(
        {
            "lesson_id": lesson.id,
            "student_id": student.id,
            "kind": change.kind,
            "text": change.text,
            "is_held": is_held,
            "key": key,
        }
    )
    batch.note_draft(
        Draft(
            change.index, "note_held" if is_held else "note_added", "note", {}, lesson.id, student.id, key=key
        ),
        "",
        change.text,
        kind=change.kind,
    )
