"""One cell under two names, a lesson conducted after its topic: what random interleavings found, kept by name."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from parta.journal.checks import verify_journals
from parta.journal.models import LessonRecord, Mark
from tests.cast import World

pytestmark = pytest.mark.django_db


def send(client: Client, journal: Any, *changes: dict[str, Any]) -> Any:
    body = {"operation": str(uuid.uuid4()), "changes": list(changes)}
    return client.post(f"/journals/{journal.id}/write", body, content_type="application/json")


def test_a_cell_named_by_id_and_by_place_is_one_cell(cast: World, client_of: Callable[..., Client]) -> None:
    client, lesson, student = client_of(cast.teacher), cast.lesson, cast.named("Авдеев")
    send(client, cast.russian, {"fact": "topic", "lesson": lesson.id, "topic": "Лексика", "seen": 0})
    mark = {"fact": "mark", "lesson": lesson.id, "student": cast.named("Асанов").id, "value": "4", "seen": 0}
    column = send(client, cast.russian, {**mark, "work": "oral"}).json()["saved"][0]["assessment"]
    mark["student"] = student.id
    twice = send(client, cast.russian, {**mark, "work": "oral"}, {**mark, "assessment": column, "value": "5"})
    assert twice.status_code == 400 and "дважды" in twice.json()["error"]
    assert not Mark.objects.filter(assessment_id=column, student=student).exists()
    assert all(isinstance(found, int) for found in verify_journals())


def test_who_held_the_lesson_is_kept_whatever_came_first(
    cast: World, client_of: Callable[..., Client]
) -> None:
    client, lesson = client_of(cast.teacher), cast.lesson
    topic = {"fact": "topic", "lesson": lesson.id, "topic": "Лексика", "seen": 0}
    for change in (topic, {"fact": "conducted", "lesson": lesson.id}, {"fact": "roll", "lesson": lesson.id}):
        assert send(client, cast.russian, change).status_code == 200
    record = LessonRecord.objects.get(lesson=lesson)
    assert (record.conducted_by_id, record.version) == (cast.teacher.id, 3)
