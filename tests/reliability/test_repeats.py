"""One cell under two names, a lesson conducted after its topic: what random interleavings found, kept by name."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client

from parta.journal.actions import files
from parta.journal.checks import verify_journals
from parta.journal.models import Attachment, Homework, LessonRecord, Mark
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


def upload(client: Client, cast: World, name: str, content: bytes, **more: str) -> Any:
    file = SimpleUploadedFile(name, content)
    return client.post(
        f"/lessons/{cast.lesson.id}/files", {"file": file, **more}, headers={"accept": "application/json"}
    )


def test_a_refused_file_leaves_no_homework(cast: World, client_of: Callable[..., Client]) -> None:
    """Homework «См. вложение» without a file would be half a write."""
    answer = upload(client_of(cast.teacher), cast, "пусто.pdf", b"")
    assert answer.status_code == 400 and "пуст" in answer.json()["error"]
    assert not Homework.objects.filter(lesson=cast.lesson).exists()


def test_homework_and_file_stand_or_fall_together(
    cast: World, client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any) -> None:
        raise OperationalError("no")

    client = client_of(cast.teacher)
    client.raise_request_exception = False
    with monkeypatch.context() as planted:
        planted.setattr(files, "_admitted", fail)
        assert upload(client, cast, "задание.pdf", b"%PDF-1.4").status_code == 503
    assert not Homework.objects.filter(lesson=cast.lesson).exists()
    assert upload(client, cast, "задание.pdf", b"%PDF-1.4").status_code == 200


def test_the_same_upload_sent_again_is_one_file(cast: World, client_of: Callable[..., Client]) -> None:
    client, operation = client_of(cast.teacher), str(uuid.uuid4())
    first, second = (upload(client, cast, "задание.pdf", b"%PDF-1.4", operation=operation) for _ in range(2))
    assert first.status_code == 200 and first.json() == second.json()
    assert Attachment.objects.filter(homework__lesson=cast.lesson).count() == 1
    other = upload(client_of(cast.substitute), cast, "задание.pdf", b"%PDF-1.4", operation=operation)
    assert other.status_code in (400, 404)
    assert all(isinstance(found, int) for found in verify_journals())
