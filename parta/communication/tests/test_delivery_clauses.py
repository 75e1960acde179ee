"""Clauses on what reaches people by mail, through the pages and a real mail server, under the college's act."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from parta.communication.actions import habits
from parta.communication.tests.test_delivery import ZONE, rounds, told  # noqa: F401  (a fixture)
from parta.foundation import clock
from parta.people.models import Consent
from tests.journeys.steps import COLLEGE, done, mark, page, saved, send, under
from tests.post.server import PostOffice

pytestmark = pytest.mark.django_db


def letters_to(post: PostOffice, address: str) -> list[str]:
    return [taken.text for taken in post.box() if address in taken.to]


@under(COLLEGE)
@pytest.mark.clause("ET-5.3")
def test_urgent_message_is_mailed_and_on_top_of_the_curators_page(
    told: Any,  # noqa: F811
    client_of: Any,
    post: PostOffice,
) -> None:
    told.class_teacher.email = "curator@mail.example"
    told.class_teacher.save()
    form = {
        "act": "send",
        "to": [told.class_teacher.pk],
        "subject": "Срочно",
        "text": "Позвоните",
        "urgent": "1",
    }
    plain = {"act": "send", "to": [told.class_teacher.pk], "subject": "Обычное", "text": "Спасибо"}
    done(client_of(told.guardian).post(f"/messages/new/?student={told.student.pk}", form))
    with clock.rehearse(told.at + timedelta(hours=1)):
        other = told.named("Зайцев")
        done(client_of(told.other_guardian).post(f"/messages/new/?student={other.pk}", plain))
        words = page(client_of(told.class_teacher), "/messages/")
    assert words.index("Срочно") < words.index("Обычное"), "though the other one is later"
    rounds(told.at + timedelta(minutes=1))
    (letter,) = [text for text in letters_to(post, "curator@mail.example") if "Срочно" in text]
    assert "Сафина" in letter


@under(COLLEGE)
@pytest.mark.clause("ET-A-DEP-6q")
def test_a_replacement_is_in_the_diary_at_once_and_told(
    told: Any,  # noqa: F811
    client_of: Any,
    post: PostOffice,
) -> None:
    lesson = told.lesson_on("russian", date(2026, 10, 15))
    form = {"act": "substitute", "row": lesson.pk, "substitute": told.substitute.pk, "reason": "болезнь"}
    assert client_of(told.deputy).post("/substitutions/?date=2026-10-15", form).status_code == 302
    for where in (f"/diary/{told.student.pk}/", "/timetable/"):
        assert "Мельник О. П." in page(client_of(told.guardian), where)
    rounds(told.at)
    (letter,) = letters_to(post, "mother@mail.example")
    assert "Мельник" in letter and "замена" in letter.lower()


@under(COLLEGE)
@pytest.mark.clause("ET-A-CURATOR-2b")
def test_the_weekly_digest_comes_and_who_refused_is_on_the_paper_list(
    told: Any,  # noqa: F811
    client_of: Any,
    post: PostOffice,
) -> None:
    ways = {"mark": "weekly"}
    for guardian in ("guardian", "other_guardian"):
        habits.choose(told.viewer(guardian), ways, quiet_from=None, quiet_until=None, at=told.at)
    refusing = told.named("Зайцев")
    Consent.objects.create(
        school=told.school,
        student=refusing,
        kind="personal_data",
        state="refused",
        signed_on=told.on,
        recorded_at=told.at,
    )
    teacher = client_of(told.teacher)
    saved(send(teacher, told.russian, mark(told.lesson, told.student, "5")))
    saved(send(teacher, told.russian, mark(told.lesson, refusing, "4")))
    friday = datetime(2026, 10, 16, 18, 0, tzinfo=ZONE)
    rounds(friday - timedelta(minutes=1))
    assert post.box() == [], "a digest waits for its hour"
    rounds(friday + timedelta(hours=3))
    (letter,) = letters_to(post, "mother@mail.example")
    assert "Русский язык, 14 октября: отметка 5" in letter.replace("\u00a0", " ")
    assert letters_to(post, "father@mail.example") == []
    listed = page(client_of(told.class_teacher), f"/families/{told.homeroom.pk}/reports/")
    assert re.search(r"Зайцев Михаил( \w+)? на бумаге", listed)
    assert not re.search(r"Сафина Диляра( \w+)? на бумаге", listed)
    diary = page(client_of(told.guardian), f"/diary/{told.student.pk}/?view=marks")
    assert "5 14.10" in diary, "by the web account as well"
