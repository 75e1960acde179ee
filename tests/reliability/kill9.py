"""kill -9 during a stream of writes: nothing acknowledged is lost, nothing doubled, nothing half written.

    python -m tests.reliability.kill9 --kills 2000 [--seed N] [--database-url URL] [--fault NAME]

Six open pages write into four journals without pause; at random moments a worker, all workers, the arbiter or
everything is killed. A page without an answer sends the same operation again. Every few kills the pages rest,
the database is audited against every answer given so far. Prints one line of JSON; 1 when something was found.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.reliability import installation
from tests.reliability.stream import Known, Writer, wait_for


def run(
    home: Path, prepared: Path | None, kills: int, seed: int, fault: str, every: int, calm: float
) -> dict[str, Any]:
    """Fill, serve, write, kill, audit; the report."""
    from django.db import connection

    from tests.reliability.audit import findings

    dice = random.Random(seed)
    moment, posts = installation.filled(home, prepared)
    server = installation.Server(moment, fault, log=home / "server.log")
    stopped = threading.Event()
    known: dict[int, Known] = {post.journal_id: Known() for post in posts}
    began, killed, found, audits = time.monotonic(), Counter[str](), [], 0
    server.start()
    writers = [
        Writer(("127.0.0.1", server.port), post, known[post.journal_id], seed * 100 + number, stopped)
        for number, post in enumerate(posts)
    ]
    try:
        _open_lessons(writers)
        for writer in writers:
            writer.start()
        done = 0
        while done < kills and not found:
            time.sleep(dice.uniform(0.02, calm))
            what = server.kill(dice)
            killed[what] += 1
            for writer in writers:
                writer.disturbed = time.monotonic()
            done += what != "nobody"
            if done % every == 0 or done == kills:
                _rest(writers)
                audits += 1
                connection.close()
                found = [*findings(_operations(writers)), *(w.failure for w in writers if w.failure)]
                for writer in writers:
                    writer.rest_asked.clear()
    finally:
        stopped.set()
        for writer in writers:
            writer.rest_asked.clear()
            if writer.ident is not None:
                writer.join(100)
        server.stop()
    operations = _operations(writers)
    connection.close()
    if not found:
        found = [*findings(operations), *(w.failure for w in writers if w.failure)]
    return {
        "database": connection.vendor,
        "kills": done,
        "killed": dict(killed),
        "operations": len(operations),
        "acknowledged": sum(operation.is_acknowledged for operation in operations),
        "changes": sum(
            not saved.get("unchanged")
            for operation in operations
            if operation.is_acknowledged
            for saved in (operation.answer or {})["saved"]
        ),
        "answers": dict(Counter(str(operation.status) for operation in operations)),
        "refused_by": dict(
            Counter(
                clause["id"]
                for operation in operations
                for refused in (operation.answer or {}).get("refused", ())
                for clause in refused["clauses"]
            )
        ),
        "sent_again": sum(operation.sent > 1 for operation in operations),
        "audits": audits + 1,
        "seconds": round(time.monotonic() - began, 1),
        "findings": found[:20],
    }


def _open_lessons(writers: list[Writer]) -> None:
    """State the topic of each lesson first: marks come after it."""
    for writer in writers:
        for lesson in writer.post.lessons:
            body = {
                "operation": f"00000000-0000-4000-8000-{lesson:012d}",
                "changes": [
                    {"fact": "topic", "lesson": lesson, "topic": "Повторение пройденного", "seen": 0}
                ],
            }
            wait_for(
                lambda w=writer, b=body: w.post_once(w.post.journal_id, b) is not None, "тема не записана"
            )  # type: ignore[misc]


def _rest(writers: list[Writer]) -> None:
    for writer in writers:
        writer.rest_asked.set()
    wait_for(
        lambda: all(writer.resting.is_set() or not writer.is_alive() for writer in writers),
        "страницы не дождались ответов",
        limit=120,
    )


def _operations(writers: list[Writer]) -> list[Any]:
    return [operation for writer in writers for operation in writer.operations]


def main() -> int:
    """Read the arguments, run, print the report."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--every", type=int, default=20, help="kills between two audits")
    parser.add_argument("--calm", type=float, default=0.5, help="longest pause before a kill, s")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--fault", default="", help="plant a fault, to see it found")
    parser.add_argument("--database-url", default="", help="an empty PostgreSQL database; default: SQLite")
    parser.add_argument("--prepare", type=Path, help="only fill an installation and leave it here")
    parser.add_argument("--prepared", type=Path, help="start from an installation left by --prepare")
    arguments = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="parta-kill9-"))
    try:
        installation.configure(home, arguments.database_url)
        if arguments.prepare:
            from django.db import connection

            installation.filled(home)
            connection.close()
            home.rename(arguments.prepare)
            return 0
        report = run(
            home,
            arguments.prepared,
            arguments.kills,
            arguments.seed,
            arguments.fault,
            arguments.every,
            arguments.calm,
        )
        report["seed"] = arguments.seed
        log = home / "server.log"
        if log.exists() and (text := log.read_text(errors="replace")):
            report["tracebacks"] = text.count("Traceback")
            if report["tracebacks"]:
                report["log"] = text[text.index("Traceback") :][:3000]
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(json.dumps(report, ensure_ascii=False))
    return 1 if report["findings"] else 0


if __name__ == "__main__":
    sys.exit(main())
