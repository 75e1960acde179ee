"""How a copy of everything is written, held against its manifest, proven by restoring it, and restored in earnest.

A copy is a folder that needs no Parta to be checked: the database (`parta.sqlite3`, or `parta.dump` of PostgreSQL),
the uploaded files, the signing key, `about.json` with the counts of rows, and `SHA256SUMS` for `sha256sum -c`.
Nothing here writes to the register: that is `actions`.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection

MANIFEST = "SHA256SUMS"
ABOUT = "about.json"
LITE, DUMP = "parta.sqlite3", "parta.dump"
_BLOCK = 1 << 20


class Failed(Exception):
    """A copy that could not be written, is not what its manifest says, or does not restore. Russian, with a way out."""


@dataclass(frozen=True, slots=True)
class Written:
    """A copy as it lies in its folder."""

    folder: Path
    digest: str
    size: int
    files: int
    rows: dict[str, int]


def sha256(path: Path) -> str:
    """The digest of a file, read in blocks."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def _inside(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != MANIFEST:
            yield path


def write_copy(target: Path, at: datetime) -> Written:
    """Write a copy of the running installation into a folder below `target`, named by the moment.

    Consistent while the journal is being written: one snapshot of the database, files after it (they are only ever
    added). Raises Failed; a broken-off copy is removed.
    """
    name = at.strftime("%Y-%m-%d-%H%M%S")
    final, work = target / name, target / f".{name}.part"
    number = 1
    while final.exists():
        number += 1
        final = target / f"{name}-{number}"
    try:
        work.mkdir(parents=True, mode=0o700)
        rows = _database(work)
        home = Path(settings.HOME)
        if (home / "secret.key").exists():
            shutil.copy2(home / "secret.key", work / "secret.key")
        media = Path(settings.MEDIA_ROOT)
        if media.exists():
            shutil.copytree(media, work / "files")
        about = {"made_at": at.isoformat(), "vendor": connection.vendor, "rows": rows}
        (work / ABOUT).write_text(json.dumps(about, ensure_ascii=False, indent=1), encoding="utf-8")
        files = list(_inside(work))
        lines = [f"{sha256(path)}  ./{path.relative_to(work).as_posix()}\n" for path in files]
        (work / MANIFEST).write_text("".join(lines), encoding="utf-8")
        size = sum(path.stat().st_size for path in files)
        for path in work.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
        work.rename(final)
    except (OSError, sqlite3.Error, subprocess.SubprocessError) as error:
        shutil.rmtree(work, ignore_errors=True)
        raise Failed(
            f"Копия не записана в {target}: {error}. Проверьте, что папка есть и места хватает."
        ) from error
    return Written(final, sha256(final / MANIFEST), size, len(files), rows)


def _database(work: Path) -> dict[str, int]:
    if connection.vendor == "sqlite":
        live = sqlite3.connect(str(connection.settings_dict["NAME"]), timeout=30)
        try:
            live.execute("VACUUM INTO ?", (str(work / LITE),))
        finally:
            live.close()
        return _counted(work / LITE)
    import psycopg

    with psycopg.connect(_address()) as link:
        link.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        snapshot = link.execute("SELECT pg_export_snapshot()").fetchone()
        assert snapshot is not None
        _run(
            [
                _tool("pg_dump"),
                "-Fc",
                "--no-owner",
                f"--snapshot={snapshot[0]}",
                f"--file={work / DUMP}",
                f"--dbname={_address()}",
            ]
        )
        return _counted_there(link, sorted(connection.introspection.table_names()))


def _counted_there(link: Any, tables: Iterable[str]) -> dict[str, int]:
    return {table: link.execute(f'SELECT COUNT(*) FROM "{table}"').fetchone()[0] for table in tables}


def _address(name: str = "") -> str:
    """The address of the database in use, or of another one on the same server."""
    known = connection.settings_dict
    user = quote(known["USER"], safe="") + (
        f":{quote(known['PASSWORD'], safe='')}" if known["PASSWORD"] else ""
    )
    port = f":{known['PORT']}" if known["PORT"] else ""
    return (
        f"postgresql://{user}@{quote(known['HOST'], safe='')}{port}/{quote(name or known['NAME'], safe='')}"
    )


def _counted(path: Path) -> dict[str, int]:
    found = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        names = [
            row[0]
            for row in found.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
            )
        ]
        return {name: found.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0] for name in names}
    finally:
        found.close()


def _tool(name: str) -> str:
    """PostgreSQL's own program of the newest installed version, so that it knows the server."""
    known = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    found = str(known[-1]) if known else shutil.which(name)
    if not found:
        raise Failed(f"Нет программы {name}. Установите: apt-get install postgresql-client")
    return found


def _run(command: list[str], **more: str) -> None:
    done = subprocess.run(
        command, env={**os.environ, **more}, capture_output=True, text=True, timeout=3600, check=False
    )
    if done.returncode:
        words = (done.stdout + done.stderr).strip().splitlines()
        raise Failed(words[-1][:250] if words else f"{Path(command[0]).name}: код {done.returncode}")


def differences(folder: Path, digest: str = "") -> list[str]:
    """What in a copy is not as its manifest says (and the manifest itself, when its digest is known): files by name."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return [MANIFEST]
    wrong: list[str] = []
    if digest and sha256(manifest) != digest:
        wrong.append(MANIFEST)
    named: set[Path] = set()
    for line in manifest.read_text(encoding="utf-8", errors="replace").splitlines():
        expected, _, name = line.partition("  ")
        path = folder / name
        named.add(path)
        if not path.is_file() or sha256(path) != expected:
            wrong.append(name.removeprefix("./"))
    wrong += [str(path.relative_to(folder)) for path in _inside(folder) if path not in named]
    return wrong


def put_on(folder: Path, target: Path) -> Path:
    """Copy a finished copy onto a carrier's folder. Raises Failed when it is not mounted or full."""
    if not target.is_dir():
        raise Failed(f"Папки {target} нет: носитель не подключён?")
    final, work = target / folder.name, target / f".{folder.name}.part"
    try:
        if final.exists():
            return final
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(folder, work)
        work.rename(final)
    except OSError as error:
        shutil.rmtree(work, ignore_errors=True)
        raise Failed(f"На носитель {target} не записано: {error}") from error
    return final


def prove(folder: Path, digest: str = "") -> None:
    """Restore a copy into a scratch database, count its rows and run `parta check` on it. Raises Failed."""
    wrong = differences(folder, digest)
    if wrong:
        raise Failed(f"В копии изменён файл: {', '.join(wrong[:3])}")
    rows = json.loads((folder / ABOUT).read_text(encoding="utf-8"))["rows"]
    with tempfile.TemporaryDirectory(prefix="parta-proof-") as scratch:
        home = Path(scratch)
        if (folder / LITE).exists():
            restore(folder, home)
            if _counted(home / LITE) != rows:
                raise Failed("Восстановленная база расходится с копией по числу строк.")
            _check(home, "")
        else:
            _prove_dump(folder, home, rows)


def _check(home: Path, url: str) -> None:
    _run(
        [sys.executable, "-m", "parta.cli", "check"],
        PARTA_HOME=str(home),
        PARTA_DATABASE_URL=url,
        DJANGO_SETTINGS_MODULE="config.settings",
    )


def _prove_dump(folder: Path, home: Path, rows: dict[str, int]) -> None:
    name = f"parta_proof_{os.getpid()}"
    scratch, beside = _address(name), f"--maintenance-db={_address()}"
    _run([_tool("createdb"), beside, "--template=template0", name])
    try:
        _run(
            [
                _tool("pg_restore"),
                "--no-owner",
                "--exit-on-error",
                f"--dbname={scratch}",
                str(folder / DUMP),
            ]
        )
        import psycopg

        with psycopg.connect(scratch) as link:
            found = _counted_there(link, rows)
        if found != rows:
            raise Failed("Восстановленная база расходится с копией по числу строк.")
        _check(home, scratch)
    finally:
        _run([_tool("dropdb"), beside, "--force", name])


def restore(folder: Path, home: Path) -> None:
    """Lay a copy into an empty home: database, files, key. Raises Failed when there is a database already."""
    if (home / LITE).exists():
        raise Failed(f"В {home} уже есть база данных. Укажите пустую папку: живую базу Парта не затирает.")
    home.mkdir(parents=True, exist_ok=True)
    for name in (LITE, "secret.key"):
        if (folder / name).exists():
            shutil.copy2(folder / name, home / name)
    if (folder / "files").exists():
        shutil.copytree(folder / "files", home / "files", dirs_exist_ok=True)


def prune(target: Path, keep: int) -> list[str]:
    """Remove the oldest copies beyond `keep`; their names."""
    found = sorted(
        (path for path in target.iterdir() if (path / MANIFEST).exists() and path.name[:2] == "20"),
        reverse=True,
    )
    for path in found[keep:]:
        shutil.rmtree(path)
    return [path.name for path in found[keep:]]
