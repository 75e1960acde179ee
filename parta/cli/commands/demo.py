"""`parta demo`: the demo school, from nothing to a page in the browser. Harmless when run again, also beside itself."""

import fcntl
import http.client
import json
import os
import time
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from dataclasses import asdict
from datetime import date
from typing import IO, Any

from parta.cli import installation
from parta.cli.commands.serve import DEFAULT_BIND, address, family_of, port_is_free
from parta.cli.screen import Failure, out, plural, progress, say

SEED = 23


def day(text: str) -> date:
    """A date as 2026-10-14 or 14.10.2026."""
    try:
        if "." in text:
            return date(*(int(part) for part in reversed(text.split("."))))
        return date.fromisoformat(text)
    except (ValueError, TypeError):
        raise ArgumentTypeError(f"«{text}» не дата; нужно ГГГГ-ММ-ДД") from None


def local(text: str) -> str:
    """An address of this machine with a port: the demo school is not for others' eyes.

    Its passwords are printed and known; hence no other address than the machine's own.
    """
    if not address(text).startswith(("127.", "localhost:", "[::1]:")):
        raise ArgumentTypeError(f"«{text}»: показ открывается только на этой машине, например {DEFAULT_BIND}")
    return text


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--bind", type=local, default=DEFAULT_BIND, metavar="АДРЕС", help="где отвечать (%(default)s)"
    )
    parser.add_argument("--seed", type=int, default=SEED, metavar="N", help="зерно выдумки (%(default)s)")
    parser.add_argument("--today", type=day, metavar="ДАТА", help="до какого дня вести журналы (сегодня)")
    parser.add_argument("--fill-only", action="store_true", help="только заполнить базу, сервер не запускать")


def run(arguments: Namespace) -> int:
    """Database, demo school, server; stays in the foreground."""
    started = float(os.environ.get("PARTA_STARTED") or time.time())
    installation.load()
    home = installation.home()
    home.mkdir(parents=True, exist_ok=True)
    if not arguments.fill_only and answers(arguments.bind):
        return already_running(arguments.bind)
    with (home / "demo.lock").open("w") as lock:
        wait_for(lock)  # a second demo started at the same moment waits here until the first one answers
        if not arguments.fill_only:
            if answers(arguments.bind):
                return already_running(arguments.bind)
            if not port_is_free(arguments.bind):
                raise Failure(taken(arguments.bind))
        prepare(arguments)
        if arguments.fill_only:
            say(f"Готово за {seconds(time.time() - started)}.")
            return 0
        return serve(arguments, started, lock)


def wait_for(lock: IO[str]) -> None:
    """Take the lock; say so when it takes long."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("Показ уже готовится рядом, жду…")
        fcntl.flock(lock, fcntl.LOCK_EX)


def prepare(arguments: Namespace) -> None:
    """Database, static files and the demo school, each only if it is not there yet."""
    from parta.cli import web

    count = installation.migrate()
    if count:
        say(f"База данных: {plural(count, 'изменение внесено', 'изменения внесены', 'изменений внесено')}")
    web.gather_statics()
    from parta.organisation.models import School

    kept = installation.home() / "demo.json"
    if School.objects.exists():
        if not kept.exists():
            raise Failure(
                "В этой базе уже есть школы: показательная к ним не добавляется.\n"
                "Укажите для показа другую папку: PARTA_HOME=/tmp/parta-demo parta demo"
            )
        return
    from django.db import transaction

    from parta.demo.fill import fill
    from parta.foundation import clock

    today = arguments.today or clock.local_date(clock.now(), "Europe/Moscow")
    say(f"Заполняю показательную гимназию по {today:%d.%m.%Y}")
    before = time.monotonic()
    with progress() as report, transaction.atomic():
        summary = fill(seed=arguments.seed, today=today, progress=report)
        data = asdict(summary) | {"seed": arguments.seed, "today": today.isoformat()}
        # Before the commit: killed in between, the next run finds an empty database and fills it anew. The other way
        # round it would find schools of which it does not know that they are its own.
        kept.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
    counts = ", ".join(
        f"{title} {number:,}".replace(",", "\u00a0") for title, number in summary.counts.items()
    )
    say(f"Заполнено за {seconds(time.monotonic() - before)}: {counts}")


def serve(arguments: Namespace, started: float, lock: IO[str]) -> int:
    """Run the server's family; when the login page answers, print how to come in."""
    from parta.cli.family import Family

    arguments.workers, arguments.threads = 2, 4
    limit = time.monotonic() + 120

    def once() -> bool:
        if answers(arguments.bind):
            fcntl.flock(lock, fcntl.LOCK_UN)
            invite(arguments.bind)
            say(f"Готово за {seconds(time.time() - started)}. Остановить: Ctrl+C")
            return True
        if time.monotonic() > limit:
            raise Failure("Сервер не отвечает две минуты. Посмотрите сообщения выше; помогает parta doctor.")
        return False

    code = Family(family_of(arguments)).run(once)
    if not code:
        say("Остановлено. Данные на месте: следующий запуск начнётся сразу.")
    return code


def answers(bind: str) -> bool:
    """Whether Parta's login page answers at the address."""
    host, _, port = bind.rpartition(":")
    connection = http.client.HTTPConnection(host.strip("[]"), int(port), timeout=3)
    try:
        connection.request("GET", "/login/", headers={"Host": "127.0.0.1"})
        answer = connection.getresponse()
        return answer.status == 200 and "· Парта</title>" in answer.read(20_000).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def already_running(bind: str) -> int:
    """Say where it is and how to come in."""
    say("Парта уже работает.")
    invite(bind)
    return 0


def taken(bind: str) -> str:
    """What to do when another program has the port."""
    port = bind.rpartition(":")[2]
    return f"Порт {port} занят другой программой.\nЗакройте её или возьмите другой порт: make demo PORT={int(port) + 1}"


def invite(bind: str) -> None:
    """The address and a table of logins."""
    from rich.table import Table

    say(f"\n  http://{bind}/\n")
    kept = installation.home() / "demo.json"
    if not kept.exists():
        return
    data: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    table = Table(box=None, padding=(0, 3, 0, 2), header_style="bold")
    for title in ("Кто", "Логин", "Пароль", "Школа"):
        table.add_column(title, no_wrap=title in ("Логин", "Пароль"))
    for login in data["logins"]:
        who = login["role"] + (f" ({login['note']})" if login.get("note") else "")
        table.add_row(who, login["login"], login["password"], login["school"])
    out.print(table, markup=False) if out.is_terminal else _plainly(data)
    say()


def _plainly(data: dict[str, Any]) -> None:
    for login in data["logins"]:
        say(f"  {login['login']:<24} {login['password']:<20} {login['role']} · {login['school']}")


def seconds(span: float) -> str:
    """«48 с» or «2 мин 05 с»."""
    whole = max(1, round(span))
    return f"{whole}\u00a0с" if whole < 60 else f"{whole // 60}\u00a0мин {whole % 60:02}\u00a0с"
