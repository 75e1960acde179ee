"""A step of the close of a term is done: by whom, when. What is not finished is not confirmed."""

from collections.abc import Sequence
from datetime import datetime

from parta.control.models import CloseoutStep
from parta.foundation import log
from parta.foundation.log import Actor, Line
from parta.foundation.pagekit import plural
from parta.organisation.acts import Refusal, act


def confirm_finals(
    *,
    school_id: int,
    journal_id: int,
    term_id: int,
    missing: Sequence[str],
    person_id: int,
    by: Actor,
    at: datetime,
) -> None:
    """The teacher has checked the term's marks of a journal. Raises Refusal with the names of who has none.

    `missing` are the students without the mark, as the page asked them in the same request. A second time changes
    nothing.
    """
    if missing:
        names = ", ".join(missing[:5]) + (f" и ещё {len(missing) - 5}" if len(missing) > 5 else "")
        count = plural(len(missing), "ученика", "учеников", "учеников")
        raise Refusal(f"Подтвердить нельзя: нет отметки за период у {count}: {names}.", "journal")
    with act(school_id, by=by, at=at) as lines:
        log.lock_chain("school", school_id)
        step, is_new = CloseoutStep.objects.get_or_create(
            journal_id=journal_id,
            term_id=term_id,
            step="confirm_finals",
            defaults={"school_id": school_id, "person_id": person_id, "at": at},
        )
        if is_new:
            lines.append(
                Line("finals_confirmed", "closeout", step.pk, data={"journal": journal_id, "term": term_id})
            )
