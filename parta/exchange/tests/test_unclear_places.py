"""What a person reads at a glance and a program takes for something else.

Lessons of several numbers, weeks in a cell, initials without dots, names in capitals, pictures in a name.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from parta.exchange.formats import read
from parta.exchange.plan import ImportPlan
from parta.exchange.tests import files
from parta.exchange.values import cased, fold, is_person_name, split_name


def grid(tmp_path: Path, *rows: tuple[object, ...]) -> files.Rows:
    data = read(files.workbook(tmp_path / "р.xlsx", {"Расписание": [("", "", "5А", "5Б"), *rows]}))
    lessons = sorted(
        (row.journal.homeroom, row.weekday, row.number, row.week, row.journal.subject, row.teacher)
        for row in data.slots
    )
    return [*lessons, *(str(problem) for problem in data.errors)]  # type: ignore[list-item]


def test_a_row_for_several_lessons_is_each_of_them(tmp_path: Path) -> None:
    assert grid(
        tmp_path,
        ("Понедельник", 1, "Химия", "Физика"),
        ("", "2-3", "Труд", ""),
        ("", "4, 5 уроки", "", "Право"),
        ("Вторник", 1, "Физика", "Химия"),
    ) == [
        ("5А", 1, 1, 0, "Химия", ""), ("5А", 1, 2, 0, "Труд", ""), ("5А", 1, 3, 0, "Труд", ""),
        ("5А", 2, 1, 0, "Физика", ""), ("5Б", 1, 1, 0, "Физика", ""), ("5Б", 1, 4, 0, "Право", ""),
        ("5Б", 1, 5, 0, "Право", ""), ("5Б", 2, 1, 0, "Химия", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("number", ["3-й а", date(2026, 4, 3), "вместо 3", "третий"])
def test_a_row_whose_number_is_none_is_refused_and_joins_no_other(tmp_path: Path, number: object) -> None:
    *lessons, told = grid(
        tmp_path,
        ("Понедельник", 1, "Химия", "Физика"),
        ("", 2, "Труд", "Право"),
        ("", number, "Музыка", "Музыка"),
        ("Вторник", 1, "Физика", "Химия"),
    )
    assert [row[4] for row in lessons] == ["Химия", "Труд", "Физика", "Физика", "Право", "Химия"]
    assert "лист «Расписание», строка 4: «" in told and "не номер урока" in told  # type: ignore[operator]


def test_weeks_in_a_cell_by_commas_and_short_words(tmp_path: Path) -> None:
    assert grid(
        tmp_path,
        ("Понедельник", 1, "1 нед. История, 2 нед. Химия", "Физика (неч)"),
        ("", 2, "Труд (чёт) / Право", "Право, экономика"),
        ("Вторник", 1, "Физика", "Химия"),
    ) == [
        ("5А", 1, 1, 1, "История", ""), ("5А", 1, 1, 2, "Химия", ""), ("5А", 2, 1, 0, "Физика", ""),
        ("5Б", 1, 1, 1, "Физика", ""), ("5Б", 1, 2, 0, "Право, экономика", ""), ("5Б", 2, 1, 0, "Химия", ""),
        "лист «Расписание», строка 3, столбец «5А»: Неделя подписана не у каждого урока клетки: у «Право» её нет. "
        "Подпишите каждый, например «ОБЗР (чёт.) / Музыка (нечёт.)».",
    ]  # fmt: skip


def test_initials_without_dots_name_a_teacher(tmp_path: Path) -> None:
    assert grid(
        tmp_path,
        ("Понедельник", 1, "Химия\nПетров П П\nкаб 14", "Физика Ильина ВА 12"),
        ("", 2, "История РФ", "Основы БЖ"),
        ("Вторник", 1, "Физика", "Химия"),
    )[:5] == [
        ("5А", 1, 1, 0, "Химия", "Петров П П"), ("5А", 1, 2, 0, "История РФ", ""), ("5А", 2, 1, 0, "Физика", ""),
        ("5Б", 1, 1, 0, "Физика", "Ильина ВА"), ("5Б", 1, 2, 0, "Основы БЖ", ""),
    ]  # fmt: skip
    assert split_name("Ильина ВА") == ("Ильина", "В.", "А.")
    assert is_person_name("Римский-Корсаков Н А") and not is_person_name("История РФ")


def test_names_in_capitals_are_written_as_names(look: Callable[..., ImportPlan]) -> None:
    assert cased("РИМСКАЯ-КОРСАКОВА", "АННА", "И.") == ("Римская-Корсакова", "Анна", "И.")
    assert cased("мамедов", "али", "гасан оглы") == ("Мамедов", "Али", "Гасан оглы")
    assert cased("О'КОНОР", "ШОН", "") == ("О'Конор", "Шон", "")
    for kept in (("ван дер Берг", "Ян", ""), ("Ли", "Я.", ""), ("ЛИ", "Я.", ""), ("Ким", "", "")):
        assert cased(*kept) == kept
    heads = ("Класс", "Фамилия", "Имя", "Отчество", "Дата рождения")
    plan = look(
        {"Ученики": [heads, ("6Б", "КИМ", "АННА", "", "1.9.2014"), ("6Б", "Ли😀", "Ян", "", "2.9.2014")]}
    )
    assert [item.title for item in plan.items if item.kind == "student"] == ["Ким Анна"]
    assert [str(problem) for problem in plan.refused] == [
        "лист «Ученики», строка 3, столбец «Фамилия»: В имени «Ли😀» стоит «😀». Оставьте только имя, без дат, номеров "
        "и знаков."
    ]
    assert fold("О’Конор") == fold("О'Конор") == fold("Оʼконор")


def test_a_group_is_known_in_whatever_order_its_number_stands(look: Callable[..., ImportPlan]) -> None:
    for word in ("гр. 1", "группа 1", "п/г № 1", "1 гр", "1-я подгруппа", "Подгр. 1"):
        slots = [files.SLOTS[0], ("6Б", "понедельник", 2, "Английский язык", word, 305)]
        plan = look(files.SCHOOL | {"Расписание": slots})  # type: ignore[operator]
        assert not plan.refused, word
        assert [item.title for item in plan.items if item.kind == "slot"] == [
            "понедельник, 2-й урок: Английский язык, 6Б, английский язык, 1-я группа"
        ]
