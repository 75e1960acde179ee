"""Going through the rows of a workbook: what is a row, what a heading, a total or a repeated head; the whole of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeVar

from parta.exchange.data import PlanRow, SchoolData, StaffRow, StudentRow
from parta.exchange.located import Problems, Where
from parta.exchange.sheets import Merge, Table
from parta.exchange.values import (
    fold,
    is_error_value,
    is_formula,
    is_month_first,
    parse_int,
    split_name,
    tidy,
)

from . import people, teaching
from .gathered import Gathered
from .heads import Found, lone_text, section_class
from .line import Line

P = TypeVar("P", StaffRow, StudentRow)

TITLE: Final = "книга Парты"

_ROWS: Final[dict[str, Callable[[Line, Gathered], None]]] = {
    "staff": people.staff,
    "students": people.students,
    "homerooms": teaching.homeroom,
    "subgroups": teaching.subgroup,
    "subjects": teaching.subject,
    "loads": teaching.load,
    "slots": teaching.slot,
    "plans": teaching.topic,
}
"""Sheet → what reads its rows."""

_TOTALS: Final = re.compile(
    r"(итого|всего|количество|директор|зам\.|заместитель|составил|исполнител|подпись|утвержд|примечани|классный рук)",
    re.IGNORECASE,
)
"""How rows under a table begin that belong to nobody in it."""


def read_sheet(found: Found, table: Table, book: Gathered) -> None:
    """Read all rows under the heads into `book`."""
    sheet, head, places = found.sheet, found.head, found.places
    heads = {key: tidy(table.cell(head, position)) for key, position in places.items()}
    _unknown_heads(table, found, book.problems)
    merged = _merged(table, head)
    told: set[Merge] = set()
    formulas = set(table.formulas_without_value)
    standing = dict(found.implied)
    needed = {column.key: column.head for column in sheet.columns if column.needed}
    month_first = frozenset(
        key
        for key, position in places.items()
        if any(is_month_first(table.cell(index, position)) for index in range(head + 1, len(table.rows)))
    )
    skipped: list[int] = []
    for index in range(head + 1, len(table.rows)):
        row = table.rows[index]
        if found.is_sectioned and (title := section_class(table, index)):
            standing["homeroom"] = title
            continue
        if _is_head_again(row, table.rows[head]) or (index == head + 1 and _is_numbering(row)):
            continue
        if sheet.key == "plans" and (unit := _unit(table, index, places, merged)):
            standing["unit"] = unit[:200]
            continue
        values = {key: table.cell(index, position) for key, position in places.items()}
        filled = [key for key, value in values.items() if tidy(value)]
        values |= {key: value for key, value in standing.items() if not tidy(values.get(key, ""))}
        whole = "full_name" in places and tidy(values["full_name"])
        elsewhere = {"surname", "given_name"} if whole else {"homeroom", "hours"} if found.classes else set()
        lacks = [key for key in needed if key not in elsewhere and not tidy(values.get(key, ""))]
        if lacks and _TOTALS.match(next((tidy(cell) for cell in row if tidy(cell)), "")):
            skipped.append(index + 1)
            continue
        line = Line(Where(book.file, table.name, index + 1), values, heads, book.problems)
        line.month_first = month_first
        for key, position in places.items():
            merge = merged.get((index, position))
            if merge and merge not in told:
                told.add(merge)
                line.refuse(
                    key,
                    f"Ячейки объединены (строки {merge[0] + 1}–{merge[2] + 1}). Отмените объединение и заполните "
                    "каждую строку.",
                )
            elif merge:
                line.is_good = False
            if (index, position) in formulas:
                line.refuse(
                    key, "В ячейке формула без вычисленного значения. Вставьте значение вместо формулы."
                )
            elif is_formula(values[key]):
                line.refuse(key, f"«{tidy(values[key])[:40]}» похоже на формулу. Запишите в ячейку значение.")
            elif is_error_value(values[key]):
                line.refuse(
                    key,
                    f"В ячейке ошибка «{tidy(values[key])}»: значение в таблице потеряно. Исправьте формулу или "
                    "впишите само значение; если его нет, очистите ячейку.",
                )
            elif (index, position) in table.booleans:
                shown = "ИСТИНА" if values[key] == "да" else "ЛОЖЬ"
                line.refuse(
                    key, f"В ячейке «{shown}» (логическое значение), а нужен текст. Впишите само значение."
                )
        if not filled or not line.is_good or (whole and not _parted(line)):
            continue
        if lacks:
            names = ", ".join(f"«{heads.get(key, needed[key])}»" for key in lacks)
            line.refuse(lacks[0], f"Строка заполнена не до конца: нет {names}. Допишите или удалите строку.")
            continue
        for one in _by_class(line, found, table, index) if found.classes else [line]:
            _ROWS[sheet.key](one, book)
    if skipped:
        listed = ", ".join(map(str, skipped[:20]))
        book.problems.warn(
            Where(book.file, table.name), f"Итоги и подписи под таблицей не читаются (строки: {listed})."
        )


def _by_class(line: Line, found: Found, table: Table, index: int) -> list[Line]:
    """A row with hours in a column per class as a row per class."""
    lines = []
    for position, title in found.classes.items():
        hours = tidy(table.cell(index, position))
        if hours and fold(hours) not in {"", "0"}:
            heads = line.heads | {"hours": tidy(table.cell(found.head, position))}
            lines.append(
                Line(line.where, line.values | {"homeroom": title, "hours": hours}, heads, line.problems)
            )
    return lines


def _merged(table: Table, head: int) -> dict[tuple[int, int], Merge]:
    """Cells under the heads that are part of a merged range, with the range."""
    return {
        (row, column): merge
        for merge in table.merges
        for row in range(max(merge[0], head + 1), min(merge[2], len(table.rows) - 1) + 1)
        for column in range(merge[1], min(merge[3], table.width) + 1)
    }


def _is_head_again(row: list[str], head: list[str]) -> bool:
    """A head repeated on each page of a long list."""
    return any(map(tidy, row)) and [fold(cell) for cell in row] == [fold(cell) for cell in head]


def _is_numbering(row: list[str]) -> bool:
    """The row «1 2 3 4» that forms have under their heads."""
    numbers = [parse_int(cell) for cell in row if tidy(cell)]
    return len(numbers) > 2 and numbers == list(range(1, len(numbers) + 1))


def _unit(table: Table, index: int, places: dict[str, int], merged: dict[tuple[int, int], Merge]) -> str:
    """The unit a row of a plan is the heading of: a lone text that stands not in the column of topics, or is merged."""
    alone = lone_text(table, index)
    at = next((position for position, cell in enumerate(table.rows[index]) if tidy(cell)), -1)
    is_wide = (index, at) in merged and merged[index, at][0] == merged[index, at][2]
    if not alone or (at == places.get("text") and not is_wide) or not re.search(r"[^\W\d_]{3}", alone):
        return ""
    return "" if _TOTALS.match(alone) else alone


def _unknown_heads(table: Table, found: Found, problems: Problems) -> None:
    """Say which columns are not taken: a renamed column must not vanish without a word."""
    known = {*found.places.values(), *found.classes}
    unknown = [
        tidy(cell)[:40]
        for position, cell in enumerate(table.rows[found.head])
        if position not in known
        and fold(cell) not in {"", "п/п", "пп", "nпп", "итого", "всего"}
        and len(tidy(cell)) > 1
    ]
    if unknown:
        listed = ", ".join(f"«{name}»" for name in unknown[:12])
        problems.warn(
            Where(table.file, table.name, found.head + 1),
            f"Столбцы не узнаны или повторены и пропущены: {listed}. Нужные назовите, как в пустой книге.",
        )


def _parted(line: Line) -> bool:
    """Put a whole name into its parts. False when it has no given name."""
    surname, given, patronymic = split_name(line.values["full_name"])
    if not given:
        line.refuse("full_name", f"«{surname[:60]}»: нужны фамилия, имя и отчество.")
        return False
    parts = {"surname": surname, "given_name": given, "patronymic": patronymic}
    line.values.update({key: value for key, value in parts.items() if not tidy(line.values.get(key, ""))})
    line.heads = {**dict.fromkeys(parts, line.heads["full_name"]), **line.heads}
    return True


def finished(book: Gathered) -> SchoolData:
    """What was read, with duplicates refused."""
    _unique_people(book)
    people.put_leads(book)
    return SchoolData(
        kind=TITLE,
        file=book.file,
        finished=book.is_finished,
        exported=book.is_export,
        bells=tuple(book.bells),
        rooms=tuple(book.rooms.values()),
        subjects=tuple(book.subjects),
        staff=tuple(book.staff),
        homerooms=tuple(book.homerooms),
        subgroups=tuple(book.subgroups.values()),
        students=tuple(book.students),
        loads=tuple(book.loads),
        slots=tuple(book.slots),
        plans=tuple(_plans(book)),
        problems=tuple(book.problems.found),
    )


def _plans(book: Gathered) -> list[PlanRow]:
    """Plans with their topics in order, each lesson of its hours a topic of its own."""
    plans = []
    for plan, topics in book.topics.values():
        counted = Counter(topic.position for topic, _ in topics)
        for topic, _ in topics:
            if counted[topic.position] > 1:
                book.problems.error(
                    topic.where, f"Номер {topic.position} в плане «{plan.title}» стоит дважды."
                )
        ordered = [
            topic
            for topic, lessons in sorted(topics, key=lambda item: item[0].position)
            for _ in range(lessons)
        ]
        plans.append(
            replace(plan, topics=tuple(replace(topic, position=n) for n, topic in enumerate(ordered, 1)))
        )
    return plans


def _unique_people(book: Gathered) -> None:
    """Refuse a person who stands twice: by the number of the file, or by name and birth date."""
    book.staff = _without_repeats(
        book.staff, book.problems, "Сотрудник", lambda row: (fold(row.full_name), row.birth_date)
    )
    book.students = _without_repeats(
        book.students, book.problems, "Ученик",
        lambda row: (fold(row.full_name), row.birth_date or fold(row.homeroom)),
    )  # fmt: skip
    dates = {(fold(row.full_name), fold(row.homeroom)): row for row in book.students if row.birth_date}
    for row in list(book.students):
        twin = dates.get((fold(row.full_name), fold(row.homeroom)))
        if row.birth_date is None and twin and twin is not row:
            book.problems.error(
                row.where,
                f"Ученик «{row.full_name}» уже есть в строке {twin.where.row}, там с датой рождения. Удалите повтор "
                "или, если это другой человек, впишите его дату рождения.",
            )
            book.students = [other for other in book.students if other is not row]


def _without_repeats(rows: list[P], problems: Problems, word: str, key: Callable[[P], object]) -> list[P]:
    by_key: dict[object, P] = {}
    by_number: dict[str, P] = {}
    kept = []
    for row in rows:
        twin = by_key.get(key(row)) or (by_number.get(row.external_id) if row.external_id else None)
        if twin is not None:
            same = "номером" if fold(twin.full_name) != fold(row.full_name) else "именем"
            sheet = "" if twin.where.sheet == row.where.sheet else f" листа «{twin.where.sheet}»"
            problems.error(
                row.where,
                f"{word} «{row.full_name}» с тем же {same} уже есть в строке {twin.where.row}{sheet}. Удалите повтор, "
                "а если это разные люди, укажите даты рождения и разные номера.",
            )
            continue
        by_key[key(row)] = row
        if row.external_id:
            by_number[row.external_id] = row
        kept.append(row)
    return kept
