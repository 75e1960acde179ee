"""The schedule of telling families of a class: set, tried without sending, kept by the letters."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from parta.communication.actions import delivery, habits
from parta.communication.models import ClassSchedule, Mail, Notice
from parta.foundation import log
from parta.foundation.log import SYSTEM, Line
from parta.organisation.acts import Refusal
from parta.people.models import Consent, Guardianship

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(cast: Any) -> Any:
    """The guardian stands for Орлова, too, who was ill on 12 and 13 October."""
    cast.guardian.email = "mother@mail.example"
    cast.guardian.save()
    Guardianship.objects.create(
        school=cast.school, guardian=cast.guardian, student=cast.named("Орлова"), starts=date(2026, 9, 1)
    )
    return cast


@pytest.mark.clause("CT-2.2b")
@pytest.mark.parametrize("cast", ["kemerovo-ct"], indirect=True)
def test_each_group_has_a_schedule_and_a_dry_run(told: Any, client_of: Any) -> None:
    """Friday 18:00, absences and topics: the messages that would go out are listed, groups without one are named."""
    client, address = client_of(told.class_teacher), f"/notices/classes/{told.homeroom.pk}/"
    overview = client_of(told.operator).get("/notices/classes/").content.decode()
    assert overview.count("нет расписания") == 2
    kept = client.post(
        address, {"act": "keep", "weekday": "4", "hour": "18:00", "kind-absence": "1", "kind-topic": "1"}
    )
    assert kept.status_code == 302
    row = ClassSchedule.objects.get()
    assert (row.weekday, row.at, row.kinds) == (4, time(18), ["absence", "topic"])
    page = client.get(address).content.decode().replace("\xa0", " ")
    assert "Сафина" in page and "нет на уроке, болезнь" in page
    assert Mail.objects.count() == Notice.objects.count() == 0, "nothing is sent or queued"
    assert client_of(told.operator).get("/notices/classes/").content.decode().count("нет расписания") == 1
    blind = client_of(told.operator).get(address).content.decode()
    assert "болезнь" not in blind and "Сафина" in blind, "who sees no marks sees how many, not what"


def test_a_refusing_family_is_not_in_the_dry_run(told: Any, client_of: Any) -> None:
    habits.set_schedule(
        told.viewer("class_teacher"),
        told.homeroom.pk,
        weekday=4,
        hour=time(18),
        kinds=["absence"],
        at=told.at,
    )
    address = f"/notices/classes/{told.homeroom.pk}/"
    client = client_of(told.class_teacher)
    assert "болезнь" in client.get(address).content.decode()
    Consent.objects.create(
        school=told.school, student=told.named("Орлова"), kind="paper", state="given", signed_on=told.on,
        recorded_at=told.at,
    )  # fmt: skip
    assert "болезнь" not in client.get(address).content.decode()


@pytest.mark.parametrize(
    ("chosen", "due"), [("", (16, 17, 30)), ("now", (14, 10, 40)), ("daily", (14, 18, 0))]
)
def test_letters_keep_the_schedule_unless_the_person_chose(
    told: Any, chosen: str, due: tuple[int, int, int]
) -> None:
    habits.switch_mail(told.viewer("deputy"), is_on=True, at=told.at)
    habits.set_schedule(
        told.viewer("class_teacher"),
        told.homeroom.pk,
        weekday=4,
        hour=time(17, 30),
        kinds=["absence"],
        at=told.at,
    )
    if chosen:
        habits.choose(
            told.viewer("guardian"), {"absence": chosen}, quiet_from=None, quiet_until=None, at=told.at
        )
    data = {"before": "", "after": {"symbol": "Н", "meaning": "unknown"}}
    line = Line("absence_recorded", "absence", None, told.lesson.pk, told.student.pk, data)
    head = log.lock_chain("journal", told.russian.pk)
    log.append(head, [line], by=SYSTEM, at=told.at, operation_id="00000000-0000-4000-8000-000000000001")
    delivery.spread(told.at)
    day, hour, minute = due
    assert Notice.objects.get().due_at == datetime(
        2026, 10, day, hour, minute, tzinfo=ZoneInfo("Asia/Bishkek")
    )


def test_others_classes_empty_choices_and_foreign_kinds_are_refused(told: Any) -> None:
    given: dict[str, Any] = {"weekday": 4, "hour": time(18), "kinds": ["absence"], "at": told.at}
    for who, more in (("teacher", {}), ("class_teacher", {"kinds": []}), ("class_teacher", {"kinds": ["rumour"]}),
                      ("class_teacher", {"weekday": 7})):  # fmt: skip
        with pytest.raises(Refusal):
            habits.set_schedule(told.viewer(who), told.homeroom.pk, **(given | more))
    with pytest.raises(Refusal):
        habits.set_schedule(told.viewer("class_teacher"), told.younger.pk, **given)
    with pytest.raises(LookupError):
        habits.set_schedule(told.viewer("deputy"), told.outside.homeroom.pk, **given)
    assert told.at + timedelta(0) == told.at


def test_statements_do_not_grow_with_what_happened(told: Any, client_of: Any, count_statements: Any) -> None:
    habits.set_schedule(
        told.viewer("class_teacher"),
        told.homeroom.pk,
        weekday=4,
        hour=time(18),
        kinds=["absence", "mark"],
        at=told.at,
    )
    client, address = client_of(told.class_teacher), f"/notices/classes/{told.homeroom.pk}/"
    client.get(address)
    with count_statements() as few:
        client.get(address)
    data = {"before": "", "after": {"symbol": "Н", "meaning": "unknown"}}
    lines = [Line("absence_recorded", "absence", None, told.lesson.pk, one.pk, data) for one in told.students]
    head = log.lock_chain("journal", told.russian.pk)
    log.append(head, lines, by=SYSTEM, at=told.at, operation_id="00000000-0000-4000-8000-000000000002")
    with count_statements() as many:
        client.get(address)
    assert len(few) == len(many) <= 14
