"""A form of another site opens nothing: every URL that takes POST wants the token of our own page."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.urls import resolve, reverse

from parta.foundation.models import LogEntry
from tests.cast import client_of
from tests.contracts.matrix import LINES, PERSONAS, Line
from tests.contracts.test_matrix import _quiet as _quiet  # noqa: F401  (a fixture)
from tests.contracts.test_matrix import answers, ask

pytestmark = pytest.mark.django_db

WITHOUT = {
    "unsubscribe": "mail programs press it for their owner (RFC 8058); the address itself is the secret"
}
"""URLs that take a POST from anywhere, and why."""
ELSEWHERE = "https://evil.example"
REFUSED = "Страница устарела"


def taken() -> Iterator[tuple[str, Line, str]]:
    """Each URL that takes a POST, an object of it, and somebody who is let through to it."""
    for name, lines in sorted(LINES.items()):
        for line in lines.values():
            expected = answers(line.post, json=line.json)
            who = next((one for one in PERSONAS if expected[one] not in (302, 401, 403, 404, 405)), None)
            who = who or next((one for one in PERSONAS if expected[one] == 302 and one != "anonymous"), None)
            if who is not None:
                yield name, line, who
                break


def passed(cast: Any) -> list[str]:
    """URLs that answer a POST without a token, and with a token sent from another site."""
    found = []
    for name, line, who in taken():
        url = reverse(name, kwargs=line.args(cast))
        for headers in ({}, {"origin": ELSEWHERE}):
            client = client_of(PERSONAS[who](cast))
            if headers:  # the cookie goes along, and the form has been stolen with its token
                client.cookies["parta_csrf"] = token = "a" * 32
                client.defaults["HTTP_X_CSRFTOKEN"] = token
                client.defaults["HTTP_ORIGIN"] = ELSEWHERE
            client.handler.enforce_csrf_checks = True
            with transaction.atomic():
                before = LogEntry.objects.count()
                answer = ask(client, "post", url, line, cast)
                written = LogEntry.objects.count() - before
                transaction.set_rollback(True)
            is_json = answer.headers["Content-Type"] == "application/json"
            words = answer.json().get("error", "") if is_json else answer.content.decode()
            if answer.status_code != 403 or written or REFUSED not in words:
                found.append(name)
    return sorted(set(found))


def test_a_form_of_another_site_opens_nothing(cast: Any) -> None:
    assert len(list(taken())) > 90
    assert passed(cast) == sorted(WITHOUT)


def test_a_view_without_the_token_is_seen(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: one view is spared."""
    view = resolve(reverse("setup_calendar")).func
    monkeypatch.setattr(view, "csrf_exempt", True, raising=False)
    assert "setup_calendar" in passed(cast)
