"""Lessons at their places as the rows of a school: classes, halves, journals, load, timetable."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Final

from parta.exchange.data import (
    HomeroomRow,
    JournalKey,
    LoadRow,
    RoomRow,
    SchoolData,
    SlotRow,
    StaffRow,
    SubgroupRow,
    SubjectRow,
)
from parta.exchange.grid import Place, Sheet
from parta.exchange.grid.cell import Entry, Part
from parta.exchange.located import Problems, Where
from parta.exchange.values import class_title, parse_class, split_name

from .bells import bells_of
from .groups import Groups

TITLE: Final = "опубликованное расписание"

_Slot = tuple[JournalKey, int, int, int]
"""(journal, weekday, lesson number, week)"""


def build(
    file: str,
    grid: dict[Place, list[Part]],
    entries: dict[Place, Entry],
    sheets: list[Sheet],
    choices: tuple[str, ...],
    problems: Problems,
) -> SchoolData:
    """The rows of a school, from the parts of lessons (`grid`) and the cells they were read from (`entries`)."""
    titles = list(dict.fromkeys(title for title, *_ in sorted(grid, key=lambda place: class_order(place[0]))))
    homeroom_of, halves = _homerooms(titles)
    joint = _joint(grid, halves)
    groups = {title: Groups(title, homeroom_of[title]) for title in titles}
    for title in titles:
        groups[title].learn([parts for place, parts in grid.items() if place[0] == title])
    subgroups: dict[str, SubgroupRow] = {}
    slots: dict[_Slot, SlotRow] = {}
    ordered = sorted(
        grid.items(), key=lambda item: (class_order(item[0][0]), not _is_pure(item[1]), item[0][1:])
    )
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
        bells=tuple(bells_of(sheets, file, problems)),
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


def class_order(title: str) -> tuple[int, str]:
    """By grade, then by letter."""
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
