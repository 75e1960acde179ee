"""Homework: common or individual, or declared as not set."""

from parta.journal.actions.batch import Batch, Conflict, Draft, verb_of
from parta.journal.actions.changes import BadInput, HomeworkChange
from parta.journal.actions.intents import act_of
from parta.journal.rules import headline


def plan_homework(batch: Batch, change: HomeworkChange) -> None:
    """Put homework into the batch, or what stands against it."""
    context = batch.context
    lesson = context.lessons[change.lesson_id]
    student = context.students[change.student_id] if change.student_id is not None else None
    due = context.lessons[change.due_lesson_id] if change.due_lesson_id is not None else None
    if due is not None and (due.date, due.number) <= (lesson.date, lesson.number):
        raise BadInput("Задание задают на следующий урок: выберите урок позже этого.")
    standing = context.homework.get((lesson.id, change.student_id))
    homework_id, text, is_none, minutes, due_id, set_by, version, set_at, changed_at = standing or (
        None,
        "",
        False,
        None,
        None,
        None,
        0,
        context.at,
        None,
    )
    if version != change.seen:
        batch.conflicts.append(
            Conflict(
                change.index,
                text or ("не задано" if is_none else ""),
                version,
                change.text,
                set_by,
                changed_at,
            )
        )
        return
    if (text, is_none, minutes, due_id) == (
        change.text,
        change.is_none,
        change.minutes,
        change.due_lesson_id,
    ):
        return
    old, new = (
        text or ("не задано" if is_none else ""),
        change.text or ("не задано" if change.is_none else ""),
    )
    verb = verb_of(old, new)
    act = act_of(
        batch,
        "homework",
        verb,
        lesson,
        student,
        old=text,
        new=change.text,
        first_set_at=set_at if standing else None,
        set_by_id=set_by,
        reason=change.reason,
        declared_none=change.is_none,
        individual=student is not None,
        minutes=change.minutes,
        due=due.date if due else None,
    )
    verdict = batch.admits(change, act, headline(act))
    if verdict is None:
        return
    batch.homework.append(
        {
            "id": homework_id,
            "lesson_id": lesson.id,
            "student_id": change.student_id,
            "text": change.text,
            "is_none": change.is_none,
            "minutes": change.minutes,
            "due_lesson_id": change.due_lesson_id,
            "due_date": due.date if due else None,
            "set_at": set_at,
            "version": version + 1,
        }
    )
    said = {"record": "homework_given", "correct": "homework_changed", "annul": "homework_annulled"}[verb]
    if change.is_none:
        said = "homework_declared_none"
    batch.note_draft(
        Draft(
            change.index,
            said,
            "homework",
            {},
            lesson.id,
            change.student_id,
            homework_id,
            (lesson.id, change.student_id),
        ),
        old,
        new,
        change.reason,
        v=version + 1,
        due=change.due_lesson_id,
        minutes=change.minutes,
        late=verdict.is_late,
    )
