"""Each sign of unusual writes has a planted fault that it finds, and a limit under which it is silent."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from parta.control.queries.anomalies import MANY, Anomaly, anomalies
from parta.foundation import log
from parta.foundation.log import Actor, Line
from parta.journal.models import Assessment, Mark, TermMark
from parta.organisation.models import Vacation
from parta.people.models import SignIn
from tests.cast import statements
from tests.journeys.steps import text

pytestmark = pytest.mark.django_db


def signs(cast: Any, kind: str) -> list[Anomaly]:
    return [one for one in anomalies(cast.viewer("director")) if one.kind == kind]


def changed(cast: Any, who: Any, at: datetime, count: int, **more: Any) -> None:
    """So many marks corrected by somebody, as the log has them."""
    lesson, pupil = cast.lesson, cast.named("Зайцев")
    for number in range(count):
        line = Line("mark_corrected", "mark", None, lesson.pk, pupil.pk, {"before": "3", "after": "5"} | more)
        head = log.lock_chain("journal", cast.russian.pk)
        moment = at + timedelta(seconds=number)
        log.append(
            head, [line], by=Actor(who.user_id, "teacher"), at=moment, operation_id=f"{at:%d%H%M}-{number}"
        )


def test_quiet_school_shows_nothing_and_the_page_costs_the_same_whatever_there_is(
    cast: Any, client_of: Any
) -> None:
    client = client_of(cast.director)
    assert not [
        one for one in anomalies(cast.viewer("director")) if one.kind in ("night", "outside", "after_lock")
    ]
    with statements() as few:
        assert client.get("/control/anomalies/").status_code == 200
    night = cast.local(cast.on - timedelta(days=1), 23, 30)
    changed(cast, cast.teacher, night, MANY * 4)
    with statements() as many:
        shown = text(client.get("/control/anomalies/"))
    assert len(many) <= len(few) + 1
    assert "много изменений ночью" in shown and "было 3, стало 5" in shown and "Всё, что делала" in shown
    assert client_of(cast.deputy).get("/control/anomalies/").status_code == 200
    assert client_of(cast.teacher).get("/control/anomalies/").status_code == 403


@pytest.mark.parametrize(
    ("hour", "minute", "count", "seen"),
    [
        (22, 0, MANY, True),
        (22, 0, MANY - 1, False),
        (21, 40, MANY, False),
        (5, 40, MANY, True),
        (6, 0, MANY, False),
    ],
)
def test_many_changes_at_night(cast: Any, hour: int, minute: int, count: int, seen: bool) -> None:
    changed(cast, cast.teacher, cast.local(cast.on - timedelta(days=2), hour, minute), count)
    assert bool(signs(cast, "night")) == seen


def test_many_changes_from_a_network_of_nobody_else(cast: Any) -> None:
    def entry(person: Any, address: str, key: str) -> SignIn:
        return SignIn.objects.create(
            user=person.user,
            session_key=key,
            at=cast.at - timedelta(hours=3),
            seen_at=cast.at,
            address=address,
            agent="Chrome",
            device=key,
        )

    entry(cast.teacher, "203.0.113.9", "a")
    changed(cast, cast.teacher, cast.at - timedelta(hours=1), MANY)
    assert not signs(cast, "outside"), "which network is the school's own is not known yet"
    for number, who in enumerate((cast.deputy, cast.class_teacher, cast.master)):
        entry(who, f"10.0.0.{number}", f"s{number}")
    (found,) = signs(cast, "outside")
    assert found.user_id == cast.teacher.user_id and "203.0.113.9" in found.words and found.count == MANY
    changed(cast, cast.class_teacher, cast.at - timedelta(minutes=90), MANY)
    assert len(signs(cast, "outside")) == 1, "from the school's own network it is a day's work"


def test_change_after_the_term_mark_by_somebody_without_the_journal(cast: Any) -> None:
    pupil = cast.named("Зайцев")
    TermMark.objects.create(
        school=cast.school,
        journal=cast.russian,
        term=cast.term,
        student=pupil,
        value="4",
        set_at=cast.at - timedelta(hours=2),
        changed_at=cast.at - timedelta(hours=2),
        set_by=cast.teacher,
    )
    changed(cast, cast.teacher, cast.at - timedelta(hours=1), 1)
    changed(cast, cast.deputy, cast.at - timedelta(hours=3), 1)
    assert not signs(cast, "after_lock"), "its own teacher, and a deputy before the term mark"
    changed(cast, cast.deputy, cast.at - timedelta(minutes=50), 2)
    (found,) = signs(cast, "after_lock")
    assert found.user_id == cast.deputy.user_id and found.count == 2


def _marks(cast: Any, values: str) -> Any:
    pupil = cast.students[0]
    Mark.objects.filter(student=pupil).delete()
    for number, value in enumerate(values):
        lesson = cast.lessons["russian"][number]
        column = Assessment.objects.create(
            school=cast.school, journal=cast.russian, lesson=lesson, work_kind="oral", position=7
        )
        Mark.objects.create(
            school=cast.school,
            journal=cast.russian,
            assessment=column,
            student=pupil,
            value=value,
            set_at=cast.at,
            changed_at=cast.at,
            set_by=cast.teacher,
        )
    return pupil


@pytest.mark.parametrize(
    ("values", "final", "seen"),
    [("333", "4", True), ("334", "4", False), ("333", "3", False), ("33", "5", False), ("555", "4", True)],
)
def test_term_mark_against_its_marks(cast: Any, values: str, final: str, seen: bool) -> None:
    pupil = _marks(cast, values)
    TermMark.objects.create(
        school=cast.school,
        journal=cast.russian,
        term=cast.term,
        student=pupil,
        value=final,
        set_at=cast.at,
        changed_at=cast.at,
        set_by=cast.teacher,
    )
    found = signs(cast, "final")
    assert bool(found) == seen
    if seen:
        assert f"итог {final}, средняя" in found[0].proofs[0].words


def test_marks_on_a_day_without_lessons(cast: Any) -> None:
    _marks(cast, "5")
    before = len(signs(cast, "no_lesson"))
    day = cast.lessons["russian"][0].date
    Vacation.objects.create(
        school=cast.school, year=cast.year, title="Карантин", starts=day, until=day + timedelta(days=1)
    )
    found = signs(cast, "no_lesson")
    assert not before and found and "каникулы" in found[0].proofs[0].words
    other = Vacation.objects.get(title="Карантин")
    other.homeroom = cast.younger
    other.save()
    assert not signs(cast, "no_lesson"), "another class's day off"
    cast.lessons["russian"][0].state = "cancelled"
    cast.lessons["russian"][0].save()
    assert signs(cast, "no_lesson")


def test_another_schools_signs_stay_there(cast: Any) -> None:
    changed(cast, cast.teacher, cast.local(cast.on - timedelta(days=1), 23, 30), MANY)
    assert signs(cast, "night")
    assert not [one for one in anomalies(cast.outside.viewer("director")) if one.kind == "night"]
