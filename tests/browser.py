"""The one real browser of a test process: started once, every test has windows of its own that close behind it.

Each worker of xdist has its own browser, server and database, so browser tests run side by side.
"""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

PATIENCE = 15_000
"""Milliseconds a page is waited for: a busy machine is slow, a page that never says it is wrong all the same."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The installed Chromium."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("PARTA_CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-quic", "--disable-background-networking"],
        )
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def browser_here(chromium: Browser) -> Iterator[Browser]:
    """The same, for one test: its windows are closed before its rows are taken away."""
    yield chromium
    for context in chromium.contexts:
        context.close()
