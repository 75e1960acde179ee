"""The server killed with -9 during writes, and the same with faults planted, which must be found."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from tests import schema
from tests.reliability.installation import ROOT

pytestmark = [pytest.mark.kill9, pytest.mark.slow]

KILLS = int(os.environ.get("PARTA_KILLS", "200"))


def kill9(kills: int, *more: str, limit: float = 600) -> dict[str, Any]:
    """Run the program beside this process; its report."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.reliability.kill9", "--kills", str(kills), *more],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=limit + 3 * kills,
    )
    assert done.stdout.strip(), done.stderr[-3000:]
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(json.dumps(report, ensure_ascii=False, indent=1))
    return report


def sound(report: dict[str, Any], kills: int) -> None:
    """Nothing found, and the run was worth its name: so many kills, in the middle of writes that were taken."""
    assert report["findings"] == [], report
    assert report["tracebacks"] == 0, report["log"]
    assert report["kills"] == kills
    assert report["acknowledged"] > kills, "hardly anything was written"
    assert report["sent_again"] > 0, "no kill hit an operation on its way"
    assert report["answers"].keys() <= {"200", "409", "422"}, report["answers"]


@pytest.mark.only("sqlite")
def test_nothing_is_lost_doubled_or_halved(prepared: Path) -> None:
    sound(kill9(KILLS, "--prepared", str(prepared)), KILLS)


@pytest.mark.only("postgresql")
@pytest.mark.django_db
def test_nothing_is_lost_doubled_or_halved_on_postgresql() -> None:
    """A database of its own beside the one of the tests; a quarter of the kills."""
    kills = max(1, KILLS // 4)
    name = f"parta_kill9_{os.getpid()}"
    database = settings.DATABASES["default"]
    folder = str(database["HOST"]).replace("/", "%2F")
    url = urlsplit(f"postgresql://{database['USER']}:{database['PASSWORD']}@{folder}/{name}").geturl()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    _outside_transaction(f'CREATE DATABASE "{name}" TEMPLATE "{schema.database()}"')
    try:
        report = kill9(kills, "--database-url", url)
    finally:
        _outside_transaction(f'DROP DATABASE "{name}" WITH (FORCE)')
    assert report["database"] == "postgresql"
    sound(report, kills)


def _outside_transaction(statement: str) -> None:
    import psycopg

    database: dict[str, Any] = settings.DATABASES["default"]
    with psycopg.connect(
        host=database["HOST"],
        user=database["USER"],
        password=database["PASSWORD"],
        dbname="postgres",
        autocommit=True,
    ) as plain:
        plain.execute(statement)


@pytest.mark.only("sqlite")
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("answers_before_commit", "потеряно"),
        ("drops_a_line", "в истории"),
        ("skips_a_hash", "запись изменена в обход программы"),
        ("stores_half", "истории"),
        ("forgets_operations", "потеряно"),
    ],
    ids=["answers_before_commit", "drops_a_line", "skips_a_hash", "stores_half", "forgets_operations"],
)
def test_a_planted_fault_is_found(prepared: Path, fault: str, words: str) -> None:
    report = kill9(40, "--prepared", str(prepared), "--fault", fault, "--every", "4", "--seed", "7")
    assert any(words in finding for finding in report["findings"]), report
