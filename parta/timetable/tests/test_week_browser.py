"""The week on a phone: days below one another, nothing to move aside for; on a desk days stand side by side."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, expect

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("who", ["teacher", "guardian"])
def test_the_week_is_read_downwards_on_a_phone(
    cast: Any, browser_here: Browser, live_server: Any, client_of: Any, who: str
) -> None:
    context = browser_here.new_context(viewport={"width": 390, "height": 844}, locale="ru-RU")
    key = client_of(cast.people[who]).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
    page = context.new_page()
    page.goto(live_server.url + "/timetable/")
    days = page.locator("details.ttday")
    expect(page.get_by_role("table")).to_have_count(0)  # no box that scrolls aside
    open_days = page.locator("details.ttday[open]")
    expect(open_days.first).to_contain_text("сегодня")  # what is over is folded
    assert 0 < open_days.count() < days.count()
    for lesson in page.locator("details.ttday[open] li").all():
        box = lesson.bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= 390, box
    summary = days.first.locator("summary").bounding_box()
    assert summary and summary["height"] >= 44
    later = (cast.on + timedelta(days=7)).isoformat()
    page.goto(f"{live_server.url}/timetable/?week={later}")
    expect(page.locator("details.ttday:not([open])")).to_have_count(0)
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.get_by_role("table")).to_have_count(1)
    expect(days.first).to_be_hidden()
