"""Files given with homework: taken in, kept under the home folder by their digest, removed from sight.

The bytes are written and flushed before the row that names them, so a row never names a missing file. Adding and
removing are changes of the homework: the same guards judge them, and both stand in the journal's chain.
"""

import hashlib
import os
import re
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath

from django.conf import settings
from django.db import IntegrityError, transaction

from parta.foundation import log, sql
from parta.journal.actions.batch import Batch
from parta.journal.actions.changes import BadInput, HomeworkChange
from parta.journal.actions.context import NotFound, load
from parta.journal.actions.intents import act_of, place_of
from parta.journal.actions.write import RefusedWrite, law_for, write
from parta.journal.rules import headline
from parta.people.viewer import Viewer
from parta.timetable.calendar import calendar_of

MAX_BYTES = 10 * 1024 * 1024
MAX_FILES = 5
"""With one piece of homework."""

TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "heic": "image/heic",
    "txt": "text/plain; charset=utf-8",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
}
"""Kinds of files that are taken, by extension."""

SEE_FILE = "См. вложение"
"""The text of homework that is only a file."""

_BAD = re.compile(r"[\x00-\x1f\x7f\"\\/:*?<>|\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as it was taken in."""

    id: int
    name: str
    size: int


def store_path(sha256: str) -> Path:
    """Where the bytes with this digest lie."""
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256


def keep_file(name: str, chunks: Iterable[bytes]) -> tuple[str, str, int, str]:
    """Take bytes in for another use: (name, type, size, digest). Raises BadInput, also when the bytes are not of the
    kind that the name says."""
    name, kind = _named(name)
    sha256, size = _keep(name, chunks)
    return name, kind, size, sha256


def attach_file(
    viewer: Viewer,
    lesson_id: int,
    student_id: int | None,
    *,
    name: str,
    chunks: Iterable[bytes],
    at: datetime,
    operation_id: str,
) -> Kept:
    """Put a file to the homework of a lesson (of one student, or common); makes «См. вложение» where none stands.

    Raises BadInput (kind, content, size, number of files), NotFound, RefusedWrite as the write of homework does.
    """
    name, kind = _named(name)
    journal_id = _journal_of(viewer, lesson_id)
    load(viewer, journal_id, [_change(lesson_id, student_id)], at)  # in reach, before any byte is kept
    sha256, size = _keep(name, chunks)
    file = (name, kind, size, sha256)
    try:
        return _attach(viewer, journal_id, lesson_id, student_id, file, at, operation_id)
    except IntegrityError as fault:
        kept = _attached(viewer, operation_id)  # the same upload, at the same moment
        if kept is None:
            raise BadInput("Файл не записан: обновите страницу и повторите.") from fault
        return kept


@transaction.atomic
def _attach(
    viewer: Viewer,
    journal_id: int,
    lesson_id: int,
    student_id: int | None,
    file: tuple[str, str, int, str],
    at: datetime,
    operation_id: str,
) -> Kept:
    """Homework and file, both or neither. An upload that the log knows gives its first answer."""
    known = _attached(viewer, operation_id)
    if known is not None:
        return known
    standing = _standing(lesson_id, student_id)
    if standing is None or not standing[1]:
        change = _change(lesson_id, student_id, SEE_FILE, standing[2] if standing else 0)
        write(viewer, journal_id, [change], operation_id=operation_id, at=at)
    batch, homework_id = _admitted(viewer, journal_id, lesson_id, student_id, at)
    count = sql.read(
        "SELECT COUNT(*) FROM journal_attachment WHERE homework_id = %s AND removed_at IS NULL",
        (homework_id,),
    )[0][0]
    if count >= MAX_FILES:
        raise BadInput(f"К заданию приложено {count} файлов, больше нельзя: уберите лишний.")
    name, kind, size, sha256 = file
    attachment_id = sql.insert(
        "journal_attachment",
        ("school_id", "homework_id", "name", "content_type", "size", "sha256"),
        [(viewer.school.id, homework_id, name, kind, size, sha256)],
        returning=("id",),
    )[0][0]
    line = log.Line(
        "attachment_added",
        "attachment",
        attachment_id,
        lesson_id,
        student_id,
        {"homework": homework_id, "name": name, "size": size, "sha256": sha256},
    )
    by = viewer.acting_as()
    log.append(batch.context.head, [line], by=by, at=at, operation_id=_following(operation_id))
    return Kept(attachment_id, name, size)


def _attached(viewer: Viewer, operation_id: str) -> Kept | None:
    """What this upload has done already; None when it has not. Raises BadInput when the number is another's."""
    told = log.lines_of_operation(_following(operation_id))
    if not told:
        return None
    if told[0].user_id != viewer.user_id:
        raise BadInput("Этот номер операции уже занят: обновите страницу.")
    return Kept(told[0].object_id or 0, told[0].data["name"], told[0].data["size"])


def _change(lesson_id: int, student_id: int | None, text: str = "", seen: int = 0) -> HomeworkChange:
    return HomeworkChange(
        index=0, lesson_id=lesson_id, student_id=student_id, text=text, is_none=False, seen=seen
    )


@transaction.atomic
def remove_file(viewer: Viewer, attachment_id: int, *, at: datetime, operation_id: str) -> None:
    """Take a file off the homework; its row and bytes stay. Raises NotFound and RefusedWrite."""
    rows = sql.read(
        "SELECT h.journal_id, h.lesson_id, h.student_id, f.name FROM journal_attachment f"
        " JOIN journal_homework h ON h.id = f.homework_id"
        " WHERE f.id = %s AND f.school_id = %s AND f.removed_at IS NULL",
        (attachment_id, viewer.school.id),
    )
    if not rows:
        raise NotFound("attachment")
    journal_id, lesson_id, student_id, name = rows[0]
    batch, homework_id = _admitted(viewer, journal_id, lesson_id, student_id, at)
    sql.write("UPDATE journal_attachment SET removed_at = %s WHERE id = %s", (at, attachment_id))
    line = log.Line(
        "attachment_removed",
        "attachment",
        attachment_id,
        lesson_id,
        student_id,
        {"homework": homework_id, "name": name},
    )
    log.append(batch.context.head, [line], by=viewer.acting_as(), at=at, operation_id=operation_id)


def _admitted(
    viewer: Viewer, journal_id: int, lesson_id: int, student_id: int | None, at: datetime
) -> tuple[Batch, int]:
    """The journal locked, the homework found, its change judged. Raises NotFound and RefusedWrite."""
    change = _change(lesson_id, student_id)
    context = load(viewer, journal_id, [change], at)
    standing = context.homework.get((lesson_id, student_id))
    if standing is None:
        raise NotFound("homework")
    calendar = calendar_of(viewer.school.id, viewer.school.timezone, viewer.school.law_version)
    batch = Batch(context, law_for(viewer), calendar, place_of(context.journal))
    act = act_of(
        batch,
        "homework",
        "correct",
        context.lessons[lesson_id],
        None if student_id is None else context.students[student_id],
        old=standing[1],
        new=standing[1],
        first_set_at=standing[7],
        set_by_id=standing[5],
        individual=student_id is not None,
    )
    if batch.admits(change, act, headline(act)) is None:
        raise RefusedWrite(batch.refused)
    return batch, standing[0]


def _journal_of(viewer: Viewer, lesson_id: int) -> int:
    rows = sql.read(
        "SELECT journal_id FROM timetable_lesson WHERE id = %s AND school_id = %s",
        (lesson_id, viewer.school.id),
    )
    if not rows:
        raise NotFound("lesson")
    return int(rows[0][0])


def _standing(lesson_id: int, student_id: int | None) -> tuple[int, str, int] | None:
    where, values = ("student_id IS NULL", ()) if student_id is None else ("student_id = %s", (student_id,))
    rows = sql.read(
        f"SELECT id, text, version FROM journal_homework WHERE lesson_id = %s AND {where}",
        (lesson_id, *values),
    )
    return (rows[0][0], rows[0][1], rows[0][2]) if rows else None


def _following(operation_id: str) -> str:
    """The line of the file has an operation of its own, made from that of the upload, whose line is the homework's."""
    return str(uuid.uuid5(uuid.UUID(operation_id), "file"))


_ZIP, _OLE = (0, b"PK\x03\x04"), (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_SIGNS: dict[str, tuple[tuple[int, bytes], ...]] = {
    "pdf": ((0, b"%PDF"),),
    "jpg": ((0, b"\xff\xd8\xff"),),
    "jpeg": ((0, b"\xff\xd8\xff"),),
    "png": ((0, b"\x89PNG\r\n\x1a\n"),),
    "gif": ((0, b"GIF8"),),
    "webp": ((8, b"WEBP"),),
    "heic": ((4, b"ftyp"),),
    "m4a": ((4, b"ftyp"),),
    "wav": ((8, b"WAVE"),),
    "mp3": ((0, b"ID3"), (0, b"\xff\xfb"), (0, b"\xff\xf3"), (0, b"\xff\xf2")),
    **dict.fromkeys(("docx", "xlsx", "pptx", "odt", "ods", "odp"), (_ZIP,)),
    **dict.fromkeys(("doc", "xls", "ppt"), (_OLE,)),
}
"""What the bytes of a kind begin with (and where); one of them is enough. Text has no sign: it holds no zero byte."""


def _as_named(extension: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same chunks; the first is looked at. Raises BadInput when it is not what the name promises."""
    is_first = True
    for chunk in chunks:
        if is_first and chunk:
            signs = _SIGNS.get(extension)
            good = (
                any(chunk[place : place + len(sign)] == sign for place, sign in signs)
                if signs
                else b"\x00" not in chunk[:4096]
            )
            if not good:
                raise BadInput(
                    f"Внутри файла не то, что обещает его имя («.{extension}»): приложите исходный файл или снимок."
                )
            is_first = False
        yield chunk


def _named(name: str) -> tuple[str, str]:
    """The name as it is kept and the type by its extension. Raises BadInput for kinds that are not taken."""
    cleaned = (
        _BAD.sub(" ", PurePath(name.replace("\\", "/")).name).encode("utf-8", "ignore").decode().strip(" .")
    )
    extension = cleaned.rpartition(".")[2].lower() if "." in cleaned else ""
    if extension not in TYPES:
        raise BadInput(
            "Такие файлы к заданию не прикладывают. Подойдут снимки, PDF, документы, таблицы, презентации и звук."
        )
    stem = cleaned[: -len(extension) - 1].strip() or "файл"
    return f"{stem[:180]}.{extension}", TYPES[extension]


def _keep(name: str, chunks: Iterable[bytes]) -> tuple[str, int]:
    """Write the bytes under their digest; a file known already is kept once. Raises BadInput for its size, and when
    the bytes are not of the kind that the name says."""
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, temporary = tempfile.mkstemp(prefix="incoming-", dir=root)
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in _as_named(name.rpartition(".")[2], chunks):
                size += len(chunk)
                if size > MAX_BYTES:
                    raise BadInput(f"Файл больше {MAX_BYTES // 1024 // 1024} МБ: уменьшите его.")
                digest.update(chunk)
                file.write(chunk)
            if not size:
                raise BadInput("Файл пуст: выберите другой.")
            file.flush()
            os.fsync(file.fileno())
        sha256 = digest.hexdigest()
        place = store_path(sha256)
        place.parent.mkdir(exist_ok=True)
        Path(temporary).replace(place)
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return sha256, size
