"""Absences and lateness: the meaning is the act's, the symbol is what was written under it."""

from parta.journal.actions.batch import Batch, Conflict, Draft, verb_of
from parta.journal.actions.changes import AbsenceChange, BadInput
from parta.journal.actions.intents import act_of, place_of
from parta.journal.rules.absences import meaning_of

_TITLES = {"record": "Явка не сохранена", "correct": "Явка не изменена", "annul": "Явка не изменена"}


def announce_absence(batch: Batch, change: AbsenceChange) -> None:
    """Note how the absence will stand after the operation, so that a mark beside it is judged by that."""
    lesson = batch.context.lessons[change.lesson_id]
    meaning = ""
    if change.symbol:
        meaning = meaning_of(batch.law, lesson.date, place_of(batch.context.journal), change.symbol) or "unknown"
    batch.meanings[lesson.id, change.student_id] = meaning


def plan_absence(batch: Batch, change: AbsenceChange) -> None:
    """Put one change of an absence into the batch, or what stands against it."""
    context = batch.context
    lesson, student = context.lessons[change.lesson_id], context.students[change.student_id]
    cell = student.absences.get(lesson.id)
    version = cell.version if cell else 0
    old_symbol = cell.symbol if cell else ""
    if version != change.seen:
        batch.conflicts.append(
            Conflict(
                change.index,
                old_symbol,
                version,
                change.symbol,
                cell.set_by if cell else None,
                cell.changed_at if cell else None,
            )
        )
        return
    meaning = meaning_of(batch.law, lesson.date, place_of(context.journal), change.symbol) if change.symbol else ""
    minutes = change.minutes if meaning == "late" else None
    if change.minutes is not None and meaning and meaning != "late":
        raise BadInput("Минуты пишут только при опоздании.")
    if old_symbol == change.symbol and (cell is None or cell.minutes == minutes):
        return
    old_meaning = cell.meaning if cell else ""
    verb = verb_of(old_symbol, change.symbol)
    verdict = batch.admits(
        change,
        act_of(
            batch,
            "absence",
            verb,
            lesson,
            student,
            old=old_meaning,
            new=meaning or "",
            symbol=change.symbol,
            first_set_at=cell.set_at if cell else None,
            set_by_id=cell.set_by if cell else None,
            reason=change.reason,
        ),
        _TITLES[verb],
    )
    if verdict is None:
        return
    if change.symbol and not meaning:
        raise BadInput(f"В журнале нет такого знака явки: «{change.symbol}».")
    batch.absences.append(
        {
            "lesson_id": lesson.id,
            "student_id": student.id,
            "meaning": meaning,
            "symbol": change.symbol,
            "minutes": minutes,
            "set_at": cell.set_at if cell else context.at,
            "changed_at": context.at,
            "set_by_id": context.viewer.person_id,
            "version": version + 1,
        }
    )
    said = {"record": "absence_recorded", "correct": "absence_changed", "annul": "absence_annulled"}[verb]
    batch.note_draft(
        Draft(change.index, said, "absence", {}, lesson.id, student.id, key=(lesson.id, student.id)),
        {"symbol": old_symbol, "meaning": old_meaning} if old_symbol else "",
        {"symbol": change.symbol, "meaning": meaning} if change.symbol else "",
        change.reason,
        v=version + 1,
        minutes=minutes,
        undo=change.undo,
    )
