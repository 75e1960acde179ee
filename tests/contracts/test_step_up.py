"""What is asked again: the list is data, every weighty act of the program stands in it, and the log itself asks."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from parta.foundation import confirm
from parta.foundation.models import LogEntry
from tests.cast import client_of
from tests.contracts.test_views import views
from tests.second import confirmed, factor_of

WEIGHTY = {
    "term_mark": "итоговые отметки",
    "permit": "разрешения",
    "role": "роли",
    "user": "учётные записи",
    "access": "реестр доступа",
    "enrolment": "состав классов",
    "membership": "состав подгрупп",
    "guardianship": "семьи",
    "carrier": "носители копий",
    "job": "заказанные работы",
    "edition": "редакции положения",
    "setting": "настройки положения",
    "term": "учебные периоды",
    "year": "учебный год",
    "factor": "второй шаг",
    "identity": "вход через внешнюю учётную запись",
    "inspection": "окно проверяющего",
}
"""Kinds of objects of the change log over which every act is asked again, or spared with a reason."""

SPARED = {
    "permit_asked": "a wish: who grants it is asked",
    "permit_declined": "opens nothing",
    "access_handed": "the receipt of a slip",
    "access_lost": "stops access; a thief's wish as little as the owner's hindrance",
    "password_changed": "asks the password itself",
    "recovery_asked": "nobody is signed in; the letter goes to the address that is on record",
    "code_used": "the owner of the slip, not signed in yet",
    "sessions_ended": "stops access",
    "trust_forgotten": "stops access",
    "lessons_generated": "follows from the timetable",
    "year_opened": "a new year is empty",
    "year_follows": "the word after which year a new, empty one was opened",
    "account_frozen": "stops access",
    "identity_forgotten": "stops access, together with the password",
    "window_ended": "stops access",
}
"""Verbs over weighty objects that are not asked again, and why."""


def unasked(lines: Iterable[Any]) -> set[tuple[str, str]]:
    """Lines over weighty objects whose verb is neither asked again nor spared (`test_acts` looks at every act)."""
    return {
        (line.object_kind, line.verb)
        for line in lines
        if line.object_kind in WEIGHTY and line.verb not in confirm.VERBS and line.verb not in SPARED
    }


def test_the_two_lists_are_apart_and_every_kind_is_used() -> None:
    assert not set(confirm.VERBS) & set(SPARED)
    pages = {getattr(pattern.callback, "confirm", "") for _, pattern in views()}
    assert set(confirm.VERBS.values()) | pages - {""} <= set(confirm.KINDS)


def test_every_page_that_is_asked_again_names_a_kind() -> None:
    for route, pattern in views():
        wanted = getattr(pattern.callback, "confirm", "")
        assert not wanted or wanted in confirm.KINDS, route


def _final(cast: Any) -> tuple[str, Any]:
    change = {"fact": "final", "term": cast.term.pk, "student": cast.students[0].pk, "value": "4", "seen": 0}
    body = {"operation": "7d4f7a5e-6f0c-4a43-9a60-0f2f6c1c1111", "changes": [change]}
    return f"/journals/{cast.russian.pk}/write", json.dumps(body)


FORMS: dict[str, tuple[str, Callable[[Any], str], Callable[[Any], dict[str, Any]]]] = {
    "roles": (
        "operator",
        lambda cast: f"/setup/people/{cast.teacher.pk}/",
        lambda cast: {"act": "grant", "kind": "secretary", "starts": cast.on.isoformat()},
    ),
    "access": (
        "operator",
        lambda cast: f"/setup/people/{cast.teacher.pk}/",
        lambda cast: {"act": "close"},
    ),
    "rosters": (
        "operator",
        lambda cast: f"/setup/people/{cast.named('Авдеев').pk}/",
        lambda cast: {
            "act": "add_kin",
            "other": cast.contact.pk,
            "side": "guardian",
            "relation": "other",
            "has_rights": "1",
            "starts": cast.on.isoformat(),
        },
    ),
    "backups": ("operator", lambda cast: "/copies/", lambda cast: {"act": "make", "purpose": "daily"}),
    "locks": (
        "deputy",
        lambda cast: "/regulation/setting/?act=GT&name=session_idle",
        lambda cast: {"act": "choose", "value": "5min", "since": cast.on.isoformat()},
    ),
}


def _lines() -> int:
    return LogEntry.objects.filter(verb__in=confirm.VERBS).count()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", sorted(FORMS))
def test_a_form_is_asked_again_and_goes_through_with_the_step(kind: str, cast: Any) -> None:
    who, address, fields = FORMS[kind]
    factor_of(cast.people[who], cast.at)
    client = client_of(cast.people[who])
    before = _lines()
    answer = client.post(address(cast), fields(cast))
    assert answer.status_code == 428 and "Подтвердите" in answer.content.decode()
    assert (
        confirm.KINDS[kind].encode() in answer.content.lower()
        or confirm.KINDS[kind][1:] in answer.content.decode()
    )
    assert _lines() == before, "asked, and yet done"
    done = confirmed(client, cast.at).post(address(cast), fields(cast))
    assert done.status_code in (200, 302) and _lines() > before


@pytest.mark.django_db
def test_the_sheets_of_a_class_are_asked_again(cast: Any) -> None:
    """A page that hands out a whole class leads to the question first, and opens once the step is given."""
    person, address = cast.class_teacher, f"/families/{cast.homeroom.pk}/extracts.pdf"
    plain = client_of(person).get(address).status_code
    assert plain == 404, "who has no second step is not asked; no family of the class is on paper"
    factor_of(person, cast.at)
    client = client_of(person)
    asked = client.get(address)
    assert asked.status_code == 302 and asked["Location"].startswith("/confirm/?kind=print")
    assert confirmed(client, cast.at).get(address).status_code == plain


@pytest.mark.django_db
def test_without_the_question_the_form_test_is_red(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: one verb falls out of the list."""
    monkeypatch.delitem(confirm.VERBS, "role_granted")
    with pytest.raises(AssertionError):
        test_a_form_is_asked_again_and_goes_through_with_the_step("roles", cast)
    from tests.contracts.test_acts import test_the_act_leaves_a_line

    with pytest.raises(AssertionError, match="asked again"):
        test_the_act_leaves_a_line("people.actions.roles.grant_role", cast, monkeypatch)


@pytest.mark.django_db
def test_a_term_mark_waits_for_the_step_and_settles_by_its_operation(cast: Any) -> None:
    factor = factor_of(cast.teacher, cast.at)
    client = client_of(cast.teacher)
    address, body = _final(cast)
    asked = client.post(address, body, content_type="application/json")
    assert asked.status_code == 428 and asked.json()["confirm"] == "finals"
    assert not LogEntry.objects.filter(verb="final_set", user_id=cast.teacher.user_id).exists()
    from tests.second import code_of

    wrong = client.post("/confirm/", json.dumps({"code": "000000"}), content_type="application/json")
    assert wrong.status_code == 422
    right = client.post(
        "/confirm/", json.dumps({"code": code_of(factor, cast.at)}), content_type="application/json"
    )
    assert right.status_code == 200
    saved = client.post(address, body, content_type="application/json")
    assert saved.status_code in (200, 422) and saved.status_code != 428
    again = client.post(address, body, content_type="application/json")
    assert again.status_code == saved.status_code
    assert LogEntry.objects.filter(operation_id="7d4f7a5e-6f0c-4a43-9a60-0f2f6c1c1111").count() <= 1
