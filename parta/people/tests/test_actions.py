"""Acts on people: what they change, what they refuse, what they leave on the school's chain."""

from datetime import date, timedelta
from typing import Any

import pytest

from parta.foundation.log import SYSTEM, Broken, verify
from parta.foundation.models import LogEntry
from parta.organisation.acts import Refusal, act
from parta.people import actions
from parta.people.models import Enrolment, Guardianship, Person, ReadTrace, SubgroupMembership, User
from parta.people.viewer import account

pytestmark = pytest.mark.django_db


def verbs(school_id: int, kind: str) -> list[str]:
    return list(
        LogEntry.objects.filter(school_id=school_id, object_kind=kind)
        .order_by("id")
        .values_list("verb", flat=True)
    )


def test_person_is_logged_without_a_name(cast: Any) -> None:
    person = actions.create_person(
        school_id=cast.school.pk,
        surname="  Непомнящий ",
        given_name="Аркадий",
        birth_date=date(2014, 3, 2),
        by=SYSTEM,
        at=cast.at,
    )
    assert person.surname == "Непомнящий"
    entry = LogEntry.objects.get(object_kind="person", object_id=person.pk)
    assert entry.verb == "person_added" and "Непомнящий" not in entry.data and "2014" not in entry.data
    fields: dict[str, Any] = {
        "surname": "Непомнящая",
        "given_name": "Аркадий",
        "birth_date": date(2014, 3, 2),
    }
    assert actions.change_person(person=person, **fields, by=SYSTEM, at=cast.at) == ["surname"]
    assert actions.change_person(person=person, **fields, by=SYSTEM, at=cast.at) == []
    assert not [found for found in verify(cast.school.pk) if isinstance(found, Broken)]


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"surname": " "}, "surname"),
        ({"given_name": "Я" * 81}, "given_name"),
        ({"birth_date": date(2100, 1, 1)}, "birth_date"),
        ({"birth_date": date(1899, 12, 31)}, "birth_date"),
        ({"email": "не почта"}, "email"),
        ({"phone": "позвоните"}, "phone"),
        ({"sex": "x"}, "sex"),
    ],
)
def test_wrong_person_is_refused_at_its_field(cast: Any, fields: dict[str, Any], where: str) -> None:
    before = Person.objects.count(), LogEntry.objects.count()
    with pytest.raises(Refusal) as refusal:
        actions.create_person(
            **{"school_id": cast.school.pk, "surname": "Ли", "given_name": "Ян", **fields},
            by=SYSTEM,
            at=cast.at,
        )
    assert refusal.value.field == where and str(refusal.value).endswith(".")
    assert (Person.objects.count(), LogEntry.objects.count()) == before


def test_account_is_issued_once_and_works_once(cast: Any) -> None:
    person = actions.create_person(
        school_id=cast.school.pk,
        surname="Щербаков",
        given_name="Юрий",
        patronymic="Ёлкович",
        by=SYSTEM,
        at=cast.at,
    )
    issued = actions.issue_account(person=person, by=SYSTEM, at=cast.at)
    assert issued.login == "scherbakov.ye"
    user = actions.check_password(issued.login, issued.password)
    assert user is not None and user.must_change_password
    assert issued.password not in "".join(LogEntry.objects.values_list("data", flat=True))
    with pytest.raises(Refusal):
        actions.issue_account(person=person, by=SYSTEM, at=cast.at)
    again = actions.reset_password(person=person, by=SYSTEM, at=cast.at)
    assert actions.check_password(issued.login, issued.password) is None
    assert actions.check_password(again.login, again.password) is not None
    actions.close_account(person=person, by=SYSTEM, at=cast.at)
    assert actions.check_password(again.login, again.password) is None
    actions.reopen_account(person=person, by=SYSTEM, at=cast.at)
    assert actions.check_password(again.login, again.password) is not None


def test_logins_are_free_and_distinct(cast: Any) -> None:
    User.objects.create(login="sokolova.mv")
    names = [("Соколова", "Мария", "Викторовна")] * 2 + [("", "", "")]
    assert actions.make_logins(names) == ["sokolova.mv2", "sokolova.mv3", "user"]


def test_role_holds_within_its_span(cast: Any) -> None:
    person = cast.secretary
    role = actions.grant_role(
        person=person,
        kind="nurse",
        starts=cast.on,
        until=cast.on + timedelta(days=2),
        order_number="12",
        by=SYSTEM,
        at=cast.at,
    )

    def has(days: int) -> bool:
        found = account(person.user_id, cast.school.pk, cast.at + timedelta(days=days))
        return found is not None and found.viewer is not None and "nurse" in found.viewer.roles

    assert [has(days) for days in (-1, 0, 1, 2)] == [False, True, True, False]
    with pytest.raises(Refusal):
        actions.grant_role(
            person=person, kind="nurse", starts=cast.on + timedelta(days=1), by=SYSTEM, at=cast.at
        )
    actions.end_role(role=role, until=cast.on + timedelta(days=1), by=SYSTEM, at=cast.at)
    assert [has(days) for days in (0, 1)] == [True, False]


@pytest.mark.parametrize(
    ("kind", "more", "where"),
    [
        ("class_teacher", {}, "homeroom"),
        ("head_of_department", {}, "department"),
        ("nurse", {"homeroom_id": 1}, "homeroom"),
        ("king", {}, "kind"),
        ("nurse", {"until": date(2026, 9, 1)}, "until"),
    ],
)
def test_wrong_role_is_refused(cast: Any, kind: str, more: dict[str, Any], where: str) -> None:
    with pytest.raises(Refusal) as refusal:
        actions.grant_role(
            person=cast.secretary, kind=kind, starts=date(2026, 9, 1), **more, by=SYSTEM, at=cast.at
        )
    assert refusal.value.field == where


def test_role_in_a_class_of_another_school_is_refused(cast: Any) -> None:
    with pytest.raises(Refusal):
        actions.grant_role(
            person=cast.secretary,
            kind="class_teacher",
            starts=cast.on,
            homeroom_id=cast.outside.homeroom.pk,
            by=SYSTEM,
            at=cast.at,
        )


def test_the_last_who_can_set_up_stays(cast: Any) -> None:
    roles = {role.kind: role for person in (cast.deputy, cast.operator) for role in person.roles.all()}
    actions.end_role(role=roles["operator"], until=cast.on, by=SYSTEM, at=cast.at)
    with pytest.raises(Refusal):
        actions.end_role(role=roles["deputy"], until=cast.on, by=SYSTEM, at=cast.at)


def test_transfer_ends_the_place_and_subgroups(cast: Any) -> None:
    on = cast.on + timedelta(days=5)
    actions.transfer(
        student=cast.student, homeroom=cast.younger, on=on, order_number="77-к", by=SYSTEM, at=cast.at
    )
    old = Enrolment.objects.get(student=cast.student, homeroom=cast.homeroom)
    new = Enrolment.objects.get(student=cast.student, homeroom=cast.younger)
    assert old.until == new.starts == on and new.until is None and new.order_number == "77-к"
    assert all(row.until == on for row in SubgroupMembership.objects.filter(student=cast.student))
    with pytest.raises(Refusal):
        actions.transfer(student=cast.student, homeroom=cast.younger, on=on, by=SYSTEM, at=cast.at)
    with pytest.raises(Refusal):
        actions.enrol(student=cast.student, homeroom=cast.homeroom, starts=on, by=SYSTEM, at=cast.at)


def test_leaving_and_coming_back(cast: Any) -> None:
    actions.leave(student=cast.student, on=cast.on, order_number="5", by=SYSTEM, at=cast.at)
    with pytest.raises(Refusal):
        actions.leave(student=cast.student, on=cast.on, by=SYSTEM, at=cast.at)
    actions.enrol(
        student=cast.student,
        homeroom=cast.homeroom,
        starts=cast.on + timedelta(days=7),
        by=SYSTEM,
        at=cast.at,
    )
    assert Enrolment.objects.filter(student=cast.student).count() == 2


def test_enrolment_outside_the_year_is_refused(cast: Any) -> None:
    person = actions.create_person(
        school_id=cast.school.pk, surname="Ли", given_name="Ян", by=SYSTEM, at=cast.at
    )
    for starts in (cast.year.starts - timedelta(days=1), cast.year.until):
        with pytest.raises(Refusal):
            actions.enrol(student=person, homeroom=cast.homeroom, starts=starts, by=SYSTEM, at=cast.at)
    actions.enrol(student=person, homeroom=cast.homeroom, starts=cast.year.starts, by=SYSTEM, at=cast.at)


def test_one_subgroup_of_a_split(cast: Any) -> None:
    first, second = cast.english.subgroup, cast.english_2.subgroup
    here = SubgroupMembership.objects.get(student=cast.student, until=None).subgroup
    target = second if here == first else first
    actions.join_subgroup(student=cast.student, subgroup=target, starts=cast.on, by=SYSTEM, at=cast.at)
    open_ones = SubgroupMembership.objects.filter(student=cast.student, until=None)
    assert [row.subgroup for row in open_ones] == [target]
    with pytest.raises(Refusal):
        actions.join_subgroup(student=cast.brother, subgroup=target, starts=cast.on, by=SYSTEM, at=cast.at)


def test_guardianship_ends(cast: Any) -> None:
    row = Guardianship.objects.get(guardian=cast.guardian, student=cast.student)
    actions.end_guardianship(guardianship=row, until=cast.on, by=SYSTEM, at=cast.at)
    found = account(cast.guardian.user_id, cast.school.pk, cast.at)
    assert found is not None and found.viewer is not None
    assert found.viewer.student_ids == (cast.brother.pk,)
    with pytest.raises(Refusal):
        actions.set_guardianship(
            guardian=cast.outside.guardian, student=cast.student, starts=cast.on, by=SYSTEM, at=cast.at
        )
    with pytest.raises(Refusal):
        actions.set_guardianship(
            guardian=cast.student, student=cast.student, starts=cast.on, by=SYSTEM, at=cast.at
        )


def test_acts_within_an_act_are_one_and_fall_together(cast: Any) -> None:
    before = Person.objects.count(), LogEntry.objects.count()
    with pytest.raises(Refusal), act(cast.school.pk, by=SYSTEM, at=cast.at):
        for n in range(3):
            actions.create_person(
                school_id=cast.school.pk, surname=f"Ли{n}", given_name="Ян", by=SYSTEM, at=cast.at
            )
        actions.create_person(school_id=cast.school.pk, surname="", given_name="Ян", by=SYSTEM, at=cast.at)
    assert (Person.objects.count(), LogEntry.objects.count()) == before
    with act(cast.school.pk, by=SYSTEM, at=cast.at):
        ids = actions.bulk_people(
            school_id=cast.school.pk,
            rows=[actions.PersonRow(f"Ли{n}", "Ян") for n in range(250)],
            by=SYSTEM,
            at=cast.at,
        )
        actions.bulk_roles(
            school_id=cast.school.pk,
            rows=[actions.RoleRow(person_id, "teacher", cast.on) for person_id in ids],
            by=SYSTEM,
            at=cast.at,
        )
    assert LogEntry.objects.count() == before[1] + 500
    assert LogEntry.objects.filter(object_kind="role").values("operation_id").distinct().count() == 1
    assert not [found for found in verify(cast.school.pk) if isinstance(found, Broken)]


def test_trace_is_one_statement_and_append_only(cast: Any, count_statements: Any) -> None:
    from django.db import DatabaseError, transaction

    viewer = cast.viewer("class_teacher")
    with count_statements() as seen:
        actions.trace(viewer, "student_card", student_id=cast.student.pk)
    assert len(seen) == 1
    row = ReadTrace.objects.get(student_id=cast.student.pk)
    assert (row.user_id, row.role, row.page, row.at) == (
        cast.class_teacher.user_id,
        "class_teacher",
        "student_card",
        cast.at,
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        ReadTrace.objects.filter(pk=row.pk).delete()
