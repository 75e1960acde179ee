"""A regulation that no one here wrote code for: an invented lyceum with its own letters, works, scale and terms."""

import pytest

from parta.journal.rules import (
    Outcome,
    SettingChange,
    absence_codes,
    judge,
    law_of,
    mark_limit,
    mark_symbols,
    read_mark,
    work_kinds,
)
from parta.journal.rules.tests.acting import (
    ALGEBRA,
    CLASS_TEACHER,
    MONDAY,
    TEACHES,
    act,
    at,
    calendar,
    case,
    lesson,
    misjudged,
    october,
    replace,
)
from parta.regulation.edition import parse_edition

PASS, REMARK, PERMIT, REFUSE = Outcome.PASS, Outcome.REMARK, Outcome.PERMIT, Outcome.REFUSE

LYCEUM = """
[act]
code = "ЛИЦ"
title = "Положение о журнале лицея (вымышлено)"
in_force_from = 2026-09-01
parts = { "ЛИЦ-" = "пункт {}" }

[settings]
author_grace = { value = "3min" }
essay_term = { default = "3 school_days" }

[[rule]]                    # двенадцатибалльная шкала
clause = ["ЛИЦ-1.1"]
kind = "mark_symbols"
allow = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"]

[[rule]]                    # своя работа «проект» и эссе, которое — вид письменной
clause = ["ЛИЦ-1.2"]
kind = "work_kinds"
kinds = ["oral", "written", { code = "project", title = "Проект", short = "ПР", weight = 4 },
         { code = "essay", title = "Эссе", short = "Э", part_of = ["written"] }]

[[rule]]                    # сроки по классам
clause = ["ЛИЦ-2.1"]
kind = "mark_deadline"
work = "written"
within = { by = "grade", "5-8" = "4d", "9-11" = "6d" }

[[rule]]
clause = ["ЛИЦ-2.2"]
kind = "mark_deadline"
work = "essay"
within = { setting = "essay_term" }

[[rule]]
clause = ["ЛИЦ-2.3"]
kind = "mark_deadline"
work = "all"
within = "36h"

[[rule]]                    # столбец закрыт через две недели, чей бы срок ни был
clause = ["ЛИЦ-2.4"]
kind = "no_backdating"
kinds = ["mark", "attendance", "topic"]
after = "14d"
on_breach = "permit"
permit = { by = "head_of_department", term = "1d" }

[[rule]]                    # буквы: свои, и все ставит учитель
clause = ["ЛИЦ-3.1"]
kind = "absence_codes"
codes = [{ symbol = "нб", meaning = "unknown", keys = ["н"] }, { symbol = "ф", meaning = "event", title = "олимпиада" }]

[[rule]]
clause = ["ЛИЦ-4.1"]
kind = "unmarked"
subjects = ["Разговоры о важном"]
instead = "nothing"

[[rule]]
clause = ["ЛИЦ-5.1"]
kind = "correction_control"
objects = ["mark"]
after = "same_day"
fields = ["reason"]
permit = { ground = ["reason"] }
"""


def test_new_file_runs_without_new_code() -> None:
    rules = law_of([parse_edition(LYCEUM)])
    talk = replace(ALGEBRA, subject="talk", subject_title="Разговоры о важном")
    eleventh = replace(ALGEBRA, grade=11)
    essay = act("goethe23", "mark", work=("essay",), new="12")
    fix = act("goethe23", "mark", "correct", old="7", new="8", at=at("09:00", october(6)))
    table = [
        case("a twelve", essay, PASS),
        case("thirteen", replace(essay, new="13"), REFUSE, "ЛИЦ-1.1"),
        case("a work it has not", replace(essay, work=("control",)), REFUSE, "ЛИЦ-1.2"),
        case("essay on school day 3", replace(essay, at=at("23:59:59", october(8))), PASS),
        case("essay on school day 4", replace(essay, at=at("00:00", october(9))), REMARK, "ЛИЦ-2.2"),
        case("written, grade 7, day 4", replace(essay, work=("written",), at=at("23:59", october(9))), PASS),
        case("written, day 5", replace(essay, work=("written",), at=at("00:00", october(10))), REMARK, "ЛИЦ-2.1"),
        case("written, grade 11, day 6",
             replace(essay, work=("written",), place=eleventh, at=at("23:59", october(11))), PASS),
        case("project after 36 h", replace(essay, work=("project",), at=at("22:46", october(6))), REMARK, "ЛИЦ-2.3"),
        case("two weeks", replace(essay, at=at("00:00", october(20))), PERMIT, "ЛИЦ-2.4"),
        case("topic after two weeks", act("goethe23", "topic", at=at("00:00", october(20))), PERMIT, "ЛИЦ-2.4"),
        case("olympiad", act("goethe23", "absence", new="event", symbol="ф"), PASS),
        case("a letter it has not", act("goethe23", "absence", new="ill", symbol="б"), REFUSE, "ЛИЦ-3.1"),
        case("marks where there are none", replace(essay, place=talk), REFUSE, "ЛИЦ-4.1"),
        case("late correction without a reason", fix, PERMIT, "ЛИЦ-5.1"),
        case("late correction with a reason", replace(fix, reason="ошибка при вводе"), PASS),
    ]  # fmt: skip
    assert misjudged([replace(line, law=rules) for line in table], "goethe23") == []

    kinds = work_kinds(rules, on=MONDAY, place=ALGEBRA)
    assert [(kind.code, kind.short) for kind in kinds][2:] == [("project", "ПР"), ("essay", "Э")]
    assert mark_symbols(rules, on=MONDAY, place=ALGEBRA) == tuple(str(n) for n in range(1, 13))
    assert read_mark(rules, " 12", on=MONDAY, place=ALGEBRA) == "12"
    keys = {code.symbol: code.keys for code in absence_codes(rules, on=MONDAY, by=TEACHES, place=ALGEBRA)}
    assert keys == {"нб": ("н", "y"), "ф": ("ф", "a")}
    limit = mark_limit(rules, lesson=lesson(), place=ALGEBRA, work=("essay",), calendar=calendar())
    assert limit is not None and limit.clauses[0].printed == "пункт 2.2" and limit.duration == "3 учебных дня"


def test_the_school_changes_a_number_from_a_day() -> None:
    longer = law_of([parse_edition(LYCEUM)], [SettingChange("ЛИЦ", "essay_term", "10d", october(6))])
    late = act("goethe23", "mark", work=("essay",), new="12", at=at("12:00", october(12)))
    table = [
        case("lesson before the change", late, REMARK, "ЛИЦ-2.2"),
        case("lesson after it", replace(late, lesson=lesson(day=october(6))), PASS),
    ]
    assert misjudged([replace(line, law=longer) for line in table], "goethe23") == []


@pytest.mark.parametrize("by", [TEACHES, CLASS_TEACHER])
def test_a_second_act_tightens_the_first(by: object) -> None:
    order = parse_edition("""
[act]
code = "ПРИКАЗ"
title = "Приказ о зимней сессии"
rank = "order"
rests_on = ["ЛИЦ"]
in_force_from = 2026-10-01
in_force_until = 2026-10-10

[[rule]]
clause = ["ПРИКАЗ-1"]
kind = "mark_deadline"
work = "essay"
within = "same_day"
on_breach = "refuse"
""")
    rules = law_of([parse_edition(LYCEUM), order])
    late = act("goethe23", "mark", work=("essay",), new="12", by=by, at=at("12:00", october(6)))
    verdict = judge(rules, late, calendar())
    assert verdict.outcome is REFUSE and verdict.clause_ids[0] == "ПРИКАЗ-1"
    after = replace(late, lesson=lesson(day=october(12)), at=at("12:00", october(13)))
    assert judge(rules, after, calendar()).passes
