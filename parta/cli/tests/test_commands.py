"""The command: Russian help and errors, a school from nothing, checks that find what is broken."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from parta.cli import installation, screen
from parta.cli.commands import check, doctor, school, user
from parta.cli.main import COMMANDS, build_parser, main
from parta.foundation import log, sql
from parta.organisation.models import School
from parta.people.models import Person
from tests.cast import World

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command inside this process, on the test's database: (exit code, everything it printed)."""
    monkeypatch.setattr(installation, "load", lambda: None)
    monkeypatch.setattr(installation, "require_database", lambda: None)

    def call(*words: str) -> tuple[int, str]:
        try:
            code = main(words)
        except SystemExit as ending:
            code = int(ending.code or 0)
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return call


def test_help_names_every_command_in_russian(run: Run) -> None:
    code, shown = run("--help")
    assert code == 0
    assert set(COMMANDS) <= set(re.findall(r"^ {4}(\w+)", shown, re.M))
    assert not re.search(r"usage|optional arguments|show this help|error", shown)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_help_of_each_command_is_russian(run: Run, command: str) -> None:
    code, shown = run(command, "--help")
    assert code == 0 and shown.startswith(f"вызов: parta {command}")
    assert not re.search(r"usage:|show this help|positional|options:", shown)
    for line in shown.splitlines():
        assert not re.search(r"\b(the|this|with|from|file|use)\b", line), line


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), "не хватает: команда"),
        (("fly",), "fly не подходит"),
        (("serve", "--bind", "8000"), "«8000» не адрес"),
        (("serve", "--bind", "127.0.0.1:99999"), "не адрес"),
        (("serve", "--workers", "0"), "нужно число от 1 до 64"),
        (("check", "--colour"), "неизвестные аргументы: --colour"),
        (("user", "add"), "не хватает: ФАМИЛИЯ, ИМЯ"),
        (("demo", "--bind", "0.0.0.0:8000"), "только на этой машине"),
        (("demo", "--today", "завтра"), "не дата"),
    ],
)
def test_a_wrong_call_ends_with_two_and_says_why(run: Run, words: tuple[str, ...], expected: str) -> None:
    code, shown = run(*words)
    assert code == 2 and expected in shown and "--help" in shown


def test_every_command_has_its_two_functions() -> None:
    for name in COMMANDS:
        build_parser(name)


@pytest.mark.django_db
def test_from_nothing_to_an_operator(run: Run) -> None:
    assert run("user", "add", "Орлова", "Наталья")[0] == 1, "no school yet"
    code, shown = run("school", "add", "s14", "--name", "Школа № 14", "--preset", "никакой")
    assert code == 1 and "goethe23" in shown
    assert not School.objects.exists()
    assert run("school", "add", "s14", "--name", "Школа № 14", "--preset", "goethe23")[0] == 0
    code, shown = run("school", "add", "s14", "--name", "Школа № 14", "--preset", "goethe23")
    assert code == 1 and "уже есть" in shown
    code, shown = run("user", "add", "Орлова", "Наталья", "Дмитриевна")
    assert code == 0
    login, password = re.findall(r"(?:логин|пароль) +(\S+)", shown)
    account = Person.objects.get().user
    assert account is not None and account.login == login and account.must_change_password
    assert account.check_password(password)
    code, shown = run("user", "password", login)
    assert code == 0 and password not in shown
    assert run("user", "password", "nobody") == (1, "Учётной записи «nobody» нет.\n")
    assert run("check")[0] == 0


def test_check_is_content_with_the_cast(cast: World, run: Run) -> None:
    code, shown = run("check")
    assert code == 0 and "Всё сходится" in shown, shown
    code, shown = run("check", "--school", "no-such")
    assert code == 1 and cast.school.code in shown


def test_check_names_the_first_broken_place(cast: World, run: Run) -> None:
    """The planted faults: a mark changed past the log, a line changed past the trigger, a head cut off."""
    sql.write("UPDATE journal_mark SET value = '5' WHERE value = '2'")
    code, shown = run("check")
    assert code == 1 and "Русский язык" in shown and "«5»" in shown and "«2»" in shown, shown
    sql.write("UPDATE foundation_chain SET head_seq = head_seq + 1 WHERE kind = 'school'")
    code, shown = run("check")
    assert code == 1 and "общая история школы" in shown and "голов" in shown
    assert run("check", "--school", cast.outside.school.code)[0] == 1


@pytest.mark.only("sqlite")
def test_check_finds_a_line_changed_behind_the_trigger(cast: World, run: Run) -> None:
    log.write_to_school(
        cast.school.id, [log.Line("tried", "school")], by=log.SYSTEM, at=cast.at, operation_id="first"
    )
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER foundation_logentry_no_update")
        cursor.execute("UPDATE foundation_logentry SET data = '{\"x\":1}' WHERE operation_id = 'first'")
    code, shown = run("check", "--school", cast.school.code)
    assert code == 1 and "в обход программы" in shown


def test_doctor_complains_of_each_danger(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "HOME", settings.HOME / "doctor")
    settings.HOME.mkdir(exist_ok=True)
    opened = settings.HOME / "parta.sqlite3"
    opened.write_text("")
    monkeypatch.setattr(settings, "DEBUG", False)
    monkeypatch.setattr(settings, "ALLOWED_HOSTS", ["127.0.0.1"])
    opened.chmod(0o600)
    # The tests' own PostgreSQL does not wait for the disk, for speed; doctor says so.
    careless = {"sqlite": [], "postgresql": ["fsync", "full_page_writes"]}[connection.vendor]
    assert [re.findall(r"\((\w+)\)", complaint.what)[0] for complaint in doctor.examine()] == careless
    for name, value, word in (
        ("DEBUG", True, "разработчика"),
        ("SECRET_KEY", "short", "Ключ"),
        ("ALLOWED_HOSTS", ["journal.example"], "HTTPS"),
        ("ALLOWED_HOSTS", ["*"], "любые имена"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(settings, name, value)
            assert any(word in complaint.what for complaint in doctor.examine()), name
    opened.chmod(0o644)
    assert any("открыт другим" in complaint.what for complaint in doctor.examine())


def _real(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith(("PARTA_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-m", "parta.cli", *words],
        env=known | {"PARTA_HOME": str(home)} | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_real_process_on_an_empty_machine(tmp_path: Path) -> None:
    home = tmp_path / "home"
    refused = _real(home, "serve")
    assert refused.returncode == 1 and "parta migrate" in refused.stderr
    assert _real(home, "migrate").returncode == 0
    again = _real(home, "migrate")
    assert again.returncode == 0 and "уже в порядке" in again.stdout
    assert (home / "parta.sqlite3").stat().st_mode & 0o077 == 0
    assert (home / "secret.key").stat().st_mode & 0o077 == 0
    assert _real(home, "doctor").returncode == 0
    wrong = _real(home, "check", PARTA_MAX_UPLOAD_MB="many")
    assert wrong.returncode == 1 and "PARTA_MAX_UPLOAD_MB" in wrong.stderr and "Traceback" not in wrong.stderr
    nowhere = _real(home, "check", PARTA_DATABASE_URL="postgresql://parta@127.0.0.1:1/none")
    assert nowhere.returncode == 1 and "не отвечает" in nowhere.stderr and "Traceback" not in nowhere.stderr


def test_a_home_that_cannot_be_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for home in (tmp_path / "file", tmp_path / "file" / "x", Path("/proc/parta")):
        refused = _real(home, "migrate")
        assert refused.returncode == 1 and "Traceback" not in refused.stderr, home
        assert "PARTA_HOME=/путь" in refused.stderr


def test_modules_are_used() -> None:
    """Commands are loaded by name; a renamed module would only show at run time."""
    assert all(module.run and module.add_arguments for module in (check, doctor, school, user))
    assert screen.plural(22, "урок", "урока", "уроков") == "22\u00a0урока"
