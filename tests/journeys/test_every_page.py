"""Every page of every role, found by following links as a person would: it answers, fits its window, can be read aloud.

The walk starts at a role's first page and follows each kind of address once. On every page of every role: it answers,
no script fails, one heading of the first level, targets of 24 px, nothing scrolls sideways on a phone. For every build
of a page (the same address is built otherwise for a teacher and for an inspector) axe finds no violation on a phone,
contrast left out. For every kind of page nothing scrolls sideways on a desk or at 200 % zoom, and axe finds no
violation on a phone in the light and on a desk in the dark. Contrast costs nine tenths of a look, so it is measured
where colours meet that have not met before: letters, what lies under them, their size and weight.
"""

import json
import re
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, Page

from tests.cast import World
from tests.contracts.matrix import PERSONAS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROLES = (
    "director deputy operator head_of_department teacher class_teacher master social_pedagogue nurse secretary"
    " inspector student guardian"
).split()
PHONE, ZOOMED, DESK = (390, 844), (720, 450), (1440, 900)
DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
PHONE_BUILT = re.compile(r"/(lessons|diary|login)/")
"""Pages that a phone shows by other elements than a desk."""
DOWNLOADS = re.compile(r"\.xlsx$|/files/")
RULES = {"resultTypes": ["violations"], "elementRef": False}
BUILT = {**RULES, "rules": {"color-contrast": {"enabled": False}}}
SMALL = """() => [...document.querySelectorAll("a, button, input, select, summary, textarea")].filter((one) => {
  const box = one.getBoundingClientRect();
  const inText = one.closest("p, li, td, th, dd, .vh, .skip, .chip, .check, label");
  const isSmall = box.width && box.height && (box.width < 24 || box.height < 24);
  return isSmall && !inText && getComputedStyle(one).opacity !== "0";
}).map((one) => one.outerHTML.slice(0, 120))"""
BUILD = """() => [...new Set([...document.body.querySelectorAll("*")].map((one) =>
  [one.localName, one.getAttribute("class"), one.getAttribute("role"), one.hasAttribute("aria-label")].join("|")))]
  .sort().join()"""
"""What a page is made of: its kinds of elements, whatever is written in them."""
COLOURS = """() => [...new Set([...document.body.querySelectorAll("*")].filter((one) => one.getClientRects().length && (
  one.matches("input, select, textarea") || [...one.childNodes].some((its) => its.nodeType === 3 && its.data.trim())
)).map((one) => {
  const style = getComputedStyle(one), under = [];
  for (let at = one; at; at = at.parentElement) {
    const its = getComputedStyle(at);
    if (its.opacity !== "1" || its.backgroundImage !== "none" || !/, 0\\)$/.test(its.backgroundColor))
      under.push(its.backgroundColor, its.backgroundImage, its.opacity);
    if (/^rgb\\(/.test(its.backgroundColor)) break;
  }
  return [style.color, style.fontSize, style.fontWeight, ...under].join("|");
}))]"""
"""Which letters stand on what: colour, size, weight, and everything down to the first solid ground."""


@dataclass(frozen=True)
class Met:
    """Builds and kinds of pages that some role has met in this run, in whichever process: files of one folder."""

    folder: Path

    def is_new(self, *words: str) -> bool:
        """Whether nobody has met this before; from now on somebody has."""
        name = sha256("\n".join(words).encode()).hexdigest()
        try:
            (self.folder / name).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


@pytest.fixture
def met(tmp_path_factory: pytest.TempPathFactory) -> Met:
    """What has been met in this run; processes of one run share the folder above their own."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if base.name.startswith("popen-") else base) / "met"
    folder.mkdir(exist_ok=True)
    return Met(folder)


def kind_of(address: str) -> str:
    """Addresses of one kind differ in numbers only: «/lessons/12/?tab=roll» and «/lessons/7/?tab=topic» are one."""
    parts = urlsplit(address)
    names = ",".join(sorted(name for name, _ in parse_qsl(parts.query)))
    return re.sub(r"/\d+", "/0", parts.path) + (f"?{names}" if names else "")


@dataclass
class Walk:
    """One role's way through its pages, and what is wrong on them."""

    page: Page
    home: str
    met: Met
    faults: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def go(self, start: str) -> None:
        ahead = [start]
        while ahead:
            address = ahead.pop(0)
            if kind_of(address) in self.seen:
                continue
            self.seen.add(kind_of(address))
            answer = self.page.goto(self.home + address)
            here = self.page.url.removeprefix(self.home)
            if answer is None or answer.status != 200:
                self.faults.append(f"{address}: answers {answer and answer.status}")
                continue
            if kind_of(here) != kind_of(address):
                if kind_of(here) in self.seen:
                    continue
                self.seen.add(kind_of(here))
            self.look(here)
            ahead += self.links(here)

    def links(self, here: str) -> list[str]:
        found = self.page.eval_on_selector_all(
            "a[href]:not([download])", "all => all.map((one) => one.getAttribute('href'))"
        )
        full = [urlsplit(here).path + one if one.startswith("?") else one for one in found]
        return [
            one.partition("#")[0]
            for one in full
            if one.startswith("/") and not DOWNLOADS.search(one.partition("?")[0])
        ]

    def look(self, here: str) -> None:
        page = self.page
        self.window(PHONE, here)
        if page.locator("h1").count() != 1:
            self.faults.append(f"{here}: {page.locator('h1').count()} first headings")
        self.faults += [f"{here}: small target {one}" for one in page.evaluate(SMALL)]
        kind = kind_of(here)
        if not self.met.is_new(kind, page.evaluate(BUILD)):
            return
        page.evaluate(Axe().axe_script)
        self.axe(here, "phone")
        if not self.met.is_new(kind):
            return
        page.emulate_media(color_scheme="dark")
        if PHONE_BUILT.match(here):
            self.axe(here, "phone, dark")
        self.window(DESK, here)
        self.axe(here, "desk, dark")
        page.emulate_media(color_scheme="light")
        if self.meets_new("light"):
            self.axe(here, "desk")
        self.window(ZOOMED, here)

    def meets_new(self, scheme: str) -> bool:
        """Whether colours meet here that have not met before."""
        self.page.evaluate(DRAWN)  # colours that have just changed are measured after they are drawn
        return bool([one for one in self.page.evaluate(COLOURS) if self.met.is_new(scheme, one)])

    def window(self, size: tuple[int, int], here: str) -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.faults.append(f"{here}: scrolls sideways at {size[0]} px")

    def axe(self, here: str, how: str) -> None:
        options = RULES if self.meets_new("dark" if "dark" in how else "light") else BUILT
        found = self.page.evaluate(f"axe.run({json.dumps(options)}).then((found) => found.violations)")
        for one in found:
            node = one["nodes"][0]
            why = node["any"][0]["message"][:200] if node["any"] else ""
            self.faults.append(
                f"{here} ({how}): {one['id']} ×{len(one['nodes'])}: {node['html'][:160]} {why}"
            )


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role(
    cast: World, browser_here: Browser, live_server: Any, client_of: Any, met: Met, role: str
) -> None:
    context = browser_here.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, locale="ru-RU")
    key = client_of(PERSONAS[role](cast)).cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
    page = context.new_page()
    walk = Walk(page, live_server.url, met)
    page.on("pageerror", lambda fault: walk.faults.append(f"{page.url}: script: {fault}"))
    walk.go("/")
    context.close()
    assert len(walk.seen) >= 4, walk.seen
    assert not walk.faults, "\n".join(walk.faults)


@pytest.mark.parametrize("address", ["/login/", "/no-such-page/"])
def test_pages_without_a_role(
    cast: World, browser_here: Browser, live_server: Any, met: Met, address: str
) -> None:
    page = browser_here.new_page(locale="ru-RU")
    walk = Walk(page, live_server.url, met)
    page.goto(live_server.url + address)
    walk.look(address)
    page.close()
    assert not walk.faults, "\n".join(walk.faults)
