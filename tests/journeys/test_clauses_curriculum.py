"""Clauses on the curriculum, the school's own lists, roles with their orders, and what clashes in the timetable."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from parta.foundation.models import LogEntry
from parta.organisation.models import BellSchedule, Department, Homeroom, MarkScale, Room, Subject, WorkKind
from parta.people.models import Role
from parta.plans.models import CurriculumHours, TeachingLoad
from parta.timetable.models import TimetableSlot
from tests.journeys.steps import COLLEGE, DUBROVO, done, page, presets, text, under


def lines(cast: Any, *rows: tuple[str, str], **more: str) -> dict[str, Any]:
    """The form of a grade's curriculum: subject and hours a week, a row each."""
    grade = str(cast.homeroom.grade)
    form: dict[str, Any] = {"act": "save", "row": grade, "grade": grade, "lines": str(len(rows))}
    for number, (name, hours) in enumerate(rows):
        form |= {f"subject{number}": cast.subjects[name].pk, f"weekly{number}": hours}
    return form | more


@pytest.fixture(autouse=True)
def _no_curriculum(cast: Any) -> None:
    """The cast's own curriculum gives way: each test says what is planned."""
    CurriculumHours.objects.filter(school=cast.school).delete()


def of_class(cast: Any) -> str:
    return f"/setup/curriculum/{cast.homeroom.pk}/"


@presets(
    (DUBROVO, "DB-3.2.2c"),
    (DUBROVO, "DB-2.1.1c"),
    (COLLEGE, "ET-6.3m", "группа с двумя планами показана на одном предмете"),
)
def test_each_class_is_bound_to_its_curriculum_that_sums_up(cast: Any, client_of: Any) -> None:
    client = client_of(cast.operator)
    title = "6 «Б»" if cast.preset == DUBROVO else "2 «Б»"
    before = page(client, "/setup/curriculum/")
    assert f"без него: {title}, 3 «А»" in before.replace("3 «А», " + title, f"{title}, 3 «А»")
    assert "Без учебного плана" in page(client, "/setup/")
    done(
        client.post(
            "/setup/curriculum/",
            lines(cast, ("russian", "6"), ("maths", "5"), ("english", "3"), yearly0="204", control0="exam"),
        )
    )
    words = page(client, of_class(cast))
    assert "14 ч в неделю, 476 в год" in words, "6 + 5 + 3; 204 + 170 + 102"
    assert "Печать" in words and "экзамен" in words and "Всего 14 476" in words
    after = page(client, "/setup/curriculum/")
    assert "без него: 3 «А»" in after, "the other class is still bound to none"
    own = {"act": "save", "lines": "1", "subject0": cast.subjects["maths"].pk, "weekly0": "7"}
    done(client.post(of_class(cast), own))
    words = page(client, of_class(cast))
    assert "16 ч в неделю" in words and "часы класса" in words, (
        "its own line in place of the grade's, not beside it"
    )
    twice = lines(cast, ("maths", "5"), ("maths", "6"))
    refused = client.post("/setup/curriculum/", twice)
    assert refused.status_code == 422 and "указан дважды" in text(refused)
    assert (
        CurriculumHours.objects.filter(year=cast.year, homeroom=None, subject=cast.subjects["maths"]).count()
        == 1
    )
    done(client.post(of_class(cast), own | {"weekly0": ""}))
    assert "14 ч в неделю" in page(client, of_class(cast)), "an emptied line goes"
    assert LogEntry.objects.filter(verb="curriculum_dropped").exists()
    for wrong in ("sixty", "61", "-1"):
        assert client.post("/setup/curriculum/", lines(cast, ("maths", wrong))).status_code == 422, wrong
    assert client_of(cast.teacher).get("/setup/curriculum/").status_code == 403


@presets((DUBROVO, "DB-3.2.2d"), (COLLEGE, "ET-6.3f"))
def test_every_line_has_a_teacher_or_is_named(cast: Any, client_of: Any) -> None:
    client = client_of(cast.operator)
    done(client.post("/setup/curriculum/", lines(cast, ("russian", "6"), ("maths", "5"), ("english", "3"))))
    assert "нет учителя" not in page(client, of_class(cast))
    assert "Без учителя: математика" not in page(client, "/setup/")
    TeachingLoad.objects.filter(journal=cast.maths).update(until=date(2026, 10, 14))
    words = page(client, of_class(cast))
    assert "нет учителя" in words
    assert "математика" in page(client, "/setup/").split("Без учителя:")[1]
    assert "Математика: нет учителя" in page(client, "/setup/curriculum/")
    TeachingLoad.objects.filter(journal=cast.english_2).update(until=date(2026, 10, 14))
    assert "нет учителя: 2-я гр." in page(client, of_class(cast)), "one of two groups is enough"
    geography = Subject.objects.create(school=cast.school, code="geo", title="География")
    form = lines(cast, ("maths", "5"))
    done(client.post("/setup/curriculum/", form | {"subject0": geography.pk, "weekly0": "2"}))
    assert "География" in page(client, of_class(cast)) and "нет журнала" in page(client, of_class(cast))
    done(
        client.post(
            f"/setup/journals/{cast.maths.pk}/",
            {"act": "add_load", "teacher": cast.other_teacher.pk, "starts": "2026-10-14", "hours": "5"},
        )
    )
    assert "Математика: нет учителя" not in page(client, "/setup/curriculum/")


@presets((DUBROVO, "DB-3.2.2e"))
def test_hours_of_the_timetable_agree_with_the_curriculum(cast: Any, client_of: Any) -> None:
    client = client_of(cast.operator)
    done(client.post("/setup/curriculum/", lines(cast, ("russian", "6"), ("maths", "5"), ("english", "3"))))
    assert TimetableSlot.objects.filter(journal=cast.maths).count() == 5
    words = page(client, of_class(cast))
    assert "в расписании" not in words.split("Не сходится")[1], words
    TimetableSlot.objects.filter(journal=cast.maths, weekday=1).update(week=1)
    assert "в расписании 4,5 ч, по плану 5" in page(client, of_class(cast)), (
        "every second week is half an hour"
    )
    done(client.post("/setup/curriculum/", lines(cast, ("maths", "6"))))
    words = page(client, of_class(cast))
    assert "нагрузка 5 ч, по плану 6" in words and "в расписании 4,5 ч, по плану 6" in words
    assert "Математика: нагрузка 5 ч, по плану 6" in page(client, "/setup/curriculum/")


@presets((COLLEGE, "ET-A-DEP-6i"))
def test_given_hours_equal_planned_ones_line_by_line(cast: Any, client_of: Any) -> None:
    client = client_of(cast.deputy)
    done(client.post("/setup/curriculum/", lines(cast, ("maths", "5"))))
    assert "нагрузка" not in page(client, of_class(cast)).split("Не сходится")[1].split("Всего")[0]
    TeachingLoad.objects.filter(journal=cast.maths).update(weekly_hours=Decimal("3.5"))
    assert "нагрузка 3,5 ч, по плану 5" in page(client, of_class(cast))
    done(
        client.post(
            f"/setup/journals/{cast.maths.pk}/",
            {"act": "add_load", "teacher": cast.other_teacher.pk, "starts": "2026-10-14", "hours": "1,5"},
        )
    )
    assert "нагрузка 3,5" not in page(client, of_class(cast)), "two teachers share the hours"


@presets(
    (DUBROVO, "DB-2.1.1e", "накладку можно подтвердить и сохранить"),
    (COLLEGE, "ET-A-DEP-5e", "накладку можно подтвердить и сохранить"),
)
def test_a_clash_of_teacher_class_or_room_is_refused(cast: Any, client_of: Any) -> None:
    client, grid = client_of(cast.operator), f"/setup/timetable/{cast.homeroom.pk}/"
    other = f"/setup/timetable/{cast.younger.pk}/"
    base = {"act": "save", "starts": "2026-10-19"}
    done(client.post(grid, base | {"j1_1_0": "Русский язык", "r1_1_0": "27"}))
    done(client.post(other, base | {"j2_1_0": "Русский язык", "r2_1_0": "27"}))
    room = client.post(other, base | {"j1_1_0": "Русский язык", "r1_1_0": "27"})
    assert room.status_code == 422 and "Накладка: кабинет 27, понедельник, 1-й урок" in text(room)
    TeachingLoad.objects.filter(journal=cast.younger_russian).update(teacher=cast.teacher)
    teacher = client.post(other, base | {"j1_1_0": "Русский язык", "r1_1_0": "31"})
    assert teacher.status_code == 422 and "Соколова М. В." in text(teacher)
    double = client.post(grid, base | {"j1_1_0": "Русский язык", "j1_1_1": "Математика"})
    assert double.status_code == 422 and "Накладка: класс" in text(double)
    groups = {"j3_2_0": "Английский язык, 1-я гр.", "j3_2_1": "Английский язык, 2-я гр."}
    done(client.post(grid, base | {"j1_1_0": "Русский язык", "r1_1_0": "27"} | groups))
    assert TimetableSlot.objects.filter(journal=cast.younger_russian, until=None, weekday=1).count() == 0
    lesson, free = cast.lesson_on("maths", date(2026, 10, 20)), {"date": "2026-10-22", "number": "6"}
    move = {"act": "move", "row": lesson.pk, "reason": "болезнь"}
    deputy = client_of(cast.deputy)
    taken = deputy.post("/substitutions/?date=2026-10-20", move | {"date": "2026-10-22", "number": "1"})
    assert taken.status_code == 422 and "у класса другой урок" in text(taken)
    done(deputy.post("/substitutions/?date=2026-10-20", move | free))


@presets((COLLEGE, "ET-A-DIR-1"))
def test_roles_without_an_order_are_listed(cast: Any, client_of: Any) -> None:
    client = client_of(cast.operator)
    assert "У каждой действующей роли есть номер и дата приказа" in page(client, "/setup/rights/")
    grant = {"act": "grant", "kind": "secretary", "starts": "2026-10-14", "until": "2026-12-31"}
    done(client.post(f"/setup/people/{cast.nurse.pk}/", grant))
    words = page(client, "/setup/rights/")
    assert "Ким Светлана Андреевна секретарь с 14 октября 2026 г.: нет номера или даты приказа" in words
    assert "Без приказа: 1 роль" in page(client, "/setup/")
    by_order = {"order_number": "201", "order_date": "2026-10-13"}
    done(client.post(f"/setup/people/{cast.master.pk}/", grant | by_order))
    shown = page(client, f"/setup/people/{cast.master.pk}/")
    assert (
        "секретарь" in shown
        and "приказ № 201 от 13 октября 2026 г." in shown
        and "по 31 декабря 2026 г." in shown
    )
    assert "Воронов" not in page(client, "/setup/rights/").split("Право без нагрузки")[0]
    Role.objects.filter(person=cast.nurse, kind="secretary").update(
        order_number="202", order_date=date(2026, 10, 13)
    )
    assert "Ким Светлана" not in page(client, "/setup/rights/")


@presets((COLLEGE, "ET-A-DEP-16i"))
def test_bounds_of_a_period_with_finals_stay(cast: Any, client_of: Any) -> None:
    from parta.journal.models import TermMark

    client = client_of(cast.deputy)
    TermMark.objects.all().delete()
    form = {
        "act": "save_terms",
        "lines": "1",
        "kind0": "half_year",
        "number0": "1",
        "title0": "I полугодие",
        "starts0": "2026-09-01",
        "until0": "2026-12-27",
    }
    two = {
        "lines": "2",
        "kind1": "half_year",
        "number1": "2",
        "title1": "II полугодие",
        "starts1": "2026-12-28",
        "until1": "2027-05-31",
    }
    done(client.post("/setup/calendar/", form | two))
    cast.term.refresh_from_db()
    assert str(cast.term.until) == "2026-12-28"
    TermMark.objects.create(
        school=cast.school,
        journal=cast.maths,
        term=cast.term,
        student=cast.student,
        value="5",
        set_at=cast.at,
        changed_at=cast.at,
    )
    moved = form | two | {"until0": "2026-12-25", "starts1": "2026-12-26"}
    refused = client.post("/setup/calendar/", moved)
    assert refused.status_code == 422 and "уже выставлены итоговые отметки" in text(refused)
    done(client.post("/setup/calendar/", form | two | {"title0": "Первое полугодие"}))


@presets((COLLEGE, "ET-A-DEP-5c"), (COLLEGE, "ET-A-DEP-5d"))
def test_federal_and_own_units_are_listed_alone(cast: Any, client_of: Any) -> None:
    client = client_of(cast.deputy)
    unit = {"act": "subject", "kind": "discipline", "hours": "60", "position": "5"}
    for code, title, tag in (("op1", "Черчение", "federal"), ("kt1", "Основы карьеры", "own_component")):
        done(client.post("/setup/lists/", unit | {"code": code, "title": title, "tags": [tag]}))
    federal, own = (
        page(client, "/setup/lists/?only=federal"),
        page(client, "/setup/lists/?only=own_component"),
    )
    assert "Черчение" in federal and "Основы карьеры" not in federal
    assert "Основы карьеры" in own and "Черчение" not in own
    both = page(client, "/setup/lists/")
    assert "Черчение" in both and "Основы карьеры" in both and "Математика" in both


@under(DUBROVO)
def test_the_operator_corrects_every_list_in_the_browser(cast: Any, client_of: Any) -> None:
    client, address = client_of(cast.operator), "/setup/lists/"
    room = Room.objects.get(school=cast.school, title="27")
    done(client.post(address, {"act": "room", "row": room.pk, "title": "27а", "purpose": "лингафонный"}))
    room.refresh_from_db()
    assert (room.title, room.purpose) == ("27а", "лингафонный")
    assert client.post(address, {"act": "room", "row": room.pk, "title": "31"}).status_code == 422
    department = Department.objects.filter(school=cast.school).first()
    assert department is not None
    done(client.post(address, {"act": "department", "row": department.pk, "title": "Кафедра словесности"}))
    assert "Кафедра словесности" in page(client, address)
    kind = {"act": "work_kind", "title": "Проект", "short": "Пр", "weight": "2", "position": "140"}
    done(client.post(address, kind))
    assert WorkKind.objects.get(school=cast.school, code="proekt").weight == 2
    assert client.post(address, kind).status_code == 422, "the code is taken"
    own = {
        "act": "own_scale",
        "title": "Шестибалльная",
        "symbols": "6 = 6\n5 = 5\nн/з = 0, не проходная, не в среднее",
    }
    done(client.post(address, own))
    scale = MarkScale.objects.get(school=cast.school, title="Шестибалльная")
    assert scale.symbols[2] == {"symbol": "н/з", "value": 0, "passes": False, "counts": False}
    for wrong in ("", "5", "5 = пять", "5 = 5, хорошо", "5 = 5\n5 = 4"):
        answer = client.post(address, own | {"symbols": wrong, "title": "Другая"})
        assert answer.status_code == 422, wrong
    five = MarkScale.objects.get(school=cast.school, code="five")
    kept = "5 = 5\n4 = 4\n3 = 3\n2 = 2, не проходная"
    done(
        client.post(
            address, {"act": "own_scale", "row": five.pk, "title": "Пять баллов", "symbols": kept + "\n1 = 1"}
        )
    )
    refused = client.post(
        address, {"act": "own_scale", "row": five.pk, "title": "Пять", "symbols": "5 = 5\n3 = 3"}
    )
    assert refused.status_code == 422 and "уже стоят отметки" in text(refused)
    bells = BellSchedule.objects.get(school=cast.school, title="Основное")
    form = {"act": "save", "row": bells.pk, "title": "Первая смена", "lines": "1"}
    done(
        client.post(
            "/setup/bells/", form | {"number0": "1", "starts0": "8:30", "ends0": "9:10", "is_default": "1"}
        )
    )
    assert BellSchedule.objects.filter(school=cast.school).count() == 1
    assert Homeroom.objects.get(pk=cast.homeroom.pk).bells_id == bells.pk
    for verb in (
        "room_changed",
        "department_changed",
        "scale_added",
        "scale_changed",
        "bells_renamed",
        "work_kind_added",
    ):
        assert LogEntry.objects.filter(verb=verb, user_id=cast.operator.user_id).exists(), verb


@pytest.mark.parametrize("cast", [DUBROVO], indirect=True)
def test_curriculum_asks_few_statements(cast: Any, client_of: Any, count_statements: Any) -> None:
    client = client_of(cast.operator)
    done(client.post("/setup/curriculum/", lines(cast, ("russian", "6"), ("maths", "5"))))
    for address in ("/setup/curriculum/", of_class(cast), "/setup/rights/", "/setup/access/"):
        client.get(address)
        with count_statements() as seen:
            assert client.get(address).status_code == 200
        assert len(seen) <= 16, (address, len(seen))


@presets((DUBROVO, "DB-3.5.1"))
def test_rights_of_the_administrator_come_by_order(cast: Any, client_of: Any) -> None:
    address = f"/setup/people/{cast.substitute.pk}/"
    grant = {"act": "grant", "kind": "operator", "starts": "2026-10-14"}
    for missing in ({}, {"order_number": "15"}, {"order_date": "2026-10-13"}):
        answer = client_of(cast.deputy).post(address, grant | missing)
        assert answer.status_code == 422 and "Эту роль дают приказом" in text(answer), missing
    assert client_of(cast.substitute).get("/setup/").status_code == 403
    by_order = {"order_number": "15", "order_date": "2026-10-13"}
    done(client_of(cast.deputy).post(address, grant | by_order))
    assert page(client_of(cast.substitute), "/setup/"), "the rights come with the order"
