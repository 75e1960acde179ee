"""Times of lessons: written beside the lessons, or told by the length of the breaks."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import time
from itertools import pairwise
from statistics import median_low

from parta.exchange.data import (
    BellRow,
)
from parta.exchange.grid import Sheet
from parta.exchange.located import Problems, Where
from parta.exchange.values import add_minutes


def bells_of(sheets: list[Sheet], file: str, problems: Problems) -> list[BellRow]:
    """From times beside lesson numbers, else from the breaks; several variants are settled by the most frequent."""
    spans: dict[int, Counter[tuple[time, time]]] = defaultdict(Counter)
    for sheet in sheets:
        for number, starts, ends in sheet.bells:
            spans[number][starts, ends] += 1
    where = Where(file, sheets[0].name)
    if spans:
        chosen = {number: counter.most_common(1)[0][0] for number, counter in spans.items()}
    else:
        chosen = _from_breaks(sheets)
        minutes = [_minutes(ends) - _minutes(starts) for starts, ends in chosen.values()]
        if minutes and max(minutes) - min(minutes) > 10:
            problems.warn(
                where,
                f"Время уроков не взято: по столбцам «перемена» уроки длятся от {min(minutes)} до {max(minutes)} "
                "минут. Задайте звонки в настройках школы.",
            )
            return []
        if chosen:
            problems.warn(where, "Звонки выведены из столбцов «перемена»: проверьте начало и конец уроков.")
    rows = [
        BellRow(number=number, starts=span[0], ends=span[1], where=where)
        for number, span in sorted(chosen.items())
    ]
    for before, after in pairwise(rows):
        if after.starts < before.ends:
            problems.warn(
                where,
                f"Звонки уроков {before.number} и {after.number} пересекаются; расписание звонков не взято.",
            )
            return []
    return rows


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _from_breaks(sheets: list[Sheet]) -> dict[int, tuple[time, time]]:
    pauses: dict[int, Counter[tuple[time, time]]] = defaultdict(Counter)
    for sheet in sheets:
        for number, starts, ends in sheet.breaks:
            pauses[number][starts, ends] += 1
    usual = {number: counter.most_common(1)[0][0] for number, counter in pauses.items()}
    lengths = [
        _minutes(usual[number][0]) - _minutes(usual[number - 1][1]) for number in usual if number - 1 in usual
    ]
    if not lengths or not 25 <= median_low(lengths) <= 60:
        return {}
    length = median_low(lengths)
    found: dict[int, tuple[time, time]] = {}
    for number, (ends, next_start) in sorted(usual.items()):
        before = usual.get(number - 1)
        first = before[1] if before else add_minutes(ends, -length)
        if first and first < ends:
            found[number] = (first, ends)
        last = add_minutes(next_start, length)
        if number + 1 not in usual and last:
            found[number + 1] = (next_start, last)
    return found
