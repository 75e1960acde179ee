"""One operation on one journal: judged, written and logged wholly, or not at all.

The order of things: chain locked, facts read, each change planned (version, form, rights and regulation), and only if
nothing stands against any of them the rows and the log are written, in one transaction. An operation id that the
log knows already is answered from the log, so the same write sent twice counts once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import IntegrityError, transaction

from parta.foundation import log, sql
from parta.journal.actions import absences, finals, homework, marks, notes, records
from parta.journal.actions.batch import Batch, Conflict, Refused, Row
from parta.journal.actions.changes import (
    AbsenceChange,
    BadInput,
    Change,
    ConductedChange,
    FinalChange,
    HomeworkChange,
    MarkChange,
    NoteChange,
    RollChange,
    TopicChange,
)
from parta.journal.actions.context import Context, NotFound, load
from parta.journal.actions.intents import place_of
from parta.journal.actions.permit_use import permit_lines, use_up
from parta.journal.rules.offline import believed
from parta.people.viewer import Viewer
from parta.regulation.durations import Calendar
from parta.regulation.judge import Law
from parta.regulation.queries import law as law_of_school
from parta.timetable.calendar import calendar_of

MARK_COLUMNS = (
    "school_id",
    "journal_id",
    "assessment_id",
    "student_id",
    "part",
    "value",
    "first_value",
    "set_at",
    "changed_at",
    "set_by_id",
    "is_late",
    "comment",
    "version",
)
ABSENCE_COLUMNS = (
    "school_id",
    "journal_id",
    "lesson_id",
    "student_id",
    "meaning",
    "symbol",
    "minutes",
    "set_at",
    "changed_at",
    "set_by_id",
    "version",
)
RECORD_COLUMNS = (
    "lesson_id",
    "school_id",
    "journal_id",
    "topic",
    "planned_topic_id",
    "topic_at",
    "conducted_at",
    "conducted_by_id",
    "roll_at",
    "version",
)
HOMEWORK_COLUMNS = (
    "school_id",
    "journal_id",
    "lesson_id",
    "student_id",
    "text",
    "is_none",
    "minutes",
    "due_lesson_id",
    "due_date",
    "set_at",
    "changed_at",
    "set_by_id",
    "version",
)
FINAL_COLUMNS = (
    "school_id",
    "journal_id",
    "term_id",
    "student_id",
    "value",
    "first_value",
    "reason",
    "set_at",
    "changed_at",
    "set_by_id",
    "version",
)


@dataclass(frozen=True, slots=True)
class Saved:
    """What an operation did, by change: `unchanged` where there was nothing to do."""

    at: datetime
    results: tuple[Row, ...]


class Conflicted(Exception):
    """Cells have changed since the page was drawn; nothing was written."""

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        super().__init__(f"{len(conflicts)} conflicts")
        self.conflicts = tuple(conflicts)


class RefusedWrite(Exception):
    """The regulation or a right stands against some changes; nothing was written."""

    def __init__(self, refused: Sequence[Refused]) -> None:
        super().__init__(f"{len(refused)} refused")
        self.refused = tuple(refused)


def write(
    viewer: Viewer,
    journal_id: int,
    changes: Sequence[Change],
    *,
    operation_id: str,
    at: datetime,
    made_at: datetime | None = None,
) -> Saved:
    """Carry out one operation.

    ``at`` is the moment of receipt; ``made_at`` the moment a device names for an operation that waited there for a
    connection: it counts only where an act in force believes it, and is kept beside the other.

    Raises NotFound (journal, lesson or student out of the viewer's reach), BadInput (no such symbol, column…),
    Conflicted and RefusedWrite; in each case nothing has been written. The same operation id sent again by the same
    account gives the first answer again.
    """
    try:
        saved = _carry_out(viewer, journal_id, list(changes), operation_id, at, made_at)
    except (Conflicted, RefusedWrite, BadInput, NotFound, IntegrityError) as fault:
        answer = _answered(viewer, changes, operation_id)
        if answer is not None:
            return answer
        if isinstance(fault, IntegrityError):
            raise BadInput("Запись не согласуется с журналом: обновите страницу и повторите.") from fault
        raise
    if all(result.get("unchanged") for result in saved.results):
        # Nothing to do: perhaps because this very operation has done it before (a topic, a roll).
        return _answered(viewer, changes, operation_id) or saved
    return saved


def law_for(viewer: Viewer) -> Law:
    """The law of the viewer's school."""
    return law_of_school(viewer.school.id, viewer.school.law_version)


@transaction.atomic
def _carry_out(
    viewer: Viewer,
    journal_id: int,
    changes: list[Change],
    operation_id: str,
    at: datetime,
    made_at: datetime | None = None,
) -> Saved:
    context = load(viewer, journal_id, changes, at)
    if context.journal.year_state == "closed":
        raise BadInput("Учебный год закрыт: его журналы только читаются.")
    batch = Batch(context, law_for(viewer), _calendar(context), place_of(context.journal))
    if made_at is not None:
        _take_claim(batch, changes, made_at)
    _announce(batch, changes)
    for change in sorted(changes, key=_order):
        _plan(batch, change)
    if batch.conflicts:
        raise Conflicted(batch.conflicts)
    if batch.refused:
        raise RefusedWrite(batch.refused)
    _apply(batch)
    batch.drafts += permit_lines(batch, changes)
    batch.drafts.sort(key=lambda draft: draft.index)
    log.append(
        context.head,
        batch.drafts,
        by=viewer.acting_as(_role(batch)),
        at=at,
        operation_id=operation_id,
    )
    lines = [(draft.verb, draft.object_kind, draft.object_id, draft.data) for draft in batch.drafts]
    return Saved(at, _results(changes, lines))


def _calendar(context: Context) -> Calendar:
    return calendar_of(
        context.viewer.school.id, context.viewer.school.timezone, context.viewer.school.law_version
    )


def _take_claim(batch: Batch, changes: Sequence[Change], made_at: datetime) -> None:
    """Judge an operation by the moment its device names, where an act believes it; keep the claim in any case."""
    context = batch.context
    batch.made_at, batch.received_at = made_at, context.at
    facts = []
    for change in changes:
        lesson_id = getattr(change, "lesson_id", None)
        on = context.lessons[lesson_id].starts_at if lesson_id in context.lessons else made_at
        facts.append((_FACTS[type(change)], on))
    if believed(
        batch.law,
        batch.place,
        facts,
        made_at=made_at,
        received_at=context.at,
        roles=context.viewer.roles,
        calendar=batch.calendar,
    ):
        context.at = made_at


def _announce(batch: Batch, changes: Sequence[Change]) -> None:
    """First pass: how lesson and roll will stand afterwards, for rules that look at both sides."""
    for change in changes:
        match change:
            case TopicChange():
                planned = batch.context.topics.get(change.planned_id or 0)
                batch.topics[change.lesson_id] = change.topic or (planned[1] if planned else "")
                if change.planned_id:
                    batch.planned[change.lesson_id] = change.planned_id
            case AbsenceChange():
                absences.announce_absence(batch, change)
            case ConductedChange(substitution=True):
                batch.stated.add(change.lesson_id)


_ORDER = {ConductedChange: 0, TopicChange: 1, AbsenceChange: 2, RollChange: 3}


def _order(change: Change) -> int:
    """A stated substitution gives the right that the other changes of the operation need."""
    return _ORDER.get(type(change), 9)


def _plan(batch: Batch, change: Change) -> None:
    match change:
        case MarkChange():
            marks.plan_mark(batch, change)
        case AbsenceChange():
            absences.plan_absence(batch, change)
        case RollChange():
            records.plan_roll(batch, change)
        case TopicChange():
            records.plan_topic(batch, change)
        case ConductedChange():
            records.plan_conducted(batch, change)
        case HomeworkChange():
            homework.plan_homework(batch, change)
        case NoteChange():
            notes.plan_note(batch, change)
        case FinalChange():
            finals.plan_final(batch, change)


def _role(batch: Batch) -> str:
    """The role in which the viewer wrote: the teacher's, if they hold any of the lessons; else their weightiest."""
    viewer = batch.context.viewer
    holds = any(
        lesson.is_assigned
        or lesson.substitute_id == viewer.person_id
        or lesson.teacher_id == viewer.person_id
        for lesson in batch.context.lessons.values()
    )
    if holds and "teacher" in viewer.roles:
        return "teacher"
    return viewer.main_role


def _apply(batch: Batch) -> None:
    context = batch.context
    at, person = context.at, context.viewer.person_id
    base = (context.journal.school_id, context.journal.id)
    ids: dict[object, int] = {}
    if batch.substitutions:
        sql.insert(
            "timetable_substitution",
            (
                "school_id",
                "lesson_id",
                "substitute_id",
                "replaced_id",
                "reason",
                "order_number",
                "made_at",
                "made_by",
            ),
            [
                (
                    base[0],
                    s["lesson_id"],
                    person,
                    s["replaced_id"],
                    s["reason"],
                    "",
                    at,
                    context.viewer.user_id,
                )
                for s in batch.substitutions
            ],
        )
    written = {id(row[0]) for row in batch.marks}
    new = [column for column in batch.new_assessments if id(column) in written]
    if new:
        by_place = {(c.lesson_id, c.work, c.position): c for c in new}
        for column_id, lesson_id, work, position in sql.insert(
            "journal_assessment",
            ("school_id", "journal_id", "lesson_id", "work_kind", "position", "weight", "title", "parts"),
            [(*base, c.lesson_id, c.work, c.position, c.weight, "", 1) for c in new],
            returning=("id", "lesson_id", "work_kind", "position"),
        ):
            by_place[lesson_id, work, position].id = column_id
        context.assessments.extend(new)
    if batch.marks:
        columns = {column.id: id(column) for column, *_ in batch.marks}
        for mark_id, column_id, student_id, part in sql.insert(
            "journal_mark",
            MARK_COLUMNS,
            [(*base, column.id, *row) for column, *row in batch.marks],
            conflict=("assessment_id", "student_id", "part"),
            update=MARK_COLUMNS[5:7] + MARK_COLUMNS[8:],
            returning=("id", "assessment_id", "student_id", "part"),
        ):
            if part != 2:
                ids[columns[column_id], student_id] = mark_id
        column_ids = {place: column_id for column_id, place in columns.items()}
        for draft in batch.drafts:
            if draft.object_kind == "mark":
                draft.data["assessment"] = column_ids[draft.key[0]]
    if batch.absences:
        for absence_id, lesson_id, student_id in sql.insert(
            "journal_absence",
            ABSENCE_COLUMNS,
            [(*base, *(row[name] for name in _bare(ABSENCE_COLUMNS))) for row in batch.absences],
            conflict=("lesson_id", "student_id"),
            update=("meaning", "symbol", "minutes", "changed_at", "set_by_id", "version"),
            returning=("id", "lesson_id", "student_id"),
        ):
            ids[lesson_id, student_id] = absence_id
    if batch.records:
        sql.insert(
            "journal_lessonrecord",
            RECORD_COLUMNS,
            [
                (
                    lesson.id,
                    *base,
                    lesson.topic,
                    lesson.planned_id,
                    lesson.topic_at,
                    lesson.conducted_at,
                    lesson.conducted_by_id,
                    lesson.roll_at,
                    lesson.version,
                )
                for lesson in batch.records.values()
            ],
            conflict=("lesson_id",),
            update=RECORD_COLUMNS[3:],
        )
    _apply_homework(batch, ids)
    if batch.notes:
        for note in batch.notes:
            ids[note["key"]] = sql.insert(
                "journal_diarynote",
                (
                    "school_id",
                    "journal_id",
                    "lesson_id",
                    "student_id",
                    "kind",
                    "text",
                    "author_id",
                    "made_at",
                    "version",
                    "withdrawn_at",
                    "held_at",
                ),
                [
                    (
                        *(
                            *base,
                            note["lesson_id"],
                            note["student_id"],
                            note["kind"],
                            note["text"],
                            person,
                            at,
                        ),
                        *(1, *((at, at) if note["is_held"] else (None, None))),
                    )
                ],
                returning=("id",),
            )[0][0]
            if not note["is_held"]:
                sql.write(
                    "UPDATE journal_diarynote SET held_at = NULL, version = version + 1 WHERE lesson_id = %s"
                    " AND student_id = %s AND author_id = %s AND held_at IS NOT NULL",
                    (note["lesson_id"], note["student_id"], person),
                )
    if batch.withdrawn:
        sql.write(
            "UPDATE journal_diarynote SET withdrawn_at = %s, held_at = NULL, version = version + 1"
            f" WHERE id IN ({sql.marks(len(batch.withdrawn))})",
            (at, *batch.withdrawn),
        )
    if batch.finals:
        for final_id, term_id, student_id in sql.insert(
            "journal_termmark",
            FINAL_COLUMNS,
            [
                (
                    *base,
                    *({**row, "changed_at": at, "set_by_id": person}[name] for name in _bare(FINAL_COLUMNS)),
                )
                for row in batch.finals
            ],
            conflict=("journal_id", "term_id", "student_id"),
            update=("value", "first_value", "reason", "changed_at", "set_by_id", "version"),
            returning=("id", "term_id", "student_id"),
        ):
            ids["final", term_id, student_id] = final_id
    use_up(batch)
    for draft in batch.drafts:
        if draft.object_id is None:
            draft.object_id = ids.get(draft.key)


def _apply_homework(batch: Batch, ids: dict[object, int]) -> None:
    context = batch.context
    base = (context.journal.school_id, context.journal.id)
    for conflict, rows in (
        (
            "(lesson_id) WHERE student_id IS NULL",
            [row for row in batch.homework if row["student_id"] is None],
        ),
        (
            "(lesson_id, student_id) WHERE student_id IS NOT NULL",
            [row for row in batch.homework if row["student_id"] is not None],
        ),
    ):
        if not rows:
            continue
        found = sql.insert(
            "journal_homework",
            HOMEWORK_COLUMNS,
            [
                (
                    *base,
                    *(
                        {**row, "changed_at": context.at, "set_by_id": context.viewer.person_id}[name]
                        for name in _bare(HOMEWORK_COLUMNS)
                    ),
                )
                for row in rows
            ],
            conflict_target=conflict,
            update=(
                "text",
                "is_none",
                "minutes",
                "due_lesson_id",
                "due_date",
                "changed_at",
                "set_by_id",
                "version",
            ),
            returning=("id", "lesson_id", "student_id"),
        )
        for homework_id, lesson_id, student_id in found:
            ids[lesson_id, student_id] = homework_id


@lru_cache
def _bare(columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns after school and journal."""
    return tuple(name for name in columns if name not in ("school_id", "journal_id"))


def _results(changes: Sequence[Change], lines: Sequence[tuple[str, str, int | None, Row]]) -> tuple[Row, ...]:
    """Results by change out of log lines: made the same way for a first answer and for a repeated one."""
    by_index: dict[int, Row] = {}
    for verb, kind, object_id, data in lines:
        if kind == "permit":
            continue
        after = data["after"]
        if isinstance(after, dict):
            after = after.get("symbol", "")
        result = by_index.setdefault(data["i"], {"index": data["i"]})
        result.update(
            {
                "verb": verb,
                "id": object_id,
                "version": data.get("v", 1),
                "value": after,
                "first": data.get("first", ""),
                "late": bool(data.get("late")),
                "annulled": after == "",
            }
        )
        if kind == "mark":
            result["assessment"] = data.get("assessment")
        if data.get("remarks"):
            result["remarks"] = data["remarks"]
    facts = {index: _FACTS[type(change)] for index, change in enumerate(changes)}
    return tuple(
        {**by_index.get(index, {"index": index, "unchanged": True}), "fact": fact}
        for index, fact in facts.items()
    )


_FACTS: dict[type, str] = {
    MarkChange: "mark",
    AbsenceChange: "absence",
    RollChange: "roll",
    TopicChange: "topic",
    ConductedChange: "conducted",
    HomeworkChange: "homework",
    NoteChange: "note",
    FinalChange: "final",
}


def _answered(viewer: Viewer, changes: Sequence[Change], operation_id: str) -> Saved | None:
    """The first answer to an operation that has been carried out already; None when it has not."""
    lines = log.lines_of_operation(operation_id)
    if not lines:
        return None
    if lines[0].user_id != viewer.user_id:
        raise BadInput("Этот номер операции уже занят: обновите страницу.")
    return Saved(
        lines[0].at, _results(changes, [(x.verb, x.object_kind, x.object_id, x.data) for x in lines])
    )
