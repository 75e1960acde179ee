"""Homework: its parts, the set words, and how nothing is set."""

from typing import Any

import pytest

from parta.journal.queries.closures import asks_homework
from parta.journal.rules import Outcome
from parta.journal.rules.tests.acting import ALGEBRA, MONDAY, act, case, law, misjudged

PASS, REMARK, REFUSE = Outcome.PASS, Outcome.REMARK, Outcome.REFUSE
COLLEGE = "egorievsk-college"


def given(text: str, **more: object) -> Any:
    return act(COLLEGE, "homework", new=text, **more)


@pytest.mark.clause("ET-4.6a")
def test_homework_names_its_pages_or_tasks() -> None:
    table = [
        case("bare", given("учить"), REMARK, "ET-4.6a"),
        case("with parts", given("выучить § 12, с. 45, упр. 3"), PASS),
        case("declared", given("", declared_none=True), PASS),
    ]
    assert misjudged(table, COLLEGE) == []


@pytest.mark.clause("ET-A-TEACHER-4a", "ET-A-MASTER-19a")
def test_homework_says_how() -> None:
    table = [
        case("no way of doing", given("§ 12, упр. 3"), REMARK, "ET-A-TEACHER-4a"),
        case("written", given("§ 12, упр. 3, письменно"), PASS),
        case("learn", given("выучить § 12, упр. 3"), PASS),
        case("no content", given("повторить"), REMARK, "ET-A-MASTER-19a"),
        case("declared", given("", declared_none=True), PASS),
    ]
    assert misjudged(table, COLLEGE) == []


@pytest.mark.clause("ET-4.6b")
def test_individual_homework_stands_in_set_words() -> None:
    table = [
        case("the set words", given("индивидуальные задания"), PASS),
        case("own text goes to one diary", given("повторить таблицу", individual=True), PASS),
    ]
    assert misjudged(table, COLLEGE) == []


@pytest.mark.clause("ET-4.6c", partly=True)
def test_nothing_set_leaves_the_column_empty() -> None:
    table = [
        case(f"«{text}»", given(text), REFUSE, "ET-4.6c") for text in ("-", "нет", "Нет.", "не задано", "—")
    ]
    table.append(case("declared", given("", declared_none=True), PASS))
    assert misjudged(table, COLLEGE) == []


@pytest.mark.parametrize(("preset", "asks"), [("goethe23", True), (COLLEGE, True), ("kemerovo-ct", False)])
def test_a_centre_without_homework_is_not_asked_for_it(preset: str, asks: bool) -> None:
    assert asks_homework(law(preset), ALGEBRA, MONDAY) is asks
