"""Clauses on who read and changed a person's data, and on what of it is kept."""

from datetime import timedelta
from typing import Any

import pytest

from parta.foundation import clock
from parta.people.models import ReadTrace
from tests.journeys.steps import CENTRE, COLLEGE, GYMNASIUM, mark, page, saved, send, under


@under(CENTRE)
@pytest.mark.clause("CT-1.1f")
def test_operator_lists_who_viewed_printed_or_changed_one_student(cast: Any, client_of: Any) -> None:
    operator, pupil = client_of(cast.operator), cast.student
    page(client_of(cast.class_teacher), f"/students/{pupil.pk}/")
    page(client_of(cast.guardian), f"/students/{pupil.pk}/report/")
    page(client_of(cast.deputy), f"/students/{cast.other_student.pk}/")
    assert client_of(cast.master).get(f"/students/{pupil.pk}/").status_code == 404
    card = {"act": "save", "surname": pupil.surname, "given_name": pupil.given_name, "phone": "+79990001122"}
    assert operator.post(f"/setup/people/{pupil.pk}/", card).status_code == 302
    shown = page(operator, f"/readings/?student={pupil.pk}")
    for words in (
        "Исаков Б. М. классный руководитель открыта карточка",
        "родитель напечатаны сведения о человеке",
        "отказано: открыта карточка",
        "оператор изменение изменены данные карточки",
    ):
        assert words in shown, words
    assert "завуч открыта карточка" not in shown, "another student's card is not in this list"
    by_reader = page(operator, f"/readings/?reader={cast.deputy.pk}")
    assert "завуч открыта карточка" in by_reader and "родитель" not in by_reader
    day = (cast.on - timedelta(days=1)).isoformat()
    assert "классный руководитель" not in page(
        operator, f"/readings/?student={pupil.pk}&since={day}&until={day}"
    )
    with clock.rehearse(cast.at + timedelta(days=40)):
        assert "классный руководитель" not in page(operator, f"/readings/?student={pupil.pk}"), (
            "a month by default"
        )
        since = cast.on.isoformat()
        assert "классный руководитель" in page(operator, f"/readings/?student={pupil.pk}&since={since}")
    for name in ("teacher", "class_teacher", "guardian", "secretary"):
        assert client_of(cast.people[name]).get("/readings/").status_code == 403, name
    foreign = client_of(cast.outside.deputy)
    assert "Исаков" not in page(foreign, f"/readings/?student={pupil.pk}&since=2026-09-01")


@under(GYMNASIUM)
def test_parent_prints_what_is_kept_and_the_deputy_sees_it(cast: Any, client_of: Any) -> None:
    pupil = cast.student
    saved(send(client_of(cast.teacher), cast.russian, mark(cast.lesson, pupil, "5")))
    shown = page(client_of(cast.guardian), f"/students/{pupil.pk}/report/")
    assert pupil.full_name in shown and "мать" in shown and "Напечатать" not in shown and "Печать" in shown
    assert "Отметки" in shown and "Записи истории изменений" in shown
    assert ReadTrace.objects.filter(page="export:subject", student_id=pupil.pk).count() == 1
    again = page(client_of(cast.guardian), f"/students/{pupil.pk}/report/")
    assert "родитель 1 14 октября" in again
    assert client_of(cast.outsider).get(f"/students/{pupil.pk}/report/").status_code == 404
    assert client_of(cast.teacher).get(f"/students/{pupil.pk}/report/").status_code == 403
    deputy = page(client_of(cast.deputy), f"/readings/?student={pupil.pk}")
    assert deputy.count("напечатаны сведения о человеке") == 2 and "поставлена отметка" in deputy


@under(COLLEGE)
@pytest.mark.clause("ET-7.2l")
def test_prints_and_views_are_logged_with_person_and_time(cast: Any, client_of: Any) -> None:
    page(client_of(cast.secretary), f"/students/{cast.student.pk}/report/")
    page(client_of(cast.secretary), f"/students/{cast.student.pk}/")
    client_of(cast.teacher).get(f"/students/{cast.student.pk}/report/")
    rows = ReadTrace.objects.filter(student_id=cast.student.pk).order_by("id")
    assert [(row.page, row.user_id, row.at) for row in rows] == [
        ("export:subject", cast.secretary.user_id, cast.at),
        ("student_card", cast.secretary.user_id, cast.at),
        ("refused:subject", cast.teacher.user_id, cast.at),
    ]
