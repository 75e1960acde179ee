"""Students on individual plans: own lines, own journal, own timetable; what the class's journal then no longer asks."""

from datetime import date
from typing import Any

import pytest

from parta.foundation import clock
from parta.foundation.models import LogEntry
from parta.journal.models import Assessment
from parta.journal.rules.marking_watches import missing_finals
from parta.organisation.models import Subgroup, Term
from parta.plans.models import IndividualPlan, Journal, TeachingLoad
from parta.regulation.queries import law as law_of_school
from parta.timetable.models import Lesson, TimetableSlot
from tests.journeys.steps import (
    COLLEGE,
    DUBROVO,
    done,
    mark,
    owed,
    page,
    saved,
    send,
    text,
    under,
)
from tests.journeys.test_clauses_reports import found

WEEK = "week=2026-10-19"


def put_on(cast: Any, client: Any, student: Any, **more: str) -> IndividualPlan:
    """By an order of 9 October, from the 14th on, as the deputy does it in the browser."""
    form = {
        "act": "start", "student": student.pk, "order_number": "77", "order_date": "2026-10-09",
        "starts": "2026-10-14", "ground": "обучение на дому",
    }  # fmt: skip
    done(client.post("/setup/individual/", form | more))
    return IndividualPlan.objects.latest("pk")


def lines(cast: Any, *rows: tuple[str, str, bool], **more: str) -> dict[str, Any]:
    """The form of the plan's lines: subject, hours a week, whether apart."""
    form: dict[str, Any] = {"act": "save", "lines": str(len(rows))}
    for number, (name, hours, is_apart) in enumerate(rows):
        form |= {f"subject{number}": cast.subjects[name].pk, f"weekly{number}": hours}
        form |= {f"apart{number}": "1"} if is_apart else {}
    return form | more


def taught(cast: Any, client: Any, plan: IndividualPlan) -> Journal:
    """Maths apart, two hours a week, with the master; its place Monday, the fourth lesson; lessons made."""
    wanted = lines(cast, ("russian", "6", False), ("maths", "2", True), ("english", "3", False))
    done(client.post(f"/setup/individual/{plan.pk}/", wanted))
    journal = Journal.objects.get(subgroup=plan.subgroup)
    load = {"act": "add_load", "teacher": cast.other_teacher.pk, "starts": "2026-10-14", "hours": "2"}
    done(client.post(f"/setup/journals/{journal.pk}/", load))
    TimetableSlot.objects.create(
        school=cast.school, year=cast.year, journal=journal, weekday=1, number=4, teacher=cast.other_teacher,
        starts=date(2026, 10, 14), approval=TimetableSlot.objects.filter(school=cast.school)[0].approval,
    )  # fmt: skip
    Lesson.objects.create(
        school=cast.school, journal=journal, date=date(2026, 10, 19), number=4, teacher=cast.other_teacher,
        starts_at=cast.local(date(2026, 10, 19), 11, 30), ends_at=cast.local(date(2026, 10, 19), 12, 15),
    )  # fmt: skip
    return journal


@pytest.mark.parametrize("cast", [COLLEGE, DUBROVO], indirect=True)
def test_a_plan_is_kept_by_those_who_set_up_and_bad_input_is_told(cast: Any, client_of: Any) -> None:
    operator, student = client_of(cast.operator), cast.named("Асанов")
    form = {
        "act": "start",
        "student": student.pk,
        "order_number": "77",
        "order_date": "2026-10-09",
        "starts": "2026-10-14",
    }
    for wrong, says in (
        ({"order_number": ""}, "номер приказа"),
        ({"order_date": ""}, "дата приказа"),
        ({"starts": "2025-01-01"}, "вне учебного года"),
        ({"until": "2026-10-01"}, "Конец раньше начала"),
        ({"until": "2028-10-01"}, "не позже учебного года"),
        ({"student": cast.teacher.pk}, "нигде не числится"),
        ({"student": cast.outside.student.pk}, "Выберите значение"),
    ):
        answer = operator.post("/setup/individual/", form | wrong)
        assert answer.status_code == 422 and says in text(answer), (wrong, text(answer))
    assert not IndividualPlan.objects.exists() and not Subgroup.objects.filter(title__contains="ИУП").exists()
    for who in (cast.teacher, cast.class_teacher, cast.student):
        assert client_of(who).post("/setup/individual/", form).status_code == 403, who
    plan = put_on(cast, operator, student)
    twice = operator.post("/setup/individual/", form)
    assert twice.status_code == 422 and "уже есть индивидуальный план" in text(twice)
    address = f"/setup/individual/{plan.pk}/"
    for rows, says in (
        ((("maths", "0", True),), "больше 0"),
        ((("maths", "2", True), ("maths", "3", False)), "указан дважды"),
    ):
        answer = operator.post(address, lines(cast, *rows))
        assert answer.status_code == 422 and says in text(answer), text(answer)
    done(operator.post(address, lines(cast, ("maths", "2", True))))
    gone = operator.post(address, lines(cast, ("maths", "2", False)))
    assert gone.status_code == 422 and "свой журнал уже открыт" in text(gone)
    for wrong_day in ("2026-10-01", "2026-10-13"):
        assert operator.post(address, {"act": "end", "until": wrong_day}).status_code == 422
    done(operator.post(address, {"act": "end", "until": "2026-11-30"}))
    plan.refresh_from_db()
    assert plan.until == date(2026, 12, 1)
    again = form | {"starts": "2026-12-01", "order_number": "78"}
    done(operator.post("/setup/individual/", again))
    for verb in ("individual_plan_started", "individual_lines_set", "individual_plan_ended"):
        assert LogEntry.objects.filter(verb=verb, user_id=cast.operator.user_id).exists(), verb


@under(COLLEGE)
@pytest.mark.clause("ET-A-DEP-6e")
def test_the_list_shows_student_plan_order_and_term_and_the_student_gets_own_lines(
    cast: Any, client_of: Any
) -> None:
    deputy, student = client_of(cast.deputy), cast.named("Асанов")
    assert "По своему плану никто не учится" in page(deputy, "/setup/individual/")
    plan = put_on(cast, deputy, student, until="2027-01-31")
    words = page(deputy, "/setup/individual/")
    assert "Асанов Тимур Эрланович 2 «Б» ИУП № 1 обучение на дому № 77 от 9 октября 2026" in words, words
    assert "с 14 октября 2026 г. по 31 января 2027 г." in words
    own = page(deputy, f"/setup/individual/{plan.pk}/")
    for subject in ("Русский язык", "Математика", "Английский язык"):
        assert f"{subject} " in own, "the lines of the class are the beginning"
    assert plan.lines.count() == 3 and not Journal.objects.filter(subgroup=plan.subgroup).exists()
    done(
        deputy.post(
            f"/setup/individual/{plan.pk}/", lines(cast, ("maths", "2", True), ("russian", "4", False))
        )
    )
    assert {(one.subject.code, int(one.weekly_hours), one.is_apart) for one in plan.lines.all()} == {
        ("maths", 2, True), ("russian", 4, False),
    }  # fmt: skip
    assert (
        Journal.objects.filter(homeroom=cast.homeroom, subject=cast.maths.subject_id, subgroup=None).count()
        == 1
    )
    assert "ИУП № 1" not in page(client_of(cast.outside.deputy), "/setup/individual/")


@under(COLLEGE)
@pytest.mark.clause("ET-A-DEP-5h")
def test_a_student_on_a_plan_has_own_plan_timetable_and_journal(cast: Any, client_of: Any) -> None:
    """Marks stand in the own journal; of the class's the student is owed nothing in that subject, and it says so."""
    deputy, student = client_of(cast.deputy), cast.named("Зайцев")
    plan = put_on(cast, deputy, student)
    journal = taught(cast, deputy, plan)
    tutor, other = client_of(cast.other_teacher), cast.named("Асанов")
    lesson = Lesson.objects.get(journal=journal)
    Journal.objects.filter(pk=journal.pk).update(plan=cast.plan)
    own = page(tutor, f"/journals/{journal.pk}/")
    assert "ИУП № 1" in own and "Зайцев" in own and "Асанов" not in own, "the page of one student"
    with clock.rehearse(cast.local(lesson.date, 12, 20)):
        assert send(tutor, journal, mark(lesson, other, "5")).status_code in (400, 404, 409, 422)
        saved(send(tutor, journal, mark(lesson, student, "5")))
        diary = page(client_of(student), f"/diary/{student.pk}/?week=2026-10-19")
        monday = diary.partition("Понедельник")[2].partition("Вторник")[0]
        assert monday.count("Математика") == 1, "the own lesson in place of the class's"
    grid = client_of(cast.class_teacher).get(f"/journals/{cast.maths.pk}/").content.decode()
    row = grid.partition(f'data-s="{student.pk}"')[2].partition("</tr>")[0]
    assert (
        "отдельно: ИУП № 1" in row
        and "ИУП" not in grid.partition(f'data-s="{other.pk}"')[2].partition("</tr>")[0]
    )
    work = Assessment.objects.create(
        school=cast.school, journal=cast.maths, lesson=cast.lesson_on("maths", date(2026, 10, 15)), work_kind="control"
    )  # fmt: skip
    Term.objects.filter(pk=cast.term.pk).update(until=date(2026, 10, 24))
    late = cast.local(date(2026, 10, 26), 12)

    def asked() -> tuple[set[int], set[int]]:
        """Who owes the class's control a mark, and who a mark of the period, in the eyes of the watches."""
        marks = [one for one in owed(cast, late) if one.lesson_id == work.lesson_id and one.fact == "mark"]
        finals = missing_finals(
            law_of_school.__wrapped__(cast.school.id, 0), cast.school.id, ("j.id = %s", [cast.maths.pk]),
            on=date(2026, 10, 26), since=date(2026, 10, 1), zone=cast.zone,
        )  # fmt: skip
        return {id for one in marks for id, _ in one.students}, {id for one in finals for id, _ in one.owing}

    for owing in asked():
        assert other.pk in owing and student.pk not in owing
    done(deputy.post(f"/setup/individual/{plan.pk}/", {"act": "end", "until": "2026-10-14"}))
    for owing in asked():
        assert student.pk in owing, "back with the class on the 15th"
    with clock.rehearse(cast.local(date(2026, 10, 19), 12)):
        monday = page(client_of(student), f"/diary/{student.pk}/?week=2026-10-19")
        assert "Математика" in monday.partition("Понедельник")[2].partition("Вторник")[0]


@under(COLLEGE)
@pytest.mark.clause("ET-A-DEP-5i")
def test_a_line_without_a_teacher_is_told_and_the_own_week_opens_from_the_card(
    cast: Any, client_of: Any
) -> None:
    deputy, student = client_of(cast.deputy), cast.named("Зайцев")
    at, before = cast.local(date(2026, 9, 6), 0), cast.local(date(2026, 9, 5), 23, 59)

    def bare(when: Any = at) -> list[str]:
        return [one.detail for one in found(cast, "setup_by", at=when) if "у каждой строки есть" in one.text]

    assert not bare(), "each line has its teacher"
    TimetableSlot.objects.filter(journal=cast.maths).update(teacher=None)
    assert not bare(), "the load says whose lessons they are"
    TeachingLoad.objects.filter(journal=cast.maths).update(until=date(2026, 9, 2))
    assert "2 «Б»: 5 строк без учителя" in bare()[0].replace("\u00a0", " ") and not bare(before)
    assert "5 строк без учителя" in page(deputy, "/control/year/")
    TeachingLoad.objects.filter(journal=cast.maths).update(until=None)
    assert not bare()
    plan = put_on(cast, deputy, student)
    assert "Индивидуальные планы" in page(deputy, "/control/year/")
    taught(cast, deputy, plan)
    card = deputy.get(f"/students/{student.pk}/").content.decode()
    own = f"/timetable/?student={student.pk}"
    assert f'href="{own}"' in card and "ИУП № 1" in card
    week = page(deputy, f"{own}&{WEEK}")
    phone = week.partition("Понедельник")[2].partition("Вторник")[0]
    assert "Зайцев Михаил Андреевич" in week and "ИУП № 1 Громова В. П." in phone and "Исаков" not in week, (
        week
    )
    assert "Соколова М. В." in week, "Russian with the class"
    assert "Исаков" in page(deputy, f"/timetable/?homeroom={cast.homeroom.pk}&{WEEK}")
    assert client_of(cast.class_teacher).get(own).status_code == 200
    assert client_of(cast.teacher).get(own).status_code == 404, "who may not open the card"
    assert client_of(cast.outside.deputy).get(own).status_code == 404
    family = page(client_of(cast.other_guardian), f"{own}&{WEEK}")
    assert "ИУП № 1 Громова В. П." in family and "Исаков" not in family


@under(COLLEGE)
def test_lists_of_individual_plans_ask_few_statements(
    cast: Any, client_of: Any, count_statements: Any
) -> None:
    deputy = client_of(cast.deputy)
    plan = put_on(cast, deputy, cast.named("Зайцев"))
    addresses = ("/setup/individual/", f"/setup/individual/{plan.pk}/")
    counts = []
    for others in ((), ("Асанов", "Ефимова", "Григорян")):
        for name in others:
            put_on(cast, deputy, cast.named(name))
        for address in addresses:
            deputy.get(address)
            with count_statements() as seen:
                assert deputy.get(address).status_code == 200
            counts.append(len(seen))
    assert counts[:2] == counts[2:] and max(counts) <= 16, counts
