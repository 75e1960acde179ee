"""The workbook a school publishes: a grid of days, lesson numbers and classes.

Nothing is taken by position. Class titles make the heads of columns (a sheet with classes down the side is turned
first), weekdays and lesson numbers are looked for beside and above, and what the columns under a class hold (subject,
room, teacher, break) is told by what stands in them. «Английский язык/ИКТ» with rooms «318/346» are two halves of the
class at once; «7к(г)» and «7к(т)» are halves of one class throughout.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import time
from itertools import pairwise
from pathlib import Path
from statistics import median_low
from typing import Final

from parta.exchange.data import (
    BellRow,
    HomeroomRow,
    JournalKey,
    LoadRow,
    Options,
    RoomRow,
    SchoolData,
    SlotRow,
    StaffRow,
    SubgroupRow,
    SubjectRow,
)
from parta.exchange.located import BadFile, Problems, Where
from parta.exchange.sheets import Table, is_spreadsheet, read_book, spread_merges
from parta.exchange.values import (
    add_minutes,
    class_title,
    day_name,
    fold,
    is_formula,
    is_person_name,
    parse_class,
    parse_lesson_number,
    parse_span,
    split_name,
    tidy,
)

TITLE = "опубликованное расписание"

_ROOM_WORD: Final = (
    r"(?:[а-яё]{1,3}/[а-яё]{1,3}|(?:спорт|акт|мал|бол|трен|хор|лыж|басс|библ|маст|стад|двор|улиц|столов|студ)[а-яё.]*"
    r"(?:\s?[а-яё]*\.?)?(?:\s?№?\s?\d)?|зал(?:\s?№?\s?\d)?|сз|физ\.?\s?зал)"
)
_ROOM_NUMBER: Final = r"(?:(?:каб|ауд|к)\.?\s*№?\s*)?(?:[а-яёa-z]-?)?\d{1,4}[а-яёa-z]?(?:\s?к\d)?"
_ROOM_ATOM: Final = rf"(?:{_ROOM_WORD}|{_ROOM_NUMBER}|\*|-)"
_ROOM: Final = re.compile(rf"{_ROOM_ATOM}(?:\s*[/,;+-]\s*{_ROOM_ATOM})*", re.IGNORECASE)
_TEACHER: Final = re.compile(r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?\s+[А-ЯЁ]\.\s?(?:[А-ЯЁ]\.)?")
_NOTHING: Final = {"", "-", "нет", "окно", "обед", "перемена", "х", "x", "*", "выходной", "нетурока", "/"}
_LANGUAGE: Final = re.compile(
    r"(английск|немецк|испанск|французск|китайск|итальянск|японск|корейск|арабск|турецк|польск|финск)",
    re.IGNORECASE,
)
_COMMON: Final = (
    "русский язык", "литература", "литературное чтение", "родной язык", "родная литература", "английский язык",
    "немецкий язык", "французский язык", "испанский язык", "китайский язык", "итальянский язык", "иностранный язык",
    "математика", "алгебра", "геометрия", "вероятность и статистика", "информатика", "окружающий мир", "история",
    "обществознание", "география", "биология", "химия", "физика", "астрономия", "экономика", "право", "музыка",
    "изобразительное искусство", "технология", "физическая культура", "черчение", "классный час",
    "проектная деятельность", "индивидуальный проект", "основы безопасности и защиты родины",
    "внеурочная деятельность", "функциональная грамотность", "разговоры о важном", "второй иностранный язык",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """What a half (or the whole) of a class has in a lesson. Empty subject: this half is free."""

    subject: str
    room: str = ""
    teacher: str = ""


@dataclass
class Entry:
    """One cell of the grid with its neighbours."""

    where: Where
    texts: list[str] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)
    teachers: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Column:
    start: int
    end: int
    title: str
    weekday: int | None


Place = tuple[str, int, int]
"""(class as in the head, weekday, lesson number)"""


@dataclass
class _Sheet:
    name: str
    entries: dict[Place, Entry]
    bells: list[tuple[int, time, time]]
    breaks: list[tuple[int, time, time]]

    @property
    def days(self) -> set[tuple[str, int]]:
        return {(title, weekday) for title, weekday, _ in self.entries}

    @property
    def is_of_one_day(self) -> bool:
        return len({weekday for _, weekday, _ in self.entries}) == 1


def detect(path: Path) -> bool:
    """True when some sheet has classes as heads and weekdays beside them."""
    if not path.is_file() or not is_spreadsheet(path):
        return False
    return any(_parse_sheet(table).entries for table in read_book(path).tables)


def explain(path: Path) -> str:
    """What a book that is no timetable lacks to be one: classes, or days. Empty when it has neither."""
    for table in read_book(path).tables:
        spread = spread_merges(table)
        has_days = any(day_name(cell) for row in spread.rows for cell in row) or day_name(table.name)
        has_classes = any(_heads(row) for row in (*spread.rows, *_turn(spread).rows))
        if has_days and not has_classes:
            return (
                f"В листе «{table.name}» есть дни недели, но нет названий классов. Для расписания они нужны в одной "
                "строке или в одном столбце: «7А», «7 «А»», «10-Б класс»."
            )
        if has_classes and not has_days:
            return (
                f"В листе «{table.name}» есть классы, но нет дней недели. Напишите день слева, над таблицей или в "
                "названии листа: «понедельник», «ПН»."
            )
    return ""


def read(path: Path, options: Options | None = None) -> SchoolData:
    """The timetable of all classes. Raises BadFile when there is none."""
    options = options or Options()
    book = read_book(path)
    problems = Problems()
    for remark in book.remarks:
        problems.warn(Where(path.name), remark)
    tables = book.tables
    if options.sheets:
        wanted = {fold(name) for name in options.sheets}
        tables = [table for table in tables if fold(table.name) in wanted]
        if not tables:
            names = ", ".join(f"«{table.name}»" for table in book.tables)
            raise BadFile(f"Листов с такими названиями в книге нет. Есть: {names}.")
    sheets = [sheet for sheet in map(_parse_sheet, tables) if sheet.entries]
    if not sheets:
        raise BadFile(
            f"В книге «{path.name}» не найдено расписание: нужны названия классов («7А») в одной строке (или столбце), "
            "дни недели и номера уроков."
        )
    chosen, choices = _choose(sheets, path.name, problems)
    entries: dict[Place, Entry] = {}
    for sheet in chosen:
        for place, entry in sheet.entries.items():
            entries.setdefault(place, entry)
    said = _Names(problems)
    grid = {place: said.parts(entry) for place, entry in entries.items()}
    said.settle()
    grid = {place: said.final(parts) for place, parts in grid.items()}
    return _build(
        path.name,
        {place: parts for place, parts in grid.items() if parts},
        entries,
        chosen,
        choices,
        problems,
    )


# --- the sheet as a grid ------------------------------------------------------------------------------------------


def _parse_sheet(table: Table) -> _Sheet:
    empty = _Sheet(table.name, {}, [], [])
    if not table.rows or len(table.rows) > 5000 or table.width > 1000:
        return empty
    spread = spread_merges(table)
    across = max((len(_heads(row)) for row in spread.rows), default=0)
    turned = _turn(spread)
    down = max((len(_heads(row)) for row in turned.rows), default=0)
    if across == 0 and down == 0:
        return _parse_single(spread) or empty
    if down > across:
        return _walk(turned, is_turned=True)
    found = _walk(spread, is_turned=False)
    if not found.entries:
        found = _parse_single(spread) or (_walk(turned, is_turned=True) if down else found)
    return found


def _turn(table: Table) -> Table:
    width = table.width
    rows = [[table.cell(row, column) for row in range(len(table.rows))] for column in range(width)]
    return Table(table.name, rows, [], [], table.file)


def _heads(row: list[str]) -> list[tuple[int, str]]:
    """(column, class) of the first cell of each class in a row."""
    found: list[tuple[int, str]] = []
    for column, text in enumerate(row):
        if len(text) > 30 or not text or not text.strip()[:1].isdigit():
            continue
        parsed = parse_class(text)
        if parsed and parsed[0] <= 11:
            title = class_title(*parsed)
            if (
                not found
                or found[-1][1] != title
                or any(tidy(cell) for cell in row[found[-1][0] + 1 : column] if tidy(cell) != tidy(text))
            ):
                found.append((column, title))
    return found


def _is_head(row: list[str], columns: list[_Column], heads: list[tuple[int, str]]) -> bool:
    """A row of class titles: several of them, or one where nothing else but labels stands."""
    if not heads:
        return False
    filled = [tidy(cell) for cell in row if tidy(cell)]
    labels = sum(bool(day_name(cell) or _label_role(cell) or _is_corner(cell)) for cell in filled)
    of_class = sum(parse_class(cell) is not None for cell in filled)
    return of_class + labels >= max(2, len(filled) * 0.6) or (not columns and of_class == len(filled))


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
    if re.match(r"(учител|преподав|педагог|фио|ф\.и\.о)", word):
        return "teacher"
    if re.match(r"(предмет|дисциплин|урок)", word):
        return "text"
    return ""


def _walk(table: Table, *, is_turned: bool) -> _Sheet:
    sheet = _Sheet(table.name, {}, [], [])
    columns: list[_Column] = []
    roles: dict[int, str] = {}
    weekday = day_name(table.name)
    number: int | None = None
    is_numbered = _has_numbers(table)
    for index, row in enumerate(table.rows):
        heads = _heads(row)
        if heads and _is_head(row, columns, heads):
            columns = _columns(table, index, heads)
            roles = _roles(table, index, columns)
            label = next((day for cell in row[: columns[0].start] if (day := day_name(cell))), None)
            weekday = label or weekday
            if label:
                number = None
            continue
        filled = {tidy(cell) for cell in row if tidy(cell)}
        if (
            len(filled) == 1
            and (day := day_name(next(iter(filled))))
            and (not columns or _is_wide(row, columns))
        ):
            weekday, number = day, None
            continue
        if not columns:
            if (day := next((day for cell in row if (day := day_name(cell))), None)) and len(filled) <= 3:
                weekday = day
            continue
        labels = row[: columns[0].start]
        day = next((day for cell in labels if (day := day_name(cell))), None)
        if day and day != weekday:
            weekday, number = day, None
        found = _number(labels)
        span = next((span for cell in labels if (span := parse_span(cell))), None)
        if found is None and not is_numbered and any(_content(row, column, roles) for column in columns):
            found = (number or 0) + 1
        number = found if found is not None else number
        if number is None or number > 15:
            continue
        if span:
            sheet.bells.append((number, *span))
        for column in columns:
            on = column.weekday or weekday
            if on is None:
                continue
            entry = _entry(table, index, row, column, roles, is_turned=is_turned)
            for offset in range(column.start, min(column.end, len(row))):
                if roles.get(offset) == "break" and (pause := parse_span(row[offset])):
                    sheet.breaks.append((number, *pause))
            if entry is None:
                continue
            place = (column.title, on, number)
            before = sheet.entries.get(place)
            if before is None:
                sheet.entries[place] = entry
            elif (entry.texts, entry.rooms) != (before.texts, before.rooms):
                before.texts += entry.texts
                before.rooms += entry.rooms
                before.teachers += entry.teachers
    return sheet


def _has_numbers(table: Table) -> bool:
    count = 0
    for row in table.rows:
        heads = _heads(row)
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
    position = next(index for index, cell in enumerate(row) if tidy(cell))
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


def _roles(table: Table, head: int, columns: list[_Column]) -> dict[int, str]:
    """What each table column under the heads holds: text, room, teacher or break."""
    by_offset: dict[int, list[str]] = defaultdict(list)
    for row in table.rows[head + 1 :]:
        heads = _heads(row)
        if heads and _is_head(row, columns, heads):
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
            label = _label_role(table.cell(head, position)) or _label_role(table.cell(head + 1, position))
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
    if sum(_ROOM.fullmatch(text) is not None for text in texts) > half:
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
        if not text or role == "break" or (position > column.start and row[position] == row[column.start]):
            continue
        if role == "text" and position > column.start and _label_role(text):
            continue
        {"room": entry.rooms, "teacher": entry.teachers}.get(role, entry.texts).append(text)
    return entry if any(fold(text) not in _NOTHING for text in entry.texts) else None


def _parse_single(table: Table) -> _Sheet | None:
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
    for index, row in enumerate(table.rows):
        days: list[tuple[int, int]] = []
        for position, text in enumerate(row):
            day = day_name(text)
            if day and (not days or days[-1][1] != day):
                days.append((position, day))
        if len(days) < 2:
            continue
        heads = [(position, name) for position, _ in days]
        columns = [
            _Column(column.start, column.end, name, day)
            for column, (_, day) in zip(_columns(table, 0, heads), days, strict=True)
        ]
        body = Table(table.name, [["", *row] for row in table.rows[index + 1 :]], [], [], table.file)
        head = [""] * (body.width + 1)
        shifted = [_Column(column.start + 1, column.end + 1, name, column.weekday) for column in columns]
        body.rows.insert(0, head)
        return _walk_days(body, shifted, index)
    return None


def _walk_days(table: Table, columns: list[_Column], above: int) -> _Sheet:
    sheet = _Sheet(table.name, {}, [], [])
    roles = _roles(table, 0, columns)
    number: int | None = None
    for index, row in enumerate(table.rows[1:], 1):
        found = _number(row[: columns[0].start])
        number = found if found is not None else number
        if number is None or number > 15:
            continue
        span = next((span for cell in row[: columns[0].start] if (span := parse_span(cell))), None)
        if span:
            sheet.bells.append((number, *span))
        for column in columns:
            entry = _entry(table, index + above, row, column, roles, is_turned=False)
            if entry and column.weekday:
                sheet.entries.setdefault((column.title, column.weekday, number), entry)
    return sheet


# --- which sheets -------------------------------------------------------------------------------------------------


def _choose(sheets: list[_Sheet], file: str, problems: Problems) -> tuple[list[_Sheet], tuple[str, ...]]:
    """A workbook may hold several whole timetables (a sheet per day and a sheet per parallel). Take the fullest."""
    versions: list[list[_Sheet]] = []
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
            "Если нужны другие, выберите их при загрузке (ключ --sheets).",
        )
    return chosen, tuple(
        ", ".join(sheet.name for sheet in version) for version in [chosen, *left]
    ) if left else ()


def _differs(others: list[_Sheet], chosen: list[_Sheet]) -> bool:
    entries = {place: entry for sheet in chosen for place, entry in sheet.entries.items()}
    return any(
        [fold(text) for text in entry.texts] != [fold(text) for text in entries[place].texts]
        if place in entries
        else True
        for sheet in others
        for place, entry in sheet.entries.items()
    )


def _listed(sheets: list[_Sheet]) -> str:
    return ", ".join(f"«{sheet.name}»" for sheet in sheets)


def _size(sheets: list[_Sheet]) -> str:
    titles = {title for sheet in sheets for title, _, _ in sheet.entries}
    return f"столбцов классов: {len(titles)}, уроков: {sum(len(sheet.entries) for sheet in sheets)}"


# --- what stands in a cell ----------------------------------------------------------------------------------------


def split_rooms(text: str) -> list[str]:
    """«412/326» → two rooms, «с/з» → one, «414/*» → a room and an unknown one."""
    text = tidy(text)
    text = re.sub(r"(?<![\w])([а-яё]{1,3})/([а-яё]{1,3})(?![\w])", "\\1\x00\\2", text, flags=re.IGNORECASE)
    parts = [part.replace("\x00", "/").strip() for part in re.split(r"[/;]|,\s*", text)]
    return [
        ""
        if part in {"*", "-", "?"}
        else re.sub(r"^(каб|ауд|к)\.?\s*№?\s*(?=\d)", "", part, flags=re.IGNORECASE)[:40]
        for part in parts
    ]


class _Names:
    """Reads cells into parts and settles the many ways one subject is written in a file."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.seen: Counter[str] = Counter()
        self.titles: dict[str, str] = {}
        self.refused: set[Where] = set()

    def parts(self, entry: Entry) -> list[Part]:
        """What the cell says, halves in order."""
        found: list[Part] = []
        rooms = [room for text in entry.rooms for room in split_rooms(text)]
        teachers = [
            tidy(name) for text in entry.teachers for name in re.split(r"[/\n;,]", text) if tidy(name)
        ]
        lines = [line for text in entry.texts for line in text.splitlines() if tidy(line)]
        for line in lines:
            if is_formula(line):
                if entry.where not in self.refused:
                    self.refused.add(entry.where)
                    self.problems.error(
                        entry.where, f"В ячейке записана формула «{tidy(line)[:40]}». Замените её значением."
                    )
                return []
            if _ROOM.fullmatch(tidy(line)) and found and fold(line) not in _NOTHING:
                rooms += split_rooms(line)
                continue
            own_teachers = [tidy(name) for name in _TEACHER.findall(line)]
            rest = _TEACHER.sub(" ", line)
            own_rooms: list[str] = []
            for pattern in (
                r"\(\s*(?:каб\.?|ауд\.?|к\.)?\s*№?\s*(\d{1,4}[а-яё]?(?:\s*/\s*[\d*]{1,4}[а-яё]?)*)\s*\)",
                r"(?:каб\.?|ауд\.?)\s*№?\s*(\d{1,4}[а-яё]?(?:\s*/\s*[\d*]{1,4}[а-яё]?)*)",
                r"(?<=[\s.,])(\d{2,4}[а-яё]?(?:\s*/\s*[\d*]{1,4}[а-яё]?)*)\s*$",
            ):
                match = re.search(pattern, rest.rstrip(), re.IGNORECASE)
                if match:
                    own_rooms = split_rooms(match[1])
                    rest = (rest[: match.start()] + " " + rest[match.end() :]).rstrip()
                    break
            subjects = _subjects(rest)
            if not subjects:
                teachers += own_teachers
                rooms += own_rooms
                continue
            if own_rooms or own_teachers:
                found += _join(subjects, own_rooms, own_teachers)
            else:
                found += [Part(subject) for subject in subjects]
        bare = [part for part in found if not part.room and not part.teacher]
        if len(bare) == len(found) and (rooms or teachers):
            found = _join([part.subject for part in found], rooms, teachers)
        elif rooms and len(rooms) == len(found):
            found = [
                Part(part.subject, part.room or room, part.teacher)
                for part, room in zip(found, rooms, strict=True)
            ]
        elif rooms and not any(part.room for part in found):
            found = [Part(part.subject, rooms[0], part.teacher) for part in found]
        for part in found:
            if part.subject:
                self.seen[part.subject] += 1
        return found if any(part.subject for part in found) else []

    def settle(self) -> None:
        """One title per subject: full names stand, abbreviations find the full name they begin."""
        forms: dict[str, Counter[str]] = defaultdict(Counter)
        for name, count in self.seen.items():
            forms[fold(name)][name] += count
        whole = {key: names.most_common(1)[0][0] for key, names in forms.items()}
        full = [name for name in whole.values() if "." not in name]
        said: set[str] = set()
        for key, names in forms.items():
            title = whole[key]
            meant = _expand(title, full) or _expand(title, list(_COMMON)) or title
            meant = whole.get(fold(meant), meant)
            if "." in meant and fold(meant) == key:
                meant = title
            if fold(meant) != key and title not in said:
                said.add(title)
                self.problems.warn(Where(), f"«{title}» понято как «{meant}».")
            meant = meant[:1].upper() + meant[1:]
            for name in names:
                self.titles[name] = meant[:160]

    def final(self, parts: list[Part]) -> list[Part]:
        """The parts under their settled titles."""
        return [Part(self.titles.get(part.subject, ""), part.room, part.teacher) for part in parts]


def _subjects(text: str) -> list[str]:
    text = tidy(text).strip(" ,;:.–-—") if fold(text) else ""
    if fold(text) in _NOTHING or not re.search(r"[^\W\d_]", text):
        return []
    pieces = [tidy(piece).strip(" ,;:") for piece in re.split(r"\s*[/\\]\s*", text)]
    if len(pieces) > 1 and any(0 < len(fold(piece)) < 2 for piece in pieces if fold(piece) not in _NOTHING):
        return [text]
    return ["" if fold(piece) in _NOTHING else piece for piece in pieces]


def _join(subjects: list[str], rooms: list[str], teachers: list[str]) -> list[Part]:
    """Put rooms and teachers to subjects: equal in number one to one, a single subject is split by several rooms."""
    count = max(len(subjects), len(rooms) if len(subjects) == 1 else 1)
    if len(subjects) == 1 and len(rooms) < 2 and len(teachers) > 1:
        count = len(teachers)
    names = subjects * count if len(subjects) == 1 else subjects
    places = rooms * count if len(rooms) == 1 else rooms
    people = teachers * count if len(teachers) == 1 and count == 1 else teachers
    return [
        Part(
            name,
            places[index] if index < len(places) else "",
            people[index] if index < len(people) and len(people) <= count else "",
        )
        for index, name in enumerate(names)
    ]


def _expand(name: str, known: Iterable[str]) -> str | None:
    """The one known full name whose words begin with the words of an abbreviation."""
    words = [word for word in re.split(r"[ .]+", name.casefold()) if word]
    if not words or ("." not in name and not (len(words) == 1 and re.search("(ий|ый|ая|ое)$", words[0]))):
        return None
    found = set()
    for full in known:
        other = full.casefold().split(" ")
        if full == name or len(other) < len(words) or ("." in full):
            continue
        if all(long.startswith(short) for short, long in zip(words, other, strict=False)):
            found.add(full)
    return found.pop() if len(found) == 1 else None


# --- classes, groups, journals ------------------------------------------------------------------------------------


@dataclass
class _Groups:
    """How a class (or half of it) is split, and which half is which."""

    owner: str
    homeroom: str
    numbers: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    counts: Counter[tuple[str, int]] = field(default_factory=Counter)
    families: dict[str, set[str]] = field(default_factory=dict)
    fixed: dict[str, int] = field(default_factory=dict)

    def learn(self, lessons: list[list[Part]]) -> None:
        """Which subjects are halves of each other."""
        split = [parts for parts in lessons if len(parts) > 1]
        for parts in split:
            together = {part.subject for part in parts if part.subject}
            for subject in list(together):
                together |= self.families.get(subject, set())
            for subject in together:
                self.families[subject] = together
        pure = {parts[0].subject for parts in split if len({part.subject for part in parts}) == 1}
        for parts in split:
            subjects = [part.subject for part in parts]
            if len(set(subjects)) == len(subjects) and all(_LANGUAGE.search(subject) for subject in subjects):
                family = self.families[subjects[0]]
                if not family & pure and all(_LANGUAGE.search(subject) for subject in family):
                    for number, subject in enumerate(sorted(family), 1):
                        self.fixed[subject] = number

    def number(self, parts: list[Part]) -> list[int]:
        """The number of the half for each part."""
        if all(part.subject in self.fixed for part in parts if part.subject):
            return [self.fixed.get(part.subject, 0) for part in parts]
        free = list(range(1, len(parts) + 1))
        found = [0] * len(parts)
        for index, part in enumerate(parts):
            known = self.numbers[part.subject].get(part.room) if part.room else None
            if part.subject and known in free:
                free.remove(known)
                found[index] = known
        for index, part in enumerate(parts):
            if not found[index]:
                best = min(free, key=lambda number: (self.counts[part.subject, number], number))
                free.remove(best)
                found[index] = best
        for part, number in zip(parts, found, strict=True):
            self.counts[part.subject, number] += 1
            if part.room:
                self.numbers[part.subject].setdefault(part.room, number)
        return found

    def subgroup(self, subject: str, number: int, where: Where) -> SubgroupRow:
        """The half as an object of the school."""
        family = ", ".join(sorted(self.families[subject]))
        if subject in self.fixed:
            title, short = f"{self.owner}, {_lower(subject)}", subject[:20]
        else:
            name = ", ".join(map(_lower, sorted(self.families[subject])))
            tail = f", {number}-я группа"
            title, short = f"{self.owner}, {name}"[: 80 - len(tail)] + tail, f"{number}-я гр."
        return SubgroupRow(
            title=title[:80],
            short=short,
            split=f"{self.owner}: {family}"[:60],
            homerooms=(self.homeroom,),
            where=where,
        )


def _lower(title: str) -> str:
    """«Немецкий язык» → «немецкий язык», «ИКТ» stays."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _build(
    file: str,
    grid: dict[Place, list[Part]],
    entries: dict[Place, Entry],
    sheets: list[_Sheet],
    choices: tuple[str, ...],
    problems: Problems,
) -> SchoolData:
    titles = list(dict.fromkeys(title for title, _, _ in sorted(grid, key=lambda place: _order(place[0]))))
    homeroom_of, halves = _homerooms(titles)
    joint = _joint(grid, halves)
    groups = {title: _Groups(title, homeroom_of[title]) for title in titles}
    for title in titles:
        groups[title].learn([parts for place, parts in grid.items() if place[0] == title])
    subgroups: dict[str, SubgroupRow] = {}
    slots: dict[tuple[JournalKey, int, int], SlotRow] = {}
    ordered = sorted(grid.items(), key=lambda item: (_order(item[0][0]), not _is_pure(item[1]), item[0][1:]))
    for (title, weekday, number), parts in ordered:
        where = entries[title, weekday, number].where
        if len(parts) == 1:
            part = parts[0]
            half = (
                title
                if homeroom_of[title] != title and (homeroom_of[title], part.subject) not in joint
                else ""
            )
            if half:
                subgroups.setdefault(
                    half,
                    SubgroupRow(
                        title=half,
                        short=half[:20],
                        split=f"{homeroom_of[title]}: профиль",
                        homerooms=(homeroom_of[title],),
                        where=where,
                    ),
                )
            placed = [(part, JournalKey(part.subject, homeroom_of[title], half))]
        else:
            placed = []
            for part, half_number in zip(parts, groups[title].number(parts), strict=True):
                if part.subject:
                    row = groups[title].subgroup(part.subject, half_number, where)
                    subgroups.setdefault(row.title, row)
                    placed.append((part, JournalKey(part.subject, homeroom_of[title], row.title)))
        for part, key in placed:
            slots.setdefault(
                (key, weekday, number),
                SlotRow(
                    journal=key,
                    weekday=weekday,
                    number=number,
                    room=part.room,
                    teacher=part.teacher,
                    where=where,
                ),
            )
    _remark_mixed(slots, file, problems)
    hours = Counter(key for key, _, _ in slots)
    pairs = dict.fromkeys((slot.journal, slot.teacher) for slot in slots.values())
    taught = {key for key, teacher in pairs if teacher}
    first = {key: slot.where for (key, _, _), slot in reversed(slots.items())}
    sheet = Where(file)
    teachers = dict.fromkeys(slot.teacher for slot in slots.values() if slot.teacher)
    if not teachers:
        problems.warn(sheet, "Учителей в книге нет: журналы будут без учителя, пока не загружена нагрузка.")
    problems.found = [
        problem if problem.where.file else type(problem)(problem.severity, sheet, problem.message)
        for problem in problems.found
    ]
    return SchoolData(
        kind=TITLE,
        file=file,
        owns_lists=True,
        finished=True,
        bells=tuple(_bells(sheets, file, problems)),
        rooms=tuple(
            RoomRow(title=title, where=sheet)
            for title in dict.fromkeys(slot.room for slot in slots.values())
            if title
        ),
        subjects=tuple(
            SubjectRow(
                title=title,
                where=sheet,
                tags=("unmarked",) if re.match("(классный час|разговоры о)", title.casefold()) else (),
            )
            for title in dict.fromkeys(key.subject for key in hours)
        ),
        staff=tuple(
            StaffRow(surname=name[0], given_name=name[1], patronymic=name[2], where=sheet)
            for name in map(split_name, teachers)
        ),
        homerooms=tuple(_homeroom(title, sheet) for title in dict.fromkeys(homeroom_of.values())),
        subgroups=tuple(subgroups.values()),
        loads=tuple(
            LoadRow(journal=key, teacher=teacher, weekly_hours=float(hours[key]), where=first[key])
            for key, teacher in pairs
            if teacher or key not in taught
        ),
        slots=tuple(slots.values()),
        problems=tuple(problems.found),
        choices=choices,
    )


def _order(title: str) -> tuple[int, str]:
    found = re.match(r"\d+", title)
    return int(found[0]) if found else 99, title


def _is_pure(parts: list[Part]) -> bool:
    return len({part.subject for part in parts}) == 1


def _homeroom(title: str, where: Where) -> HomeroomRow:
    grade, letter, part = parse_class(title) or (None, "", "")
    return HomeroomRow(title=title, grade=grade, letter=f"{letter} ({part})" if part else letter, where=where)


def _homerooms(titles: list[str]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Homeroom of each head, and the heads that are halves of one homeroom."""
    bases: dict[str, list[str]] = defaultdict(list)
    for title in titles:
        parsed = parse_class(title)
        if parsed and parsed[2]:
            bases[class_title(parsed[0], parsed[1])].append(title)
    halves = {base: parts for base, parts in bases.items() if len(parts) > 1 and base not in titles}
    found = {title: title for title in titles}
    found |= {part: base for base, parts in halves.items() for part in parts}
    return found, halves


def _joint(grid: dict[Place, list[Part]], halves: dict[str, list[str]]) -> set[tuple[str, str]]:
    """(homeroom, subject) that all halves always have together, in one room."""
    found = set()
    for base, parts in halves.items():
        lessons: dict[str, dict[str, set[tuple[int, int, str]]]] = defaultdict(lambda: defaultdict(set))
        for (title, weekday, number), content in grid.items():
            if title in parts and len(content) == 1:
                lessons[content[0].subject][title].add((weekday, number, content[0].room))
        for subject, by_half in lessons.items():
            if len(by_half) == len(parts) and len({frozenset(places) for places in by_half.values()}) == 1:
                found.add((base, subject))
    return found


def _remark_mixed(slots: dict[tuple[JournalKey, int, int], SlotRow], file: str, problems: Problems) -> None:
    keys = {key for key, _, _ in slots}
    whole = {(key.homeroom, key.subject) for key in keys if not key.subgroup}
    mixed = sorted(
        {
            f"{key.homeroom} – {key.subject}"
            for key in keys
            if key.subgroup and (key.homeroom, key.subject) in whole
        }
    )
    if mixed:
        problems.warn(
            Where(file),
            "Идут и целым классом, и по группам, поэтому журналов будет больше одного: "
            + "; ".join(mixed[:12])
            + (f" и ещё {len(mixed) - 12}" if len(mixed) > 12 else "")
            + ". Проверьте деление на группы.",
        )
    if any(key.subgroup for key in keys):
        problems.warn(
            Where(file),
            "Состав групп в расписании не указан: распределите учеников по группам после загрузки.",
        )


def _bells(sheets: list[_Sheet], file: str, problems: Problems) -> list[BellRow]:
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


def _from_breaks(sheets: list[_Sheet]) -> dict[int, tuple[time, time]]:
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
