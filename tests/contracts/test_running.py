"""What docs/running promises holds: settings are all explained, units name real commands, the backup restores."""

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from config.environment import Environment
from parta.cli.main import COMMANDS

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "running"


def test_every_setting_is_explained() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `PARTA_(\w+)`", text, re.M))
    assert explained == {name.upper() for name in Environment.model_fields}


def test_the_sample_settings_are_settings() -> None:
    names = re.findall(r"^PARTA_(\w+)=", (FOLDER / "parta.env").read_text(encoding="utf-8"), re.M)
    assert names and {name.lower() for name in names} <= set(Environment.model_fields)


@pytest.mark.parametrize("unit", sorted(path.name for path in FOLDER.glob("*.service")))
def test_units_name_real_commands(unit: str) -> None:
    text = (FOLDER / unit).read_text(encoding="utf-8")
    (start,) = re.findall(r"^ExecStart=(.+)$", text, re.M)
    program, *words = start.split()
    if program.endswith("/bin/parta"):
        assert words[0] in COMMANDS
    else:
        assert (FOLDER / Path(program).name).stat().st_mode & 0o111


@pytest.mark.slow
def test_the_backup_is_a_sound_copy_while_the_database_is_written(tmp_path: Path) -> None:
    home, backups = tmp_path / "home", tmp_path / "backups"
    home.mkdir()
    (home / "secret.key").write_text("k" * 64)
    (home / "files").mkdir()
    (home / "files" / "снимок доски.jpg").write_bytes(b"jpg")
    live = sqlite3.connect(home / "parta.sqlite3")
    live.executescript("PRAGMA journal_mode=WAL; CREATE TABLE mark (value); INSERT INTO mark VALUES ('5')")
    live.commit()
    live.execute("INSERT INTO mark VALUES ('2')")  # a write that is not committed yet
    environment = {
        "PATH": "/usr/bin:/bin",
        "PARTA_HOME": str(home),
        "PARTA_BACKUPS": str(backups),
        "PARTA_PYTHON": sys.executable,
    }
    done = subprocess.run([FOLDER / "backup"], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    (copy,) = backups.iterdir()
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=copy, check=True)
    assert sqlite3.connect(copy / "parta.sqlite3").execute("SELECT value FROM mark").fetchall() == [("5",)]
    assert (copy / "files" / "снимок доски.jpg").read_bytes() == b"jpg"
    assert (copy / "parta.sqlite3").stat().st_mode & 0o077 == 0
