"""Each format read into the one shape."""

import zipfile
from datetime import date, time
from pathlib import Path

import pytest

from parta.exchange import template
from parta.exchange.data import JournalKey, Options, SchoolData
from parta.exchange.formats import read
from parta.exchange.located import BadFile
from parta.exchange.tests import files


def titles(data: SchoolData, field: str) -> list[str]:
    return [row.title for row in getattr(data, field)]


def test_the_template_with_its_examples_reads_without_a_word(tmp_path: Path) -> None:
    template.write(tmp_path / "школа.xlsx")
    data = read(tmp_path / "школа.xlsx")
    assert data.problems == ()
    assert dict(data.counts())["students"] == 3
    template.write(tmp_path / "пустая.xlsx", with_examples=False)
    with pytest.raises(BadFile, match="только заголовки"):
        read(tmp_path / "пустая.xlsx")


def test_a_workbook(tmp_path: Path) -> None:
    data = read(files.workbook(tmp_path / "школа.xlsx", files.SCHOOL))
    assert data.problems == ()
    assert data.staff[0].full_name == "Соколова Мария Викторовна"
    assert data.staff[1].roles == ("deputy", "teacher")
    alisa = data.students[0]
    assert alisa.birth_date == date(2014, 2, 5)
    assert alisa.guardians[0].phone == "+7 900 222-33-44"
    assert alisa.subgroups == ("6Б, английский язык, 1-я группа",)
    assert data.loads[1].journal == JournalKey("Английский язык", "6Б", "6Б, английский язык, 1-я группа")
    assert data.plans[0].topics[1].work_kind == "control"
    assert (data.slots[3].weekday, data.slots[3].number, data.slots[3].room) == (2, 1, "301")


def test_columns_stand_in_any_order_under_any_known_head(tmp_path: Path) -> None:
    rows = (
        ("Список 6 класса",),
        (),
        ("Имя*", "ФАМИЛИЯ", "Группа", "Д.р."),
        ("Алиса", "Антонова", "6 «б»", "5 февраля 2014 г."),
    )
    data = read(files.workbook(tmp_path / "a.xlsx", {"Ученики": rows}))
    assert (data.students[0].surname, data.students[0].homeroom) == ("Антонова", "6Б")
    assert data.students[0].birth_date == date(2014, 2, 5)
    assert data.students[0].where.row == 4


def test_a_csv_is_one_sheet_also_in_windows_1251(tmp_path: Path) -> None:
    text = "Класс;Фамилия;Имя;Дата рождения\n6Б;Щукина;Ольга;05.02.2014\n6Б;Ёлкин;Юрий;06.03.2014\n"
    for encoding, remarks in (("utf-8", 0), ("utf-8-sig", 0), ("utf-16", 0), ("cp1251", 1)):
        path = tmp_path / f"ученики-{encoding}.csv"
        path.write_bytes(text.encode(encoding))
        data = read(path)
        assert [row.surname for row in data.students] == ["Щукина", "Ёлкин"], encoding
        assert len(data.problems) == remarks


@pytest.mark.parametrize("version", ["1.1", "1.2"])
@pytest.mark.parametrize("packed", [False, True])
def test_oneroster(tmp_path: Path, version: str, packed: bool) -> None:
    folder = files.oneroster(tmp_path / "set", version=version)
    data = read(files.zipped(folder, tmp_path / "set.zip") if packed else folder)
    assert data.school_name == "Школа 1"
    assert [row.full_name for row in data.staff] == ["Соколова Мария Викторовна"]
    assert titles(data, "homerooms") == ["6Б"]
    assert data.homerooms[0].class_teacher == "Соколова Мария Викторовна"
    assert [(row.surname, row.homeroom) for row in data.students] == [("Антонова", "6Б"), ("Белов", "6Б")]
    assert data.students[0].birth_date == date(2014, 2, 5)
    assert data.students[1].enrolled_on == date(2026, 10, 12)
    assert [guardian.surname for guardian in data.students[0].guardians] == ["Антонова"]
    journals = {row.journal for row in data.loads}
    assert JournalKey("Русский язык", "6Б") in journals  # the whole class
    assert JournalKey("Информатика", "6Б", "Информатика 6Б-1") in journals  # half of it
    assert data.terms[0].until == date(2027, 6, 1)  # their ends are inclusive, ours are not
    assert [problem.where.row for problem in data.problems] == [9]  # «nobody» is in no list


def test_oneroster_of_two_schools_takes_the_fuller_and_says_so(tmp_path: Path) -> None:
    folder = files.oneroster(tmp_path / "set")
    with (folder / "orgs.csv").open("a") as orgs:
        orgs.write("s2,,Школа 2,school,78,\n")
    data = read(folder)
    assert data.school_name == "Школа 1"
    assert any("несколько школ" in problem.message for problem in data.problems)
    with pytest.raises(BadFile, match="людей, классов и уроков нет"):
        read(folder, Options(org="78"))


def test_oneroster_with_files_of_heads_only(tmp_path: Path) -> None:
    folder = files.oneroster(tmp_path / "set")
    for name in ("academicSessions", "courses", "demographics"):
        head = (folder / f"{name}.csv").read_text().splitlines()[0]
        (folder / f"{name}.csv").write_text(head)
    data = read(folder)
    assert len(data.students) == 2
    assert data.errors == []


def test_fet_with_its_solution(tmp_path: Path) -> None:
    places = {
        1: ("Monday", "08:30"),
        2: ("Tuesday", "09:25"),
        3: ("Tuesday", "09:25"),
        4: ("Friday", "10:30"),
    }
    data = read(files.fet(tmp_path / "s_data_and_timetable.fet", places, {1: "301"}))
    assert data.problems == ()
    assert titles(data, "homerooms") == ["9А", "9Б"]  # the year 9 is a parallel
    assert titles(data, "subgroups") == ["9А 1", "9А 2", "9А + 9Б весь"]
    assert [
        (s.weekday, s.number, s.room) for s in data.slots if s.journal == JournalKey("Алгебра", "9А")
    ] == [
        (1, 1, "301"),
        (1, 2, "301"),
    ]
    assert {load.teacher for load in data.loads} == {"Соколова М. В.", "Петров"}
    assert (data.bells[0].starts, data.bells[0].ends) == (time(8, 30), time(9, 15))


def test_fet_without_a_solution_gives_the_load_and_says_so(tmp_path: Path) -> None:
    data = read(files.fet(tmp_path / "s.fet", {}))
    assert data.slots == ()
    assert len(data.loads) == 4
    assert "Решения в файле нет" in data.problems[0].message


def test_fet_takes_the_solution_that_lies_beside(tmp_path: Path) -> None:
    path = files.fet(tmp_path / "s.fet", {})
    (tmp_path / "s_activities.xml").write_text(
        "<Activities_Timetable><Activity><Id>1</Id><Day>Friday</Day><Hour>09:25</Hour><Room>301</Room></Activity>"
        "</Activities_Timetable>"
    )
    assert [(slot.weekday, slot.number, slot.room) for slot in read(path).slots] == [
        (5, 2, "301"),
        (5, 3, "301"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "utf-16"])
def test_asc(tmp_path: Path, encoding: str) -> None:
    data = read(files.asc(tmp_path / "t.xml", encoding))
    assert titles(data, "homerooms") == ["9А", "9Б"]
    assert data.homerooms[0].class_teacher == "Соколова Мария Викторовна"
    assert [row.full_name for row in data.staff] == ["Соколова Мария Викторовна", "Петров Олег Иванович"]
    assert titles(data, "subgroups") == ["9А, Группа 1", "9А + 9Б"]
    slots = {
        (slot.journal.subject, slot.journal.subgroup, slot.weekday, slot.number, slot.week)
        for slot in data.slots
    }
    assert ("Информатика", "9А, Группа 1", 3, 1, 0) in slots
    assert ("Информатика", "9А, Группа 1", 3, 2, 0) in slots  # one card of two periods
    assert ("Алгебра", "9А + 9Б", 4, 1, 1) in slots  # odd weeks
    assert len(slots) == 5


def grid(tmp_path: Path, rows: files.Rows, title: str = "Лист1") -> SchoolData:
    return read(files.workbook(tmp_path / "сайт.xlsx", {title: rows}))


def lessons(data: SchoolData) -> set[tuple[str, str, int, int, str]]:
    return {
        (
            slot.journal.subject,
            slot.journal.subgroup or slot.journal.homeroom,
            slot.weekday,
            slot.number,
            slot.room,
        )
        for slot in data.slots
    }


def test_published_grid(tmp_path: Path) -> None:
    data = grid(tmp_path, files.GRID)
    assert titles(data, "homerooms") == ["5А", "7К"]
    found = lessons(data)
    assert ("Русский язык", "5А", 1, 2, "150") in found
    assert ("Английский язык", "5А, английский язык, ИКТ, 1-я группа", 1, 1, "412") in found
    assert ("Английский язык", "5А, английский язык, ИКТ, 2-я группа", 1, 1, "326") in found
    # the room tells which half is where: 412 is the first group's, 326 the second's
    assert ("ИКТ", "5А, английский язык, ИКТ, 2-я группа", 1, 3, "223") in found
    assert ("ИКТ", "5А, английский язык, ИКТ, 1-я группа", 2, 1, "223") in found
    # languages part the class by what is learnt; the star is a room not known
    assert ("Немецкий язык", "5А, немецкий язык", 2, 2, "414") in found
    assert ("Испанский язык", "5А, испанский язык", 2, 2, "") in found
    # halves of 7К: together in biology, apart in physics; «с/з» is one room
    assert ("Биология", "7К", 1, 1, "217") in found
    assert ("Физика", "7К (т)", 1, 2, "320") in found
    assert ("Физкультура", "7К", 1, 3, "с/з") in found
    assert ("Английский язык", "7К (г)", 1, 2, "412") in found  # «англ. язык»


def test_published_grid_with_days_down_the_side_times_and_teachers(tmp_path: Path) -> None:
    rows = (
        ("День", "№", "Время", "8А", "8Б"),
        ("Понедельник", 1, "8:30-9:15", "Алгебра\nПетров О.И. каб. 301", "Физика (205)"),
        ("", 2, "9:25-10:10", "Физика\nИльина В.А. каб. 205", "Алгебра 301"),
        ("Вторник", 1, "8:30-9:15", "История", "Химия\n210"),
    )
    data = read(files.workbook(tmp_path / "a.xlsx", {"Лист1": rows}, {"Лист1": ["A2:A3"]}))
    assert ("Алгебра", "8А", 1, 1, "301") in lessons(data)
    assert ("Алгебра", "8Б", 1, 2, "301") in lessons(data)
    assert ("Химия", "8Б", 2, 1, "210") in lessons(data)
    assert {row.full_name for row in data.staff} == {"Петров О. И.", "Ильина В. А."}
    assert (data.bells[1].starts, data.bells[1].ends) == (time(9, 25), time(10, 10))


def test_published_grid_with_classes_down_the_side(tmp_path: Path) -> None:
    rows = (
        ("", "Понедельник", "", "Вторник", ""),
        ("Класс", 1, 2, 1, 2),
        ("8А", "алгебра", "физика", "химия", "история"),
        ("8Б", "физика", "алгебра", "история", "химия"),
    )
    data = read(files.workbook(tmp_path / "a.xlsx", {"Лист1": rows}, {"Лист1": ["B1:C1", "D1:E1"]}))
    assert ("История", "8А", 2, 2, "") in lessons(data)
    assert ("Физика", "8Б", 1, 1, "") in lessons(data)
    assert len(data.slots) == 8


def test_published_grid_of_one_class_a_sheet(tmp_path: Path) -> None:
    rows = (
        ("№", "понедельник", "вторник", "среда"),
        (1, "алгебра", "физика", "химия"),
        (2, "физика", "", "история"),
    )
    data = read(files.workbook(tmp_path / "a.xlsx", {"8А": rows, "8Б": rows}))
    assert titles(data, "homerooms") == ["8А", "8Б"]
    assert ("История", "8Б", 3, 2, "") in lessons(data)
    assert len(data.slots) == 10


def test_two_timetables_in_one_book(tmp_path: Path) -> None:
    """A sheet per day and a sheet per parallel that differ: the fuller is taken, the other is offered."""
    day = (("понедельник", "", "5а", "5б"), ("", 1, "алгебра", "физика"), ("", 2, "химия", "право"))
    week = (
        ("понедельник", "", "5а", "5б"),
        ("", 1, "история", "физика"),
        ("вторник", "", "5а", "5б"),
        ("", 1, "химия", "алгебра"),
        ("", 2, "алгебра", "физика"),
    )
    path = files.workbook(tmp_path / "a.xlsx", {"понедельник": day, "5 классы": week})
    data = read(path)
    assert ("История", "5А", 1, 1, "") in lessons(data)
    assert data.choices == ("5 классы", "понедельник")
    assert any("два расписания" in problem.message for problem in data.problems)
    assert ("Алгебра", "5А", 1, 1, "") in lessons(read(path, Options(sheets=("понедельник",))))


def rewritten(folder: Path, name: str, *changes: tuple[str, str]) -> Path:
    """The folder with texts of one file replaced."""
    path = folder / f"{name}.csv"
    text = path.read_text(encoding="utf-8")
    for was, will in changes:
        assert was in text, was
        text = text.replace(was, will)
    path.write_text(text, encoding="utf-8")
    return folder


def test_oneroster_heads_in_any_letter_case_and_columns_of_the_producer(tmp_path: Path) -> None:
    folder = files.oneroster(tmp_path / "set")
    rewritten(folder, "users", ("sourcedId,status", "SOURCEDID,Status"), ("familyName", "FamilyName"))
    rewritten(folder, "orgs", ("parentSourcedId", "parentSourcedId,ext_x"))
    data = read(folder)
    assert [row.surname for row in data.students] == ["Антонова", "Белов"] and not data.errors


def test_oneroster_rows_to_be_deleted_are_counted_and_delete_nothing(tmp_path: Path) -> None:
    folder = rewritten(
        files.oneroster(tmp_path / "set"),
        "users",
        ("u2,,s1", "u2,tobedeleted,s1"),
        ("u4,,s1", "u4,inactive,s1"),
    )
    data = read(folder)
    assert [row.surname for row in data.students] == ["Белов"]
    told = [str(problem) for problem in data.problems if "отмеченных к удалению" in problem.message]
    assert told and told[0].startswith("файл «users.csv»: Строк, отмеченных к удалению: 2;")
    assert not [problem for problem in data.problems if "«u2» нет" in problem.message]


def test_oneroster_ended_membership_is_no_membership(tmp_path: Path) -> None:
    """Of two homerooms the one that goes on counts, also when the other stands first."""
    folder = files.oneroster(tmp_path / "set")
    rewritten(folder, "classes", ("k1,,Русский", "h2,,6В,06,,6V,homeroom,215,s1,y\nk1,,Русский"))
    rewritten(
        folder,
        "enrollments",
        ("e2,,h1,s1,u2,student,,2026-09-01,", "e2,,h1,s1,u2,student,,2026-09-01,2026-09-20\n"
         "e20,,h2,s1,u2,student,,2026-09-21T00:00:00.000Z,"),
    )  # fmt: skip
    student = next(row for row in read(folder).students if row.surname == "Антонова")
    assert (student.homeroom, student.enrolled_on, student.left_on) == ("6В", date(2026, 9, 21), None)


def test_oneroster_dangling_rows_do_not_flood_the_report(tmp_path: Path) -> None:
    folder = files.oneroster(tmp_path / "set")
    rows = "".join(f"x{n},,k1,s1,gone{n},student,,,\n" for n in range(40))
    rewritten(folder, "enrollments", ("e1,,h1", rows + "e1,,h1"))
    told = [problem.message for problem in read(folder).problems if "enrollments" in problem.where.sheet]
    assert len(told) == 6 and told[-1].startswith("И ещё таких строк: 36 (строки 7, 8")


def test_oneroster_without_a_needed_column_names_it(tmp_path: Path) -> None:
    folder = rewritten(files.oneroster(tmp_path / "set"), "users", (",familyName,", ",lastName,"))
    refused = [problem for problem in read(folder).errors if problem.where.sheet == "users.csv"]
    assert [problem.where.row for problem in refused] == [1] and "«familyName»" in refused[0].message


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"a/users.csv": "sourcedId", "b/users.csv": "sourcedId"}, "два файла users.csv"),
        ({"школа.xlsx": "x"}, "Распакуйте архив и загрузите сам этот файл"),
        ({"set.zip": "x", "users.csv": "sourcedId"}, "лежит другой архив: «set.zip»"),
    ],
)
def test_an_archive_of_something_else(tmp_path: Path, entries: dict[str, str], words: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    with pytest.raises(BadFile, match=words):
        read(tmp_path / "a.zip")


def test_an_archive_with_folders_absolute_paths_and_the_litter_of_a_mac(tmp_path: Path) -> None:
    folder = files.oneroster(tmp_path / "set")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, f"/home/export/{file.name}")
            archive.writestr(f"__MACOSX/export/{file.name}", b"\x00\x05litter")
    assert len(read(tmp_path / "a.zip").students) == 2


def test_fet_lessons_without_students_are_told_together(tmp_path: Path) -> None:
    path = files.fet(tmp_path / "t.fet", {1: ("Monday", "08:30")})
    text = path.read_text(encoding="utf-8")
    lone = "<Activity><Subject>Педсовет</Subject><Duration>1</Duration><Id>9</Id><Active>true</Active></Activity>"
    path.write_text(text.replace("</Activities_List>", lone * 12 + "</Activities_List>"), encoding="utf-8")
    told = [problem.message for problem in read(path).problems if "без учеников" in problem.message]
    assert len(told) == 1 and "Занятий без учеников: 12;" in told[0] and "и ещё 4" in told[0]


def test_fet_with_more_hours_than_a_day_has_is_taken(tmp_path: Path) -> None:
    path = files.fet(tmp_path / "t.fet", {1: ("Monday", "08:30")})
    hours = "".join(f"<Hour><Name>{10 + n // 2}:{n % 2 * 3}0</Name></Hour>" for n in range(26))
    text = path.read_text(encoding="utf-8").replace("<Hour><Name>10:30</Name></Hour>", hours)
    path.write_text(text, encoding="utf-8")
    assert len(read(path).slots) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_a_csv_in_every_usual_form(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = (("Класс", "Фамилия", "Имя"), ("6Б", "Ёлкина", "Анна"), ("6 «б»", "Иванова-Петрова", "Ольга"))
    text = "\r\n".join(delimiter.join(row) for row in rows)
    (tmp_path / "ученики.csv").write_bytes(text.encode(encoding))
    data = read(tmp_path / "ученики.csv")
    assert [(row.homeroom, row.surname) for row in data.students] == [
        ("6Б", "Ёлкина"),
        ("6Б", "Иванова-Петрова"),
    ]
