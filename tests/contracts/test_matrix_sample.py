"""A seeded sample of the matrix in both schools of one database, for a quick run on PostgreSQL too; ended rights.

`tools/postgres.py run pytest tests/contracts/test_matrix_sample.py` takes under a minute. The two schools have the
same shape, so what the matrix says of one must hold for the other, seen from the other side. PARTA_MATRIX_SEED and
PARTA_MATRIX_SAMPLE choose another sample and its size.
"""

import os
import random
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import reverse

from parta.foundation import clock
from parta.foundation.models import LogEntry
from parta.journal.models import Homework
from parta.people import actions as people
from parta.people.models import Enrolment, Guardianship, Role
from parta.timetable import actions as timetable
from tests.cast import actor_of, client_of
from tests.contracts.matrix import LINES, PERSONAS, Line
from tests.contracts.test_matrix import _value, answers, ask

pytestmark = pytest.mark.django_db

SEED = int(os.environ.get("PARTA_MATRIX_SEED", "20261014"))
SIZE = int(os.environ.get("PARTA_MATRIX_SAMPLE", "600"))


def drawn() -> list[tuple[str, str, Line, str, str]]:
    """(URL, object, line, method, persona): a draw in which every URL occurs."""
    dice = random.Random(SEED)
    every = [
        (name, title, line, method, persona)
        for name, lines in sorted(LINES.items())
        for title, line in lines.items()
        for method in ("get", "post")
        for persona in PERSONAS
    ]
    picked = [dice.choice([one for one in every if one[0] == name]) for name in sorted(LINES)]
    return picked + dice.sample(every, max(0, min(SIZE, len(every)) - len(picked)))


def wrong_answers(cast: Any, sample: list[tuple[str, str, Line, str, str]]) -> list[str]:
    """What the sample answers otherwise than the matrix says, in each of the two schools."""
    wrong: list[str] = []
    for number, (name, title, line, method, persona) in enumerate(sample):
        world = cast.outside if number % 2 else cast
        query = re.sub(r"\{([^}]+)\}", lambda found, here=world: str(_value(here, found[1])), line.query)
        url = reverse(name, kwargs=line.args(world)) + (f"?{query}" if query else "")
        expected = answers(line.get if method == "get" else line.post, json=line.json and method == "post")[
            persona
        ]
        with transaction.atomic():
            before = LogEntry.objects.count()
            status = int(ask(client_of(PERSONAS[persona](world)), method, url, line, world).status_code)
            written = LogEntry.objects.count() - before
            transaction.set_rollback(True)
        if status != expected and not (expected == 405 and status in (302, 401, 403)):
            wrong.append(
                f"{title}: {method} {url} as {persona} of {world.school.code}: {status}, not {expected}"
            )
        if status >= 400 and written:
            wrong.append(f"{title}: {method} {url} as {persona}: refused, and yet something was written")
    return wrong


def test_sample_answers_in_both_schools(cast: Any) -> None:
    sample = drawn()
    assert {one[0] for one in sample} == LINES.keys()
    assert not (found := wrong_answers(cast, sample)), "\n".join(found)


def test_planted_fault_is_in_the_sample(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from parta.people.models import Person
    from parta.people.queries import student_cards

    monkeypatch.setattr(student_cards, "cards", lambda viewer: Person.objects.all())
    sample = [
        (name, title, line, "get", persona)
        for name, title in (("student", "other_school"), ("subject", "other_school"))
        for line in (LINES[name][title],)
        for persona in PERSONAS
    ]
    assert wrong_answers(cast, sample)


def _homework(lesson: Any) -> dict[str, Any]:
    change = {"fact": "homework", "lesson": lesson.pk, "text": "§ 7", "none": False, "seen": 0}
    return {"operation": str(uuid4()), "changes": [change]}


def _writes(client: Any, journal: Any, lesson: Any) -> int:
    address = f"/journals/{journal.pk}/write"
    return int(client.post(address, _homework(lesson), content_type="application/json").status_code)


def test_an_ended_substitution_ends_at_the_next_request(cast: Any) -> None:
    lesson, client = cast.lesson_on("maths", cast.on), client_of(cast.substitute)
    by = {"by": actor_of(cast.deputy, "deputy"), "at": cast.at}
    assert client.get(f"/lessons/{lesson.pk}/").status_code == 200
    timetable.end_substitution(lesson=lesson, **by)
    assert _writes(client, cast.maths, lesson) in (404, 422)
    assert not Homework.objects.filter(lesson=lesson).exists()
    timetable.substitute(lesson=lesson, substitute_id=cast.substitute.pk, reason="болезнь", **by)
    assert _writes(client, cast.maths, lesson) == 200
    with clock.rehearse(cast.at + timedelta(days=1)):
        following = cast.lesson_on("maths", cast.on + timedelta(days=1))
        assert _writes(client, cast.maths, following) in (404, 422), "yesterday's substitute"


ENDINGS: dict[str, tuple[str, str, Callable[[Any], Any]]] = {
    "role": (
        "deputy",
        "/setup/",
        lambda cast: Role.objects.filter(person=cast.deputy).update(until=cast.on),
    ),
    "guardianship": (
        "guardian",
        "/diary/{student}/",
        lambda cast: people.end_guardianship(
            guardianship=Guardianship.objects.get(guardian=cast.guardian, student=cast.student),
            until=cast.on,
            by=actor_of(cast.operator, "operator"),
            at=cast.at,
        ),
    ),
    "rights": (
        "guardian",
        "/diary/{student}/",
        lambda cast: Guardianship.objects.filter(guardian=cast.guardian).update(has_rights=False),
    ),
    "enrolment": (
        "student",
        "/diary/{student}/",
        lambda cast: Enrolment.objects.filter(student=cast.student).update(until=cast.on),
    ),
    "account": (
        "teacher",
        "/today/",
        lambda cast: people.close_account(
            person=cast.teacher, by=actor_of(cast.operator, "operator"), at=cast.at
        ),
    ),
}


@pytest.mark.parametrize("name", sorted(ENDINGS))
def test_an_ended_right_ends_at_the_next_request(name: str, cast: Any) -> None:
    who, address, end = ENDINGS[name]
    client = client_of(cast.people[who])
    url = address.format(student=cast.student.pk)
    assert client.get(url).status_code == 200
    end(cast)
    assert client.get(url).status_code in (302, 403, 404), "the very next request"
