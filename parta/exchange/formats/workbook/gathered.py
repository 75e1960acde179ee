"""What is gathered from the sheets of a workbook while they are read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from parta.exchange.data import (
    BellRow,
    HomeroomRow,
    JournalKey,
    LoadRow,
    PlanRow,
    RoomRow,
    SlotRow,
    StaffRow,
    StudentRow,
    SubgroupRow,
    SubjectRow,
    TopicRow,
)
from parta.exchange.located import Problems, Where
from parta.exchange.values import class_title, fold, parse_class, parse_int

from .line import Line


@dataclass
class Gathered:
    """Rows of all kinds as they are found, and the report they write to. `leads`: (class, its teacher, place)."""

    file: str
    problems: Problems
    staff: list[StaffRow] = field(default_factory=list)
    homerooms: list[HomeroomRow] = field(default_factory=list)
    students: list[StudentRow] = field(default_factory=list)
    subjects: list[SubjectRow] = field(default_factory=list)
    loads: list[LoadRow] = field(default_factory=list)
    slots: list[SlotRow] = field(default_factory=list)
    bells: list[BellRow] = field(default_factory=list)
    topics: dict[tuple[str, str, str], tuple[PlanRow, list[tuple[TopicRow, int]]]] = field(
        default_factory=dict
    )
    subgroups: dict[str, SubgroupRow] = field(default_factory=dict)
    rooms: dict[str, RoomRow] = field(default_factory=dict)
    leads: list[tuple[str, str, Where]] = field(default_factory=list)
    is_finished: bool = False
    is_export: bool = False

    def room(self, line: Line) -> str:
        """The room a row names, known from now on."""
        title = line.text("room", 40)
        if title:
            self.rooms.setdefault(fold(title), RoomRow(title=title, where=line.at("room")))
        return title

    def journal(self, line: Line) -> JournalKey:
        """The journal a row of load or timetable is about."""
        homeroom = class_of(line.text("homeroom", 60))[0]
        subject = line.text("subject", 160)
        name = line.text("subgroup", 80)
        if not name:
            return JournalKey(subject, homeroom)
        return JournalKey(subject, homeroom, self.subgroup(homeroom, subject, name, line.at("subgroup")))

    def subgroup(self, homeroom: str, subject: str, name: str, where: Where) -> str:
        """The title of a subgroup: one of the sheet of subgroups, or a number or a word, known from now on."""
        if fold(name) in self.subgroups:
            return self.subgroups[fold(name)].title
        number = re.fullmatch(
            r"(?:(?:подгруппа|подгр\.?|группа|гр\.?|п/г)\s*№?\s*)?(\d{1,2})(?:[.,]0)?(?:\s*-?\s*(?:я|ая))?"
            r"(?:\s*(?:подгруппа|подгр\.?|группа|гр\.?|п/г))?",
            name.casefold(),
        )
        short = f"{number[1]}-я гр." if number else name
        label = f"{number[1]}-я группа" if number else name
        lower = subject if subject[1:2].isupper() else subject[:1].lower() + subject[1:]
        title = f"{homeroom}, {lower}"[: 78 - len(label)] + f", {label}"
        row = SubgroupRow(
            title=title,
            short=short[:20],
            split=f"{homeroom}: {lower}"[:60],
            homerooms=(homeroom,),
            where=where,
        )
        return self.subgroups.setdefault(fold(title), row).title


def class_of(text: str) -> tuple[str, int | None, str]:
    """(title, grade, letter) of a class as people write it; a title that is no class of a school stays as it is."""
    parsed = parse_class(text)
    if parsed:
        return class_title(*parsed), parsed[0], parsed[1]
    grade = parse_int(text)
    return text, grade if grade and 1 <= grade <= 12 else None, ""
