"""Topics: stated, worded, planned, in Russian."""

from typing import Any

import pytest

from parta.journal.rules import Outcome, judge, topic_rule
from parta.journal.rules.tests.acting import (
    ALGEBRA,
    MONDAY,
    REPLACES,
    SUBSTITUTE,
    act,
    calendar,
    case,
    law,
    lesson,
    misjudged,
)
from parta.journal.rules.topics import abbreviations, is_mostly_russian

PASS, REMARK, REFUSE = Outcome.PASS, Outcome.REMARK, Outcome.REFUSE
COLLEGE = "egorievsk-college"


def topic(preset: str, text: str, verb: str = "record", **more: object) -> Any:
    held = (
        lesson(preset, planned_topic=text, plan_topics=frozenset({text}))
        if preset == COLLEGE
        else lesson(preset)
    )
    return act(preset, "topic", verb, new=text, **({"lesson": held} | more))


@pytest.mark.clause("IP-2.7c")
def test_lesson_is_not_held_without_a_topic() -> None:
    table = [
        case("with", act("ipatovo1", "conducted", lesson=lesson("ipatovo1", topic="Дроби")), PASS),
        case("without", act("ipatovo1", "conducted", lesson=lesson("ipatovo1", topic="")), REFUSE, "IP-2.7c"),
        case("blank", act("ipatovo1", "conducted", lesson=lesson("ipatovo1", topic="  ")), REFUSE, "IP-2.7c"),
        case("taken away afterwards", act("ipatovo1", "topic", "annul"), REFUSE, "IP-2.7c"),
        case(
            "taken away before it is held",
            act("ipatovo1", "topic", "annul", lesson=lesson("ipatovo1", conducted=False)),
            PASS,
        ),
    ]
    assert misjudged(table, "ipatovo1") == []


@pytest.mark.clause("CT-5.3a")
@pytest.mark.clause("GT-I-3.4b", partly=True)
@pytest.mark.parametrize(("preset", "clause"), [("goethe23", "GT-I-3.4b"), ("kemerovo-ct", "CT-5.3a")])
def test_lesson_without_topic_is_refused_as_held(preset: str, clause: str) -> None:
    table = [
        case("with", act(preset, "conducted"), PASS),
        case("without", act(preset, "conducted", lesson=lesson(preset, topic="")), REFUSE, clause),
    ]
    assert misjudged(table, preset) == []


@pytest.mark.clause("IP-2.7d")
def test_a_works_bare_title_is_no_topic() -> None:
    bare = [
        "Контрольная работа",
        "Контрольная работа.",
        "контрольная работа № 2",
        "Лабораторная работа №3",
        "Практическая работа",
    ]
    full = [
        "Контрольная работа № 2: Квадратные уравнения",
        "Лабораторная работа № 3. Измерение силы тока",
        "Практическая работа «Чтение карты»",
        "Квадратные уравнения",
        "Контрольный срез знаний",
    ]
    table = [case(text, topic("ipatovo1", text), REFUSE, "IP-2.7d") for text in bare]
    table += [case(text, topic("ipatovo1", text), PASS) for text in full]
    assert misjudged(table, "ipatovo1") == []


@pytest.mark.clause("ET-4.5e")
def test_college_takes_topic_or_number() -> None:
    table = [
        case("bare", topic(COLLEGE, "Контрольная работа"), REFUSE, "ET-4.5e"),
        case("bare laboratory", topic(COLLEGE, "Лабораторная работа"), REFUSE, "ET-4.5e"),
        case("number", topic(COLLEGE, "Контрольная работа № 2"), PASS),
        case("topic", topic(COLLEGE, "Самостоятельная работа по теме «Допуски»"), PASS),
    ]
    assert misjudged(table, COLLEGE) == []


@pytest.mark.clause("ET-4.5a", "ET-A-TEACHER-3a", "ET-A-MASTER-18a")
def test_topic_is_the_plans_and_the_next_one() -> None:
    plan = frozenset({"Допуски и посадки", "Шероховатость поверхности", "Резьбовые соединения"})
    held = lesson(COLLEGE, planned_topic="Шероховатость поверхности", plan_topics=plan)

    def tried(text: str) -> Any:
        return act(COLLEGE, "topic", new=text, lesson=held)

    table = [
        case("next", tried("Шероховатость поверхности"), PASS),
        case("double blank is no difference", tried("Шероховатость  поверхности"), PASS),
        case("out of order", tried("Резьбовые соединения"), REFUSE, "ET-4.5a"),
        case("not in the plan", tried("Шероховатость"), REFUSE, "ET-A-TEACHER-3a", "ET-A-MASTER-18a"),
        case(
            "no plan",
            act(COLLEGE, "topic", new="Допуски и посадки", lesson=lesson(COLLEGE)),
            REFUSE,
            "ET-4.5a",
        ),
    ]
    assert misjudged(table, COLLEGE) == []
    verdict = judge(law(COLLEGE), tried("Шероховатость"), calendar(COLLEGE))
    assert "«Шероховатость поверхности»" in verdict.reasons[0].allowed
    assert topic_rule(law(COLLEGE), on=MONDAY, place=ALGEBRA).planned_order
    assert not topic_rule(law("goethe23"), on=MONDAY, place=ALGEBRA).from_plan


@pytest.mark.clause("ET-4.11b")
def test_replaced_lesson_is_not_closed_without_its_planned_topic() -> None:
    def held(text: str) -> Any:
        replaced = lesson(COLLEGE, topic=text, substitute_id=SUBSTITUTE, planned_topic="Допуски и посадки")
        return act(COLLEGE, "conducted", by=REPLACES, lesson=replaced)

    table = [
        case("with", held("Допуски и посадки"), PASS),
        case("without", held(""), REFUSE, "ET-4.11b"),
    ]
    assert misjudged(table, COLLEGE) == []


@pytest.mark.clause("ET-4.5c", partly=True)
def test_no_shortened_words_in_topics() -> None:
    short = ["Самост. раб.", "к/р", "Сб. узлов", "Реш. задач по теме", "Контр. раб. № 2", "Повт. материала"]
    full = [
        "ГОСТ 2.305 и виды чертежей",
        "Повторение. Производная функции",
        "Решение задач. Закон Ома.",
        "Стихи А. С. Пушкина",
        "Роман «Евг. Онегин»",
        "XX век. Итоги",
        "Площадь фигур, с. 45",
    ]
    table = [case(text, topic(COLLEGE, text), REFUSE, "ET-4.5c") for text in short]
    table += [case(text, topic(COLLEGE, text), PASS) for text in full]
    assert misjudged(table, COLLEGE) == []
    assert abbreviations("Закон кол. движения", allowed=["кол."]) == []


@pytest.mark.clause("ET-4.5d")
def test_no_bare_general_entries() -> None:
    table = [
        case(text, topic(COLLEGE, text), REFUSE, "ET-4.5d")
        for text in ("Повторение", "повторение.", "Решение задач", "Обобщение")
    ] + [case("concrete", topic(COLLEGE, "Повторение. Производная функции"), PASS)]
    assert misjudged(table, COLLEGE) == []


@pytest.mark.clause("IP-2.7a", "IP-2.7b")
def test_entries_are_in_russian_in_every_subject() -> None:
    english = ALGEBRA.__class__(
        "eng", "Английский язык", "Иностранные языки", 7, "7А", 3.0, frozenset({"language"})
    )
    table = []
    for place in (ALGEBRA, english):
        for text, outcome in [
            ("Present Perfect", REFUSE),
            ("Настоящее совершенное время (Present Perfect)", PASS),
            ("Unit 5. Travelling", REFUSE),
            ("Функция y = kx + b", PASS),
        ]:
            clauses = ("IP-2.7a", "IP-2.7b") if outcome is REFUSE else ()
            table.append(case(text, topic("ipatovo1", text, place=place), outcome, *clauses))
    table.append(case("homework", act("ipatovo1", "homework", new="Learn the words"), REFUSE, "IP-2.7a"))
    table.append(case("comment", act("ipatovo1", "note", new="Well done"), REFUSE, "IP-2.7a"))
    assert misjudged(table, "ipatovo1") == []


@pytest.mark.clause("ET-6.8a", "ET-6.8b")
def test_college_reports_foreign_entries_and_lets_them_pass() -> None:
    table = [
        case("foreign", topic(COLLEGE, "Present Simple"), REMARK, "ET-6.8a", "ET-6.8b"),
        case("in brackets", topic(COLLEGE, "Настоящее простое время (Present Simple)"), PASS),
        case("in quotes", topic(COLLEGE, "Работа в «AutoCAD Mechanical Desktop»"), PASS),
    ]
    assert misjudged(table, COLLEGE) == []


@pytest.mark.clause("ET-A-TEACHER-6", "ET-A-MASTER-21")
def test_unclear_entries_are_reported() -> None:
    note = act(COLLEGE, "note", new="молодец")
    table = [
        case("shortened homework", act(COLLEGE, "homework", new="уч. §5"), REMARK, "ET-A-TEACHER-6"),
        case("full homework", act(COLLEGE, "homework", new="выучить § 5"), PASS),
        case("shortened practice topic", topic(COLLEGE, "Сб. узлов"), REFUSE, "ET-A-MASTER-21"),
        case("one word", note, REMARK, "ET-A-TEACHER-6"),
    ]
    assert misjudged(table, COLLEGE) == []


def test_share_of_russian() -> None:
    assert is_mostly_russian("§ 12, с. 45")
    assert is_mostly_russian("5, 6, 7")
    assert not is_mostly_russian("Present Simple и другие")
    assert not is_mostly_russian("(Present Simple)")
