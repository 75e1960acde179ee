"""Odd and even weeks: told in a cell, by a sheet, or the same in both."""

from __future__ import annotations

from parta.exchange.grid import Place
from parta.exchange.grid.cell import Entry, Part, by_week, without_week
from parta.exchange.located import Problems, Where


def weeks_of_cells(entries: dict[Place, Entry], problems: Problems) -> dict[Place, Entry]:
    """«ОБЗР (чёт.) / Музыка (нечёт.)» in one cell is a lesson of each week."""
    found: dict[Place, Entry] = {}
    for place, entry in entries.items():
        weeks = by_week(entry) if place[3] == 0 else {}
        if not weeks and (unmarked := without_week(entry)):
            problems.error(
                entry.where,
                f"Неделя подписана не у каждого урока клетки: у «{unmarked[:40]}» её нет. Подпишите каждый, например "
                "«ОБЗР (чёт.) / Музыка (нечёт.)».",
            )
            continue
        found |= {(*place[:3], week): part for week, part in weeks.items()} or {place: entry}
    return found


def weekly(
    grid: dict[Place, list[Part]], entries: dict[Place, Entry], file: str, problems: Problems
) -> dict[Place, list[Part]]:
    """What is the same in both weeks is a lesson of each week; a lone week holds for each."""
    weeks = {place[3] for place, parts in grid.items() if parts} - {0}
    if not weeks:
        return grid
    is_whole = any(place[3] == 0 and parts for place, parts in grid.items())
    if len(weeks) == 1 and not is_whole:
        word = "нечётной" if weeks == {1} else "чётной"
        problems.warn(
            Where(file), f"В книге расписание только {word} недели; оно взято как расписание каждой недели."
        )
    found: dict[Place, list[Part]] = {}
    for place, parts in grid.items():
        each = (*place[:3], 0)
        other = grid.get((*place[:3], 3 - place[3]), []) if place[3] else []
        if place[3] and ((len(weeks) == 1 and not is_whole) or parts == other):
            found.setdefault(each, parts)
            entries.setdefault(each, entries[place])
        else:
            found[place] = parts
    return found
