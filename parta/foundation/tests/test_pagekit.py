"""Wording helpers of pages: what a reader of Russian expects to see."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from parta.foundation import pagekit as kit

DAY = date(2026, 10, 14)
N = kit.NBSP


def test_dates_and_weekdays() -> None:
    assert kit.ru_date(DAY) == f"14{N}октября"
    assert kit.ru_date_full(DAY) == f"14{N}октября 2026{N}г."
    assert kit.ru_date_num(date(2026, 9, 2)) == "02.09"
    assert kit.weekday(DAY) == "среда"
    assert kit.weekday_short(DAY) == "ср"
    assert kit.month_name(date(2026, 5, 1)) == "Май"


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (DAY, DAY, f"14{N}октября"),
        (date(2026, 10, 12), date(2026, 10, 17), f"12–17{N}октября"),
        (date(2026, 9, 28), date(2026, 10, 3), f"28{N}сентября – 3{N}октября"),
        (
            date(2026, 12, 28),
            date(2027, 1, 10),
            f"28{N}декабря 2026{N}г. – 10{N}января 2027{N}г.",
        ),
    ],
)
def test_spans_name_both_ends(first: date, last: date, text: str) -> None:
    assert kit.ru_span(first, last) == text


def test_times_have_no_leading_zero_in_the_hour() -> None:
    assert kit.hm(time(8, 5)) == "8:05"
    assert kit.hm(datetime(2026, 10, 14, 10, 52, tzinfo=UTC)) == "10:52"
    assert kit.hm_span(time(10, 30), time(11, 15)) == "10:30–11:15"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4.23, "4,23"),
        (4, "4,00"),
        (Decimal("3.595"), "3,60"),
        (4.125, "4,13"),
        (2.675, "2,68"),
        (None, ""),
    ],
)
def test_averages_round_half_up(value: float | Decimal | None, text: str) -> None:
    assert kit.avg(value) == text


def test_numbers() -> None:
    assert kit.number(1046) == f"1{N}046"
    assert kit.number(-2) == "−2"
    assert kit.number(999) == "999"


@pytest.mark.parametrize(
    ("count", "word"),
    [
        (0, "уроков"),
        (1, "урок"),
        (2, "урока"),
        (4, "урока"),
        (5, "уроков"),
        (11, "уроков"),
        (12, "уроков"),
        (14, "уроков"),
        (21, "урок"),
        (22, "урока"),
        (25, "уроков"),
        (101, "урок"),
        (111, "уроков"),
        (112, "уроков"),
        (-1, "урок"),
    ],
)
def test_plural_forms(count: int, word: str) -> None:
    assert kit.plural_word(count, "урок", "урока", "уроков") == word


def test_plural_ties_the_word_to_its_number() -> None:
    assert kit.plural(5, "урок", "урока", "уроков") == f"5{N}уроков"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Соколова Мария Викторовна", f"Соколова{N}М.{N}В."),
        ("Шамсутдинова Анна-Мария", f"Шамсутдинова{N}А.-М."),
        ("Абдурахманова Гульзада Сагынбек кызы", f"Абдурахманова{N}Г.{N}С."),
        ("Ли", "Ли"),
        ("  Карпенко-Свиридова   Елизавета ", f"Карпенко-Свиридова{N}Е."),
        ("", ""),
    ],
)
def test_initials(name: str, text: str) -> None:
    assert kit.initials(name) == text


@pytest.mark.parametrize(
    ("text", "tied"),
    [
        ("см. п. 4.5 и пп. 2", f"см. п.{N}4.5 и пп.{N}2"),
        ("Школа № 14", f"Школа №{N}14"),
        ("§29, упр. 184", f"§{N}29, упр.{N}184"),
        ("6 «Б», русский язык", f"6{N}«Б», русский язык"),
        ("до 16 октября, 25 мин", f"до 16{N}октября, 25{N}мин"),
        ("Соколова М. В.", f"Соколова{N}М.{N}В."),
        ("М. В. Соколова", f"М.{N}В.{N}Соколова"),
        ("А. М. Герасимов «После дождя»", f"А.{N}М.{N}Герасимов «После дождя»"),
        ("25 минут", "25 минут"),
        ("урок. 5 отметок", "урок. 5 отметок"),
    ],
)
def test_no_break_spaces(text: str, tied: str) -> None:
    assert kit.nbsp(text) == tied
    assert kit.nbsp(tied) == tied


def test_clauses_are_quoted_alike() -> None:
    assert kit.clause("4.5") == kit.clause("п. 4.5") == f"п.{N}4.5"
    assert kit.clause("разд. 3") == f"разд.{N}3"


def test_an_act_is_named_once_for_its_clauses() -> None:
    told = ("п. 2.1 Положения", "п. 5.2 «б» Инструкции (учитель)", "п. 2.2 Положения", "п. 7")
    assert (
        kit.cited(told).replace(N, " ") == "п. 2.1, п. 2.2 Положения, п. 5.2 «б» Инструкции (учитель), п. 7"
    )
    assert kit.cited(()) == ""


def test_capital_keeps_the_rest() -> None:
    assert kit.capital("русский язык (ОГЭ)") == "Русский язык (ОГЭ)"


def test_icon_is_a_small_hidden_drawing() -> None:
    drawing = kit.icon("check", "s")
    assert str(drawing).startswith('<svg class="ico ico-s" viewBox="0 0 24 24" aria-hidden="true"><path')
    assert str(drawing).endswith("</svg>")
    assert "style" not in drawing
    assert drawing.__html__() == str(drawing)


@pytest.mark.parametrize(("name", "size"), [("no-such-icon", "m"), ("check", "huge")])
def test_unknown_icons_and_sizes_are_refused(name: str, size: str) -> None:
    with pytest.raises(ValueError, match="unknown icon"):
        kit.icon(name, size)


def test_everything_offered_to_templates_is_callable_or_text() -> None:
    assert all(callable(helper) for helper in kit.JINJA_FILTERS.values())
    assert {"icon", "ru_span"} <= kit.JINJA_GLOBALS.keys()


def test_a_room_is_named_as_people_call_it() -> None:
    assert kit.room_words("209") == "каб.\u00a0209" and kit.room_words("с1") == "каб.\u00a0с1"
    assert kit.room_words("12 (физика)") == "каб.\u00a012 (физика)"
    assert (
        kit.room_words("Мастерская 1") == "Мастерская 1"
        and kit.room_words("Спортивный зал") == "Спортивный зал"
    )
