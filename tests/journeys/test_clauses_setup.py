"""Clauses on what the journal stands on: rosters, subgroups, load, import."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from parta.exchange.tests.files import workbook
from parta.foundation import clock
from parta.organisation.models import Homeroom, Subject
from parta.people.models import Enrolment, Person, SubgroupMembership
from parta.plans.models import CurriculumHours, Journal, TeachingLoad
from parta.timetable.models import Lesson
from tests.journeys.steps import (
    CENTRE,
    COLLEGE,
    DUBROVO,
    IPATOVO,
    done,
    page,
    presets,
    roll,
    saved,
    send,
    text,
    under,
)


def load(client: Any, path: Any, *, agree: bool = True) -> Any:
    """Upload a file, look at the preview, agree to it."""
    answer = client.post("/setup/import/", {"file": SimpleUploadedFile(path.name, path.read_bytes())})
    assert answer.status_code == 302, text(answer)
    shown = client.get(answer["Location"])
    body = shown.content.decode()
    if agree and 'name="digest"' in body:
        digest = body.split('name="digest" value="')[1].split('"')[0]
        done(client.post(f"{answer['Location']}apply", {"digest": digest, "choice": ""}))
    return shown


STUDENTS_HEAD = ("Класс", "Фамилия", "Имя", "Отчество", "Дата рождения", "№ личного дела")


@presets((COLLEGE, "ET-1.7a"), (COLLEGE, "ET-A-IT-1b"), (COLLEGE, "ET-A-DEP-16g"))
def test_imported_and_typed_students_are_in_the_group_and_a_wrong_line_is_not(
    cast: Any, client_of: Any, tmp_path: Any
) -> None:
    client, title = client_of(cast.operator), cast.homeroom.title
    good = ("Антонова", "Алиса", "Сергеевна", "05.02.2009", "А-1")
    rows = (STUDENTS_HEAD, (title, *good), (title, "Белов", "Тимур", "", "31.02.2009", "Б-1"))
    wrong = load(client, workbook(tmp_path / "ошибка.xlsx", {"Ученики": rows}), agree=False)
    assert "31.02.2009" in text(wrong) and "строка 3" in text(wrong).lower(), text(wrong)
    assert not Person.objects.filter(surname__in=("Антонова", "Белов")).exists(), "nothing half-saved"
    fine = load(client, workbook(tmp_path / "список.xlsx", {"Ученики": (STUDENTS_HEAD, (title, *good))}))
    assert "Антонова" in text(fine)
    done(
        client.post(
            f"/setup/homerooms/{cast.homeroom.pk}/",
            {
                "act": "enrol",
                "surname": "Белов",
                "given_name": "Тимур",
                "starts": "2026-10-14",
                "order_number": "15-у",
            },
        )
    )
    roster = page(client, f"/setup/homerooms/{cast.homeroom.pk}/")
    assert "Антонова Алиса Сергеевна" in roster and "Белов Тимур" in roster
    with clock.rehearse(cast.local(date(2026, 10, 15), 9)):
        lesson = cast.lesson_on("russian", date(2026, 10, 15))
        words = page(client_of(cast.teacher), f"/lessons/{lesson.pk}/")
        assert "Антонова" in words and "Белов" in words, "usable in the journal at once"
        again = load(client, workbook(tmp_path / "снова.xlsx", {"Ученики": (STUDENTS_HEAD, (title, *good))}))
    assert again.status_code == 200 and Person.objects.filter(surname="Антонова").count() == 1


def planned_hours(subject: Subject, homeroom: Homeroom, weekly: int) -> None:
    """A line of the curriculum: the college's act opens journals for such lines only (ET-4.2)."""
    CurriculumHours.objects.create(
        school_id=homeroom.school_id,
        year_id=homeroom.year_id,
        subject=subject,
        homeroom=homeroom,
        weekly_hours=weekly,
        yearly_hours=weekly * 34,
    )


@presets((COLLEGE, "ET-6.3g"), (COLLEGE, "ET-6.3h"))
def test_teacher_and_master_find_exactly_their_own_journals(cast: Any, client_of: Any) -> None:
    client = client_of(cast.deputy)
    add = {"act": "add_load", "starts": "2026-10-01", "hours": "2"}
    done(client.post(f"/setup/journals/{cast.maths.pk}/", add | {"teacher": cast.teacher.pk}))
    subject = {
        "act": "subject",
        "title": "Учебная практика",
        "short": "УП",
        "code": "up01",
        "tags": ["practice"],
        "kind": "practice",
        "hours": "72",
        "position": "9",
        "area": "Практика",
    }
    done(client.post("/setup/lists/", subject))
    practice = Subject.objects.get(school=cast.school, code="up01")
    planned_hours(practice, cast.homeroom, 6)
    opened = done(
        client.post(
            "/setup/journals/",
            {
                "act": "add",
                "subject": practice.pk,
                "homeroom": cast.homeroom.pk,
                "weekly_hours": "6",
                "term_kind": "half_year",
            },
        )
    )
    book = Journal.objects.get(subject=practice)
    assert str(book.pk) in opened["Location"]
    done(client.post(f"/setup/journals/{book.pk}/", add | {"teacher": cast.master.pk}))

    def mine(person: Any) -> set[int]:
        body = client_of(person).get("/journals/").content.decode()
        return {one.pk for one in Journal.objects.all() if f'href="/journals/{one.pk}/"' in body}

    assert mine(cast.teacher) == {cast.russian.pk, cast.maths.pk}
    assert mine(cast.master) == {book.pk, cast.younger_russian.pk}, (
        "the practice, and the own group's journal"
    )
    assert book.pk not in mine(cast.teacher)
    assert client_of(cast.teacher).get(f"/journals/{book.pk}/").status_code == 404


@presets((COLLEGE, "ET-6.3j"), (COLLEGE, "ET-A-DEP-6c"))
def test_number_of_a_group_agrees_with_the_orders(cast: Any, client_of: Any) -> None:
    client, address = client_of(cast.deputy), f"/setup/homerooms/{cast.homeroom.pk}/"
    assert "12 учеников сегодня" in page(client, address)
    done(
        client.post(
            address,
            {
                "act": "enrol",
                "surname": "Белов",
                "given_name": "Тимур",
                "starts": "2026-10-14",
                "order_number": "15-у",
            },
        )
    )
    done(
        client.post(
            address,
            {"act": "leave", "row": cast.named("Авдеев").pk, "on": "2026-10-13", "order_number": "16-у"},
        )
    )
    done(
        client.post(
            address,
            {
                "act": "move",
                "row": cast.named("Асанов").pk,
                "homeroom": cast.younger.pk,
                "on": "2026-10-14",
                "order_number": "17-у",
            },
        )
    )
    assert "11 учеников сегодня" in page(client, address), "12 + 1 - 1 - 1"
    rows = Enrolment.objects.filter(homeroom=cast.homeroom)
    assert rows.get(order_number="15-у").student.surname == "Белов"
    assert {rows.get(student=cast.named(name)).left_order for name in ("Авдеев", "Асанов")} == {
        "16-у",
        "17-у",
    }
    listed = page(client, "/setup/homerooms/")
    assert "11" in listed and "3" in listed, "the other class has one more"
    assert Enrolment.objects.filter(homeroom=cast.younger, until=None).count() == 3


@presets((COLLEGE, "ET-6.3k"), (DUBROVO, "DB-3.2.2b"))
def test_each_student_is_in_one_subgroup_of_a_split(cast: Any, client_of: Any) -> None:
    client, pupil = client_of(cast.deputy), cast.named("Авдеев")
    first, second = cast.english.subgroup_id, cast.english_2.subgroup_id

    def places() -> set[int]:
        on = date(2026, 10, 15)
        rows = SubgroupMembership.objects.filter(student=pupil, starts__lte=on)
        return {row.subgroup_id for row in rows if row.until is None or row.until > on}

    assert places() == {second}
    ticked = list(SubgroupMembership.objects.filter(subgroup_id=first).values_list("student_id", flat=True))
    done(
        client.post(
            f"/setup/subgroups/{first}/",
            {"act": "save", "starts": "2026-10-15", "student": [*ticked, pupil.pk]},
        )
    )
    assert places() == {first}, "ticked here, gone there"
    everybody = {row.student_id for row in SubgroupMembership.objects.filter(school=cast.school, until=None)}
    assert {student.pk for student in cast.students} == everybody
    with clock.rehearse(cast.local(date(2026, 10, 15), 9)):
        gone = {"act": "save", "starts": "2026-10-15", "student": ticked}
        done(client.post(f"/setup/subgroups/{first}/", gone))
        words = page(client, f"/setup/subgroups/{first}/")
    assert "6 учеников из 12" in words
    assert "Авдеев Кирилл Павлович" in words and words.count("нигде") == 1, "who is in none is named"


@presets((COLLEGE, "ET-A-DEP-5g"), (DUBROVO, "DB-3.2.2a"))
def test_group_without_list_or_class_teacher_stays_on_the_checklist(cast: Any, client_of: Any) -> None:
    client = client_of(cast.operator)
    assert "Все разделы заполнены" in page(client, "/setup/")
    done(
        client.post(
            "/setup/homerooms/",
            {"act": "add", "title": "7В", "grade": "2", "letter": "В", "term_kind": "quarter"},
        )
    )
    words = page(client, "/setup/")
    assert (
        "Без классного руководителя: 7 «В»" in words
        and "Пустые: 7 «В»" in words
        and "Все разделы заполнены" not in words
    )
    new = Homeroom.objects.get(school=cast.school, title="7В")
    done(
        client.post(
            f"/setup/people/{cast.master.pk}/",
            {
                "act": "grant",
                "kind": "class_teacher",
                "homeroom": new.pk,
                "starts": "2026-09-01",
                "order_number": "7",
                "order_date": "2026-08-30",
            },
        )
    )
    done(
        client.post(
            f"/setup/homerooms/{new.pk}/",
            {"act": "enrol", "surname": "Белов", "given_name": "Тимур", "starts": "2026-10-14"},
        )
    )
    words = page(client, "/setup/")
    assert "Без классного руководителя" not in words and "Пустые" not in words


@presets((IPATOVO, "IP-2.13p"))
def test_change_of_load_moves_write_access_that_day(cast: Any, client_of: Any) -> None:
    """Russian passed from Орлова to Соколова on 1 October; maths passes on the 14th."""
    client = client_of(cast.deputy)
    load_row = TeachingLoad.objects.get(journal=cast.maths)
    done(
        client.post(
            f"/setup/journals/{cast.maths.pk}/",
            {"act": "end_load", "row": load_row.pk, "until": "2026-10-13"},
        )
    )
    done(
        client.post(
            f"/setup/journals/{cast.maths.pk}/",
            {"act": "add_load", "teacher": cast.other_teacher.pk, "starts": "2026-10-14", "hours": "5"},
        )
    )
    Lesson.objects.filter(journal=cast.maths, date__gte=date(2026, 10, 15)).update(teacher=None)
    before, after = cast.lesson_on("maths", date(2026, 10, 13)), cast.lesson_on("maths", date(2026, 10, 15))
    with clock.rehearse(cast.local(date(2026, 10, 15), 12)):
        old, new = client_of(cast.class_teacher), client_of(cast.other_teacher)
        assert send(old, cast.maths, roll(after)).status_code in (404, 422)
        saved(send(new, cast.maths, roll(after)))
        assert send(new, cast.maths, roll(before)).status_code in (404, 422), (
            "the past stays the former teacher's"
        )
        assert page(old, f"/journals/{cast.maths.pk}/"), "readable to the former teacher"
    assert client_of(cast.former_teacher).get(f"/journals/{cast.russian.pk}/").status_code == 403, (
        "left altogether"
    )


@under(DUBROVO)
@pytest.mark.clause("DB-3.2.2g")
def test_overview_shows_what_is_set_up(cast: Any, client_of: Any) -> None:
    words = page(client_of(cast.operator), "/setup/")
    assert "5 журналов с учителем" in words and "4 кабинета" in words and "10 видов работ" in words
    assert "17,0" in page(client_of(cast.operator), "/setup/timetable/")
    CurriculumHours.objects.all().delete()
    line = {"act": "save", "grade": "6", "lines": "1", "subject0": cast.maths.subject_id, "weekly0": "5"}
    done(client_of(cast.operator).post("/setup/curriculum/", line))
    assert "форма контроля указана у 0" in page(client_of(cast.operator), "/setup/")
    done(
        client_of(cast.operator).post("/setup/curriculum/", line | {"control0": "exam", "level0": "advanced"})
    )
    assert "форма контроля указана у 1" in page(client_of(cast.operator), "/setup/")
    assert "экзамен" in page(client_of(cast.operator), f"/setup/curriculum/{cast.homeroom.pk}/")
    assert "1 шкала" in page(client_of(cast.operator), "/setup/")


@under(CENTRE)
@pytest.mark.clause("CT-2.2e")
@pytest.mark.clause("CT-2.2a", "CT-2.2d", "CT-2.2f")
def test_group_without_a_pedagogue_is_listed(cast: Any, client_of: Any) -> None:
    client = client_of(cast.operator)
    done(
        client.post(
            "/setup/journals/",
            {
                "act": "add",
                "subject": cast.maths.subject_id,
                "homeroom": cast.younger.pk,
                "weekly_hours": "2",
                "term_kind": "year",
            },
        )
    )
    assert "Без учителя: 3А Математика" in page(client, "/setup/").replace("3 «А»", "3А")
    words = page(client, "/setup/rights/").replace("3 «А»", "3А")
    groups, loadless = words.split("Группы без учителя")[1], words.split("Право без нагрузки")[1]
    assert "3А Математика" in groups
    assert "Мельник Оксана Петровна учитель с 1 сентября 2026 г., ни одного журнала" in loadless
    assert "Соколова Марина Викторовна" not in loadless
    book = Journal.objects.get(subject=cast.maths.subject_id, homeroom=cast.younger)
    load = {"act": "add_load", "teacher": cast.substitute.pk, "starts": "2026-10-14", "hours": "2"}
    assert client_of(cast.substitute).get(f"/journals/{book.pk}/").status_code == 404, "no load, no right"
    done(client_of(cast.operator).post(f"/setup/journals/{book.pk}/", load))
    words = page(client, "/setup/rights/")
    assert "Мельник" not in words and "Каждый журнал кто-то ведёт" in words
    assert page(client_of(cast.substitute), f"/journals/{book.pk}/")
    assert client_of(cast.substitute).get(f"/journals/{cast.russian.pk}/").status_code == 404
