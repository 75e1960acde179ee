"""What a family told and the class teacher accepted becomes the reason in the journal by itself."""

from datetime import timedelta
from typing import Any

import pytest

from parta.diary.actions import notices
from parta.foundation.models import LogEntry
from parta.journal.models import Absence
from parta.people.models import Role

pytestmark = pytest.mark.django_db


def told(cast: Any, *, accept: bool = True, **lessons: int | None) -> None:
    row = notices.tell_absence(
        cast.viewer("guardian"), cast.student.pk, starts=cast.on, until=cast.on + timedelta(days=1),
        first_lesson=lessons.get("first"), last_lesson=lessons.get("last"), meaning="ill", text="температура",
        file=None, at=cast.at,
    )  # fmt: skip
    notices.decide_absence(
        cast.viewer("class_teacher"), row.pk, accept=accept, answer="" if accept else "нет", at=cast.at
    )


def absent(cast: Any) -> Absence:
    return Absence.objects.create(
        school=cast.school, journal=cast.russian, lesson=cast.lesson, student=cast.student, meaning="unknown",
        symbol="Н", set_at=cast.at, changed_at=cast.at, set_by=cast.teacher, version=1,
    )  # fmt: skip


def test_an_absence_marked_after_the_acceptance_gets_its_reason(cast: Any) -> None:
    told(cast)
    row = absent(cast)
    assert notices.settle_all(at=cast.at) == 1
    row.refresh_from_db()
    assert row.meaning == "ill"
    line = LogEntry.objects.filter(verb="absence_changed").latest("id")
    assert line.user_id == cast.class_teacher.user_id and "сообщено семьёй" in line.data
    assert notices.settle_all(at=cast.at) == 0


def test_declined_and_other_lessons_are_left_alone(cast: Any) -> None:
    told(cast, accept=False)
    told(cast, first=1, last=2)  # Russian is the third
    row = absent(cast)
    assert notices.settle_all(at=cast.at) == 0
    row.refresh_from_db()
    assert row.meaning == "unknown"


def test_the_last_lesson_told_is_covered(cast: Any) -> None:
    told(cast, first=1, last=3)
    absent(cast)
    assert notices.settle_all(at=cast.at) == 1


def test_a_class_teacher_who_is_one_no_more_writes_nothing(cast: Any) -> None:
    told(cast)
    absent(cast)
    Role.objects.filter(person=cast.class_teacher, kind="class_teacher").update(until=cast.on)
    assert notices.settle_all(at=cast.at) == 0
