"""The use of a granted permit: it lets one person make one refused write, once."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from parta.foundation import sql
from parta.journal.actions.changes import (
    AbsenceChange,
    Change,
    ConductedChange,
    FinalChange,
    HomeworkChange,
    MarkChange,
    RollChange,
    TopicChange,
)
from parta.journal.actions.permits import GRANTORS
from parta.regulation.verdict import Outcome, Verdict

if TYPE_CHECKING:
    from parta.journal.actions.batch import Batch, Draft

FACT_OF = {
    MarkChange: "mark",
    AbsenceChange: "absence",
    RollChange: "absence",
    TopicChange: "topic",
    ConductedChange: "conducted",
    HomeworkChange: "homework",
    FinalChange: "final",
}


def find_permit(batch: "Batch", change: Change, verdict: Verdict) -> int | None:
    """A permit granted to the writer for this fact at this place, not used in this operation yet; None without.

    It must have been granted by whom the refusing clauses name: a permit asked without them was granted by a deputy
    head, so it lifts only what a deputy head may let pass.
    """
    if batch.permits is None:
        batch.permits = _granted(batch)
    fact = FACT_OF.get(type(change))
    student_id = getattr(change, "student_id", None)
    lesson_id = getattr(change, "lesson_id", None)
    term_id = getattr(change, "term_id", None)
    taken = set(batch.used_permits.values())
    for permit in batch.permits:
        if permit["id"] in taken or permit["fact"] != fact:
            continue
        if permit["lesson_id"] == lesson_id and permit["term_id"] == term_id:
            if permit["student_id"] is None or permit["student_id"] == student_id:
                if _covers(permit["clauses"], verdict):
                    return int(permit["id"])
    return None


def _covers(clauses: frozenset[str], verdict: Verdict) -> bool:
    return all(
        not reason.permit_by
        or bool(reason.permit_by & GRANTORS)
        or any(clause.id in clauses for clause in reason.clauses)
        for reason in verdict.reasons
        if reason.outcome is Outcome.PERMIT
    )


def _granted(batch: "Batch") -> list[dict[str, Any]]:
    context = batch.context
    names = ("id", "fact", "lesson_id", "term_id", "student_id", "clauses")
    return [
        dict(zip(names, row, strict=True))
        | {"clauses": frozenset(json.loads(row[-1]) if isinstance(row[-1], str) else row[-1])}
        for row in sql.read(
            f"SELECT {', '.join(names)} FROM journal_permit WHERE journal_id = %s AND state = 'granted'"
            " AND asked_by_id = %s AND (ends_at IS NULL OR ends_at > %s) ORDER BY id",
            (context.journal.id, context.viewer.person_id, context.at),
        )
    ]


def permit_lines(batch: "Batch", changes: Sequence[Change]) -> list["Draft"]:
    """A line of the log for each permit this operation uses: which write it let through."""
    from parta.journal.actions.batch import Draft

    by_index = {change.index: change for change in changes}
    return [
        Draft(
            index,
            "permit_used",
            "permit",
            {"i": index, "before": "granted", "after": "used"},
            getattr(by_index[index], "lesson_id", None),
            getattr(by_index[index], "student_id", None),
            permit_id,
        )
        for index, permit_id in sorted(batch.used_permits.items())
    ]


def use_up(batch: "Batch") -> None:
    """Mark the permits of this operation as used."""
    ids = sorted(batch.used_permits.values())
    if ids:
        sql.write(
            f"UPDATE journal_permit SET state = 'used', used_at = %s WHERE id IN ({sql.marks(len(ids))})",
            (batch.context.at, *ids),
        )
