"""The second step from end to end: set up, given at sign-in, trusted, lost, taken back, required by the school."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from parta.foundation import clock
from parta.foundation.models import LogEntry
from parta.people import second, throttle
from parta.people.models import (
    AccessIssue,
    AccountNotice,
    Factor,
    KnownDevice,
    LoginFailure,
    RecoveryCode,
    SignIn,
)
from tests.cast import PASSWORD
from tests.journeys.steps import text
from tests.second import code_of, factor_of

pytestmark = pytest.mark.django_db
OWN = "новая-парта-у-окна-7"


def password_of(client: Client, login: str = "teacher") -> Any:
    return client.post("/login/", {"login": login, "password": PASSWORD})


def step(client: Client, code: str, **more: str) -> Any:
    return client.post("/login/second/", {"confirm_code": code, **more})


def test_owner_sets_codes_up_prints_recovery_and_is_asked_at_the_next_sign_in(cast: Any) -> None:
    owner = Client()
    assert password_of(owner)["Location"] == "/", "no second step yet: the password is enough"
    wrong = owner.post("/account/second/", {"act": "begin", "password": "не он", "title": ""})
    assert wrong.status_code == 422 and not Factor.objects.exists(), (
        "whoever found the screen open sets nothing up"
    )
    owner.post("/account/second/", {"act": "begin", "password": PASSWORD, "title": "мой телефон"})
    row = Factor.objects.get()
    shown = text(owner.get("/account/second/"))
    key = second.opened(row.secret)
    assert (
        key
        and key not in row.secret
        and key[:4] in shown
        and 'class="qr"' in owner.get("/account/second/").content.decode()
    )
    assert password_of(Client())["Location"] == "/", "begun is not set up"
    assert owner.post("/account/second/", {"act": "finish", "code": "000000"}).status_code == 422
    printed = text(owner.post("/account/second/", {"act": "finish", "code": code_of(row, cast.at)}))
    codes = re.findall(r"\b[2-9A-Z]{5}-[2-9A-Z]{5}\b", printed)
    assert len(codes) == 10 == RecoveryCode.objects.count()
    assert not RecoveryCode.objects.filter(code_hash__in=codes).exists(), "kept as digests only"
    assert codes[0] not in text(owner.get("/account/second/")), "shown once"
    assert LogEntry.objects.filter(verb="factor_added", user_id=cast.teacher.user_id).count() == 1

    thief = Client(REMOTE_ADDR="10.9.9.9")
    assert password_of(thief)["Location"] == "/login/second/"
    assert thief.get("/today/").status_code == 302 and not SignIn.objects.filter(address="10.9.9.9").exists()
    assert step(thief, "123456").status_code == 422
    told = AccountNotice.objects.get(kind="second")
    assert told.user == cast.teacher.user and told.at == cast.at and "10.9.9.9" in told.words
    assert thief.get("/today/").status_code == 302, "still outside"

    with clock.rehearse(cast.at + timedelta(minutes=2)):
        later = cast.at + timedelta(minutes=2)
        home = Client()
        password_of(home)
        assert step(home, code_of(row, later))["Location"] == "/"
        assert home.get("/today/").status_code == 200
        other = Client()
        password_of(other)
        assert step(other, code_of(row, later)).status_code == 422, "a code works once"
        assert step(other, codes[3].lower())["Location"] == "/", "a recovery code in its place"
        assert AccountNotice.objects.get(kind="recovery").words == "осталось кодов: 9"
        again = Client()
        password_of(again)
        assert step(again, codes[3]).status_code == 422, "once"


def test_codes_of_the_neighbouring_half_minutes_only(cast: Any) -> None:
    row = factor_of(cast.teacher, cast.at)
    secret = second.opened(row.secret)
    assert secret
    for seconds, right in ((-59, False), (-30, True), (0, True), (30, True), (61, False)):
        code = code_of(row, cast.at + timedelta(seconds=seconds))
        assert (second.step_of(secret, code, cast.at) is not None) == right, seconds


def test_trusted_device_is_spared_for_thirty_days_and_another_is_not(cast: Any) -> None:
    row = factor_of(cast.teacher, cast.at)
    own = Client()
    password_of(own)
    step(own, code_of(row, cast.at), trust="1")
    own.post("/logout/")
    with clock.rehearse(cast.at + timedelta(days=29)):
        assert password_of(own)["Location"] == "/"
        own.post("/logout/")
        assert password_of(Client())["Location"] == "/login/second/"
    with clock.rehearse(cast.at + timedelta(days=30, minutes=1)):
        assert password_of(own)["Location"] == "/login/second/"
    device = KnownDevice.objects.get(user=cast.teacher.user, trusted_until__isnull=False)
    assert device.trusted_until == cast.at + timedelta(days=30)


def test_pending_password_opens_nothing_and_lasts_ten_minutes(cast: Any) -> None:
    row = factor_of(cast.teacher, cast.at)
    client = Client()
    password_of(client)
    for address in ("/", "/today/", "/account/", "/account/second/", f"/journals/{cast.russian.pk}/"):
        assert client.get(address)["Location"].startswith("/login/"), address
    late = cast.at + timedelta(minutes=10)
    with clock.rehearse(late):
        assert step(client, code_of(row, late))["Location"] == "/login/"


def test_guesser_of_codes_is_slowed_and_the_owner_at_a_known_device_is_not(cast: Any) -> None:
    row = factor_of(cast.teacher, cast.at)
    own = Client()
    password_of(own)
    step(own, code_of(row, cast.at))
    own.post("/logout/")
    tried = 0
    for minute in range(24 * 60):
        with clock.rehearse(cast.at + timedelta(minutes=minute + 1)):
            thief = Client(REMOTE_ADDR=f"10.9.{minute % 200}.9")
            before = LoginFailure.objects.filter(login="second:teacher").count()
            if minute < 30 or minute % 60 == 0:
                password_of(thief)
                step(thief, "000000")
            tried += LoginFailure.objects.filter(login="second:teacher").count() - before
    assert tried < 45, "a million codes are out of reach"
    moment = cast.at + timedelta(minutes=24 * 60 + 1)
    with clock.rehearse(moment):
        password_of(own)
        assert step(own, code_of(row, moment))["Location"] == "/", "and the owner walks in"


def test_planted_slope_lets_the_guesser_through(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "CODES", throttle.Slope(free=10_000, step=1, longest=1))
    with pytest.raises(AssertionError, match="out of reach"):
        test_guesser_of_codes_is_slowed_and_the_owner_at_a_known_device_is_not(cast)


def test_school_requires_it_with_a_term_and_then_nothing_opens_without(cast: Any, client_of: Any) -> None:
    deputy, teacher = client_of(cast.deputy), client_of(cast.teacher)
    first = cast.on + timedelta(days=14)
    assert deputy.post("/setup/second/", {"act": "require", "row": "teacher", "from": ""}).status_code == 422
    deputy.post("/setup/second/", {"act": "require", "row": "teacher", "from": first.isoformat()})
    assert "Включите второй шаг входа" in teacher.get("/today/").content.decode(), "told ahead"
    assert "Включите второй шаг" not in client_of(cast.director).get("/journals/").content.decode()
    with clock.rehearse(cast.local(first - timedelta(days=1), 23, 59)):
        assert teacher.get("/today/").status_code == 200
    with clock.rehearse(cast.local(first, 0, 1)):
        assert teacher.get("/today/")["Location"] == "/account/second/"
        answer = teacher.post(f"/journals/{cast.russian.pk}/write", "{}", content_type="application/json")
        assert answer.status_code == 403 and "второй шаг" in answer.json()["error"]
        assert "Срок был" in text(teacher.get("/account/second/"))
        assert client_of(cast.guardian).get("/diary/").status_code == 200, "families are only offered it"
        teacher.post("/account/second/", {"act": "begin", "password": PASSWORD, "title": ""})
        row = Factor.objects.get()
        teacher.post("/account/second/", {"act": "finish", "code": code_of(row, cast.local(first, 0, 1))})
        assert teacher.get("/today/").status_code == 200
        refused = teacher.post("/account/second/", {"act": "drop", "row": row.pk})
        assert refused.status_code == 422 and Factor.objects.exists(), "not the last one while required"


def test_lost_telephone_is_reset_with_its_ground_in_the_register(cast: Any, client_of: Any) -> None:
    factor_of(cast.teacher, cast.at)
    operator, address = client_of(cast.operator), f"/setup/people/{cast.teacher.pk}/"
    assert "Сбросить" in text(operator.get(address))
    bare = operator.post(address, {"act": "reset_second", "ground": ""})
    assert bare.status_code == 422 and Factor.objects.exists()
    operator.post(address, {"act": "reset_second", "ground": "пришла сама, паспорт"})
    assert not Factor.objects.exists() and password_of(Client())["Location"] == "/"
    line = AccessIssue.objects.get(way="factor")
    assert line.person == cast.teacher and line.issued_by == cast.operator.user_id
    shown = text(operator.get("/setup/access/"))
    assert "сброс второго шага" in shown and "пришла сама, паспорт" in shown
    assert AccountNotice.objects.filter(user=cast.teacher.user, kind="factor").exists(), "the owner is told"
    factor_of(cast.operator, cast.at)
    own = client_of(cast.operator).post(
        f"/setup/people/{cast.operator.pk}/", {"act": "reset_second", "ground": "это я сама, поверьте"}
    )
    assert own.status_code in (422, 428) and Factor.objects.filter(user=cast.operator.user).exists()


def test_a_new_password_is_no_way_around_the_second_step(cast: Any, client_of: Any) -> None:
    row = factor_of(cast.teacher, cast.at)
    issued = client_of(cast.operator).post(f"/setup/people/{cast.teacher.pk}/", {"act": "reset"})
    words = text(issued).split()
    thief = Client(REMOTE_ADDR="10.9.9.9")
    if "активации" in words:
        code = words[words.index("активации") + 1]
        answer = thief.post("/activate/", {"code": code, "new": OWN, "repeat": OWN})
    else:
        answer = thief.post("/login/", {"login": "teacher", "password": words[words.index("вход") + 1]})
    assert answer["Location"] == "/login/second/" and thief.get("/today/").status_code == 302
    assert step(thief, code_of(row, cast.at)).status_code == 302, "and with it the owner is in"
