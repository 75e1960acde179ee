"""Persona × route × relation × method against the written expectations: a seeded sample here, all by `make matrix`.

PARTA_RELATIONS=all asks everything under all five presets: over 250,000 requests. PARTA_MATRIX_SEED chooses a sample.
"""

import logging
import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from parta.foundation import clock
from parta.foundation.models import LogEntry
from parta.people.models import Enrolment, Person
from tests.cast import PRESETS, client_of
from tests.contracts.relations import EVERYBODY, Ask, requests, yesterday

pytestmark = pytest.mark.django_db

EVERYTHING = os.environ.get("PARTA_RELATIONS") == "all"
SIZE = int(os.environ.get("PARTA_RELATIONS_SAMPLE", "500"))
SEED = int(os.environ.get("PARTA_MATRIX_SEED", "20261014"))
presets = pytest.mark.parametrize("cast", list(PRESETS) if EVERYTHING else ["goethe23"], indirect=True)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    log = logging.getLogger("django.request")
    level = log.level
    log.setLevel(logging.CRITICAL)
    yield
    log.setLevel(level)


def deleted_objects(cast: Any) -> dict[str, int]:
    """Ids that were somebody's a moment ago."""
    gone = Person.objects.create(school=cast.school, surname="Ошибкин", given_name="Иван")
    place = Enrolment.objects.create(school=cast.school, student=gone, homeroom=cast.homeroom, starts=cast.on)
    number = gone.pk
    place.delete()
    gone.delete()
    return dict.fromkeys(("student", "subject", "diary_of", "setup_person"), number)


def wrong(cast: Any, asks: list[Ask]) -> list[str]:
    """What is answered otherwise than it is due, and what was written though nothing may be."""
    clients = {name: client_of(find(cast)) for name, find in EVERYBODY.items()}
    before = LogEntry.objects.count()
    found = []
    for ask in asks:
        status = getattr(clients[ask.persona], ask.method)(ask.url).status_code
        if status != ask.due:
            found.append(f"{ask.method} {ask.url} ({ask.relation}) as {ask.persona}: {status}, not {ask.due}")
    if LogEntry.objects.count() != before:
        found.append("something was written by a request that only asks")
    return found


@presets
def test_every_relation_gets_what_is_written(cast: Any) -> None:
    asks = list(requests(cast, deleted_objects(cast)))
    kinds = Counter(ask.name for ask in asks)
    assert len(asks) > 40_000 and len(kinds) >= 15, kinds
    if not EVERYTHING:
        asks = random.Random(SEED).sample(asks, SIZE)
    found = wrong(cast, asks)
    assert not found, f"{len(found)} of {len(asks)}:\n" + "\n".join(found[:60])


@presets
def test_yesterdays_substitute_and_the_former_teacher(cast: Any) -> None:
    with clock.rehearse(cast.at + timedelta(days=1)):
        asks = list(yesterday(cast, cast.on + timedelta(days=1)))
        assert len(asks) > 5
        assert not (found := wrong(cast, asks)), "\n".join(found)


def test_planted_faults_are_seen(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scope forgotten in one query, and one method let through: both are red."""
    from parta.people.queries import student_cards

    asks = [
        ask
        for ask in requests(cast, {})
        if ask.name == "student" and ask.method == "get" and ask.due == 404 and ask.persona == "class_teacher"
    ]
    assert asks and not wrong(cast, asks[:4])
    monkeypatch.setattr(student_cards, "cards", lambda viewer: Person.objects.all())
    assert wrong(cast, asks[:4])
