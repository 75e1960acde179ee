"""Topics missed for illness or another valid reason, passed before the teacher or a commission: the protocol."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from parta.foundation import log
from parta.journal.actions.context import NotFound
from parta.journal.models import MakeUp
from parta.journal.queries.make_ups import keeps, missed
from parta.organisation.actions import checks
from parta.organisation.acts import Refusal
from parta.people.queries import staff_options
from parta.people.viewer import Viewer
from parta.plans.models import Journal

__all__ = ["record_make_up"]

LEAST = 2
"""Members of a commission."""


@transaction.atomic
def record_make_up(
    viewer: Viewer,
    journal_id: int,
    *,
    student_id: int,
    lesson_ids: Sequence[int],
    held_on: date,
    form: str,
    members: Sequence[int],
    result: str,
    number: str,
    at: datetime,
    operation_id: str,
) -> int:
    """Write a protocol into a journal; its id. Raises NotFound out of reach, Refusal with the field."""
    if not keeps(viewer, journal_id):
        raise NotFound("journal")
    head = log.lock_chain("journal", journal_id)
    checks.not_closed(Journal.objects.select_related("year").get(pk=journal_id).year)
    number = checks.text(number, 40, "number", "номер протокола")
    checks.one_of(form, MakeUp.FORMS, "form", "кому сдавали")
    checks.one_of(result, MakeUp.RESULTS, "result", "итог")
    if held_on > viewer.on:
        raise Refusal("Зачёт ещё впереди: протокол пишут в день зачёта или позже.", "held_on")
    open_topics = {one.lesson_id: one for one in missed(viewer, journal_id) if one.student_id == student_id}
    wanted = [open_topics.get(id) for id in dict.fromkeys(lesson_ids)]
    topics = [one for one in wanted if one is not None]
    if not topics or len(topics) < len(wanted):
        raise Refusal(
            "Отметьте темы этого ученика: только пропущенные по болезни или другой уважительной причине"
            " и ещё не зачтённые.",
            "lesson",
        )
    if held_on < max(one.on for one in topics):
        raise Refusal("Зачёт раньше урока, который пропущен: проверьте дату.", "held_on")
    present = dict(staff_options(viewer, held_on))
    taken_by = list(dict.fromkeys(members))
    if form == "teacher":
        taken_by = taken_by or [viewer.person_id or 0]
        if len(taken_by) != 1:
            raise Refusal("Преподаватель один; если их несколько, это комиссия.", "member")
    elif len(taken_by) < LEAST:
        raise Refusal("В комиссии не меньше двух человек.", "member")
    if not set(taken_by) <= present.keys():
        raise Refusal("В этот день такого сотрудника нет: выберите из списка.", "member")
    if MakeUp.objects.filter(journal_id=journal_id, number=number).exists():
        raise Refusal(f"Протокол № {number} в этом журнале уже есть.", "number")
    row = MakeUp.objects.create(
        school_id=viewer.school.id,
        journal_id=journal_id,
        student_id=student_id,
        number=number,
        held_on=held_on,
        form=form,
        result=result,
        members=taken_by,
        topics=[
            {"lesson": one.lesson_id, "on": one.on.isoformat(), "topic": one.topic, "symbol": one.symbol}
            for one in sorted(topics, key=lambda one: (one.on, one.lesson_id))
        ],
        entered_by_id=viewer.person_id,
        entered_at=at,
    )
    line = log.Line(
        "make_up_recorded",
        "make_up",
        row.pk,
        None,
        student_id,
        {
            "number": number,
            "on": held_on.isoformat(),
            "form": form,
            "result": result,
            "members": taken_by,
            "lessons": [one["lesson"] for one in row.topics],
        },
    )
    log.append(head, [line], by=viewer.acting_as(), at=at, operation_id=operation_id)
    return row.pk
