"""The engine by itself, over a rule kind of its own: precedence, several acts, permissions, permits, dates."""

import pickle
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parta.regulation import registry
from parta.regulation.edition import Edition, parse_edition
from parta.regulation.judge import SettingChange, contradictions, judge, law_of
from parta.regulation.registry import KINDS, Breach, Params, RuleKind
from parta.regulation.verdict import Outcome, WayOut

DAY = date(2026, 10, 5)


@dataclass(frozen=True)
class Here:
    grade: int | None = 7
    weekly_hours: float | None = 3
    subject: str = "algebra"
    homeroom: str = "7А"

    def has_subject(self, names: frozenset[str]) -> bool:
        return self.subject in names

    def has_homeroom(self, names: frozenset[str]) -> bool:
        return self.homeroom in names


@dataclass(frozen=True)
class Someone:
    roles: frozenset[str] = frozenset({"teacher"})


@dataclass(frozen=True)
class Try:
    value: int = 5
    on: date = DAY
    place: Here = Here()
    by: Someone = Someone()
    student_id: int | None = 1
    permit_granted: bool = False
    reason: str = ""
    ground: frozenset[str] = frozenset()
    fact: str = "number"
    verb: str = "record"
    at: datetime = field(default=datetime(2026, 10, 5, 12, tzinfo=UTC))


class Ceiling(Params):
    most: int


class Named(Params):
    values: tuple[int, ...]


@pytest.fixture(autouse=True)
def _kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two kinds for these tests only: a ceiling of a number, and a permission for named numbers."""

    def build(rule: Any, bench: Any) -> Any:
        most = rule.params.most

        def ask(act: Any, calendar: Any) -> Breach | None:
            return Breach(f"{act.value} > {most}", "", (WayOut.OTHER_VALUE,)) if act.value > most else None

        return ask

    kinds = dict(KINDS)
    kinds["t_ceiling"] = RuleKind(
        "t_ceiling", 3, Ceiling, "Потолок", lambda p: f"не больше {p.most}", frozenset({"number"}),
        frozenset({"record", "correct"}), "refuse", build,
    )  # fmt: skip
    kinds["t_named"] = RuleKind(
        "t_named", 6, Named, "Можно", lambda p: "", permits=lambda p, act: act.value in p.values,
        lifts=frozenset({"t_ceiling"}),
    )  # fmt: skip
    for module in ("registry", "reader", "rule", "disputes"):
        monkeypatch.setattr(f"parta.regulation.{module}.KINDS", kinds)
    assert registry.KINDS is kinds
    yield


def act_text(
    code: str, rules: str, *, rank: str = "school", starts: str = "2026-09-01", more: str = ""
) -> Edition:
    head = f'[act]\ncode = "{code}"\ntitle = "Акт {code}"\nin_force_from = {starts}\nrank = "{rank}"\n'
    return parse_edition(head + more + rules)


def ceiling(clause: str, most: int | str, *more: str) -> str:
    return "\n".join(
        ["", "[[rule]]", f'clause = ["{clause}"]', 'kind = "t_ceiling"', f"most = {most}", *more, ""]
    )


def outcome(
    editions: list[Edition], tried: Try, changes: list[SettingChange] | None = None
) -> tuple[Outcome, Any]:
    verdict = judge(law_of(editions, changes or ()), tried)
    return verdict.outcome, verdict.clause_ids


def test_strictest_wins_and_every_reason_is_listed() -> None:
    act = act_text(
        "A",
        ceiling("A-1", 1, 'on_breach = "remark"')
        + ceiling("A-2", 2, 'on_breach = "permit"')
        + ceiling("A-3", 9),
    )
    assert outcome([act], Try(2)) == (Outcome.REMARK, ("A-1",))
    assert outcome([act], Try(3)) == (Outcome.PERMIT, ("A-2", "A-1"))
    assert outcome([act], Try(10)) == (Outcome.REFUSE, ("A-3", "A-2", "A-1"))


def test_permit_lifts_what_needs_one_and_nothing_else() -> None:
    act = act_text(
        "A", ceiling("A-2", 2, 'on_breach = "permit"', 'permit = { by = "controllers" }') + ceiling("A-3", 9)
    )
    verdict = judge(law_of([act]), Try(3))
    assert verdict.may_ask_permit and verdict.reasons[0].permit_by == {
        "deputy",
        "head_of_department",
        "head_of_branch",
    }
    assert verdict.reasons[0].ways_out == (WayOut.ASK_PERMIT, WayOut.OTHER_VALUE)
    lifted = judge(law_of([act]), Try(3, permit_granted=True))
    assert lifted.passes and lifted.used_permit and lifted.outcome is Outcome.REMARK
    assert outcome([act], Try(10, permit_granted=True))[0] is Outcome.REFUSE


def test_named_ground_and_reason() -> None:
    act = act_text(
        "A",
        ceiling("A-1", 1, 'on_breach = "permit"', 'permit = { ground = ["reason"] }')
        + ceiling("A-2", 5, 'on_breach = "permit"', 'permit = { ground = ["protocol"] }'),
    )
    assert judge(law_of([act]), Try(2)).reasons[0].ways_out[0] == WayOut.GIVE_REASON
    assert outcome([act], Try(2, reason="опечатка"))[0] is Outcome.REMARK
    assert outcome([act], Try(2, reason="  "))[0] is Outcome.PERMIT
    assert outcome([act], Try(6, reason="опечатка"))[0] is Outcome.PERMIT
    assert outcome([act], Try(6, reason="опечатка", ground=frozenset({"protocol"})))[0] is Outcome.REMARK


def test_permission_beats_a_ban_for_what_it_names() -> None:
    named = '\n[[rule]]\nclause = ["A-9"]\nkind = "t_named"\nvalues = [7]\n'
    act = act_text("A", ceiling("A-1", 5) + named)
    assert outcome([act], Try(7))[0] is Outcome.PASS
    assert outcome([act], Try(8))[0] is Outcome.REFUSE


def test_population() -> None:
    only = ceiling(
        "A-1", 1, 'grades = "5-7"', 'subjects = ["algebra"]', 'classes = ["7А"]', 'roles = ["teacher"]'
    )
    act = act_text("A", only)
    assert outcome([act], Try())[0] is Outcome.REFUSE
    for outside in (Here(grade=8), Here(grade=None), Here(subject="music"), Here(homeroom="7Б")):
        assert outcome([act], Try(place=outside))[0] is Outcome.PASS
    assert outcome([act], Try(by=Someone(frozenset({"master"}))))[0] is Outcome.PASS
    spared = act_text(
        "A", ceiling("A-1", 1, 'except = { classes = ["7Б"], roles = ["master"], students = [9] }')
    )
    assert outcome([spared], Try())[0] is Outcome.REFUSE
    assert outcome([spared], Try(place=Here(homeroom="7Б")))[0] is Outcome.PASS
    assert outcome([spared], Try(by=Someone(frozenset({"master"}))))[0] is Outcome.PASS
    assert outcome([spared], Try(student_id=9))[0] is Outcome.PASS


def test_edition_in_force_on_the_date_judges() -> None:
    old = act_text("A", ceiling("A-1", 1), starts="2025-09-01")
    new = act_text("A", ceiling("A-1", 9), starts="2026-10-05")
    assert outcome([old, new], Try(on=date(2026, 10, 4)))[0] is Outcome.REFUSE
    assert outcome([old, new], Try(on=date(2026, 10, 5)))[0] is Outcome.PASS
    assert outcome([old, new], Try(on=date(2025, 8, 31)))[0] is Outcome.PASS
    assert outcome([new, old], Try(on=date(2026, 10, 5)))[0] is Outcome.PASS


def test_entry_has_dates_of_its_own() -> None:
    act = act_text("A", ceiling("A-1", 1, "in_force_from = 2026-10-01", "in_force_until = 2026-10-06"))
    found = [outcome([act], Try(on=date(2026, *day)))[0] for day in ((9, 30), (10, 1), (10, 5), (10, 6))]
    assert found == [Outcome.PASS, Outcome.REFUSE, Outcome.REFUSE, Outcome.PASS]


def test_settings_are_dated_and_switch() -> None:
    more = '[settings]\nmost = { default = 1 }\non = { value = true }\nhow = { value = "remark" }\n'
    rules = ceiling(
        "A-1", '{ setting = "most" }', 'when = { setting = "on" }', 'on_breach = { setting = "how" }'
    )
    act = act_text("A", rules, more=more)
    change = SettingChange("A", "most", 9, date(2026, 10, 5))
    assert outcome([act], Try(on=date(2026, 10, 4)), [change])[0] is Outcome.REMARK
    assert outcome([act], Try(on=date(2026, 10, 5)), [change])[0] is Outcome.PASS
    later = SettingChange("A", "most", 2, date(2026, 10, 7))
    assert outcome([act], Try(on=date(2026, 10, 7)), [later, change])[0] is Outcome.REMARK
    off = SettingChange("A", "on", False, date(2026, 1, 1))
    assert outcome([act], Try(), [off])[0] is Outcome.PASS
    hard = SettingChange("A", "how", "refuse", date(2026, 1, 1))
    assert outcome([act], Try(), [hard])[0] is Outcome.REFUSE
    elsewhere = SettingChange("B", "most", 9, date(2026, 1, 1))
    assert outcome([act], Try(), [elsewhere])[0] is Outcome.REMARK
    assert law_of([act], [change]).setting("most", date(2026, 10, 6)) == 9
    assert law_of([act], [change]).setting("none", date(2026, 10, 6), 3) == 3


def test_lower_act_tightens_and_relaxes_only_what_it_may() -> None:
    law = act_text("L", ceiling("L-1", 5), rank="law")
    tight = act_text("S", ceiling("S-1", 3))
    assert outcome([law, tight], Try(4)) == (Outcome.REFUSE, ("S-1",))
    loose = act_text("S", ceiling("S-1", 9, 'overrides = ["L-1"]'))
    assert outcome([law, loose], Try(7)) == (Outcome.REFUSE, ("L-1",))
    assert "старше и не допускает послаблений" in contradictions([law, loose])[0].text
    may = act_text("L", ceiling("L-1", 5, "may_relax = true"), rank="law")
    assert outcome([may, loose], Try(7))[0] is Outcome.PASS
    assert contradictions([may, loose]) == []
    lost = act_text("S", ceiling("S-1", 9, 'overrides = ["L-7"]'))
    assert "нет ни в одном" in contradictions([law, lost])[0].text


def test_override_holds_where_it_applies_and_while_it_lasts() -> None:
    rules = ceiling("A-1", 5) + ceiling(
        "A-2", 9, 'overrides = ["A-1"]', 'classes = ["7А"]', "in_force_until = 2026-10-06"
    )
    act = act_text("A", rules)
    assert outcome([act], Try(7))[0] is Outcome.PASS
    assert outcome([act], Try(7, place=Here(homeroom="7Б")))[0] is Outcome.REFUSE
    assert outcome([act], Try(7, on=date(2026, 10, 6)))[0] is Outcome.REFUSE


def test_council_excepts_one_student() -> None:
    school = act_text("A", ceiling("A-1", 5, "may_relax = true"))
    council = act_text("C", ceiling("C-1", 9, 'overrides = ["A-1"]', "students = [1]"), rank="council")
    assert outcome([school, council], Try(7))[0] is Outcome.PASS
    assert outcome([school, council], Try(10)) == (Outcome.REFUSE, ("C-1",))
    assert outcome([school, council], Try(7, student_id=2)) == (Outcome.REFUSE, ("A-1",))


def test_tables_by_grade_and_weekly_hours() -> None:
    grades = act_text("A", ceiling("A-1", '{ by = "grade", "2-9" = 3, "10-11" = 6 }'))
    assert outcome([grades], Try(5))[0] is Outcome.REFUSE
    assert outcome([grades], Try(5, place=Here(grade=10)))[0] is Outcome.PASS
    assert outcome([grades], Try(5, place=Here(grade=1)))[0] is Outcome.PASS, "no row: the rule sleeps"
    hours = act_text("A", ceiling("A-1", '{ by = "weekly_hours", "1" = 3, "2" = 5, "3+" = 7 }'))
    for weekly, most in [(1, 3), (1.5, 3), (2, 5), (2.9, 5), (3, 7), (8, 7)]:
        assert outcome([hours], Try(most, place=Here(weekly_hours=weekly)))[0] is Outcome.PASS
        assert outcome([hours], Try(most + 1, place=Here(weekly_hours=weekly)))[0] is Outcome.REFUSE


def test_law_travels_between_processes() -> None:
    law = law_of([act_text("A", ceiling("A-1", 1))], [SettingChange("A", "x", 1, DAY)])
    judge(law, Try())
    again = pickle.loads(pickle.dumps(law))
    assert judge(again, Try()).clause_ids == ("A-1",) and again.changes == law.changes


@settings(max_examples=200, deadline=None)
@given(
    rules=st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from(["refuse", "permit", "remark", "finding"])), max_size=6
    ),
    value=st.integers(0, 10),
    granted=st.booleans(),
)
def test_verdict_is_the_strictest_of_its_rules(
    rules: list[tuple[int, str]], value: int, granted: bool
) -> None:
    text = "".join(ceiling(f"A-{n}", most, f'on_breach = "{how}"') for n, (most, how) in enumerate(rules))
    verdict = judge(law_of([act_text("A", text)]), Try(value, permit_granted=granted))
    ranks = {"finding": 0, "remark": 1, "permit": 1 if granted else 2, "refuse": 3}
    expected = max((ranks[how] for most, how in rules if value > most), default=0)
    assert verdict.outcome == expected
    assert [r.outcome for r in verdict.reasons] == sorted((r.outcome for r in verdict.reasons), reverse=True)
    broken = {f"A-{n}" for n, (most, how) in enumerate(rules) if value > most and how != "finding"}
    assert set(verdict.clause_ids) == broken


def test_rules_of_the_whole_school_are_found_beside_tables_by_place() -> None:
    """Asked without a place, an act with tables by grade or weekly hours answers with the rules that need none."""
    edition = parse_edition(
        """
[act]
code = "ТБ"
title = "Положение"
in_force_from = 2026-09-01

[[rule]]
clause = ["ТБ-1"]
kind = "mark_deadline"
work = "written"
within = { by = "weekly_hours", "2" = "7d", "3+" = "3d" }

[[rule]]
clause = ["ТБ-2"]
kind = "homework_deadline"
within = "same_day"
"""
    )
    found = list(law_of([edition]).on(date(2026, 10, 1)).at(None))
    assert [rule.kind.name for rule in found] == ["homework_deadline"]
