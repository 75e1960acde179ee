"""The archive of a year as a file: it opens and is verified without Parta, and one changed byte is found and named."""

import hashlib
import re
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from parta.archive import yearfile
from parta.archive.jobs import verify_archives, year_archive
from parta.archive.models import ArchiveUnit, PaperSet
from parta.cli.main import main
from parta.foundation import clock
from parta.organisation.acts import Refusal
from parta.organisation.models import AcademicYear
from parta.people.models import ReadTrace, Role
from tests.journeys.steps import CENTRE, COLLEGE, GYMNASIUM, done, mark, page, saved, send, under
from tests.journeys.test_clauses_paper_way import VACATION

YEAR = "/archive/year/"


def archived(cast: Any, client_of: Any, tmp_path: Path) -> tuple[ArchiveUnit, Path, Path]:
    """A year archived from the page, put on a disk with its signature and the institution's key."""
    operator = client_of(cast.operator)
    done(operator.post(YEAR, {"act": "ask", "year": str(cast.year.pk)}))
    year_archive({"school": cast.school.pk, "year": cast.year.pk, "user": cast.operator.user_id}, cast.at)
    unit = ArchiveUnit.objects.get()
    disk, key = tmp_path / unit.name, tmp_path / "institution.pem"
    disk.write_bytes(b"".join(operator.get(f"{YEAR}{unit.pk}/").streaming_content))
    sign = b"".join(operator.get(f"{YEAR}{unit.pk}/signature").streaming_content)
    Path(f"{disk}.sig").write_bytes(sign)
    key.write_bytes(operator.get(f"{YEAR}institution.pem").content)
    return unit, disk, key


def openssl(disk: Path, key: Path) -> bool:
    """Whether a verifier without Parta takes the signature."""
    command: list[Any] = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin", "-in", disk]
    done = subprocess.run([*command, "-sigfile", f"{disk}.sig"], capture_output=True, check=False)
    return done.returncode == 0


def spoil(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.django_db(transaction=True)
@under(CENTRE)
@pytest.mark.clause("CT-3.1a", "CT-3.1b", "CT-3.1c")
def test_anybody_verifies_a_signed_archive_and_a_changed_one_is_not_valid(
    cast: Any, client_of: Any, tmp_path: Path
) -> None:
    unit, disk, key = archived(cast, client_of, tmp_path)
    assert openssl(disk, key) and main(["archive", "verify", str(disk), "--key", str(key)]) == 0
    verify_archives({}, cast.at)
    words = page(client_of(cast.director), YEAR)
    assert re.search(r"Сверен 14\.10 в \d+:\d\d: цел", words) and "файл изменён" not in words
    foreign = subprocess.run(
        ["openssl", "genpkey", "-algorithm", "ed25519"], capture_output=True, check=True
    ).stdout
    other = tmp_path / "other.pem"
    other.write_bytes(
        subprocess.run(["openssl", "pkey", "-pubout"], input=foreign, capture_output=True, check=True).stdout
    )
    assert not openssl(disk, other), "signed by another institution"
    assert main(["archive", "verify", str(disk), "--key", str(other)]) == 1
    spoil(disk)
    assert not openssl(disk, key) and main(["archive", "verify", str(disk), "--key", str(key)]) == 1
    spoil(yearfile.folder() / unit.name)
    verify_archives({}, cast.at)
    assert f"{unit.name}: файл изменён" in page(client_of(cast.director), YEAR)


@pytest.mark.django_db(transaction=True)
@under(GYMNASIUM)
@pytest.mark.clause("GT-P-3.3a", "GT-I-5.2.dir.в-b")
def test_director_sees_the_last_check_of_each_archive_and_its_result(
    cast: Any, client_of: Any, tmp_path: Path
) -> None:
    unit, _, _ = archived(cast, client_of, tmp_path)
    verify_archives({}, cast.at)
    words = page(client_of(cast.director), YEAR)
    assert unit.name in words and re.search(r"Сверен 14\.10 в \d+:\d\d: цел", words)
    spoil(yearfile.folder() / unit.name)
    verify_archives({}, cast.at)
    assert f"{unit.name}: файл изменён" in page(client_of(cast.director), YEAR)


@pytest.mark.django_db(transaction=True)
@under(GYMNASIUM)
@pytest.mark.clause("GT-P-3.2a")
def test_the_archive_opens_to_its_keepers_and_each_opening_is_noted(
    cast: Any, client_of: Any, tmp_path: Path
) -> None:
    """Faults seen red: no `trace` in `archive_file` and in `paper`; a paper found by its number alone."""
    unit, _, _ = archived(cast, client_of, tmp_path)
    with clock.rehearse(cast.local(VACATION, 12)):
        for homeroom in (cast.homeroom, cast.younger):
            form = {"act": "make", "homeroom": homeroom.pk, "term": cast.term.pk, "kind": "journal"}
            done(client_of(cast.deputy).post("/papers/", form))
    own, other = (PaperSet.objects.get(homeroom=one) for one in (cast.homeroom, cast.younger))
    year, of_other = f"{YEAR}{unit.pk}/", f"/papers/{other.pk}/"
    closed = [year, f"{year}signature", YEAR, "/archive/books/", "/papers/", of_other, f"{of_other}paper.pdf"]

    def latest(person: Any) -> str:
        return str(ReadTrace.objects.filter(user_id=person.user_id).latest("id").page)

    for address in closed:
        for person in (cast.teacher, cast.other_teacher):
            assert client_of(person).get(address).status_code == 403, address
            assert latest(person).startswith("refused:"), address
    head = client_of(cast.class_teacher)
    assert head.get(f"/papers/{own.pk}/").status_code == 200
    assert head.get(of_other).status_code == 404 and latest(cast.class_teacher) == "refused:paper"
    assert head.get(year).status_code == 403
    assert client_of(cast.outside.deputy).get(of_other).status_code == 404
    for person in (cast.director, cast.deputy, cast.secretary):
        client = client_of(person)
        for address, kind in ((year, "export:archive"), (of_other, "export:paper")):
            before = ReadTrace.objects.filter(user_id=person.user_id, page=kind).count()
            assert client.get(address).status_code == 200, address
            assert ReadTrace.objects.filter(user_id=person.user_id, page=kind).count() == before + 1
    shown = page(client_of(cast.director), f"/readings/?reader={cast.secretary.pk}")
    for words in ("выгружен архив года", "открыт бумажный экземпляр"):
        assert words in shown, "and the director reads who"


@pytest.mark.django_db(transaction=True)
@under(COLLEGE)
@pytest.mark.clause("ET-8.2a", "ET-A-DIR-9b", "ET-A-IT-5e")
def test_a_year_goes_to_a_medium_opens_there_and_is_registered(
    cast: Any, client_of: Any, tmp_path: Path
) -> None:
    unit, disk, _ = archived(cast, client_of, tmp_path)
    operator, director = client_of(cast.operator), client_of(cast.director)
    assert "Не записано, где лежит." in page(director, YEAR)
    done(operator.post(YEAR, {"act": "place", "row": unit.pk, "place": "Диск № 2, кабинет 11"}))
    words = page(director, YEAR)
    assert "Не записано, где лежит." not in words
    for part in (unit.name, unit.sha256[:12], "Диск № 2, кабинет 11"):
        assert part in words, part
    with zipfile.ZipFile(disk) as file:
        assert {"marks.csv", "attendance.csv", "SHA256SUMS"} <= set(file.namelist())
        assert any(name.endswith(".pdf") for name in file.namelist()), "a fixed view beside the open tables"
        file.extractall(tmp_path / "out")
    sums = ["sha256sum", "-c", "SHA256SUMS"]
    assert subprocess.run(sums, cwd=tmp_path / "out", capture_output=True, check=False).returncode == 0
    spoil(tmp_path / "out" / "marks.csv")
    assert subprocess.run(sums, cwd=tmp_path / "out", capture_output=True, check=False).returncode == 1
    spoil(yearfile.folder() / unit.name)
    verify_archives({}, cast.at)
    assert f"{unit.name}: файл изменён" in page(director, YEAR)


@pytest.mark.django_db(transaction=True)
@under(COLLEGE)
@pytest.mark.clause("ET-A-DIR-9a")
def test_a_closed_year_stands_in_the_list_and_is_only_read(cast: Any, client_of: Any, tmp_path: Path) -> None:
    """Name, size, digest, medium and room of its file; its journals open as before and take nothing."""
    teacher, director = client_of(cast.teacher), client_of(cast.director)
    saved(send(teacher, cast.russian, mark(cast.lesson, cast.named("Асанов"), "5")))
    AcademicYear.objects.filter(pk=cast.year.pk).update(state="closed")
    assert "Архивов ещё нет" in page(director, YEAR)
    unit, disk, _ = archived(cast, client_of, tmp_path)
    place = {"act": "place", "row": unit.pk, "place": "Диск № 2, кабинет 11"}
    done(client_of(cast.operator).post(YEAR, place))
    line = page(director, YEAR).partition("Архивы")[2]
    size = f"{round(len(disk.read_bytes()) / 1048576, 1)} МБ"
    for part in (unit.name, size, unit.sha256, "Диск № 2, кабинет 11"):
        assert part in line, part
    assert unit.sha256 == hashlib.sha256(disk.read_bytes()).hexdigest()
    assert "Асанов" in page(teacher, f"/journals/{cast.russian.pk}/")
    answer = send(teacher, cast.russian, mark(cast.lesson, cast.named("Григорян"), "4"))
    assert answer.status_code == 400 and "только читаются" in answer.json()["error"]


def test_every_spoiled_byte_is_a_fault_and_never_an_error(tmp_path: Path) -> None:
    whole = tmp_path / "year.zip"
    text = "".join(f"строка {n}\n" for n in range(300)).encode()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("marks.csv", text)
        file.writestr("SHA256SUMS", f"{hashlib.sha256(text).hexdigest()}  marks.csv\n")
    data = whole.read_bytes()
    assert yearfile.faults_of(data) == []
    told = [yearfile.faults_of(data[:n] + bytes([data[n] ^ 0xFF]) + data[n + 1 :]) for n in range(len(data))]
    assert sum(bool(one) for one in told) > 0.85 * len(data), (
        "the rest are times and other notes of the container"
    )
    assert all(yearfile.faults_of(data[:n]) for n in range(0, len(data), 7)), "broken off"


@pytest.mark.parametrize("ended", [False, True])
@under(GYMNASIUM)
def test_an_archive_that_waits_is_not_made_for_a_role_that_has_ended(
    cast: Any, client_of: Any, ended: bool
) -> None:
    """He still works in the school, as a teacher: what a deputy asked for is not made in a teacher's name."""
    asked = {"school": cast.school.pk, "year": cast.year.pk, "user": cast.deputy.user_id}
    done(client_of(cast.deputy).post(YEAR, {"act": "ask", "year": str(cast.year.pk)}))
    roles = Role.objects.filter(person=cast.deputy)
    Role.objects.create(school=cast.school, person=cast.deputy, kind="teacher", starts=cast.year.starts)
    if not ended:
        year_archive(asked, cast.at)
        assert ArchiveUnit.objects.count() == 1
        return
    roles.exclude(kind="teacher").update(until=cast.on)
    with pytest.raises(Refusal, match="больше нет такого права"):
        year_archive(asked, cast.at)
    assert not ArchiveUnit.objects.exists()
