"""Thematic plans: a few lines of a unit spread over its hours, with the homework of every lesson."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, TypeVar

from parta.demo.content.files import read
from parta.demo.content.values import HomeworkTexts, Stages, SubjectInfo, Topic

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
_BAR = re.compile(r"(?<=\s)\|(?=\s|$)")  # a lone bar; not the bars of |x|
_Band = TypeVar("_Band", Stages, HomeworkTexts)


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
    if band is None or kind in {"control", "control_internal", "test"}:
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


@lru_cache(maxsize=1)
def curriculum() -> dict[str, Any]:
    """Subjects, weekly hours, limits."""
    return read("curriculum.toml")


@lru_cache(maxsize=1)
def subjects() -> Mapping[str, SubjectInfo]:
    """Subjects of the gymnasium by code."""
    found = {}
    for row in curriculum()["subject"]:
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
    return {row["grade"]: row["unit"] for row in read(f"ktp/{subject_code}.toml")["grade"]}


@lru_cache(maxsize=512)
def year_plan(subject_code: str, grade: int) -> tuple[Topic, ...]:
    """Thematic plan of a subject in a grade; empty when not taught there."""
    subject = subjects()[subject_code]
    if grade not in subject.hours:
        return ()
    stages = _for_grade(subject.stages, grade)
    band = _for_grade(subject.homework, grade)
    minutes: dict[str, int] = curriculum()["minutes"]
    total = subject.hours[grade] * int(curriculum()["weeks"])
    topics: list[Topic] = []
    for unit in _plan_file(subject_code)[grade]:
        for text, kind, own in expand(unit["topics"], unit["hours"], stages.texts if stages else ()):
            homework = own or _homework(band, len(topics), total, kind)
            topics.append(Topic(text, kind, homework, minutes[kind] if kind else None, unit["title"]))
    return tuple(topics)


def own_plan(units: Sequence[dict[str, Any]], stages: Sequence[str]) -> tuple[Topic, ...]:
    """The plan of a unit that brings its own patterns: sections of the college, associations of the centre."""
    return tuple(
        Topic(text, kind, homework, None, unit["title"])
        for unit in units
        for text, kind, homework in expand(unit["topics"], unit["hours"], stages)
    )
