"""What a spreadsheet holds and a reader loses: error values, booleans; heads that name their owner; a class renamed."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from parta.exchange.apply import Report
from parta.exchange.formats import read
from parta.exchange.plan import ImportPlan
from parta.exchange.tests import files, old_books
from parta.people.models import Enrolment

HEADS = (
    "Класс/группа",
    "Фамилия ученика",
    "Имя учащегося",
    "Отчество (ребёнка)",
    "Дата рождения обучающегося",
    "Телефон",
)


def test_error_values_and_booleans_are_refused_where_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("Ученики")
    good = ("6Б", "Ким", "Анна", "Олеговна", "01.09.2014", "+7 900 222-33-44")
    for row, values in enumerate((HEADS, good, good, good, good)):
        page.write_row(row, 0, values)
    page.write_formula(2, 5, "=#REF!", None, "#REF!")  # an optional column: was lost in silence
    page.write_formula(3, 1, "=TRUE()", None, True)  # was the surname «да»
    page.write(4, 4, "#Н/Д")  # as CSV and pasted values have it
    grid = book.add_worksheet("5 классы")
    grid.write_row(0, 0, ("понедельник", "", "5а", "5б"))
    grid.write_row(1, 0, ("", 1, "право", "химия"))
    grid.write_formula(1, 3, "=NA()", None, "#N/A")
    book.close()
    data = read(path)
    assert [(student.full_name, student.homeroom) for student in data.students] == [
        ("Ким Анна Олеговна", "6Б")
    ]
    told = {(error.where.sheet, error.where.row, error.where.column): error.message for error in data.errors}
    assert "ошибка «#REF!»" in told["Ученики", 3, "Телефон"]
    assert "«ИСТИНА»" in told["Ученики", 4, "Фамилия ученика"]
    assert "ошибка «#Н/Д»" in told["Ученики", 5, "Дата рождения обучающегося"]
    assert "ошибка вместо значения" in told["5 классы", 2, "D"]
    assert len(told) == 4 and {row.journal.homeroom for row in data.slots} == {"5А"}


def old_xls(path: Path, sheets: dict[str, files.Rows]) -> Path:
    """A workbook of the old kind, written by another program's library."""
    book = xlwt.Workbook()
    for name, rows in sheets.items():
        page = book.add_sheet(name)
        for index, row in enumerate(rows):
            for column, value in enumerate(row):
                if str(value) in old_books.ERRORS:
                    page.row(index).set_cell_error(column, old_books.ERRORS[str(value)])
                else:
                    page.write(index, column, value)
    book.save(str(path))
    return path


@pytest.mark.parametrize(
    "name, write, shown",
    [
        ("а.xls", old_xls, "#REF!"),
        ("а.xlsb", old_books.xlsb, "#REF!"),
        ("а.ods", old_books.ods, "#ССЫЛ!"),
        ("а.ods", partial(old_books.ods, shown="Ошибка:502"), "Ошибка:502"),
        ("а.ods", partial(old_books.ods, shown="#НЕЧТО"), "#N/A"),
    ],
)
def test_error_values_of_the_other_formats_are_refused_too(
    tmp_path: Path, name: str, write: Callable[..., Path], shown: str
) -> None:
    good = ("6Б", "Ким", "Анна", "Олеговна", "01.09.2014", "+7 900 222-33-44")
    cover: files.Rows = [("Школа № 14", ""), ("", "2026/2027")]
    sheets = {"Титул": cover, "Ученики": [HEADS, good, ("", "", ""), (*good[:5], "#REF!")]}
    path = write(tmp_path / name, sheets)
    data = read(path)
    told = {(error.where.sheet, error.where.row, error.where.column): error.message for error in data.errors}
    assert list(told) == [("Ученики", 4, "Телефон")]
    assert f"ошибка «{shown}»" in told["Ученики", 4, "Телефон"]


@pytest.mark.parametrize("name, write", [("а.xls", old_xls), ("а.xlsb", old_books.xlsb)])
def test_a_binary_grid_with_an_error_names_the_cell(
    tmp_path: Path, name: str, write: Callable[..., Path]
) -> None:
    rows = [("понедельник", "", "5а", "5б"), ("", "1", "право", "химия"), ("", "2", "химия", "#N/A")]
    data = read(write(tmp_path / name, {"5 классы": rows}))
    assert [(str(error.where), error.message[:30]) for error in data.errors] == [
        ("лист «5 классы», строка 3, столбец «D»", "В ячейке ошибка вместо значени")
    ]


def test_a_class_under_a_new_name_is_asked_about(
    load: Callable[..., Report], look: Callable[..., ImportPlan]
) -> None:
    load()

    def renamed(sheet: files.Rows, keep: int = 0) -> files.Rows:
        return [
            tuple("7Б" if value == "6Б" and index > keep else value for value in row)
            for index, row in enumerate(sheet)
        ]

    sheets = {"Классы": files.HOMEROOMS, "Ученики": files.STUDENTS}
    plan = look({name: renamed(rows) for name, rows in sheets.items()})
    (asked,) = [problem for problem in plan.remarks if "Не переименован ли класс" in problem.message]
    assert "«7Б» новый, из «6Б» в него переходит учеников: 2 из 2" in asked.message
    assert (asked.where.sheet, asked.where.row) == ("Классы", 2)
    # the old class is in the file still, or only half of it moves: an ordinary move, nothing is asked
    both = [*renamed(files.HOMEROOMS), ("6Б", "", "")]
    for other in (
        {"Классы": both, "Ученики": renamed(files.STUDENTS)},
        {"Классы": both, "Ученики": renamed(files.STUDENTS, keep=1)},
        {
            "Классы": renamed(files.HOMEROOMS),
            "Ученики": [row for row in renamed(files.STUDENTS) if row[1] != "Белов"],
        },
    ):
        assert not any("Не переименован" in problem.message for problem in look(other).remarks)
    assert Enrolment.objects.filter(homeroom__title="6Б").count() == 2
