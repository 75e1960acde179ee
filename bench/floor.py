"""The floor: one WSGI function, a few plain SQL statements, joined strings, no log. What a page cannot go below.

Actions: /journal, /save, /diary, /login. As the floor that the peers were measured beside: the session with its user
by key, the right, then one indexed statement each for students, columns, marks and absences; six in all for a page,
five and a transaction for a save. The database is that of the environment, through the driver alone, one connection
kept open. Saves go to another class than the pages show, so that a page weighs the same in every round.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

_ADDRESS = os.environ.get("PARTA_DATABASE_URL", "")


def _connect() -> Callable[..., Any]:
    if _ADDRESS:
        import psycopg

        url = urlsplit(_ADDRESS)
        link = psycopg.connect(
            host=unquote(url.hostname or ""),
            port=url.port,
            user=url.username,
            dbname=url.path.lstrip("/"),
            autocommit=True,
            prepare_threshold=0,
        )
        return link.execute
    path = Path(os.environ["PARTA_HOME"]) / "parta.sqlite3"
    embedded = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=20)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "cache_size=-65536",
        "mmap_size=268435456",
        "wal_autocheckpoint=5000",
    ):
        embedded.execute(f"PRAGMA {pragma}")
    return lambda statement, values=(): embedded.execute(statement.replace("%s", "?"), values)


run = _connect()
SAVED = (1, 1)
"""Class and subject that saves go to."""
_BEGIN = "BEGIN" if _ADDRESS else "BEGIN IMMEDIATE"


def _user(environ: dict[str, Any]) -> Any:
    token = environ.get("HTTP_COOKIE", "").partition("floor=")[2].partition(";")[0]
    return run("SELECT user_id, name FROM floor_session WHERE token = %s", (token,)).fetchone()


def _journal(user: Any, body: bytes) -> str:
    if not run("SELECT 1 FROM floor_right WHERE user_id = %s AND object_id = %s", (user[0], 0)).fetchone():
        return "403"
    students = run("SELECT id, name FROM floor_student WHERE homeroom = %s ORDER BY id", (0,)).fetchall()
    columns = run(
        "SELECT id, day, kind FROM floor_column WHERE homeroom = %s AND subject = %s ORDER BY id", (0, 0)
    ).fetchall()
    cells: dict[tuple[int, int], str] = {
        (row[0], row[1]): row[2]
        for row in run(
            "SELECT student_id, column_id, value FROM floor_mark WHERE homeroom = %s AND subject = %s", (0, 0)
        ).fetchall()
    }
    for student, column in run(
        "SELECT student_id, column_id FROM floor_absence WHERE homeroom = %s AND subject = %s", (0, 0)
    ).fetchall():
        cells[student, column] = cells.get((student, column), "") + "н"
    parts = ["<!doctype html><title>Журнал</title><table><tr><th>"]
    parts += [f"<th>{day[8:]}.{day[5:7]} {kind}" for _, day, kind in columns]
    for student, name in students:
        parts.append(f"<tr><th>{escape(name)}")
        total = count = 0
        for column, _, _ in columns:
            value = cells.get((student, column), "")
            parts.append("<td>" + value)
            if value[:1].isdigit():
                total += int(value[0])
                count += 1
        parts.append(f"<td>{total / count if count else 0:.2f}")
    return "".join(parts)


def _save(user: Any, body: bytes) -> str:
    if not run("SELECT 1 FROM floor_right WHERE user_id = %s AND object_id = %s", (user[0], 0)).fetchone():
        return "403"
    sent = json.loads(body)
    homeroom, subject = SAVED
    run(_BEGIN)
    marks = ", ".join(["(%s, %s, %s, %s, %s)"] * len(sent["marks"]))
    run(
        "INSERT INTO floor_mark (column_id, student_id, homeroom, subject, value) VALUES "
        + marks
        + " ON CONFLICT"
        " (column_id, student_id) DO UPDATE SET value = excluded.value",
        [
            item
            for student, value in sent["marks"]
            for item in (sent["column"], student, homeroom, subject, value)
        ],
    )
    run("DELETE FROM floor_absence WHERE column_id = %s", (sent["column"],))
    if sent["absent"]:
        run(
            "INSERT INTO floor_absence (column_id, student_id, homeroom, subject) VALUES "
            + ", ".join(["(%s, %s, %s, %s)"] * len(sent["absent"])),
            [item for student in sent["absent"] for item in (sent["column"], student, homeroom, subject)],
        )
    run("COMMIT")
    return "saved ok"


def _diary(user: Any, body: bytes) -> str:
    if not run("SELECT 1 FROM floor_right WHERE user_id = %s AND object_id = %s", (user[0], 1)).fetchone():
        return "403"
    name, homeroom = run("SELECT name, homeroom FROM floor_student WHERE id = %s", (1,)).fetchone()
    columns = {
        row[0]: row[1:]
        for row in run(
            "SELECT id, subject, day, kind FROM floor_column WHERE homeroom = %s", (homeroom,)
        ).fetchall()
    }
    marks = run(
        "SELECT subject, column_id, value FROM floor_mark WHERE student_id = %s ORDER BY subject, column_id",
        (1,),
    ).fetchall()
    absent = {
        row[0] for row in run("SELECT column_id FROM floor_absence WHERE student_id = %s", (1,)).fetchall()
    }
    parts = [f"<!doctype html><title>Дневник</title><h1>{escape(name)}</h1><table>"]
    last = -1
    for subject, column, value in marks:
        if subject != last:
            parts.append(f"<tr><th>Предмет {subject}")
            last = subject
        _, day, kind = columns[column]
        parts.append(f"<td>{value}{'н' if column in absent else ''} {day[8:]}.{day[5:7]} {kind}")
    return "".join(parts)


_LOGIN = (
    "<!doctype html><title>Вход</title><form method=post><label>Логин <input name=login></label>"
    "<label>Пароль <input name=password type=password></label><button>Войти</button></form>"
)
_PAGES = {"/journal": _journal, "/save": _save, "/diary": _diary}


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """The one WSGI function."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    page = _PAGES.get(environ["PATH_INFO"])
    if page is None:
        text = _LOGIN
    else:
        user = _user(environ)
        text = page(user, body) if user else "401"
    data = text.encode()
    start("200 OK", [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(data)))])
    return [data]
