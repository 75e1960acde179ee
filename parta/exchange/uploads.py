"""Files that wait for consent in the home folder: put aside, found again, held by one process at a time."""

from __future__ import annotations

import fcntl
import json
import re
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from time import time
from typing import Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404

from parta.people.viewer import Viewer

_KEEP_SECONDS: Final = 24 * 3600
_REMEMBERED: Final = 100
"""How many replaced files of a person are remembered: more tabs nobody has open."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file (or the files of one folder) that waits for consent."""

    token: str
    folder: Path

    @property
    def main(self) -> Path:
        """The file to read: the only one, the `.fet` beside its solution, else the folder of a OneRoster set."""
        files = sorted((self.folder / "files").iterdir())
        fet = [file for file in files if file.suffix.lower() == ".fet"]
        if len(files) == 1:
            return files[0]
        return fet[0] if fet else self.folder / "files"

    @property
    def report(self) -> Path:
        """Where what was done is remembered, once it was."""
        return self.folder / "report.json"


class Replaced(Exception):
    """The file asked for gave way to `upload`; `was_loaded`: after its data had been written."""

    def __init__(self, upload: Upload, *, was_loaded: bool) -> None:
        super().__init__(upload.token)
        self.upload = upload
        self.was_loaded = was_loaded


def _root() -> Path:
    return Path(settings.HOME) / "imports"


def _mine(viewer: Viewer) -> str:
    return f"{viewer.school.id}-{viewer.user_id}-"


def _folders() -> list[tuple[float, Path]]:
    """Everybody's uploads, the oldest first, each with its moment; another request may take one away meanwhile."""
    found = []
    for folder in _root().iterdir():
        with suppress(FileNotFoundError):
            found.append((folder.stat().st_mtime, folder))
    return sorted(found)


def store(viewer: Viewer, files: list[UploadedFile]) -> Upload:
    """Put the files aside, each under a name of its own; what is older than a day goes. Raises OSError."""
    root = _root()
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    for made_at, folder in _folders():
        if time() - made_at > _KEEP_SECONDS and not is_loading(folder):
            shutil.rmtree(folder, ignore_errors=True)
    token = secrets.token_urlsafe(16)
    upload = Upload(token, root / (_mine(viewer) + token))
    place = upload.folder / "files"
    place.mkdir(parents=True, mode=0o700)
    for number, file in enumerate(files):
        name = re.sub(r"[^\w .()\-]", "_", _name(file))[-120:].strip(". ") or f"file{number}"
        if (place / name).exists():  # names that differ only in signs a file may not keep
            name = f"{number}-{name}"
        with (place / name).open("wb") as out:
            for piece in file.chunks():
                out.write(piece)
    return upload


def _name(file: UploadedFile) -> str:
    return PurePath(str(file.name or "")).name


def named_alike(files: list[UploadedFile]) -> str:
    """The name that two of the files have, without regard to case; empty when all differ."""
    counted = Counter(_name(file).casefold() for file in files)
    return next((_name(file) for file in files if counted[_name(file).casefold()] > 1), "")


def replace_earlier(viewer: Viewer, upload: Upload) -> None:
    """What this person uploaded before gives way to `upload`, which remembers it for the tabs that still show it.

    What is being written into the school at this moment stays: another tab of the same person reads it.
    """
    replaced: dict[str, bool] = {}
    for _, folder in _folders():
        token = folder.name.removeprefix(_mine(viewer))
        if token in {folder.name, upload.token} or is_loading(folder):
            continue
        replaced |= _replaced_by(folder) | {token: Upload(token, folder).report.exists()}
        shutil.rmtree(folder, ignore_errors=True)
    kept = dict(list(replaced.items())[-_REMEMBERED:])
    with suppress(OSError):  # on a full disk another tab hears less; this upload goes on
        (upload.folder / "replaced.json").write_text(json.dumps(kept), encoding="utf-8")


def _replaced_by(folder: Path) -> dict[str, bool]:
    """Tokens of the files that gave way to the upload in this folder, and whether each had been loaded."""
    try:
        told: dict[str, bool] = json.loads((folder / "replaced.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told


def is_loading(folder: Path) -> bool:
    """Whether some process is writing this upload into the school; a killed one holds nothing."""
    try:
        with (folder / "lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # nobody has ever begun
        return False
    return False


def was_broken_off(upload: Upload) -> bool:
    """Whether a load of it began, came to no end, and runs no more: its process was stopped or killed."""
    return (upload.folder / "progress.json").exists() and not is_loading(upload.folder)


def find(viewer: Viewer, token: str) -> Upload:
    """The upload of this person. Raises Replaced when a later file took its place, Http404 when there was none."""
    folder = _root() / (_mine(viewer) + token)
    if re.fullmatch(r"[\w-]{8,40}", token) and (folder / "files").is_dir():
        return Upload(token, folder)
    for other in _root().glob(f"{_mine(viewer)}*"):
        replaced = _replaced_by(other)
        if token in replaced:
            later = Upload(other.name.removeprefix(_mine(viewer)), other)
            raise Replaced(later, was_loaded=replaced[token])
    raise Http404


@contextmanager
def alone(upload: Upload) -> Iterator[bool]:
    """One at a time over an upload, whichever process serves it. Yields whether another one was waited for."""
    with (upload.folder / "lock").open("w") as file:
        waited = False
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waited = True
            fcntl.flock(file, fcntl.LOCK_EX)
        yield waited


def came_to_an_end(upload: Upload) -> None:
    """A load of it ended in words: nothing was broken off."""
    (upload.folder / "progress.json").unlink(missing_ok=True)


def tell(upload: Upload, title: str, done: int, total: int) -> None:
    """Leave word of how far an import is, beside the file: the database shows nothing before the end."""
    told = upload.folder / "progress.json"
    written = told.with_suffix(".new")
    with suppress(OSError):  # a full disk stops no import by its bar: whether the data fit, the database says
        written.write_text(json.dumps({"title": title, "done": done, "total": total}), encoding="utf-8")
        written.replace(told)
