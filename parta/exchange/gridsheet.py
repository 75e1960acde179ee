"""A sheet of a published timetable as lessons: (class, weekday, number, week) → the cell with its neighbours.

Nothing is taken by position. Class titles make the heads of columns or stand down the side, weekdays and lesson numbers
are looked for beside and above, and what the columns under a class hold is told by what stands in them. The sheet is
read in each way it may be meant, and the way that finds most lessons without contradiction is taken.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import time
from itertools import pairwise
from statistics import median_low

from .gridcell import FULL_NAME, NOTHING, ROOM, Entry
from .located import Where
from .sheets import Table, spread_merges
from .values import (
    class_title,
    day_name,
    fold,
    is_person_name,
    parse_class,
    parse_lesson_number,
    parse_span,
    parse_week,
    tidy,
)


@dataclass(frozen=True)
class _Column:
    start: int
    end: int
    title: str
    weekday: int | None


Place = tuple[str, int, int, int]
"""(class as in the head, weekday, lesson number, week: 0 each, 1 odd, 2 even)"""

Names = frozenset[str]
"""Folded titles of groups that are no classes of a school («ИС-21»); empty when classes are looked for."""


@dataclass
class Sheet:
    """What was read of a sheet. `twice`: places that two cells claim. `second_shift`: classes under that heading."""

    name: str
    entries: dict[Place, Entry] = field(default_factory=dict)
    bells: list[tuple[int, time, time]] = field(default_factory=list)
    breaks: list[tuple[int, time, time]] = field(default_factory=list)
    twice: list[tuple[Place, Entry, Entry]] = field(default_factory=list)
    second_shift: set[str] = field(default_factory=set)
    is_by_teacher: bool = False

    @property
    def days(self) -> set[tuple[str, int, int]]:
        """Whose days the sheet holds: (class, weekday, week)."""
        return {(title, weekday, week) for title, weekday, _, week in self.entries}

    @property
    def is_of_one_day(self) -> bool:
        """True for a sheet of one weekday."""
        return len({weekday for _, weekday, _, _ in self.entries}) == 1

    def add(self, place: Place, entry: Entry, *, goes_on: bool) -> None:
        """Put a cell at its place. A second one is the rest of the first when its row `goes_on`, else a clash."""
        before = self.entries.get(place)
        if before is None:
            self.entries[place] = entry
        elif (entry.texts, entry.rooms, entry.teachers) == (before.texts, before.rooms, before.teachers):
            return
        elif goes_on:
            before.texts += entry.texts
            before.rooms += entry.rooms
            before.teachers += entry.teachers
        elif entry.texts != before.texts:
            self.twice.append((place, before, entry))


def parse_sheet(table: Table, *, with_groups: bool = False) -> Sheet:
    """All lessons of a sheet; none when it is no timetable. `with_groups`: heads are groups of a college too."""
    if not table.rows or len(table.rows) > 5000 or table.width > 1000:
        return Sheet(table.name)
    if is_by_teacher(table):
        return Sheet(table.name, is_by_teacher=True)
    spread = spread_merges(table)
    turned = _turn(spread)
    names = _group_names(spread, turned) if with_groups else frozenset()
    across = max((len(_heads(row, names)) for row in spread.rows), default=0)
    down = max((len(_heads(row, names)) for row in turned.rows), default=0)
    if across == 0 and down == 0:
        return _parse_single(spread) or Sheet(table.name)
    if down > across:
        found = [_walk_down(spread, names), _walk(turned, names, is_turned=True), _walk_days(spread, names)]
        return max(found, key=lambda sheet: len(sheet.entries) - 5 * len(sheet.twice))
    one = _walk(spread, names, is_turned=False)
    if not one.entries:
        one = _parse_single(spread) or one
    if not one.entries and down:
        one = _walk_down(spread, names)
    if not one.entries and down:
        one = _walk(turned, names, is_turned=True)
    return one


def lacks(table: Table) -> str:
    """What a sheet lacks to be a timetable: «classes» or «days». Empty when it has neither or both."""
    spread = spread_merges(table)
    has_days = any(day_name(cell) for row in spread.rows for cell in row) or bool(day_name(table.name))
    has_classes = any(_heads(row) for row in (*spread.rows, *_turn(spread).rows))
    return "" if has_days == has_classes else "classes" if has_days else "days"


_GROUP = re.compile(
    r"[А-ЯЁA-Z]{1,6}[а-яё]{0,3}[\s.-]?\d{1,4}([-/.]\d{1,3})?[а-яёА-ЯЁ]{0,3}|\d{2,4}[-\s][А-ЯЁ]{1,5}(-\d{1,2})?"
)


def _group_names(*tables: Table) -> Names:
    """Titles of groups: in a row (or column) where most filled cells but labels look like one, at least two."""
    found: set[str] = set()
    for table in tables:
        for row in table.rows:
            cells = [tidy(cell) for cell in row if tidy(cell) and not day_name(cell) and not _is_label(cell)]
            like = {fold(cell) for cell in cells if _GROUP.fullmatch(cell)}
            if len(like) > 1 and sum(_GROUP.fullmatch(cell) is not None for cell in cells) > len(cells) * 0.7:
                found |= like
    return frozenset(found)


def _is_label(cell: str) -> bool:
    return bool(
        _label_role(cell) or _is_corner(cell) or parse_span(cell) or parse_lesson_number(cell) is not None
    )


def _week(text: str) -> int | None:
    """1 or 2 for a heading of a week: «Чётная неделя», «НЕДЕЛЯ 1», «числитель», «2 неделя, понедельник»; else None."""
    word = tidy(text).casefold()
    found = re.search(
        r"\b((не)?ч[её]т(ная|\.)|1|2|i|ii|перв\w+|втор\w+)(-?я)?\s+недел|\b(числител|знаменател)", word
    )
    if found:
        stem = found[1] or found[5]
        number = parse_week(stem) or {"перв": 1, "втор": 2, "числ": 1, "знам": 2}.get(stem[:4])
        return number or None
    found = re.search(r"недел\w+\s*№?\s*[«\"(]?([12]|ii?|[абab])\b|(?<!\w)([абab])[»\"]?\s*-?\s*недел", word)
    if found:
        return parse_week(found[1] or found[2])
    return parse_week(word) or None if len(word) < 12 and re.match(r"(не)?ч[её]тн", word) else None


def _shift(text: str) -> int | None:
    """1 or 2 for a heading of a shift: «2 смена», «II смена», «Вторая смена»; else None."""
    found = re.fullmatch(r"([12]|i{1,2}|перв\w+|втор\w+)(-?ая|-?я)?\s*смена.{0,20}", tidy(text).casefold())
    return None if not found else 2 if found[1] in {"2", "ii"} or found[1].startswith("втор") else 1


def _turn(table: Table) -> Table:
    width = table.width
    rows = [[table.cell(row, column) for row in range(len(table.rows))] for column in range(width)]
    return Table(table.name, rows, [], [], table.file)


def _class(text: str, names: Names) -> str:
    """The title of a class (or of a group of `names`) a cell holds; empty when it holds none."""
    if not text or len(text) > 30:
        return ""
    if names and fold(text) in names:
        return tidy(text)
    parsed = parse_class(text) if text.strip()[:1].isdigit() else None
    if parsed is None or parsed[0] > 11 or not (parsed[1] or "кл" in text.casefold()):
        return ""  # «3-й» is the number of a lesson
    return class_title(*parsed)


def _heads(row: list[str], names: Names = frozenset()) -> list[tuple[int, str]]:
    """(column, class) of the first cell of each class in a row."""
    found: list[tuple[int, str]] = []
    for column, text in enumerate(row):
        title = _class(text, names)
        if title:
            if (
                not found
                or found[-1][1] != title
                or any(tidy(cell) for cell in row[found[-1][0] + 1 : column] if tidy(cell) != tidy(text))
            ):
                found.append((column, title))
    return found


def _is_head(
    row: list[str], columns: list[_Column], heads: list[tuple[int, str]], names: Names = frozenset()
) -> bool:
    """A row of class titles: several of them, or one where nothing else but labels stands."""
    if not heads:
        return False
    filled = [tidy(cell) for cell in row if tidy(cell)]
    labels = sum(bool(day_name(cell) or _label_role(cell) or _is_corner(cell)) for cell in filled)
    of_class = sum(bool(_class(cell, names)) or parse_class(cell) is not None for cell in filled)
    return of_class + labels >= max(2, len(filled) * 0.6) or (not columns and of_class == len(filled))


_FOOTER = re.compile(
    r"директор|зам\.|завуч|составил|утвержд|согласован|исполнител|подпись|примечани|приказ|_{3}",
    re.IGNORECASE,
)
"""Words of the lines under (or over) a table, which belong to no lesson."""


def _is_corner(text: str) -> bool:
    return bool(
        re.fullmatch(
            r"(№|n|день|дни|урок|уроки|время|звонки|класс|классы|пара|смена|#|№\s*урока|день недели|№\s*п/п)[.:]?",
            tidy(text).casefold(),
        )
    )


def _label_role(text: str) -> str:
    word = tidy(text).casefold()
    if re.match(r"(каб|ауд|комн|№ ?каб)", word):
        return "room"
    if re.match(r"перемен", word):
        return "break"
    if re.match(r"(балл|трудн|ранг|сложн|шкала|санпин)", word):
        return "none"
    if re.match(r"(учител|преподав|педагог|фио|ф\.и\.о)", word):
        return "teacher"
    if re.match(r"(предмет|дисциплин|урок)", word):
        return "text"
    return ""


@dataclass
class _State:
    """Where a walk down the rows is: day, week, lesson and shift that hold, and the row of the last lesson."""

    weekday: int | None
    week: int = 0
    number: int | None = None
    shift: int = 1
    last: int = -9

    def heading(self, row: list[str], *, is_wide: bool) -> bool:
        """Take a row that is nothing but a heading: a day, a week or a shift. True when it was one."""
        filled = list(dict.fromkeys(tidy(cell) for cell in row if tidy(cell)))
        if not filled or len(filled) > 2:
            return False
        week = next((week for text in filled if (week := _week(text))), None)
        shift = next((shift for text in filled if (shift := _shift(text))), None)
        day = next((day for text in filled if (day := day_name(text))), None) if is_wide else None
        told = sum(value is not None for value in (week, shift, day))
        if told < len(filled):
            return False
        if week:
            self.week, self.weekday = week, None
        if shift:
            self.shift = shift
        self.weekday, self.number = day or self.weekday, None
        return True


def _walk(table: Table, names: Names, *, is_turned: bool) -> Sheet:
    """Classes as heads of columns, days and lesson numbers beside the rows."""
    sheet = Sheet(table.name)
    columns: list[_Column] = []
    roles: dict[int, str] = {}
    state = _State(day_name(table.name), _week(table.name) or 0, shift=_shift(table.name) or 1)
    is_numbered = _has_numbers(table, names)
    for index, row in enumerate(table.rows):
        heads = _heads(row, names)
        if heads and _is_head(row, columns, heads, names):
            columns = _columns(table, index, heads)
            roles = _roles(table, index, columns, names)
            labels = row[: columns[0].start]
            label = next((day for cell in labels if (day := day_name(cell))), None)
            state.weekday = label or state.weekday
            state.week = next((week for cell in labels if (week := _week(cell))), None) or state.week
            state.shift = next((shift for cell in labels if (shift := _shift(cell))), None) or state.shift
            if label:
                state.number = None
            if state.shift == 2:
                sheet.second_shift |= {title for _, title in heads}
            continue
        if state.heading(row, is_wide=not columns or _is_wide(row, columns)):
            continue
        if not columns:
            filled = {tidy(cell) for cell in row if tidy(cell)}
            if (day := next((day for cell in row if (day := day_name(cell))), None)) and len(filled) <= 3:
                state.weekday = day
            continue
        labels = row[: columns[0].start]
        day = next((day for cell in labels if (day := day_name(cell))), None)
        if day and day != state.weekday:
            state.weekday, state.number = day, None
        found = _number(labels)
        if found is None and any(_FOOTER.search(cell) for cell in labels):
            state.number, state.last = None, -9
            continue
        span = next((span for cell in labels if (span := parse_span(cell))), None)
        if found is None and not is_numbered and any(_content(row, column, roles) for column in columns):
            found = (state.number or 0) + 1
        goes_on = index - state.last <= 2 and found in {None, state.number}
        state.number = found if found is not None else state.number
        if state.number is None or state.number > 15:
            continue
        state.last = index
        if span:
            sheet.bells.append((state.number, *span))
        week = next((week for cell in labels if len(cell) < 20 and (week := _week(cell))), None) or state.week
        for column in columns:
            on = column.weekday or state.weekday
            if on is None:
                continue
            entry = _entry(table, index, row, column, roles, is_turned=is_turned)
            for offset in range(column.start, min(column.end, len(row))):
                if roles.get(offset) == "break" and (pause := parse_span(row[offset])):
                    sheet.breaks.append((state.number, *pause))
            if entry is not None:
                sheet.add((column.title, on, state.number, week), entry, goes_on=goes_on)
    return sheet


def _walk_down(table: Table, names: Names) -> Sheet:
    """Classes down the side, lesson numbers (and above them days) as heads of columns; the table may be repeated."""
    sheet = Sheet(table.name)
    columns: list[_Column] = []
    numbers: list[int] = []
    roles: dict[int, str] = {}
    state = _State(day_name(table.name), _week(table.name) or 0, shift=_shift(table.name) or 1)
    for index, row in enumerate(table.rows):
        heads = _heads(row, names)
        found = [] if heads else _lesson_heads(row)
        if found:
            columns = _columns(table, index, [(position, f"{number}-й урок") for position, number in found])
            numbers = [number for _, number in found]
            roles = _roles(table, index, columns, names)
            label = next((day for cell in row[: columns[0].start] if (day := day_name(cell))), None)
            state.weekday = label or state.weekday
        elif not heads:
            state.heading(row, is_wide=True)
        elif columns and heads[0][0] < columns[0].start:
            title = heads[0][1]
            if state.shift == 2:
                sheet.second_shift.add(title)
            for column, number in zip(columns, numbers, strict=True):
                on = column.weekday or state.weekday
                entry = _entry(table, index, row, column, roles, is_turned=False)
                if entry is not None and on is not None:
                    goes_on = table.cell(index - 1, heads[0][0]) == table.cell(index, heads[0][0])
                    sheet.add((title, on, number, state.week), entry, goes_on=goes_on)
    return sheet


def _lesson_heads(row: list[str]) -> list[tuple[int, int]]:
    """(column, lesson number) of a row of lesson numbers: two or more, one after another, and labels beside."""
    found: list[tuple[int, int]] = []
    for position, cell in enumerate(row):
        number = parse_lesson_number(cell) if tidy(cell) else None
        if number is not None and number <= 15 and (not found or found[-1][1] != number):
            found.append((position, number))
        elif number is None and tidy(cell) and not (_is_corner(cell) or day_name(cell) or _label_role(cell)):
            return []
    steps = [after[1] - before[1] for before, after in pairwise(found)]
    rises = sum(step == 1 for step in steps)
    return found if len(found) > 1 and rises and all(step == 1 or step < 0 for step in steps) else []


def _has_numbers(table: Table, names: Names) -> bool:
    count = 0
    for row in table.rows:
        heads = _heads(row, names)
        if not heads and any(parse_lesson_number(cell) is not None for cell in row[:6] if tidy(cell)):
            count += 1
    return count >= 3


def _number(labels: list[str]) -> int | None:
    for cell in labels:
        if tidy(cell) and day_name(cell) is None and (number := parse_lesson_number(cell)) is not None:
            return number
    for cell in labels:
        found = re.match(r"(\d{1,2})\s*(?:урок|[.)])?\s*[(\s]\s*\d{1,2}[:.]\d{2}", tidy(cell))
        if found:
            return int(found[1])
    return None


def _is_wide(row: list[str], columns: list[_Column]) -> bool:
    """A heading over the table, not a day label beside it."""
    position = next((index for index, cell in enumerate(row) if tidy(cell)), 0)
    count = sum(bool(tidy(cell)) for cell in row)
    return position >= columns[0].start or count > columns[0].start


def _columns(table: Table, index: int, heads: list[tuple[int, str]]) -> list[_Column]:
    widths = [after[0] - before[0] for before, after in pairwise(heads)]
    usual = median_low(widths) if widths else max(1, min(3, table.width - heads[0][0]))
    found = []
    for position, (start, title) in enumerate(heads):
        end = heads[position + 1][0] if position + 1 < len(heads) else start + usual
        end = min(end, start + max(usual, 1) + 1)
        above = None
        for up in range(index - 1, max(index - 4, -1), -1):
            above = above or day_name(table.cell(up, start))
        days_above = {
            day_name(table.cell(up, head)) for up in range(max(index - 3, 0), index) for head, _ in heads
        }
        found.append(_Column(start, end, title, above if len(days_above - {None}) > 1 else None))
    return found


def _roles(table: Table, head: int, columns: list[_Column], names: Names = frozenset()) -> dict[int, str]:
    """What each table column under the heads holds: text, room, teacher or break."""
    by_offset: dict[int, list[str]] = defaultdict(list)
    for row in table.rows[head + 1 :]:
        heads = _heads(row, names)
        if heads and _is_head(row, columns, heads, names):
            break
        for column in columns:
            for position in range(column.start, min(column.end, len(row))):
                text = tidy(row[position])
                if text and text != "-":
                    by_offset[position - column.start].append(text)
    kinds = {offset: _kind(texts) for offset, texts in by_offset.items()}
    if kinds.get(0) in {"room", "teacher"} and "text" not in kinds.values():
        kinds[0] = "text"
    roles = {}
    for column in columns:
        for position in range(column.start, column.end):
            own = table.cell(head, position)
            label = _label_role(own) or _label_role(table.cell(head + 1, position))
            if _is_corner(own) and _label_role(own) != "text":
                label = "none"  # the numbers or times of the next block of days
            roles[position] = label or kinds.get(position - column.start, "text")
    return roles


def _kind(texts: list[str]) -> str:
    half = len(texts) * 0.5
    if (
        sum(
            parse_span(text) is not None or bool(re.fullmatch(r"\d{1,2}[-:.]\d{2}\*?", text))
            for text in texts
        )
        > half
    ):
        return "break"
    if sum(is_person_name(text.split("/")[0]) for text in texts) > half:
        return "teacher"
    if sum(ROOM.fullmatch(text) is not None for text in texts) > half:
        return "room"
    return "text"


def _content(row: list[str], column: _Column, roles: dict[int, str]) -> bool:
    return any(
        tidy(row[position])
        for position in range(column.start, min(column.end, len(row)))
        if roles[position] == "text"
    )


def _entry(
    table: Table, index: int, row: list[str], column: _Column, roles: dict[int, str], *, is_turned: bool
) -> Entry | None:
    where = (
        Where(table.file, table.name, column.start + 1, column.title)
        if is_turned
        else Where(table.file, table.name, index + 1, column.title)
    )
    entry = Entry(where)
    for position in range(column.start, min(column.end, len(row))):
        text = row[position].strip()
        role = roles[position]
        if (
            not text
            or role in {"break", "none"}
            or (position > column.start and row[position] == row[column.start])
        ):
            continue
        if role == "text" and position > column.start and _label_role(text):
            continue
        {"room": entry.rooms, "teacher": entry.teachers}.get(role, entry.texts).append(text)
    return entry if any(fold(text) not in NOTHING for text in entry.texts) else None


def _parse_single(table: Table) -> Sheet | None:
    """A sheet of one class: its title in the sheet's name or above, days as heads of columns (or one under another)."""
    title = parse_class(table.name)
    for row in table.rows[:6]:
        for text in row:
            title = title or next(
                (
                    parsed
                    for word in re.findall(
                        r"\d{1,2}\s?[-«\"]?\s?[А-ЯЁA-Zа-яё]\b[»\"]?(?:\s*класс)?|\d{1,2}\s*класс", tidy(text)
                    )
                    if (parsed := parse_class(word))
                ),
                None,
            )
    if title is None:
        return None
    name = class_title(*title)
    across = _walk_days(table, frozenset(), name)
    return across if across.entries else _walk_subjects(table, name)


def _day_heads(row: list[str]) -> list[tuple[int, int]]:
    """(column, weekday) of a row of days, two or more of them."""
    days: list[tuple[int, int]] = []
    for position, text in enumerate(row):
        day = day_name(text)
        if day and (not days or days[-1][1] != day):
            days.append((position, day))
    return days if len({day for _, day in days}) > 1 else []


def _walk_days(table: Table, names: Names, title: str = "") -> Sheet:
    """Days as heads of columns, lesson numbers down the side; the class is `title`, or stands beside or above."""
    sheet = Sheet(table.name)
    columns: list[_Column] = []
    roles: dict[int, str] = {}
    number: int | None = None
    week = _week(table.name) or 0
    is_second = _shift(table.name) == 2
    for index, row in enumerate(table.rows):
        days = _day_heads(row)
        if days:
            heads = _columns(table, index, [(position, "") for position, _ in days])
            columns = [
                _Column(column.start, column.end, "", day)
                for column, (_, day) in zip(heads, days, strict=True)
            ]
            roles = _roles(table, index, columns)
            number = None
            continue
        labels = row[: columns[0].start] if columns else row
        beside = next((said for cell in labels if (said := _class(cell, names))), "")
        if beside and beside != title:
            title, number = beside, None
        if not columns or not title:
            continue
        found = _number(labels)
        number = found if found is not None else number
        if number is None or number > 15 or any(_FOOTER.search(cell) for cell in labels):
            continue
        if span := next((span for cell in labels if (span := parse_span(cell))), None):
            sheet.bells.append((number, *span))
        if is_second:
            sheet.second_shift.add(title)
        for column in columns:
            entry = _entry(table, index, row, column, roles, is_turned=False)
            if entry and column.weekday:
                sheet.add((title, column.weekday, number, week), entry, goes_on=found is None)
    return sheet


def _walk_subjects(table: Table, title: str) -> Sheet:
    """A sheet of one class with days and numbers down the side, under heads «Предмет», «Учитель», «Кабинет»."""
    sheet = Sheet(table.name)
    roles: dict[int, str] = {}
    weekday: int | None = None
    number: int | None = None
    week = _week(table.name) or 0
    for index, row in enumerate(table.rows):
        named = {position: role for position, cell in enumerate(row) if (role := _label_role(cell))}
        subject = next(
            (p for p, cell in enumerate(row) if re.match("предмет|дисциплин", tidy(cell).casefold())), -1
        )
        if subject > 0:
            roles = {p: named.get(p, "none") for p in range(subject, len(row))}
            column = _Column(subject, len(row), title, None)
            continue
        if not roles:
            continue
        labels = row[: column.start]
        day = next((day for cell in labels if (day := day_name(cell))), None)
        if day and day != weekday:
            weekday, number = day, None
        found = _number(labels)
        number = found if found is not None else number
        entry = _entry(table, index, row, column, defaultdict(lambda: "none", roles), is_turned=False)
        if entry and weekday and number is not None and number <= 15:
            if span := next((span for cell in labels if (span := parse_span(cell))), None):
                sheet.bells.append((number, *span))
            sheet.add((title, weekday, number, week), entry, goes_on=found is None)
    return sheet


def is_by_teacher(table: Table) -> bool:
    """True for a timetable of teachers: their names head the rows or columns, and the cells name classes."""
    spread = spread_merges(table)
    if len(spread.rows) > 5000 or spread.width > 1000:
        return False
    columns = [
        [row[place] for row in spread.rows if place < len(row)] for place in range(min(spread.width, 4))
    ]
    if (
        max(
            (len({fold(cell) for cell in line if _is_name(cell)}) for line in (*columns, *spread.rows)),
            default=0,
        )
        < 2
    ):
        return False
    if not any(day_name(cell) for row in spread.rows for cell in row):
        return False
    classes = others = 0
    for cell in (cell for row in spread.rows for cell in row):
        text = tidy(cell)
        if not re.search(r"[^\W\d_]", text) or _is_name(text) or day_name(text) or _is_label(text):
            continue
        is_class = re.match(r"(1[01]|[1-9])\s?[-«\"]?\s?[А-Яа-яA-Za-z](?![а-яё])", text)
        classes, others = classes + bool(is_class), others + (not is_class)
    return classes >= 3 and classes > others


def _is_name(cell: str) -> bool:
    return is_person_name(cell) or bool(FULL_NAME.fullmatch(tidy(cell)))
