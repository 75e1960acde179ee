"""What a page and a script are told when the database does not take a write."""

import sqlite3
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from parta.foundation import log

pytestmark = pytest.mark.django_db


def sick(name: str) -> OperationalError:
    """The fault as the driver reports it."""
    cause = sqlite3.OperationalError("no")
    cause.sqlite_errorname = name
    fault = OperationalError("no")
    fault.__cause__ = cause
    return fault


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("SQLITE_FULL", 507, "кончилось место"),
        ("SQLITE_IOERR_WRITE", 507, "кончилось место"),
        ("SQLITE_BUSY", 503, "занят"),
    ],
)
def test_a_write_that_is_not_taken_says_so(
    cast: Any,
    client_of: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    status: int,
    words: str,
) -> None:
    def fail(*args: Any, **named: Any) -> None:
        raise sick(name)

    client = client_of(cast.teacher)
    monkeypatch.setattr(log, "append", fail)
    change = {"fact": "topic", "lesson": cast.lesson.id, "topic": "Источники фразеологизмов", "seen": 0}
    answer = client.post(
        f"/journals/{cast.russian.id}/write",
        {"operation": str(uuid.uuid4()), "changes": [change]},
        content_type="application/json",
    )
    assert (answer.status_code, answer["Retry-After"]) == (status, "2")
    assert words in answer.json()["error"]


@pytest.mark.parametrize(("name", "status"), [("SQLITE_FULL", 507), ("SQLITE_BUSY", 503)])
@pytest.mark.parametrize("json", [False, True])
def test_any_page_says_so_too(
    cast: Any,
    client_of: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    status: int,
    json: bool,
) -> None:
    client = client_of(cast.teacher, json=json)
    client.raise_request_exception = False
    from parta.people import middleware

    def fail(*args: Any, **named: Any) -> None:
        raise sick(name)

    monkeypatch.setattr(middleware, "account", fail)
    answer = client.get("/today/")
    assert (answer.status_code, answer["Retry-After"]) == (status, "5")
    assert "500" not in answer.content.decode()


def test_the_same_topic_sent_again_gets_the_same_answer(cast: Any, client_of: Callable[..., Client]) -> None:
    """Nothing is left to do for the second one, yet it is the first answer that comes back."""
    client = client_of(cast.teacher)
    for changes in (
        [{"fact": "topic", "lesson": cast.lesson.id, "topic": "Источники фразеологизмов", "seen": 0}],
        [{"fact": "roll", "lesson": cast.lesson.id}, {"fact": "conducted", "lesson": cast.lesson.id}],
    ):
        body = {"operation": str(uuid.uuid4()), "changes": changes}
        first, second = (
            client.post(f"/journals/{cast.russian.id}/write", body, content_type="application/json")
            for _ in range(2)
        )
        assert first.status_code == 200, first.content.decode()
        assert first.content == second.content
        assert all("version" in saved for saved in first.json()["saved"])
