"""Symbols, kinds of work, double marks, columns, marks for missed lessons: one table for each kind of rule."""

from typing import Any

import pytest

from parta.journal.rules import (
    Outcome,
    TermState,
    double_marks_allowed,
    headline,
    judge,
    mark_symbols,
    read_mark,
    work_kinds,
)
from parta.journal.rules import marks as marks_module
from parta.journal.rules.tests.acting import (
    ALGEBRA,
    MONDAY,
    PRACTICE,
    RUSSIAN,
    act,
    at,
    calendar,
    case,
    law,
    lesson,
    misjudged,
    october,
    replace,
)

PASS, REMARK, PERMIT, REFUSE = Outcome.PASS, Outcome.REMARK, Outcome.PERMIT, Outcome.REFUSE
COLLEGE = "egorievsk-college"


@pytest.mark.clause("ET-4.8")
def test_lesson_cell_takes_listed_symbols_only() -> None:
    def tried(value: str) -> Any:
        return act(COLLEGE, "mark", work=("oral",), new=value)

    table = [case(f"«{value}»", tried(value), PASS) for value in ("2", "3", "4", "5")] + [
        case(f"«{value}»", tried(value), REFUSE, "ET-4.8")
        for value in ("1", "5-", ".", "6", "p", "54", "н/а", "5+")
    ]
    assert misjudged(table, COLLEGE) == []


@pytest.mark.clause("ET-4.8")
def test_absence_letters_of_the_cell_are_cyrillic() -> None:
    for typed, stored in [("н", "unknown"), ("б", "ill"), ("п", "excused")]:
        assert (
            misjudged([case(typed, act(COLLEGE, "absence", symbol=typed, new=stored), PASS)], COLLEGE) == []
        )
    latin = act(COLLEGE, "absence", symbol="p", new="excused")
    assert misjudged([case("Latin p", latin, REFUSE, "ET-4.8")], COLLEGE) == []


@pytest.mark.clause("ET-4.10", partly="форма дисциплины не выбирает число или зачёт")
def test_half_year_final_takes_listed_symbols_only() -> None:
    half = TermState("I полугодие", "half_year", until=october(31))

    def tried(value: str) -> Any:
        return act(COLLEGE, "final", lesson=None, term=half, new=value)

    table = [case(v, tried(v), PASS) for v in ("2", "5", "зачет", "незачет")] + [
        case(v, tried(v), REFUSE, "ET-4.10") for v in ("н/а", "осв", "1", "зач")
    ]
    assert misjudged(table, COLLEGE) == []
    assert read_mark(law(COLLEGE), "зачёт", on=MONDAY, place=ALGEBRA, cell="half_year_final") == "зачет"


@pytest.mark.clause("ET-4.9b")
@pytest.mark.clause("ET-4.9c", partly="средний балл по двум отметкам")
def test_two_marks_stand_as_a_fraction_in_language_and_literature_only() -> None:
    def tried(place: object, value: str) -> Any:
        return act(COLLEGE, "mark", place=place, work=("composition",), new=value)

    literature = replace(ALGEBRA, subject="lit", subject_title="Литература", subject_area="Литература")
    table = [
        case("literature 5/4", tried(literature, "5/4"), PASS),
        case("flagged unit 5/4", tried(RUSSIAN, "5/4"), PASS),
        case("mathematics 5/4", tried(ALGEBRA, "5/4"), REFUSE, "ET-4.9b"),
        case("54", tried(RUSSIAN, "54"), REFUSE, "ET-4.8"),
        case("5 4", tried(RUSSIAN, "5 4"), REFUSE, "ET-4.9c"),
        case("5/н", tried(RUSSIAN, "5/н"), REFUSE, "ET-4.9c"),
        case("5/4/3", tried(RUSSIAN, "5/4/3"), REFUSE, "ET-4.9c"),
        case("5/", tried(RUSSIAN, "5/"), REFUSE),
    ]
    assert misjudged(table, COLLEGE) == []
    assert double_marks_allowed(law(COLLEGE), on=MONDAY, place=RUSSIAN)
    assert not double_marks_allowed(law(COLLEGE), on=MONDAY, place=ALGEBRA)


@pytest.mark.clause("GT-P-2.4e")
def test_each_mark_names_its_kind_of_work() -> None:
    table = [
        case("oral", act("goethe23", "mark", work=("oral",)), PASS),
        case("none", act("goethe23", "mark", work=()), REFUSE, "GT-P-2.4e"),
        case(
            "a kind the act does not know", act("goethe23", "mark", work=("laboratory",)), REFUSE, "GT-P-2.4e"
        ),
    ]
    assert misjudged(table, "goethe23") == []
    kinds = work_kinds(law("goethe23"), on=MONDAY, place=ALGEBRA)
    assert [kind.code for kind in kinds] == ["oral", "written", "control", "credit", "test", "exam"]
    assert kinds[2].short == "КР"


@pytest.mark.clause("ET-A-TEACHER-3b", "ET-A-MASTER-18b", "ET-A-DEP-6t")
def test_teacher_and_master_name_kinds_of_their_own() -> None:
    table = [
        case("theory, oral", act(COLLEGE, "mark", work=("oral",)), PASS),
        case("theory, none", act(COLLEGE, "mark", work=()), REFUSE, "ET-A-TEACHER-3b"),
        case(
            "theory, master's task",
            act(COLLEGE, "mark", work=("production_task",)),
            REFUSE,
            "ET-A-TEACHER-3b",
        ),
        case("practice, task", act(COLLEGE, "mark", place=PRACTICE, work=("production_task",)), PASS),
        case("practice, none", act(COLLEGE, "mark", place=PRACTICE, work=()), REFUSE, "ET-A-MASTER-18b"),
        case(
            "practice, oral", act(COLLEGE, "mark", place=PRACTICE, work=("oral",)), REFUSE, "ET-A-MASTER-18b"
        ),
    ]
    assert misjudged(table, COLLEGE) == []


@pytest.mark.parametrize(
    ("preset", "clause", "work"),
    [
        pytest.param("goethe23", "GT-I-5.2.tch.ж-a", "written", marks=pytest.mark.clause("GT-I-5.2.tch.ж-a")),
        pytest.param("ipatovo1", "IP-2.11g", "oral", marks=pytest.mark.clause("IP-2.11g")),
        pytest.param("ipatovo1", "IP-2.11g", "written", marks=pytest.mark.clause("IP-2.11g")),
        pytest.param("ipatovo1", "IP-2.11j", "control", marks=pytest.mark.clause("IP-2.11j")),
        pytest.param(
            COLLEGE, "ET-4.9a", "oral", marks=pytest.mark.clause("ET-4.9a", partly="время записи в истории")
        ),
        pytest.param(
            COLLEGE,
            "ET-4.9a",
            "written",
            marks=pytest.mark.clause("ET-4.9a", partly="время записи в истории"),
        ),
    ],
)
def test_mark_stands_in_the_column_of_its_work(preset: str, clause: str, work: str) -> None:
    moment = at("12:00", october(9), preset)
    late = REMARK if (preset, work) == (COLLEGE, "oral") else PASS  # theory oral marks are due the same day
    own = act(preset, "mark", work=(work,), work_date=MONDAY, at=moment)
    table = [
        case("own column, days later", own, late),
        case("another column", replace(own, work_date=october(3)), REFUSE, clause),
    ]
    assert misjudged(table, preset) == []


@pytest.mark.clause("GT-I-3.4f", partly="место каждого вида в печати")
def test_each_level_of_marks_has_its_own_place() -> None:
    quarter = TermState("I четверть", "quarter", until=october(31))
    module = TermState("Модуль 1", "module", until=october(31))
    table = [
        case(
            "quarter mark in its column", act("goethe23", "final", lesson=None, term=quarter, new="4"), PASS
        ),
        case("current mark in a lesson", act("goethe23", "mark"), PASS),
        case("quarter symbol in a lesson", act("goethe23", "mark", new="н/а"), REFUSE),
        case(
            "a level the act has not",
            act("goethe23", "final", lesson=None, term=module, new="4"),
            REFUSE,
            "GT-I-3.4f",
        ),
    ]
    assert misjudged(table, "goethe23") == []


def test_first_grade_has_no_marks() -> None:
    first = replace(ALGEBRA, grade=1)
    table = [
        case("grade 1", act("goethe23", "mark", place=first), REFUSE, "GT-P-2.4a"),
        case("grade 2", act("goethe23", "mark", place=replace(ALGEBRA, grade=2)), PASS),
        case("roll of grade 1", act("goethe23", "roll", place=first), PASS),
    ]
    assert misjudged(table, "goethe23") == []


@pytest.mark.clause("ET-A-TEACHER-2f", "ET-A-MASTER-17f")
def test_mark_for_a_missed_topic_needs_a_protocol() -> None:
    protocol = frozenset({"protocol"})
    both = [(ALGEBRA, "oral", "ET-A-TEACHER-2f"), (PRACTICE, "practical", "ET-A-MASTER-17f")]
    table = []
    for place, work, clause in both:
        for meaning in ("ill", "excused"):
            missed = act(COLLEGE, "mark", place=place, work=(work,), absent=meaning)
            table.append(case(f"{meaning} without", missed, REFUSE, clause))
            table.append(case(f"{meaning} with", replace(missed, ground=protocol), PASS))
        table.append(case("present", act(COLLEGE, "mark", place=place, work=(work,)), PASS))
    assert misjudged(table, COLLEGE) == []
    verdict = judge(law(COLLEGE), act(COLLEGE, "mark", absent="ill"), calendar(COLLEGE))
    assert verdict.reasons[0].ways_out == ("give_ground",)


def test_refusal_names_the_mark() -> None:
    assert headline(act("goethe23", "mark", new="2")) == "Двойка не сохранена"
    assert headline(act("goethe23", "mark", new="9")) == "Отметка не сохранена"
    assert headline(act("goethe23", "mark", "correct", new="4")) == "Отметка не исправлена"
    assert headline(act("goethe23", "topic")) == "Тема не сохранена"


def test_typed_marks_are_read_as_the_act_writes_them() -> None:
    rules = law(COLLEGE)
    assert read_mark(rules, " 5 / 4 ", on=MONDAY, place=RUSSIAN) == "5/4"
    assert read_mark(rules, "7", on=MONDAY, place=RUSSIAN) == "7"
    assert mark_symbols(rules, on=MONDAY, place=ALGEBRA) == ("2", "3", "4", "5")
    assert mark_symbols(law("kemerovo-ct"), on=MONDAY, place=ALGEBRA) is None


def test_marks_of_an_edition_not_yet_in_force_are_not_judged_by_it() -> None:
    before = MONDAY.replace(year=2019)
    old = act(COLLEGE, "mark", new="1", lesson=lesson(COLLEGE, day=before), at=at("10:30", before, COLLEGE))
    assert misjudged([case("before the edition", old, PASS)], COLLEGE) == []


def test_planted_fault_in_symbols_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def everything(self: object) -> tuple[str, ...]:
        return ("1", "2", "3", "4", "5")

    monkeypatch.setattr(marks_module.MarkSymbols, "marks", property(everything))
    table = [case("«1»", act(COLLEGE, "mark", new="1"), REFUSE, "ET-4.8")]
    assert misjudged(table, COLLEGE) != []
