"""A database is migrated once and copied for whoever needs an empty one: to migrate takes far longer than to copy.

The first process that asks migrates for real; what came of it is kept in `build/schema` under a name made of all
migrations. On PostgreSQL it is a database of the same server, from which others are created.
"""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.management.commands.migrate import Command
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "build" / "schema"


@cache
def key() -> str:
    """One word for all migrations, what they call, and the libraries that bring their own."""
    said = sha256((ROOT / "requirements.lock").read_bytes())
    for path in sorted([*ROOT.glob("parta/*/migrations/*.py"), *ROOT.glob("parta/foundation/*.py")]):
        said.update(path.read_bytes())
    return said.hexdigest()[:20]


def database() -> str:
    """The name of the kept database on PostgreSQL."""
    return f"parta_schema_{key()}"


@contextmanager
def alone() -> Iterator[None]:
    """One process at a time: whoever comes second finds what the first has made."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def once() -> None:
    """From now on the next `migrate`, and only that one, takes the kept database, or makes it and keeps it."""
    plain = Command.handle

    def handle(self: Command, *words: Any, **options: Any) -> Any:
        Command.handle = plain  # type: ignore[method-assign]
        with alone():
            if _take():
                return None
            said = plain(self, *words, **options)
            _keep()
            return said

    Command.handle = handle  # type: ignore[method-assign,assignment]


def installed(home: Path) -> None:
    """An installation with an empty database, as `parta migrate` leaves it. On SQLite."""
    home.mkdir(parents=True, exist_ok=True)
    place = KEPT / f"{key()}.sqlite3"
    with alone():
        if not place.exists():
            known = {
                name: os.environ[name] for name in os.environ if not name.startswith(("PARTA_", "DJANGO_"))
            }
            with tempfile.TemporaryDirectory() as other:
                subprocess.run(
                    [sys.executable, "-m", "parta.cli", "migrate"],
                    env=known | {"PARTA_HOME": other},
                    cwd=ROOT,
                    check=True,
                    capture_output=True,
                    timeout=300,
                )
                with closing(sqlite3.connect(Path(other) / "parta.sqlite3")) as made:
                    _copy(made)
    shutil.copyfile(place, home / "parta.sqlite3")


def _take() -> bool:
    """Make the empty database a copy of the kept one; whether there was one."""
    if connection.vendor == "postgresql":
        return _postgresql(
            f'DROP DATABASE "{_name()}"', f'CREATE DATABASE "{_name()}" TEMPLATE "{database()}"'
        )
    kept = KEPT / f"{key()}.sqlite3"
    if not kept.exists():
        return False
    connection.ensure_connection()
    with closing(sqlite3.connect(kept)) as source:
        source.backup(connection.connection)
    return True


def _keep() -> None:
    if connection.vendor == "postgresql":
        with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
            connection.close()
            cursor.execute(f'CREATE DATABASE "{database()}" TEMPLATE "{_name()}"')
        return
    _copy(connection.connection)


def _copy(made: sqlite3.Connection) -> None:
    fresh = KEPT / f"{key()}.part"
    fresh.unlink(missing_ok=True)
    with closing(sqlite3.connect(fresh)) as target:
        made.backup(target)
    fresh.rename(KEPT / f"{key()}.sqlite3")


def _postgresql(*statements: str) -> bool:
    """Carry these out beside the database itself when there is a kept one."""
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database()])
        if cursor.fetchone() is None:
            return False
        connection.close()
        for statement in statements:
            cursor.execute(statement)
    return True


def _name() -> str:
    return str(connection.settings_dict["NAME"])
