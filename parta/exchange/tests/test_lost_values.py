"""What a spreadsheet holds and a reader loses: error values, booleans; heads that name their owner; a class renamed."""

from collections.abc import Callable
from pathlib import Path

import xlsxwriter

from parta.exchange.apply import Report
from parta.exchange.formats import read
from parta.exchange.plan import ImportPlan
from parta.exchange.tests import files
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
