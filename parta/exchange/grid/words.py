"""What a cell or a row says besides lessons: days, weeks, shifts, numbers, classes, labels."""

from __future__ import annotations

import re
from itertools import pairwise

from ..sheets import Table
from ..values import (
    class_title,
    day_name,
    fold,
    parse_class,
    parse_lesson_number,
    parse_span,
    parse_week,
    tidy,
)
from .sheet import Column, Names

_GROUP = re.compile(
    r"[А-ЯЁA-Z]{1,6}[а-яё]{0,3}[\s.-]?\d{1,4}([-/.]\d{1,3})?[а-яёА-ЯЁ]{0,3}|\d{2,4}[-\s][А-ЯЁ]{1,5}(-\d{1,2})?"
)


def group_names(*tables: Table) -> Names:
    """Titles of groups: in a row (or column) where most filled cells but labels look like one, at least two."""
    found: set[str] = set()
    for table in tables:
        for row in table.rows:
            cells = [tidy(cell) for cell in row if tidy(cell) and not day_name(cell) and not is_label(cell)]
            like = {fold(cell) for cell in cells if _GROUP.fullmatch(cell)}
            if len(like) > 1 and sum(_GROUP.fullmatch(cell) is not None for cell in cells) > len(cells) * 0.7:
                found |= like
    return frozenset(found)


def is_label(cell: str) -> bool:
    """Whether a cell names a column, a time or a lesson number, and no lesson."""
    return bool(
        label_role(cell) or is_corner(cell) or parse_span(cell) or parse_lesson_number(cell) is not None
    )


def week_of(text: str) -> int | None:
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


def shift_of(text: str) -> int | None:
    """1 or 2 for a heading of a shift: «2 смена», «II смена», «Вторая смена»; else None."""
    found = re.fullmatch(r"([12]|i{1,2}|перв\w+|втор\w+)(-?ая|-?я)?\s*смена.{0,20}", tidy(text).casefold())
    return None if not found else 2 if found[1] in {"2", "ii"} or found[1].startswith("втор") else 1


def turn(table: Table) -> Table:
    """Rows for columns."""
    width = table.width
    rows = [[table.cell(row, column) for row in range(len(table.rows))] for column in range(width)]
    return Table(table.name, rows, [], [], table.file)


def class_of(text: str, names: Names) -> str:
    """The title of a class (or of a group of `names`) a cell holds; empty when it holds none."""
    if not text or len(text) > 30:
        return ""
    if names and fold(text) in names:
        return tidy(text)
    parsed = parse_class(text) if text.strip()[:1].isdigit() else None
    if parsed is None or parsed[0] > 11 or not (parsed[1] or "кл" in text.casefold()):
        return ""  # «3-й» is the number of a lesson
    return class_title(*parsed)


def class_heads(row: list[str], names: Names = frozenset()) -> list[tuple[int, str]]:
    """(column, class) of the first cell of each class in a row."""
    found: list[tuple[int, str]] = []
    for column, text in enumerate(row):
        title = class_of(text, names)
        if title:
            if (
                not found
                or found[-1][1] != title
                or any(tidy(cell) for cell in row[found[-1][0] + 1 : column] if tidy(cell) != tidy(text))
            ):
                found.append((column, title))
    return found


def is_head(
    row: list[str], columns: list[Column], heads: list[tuple[int, str]], names: Names = frozenset()
) -> bool:
    """A row of class titles: several of them, or one where nothing else but labels stands."""
    if not heads:
        return False
    filled = [tidy(cell) for cell in row if tidy(cell)]
    labels = sum(bool(day_name(cell) or label_role(cell) or is_corner(cell)) for cell in filled)
    of_class = sum(bool(class_of(cell, names)) or parse_class(cell) is not None for cell in filled)
    return of_class + labels >= max(2, len(filled) * 0.6) or (not columns and of_class == len(filled))


FOOTER = re.compile(
    r"директор|зам\.|завуч|составил|утвержд|согласован|исполнител|подпись|примечани|приказ|_{3}",
    re.IGNORECASE,
)
"""Words of the lines under (or over) a table, which belong to no lesson."""


def is_corner(text: str) -> bool:
    """A cell that only names what stands beside it: «№», «День», «Время»."""
    return bool(
        re.fullmatch(
            r"(№|n|день|дни|урок|уроки|время|звонки|класс|классы|пара|смена|#|№\s*урока|день недели|№\s*п/п)[.:]?",
            tidy(text).casefold(),
        )
    )


def label_role(text: str) -> str:
    """What a heading says its column holds: room, break, none, teacher, text; empty when it is no heading."""
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


def lesson_heads(row: list[str]) -> list[tuple[int, int]]:
    """(column, lesson number) of a row of lesson numbers: two or more, one after another, and labels beside."""
    found: list[tuple[int, int]] = []
    for position, cell in enumerate(row):
        number = parse_lesson_number(cell) if tidy(cell) else None
        if number is not None and number <= 15 and (not found or found[-1][1] != number):
            found.append((position, number))
        elif number is None and tidy(cell) and not (is_corner(cell) or day_name(cell) or label_role(cell)):
            return []
    steps = [after[1] - before[1] for before, after in pairwise(found)]
    rises = sum(step == 1 for step in steps)
    return found if len(found) > 1 and rises and all(step == 1 or step < 0 for step in steps) else []


def has_numbers(table: Table, names: Names) -> bool:
    """Whether lessons are numbered beside the rows, at least three times."""
    count = 0
    for row in table.rows:
        heads = class_heads(row, names)
        if not heads and any(parse_lesson_number(cell) is not None for cell in row[:6] if tidy(cell)):
            count += 1
    return count >= 3


def lesson_number(labels: list[str]) -> int | None:
    """The lesson number among the labels beside a row."""
    for cell in labels:
        if tidy(cell) and day_name(cell) is None and (number := parse_lesson_number(cell)) is not None:
            return number
    for cell in labels:
        found = re.match(r"(\d{1,2})\s*(?:урок|[.)])?\s*[(\s]\s*\d{1,2}[:.]\d{2}", tidy(cell))
        if found:
            return int(found[1])
    return None


def lesson_span(labels: list[str]) -> tuple[int, int] | None:
    """The lessons of a row that holds for several: «3-4», «3, 4», «5–6 уроки»."""
    for cell in labels:
        found = re.fullmatch(
            r"(\d{1,2})\s*[-–—,/+и]\s*(\d{1,2})\s*-?(?:й|е)?\s*(?:урок\w*|пара|ур\.?)?", tidy(cell).casefold()
        )
        if found and 0 < int(found[2]) - int(found[1]) < 4:
            return int(found[1]), int(found[2])
    return None


def number_place(labels: list[str]) -> int | None:
    """Where among the labels the lesson number stands."""
    return next(
        (
            place
            for place, cell in enumerate(labels)
            if tidy(cell) and day_name(cell) is None and parse_lesson_number(cell) is not None
        ),
        None,
    )


def is_no_number(label: str) -> bool:
    """Whether what stands in the column of numbers says something that is no number, time, day, week or heading."""
    return bool(label) and not (
        is_label(label) or day_name(label) or week_of(label) or shift_of(label) or FOOTER.search(label)
    )


def day_heads(row: list[str]) -> list[tuple[int, int]]:
    """(column, weekday) of a row of days, two or more of them."""
    days: list[tuple[int, int]] = []
    for position, text in enumerate(row):
        day = day_name(text)
        if day and (not days or days[-1][1] != day):
            days.append((position, day))
    return days if len({day for _, day in days}) > 1 else []
