"""Clauses on access data: who gives them to whom, on paper and once; the register; loss; accounts of those who left."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from parta.foundation import clock
from parta.foundation.log import SYSTEM
from parta.foundation.models import LogEntry
from parta.people.actions import close_groundless, create_person, set_guardianship
from parta.people.models import AccessIssue, Consent, Person, Role, User
from tests.cast import PASSWORD
from tests.journeys.steps import (
    CENTRE,
    COLLEGE,
    DUBROVO,
    GYMNASIUM,
    IPATOVO,
    done,
    page,
    presets,
    text,
    under,
)

OWN = "новая-парта-у-окна-7"


def slip(answer: Any) -> tuple[str, str]:
    """Code and login of the first slip."""
    assert answer.status_code == 200, text(answer)
    words = text(answer).split()
    return words[words.index("активации") + 1], words[words.index("логин") + 1]


def family(cast: Any) -> str:
    return f"/rosters/{cast.homeroom.pk}/access/"


def enter(code: str, new: str = OWN, client: Client | None = None) -> tuple[Client, Any]:
    """The owner with the slip: the code, then a password of their own."""
    browser = client or Client()
    first = browser.post("/activate/", {"code": code})
    if first.status_code != 200:
        return browser, first
    return browser, browser.post("/activate/", {"code": code, "new": new, "repeat": new})


def new_parent(cast: Any) -> Person:
    parent = create_person(
        school_id=cast.school.id, surname="Новая", given_name="Анна", by=SYSTEM, at=cast.at
    )
    set_guardianship(
        guardian=parent, student=cast.student, relation="mother", starts=cast.on, by=SYSTEM, at=cast.at
    )
    return parent


@presets(
    (IPATOVO, "IP-2.3b"),
    (IPATOVO, "IP-2.14a"),
    (CENTRE, "CT-5.1a"),
    (DUBROVO, "DB-3.3.6"),
    (GYMNASIUM, "GT-I-3.1"),
)
def test_family_enters_by_a_code_of_its_class_teacher_once(cast: Any, client_of: Any) -> None:
    parent = new_parent(cast)
    teacher = client_of(cast.class_teacher)
    assert "Новая Анна" in page(teacher, family(cast))
    answer = teacher.post(family(cast), {"act": "issue", "person": [parent.pk]})
    code, login = slip(answer)
    assert "http://testserver/activate/" in text(answer) and "Подпись получившего" in text(answer)
    parent.refresh_from_db()
    assert parent.user is not None and parent.user.login == login and not parent.user.has_usable_password()
    line = AccessIssue.objects.get(person=parent)
    assert (line.way, line.issued_by, line.issued_at) == ("code", cast.class_teacher.user_id, cast.at)
    entry = LogEntry.objects.filter(verb="code_issued").latest("id")
    assert entry.user_id == cast.class_teacher.user_id and json.loads(entry.data)["person"] == parent.pk
    plain = code.replace("-", "")
    stored = " ".join(row.data for row in LogEntry.objects.all()) + (line.code_hash or "")
    assert plain not in stored and code not in stored, "the code is kept nowhere"
    wrong = Client().post("/activate/", {"code": "ABCD-EFGH-2345"})
    assert wrong.status_code == 422 and "не подходит" in text(wrong)
    browser, entered = enter(code.lower())
    assert entered.status_code == 302
    own = page(browser, f"/diary/{cast.student.pk}/")
    assert "Диляра" in own
    assert browser.get(f"/diary/{cast.other_student.pk}/").status_code == 404, "tied to this child alone"
    assert enter(code)[1].status_code == 422, "a used code is refused"
    assert Client().post("/login/", {"login": login, "password": OWN}).status_code == 302
    shown = page(teacher, family(cast))
    assert "вход выполнен" in shown and "Исаков Б. М." in shown
    done(
        teacher.post(
            family(cast),
            {"act": "hand", "row": line.pk, "handed_to": "Новая Анна, лично", "handed_on": "2026-10-14"},
        )
    )
    assert "14 октября, Новая Анна, лично" in page(teacher, family(cast))
    foreign = teacher.post(f"/rosters/{cast.younger.pk}/access/", {"act": "issue", "person": [parent.pk]})
    assert foreign.status_code == 404, "own class only"
    stranger = teacher.post(family(cast), {"act": "issue", "person": [cast.outsider.pk]})
    assert stranger.status_code == 422, "a parent of another class is not in the list"


@under(IPATOVO)
def test_a_code_ends_after_its_days_and_a_new_one_voids_it(cast: Any, client_of: Any) -> None:
    parent, teacher = new_parent(cast), client_of(cast.class_teacher)
    first, _ = slip(teacher.post(family(cast), {"act": "issue", "person": [parent.pk]}))
    second, _ = slip(teacher.post(family(cast), {"act": "issue", "person": [parent.pk]}))
    assert enter(first)[1].status_code == 422, "the newer code replaced it"
    other = cast.named("Авдеев")
    third, _ = slip(teacher.post(family(cast), {"act": "issue", "person": [other.pk]}))
    with clock.rehearse(cast.at + timedelta(days=29, hours=23)):
        assert enter(second)[1].status_code == 302
    with clock.rehearse(cast.at + timedelta(days=30)):
        assert enter(third)[1].status_code == 422, "thirty days are over"
        assert "код устарел" in page(client_of(cast.class_teacher), family(cast))


@under(IPATOVO)
def test_class_teacher_resets_no_colleague(cast: Any, client_of: Any) -> None:
    """A teacher whose child is in the class is staff first: the class teacher gives them no code."""
    set_guardianship(
        guardian=cast.teacher, student=cast.student, relation="mother", starts=cast.on, by=SYSTEM, at=cast.at
    )
    answer = client_of(cast.class_teacher).post(
        family(cast), {"act": "issue", "person": [cast.teacher.pk], "again": "1"}
    )
    assert answer.status_code == 422 and "заместитель директора" in text(answer)
    assert Client().post("/login/", {"login": "teacher", "password": PASSWORD}).status_code == 302


@presets((COLLEGE, "ET-3.2.1"), (COLLEGE, "ET-A-CURATOR-1"))
def test_register_of_the_group_shows_account_receiver_date_and_giver(cast: Any, client_of: Any) -> None:
    curator, pupil = client_of(cast.class_teacher), cast.named("Авдеев")
    before = page(curator, family(cast))
    assert "Авдеев Кирилл Павлович ученик не выдан –" in before, "who has none is listed"
    code, login = slip(curator.post(family(cast), {"act": "issue", "person": [pupil.pk]}))
    after = page(curator, family(cast))
    register = after[after.index("Реестр выдачи") :]
    assert (
        f"14 октября, 10:40 Авдеев Кирилл Павлович {login} код активации ждёт входа Исаков Б. М." in register
    )
    assert "подпись ____________" in register
    assert client_of(cast.master).get(family(cast)).status_code == 404, "another group's is closed"
    assert client_of(cast.teacher).get(family(cast)).status_code == 403
    assert enter(code)[1].status_code == 302


@presets((COLLEGE, "ET-A-DEP-3b"))
def test_electronic_access_waits_for_consent(cast: Any, client_of: Any) -> None:
    pupil, curator = cast.named("Авдеев"), client_of(cast.class_teacher)
    Consent.objects.filter(student=pupil).delete()
    papers = f"/rosters/{cast.homeroom.pk}/consents/"
    gaps = page(curator, papers)
    assert "Нет нужного заявления у 1 ученика" in gaps
    refused = curator.post(family(cast), {"act": "issue", "person": [pupil.pk]})
    assert refused.status_code == 422 and "нет согласия семьи" in text(refused)
    record = {
        "act": "record",
        "student": pupil.pk,
        "kind": "personal_data",
        "signed_on": "2026-10-12",
        "paper_number": "41",
    }
    done(curator.post(papers, record | {"state": "refused"}))
    shown = page(curator, papers)
    assert "отказ № 41 от 12.10.2026" in shown and "На бумаге: 1 семья" in shown
    assert "1" in page(client_of(cast.deputy), "/rosters/") and "на бумаге 1 семья" in page(
        client_of(cast.deputy), "/rosters/"
    )
    assert curator.post(family(cast), {"act": "issue", "person": [pupil.pk]}).status_code == 422
    done(curator.post(papers, record | {"state": "given", "paper_number": "42", "signed_on": "2026-10-13"}))
    assert curator.post(family(cast), {"act": "issue", "person": [pupil.pk]}).status_code == 200


@presets((DUBROVO, "DB-3.2.4"), (COLLEGE, "ET-3.1.2"))
def test_register_shows_who_gave_a_password_to_whom(cast: Any, client_of: Any) -> None:
    operator = client_of(cast.operator)
    assert operator.post(f"/setup/people/{cast.master.pk}/", {"act": "reset"}).status_code == 200
    shown = page(operator, "/setup/access/")
    assert "14 октября, 10:40 Воронов Игорь Петрович master пароль на один вход, заново ждёт входа" in shown
    assert "Рыбаков С. Ю. оператор" in shown
    line = AccessIssue.objects.get(person=cast.master)
    done(
        operator.post(
            "/setup/access/",
            {"act": "hand", "row": line.pk, "handed_to": "Воронов И. П.", "handed_on": "2026-10-14"},
        )
    )
    assert "14 октября, Воронов И. П." in page(operator, "/setup/access/")
    assert "0 записей" in page(operator, "/setup/access/?since=2026-09-01&until=2026-10-13")
    for name in ("teacher", "class_teacher", "secretary", "head_of_department"):
        assert client_of(cast.people[name]).get("/setup/access/").status_code == 403, name


@presets((COLLEGE, "ET-7.2v"))
def test_owner_reports_loss_and_the_old_password_stops(cast: Any, client_of: Any) -> None:
    browser, other = Client(), Client()
    for one in (browser, other):
        assert one.post("/login/", {"login": "guardian", "password": PASSWORD}).status_code == 302
    assert "Остановить мой доступ" in page(browser, "/password/")
    stopped = browser.post("/password/lost/")
    assert stopped["Location"] == "/login/?lost=1"
    assert "Пароль остановлен" in page(browser, "/login/?lost=1")
    assert other.get("/diary/")["Location"].startswith("/login/"), "every session is over"
    assert Client().post("/login/", {"login": "guardian", "password": PASSWORD}).status_code == 422
    entry = LogEntry.objects.filter(verb="access_lost").latest("id")
    assert (entry.user_id, json.loads(entry.data)["by_owner"]) == (cast.guardian.user_id, True)
    assert "Заявлено об утрате Сафина Гузель Ринатовна" in page(client_of(cast.operator), "/setup/access/")
    assert "утрачен, ждёт выдачи" in page(client_of(cast.class_teacher), family(cast))
    code, _ = slip(
        client_of(cast.class_teacher).post(family(cast), {"act": "issue", "person": [cast.guardian.pk]})
    )
    assert enter(code)[1].status_code == 302
    assert "Заявлено об утрате" not in page(client_of(cast.operator), "/setup/access/")
    done(client_of(cast.class_teacher).post(family(cast), {"act": "loss", "row": cast.guardian.pk}))
    assert Client().post("/login/", {"login": "guardian", "password": OWN}).status_code == 422, (
        "the curator may report it too"
    )
    assert (
        client_of(cast.class_teacher).post(family(cast), {"act": "loss", "row": cast.director.pk}).status_code
        == 404
    )


@presets((IPATOVO, "IP-2.13q"))
def test_an_account_needs_a_function_and_ends_with_it(cast: Any, client_of: Any) -> None:
    deputy = client_of(cast.deputy)
    nobody = create_person(school_id=cast.school.id, surname="Никто", given_name="Ян", by=SYSTEM, at=cast.at)
    refused = deputy.post(f"/setup/people/{nobody.pk}/", {"act": "issue"})
    assert refused.status_code == 422 and "нет роли" in text(refused)
    nobody.refresh_from_db()
    assert nobody.user is None
    grant = {"act": "grant", "kind": "secretary", "starts": "2026-10-14", "order_number": "9"}
    done(deputy.post(f"/setup/people/{nobody.pk}/", grant | {"order_date": "2026-10-13"}))
    assert deputy.post(f"/setup/people/{nobody.pk}/", {"act": "issue"}).status_code == 200
    role = Role.objects.get(person=cast.other_teacher)
    role.until = date(2026, 10, 16)
    role.save()
    login = {"login": "other_teacher", "password": PASSWORD}
    with clock.rehearse(cast.local(date(2026, 10, 15), 20)):
        assert Client().post("/login/", login).status_code == 302, "the last day still"
        assert close_groundless(school_id=cast.school.id, on=date(2026, 10, 15), at=cast.at) >= 0
    cast.other_teacher.user.refresh_from_db()
    assert cast.other_teacher.user.is_active
    with clock.rehearse(cast.local(date(2026, 10, 16), 8)):
        answer = Client().post("/login/", login)
        assert answer.status_code == 422 and "больше нет роли" in text(answer)
        assert "Громова Вера Павловна" in page(client_of(cast.deputy), "/setup/access/")
        close_groundless(school_id=cast.school.id, on=date(2026, 10, 16), at=clock.now())
        cast.other_teacher.user.refresh_from_db()
        assert not cast.other_teacher.user.is_active
        entry = LogEntry.objects.filter(verb="account_closed", object_id=cast.other_teacher.user_id).latest(
            "id"
        )
        assert json.loads(entry.data)["why"] == "no_role"
    assert User.objects.get(pk=cast.teacher.user_id).is_active


@pytest.mark.parametrize("cast", [CENTRE], indirect=True)
def test_bulk_issue_names_those_it_leaves_out(cast: Any, client_of: Any) -> None:
    pupil = cast.named("Авдеев")
    nobody = create_person(school_id=cast.school.id, surname="Никто", given_name="Ян", by=SYSTEM, at=cast.at)
    deputy = client_of(cast.deputy).post("/setup/people/", {"act": "issue", "person": [pupil.pk]})
    assert deputy.status_code == 422 and "ответственный оператор" in text(deputy)
    answer = client_of(cast.operator).post(
        "/setup/people/", {"act": "issue", "person": [pupil.pk, nobody.pk]}
    )
    assert answer.status_code == 200
    assert "1 пароль выдан" in text(answer) and "Никто Ян: нет роли" in text(answer)
