"""A remark is raised, answered, accepted or returned. Its words never change; each step is a line of the log."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from parta.control.models import Remark
from parta.foundation import log
from parta.foundation.log import Actor, Line
from parta.organisation.acts import Refusal, act

LONGEST = timedelta(days=180)
"""The furthest day by which a remark may be due."""


def _words(text: str, field: str, what: str) -> str:
    text = text.strip()
    if len(text) < 3:
        raise Refusal(f"Напишите {what}: хотя бы несколько слов.", field)
    if len(text) > 1000:
        raise Refusal(f"Слишком длинно: до 1000 знаков, здесь {len(text)}.", field)
    return text


def _line(verb: str, remark: Remark) -> Line:
    return Line(
        verb,
        "remark",
        remark.pk,
        lesson_id=remark.lesson_id,
        data={
            "journal": remark.journal_id,
            "homeroom": remark.homeroom_id,
            "person": remark.person_id,
            "due": remark.due.isoformat(),
            "state": remark.state,
            "clauses": remark.clauses,
        },
    )


def raise_remark(
    *,
    school_id: int,
    person_id: int,
    text: str,
    due: date,
    on: date,
    made_by: int,
    by: Actor,
    at: datetime,
    journal_id: int | None = None,
    lesson_id: int | None = None,
    homeroom_id: int | None = None,
    check_id: int | None = None,
    clauses: Sequence[str] = (),
) -> int:
    """Write a remark to `person_id` about a place, to be mended by the end of `due`; its id.

    Raises Refusal when the words are missing or the day is past or too far. The page has seen to it that the place
    and the person are within the writer's scope.
    """
    text = _words(text, "text", "замечание")
    if not on <= due <= on + LONGEST:
        raise Refusal("Срок замечания: от сегодняшнего дня до полугода вперёд.", "due")
    with act(school_id, by=by, at=at) as lines:
        made = Remark.objects.create(
            school_id=school_id,
            check_made_id=check_id,
            journal_id=journal_id,
            lesson_id=lesson_id,
            homeroom_id=homeroom_id,
            person_id=person_id,
            text=text,
            clauses=list(clauses),
            due=due,
            made_by_id=made_by,
            made_at=at,
        )
        lines.append(_line("remark_raised", made))
    return int(made.pk)


def _locked(school_id: int, remark_id: int) -> Remark:
    log.lock_chain("school", school_id)
    found = Remark.objects.filter(school_id=school_id, pk=remark_id).first()
    if found is None:
        raise LookupError(f"remark {remark_id}")
    return found


def answer(*, school_id: int, remark_id: int, person_id: int, text: str, by: Actor, at: datetime) -> None:
    """The addressee says what was mended. Raises Refusal when it is accepted already, LookupError for a foreign one."""
    text = _words(text, "answer", "ответ")
    with act(school_id, by=by, at=at) as lines:
        remark = _locked(school_id, remark_id)
        if remark.person_id != person_id:
            raise LookupError(f"remark {remark_id} of another person")
        if remark.state == "accepted":
            raise Refusal("Замечание уже снято: отвечать не нужно.", "answer")
        remark.state, remark.answer, remark.answered_at = "answered", text, at
        remark.save(update_fields=["state", "answer", "answered_at"])
        lines.append(_line("remark_answered", remark))


def accept(*, school_id: int, remark_id: int, closed_by: int, by: Actor, at: datetime) -> None:
    """A controller finds it mended. Raises Refusal when it was not answered, LookupError for an unknown one."""
    with act(school_id, by=by, at=at) as lines:
        remark = _locked(school_id, remark_id)
        if remark.state == "accepted":
            raise Refusal("Это замечание уже снято.")
        if remark.state != "answered":
            raise Refusal("На замечание ещё нет ответа: принять нечего.")
        remark.state, remark.closed_by_id, remark.closed_at = "accepted", closed_by, at
        remark.save(update_fields=["state", "closed_by", "closed_at"])
        lines.append(_line("remark_accepted", remark))


def return_remark(
    *, school_id: int, remark_id: int, reason: str, due: date, on: date, by: Actor, at: datetime
) -> None:
    """A controller sends an answer back with the reason and a new day. Raises Refusal and LookupError."""
    reason = _words(reason, "reason", "что осталось исправить")
    if not on <= due <= on + LONGEST:
        raise Refusal("Новый срок: от сегодняшнего дня до полугода вперёд.", "due")
    with act(school_id, by=by, at=at) as lines:
        remark = _locked(school_id, remark_id)
        if remark.state != "answered":
            raise Refusal("Вернуть можно только замечание, на которое ответили.")
        remark.state, remark.returned, remark.returned_at, remark.due = "open", reason, at, due
        remark.save(update_fields=["state", "returned", "returned_at", "due"])
        lines.append(_line("remark_returned", remark))
