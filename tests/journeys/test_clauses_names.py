"""Clauses on names and openings: staff in full, a journal for a class with its letter, a subject of the curriculum."""

from typing import Any

import pytest

from parta.archive.models import PaperSet
from parta.organisation.actions import HomeroomRow, ensure_homerooms
from parta.people.models import Person, Role
from parta.plans.models import CurriculumHours, Journal
from tests.cast import actor_of
from tests.journeys.steps import COLLEGE, GYMNASIUM, done, page, text, under


def name_form(person: Person, **more: str) -> dict[str, str]:
    return {
        "act": "save",
        "names": "1",
        "surname": person.surname,
        "given_name": person.given_name,
        "patronymic": person.patronymic,
    } | more


@under(COLLEGE)
@pytest.mark.clause("ET-4.3")
def test_initials_in_a_card_of_the_staff_are_refused(cast: Any, client_of: Any) -> None:
    client, address = client_of(cast.operator), f"/setup/people/{cast.teacher.pk}/"
    for wrong, field in (
        ({"given_name": "М.", "patronymic": "В."}, "Имя"),
        ({"given_name": "М", "patronymic": "В"}, "Имя"),
        ({"surname": "Соколова М.В.", "given_name": "Марина"}, "Фамилия"),
        ({"patronymic": "В."}, "Отчество"),
        ({"patronymic": ""}, "Отчество"),
    ):
        answer = client.post(address, name_form(cast.teacher, **wrong))
        assert answer.status_code == 422, wrong
        assert field in text(answer) and "п. 4.3" in text(answer).replace("\u00a0", " "), wrong
    assert Person.objects.get(pk=cast.teacher.pk).patronymic == "Викторовна"
    # a patronymic that the documents do not give is marked so, and the mark is kept
    done(client.post(address, name_form(cast.teacher, patronymic="", no_patronymic="1")))
    stored = Person.objects.get(pk=cast.teacher.pk)
    assert (stored.patronymic, stored.has_patronymic) == ("", False)
    done(client.post(address, name_form(stored, surname="Соколова-Мирная", no_patronymic="1")))
    assert client.post(address, name_form(stored)).status_code == 422, "the mark is taken back"
    done(client.post(address, name_form(cast.teacher)))
    # a student's card is not asked; a teacher's role is not given to initials
    student = cast.named("Асанов")
    done(client.post(f"/setup/people/{student.pk}/", name_form(student, patronymic="")))
    short = Person.objects.create(school=cast.school, surname="Иванов", given_name="И.", patronymic="И.")
    grant = {"act": "grant", "kind": "teacher", "starts": "2026-10-14"}
    answer = client.post(f"/setup/people/{short.pk}/", grant)
    assert answer.status_code == 422 and "п. 4.3" in text(answer).replace("\u00a0", " ")
    assert not Role.objects.filter(person=short).exists()
    done(client.post(f"/setup/people/{short.pk}/", name_form(short, given_name="Иван", patronymic="Ильич")))
    done(client.post(f"/setup/people/{short.pk}/", grant))
    # what is printed has the whole name
    deputy = client_of(cast.deputy)
    sheet = {"act": "make", "homeroom": cast.homeroom.pk, "term": cast.year_term.pk, "kind": "summary_sheet"}
    done(deputy.post("/papers/", sheet))
    assert "Соколова Марина Викторовна" in page(deputy, f"/papers/{PaperSet.objects.get().pk}/")


@under(GYMNASIUM)
def test_an_act_without_the_clause_takes_initials(cast: Any, client_of: Any) -> None:
    address = f"/setup/people/{cast.teacher.pk}/"
    done(client_of(cast.operator).post(address, name_form(cast.teacher, patronymic="В.")))


def opening(cast: Any, homeroom: int, subject: str = "maths") -> dict[str, Any]:
    return {
        "act": "add",
        "subject": cast.subjects[subject].pk,
        "homeroom": homeroom,
        "term_kind": "half_year",
        "weekly_hours": "2",
    }


@under(COLLEGE)
@pytest.mark.clause("ET-4.1b")
def test_group_without_a_letter_has_no_journal(cast: Any, client_of: Any) -> None:
    client = client_of(cast.operator)
    rooms = ensure_homerooms(
        year=cast.year,
        rows=[
            HomeroomRow("ТМ-2", 2, ""),
            HomeroomRow("ТМ-2А", 2, "А"),
            HomeroomRow("ТМ-2Б", 2, "Б"),
            HomeroomRow("ТМ-2 А", 2, "А"),
        ],
        by=actor_of(cast.operator, "operator"),
        at=cast.at,
    )
    CurriculumHours.objects.create(
        school=cast.school,
        year=cast.year,
        subject=cast.subjects["maths"],
        grade=2,
        weekly_hours=2,
        yearly_hours=68,
    )
    for title, word in (("ТМ-2", "нет литеры"), ("ТМ-2 А", "отличаются только написанием")):
        answer = client.post("/setup/journals/", opening(cast, rooms[title]))
        assert answer.status_code == 422, title
        words = text(answer).replace("\u00a0", " ")
        assert word in words and "п. 4.1" in words, title
        assert not Journal.objects.filter(homeroom_id=rooms[title]).exists()
    for title in ("ТМ-2А", "ТМ-2Б"):
        done(client.post("/setup/journals/", opening(cast, rooms[title])))
        assert Journal.objects.filter(homeroom_id=rooms[title]).count() == 1


@under(COLLEGE)
@pytest.mark.clause("ET-4.2")
def test_journal_opens_only_for_a_line_of_the_curriculum(cast: Any, client_of: Any) -> None:
    client, room = client_of(cast.operator), cast.younger.pk
    before = Journal.objects.count()
    answer = client.post("/setup/journals/", opening(cast, room))
    assert answer.status_code == 422
    assert "«Математика» нет в учебном плане" in text(answer)
    assert "п. 4.2" in text(answer).replace("\u00a0", " ")
    typed = client.post("/setup/journals/", opening(cast, room) | {"subject": "Высшая математика"})
    assert typed.status_code == 422 and Journal.objects.count() == before
    line = CurriculumHours.objects.create(
        school=cast.school,
        year=cast.year,
        subject=cast.subjects["maths"],
        grade=2,
        weekly_hours=2,
        yearly_hours=68,
    )
    assert client.post("/setup/journals/", opening(cast, room)).status_code == 422, "of another course"
    CurriculumHours.objects.filter(pk=line.pk).update(grade=3)
    done(client.post("/setup/journals/", opening(cast, room)))
    journal = Journal.objects.get(homeroom_id=room, subject=cast.subjects["maths"])
    # the name on the page and in the list is the name of the line
    cast.subjects["maths"].title = "Математика: алгебра и начала анализа"
    cast.subjects["maths"].save()
    client = client_of(cast.deputy)
    assert "Математика: алгебра и начала анализа" in page(client, f"/journals/{journal.pk}/")
    assert "Математика: алгебра и начала анализа" in page(client, "/journals/")
