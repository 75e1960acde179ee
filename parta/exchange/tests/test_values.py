"""Values as people write them."""

import re
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parta.exchange import values
from parta.exchange.values import parse_class, parse_date, split_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("01.09.2026", date(2026, 9, 1)),
        ("1.9.26", date(2026, 9, 1)),
        ("2026-09-01", date(2026, 9, 1)),
        ("2026-09-01 00:00:00", date(2026, 9, 1)),
        ("01/09/2026", date(2026, 9, 1)),
        ("1 сентября 2026 г.", date(2026, 9, 1)),
        ("5 мая 2011", date(2011, 5, 5)),
        ("7 марта 2011 года", date(2011, 3, 7)),
        ("46266", date(2026, 9, 1)),
        ("46266.5", date(2026, 9, 1)),
        ("«01» сентября 2026 г.", date(2026, 9, 1)),
        ("1сентября2026", date(2026, 9, 1)),
        ("31.02.2020", None),
        ("сентябрь", None),
        ("0", None),
        ("12.13.2020", None),
    ],
)
def test_dates_as_text(text: str, expected: date | None) -> None:
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5к", (5, "К", "")),
        ("10 «А»", (10, "А", "")),
        ("11-Б класс", (11, "Б", "")),
        ("7к(г)", (7, "К", "г")),
        ("7-й А класс", (7, "А", "")),
        ("5 класс", (5, "", "")),
        ("412", None),
        ("5", None),
        ("математика", None),
        ("412/326", None),
    ],
)
def test_classes(text: str, expected: tuple[int, str, str] | None) -> None:
    assert parse_class(text) == expected


def test_a_class_is_one_however_it_is_written() -> None:
    forms = ["10А", "10 «А»", "10-а", "10a", "10 'A'"]  # the fourth and fifth with a Latin letter
    assert len({values.fold(form) for form in forms}) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Иванова Анна Петровна", ("Иванова", "Анна", "Петровна")),
        ("Иванова А.П.", ("Иванова", "А.", "П.")),
        ("А. П. Иванова", ("Иванова", "А.", "П.")),
        ("Мамедов Али Гасан оглы", ("Мамедов", "Али", "Гасан оглы")),
        ("Йончев", ("Йончев", "", "")),
    ],
)
def test_names(text: str, expected: tuple[str, str, str]) -> None:
    assert split_name(text) == expected


def test_phones_take_one_form() -> None:
    assert {values.parse_phone(text) for text in ("8 (900) 222-33-44", "+79002223344", "9002223344")} == {
        "+7 900 222-33-44"
    }
    assert values.parse_phone("нет") is None


def test_times_and_spans() -> None:
    assert values.parse_span("9-15*9-30") == (time(9, 15), time(9, 30))
    assert values.parse_span("8.30 – 9.15") == (time(8, 30), time(9, 15))
    assert values.parse_span("412/326") is None
    assert values.parse_span("10:00-9:00") is None


@pytest.mark.parametrize("text", ["=1+1", " =cmd|'/c'!A1", "@SUM(A1)", "+A1(2)", "-cmd|x"])
def test_formulas_are_known(text: str) -> None:
    assert values.is_formula(text)
    assert values.defused(text).startswith("'")


@pytest.mark.parametrize("text", ["-", "+7 900 222-33-44", "- нет урока", "5-6", ""])
def test_what_only_begins_like_a_formula_is_none(text: str) -> None:
    assert not values.is_formula(text)


@given(st.text(max_size=60))
def test_no_text_breaks_a_parser(text: str) -> None:
    values.fold(text)
    split_name(text)
    for parser in (
        parse_date, values.parse_time, values.parse_span, values.parse_int, values.parse_hours, values.parse_weekday,
        values.day_name, values.parse_lesson_number, values.parse_sex, values.parse_phone, values.parse_email,
        parse_class, values.is_person_name, values.is_formula,
    ):  # fmt: skip
        parser(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("каждая", 0),
        ("нечётная", 1),
        ("неч.", 1),
        ("1 неделя", 1),
        ("числитель", 1),
        ("Чётная", 2),
        ("II", 2),
        ("знаменатель", 2),
        ("иногда", None),
    ],
)
def test_weeks(text: str, expected: int | None) -> None:
    assert values.parse_week(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("V а", (5, "А", "")),
        ("IX «Б»", (9, "Б", "")),
        ("IХ-в", (9, "В", "")),  # Cyrillic Х
        ("XI класс", (11, "", "")),
        ("V", None),
        ("IT", None),
        ("II смена", None),
    ],
)
def test_a_class_in_roman_figures(text: str, expected: tuple[int, str, str] | None) -> None:
    assert parse_class(text) == expected


def test_a_surname_that_stands_last() -> None:
    assert split_name("Мария Викторовна Орлова") == ("Орлова", "Мария", "Викторовна")
    assert split_name("Лев Ильич Кац") == ("Кац", "Лев", "Ильич")
    assert split_name("Мицкевич Адам Петрович") == ("Мицкевич", "Адам", "Петрович")
    assert split_name("Абрамович Роман Ким") == ("Абрамович", "Роман", "Ким")


def test_a_word_is_of_one_alphabet() -> None:
    assert values.tidy("Coкoлoва  Aнна") == "Соколова Анна"  # Latin C, o and A
    assert not re.search("[A-Za-z]", values.tidy("Pyccкий язык"))
    for text in ("IT-класс", "Javaскрипт", "VIIа", "COP", "Maria"):
        assert values.tidy(text) == text
