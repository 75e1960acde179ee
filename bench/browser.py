"""The pages in a real browser on a slow phone: requests, bytes, time to the first content, jumps of the page.

    make bench ARGS="--only телефон"        (this part alone; without `--only` it comes last)

Chromium with a fourfold brake on the processor and the line of a slow phone (Lighthouse's «slow 4G» as the browser
brakes it: 562 ms for each answer, 180 KB/s down, 84 KB/s up), at 390 × 844. Each page is opened in a fresh window
(cold: nothing kept), then once more in the same window (warm: scripts, styles and fonts are kept). What is counted is
what crosses the line: an answer out of the browser's own store is none. Times are medians of several cold openings,
from the start of navigation, the server's own work in them. They hang on the machine; requests and bytes do not.

What is over its budget is marked with `>`; `--strict` ends with 1 then, as for the other targets.
"""

import os
import signal
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

WORD = "телефон"
"""What `--only` calls these pages."""
ROUNDS = 3
BRAKE = 4
LINE = {"offline": False, "latency": 562.5, "downloadThroughput": 184_320, "uploadThroughput": 84_375}
AGENT = (
    "Mozilla/5.0 (Linux; Android 11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36"
)
SETTLES = 1200
"""Milliseconds after the load event in which what the scripts ask for still counts; news are asked for later."""

_WATCH = """
window.__seen = {lcp: 0, shift: 0, busy: 0};
new PerformanceObserver(list => { for (const e of list.getEntries()) __seen.lcp = e.startTime; })
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) __seen.shift += e.value; })
  .observe({type: "layout-shift", buffered: true});
new PerformanceObserver(list => { for (const e of list.getEntries()) __seen.busy += Math.max(0, e.duration - 50); })
  .observe({type: "longtask", buffered: true});
"""
_READ = """() => {
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  return {paint: paint ? paint.startTime : 0, ...window.__seen};
}"""


@dataclass(frozen=True)
class Budget:
    """What a page may cost: requests and KB over the line cold and warm, milliseconds to the first content."""

    requests: int
    kilobytes: int
    warm_requests: int
    warm_kilobytes: int
    paint: int
    largest: int = 4000
    """Milliseconds to the largest content."""
    shift: float = 0.1
    """How far the page may jump while it loads (Lighthouse's bound of «good»)."""
    busy: int = 600
    """Milliseconds in which the page cannot answer a tap (Lighthouse's bound of «poor»)."""


@dataclass
class Page:
    """A page, who opens it, and what was seen."""

    name: str
    path: str
    who: str
    expect: str
    budget: Budget
    cold: list[dict[str, float]] = field(default_factory=list)
    warm: list[dict[str, float]] = field(default_factory=list)


def pages(ids: dict[str, int]) -> list[Page]:
    """What families and teachers open on a phone, with what it may cost."""
    own = f"/diary/{ids['student']}/"
    return [
        Page("вход", "/login/", "", "Войти", LIGHT),
        Page("дневник: неделя", own, "parent", "Предмет 0", DIARY),
        Page("дневник: отметки", f"{own}?view=marks", "parent", "Предмет 0", DIARY),
        Page("дневник: задания", f"{own}homework/", "parent", "Задания", DIARY),
        Page("сообщения", "/messages/", "parent", "Сообщения", DIARY),
        Page("сегодня у учителя", "/today/", "teacher", "Сегодня", DESK),
        Page("урок", f"/lessons/{ids['lesson']}/", "writer", "Ученик", LESSON),
        Page("журнал", f"/journals/{ids['journal']}/?term={ids['term']}", "teacher", "Ученик0001", JOURNAL),
    ]


LIGHT = Budget(14, 120, 2, 20, 3000)
DIARY = Budget(20, 160, 3, 60, 3000)
DESK = Budget(20, 160, 3, 60, 3000)
LESSON = Budget(30, 220, 3, 80, 3000)
JOURNAL = Budget(40, 300, 3, 160, 3500)


@contextmanager
def served(port: int) -> Iterator[None]:
    """The product's own server with compressed files, as it is installed."""
    from bench.__main__ import wait_for

    command = [sys.executable, "-m", "parta.cli", "serve", "--no-worker", "--workers", "1"]
    server = subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}"], env=os.environ, stdout=subprocess.DEVNULL
    )
    try:
        wait_for(port, "/login/")
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def measure(cookies: dict[str, str], chosen: list[Page], rounds: int = ROUNDS) -> None:
    """Open every page cold and warm, round by round."""
    from django.db import connections
    from playwright.sync_api import sync_playwright

    from bench.__main__ import free_port

    connections.close_all()
    port = free_port()
    with served(port), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("PARTA_CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", "--disable-quic", "--disable-background-networking"],
        )
        for number in range(rounds + 1):
            for page in chosen[: None if number else 1]:  # the browser's own first page is not measured
                window = browser.new_context(
                    viewport={"width": 390, "height": 844},
                    is_mobile=True,
                    has_touch=True,
                    device_scale_factor=2,
                    user_agent=AGENT,
                )
                for pair in filter(None, cookies.get(page.who, "").split("; ")):
                    name, _, value = pair.partition("=")
                    window.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{port}"}])
                address = f"http://127.0.0.1:{port}{page.path}"
                seen = opened(window, address, page.expect), opened(window, address, page.expect)
                if number:
                    page.cold.append(seen[0])
                    page.warm.append(seen[1])
                window.close()
        browser.close()


def opened(window: Any, address: str, expect: str) -> dict[str, float]:
    """One opening under the brakes. Raises SystemExit when it is not the page that was meant."""
    tab = window.new_page()
    tab.add_init_script(_WATCH)
    wire = window.new_cdp_session(tab)
    sizes: list[int] = []
    wire.on("Network.loadingFinished", lambda seen: sizes.append(int(seen["encodedDataLength"])))
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", LINE)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": BRAKE})
    answer = tab.goto(address, wait_until="load", timeout=120_000)
    tab.wait_for_timeout(SETTLES)
    if answer is None or answer.status != 200 or expect not in tab.content():
        raise SystemExit(f"{address}: {answer and answer.status}\n{tab.content()[:600]}")
    seen: dict[str, float] = tab.evaluate(_READ)
    tab.close()
    over_the_line = [size for size in sizes if size > 0]
    return {**seen, "requests": len(over_the_line), "bytes": sum(over_the_line)}


def report(chosen: list[Page], console: Console) -> bool:
    """Print the table; whether every budget is met."""
    table = Table(title="На медленном телефоне: процессор × 1/4, линия «slow 4G», 390 × 844")
    heads = (
        "страница",
        "запросов",
        "КБ",
        "снова",
        "КБ",
        "первое, мс",
        "главное, мс",
        "скачки",
        "занята, мс",
        "",
    )
    for head in heads:
        table.add_column(head, justify="left" if head in ("страница", "") else "right")
    met = True
    for page in chosen:
        budget = page.budget
        figures = [
            (max(one["requests"] for one in page.cold), budget.requests, "{:.0f}"),
            (max(one["bytes"] for one in page.cold) / 1024, budget.kilobytes, "{:.0f}"),
            (max(one["requests"] for one in page.warm), budget.warm_requests, "{:.0f}"),
            (max(one["bytes"] for one in page.warm) / 1024, budget.warm_kilobytes, "{:.0f}"),
            *(
                (statistics.median(one[name] for one in page.cold), bound, form)
                for name, bound, form in (
                    ("paint", budget.paint, "{:.0f}"),
                    ("lcp", budget.largest, "{:.0f}"),
                    ("shift", budget.shift, "{:.2f}"),
                    ("busy", budget.busy, "{:.0f}"),
                )
            ),
        ]
        good = all(value <= bound for value, bound, _ in figures)
        met &= good
        table.add_row(
            page.name,
            *(f"{form.format(value)} ≤ {bound:g}" if value <= bound else f"{form.format(value)} > {bound:g}"
              for value, bound, form in figures),
            "да" if good else "НЕТ",
        )  # fmt: skip
    console.print(table)
    return met
