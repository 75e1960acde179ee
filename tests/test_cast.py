"""The cast itself: complete, quick, the same shape twice."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, InternalError, connection, transaction

from parta.foundation import clock, sql
from parta.journal.models import Mark
from parta.people.models import Person
from tests.cast import PRESETS, World


def test_it_is_wednesday_third_lesson(cast: World) -> None:
    assert clock.now() == cast.at
    assert cast.lesson.starts_at <= cast.at < cast.lesson.ends_at
    assert cast.lesson.journal == cast.russian
    assert cast.term.starts <= cast.on < cast.term.until


@pytest.mark.parametrize("cast", sorted(PRESETS), indirect=True)
def test_every_preset_has_its_school(cast: World) -> None:
    assert cast.school.kind == PRESETS[cast.preset].kind
    assert len(cast.students) == len(cast.outside.students) == 12
    assert cast.outside.school != cast.school
    if cast.school.kind == "centre":
        assert not Mark.objects.filter(school=cast.school).exists()


def test_roles_are_seen_by_the_viewer(cast: World) -> None:
    for name in (
        "director",
        "deputy",
        "operator",
        "head_of_department",
        "teacher",
        "class_teacher",
        "secretary",
    ):
        assert name in cast.viewer(name).roles
    assert cast.viewer("guardian").student_ids == (cast.student.id, cast.brother.id)
    assert cast.viewer("class_teacher").homeroom_ids == (cast.homeroom.id,)
    assert cast.viewer("former_teacher").roles == frozenset()
    assert cast.viewer("former_teacher", cast.local(date(2026, 9, 30), 12)).roles == {"teacher"}
    assert cast.viewer("contact").roles == frozenset()
    assert cast.viewer("student").student_ids == (cast.student.id,)


def test_a_signed_in_client_has_its_viewer(cast: World, client_of: Callable[..., Any], rf: Any) -> None:
    from parta.people.middleware import load

    client = client_of(cast.teacher)
    request = rf.get("/")
    request.session = client.session
    viewer = load(request)
    assert viewer is not None and viewer.person_id == cast.teacher.id


def test_the_inspector_is_one_account_in_both_schools(cast: World) -> None:
    assert cast.inspector.user_id == cast.outside.inspector.user_id
    assert len(cast.viewer("inspector").schools) == 2


def test_statements_are_counted_without_brackets_of_transactions(
    cast: World, count_statements: Callable[[], Any]
) -> None:
    with count_statements() as seen, transaction.atomic():
        sql.read("SELECT 1")
        Person.objects.filter(id=cast.teacher.id).update(phone="1")
    assert len(seen) == 2


@pytest.mark.django_db(transaction=True)
def test_append_only_tables_survive_the_flush(cast: World) -> None:
    from parta.foundation import log

    log.write_to_school(
        cast.school.id, [log.Line("tried", "school")], by=log.SYSTEM, at=cast.at, operation_id="flush-1"
    )
    before = sql.read("SELECT count(*) FROM foundation_logentry")[0][0]
    for statement in ("UPDATE foundation_logentry SET verb = 'x'", "DELETE FROM foundation_logentry"):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            sql.write(statement)
    assert sql.read("SELECT count(*) FROM foundation_logentry")[0][0] == before
    assert connection.vendor in ("sqlite", "postgresql")


def test_after_a_flush_the_triggers_stand_again(cast: World) -> None:
    from parta.foundation import log

    log.write_to_school(
        cast.school.id, [log.Line("tried", "school")], by=log.SYSTEM, at=cast.at, operation_id="flush-2"
    )
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        sql.write("DELETE FROM foundation_logentry")
