"""Who writes: by load, by substitution, in the own subgroup; who only reads."""

import pytest

from parta.journal.rules import Outcome, Writer, judge
from parta.journal.rules.acts import LESSON_FACTS
from parta.journal.rules.tests.acting import (
    ALGEBRA,
    BERG,
    CLASS_TEACHER,
    DEPUTY,
    DIRECTOR,
    MASTER,
    OTHER,
    PARENT,
    PRACTICE,
    PUPIL,
    REPLACES,
    SUBSTITUTE,
    TEACHES,
    act,
    calendar,
    case,
    law,
    lesson,
    misjudged,
    replace,
)

PASS, REFUSE = Outcome.PASS, Outcome.REFUSE
COLLEGE = "egorievsk-college"
ALL_PRESETS = ("goethe23", "kemerovo-ct", "egorievsk-college", "ipatovo1", "dubrovo")


@pytest.mark.parametrize(
    ("preset", "clause"),
    [
        pytest.param("goethe23", "GT-P-2.4d", marks=pytest.mark.clause("GT-P-2.4d")),
        pytest.param(COLLEGE, "ET-A-TEACHER-1", marks=pytest.mark.clause("ET-A-TEACHER-1")),
        pytest.param("dubrovo", "DB-3.4.1a", marks=pytest.mark.clause("DB-3.4.1a")),
        pytest.param("kemerovo-ct", "CT-2.2e", marks=pytest.mark.clause("CT-2.2e", partly=True)),
        pytest.param("ipatovo1", "IP-2.13p", marks=pytest.mark.clause("IP-2.13p", partly=True)),
    ],
)
def test_own_journal_only(preset: str, clause: str) -> None:
    table = []
    for fact in ("mark", "absence", "conducted"):
        table.append(case(f"{fact}, own", act(preset, fact), PASS))
        table.append(case(f"{fact}, foreign", act(preset, fact, by=OTHER), REFUSE, clause))
        if fact != "absence":
            table.append(
                case(f"{fact}, class teacher as such", act(preset, fact, by=CLASS_TEACHER), REFUSE, clause)
            )
    assert misjudged(table, preset) == []


@pytest.mark.parametrize(
    ("preset", "clause"),
    [
        pytest.param("goethe23", "GT-P-2.1d", marks=pytest.mark.clause("GT-P-2.1d", partly=True)),
        pytest.param("kemerovo-ct", "CT-1.12d", marks=pytest.mark.clause("CT-1.12d")),
        pytest.param(COLLEGE, "ET-A-TEACHER-8", marks=pytest.mark.clause("ET-A-TEACHER-8")),
        pytest.param(COLLEGE, "ET-A-MASTER-23", marks=pytest.mark.clause("ET-A-MASTER-23")),
    ],
)
def test_substitution_is_stated_in_the_entry(preset: str, clause: str) -> None:
    replaced = lesson(preset, substitute_id=SUBSTITUTE, planned_topic="Квадратные уравнения")
    table = []
    for fact in ("mark", "conducted", "roll"):
        table.append(case(f"{fact}, stranger", act(preset, fact, by=OTHER), REFUSE, clause))
        table.append(
            case(f"{fact}, stated in the entry", act(preset, fact, by=OTHER, states_substitution=True), PASS)
        )
        table.append(case(f"{fact}, recorded before", act(preset, fact, by=REPLACES, lesson=replaced), PASS))
        table.append(case(f"{fact}, the teacher", act(preset, fact), PASS))
    assert misjudged(table, preset) == []
    verdict = judge(law(preset), act(preset, "roll", by=OTHER), calendar(preset))
    assert any("state_substitution" in reason.ways_out for reason in verdict.reasons)


@pytest.mark.clause("GT-I-5.2.tch.б", "ET-6.7b", partly=True)
@pytest.mark.parametrize(("preset", "clause"), [("goethe23", "GT-I-5.2.tch.б"), (COLLEGE, "ET-A-TEACHER-1")])
def test_substitute_writes_that_lesson_only(preset: str, clause: str) -> None:
    replaced = lesson(preset, substitute_id=SUBSTITUTE, planned_topic="Квадратные уравнения")
    elsewhere = Writer(SUBSTITUTE, frozenset({"teacher"}))
    table = [
        case("that lesson", act(preset, "mark", by=REPLACES, lesson=replaced), PASS),
        case("another lesson", act(preset, "mark", by=elsewhere), REFUSE, clause),
    ]
    assert misjudged(table, preset) == []


@pytest.mark.parametrize("preset", ALL_PRESETS)
@pytest.mark.clause("GT-I-BAN-c", "IP-2.1b", "DB-3.7", "ET-1.5", partly=True)
def test_students_and_parents_never_write(preset: str) -> None:
    for writer in (PUPIL, PARENT, Writer(5, frozenset({"student", "guardian"}))):
        for fact in sorted(LESSON_FACTS):
            for verb in ("record", "correct", "annul"):
                for granted in (False, True):
                    tried = act(
                        preset,
                        fact,
                        verb,
                        by=writer,
                        permit_granted=granted,
                        new="5" if fact == "mark" else "x",
                    )
                    assert not judge(law(preset), tried, calendar(preset)).passes, (preset, fact, verb)


def test_a_teacher_who_is_also_a_parent_writes_as_a_teacher() -> None:
    parent = replace(TEACHES, roles=frozenset({"teacher", "guardian"}))
    head = replace(CLASS_TEACHER, roles=frozenset({"teacher", "class_teacher", "guardian"}))
    table = [
        case("mark", act("goethe23", "mark", by=parent), PASS),
        case(
            "reason",
            act("goethe23", "absence", "correct", by=head, old="unknown", new="ill", symbol="Б"),
            PASS,
        ),
    ]
    assert misjudged(table, "goethe23") == []


@pytest.mark.parametrize(
    ("preset", "writer", "clause"),
    [
        pytest.param("dubrovo", DIRECTOR, "DB-3.6.2", marks=pytest.mark.clause("DB-3.6.2", partly=True)),
        pytest.param("dubrovo", DEPUTY, "DB-3.5.3", marks=pytest.mark.clause("DB-3.5.3", partly=True)),
        pytest.param("dubrovo", CLASS_TEACHER, "DB-3.3.1", marks=pytest.mark.clause("DB-3.3.1")),
        pytest.param(COLLEGE, CLASS_TEACHER, "ET-A-CURATOR-5a", marks=pytest.mark.clause("ET-A-CURATOR-5a")),
        pytest.param(
            COLLEGE,
            Writer(9, frozenset({"inspector"})),
            "ET-1.9",
            marks=pytest.mark.clause("ET-1.9", partly=True),
        ),
    ],
)
def test_reading_roles_do_not_write(preset: str, writer: Writer, clause: str) -> None:
    work = ("oral",)
    table = [
        case("mark", act(preset, "mark", by=writer, work=work), REFUSE, clause),
        case("the lesson's own teacher", act(preset, "mark", work=work), PASS),
        case(
            "who holds the lesson too",
            act(
                preset, "mark", work=work, by=replace(writer, person_id=1, relations=frozenset({"assigned"}))
            ),
            PASS,
        ),
    ]
    if "inspector" in writer.roles:
        table = table[:2]
    assert misjudged(table, preset) == []


@pytest.mark.clause("ET-6.9")
def test_each_teacher_keeps_the_own_subgroup() -> None:
    group = replace(ALGEBRA, tags=frozenset({"subgroup"}))
    table = [
        case("own student", act(COLLEGE, "mark", place=group), PASS),
        case(
            "student of the other subgroup",
            act(COLLEGE, "mark", place=group, student_here=False),
            REFUSE,
            "ET-6.9",
        ),
        case("teacher of the other subgroup", act(COLLEGE, "mark", place=group, by=OTHER), REFUSE, "ET-6.9"),
    ]
    assert misjudged(table, COLLEGE) == []


@pytest.mark.clause("ET-A-MASTER-16")
def test_master_writes_on_practice_pages() -> None:
    table = [
        case("practice", act(COLLEGE, "mark", place=PRACTICE, by=MASTER, work=("practical",)), PASS),
        case("theory", act(COLLEGE, "mark", by=MASTER), REFUSE, "ET-A-MASTER-16"),
        case(
            "foreign practice",
            act(
                COLLEGE,
                "mark",
                place=PRACTICE,
                by=replace(MASTER, person_id=BERG, relations=frozenset()),
                work=("practical",),
            ),
            REFUSE,
            "ET-A-MASTER-16",
        ),
    ]
    assert misjudged(table, COLLEGE) == []


@pytest.mark.clause("ET-4.11a", "ET-4.11c", partly=True)
def test_who_records_a_replacement_and_in_which_order() -> None:
    officer = Writer(9, frozenset({"journal_officer"}))
    empty = lesson(COLLEGE, topic="")
    table = [
        case("officer", act(COLLEGE, "substitution", by=officer), PASS),
        case(
            "head of department",
            act(COLLEGE, "substitution", by=Writer(9, frozenset({"head_of_department"}))),
            PASS,
        ),
        case("unconcerned teacher", act(COLLEGE, "substitution", by=OTHER), REFUSE, "ET-4.11a"),
        case(
            "flag before the topic",
            act(COLLEGE, "substitution", by=officer, lesson=empty),
            REFUSE,
            "ET-4.11c",
        ),
    ]
    assert misjudged(table, COLLEGE) == []


@pytest.mark.clause("ET-6.6", partly=True)
def test_journal_opens_after_set_up() -> None:
    unready = replace(ALGEBRA, missing_setup=frozenset({"thematic_plans"}))
    table = [
        case("ready", act(COLLEGE, "mark"), PASS),
        case("no plan", act(COLLEGE, "mark", place=unready), REFUSE, "ET-6.6"),
    ]
    assert misjudged(table, COLLEGE) == []
    verdict = judge(law(COLLEGE), act(COLLEGE, "mark", place=unready), calendar(COLLEGE))
    assert "тематический план" in verdict.text
