"""Heads of the workbook as schools write them: renamed or missing; whole names; a sheet a class; hidden sheets."""

from collections.abc import Callable
from pathlib import Path

import pytest

from parta.exchange.formats import read
from parta.exchange.located import BadFile
from parta.exchange.plan import ImportPlan
from parta.exchange.tests import files

Look = Callable[..., ImportPlan]


def test_a_whole_name_in_one_column(tmp_path: Path) -> None:
    rows = (("№", "Класс", "Ф.И.О."), (1, "6Б", "Ким Анна Олеговна"), (2, "6Б", "Ким"))
    data = read(files.workbook(tmp_path / "a.xlsx", {"Ученики": rows}))
    assert [row.full_name for row in data.students] == ["Ким Анна Олеговна"]
    assert [(problem.where.row, problem.where.column) for problem in data.errors] == [(3, "Ф.И.О.")]


def test_a_sheet_a_class(tmp_path: Path) -> None:
    heads = ("Фамилия", "Имя", "Дата рождения")
    sheets = {"6 «Б»": (heads, ("Ким", "Анна", "1.9.14")), "10а": (heads, ("Пак", "Олег", ""))}
    data = read(files.workbook(tmp_path / "a.xlsx", sheets))
    assert [(row.homeroom, row.surname) for row in data.students] == [("6Б", "Ким"), ("10А", "Пак")]


def test_a_sheet_without_a_needed_column_is_refused_by_name(look: Look) -> None:
    plan = look({**files.SCHOOL, "Нагрузка": [row[:-1] for row in files.LOADS]})
    refused = [problem for problem in plan.refused if problem.where.sheet == "Нагрузка"]
    assert "нет столбца «Часов в неделю»" in refused[0].message
    assert "«Класс», «Предмет», «Подгруппа», «Учитель»" in refused[0].message


@pytest.mark.parametrize(
    ("name", "rows", "words"),
    [
        ("Ученики", (("Фамилия", "Имя"), ("Ким", "Анна")), "нет столбца «Класс». Есть: «Фамилия», «Имя»"),
        (
            "Лист1",
            (("Класс", "Предмет", "Педагог"), ("6Б", "Алгебра", "Ким")),
            "похож на «Нагрузка», но нет столбца",
        ),
    ],
)
def test_a_book_that_is_nearly_ours_says_what_it_lacks(
    tmp_path: Path, name: str, rows: files.Rows, words: str
) -> None:
    with pytest.raises(BadFile, match=words):
        read(files.workbook(tmp_path / "a.xlsx", {name: rows}))


def test_a_column_that_is_not_known_does_not_vanish_without_a_word(tmp_path: Path) -> None:
    rows = (
        ("№ п/п", "Класс", "Фамилия", "Имя", "Дата рожд-я", "Фамилия"),
        (1, "6Б", "Ким", "Анна", "1.9.14", ""),
    )
    data = read(files.workbook(tmp_path / "a.xlsx", {"Ученики": rows}))
    assert [problem.message.split(". ")[0] for problem in data.problems] == [
        "Столбцы не узнаны или повторены и пропущены: «Дата рожд-я», «Фамилия»"
    ]


def test_a_hidden_sheet_is_named_and_not_read(tmp_path: Path) -> None:
    path = files.workbook(tmp_path / "a.xlsx", files.SCHOOL)
    mark = 'name="КТП"'.encode()
    files.repacked(
        path, {"xl/workbook.xml": lambda content: content.replace(mark, mark + b' state="hidden"')}
    )
    data = read(path)
    assert not data.plans and len(data.students) == 3
    assert any("Скрытые листы не читаются: «КТП»" in problem.message for problem in data.problems)


@pytest.mark.parametrize(
    ("job", "role"),
    [
        ("учитель математики", "teacher"),
        ("Зам. директора по УВР", "deputy"),
        ("Преподаватель-организатор ОБЗР", "teacher"),
        ("медицинская сестра", "nurse"),
    ],
)
def test_jobs_with_their_subject(tmp_path: Path, job: str, role: str) -> None:
    rows = (("Фамилия", "Имя", "Должность"), ("Ким", "Анна", job))
    data = read(files.workbook(tmp_path / "a.xlsx", {"Сотрудники": rows}))
    assert data.staff[0].roles == (role,)


def test_a_vacancy_makes_a_journal_without_a_teacher(look: Look) -> None:
    plan = look(files.changed("Нагрузка", 4, "Учитель", "Вакансия"))
    assert plan.refused == []
    assert [item.title for item in plan.items if item.kind == "journal" and "Алгебра" in item.title] == [
        "Алгебра, 10А"
    ]
    assert not [item for item in plan.items if item.kind == "load" and "Алгебра" in item.title]
