"""The classroom PC in a real browser: a closed screen keeps what was typed, Back shows nothing."""

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from parta.foundation import clock
from parta.journal.models import Mark
from parta.people.models import SignIn
from tests.cast import PASSWORD, World

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page, url: str, login: str) -> None:
    page.goto(f"{url}/login/")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.click("button.btn--go")
    page.wait_for_url(lambda address: "/login/" not in address)


def test_closed_screen_keeps_unsaved_cells(
    cast: World, browser_here: Browser, live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = browser_here.new_context(locale="ru-RU").new_page()
    page.clock.install()
    sign_in(page, live_server.url, "teacher")
    page.goto(f"{live_server.url}/journals/{cast.russian.id}/")
    expect(page.locator("td.cur")).to_have_count(1)
    later = cast.at + timedelta(minutes=11)
    monkeypatch.setattr(clock, "now", lambda: later)
    pupil = cast.named("Авдеев")
    page.locator(f'tr[data-s="{pupil.id}"] td.m').nth(8).click()
    page.keyboard.press("4")
    dialog = page.locator("dialog.lock")
    expect(dialog).to_be_visible()
    assert not Mark.objects.filter(assessment__lesson=cast.lesson, student=pupil).exists()
    expect(page.locator("main")).not_to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    page.fill("#lock-password", "неверный")
    page.keyboard.press("Enter")
    expect(dialog.locator(".err")).to_contain_text("не подошёл")
    page.fill("#lock-password", PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    page.clock.run_for(40_000)
    expect(page.locator("#save")).to_have_attribute("data-s", "saved")
    mark = Mark.objects.get(assessment__lesson=cast.lesson, student=pupil)
    assert mark.value == "4"


def test_page_left_alone_closes_itself(cast: World, browser_here: Browser, live_server: Any) -> None:
    page = browser_here.new_context(locale="ru-RU").new_page()
    page.clock.install()
    sign_in(page, live_server.url, "teacher")
    page.goto(f"{live_server.url}/journals/{cast.russian.id}/")
    page.clock.run_for(9 * 60_000)
    expect(page.locator("dialog.lock")).to_have_count(0)
    with page.expect_response("**/lock/"):
        page.clock.run_for(2 * 60_000)
    expect(page.locator("dialog.lock")).to_be_visible()
    page.reload()
    expect(page.locator("h1")).to_have_text("Введите пароль")
    assert "Зайцев" not in page.content()


def test_two_users_on_one_machine(cast: World, browser_here: Browser, live_server: Any) -> None:
    context = browser_here.new_context(locale="ru-RU")
    page = context.new_page()
    sign_in(page, live_server.url, "teacher")
    page.goto(f"{live_server.url}/journals/{cast.russian.id}/")
    expect(page.locator("td.cur")).to_have_count(1)
    page.evaluate("localStorage.setItem('parta-left', 'Зайцев')")
    page.locator(".cover details.menu > summary", has_text="Соколова").click()
    page.get_by_role("button", name="Выйти").click()
    page.wait_for_url("**/login/")
    assert page.evaluate("localStorage.length") == 0, "the site's data are gone"
    page.go_back()
    page.wait_for_load_state()
    assert "Зайцев" not in page.content() and "/login/" in page.url
    login = cast.student.user.login
    sign_in(page, live_server.url, login)
    assert "/diary/" in page.url
    for _ in range(4):
        page.go_back()
        page.wait_for_load_state()
        assert "Зайцев" not in page.content()
    page.goto(f"{live_server.url}/journals/{cast.russian.id}/")
    expect(page.locator("h1")).to_contain_text("другим ролям")
    rows = SignIn.objects.order_by("id")
    assert [(row.user.login, row.ended_how) for row in rows] == [("teacher", "logout"), (login, "")]
    assert rows[0].device == rows[1].device, "one machine"
