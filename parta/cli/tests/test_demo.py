"""`parta demo` beside itself, beside a stranger on the port, over a school's own data."""

import json
import threading
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from parta.cli import installation
from parta.cli.commands import demo
from parta.cli.screen import Failure
from parta.organisation.models import School
from tests.cast import World


@dataclass(frozen=True)
class Login:
    role: str
    login: str
    password: str
    school: str
    note: str = ""


@dataclass(frozen=True)
class Summary:
    logins: tuple[Login, ...]
    counts: dict[str, int]


def answering(title: str) -> Iterator[str]:
    """A server on this machine whose every page has the title; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(f"<title>{title}</title>".encode())

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def parta_address() -> Iterator[str]:
    yield from answering("Вход · Парта")


@pytest.fixture
def stranger_address() -> Iterator[str]:
    yield from answering("Чужая страница")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(installation, "load", lambda: None)
    monkeypatch.setattr(installation, "home", lambda: tmp_path)
    monkeypatch.setattr(installation, "migrate", lambda: 0)
    return tmp_path


def asked(bind: str, **more: Any) -> Namespace:
    return Namespace(**{"bind": bind, "seed": 1, "today": date(2026, 10, 14), "fill_only": False} | more)


def keep(home: Path) -> None:
    login = {"role": "учитель", "login": "sokolova", "password": "мел", "school": "Гимназия", "note": ""}
    (home / "demo.json").write_text(json.dumps({"logins": [login]}), encoding="utf-8")


def test_beside_a_running_one_it_shows_the_way_in_and_ends_well(
    home: Path, parta_address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(home)
    assert demo.run(asked(parta_address)) == 0
    shown = capsys.readouterr().out
    assert "уже работает" in shown and parta_address in shown and "sokolova" in shown and "мел" in shown


def test_a_stranger_on_the_port_is_named_with_the_way_out(home: Path, stranger_address: str) -> None:
    port = int(stranger_address.rpartition(":")[2])
    with pytest.raises(Failure, match="занят другой программой") as failure:
        demo.run(asked(stranger_address))
    assert f"PORT={port + 1}" in str(failure.value)


def test_a_schools_own_data_are_not_mixed_with_the_demo(
    cast: World, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parta.cli.web.gather_statics", lambda: 0)
    monkeypatch.setattr("parta.demo.fill.fill", lambda **_: pytest.fail("must not fill"))
    with pytest.raises(Failure, match="уже есть школы"):
        demo.run(asked("127.0.0.1:1", fill_only=True))


@pytest.mark.django_db
def test_filled_once_and_told(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls: list[dict[str, Any]] = []

    def fill(**words: Any) -> Summary:
        calls.append(words)
        words["progress"]("Уроки", 1, 2)
        words["progress"]("Уроки", 2, 2)
        School.objects.create(code="demo", name="Гимназия", short_name="Гимназия")
        return Summary((Login("учитель", "sokolova", "мел", "Гимназия"),), {"уроки": 44_320})

    monkeypatch.setattr("parta.cli.web.gather_statics", lambda: 0)
    monkeypatch.setattr("parta.demo.fill.fill", fill)
    for _ in range(2):
        assert demo.run(asked("127.0.0.1:1", fill_only=True)) == 0
    assert len(calls) == 1 and calls[0]["today"] == date(2026, 10, 14)
    shown = capsys.readouterr().out
    assert "уроки 44\u00a0320" in shown and "  Уроки: 2" in shown
    kept = json.loads((home / "demo.json").read_text(encoding="utf-8"))
    assert kept["logins"][0]["login"] == "sokolova" and kept["seed"] == 1


def test_spans_are_told_in_words() -> None:
    assert demo.seconds(0.2) == "1\u00a0с"
    assert demo.seconds(59.4) == "59\u00a0с"
    assert demo.seconds(125) == "2\u00a0мин 05\u00a0с"
