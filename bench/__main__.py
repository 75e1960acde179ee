"""`make bench`: our pages and the floor in turn, on the same database, CPU of server and database per request.

    make bench [ARGS="--rounds 12 --requests 15 --only урок,вход --strict --schools 5"]
    make bench-postgresql

Then the pages of families and teachers in a real browser, braked as a slow phone is: see `browser.py`.

Wall time on a shared machine means little; the gate is the ratio of CPU to the floor, the number of SQL statements and
the bytes of HTML. CPU is user plus system time of the server's processes (and of PostgreSQL's), read before and
after each series of requests; the load generator is not counted.

Where the time of «урок: 25 отметок и явка» goes on SQLite, about, of 33 changes, what gunicorn itself takes left out:

    statements, 12 and the session's           23 %     reading facts, building rows, results 14 %
    commit (synchronous, some 57 pages)        17 %     viewer, transaction                    5 %
    planning 33 changes (guards of the act)    17 %     reading the request                    4 %
    Django: request, middleware, answer        17 %     log: JSON and hashes of 33 lines       3 %
"""

import argparse
import http.client
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench import browser, kept

FLOOR_NAMES = {"writer": "teacher"}
TICK = os.sysconf("SC_CLK_TCK")
console = Console(width=120)


@dataclass
class Action:
    """One thing measured on both sides, and the targets it has to meet."""

    name: str
    ours: Callable[[int], tuple[str, str, bytes | None]]
    floor: Callable[[int], tuple[str, str, bytes | None]]
    who: str
    ratio: float
    statements: int
    kilobytes: int | None
    expect: bytes
    cost: dict[str, list[float]] = field(default_factory=lambda: {"ours": [], "floor": []})
    bytes: int = 0
    counted: int = 0


class Client:
    """A keep-alive connection with a cookie, as a browser would."""

    def __init__(self, port: int, cookie: str, token: str = "") -> None:
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Cookie": cookie}
        if token:
            self.headers["X-CSRFToken"] = token

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        headers = dict(self.headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
        self.link.request(method, path, body=body, headers=headers)
        answer = self.link.getresponse()
        return answer.status, answer.read()


def processes() -> dict[int, tuple[int, str, float]]:
    """Parent, command and CPU seconds (own and of reaped children) by process id."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text()
        except OSError:
            continue
        head, _, tail = text.rpartition(")")
        fields = tail.split()
        found[int(path.parent.name)] = (
            int(fields[1]),
            head.partition("(")[2],
            sum(map(int, fields[11:15])) / TICK,
        )
    return found


def exact_cpu(pids: list[int]) -> float:
    """CPU seconds of live processes by the scheduler's nanosecond count, threads included."""
    total = 0
    for pid in pids:
        for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            try:
                total += int(path.read_text().split()[0])
            except (OSError, IndexError, ValueError):
                continue
    return total / 1e9


def tree(root: int) -> list[int]:
    """A process and all below it."""
    table = processes()
    members, grown = {root}, True
    while grown:
        below = {pid for pid, row in table.items() if row[0] in members} - members
        members |= below
        grown = bool(below)
    return sorted(members)


def database_server() -> int | None:
    """The process of the PostgreSQL server we are connected to, and of no other on this machine; none for SQLite."""
    from parta.foundation import sql

    if not sql.is_postgresql():
        return None
    return processes()[sql.read("SELECT pg_backend_pid()")[0][0]][0]


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(module: str, port: int) -> subprocess.Popen[bytes]:
    """One worker with one thread under the server the product uses."""
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "gunicorn",
            "--bind",
            f"127.0.0.1:{port}",
            "--workers=1",
            "--threads=1",
            "--worker-class=gthread",
            "--keep-alive=60",
            "--log-level=error",
            module,
        ],
        env=os.environ,
    )


def wait_for(port: int, path: str) -> None:
    for _ in range(200):
        try:
            status, _ = Client(port, "").ask("GET", path)
            if status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"no answer on port {port}")


def prepare(schools: int) -> tuple[dict[str, int], list[int]]:
    """Migrate and fill both sides; the ids to measure, and the schools that stand beside the measured one."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    from bench import workload
    from parta.foundation import sql

    now = datetime.now(UTC)
    ids = workload.fill(now.date(), now)
    others = [workload.fill(now.date(), now, f"W{number}")["school"] for number in range(2, schools + 1)]
    workload.fill_floor()
    if os.environ.get("PARTA_DATABASE_URL"):
        sql.write("ANALYZE")
    statement = "SELECT MAX(id) FROM timetable_lesson WHERE journal_id = %s"
    ids["lesson"] = sql.read(statement, [ids["written"]])[0][0]
    return ids, others


def sessions(ids: dict[str, int]) -> dict[str, str]:
    """Signed-in sessions of the teacher and the parent, made as sign-in makes them."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from parta.people.middleware import session_hash
    from parta.people.models import User
    from parta.people.sessions import SessionStore

    cookies = {}
    for name in ("teacher", "parent", "writer"):
        user = User.objects.get(id=ids[f"{name}_user"])
        store = SessionStore()
        store[SESSION_KEY] = str(user.id)
        store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        store[HASH_SESSION_KEY] = session_hash(user.password)
        store.create()
        cookies[name] = f"parta_session={store.session_key}; parta_csrf={'c' * 32}"
    return cookies


def actions(ids: dict[str, int]) -> list[Action]:
    """What is measured, with the targets of the requirements."""
    from parta.foundation import sql

    lessons = [
        row[0]
        for row in sql.read(
            "SELECT id FROM timetable_lesson WHERE journal_id = %s AND starts_at = ends_at ORDER BY number",
            (ids["written"],),
        )
    ]
    students = [
        row[0]
        for row in sql.read(
            "SELECT e.student_id FROM people_enrolment e JOIN plans_journal j ON j.homeroom_id = e.homeroom_id"
            " WHERE j.id = %s ORDER BY e.student_id",
            (ids["written"],),
        )
    ]
    taken = iter(lessons)

    def whole_lesson(turn: int) -> tuple[str, str, bytes | None]:
        lesson = next(taken)
        changes: list[dict[str, Any]] = [
            {"fact": "topic", "lesson": lesson, "topic": "Сложение и вычитание дробей", "seen": 0},
            {"fact": "conducted", "lesson": lesson},
            {"fact": "roll", "lesson": lesson},
        ]
        changes += [
            {"fact": "absence", "lesson": lesson, "student": s, "symbol": "О", "minutes": 5, "seen": 0}
            for s in students[:5]
        ]
        changes += [
            {
                "fact": "mark",
                "lesson": lesson,
                "assessment": None,
                "work": "oral",
                "student": s,
                "value": str(2 + (turn + n) % 4),
                "seen": 0,
            }
            for n, s in enumerate(students)
        ]
        return "POST", f"/journals/{ids['written']}/write", packed(changes)

    def one_cell(turn: int) -> tuple[str, str, bytes | None]:
        lesson = lessons[-1 - turn // len(students)]
        change = {
            "fact": "mark",
            "lesson": lesson,
            "assessment": None,
            "work": "oral",
            "student": students[turn % len(students)],
            "value": "5",
            "seen": 0,
        }
        return "POST", f"/journals/{ids['written']}/write", packed([change])

    def packed(changes: list[dict[str, Any]]) -> bytes:
        return json.dumps({"operation": str(uuid.uuid4()), "changes": changes}).encode()

    def floor_save(count: int, absent: int) -> Callable[[int], tuple[str, str, bytes | None]]:
        def make(turn: int) -> tuple[str, str, bytes | None]:
            sent = {
                "column": 100_000 + turn % 50,
                "marks": [[s, str(2 + (turn + n) % 4)] for n, s in enumerate(students[:count])],
                "absent": students[:absent],
            }
            return "POST", "/save", json.dumps(sent).encode()

        return make

    def get(path: str) -> Callable[[int], tuple[str, str, bytes | None]]:
        return lambda turn: ("GET", path, None)

    journal = f"/journals/{ids['journal']}/?term={ids['term']}"
    return [
        Action(
            "страница журнала", get(journal), get("/journal"), "teacher", 3.5, 10, 120, "Ученик0001".encode()
        ),
        Action("урок: 25 отметок и явка", whole_lesson, floor_save(25, 5), "writer", 5, 12, None, b'"saved"'),
        Action("одна клетка", one_cell, floor_save(1, 0), "writer", 5, 12, None, b'"saved"'),
        Action(
            "дневник: отметки четверти",
            get(f"/diary/{ids['student']}/?view=marks"),
            get("/diary"),
            "parent",
            4,
            8,
            40,
            "Предмет 0".encode(),
        ),
        Action("страница входа", get("/login/"), get("/login"), "", 8, 0, 20, "Парта".encode()),
        Action(
            "сегодня у учителя", get("/today/"), get("/journal"), "teacher", 99, 10, None, "Сегодня".encode()
        ),
    ]


_UNUSED = iter(range(2000, 3000))
"""Turns that the measured series does not reach."""


def count(action: Action, cookie: str) -> int:
    """Statements of one request, counted in this process; transaction control is not counted."""
    from django.db import connection
    from django.test import Client as Browser
    from django.test.utils import CaptureQueriesContext

    browser = Browser(enforce_csrf_checks=False, headers={"host": "127.0.0.1"})
    for pair in filter(None, cookie.split("; ")):
        name, _, value = pair.partition("=")
        browser.cookies[name] = value
    method, path, body = action.ours(next(_UNUSED))
    with CaptureQueriesContext(connection) as seen:
        if method == "GET":
            answer = browser.get(path)
        else:
            answer = browser.post(path, data=body, content_type="application/json")
    if answer.status_code != 200:
        raise SystemExit(f"{action.name}: {answer.status_code} {answer.content.decode()[:600]}")
    control = re.compile(r"\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)", re.IGNORECASE)
    return len([query for query in seen.captured_queries if not control.match(query["sql"])])


def measure(all_actions: list[Action], cookies: dict[str, str], rounds: int, requests: int) -> None:
    """Interleave ours and the floor; a wrong answer stops the run."""
    from django.db import connections

    database = database_server()
    connections.close_all()
    ports = {"ours": free_port(), "floor": free_port()}
    servers = {
        "ours": serve("config.wsgi:application", ports["ours"]),
        "floor": serve("bench.floor:application", ports["floor"]),
    }
    try:
        wait_for(ports["ours"], "/login/")
        wait_for(ports["floor"], "/login")
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("замеры", total=rounds * len(all_actions))
            turn = {action.name: 1 for action in all_actions}
            for place in range(rounds):
                for action in all_actions:
                    for side, port in ports.items():
                        cookie = (
                            cookies.get(action.who, "")
                            if side == "ours"
                            else f"floor={FLOOR_NAMES.get(action.who, action.who)}"
                        )
                        client = Client(port, cookie, "c" * 32)
                        make = action.ours if side == "ours" else action.floor
                        if place == 0:
                            one(client, action, make, turn, side)
                        pids = tree(servers[side].pid) + (tree(database) if database else [])
                        before = exact_cpu(pids)
                        for _ in range(requests):
                            one(client, action, make, turn, side)
                        action.cost[side].append((exact_cpu(pids) - before) / requests * 1000)
                        client.link.close()
                    progress.advance(task)
    finally:
        for server in servers.values():
            server.send_signal(signal.SIGTERM)
        for server in servers.values():
            server.wait(timeout=20)


def one(client: Client, action: Action, make: Callable[[int], Any], turn: dict[str, int], side: str) -> None:
    method, path, body = make(turn[action.name])
    turn[action.name] += 1
    status, text = client.ask(method, path, body)
    if status != 200 or (side == "ours" and action.expect not in text):
        raise SystemExit(f"{action.name} ({side}): {status} {text.decode(errors='replace')[:600]}")
    if side == "ours":
        action.bytes = len(text)


def spread(action: Action) -> str:
    """The middle half of the ratios of single rounds: how far one can trust the ratio of the medians."""
    ratios = [ours / floor for ours, floor in zip(action.cost["ours"], action.cost["floor"], strict=True)]
    if len(ratios) < 4:
        return "–"
    low, _, high = statistics.quantiles(ratios, n=4)
    return f"{low:.1f}–{high:.1f}"


def report(all_actions: list[Action]) -> bool:
    """Print the table; whether every target is met."""
    database = "PostgreSQL" if os.environ.get("PARTA_DATABASE_URL") else "SQLite"
    table = Table(title=f"Рабочая нагрузка W, {database}: процессорное время на запрос, медиана кругов")
    for head in ("действие", "пол, мс", "Парта, мс", "раз", "в кругах", "≤", "SQL", "≤", "КБ", "≤", ""):
        table.add_column(head, justify="left" if head in ("действие", "") else "right")
    met = True
    for action in all_actions:
        ours, floor = (statistics.median(action.cost[side]) for side in ("ours", "floor"))
        ratio = ours / floor
        free = action.ratio >= 99
        good = (
            (free or ratio <= action.ratio)
            and action.counted <= action.statements
            and (action.kilobytes is None or action.bytes <= action.kilobytes * 1024)
        )
        met &= good
        table.add_row(
            action.name,
            f"{floor:.2f}",
            f"{ours:.2f}",
            "–" if free else f"{ratio:.2f}",
            "–" if free else spread(action),
            "–" if free else f"{action.ratio:g}",
            str(action.counted),
            str(action.statements),
            f"{action.bytes / 1024:.1f}",
            str(action.kilobytes or "–"),
            "да" if good else "НЕТ",
        )
    console.print(table)
    return met


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--requests", type=int, default=15)
    parser.add_argument(
        "--only", default="", help="measure actions whose name holds one of these words: урок,вход"
    )
    parser.add_argument("--strict", action="store_true", help="end with 1 when a target is not met")
    parser.add_argument(
        "--schools",
        type=int,
        default=1,
        help="schools in the base, of 240,000 marks each; the first is measured",
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="parta-bench-") as home:
        os.environ["PARTA_HOME"] = home
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        started = time.perf_counter()
        ids, others = prepare(given.schools)
        console.print(f"Данные: {time.perf_counter() - started:.0f} с")
        cookies = sessions(ids)
        words = given.only.split(",")
        measured = [action for action in actions(ids) if any(word in action.name for word in words)]
        for action in measured:
            action.counted = count(action, cookies.get(action.who, ""))
            action.counted = count(
                action, cookies.get(action.who, "")
            )  # again with what is cached for ever warm
        met = True
        if measured:
            measure(measured, cookies, given.rounds, given.requests)
            met = report(measured)
            cell = next(action for action in actions(ids) if action.name == "одна клетка")
            kept.report(ids["school"], lambda: count(cell, cookies["writer"]), others, console)
        if not given.only or browser.WORD in words:
            opened = browser.pages(ids)
            browser.measure(cookies, opened)
            met &= browser.report(opened, console)
    return 0 if met or not given.strict else 1


if __name__ == "__main__":
    sys.exit(main())
