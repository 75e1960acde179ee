"""One timetable laid out in many ways, as schools publish it: each gives the same lessons, or says what it lacks."""

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path

import pytest

from parta.exchange.data import SchoolData
from parta.exchange.formats import read
from parta.exchange.located import BadFile
from parta.exchange.tests import files

CLASSES = ("5А", "5Б", "6А", "7В")
DAYS = ("Понедельник", "Вторник", "Среда")
SUBJECTS = ("Математика", "Русский язык", "Физика", "Химия", "История")
NUMBERS = (1, 2, 3)


def subject(title: str, day: int, number: int) -> str:
    return SUBJECTS[(CLASSES.index(title) + day + number) % 5]


WANTED = {
    (title, day + 1, number, subject(title, day, number))
    for title in CLASSES
    for day in range(3)
    for number in NUMBERS
}

Row = Sequence[object]


def days_down(*, room: bool = False, teacher: bool = False) -> list[Row]:
    """Days down the side, classes across; a room or a teacher in a row of its own under the subject."""
    rows: list[Row] = [("Расписание уроков школы № 5",), ("День", "№", "Время", *CLASSES)]
    for day, name in enumerate(DAYS):
        for number in NUMBERS:
            label = name if number == 1 else ""
            rows.append(
                (
                    label,
                    number,
                    f"{7 + number}:30-{8 + number}:15",
                    *(subject(t, day, number) for t in CLASSES),
                )
            )
            if room:
                rows.append(("", "", "каб.", *("101" for _ in CLASSES)))
            if teacher:
                rows.append(("", "", "", *("Иванова А. П." for _ in CLASSES)))
    return rows


def two_shifts() -> list[Row]:
    rows: list[Row] = []
    for shift, titles in ((1, CLASSES[:2]), (2, CLASSES[2:])):
        rows += [(f"{shift} смена",), ("", "", *chain(*((title, "") for title in titles)))]
        rows.append(("", "", *(("урок", "каб.") * 2)))
        for day, name in enumerate(DAYS):
            for number in NUMBERS:
                cells = chain(*((subject(title, day, number), 101) for title in titles))
                rows.append((name if number == 1 else "", number, *cells))
    return rows


def classes_down_by_day() -> list[Row]:
    rows: list[Row] = []
    for day, name in enumerate(DAYS):
        rows += [(name,), ("Класс", *NUMBERS)]
        rows += [(title, *(subject(title, day, number) for number in NUMBERS)) for title in CLASSES]
    return rows


def classes_down() -> list[Row]:
    rows: list[Row] = [
        ("Класс", *chain(*((name, "", "") for name in DAYS))),
        ("", *(number for _ in DAYS for number in NUMBERS)),
    ]
    rows += [(title, *(subject(title, day, n) for day in range(3) for n in NUMBERS)) for title in CLASSES]
    return rows


def sheet_of(title: str) -> list[Row]:
    return [
        ("№", *DAYS),
        *((number, *(subject(title, day, number) for day in range(3))) for number in NUMBERS),
    ]


def sheet_a_day(day: int) -> list[Row]:
    return [("", *CLASSES), *((n, *(subject(title, day, n) for title in CLASSES)) for n in NUMBERS)]


LAYOUTS: Mapping[str, tuple[Mapping[str, Sequence[Row]], Mapping[str, Sequence[str]]]] = {
    "days down the side": ({"Расписание": days_down()}, {}),
    "days down the side, their labels merged": (
        {"Расписание": days_down()},
        {"Расписание": ["A3:A5", "A6:A8", "A9:A11"]},
    ),
    "rooms in a row below": ({"Расписание": days_down(room=True)}, {}),
    "teachers in a row below": ({"Расписание": days_down(teacher=True)}, {}),
    "two shifts one under the other": ({"Расписание": two_shifts()}, {}),
    "classes down, lessons across, a table a day": ({"Расписание": classes_down_by_day()}, {}),
    "classes down, days and lessons across": (
        {"Расписание": classes_down()},
        {"Расписание": ["B1:D1", "E1:G1", "H1:J1"]},
    ),
    "a sheet a class": ({title: sheet_of(title) for title in CLASSES}, {}),
    "a sheet a day": ({name: sheet_a_day(day) for day, name in enumerate(DAYS)}, {}),
}  # fmt: skip


def lessons(data: SchoolData) -> set[tuple[str, int, int, str]]:
    return {(slot.journal.homeroom, slot.weekday, slot.number, slot.journal.subject) for slot in data.slots}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_holds_the_same_lessons(tmp_path: Path, layout: str) -> None:
    sheets, merges = LAYOUTS[layout]
    data = read(files.workbook(tmp_path / "сайт.xlsx", sheets, merges))
    assert [str(problem) for problem in data.errors] == []
    assert lessons(data) == WANTED
    assert len(data.slots) == len(WANTED) and not data.subgroups


def test_rooms_and_teachers_of_a_row_below_belong_to_the_lesson(tmp_path: Path) -> None:
    rooms = read(files.workbook(tmp_path / "a.xlsx", {"Лист1": days_down(room=True)}))
    assert {slot.room for slot in rooms.slots} == {"101"}
    teachers = read(files.workbook(tmp_path / "b.xlsx", {"Лист1": days_down(teacher=True)}))
    assert {slot.teacher for slot in teachers.slots} == {"Иванова А. П."}


def test_the_second_shift_is_named(tmp_path: Path) -> None:
    data = read(files.workbook(tmp_path / "a.xlsx", {"Лист1": two_shifts()}))
    assert any("Во второй смене: 6А, 7В." in problem.message for problem in data.problems)


WEEK = (("", "", "5А", "5Б"), ("Понедельник", 1, "Физика", "Химия"), ("", 2, "История", "История"))
OTHER_WEEK = (("", "", "5А", "5Б"), ("Понедельник", 1, "Химия", "Физика"), ("", 2, "История", "История"))


@pytest.mark.parametrize(
    "sheets",
    [
        {"Лист1": (("Нечётная неделя",), *WEEK, ("Чётная неделя",), *OTHER_WEEK)},
        {"1 неделя": WEEK, "2 неделя": OTHER_WEEK},
        {"числитель": WEEK, "знаменатель": OTHER_WEEK},
    ],
)
def test_two_weeks(tmp_path: Path, sheets: Mapping[str, Sequence[Row]]) -> None:
    data = read(files.workbook(tmp_path / "a.xlsx", sheets))
    assert [str(problem) for problem in data.errors] == []
    found = {(slot.week, slot.number, str(slot.journal)) for slot in data.slots}
    assert found == {
        (1, 1, "Физика, 5А"), (2, 1, "Химия, 5А"), (1, 1, "Химия, 5Б"), (2, 1, "Физика, 5Б"),
        (0, 2, "История, 5А"), (0, 2, "История, 5Б"),
    }  # fmt: skip
    hours = {str(load.journal): load.weekly_hours for load in data.loads}
    assert hours["Физика, 5А"] == 0.5 and hours["История, 5А"] == 1.0


def test_one_week_alone_holds_for_each(tmp_path: Path) -> None:
    data = read(files.workbook(tmp_path / "a.xlsx", {"Лист1": (("Чётная неделя",), *WEEK)}))
    assert {slot.week for slot in data.slots} == {0}
    assert any("только чётной недели" in problem.message for problem in data.problems)


def test_a_lesson_that_stands_twice_is_refused_not_guessed(tmp_path: Path) -> None:
    """Two tables one under the other without a word which is which must not become halves of a class."""
    data = read(files.workbook(tmp_path / "a.xlsx", {"Лист1": (*WEEK, ("",), *OTHER_WEEK)}))
    assert [(problem.where.row, problem.where.column) for problem in data.errors] == [(6, "5А"), (6, "5Б")]
    assert "здесь «Химия», а в строке 2 – «Физика»" in data.errors[0].message
    assert not data.subgroups


def test_groups_of_a_college(tmp_path: Path) -> None:
    rows = (
        ("", "", "ИС-21", "ПК-31"),
        ("Понедельник", 1, "Базы данных", "Физика"),
        ("", 2, "Физика", "Химия"),
    )
    data = read(files.workbook(tmp_path / "a.xlsx", {"Лист1": rows}))
    assert [row.title for row in data.homerooms] == ["ИС-21", "ПК-31"]
    assert len(data.slots) == 4


@pytest.mark.parametrize(
    ("cell", "parts"),
    [
        ("Математика Иванова А.П. 101", [("Математика", "101", "Иванова А.П.")]),
        ("Математика (Иванова А. П.), каб. 101", [("Математика", "101", "Иванова А. П.")]),
        ("Математика\nИванова А.П.\n101", [("Математика", "101", "Иванова А.П.")]),
        ("Математика, Иванова Анна Петровна, 101", [("Математика", "101", "Иванова Анна Петровна")]),
        ("Иванова А.П. Математика", [("Математика", "", "Иванова А.П.")]),
        ("Математика [101]", [("Математика", "101", "")]),
        ("Математика/101", [("Математика", "101", "")]),
        ("Математика 101 каб.", [("Математика", "101", "")]),
        ("Мат. 101", [("Математика", "101", "")]),
        (
            "Англ.яз. (1 гр.) Иванова А.П. 101 / Англ.яз. (2 гр.) Петров О.И. 102",
            [("Английский язык", "101", "Иванова А.П."), ("Английский язык", "102", "Петров О.И.")],
        ),
        ("Технология (мал.)/Технология (дев.)", [("Технология", "", ""), ("Технология", "", "")]),
        ("английский язык/-", [("Английский язык", "", "")]),
    ],
)
def test_subject_teacher_and_room_in_one_cell(
    tmp_path: Path, cell: str, parts: list[tuple[str, str, str]]
) -> None:
    rows = (("", "", "5А", "5Б"), ("Понедельник", 1, cell, "Физика"), ("", 2, "Физика", "Химия"))
    data = read(files.workbook(tmp_path / "a.xlsx", {"Лист1": rows}))
    found = [slot for slot in data.slots if slot.number == 1 and slot.journal.homeroom == "5А"]
    assert [(slot.journal.subject, slot.room, slot.teacher) for slot in found] == parts


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            (("", "5А", "5Б"), (1, "Физика", "Химия"), (2, "Химия", "Физика")),
            "есть классы, но нет дней недели",
        ),
        (
            (("Учитель", *DAYS), ("Иванова А. П.", "алгебра", "", "")),
            "есть дни недели, но нет названий классов",
        ),
    ],
)
def test_what_is_lacking_is_said(tmp_path: Path, rows: Sequence[Row], words: str) -> None:
    with pytest.raises(BadFile, match=words):
        read(files.workbook(tmp_path / "a.xlsx", {"Лист1": rows}))


def test_abbreviations_are_told_once_for_all(tmp_path: Path) -> None:
    rows = (
        ("", "", "5А", "5Б"),
        ("Понедельник", 1, "англ. язык", "информ."),
        ("", 2, "физика", "обществозн."),
    )
    data = read(files.workbook(tmp_path / "a.xlsx", {"Лист1": rows}))
    told = [problem.message for problem in data.problems if "поняты" in problem.message]
    assert len(told) == 1 and "«англ. язык» – «английский язык»; «информ.» – «информатика»" in told[0]
