"""Clauses on groups of users: what each group opens, what is open to everybody, who only looks."""

from typing import Any

import pytest

from parta.people.models import Guardianship
from tests.contracts.matrix import ABSENT
from tests.journeys.steps import CENTRE, DUBROVO, mark, page, presets, send, text


@presets((DUBROVO, "DB-1.7a"), (DUBROVO, "DB-1.7b"), (DUBROVO, "DB-1.7c"), (DUBROVO, "DB-1.7d"))
def test_groups_of_users(cast: Any, client_of: Any) -> None:
    every = {name: f"/journals/{journal.pk}/" for name, journal in cast.journals.items()}
    for name in ("director", "deputy"):
        assert all(client_of(cast.people[name]).get(one).status_code == 200 for one in every.values()), name
    assert page(client_of(cast.operator), "/setup/") and page(client_of(cast.deputy), "/setup/")
    for name in ("teacher", "class_teacher", "director", "secretary"):
        assert client_of(cast.people[name]).get("/setup/").status_code == 403, name
    reads = {
        "teacher": {"russian"},
        "class_teacher": {"russian", "maths", "english", "english_2"},
        "other_teacher": {"younger_russian"},
    }
    for name, expected in reads.items():
        client = client_of(cast.people[name])
        assert {key for key, one in every.items() if client.get(one).status_code == 200} == expected, name
        listed = client.get("/journals/").content.decode()
        assert {key for key, one in every.items() if f'href="{one}"' in listed} == expected, name
    for person in (cast.student, cast.guardian):
        assert {client_of(person).get(one).status_code for one in every.values()} == {403}


@presets((DUBROVO, "DB-3.6.2"))
def test_director_looks_and_cannot_save(cast: Any, client_of: Any) -> None:
    client = client_of(cast.director)
    journal = client.get(f"/journals/{cast.russian.pk}/").content.decode()
    lesson = client.get(f"/lessons/{cast.lesson.pk}/").content.decode()
    for body in (journal, lesson):
        main = body[body.index("<main") :]
        assert "<textarea" not in main and 'type="radio"' not in main and "<button" not in main, (
            "nothing to press"
        )
    answer = send(client, cast.russian, mark(cast.lesson, cast.student, "5"))
    assert answer.status_code in (403, 422)
    assert client.post(f"/lessons/{cast.lesson.pk}/", {"form": "roll"}).status_code in (403, 422)
    teachers = client_of(cast.teacher).get(f"/lessons/{cast.lesson.pk}/").content.decode()
    assert "<textarea" in teachers


@pytest.mark.parametrize("cast", [DUBROVO], indirect=True)
@pytest.mark.clause("DB-3.5.3", partly="запись завуча от имени администратора")
@pytest.mark.clause("DB-3.6.1")
def test_director_and_deputy_open_every_page_of_the_journals(cast: Any, client_of: Any) -> None:
    for name in ("director", "deputy"):
        client = client_of(cast.people[name])
        assert all(page(client, f"/journals/{journal.pk}/") for journal in cast.journals.values())
        assert page(client, f"/students/{cast.student.pk}/")
        for student in (cast.student, cast.other_student):
            card = client.get(f"/students/{student.pk}/").content.decode()
            assert f'href="/diary/{student.pk}/"' in card
            diary = page(client, f"/diary/{student.pk}/")
            assert (
                f"Дневник глазами семьи: {student.surname} {student.given_name}" in diary
                and "Подтверждаю" not in diary
            )
            assert client.post(f"/diary/{student.pk}/acknowledge", {"week": "2026-10-12"}).status_code == 403


@presets(("goethe23", "GT-I-1.6"))
def test_one_person_may_be_teacher_and_parent_and_nobody_without_a_role(cast: Any, client_of: Any) -> None:
    assert client_of(cast.teacher).get("/diary/").status_code == 403
    Guardianship.objects.create(
        school=cast.school,
        guardian=cast.teacher,
        student=cast.brother,
        relation="mother",
        starts=cast.year.starts,
    )
    client = client_of(cast.teacher)
    shown = client.get("/journals/").content.decode()
    assert 'href="/diary/"' in shown and "Русский язык" in text(client.get("/journals/"))
    assert "Тимур" in page(client, f"/diary/{cast.brother.pk}/")
    assert client.get(f"/diary/{cast.student.pk}/").status_code == 404, "a student taught is no own child"
    assert client.get(f"/journals/{cast.younger_russian.pk}/").status_code == 404, (
        "a child's journal is not taught"
    )
    for name in ("contact", "former_teacher", "left_student"):
        nobody = client_of(cast.people[name])
        for address in ("/journals/", "/diary/", "/timetable/", "/students/", "/setup/"):
            assert nobody.get(address).status_code == 403, (name, address)


@presets((CENTRE, "CT-1.8"))
def test_the_diary_asks_for_no_payment(cast: Any, client_of: Any) -> None:
    """A fresh account opens every function of the diary; no page speaks of money."""
    from parta.foundation.log import SYSTEM
    from parta.people.actions import create_person, set_guardianship

    parent = create_person(
        school_id=cast.school.id, surname="Новая", given_name="Анна", by=SYSTEM, at=cast.at
    )
    set_guardianship(
        guardian=parent,
        student=cast.student,
        relation="mother",
        has_rights=True,
        starts=cast.on,
        by=SYSTEM,
        at=cast.at,
    )
    client_of(cast.operator).post(f"/setup/people/{parent.pk}/", {"act": "issue"})
    parent.refresh_from_db()
    assert parent.user is not None
    parent.user.must_change_password = False
    parent.user.save()
    client, child = client_of(parent), cast.student.pk
    for address in (
        "/diary/",
        f"/diary/{child}/",
        f"/diary/{child}/?week=2026-10-05",
        f"/diary/{child}/?view=marks",
        "/timetable/",
        f"/students/{child}/",
    ):
        shown = page(client, address).lower()
        assert not [
            word for word in ("оплат", "подписк", "тариф", "премиум", "руб.", "₽") if word in shown
        ], address


def test_absent_objects_and_foreign_ones_look_alike(cast: Any, client_of: Any) -> None:
    client = client_of(cast.guardian)
    foreign, nothing = client.get(f"/diary/{cast.other_student.pk}/"), client.get(f"/diary/{ABSENT}/")
    assert text(foreign) == text(nothing)
