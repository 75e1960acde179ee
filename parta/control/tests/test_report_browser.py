"""A wide report on a phone: scrolled aside in its own box, the name of the row stays in sight and is read as words."""

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_row_of_a_wide_report_keeps_its_name(
    cast: Any, browser_here: Browser, live_server: Any, client_of: Any
) -> None:
    context = browser_here.new_context(viewport={"width": 390, "height": 844}, locale="ru-RU")
    key = client_of(cast.deputy).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/reports/mark_density/?since=2026-09-01&until=2026-10-14")
    box, name = page.locator(".scrollx").first, page.locator(".scrollx tbody th").first
    expect(name).to_be_visible()
    width = name.evaluate("one => one.offsetWidth")
    assert 60 <= width <= 200, width  # neither a letter in a line nor the whole window
    assert box.evaluate("one => one.scrollWidth > one.clientWidth"), "the report is wide"
    before = name.bounding_box()
    box.evaluate("one => { one.scrollLeft = 150 }")
    after = name.bounding_box()
    assert before and after and abs(before["x"] - after["x"]) < 2
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
