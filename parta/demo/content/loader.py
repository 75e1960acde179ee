"""Reads the TOML files of the demo content into frozen values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from parta.demo.content.files import read
from parta.demo.content.topics import curriculum, own_plan, subjects, year_plan
from parta.demo.content.values import (
    Centre,
    CentreUnit,
    College,
    CollegeGroup,
    CollegeUnit,
    GivenName,
    Names,
    RemarkTexts,
    Room,
    SchoolInfo,
    SubjectInfo,
    Surname,
    Topic,
)


def _frozen(table: Mapping[str, Sequence[str]]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({key: tuple(texts) for key, texts in table.items()})


@dataclass(frozen=True, slots=True)
class Content:
    """Everything the demo school is made of; ``plan`` reads a subject's file when first asked."""

    subjects: Mapping[str, SubjectInfo]
    weeks: int
    limits: Mapping[int, int]
    names: Names
    surnames: tuple[Surname, ...]
    remarks: RemarkTexts
    college: College
    centre: Centre
    school: SchoolInfo

    def hours(self, subject_code: str, grade: int) -> int:
        """Hours a week of a subject in a grade; 0 when it is not taught there. ``KeyError``: no such subject."""
        return self.subjects[subject_code].hours.get(grade, 0)

    def plan(self, subject_code: str, grade: int) -> tuple[Topic, ...]:
        """Thematic plan of a year in order of lessons, ``hours × weeks`` long; empty when not taught."""
        return year_plan(subject_code, grade)


def _weighted(rows: Sequence[str]) -> tuple[GivenName, ...]:
    """Names in order of frequency: the first is met most often, the weight falls off gently."""
    return tuple(GivenName(text, max(1, round(60 / (1 + place * 0.12)))) for place, text in enumerate(rows))


def _names() -> Names:
    data = read("names.toml")
    return Names(
        boys=_weighted(data["boys"]),
        girls=_weighted(data["girls"]),
        men=_weighted(data["men"]),
        women=_weighted(data["women"]),
        patronymics=MappingProxyType({name: (m, f) for name, (m, f) in data["patronymics"].items()}),
        season=MappingProxyType({code: _frozen(lists) for code, lists in data["season"].items()}),
    )


def _surnames() -> tuple[Surname, ...]:
    data = read("surnames.toml")
    return tuple(
        Surname(male, female, people) for people, rows in data["surnames"].items() for male, female in rows
    )


def _remarks() -> RemarkTexts:
    data = read("remarks.toml")
    return RemarkTexts(
        notes=_frozen(data["notes"]),
        permit_reasons=tuple(data["permit_reasons"]),
        permit_answers=tuple(data["permit_answers"]),
        correction_reasons=tuple(data["correction_reasons"]),
        annulment_reasons=tuple(data["annulment_reasons"]),
        absence_reasons=_frozen(data["absence_reasons"]),
        health_notes=tuple(data["health_notes"]),
        substitution_reasons=tuple(data["substitution_reasons"]),
        homework=_frozen(data["homework"]),
        no_homework=data["no_homework"],
        orders=MappingProxyType(
            {code: (row["number"], row["title"]) for code, row in data["orders"].items()}
        ),
    )


def _bells(rows: Sequence[Sequence[Any]]) -> tuple[tuple[int, str, str], ...]:
    return tuple((number, starts, ends) for number, starts, ends in rows)


def _college() -> College:
    data = read("college.toml")
    units: dict[str, list[CollegeUnit]] = {}
    for row in data["unit"]:
        stages = data["stages"][row.get("stages", row["kind"])]
        plans = {half["half_year"]: own_plan(half["section"], stages) for half in row["half"]}
        for trade in row["trades"]:
            units.setdefault(trade, []).append(
                CollegeUnit(
                    code=row["code"],
                    name=row["name"],
                    short=row["short"],
                    kind=row["kind"],
                    taught_by=row["taught_by"],
                    room=row["room"],
                    finals=row["finals"],
                    lesson_hours=row["lesson_hours"],
                    hours=MappingProxyType({number: len(plan) for number, plan in plans.items()}),
                    plans=MappingProxyType(plans),
                )
            )
    return College(
        name=data["name"],
        short=data["short"],
        trades=MappingProxyType({row["code"]: row["name"] for row in data["trade"]}),
        groups=tuple(CollegeGroup(**row) for row in data["group"]),
        units=MappingProxyType({trade: tuple(rows) for trade, rows in units.items()}),
        bells=_bells(data["bells"]),
    )


def _centre() -> Centre:
    data = read("centre.toml")
    return Centre(
        name=data["name"],
        short=data["short"],
        lesson_minutes=data["lesson_minutes"],
        units=tuple(
            CentreUnit(
                code=row["code"],
                name=row["name"],
                direction=row["direction"],
                programme=row["programme"],
                ages=(row["ages"][0], row["ages"][1]),
                size=row["size"],
                groups=row["groups"],
                days=tuple(row["days"]),
                starts=row["starts"],
                room=row["room"],
                plan=own_plan(row["section"], row["stages"]),
            )
            for row in data["unit"]
        ),
    )


def _school() -> SchoolInfo:
    data = read("school.toml")
    return SchoolInfo(
        name=data["name"],
        short=data["short"],
        city=data["city"],
        address=data["address"],
        time_zone=data["time_zone"],
        bells=MappingProxyType({code: _bells(rows) for code, rows in data["bells"].items()}),
        rooms=tuple(Room(**row) for row in data["rooms"]),
        departments=MappingProxyType({row["code"]: row["name"] for row in curriculum()["department"]}),
        homerooms=tuple(
            (int(grade), letter) for grade, letters in data["homerooms"].items() for letter in letters
        ),
        homeroom_size=(data["homeroom_size"][0], data["homeroom_size"][1]),
    )


@lru_cache(maxsize=1)
def load() -> Content:
    """Read the content once; later calls return the same value."""
    return Content(
        subjects=subjects(),
        weeks=int(curriculum()["weeks"]),
        limits=MappingProxyType({int(grade): hours for grade, hours in curriculum()["limits"].items()}),
        names=_names(),
        surnames=_surnames(),
        remarks=_remarks(),
        college=_college(),
        centre=_centre(),
        school=_school(),
    )
