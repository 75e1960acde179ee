"""Pages of families and class teachers: a constant number of statements, whatever the class and the year hold."""

from datetime import date, timedelta
from typing import Any

import pytest

from parta.diary.models import AbsenceNotice, Acknowledgement, Look
from parta.foundation import clock
from parta.journal.models import Absence, Homework, Mark
from parta.people.models import Enrolment, Guardianship, Person, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def crowded(cast: Any) -> Any:
    """Twenty more families, each with a look, an acknowledgement, an absence without a reason and a notice."""
    users = User.objects.bulk_create(User(login=f"p{n}", password="x") for n in range(20))
    parents = Person.objects.bulk_create(
        Person(school=cast.school, surname=f"Родин{n}", given_name="Пётр", user=user)
        for n, user in enumerate(users)
    )
    pupils = Person.objects.bulk_create(
        Person(school=cast.school, surname=f"Новиков{n}", given_name="Пётр") for n in range(20)
    )
    since = date(2026, 9, 1)
    Enrolment.objects.bulk_create(
        Enrolment(school=cast.school, student=one, homeroom=cast.homeroom, starts=since) for one in pupils
    )
    Guardianship.objects.bulk_create(
        Guardianship(school=cast.school, guardian=parent, student=one, starts=since)
        for parent, one in zip(parents, pupils, strict=True)
    )
    for parent, one in zip(parents, pupils, strict=True):
        common = {"school": cast.school, "student": one}
        Look.objects.create(**common, person=parent, day=cast.on, last_at=cast.at)
        Acknowledgement.objects.create(
            **common, week=date(2026, 10, 12), guardian=parent, means="web", at=cast.at, recorded_by=parent
        )
        AbsenceNotice.objects.create(
            **common, starts=cast.on, until=cast.on + timedelta(days=1), meaning="ill", text="болеет",
            told_by=parent, told_at=cast.at,
        )  # fmt: skip
        Absence.objects.create(
            **common, journal=cast.russian, lesson=cast.lesson, meaning="unknown", symbol="н", set_at=cast.at,
            changed_at=cast.at,
        )  # fmt: skip
    return cast


@pytest.mark.parametrize(
    ("who", "url"),
    [
        ("class_teacher", "/families/"),
        ("deputy", "/families/"),
        ("class_teacher", "/families/absences/"),
        ("guardian", "/diary/{student}/class/"),
        ("guardian", "/diary/{student}/results/"),
        ("guardian", "/diary/{student}/homework/"),
        ("guardian", "/messages/new/?student={student}"),
        ("teacher", "/lessons/{lesson}/"),
        ("teacher", "/homework/{homework}/"),
    ],
)
def test_statements_do_not_grow_with_the_class(
    cast: Any, client_of: Any, count_statements: Any, request: pytest.FixtureRequest, who: str, url: str
) -> None:
    homework = Homework.objects.filter(journal=cast.russian).order_by("pk")[0]
    address = url.format(student=cast.student.pk, lesson=cast.lesson.pk, homework=homework.pk)
    client = client_of(cast.people[who])
    assert client.get(address).status_code == 200
    with count_statements() as small:
        client.get(address)
    request.getfixturevalue("crowded")
    with count_statements() as large:
        assert client.get(address).status_code == 200
    assert len(small) == len(large) <= 12, len(large)


def test_a_second_look_within_two_minutes_writes_nothing(
    cast: Any, client_of: Any, count_statements: Any
) -> None:
    client = client_of(cast.guardian)
    client.get("/diary/")
    with count_statements() as seen:
        client.get("/diary/")
    assert not [statement for statement in seen if "INSERT" in statement]
    assert Look.objects.count() == 1
    with clock.rehearse(cast.at + timedelta(minutes=3)):
        client.get("/diary/")
    look = Look.objects.get()
    assert look.last_at == cast.at + timedelta(minutes=3) and look.before_at is None
    with clock.rehearse(cast.at + timedelta(days=1)):
        client.get("/diary/")
    assert [row.before_at for row in Look.objects.order_by("day")] == [None, cast.at + timedelta(minutes=3)]


def test_odd_input_is_answered_and_loses_nothing(cast: Any, client_of: Any) -> None:
    family = client_of(cast.guardian)
    absences = f"/diary/{cast.student.pk}/absences/"
    form = {"act": "tell", "starts": "2026-10-15", "until": "2026-10-15", "meaning": "ill", "text": "врач"}
    for wrong in (
        {"starts": "вчера"},
        {"starts": "0001-01-01"},
        {"until": "9999-12-31"},
        {"first_lesson": "три"},
        {"first_lesson": "4", "last_lesson": "2"},
        {"meaning": "unexcused"},
        {"text": "\x00\u200b"},
        {"text": "я" * 600},
        {"first_lesson": "2", "last_lesson": "3", "until": "2026-10-16"},
    ):
        answer = family.post(absences, form | wrong)
        assert answer.status_code == 422, wrong
        assert 'role="alert"' in answer.content.decode(), wrong
    assert 'value="врач"' in family.post(absences, form | {"starts": "вчера"}).content.decode()
    assert not AbsenceNotice.objects.exists()
    for query in ("?term=0", "?term=99999999999999999999", "?term=x", "?subject=%00", "?week=2026-99-99"):
        for page in ("", "homework/", "absences/", "results/", "class/", "news/", "data/"):
            assert family.get(f"/diary/{cast.student.pk}/{page}{query}").status_code in (200, 404)
    head = client_of(cast.class_teacher)
    for body in (
        {"act": "explain", "reason": "1:2026-10-14=Б"},
        {"act": "explain", "reason": "=" * 50},
        {"act": "x"},
    ):
        assert head.post("/families/absences/", body).status_code == 422
    assert Mark.objects.exists()
