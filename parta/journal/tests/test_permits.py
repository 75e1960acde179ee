"""A permit from the refused cell to its one use."""

import json
import uuid
from datetime import date, timedelta
from typing import Any

import pytest

from parta.foundation import clock, log
from parta.foundation.models import LogEntry
from parta.journal.models import Mark, Permit

pytestmark = pytest.mark.django_db


@pytest.fixture
def old(cast: Any) -> Any:
    """A lesson whose time for oral marks has passed."""
    return cast.lesson_on("russian", date(2026, 10, 6))


def mark(
    client: Any, cast: Any, lesson: Any, value: str = "5", seen: int = 0, surname: str = "Авдеев"
) -> Any:
    change = {
        "fact": "mark", "lesson": lesson.id, "assessment": None, "work": "oral",
        "student": cast.named(surname).id, "value": value, "seen": seen,
    }  # fmt: skip
    body = json.dumps({"operation": str(uuid.uuid4()), "changes": [change]})
    return client.post(f"/journals/{cast.russian.id}/write", body, content_type="application/json")


def ask(client: Any, cast: Any, at: Any, **more: Any) -> Any:
    wish = {
        "journal": cast.russian.id, "lesson": at.id, "student": cast.named("Авдеев").id, "fact": "mark",
        "wanted": "5", "clauses": ["GT-P-2.4a"], "reason": "Ответ был на уроке", **more,
    }  # fmt: skip
    return client.post("/permits/ask", json.dumps(wish), content_type="application/json")


def decide(
    client: Any, permit: int, decision: str = "grant", until: date | None = None, reason: str = "Проверено"
) -> Any:
    fields = {"permit": permit, "decision": decision, "reason": reason}
    if until:
        fields["until"] = until.isoformat()
    return client.post("/permits/", fields)


def test_asked_granted_used_once_and_logged(cast: Any, client_of: Any, old: Any) -> None:
    teacher, deputy = client_of(cast.teacher), client_of(cast.deputy)
    refused = mark(teacher, cast, old).json()["refused"][0]
    assert "ask_permit" in [way["kind"] for way in refused["ways"]]
    answer = ask(teacher, cast, old, clauses=[clause["id"] for clause in refused["clauses"]])
    assert answer.status_code == 200, answer.content.decode()
    permit = answer.json()["permit"]
    page = deputy.get("/permits/").content.decode().replace("\xa0", " ")
    assert "Авдеев Кирилл" in page and "Ответ был на уроке" in page and "П. 2.4 Положения" in page
    assert decide(deputy, permit, until=cast.on).status_code == 303
    assert "разрешено" in teacher.get("/today/").content.decode()
    assert mark(teacher, cast, old).status_code == 200
    assert Mark.objects.get(assessment__lesson=old).is_late
    row = Permit.objects.get(id=permit)
    assert row.state == "used" and row.used_at is not None
    assert mark(teacher, cast, old, surname="Орлова").status_code == 422
    assert mark(teacher, cast, old, "", 1).status_code in (200, 422)
    verbs = list(LogEntry.objects.filter(object_kind="permit").order_by("id").values_list("verb", flat=True))
    assert verbs[:2] == ["permit_asked", "permit_granted"]
    assert all(isinstance(found, int) for found in log.verify(cast.school.id))


def test_permit_ends_with_its_last_day(cast: Any, client_of: Any, old: Any) -> None:
    teacher = client_of(cast.teacher)
    permit = ask(teacher, cast, old).json()["permit"]
    decide(client_of(cast.deputy), permit, until=cast.on)
    with clock.rehearse(cast.local(cast.on + timedelta(days=1), 0, 0)):
        assert mark(teacher, cast, old).status_code == 422
    with clock.rehearse(cast.local(cast.on, 23, 59)):
        assert mark(teacher, cast, old).status_code == 200


def test_declined_opens_nothing_and_says_why(cast: Any, client_of: Any, old: Any) -> None:
    teacher = client_of(cast.teacher)
    permit = ask(teacher, cast, old).json()["permit"]
    assert (
        decide(client_of(cast.deputy), permit, "decline", reason="Срок пропущен без причины").status_code
        == 303
    )
    assert mark(teacher, cast, old).status_code == 422
    page = teacher.get("/permits/").content.decode()
    assert "отклонено" in page and "Срок пропущен без причины" in page


def test_permit_is_for_its_asker_alone(cast: Any, client_of: Any, old: Any) -> None:
    permit = ask(client_of(cast.teacher), cast, old).json()["permit"]
    decide(client_of(cast.deputy), permit, until=cast.on)
    assert mark(client_of(cast.deputy), cast, old).status_code == 422


@pytest.mark.parametrize("who", ["teacher", "class_teacher", "head_of_department", "inspector"])
def test_only_the_deputy_decides(cast: Any, client_of: Any, old: Any, who: str) -> None:
    permit = ask(client_of(cast.teacher), cast, old).json()["permit"]
    assert decide(client_of(cast.people[who]), permit, until=cast.on).status_code == 403
    assert decide(client_of(cast.outside.deputy), permit, until=cast.on).status_code == 404
    assert Permit.objects.get(id=permit).state == "asked"


def test_decision_is_made_once_with_a_reason_and_an_end_ahead(cast: Any, client_of: Any, old: Any) -> None:
    deputy = client_of(cast.deputy)
    permit = ask(client_of(cast.teacher), cast, old).json()["permit"]
    assert decide(deputy, permit, until=cast.on, reason=" ").status_code == 422
    assert decide(deputy, permit).status_code == 422
    assert decide(deputy, permit, until=cast.on - timedelta(days=1)).status_code == 422
    assert decide(deputy, permit, until=cast.on + timedelta(days=31)).status_code == 422
    assert decide(deputy, permit, "maybe").status_code == 422
    assert decide(deputy, permit, until=cast.on).status_code == 303
    assert decide(deputy, permit, "decline").status_code == 422
    assert Permit.objects.get(id=permit).state == "granted"


def test_same_wish_waits_once(cast: Any, client_of: Any, old: Any) -> None:
    teacher = client_of(cast.teacher)
    assert ask(teacher, cast, old).json() == ask(teacher, cast, old).json()
    assert Permit.objects.count() == 1


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"reason": " "}, 422), ({"fact": "nothing"}, 422), ({"clauses": ["GT-none"]}, 422), ({"lesson": None}, 422),
        ({"lesson": 10**9}, 404), ({"student": 10**9}, 404), ({"journal": 10**9}, 404), ({"journal": None}, 400),
        ({"clauses": "x"}, 400), ({"lesson": "x"}, 400), ({"lesson": True}, 400), ({"wanted": 5}, 400),
        ({"reason": "а" * 301}, 422), ({"wanted": "x\x00"}, 400), ({"operation": "x"}, 400),
        ({"reason": "\ud800ab"}, 400),
    ],
)  # fmt: skip
def test_wishes_that_are_not_understood(
    cast: Any, client_of: Any, old: Any, wish: dict[str, Any], status: int
) -> None:
    assert ask(client_of(cast.teacher), cast, old, **wish).status_code == status
    assert not Permit.objects.exists()


def test_foreign_places_look_absent(cast: Any, client_of: Any, old: Any) -> None:
    teacher = client_of(cast.teacher)
    assert ask(teacher, cast, old, lesson=cast.lesson_on("maths", cast.on).id).status_code == 404
    assert ask(teacher, cast, old, student=cast.brother.id).status_code == 404
    assert ask(client_of(cast.english_teacher), cast, old).status_code == 404
    assert ask(client_of(cast.student), cast, old).status_code == 403


def test_page_is_one_statement_however_many_permits(
    cast: Any, client_of: Any, old: Any, count_statements: Any
) -> None:
    teacher, deputy = client_of(cast.teacher), client_of(cast.deputy)
    ask(teacher, cast, old)
    deputy.get("/permits/")
    with count_statements() as few:
        deputy.get("/permits/")
    for value in ("2", "3", "4"):
        ask(teacher, cast, old, wanted=value)
    with count_statements() as many:
        deputy.get("/permits/")
    assert len(few) == len(many) <= 4
