"""A sheet of a published timetable as lessons: (class, weekday, number, week) → the cell with its neighbours.

Nothing is taken by position. Class titles make the heads of columns or stand down the side, weekdays and lesson numbers
are looked for beside and above, and what the columns under a class hold is told by what stands in them. The sheet is
read in each way it may be meant, and the way that finds most lessons without contradiction is taken.
"""

from __future__ import annotations

from ..sheets import Table, spread_merges
from ..values import day_name
from .across import walk_across
from .days import parse_single, walk_days
from .down import walk_down
from .sheet import Place as Place
from .sheet import Sheet as Sheet
from .teachers import is_by_teacher as is_by_teacher
from .words import class_heads, group_names, turn


def parse_sheet(table: Table, *, with_groups: bool = False) -> Sheet:
    """All lessons of a sheet; none when it is no timetable. `with_groups`: heads are groups of a college too."""
    if not table.rows or len(table.rows) > 5000 or table.width > 1000:
        return Sheet(table.name)
    if is_by_teacher(table):
        return Sheet(table.name, is_by_teacher=True)
    spread = spread_merges(table)
    turned = turn(spread)
    names = group_names(spread, turned) if with_groups else frozenset()
    across = max((len(class_heads(row, names)) for row in spread.rows), default=0)
    down = max((len(class_heads(row, names)) for row in turned.rows), default=0)
    if across == 0 and down == 0:
        return parse_single(spread) or Sheet(table.name)
    if down > across:
        found = [
            walk_down(spread, names),
            walk_across(turned, names, is_turned=True),
            walk_days(spread, names),
        ]
        return max(found, key=lambda sheet: len(sheet.entries) - 5 * len(sheet.twice))
    one = walk_across(spread, names, is_turned=False)
    if not one.entries:
        one = parse_single(spread) or one
    if not one.entries and down:
        one = walk_down(spread, names)
    if not one.entries and down:
        one = walk_across(turned, names, is_turned=True)
    return one


def lacks(table: Table) -> str:
    """What a sheet lacks to be a timetable: «classes» or «days». Empty when it has neither or both."""
    spread = spread_merges(table)
    has_days = any(day_name(cell) for row in spread.rows for cell in row) or bool(day_name(table.name))
    has_classes = any(class_heads(row) for row in (*spread.rows, *turn(spread).rows))
    return "" if has_days == has_classes else "classes" if has_days else "days"
