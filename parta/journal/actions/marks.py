"""Marks: recorded, corrected with the first value kept, annulled; never deleted."""

import re
from datetime import date
from decimal import Decimal

from parta.foundation import sql
from parta.journal.actions.batch import Batch, Conflict, Draft, FirstMark, verb_of
from parta.journal.actions.changes import BadInput, MarkChange
from parta.journal.actions.context import AssessmentFacts, MarkCell
from parta.journal.actions.intents import act_of, term_of
from parta.journal.rules import grace, mark_symbols, read_mark
from parta.journal.rules.corrected import counted_of
from parta.journal.rules.locks import is_slip

_WORD = re.compile(r"[0-9A-Za-zА-Яа-яЁё+\-/.]{1,17}\Z")


_SAID = {"record": "mark_recorded", "correct": "mark_corrected", "annul": "mark_annulled"}
_EMPTY = MarkCell()
"""A cell nobody has written in; never changed."""


def plan_mark(batch: Batch, change: MarkChange) -> None:
    """Put one change of a mark into the batch, or what stands against it."""
    context = batch.context
    lesson, student = context.lessons[change.lesson_id], context.students[change.student_id]
    if _is_of_another_day(batch, change):
        return
    column = _column(batch, change)
    place = id(column), student.id
    if place in batch.marked:
        raise BadInput("Одна клетка названа в операции дважды.")
    batch.marked.add(place)
    cell = _EMPTY if column.id is None else context.marks.get((column.id, student.id), _EMPTY)
    term = term_of(context, student, lesson)
    here = student.belongs_on(lesson.date)
    absent = batch.absent(lesson, student)
    sent: tuple[object, ...] | None = None
    if cell is _EMPTY and term is None:
        words = change.reason, change.ground, change.comment, change.undo
        sent = place[0], change.value, change.seen, absent, here, *words
        known = batch.first_marks.get(sent)
        if known is not None:
            _write(batch, change, column, student.id, known)
            return
    old = cell.value
    spelled = (change.value, lesson.date)
    if spelled not in batch.spelled:
        batch.spelled[spelled] = _value(batch, change, lesson.date)
    value = batch.spelled[spelled]
    if cell.version != change.seen:
        batch.conflicts.append(Conflict(change.index, old, cell.version, value, cell.set_by, cell.changed_at))
        return
    comment = cell.comment if change.comment is None else change.comment
    if old == value and comment == cell.comment:
        return
    verb = verb_of(old, value)
    standing = (old, cell.set_at, cell.set_by)
    alike = (verb, lesson.id, column.work, standing, value, absent, here, change.reason, change.ground)
    let = batch.lets_through(
        change,
        alike if term is None else None,
        lambda: act_of(
            batch,
            "mark",
            verb,
            lesson,
            student,
            work=(column.work,),
            old=old,
            new=value,
            first_set_at=cell.set_at,
            set_by_id=cell.set_by,
            reason=change.reason,
            ground=frozenset({change.ground}) if change.ground else frozenset(),
            term=term,
        ),
    )
    if let is None:
        return
    act, verdict = let
    slip = cell.set_at is not None and is_slip(act, grace(batch.law, on=lesson.date, place=batch.place))
    first = "" if slip and not cell.first else (cell.first or old)
    if first == value:
        first = ""  # taken back to what stood first: nothing is struck through
    version = cell.version + 1
    wanted, firsts = _parts(value), _parts(first)
    # The first saving decides on timeliness; a permit used later shows too.
    late = verdict.used_permit or (verdict.is_late if cell.set_at is None else cell.is_late)
    set_at = cell.set_at or context.at
    counts = counted_of(batch.law, on=lesson.date, place=batch.place, work=column.work) if first else None
    rows = tuple(
        (
            part,
            wanted.get(part, ""),
            firsts.get(part, ""),
            counts(firsts.get(part, ""), wanted.get(part, "")) if counts else None,
            set_at,
            late,
            comment,
            version,
        )
        for part in sorted(wanted.keys() | cell.parts.keys())
    )
    batch.marks += [(column, student.id, *row) for row in rows]
    said = _SAID[verb] if old != value else "mark_commented"
    batch.note_draft(
        Draft(change.index, said, "mark", {}, lesson.id, student.id, key=place),
        old,
        value,
        change.reason,
        v=version,
        first=first,
        work=column.work,
        position=column.position if column.position > 1 else None,
        comment=comment if comment != cell.comment else None,
        ground=change.ground,
        late=late,
        slip=slip and bool(old),
        undo=change.undo,
    )
    if sent is not None and alike in batch.passed:
        batch.first_marks[sent] = FirstMark(rows, said, batch.drafts[-1].data)


def _write(
    batch: Batch, change: MarkChange, column: AssessmentFacts, student_id: int, first: FirstMark
) -> None:
    """Write for one more student what was judged and written for another with all else alike."""
    batch.marks += [(column, student_id, *row) for row in first.rows]
    data = first.data.copy()
    data["i"] = change.index
    batch.drafts.append(
        Draft(
            change.index,
            first.verb,
            "mark",
            data,
            change.lesson_id,
            student_id,
            None,
            (id(column), student_id),
        )
    )


def _column(batch: Batch, change: MarkChange) -> AssessmentFacts:
    """The column of a change: named by id, found by kind and place, or made on the way."""
    named = ("column", change.lesson_id, change.assessment_id, change.work, change.position)
    column = batch.known.get(named)
    if column is None:
        column = batch.known[named] = _found_column(batch, change)
    return column  # type: ignore[no-any-return]


def _found_column(batch: Batch, change: MarkChange) -> AssessmentFacts:
    context = batch.context
    columns = (
        context.assessments if not batch.new_assessments else [*context.assessments, *batch.new_assessments]
    )
    if change.assessment_id is not None:
        for column in columns:
            if column.id == change.assessment_id and column.lesson_id == change.lesson_id:
                return column
        raise BadInput("Такого столбца у урока нет: обновите страницу.")
    for column in columns:
        if (column.lesson_id, column.work, column.position) == (
            change.lesson_id,
            change.work,
            change.position,
        ):
            return column
    weight = Decimal(str(context.journal.weights.get(change.work, 1)))
    column = AssessmentFacts(None, change.lesson_id, change.work, change.position, weight)
    batch.new_assessments.append(column)
    return column


def _is_of_another_day(batch: Batch, change: MarkChange) -> bool:
    """Whether the act refuses the mark because its work was held at another lesson of the journal (by its clause)."""
    context = batch.context
    if change.assessment_id is None or any(
        column.id == change.assessment_id and column.lesson_id == change.lesson_id
        for column in context.assessments
    ):
        return False
    work = sql.read(
        "SELECT a.work_kind, l.date FROM journal_assessment a JOIN timetable_lesson l ON l.id = a.lesson_id"
        " WHERE a.id = %s AND l.journal_id = %s",
        (change.assessment_id, context.journal.id),
    )
    if not work:
        return False
    ((kind, held),) = work
    lesson, student = context.lessons[change.lesson_id], context.students[change.student_id]
    value = _value(batch, change, lesson.date)
    let = batch.lets_through(
        change,
        None,
        lambda: act_of(
            batch,
            "mark",
            "record",
            lesson,
            student,
            work=(kind,),
            work_date=held,
            new=value,
            reason=change.reason,
        ),
    )
    return let is None


def _parts(value: str) -> dict[int, str]:
    """«5» → part 0; «4/3» → parts 1 and 2; nothing → nothing."""
    if "/" in value:
        content, literacy = value.split("/", 1)
        return {1: content, 2: literacy}
    return {0: value} if value else {}


def _value(batch: Batch, change: MarkChange, on: date) -> str:
    """The value as it is stored: look-alikes mapped. Where no act names the symbols, the journal's scale does."""
    journal = batch.context.journal
    place = batch.place
    if not change.value:
        return ""
    if not journal.scale:
        raise BadInput("В этом журнале отметок не ставят.")
    value = read_mark(batch.law, change.value, on=on, place=place)
    if not _WORD.match(value):
        raise BadInput(f"Такой отметки не бывает: «{value}».")
    parts = value.split("/")
    if len(parts) > 2 or not all(parts):
        raise BadInput(f"Двойную отметку пишут через одну черту, например 5/4: «{value}».")
    if mark_symbols(batch.law, on=on, place=place) is None:
        for part in parts:
            if part not in journal.scale:
                raise BadInput(f"В шкале журнала нет отметки «{part}»: есть {', '.join(journal.scale)}.")
    return value
