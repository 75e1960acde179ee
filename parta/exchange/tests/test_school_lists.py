"""Lists as schools keep them: other names of sheets and columns, two rows of heads, parents in one cell, sections."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from parta.exchange.apply import Report
from parta.exchange.data import SchoolData
from parta.exchange.formats import read
from parta.exchange.located import BadFile
from parta.exchange.plan import ImportPlan
from parta.exchange.tests import files

Look = Callable[..., ImportPlan]
Load = Callable[..., Report]

STUDENT = ("Антонова", "Алиса", "Сергеевна")


def book(tmp_path: Path, sheets: Any, **kwargs: Any) -> SchoolData:
    return read(files.workbook(tmp_path / "школа.xlsx", sheets, **kwargs))


def refusals(plan: ImportPlan) -> str:
    return "\n".join(map(str, plan.refused))


def test_one_list_of_students_makes_its_classes_and_again_changes_nothing(look: Look, load: Load) -> None:
    """With no list of classes anywhere there is none to be mistaken against; later there is."""
    heads = ("Класс", "Фамилия", "Имя", "Отчество")
    sheets = {"Список учащихся": (heads, ("6Б", *STUDENT), ("7 «А»", "Белов", "Тимур", ""))}
    plan = look(sheets)
    assert not plan.refused
    assert any("классы взяты" in problem.message and "6Б, 7А" in problem.message for problem in plan.remarks)
    load(sheets)
    assert not look(sheets).changes_something
    later = look({"Список учащихся": (heads, ("8Г", "Новиков", "Ян", ""))})
    assert "Класса «8Г» нет" in refusals(later)


def test_a_class_list_with_titles_and_columns_of_both_parents(tmp_path: Path) -> None:
    sheets = {
        "Лист1": (
            ("Список учащихся 6 «Б» класса",),
            (),
            ("№ п/п", "ФИО учащегося", "Дата рождения", "ФИО матери", "Телефон матери", "ФИО отца", "Телефон отца"),
            (1, "Антонова Алиса Сергеевна", "05.02.2014", "Антонова Ирина Олеговна", "8-900-222-33-44",
             "Антонов Сергей Петрович", 89002223345),
        )
    }  # fmt: skip
    (student,) = book(tmp_path, sheets).students
    assert student.homeroom == "6Б"
    told = [(one.surname, one.relation, one.phone) for one in student.guardians]
    assert told == [("Антонова", "mother", "+7 900 222-33-44"), ("Антонов", "father", "+7 900 222-33-45")]


@pytest.mark.parametrize(
    ("cell", "phones", "expected"),
    [
        ("Антонова Ирина Олеговна (мать), Антонов Пётр Ильич (отец)", "89002223344, 89002223345",
         [("Антонова", "Олеговна", "mother", "44"), ("Антонов", "Ильич", "father", "45")]),
        ("мать: Антонова Ирина Олеговна\nотец: Антонов Пётр Ильич", "",
         [("Антонова", "Олеговна", "mother", ""), ("Антонов", "Ильич", "father", "")]),
        ("Антонова Ирина Олеговна / Антонов Пётр Ильич", "89002223344",
         [("Антонова", "Олеговна", "guardian", "44"), ("Антонов", "Ильич", "guardian", "")]),
        ("Антонова Ирина Олеговна, мать", "89002223344; 89002223345", [("Антонова", "Олеговна", "mother", "44")]),
        ("Антонова Ирина Олеговна 8 900 222-33-44 (мать)", "", [("Антонова", "Олеговна", "mother", "44")]),
        ("—", "нет", []),
    ],
)  # fmt: skip
def test_several_guardians_in_one_cell(
    tmp_path: Path, cell: str, phones: str, expected: list[tuple[str, str, str, str]]
) -> None:
    rows = (
        ("Класс", "ФИО", "Родители", "Телефон родителей"),
        ("6Б", "Антонова Алиса Сергеевна", cell, phones),
    )
    data = book(tmp_path, {"Ученики": rows})
    assert not data.errors
    told = [(one.surname, one.patronymic, one.relation, one.phone[-2:]) for one in data.students[0].guardians]
    assert told == expected


def test_two_rows_of_heads(tmp_path: Path) -> None:
    rows = (
        ("Класс", "Ученик", "", "", "Дата рождения", "Родители", ""),
        ("", "Фамилия", "Имя", "Отчество", "", "ФИО", "Телефон"),
        ("6Б", *STUDENT, "05.02.2014", "Антонова Ирина Олеговна", "89002223344"),
    )
    data = book(tmp_path, {"Ученики": rows}, merges={"Ученики": ["A1:A2", "B1:D1", "E1:E2", "F1:G1"]})
    assert not data.errors
    (student,) = data.students
    assert (student.full_name, student.birth_date) == (" ".join(STUDENT), datetime.date(2014, 2, 5))
    assert [one.phone for one in student.guardians] == ["+7 900 222-33-44"]


def test_classes_as_headings_totals_signatures_and_a_head_on_each_page(tmp_path: Path) -> None:
    head = ("№", "Фамилия", "Имя", "Отчество")
    rows = (
        head, (1, 2, 3, 4), ("6Б класс",), (1, *STUDENT), ("Класс: 7А",), head, (1, "Белов", "Тимур", ""),
        ("Всего учеников: 2",), ("Директор ___________ Петров",),
    )  # fmt: skip
    data = book(tmp_path, {"Ученики": rows}, merges={"Ученики": ["A3:D3"]})
    assert [(row.surname, row.homeroom) for row in data.students] == [("Антонова", "6Б"), ("Белов", "7А")]
    assert not data.errors
    assert any("строки: 8, 9" in problem.message for problem in data.problems)


def test_tarification_with_a_column_per_class(look: Look) -> None:
    matrix = (("Учитель", "Предмет", "6Б", "10А", "Итого"), ("Соколова М. В.", "Русский язык", 4, "", 4),
              ("Ильина В.А.", "Алгебра", "", "4,5 ч", 4.5), ("Итого", "", 4, 4.5, ""))  # fmt: skip
    plan = look({**files.SCHOOL, "Нагрузка": matrix, "Расписание": (), "КТП": ()})
    assert not plan.refused
    told = {(str(row.journal), row.teacher, row.weekly_hours) for row in plan.data.loads}
    assert told == {("Русский язык, 6Б", "Соколова М. В.", 4.0), ("Алгебра, 10А", "Ильина В.А.", 4.5)}


def test_a_list_of_teachers_with_their_classes(tmp_path: Path) -> None:
    rows = (("№", "ФИО учителя", "Предмет", "Классное руководство", "Категория"),
            (1, "Соколова Мария Викторовна", "Русский язык", "6Б", "высшая"))  # fmt: skip
    data = book(tmp_path, {"Педсостав": rows})
    assert [(row.full_name, row.roles) for row in data.staff] == [("Соколова Мария Викторовна", ("teacher",))]
    assert [(row.title, row.class_teacher) for row in data.homerooms] == [("6Б", "Соколова Мария Викторовна")]


def test_who_has_no_part_in_a_journal_is_left_out_with_a_word(tmp_path: Path) -> None:
    rows = (files.STAFF[0], ("Пак", "Ян", "Ильич", "библиотекарь", "", "", ""),
            ("Рак", "Ян", "Ильич", "педагог-организатор", "", "", ""))  # fmt: skip
    data = book(tmp_path, {"Сотрудники": rows})
    assert [(row.surname, row.roles) for row in data.staff] == [("Рак", ("teacher",))]
    assert any("библиотекарь" in problem.message for problem in data.problems)


def test_a_plan_on_a_sheet_named_after_its_subject_and_class(tmp_path: Path) -> None:
    rows = (("№ урока", "Тема урока", "Кол-во часов"), ("Раздел 1. Повторение",), (1, "Части речи", 1),
            (2, "Диктант", 2))  # fmt: skip
    (plan,) = book(tmp_path, {"КТП Русский язык 6": rows}, merges={"КТП Русский язык 6": ["A2:C2"]}).plans
    assert (plan.subject, plan.grade) == ("Русский язык", 6)
    assert [(topic.unit, topic.text) for topic in plan.topics] == [
        ("Раздел 1. Повторение", "Части речи"),
        ("Раздел 1. Повторение", "Диктант"),
        ("Раздел 1. Повторение", "Диктант"),
    ]


def test_the_sheet_of_the_timetable_may_be_a_grid(look: Look) -> None:
    grid = (("День", "Урок", "6Б", "10А"), ("Понедельник", 1, "Русский язык", ""), ("", 2, "", "Алгебра"))
    plan = look({**files.SCHOOL, "Расписание": grid})
    assert not plan.refused
    assert {(str(row.journal), row.weekday, row.number) for row in plan.data.slots} == {
        ("Русский язык, 6Б", 1, 1),
        ("Алгебра, 10А", 1, 2),
    }
    unknown = look({**files.SCHOOL, "Расписание": (grid[0], ("Понедельник", 1, "Химия", ""))})
    assert "лист «Расписание», строка 2" in refusals(unknown) and "«Химия»" in refusals(unknown)


def test_a_timetable_kept_as_a_list_and_nothing_else(look: Look, load: Load) -> None:
    rows = (("День недели", "№ урока", "Класс", "Предмет", "Учитель"), ("Пн", 1, "6Б", "Алгебра", "Ильина В. А."),
            ("Пн", 2, "6Б", "Алгебра", "Ильина В. А."), ("Вт", 1, "6Б", "Химия", "Петров О. И."))  # fmt: skip
    sheets = {"Расписание": rows}
    report = load(sheets)
    assert not report.plan.refused
    counts = {kind: sum(counter.values()) for kind, counter in report.plan.counts().items()}
    assert (counts["journal"], counts["slot"], counts["staff"]) == (2, 3, 2)
    assert not look(sheets).changes_something


def test_a_parent_who_teaches_is_one_person(load: Load, look: Look) -> None:
    staff = (("Фамилия", "Имя", "Отчество", "Должность", "Телефон"),
             ("Антонова", "Ирина", "Олеговна", "учитель", "8 900 222-33-44"))  # fmt: skip
    students = (("Класс", "ФИО", "Мать", "Телефон матери"),
                ("6Б", "Антонова Алиса Сергеевна", "Антонова Ирина Олеговна", "+7 900 222-33-44"))  # fmt: skip
    sheets = {"Сотрудники": staff, "Ученики": students}
    load(sheets)
    from parta.people.models import Person

    assert Person.objects.filter(surname="Антонова", given_name="Ирина").count() == 1
    assert not look(sheets).changes_something


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("Фамилия", "Антонова, 12.05.2015", "В имени"),
        ("Фамилия", "<b>Антонова", "В имени"),
        ("Класс", datetime.date(2026, 1, 6), "так таблица понимает запись вида «5-1»"),
    ],
)
def test_values_that_are_no_names_and_no_classes(look: Look, column: str, value: object, words: str) -> None:
    assert words in refusals(look(files.changed("Ученики", 1, column, value)))


def test_american_dates_spoil_their_column(look: Look) -> None:
    """02/28/2014 cannot be a date of ours, so 05/02/2014 beside it may not be guessed."""
    heads = ("Класс", "ФИО", "Дата рождения")
    alone = look({**files.SCHOOL, "Ученики": (heads, ("6Б", "Антонова Алиса", "05/02/2014"))})
    assert not alone.refused and alone.data.students[0].birth_date == datetime.date(2014, 2, 5)
    both = look({**files.SCHOOL, "Ученики": (heads, ("6Б", "Антонова Алиса", "05/02/2014"),
                                             ("6Б", "Белов Тимур", "02/28/2014"))})  # fmt: skip
    assert [problem.where.row for problem in both.refused] == [2, 3]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        ("Класс;Фамилия;Имя\n", "a.csv", "только заголовки"),
        (" \n \n", "a.csv", "ни одной заполненной клетки"),
        ("%PDF-1.7\n", "a.pdf", "документ PDF"),
        ("{\\rtf1 hi}", "a.rtf", "документ RTF"),
    ],
)
def test_files_that_say_nothing(tmp_path: Path, content: str, name: str, words: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(BadFile, match=words):
        read(tmp_path / name)


def test_the_delimiter_is_the_one_of_the_table_not_of_its_title(tmp_path: Path) -> None:
    title = "Школа № 14, г. Томск, ул. Мира, 5, список\n"
    for sign in ";\t|":
        row = sign.join(("6Б", "Антонова", "Алиса", "г. Томск, ул. Мира, 5, кв. 3"))
        head = sign.join(("Класс", "Фамилия", "Имя", "Адрес"))
        (tmp_path / "a.csv").write_text(
            f"{title}{head}\n{row}\n{row.replace('Алиса', 'Анна')}\n", encoding="utf-8"
        )
        assert [student.given_name for student in read(tmp_path / "a.csv").students] == ["Алиса", "Анна"]
