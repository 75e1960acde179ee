"""Files of homework: taken in, named by their digest, downloaded by those they were given to."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from parta.foundation import log
from parta.foundation.models import LogEntry
from parta.journal.actions import files as actions
from parta.journal.models import Attachment, Homework

pytestmark = pytest.mark.django_db
PICTURE = b"\xff\xd8\xffpicture"
"""It begins as a picture does."""


def put(client: Any, lesson: Any, name: str = "доска.jpg", data: bytes = PICTURE, **more: Any) -> Any:
    return client.post(
        f"/lessons/{lesson.id}/files",
        {"file": SimpleUploadedFile(name, data), **more},
        headers={"accept": "application/json"},
    )


@pytest.fixture
def teacher(cast: Any, client_of: Any) -> Any:
    return client_of(cast.teacher)


def test_file_is_kept_by_its_digest_and_logged(cast: Any, teacher: Any) -> None:
    answer = put(teacher, cast.lesson)
    assert answer.status_code == 200, answer.content.decode()
    row = Attachment.objects.get()
    assert (row.name, row.content_type, row.size) == ("доска.jpg", "image/jpeg", len(PICTURE))
    assert actions.store_path(row.sha256).read_bytes() == PICTURE
    assert Homework.objects.get(lesson=cast.lesson).text == "См. вложение"
    assert log.lines_of_operation(_last_operation())[0].verb == "attachment_added"
    assert all(isinstance(found, int) for found in log.verify(cast.school.id))


def _last_operation() -> str:
    return str(LogEntry.objects.order_by("-id")[0].operation_id)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("teacher", 200), ("class_teacher", 200), ("deputy", 200), ("student", 200), ("guardian", 200),
        ("other_guardian", 200), ("outsider", 404), ("contact", 403), ("other_teacher", 404), ("operator", 403),
    ],
)  # fmt: skip
def test_download_is_for_those_in_scope(
    cast: Any, client_of: Any, teacher: Any, who: str, status: int
) -> None:
    url = put(teacher, cast.lesson).json()["url"]
    answer = client_of(cast.people[who]).get(url)
    assert answer.status_code == status
    if status == 200:
        assert answer["Content-Disposition"].startswith("attachment")
        assert (
            "sandbox" in answer["Content-Security-Policy"] and answer["X-Content-Type-Options"] == "nosniff"
        )
        assert b"".join(answer.streaming_content) == PICTURE
    assert client_of(cast.outside.teacher).get(url).status_code == 404


def test_file_of_one_student_is_for_that_family(cast: Any, client_of: Any, teacher: Any) -> None:
    url = put(teacher, cast.lesson, student=cast.student.id).json()["url"]
    assert client_of(cast.guardian).get(url).status_code == 200
    assert client_of(cast.other_guardian).get(url).status_code == 404


@pytest.mark.parametrize("name", ["run.exe", "page.html", "drawing.svg", "noextension", "script.js"])
def test_kinds_that_are_not_taken(cast: Any, teacher: Any, name: str) -> None:
    assert put(teacher, cast.lesson, name).status_code == 400
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("доска.jpg", b"<html><script>alert(1)</script></html>"),
        ("доска.png", b"GIF89a and a picture of another kind"),
        ("задание.pdf", b"MZ\x90\x00 a program"),
        ("задание.pdf", b"\xff\xd8\xff a picture"),
        ("задание.docx", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("задание.txt", b"MZ\x90\x00 a program"),
    ],
)
def test_what_the_name_does_not_promise_is_not_taken(
    cast: Any, teacher: Any, name: str, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = put(teacher, cast.lesson, name, data)
    assert answer.status_code == 400 and "не то, что обещает его имя" in answer.json()["error"]
    assert not Attachment.objects.exists() and not Homework.objects.filter(text="См. вложение").exists()
    monkeypatch.setattr(actions, "_as_named", lambda extension, chunks: chunks)
    assert put(teacher, cast.lesson, name, data).status_code == 200, "the planted fault: nobody looks inside"


def test_size_and_number_are_limited(cast: Any, teacher: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MAX_BYTES", len(PICTURE))
    assert put(teacher, cast.lesson, data=PICTURE).status_code == 200
    assert put(teacher, cast.lesson, data=PICTURE + b"x").status_code == 400
    assert put(teacher, cast.lesson, data=b"").status_code == 400
    for n in range(actions.MAX_FILES - 1):
        assert put(teacher, cast.lesson, data=PICTURE[:5] + b"%d" % n).status_code == 200
    assert put(teacher, cast.lesson, data=PICTURE[:6]).status_code == 400


def test_removed_file_is_gone_from_sight_and_kept(cast: Any, client_of: Any, teacher: Any) -> None:
    made = put(teacher, cast.lesson).json()
    other = client_of(cast.other_teacher)
    assert other.post(f"/lessons/{cast.lesson.id}/files", {"remove": made["id"]}).status_code == 404
    answer = teacher.post(f"/lessons/{cast.lesson.id}/files", {"remove": made["id"]})
    assert answer.status_code == 303
    assert teacher.get(made["url"]).status_code == 404
    row = Attachment.objects.get()
    assert row.removed_at is not None and actions.store_path(row.sha256).exists()


def test_only_who_holds_the_lesson_adds(cast: Any, client_of: Any) -> None:
    assert put(client_of(cast.english_teacher), cast.lesson).status_code == 404
    assert put(client_of(cast.class_teacher), cast.lesson).status_code == 422
    assert put(client_of(cast.student), cast.lesson).status_code == 403
    assert not Attachment.objects.exists()


def test_path_in_the_name_is_dropped(cast: Any, teacher: Any) -> None:
    assert put(teacher, cast.lesson, "..\\..\\evil/../a\u202egpj.jpg").status_code == 200
    assert Attachment.objects.get().name == "agpj.jpg"


def test_an_empty_file_leaves_no_homework_behind(cast: Any, client_of: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from parta.journal.models import Homework

    before = Homework.objects.count()
    answer = client_of(cast.teacher).post(
        f"/lessons/{cast.lesson.id}/files", {"file": SimpleUploadedFile("empty.pdf", b"")}
    )
    assert answer.status_code == 400
    assert Homework.objects.count() == before
