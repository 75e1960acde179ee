"""CPU of the kept findings: the year to date from scratch, after one cell, idle; by one and by more schools."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table


def report(school_id: int, write_cell: Callable[[], object], others: list[int], console: Console) -> None:
    """Print it; ratios are to the cell's own write on the same machine, and of the schools to the first alone."""
    from parta.control.actions.findings import keep

    def cost(act: Callable[[], object]) -> float:
        before = time.process_time()
        act()
        return (time.process_time() - before) * 1000

    at = datetime.now(UTC)
    keep(school_id, at=at, anew=True)
    scratch = min(cost(lambda: keep(school_id, at=at, anew=True)) for _ in range(3))
    writes, increments = [], []
    for _ in range(5):
        writes.append(cost(write_cell))
        increments.append(cost(lambda: keep(school_id, at=at)))
    idle = cost(lambda: keep(school_id, at=at))
    write, increment = statistics.median(writes), statistics.median(increments)
    console.print(
        f"Нарушения школы W: с нуля {scratch:.0f} мс, после одной записи {increment:.1f} мс"
        f" (запись {write:.1f} мс, в {increment / write:.1f} раза; с нуля дороже в {scratch / increment:.0f} раз),"
        f" без записей {idle:.2f} мс"
    )
    if others:
        for school in others:
            keep(school, at=at, anew=True)
        each = [
            scratch,
            *(min(cost(lambda id=id: keep(id, at=at, anew=True)) for _ in range(3)) for id in others),  # type: ignore[misc]
        ]
        table = Table(title="Нарушения нескольких школ в одной базе, с нуля")
        for head in ("школ", "всего, мс", "последняя, мс", "во сколько раз дороже одной"):
            table.add_column(head, justify="right")
        for number, own in enumerate(each, 1):
            total = sum(each[:number])
            table.add_row(str(number), f"{total:.0f}", f"{own:.0f}", f"{total / scratch:.2f}")
        console.print(table)
