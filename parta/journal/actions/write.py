"""One operation on one journal: judged, written and logged wholly, or not at all.

The order of things: chain locked, facts read, each change planned (version, form, rights and regulation), and only if
nothing stands against any of them the rows and the log are written, in one transaction. An operation id that the
log knows already is answered from the log, so the same write sent twice counts once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from parta.foundation import log
from parta.journal.actions import absences, columns, finals, homework, marks, notes, records
from parta.journal.actions.batch import Batch, Conflict, Refused, Row
from parta.journal.actions.changes import (
    AbsenceChange,
    BadInput,
    Change,
    ColumnChange,
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
from parta.journal.actions.permit_use import permit_lines
from parta.journal.actions.rows import put
from parta.journal.rules.offline import believed
from parta.people.viewer import Viewer
from parta.regulation.durations import Calendar
from parta.regulation.judge import Law
from parta.regulation.queries import law as law_of_school
from parta.timetable.calendar import calendar_of


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
    put(batch)
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


_ORDER = {ConductedChange: 0, TopicChange: 1, AbsenceChange: 2, RollChange: 3, ColumnChange: 10}


def _order(change: Change) -> int:
    """A stated substitution gives the right that the other changes of the operation need; a work is finished last."""
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
        case ColumnChange():
            columns.plan_column(batch, change)


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


def _results(changes: Sequence[Change], lines: Sequence[tuple[str, str, int | None, Row]]) -> tuple[Row, ...]:
    """Results by change out of log lines: made the same way for a first answer and for a repeated one."""
    by_index: dict[int, Row] = {}
    for verb, kind, object_id, data in lines:
        if kind == "permit":
            continue
        index, after = data["i"], data["after"]
        if isinstance(after, dict):
            after = after.get("symbol", "")
        result: Row = {
            "index": index,
            "verb": verb,
            "id": object_id,
            "version": data.get("v", 1),
            "value": after,
            "first": data.get("first", ""),
            "late": bool(data.get("late")),
            "annulled": after == "",
        }
        if kind == "mark":
            result["assessment"] = data.get("assessment")
        if "remarks" in data:
            result["remarks"] = data["remarks"]
        by_index[index] = {**by_index[index], **result} if index in by_index else result
    results = []
    for index, change in enumerate(changes):  # as they were sent now: a repeat may be of other changes
        result = by_index.get(index) or {"index": index, "unchanged": True}
        result["fact"] = _FACTS[type(change)]
        results.append(result)
    return tuple(results)


_FACTS: dict[type, str] = {
    MarkChange: "mark",
    AbsenceChange: "absence",
    RollChange: "roll",
    TopicChange: "topic",
    ConductedChange: "conducted",
    HomeworkChange: "homework",
    NoteChange: "note",
    FinalChange: "final",
    ColumnChange: "column",
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
