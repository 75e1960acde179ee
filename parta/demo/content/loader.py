"""Reads the TOML files of the demo content into frozen values."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, TypeVar

from parta.demo.content.calendar import YearCalendar, calendar_of

ONE_LESSON = (
    "Обобщ",
    "Повтор",
    "Анализ контр",
    "Анализ дикт",
    "Анализ соч",
    "Анализ изл",
    "Работа над ошиб",
    "Защита",
    "Выставка",
    "Введение",
    "Вводное",
    "Техника безоп",
    "Подготовка к",
    "Итоговое",
)
"""Topics that begin so take one lesson, however many hours their unit has."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One lesson of a thematic plan; ``minutes`` is how long its work takes, ``None`` without a work."""

    text: str
    work_kind: str | None
    homework: str | None
    minutes: int | None
    unit: str


@dataclass(frozen=True, slots=True)
class Stages:
    """How a topic goes on in the following lessons, for grades ``first`` to ``last`` inclusive."""

    first: int
    last: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HomeworkTexts:
    """Patterns of homework for grades ``first`` to ``last`` and how far the textbook goes in a year."""

    first: int
    last: int
    par: int
    ex: int
    page: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SubjectInfo:
    """A subject of the gymnasium; sets of grades say where it is split, unmarked, or marked in two parts."""

    code: str
    name: str
    short: str
    area: str
    department: str
    room: str
    hours: Mapping[int, int]
    no_marks: frozenset[int]
    split: frozenset[int]
    split_by: str | None
    double_marks: bool
    philological: bool
    renamed: Mapping[int, tuple[str, str]]
    stages: tuple[Stages, ...]
    homework: tuple[HomeworkTexts, ...]

    def name_in(self, grade: int) -> str:
        """Full name of the subject in a grade."""
        return self.renamed.get(grade, (self.name, self.short))[0]

    def short_in(self, grade: int) -> str:
        """Short name of the subject in a grade."""
        return self.renamed.get(grade, (self.name, self.short))[1]

    def has_marks(self, grade: int) -> bool:
        """Say whether marks are given in a grade."""
        return grade not in self.no_marks


@dataclass(frozen=True, slots=True)
class GivenName:
    """A given name and how often it is met among its kind (relative weight)."""

    text: str
    weight: int


@dataclass(frozen=True, slots=True)
class Names:
    """Given names of children and adults, and patronymics (father's name → son's, daughter's).

    ``season`` holds names of other peoples of the country by their code: ``boys``, ``girls``, ``fathers``
    and ``mothers``.
    """

    boys: tuple[GivenName, ...]
    girls: tuple[GivenName, ...]
    men: tuple[GivenName, ...]
    women: tuple[GivenName, ...]
    patronymics: Mapping[str, tuple[str, str]]
    season: Mapping[str, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Surname:
    """A family's surname in both forms; ``people`` is ``ru`` or a code of ``Names.season``."""

    male: str
    female: str
    people: str


@dataclass(frozen=True, slots=True)
class RemarkTexts:
    """What people write: notes in the diary by kind, reasons, and patterns of orders.

    ``notes`` keys: remark, praise, thanks, recommendation, address. ``homework`` maps a subject code to
    individual homework texts. ``orders`` maps an occasion to a number pattern with ``{n}`` and a title.
    """

    notes: Mapping[str, tuple[str, ...]]
    permit_reasons: tuple[str, ...]
    permit_answers: tuple[str, ...]
    correction_reasons: tuple[str, ...]
    annulment_reasons: tuple[str, ...]
    absence_reasons: Mapping[str, tuple[str, ...]]
    health_notes: tuple[str, ...]
    substitution_reasons: tuple[str, ...]
    homework: Mapping[str, tuple[str, ...]]
    no_homework: str
    orders: Mapping[str, tuple[str, str]]

    def note(self, kind: str, place: int, name: str, is_girl: bool) -> str:
        """A diary note of ``kind`` for a pupil, chosen by ``place`` (any number, taken round the list)."""
        texts = self.notes[kind]
        text = texts[place % len(texts)]
        return text.format(name=name, a="а" if is_girl else "", la="ла" if is_girl else "")


@dataclass(frozen=True, slots=True)
class CollegeUnit:
    """A discipline, МДК or practice of the college with its thematic plan in order of lessons.

    ``kind`` is discipline, mdk, training_practice or production_practice; ``taught_by`` is teacher or
    master; half-years are counted through the courses (1 and 2 in the first, 3 and 4 in the second) and
    ``hours`` counts the entries of each: lessons of theory, whole days of practice (``lesson_hours`` 1 or 6).
    """

    code: str
    name: str
    short: str
    kind: str
    taught_by: str
    room: str
    finals: str
    lesson_hours: int
    hours: Mapping[int, int]
    plans: Mapping[int, tuple[Topic, ...]]


@dataclass(frozen=True, slots=True)
class CollegeGroup:
    """A group of the college: its name carries course, trade and number."""

    code: str
    name: str
    trade: str
    course: int
    students: int


@dataclass(frozen=True, slots=True)
class College:
    """A college with groups, and units by trade."""

    name: str
    short: str
    trades: Mapping[str, str]
    groups: tuple[CollegeGroup, ...]
    units: Mapping[str, tuple[CollegeUnit, ...]]
    bells: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True)
class CentreUnit:
    """An association (объединение) of the centre; ``days`` are ISO weekdays, ``size`` students in a group."""

    code: str
    name: str
    direction: str
    programme: str
    ages: tuple[int, int]
    size: int
    groups: int
    days: tuple[int, ...]
    starts: str
    room: str
    plan: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Centre:
    """A centre of supplementary education: associations without marks."""

    name: str
    short: str
    lesson_minutes: int
    units: tuple[CentreUnit, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """A room; ``kind`` matches ``SubjectInfo.room``, ``seats`` is how many pupils it takes."""

    number: str
    name: str
    kind: str
    floor: int
    seats: int


@dataclass(frozen=True, slots=True)
class SchoolInfo:
    """The gymnasium's own facts: name, bells by shift (number, start, end), rooms, departments, homerooms."""

    name: str
    short: str
    city: str
    address: str
    time_zone: str
    bells: Mapping[str, tuple[tuple[int, str, str], ...]]
    rooms: tuple[Room, ...]
    departments: Mapping[str, str]
    homerooms: tuple[tuple[int, str], ...]
    homeroom_size: tuple[int, int]


_BAR = re.compile(r"(?<=\s)\|(?=\s|$)")  # a lone bar; not the bars of |x|

_Band = TypeVar("_Band", Stages, HomeworkTexts)


def _read(name: str) -> dict[str, Any]:
    node = files(__package__)
    for part in name.split("/"):
        node = node.joinpath(part)
    return tomllib.loads(node.read_text(encoding="utf-8"))


def _frozen(table: Mapping[str, Sequence[str]]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({key: tuple(texts) for key, texts in table.items()})


def _for_grade(bands: Sequence[_Band], grade: int) -> _Band | None:
    return next((band for band in bands if band.first <= grade <= band.last), None)


def _quoted_inside(text: str) -> str:
    return text.replace("«", "„").replace("»", "“")


def _parts(line: str) -> tuple[str, str | None, str | None]:
    """Split «text | kind | homework» into its parts; an absent or empty part is ``None``."""
    fields = [field.strip() for field in _BAR.split(line)]
    if len(fields) > 3:
        raise ValueError(f"too many fields in a topic: {line!r}")
    fields += [""] * (3 - len(fields))
    return fields[0], fields[1] or None, fields[2] or None


def expand(
    lines: Sequence[str], hours: int, stages: Sequence[str]
) -> Iterator[tuple[str, str | None, str | None]]:
    """Spread a unit's topics over its hours: one line a lesson, the hours left over as ``stages`` of the topics.

    Works and reviews take one lesson. Raises ``ValueError`` when the topics cannot fill the hours or exceed them.
    """
    topics = [_parts(line) for line in lines]
    wide = [i for i, (text, kind, _) in enumerate(topics) if not kind and not text.startswith(ONE_LESSON)]
    extra = hours - len(topics)
    if extra < 0 or extra > len(wide) * len(stages):
        raise ValueError(f"{len(topics)} topics do not fit {hours} hours, beginning with {lines[:1]}")
    share = {
        place: extra * (order + 1) // len(wide) - extra * order // len(wide)
        for order, place in enumerate(wide)
    }
    for place, (text, kind, homework) in enumerate(topics):
        yield text, kind, homework
        count = share.get(place, 0)
        chosen = sorted((place + step) % len(stages) for step in range(count))
        for index in chosen:
            stage, stage_kind, _ = _parts(stages[index])
            inner = _quoted_inside(text) if "«{t}»" in stage else text
            yield stage.replace("{t}", inner), stage_kind, None


def _homework(band: HomeworkTexts | None, place: int, total: int, kind: str | None) -> str | None:
    """Homework for a lesson by its place in the year; none after a control work."""
    if band is None or kind in {"control", "test"}:
        return None
    pattern = band.texts[(place * 7 + place // 5) % len(band.texts)]
    done = (place + 1) / total
    ex, page = max(1, round(band.ex * done)), max(3, round(band.page * done))
    if band.ex < 60:
        ex = 1 + (place * 5 + 3) % band.ex
    text = pattern.format(
        par=max(1, round(band.par * done)),
        ex=ex,
        ex2=ex + 1,
        ex3=ex + 3,
        page=page,
        page2=page + 4,
    )
    return text or None


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
        return _plan(subject_code, grade)

    def calendar_of(self, year: int) -> YearCalendar:
        """Calendar of the school year that begins on 1 September of ``year``."""
        return calendar_of(year)


@lru_cache(maxsize=1)
def _curriculum() -> dict[str, Any]:
    return _read("curriculum.toml")


@lru_cache(maxsize=1)
def _subjects() -> Mapping[str, SubjectInfo]:
    found = {}
    for row in _curriculum()["subject"]:
        found[row["code"]] = SubjectInfo(
            code=row["code"],
            name=row["name"],
            short=row["short"],
            area=row["area"],
            department=row["department"],
            room=row["room"],
            hours=MappingProxyType({int(grade): hours for grade, hours in row["hours"].items()}),
            no_marks=frozenset(row.get("no_marks", ())),
            split=frozenset(row.get("split", ())),
            split_by=row.get("split_by"),
            double_marks=row.get("double_marks", False),
            philological=row.get("philological", False),
            renamed=MappingProxyType(
                {
                    grade: (item["name"], item["short"])
                    for item in row.get("renamed", ())
                    for grade in item["grades"]
                }
            ),
            stages=tuple(
                Stages(band["grades"][0], band["grades"][1], tuple(band["texts"])) for band in row["stages"]
            ),
            homework=tuple(
                HomeworkTexts(
                    first=band["grades"][0],
                    last=band["grades"][1],
                    par=band["par"],
                    ex=band["ex"],
                    page=band["page"],
                    texts=tuple(band["texts"]),
                )
                for band in row.get("homework", ())
            ),
        )
    return MappingProxyType(found)


@lru_cache(maxsize=64)
def _plan_file(subject_code: str) -> Mapping[int, list[dict[str, Any]]]:
    return {row["grade"]: row["unit"] for row in _read(f"ktp/{subject_code}.toml")["grade"]}


@lru_cache(maxsize=512)
def _plan(subject_code: str, grade: int) -> tuple[Topic, ...]:
    subject = _subjects()[subject_code]
    if grade not in subject.hours:
        return ()
    stages = _for_grade(subject.stages, grade)
    band = _for_grade(subject.homework, grade)
    minutes: dict[str, int] = _curriculum()["minutes"]
    total = subject.hours[grade] * int(_curriculum()["weeks"])
    topics: list[Topic] = []
    for unit in _plan_file(subject_code)[grade]:
        for text, kind, own in expand(unit["topics"], unit["hours"], stages.texts if stages else ()):
            homework = own or _homework(band, len(topics), total, kind)
            topics.append(Topic(text, kind, homework, minutes[kind] if kind else None, unit["title"]))
    return tuple(topics)


def _weighted(rows: Sequence[str]) -> tuple[GivenName, ...]:
    """Names in order of frequency: the first is met most often, the weight falls off gently."""
    return tuple(GivenName(text, max(1, round(60 / (1 + place * 0.12)))) for place, text in enumerate(rows))


def _names() -> Names:
    data = _read("names.toml")
    return Names(
        boys=_weighted(data["boys"]),
        girls=_weighted(data["girls"]),
        men=_weighted(data["men"]),
        women=_weighted(data["women"]),
        patronymics=MappingProxyType({name: (m, f) for name, (m, f) in data["patronymics"].items()}),
        season=MappingProxyType({code: _frozen(lists) for code, lists in data["season"].items()}),
    )


def _surnames() -> tuple[Surname, ...]:
    data = _read("surnames.toml")
    return tuple(
        Surname(male, female, people) for people, rows in data["surnames"].items() for male, female in rows
    )


def _remarks() -> RemarkTexts:
    data = _read("remarks.toml")
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


def _own_plan(units: Sequence[dict[str, Any]], stages: Sequence[str]) -> tuple[Topic, ...]:
    return tuple(
        Topic(text, kind, homework, None, unit["title"])
        for unit in units
        for text, kind, homework in expand(unit["topics"], unit["hours"], stages)
    )


def _bells(rows: Sequence[Sequence[Any]]) -> tuple[tuple[int, str, str], ...]:
    return tuple((number, starts, ends) for number, starts, ends in rows)


def _college() -> College:
    data = _read("college.toml")
    units: dict[str, list[CollegeUnit]] = {}
    for row in data["unit"]:
        stages = data["stages"][row.get("stages", row["kind"])]
        plans = {half["half_year"]: _own_plan(half["section"], stages) for half in row["half"]}
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
    data = _read("centre.toml")
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
                plan=_own_plan(row["section"], row["stages"]),
            )
            for row in data["unit"]
        ),
    )


def _school() -> SchoolInfo:
    data = _read("school.toml")
    return SchoolInfo(
        name=data["name"],
        short=data["short"],
        city=data["city"],
        address=data["address"],
        time_zone=data["time_zone"],
        bells=MappingProxyType({code: _bells(rows) for code, rows in data["bells"].items()}),
        rooms=tuple(Room(**row) for row in data["rooms"]),
        departments=MappingProxyType({row["code"]: row["name"] for row in _curriculum()["department"]}),
        homerooms=tuple(
            (int(grade), letter) for grade, letters in data["homerooms"].items() for letter in letters
        ),
        homeroom_size=(data["homeroom_size"][0], data["homeroom_size"][1]),
    )


@lru_cache(maxsize=1)
def load() -> Content:
    """Read the content once; later calls return the same value."""
    return Content(
        subjects=_subjects(),
        weeks=int(_curriculum()["weeks"]),
        limits=MappingProxyType({int(grade): hours for grade, hours in _curriculum()["limits"].items()}),
        names=_names(),
        surnames=_surnames(),
        remarks=_remarks(),
        college=_college(),
        centre=_centre(),
        school=_school(),
    )
