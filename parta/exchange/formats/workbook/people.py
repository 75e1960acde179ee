"""Rows of staff and of students."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from parta.exchange.data import HomeroomRow, StaffRow, StudentRow
from parta.exchange.values import fold, parse_date, parse_email, parse_sex, tidy

from .families import guardians_of, phone_of
from .gathered import Gathered, class_of
from .layout import SHEETS
from .line import Line
from .words import needs_no_journal, role_of


def staff(line: Line, book: Gathered) -> None:
    """A member of staff, and the class this person leads."""
    roles: list[str] = []
    beside: list[str] = []
    for word in re.split(r"[;,\n]|\s\+\s", re.sub(r"\([^()]*\)", " ", line.values.get("roles", ""))):
        kind = role_of(word)
        if kind:
            roles.append(kind)
        elif needs_no_journal(word):
            beside.append(tidy(word))
        elif tidy(word):
            known = ", ".join(SHEETS[0].columns[3].choices)
            line.refuse("roles", f"Должность «{tidy(word)[:60]}» не известна. Можно: {known}.")
    row = StaffRow(
        **_person(line), roles=tuple(dict.fromkeys(roles)), order_number=line.text("order_number", 40),
        order_date=line.date("order_date"),
    )  # fmt: skip
    if not line.is_good:
        return
    if not roles:
        book.problems.warn(
            line.at("roles"),
            f"{row.full_name}: должности «{'; '.join(beside)}» в журнале нет, человек не заводится.",
        )
        return
    book.staff.append(row)
    for text in re.split(r"[,;]", line.values.get("leads", "")):
        title, grade, _ = class_of(tidy(text))
        if fold(title) and grade is not None:
            book.leads.append((title, row.full_name, line.at("leads")))


def put_leads(book: Gathered) -> None:
    """Class teachers named in the list of staff, put to their classes; the list of classes itself has the last word."""
    places = {fold(row.title): index for index, row in enumerate(book.homerooms)}
    for title, name, where in book.leads:
        index = places.get(fold(title))
        if index is None:
            _, grade, letter = class_of(title)
            places[fold(title)] = len(book.homerooms)
            book.homerooms.append(
                HomeroomRow(title=title, grade=grade, letter=letter, class_teacher=name, where=where)
            )
        elif not book.homerooms[index].class_teacher:
            book.homerooms[index] = replace(book.homerooms[index], class_teacher=name)


def students(line: Line, book: Gathered) -> None:
    """A student with class, subgroups and guardians."""
    if parse_date(line.text("homeroom")) and re.search(r"\d{4}", line.text("homeroom")):
        line.refuse(
            "homeroom",
            f"Вместо класса стоит дата «{line.text('homeroom')}»: так таблица понимает запись вида «5-1». Сделайте "
            "столбец текстовым и впишите класс заново.",
        )
    homeroom = class_of(line.text("homeroom", 60))[0]
    subgroups = []
    for text in re.split(r"[;\n]", line.values.get("subgroups", "")):
        if not fold(text):
            continue
        if fold(text) in book.subgroups:
            subgroups.append(book.subgroups[fold(text)].title)
            continue
        subject, comma, name = tidy(text).rpartition(",")
        if not comma:
            line.refuse(
                "subgroups",
                f"«{tidy(text)[:40]}»: запишите предмет и подгруппу через запятую, например «английский язык, 1».",
            )
            continue
        subgroups.append(book.subgroup(homeroom, tidy(subject), tidy(name), line.at("subgroups")))
    row = StudentRow(
        **_person(line), homeroom=homeroom, enrolled_on=line.date("enrolled_on"),
        order_number=line.text("order_number", 40), subgroups=tuple(dict.fromkeys(subgroups)),
        guardians=guardians_of(line),
    )  # fmt: skip
    if line.is_good:
        book.students.append(row)


def _person(line: Line) -> dict[str, Any]:
    """What staff and students have in common."""
    return {
        "surname": line.text("surname", 80),
        "given_name": line.text("given_name", 80),
        "patronymic": line.text("patronymic", 80),
        "sex": line.parsed("sex", parse_sex, "нужно «м» или «ж»") or "",
        "birth_date": line.date("birth_date"),
        "email": line.parsed("email", parse_email, "нужен адрес вида имя@почта.рф") or "",
        "phone": phone_of(line, "phone"),
        "external_id": line.text("external_id", 120),
        "where": line.where,
    }
