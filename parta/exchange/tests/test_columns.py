"""Heads of the workbook as schools write them: renamed or missing; whole names; a sheet a class; hidden sheets."""

from collections.abc import Callable
from pathlib import Path

import pytest
import xlwt

from parta.exchange import unseen
from parta.exchange.formats import read
from parta.exchange.located import BadFile
from parta.exchange.plan import ImportPlan
from parta.exchange.tests import files, old_books

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


def _hidden_in_xlsx(path: Path, rows: files.Rows) -> None:
    files.workbook(path, {"Ученики": rows})
    mark = b'<row r="3"'
    change = {"xl/worksheets/sheet1.xml": lambda content: content.replace(mark, mark + b' hidden="1"')}
    files.repacked(path, change)


def _hidden_in_ods(path: Path, rows: files.Rows) -> None:
    old_books.ods(path, {"Ученики": rows})

    def filtered(content: bytes) -> bytes:
        parts = content.split(b"<table:table-row>")
        return (
            b"<table:table-row>".join(parts[:3]) + b'<table:table-row table:visibility="filter">' + parts[3]
        )

    files.repacked(path, {"content.xml": filtered})


def _hidden_in_xls(path: Path, rows: files.Rows) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Ученики")
    for index, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(index, column, value)
    sheet.row(2).hidden = 1
    book.save(str(path))


@pytest.mark.parametrize(
    ("suffix", "write"),
    [
        (".xlsx", _hidden_in_xlsx),
        (".ods", _hidden_in_ods),
        (".xls", _hidden_in_xls),
        (".xlsb", lambda path, rows: old_books.xlsb(path, {"Ученики": rows}, hidden=2)),
    ],
)
def test_hidden_rows_are_read_and_named(
    tmp_path: Path, suffix: str, write: Callable[[Path, files.Rows], None]
) -> None:
    """A filter left on hides half the list: nobody is lost by it, and whoever uploads knows they are there."""
    path = tmp_path / f"a{suffix}"
    write(path, (("Класс", "Фамилия", "Имя"), ("6Б", "Ким", "Анна"), ("6Б", "Пак", "Олег")))
    data = read(path)
    assert [row.surname for row in data.students] == ["Ким", "Пак"]
    told = [problem.message for problem in data.problems if "скрытые строки" in problem.message]
    assert len(told) == 1 and "«Ученики» есть скрытые строки (3)" in told[0]


def test_spans_of_hidden_rows_are_counted_as_a_person_counts() -> None:
    assert "(2, 4–6, 9)" in unseen.told("А", [5, 3, 4, 1, 8])
    many = unseen.told("А", range(0, 40, 2))
    assert "11 и ещё)" in many and "13" not in many


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
