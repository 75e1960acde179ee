"""What a newcomer sees of the demo school, looked at in a real browser; the README's picture is taken here."""

import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from parta.demo.fill import fill
from parta.foundation import clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NOON = datetime(2026, 10, 14, 7, 40, tzinfo=UTC)
"""Wednesday, 14 October 2026, 10:40 in the gymnasium: the third lesson is going on."""
PICTURES = Path(__file__).parents[2] / "docs" / "images"


@pytest.fixture
def demo(db: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A small demo installation on an October morning; passwords by login."""
    monkeypatch.setattr(clock, "now", lambda: NOON)
    summary = fill(seed=1, today=date(2026, 10, 14), now=NOON, progress=lambda *_: None, homerooms=4)
    return {login.login: login.password for login in summary.logins}


def signed_in(browser: Browser, address: str, login: str, password: str, width: int, height: int) -> Page:
    """Through the sign-in page, as a person does it; a fault of a script fails the test."""
    page = browser.new_context(viewport={"width": width, "height": height}, locale="ru-RU").new_page()
    page.on("pageerror", lambda fault: pytest.fail(f"script: {fault}"))
    page.goto(f"{address}/login/")
    page.get_by_label("Логин").fill(login)
    page.get_by_label("Пароль", exact=True).fill(password)
    page.get_by_role("button", name="Войти").click()
    page.wait_for_load_state("networkidle")
    return page


def keep(page: Page, name: str) -> None:
    """Renew a picture of the docs when asked to (`make pictures`)."""
    if os.environ.get("PARTA_PICTURES"):
        PICTURES.mkdir(exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png")


def test_teacher_finds_the_day_and_the_journal(
    demo: dict[str, str], browser_here: Browser, live_server: Any
) -> None:
    page = signed_in(browser_here, live_server.url, "uchitel", demo["uchitel"], 1440, 900)
    expect(page.get_by_role("heading", level=1)).to_contain_text("14 октября")
    keep(page, "today")
    page.get_by_role("link", name="6 «Б», русский язык").first.click()
    grid = page.get_by_role("grid")
    expect(grid).to_be_visible()
    assert grid.get_by_role("row").count() > 20
    expect(grid.locator("td[tabindex='0']")).to_be_in_viewport()  # today's column of the first student
    expect(page.get_by_label("Тема урока")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    keep(page, "journal")


def test_guardian_sees_both_children_on_a_phone(
    demo: dict[str, str], browser_here: Browser, live_server: Any
) -> None:
    page = signed_in(browser_here, live_server.url, "roditel", demo["roditel"], 390, 844)
    expect(page.get_by_text("Диляра").first).to_be_visible()
    expect(page.get_by_text("Тимур").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    keep(page, "diary-phone")
