"""The promise behind «saved»: the disk has it before the answer leaves; a disk that fails says so and spoils nothing.

Killing a process says nothing about power cuts, so the sync itself is watched: from outside by the tracer of system
calls, from inside by asking the connection.
"""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from parta.cli.commands import doctor
from tests.reliability.installation import ROOT


@pytest.mark.only("sqlite")
@pytest.mark.django_db(transaction=True)
def test_the_connection_syncs_fully_and_locks_at_once() -> None:
    from config import settings as installed

    options: Any = installed._database()["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    with connection.cursor() as cursor:
        for pragma, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)):
            cursor.execute(f"PRAGMA {pragma}")
            assert cursor.fetchone() == (value,), pragma
    seen: list[str] = []
    raw = connection.connection
    raw.set_trace_callback(seen.append)
    try:
        with transaction.atomic():
            pass
    finally:
        raw.set_trace_callback(None)
    assert seen == ["BEGIN IMMEDIATE", "COMMIT"]


@pytest.mark.only("postgresql")
@pytest.mark.django_db
def test_the_connection_waits_for_the_servers_log() -> None:
    """The program never asks for less than the server gives: synchronous_commit stays as the server has it, on."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("on",)
        cursor.execute("SELECT source FROM pg_settings WHERE name = 'synchronous_commit'")
        assert cursor.fetchone() == ("default",)
        cursor.execute("SHOW default_transaction_isolation")
        assert cursor.fetchone() == ("read committed",)


def look(home: Path, prepared: Path, *more: str) -> dict[str, Any]:
    """Run the probe in a process of its own; what it saw."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.reliability.disk", str(home), "--prepared", str(prepared), *more],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


@pytest.mark.slow
@pytest.mark.only("sqlite")
def test_each_answer_leaves_after_the_disk_has_it(tmp_path: Path, prepared: Path) -> None:
    report = look(tmp_path / "home", prepared, "--trace")
    assert report["statuses"] == [200] * len(report["statuses"])
    assert report["answers"] >= 20
    assert report["unsynced"] == 0, report


@pytest.mark.slow
@pytest.mark.only("sqlite")
def test_a_server_that_does_not_sync_is_found(tmp_path: Path, prepared: Path) -> None:
    report = look(tmp_path / "home", prepared, "--trace", "--fault", "does_not_sync")
    assert report["unsynced"] > 0


@pytest.mark.slow
@pytest.mark.only("sqlite")
def test_a_full_disk_is_said_and_leaves_nothing_half_written(tmp_path: Path, prepared: Path) -> None:
    """No file may grow beyond a limit: writes work, then get a clear 507 (or 503), then work again with room."""
    report = look(tmp_path / "home", prepared, "--full")
    assert report["before"] == [200] * len(report["before"])
    assert report["full"] and set(report["full"]) == {507}, report
    assert all(re.search("[а-я]", text) for text in report["texts"]), report["texts"]
    assert report["reading"] == 200, "a full disk must not stop reading"
    assert report["after"] == [200] * len(report["after"]), "the same operations, with room on the disk"
    assert report["findings"] == []


@pytest.mark.only("sqlite")
@pytest.mark.django_db(transaction=True)
def test_doctor_complains_of_a_database_that_does_not_wait_for_the_disk() -> None:
    with connection.cursor() as cursor:
        try:
            cursor.execute("PRAGMA synchronous=NORMAL")
            assert ["не ждёт диска" in complaint.what for complaint in doctor._durability()] == [True]
        finally:
            cursor.execute("PRAGMA synchronous=FULL")
    assert list(doctor._durability()) == []
