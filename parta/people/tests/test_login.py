"""Sign-in: who gets in, who waits, where the way leads afterwards."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from parta.foundation import clock
from parta.people import throttle
from parta.people.actions.accounts import one_time_password, reset_password
from parta.people.models import AccountNotice, KnownDevice, LoginFailure, User
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


def enter(client: Client, login: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post(
        "/login/", {"login": login, "password": password, **more}, REMOTE_ADDR=more.pop("address", "10.0.0.1")
    )


def test_login_page_asks_nothing(cast: Any, client: Client, count_statements: Callable[[], Any]) -> None:
    with count_statements() as seen:
        answer = client.get("/login/?next=/password/")
    assert answer.status_code == 200
    assert 'name="next" value="/password/"' in answer.content.decode()
    assert not seen
    assert "parta_session" not in answer.cookies


def test_right_password_opens_home(cast: Any, client: Client) -> None:
    answer = enter(client, "Teacher")
    assert answer.status_code == 302 and answer["Location"] == "/"
    assert client.get("/").status_code == 302
    assert LoginFailure.objects.count() == 0


def test_wrong_absent_and_closed_look_alike(cast: Any, client: Client) -> None:
    User.objects.filter(login="deputy").update(is_active=False)
    pages = [
        enter(client, login, password)
        for login, password in [("teacher", "wrong"), ("nobody", "wrong"), ("deputy", PASSWORD)]
    ]
    assert {page.status_code for page in pages} == {422}
    texts = {
        page.content.decode().replace(login, "")
        for page, login in zip(pages, ["teacher", "nobody", "deputy"], strict=True)
    }
    import re

    assert len({re.sub(r'value="[^"]*"', "", text) for text in texts}) == 1


@pytest.mark.parametrize("login", ["teacher", "nobody"])
def test_one_hash_is_computed_whatever_the_login(
    cast: Any, client: Client, monkeypatch: Any, login: str
) -> None:
    from parta.people.actions import accounts

    accounts._nobody()
    computed: list[str] = []
    real = accounts.matches
    monkeypatch.setattr(
        accounts, "matches", lambda password, hashed: computed.append(hashed) or real(password, hashed)
    )
    enter(client, login, "wrong")
    assert len(computed) == 1


def test_delay_grows_and_passes(cast: Any, client: Client) -> None:
    moment = cast.at
    for _ in range(5):
        with clock.rehearse(moment):
            assert enter(client, "teacher", "wrong").status_code == 422
    with clock.rehearse(moment):
        answer = enter(client, "teacher")
    assert answer.status_code == 429 and answer["Retry-After"] == "1"
    assert "через 1\u00a0секунду" in answer.content.decode()
    with clock.rehearse(moment + timedelta(seconds=1)):
        assert enter(client, "teacher", "wrong").status_code == 422
    with clock.rehearse(moment + timedelta(seconds=2, milliseconds=900)):
        assert enter(client, "teacher").status_code == 429
    with clock.rehearse(moment + timedelta(seconds=3)):
        assert enter(client, "teacher").status_code == 302


def test_absent_account_waits_the_same(cast: Any, client: Client) -> None:
    for _ in range(5):
        enter(client, "nobody", "wrong")
    assert enter(client, "nobody", "wrong").status_code == 429


def test_waiting_attempts_are_not_counted(cast: Any, client: Client) -> None:
    for _ in range(40):
        enter(client, "teacher", "wrong")
    assert LoginFailure.objects.count() == 5


def test_known_device_is_exempt(cast: Any) -> None:
    owner, guesser = Client(), Client()
    assert enter(owner, "teacher").status_code == 302
    owner.post("/logout/")
    for second in range(300):
        with clock.rehearse(cast.at + timedelta(seconds=second)):
            enter(guesser, "teacher", "wrong")
    with clock.rehearse(cast.at + timedelta(seconds=300)):
        assert enter(guesser, "teacher", "wrong").status_code == 429
        assert enter(owner, "teacher").status_code == 302


def test_known_device_of_another_is_no_exemption(cast: Any) -> None:
    pupil = Client()
    assert enter(pupil, cast.student.user.login).status_code == 302
    for _ in range(5):
        assert enter(pupil, "teacher", "wrong").status_code == 422
    assert enter(pupil, "teacher").status_code == 429


def test_guesses_from_a_known_device_are_slowed_too(cast: Any) -> None:
    classroom = Client()
    assert enter(classroom, "teacher").status_code == 302
    for _ in range(5):
        enter(classroom, "teacher", "wrong")
    assert enter(classroom, "teacher").status_code == 429


def test_many_logins_from_one_address_are_slowed(cast: Any, client: Client) -> None:
    for number in range(60):
        assert enter(client, f"pupil{number}", "wrong").status_code == 422
    assert enter(client, "pupil61", "wrong").status_code == 429
    assert (
        client.post("/login/", {"login": "teacher", "password": PASSWORD}, REMOTE_ADDR="10.0.0.2").status_code
        == 302
    )


def test_own_success_does_not_clear_guesses_at_others(cast: Any, client: Client) -> None:
    for _ in range(5):
        enter(client, "teacher", "wrong")
    assert enter(client, cast.student.user.login).status_code == 302
    assert enter(client, "teacher", "wrong").status_code == 429


def test_burst_is_counted_before_the_password_is_looked_at(cast: Any) -> None:
    trial = throttle.attempt("teacher", "10.0.0.1", None)
    begun = [throttle.begin(trial, cast.at) for _ in range(6)]
    assert [wait for _, wait in begun] == [0, 0, 0, 0, 0, 1]


def test_slope_never_locks_out() -> None:
    assert throttle.PAIR.seconds(4) == 0
    assert [throttle.PAIR.seconds(n) for n in (5, 6, 7, 15, 100_000)] == [1, 2, 4, 900, 900]
    assert throttle.ACCOUNT.seconds(100_000) == 30


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/nowhere/",
        "/logout/",
        "/login/",
        "/pass word/",
        "/\tpassword/",
        "///evil.example",
        "/%2f/evil.example/",
    ],
)
def test_next_leads_nowhere_foreign(cast: Any, client: Client, target: str) -> None:
    assert enter(client, "teacher", next=target)["Location"] == "/"


def test_next_leads_to_own_page(cast: Any, client: Client) -> None:
    assert enter(client, "teacher", next="/password/")["Location"] == "/password/"


def test_without_remember_the_session_ends_with_the_browser(cast: Any) -> None:
    short, long = Client(), Client()
    assert enter(short, "teacher").cookies["parta_session"]["max-age"] == ""
    assert int(enter(long, "teacher", remember="1").cookies["parta_session"]["max-age"]) > 13 * 24 * 3600


def test_issued_password_must_be_changed_first(cast: Any, client: Client) -> None:
    User.objects.filter(login="teacher").update(must_change_password=True)
    enter(client, "teacher")
    assert client.get("/")["Location"] == "/password/"
    fields = {"current": PASSWORD, "new": "четыре слова подряд", "repeat": "четыре слова подрят"}
    wrong = client.post("/password/", fields)
    assert wrong.status_code == 422 and "Пароли не совпали" in wrong.content.decode()
    for bad in ("short", "1234567890123", "qwertyuiop"):
        assert client.post("/password/", {"current": PASSWORD, "new": bad, "repeat": bad}).status_code == 422
    fields["repeat"] = fields["new"]
    assert client.post("/password/", fields)["Location"] == "/"
    assert client.get("/")["Location"] != "/password/"


@pytest.mark.parametrize("fault", ["", "no term"])
def test_one_time_password_waits_a_month_and_no_longer(
    cast: Any, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """A slip that lay about opens nothing; a password of one's own has no term."""
    if fault:
        monkeypatch.setattr("parta.people.actions.is_stale", lambda user, at: False)
    by = cast.viewer("operator").acting_as()
    issued = reset_password(person=cast.teacher, by=by, at=cast.at)
    month = timedelta(days=30)
    assert issued.until == cast.at + month
    with clock.rehearse(cast.at + month - timedelta(seconds=1)):
        assert enter(Client(), "teacher", issued.password).status_code == 302
    with clock.rehearse(cast.at + month):
        late = enter(Client(), "teacher", issued.password)
        assert (late.status_code == 302) == bool(fault)
        if not fault:
            assert late.status_code == 422 and "Выданный пароль устарел" in late.content.decode()
        anew = reset_password(person=cast.teacher, by=by, at=clock.now())
        client = Client()
        assert enter(client, "teacher", anew.password).status_code == 302
        own = {"current": anew.password, "new": "своё слово у окна", "repeat": "своё слово у окна"}
        assert client.post("/password/", own).status_code == 302
    with clock.rehearse(cast.at + month * 12):
        assert enter(Client(), "teacher", "своё слово у окна").status_code == 302


def test_new_password_ends_other_sessions(cast: Any) -> None:
    here, there = Client(), Client()
    enter(here, "teacher")
    enter(there, "teacher")
    new = "совсем другой пароль"
    assert here.post("/password/", {"current": PASSWORD, "new": new, "repeat": new}).status_code == 302
    assert here.get("/password/").status_code == 200
    assert there.get("/password/")["Location"].startswith("/login/")


def test_logout_clears(cast: Any, client: Client) -> None:
    enter(client, "teacher")
    answer = client.post("/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get("/")["Location"].startswith("/login/")
    assert client.get("/logout/").status_code == 405


def test_school_switch_stays_within_own_schools(cast: Any, client_of: Any) -> None:
    client = client_of(cast.inspector)
    client.post("/school/", {"school": cast.outside.school.pk})
    assert client.session["school"] == cast.outside.school.pk
    client.post("/school/", {"school": "999999"})
    assert client.session["school"] == cast.outside.school.pk
    teacher = client_of(cast.teacher)
    teacher.post("/school/", {"school": cast.outside.school.pk})
    assert teacher.session.get("school") != cast.outside.school.pk


def test_devices_are_bounded(cast: Any) -> None:
    for _ in range(22):
        enter(Client(), "teacher")
    assert KnownDevice.objects.filter(user__login="teacher").count() == 20


def test_one_time_password_is_long_and_new() -> None:
    made = {one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert all(len(password) == 19 and password.count("-") == 3 for password in made)


@pytest.mark.parametrize(
    ("address", "form", "field"),
    [
        ("/password/", {"new": "Другое слово 27", "repeat": "Другое слово 27"}, "current"),
        ("/account/second/", {"act": "begin", "title": "телефон"}, "password"),
        ("/unlock/", {}, "unlock_password"),
    ],
)
@pytest.mark.parametrize("fault", ["", "nobody counts"])
def test_whoever_found_the_screen_open_guesses_no_faster_than_at_the_door(
    cast: Any,
    client_of: Any,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    form: dict[str, str],
    field: str,
    fault: str,
) -> None:
    """A thousand guesses of the present password in an open session: five are looked at, the owner hears of them."""
    if fault:
        monkeypatch.setattr(throttle, "seconds_to_wait", lambda trial, at: 0)
    session = client_of(cast.teacher)
    if address == "/unlock/":
        session.post("/lock/")
    looked: list[str] = []
    with monkeypatch.context() as counted:
        counted.setattr("parta.people.actions.check_password", lambda login, given: looked.append(given))
        for guess in range(20 if fault else 1000):
            assert session.post(address, form | {field: f"догадка {guess}"}).status_code in (422, 423)
    if fault:
        assert len(looked) == 20, "the planted fault is seen"
        return
    assert len(looked) == 5
    assert AccountNotice.objects.get(user=cast.teacher.user).kind == "guessing"
    right = session.post(address, form | {field: PASSWORD})
    assert right.status_code == 422 and "Следующая попытка через" in right.content.decode()
    with clock.rehearse(cast.at + timedelta(minutes=1)):
        assert session.post(address, form | {field: PASSWORD}).status_code == 302
