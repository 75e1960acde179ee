"""What a command shows: lines, progress bars, failures with a way out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class Failure(Exception):
    """A command cannot go on. The message says what happened and, after a line break, what to do."""

    def __init__(self, message: str, *, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


class Report(Protocol):
    """How long work tells of itself: `report("Уроки", done, total)`; the same title moves the same bar."""

    def __call__(self, title: str, done: int, total: int) -> None: ...


def say(text: str = "") -> None:
    """A line for the person at the terminal; no markup is read in it."""
    out.print(text, markup=False)


def plural(number: int, one: str, few: str, many: str) -> str:
    """«5 уроков»: the number with the noun in its Russian form."""
    tail = abs(number) % 100
    word = many
    if not 10 < tail < 20:
        word = {1: one, 2: few, 3: few, 4: few}.get(tail % 10, many)
    return f"{number:,}".replace(",", "\u00a0") + f"\u00a0{word}"


@contextmanager
def progress() -> Iterator[Report]:
    """Bars on a terminal, one plain line for each finished step elsewhere."""
    if not out.is_terminal:
        finished: set[str] = set()

        def plain(title: str, done: int, total: int) -> None:
            if done >= total and title not in finished:
                finished.add(title)
                say(f"  {title}: {total}")

        yield plain
        return
    columns = (TextColumn("  {task.description:<34}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def report(title: str, done: int, total: int) -> None:
            if title not in tasks:
                tasks[title] = bars.add_task(title, total=total)
            bars.update(tasks[title], completed=done, total=total)

        yield report
