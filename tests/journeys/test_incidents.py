"""A stolen account is seen and stopped: the weekly digest, one press, the incident, the alarm of too much reading."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from parta.archive import deeds
from parta.archive.jobs import weekly_digest
from parta.archive.whole import Whole
from parta.foundation import access, clock
from parta.foundation.models import LogEntry
from parta.people.actions import traces
from parta.people.models import AccountNotice, Enrolment, Incident, SignIn
from tests.cast import PASSWORD
from tests.journeys.steps import mark, send, text

pytestmark = pytest.mark.django_db


def signed_in(login: str, address: str = "10.0.0.1") -> Client:
    client = Client(REMOTE_ADDR=address)
    assert client.post("/login/", {"login": login, "password": PASSWORD}).status_code == 302
    return client


def test_not_me_stops_the_account_at_once_and_the_school_sees_everything(cast: Any, client_of: Any) -> None:
    owner = signed_in("teacher")
    thief, pupil = signed_in("teacher", "203.0.113.9"), cast.named("Зайцев")
    assert send(thief, cast.russian, mark(cast.lesson, pupil, "5")).status_code == 200
    shown = text(owner.get("/account/written/"))
    assert "поставлена отметка: 1" in shown and "203.0.113.9" in shown and "Зайцев" in shown
    moment = cast.at + timedelta(seconds=30)
    with clock.rehearse(moment):
        answer = owner.post("/account/written/", {"act": "disown"})
        assert answer["Location"] == "/login/?lost=1"
        assert thief.get("/today/").status_code == 302, "the thief is out at the next request"
        assert send(thief, cast.russian, mark(cast.lesson, pupil, "4", seen=1)).status_code == 401
        assert owner.get("/today/").status_code == 302
        again = Client().post("/login/", {"login": "teacher", "password": PASSWORD})
        assert again.status_code == 422, "the password opens nothing any more"
    row = Incident.objects.get()
    assert row.user == cast.teacher.user and row.ground == "disowned" and row.opened_at == moment
    told = AccountNotice.objects.filter(kind="incident", at=moment)
    assert {one.user_id for one in told} == {
        cast.director.user_id,
        cast.deputy.user_id,
        cast.operator.user_id,
    }, "within the minute, and only in this school"
    director = client_of(cast.director)
    assert "Открыто происшествие" in text(director.get("/account/"))
    page = text(director.get(f"/incidents/{row.pk}/"))
    assert "поставлена отметка" in page and "Зайцев М. А." in page and "203.0.113.9" in page
    assert "№ 152-ФЗ, статья 21" in page and "Первое уведомление" in page and "72" not in page[:0]
    assert client_of(cast.outside.deputy).get(f"/incidents/{row.pk}/").status_code == 404
    assert client_of(cast.teacher).get("/incidents/").status_code == 302
    assert director.post(f"/incidents/{row.pk}/", {"act": "close", "outcome": ""}).status_code == 422
    director.post(f"/incidents/{row.pk}/", {"act": "close", "outcome": "отметка исправлена учителем"})
    assert LogEntry.objects.filter(verb="incident_closed", object_id=row.pk).count() == 1
    assert not SignIn.objects.filter(user=cast.teacher.user, ended_at=None).exists()


def test_incident_holds_what_was_read_and_exported_and_nothing_outside_its_span(
    cast: Any, client_of: Any
) -> None:
    reader, director = client_of(cast.class_teacher), client_of(cast.director)
    first, second = cast.students[0], cast.students[1]
    reader.get(f"/students/{first.pk}/")
    with clock.rehearse(cast.at + timedelta(hours=2)):
        reader.get(f"/students/{second.pk}/")
        reader.get(f"/students/{second.pk}/report/")
    with clock.rehearse(cast.at + timedelta(hours=3)):
        answer = director.post(
            "/incidents/",
            {
                "act": "start",
                "user": cast.class_teacher.user_id,
                "ground": "told",
                "starts": cast.on.isoformat(),
                "starts_time": "11:30",
                "ends": cast.on.isoformat(),
                "ends_time": "23:59",
                "note": "ноутбук украден",
            },
        )
        page = text(director.get(answer["Location"]))
    assert second.surname in page and "выгрузка или печать" in page
    assert first.surname not in page, "what was read before the span"
    assert "выгрузок и печати 1" in page
    assert client_of(cast.class_teacher).get("/").status_code == 302, "not stopped: nobody asked for it"


@pytest.mark.parametrize("fault", ["", "classes not counted", "one line for two sessions"])
def test_incident_names_the_classes_that_were_open_and_what_was_refused(
    cast: Any, client_of: Any, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """A whole journal opened is a whole class affected: the notices of the law say how many. The owner has opened the
    same journal a minute before: that covers nothing of what the other session did."""
    if fault == "classes not counted":
        monkeypatch.setattr(deeds, "whole", lambda *_: Whole({}, frozenset()))
    owner, thief, director = signed_in("class_teacher"), signed_in("class_teacher"), client_of(cast.director)
    with monkeypatch.context() as planted:
        if fault == "one line for two sessions":
            noted: dict[Any, list[bool]] = {}
            planted.setattr(traces, "_noted", lambda user, _, *place: noted.setdefault((user, *place), []))
        for one in (owner, thief):
            assert one.get(f"/journals/{cast.russian.pk}/").status_code == 200
    assert thief.get("/setup/").status_code == 403
    assert thief.get(f"/journals/{cast.younger_russian.pk}/").status_code == 404
    theirs = SignIn.objects.filter(user=cast.class_teacher.user).latest("id")
    row = Incident.objects.create(
        school=cast.school,
        user=cast.class_teacher.user,
        ground="told",
        starts_at=cast.at - timedelta(hours=1),
        ends_at=cast.at + timedelta(hours=1),
        opened_at=cast.at,
        opened_by=cast.director.user_id,
        sign_ins=[theirs.pk],
    )
    page = text(director.get(f"/incidents/{row.pk}/"))
    there = Enrolment.objects.filter(homeroom=cast.homeroom, starts__lte=cast.on).exclude(until__lte=cast.on)
    wanted = [
        "открыт журнал 6 «Б», русский язык 1",
        f"людей затронуто {there.count()}",
        f"их представители, {there.count()} человек",
        "отметки и явка",
        "Что пробовали, но не пустило",
        f"{access.title_of('setup')} 1",
        f"{access.title_of('journal')} 1",
    ]
    missing = [words for words in wanted if words not in page]
    assert bool(missing) == bool(fault), missing
    assert "сведения карточек" not in page, "nobody's card was opened"


def test_weekly_notice_goes_to_those_who_wrote_and_only_once(cast: Any, client_of: Any) -> None:
    assert (
        send(client_of(cast.teacher), cast.russian, mark(cast.lesson, cast.named("Зайцев"), "5")).status_code
        == 200
    )
    AccountNotice.objects.all().delete()
    weekly_digest({}, cast.local(cast.on + timedelta(days=1), 4, 30))
    assert not AccountNotice.objects.exists(), "Thursday is no Monday"
    monday = cast.local(cast.on + timedelta(days=5), 4, 30)
    weekly_digest({}, monday)
    weekly_digest({}, monday)
    told = {one.user_id: one.words for one in AccountNotice.objects.filter(kind="digest")}
    assert told.get(cast.teacher.user_id) == "записей за неделю: 1" or cast.teacher.user_id in told
    assert cast.other_teacher.user_id not in told and cast.student.user_id not in told
    assert AccountNotice.objects.filter(kind="digest", user_id=cast.teacher.user_id).count() == 1
    with clock.rehearse(monday):
        assert "Записано от вашего имени за неделю" in text(client_of(cast.teacher).get("/account/"))


def test_too_much_reading_is_told_within_the_minute(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "QUOTA", 9)
    viewer = cast.viewer("class_teacher")
    for student in range(1000, 1009):
        traces.trace(viewer, "student_card", student)
    assert not AccountNotice.objects.filter(kind="reading").exists(), "nine are the quota"
    traces.trace(viewer, "student_card", 1009)
    told = AccountNotice.objects.filter(kind="reading")
    assert {one.user_id for one in told} == {cast.director.user_id, cast.deputy.user_id}
    assert all(viewer.login in one.words and one.at == viewer.at for one in told)
    for student in range(2000, 2020):
        traces.trace(viewer, "student_card", student)
    assert told.count() == 2, "once a day"
