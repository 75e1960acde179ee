"""Which sheets: a workbook may hold several whole timetables."""

from __future__ import annotations

from parta.exchange.grid import Sheet
from parta.exchange.located import Problems, Where
from parta.exchange.values import fold


def chosen_sheets(sheets: list[Sheet], file: str, problems: Problems) -> tuple[list[Sheet], tuple[str, ...]]:
    """A workbook may hold several whole timetables (a sheet per day and a sheet per parallel). Take the fullest."""
    versions: list[list[Sheet]] = []
    for sheet in sheets:
        for version in versions:
            covered = set().union(*(other.days for other in version))
            if version[0].is_of_one_day == sheet.is_of_one_day and not covered & sheet.days:
                version.append(sheet)
                break
        else:
            versions.append([sheet])
    versions.sort(key=lambda version: -sum(len(sheet.entries) for sheet in version))
    chosen = list(versions[0])
    left = []
    for version in versions[1:]:
        covered = set().union(*(other.days for other in chosen))
        kept = [sheet for sheet in version if not covered & sheet.days]
        chosen += kept
        other = [sheet for sheet in version if sheet not in kept]
        if other and _differs(other, chosen):
            left.append(other)
    for other in left:
        problems.warn(
            Where(file),
            f"В книге два расписания одних и тех же классов, и они различаются. Взяты листы {_listed(chosen)} "
            f"({_size(chosen)}); не взяты {_listed(other)} ({_size(other)}). "
            "Если нужны другие, выберите их в списке на странице загрузки (в команде – ключ --sheets).",
        )
    return chosen, tuple(
        ", ".join(sheet.name for sheet in version) for version in [chosen, *left]
    ) if left else ()


def _differs(others: list[Sheet], chosen: list[Sheet]) -> bool:
    entries = {place: entry for sheet in chosen for place, entry in sheet.entries.items()}
    return any(
        [fold(text) for text in entry.texts] != [fold(text) for text in entries[place].texts]
        if place in entries
        else True
        for sheet in others
        for place, entry in sheet.entries.items()
    )


def _listed(sheets: list[Sheet]) -> str:
    return ", ".join(f"«{sheet.name}»" for sheet in sheets)


def _size(sheets: list[Sheet]) -> str:
    titles = {title for sheet in sheets for title, _, _, _ in sheet.entries}
    return f"столбцов классов: {len(titles)}, уроков: {sum(len(sheet.entries) for sheet in sheets)}"
