"""Grids, archives and exports that are nearly right: each is read as it is meant, or refused in words."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from parta.exchange.data import SchoolData
from parta.exchange.formats import read
from parta.exchange.located import BadFile
from parta.exchange.tests import files

DAYS = ("Понедельник", "Вторник", "Среда")
Row = Sequence[object]


def grid(tmp_path: Path, rows: Sequence[Row], name: str = "Лист1", **more: Sequence[Row]) -> SchoolData:
    return read(files.workbook(tmp_path / "р.xlsx", {name: rows, **more}))


def said(data: SchoolData) -> set[tuple[str, int, int, int]]:
    return {(str(row.journal), row.weekday, row.number, row.week) for row in data.slots}


def plain(third: object = "История", label: object = "") -> list[Row]:
    rows: list[Row] = [("День", "Урок", "5А", "5Б")]
    for day in DAYS:
        rows += [(day, 1, "Алгебра", "Физика"), ("", 2, "Химия", "Алгебра"), (label, 3, third, "Право")]
    return rows


def test_what_is_signed_under_the_table_teaches_nobody(tmp_path: Path) -> None:
    data = grid(tmp_path, [*plain(), (), ("Зам. директора по УВР", "", "", "Сидорова С.С.")])
    assert data.staff == () and len(data.slots) == 18


def test_classes_and_numbers_down_the_side_under_days(tmp_path: Path) -> None:
    rows = [("Класс", "Урок", *DAYS), ("5 «А»", 1, "Алгебра", "Физика", ""), ("", 2, "Химия", "", "Право"),
            ("5 «Б»", 1, "Право", "Алгебра", ""), ("", 2, "", "Химия", "Физика")]  # fmt: skip
    path = files.workbook(tmp_path / "р.xlsx", {"Лист1": rows}, merges={"Лист1": ["A2:A3", "A4:A5"]})
    data = read(path)
    assert data.subgroups == ()
    assert said(data) == {
        ("Алгебра, 5А", 1, 1, 0), ("Физика, 5А", 2, 1, 0), ("Химия, 5А", 1, 2, 0), ("Право, 5А", 3, 2, 0),
        ("Право, 5Б", 1, 1, 0), ("Алгебра, 5Б", 2, 1, 0), ("Химия, 5Б", 2, 2, 0), ("Физика, 5Б", 3, 2, 0),
    }  # fmt: skip


def test_a_sheet_of_one_class_with_days_down_the_side(tmp_path: Path) -> None:
    rows = [("День", "№", "Предмет", "Учитель", "Кабинет"), ("Понедельник", 1, "Алгебра", "Ильина В. А.", 204),
            ("", 2, "Алгебра", "Ильина В. А.", 204), ("Вторник", 1, "Право", "Петров О. И.", 101)]  # fmt: skip
    data = read(files.workbook(tmp_path / "р.xlsx", {"5А": rows, "5Б": rows[:2]}))
    assert said(data) == {("Алгебра, 5А", 1, 1, 0), ("Алгебра, 5А", 1, 2, 0), ("Право, 5А", 2, 1, 0),
                          ("Алгебра, 5Б", 1, 1, 0)}  # fmt: skip
    assert {(row.teacher, row.room) for row in data.slots} == {
        ("Ильина В. А.", "204"),
        ("Петров О. И.", "101"),
    }


@pytest.mark.parametrize(
    "cell", ["ОБЗР (чёт.) / Музыка (нечёт.)", "Музыка 1 нед.\nОБЗР 2 нед.", "числ. Музыка / знам. ОБЗР"]
)
def test_two_weeks_in_one_cell(tmp_path: Path, cell: str) -> None:
    data = grid(tmp_path, plain(third=cell))
    assert ("ОБЗР, 5А", 1, 3, 2) in said(data) and ("Музыка, 5А", 1, 3, 1) in said(data)
    assert ("Алгебра, 5А", 1, 1, 0) in said(data) and data.subgroups == ()


def test_a_cell_for_one_week_leaves_the_others_weekly(tmp_path: Path) -> None:
    data = grid(tmp_path, plain(third="ОБЗР (чёт.)"))
    assert ("ОБЗР, 5А", 1, 3, 2) in said(data) and ("Алгебра, 5А", 1, 1, 0) in said(data)


def test_weeks_named_by_letters(tmp_path: Path) -> None:
    data = read(files.workbook(tmp_path / "р.xlsx", {"Неделя А": plain("ОБЗР"), "Неделя Б": plain("Музыка")}))
    assert {("ОБЗР, 5А", 1, 3, 1), ("Музыка, 5А", 1, 3, 2), ("Алгебра, 5А", 1, 1, 0)} <= said(data)


def test_numbers_of_the_next_block_and_points_of_difficulty_are_no_rooms(tmp_path: Path) -> None:
    blocks = [("Понедельник", "", "", "Вторник", "", ""), ("№", "5А", "5Б", "№", "5А", "5Б"),
              (1, "Алгебра", "Физика", 1, "Химия", "Право"), (2, "Право", "Химия", 2, "Физика", "Алгебра"),
              (3, "Физика", "Право", 3, "Алгебра", "Химия")]  # fmt: skip
    assert {row.room for row in grid(tmp_path, blocks).slots} == {""}
    scored = [
        ("День", "Урок", "5А", "балл", "5Б", "балл"),
        *((day, 1, "Алгебра", 11, "Физика", 9) for day in DAYS),
    ]
    assert {row.room for row in grid(tmp_path, scored).slots} == {""}


@pytest.mark.parametrize(
    "numbers", [("1.", "2)", "3-й"), ("1 урок", "2 урок", "3-й урок"), ("I", "II", "III")]
)
def test_lesson_numbers_in_any_dress(tmp_path: Path, numbers: tuple[str, str, str]) -> None:
    rows: list[Row] = [("", "", "5А", "5Б")]
    for day in DAYS:
        rows += [(day if n == 0 else "", number, "Алгебра", "Право") for n, number in enumerate(numbers)]
    assert {row.number for row in grid(tmp_path, rows).slots} == {1, 2, 3}


def test_breakfast_is_no_subject(tmp_path: Path) -> None:
    assert "Завтрак" not in {row.title for row in grid(tmp_path, plain(third="ЗАВТРАК")).subjects}


@pytest.mark.parametrize(
    "rows",
    [
        [("День", "Урок", "Иванова А.П.", "Сидоров П.И."), *((day, 1, "5А 201", "5Б 301") for day in DAYS)],
        [("ФИО учителя", "Предмет", *DAYS), ("Иванова А.П.", "Русский язык", "5А", "5Б", "6А"),
         ("Сидоров П.И.", "Математика", "6А", "5А", "5Б")],
    ],
)  # fmt: skip
def test_a_timetable_of_teachers_is_not_taken_for_one_of_classes(tmp_path: Path, rows: Sequence[Row]) -> None:
    with pytest.raises(BadFile, match="расписание учителей"):
        grid(tmp_path, rows)
    beside = read(files.workbook(tmp_path / "р.xlsx", {"Классы 5": plain(), "Учителя": rows}))
    assert len(beside.slots) == 18
    assert any("Лист пропущен" in problem.message for problem in beside.problems)


def test_a_formula_without_a_value_has_its_place(tmp_path: Path) -> None:
    path = tmp_path / "р.xlsx"
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("Лист1")
    for index, row in enumerate(plain()):
        page.write_row(index, 0, row)
    page.write_formula("C3", "=A1", None, "")
    book.close()
    (problem,) = read(path).errors
    assert (problem.where.sheet, problem.where.row, problem.where.column) == ("Лист1", 3, "C")


def test_a_grid_may_be_a_csv(tmp_path: Path) -> None:
    text = "\n".join(";".join(map(str, row)) for row in plain())
    (tmp_path / "р.csv").write_bytes(text.encode("cp1251"))
    assert len(read(tmp_path / "р.csv").slots) == 18


# --- OneRoster, FET -----------------------------------------------------------------------------------------------


def archive(tmp_path: Path, **changed: Sequence[str] | None) -> Path:
    folder = files.oneroster(tmp_path / "set")
    for name, lines in changed.items():
        if lines is None:
            (folder / f"{name}.csv").unlink()
        else:
            (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_an_archive_of_changes_is_refused(tmp_path: Path) -> None:
    manifest = ("propertyName,value", "oneroster.version,1.1", "file.users,delta", "file.orgs,bulk")
    with pytest.raises(BadFile, match=r"архив изменений \(delta\): users"):
        read(archive(tmp_path, manifest=manifest))


def test_roles_in_any_letter_case(tmp_path: Path) -> None:
    users = [
        line.replace(",student,", ",STUDENT,").replace(",teacher,", ",Teacher,")
        for line in files.ONEROSTER["users"]
    ]
    data = read(archive(tmp_path, users=users))
    assert (len(data.students), len(data.staff)) == (2, 1)


def test_an_archive_without_roles_takes_them_from_its_classes(tmp_path: Path) -> None:
    users = [line.replace(",role,", ",legacy,") for line in files.ONEROSTER["users"]]
    users = [users[0], *(line.replace(f",{word},", ",,") for line in users[1:]
                         for word in ("student", "teacher", "parent") if f",{word}," in line)]  # fmt: skip
    data = read(archive(tmp_path, users=users))
    assert (len(data.students), len(data.staff)) == (2, 1)
    assert [one.surname for one in data.students[0].guardians] == ["Антонова"]
    assert any("взяты из enrollments.csv" in problem.message for problem in data.problems)


def test_students_of_unknown_classes_make_no_class_of_their_own(tmp_path: Path) -> None:
    lines = [line.replace(",h1,", ",H-1,") for line in files.ONEROSTER["enrollments"]]
    data = read(archive(tmp_path, enrollments=lines))
    assert [row.title for row in data.homerooms] == ["6Б"] and data.students == ()
    assert sum("не состоит ни в одном классе" in problem.message for problem in data.problems) == 2


def test_fet_students_who_are_in_no_list_are_refused_by_line(tmp_path: Path) -> None:
    path = files.fet(tmp_path / "р.fet", {1: ("Monday", "08:30")})
    path.write_text(
        path.read_text(encoding="utf-8").replace("<Students>9А 1<", "<Students>9Ж<"), encoding="utf-8"
    )
    (problem,) = read(path).errors
    assert "учеников «9Ж» нет в списке" in problem.message and problem.where.row > 0
