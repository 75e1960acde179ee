"""Corrections, closed terms, entries ahead of time."""

from datetime import timedelta

import pytest

from parta.journal.rules import Outcome, TermState, correction_rule, grace, judge
from parta.journal.rules import locks as locks_module
from parta.journal.rules.tests.acting import (
    ALGEBRA,
    MASTER,
    MONDAY,
    OTHER,
    PRACTICE,
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
EDIT_BAN = "GT-I-5.2.tch.ж-b"


@pytest.mark.clause("GT-I-5.2.tch.ж-b", partly=True)
def test_a_saved_mark_is_changed_under_a_permit_only() -> None:
    letter = law("goethe23", author_grace="0min")
    change = act("goethe23", "mark", "correct", old="3", new="4", at=at("10:15"))
    table = [
        case("3 to 4", change, PERMIT, EDIT_BAN, under=letter),
        case("deleted", act("goethe23", "mark", "annul", old="3"), PERMIT, EDIT_BAN, under=letter),
        case("under a permit", replace(change, permit_granted=True), REMARK, EDIT_BAN, under=letter),
        case("a first mark", act("goethe23", "mark"), PASS, under=letter),
        case("the same value", replace(change, new="3"), PASS, under=letter),
        case("a reason alone does not do", replace(change, reason="ошибка"), PERMIT, EDIT_BAN, under=letter),
    ]
    assert misjudged(table, "goethe23") == []
    verdict = judge(letter, change, calendar())
    assert verdict.may_ask_permit and verdict.reasons[0].ways_out == ("ask_permit",)
    assert verdict.reasons[0].help == "заместитель директора"
    assert verdict.reasons[0].permit_term == "5 дней"
    assert judge(letter, replace(change, permit_granted=True), calendar()).used_permit


def test_grace_is_the_authors_and_ends() -> None:
    slip = act("goethe23", "mark", "correct", old="3", new="4", first_set_at=at("10:10"))
    table = [
        case("last moment", replace(slip, at=at("10:20")), PASS),
        case("a second later", replace(slip, at=at("10:20:01")), PERMIT, EDIT_BAN),
        case("somebody else", replace(slip, at=at("10:15"), set_by_id=9), PERMIT, EDIT_BAN),
        case("taken away", replace(slip, verb="annul", new="", at=at("10:15")), PASS),
    ]
    assert misjudged(table, "goethe23") == []
    assert str(grace(law("goethe23"), on=MONDAY)) == "10 минут"
    assert grace(law("goethe23", author_grace="2min"), on=MONDAY).count == 2
    assert grace(law("goethe23", author_grace="nonsense"), on=MONDAY).count == 0


@pytest.mark.clause("DB-3.4.8a", "DB-3.4.8b", partly=True)
def test_bad_mark_is_corrected_within_21_days_and_never_deleted() -> None:
    set_at = at("10:10", name="dubrovo")
    bad = act("dubrovo", "mark", "correct", old="2", new="4", work=("written",), first_set_at=set_at)
    table = [
        case("day 21, last second", replace(bad, at=at("23:59:59", october(26), "dubrovo")), PASS),
        case("day 22", replace(bad, at=at("00:00", october(27), "dubrovo")), PERMIT, "DB-3.4.8a"),
        case(
            "day 22, permitted",
            replace(bad, at=at("00:00", october(27), "dubrovo"), permit_granted=True),
            REMARK,
        ),
        case("a three on day 22", replace(bad, old="3", at=at("12:00", october(27), "dubrovo")), PASS),
        case(
            "deleted",
            replace(bad, verb="annul", new="", at=at("12:00", october(6), "dubrovo")),
            REFUSE,
            "DB-3.4.8b",
        ),
        case(
            "deleted in spite of a permit",
            replace(bad, verb="annul", new="", at=at("12:00", october(6), "dubrovo"), permit_granted=True),
            REFUSE,
        ),
        case(
            "a four deleted",
            replace(bad, verb="annul", old="4", new="", at=at("12:00", october(6), "dubrovo")),
            PASS,
        ),
    ]
    assert misjudged(table, "dubrovo") == []
    rule = correction_rule(law("dubrovo"), on=MONDAY, place=ALGEBRA)
    assert rule.bad_marks == ("2",) and rule.within == "21 день" and not rule.needs_permit


@pytest.mark.clause("ET-A-DEP-9", partly=True)
def test_late_corrections_need_reason_and_approval() -> None:
    late = act(COLLEGE, "mark", "correct", old="3", new="4", at=at("12:00", october(7), COLLEGE))
    table = [
        case("day 1, last second", replace(late, at=at("23:59:59", october(6), COLLEGE)), PASS),
        case("day 2", replace(late, at=at("00:00", october(7), COLLEGE)), PERMIT, "ET-A-DEP-9"),
        case("approved", replace(late, permit_granted=True, reason="опечатка"), REMARK, "ET-A-DEP-9"),
        case(
            "topic",
            act(
                COLLEGE,
                "homework",
                "correct",
                old="§ 1",
                new="выучить § 2, с. 5",
                at=at("12:00", october(7), COLLEGE),
            ),
            PERMIT,
            "ET-A-DEP-9",
        ),
    ]
    assert misjudged(table, COLLEGE) == []


@pytest.mark.clause("ET-A-TEACHER-5b")
def test_no_editing_after_finals() -> None:
    finals = TermState("I полугодие", "half_year", final_set=True)
    closed = TermState("I полугодие", "half_year", final_set=True, locked=True)
    change = act(COLLEGE, "mark", "correct", old="3", new="4")
    table = [
        case("before finals", replace(change, term=TermState("I полугодие")), PASS),
        case("correct after", replace(change, term=finals), PERMIT, "ET-A-TEACHER-5b"),
        case("new mark after", act(COLLEGE, "mark", term=finals), PERMIT, "ET-A-TEACHER-5b"),
        case("absence after", act(COLLEGE, "absence", term=finals), PERMIT, "ET-A-TEACHER-5b"),
        case(
            "topic while others are open",
            act(COLLEGE, "homework", new="выучить § 5, с. 4", term=finals),
            PASS,
        ),
        case(
            "homework of a closed term",
            act(COLLEGE, "homework", new="выучить § 5, с. 4", term=closed),
            PERMIT,
            "ET-A-TEACHER-5b",
        ),
        case(
            "deferral opens the student's cells",
            act(COLLEGE, "mark", term=finals, ground=frozenset({"final_mark_deferral"})),
            REMARK,
            "ET-A-TEACHER-5b",
        ),
        case("permit opens", act(COLLEGE, "mark", term=finals, permit_granted=True), REMARK),
    ]
    assert misjudged(table, COLLEGE) == []


@pytest.mark.clause("ET-A-MASTER-20b", partly=True)
def test_masters_late_edit_hangs_on_a_switch_and_a_reason() -> None:
    finals = TermState("I полугодие", "half_year", final_set=True)
    edit = act(COLLEGE, "mark", place=PRACTICE, by=MASTER, work=("practical",), term=finals)
    off = law(COLLEGE, master_after_finals="refuse")
    table = [
        case("no reason", edit, PERMIT, "ET-A-MASTER-20b"),
        case("reason", replace(edit, reason="исправлена ошибка ввода"), REMARK, "ET-A-MASTER-20b"),
        case(
            "switched off",
            replace(edit, reason="исправлена ошибка ввода"),
            REFUSE,
            "ET-A-MASTER-20b",
            under=off,
        ),
    ]
    assert misjudged(table, COLLEGE) == []


@pytest.mark.parametrize(
    ("preset", "outcome"),
    [("goethe23", PERMIT), ("ipatovo1", PERMIT), ("dubrovo", PASS), ("kemerovo-ct", PASS)],
)
def test_term_lock_is_a_setting_elsewhere(preset: str, outcome: Outcome) -> None:
    finals = TermState("I четверть", "quarter", final_set=True)
    assert misjudged([case("after", act(preset, "mark", term=finals), outcome)], preset) == []
    if preset in ("goethe23", "ipatovo1"):
        open_ = law(preset, lock_after_final=False)
        assert (
            misjudged([case("switched off", act(preset, "mark", term=finals), PASS, under=open_)], preset)
            == []
        )
    if preset == "dubrovo":
        shut = law(preset, lock_after_final=True)
        assert (
            misjudged([case("switched on", act(preset, "mark", term=finals), PERMIT, under=shut)], preset)
            == []
        )


@pytest.mark.parametrize(
    ("preset", "clause"),
    [
        pytest.param("goethe23", "GT-P-2.1c", marks=pytest.mark.clause("GT-P-2.1c")),
        pytest.param("kemerovo-ct", "CT-1.12c", marks=pytest.mark.clause("CT-1.12c")),
        pytest.param("ipatovo1", "IP-2.11e", marks=pytest.mark.clause("IP-2.11e")),
    ],
)
def test_what_has_not_happened_is_not_recorded(preset: str, clause: str) -> None:
    tomorrow = lesson(preset, day=october(6))
    begun = at("10:00", october(6), preset)
    table = []
    for fact in ("conducted", "absence", "roll", "mark"):
        table.append(case(f"{fact}, today", act(preset, fact, lesson=tomorrow), REFUSE, clause))
        table.append(
            case(
                f"{fact}, a second early",
                act(preset, fact, lesson=tomorrow, at=begun - timedelta(seconds=1)),
                REFUSE,
                clause,
            )
        )
        table.append(case(f"{fact}, at the bell", act(preset, fact, lesson=tomorrow, at=begun), PASS))
    assert misjudged(table, preset) == []


@pytest.mark.clause("GT-P-2.3a", "GT-P-2.3b", partly=True)
def test_topics_and_homework_may_be_posted_in_advance() -> None:
    ahead = lesson(day=october(19), conducted=False)
    table = [
        case("topic", act("goethe23", "topic", lesson=ahead), PASS),
        case("homework", act("goethe23", "homework", new="§ 5", lesson=ahead), PASS),
        case("held", act("goethe23", "conducted", lesson=ahead), REFUSE, "GT-P-2.1c"),
    ]
    assert misjudged(table, "goethe23") == []


def test_planted_fault_in_grace_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks_module, "is_slip", lambda tried, length: True)
    change = act("goethe23", "mark", "correct", old="3", new="4", at=at("12:00"), by=OTHER)
    letter = law("goethe23")
    assert misjudged([case("3 to 4", change, PERMIT, EDIT_BAN, under=letter)], "goethe23") != []
