"""Clauses on lists: cards of a class, reference lists whole and true, class teachers' pages, orders of the year."""

from datetime import date, timedelta
from typing import Any

import pytest

from parta.diary.models import HealthSheet
from parta.organisation.models import BellSchedule
from parta.people.models import Enrolment, Guardianship, Person, Role, RosterReview
from tests.journeys.steps import COLLEGE, DUBROVO, done, page, presets, under
from tests.journeys.test_clauses_checks import found
from tests.journeys.test_clauses_marking import add_mark, past


def of_class(cast: Any, kind: str, clause: str, at: Any = None) -> list[Any]:
    return [
        line
        for line in found(cast, kind, "deputy", at)
        if clause in line.ids and line.url_id == cast.homeroom.pk
    ]


def family(cast: Any, student: Person, **more: str) -> Person:
    """A mother with a telephone."""
    facts = {"surname": student.surname, "given_name": "Анна", "phone": "+7 999 111-22-33"} | more
    mother = Person.objects.create(school=cast.school, **facts)
    Guardianship.objects.create(
        school=cast.school, guardian=mother, student=student, relation="mother", starts=date(2026, 9, 1)
    )
    return mother


@under(COLLEGE)
@pytest.mark.clause("ET-6.4b")
def test_students_without_data_of_parents_after_the_fifth_of_september(cast: Any, client_of: Any) -> None:
    student = cast.named("Ефимова")

    def lacking(at: Any = None) -> bool:
        lines = of_class(cast, "profile_complete", "ET-6.4b", at)
        return any("Ефимова Софья" in line.students for line in lines)

    assert not of_class(cast, "profile_complete", "ET-6.4b", cast.local(date(2026, 9, 5), 23))
    assert lacking(cast.local(date(2026, 9, 6), 8))
    mother = family(cast, student, phone="")
    assert lacking(), "a mother without telephone and mail"
    Person.objects.filter(pk=mother.pk).update(email="mama@example.org")
    assert not lacking()
    (line,) = of_class(cast, "profile_complete", "ET-6.4b")
    assert line.who_id == cast.class_teacher.pk and "class_teacher" in line.told
    assert "телефон или почта представителя" in line.detail
    assert "Карточки заполнены не полностью" in page(client_of(cast.class_teacher), "/control/findings/")
    Guardianship.objects.filter(guardian=mother).update(has_rights=False)
    assert lacking(), "a contact without rights is no representative"


@presets((COLLEGE, "ET-3.1.3a"), (DUBROVO, "DB-3.3.4a"))
def test_overdue_pages_of_the_class_teacher_are_listed(cast: Any, client_of: Any, request: Any) -> None:
    clause = next(request.node.iter_markers("clause")).args[0]

    def owed(at: Any = None) -> str:
        return "; ".join(line.detail for line in of_class(cast, "journal_up_to_date", clause, at))

    for student in (*cast.students, cast.left_student):
        if student.surname != "Сафина":
            family(cast, student)
    Person.objects.filter(pk=cast.guardian.pk).update(phone="+7 999 111-22-33")
    assert "список не проверен к 05.09.2026" in owed() and "представителя" not in owed()
    assert not owed(cast.local(date(2026, 9, 5), 20)), "the day itself is in time"
    RosterReview.objects.create(
        school=cast.school, homeroom=cast.homeroom, day=date(2026, 9, 5), at=cast.at, role="class_teacher",
        students=12, changes=0,
    )  # fmt: skip
    assert not owed()
    Person.objects.filter(pk=cast.guardian.pk).update(phone="")
    assert "без представителя или его контактов: 1" in owed()
    (line,) = of_class(cast, "journal_up_to_date", clause)
    assert line.who_id == cast.class_teacher.pk
    assert "контактов: 1" in page(client_of(cast.class_teacher), "/control/findings/")
    assert "контактов: 1" in page(client_of(cast.deputy), "/control/duties/")
    if clause != "ET-3.1.3a":
        return
    sheet = HealthSheet.objects.create(
        school=cast.school,
        homeroom=cast.homeroom,
        handed_on=cast.on,
        handed_by=cast.social_pedagogue,
        noted_at=cast.at,
    )
    assert "листок здоровья" not in owed(), "handed over today"
    HealthSheet.objects.filter(pk=sheet.pk).update(handed_on=date(2026, 10, 13))
    assert "листок здоровья передан 13.10.2026, не внесено:" in owed()
    assert "листок здоровья" in page(client_of(cast.class_teacher), "/control/findings/")
    nurse = client_of(cast.nurse)
    for student in cast.students:
        form = {"act": "save", "row": student.pk, "group": "1", "sport": "basic"}
        assert nurse.post(f"/health/{cast.homeroom.pk}/", form).status_code in (302, 303, 422)
    assert "листок здоровья" not in owed()


@under(DUBROVO)
@pytest.mark.clause("DB-3.2.1a")
def test_empty_required_fields_are_listed_by_list(cast: Any, client_of: Any) -> None:
    def gaps() -> dict[str, str]:
        return {
            line.text.partition(":")[0]: line.detail
            for line in found(cast, "profile_complete")
            if "DB-3.2.1a" in line.ids
        }

    before = gaps()
    assert "Гузель: телефон или почта" in before["Представители"]
    assert "Цой" not in before["Ученики"]
    Person.objects.filter(pk=cast.guardian.pk).update(email="mama@example.org")
    assert "Гузель" not in gaps().get("Представители", "")
    Person.objects.filter(pk=cast.named("Цой").pk).update(birth_date=None)
    assert "Цой Максим: дата рождения" in gaps()["Ученики"]
    type(cast.homeroom).objects.filter(pk=cast.homeroom.pk).update(letter="")
    Role.objects.filter(kind="class_teacher", homeroom=cast.homeroom).update(until=date(2026, 10, 1))
    assert "буква, классный руководитель" in gaps()["Классы"]
    Person.objects.filter(pk=cast.teacher.pk).update(patronymic="")
    assert gaps()["Сотрудники"] == "Соколова Марина: отчество"
    BellSchedule.objects.create(school=cast.school, title="Вторая смена")
    assert gaps()["Расписания звонков"] == "Вторая смена: время уроков"
    type(cast.subjects["maths"]).objects.filter(pk=cast.subjects["maths"].pk).update(short="")
    assert gaps()["Предметы"] == "Математика: краткое название"
    words = page(client_of(cast.deputy), "/control/duties/")
    assert "Соколова Марина: отчество" in words and "Цой Максим: дата рождения" in words
    assert client_of(cast.teacher).get("/control/duties/").status_code == 403


@under(DUBROVO)
@pytest.mark.clause("DB-3.2.1b")
def test_two_cards_with_one_name_and_birth_date_are_reported(cast: Any, client_of: Any) -> None:
    def told() -> str:
        return "; ".join(line.detail for line in found(cast, "profile_complete") if "DB-3.2.1b" in line.ids)

    student = cast.named("Ефимова")
    assert "Ефимова" not in told(), "the two namesakes Иванов were born on different days"
    twin = Person.objects.create(
        school=cast.school, surname=student.surname, given_name=student.given_name,
        birth_date=student.birth_date + timedelta(days=1),
    )  # fmt: skip
    assert "Ефимова Софья, " not in told() and "Ефимова Софья" in told(), "it belongs to nothing"
    Person.objects.filter(pk=twin.pk).update(birth_date=student.birth_date)
    assert f"Ефимова Софья, {student.birth_date:%d.%m.%Y}: 2" in told()
    assert f"{student.birth_date:%d.%m.%Y}: 2" in page(client_of(cast.deputy), "/control/duties/")
    outside = Person.objects.create(
        school=cast.outside.school,
        surname="Цой",
        given_name="Максим",
        birth_date=cast.named("Цой").birth_date,
    )
    assert "Цой" not in told(), "another school's cards are not ours"
    assert outside.pk


@under(COLLEGE)
@pytest.mark.clause("ET-6.1a")
def test_journal_officer_without_an_order_of_this_year_is_reported(cast: Any, client_of: Any) -> None:
    def told() -> list[str]:
        return [
            line.text for line in found(cast, "appointment_required", "director") if "ET-6.1a" in line.ids
        ]

    assert not told()
    officer = Role.objects.filter(school=cast.school, kind="operator")
    officer.update(order_number="")
    assert told() and "на этот учебный год" in told()[0]
    officer.update(order_number="142", order_date=None)
    assert told(), "a number without a date"
    officer.update(order_date=date(2026, 5, 31))
    assert told(), "the order of the year before"
    officer.update(order_date=date(2026, 6, 1))
    assert not told(), "the summer before the year"
    officer.update(until=date(2026, 10, 14))
    assert told()
    assert "Не назначен приказом" in page(client_of(cast.director), "/control/duties/")


@presets((COLLEGE, "ET-A-DIR-7e"), (COLLEGE, "ET-A-DEP-10c"))
def test_students_with_fewer_marks_than_the_norm_of_the_period(
    cast: Any, client_of: Any, request: Any
) -> None:
    """Three marks are enough, two are not; near the end of the half-year and not before."""
    clause = next(request.node.iter_markers("clause")).args[0]
    student = cast.named("Ефимова")
    from parta.journal.models import Mark

    def few(day: date, who: str = "deputy") -> set[str]:
        return {
            name
            for line in found(cast, "mark_density", who, cast.local(day, 12))
            if clause in line.ids and "русский" in line.place and "мало отметок" in line.text
            for name in line.students
        }

    Mark.objects.filter(student=student).update(value="")
    for lesson in past(cast)[:2]:
        add_mark(cast, student, lesson, "4")
    near = cast.term.until - timedelta(days=14)
    assert "Ефимова Софья (2)" in few(near)
    assert not few(near - timedelta(days=1)), "two weeks before the end it is time"
    assert "Ефимова Софья (2)" in few(near, "head_of_department"), "of the own department"
    add_mark(cast, student, past(cast)[2], "4")
    assert not any(name.startswith("Ефимова") for name in few(near))
    maths = [
        line
        for line in found(cast, "mark_density", "head_of_department", cast.local(near, 12))
        if "математика" in line.place
    ]
    assert not maths, "maths is of another department"


def order(cast: Any, kind: str, surname: str, given_name: str, on: str, **more: Any) -> dict[str, Any]:
    return {
        "act": "add",
        "kind": kind,
        "homeroom": cast.homeroom.pk,
        "number": "31-у",
        "signed_on": "2026-10-12",
        "on": on,
        "surname": surname,
        "given_name": given_name,
    } | more


@presets((COLLEGE, "ET-7.2r"), (DUBROVO, "DB-4.2.2a"))
def test_list_of_the_class_is_held_against_the_orders(cast: Any, client_of: Any, request: Any) -> None:
    """Admitted and not in the list, gone and still in it: found from the order's day on."""
    clause = next(request.node.iter_markers("clause")).args[0]
    secretary = client_of(cast.secretary)

    def told(day: date = cast.on) -> str:
        lines = of_class(cast, "profile_complete", clause, cast.local(day, 12))
        return "; ".join(line.detail for line in lines if "приказами" in line.text)

    assert not told()
    assert (
        client_of(cast.teacher)
        .post("/orders/", order(cast, "admitted", "Новиков", "Пётр", "2026-10-14"))
        .status_code
        == 403
    )
    for wrong in ({"number": ""}, {"surname": ""}, {"on": "2025-01-01"}, {"signed_on": "2030-01-01"}):
        sent = order(cast, "admitted", "Новиков", "Пётр", "2026-10-14") | wrong
        assert secretary.post("/orders/", sent).status_code == 422, wrong
    done(secretary.post("/orders/", order(cast, "admitted", "Новиков", "Пётр", "2026-10-14")))
    assert not told(date(2026, 10, 13)), "the day is to come"
    assert "Новиков Пётр: нет в списке, приказ № 31-у от 12.10.2026".casefold() in told().casefold()
    assert "нет в списке" in page(secretary, "/orders/")
    newcomer = Person.objects.create(school=cast.school, surname="Новиков", given_name="Пётр")
    Enrolment.objects.create(
        school=cast.school, student=newcomer, homeroom=cast.homeroom, starts=date(2026, 10, 15)
    )
    assert told(), "in the list from the day after"
    Enrolment.objects.filter(student=newcomer).update(starts=date(2026, 10, 14))
    assert not told() and "список согласен" in page(secretary, "/orders/")
    done(secretary.post("/orders/", order(cast, "left", "Ефимова", "Софья", "2026-10-14", number="32-у")))
    assert "Ефимова Софья: ещё в списке".casefold() in told().casefold()
    Enrolment.objects.filter(student=cast.named("Ефимова")).update(until=date(2026, 10, 14))
    assert not told()


@under(COLLEGE)
@pytest.mark.clause("ET-7.2r")
def test_group_is_green_after_the_confirmation_and_red_again_after_an_order(
    cast: Any, client_of: Any
) -> None:
    for student in cast.students:
        if student.surname != "Сафина":
            family(cast, student)
    Person.objects.filter(pk=cast.guardian.pk).update(phone="+7 999 111-22-33")

    def red() -> list[str]:
        return [
            line.text
            for kind in ("profile_complete", "roster_review_every")
            for line in of_class(cast, kind, "ET-7.2r")
        ]

    assert red() == ["Данные класса не проверены к 05.09.2026"]
    assert "Данные класса не проверены" in page(client_of(cast.class_teacher), "/control/findings/")
    RosterReview.objects.create(
        school=cast.school, homeroom=cast.homeroom, day=date(2026, 9, 3), at=cast.at, role="class_teacher",
        students=12, changes=0,
    )  # fmt: skip
    assert not red()
    done(client_of(cast.secretary).post("/orders/", order(cast, "admitted", "Новиков", "Пётр", "2026-10-14")))
    assert red() == ["Список не совпадает с приказами: 1"]
    assert "не совпадает с приказами" in page(client_of(cast.class_teacher), "/control/findings/")
