"""Absences and lateness: the meaning is the act's, the symbol is what was written under it."""

from parta.journal.actions.batch import Batch, Conflict, Draft, verb_of
from parta.journal.actions.changes import AbsenceChange, BadInput
from parta.journal.actions.context import LessonFacts
from parta.journal.actions.intents import act_of, term_of, writer_of
from parta.journal.rules import read_absence


def announce_absence(batch: Batch, change: AbsenceChange) -> None:
    """Note how the absence will stand after the operation, so that a mark beside it is judged by that."""
    lesson = batch.context.lessons[change.lesson_id]
    batch.meanings[lesson.id, change.student_id] = _read(batch, change, lesson)[1]


def _read(batch: Batch, change: AbsenceChange, lesson: LessonFacts) -> tuple[str, str]:
    """The letter as it is stored and its meaning; an unknown letter stays as typed, for the guard to name."""
    if not change.symbol:
        return "", ""
    typed = (change.symbol, lesson.id)
    if typed not in batch.letters:
        by = writer_of(batch.context, lesson)
        code = read_absence(batch.law, change.symbol, on=lesson.date, by=by, place=batch.place)
        batch.letters[typed] = (change.symbol, "") if code is None else (code.symbol, code.meaning)
    return batch.letters[typed]


def plan_absence(batch: Batch, change: AbsenceChange) -> None:
    """Put one change of an absence into the batch, or what stands against it."""
    context = batch.context
    lesson, student = context.lessons[change.lesson_id], context.students[change.student_id]
    cell = student.absences.get(lesson.id)
    version = cell.version if cell else 0
    old_symbol = cell.symbol if cell else ""
    symbol, meaning = _read(batch, change, lesson)
    if version != change.seen:
        batch.conflicts.append(
            Conflict(
                change.index,
                old_symbol,
                version,
                symbol,
                cell.set_by if cell else None,
                cell.changed_at if cell else None,
            )
        )
        return
    minutes = change.minutes if meaning == "late" else None
    if change.minutes is not None and meaning and meaning != "late":
        raise BadInput("Минуты пишут только при опоздании.")
    if old_symbol == symbol and (cell is None or cell.minutes == minutes):
        return
    old_meaning = cell.meaning if cell else ""
    verb = verb_of(old_symbol, symbol)
    term = term_of(context, student, lesson)
    standing = (old_meaning, cell.set_at, cell.set_by) if cell else None
    here = student.belongs_on(lesson.date)
    alike = (verb, lesson.id, standing, symbol, meaning, here, change.reason)
    let = batch.lets_through(
        change,
        alike if term is None else None,
        lambda: act_of(
            batch,
            "absence",
            verb,
            lesson,
            student,
            old=old_meaning,
            new=meaning,
            symbol=symbol,
            first_set_at=cell.set_at if cell else None,
            set_by_id=cell.set_by if cell else None,
            reason=change.reason,
            term=term,
        ),
    )
    if let is None:
        return
    if symbol and not meaning:
        raise BadInput(f"В журнале нет такого знака явки: «{symbol}».")
    set_at = cell.set_at if cell else context.at
    batch.absences.append((lesson.id, student.id, meaning, symbol, minutes, set_at, version + 1))
    said = {"record": "absence_recorded", "correct": "absence_changed", "annul": "absence_annulled"}[verb]
    batch.note_draft(
        Draft(change.index, said, "absence", {}, lesson.id, student.id, key=(lesson.id, student.id)),
        {"symbol": old_symbol, "meaning": old_meaning} if old_symbol else "",
        {"symbol": symbol, "meaning": meaning} if symbol else "",
        change.reason,
        v=version + 1,
        minutes=minutes,
        undo=change.undo,
    )
