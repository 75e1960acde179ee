"""Clauses on accounts: issued once, changed at once, never shown again, slow for guessers, one for each person."""

import json
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from parta.foundation import clock
from parta.foundation.models import LogEntry
from parta.people.models import Guardianship, LoginFailure, Person, User
from tests.cast import PASSWORD
from tests.contracts.matrix import LINES
from tests.journeys.steps import COLLEGE, DUBROVO, GYMNASIUM, IPATOVO, presets, text, under

OWN = "новая-парта-у-окна-7"


def sign_in(login: str, password: str, client: Client | None = None) -> tuple[Client, Any]:
    """A browser at the one door; what it answered."""
    browser = client or Client()
    return browser, browser.post("/login/", {"login": login, "password": password})


def issue(client_of: Any, who: Any, person: Person, deed: str = "issue") -> tuple[str, str]:
    """Login and one-time password as the slip shows them."""
    answer = client_of(who).post(f"/setup/people/{person.pk}/", {"act": deed})
    assert answer.status_code == 200, text(answer)
    words = text(answer).split()
    login, password = words[words.index("Логин") + 1], words[words.index("вход") + 1]
    return login, password


def everything_stored() -> str:
    """Every line of the log and every account, as text."""
    lines = [f"{row.data} {row.verb}" for row in LogEntry.objects.all()]
    return " ".join(lines + [f"{user.login} {user.password}" for user in User.objects.all()])


def pages_of(person: Person, client_of: Any, cast: Any) -> str:
    """Every page that answers this person, as it came."""
    from django.urls import reverse

    client, found = client_of(person), []
    for name, lines in LINES.items():
        if name not in ("logout", "import_template"):
            answer = client.get(reverse(name, kwargs=next(iter(lines.values())).args(cast)))
            if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/"):
                found.append(unescape(answer.content.decode()))
    return "".join(found)


@presets((COLLEGE, "ET-A-CURATOR-10"), (COLLEGE, "ET-A-DEP-18"), (DUBROVO, "DB-4.2.3"))
def test_issued_password_opens_once_and_stands_nowhere(cast: Any, client_of: Any) -> None:
    pupil = cast.named("Авдеев")
    login, once = issue(client_of, cast.operator, pupil)
    browser, answer = sign_in(login, once)
    assert answer.status_code == 302
    for address in ("/diary/", "/timetable/", "/"):
        assert browser.get(address)["Location"] == "/password/", "nothing else opens before an own password"
    kept = browser.post("/password/", {"current": once, "new": once, "repeat": once})
    assert kept.status_code == 422, "the issued one cannot stay"
    assert browser.post("/password/", {"current": once, "new": OWN, "repeat": OWN}).status_code == 302
    assert browser.get("/diary/").status_code == 200
    assert sign_in(login, once)[1].status_code == 422
    assert sign_in(login, OWN)[1].status_code == 302
    assert User.objects.get(login=login).password.startswith("argon2")
    stored = everything_stored()
    shown = "".join(
        pages_of(person, client_of, cast) for person in (cast.operator, cast.deputy, cast.teacher)
    )
    for secret in (once, OWN):
        assert secret not in stored and secret not in shown


@presets((COLLEGE, "ET-A-TEACHER-15"))
def test_reset_ends_other_sessions_and_forces_a_new_password(cast: Any, client_of: Any) -> None:
    browser, answer = sign_in("teacher", PASSWORD)
    assert answer.status_code == 302 and browser.get("/today/").status_code == 200
    refused = client_of(cast.teacher).post(f"/setup/people/{cast.teacher.pk}/", {"act": "reset"})
    assert refused.status_code == 403
    page = client_of(cast.operator).post(f"/setup/people/{cast.teacher.pk}/", {"act": "reset"})
    assert PASSWORD not in text(page)
    assert browser.get("/today/")["Location"].startswith("/login/"), "the old session is over"
    assert sign_in("teacher", PASSWORD)[1].status_code == 422
    words = text(page).split()
    browser, answer = sign_in("teacher", words[words.index("вход") + 1])
    assert answer.status_code == 302 and browser.get("/today/")["Location"] == "/password/"


@under(DUBROVO)
@pytest.mark.clause("DB-3.1")
@pytest.mark.clause("DB-3.2.4")
def test_sixth_wrong_password_waits_and_is_noted(cast: Any, client_of: Any) -> None:
    for number in range(1, 6):
        assert sign_in("teacher", f"wrong {number}")[1].status_code == 422, number
    sixth = sign_in("teacher", PASSWORD)[1]
    assert sixth.status_code == 429 and int(sixth["Retry-After"]) > 0, "even the right one waits"
    assert LoginFailure.objects.filter(login="teacher").count() == 5
    with clock.rehearse(cast.at + timedelta(hours=1, minutes=1)):
        assert sign_in("teacher", PASSWORD)[1].status_code == 302
    pupil = cast.named("Авдеев")
    login, once = issue(client_of, cast.operator, pupil)
    line = LogEntry.objects.filter(verb="account_issued").latest("id")
    assert (json.loads(line.data)["person"], line.at, line.user_id) == (
        pupil.pk,
        cast.at,
        cast.operator.user_id,
    )
    assert sign_in(login, once)[0].get("/diary/")["Location"] == "/password/"


@under(COLLEGE)
@pytest.mark.clause("ET-A-MASTER-29")
def test_five_wrong_passwords_delay_the_masters_account(cast: Any) -> None:
    for _ in range(5):
        sign_in("master", "wrong")
    assert sign_in("master", PASSWORD)[1].status_code == 429


@presets((IPATOVO, "IP-2.3c"), (DUBROVO, "DB-3.4.1b"))
def test_one_account_is_one_person(cast: Any, client_of: Any) -> None:
    address = f"/setup/people/{cast.teacher.pk}/"
    issuer = cast.deputy if cast.preset == IPATOVO else cast.operator
    second = client_of(issuer).post(address, {"act": "issue"})
    account = cast.teacher.user_id
    cast.teacher.refresh_from_db()
    assert second.status_code == 422 and cast.teacher.user_id == account
    other = cast.named("Авдеев")
    taken = client_of(issuer).post(f"/setup/people/{other.pk}/", {"act": "issue", "login": "teacher"})
    assert taken.status_code == 422 and "уже занят" in text(taken)
    other.refresh_from_db()
    assert other.user is None
    Guardianship.objects.filter(guardian=cast.contact).update(has_rights=True)
    assert cast.guardian.user_id != cast.contact.user_id
    for parent in (cast.guardian, cast.contact):
        assert "Диляра" in text(client_of(parent).get(f"/diary/{cast.student.pk}/"))


@presets((COLLEGE, "ET-1.12"), (DUBROVO, "DB-1.5b"))
def test_one_address_for_every_role_stands_on_the_slips(cast: Any, client_of: Any) -> None:
    landings = {
        "director": "/control/",
        "deputy": "/control/",
        "teacher": "/today/",
        "class_teacher": "/today/",
        "operator": "/setup/",
        "secretary": "/students/",
        "inspector": "/inspection/",
        "student12": "",
        "guardian": "/diary/",
    }
    for login, landing in landings.items():
        name = login if login != "student12" else cast.student.user.login
        browser, answer = sign_in(name, PASSWORD)
        assert answer.status_code == 302, login
        if landing:
            assert browser.get("/")["Location"] == landing, login
    slip = client_of(cast.operator).post(f"/setup/people/{cast.named('Авдеев').pk}/", {"act": "issue"})
    assert "http://testserver/login/" in text(slip)


@under(IPATOVO)
@pytest.mark.clause("IP-2.3a", "IP-2.13c")
def test_access_of_staff_is_issued_by_the_deputy_and_works_at_night(cast: Any, client_of: Any) -> None:
    for name in ("class_teacher", "teacher", "secretary", "head_of_department", "director"):
        answer = client_of(cast.people[name]).post(f"/setup/people/{cast.master.pk}/", {"act": "reset"})
        assert answer.status_code == 403, name
    operator = client_of(cast.operator).post(f"/setup/people/{cast.master.pk}/", {"act": "reset"})
    assert operator.status_code == 422 and "заместитель директора (Порядок ведения журнала, п. 2.3" in text(
        operator
    )
    assert sign_in("master", PASSWORD)[1].status_code == 302, "nothing was reset"
    issue(client_of, cast.deputy, cast.master, "reset")
    line = LogEntry.objects.filter(verb="password_reset").latest("id")
    assert (line.user_id, json.loads(line.data)["person"]) == (cast.deputy.user_id, cast.master.pk)
    sunday = datetime(2026, 10, 18, 3, 0, tzinfo=cast.zone)
    with clock.rehearse(sunday):
        browser, answer = sign_in("guardian", PASSWORD)
        assert answer.status_code == 302 and browser.get("/diary/").status_code == 200
        assert client_of(cast.teacher).get(f"/journals/{cast.russian.pk}/").status_code == 200


@under(GYMNASIUM)
@pytest.mark.clause("GT-I-5.1.а")
def test_sunday_at_three_the_door_is_open(cast: Any) -> None:
    with clock.rehearse(datetime(2026, 10, 18, 3, 0, tzinfo=cast.zone)):
        for login, landing in (("guardian", "/diary/"), ("teacher", "/today/"), ("deputy", "/control/")):
            browser, answer = sign_in(login, PASSWORD)
            assert answer.status_code == 302 and browser.get(landing).status_code == 200


@under("kemerovo-ct")
@pytest.mark.clause("CT-5.1b")
def test_head_of_department_issues_no_access(cast: Any, client_of: Any) -> None:
    address = f"/setup/people/{cast.teacher.pk}/"
    assert client_of(cast.head_of_department).post(address, {"act": "reset"}).status_code == 403
    deputy = client_of(cast.deputy).post(address, {"act": "reset"})
    assert deputy.status_code == 422 and "ответственный оператор" in text(deputy) and "п. 5.1" in text(deputy)
    assert issue(client_of, cast.operator, cast.teacher, "reset")
    line = LogEntry.objects.filter(verb="password_reset").latest("id")
    assert line.user_id == cast.operator.user_id


@under(COLLEGE)
@pytest.mark.clause("ET-3.1.2", "ET-7.2v")
def test_loss_of_a_password_stops_the_old_one_at_once(cast: Any, client_of: Any) -> None:
    browser, _ = sign_in("master", PASSWORD)
    login, once = issue(client_of, cast.operator, cast.master, "reset")
    assert browser.get("/today/")["Location"].startswith("/login/")
    assert sign_in(login, PASSWORD)[1].status_code == 422 and sign_in(login, once)[1].status_code == 302
    assert LogEntry.objects.filter(verb="password_reset", user_id=cast.operator.user_id).exists()
    for name in ("teacher", "class_teacher", "secretary"):
        assert (
            client_of(cast.people[name])
            .post(f"/setup/people/{cast.teacher.pk}/", {"act": "reset"})
            .status_code
            == 403
        )
