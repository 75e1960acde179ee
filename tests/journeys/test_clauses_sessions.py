"""Clauses on sessions: the closed screen, the owner's list, notices, signs of shared accounts."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from parta.foundation import clock
from parta.foundation.models import LogEntry
from parta.journal.models import Mark
from parta.people.models import AccountNotice, ReadTrace, SignIn, User
from parta.regulation.actions import set_setting
from tests.cast import PASSWORD, actor_of
from tests.journeys.steps import (
    COLLEGE,
    DUBROVO,
    GYMNASIUM,
    IPATOVO,
    homework,
    mark,
    page,
    presets,
    send,
    text,
    under,
)

PC = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/120.0 Safari/537"
PHONE = "Mozilla/5.0 (Linux; Android 13) AppleWebKit Chrome/120.0 Mobile Safari/537"
OWN = "новая-парта-у-окна-7"


def enter(
    login: str,
    *,
    browser: Client | None = None,
    agent: str = PC,
    address: str = "10.0.0.1",
    password: str = PASSWORD,
) -> Any:
    """Sign in at the one door; the browser."""
    client = browser or Client(headers={"user-agent": agent}, REMOTE_ADDR=address)
    answer = client.post("/login/", {"login": login, "password": password})
    assert answer.status_code == 302, text(answer)
    return client


@contextmanager
def minutes_later(cast: Any, minutes: float) -> Iterator[datetime]:
    """The same day, so many minutes after the cast's now."""
    moment = cast.at + timedelta(minutes=minutes)
    with clock.rehearse(moment):
        yield moment


def is_closed(answer: Any) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith("/unlock/")


@presets((GYMNASIUM, "GT-I-BAN-a"), (IPATOVO, "IP-2.1b"))
def test_idle_session_of_a_teacher_closes_and_a_mark_asks_the_password(cast: Any, client_of: Any) -> None:
    teacher, pupil = enter("teacher"), cast.named("Зайцев")
    assert teacher.get("/today/").status_code == 200
    with minutes_later(cast, 9.9):
        answer = send(teacher, cast.russian, mark(cast.lesson, pupil, "4"))
        assert answer.status_code == 200, "within ten minutes nothing is asked"
    with minutes_later(cast, 20.5):
        closed = send(teacher, cast.russian, mark(cast.lesson, pupil, "5", seen=1))
        assert closed.status_code == 423 and closed.json()["locked"]
        assert Mark.objects.get(assessment__lesson=cast.lesson, student=pupil).value == "4"
        assert is_closed(teacher.get(f"/journals/{cast.russian.pk}/"))
        shown = text(teacher.get("/unlock/?next=/today/"))
        assert "Введите пароль" in shown and "Зайцев" not in shown
        wrong = teacher.post("/unlock/", json.dumps({"password": "5"}), content_type="application/json")
        assert wrong.status_code == 422 and is_closed(teacher.get("/today/"))
        right = teacher.post("/unlock/", {"unlock_password": PASSWORD, "next": "/today/"})
        assert right["Location"] == "/today/" and teacher.get("/today/").status_code == 200
    student = enter(cast.student.user.login)
    for address in (f"/journals/{cast.russian.pk}/write", f"/lessons/{cast.lesson.pk}/", "/permits/ask"):
        assert student.post(address, "{}", content_type="application/json").status_code == 403
    tried = ReadTrace.objects.filter(user_id=cast.student.user_id, page__startswith="refused:")
    assert tried.count() == 3


@presets((DUBROVO, "DB-3.1"), (COLLEGE, "ET-3.1.6"))
def test_access_details_are_kept_and_an_idle_session_closes(cast: Any, client_of: Any) -> None:
    teacher = enter("teacher")
    with minutes_later(cast, 29.9):
        assert teacher.get("/today/").status_code == 200
    with minutes_later(cast, 60.5):
        assert is_closed(teacher.get("/today/"))
    once = text(
        client_of(cast.operator).post(f"/setup/people/{cast.named('Авдеев').pk}/", {"act": "issue"})
    ).split()
    login, issued = once[once.index("Логин") + 1], once[once.index("вход") + 1]
    browser = enter(login, password=issued)
    assert browser.get("/diary/")["Location"] == "/password/", "a new user must change the issued password"
    browser.post("/password/", {"current": issued, "new": OWN, "repeat": OWN})
    assert browser.get("/diary/").status_code == 200
    guesser = Client(REMOTE_ADDR="10.9.9.9")
    for _ in range(5):
        assert guesser.post("/login/", {"login": "master", "password": "x"}).status_code == 422
    sixth = guesser.post("/login/", {"login": "master", "password": PASSWORD})
    assert sixth.status_code == 429 and int(sixth["Retry-After"]) > 0, "the sixth is refused for the set time"
    assert AccountNotice.objects.filter(user=cast.master.user, kind="guessing").count() == 1, "and noted"


def test_school_chooses_how_long_and_an_act_without_the_rule_closes_nothing(cast: Any) -> None:
    set_setting(
        school_id=cast.school.pk,
        act_code="GT",
        name="session_idle",
        value="5min",
        in_force_from=cast.on,
        by=actor_of(cast.deputy, "deputy"),
        at=cast.at,
    )
    teacher, guardian = enter("teacher"), enter("guardian")
    with minutes_later(cast, 5.5):
        assert is_closed(teacher.get("/today/"))
        assert guardian.get("/diary/").status_code == 200, "a family's own phone stays open"


@under("kemerovo-ct")
def test_where_the_act_asks_for_no_lock_there_is_none(cast: Any) -> None:
    teacher = enter("teacher")
    with minutes_later(cast, 300):
        assert teacher.get("/today/").status_code == 200


def test_a_closed_form_loses_nothing_and_an_old_cookie_opens_nothing(cast: Any) -> None:
    operator = enter("operator")
    operator.get("/setup/")
    young = operator.cookies["parta_seen"].value
    form = {
        "act": "school",
        "name": "Гимназия имени Гёте",
        "short_name": "Гимназия",
        "timezone": "Asia/Bishkek",
    }
    with minutes_later(cast, 11):
        closed = operator.post("/setup/", form)
        assert closed.status_code == 423 and 'value="Гимназия имени Гёте"' in closed.content.decode()
        refused = operator.post("/setup/", {**form, "unlock_password": "no"})
        assert refused.status_code == 422 and "Гимназия имени Гёте" in refused.content.decode()
        done = operator.post("/setup/", {**form, "unlock_password": PASSWORD})
        assert done.status_code == 302
    cast.school.refresh_from_db()
    assert cast.school.name == "Гимназия имени Гёте"
    with minutes_later(cast, 30):
        operator.cookies["parta_seen"] = young
        assert is_closed(operator.get("/setup/"))
        operator.cookies["parta_seen"] = "99999999999.99999999999." + "0" * 32
        assert is_closed(operator.get("/setup/")), "a sign of life of one's own making counts nothing"
        del operator.cookies["parta_seen"]
        assert is_closed(operator.get("/setup/"))


def test_closing_by_hand_and_signing_out(cast: Any) -> None:
    teacher = enter("teacher")
    assert is_closed(teacher.post("/lock/"))
    assert is_closed(teacher.get("/today/"))
    out = teacher.post("/logout/")
    assert '"cache"' in out["Clear-Site-Data"] and '"storage"' in out["Clear-Site-Data"]
    assert teacher.get("/today/")["Location"].startswith("/login/")
    for address in ("/today/", "/login/", "/account/"):
        assert teacher.get(address)["Cache-Control"] == "no-store", address


def test_the_lock_adds_no_statement(cast: Any, count_statements: Any, client_of: Any) -> None:
    plain, bound = client_of(cast.teacher), enter("teacher")
    address = f"/journals/{cast.russian.pk}/"
    for client in (plain, bound):
        client.get(address)
    with count_statements() as without:
        plain.get(address)
    with count_statements() as under_lock:
        bound.get(address)
    assert len(under_lock) == len(without) <= 10


@presets(
    (IPATOVO, "IP-2.4"), (GYMNASIUM, "GT-I-5.2.tch.л"), (GYMNASIUM, "GT-I-5.2.ct.д"), (IPATOVO, "IP-2.14d")
)
def test_owner_sees_sessions_ends_them_and_hears_of_a_new_device(cast: Any, client_of: Any) -> None:
    for login in ("guardian", "class_teacher", "teacher"):
        home = enter(login, agent=PC)
        assert "Ничего необычного" in page(home, "/account/"), "the first browser is no news"
        phone = enter(login, agent=PHONE, address="91.200.0.7")
        shown = page(home, "/account/")
        assert "Новое об учётной записи: 1" in home.get("/account/").content.decode()
        assert "Вход с устройства, которого Парта не знала" in shown
        assert "Chrome, Android" in shown and "91.200.0.7" in shown and "это устройство" in shown
        other = SignIn.objects.get(user__login=login, agent="Chrome, Android")
        assert phone.get("/").status_code == 302
        home.post("/account/", {"act": "end", "row": other.pk})
        assert phone.get("/account/")["Location"].startswith("/login/"), "ended at the next request"
        line = LogEntry.objects.filter(verb="session_ended").latest("id")
        assert (line.object_id, line.user_id) == (other.pk, other.user_id)
        home.post("/account/", {"act": "read"})
        assert "Новое об учётной записи" not in home.get("/account/").content.decode()
    stranger = enter("deputy")
    own = SignIn.objects.get(user__login="teacher", ended_at=None)
    stranger.post("/account/", {"act": "end", "row": own.pk})
    own.refresh_from_db()
    assert own.ended_at is None, "nobody ends another's session from his own page"
    found = page(stranger, "/signals/")
    assert "Одна учётная запись сразу на двух устройствах" in found
    assert "Соколова" in found and "91.200.0.7" in found
    assert PASSWORD not in found and client_of(cast.teacher).get("/signals/").status_code == 403


@presets(
    (COLLEGE, "ET-A-DIR-10"),
    (COLLEGE, "ET-A-DEP-17"),
    (COLLEGE, "ET-A-CURATOR-9"),
    (COLLEGE, "ET-A-TEACHER-14"),
    (COLLEGE, "ET-A-MASTER-28"),
    (DUBROVO, "DB-3.3.13"),
)
def test_two_places_at_once_are_shown_and_ended(cast: Any, client_of: Any) -> None:
    operator, kind = client_of(cast.operator), "Одна учётная запись сразу на двух устройствах"
    one = enter("class_teacher")
    assert kind not in page(operator, "/signals/")
    one.post("/logout/")
    with minutes_later(cast, 1):
        enter("class_teacher", agent=PHONE)
        assert kind not in page(operator, "/signals/"), "one after the other is no sign"
    names = ("director", "deputy", "class_teacher", "teacher", "master")
    pairs = {}
    with minutes_later(cast, 60):
        for name in names:
            here = enter(name, agent=PC, address="10.0.0.5")
            pairs[name] = here, enter(name, agent=PHONE, address="176.59.1.2")
        shown = page(operator, "/signals/")
        assert shown.count(kind) == len(names)
        for name in names:
            assert cast.people[name].surname in shown
        assert "адрес 10.0.0.5" in shown and "адрес 176.59.1.2" in shown and "из разных сетей" in shown
        assert "11:40" in shown
        operator.post("/signals/", {"act": "end", "user": cast.teacher.user_id})
        for client in pairs["teacher"]:
            assert client.get("/today/")["Location"].startswith("/login/")
        assert pairs["master"][0].get("/today/").status_code == 200
        line = LogEntry.objects.filter(verb="sessions_ended").latest("id")
        assert (line.object_id, line.user_id) == (cast.teacher.user_id, cast.operator.user_id)
        sign = SignIn.objects.filter(user=cast.master.user, agent="Chrome, Android").latest("id")
        operator.post(
            "/signals/",
            {"act": "review", "kind": "concurrent_sessions", "row": sign.pk, "note": "его же телефон"},
        )
        assert page(operator, "/signals/").count("его же телефон") == 1
    foreign = client_of(cast.outside.deputy)
    assert kind not in page(foreign, "/signals/")


@presets((GYMNASIUM, "GT-I-BAN-b"))
def test_teacher_writing_where_a_pupil_was_is_found(cast: Any, client_of: Any) -> None:
    kind = "Вход сотрудника с устройства, где только что был ученик"
    shared = enter(cast.student.user.login)
    with minutes_later(cast, 10):
        shared.post("/logout/")
    with minutes_later(cast, 71):
        enter("class_teacher", browser=shared)
        for name in ("deputy", "director"):
            assert kind not in page(client_of(cast.people[name]), "/signals/"), (
                "after more than an hour it is none"
            )
        shared.post("/logout/")
        again = enter(cast.student.user.login, browser=shared)
        again.post("/logout/")
    with minutes_later(cast, 130):
        teacher = enter("teacher", browser=shared)
        assert send(teacher, cast.russian, homework(cast.lesson, "§ 14")).status_code == 200
        for name in ("deputy", "director"):
            shown = page(client_of(cast.people[name]), "/signals/")
            assert kind in shown and "Соколова" in shown and "Сафина" in shown
            assert "записей в журнале с этого входа: 1" in shown


@under(COLLEGE)
@pytest.mark.clause("ET-A-MASTER-29")
def test_owner_hears_of_a_guesser_once(cast: Any) -> None:
    owner, guesser = enter("master"), Client(REMOTE_ADDR="10.9.9.9")
    for _ in range(4):
        guesser.post("/login/", {"login": "master", "password": "wrong"})
    assert not AccountNotice.objects.filter(kind="guessing").exists(), "four slips are no attack"
    for _ in range(3):
        guesser.post("/login/", {"login": "master", "password": "wrong"})
    assert guesser.post("/login/", {"login": "master", "password": PASSWORD}).status_code == 429
    assert AccountNotice.objects.filter(kind="guessing").count() == 1
    assert "Новое об учётной записи: 1" in owner.get("/today/").content.decode()
    assert "подбирает ваш пароль" in page(owner, "/account/") and "10.9.9.9" in page(owner, "/account/")


def test_not_me_ends_everything_and_asks_a_new_password(cast: Any) -> None:
    home, thief = enter("teacher"), enter("teacher", agent=PHONE, address="91.200.0.7")
    row = SignIn.objects.get(user__login="teacher", is_new_device=True)
    foreign = SignIn.objects.create(
        user=User.objects.get(login="deputy"), session_key="x", at=cast.at, seen_at=cast.at, address="", agent="",
        device="",
    )  # fmt: skip
    assert home.post("/account/", {"act": "disown", "row": foreign.pk}).status_code == 422
    assert home.post("/account/", {"act": "disown", "row": row.pk})["Location"] == "/password/"
    assert thief.get("/today/")["Location"].startswith("/login/")
    assert home.get("/today/")["Location"] == "/password/"
    assert LogEntry.objects.filter(verb="sign_in_disowned", object_id=row.pk).exists()
    changed = home.post("/password/", {"current": PASSWORD, "new": OWN, "repeat": OWN})
    assert changed.status_code == 302 and home.get("/today/").status_code == 200
    assert "это устройство" in page(home, "/account/")


def test_new_password_ends_other_sessions_in_the_list_too(cast: Any) -> None:
    home, other = enter("teacher"), enter("teacher", agent=PHONE)
    home.post("/password/", {"current": PASSWORD, "new": OWN, "repeat": OWN})
    assert other.get("/today/")["Location"].startswith("/login/")
    shown = page(home, "/account/")
    assert "завершён сменой пароля" in shown and shown.count("это устройство") == 1
