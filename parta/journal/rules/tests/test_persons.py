"""Single students, classes and roles in the rules: exceptions and variants change what is found as well as refused."""

from datetime import date, timedelta
from typing import Any

import pytest

from parta.foundation import clock
from parta.journal.models import Absence, Assessment
from parta.journal.rules.tests.acting import MASTER, Outcome, act, at, calendar, judge, october, replace
from parta.journal.rules.tests.living import cited, live_under, mark, owed, send, text_of
from parta.regulation.edition import parse_edition
from parta.regulation.judge import law_of

TUESDAY = date(2026, 10, 13)
DEADLINE = 'kind = "mark_deadline"\nwork = ["control"]\nwithin = "1d"\non_breach = "permit"'


def excepted(id: int, kind: str = "exception", what: str = 'of = ["Н-1"]', clause: str = "К-1") -> str:
    head = '[act]\ncode = "К"\ntitle = "Решение педсовета № 4"\nrank = "school"\nin_force_from = 2026-09-01\n'
    return (
        head
        + f'rests_on = ["Н"]\n[[rule]]\nclause = ["{clause}"]\nkind = "{kind}"\nstudents = [{id}]\n{what}\n'
    )


def _column(cast: Any, lesson: Any) -> None:
    Assessment.objects.create(
        school=cast.school, journal=cast.maths, lesson=lesson, work_kind="control", position=1, weight=1
    )


def _owing(cast: Any, lesson: Any, at: Any) -> dict[str, set[int]]:
    found = [one for one in owed(cast, at) if one.fact == "mark" and one.lesson_id == lesson.id]
    return {
        ",".join(c.id for c in one.clauses): {id for id, _ in one.students} for one in found if one.overdue
    }


def test_a_council_decision_excepts_a_student_from_what_is_found_and_refused(
    cast: Any, client_of: Any
) -> None:
    lesson, spared, other = cast.lesson_on("maths", TUESDAY), cast.named("Асанов"), cast.named("Зайцев")
    _column(cast, lesson)
    live_under(cast, text_of(DEADLINE), excepted(spared.id))
    late = cast.local(date(2026, 10, 15), 0, 1)
    (students,) = _owing(cast, lesson, late).values()
    assert spared.id not in students and other.id in students
    with clock.rehearse(late):
        client = client_of(cast.class_teacher)
        refused = send(client, cast.maths, mark(lesson, other, "4", "control"))
        assert refused.status_code == 422 and cited(refused) == {"Н-1"}
        assert send(client, cast.maths, mark(lesson, spared, "4", "control")).status_code == 200


def test_an_individual_plan_has_numbers_of_its_own(cast: Any, client_of: Any) -> None:
    """Three days for one student: found for the others after one, for that student after three, citing the plan."""
    lesson, own = cast.lesson_on("maths", TUESDAY), cast.named("Асанов")
    _column(cast, lesson)
    plan = excepted(
        own.id, "variant", 'name = "индивидуальный план"\nreplaces = { "Н-1" = { within = "3d" } }'
    )
    live_under(cast, text_of(DEADLINE), plan)
    (students,) = _owing(cast, lesson, cast.local(date(2026, 10, 15), 0, 1)).values()
    assert own.id not in students
    found = _owing(cast, lesson, cast.local(date(2026, 10, 17), 0, 1))
    assert found["Н-1,К-1"] == {own.id} and own.id not in found["Н-1"]
    with clock.rehearse(cast.local(date(2026, 10, 16), 23, 59)):
        client = client_of(cast.class_teacher)
        assert send(client, cast.maths, mark(lesson, own, "4", "control")).status_code == 200
    with clock.rehearse(cast.local(date(2026, 10, 17), 0, 1)):
        answer = send(client, cast.maths, mark(lesson, own, "5", "test"))
        assert answer.status_code == 200, "other works are not in the rule"


def test_a_quarantine_changes_the_limit_of_its_class_and_its_days(cast: Any) -> None:
    lesson = cast.lesson_on("maths", TUESDAY)
    later = cast.lesson_on("maths", date(2026, 10, 16))
    _column(cast, lesson)
    _column(cast, later)
    homework = 'kind = "homework_deadline"\nwithin = "same_day"'
    quarantine = """kind = "variant"
name = "карантин"
classes = ["6Б"]
in_force_from = 2026-10-12
in_force_until = 2026-10-16
replaces = { "Н-1" = { within = "5d" } }
suspends = ["Н-2"]"""
    live_under(cast, text_of(DEADLINE, homework, quarantine))
    night = cast.local(date(2026, 10, 18), 0, 1)
    assert _owing(cast, lesson, night) == {} and set(_owing(cast, later, night)) == {"Н-1"}
    assert set(_owing(cast, lesson, cast.local(date(2026, 10, 19), 0, 1))) == {"Н-1,Н-3"}
    tasks = {one.date for one in owed(cast, night) if one.fact == "homework" and one.homeroom == "6Б"}
    assert date(2026, 10, 16) in tasks and TUESDAY not in tasks and date(2026, 10, 9) in tasks


def test_an_absence_of_an_excepted_student_owes_no_reason(cast: Any) -> None:
    lesson = cast.lesson_on("maths", TUESDAY)
    spared, other = cast.named("Асанов"), cast.named("Зайцев")
    for student in (spared, other):
        Absence.objects.create(
            school=cast.school, journal=cast.maths, lesson=lesson, student=student, meaning="unknown",
            symbol="Н", set_at=cast.at, changed_at=cast.at, set_by=cast.class_teacher,
        )  # fmt: skip
    reason = 'kind = "absence_reason_by"\nwithin = "1d"'
    codes = 'kind = "absence_codes"\ncodes = { "Н" = "unknown", "Б" = "ill" }'
    live_under(cast, text_of(reason, codes), excepted(spared.id))
    (one,) = [f for f in owed(cast, cast.at + timedelta(days=3)) if f.fact == "absence" and f.date == TUESDAY]
    assert [id for id, _ in one.students] == [other.id]


def test_deadlines_for_roles_and_students_bind_them_alone() -> None:
    """A joint kind used to ask every entry of everybody."""
    text = text_of(
        DEADLINE + '\nroles = ["teacher"]',
        'kind = "mark_deadline"\nwork = ["control"]\nwithin = "3d"\nstudents = [77]\non_breach = "permit"',
    )
    law = law_of([parse_edition(text)])
    tried = act("goethe23", "mark", work=("control",), at=at("00:00:01", october(7)))
    own = replace(tried, student_id=77)
    late = replace(own, at=at("00:00:01", october(9)))
    assert judge(law, replace(tried, student_id=78), calendar()).clause_ids == ("Н-1",)
    assert judge(law, own, calendar()).outcome is Outcome.PASS, (
        "the narrower one decides, and it has three days"
    )
    assert judge(law, late, calendar()).outcome is Outcome.PERMIT
    assert judge(law, replace(tried, student_id=78, by=MASTER), calendar()).outcome is Outcome.PASS


@pytest.mark.parametrize(("relax", "passes"), [(False, False), (True, True)])
def test_an_order_lengthens_a_limit_only_where_the_higher_act_says_so(relax: bool, passes: bool) -> None:
    school = text_of(DEADLINE + ("\nmay_relax = true" if relax else ""))
    order = text_of(
        'kind = "mark_deadline"\nwork = ["control"]\nwithin = "3d"\nclasses = ["7А"]', code="П", rank="order"
    )
    law = law_of([parse_edition(school), parse_edition(order)])
    tried = act("goethe23", "mark", work=("control",), at=at("00:00:01", october(7)))
    assert judge(law, tried, calendar()).passes is passes
    shorter = text_of(
        'kind = "mark_deadline"\nwithin = "same_day"\non_breach = "permit"', code="П", rank="order"
    )
    law = law_of([parse_edition(school), parse_edition(shorter)])
    verdict = judge(law, replace(tried, at=at("00:00:01", october(6))), calendar())
    assert not verdict.passes and verdict.clause_ids == ("П-1",), "a lower act may ask for more"


def test_an_override_that_is_overridden_silences_nobody() -> None:
    text = text_of(
        DEADLINE,
        'kind = "exception"\nof = ["Н-1"]',
        'kind = "exception"\nof = ["Н-2"]\nclasses = ["7А"]',
    )
    law = law_of([parse_edition(text)])
    late = act("goethe23", "mark", work=("control",), at=at("12:00", october(9)))
    assert judge(law, late, calendar()).clause_ids == ("Н-1",)
    other = replace(late, place=replace(late.place, homeroom="7Б"))
    assert judge(law, other, calendar()).outcome is Outcome.PASS
