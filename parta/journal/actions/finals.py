"""Term marks. Once one is set, the student's lessons of the term in this journal are read-only."""

from datetime import date, timedelta

from parta.journal.actions.batch import Batch, Conflict, Draft, verb_of
from parta.journal.actions.changes import BadInput, FinalChange
from parta.journal.actions.intents import act_of
from parta.journal.rules import headline, mark_symbols, read_mark
from parta.journal.rules.acts import TermState


def plan_final(batch: Batch, change: FinalChange) -> None:
    """Put a term mark into the batch, or what stands against it."""
    context = batch.context
    student = context.students[change.student_id]
    starts, until, title, kind, opens, closes = context.terms[change.term_id]
    if kind not in (context.journal.term_kind, "half_year", "year"):
        raise BadInput(f"В этом журнале нет итоговых отметок за период «{title}».")
    value = _value(batch, change, kind, until)
    cell = student.finals.get(change.term_id)
    version, old = (cell.version, cell.value) if cell else (0, "")
    if version != change.seen:
        batch.conflicts.append(
            Conflict(
                change.index,
                old,
                version,
                value,
                cell.set_by if cell else None,
                cell.changed_at if cell else None,
            )
        )
        return
    if old == value:
        return
    verb = verb_of(old, value)
    act = act_of(
        batch,
        "final",
        verb,
        None,
        student,
        old=old,
        new=value,
        first_set_at=cell.set_at if cell else None,
        set_by_id=cell.set_by if cell else None,
        reason=change.reason,
        term=TermState(
            title=title,
            kind=kind,
            final_set=bool(old),
            starts=starts,
            until=until,
            opens=opens,
            closes=closes,
        ),
    )
    verdict = batch.admits(change, act, headline(act))
    if verdict is None:
        return
    first = (cell.first_value or cell.value) if cell else ""
    batch.finals.append(
        {
            "term_id": change.term_id,
            "student_id": student.id,
            "value": value,
            "first_value": "" if first == value else first,
            "reason": change.reason,
            "set_at": cell.set_at if cell else context.at,
            "version": version + 1,
        }
    )
    said = {"record": "final_set", "correct": "final_corrected", "annul": "final_annulled"}[verb]
    batch.note_draft(
        Draft(
            change.index, said, "term_mark", {}, None, student.id, key=("final", change.term_id, student.id)
        ),
        old,
        value,
        change.reason,
        v=version + 1,
        term=change.term_id,
        late=verdict.is_late,
    )


def _value(batch: Batch, change: FinalChange, kind: str, until: date) -> str:
    """The value as it is stored. Where no act names the symbols of this final, the journal's scale does."""
    if not change.value:
        return ""
    journal, on, cell = batch.context.journal, until - timedelta(days=1), f"{kind}_final"
    value = read_mark(batch.law, change.value, on=on, place=batch.place, cell=cell)
    if mark_symbols(batch.law, on=on, place=batch.place, cell=cell) is None and value not in journal.scale:
        raise BadInput(f"В шкале журнала нет отметки «{value}»: есть {', '.join(journal.scale)}.")
    return value
