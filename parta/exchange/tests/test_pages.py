"""Loading in the browser: upload, preview, consent, and what each refuses."""

import fcntl
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from parta.exchange import pages
from parta.exchange.tests import files
from parta.foundation.models import LogEntry
from parta.people.models import Person

ROOM = {"Классы": (("Класс", "Кабинет"), ("7Я", "909"))}


@pytest.fixture(autouse=True)
def nothing_waits() -> None:
    """No uploads of other tests."""
    shutil.rmtree(Path(settings.HOME) / "imports", ignore_errors=True)


@pytest.fixture
def client(cast: Any, client_of: Any) -> Client:
    """The operator's browser."""
    signed: Client = client_of(cast.operator)
    return signed


def upload(client: Client, path: Path) -> Any:
    return client.post(reverse("imports"), {"file": SimpleUploadedFile(path.name, path.read_bytes())})


def test_upload_preview_consent(client: Client, tmp_path: Path, cast: Any) -> None:
    assert client.get(reverse("imports")).status_code == 200
    answer = upload(client, files.workbook(tmp_path / "школа.xlsx", ROOM))
    assert answer.status_code == 302
    shown = client.get(answer.url)
    text = shown.content.decode()
    assert "7Я" in text and "909" in text
    assert cast.school.homerooms.filter(title="7Я").count() == 0
    digest = text.split('name="digest" value="')[1].split('"')[0]
    done: Any = client.post(f"{answer.url}apply", {"digest": digest, "choice": ""})
    assert done.status_code == 302
    assert "Данные записаны" in client.get(done.url).content.decode()
    assert cast.school.homerooms.filter(title="7Я").count() == 1
    entry = LogEntry.objects.get(school_id=cast.school.pk, verb="homeroom_added")
    assert (entry.user_id, entry.role) == (cast.operator.user.pk, "operator")
    # the file, full of personal data, is gone; pressing the button again does nothing
    assert not list((Path(settings.HOME) / "imports").glob("*/files/*"))
    assert client.post(f"{answer.url}apply", {"digest": digest}).status_code == 302
    assert cast.school.homerooms.filter(title="7Я").count() == 1


def test_a_consent_to_another_preview_is_refused(client: Client, tmp_path: Path, cast: Any) -> None:
    url = upload(client, files.workbook(tmp_path / "a.xlsx", ROOM)).url
    for digest in ("", "0" * 64):
        answer = client.post(f"{url}apply", {"digest": digest})
        assert answer.status_code == 409
        assert "данные школы изменились" in answer.content.decode()
    assert cast.school.homerooms.filter(title="7Я").count() == 0


def test_refused_rows_stand_on_the_page_and_stop_the_import(client: Client, tmp_path: Path) -> None:
    path = files.workbook(
        tmp_path / "a.xlsx", {**ROOM, "Ученики": (("Класс", "Фамилия", "Имя"), ("6Ж", "Ким", "Анна"))}
    )
    url = upload(client, path).url
    text = client.get(url).content.decode()
    assert "Класса «6Ж» нет" in text
    assert "строка 2" in text
    digest = text.split('name="digest" value="')[1].split('"')[0]
    assert client.post(f"{url}apply", {"digest": digest}).status_code == 409
    assert client.post(f"{url}apply", {"digest": digest, "skip_refused": "1"}).status_code == 302
    assert Person.objects.filter(surname="Ким", given_name="Анна").count() == 0


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04broken", b"<timetable>"])
def test_a_bad_file_is_a_message_on_the_form(client: Client, content: bytes) -> None:
    answer = client.post(reverse("imports"), {"file": SimpleUploadedFile("a.xlsx", content)})
    assert answer.status_code == 422
    assert "Файл не принят" in answer.content.decode()
    assert not list((Path(settings.HOME) / "imports").glob("*/files/*"))


def test_no_file_and_too_many(client: Client) -> None:
    assert client.post(reverse("imports"), {}).status_code == 422
    many = [SimpleUploadedFile(f"{n}.csv", b"a") for n in range(25)]
    assert client.post(reverse("imports"), {"file": many}).status_code == 422


def test_too_large_a_file(client: Client, settings: Any) -> None:
    """The installation's own limit holds, down to the byte."""
    settings.MAX_UPLOAD_BYTES = 10
    answer = client.post(reverse("imports"), {"file": SimpleUploadedFile("a.xlsx", b"12345678901")})
    assert answer.status_code == 422 and "Файл больше" in answer.content.decode()
    answer = client.post(reverse("imports"), {"file": SimpleUploadedFile("a.xlsx", b"1234567890")})
    assert "Файл больше" not in answer.content.decode()


def test_a_set_of_files_is_uploaded_together(client: Client, tmp_path: Path) -> None:
    folder = files.oneroster(tmp_path / "set")
    parts = [SimpleUploadedFile(file.name, file.read_bytes()) for file in sorted(folder.iterdir())]
    answer: Any = client.post(reverse("imports"), {"file": parts})
    assert answer.status_code == 302
    assert "OneRoster" in client.get(answer.url).content.decode()


def test_a_name_never_leads_out_of_the_folder(client: Client, tmp_path: Path) -> None:
    content = files.workbook(tmp_path / "a.xlsx", ROOM).read_bytes()
    for name in ("../../../etc/x.xlsx", "..\\..\\x.xlsx", ".xlsx", "/etc/x.xlsx", "a\nb.xlsx"):
        answer = client.post(reverse("imports"), {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code in {302, 422}
    kept = [path for path in (Path(settings.HOME) / "imports").rglob("*") if path.is_file()]
    assert all(path.parent.name == "files" or path.name == "replaced.json" for path in kept)


def test_an_upload_is_its_owner_s_alone(client: Client, client_of: Any, cast: Any, tmp_path: Path) -> None:
    url = upload(client, files.workbook(tmp_path / "a.xlsx", ROOM)).url
    for other in (cast.deputy, cast.outside.operator):
        assert client_of(other).get(url).status_code == 404
        assert client_of(other).post(f"{url}apply").status_code == 404
    assert client.get(reverse("import_preview", args=["nothing-here"])).status_code == 404


@pytest.mark.parametrize("who", ["teacher", "guardian", "student", "inspector", "director"])
def test_others_do_not_load(cast: Any, client_of: Any, who: str) -> None:
    signed = client_of(getattr(cast, who))
    for name, args in (
        ("imports", []),
        ("import_template", []),
        ("import_preview", ["abcdefgh"]),
        ("import_done", ["abcdefgh"]),
    ):
        assert signed.get(reverse(name, args=args)).status_code == 403
    assert signed.post(reverse("import_apply", args=["abcdefgh"])).status_code == 403


def test_the_template_is_given_out(client: Client) -> None:
    answer = client.get(reverse("import_template"))
    assert answer.content.startswith(b"PK")
    assert "attachment" in answer["Content-Disposition"]


def test_a_choice_of_sheets(client: Client, tmp_path: Path) -> None:
    day = (("понедельник", "", "5а", "5б"), ("", 1, "алгебра", "физика"))
    week = (
        ("понедельник", "", "5а", "5б"),
        ("", 1, "право", "химия"),
        ("вторник", "", "5а", "5б"),
        ("", 1, "химия", "право"),
    )
    url = upload(client, files.workbook(tmp_path / "a.xlsx", {"понедельник": day, "5 классы": week})).url
    assert "5 классы" in client.get(url).content.decode()
    text = client.get(url, {"choice": "понедельник"}).content.decode()
    assert "Алгебра" in text and "Право" not in text


def test_what_was_done_is_kept_without_names(client: Client, tmp_path: Path) -> None:
    url = upload(client, files.workbook(tmp_path / "a.xlsx", ROOM)).url
    digest = client.get(url).content.decode().split('name="digest" value="')[1].split('"')[0]
    client.post(f"{url}apply", {"digest": digest})
    kept = list((Path(settings.HOME) / "imports").glob("*/report.json"))
    assert {"file", "kind", "rows", "refused", "lessons", "starts"} == set(json.loads(kept[-1].read_text()))


def test_a_load_broken_off_is_told_and_runs_again(client: Client, tmp_path: Path) -> None:
    """A process killed in the middle leaves its bar behind, and no lock; a refusal in words leaves no such trace."""
    url = upload(client, files.workbook(tmp_path / "a.xlsx", ROOM)).url
    (folder,) = (Path(settings.HOME) / "imports").iterdir()
    assert "оборвалась" not in client.get(url).content.decode()
    assert client.post(f"{url}apply", {"digest": "0"}).status_code == 409
    assert "оборвалась" not in client.get(url).content.decode()
    (folder / "progress.json").write_text('{"title": "Классы", "done": 0, "total": 1}')
    (folder / "lock").touch()
    text = client.get(url).content.decode()
    assert "Прошлая загрузка оборвалась" in text and "не записано ничего" in text
    digest = text.split('name="digest" value="')[1].split('"')[0]
    assert client.post(f"{url}apply", {"digest": digest}).status_code == 302
    # killed after the data were written and before the page knew: nothing to do, and it says so
    url = upload(client, files.workbook(tmp_path / "a.xlsx", ROOM)).url
    (folder,) = (Path(settings.HOME) / "imports").iterdir()
    (folder / "progress.json").write_text("{}")
    assert "Загружать снова не нужно" in client.get(url).content.decode()


def test_another_tab_takes_no_file_from_under_a_load(client: Client, tmp_path: Path) -> None:
    url = upload(client, files.workbook(tmp_path / "a.xlsx", ROOM)).url
    (folder,) = (Path(settings.HOME) / "imports").iterdir()
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert upload(client, files.workbook(tmp_path / "b.xlsx", ROOM)).status_code == 302
        text = client.get(url).content.decode()
        assert "сейчас загружается" in text and "оборвалась" not in text
    assert upload(client, files.workbook(tmp_path / "b.xlsx", ROOM)).status_code == 302
    assert not folder.exists()


def test_a_full_disk_is_said_in_words(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cast: Any
) -> None:
    path = files.workbook(tmp_path / "a.xlsx", ROOM)
    url = upload(client, path).url
    digest = client.get(url).content.decode().split('name="digest" value="')[1].split('"')[0]

    def full(*_: object, **__: object) -> None:
        raise OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("parta.exchange.apply.organisation.ensure_homerooms", full)
        answer = client.post(f"{url}apply", {"digest": digest})
    assert answer.status_code == 409 and "кончилось место" in answer.content.decode()
    assert cast.school.homerooms.filter(title="7Я").count() == 0

    def no_space(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pages.uploads, "store", no_space)
    answer = upload(client, path)
    assert answer.status_code == 422 and "кончилось место" in answer.content.decode()


def test_two_files_of_one_name_and_a_file_replaced_in_another_tab(client: Client, tmp_path: Path) -> None:
    """Neither overwrites the other; the tab left behind is told where the work went on; a bad file replaces nothing."""
    content = files.workbook(tmp_path / "a.xlsx", ROOM).read_bytes()
    both = [SimpleUploadedFile("a.xlsx", content), SimpleUploadedFile("A.xlsx", b"other")]
    answer: Any = client.post(reverse("imports"), {"file": both})
    assert answer.status_code == 422 and "два файла с именем «a.xlsx»" in answer.content.decode()
    near = [SimpleUploadedFile(name, content) for name in ("a#.xlsx", "a@.xlsx")]
    stored = pages.uploads.store(client.get(reverse("imports")).wsgi_request.viewer, near)  # type: ignore[attr-defined,arg-type]
    assert [file.name for file in sorted((stored.folder / "files").iterdir())] == ["1-a_.xlsx", "a_.xlsx"]

    first = upload(client, tmp_path / "a.xlsx").url
    client.post(reverse("imports"), {"file": SimpleUploadedFile("b.xlsx", b"PK\x03\x04")})
    digest = client.get(first).content.decode().split('name="digest" value="')[1].split('"')[0]
    second = upload(client, tmp_path / "a.xlsx").url
    third = upload(client, tmp_path / "a.xlsx").url
    for answer in (
        client.get(first),
        client.post(f"{first}apply", {"digest": digest}),
        client.get(f"{second}done"),
    ):
        text = answer.content.decode()
        assert answer.status_code == 410 and "заменён другим" in text and f'href="{third}"' in text
        assert "Из него ничего не записано" in text
    assert client.post(f"{third}apply", {"digest": digest}).status_code == 302
    fourth = upload(client, tmp_path / "a.xlsx").url
    text = client.get(third).content.decode()
    assert f'href="{fourth}"' in text and "были записаны до замены" in text
