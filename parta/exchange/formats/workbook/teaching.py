"""Rows of classes, subjects, load, timetable and thematic plans."""

from __future__ import annotations

import re

from parta.exchange.data import HomeroomRow, LoadRow, PlanRow, SlotRow, SubgroupRow, SubjectRow, TopicRow
from parta.exchange.values import (
    fold,
    parse_hours,
    parse_int,
    parse_lesson_number,
    parse_week,
    parse_weekday,
    tidy,
)
from parta.organisation.words import MOST_HOURS

from .gathered import Gathered, class_of
from .line import Line
from .words import NOBODY, TAGS, TERM_KINDS, WORK_KINDS


def homeroom(line: Line, book: Gathered) -> None:
    """A row of the sheet of classes: the class, its year of study and letter."""
    title, grade, letter = class_of(line.text("title", 60))
    said = line.parsed("grade", parse_int, "нужно число от 1 до 12")
    if said is not None and not 1 <= said <= 12:
        line.refuse("grade", f"Параллель {said} не бывает. Нужно число от 1 до 12.")
    if any(fold(row.title) == fold(title) for row in book.homerooms):
        line.refuse("title", f"Класс «{title}» стоит в листе дважды. Удалите одну строку.")
    term = line.text("term_kind")
    if term and fold(term) not in {fold(name) for name in TERM_KINDS}:
        line.refuse(
            "term_kind",
            f"«{term[:40]}» не подходит: нужно «четверть», «триместр», «полугодие», «семестр» или «модуль».",
        )
    if line.is_good:
        book.homerooms.append(
            HomeroomRow(
                title=title,
                grade=grade if grade is not None else said,
                letter=letter,
                class_teacher=line.text("class_teacher"),
                room=book.room(line),
                term_kind=next((kind for name, kind in TERM_KINDS.items() if fold(name) == fold(term)), ""),
                where=line.where,
            )
        )


def subgroup(line: Line, book: Gathered) -> None:
    """A row of the sheet of subgroups: a part of one or several classes that other sheets name by its title."""
    title = line.text("title", 80)
    classes = [class_of(tidy(part))[0] for part in re.split(r"[;\n]", line.text("homerooms")) if fold(part)]
    if fold(title) in book.subgroups:
        line.refuse("title", f"Подгруппа «{title}» стоит в листе дважды. Удалите одну строку.")
    if line.is_good:
        row = SubgroupRow(
            title=title,
            short=line.text("short", 20) or title[:20],
            split=line.text("split", 60) or f"{', '.join(classes)}: деление"[:60],
            homerooms=tuple(dict.fromkeys(classes)),
            where=line.where,
        )
        book.subgroups[fold(title)] = row


def subject(line: Line, book: Gathered) -> None:
    """A row of the sheet of subjects."""
    title = line.text("title", 160)
    if any(fold(row.title) == fold(title) for row in book.subjects):
        line.refuse("title", f"Предмет «{title}» стоит в листе дважды. Удалите одну строку.")
    tags = []
    for word in re.split(r"[;,\n]", line.text("tags")):
        tag = next((code for name, code in TAGS.items() if fold(name) == fold(word)), None)
        if tag:
            tags.append(tag)
        elif tidy(word):
            line.refuse("tags", f"«{tidy(word)[:40]}» не известно. Можно: {', '.join(TAGS)}.")
    short, area = line.text("short", 40), line.text("area", 120)
    if line.is_good:
        book.subjects.append(
            SubjectRow(title=title, short=short, area=area, tags=tuple(tags), where=line.where)
        )


def load(line: Line, book: Gathered) -> None:
    """A row of the sheet of load: who teaches a journal, how many hours a week."""
    key = book.journal(line)
    hours = line.parsed("hours", parse_hours, "нужно число часов в неделю, например 4 или 0,5")
    teacher = "" if fold(line.text("teacher")) in NOBODY else line.text("teacher")
    if any(row.journal == key and fold(row.teacher) == fold(teacher) for row in book.loads):
        line.refuse("teacher", f"Эта нагрузка уже записана выше: {key}, {teacher}. Удалите повтор.")
    if line.is_good:
        book.loads.append(LoadRow(journal=key, teacher=teacher, weekly_hours=hours or 0.0, where=line.where))


def slot(line: Line, book: Gathered) -> None:
    """A row of the sheet of the timetable: a journal's weekly lesson."""
    key = book.journal(line)
    weekday = line.parsed("weekday", parse_weekday, "нужен день недели, например «понедельник»")
    number = line.parsed(
        "number",
        parse_lesson_number,
        "нужен номер одного урока, от 0 до 20. Для нескольких уроков подряд напишите по строке на каждый, а если это "
        "одно занятие – номер первого и «Часов подряд»",
    )
    week = line.parsed("week", parse_week, "нужно «каждая», «нечётная» или «чётная»")
    hours = _span(line)
    room = book.room(line)
    if line.is_good and weekday is not None and number is not None:
        book.slots.append(
            SlotRow(
                journal=key, weekday=weekday, number=number, week=week or 0, hours=hours, room=room,
                teacher="" if fold(line.text("teacher")) in NOBODY else line.text("teacher"), where=line.where,
            )
        )  # fmt: skip


def _span(line: Line) -> int | None:
    """Hours in a row of one lesson; None where the row does not say."""
    hours = line.parsed("span", parse_int, "нужно целое число часов подряд, например 6 у дня практики")
    if hours is not None and not 1 <= hours <= MOST_HOURS:
        line.refuse("span", f"Одно занятие длится от 1 до {MOST_HOURS} часов.")
    return hours


def topic(line: Line, book: Gathered) -> None:
    """A row of the sheet of plans: a topic of a subject's plan."""
    subject = line.text("subject", 160)
    classes = line.text("homeroom", 500)
    grade = parse_int(re.sub(r"[-\s]*(й|е|ые|х)?\s*(классы?|кл\.?)?$", "", classes))
    titles = () if grade is not None else tuple(
        class_of(tidy(part))[0] for part in re.split(";" if ";" in classes else ",", classes) if tidy(part)
    )  # fmt: skip
    if grade is not None and not 0 < grade <= 12:
        line.refuse("homeroom", f"Параллель {grade} не бывает. Нужно число от 1 до 12 или названия классов.")
    title = line.text("title", 200) or f"{subject}, {classes}"
    position = line.parsed("position", parse_int, "нужен номер урока по порядку")
    hours = line.parsed("hours", parse_int, "нужно целое число часов")
    word = line.text("work_kind")
    kind = next((code for name, code in WORK_KINDS.items() if fold(name) == fold(word)), word)
    if hours is not None and not 1 <= hours <= 60:
        line.refuse("hours", "Часов на тему может быть от 1 до 60.")
    span = _span(line) or 1
    if hours is not None and hours % span:
        line.refuse("hours", f"Часов {hours}, а занятие длится {span}: часы темы делятся на целые занятия.")
    text, unit, homework = line.text("text", 500), line.text("unit", 200), line.text("homework", 500)
    if not line.is_good:
        return
    plan = PlanRow(
        title=title, subject=subject, homerooms=titles, where=line.where,
        grade=grade if grade is not None else class_of(titles[0])[1] if titles else None,
    )  # fmt: skip
    _, topics = book.topics.setdefault((fold(title), fold(subject), fold(classes)), (plan, []))
    last = max((topic.position for topic, _ in topics), default=0)
    topic = TopicRow(
        position=position if position is not None else last + 1,
        text=text,
        unit=unit,
        work_kind=kind,
        homework=homework,
        hours=span,
        where=line.where,
    )
    topics.append((topic, (hours or span) // span))
