"""The show on the classroom's screen: names, roll, topic, homework; no mark, no reason of an absence, no way astray."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from parta.journal.models import Absence, Homework, Mark
from parta.journal.tests.test_lesson_browser import open_as  # noqa: F401
from parta.people.models import Enrolment, Person, ReadTrace


def board_of(lesson: Any) -> str:
    return f"/lessons/{lesson.id}/board/"


def text_of(answer: Any) -> str:
    return answer.content.decode().replace("\xa0", " ").replace("&nbsp;", " ")


@pytest.mark.django_db
def test_board_shows_the_lesson_and_no_mark(cast: Any, client_of: Any) -> None:
    lesson, ill, late = cast.lesson, cast.named("Орлова"), cast.named("Григорян")
    for student, symbol, meaning in ((ill, "Б", "ill"), (late, "О", "late")):
        Absence.objects.create(
            school=cast.school, journal=cast.russian, lesson=lesson, student=student, symbol=symbol,
            meaning=meaning, set_at=cast.at, changed_at=cast.at, set_by=cast.teacher, version=1,
        )  # fmt: skip
    Mark.objects.all().update(value="5", comment="Заметка к отметке", first_value="2")
    assert Homework.objects.filter(student=None).update(text="Упражнение 77", due_lesson=lesson)
    html = text_of(client_of(cast.teacher).get(board_of(lesson)))
    main = html[html.index("<main") :]
    assert re.search(r"Орлова Виктория\s*<b>нет</b>", main)
    assert re.search(r"Григорян Давид\s*<b>опоздание</b>", main)
    assert "Упражнение 77" in main
    assert "болезн" not in html and "title=" not in main
    assert "Заметка к отметке" not in html and not re.search(r">\s*[25]\s*<", main)
    assert "Сообщения" not in html and "Дневник" not in html  # nothing leads astray
    links = set(re.findall(r'<a[^>]* href="([^"#]+)"', html))
    assert all(link.startswith("/lessons/") for link in links), links
    assert ReadTrace.objects.filter(page="lesson_board", object_id=lesson.id).count() == 1


@pytest.mark.django_db
def test_board_asks_a_constant_number_of_statements(cast: Any, client_of: Any, count_statements: Any) -> None:
    client = client_of(cast.teacher)
    client.get(board_of(cast.lesson))
    with count_statements() as small:
        client.get(board_of(cast.lesson))
    people = Person.objects.bulk_create(
        Person(school=cast.school, surname=f"Новиков{n}", given_name="Пётр") for n in range(30)
    )
    Enrolment.objects.bulk_create(
        Enrolment(school=cast.school, student=person, homeroom=cast.homeroom, starts=date(2026, 9, 1))
        for person in people
    )
    with count_statements() as large:
        assert "Новиков29" in text_of(client.get(board_of(cast.lesson)))
    assert len(small) == len(large) <= 6


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_one_key_shows_and_one_leaves(cast: Any, open_as: Callable[..., Page]) -> None:  # noqa: F811
    page = open_as(cast.teacher, f"/journals/{cast.russian.id}/", width=1440)
    expect(page.locator("td.cur")).to_have_count(1)
    page.keyboard.press("F8")
    page.wait_for_url("**/board/?from=journal")
    page.reload()
    expect(page.get_by_text("Показ классу: отметок на экране нет")).to_be_visible()
    expect(page.locator("td.m, .mk")).to_have_count(0)
    page.get_by_role("link", name="Прошлый урок").click()
    page.wait_for_url("**/board/?from=journal")
    page.keyboard.press("Escape")
    page.wait_for_url(f"**/journals/{cast.russian.id}/?lesson=*")
    page.goto(page.url.split("/journals/")[0] + f"/lessons/{cast.lesson.id}/")
    page.get_by_role("link", name="Показ классу").first.click()
    page.wait_for_url("**/board/")
    page.get_by_role("link", name="Выйти из показа").click()
    page.wait_for_url(f"**/lessons/{cast.lesson.id}/")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_board_works_without_a_script(cast: Any, open_as: Callable[..., Page]) -> None:  # noqa: F811
    page = open_as(cast.teacher, f"/lessons/{cast.lesson.id}/", width=1440, script=False)
    page.get_by_role("link", name="Показ классу").first.click()
    page.get_by_role("link", name="Выйти из показа").click()
    page.wait_for_url(f"**/lessons/{cast.lesson.id}/")
