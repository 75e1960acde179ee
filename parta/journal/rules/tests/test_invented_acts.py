"""Three acts nobody wrote code for: points and per cents, load of a class, weighted means. Both sides of each limit."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from parta.journal.rules import Outcome, SettingChange, judge, law_of, mark_symbols, read_mark
from parta.journal.rules.evidence import Away, Evidence, MarkFact, PartFact, WorkFact
from parta.journal.rules.formula import Formula
from parta.journal.rules.papers import printing_forbidden
from parta.journal.rules.questions import scale_symbols, term_formula
from parta.journal.rules.tests.acting import (
    ALGEBRA,
    MONDAY,
    TermState,
    act,
    at,
    calendar,
    case,
    lesson,
    misjudged,
    october,
    replace,
)
from parta.regulation.compare import difference
from parta.regulation.edition import PRESETS, RegulationError, parse_edition, read_edition
from parta.regulation.explain import explained

PASS, REMARK, PERMIT, REFUSE = Outcome.PASS, Outcome.REMARK, Outcome.PERMIT, Outcome.REFUSE
ACTS = Path(__file__).parent / "acts"
QUARTER = TermState("I четверть", "quarter", starts=date(2026, 9, 1), until=date(2026, 10, 26))
YEAR = TermState("Год", "year", starts=date(2026, 9, 1), until=date(2027, 5, 26))
TENTH = replace(ALGEBRA, grade=10, homeroom="10А")


def source(name: str) -> str:
    return (ACTS / f"{name}.toml").read_text(encoding="utf-8")


def computed(name: str) -> Formula:
    formula = term_formula(law(name), on=MONDAY, place=ALGEBRA)
    assert formula is not None
    return formula


def law(name: str, *changes: SettingChange) -> Any:
    return law_of([parse_edition(source(name))], changes)


def check(name: str, table: list[Any], *changes: SettingChange) -> None:
    under = law(name, *changes)
    assert misjudged([replace(line, law=line.law or under) for line in table], "goethe23") == []


def marks(text: str, work: str = "oral", weight: float = 1.0) -> tuple[MarkFact, ...]:
    """«5 4 control:3» as marks, one a day."""
    found = []
    for number, word in enumerate(text.split()):
        kind, _, value = word.rpartition(":")
        found.append(MarkFact(value, kind or work, weight, october(1 + number)))
    return tuple(found)


def final(value: str, text: str = "", **more: Any) -> Any:
    facts: dict[str, Any] = {"new": value, "lesson": None, "term": QUARTER, "at": at("12:00", october(25))}
    return act("goethe23", "final", **(facts | {"evidence": Evidence(marks=marks(text))} | more))


@pytest.mark.parametrize("name", ["points", "load", "weights"])
def test_an_invented_act_is_read_explained_and_unchanged_against_itself(name: str) -> None:
    edition = parse_edition(source(name))
    lines = explained(edition)
    assert len(lines) == len(edition.entries) and all(line.says for line in lines)
    words = " ".join(" ".join(line.says) + line.breach + line.whom for line in lines)
    assert not any(raw in words for raw in ("None", "frozenset", "{", "=" if name != "load" else "None"))


@pytest.mark.parametrize(
    "path", sorted([*ACTS.glob("*.toml"), *PRESETS.glob("*.toml")]), ids=lambda p: p.stem
)
def test_every_misspelt_parameter_is_located(path: Path) -> None:
    """Whatever parameter of whatever entry is misspelt, the message has its line and its entry."""
    lines = path.read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("[[rule]]"))
    tried = 0
    for number in range(start, len(lines)):
        key, sign, _ = lines[number].partition(" = ")
        if not sign or not key.isidentifier() or key in ("clause", "kind"):
            continue
        wrong = [*lines[:number], lines[number].replace(key, f"{key}x", 1), *lines[number + 1 :]]
        with pytest.raises(RegulationError) as caught:
            parse_edition("\n".join(wrong))
        said = [problem for problem in caught.value.problems if f"«{key}x»" in problem.text]
        assert (
            said and said[0].line == number + 1 and said[0].entry.startswith(("запись ", "раздел [clauses]"))
        ), (key, number)
        assert "допустимы: " in said[0].text
        tried += 1
    assert tried > 5


# --- points and per cents ---------------------------------------------------------------------------------------------


def test_scales_by_grade() -> None:
    mark = act("goethe23", "mark", new="12")
    ten = replace(mark, place=TENTH)
    second = replace(mark, place=replace(ALGEBRA, grade=2), new="5")
    first = replace(second, place=replace(ALGEBRA, grade=1))
    january = lesson(day=date(2027, 1, 11))
    table = [
        case("twelve of twelve", mark, PASS),
        case("thirteen", replace(mark, new="13"), REFUSE, "БАЛЛ-1.1"),
        case("nought where the scale begins at one", replace(mark, new="0"), REFUSE, "БАЛЛ-1.1"),
        case("half a point where the step is one", replace(mark, new="7.5"), REFUSE, "БАЛЛ-1.1"),
        case("a hundred in the tenth", replace(ten, new="100"), PASS),
        case("half a point in the tenth", replace(ten, new="99.5"), PASS),
        case("a quarter of a point", replace(ten, new="99.25"), REFUSE, "БАЛЛ-1.2"),
        case("more than a hundred", replace(ten, new="100.5"), REFUSE, "БАЛЛ-1.2"),
        case("«н/а» beside the numbers", replace(ten, new="н/а"), PASS),
        case("the same in the seventh", replace(mark, new="н/а"), REFUSE, "БАЛЛ-1.1"),
        case("a level in the first", replace(first, new="освоено"), PASS),
        case("a mark in the first", first, REFUSE, "БАЛЛ-3.1"),
        case("a mark in the second before 9 January", second, REFUSE, "БАЛЛ-3.2"),
        case("from that day on", replace(second, lesson=january, at=at("12:00", date(2027, 1, 11))), PASS),
        case("a term mark is one of five", final("4", "control:12 oral:4"), PASS),
        case("and not points", final("70", place=TENTH, evidence=None), REFUSE, "БАЛЛ-1.3"),
    ]
    check("points", table)
    rules = law("points")
    assert read_mark(rules, "99,5", on=MONDAY, place=TENTH) == "99.5"
    symbols = mark_symbols(rules, on=MONDAY, place=ALGEBRA)
    assert symbols is not None and symbols[0] == "12" and len(symbols) == 12
    shown = scale_symbols(rules, on=MONDAY, place=TENTH)
    assert shown is not None and {s: (w, p) for s, w, p in shown}["49.5"] == (49.5, False)
    assert {s: (w, p) for s, w, p in shown}["н/а"] == (None, True)
    assert printing_forbidden(rules, MONDAY) and not printing_forbidden(law("load"), MONDAY)


def test_a_mark_of_shares() -> None:
    """60 % control works, 40 % the rest: 12·0.6 + 4·0.4 = 8.8 points, band «4»."""
    good = "control:12 oral:4"
    table = [
        case("the computed mark", final("4", good), PASS),
        case("another without a reason", final("5", good), PERMIT, "БАЛЛ-2.1"),
        case("another with a reason", replace(final("5", good), reason="олимпиада"), REMARK),
        case("a group without marks: not attested", final("н/а", "oral:12 oral:11"), PASS),
        case("a mark there", final("5", "oral:12 oral:11"), PERMIT, "БАЛЛ-2.1"),
    ]
    check("points", table)
    formula = computed("points")
    assert formula.propose(marks(good)).mean == pytest.approx(8.8)
    assert formula.propose(marks("control:12 oral:7")).symbol == "5", "12·0.6 + 7·0.4 = 10: the border itself"
    assert formula.propose(()).symbol == "н/а"


def test_admission_and_the_window_of_editing() -> None:
    two = Evidence(marks=marks("laboratory:9 laboratory:8"), held=10, away=_away("ill", 3))
    exam = act("goethe23", "mark", work=("exam",), new="10", evidence=two)
    fix = act("goethe23", "mark", "correct", new="9", old="8")
    table = [
        case("admitted", exam, PASS),
        case("a laboratory work lacks", replace(exam, evidence=replace(two, marks=two.marks[:1])), REFUSE, "БАЛЛ-4.1"),
        case("by a protocol", replace(exam, evidence=Evidence(), ground=frozenset({"protocol"})), PASS),
        case("missed three of ten", exam, PASS),
        case("missed four of ten", replace(exam, evidence=replace(two, away=_away("ill", 4))), REFUSE, "БАЛЛ-4.1"),
        case("a failed term", replace(exam, evidence=replace(two, parts=(PartFact("I", "2"),))), REFUSE, "БАЛЛ-4.1"),
        case("other works ask for nothing", replace(exam, work=("oral",), evidence=Evidence()), PASS),
        case("day two, six in the evening", replace(fix, at=at("18:00", october(7))), PASS),
        case("a second later", replace(fix, at=at("18:00:01", october(7))), PERMIT, "БАЛЛ-5.1"),
        case("the day before, late", replace(fix, at=at("23:59", october(6))), PASS),
        case("by a permit", replace(fix, at=at("09:00", october(9)), permit_granted=True), REMARK, "БАЛЛ-5.1"),
    ]  # fmt: skip
    check("points", table)


def _away(meaning: str, count: int, last: int = 4) -> tuple[Away, ...]:
    days = [october(last - number) for number in range(count) if last - number > 0]
    return tuple(Away(day, meaning, ALGEBRA.journal_id) for day in reversed(days)) + tuple(
        Away(date(2026, 9, 30 - extra), meaning, ALGEBRA.journal_id) for extra in range(count - len(days))
    )


# --- the load of a class ----------------------------------------------------------------------------------------------


def work(day: int, number: int = 2, kind: str = "control", journal: int = 99, lesson_id: int = 0) -> WorkFact:
    return WorkFact(october(day), lesson_id or 100 + day * 10 + number, number, kind, journal, "Физика")


def planned(*works: WorkFact, kind: str = "control", day: int = 5, number: int = 3, **more: Any) -> Any:
    """The first mark of a new work on a day of October 2026 (the 5th is a Monday), the third lesson of six."""
    facts: dict[str, Any] = {
        "works": works,
        "new_work": kind,
        "day": (1, 6),
        "term": (date(2026, 9, 1), date(2026, 10, 26)),
        "lessons": 30,
    }
    held = lesson(day=october(day), number=number)
    return act(
        "goethe23", "mark", work=(kind,), lesson=held, at=held.ends_at, evidence=Evidence(**(facts | more))
    )


def test_control_works_in_a_day_and_a_week() -> None:
    table = [
        case("the only one", planned(), PASS),
        case("a second the same day", planned(work(5)), REFUSE, "НАГР-1"),
        case("a test counts too", planned(work(5, kind="test")), REFUSE, "НАГР-1"),
        case("an oral answer does not", planned(work(5, kind="oral")), PASS),
        case("the second of the week", planned(work(7)), PASS),
        case("the third of the week", planned(work(7), work(9)), REFUSE, "НАГР-1"),
        case("the third, tenth grade", replace(planned(work(7), work(9)), place=TENTH), PASS),
        case("last week's do not count", planned(work(2), work(1), work(3)), PASS),
        case("what is there already is not asked again", planned(work(5), work(6), kind=""), PASS),
        case("nobody has read the class", replace(planned(), evidence=None), PASS),
        case("before the order", planned(work(5), day=5), PASS, under=law_of([later()])),
    ]
    check("load", table)


def later() -> Any:
    return parse_edition(source("load").replace("in_force_from = 2026-09-01", "in_force_from = 2026-10-06"))


def test_control_works_apart_in_place_and_share() -> None:
    own, other = ALGEBRA.journal_id, replace(ALGEBRA, homeroom="7Б")
    table = [
        case("seven days after the last", planned(work(2, journal=own), day=9), PASS),
        case("six days after", planned(work(2, journal=own), day=8), REFUSE, "НАГР-2"),
        case("six days after another subject's", planned(work(2), day=8), PASS),
        case("first lesson", planned(number=1), REFUSE, "НАГР-2"),
        case("second lesson", planned(number=2), PASS),
        case("last lesson", planned(number=6), REFUSE, "НАГР-2"),
        case("Saturday", planned(day=10), REFUSE, "НАГР-2"),
        case("three days before the end of the term", replace(planned(day=22), place=other), PASS),
        case("two days before it", replace(planned(day=23), place=other), REFUSE, "НАГР-2"),
        case("three of thirty lessons", planned(work_lessons=(("control", 2),)), PASS),
        case("four of thirty", planned(work_lessons=(("control", 3),)), REFUSE, "НАГР-3"),
        case("a composition on that day", planned(work(5, kind="composition")), REFUSE, "НАГР-3"),
        case("a composition beside a control work", planned(work(5), kind="composition"), REFUSE, "НАГР-3"),
    ]
    check("load", table)


def test_homework_fills_the_day_to_its_limit() -> None:
    tuesday, monday = date(2026, 10, 6), date(2026, 10, 12)

    def given(minutes: int | None, *others: int | None, due: date = tuesday, **more: Any) -> Any:
        facts = Evidence(due=due, minutes=minutes, others=others)
        return act("goethe23", "homework", new="§ 12", evidence=facts, **more)

    sixth = replace(ALGEBRA, grade=6)
    table = [
        case("150 minutes", given(50, 60, 40), PASS),
        case("151 minutes", given(51, 60, 40), REFUSE, "НАГР-4"),
        case("121 in the sixth", given(21, 60, 40, place=sixth), REFUSE, "НАГР-4"),
        case("120 in the sixth", given(20, 60, 40, place=sixth), PASS),
        case("unknown is twenty", given(None, None, 110), PASS),
        case("one minute more", given(None, None, 111), REFUSE, "НАГР-4"),
        case("sixty on a Monday", given(30, 30, due=monday), PASS),
        case("sixty-one on a Monday", given(31, 30, due=monday), REFUSE, "НАГР-4"),
        case("nothing set", given(None, 200, declared_none=True), PASS),
        case("for one student", given(100, 100, individual=True), PASS),
    ]
    check("load", table)


def test_protection_after_an_illness() -> None:
    """Ill from Thursday 1 to Saturday 3 October, back on Monday 5."""
    ill = Evidence(away=tuple(Away(october(day), "ill", 5) for day in (1, 2, 3)))
    two = act("goethe23", "mark", new="2", work=("oral",), evidence=ill)
    control = replace(two, new="5", work=("control",))
    tuesday, wednesday, thursday = (lesson(day=october(day)) for day in (6, 7, 8))
    short = Evidence(away=ill.away[1:])
    table = [
        case("a two on the day of return", two, REFUSE, "НАГР-5"),
        case("a three", replace(two, new="3"), PASS),
        case("a two among two marks", replace(two, new="4/2"), REFUSE, "НАГР-5"),
        case("a two the day after", replace(two, lesson=tuesday), PASS),
        case("away for two days only", replace(two, evidence=short), PASS),
        case("another reason", replace(two, evidence=Evidence(away=tuple(
            replace(one, meaning="unexcused") for one in ill.away))), PASS),
        case("a control work on day two", replace(control, lesson=wednesday), REFUSE, "НАГР-6"),
        case("on day three", replace(control, lesson=thursday), PASS),
        case("a dispensed student", replace(control, student_id=501), PASS),
        case("excepted by the council", replace(two, student_id=502), PASS),
        case("and nobody else", replace(two, student_id=503), REFUSE, "НАГР-5"),
        case("absences apart are not one absence", replace(two, evidence=Evidence(away=(
            Away(october(1), "ill", 5), Away(october(3), "ill", 5), Away(date(2026, 9, 28), "ill", 5)))), PASS),
    ]  # fmt: skip
    check("load", table)


def test_a_threshold_is_told_when_it_is_reached() -> None:
    def missed(before: int, meaning: str = "unexcused") -> Any:
        away = tuple(Away(october(1 + n % 4), "unexcused", 5) for n in range(before))
        return act("goethe23", "absence", new=meaning, symbol="н", evidence=Evidence(away=away))

    september = tuple(Away(date(2026, 9, 20 + n), "unexcused", 5) for n in range(5))
    table = [
        case("the second", missed(1), PASS),
        case("the third", missed(2), REMARK, "НАГР-7"),
        case("the fourth", missed(3), PASS),
        case("the tenth", missed(9), REMARK, "НАГР-7"),
        case("an illness", missed(2, "ill"), PASS),
        case("last month's", replace(missed(0), evidence=Evidence(away=september)), PASS),
    ]
    check("load", table)
    verdict = judge(law("load"), missed(9), calendar())
    assert "Письмо родителям: заместитель директора, срок 3 рабочих дня" in verdict.text


def test_a_variant_holds_for_its_class_on_its_days() -> None:
    table = [
        case("two a day in quarantine", planned(work(13), day=13), PASS),
        case("three a day", planned(work(13), work(13, 4), day=13), REFUSE, "НАГР-1", "НАГР-8"),
        case("the first lesson is allowed meanwhile", planned(day=13, number=1), PASS),
        case(
            "another class", replace(planned(work(13), day=13), place=replace(ALGEBRA, homeroom="7Б")), REFUSE
        ),
        case("the day before", planned(work(9), day=9), REFUSE, "НАГР-1"),
    ]
    check("load", table)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"НАГР-1" = { max_per_day = 2 }', '"НАГР-1" = { max_per_dya = 2 }', "пункт «НАГР-1»: лишний параметр"),
        ('"НАГР-1" = {', '"НАГР-0" = {', "пункта «НАГР-0» в этом акте нет"),
        ('of = ["НАГР-5"]', 'of = ["НАГР-55"]', "пункта «НАГР-55» в этом акте нет"),
        ('min_gap = "7d"', 'min_gap = "неделя"', "«неделя» не похоже на срок"),
        ('"saturday"]', '"суббота"]', "допустимы: first_lesson, last_lesson, monday"),
        ('by = "deputy", within = "3 work_days"', 'by = "завуч"', "«завуч» — неизвестная роль"),
        ("max_share = 10", "max_share = 110", "«110» вне допустимых границ; нужно число не больше 100"),
        ("classes = [\"7А\"]\nin", "roles = [\"teacher\"]\nin", "а не ролей: уберите roles"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_an_order_is_named(old: str, new: str, said: str) -> None:
    text = source("load")
    assert old in text
    with pytest.raises(RegulationError) as caught:
        parse_edition(text.replace(old, new))
    assert any(said in str(problem) and problem.line for problem in caught.value.problems), str(caught.value)


# --- weighted means ---------------------------------------------------------------------------------------------------

SEVEN = "oral:5 oral:4 oral:4 oral:5 written:4 written:5 "
"""Six marks of weight 10 in all, 45 points; a control work of weight 3 makes seven."""


def test_a_term_mark_from_a_weighted_mean() -> None:
    """With a five: 50.. (36 + 15) / 11 = 4.64, «5»; with a four 4.36, «4»."""
    five, four = SEVEN + "control:5", SEVEN + "control:4"
    formula = computed("weights")
    assert formula.weight("project", 1) == 4 and formula.weight("test", 1) == 0
    assert formula.propose(marks(five)).mean == pytest.approx(51 / 11)
    assert formula.propose(marks(four)).mean == pytest.approx(48 / 11)
    table = [
        case("the computed mark", final("5", five), PASS),
        case("another", final("4", five), PERMIT, "ВЕС-2"),
        case("another, with a reason", replace(final("4", five), reason="по итогам зачёта"), REMARK, "ВЕС-2"),
        case("the other one", final("4", four), PASS),
        case("marks that do not count", final("4", four + " test:5 test:5 test:5"), PASS),
        case("a dispensed student", final("3", five, student_id=501), REMARK, "ВЕС-5"),
    ]
    check("weights", table)


def test_a_near_thing_is_decided_by_the_control_work() -> None:
    formula = computed("weights")
    near = "oral:5 " * 3 + "oral:4 " * 5 + "oral:3 oral:3 "
    assert formula.propose(marks(near)).mean == pytest.approx(4.1)
    below = formula.propose(marks("oral:5 " * 4 + "oral:4 " * 3 + "control:4"))
    assert below.mean == pytest.approx(4.4) and (below.symbol, below.is_edge) == ("4", False)
    edge = formula.propose(marks("oral:5 " * 8 + "oral:4 control:4"))  # (40 + 4 + 12) / 12 = 4.67
    assert edge.symbol == "5" and not edge.is_edge
    close = formula.propose(marks("oral:5 " * 7 + "oral:4 " * 2 + "control:4"))  # (35 + 8 + 12) / 12 = 4.58
    assert (close.symbol, close.is_edge) == ("4", True), "within 0.05 of 4.6: the control work says four"
    lifted = formula.propose(marks("oral:4 " * 4 + "oral:5 control:5"))  # (16 + 5 + 15) / 8 = 4.5
    assert lifted.symbol == "4", "0.1 away is no near thing"


def test_too_few_marks_and_who_is_dispensed() -> None:
    six, seven = "oral:4 " * 6, "oral:4 " * 7
    quarter = replace(QUARTER, until=date(2026, 10, 26))
    one_hour = replace(ALGEBRA, weekly_hours=1.0)
    table = [
        case("seven at four hours", final("4", seven), PASS),
        case("six at four hours", final("4", six), REFUSE, "ВЕС-3"),
        case("«н/а» with six", final("н/а", six, reason="мало отметок"), REMARK, "ВЕС-2"),
        case("three at one hour", final("4", "oral:4 " * 3, place=one_hour), PASS),
        case("two at one hour", final("4", "oral:4 oral:4", place=one_hour), REFUSE, "ВЕС-3"),
        case("half an hour more takes the lower row", final("4", "oral:4 " * 5, place=replace(
            ALGEBRA, weekly_hours=2.5)), PASS),
        case("eight in the tenth", final("4", "oral:4 " * 8, place=TENTH), PASS),
        case("seven in the tenth", final("4", seven, place=TENTH), REFUSE, "ВЕС-3"),
        case("a dispensed student", final("4", "oral:4 " * 3, student_id=501), PASS),
        case("before the edition", final("4", six, term=replace(
            quarter, starts=date(2026, 6, 1), until=date(2026, 8, 30))), PASS),
    ]  # fmt: skip
    check("weights", table)
    assert computed("weights").propose(marks("oral:5 oral:5")).symbol == "н/а"


def test_the_year_follows_from_its_terms() -> None:
    def year(value: str, *parts: str, **more: Any) -> Any:
        facts = Evidence(parts=tuple(PartFact(f"{n} четверть", mark) for n, mark in enumerate(parts, 1)))
        return final(value, term=YEAR, evidence=facts, at=at("12:00", date(2027, 5, 25)), **more)

    table = [
        case("the mean, half up", year("4", "3", "4", "3", "4"), PASS),
        case("lower", year("3", "3", "4", "3", "4"), REFUSE, "ВЕС-4"),
        case("above the best", year("5", "4", "4", "4", "4"), REFUSE, "ВЕС-4"),
        case("a term not attested", year("4", "н/а", "4", "4", "4"), REFUSE, "ВЕС-4"),
        case("then only a two", year("2", "н/а", "2", "2", "2"), PASS),
    ]
    check("weights", table)


def test_the_gap_the_window_and_the_form_of_correction() -> None:
    fix = act("goethe23", "mark", "correct", new="5", old="4")
    far = "oral:3 oral:3 oral:4 oral:4 oral:3 oral:3 oral:4"  # 3.43
    table = [
        case("0.57 away", final("4", far, reason="по итогам зачёта"), REMARK, "ВЕС-2"),
        case("struck with a reason", replace(fix, reason="ошибка"), PASS),
        case("without", fix, PERMIT, "ВЕС-6"),
        case("never taken away", replace(fix, verb="annul", new="", reason="ошибка"), REFUSE, "ВЕС-6"),
        case("five days before the end", final("4", "oral:4 " * 7, at=at("00:00", october(20))), PASS),
        case("six days before", final("4", "oral:4 " * 7, at=at("23:59", october(19))), REMARK, "ВЕС-7"),
        case("two days after", final("4", "oral:4 " * 7, at=at("23:59", october(27))), PASS),
        case("three days after", final("4", "oral:4 " * 7, at=at("00:00", october(28))), REMARK, "ВЕС-7"),
    ]
    check("weights", table)
    verdict = judge(law("weights"), final("4", far, reason="зачёт"), calendar())
    assert "ВЕС-5" not in verdict.clause_ids, "0.57 is within 0.6"
    narrower = law("weights", SettingChange("ВЕС", "gap", 0.5, date(2026, 9, 1)))
    assert "ВЕС-5" in judge(narrower, final("4", far, reason="зачёт"), calendar()).clause_ids


def test_the_school_moves_a_border_from_a_day() -> None:
    five = SEVEN + "control:5"
    moved = SettingChange("ВЕС", "borders", {"5": 4.7, "4": 3.6, "3": 2.6, "2": 0}, date(2026, 11, 1))
    second = replace(QUARTER, title="II четверть", starts=date(2026, 11, 5), until=date(2026, 12, 28))
    december = at("12:00", date(2026, 12, 25))
    table = [
        case("the first term by the old border", final("5", five), PASS),
        case("the second by the new one", final("4", five, term=second, at=december), PASS),
        case("not by the old", final("5", five, term=second, at=december), PERMIT, "ВЕС-2"),
    ]
    check("weights", table, moved)


# --- words of an act's own -------------------------------------------------------------------------------------------


def test_an_act_is_said_in_its_own_names_of_works() -> None:
    """A deputy head reads «технический зачёт», not the code of the file; so does the comparison of two editions."""
    act_file = ACTS / "music.toml"
    said = " ".join(line for one in explained(read_edition(act_file)) for line in one.says)
    assert "технический зачёт — 2" in said and "«Академический концерт», «Технический зачёт» — 60 %" in said
    assert not re.search("[a-z]{3,}", said), said
    new = parse_edition(act_file.read_text(encoding="utf-8").replace("technical = 2", "technical = 3"))
    (changed,) = difference(read_edition(act_file), new).changed
    assert "технический зачёт — 3" in changed.says
