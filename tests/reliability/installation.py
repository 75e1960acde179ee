"""An installation of its own with the cast in it, and a real server over it that can be killed and started again."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from parta.cli.family import _end_with_parent
from tests.reliability.stream import Post, wait_for

ROOT = Path(__file__).resolve().parent.parent.parent
SLOWER = 20
"""The server's time runs so many times slower than ours: the lesson outlasts the longest run."""


def clean_environment(home: Path, database_url: str = "") -> None:
    """Point this process and its children at the installation in `home`, whatever was set before."""
    for name in [name for name in os.environ if name.startswith(("PARTA_", "DJANGO_"))]:
        del os.environ[name]
    os.environ["PARTA_HOME"] = str(home)
    if database_url:
        os.environ["PARTA_DATABASE_URL"] = database_url
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"


def configure(home: Path, database_url: str = "") -> None:
    """Make this process work on the installation in `home`. To be called before Django is set up."""
    clean_environment(home, database_url)
    import django

    django.setup()


def fill() -> tuple[str, list[Post]]:
    """Make the database and the cast in it: its moment, and the places where open pages write."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from tests import schema
    from tests.cast import build_cast, client_of

    if connection.vendor == "sqlite":
        schema.installed(settings.HOME)
    call_command("migrate", interactive=False, verbosity=0)
    cast = build_cast()

    def session(name: str) -> str:
        return str(client_of(cast.people[name]).cookies[settings.SESSION_COOKIE_NAME].value)

    def post(name: str, journal: str) -> Post:
        group = {"english": 0, "english_2": 1}.get(journal)
        students = [
            student.id
            for number, student in enumerate(cast.students)
            if group is None or (number % 2) == group
        ]
        lessons = [lesson.id for lesson in cast.lessons[journal] if lesson.date == cast.on]
        return Post(
            session(name),
            cast.journals[journal].id,
            tuple(lessons),
            tuple(students),
            double=journal == "russian",
        )

    posts = [
        post("teacher", "russian"),
        post("teacher", "russian"),
        post("class_teacher", "maths"),
        post("substitute", "maths"),
        post("english_teacher", "english"),
        post("english_teacher_2", "english_2"),
    ]
    return cast.local(cast.on, 12, 20).isoformat(), posts


def filled(home: Path, prepared: Path | None = None) -> tuple[str, list[Post]]:
    """The installation in `home`, filled, or copied from one prepared before; what :func:`fill` says of it."""
    known = home / "posts.json"
    if prepared is not None:
        shutil.copytree(prepared, home, dirs_exist_ok=True)
    if not known.exists():
        moment, posts = fill()
        known.write_text(json.dumps([moment, [asdict(post) for post in posts]]))
    moment, raw = json.loads(known.read_text())
    return moment, [
        Post(**{**post, "lessons": tuple(post["lessons"]), "students": tuple(post["students"])})
        for post in raw
    ]


def free_port() -> int:
    """A port nobody listens on, below those that the system gives to outgoing connections.

    A client that tries again and again to reach a killed server on a port of that range gets it one day as its own.
    """
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("a hundred ports are taken")


@dataclass(slots=True)
class Server:
    """`parta serve` in processes of its own."""

    moment: str
    fault: str = ""
    workers: int = 2
    under: tuple[str, ...] = ()
    """Words put before the command: a tracer."""
    more: dict[str, str] = field(default_factory=dict)
    log: Path | None = None
    port: int = field(default_factory=free_port)
    began: float = field(default_factory=time.time)
    process: Any = None

    def start(self) -> None:
        """Start, or start again after a kill; returns when it listens."""
        environment = os.environ | {"PARTA_TEST_CLOCK": f"{self.moment};{self.began};{SLOWER}"} | self.more
        if self.fault:
            environment["PARTA_TEST_FAULT"] = self.fault
        command = [sys.executable, "-m", "tests.reliability.launcher", "--bind", f"127.0.0.1:{self.port}"]
        command += ["--workers", str(self.workers), "--threads", "4"]
        with (self.log or Path(os.devnull)).open("ab") as log:
            self.process = subprocess.Popen(
                [*self.under, *command],
                env=environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        wait_for(self.listens, "сервер не поднялся")

    def listens(self) -> bool:
        """Whether someone accepts connections. Raises RuntimeError when the process has ended instead."""
        if self.process.poll() is not None:
            said = self.log.read_text(errors="replace")[-600:] if self.log else ""
            raise RuntimeError(f"сервер закончился с кодом {self.process.returncode}: {said}")
        with socket.socket() as probe:
            probe.settimeout(5)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def worker_ids(self) -> list[int]:
        """The processes that answer requests: children of the one that started."""
        try:
            text = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        except FileNotFoundError:
            return []
        return [int(word) for word in text.split()]

    def kill(self, dice: random.Random) -> str:
        """kill -9: mostly one worker, at times every worker, the arbiter alone, or all at once. Says which."""
        what = dice.choices(("worker", "workers", "arbiter", "all"), (85, 7, 3, 5))[0]
        if what == "worker":
            ids = self.worker_ids()
            if not ids:
                return "nobody"
            _kill(dice.choice(ids))
        elif what == "workers":
            for process_id in self.worker_ids():
                _kill(process_id)
        else:
            workers = self.worker_ids()
            if what == "all":
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                self.process.kill()
            self.process.wait(30)
            # Orphans notice that their arbiter is gone and finish what they have begun.
            wait_for(lambda: not any(_is_alive(worker) for worker in workers), "осиротевшие не закончились")
            self.start()
        return what

    def stop(self) -> None:
        """End everything, by force if need be."""
        if self.process is None or self.process.poll() is not None:
            return
        if self.under:  # the tracer ends with what it traces
            for process_id in self.worker_ids():
                os.kill(process_id, signal.SIGTERM)
        else:
            self.process.terminate()
        try:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(25)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(30)


def _kill(process_id: int) -> None:
    try:
        os.kill(process_id, signal.SIGKILL)
    except ProcessLookupError:
        return


def _is_alive(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
