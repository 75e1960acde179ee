"""Clauses on the day of the lesson: which of its fields may not be left empty until midnight."""

from datetime import date, timedelta
from typing import Any

import pytest

from parta.foundation import clock
from parta.plans.models import PlannedTopic
from tests.journeys.steps import (
    COLLEGE,
    DUBROVO,
    held,
    homework,
    mark,
    page,
    roll,
    saved,
    send,
    topic,
    under,
)

TUESDAY = date(2026, 10, 13)
SAID = "Поставить отметки: на уроке нет ни одной"


def filled(cast: Any, client: Any, lesson: Any) -> None:
    """All of the lesson's record but the marks."""
    planned = cast.topics[0]
    type(cast.maths).objects.filter(pk=cast.maths.pk).update(plan=cast.plan)
    entry = [topic(lesson, planned.text, planned), roll(lesson), held(lesson), homework(lesson, none=True)]
    saved(send(client, cast.maths, *entry))


@under(COLLEGE)
@pytest.mark.clause("ET-6.7a")
def test_lesson_with_an_empty_field_of_marks_is_reported_at_midnight(cast: Any, client_of: Any) -> None:
    """To do until 23:59:59, overdue the second after; one mark closes it; a work of the class has its own term."""
    lesson, teacher, deputy = (
        cast.lesson_on("maths", TUESDAY),
        client_of(cast.class_teacher),
        client_of(cast.deputy),
    )
    midnight = cast.local(TUESDAY + timedelta(days=1), 0)
    with clock.rehearse(midnight - timedelta(seconds=2)):
        before = page(deputy, f"/control/?since={TUESDAY}&until={TUESDAY}")
        assert "Записать урок" not in before, "the day is not over"
        filled(cast, teacher, lesson)
    with clock.rehearse(midnight - timedelta(seconds=1)):
        assert SAID in page(teacher, "/control/findings/"), "to do, by its name"
        assert SAID.casefold() not in page(deputy, "/control/?since=2026-10-13").casefold()
    address = "/control/?since=2026-10-13&until=2026-10-13"
    with clock.rehearse(midnight):
        overdue = page(deputy, address)
        assert SAID in overdue and "п. 6.7" in overdue and "Исаков" in overdue
        assert f'href="/lessons/{lesson.pk}/"' in deputy.get(address).content.decode()
        work = cast.topics[0]
        PlannedTopic.objects.filter(pk=work.pk).update(work_kind="control")
    with clock.rehearse(midnight + timedelta(minutes=1)):
        saved(send(teacher, cast.maths, mark(lesson, cast.named("Асанов"), "5", "oral")))
        assert SAID not in page(deputy, address)
    for name in ("teacher", "guardian"):
        assert client_of(cast.people[name]).get(address).status_code == 403


@under(COLLEGE)
def test_lesson_of_a_control_work_owes_its_marks_by_their_own_term(cast: Any, client_of: Any) -> None:
    lesson = cast.lesson_on("maths", TUESDAY)
    PlannedTopic.objects.filter(pk=cast.topics[0].pk).update(work_kind="control")
    with clock.rehearse(cast.local(TUESDAY, 20)):
        filled(cast, client_of(cast.class_teacher), lesson)
    with clock.rehearse(cast.local(TUESDAY + timedelta(days=1), 0)):
        assert SAID not in page(client_of(cast.deputy), "/control/?since=2026-10-13&until=2026-10-13")


@under(DUBROVO)
def test_an_act_that_names_no_field_of_marks_asks_for_none(cast: Any, client_of: Any) -> None:
    with clock.rehearse(cast.local(TUESDAY, 20)):
        filled(cast, client_of(cast.class_teacher), cast.lesson_on("maths", TUESDAY))
    with clock.rehearse(cast.local(TUESDAY + timedelta(days=2), 0)):
        assert SAID not in page(client_of(cast.deputy), "/control/?since=2026-10-13&until=2026-10-13")
