"""A lesson conducted with a thumb on a phone, and seen in the guardian's diary."""

import re
import threading
import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from playwright.sync_api import Browser, Page, expect

from parta.journal.actions.write import write
from parta.journal.models import Absence, DiaryNote, Homework, LessonRecord, Mark, Permit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_as(cast: Any, browser_here: Browser, live_server: Any, client_of: Any) -> Callable[..., Page]:
    """`open_as(cast.teacher, "/today/")`: a page of a phone on which the person is signed in; errors fail the test."""

    def open_page(person: Any, path: str, *, width: int = 390, script: bool = True) -> Page:
        context = browser_here.new_context(
            viewport={"width": width, "height": 844}, locale="ru-RU", java_script_enabled=script
        )
        key = client_of(person).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda fault: pytest.fail(f"script: {fault}"))
        page.goto(live_server.url + path)
        return page

    return open_page


def saved(page: Page) -> None:
    expect(page.locator("[data-save]")).to_have_attribute("data-s", "saved")


@pytest.mark.parametrize("path", ["/today/", "/journals/"])
@pytest.mark.parametrize("width", [390, 320])
def test_my_journals_on_a_phone_are_read_without_moving_aside(
    cast: Any, open_as: Callable[..., Page], path: str, width: int
) -> None:
    page = open_as(cast.teacher, path, width=width)
    values = page.locator(
        ".tbl--stack td[data-head]:not(:empty):not(.hide-s)"
    )  # whose they are is known here
    expect(values.first).to_be_visible()
    for box in (value.bounding_box() for value in values.all()):
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= width, box
    heads = page.locator(".tbl--stack thead th:not(:first-child)").all_text_contents()
    told = page.eval_on_selector_all(
        ".tbl--stack tbody tr:first-child td[data-head]", "cells => cells.map((cell) => cell.dataset.head)"
    )
    assert told == heads  # each value says what its column's head says


def test_lesson_on_a_phone_reaches_the_diary(cast: Any, open_as: Callable[..., Page]) -> None:
    away, late, good = cast.named("Орлова"), cast.named("Григорян"), cast.student
    page = open_as(cast.teacher, "/today/")
    page.get_by_role("link", name="Вести урок").click()
    page.get_by_role("button", name="Отсутствует: Орлова Виктория").click()
    page.get_by_role("button", name="Опоздание: Григорян Давид").click()
    page.get_by_role("button", name="5 мин", exact=True).click()
    expect(page.locator("[data-count]")).to_have_text("Нет 1, опоздали 1")
    page.get_by_role("button", name="Все отмечены, к отметкам").click()
    page.locator(f'[data-marks] li[data-student="{good.id}"] a').click()
    page.locator('.pad button[value="5"]').click()
    expect(page.locator(f'[data-marks] li[data-student="{good.id}"] .mk')).to_have_text("5")
    page.get_by_role("tab", name="Тема и д/з").click()
    page.locator("label.chip", has_text="9-й урок плана").click()
    expect(page.get_by_label("Тема урока")).to_have_value(cast.topics[8].text)
    page.get_by_role("button", name="Из плана").click()
    page.get_by_role("link", name="Замечание или похвала").click()
    page.locator("#words label.chip", has_text="похвала").click()
    page.locator("#w-student").select_option(str(good.id))
    page.get_by_label("Текст для ученика и семьи").fill("Отличный ответ")
    page.get_by_role("button", name="Записать", exact=True).click()
    expect(page.locator("[data-notes]")).to_contain_text("Отличный ответ")
    saved(page)
    page.get_by_role("button", name="Урок заполнен").click()
    page.wait_for_url("**/today/")
    expect(page.locator(".tl .now")).to_contain_text(cast.topics[8].text)

    record = LessonRecord.objects.get(lesson=cast.lesson)
    assert record.topic == cast.topics[8].text and record.roll_at and record.conducted_at
    absences = Absence.objects.filter(lesson=cast.lesson).values_list("student_id", "meaning", "minutes")
    assert set(absences) == {(away.id, "unknown", None), (late.id, "late", 5)}
    assert Mark.objects.get(assessment__lesson=cast.lesson).value == "5"
    assert Homework.objects.get(lesson=cast.lesson).text == cast.topics[8].homework
    assert DiaryNote.objects.get().kind == "praise"

    diary = open_as(cast.guardian, "/diary/")
    expect(diary.locator(".glance")).to_contain_text("Отметка: 5 (русский язык)")
    expect(diary.locator(".day--today")).to_contain_text(cast.topics[8].text)
    expect(diary.locator(".day--today")).to_contain_text("Похвала: Отличный ответ")
    expect(diary.locator("#d2026-10-15")).to_contain_text("§ 29, упр. 156")
    for shown in (page, diary):
        assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_refused_mark_shows_the_clause_and_asks_for_a_permit(cast: Any, open_as: Callable[..., Page]) -> None:
    old = cast.lesson_on("russian", date(2026, 10, 6))
    page = open_as(cast.teacher, f"/lessons/{old.id}/?tab=marks")
    page.locator('.pad button[value="5"]').click()
    refused = page.get_by_role("alert")
    expect(refused).to_contain_text("Пятёрка не сохранена")
    expect(refused).to_contain_text("п. 2.4 Положения")
    refused.get_by_role("button", name="Попросить согласие").click()
    page.get_by_label("Зачем нужна эта запись").fill("Ответ был на уроке")
    page.get_by_role("button", name="Попросить", exact=True).click()
    expect(page.locator(".note--ok")).to_contain_text("Просьба отправлена")
    permit = Permit.objects.get()
    assert (permit.fact, permit.wanted, permit.lesson_id) == ("mark", "5", old.id)
    assert "GT-P-2.4a" in permit.clauses


def test_unanswered_tap_waits_and_counts_once(cast: Any, open_as: Callable[..., Page]) -> None:
    page = open_as(cast.teacher, f"/lessons/{cast.lesson.id}/")
    page.route("**/write", lambda route: route.abort())
    page.get_by_role("button", name="Отсутствует: Орлова Виктория").click()
    expect(page.locator("[data-save]")).to_have_attribute("data-s", "offline")
    page.unroute("**/write")
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page)
    assert Absence.objects.get(lesson=cast.lesson).version == 1


def test_two_phones_on_one_student_see_each_other(cast: Any, open_as: Callable[..., Page]) -> None:
    first = open_as(cast.teacher, f"/lessons/{cast.lesson.id}/")
    second = open_as(cast.teacher, f"/lessons/{cast.lesson.id}/")
    first.get_by_role("button", name="Отсутствует: Орлова Виктория").click()
    saved(first)
    second.get_by_role("button", name="Опоздание: Орлова Виктория").click()
    expect(second.get_by_text("Здесь уже записано другое")).to_be_visible()
    second.get_by_role("button", name="Оставить как в журнале").click()
    pressed = second.get_by_role("button", name="Отсутствует: Орлова Виктория")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    assert Absence.objects.get(lesson=cast.lesson).symbol == "н"


def test_without_a_script_each_tap_is_a_form(cast: Any, open_as: Callable[..., Page]) -> None:
    page = open_as(cast.teacher, f"/lessons/{cast.lesson.id}/", script=False)
    page.get_by_role("button", name="Отсутствует: Орлова Виктория").click()
    expect(page.locator("[data-count]")).to_have_text("Нет 1")
    page.get_by_role("tab", name="Тема и д/з").click()
    page.locator("label.chip", has_text="9-й урок плана").click()
    page.get_by_role("button", name="Записать тему").click()
    expect(page.get_by_label("Тема урока")).to_have_value(cast.topics[8].text)
    page.get_by_role("tab", name="Отметки").click()
    page.locator('.pad button[value="4"]').click()
    expect(page.locator("[data-marks] .mk").first).to_have_text("4")
    assert Mark.objects.get(assessment__lesson=cast.lesson).value == "4"


def test_the_second_half_of_a_double_tap_is_no_mark(cast: Any, open_as: Callable[..., Page]) -> None:
    page = open_as(cast.teacher, f"/lessons/{cast.lesson.id}/")
    button = page.get_by_role("button", name="Все отмечены, к отметкам")
    box = button.bounding_box()
    assert box is not None
    for _ in range(2):
        page.mouse.click(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2)
    expect(page.get_by_role("tab", name="Отметки")).to_have_attribute("aria-selected", "true")
    saved(page)
    assert not Mark.objects.filter(assessment__lesson=cast.lesson).exists()
    expect(page.locator("[data-for]")).to_have_text(re.compile("."))
    first = page.locator("[data-marks] li").first
    expect(first).to_have_class(re.compile(r"\bsel\b"))  # «дальше» under the finger was not pressed
    expect(page.locator("#words")).to_be_hidden()


def test_words_still_in_a_field_outlive_the_lesson_page(
    cast: Any, open_as: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is drawn anew before its last words are written: it says them all the same, and they count once."""
    again = threading.Event()
    given: list[str] = []

    def hold_first(*args: Any, operation_id: str, **more: Any) -> Any:
        given.append(operation_id)
        if len(given) == 1:
            assert again.wait(30)
            return write(*args, operation_id=operation_id, **more)
        try:
            return write(*args, operation_id=operation_id, **more)
        finally:
            again.set()

    page = open_as(cast.teacher, f"/lessons/{cast.lesson.id}/?tab=topic")
    monkeypatch.setattr("parta.journal.pages.write.write", hold_first)
    homework = page.get_by_label("Домашнее задание", exact=True)
    homework.press_sequentially("§ 14")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(homework).to_have_value("§ 14")
    row = Homework.objects.get(lesson=cast.lesson, student=None)
    assert (row.text, row.version) == ("§ 14", 1) and len(given) >= 2 and len(set(given)) == 1
    assert page.evaluate("sessionStorage.length") == 0


def test_what_a_page_left_belongs_to_its_account(
    cast: Any, open_as: Callable[..., Page], client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    away: list[bool] = [True]
    given: list[int] = []

    def out_of_reach(viewer: Any, *args: Any, **more: Any) -> Any:
        given.append(viewer.user_id)
        if away[0]:
            raise OperationalError("the server is out of reach")
        return write(viewer, *args, **more)

    def leave_unsent(page: Page, text: str, to: str) -> None:
        away[0] = True
        page.goto(f"{site}/lessons/{cast.lesson.id}/?tab=topic")
        page.get_by_label("Тема урока").fill(text)
        page.goto(site + to)

    monkeypatch.setattr("parta.journal.pages.write.write", out_of_reach)
    page = open_as(cast.teacher, "/today/")
    site = page.url.removesuffix("/today/")
    page.on("dialog", lambda dialog: dialog.accept())
    strip = page.locator(".strip--foot")
    # a page of another kind carries the words on, and tells of it
    leave_unsent(page, "Имя числительное", "/today/")
    expect(strip).to_contain_text("ждут отправки: 1")
    away[0] = False
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(strip).to_contain_text("Записи с прошлой страницы сохранены")
    assert LessonRecord.objects.get(lesson=cast.lesson).topic == "Имя числительное"
    # somebody else was faster: told in words, nothing overwritten
    leave_unsent(page, "Местоимение", f"/journals/{cast.russian.id}/")
    expect(strip).to_contain_text("ждут отправки: 1")
    away[0] = False
    change = {"fact": "topic", "lesson": cast.lesson.id, "topic": "Наречие", "planned": None, "seen": 1}
    answer = client_of(cast.teacher).post(
        f"/journals/{cast.russian.id}/write",
        {"operation": str(uuid.uuid4()), "changes": [change]},
        content_type="application/json",
    )
    assert answer.status_code == 200
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(strip).to_contain_text("Не сохранено: тема «Местоимение»")
    expect(strip).to_contain_text("«Наречие»")
    # another account in the same tab neither sends nor sees it
    leave_unsent(page, "Причастие", "/today/")
    expect(strip).to_be_visible()
    mine = page.context.cookies()
    page.goto("about:blank")  # an open page would try again under the new session
    other = client_of(cast.deputy).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": other, "url": site}])
    away[0] = False
    page.goto(site + "/")
    expect(page.locator(".cover")).to_be_visible()
    expect(strip).to_have_count(0)
    assert page.evaluate("sessionStorage.length") == 0 and set(given) == {cast.teacher.user_id}
    # sign-out leaves nothing in the tab, though the words were under way
    page.context.add_cookies(mine)  # type: ignore[arg-type]
    leave_unsent(page, "Деепричастие", "/today/")
    expect(strip).to_be_visible()
    page.locator('form[action="/logout/"]').evaluate("form => form.requestSubmit()")
    page.wait_for_url("**/login/**")
    assert page.evaluate("sessionStorage.length") == 0
    assert LessonRecord.objects.get(lesson=cast.lesson).topic == "Наречие"
