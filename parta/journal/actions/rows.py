"""The rows of an operation, a statement a table; and the columns that writing and importing share."""

from functools import lru_cache

from parta.foundation import sql
from parta.journal.actions.batch import Batch
from parta.journal.actions.permit_use import use_up

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
MARK_ROW = (
    "assessment_id",
    "student_id",
    "part",
    "value",
    "first_value",
    "counted",
    "set_at",
    "is_late",
    "comment",
    "version",
)
"""What differs between the marks of one operation; the rest of a row is the same for all."""
ABSENCE_ROW = ("lesson_id", "student_id", "meaning", "symbol", "minutes", "set_at", "version")
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


def put(batch: Batch) -> None:
    """Write what an operation has gathered, a statement a table; its drafts learn the ids of their rows."""
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
    _put_marks(batch, ids)
    _put_absences(batch, ids)
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
    if batch.finished:
        sql.write(
            f"UPDATE journal_assessment SET finished_at = %s WHERE id IN ({sql.marks(len(batch.finished))})",
            (at, *batch.finished),
        )
    use_up(batch)
    for draft in batch.drafts:
        if draft.object_id is None:
            draft.object_id = ids.get(draft.key)


def _put_marks(batch: Batch, ids: dict[object, int]) -> None:
    if not batch.marks:
        return
    context = batch.context
    written = {id(row[0]) for row in batch.marks}
    new = [column for column in batch.new_assessments if id(column) in written]
    if new:
        by_place = {(c.lesson_id, c.work, c.position): c for c in new}
        for column_id, lesson_id, work, position in sql.insert(
            "journal_assessment",
            ("lesson_id", "work_kind", "position", "weight"),
            [(c.lesson_id, c.work, c.position, c.weight) for c in new],
            same={**_base(batch), "title": "", "parts": 1},
            returning=("id", "lesson_id", "work_kind", "position"),
        ):
            by_place[lesson_id, work, position].id = column_id
        context.assessments.extend(new)
    columns = {column.id: id(column) for column, *_ in batch.marks}
    for mark_id, column_id, student_id, part in sql.insert(
        "journal_mark",
        MARK_ROW,
        [(column.id, *row) for column, *row in batch.marks],
        same={**_base(batch), **_by_whom(batch)},
        conflict=("assessment_id", "student_id", "part"),
        update=(
            "value",
            "first_value",
            "counted",
            "changed_at",
            "set_by_id",
            "is_late",
            "comment",
            "version",
        ),
        returning=("id", "assessment_id", "student_id", "part"),
    ):
        if part != 2:
            ids[columns[column_id], student_id] = mark_id
    column_ids = {place: column_id for column_id, place in columns.items()}
    for draft in batch.drafts:
        if draft.object_kind == "mark":
            draft.data["assessment"] = column_ids[draft.key[0]]


def _put_absences(batch: Batch, ids: dict[object, int]) -> None:
    for absence_id, lesson_id, student_id in sql.insert(
        "journal_absence",
        ABSENCE_ROW,
        batch.absences,
        same={**_base(batch), **_by_whom(batch)},
        conflict=("lesson_id", "student_id"),
        update=("meaning", "symbol", "minutes", "changed_at", "set_by_id", "version"),
        returning=("id", "lesson_id", "student_id"),
    ):
        ids[lesson_id, student_id] = absence_id


def _base(batch: Batch) -> dict[str, object]:
    journal = batch.context.journal
    return {"school_id": journal.school_id, "journal_id": journal.id}


def _by_whom(batch: Batch) -> dict[str, object]:
    return {"changed_at": batch.context.at, "set_by_id": batch.context.viewer.person_id}


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
