"""Work handed in as a file: by whom, what is taken, who opens it, the teacher's comment."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from parta.diary.actions import works
from parta.diary.models import HandedWork
from parta.journal.models import Homework
from parta.organisation.acts import Refusal

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 work"


@pytest.fixture
def task(cast: Any) -> int:
    found = Homework.objects.filter(journal=cast.russian, student=None).exclude(text="").first()
    assert found is not None
    return int(found.pk)


def hand(
    cast: Any, task: int, who: str = "student", name: str = "решение.pdf", data: bytes = PDF
) -> HandedWork:
    return works.hand_in(
        cast.viewer(who), cast.student.pk, task, file=(name, [data]), words="стр. 2", at=cast.at
    )


def test_from_the_planner_to_the_teachers_words(cast: Any, client_of: Any, task: int) -> None:
    family, teacher = client_of(cast.student), client_of(cast.teacher)
    planner = f"/diary/{cast.student.pk}/homework/"
    sent = family.post(
        planner,
        {"act": "hand", "row": task, "words": "стр. 2", "file": SimpleUploadedFile("решение.pdf", PDF)},
    )
    assert sent.status_code == 302
    work = HandedWork.objects.get()
    assert "решение.pdf" in family.get(planner).content.decode()
    page = teacher.get(f"/homework/{task}/").content.decode()
    assert "решение.pdf" in page and "Сафина" in page
    answer = teacher.get(f"/works/{work.pk}/file")
    assert b"".join(answer.streaming_content) == PDF and "attachment" in answer["Content-Disposition"]
    assert (
        teacher.post(f"/homework/{task}/", {"act": "comment", "row": work.pk, "text": "Чисто"}).status_code
        == 302
    )
    assert "Чисто" in client_of(cast.guardian).get(planner).content.decode()
    with pytest.raises(Refusal, match="уже ответил"):
        works.take_back(cast.viewer("student"), work.pk, at=cast.at)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("решение.pdf", b"MZ\x90\x00 program"),
        ("снимок.jpg", b"<html><script>"),
        ("работа.docx", b"%PDF-1.4"),
        ("текст.txt", b"a\x00b"),
        ("вирус.exe", PDF),
        ("пусто.pdf", b""),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(cast: Any, task: int, name: str, data: bytes) -> None:
    with pytest.raises(Refusal):
        hand(cast, task, name=name, data=data)
    assert not HandedWork.objects.exists()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.jpg", b"\xff\xd8\xff\xe0"),
        ("a.docx", b"PK\x03\x04"),
        ("a.txt", "да".encode()),
        ("a.heic", b"\0\0\0\x18ftyp"),
    ],
)
def test_a_file_that_is_what_it_says_is_taken(cast: Any, task: int, name: str, data: bytes) -> None:
    assert hand(cast, task, name=name, data=data).pk


def test_limits_and_repeats(cast: Any, task: int) -> None:
    first = hand(cast, task)
    assert hand(cast, task).pk == first.pk, "the same file sent twice is one"
    for number in range(1, works.MOST):
        hand(cast, task, data=PDF + bytes([65 + number]))
    with pytest.raises(Refusal, match="уберите лишний"):
        hand(cast, task, data=PDF + b"Z")
    works.take_back(cast.viewer("guardian"), first.pk, at=cast.at)
    assert hand(cast, task, data=PDF + b"Z").pk


def test_strangers_hand_in_and_comment_nothing(cast: Any, task: int) -> None:
    work = hand(cast, task)
    for who in ("outsider", "other_guardian", "teacher"):
        with pytest.raises(Refusal):
            hand(cast, task, who=who)
    with pytest.raises(Refusal):
        works.hand_in(
            cast.viewer("guardian"), cast.brother.pk, task, file=("a.pdf", [PDF]), words="", at=cast.at
        )
    for who in ("other_teacher", "deputy", "student", "former_teacher"):
        with pytest.raises(Refusal):
            works.comment_work(cast.viewer(who), work.pk, text="Так", at=cast.at)
    works.comment_work(cast.viewer("teacher"), work.pk, text="Так", at=cast.at)
