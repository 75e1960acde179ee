"""The navigation: every entry of a role can be reached on a desk, a tablet, a phone, by keyboard, without a script."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from parta.people.chrome import ENTRIES, FLAT, GROUPS
from tests.cast import World

ROLES = (
    "director deputy operator head_of_department teacher class_teacher master social_pedagogue nurse secretary"
    " inspector student guardian"
).split()
WIDE, NARROW = 1024, 390


def links(html: str) -> list[str]:
    return re.findall(r'<a(?: class="menu__item")? href="([^"]+)"', html)


def test_groups_stand_in_order() -> None:
    assert all(one[0] < other[0] for one, other in pairwise(GROUPS))
    assert GROUPS[0] == (0, "")


@pytest.mark.django_db
@pytest.mark.parametrize("who", ROLES)
def test_both_menus_hold_every_entry_of_the_role(
    cast: World, client_of: Callable[..., Any], who: str
) -> None:
    client = client_of(getattr(cast, who))
    html = client.get("/", follow=True).content.decode()
    bar, _, rest = html.partition('<details class="menu nav-all')
    bar = bar[bar.index('<nav class="nav"') :]
    everything = rest[: rest.index("</nav>")]
    expected = [reverse(entry.url_name) for entry in ENTRIES if entry.roles & cast.viewer(who).roles]
    assert expected
    assert links(bar) == links(everything) == expected
    titles = re.findall(r"<summary[^>]*>([^<]+)", bar)
    if len(expected) <= FLAT:
        assert not titles
    else:
        assert len(titles) + bar.count("\n<a ") <= 8  # what stands in the bar itself
        assert not any(group.count("<a ") == 1 for group in bar.split("<details")[1:])  # no group of one


@pytest.fixture
def show(cast: World, browser_here: Browser, live_server: Any, client_of: Any) -> Callable[..., Page]:
    """`show("deputy", width, path)`: a page of that person in the installed Chromium."""

    def open_page(who: str, width: int, path: str = "/today/", *, script: bool = True) -> Page:
        context = browser_here.new_context(
            viewport={"width": width, "height": 700}, locale="ru-RU", java_script_enabled=script
        )
        key = client_of(getattr(cast, who)).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    return open_page


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("who", ["deputy", "class_teacher", "director"])
def test_the_bar_fits(show: Callable[..., Page], who: str) -> None:
    for width in (1440, WIDE, 720, NARROW, 320):
        page = show(who, width)
        for part in page.locator(
            ".cover .nav > :visible, .nav-all > summary:visible, .cover__end .menu > summary"
        ).all():
            box = part.bounding_box()
            assert box and box["x"] >= 0 and box["x"] + box["width"] <= width, (width, part.inner_text())
        bar = page.locator(".nav").first.evaluate("bar => [bar.scrollWidth, bar.clientWidth]")
        assert bar[0] <= bar[1] + 1 or width < 390, (width, bar)
        page.context.close()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_group_by_keyboard_and_without_a_script(show: Callable[..., Page]) -> None:
    page = show("deputy", WIDE)
    group = page.locator(".nav__group summary", has_text="Уроки")
    group.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Замены")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Замены")).to_be_hidden()
    expect(group).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**" + reverse("substitutions"))
    assert page.locator('.nav__group summary[aria-current="true"]').inner_text().startswith("Уроки")

    bare = show("deputy", NARROW, script=False)
    bare.locator(".nav-all > summary").click()
    bare.get_by_role("navigation", name="Все разделы").get_by_role("link", name="Настройка").click()
    bare.wait_for_url("**" + reverse("setup"))


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_opening_one_group_closes_the_other(show: Callable[..., Page]) -> None:
    page = show("deputy", 1440)
    page.locator(".nav__group summary", has_text="Люди").click()
    page.locator(".nav__group summary", has_text="Школа").click()
    expect(page.locator(".nav__group[open]")).to_have_count(1)
    page.locator("h1").click()
    expect(page.locator(".nav__group[open]")).to_have_count(0)
