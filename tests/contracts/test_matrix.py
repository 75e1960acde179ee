"""Every URL of the application, asked by everybody about own and foreign objects: the answers of `matrix`."""

import logging
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from parta.foundation.models import LogEntry
from tests.cast import client_of
from tests.contracts.matrix import LINES, PERSONAS, SETS, Line
from tests.contracts.test_views import views

pytestmark = pytest.mark.django_db

NAMES = sorted(str(pattern.name) for _, pattern in views())


def answers(spec: str, *, json: bool) -> dict[str, int]:
    """The status for each persona."""
    found = dict.fromkeys(PERSONAS, 403)
    found["anonymous"] = found["installer"] = 401 if json else 302
    for part in filter(None, (part.strip() for part in spec.split(";"))):
        status, *words = part.split()
        for word in words:
            if word == "*":
                everybody = [name for name in PERSONAS if name != "anonymous" or int(status) == 405]
                found.update(dict.fromkeys(everybody, int(status)))
            for name in SETS.get(word, word).split():
                if name != "*":
                    assert name in PERSONAS, f"no persona {name}"
                    found[name] = int(status)
    return found


def test_every_url_has_its_line() -> None:
    assert sorted(LINES) == NAMES, "each URL needs its line in tests/contracts/matrix/, and each line its URL"


def ask(client: Any, method: str, url: str, line: Line, cast: Any) -> Any:
    """The answer to one request."""
    if method == "get":
        return client.get(url, raise_request_exception=False)
    body = line.body(cast) if line.body else {}
    if line.json:
        return client.post(url, body, content_type="application/json")
    return client.post(url, body)


def ids_twice(answer: Any) -> list[str]:
    """Ids that more than one element of a page bears: its scripts and labels would find the first of them."""
    if not answer.get("Content-Type", "").startswith("text/html") or answer.streaming:
        return []
    ids = Counter(re.findall(r'\sid="([^"]*)"', answer.content.decode()))
    return [name for name, count in ids.items() if count > 1]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Thousands of refusals are meant here: their warnings are not worth the time to write them down."""
    log = logging.getLogger("django.request")
    level = log.level
    log.setLevel(logging.CRITICAL)
    yield
    log.setLevel(level)


@pytest.mark.parametrize("name", sorted(LINES))
def test_answers(name: str, cast: Any) -> None:
    wrong: list[str] = []
    for title, line in LINES[name].items():
        query = re.sub(r"\{([^}]+)\}", lambda found: str(_value(cast, found[1])), line.query)
        url = reverse(name, kwargs=line.args(cast)) + (f"?{query}" if query else "")
        for method, spec in (("get", line.get), ("post", line.post)):
            expected = answers(spec, json=line.json and method == "post")
            openers = {who for who, status in answers(line.get, json=False).items() if status in (200, 404)}
            for persona, find in PERSONAS.items():
                with transaction.atomic():
                    before = LogEntry.objects.count()
                    answer = ask(client_of(find(cast)), method, url, line, cast)
                    status = answer.status_code
                    written = LogEntry.objects.count() - before
                    transaction.set_rollback(True)
                refused = status in (302, 401, 403) and persona not in openers
                if status != expected[persona] and not (expected[persona] == 405 and refused):
                    wrong.append(f"{title}: {method} {url} as {persona}: {status}, not {expected[persona]}")
                if twice := ids_twice(answer):
                    wrong.append(f"{title}: {method} {url} as {persona}: ids used twice: {', '.join(twice)}")
                if status >= 400 and written:
                    wrong.append(
                        f"{title}: {method} {url} as {persona}: refused, and yet something was written"
                    )
    assert not wrong, "\n" + "\n".join(wrong)


def _value(cast: Any, dotted: str) -> Any:
    value: Any = cast
    for part in dotted.split(".")[1:]:
        value = getattr(value, part)
    return value


def test_an_ended_right_ends_at_the_next_request(cast: Any) -> None:
    from datetime import timedelta

    from parta.people.models import Guardianship, Role

    guardian, deputy = client_of(cast.guardian), client_of(cast.deputy)
    card = reverse("student", args=(cast.student.pk,))
    assert guardian.get(card).status_code == 200 and deputy.get(card).status_code == 200
    Guardianship.objects.filter(guardian=cast.guardian, student=cast.student).update(until=cast.on)
    Role.objects.filter(person=cast.deputy).update(until=cast.on)
    assert guardian.get(card).status_code == 404
    assert deputy.get(card).status_code == 403
    Role.objects.filter(person=cast.deputy).update(until=cast.on + timedelta(days=1))
    assert deputy.get(card).status_code == 200


def test_a_closed_account_is_out_at_the_next_request(cast: Any) -> None:
    client = client_of(cast.deputy)
    assert client.get("/setup/").status_code == 200
    type(cast.deputy.user).objects.filter(pk=cast.deputy.user_id).update(is_active=False)
    assert client.get("/setup/").status_code == 302


def test_planted_fault_is_seen(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The matrix is red when one page forgets whose object it shows."""
    from parta.people.models import Person
    from parta.people.queries import student_cards

    monkeypatch.setattr(student_cards, "cards", lambda viewer: Person.objects.all())
    with pytest.raises(AssertionError, match="students/"):
        test_answers("student", cast)
