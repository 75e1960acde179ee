"""The archive of a year: one ZIP that opens without Parta, with tables, frozen journals, summary sheets and digests.

Beside it lies a detached Ed25519 signature of the institution; where the act wants it, the ZIP is locked with age
(https://age-encryption.org) for a code that only the director was shown.
"""

import csv
import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyrage
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from parta.archive.contents import contents_of, counts_of, digest_of
from parta.archive.models import PaperSet
from parta.archive.sheets import pdf_of
from parta.foundation import sql
from parta.journal.queries.words import class_name
from parta.organisation.models import AcademicYear, Homeroom, Term
from parta.people.viewer import Viewer

__all__ = [
    "Broken",
    "faults_of",
    "folder",
    "key_pair",
    "open_file",
    "public_key",
    "sign_file",
    "verify_sign",
    "write_year",
]

SUMS = "SHA256SUMS"
ABOUT = """Архив учебного года из Парты. Открывается без неё.

roster.csv, marks.csv, attendance.csv, finals.csv, topics.csv – таблицы (UTF-8, разделитель «;»), history.csv – история
изменений. journals/ – журнал каждого класса целиком (JSON). summaries/ – сводные ведомости (PDF/A).

Сверить: sha256sum -c SHA256SUMS
Проверить подпись всего файла открытым ключом учреждения:
openssl pkeyutl -verify -pubin -inkey institution.pem -rawin -in АРХИВ -sigfile АРХИВ.sig
"""

_OF_YEAR = " JOIN plans_journal j ON j.id = {at} JOIN organisation_homeroom h ON h.id = j.homeroom_id"
_SUBJECT = " JOIN organisation_subject s ON s.id = j.subject_id"
_STUDENT = " JOIN people_person n ON n.id = {at}"
_NAME = "n.surname, n.given_name, n.patronymic"
TABLES: dict[str, tuple[tuple[str, ...], str]] = {
    "roster.csv": (
        ("класс", "фамилия", "имя", "отчество", "с", "по"),
        f"SELECT h.title, {_NAME}, e.starts, e.until FROM people_enrolment e"
        " JOIN organisation_homeroom h ON h.id = e.homeroom_id" + _STUDENT.format(at="e.student_id")
        + " WHERE h.year_id = %s ORDER BY h.title, n.surname, n.given_name, e.id",
    ),
    "marks.csv": (
        ("класс", "предмет", "дата", "урок", "фамилия", "имя", "отчество", "работа", "часть", "отметка"),
        f"SELECT h.title, s.title, l.date, l.number, {_NAME}, a.position, k.part, k.value FROM journal_mark k"
        " JOIN journal_assessment a ON a.id = k.assessment_id JOIN timetable_lesson l ON l.id = a.lesson_id"
        + _OF_YEAR.format(at="a.journal_id") + _SUBJECT + _STUDENT.format(at="k.student_id")
        + " WHERE h.year_id = %s AND k.value <> '' ORDER BY h.title, s.title, l.date, l.number, k.id",
    ),
    "attendance.csv": (
        ("класс", "предмет", "дата", "урок", "фамилия", "имя", "отчество", "знак", "значение"),
        f"SELECT h.title, s.title, l.date, l.number, {_NAME}, b.symbol, b.meaning FROM journal_absence b"
        " JOIN timetable_lesson l ON l.id = b.lesson_id"
        + _OF_YEAR.format(at="b.journal_id") + _SUBJECT + _STUDENT.format(at="b.student_id")
        + " WHERE h.year_id = %s AND b.meaning <> '' ORDER BY h.title, s.title, l.date, l.number, b.id",
    ),
    "finals.csv": (
        ("класс", "предмет", "период", "вид периода", "фамилия", "имя", "отчество", "отметка"),
        f"SELECT h.title, s.title, t.title, t.kind, {_NAME}, f.value FROM journal_termmark f"
        " JOIN organisation_term t ON t.id = f.term_id"
        + _OF_YEAR.format(at="f.journal_id") + _SUBJECT + _STUDENT.format(at="f.student_id")
        + " WHERE h.year_id = %s AND f.value <> '' ORDER BY h.title, s.title, t.until, f.id",
    ),
    "topics.csv": (
        ("класс", "предмет", "дата", "урок", "тема", "задание", "проведён"),
        "SELECT h.title, s.title, l.date, l.number, r.topic, (SELECT MAX(w.text) FROM journal_homework w"
        " WHERE w.lesson_id = l.id AND w.student_id IS NULL), r.conducted_at FROM timetable_lesson l"
        " JOIN journal_lessonrecord r ON r.lesson_id = l.id" + _OF_YEAR.format(at="l.journal_id") + _SUBJECT
        + " WHERE h.year_id = %s ORDER BY h.title, s.title, l.date, l.number, l.id",
    ),
    "history.csv": (
        ("класс", "предмет", "когда", "что", "урок", "ученик", "кто", "данные"),
        "SELECT h.title, s.title, e.at, e.verb, e.lesson_id, e.student_id, e.user_id, e.data FROM foundation_logentry e"
        " JOIN foundation_chain c ON c.id = e.chain_id AND c.kind = 'journal'"
        + _OF_YEAR.format(at="c.subject_id") + _SUBJECT + " WHERE h.year_id = %s ORDER BY h.title, s.title, e.id",
    ),
}  # fmt: skip


class Broken(Exception):
    """An archive cannot be opened; the message is for the person."""


def folder() -> Path:
    """Where archives are made."""
    found = Path(settings.HOME) / "archives"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def _plain(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return "" if value is None else str(value)


def _table(head: tuple[str, ...], rows: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(head)
    for row in rows:
        # a cell that a spreadsheet would run is kept as words
        writer.writerow([f"'{cell}" if cell[:1] in "=+@" else cell for cell in map(_plain, row)])
    return ("\ufeff" + text.getvalue()).encode()


def _parts(viewer: Viewer, year: AcademicYear, counts: dict[str, int]) -> Iterator[tuple[str, bytes]]:
    for name, (head, statement) in TABLES.items():
        rows = sql.read(statement, [year.pk])
        counts[name.removesuffix(".csv")] = len(rows)
        yield name, _table(head, rows)
    term = Term.objects.filter(year_id=year.pk, kind="year").first()
    for homeroom in (
        Homeroom.objects.select_related("year").filter(year_id=year.pk).order_by("grade", "title")
    ):
        counts["classes"] = counts.get("classes", 0) + 1
        if term is None:
            continue
        title = re.sub(r"[^\w-]", "", class_name(homeroom.title)) or str(homeroom.pk)
        whole = contents_of(homeroom.pk, term.pk)
        yield f"journals/{title}.json", json.dumps(whole, ensure_ascii=False, indent=1).encode()
        body = contents_of(homeroom.pk, term.pk, summary=True)
        sheet = PaperSet(
            school_id=viewer.school.id, homeroom=homeroom, term=term, kind="summary_sheet", made_at=viewer.at,
            contents=body, sha256=digest_of(body), **counts_of(body),
        )  # fmt: skip
        yield f"summaries/{title}.pdf", pdf_of(viewer, sheet)


def write_year(viewer: Viewer, year: AcademicYear, place: Path, lock: str) -> dict[str, int]:
    """Write the archive of a year to `place`, locked for `lock` (empty: open); counts of its parts. Raises Unset."""
    counts: dict[str, int] = {}
    sums = []
    open_place = place.with_suffix(".part")
    try:
        with zipfile.ZipFile(open_place, "w", zipfile.ZIP_DEFLATED) as file:
            for name, data in _parts(viewer, year, counts):
                file.writestr(name, data)
                sums.append(f"{hashlib.sha256(data).hexdigest()}  {name}")
            file.writestr("ПРОЧТИ.txt", ABOUT)
            file.writestr(SUMS, "\n".join(sums) + "\n")
        if lock:
            pyrage.encrypt_file(str(open_place), str(place), [pyrage.x25519.Recipient.from_str(lock)])
        else:
            open_place.replace(place)
    finally:
        open_place.unlink(missing_ok=True)
    place.chmod(0o600)
    return counts


def open_file(place: Path, code: str) -> bytes:
    """The ZIP inside an archive; the code opens a locked one. Raises Broken."""
    data = place.read_bytes()
    if not data.startswith(b"age-encryption.org/"):
        return data
    try:
        identity = pyrage.x25519.Identity.from_str(re.sub(r"\s", "", code).upper())
        return bytes(pyrage.decrypt(data, [identity]))
    except (pyrage.IdentityError, pyrage.DecryptError) as fault:
        raise Broken("Код не тот: архив им не открывается.") from fault


def faults_of(data: bytes) -> list[str]:
    """Names inside a ZIP that are not as its list of digests says, are missing or were added."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            names = set(file.namelist()) - {SUMS, "ПРОЧТИ.txt"}
            wrong = []
            for line in file.read(SUMS).decode().splitlines():
                digest, _, name = line.partition("  ")
                if name not in names or _digest_of(file, name) != digest:
                    wrong.append(name)
                names.discard(name)
            return wrong + sorted(names)
    except _UNREADABLE as fault:
        return [f"файл не читается: {fault}"]


_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    ValueError,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
)
"""What reading a ZIP raises when a byte of it is not what it was: packed data, its head or its list of contents."""


def _digest_of(file: zipfile.ZipFile, name: str) -> str:
    """Digest of a file inside; empty when it cannot be unpacked."""
    try:
        return hashlib.sha256(file.read(name)).hexdigest()
    except _UNREADABLE:
        return ""


def key_pair() -> Ed25519PrivateKey:
    """The institution's key for signing archives, made at first use; it lies beside the data and goes nowhere."""
    place = Path(settings.HOME) / "archive-key.pem"
    if not place.exists():
        made = Ed25519PrivateKey.generate()
        place.touch(mode=0o600)
        place.write_bytes(
            made.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    found = serialization.load_pem_private_key(place.read_bytes(), None)
    assert isinstance(found, Ed25519PrivateKey)
    return found


def public_key() -> bytes:
    """The half that anybody may have: it checks signatures."""
    return (
        key_pair()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def sign_file(place: Path) -> None:
    """Put the detached signature beside a file."""
    place.with_name(place.name + ".sig").write_bytes(key_pair().sign(place.read_bytes()))


def verify_sign(place: Path, key: bytes) -> bool:
    """Whether the signature beside a file is this key's and of this very file."""
    beside = place.with_name(place.name + ".sig")
    try:
        found = serialization.load_pem_public_key(key)
        if not isinstance(found, Ed25519PublicKey) or not beside.exists():
            return False
        found.verify(beside.read_bytes(), place.read_bytes())
    except (InvalidSignature, ValueError):
        return False
    return True
