"""The workbook a school publishes: a grid of days, lesson numbers and classes.

Nothing is taken by position. Class titles make the heads of columns (a sheet with classes down the side is turned
first), weekdays and lesson numbers are looked for beside and above, and what the columns under a class hold (subject,
room, teacher, break) is told by what stands in them. «Английский язык/ИКТ» with rooms «318/346» are two halves of the
class at once; «7к(г)» and «7к(т)» are halves of one class throughout.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
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
from parta.exchange.gridcell import Entry, Names, Part, by_week
from parta.exchange.gridsheet import Place, Sheet, is_by_teacher, lacks, parse_sheet
from parta.exchange.located import BadFile, Problems, Where
from parta.exchange.sheets import Table, column_letters, is_table, read_tables
from parta.exchange.values import DAY_NAMES, add_minutes, class_title, fold, parse_class, split_name, tidy

TITLE = "опубликованное расписание"

_LANGUAGE: Final = re.compile(
    r"(английск|немецк|испанск|французск|китайск|итальянск|японск|корейск|арабск|турецк|польск|финск)",
    re.IGNORECASE,
)


def detect(path: Path) -> bool:
    """True when some sheet has classes (or groups of a college) as heads and weekdays beside them."""
    if not path.is_file() or not is_table(path):
        return False
    try:
        tables = read_tables(path).tables
    except BadFile:
        return False  # a table of ours in a strange encoding: its own reader says so
    return any(parse_sheet(table).entries for table in tables) or any(
        parse_sheet(table, with_groups=True).entries for table in tables
    )


def _sheets(tables: list[Table]) -> list[Sheet]:
    """The sheets that are timetables: of classes, else of groups."""
    found = [sheet for sheet in map(parse_sheet, tables) if sheet.entries]
    if found:
        return found
    return [sheet for table in tables if (sheet := parse_sheet(table, with_groups=True)).entries]


def explain(path: Path, *, only_teachers: bool = False) -> str:
    """What a book that is no timetable lacks to be one: classes, or days; or that it is one of teachers
    (`only_teachers`: that alone). Empty when it is far from a timetable."""
    tables = read_tables(path).tables
    for table in tables:
        if is_by_teacher(table):
            return _by_teacher(table.name) + " Загрузите расписание, где в столбцах (или строках) классы."
    if only_teachers:
        return ""
    if not any(tidy(cell) for table in tables for row in table.rows for cell in row):
        return "В нём нет ни одной заполненной клетки. Проверьте, тот ли это файл."
    for table in tables:
        missing = lacks(table)
        if missing == "classes":
            return (
                f"В листе «{table.name}» есть дни недели, но нет названий классов. Для расписания они нужны в одной "
                "строке или в одном столбце: «7А», «7 «А»», «10-Б класс»."
            )
        if missing == "days":
            return (
                f"В листе «{table.name}» есть классы, но нет дней недели. Напишите день слева, над таблицей или в "
                "названии листа: «понедельник», «ПН»."
            )
    return ""


def _by_teacher(name: str) -> str:
    return (
        f"В листе «{name}» расписание учителей: в клетках стоят классы, а предметы уроков по нему не узнать."
    )


def read(path: Path, options: Options | None = None) -> SchoolData:
    """The timetable of all classes. Raises BadFile when there is none."""
    options = options or Options()
    book = read_tables(path)
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
    return read_tables_of(path.name, tables, problems)


def read_tables_of(file: str, tables: list[Table], problems: Problems) -> SchoolData:
    """The timetable in the sheets of a book. Raises BadFile when there is none."""
    sheets = _sheets(tables)
    if not sheets:
        raise BadFile(
            f"В книге «{file}» не найдено расписание: нужны названия классов («7А») в одной строке (или столбце), "
            "дни недели и номера уроков."
        )
    used = {sheet.name for sheet in sheets}
    unread = [table.name for table in tables if table.name not in used and any(map(any, table.rows))]
    for table in list(tables):
        if table.name in unread and is_by_teacher(table):
            unread.remove(table.name)
            problems.warn(Where(file, table.name), _by_teacher(table.name) + " Лист пропущен.")
    if unread:
        listed = ", ".join(f"«{name}»" for name in unread)
        problems.warn(Where(file), f"В листах {listed} расписания не найдено; они пропущены.")
    chosen, choices = _choose(sheets, file, problems)
    entries: dict[Place, Entry] = {}
    for sheet in chosen:
        for place, entry in sheet.entries.items():
            entries.setdefault(place, entry)
    _contradictions(chosen, problems)
    _shifts(chosen, file, problems)
    entries = _weeks_of_cells(entries)
    _formulas({sheet.name for sheet in chosen}, tables, problems)
    said = Names(problems)
    grid = {place: said.parts(entry) for place, entry in entries.items()}
    said.settle()
    grid = _weekly({place: said.final(parts) for place, parts in grid.items()}, entries, file, problems)
    return _build(
        file,
        {place: parts for place, parts in grid.items() if parts},
        entries,
        chosen,
        choices,
        problems,
    )


def _weeks_of_cells(entries: dict[Place, Entry]) -> dict[Place, Entry]:
    """«ОБЗР (чёт.) / Музыка (нечёт.)» in one cell is a lesson of each week."""
    found: dict[Place, Entry] = {}
    for place, entry in entries.items():
        weeks = by_week(entry) if place[3] == 0 else {}
        found |= {(*place[:3], week): part for week, part in weeks.items()} or {place: entry}
    return found


def _formulas(names: set[str], tables: list[Table], problems: Problems) -> None:
    """Refuse cells whose formula has no saved value: what stands there, only the spreadsheet knows."""
    for table in tables:
        for row, column in table.formulas_without_value[:20] if table.name in names else ():
            problems.error(
                Where(table.file, table.name, row + 1, column_letters(column)),
                "В ячейке формула без вычисленного значения. Вставьте значение вместо формулы.",
            )


def _contradictions(sheets: list[Sheet], problems: Problems) -> None:
    """Refuse lessons that stand in the sheet twice with different content: which of them holds, nobody can tell."""
    twice = [item for sheet in sheets for item in sheet.twice]
    for (title, weekday, number, _), one, other in twice[:20]:
        problems.error(
            other.where,
            f"{title}, {DAY_NAMES[weekday - 1]}, {number}-й урок: здесь «{tidy(other.texts[0])[:40]}», а в строке "
            f"{one.where.row} – «{tidy(one.texts[0])[:40]}». Если это две недели, подпишите их «Нечётная неделя» и "
            "«Чётная неделя», если другой день – напишите его название.",
        )
    if len(twice) > 20:
        problems.error(twice[20][2].where, f"И ещё таких мест: {len(twice) - 20}.")


def _shifts(sheets: list[Sheet], file: str, problems: Problems) -> None:
    titles = sorted(set().union(*(sheet.second_shift for sheet in sheets)), key=_order)
    if titles:
        problems.warn(
            Where(file),
            f"Во второй смене: {', '.join(titles)}. Номера их уроков взяты как в файле; заведите звонки второй смены и "
            "укажите их в карточках этих классов, иначе уроки встанут по звонкам первой.",
        )


def _weekly(
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


# --- which sheets -------------------------------------------------------------------------------------------------


def _choose(sheets: list[Sheet], file: str, problems: Problems) -> tuple[list[Sheet], tuple[str, ...]]:
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


_Slot = tuple[JournalKey, int, int, int]
"""(journal, weekday, lesson number, week)"""


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
    sheets: list[Sheet],
    choices: tuple[str, ...],
    problems: Problems,
) -> SchoolData:
    titles = list(dict.fromkeys(title for title, *_ in sorted(grid, key=lambda place: _order(place[0]))))
    homeroom_of, halves = _homerooms(titles)
    joint = _joint(grid, halves)
    groups = {title: _Groups(title, homeroom_of[title]) for title in titles}
    for title in titles:
        groups[title].learn([parts for place, parts in grid.items() if place[0] == title])
    subgroups: dict[str, SubgroupRow] = {}
    slots: dict[_Slot, SlotRow] = {}
    ordered = sorted(grid.items(), key=lambda item: (_order(item[0][0]), not _is_pure(item[1]), item[0][1:]))
    for (title, weekday, number, week), parts in ordered:
        where = entries[title, weekday, number, week].where
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
                (key, weekday, number, week),
                SlotRow(
                    journal=key,
                    weekday=weekday,
                    number=number,
                    week=week,
                    room=part.room,
                    teacher=part.teacher,
                    where=where,
                ),
            )
    _remark_mixed(slots, file, problems)
    hours: dict[JournalKey, float] = defaultdict(float)
    for key, _, _, week in slots:
        hours[key] += 0.5 if week else 1.0
    pairs = dict.fromkeys((slot.journal, slot.teacher) for slot in slots.values())
    taught = {key for key, teacher in pairs if teacher}
    first = {key: slot.where for (key, *_), slot in reversed(slots.items())}
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
            LoadRow(journal=key, teacher=teacher, weekly_hours=hours[key], where=first[key])
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
        lessons: dict[str, dict[str, set[tuple[int, int, int, str]]]] = defaultdict(lambda: defaultdict(set))
        for (title, weekday, number, week), content in grid.items():
            if title in parts and len(content) == 1:
                lessons[content[0].subject][title].add((weekday, number, week, content[0].room))
        for subject, by_half in lessons.items():
            if len(by_half) == len(parts) and len({frozenset(places) for places in by_half.values()}) == 1:
                found.add((base, subject))
    return found


def _remark_mixed(slots: dict[_Slot, SlotRow], file: str, problems: Problems) -> None:
    keys = {key for key, *_ in slots}
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


def _bells(sheets: list[Sheet], file: str, problems: Problems) -> list[BellRow]:
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
