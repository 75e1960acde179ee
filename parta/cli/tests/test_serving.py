"""The server's family: it answers, ends together, and leaves no orphan on the port."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import schema
from tests.reliability.installation import free_port

pytestmark = [pytest.mark.slow, pytest.mark.only("sqlite")]


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/login/")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def wait(condition: bool, port: int, limit: float = 60) -> None:
    """Wait until the server answers (or no longer does)."""
    end = time.monotonic() + limit
    while answers(port) is not condition:
        assert time.monotonic() < end, "the server did not follow in time"
        time.sleep(0.2)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int, dict[str, str]]]:
    """A real installation, its server answering: (process, port, environment)."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("PARTA_", "DJANGO_"))}
    environment = known | {"PARTA_HOME": str(tmp_path / "home")}
    parta = [sys.executable, "-m", "parta.cli"]
    schema.installed(tmp_path / "home")
    port = free_port()
    process = subprocess.Popen(
        [*parta, "serve", "--bind", f"127.0.0.1:{port}"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        wait(True, port)
        yield process, port, environment
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(40)
        assert process.stdout is not None
        process.stdout.close()


def test_ctrl_c_ends_everything_cleanly(served: tuple[subprocess.Popen[str], int, dict[str, str]]) -> None:
    process, port, environment = served
    second = subprocess.run(
        [sys.executable, "-m", "parta.cli", "serve", "--bind", f"127.0.0.1:{port}"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert second.returncode == 1 and "занят" in second.stderr
    process.send_signal(signal.SIGINT)
    assert process.wait(40) == 0
    assert not answers(port)


def test_a_killed_parent_leaves_no_orphan_on_the_port(
    served: tuple[subprocess.Popen[str], int, dict[str, str]],
) -> None:
    process, port, _ = served
    process.kill()
    process.wait(10)
    wait(False, port, limit=30)
