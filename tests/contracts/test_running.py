"""What docs/running promises holds: settings are all explained, units name real commands, the backup restores."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from config.environment import Environment
from parta.cli.main import COMMANDS
from tests import schema

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
def test_the_backup_is_sound_and_restores(tmp_path: Path) -> None:
    home, backups, again = tmp_path / "home", tmp_path / "backups", tmp_path / "again"
    environment = {"PATH": "/usr/bin:/bin", "PARTA_HOME": str(home), "PARTA_BACKUPS": str(backups)}

    def parta(*words: str, **more: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "parta.cli", *words],
            env=environment | more,
            cwd=FOLDER.parents[1],
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    schema.installed(home)
    parta("school", "add", "school-14", "--name", "Школа № 14", "--preset", "ipatovo1")
    (home / "files").mkdir(exist_ok=True)
    (home / "files" / "снимок доски.jpg").write_bytes(b"jpg")
    said = parta("backup", "make", "--why", "перед обновлением")
    assert "восстановление: удалось" in said
    (copy,) = (path for path in backups.iterdir() if path.is_dir())
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=copy, check=True)
    assert (copy / "files" / "снимок доски.jpg").read_bytes() == b"jpg"
    assert (copy / "parta.sqlite3").stat().st_mode & 0o077 == 0
    parta("backup", "restore", str(copy), "--into", str(again), "--why", "проба", "--allowed", "директор")
    assert "Всё сходится" in parta("check", PARTA_HOME=str(again))
    assert "перед обновлением" in parta("backup", "list") and "проба" in parta("backup", "list")
