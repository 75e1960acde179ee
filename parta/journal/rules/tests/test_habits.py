"""An invented act of everyday phrases: an hour of the last day, a day of the week, breaks and ceilings. Both sides."""

from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from parta.journal.rules import Outcome, judge, law_of
from parta.journal.rules.evidence import Evidence
from parta.journal.rules.questions import term_formula
from parta.journal.rules.tests.acting import (
    ALGEBRA,
    MONDAY,
    Case,
    act,
    at,
    case,
    lesson,
    october,
    replace,
)
from parta.journal.rules.tests.test_invented_acts import final, marks, planned
from parta.regulation.durations import PlainCalendar, parse_duration, parse_length
from parta.regulation.edition import RegulationError, parse_edition
from parta.regulation.explain import explained

PASS, REMARK, REFUSE = Outcome.PASS, Outcome.REMARK, Outcome.REFUSE
SOURCE = (Path(__file__).parent / "acts" / "habits.toml").read_text(encoding="utf-8")
LAW = law_of([parse_edition(SOURCE)])

CALENDAR = PlainCalendar(
    ZoneInfo("Asia/Bishkek"),
    vacations=((october(26), date(2026, 11, 9)),),
)


def hold(table: list[Case]) -> None:
    wrong = []
    for line in table:
        verdict = judge(LAW, line.act, CALENDAR)
        if verdict.outcome is not line.outcome or not line.clauses <= set(verdict.clause_ids):
            wrong.append((line.name, verdict.outcome.name, verdict.clause_ids, verdict.text))
    assert wrong == []


def test_the_hour_of_the_last_day_and_the_day_of_the_week() -> None:
    topic = act("goethe23", "topic", new="Корень")
    evening = lesson(begins="17:20", ends="18:05")
    mark = act("goethe23", "mark", new="4")
    friday = replace(mark, lesson=lesson(day=october(9), begins="15:10", ends="15:55"))
    control = replace(mark, work=("control",), evidence=None)
    hold(
        [
            case("six in the evening", replace(topic, at=at("18:00")), PASS),
            case("a second later", replace(topic, at=at("18:00:01")), REMARK, "ОБЫЧ-2.1"),
            case("a lesson after the hour has one more", replace(topic, lesson=evening, at=at("19:05")), PASS),
            case("and not two", replace(topic, lesson=evening, at=at("19:05:01")), REMARK, "ОБЫЧ-2.1"),
            case("Friday, three o'clock", replace(mark, at=at("15:00", october(9))), PASS),
            case("a second later", replace(mark, at=at("15:00:01", october(9))), REMARK, "ОБЫЧ-2.2"),
            case("a lesson of Friday after it: the next one", replace(friday, at=at("15:00", october(16))), PASS),
            case("and not later", replace(friday, at=at("15:00:01", october(16))), REMARK, "ОБЫЧ-2.2"),
            case("a control work, second day at noon", replace(control, at=at("12:00", october(7))), PASS),
            case("after noon", replace(control, at=at("12:00:01", october(7))), REMARK, "ОБЫЧ-2.3"),
        ]
    )  # fmt: skip


def test_days_after_the_vacation_and_homework_over_a_break() -> None:
    def marked(day: date, value: str = "2") -> Any:
        return act(
            "goethe23", "mark", new=value, lesson=lesson(day=day), at=at("12:00", day), evidence=Evidence()
        )

    def given(day: date, due: date, **more: Any) -> Any:
        return act("goethe23", "homework", new="§ 12", lesson=lesson(day=day), at=at("12:00", day),
                   evidence=Evidence(due=due, minutes=20), **more)  # fmt: skip

    saturday = october(10)
    hold(
        [
            case("a 2 on the first day", marked(date(2026, 11, 9)), REFUSE, "ОБЫЧ-3"),
            case("on the next one", marked(date(2026, 11, 10)), REFUSE, "ОБЫЧ-3"),
            case("on the third", marked(date(2026, 11, 11)), PASS),
            case("a 3 on the first", marked(date(2026, 11, 9), "3"), PASS),
            case("before the vacation", marked(october(24)), PASS),
            case("from Saturday to Monday", given(saturday, october(12)), REFUSE, "ОБЫЧ-5"),
            case("from Friday: Saturday is a school day", given(october(9), october(12)), PASS),
            case("from Saturday to Tuesday", given(saturday, october(13)), PASS),
            case("over the vacation", given(october(24), date(2026, 11, 9)), REFUSE, "ОБЫЧ-5"),
            case("for the day after", given(october(12), october(13)), PASS),
            case("the eighth grade", given(saturday, october(12), place=replace(ALGEBRA, grade=8)), PASS),
        ]
    )


def test_a_control_work_is_announced() -> None:
    work = planned(day=8, number=3)  # a Thursday
    hold(
        [
            case("three school days before", replace(work, at=at("23:00", october(5))), PASS),
            case("two", replace(work, at=at("00:01", october(6))), REMARK, "ОБЫЧ-4"),
            case("with its marks", work, REMARK, "ОБЫЧ-4"),
        ]
    )


def test_no_five_over_a_two_for_a_control_work() -> None:
    formula = term_formula(LAW, on=MONDAY, place=ALGEBRA)
    assert formula is not None
    five = "5 5 5 5 5 5 5 5"
    assert formula.propose(marks(five)).symbol == "5"
    assert formula.propose(marks(f"{five} oral:2")).symbol == "5", "4,67: a two for an answer lowers nothing"
    lowered = formula.propose(marks(f"{five} control:2"))
    assert lowered.symbol == "4" and "не выше «4»: контрольную работу — «2»" in lowered.why
    assert formula.propose(marks("5 5 5 5 5 5 5 5 5 5 2 2 2")).symbol == "4"
    assert formula.propose(marks("5 5 5 5 5 5 5 5 5 5 2 2 2 2")).symbol == "3", "4,14, and four twos"
    assert formula.propose(marks("control:2 2")).symbol == "2", "what is lower stays"
    assert not formula.steps(("2", "3", "4", "5"))["exact"], "the page asks the server"
    hold(
        [
            case("the lowered mark", final("4", f"{five} control:2"), PASS),
            case("the five", final("5", f"{five} control:2"), REFUSE, "ОБЫЧ-6"),
        ]
    )


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('"friday 15:00"', '"friday 25:00"', "не похоже на срок"),
        ('"friday 15:00"', '"24h 15:00"', "час последнего дня называют при днях"),
        ('"friday 15:00"', '"fryday"', "не похоже на срок"),
        ('notice = "3 school_days"', 'notice = "friday"', "здесь нужна длина"),
        ('not_over = ["weekend", "vacation"]', 'not_over = ["weekends"]', "допустимы: weekend, vacation"),
        ('not_over = ["weekend", "vacation"]', "weekdays = { monady = 60 }", "не день недели"),
        ('"same_day 18:00"', '"same_day 18:70"', "18:70"),
    ],
)
def test_a_wrong_word_is_told(was: str, becomes: str, said: str) -> None:
    assert was in SOURCE
    with pytest.raises(RegulationError) as caught:
        parse_edition(SOURCE.replace(was, becomes))
    assert any(said in problem.text for problem in caught.value.problems), caught.value.problems


def test_it_is_said_in_words() -> None:
    said = " ".join(" ".join(line.says) for line in explained(parse_edition(SOURCE)))
    for words in ("в тот же день до 18:00", "до пятницы, 15:00", "2 учебных дня, до 12:00 последнего",
                  "после каникул", "объявляют заранее: 3 учебных дня", "не задают на выходные и каникулы",
                  "не выше «4», если есть «2» за контрольную работу"):  # fmt: skip
        assert words in said, words
    assert str(parse_duration("friday")) == "до пятницы"
    with pytest.raises(ValueError, match="длина"):
        parse_length("same_day 18:00")
