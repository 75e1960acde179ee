"""Absence letters: the closed set, who sets which, the keys of each person."""

from typing import Any

import pytest

from parta.journal.rules import Outcome, Writer, absence_codes, judge, read_absence
from parta.journal.rules.tests.acting import (
    ALGEBRA,
    CLASS_TEACHER,
    MONDAY,
    ORLOVA,
    TEACHES,
    act,
    calendar,
    case,
    law,
    misjudged,
)

PASS, REFUSE = Outcome.PASS, Outcome.REFUSE
BOTH = Writer(ORLOVA, frozenset({"teacher", "class_teacher"}), frozenset({"assigned", "class_teacher"}))


@pytest.mark.clause("GT-I-5.2.ct.а-a")
def test_reasons_are_exactly_the_four_codes() -> None:
    def reason(symbol: str, meaning: str) -> Any:
        return act(
            "goethe23", "absence", "correct", by=CLASS_TEACHER, old="unknown", new=meaning, symbol=symbol
        )

    table = [
        case(symbol, reason(symbol, meaning), PASS)
        for symbol, meaning in [("Б", "ill"), ("У", "excused"), ("Н", "unexcused"), ("О", "late")]
    ] + [
        case(symbol, reason(symbol, meaning), REFUSE, "GT-I-5.2.ct.а-a")
        for symbol, meaning in [
            ("H", "unexcused"),  # Latin
            ("O", "late"),
            ("Y", "excused"),
            ("0", "late"),
            ("6", "ill"),
            ("З", "ill"),
            ("Б", "excused"),  # the act's letter with another meaning
            ("М", "event"),
        ]
    ]
    assert misjudged(table, "goethe23") == []


@pytest.mark.clause("GT-I-5.2.ct.а-a")
def test_look_alikes_are_mapped_before_they_are_stored() -> None:
    rules = law("goethe23")
    for typed, symbol in [
        ("H", "Н"),
        ("O", "О"),
        ("Y", "У"),
        ("у", "У"),
        ("0", "О"),
        ("6", "Б"),
        ("б", "Б"),
        ("h", "Н"),
    ]:
        found = read_absence(rules, typed, on=MONDAY, by=CLASS_TEACHER, place=ALGEBRA)
        assert found is not None and found.symbol == symbol, typed
    for typed in ("Z", "7", "Ж", "", "нн"):
        assert read_absence(rules, typed, on=MONDAY, by=CLASS_TEACHER, place=ALGEBRA) is None


@pytest.mark.clause("GT-I-5.2.ct.а-b", partly=True)
def test_subject_teacher_notes_and_class_teacher_explains() -> None:
    def by_teacher(symbol: str, meaning: str, old: str = "") -> Any:
        return act("goethe23", "absence", "correct" if old else "record", old=old, new=meaning, symbol=symbol)

    table = [
        case("absent", by_teacher("н", "unknown"), PASS),
        case("late", by_teacher("О", "late"), PASS),
        case("came after all", by_teacher("О", "late", "unknown"), PASS),
        case("ill", by_teacher("Б", "ill"), REFUSE, "GT-I-5.2.ct.а-a"),
        case("good reason", by_teacher("У", "excused"), REFUSE),
        case("no reason", by_teacher("Н", "unexcused"), REFUSE),
        case("takes back a reason", by_teacher("н", "unknown", "ill"), REFUSE),
        case("takes back own absence", act("goethe23", "absence", "annul", old="unknown"), PASS),
        case(
            "class teacher invents an absence",
            act("goethe23", "absence", by=CLASS_TEACHER, new="ill", symbol="Б"),
            REFUSE,
        ),
        case(
            "class teacher removes an absence",
            act("goethe23", "absence", "annul", by=CLASS_TEACHER, old="unknown"),
            REFUSE,
        ),
        case("who is both does both", act("goethe23", "absence", by=BOTH, new="ill", symbol="Б"), PASS),
    ]
    assert misjudged(table, "goethe23") == []


def test_a_refused_letter_says_whose_it_is() -> None:
    verdict = judge(law("goethe23"), act("goethe23", "absence", new="ill", symbol="Б"), calendar())
    reason = verdict.reasons[0]
    assert "классный руководитель" in reason.found
    assert reason.allowed == "Вам доступны знаки «н», «О»."
    assert reason.help == "классный руководитель"


def test_keys_belong_to_the_person() -> None:
    rules = law("goethe23")
    teacher = {c.symbol: c for c in absence_codes(rules, on=MONDAY, by=TEACHES, place=ALGEBRA)}
    assert teacher["н"].keys == ("н", "y") and teacher["О"].keys == ("о", "j")
    assert not teacher["Б"].may_set and teacher["Б"].keys == ()
    head = {c.symbol: c for c in absence_codes(rules, on=MONDAY, by=CLASS_TEACHER, place=ALGEBRA)}
    assert head["Н"].keys[:2] == ("н", "y") and not head["н"].may_set and head["Б"].keys == ("б", ",")
    both = absence_codes(rules, on=MONDAY, by=BOTH, place=ALGEBRA)
    keys = [key for code in both for key in code.keys]
    assert len(keys) == len(set(keys)), "two letters on one key"
    assert {c.symbol: c.keys[0] for c in both} == {"н": "н", "О": "о", "Б": "б", "У": "у", "Н": "п"}


@pytest.mark.parametrize("preset", ["goethe23", "kemerovo-ct", "egorievsk-college", "ipatovo1", "dubrovo"])
def test_every_preset_gives_a_teacher_a_key_for_absent(preset: str) -> None:
    codes = absence_codes(law(preset), on=MONDAY, by=TEACHES, place=ALGEBRA)
    absent = [code for code in codes if code.meaning == "unknown" and code.may_set]
    assert [code.keys[0] for code in absent] == ["н"]
    for code in codes:
        if code.may_set:
            found = read_absence(law(preset), code.keys[0], on=MONDAY, by=TEACHES, place=ALGEBRA)
            assert found is not None and found.symbol == code.symbol


@pytest.mark.clause("DB-3.3.10", partly=True)
def test_class_teacher_edits_this_field_only() -> None:
    table = [
        case(
            "reason",
            act("dubrovo", "absence", "correct", by=CLASS_TEACHER, old="unknown", new="ill", symbol="б"),
            PASS,
        ),
        case("mark", act("dubrovo", "mark", by=CLASS_TEACHER), REFUSE, "DB-3.3.1"),
    ]
    assert misjudged(table, "dubrovo") == []
