"""What a family told and the class teacher accepted becomes the reason in the journal by itself."""

from datetime import date, timedelta
from typing import Any

import pytest

from parta.diary.actions import notices
from parta.diary.models import AbsenceNotice
from parta.diary.queries.about import _runs
from parta.foundation import clock
from parta.foundation.models import LogEntry
from parta.journal.models import Absence
from parta.people.models import Role
from tests.journeys.steps import page, text

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


def test_an_absence_that_is_over_is_explained_by_the_family(cast: Any, client_of: Any) -> None:
    """The diary says that a reason is missing, the form comes with the days; told once, it asks no more."""
    row, week = absent(cast), f"/diary/{cast.student.pk}/"
    at, address = cast.at + timedelta(days=1), f"/diary/{cast.student.pk}/absences/"
    family, days = client_of(cast.guardian), {"starts": cast.on, "until": cast.on}
    form = {"act": "tell", "meaning": "ill", "text": "температура"}
    with clock.rehearse(at):
        shown, first = page(family, address), page(family, week)
        assert "Без причины" in shown and "14 октября , 1 урок Сообщить причину" in shown
        assert "Пропуски без причины 1 урок. Сообщить причину" in first
        assert "Сообщить причину" not in page(client_of(cast.student), address) + page(
            client_of(cast.student), week
        )
        asked = family.get(f"{address}?why={cast.on}").content.decode()
        assert asked.count(f'value="{cast.on}"') == 2 and "Причина пропуска" in asked
        earlier = {name: day - timedelta(days=1) for name, day in days.items()}
        refused = family.post(address, form | earlier)
        assert refused.status_code == 422 and "в эти дни таких нет" in text(refused)
        assert family.post(address, form | days).status_code == 302
        assert "Сообщить причину" not in page(family, address) + page(family, week)
        told_row = AbsenceNotice.objects.get()
        notices.decide_absence(cast.viewer("class_teacher", at), told_row.pk, accept=True, answer="", at=at)
        assert notices.settle_all(at=at) == 1
    row.refresh_from_db()
    assert row.meaning == "ill"


def test_runs_of_days_without_a_reason(cast: Any) -> None:
    """A weekend parts no illness; four days do; a day the family has spoken of is not asked again."""
    friday, monday, later = date(2026, 10, 9), date(2026, 10, 12), date(2026, 10, 16)
    missed = {friday: 4, monday: 5, later: 1}
    assert _runs(missed, []) == ((later, later, 1), (friday, monday, 9))
    said = AbsenceNotice(starts=monday, until=date(2026, 10, 13), state="told")
    assert _runs(missed, [said]) == ((later, later, 1), (friday, friday, 4))
    said.state = "declined"
    assert len(_runs(missed, [said])) == 2 and _runs(missed, [said])[1] == (friday, monday, 9)
