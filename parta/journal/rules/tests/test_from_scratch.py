"""Acts of schools elsewhere, written from scratch in one file each: what they compute, refuse, find and say."""

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from parta.foundation import clock
from parta.journal.models import Absence, Assessment, Homework, LessonRecord, Mark, TermMark
from parta.journal.rules.auto_remarks import auto_remark_matters
from parta.journal.rules.evidence import Evidence, MarkFact, PartFact
from parta.journal.rules.owed import Scope
from parta.journal.rules.questions import term_formula
from parta.journal.rules.tests.acting import (
    ALGEBRA,
    Outcome,
    TermState,
    act,
    at,
    calendar,
    case,
    judge,
    lesson,
    misjudged,
    october,
    replace,
)
from parta.journal.rules.tests.living import cited, days_of, law_now, live_under, mark, owed, send, text_of
from parta.regulation.edition import parse_edition
from parta.regulation.explain import explained
from parta.regulation.judge import law_of

PASS, REMARK, PERMIT, REFUSE = Outcome.PASS, Outcome.REMARK, Outcome.PERMIT, Outcome.REFUSE
ACTS = Path(__file__).parent / "acts"
NAMES = ["lyceum", "kazakh", "modules", "belarus", "first_grade", "assessment", "order_life"]
QUARTER = TermState("I четверть", "quarter", starts=date(2026, 9, 1), until=date(2026, 10, 26))
YEAR = TermState("Год", "year", starts=date(2026, 9, 1), until=date(2027, 5, 26))


def source(name: str) -> str:
    return (ACTS / f"{name}.toml").read_text(encoding="utf-8")


def law(name: str) -> Any:
    return law_of([parse_edition(source(name))])


def check(name: str, table: list[Any]) -> None:
    under = law(name)
    assert misjudged([replace(line, law=under) for line in table], "goethe23") == []


def marks(text: str) -> tuple[MarkFact, ...]:
    """«5 4 control:3» as marks, one a day of September."""
    found = []
    for number, word in enumerate(text.split()):
        kind, _, value = word.rpartition(":")
        found.append(MarkFact(value, kind or "oral", 1.0, date(2026, 9, 1 + number)))
    return tuple(found)


def final(value: str, text: str = "", **more: Any) -> Any:
    facts: dict[str, Any] = {"new": value, "lesson": None, "term": QUARTER, "at": at("12:00", october(25))}
    return act("goethe23", "final", **(facts | {"evidence": Evidence(marks=marks(text))} | more))


@pytest.mark.parametrize("name", NAMES)
def test_it_is_checked_and_explained_by_the_command(name: str) -> None:
    for verb in ("check", "explain"):
        run = subprocess.run(
            [sys.executable, "-m", "parta.cli", "regulation", verb, str(ACTS / f"{name}.toml")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stdout + run.stderr
        assert ("Ошибок нет" in run.stdout) is (verb == "check")
    lines = explained(parse_edition(source(name)))
    words = " ".join(" ".join(line.says) + line.breach + line.whom for line in lines)
    assert lines and not any(raw in words for raw in ("None", "frozenset", "Duration", "object at"))


# --- a lyceum: weighted means, rounding from 4.6, the last control work decides ------------------------------------


def test_lyceum_rounds_from_four_point_six_and_asks_the_last_control_work() -> None:
    formula = term_formula(law("lyceum"), on=october(5), place=ALGEBRA)
    assert formula is not None
    five = formula.propose(marks("5 5 5 5 5 4 4 control:5"))  # (25 + 8 + 15) / 10 = 4.8
    assert (five.symbol, five.is_edge) == ("5", False)
    # (5·5 + 2·4 + 15) / 10... with a four at the end the mean is 4.5: within 0.1 of 4.6, and the last one decides
    near = formula.propose(marks("control:5 5 5 5 5 5 4 control:4"))  # (15 + 25 + 4 + 12) / 12 = 4.67
    assert near.symbol == "4" and near.is_edge and "спор решает контрольная" in near.why
    turned = formula.propose(marks("control:4 5 5 5 5 5 4 control:5"))  # (12 + 25 + 4 + 15) / 12 = 4.67
    assert turned.symbol == "5"
    table = [
        case("the computed", final("4", "5 5 4 4 4 control:4"), PASS),
        case("another", final("5", "5 5 4 4 4 control:4"), PERMIT, "ЛИЦ-3.1"),
        case("five marks at four hours a week", final("4", "4 4 4 4 4"), REFUSE, "ЛИЦ-3.4"),
        case("six", final("4", "4 4 4 4 4 4"), PASS),
        case("not attested with five", replace(final("н/а", "4 4 4 4 4"), reason="болезнь"), REMARK),
        case("the fourth grade is not asked", final("5", "4", place=replace(ALGEBRA, grade=4)), PASS),
    ]
    check("lyceum", table)


def test_lyceum_closes_marks_at_four_on_the_second_school_day() -> None:
    fix = act("goethe23", "mark", "correct", new="5", old="4")
    table = [
        case("Wednesday, four in the afternoon", replace(fix, at=at("16:00", october(7))), PASS),
        case("a second later", replace(fix, at=at("16:00:01", october(7))), PERMIT, "ЛИЦ-4.5"),
        case("by an order", replace(fix, at=at("17:00", october(7)), ground=frozenset({"order"})), REMARK),
        case(
            "three working days", act("goethe23", "mark", work=("written",), at=at("15:59", october(7))), PASS
        ),
    ]
    check("lyceum", table)
    written = act("goethe23", "mark", work=("composition",), at=at("12:00", october(14)))
    assert "ЛИЦ-4.2" in judge(law("lyceum"), written, calendar()).clause_ids, "a week is seven days"
    seventh = replace(written, at=at("23:59", october(12)))
    assert "ЛИЦ-4.2" not in judge(law("lyceum"), seventh, calendar()).clause_ids


# --- criteria, shares and per cents -------------------------------------------------------------------------------


def test_criteria_make_a_quarter_of_shares_and_bands() -> None:
    """25 % formative, 25 % of sections, 50 % of the quarter: 80·0.25 + 60·0.25 + 90·0.5 = 80, the band of «4»."""
    good = "fo:80 sor:60 soch:90"
    table = [
        case("in the band", final("4", good), PASS),
        case("above it", final("5", good), REFUSE, "КРИТ-9"),
        case("the border itself", final("5", "fo:80 sor:80 soch:90"), PASS),
        case("a hundredth below", final("5", "fo:80 sor:79 soch:90"), REFUSE, "КРИТ-9"),
        case("no summative mark of the quarter", final("4", "fo:80 sor:90"), REFUSE, "КРИТ-9"),
        case("then not assessed", final("н/о", "fo:80 sor:90"), PASS),
        case("a hundred per cent", act("goethe23", "mark", new="100", work=("sor",)), PASS),
        case("a hundred and one", act("goethe23", "mark", new="101", work=("sor",)), REFUSE, "КРИТ-6"),
        case("an unknown work", act("goethe23", "mark", new="50", work=("oral",)), REFUSE, "КРИТ-5"),
        case("a word in the first", act("goethe23", "mark", new="средний", work=("fo",), place=replace(
            ALGEBRA, grade=1)), PASS),
        case("a number in the first", act("goethe23", "mark", new="50", work=("fo",), place=replace(
            ALGEBRA, grade=1)), REFUSE, "КРИТ-13"),
        case("missed by illness, no order", act("goethe23", "mark", new="50", work=("soch",), absent="ill"), REFUSE,
             "КРИТ-12"),
        case("with an order", act("goethe23", "mark", new="50", work=("soch",), absent="ill", ground=frozenset(
            {"order"})), PASS),
    ]  # fmt: skip
    check("kazakh", table)
    words = judge(law("kazakh"), final("5", good), calendar()).text
    assert "80" in words and "«4»" in words, words


# --- modules and an exam of points --------------------------------------------------------------------------------


def _year(value: str, terms: str, exam: str = "", **more: Any) -> Any:
    parts = tuple(PartFact(f"{n} модуль", mark, "trimester") for n, mark in enumerate(terms.split(), 1))
    facts = Evidence(parts=parts, marks=marks(f"exam:{exam}") if exam else ())
    return final(value, term=YEAR, evidence=facts, at=at("12:00", date(2027, 5, 25)), **more)


def test_the_year_is_made_of_modules_and_an_exam_of_points() -> None:
    """60 % of the mean of modules and 40 % of the exam's band: 4·0.6 + 5·0.4 = 4.4."""
    table = [
        case("eighty points are a five", _year("4", "4 4 4", "80"), PASS),
        case("not a five of the year", _year("5", "4 5 3", "80"), PERMIT, "МОД-5"),
        case("seventy-nine a four", _year("5", "5 5 4", "79"), PERMIT, "МОД-5"),
        case("eighty lift it", _year("5", "5 5 4", "80"), PASS),
        case("above the best module", _year("5", "4 4 4", "100"), PERMIT, "МОД-5"),
        case("no exam", _year("4", "4 4 4"), PERMIT, "МОД-5"),
        case("one module only", _year("4", "4", "80"), PASS),
        case("a module not attested", _year("4", "4 4 н/а", "80"), PERMIT, "МОД-5"),
        case("by minutes of the council", _year("5", "4 5 3", "80", ground=frozenset({"protocol"})), REMARK),
        case("half to the even", final("4", "4 5 4 5"), PASS),
        case("credits do not count", final("4", "4 4 4 з з нз"), PASS),
    ]
    check("modules", table)
    verdict = judge(law("modules"), _year("5", "4 5 3", "80"), calendar())
    assert "4,4" in verdict.text and "экзаменационная работа 5" in verdict.text and "«4»" in verdict.text, (
        verdict.text
    )


# --- ten points ---------------------------------------------------------------------------------------------------


def test_ten_points_their_thresholds_and_days_without_control_works() -> None:
    ten = act("goethe23", "mark", new="10")
    planned = Evidence(
        new_work="control", day=(1, 6), lessons=30, term=(date(2026, 9, 1), date(2026, 10, 26))
    )
    tuesday = act("goethe23", "mark", new="7", work=("control",), evidence=planned, lesson=lesson(
        day=october(6), number=3), at=at("12:00", october(6)))  # fmt: skip
    table = [
        case("ten", ten, PASS),
        case("nought", replace(ten, new="0"), REFUSE, "ДЕС-1"),
        case("a word beside", replace(ten, new="осв"), PASS),
        case("control works weigh two: (7 + 7 + 2·9) / 4 = 8", final("8", "7 7 control:9"), REMARK, "ДЕС-4"),
        case("seven marks", final("8", "8 8 8 8 8 8 8"), PASS),
        case("half a point goes up", final("8", "7 8 7 8 7 8 7 8"), PASS),
        case("Tuesday", tuesday, PASS),
        case("Monday", replace(tuesday, lesson=lesson(day=october(5), number=3)), REFUSE, "ДЕС-5"),
        case("the last lesson", replace(tuesday, lesson=lesson(day=october(6), number=6)), REFUSE, "ДЕС-5"),
    ]
    check("belarus", table)


# --- the first grade ----------------------------------------------------------------------------------------------


def test_grades_without_marks_and_their_homework() -> None:
    first, second = replace(ALGEBRA, grade=1), replace(ALGEBRA, grade=2)
    january = lesson(day=date(2027, 1, 11))
    task = act(
        "goethe23", "homework", new="стр. 5", evidence=Evidence(due=october(6), minutes=90), place=second
    )
    table = [
        case("a level", act("goethe23", "mark", new="усвоил", place=first), PASS),
        case("a five", act("goethe23", "mark", new="5", place=first), REFUSE, "НАЧ-1"),
        case("a final five", final("5", place=first), REFUSE, "НАЧ-1"),
        case("the second grade before the new year", act("goethe23", "mark", place=second), REFUSE, "НАЧ-2"),
        case("and after", act("goethe23", "mark", place=second, lesson=january, at=at(
            "12:00", date(2027, 1, 11))), PASS),
        case("ninety minutes", task, PASS),
        case("ninety-one", replace(task, evidence=Evidence(due=october(6), minutes=91)), REFUSE, "НАЧ-4"),
        case("sixty-one on a Friday", replace(task, evidence=Evidence(due=october(9), minutes=61)), REFUSE, "НАЧ-4"),
        case("unsaid", replace(task, evidence=Evidence(due=october(6))), REFUSE, "НАЧ-4"),
        case("any in the first", replace(task, place=first), REFUSE, "НАЧ-5"),
        case("none in the first", replace(task, place=first, new="", declared_none=True), PASS),
    ]  # fmt: skip
    check("first_grade", table)


def test_words_that_families_are_not_written() -> None:
    under = law_of(
        [
            parse_edition(
                text_of('kind = "polite_wording"\nstop_list = ["лентя*", "хам"]\non_breach = "refuse"')
            )
        ]
    )
    note = act("goethe23", "note", new="Сегодня Лентяйничал на уроке")
    table = [
        case("a beginning of a word", note, REFUSE, "Н-1"),
        case("a whole word", replace(note, new="Вёл себя как хам."), REFUSE, "Н-1"),
        case("another that begins so", replace(note, new="Хамса — рыба"), PASS),
        case("polite", replace(note, new="Не сделал задание, прошу проверить"), PASS),
    ]
    assert misjudged([replace(line, law=under) for line in table], "goethe23") == []


# --- what lives: a school under these acts, through the page ------------------------------------------------------


def _empty(cast: Any) -> None:
    for model in (Mark, Assessment, Homework, Absence, TermMark):
        model.objects.filter(school=cast.school).delete()


def test_the_schedule_of_control_works_holds_at_the_page(cast: Any, client_of: Any) -> None:
    """Not more than one a day, a tenth of the lessons, not on the first lesson: refused with the clause, and found."""
    _empty(cast)
    live_under(cast, source("assessment"))
    student = cast.named("Асанов")
    maths = cast.lesson_on("maths", date(2026, 10, 13))
    russian = cast.lesson_on("russian", date(2026, 10, 13))
    with clock.rehearse(cast.local(date(2026, 10, 13), 14)):
        first = send(client_of(cast.teacher), cast.russian, mark(russian, student, "4", "test"))
        assert first.status_code == 200, first.content.decode()
        second = send(client_of(cast.class_teacher), cast.maths, mark(maths, student, "4", "control"))
        assert second.status_code == 422 and "ОЦЕН-1" in cited(second)
        assert (
            send(client_of(cast.class_teacher), cast.maths, mark(maths, student, "4", "oral")).status_code
            == 200
        )


def test_an_order_of_the_director_lives_through_a_week(cast: Any, client_of: Any) -> None:
    """Remarks make themselves on Monday, climb, and close when mended; distance days have numbers of their own."""
    live_under(cast, source("order_life"))
    lesson_ = cast.lesson_on("maths", date(2026, 10, 9))
    LessonRecord.objects.filter(school=cast.school).delete()

    def remarks(day: date, hour: int = 9) -> dict[int | None, Any]:
        moment = cast.local(day, hour)
        found = auto_remark_matters(
            law_now(cast), cast.school.id, Scope(), since=date(2026, 10, 9), at=moment, calendar=days_of(cast)
        )
        return {one.who_id: one for one in found if one.since == date(2026, 10, 12)}

    assert remarks(date(2026, 10, 11)) == {}, "Sunday: not yet made"
    mine = remarks(date(2026, 10, 12))[cast.class_teacher.id]
    assert mine.role == "teacher" and "15\N{NO-BREAK SPACE}октября" in mine.text
    assert {clause.id for clause in mine.clauses} == {"ЖУР-5"}
    climbed = remarks(date(2026, 10, 20))[cast.class_teacher.id]
    assert climbed.role == "deputy" and "просрочено" in climbed.text
    for one in owed(cast, cast.local(date(2026, 10, 12), 9), since=date(2026, 10, 9)):
        row, _ = LessonRecord.objects.get_or_create(
            lesson_id=one.lesson_id, defaults={"school": cast.school, "journal_id": one.journal_id}
        )
        row.topic, row.conducted_at, row.roll_at, row.topic_at = "Тема", cast.at, cast.at, cast.at
        row.save()
        Homework.objects.get_or_create(
            lesson_id=one.lesson_id, student=None,
            defaults={"school": cast.school, "journal_id": one.journal_id, "text": "§ 1", "set_at": cast.at,
                      "changed_at": cast.at},
        )  # fmt: skip
    left = remarks(date(2026, 10, 12))
    assert all("отмет" in one.detail for one in left.values()), "what is written is no remark"
    tasks = [one for one in owed(cast, cast.local(date(2026, 10, 13), 14)) if one.fact == "homework"]
    distance = {one.due - one.since for one in tasks if one.date == date(2026, 10, 13)}
    usual = {one.due - one.since for one in tasks if one.date == date(2026, 10, 8)}
    assert usual <= {timedelta(hours=2)} and distance == {timedelta(hours=24)}
    assert lesson_.date == date(2026, 10, 9)
