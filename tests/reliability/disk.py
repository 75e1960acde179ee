"""Looks at the server's dealings with the disk from outside.

    python -m tests.reliability.disk HOME --trace [--fault NAME]   does each answer wait for the sync?
    python -m tests.reliability.disk HOME --full                   what happens when files may not grow?

Prints one line of JSON.
"""

import argparse
import http.client
import json
import random
import re
import shutil
import sys
import threading
import time
from pathlib import Path
from typing import Any

from tests.reliability import installation
from tests.reliability.audit import Operation, findings
from tests.reliability.stream import Known, Post, Writer, invent

CALL = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)(?:\(| resumed)(.*)$")


def operations(post: Post, count: int, seed: int) -> list[dict[str, Any]]:
    """Bodies that write something each: new cells of one lesson."""
    dice, known = random.Random(seed), Known()
    found: list[dict[str, Any]] = []
    while len(found) < count:
        body = invent(dice, post, known)
        if {change["fact"] for change in body["changes"]} <= {"note"}:
            found.append(body)
    return found


def page_of(server: installation.Server, post: Post) -> Writer:
    """An open page that is not a thread: its operations are posted one by one."""
    return Writer(("127.0.0.1", server.port), post, Known(), 1, threading.Event())


def traced(moment: str, post: Post, home: Path, fault: str) -> dict[str, Any]:
    """Post under the tracer; count answers that left before the sync of their write."""
    trace = home / "trace.txt"
    tracer = shutil.which("strace") or "strace"
    server = installation.Server(
        moment,
        fault,
        workers=1,
        under=(
            tracer,
            "--seccomp-bpf",
            "-f",
            "-e",
            "trace=fsync,fdatasync,sendto,recvfrom",
            "-s",
            "40",
            "-o",
            str(trace),
        ),
        log=home / "server.log",
    )
    server.start()
    statuses = []
    try:
        page = page_of(server, post)
        for body in operations(post, 25, 1):
            answered = page.post_once(post.journal_id, body)
            statuses.append(answered[0] if answered else None)
    finally:
        server.stop()
    synced: dict[str, int] = {}
    answers = unsynced = 0
    for line in trace.read_text(errors="replace").splitlines():
        call = CALL.match(line)
        if call is None:
            continue
        thread, name, rest = call.groups()
        if name in ("fsync", "fdatasync") and rest.rstrip().endswith("= 0"):
            synced[thread] = synced.get(thread, 0) + 1
        elif name == "sendto" and '"HTTP/1.1 200' in rest:
            answers += 1
            unsynced += not synced.pop(thread, 0)
    return {"statuses": statuses, "answers": answers, "unsynced": unsynced}


def full(moment: str, post: Post, home: Path) -> dict[str, Any]:
    """Post with room, without room, and the same again with room."""
    bodies = operations(post, 60, 2)
    sent: list[Operation] = []
    server = installation.Server(moment, workers=1, log=home / "server.log")

    def send(some: list[dict[str, Any]]) -> list[Any]:
        page, statuses = page_of(server, post), []
        for body in some:
            operation = Operation(body["operation"], post.journal_id, body)
            answered = page.post_once(post.journal_id, body)
            if answered is not None:
                operation.status, operation.answer = answered
                sent.append(operation)
            statuses.append(answered[0] if answered else None)
        return statuses

    server.start()
    before = send(bodies[:10])
    server.stop()
    # The write-ahead log starts anew with the server; a file may now hold a few writes and no more.
    server = installation.Server(
        moment, workers=1, log=home / "server.log", more={"PARTA_TEST_FILE_LIMIT": str(200_000)}
    )
    server.start()
    try:
        statuses = send(bodies[10:])
        texts = [
            operation.answer.get("error", "")
            for operation in sent
            if operation.status in (503, 507) and operation.answer
        ]
        line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        line.request(
            "GET",
            f"/journals/{post.journal_id}/history?lesson={post.lessons[0]}&student={post.students[0]}",
            headers={"Cookie": f"parta_session={post.session}"},
        )
        reading = line.getresponse().status
    finally:
        server.stop()
    refused = [body for body, status in zip(bodies[10:], statuses, strict=True) if status != 200]
    found = findings(sent)
    server = installation.Server(moment, workers=1, log=home / "server.log")
    server.start()
    try:
        after = send(refused)
    finally:
        server.stop()
    unanswered = {operation.id: operation for operation in sent}
    return {
        "before": before,
        "full": [status for status in statuses if status != 200],
        "texts": sorted(set(texts)),
        "reading": reading,
        "after": after,
        "findings": [*found, *findings(list(unanswered.values()))][:20],
    }


def main() -> int:
    """Read the arguments, look, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("home", type=Path)
    parser.add_argument("--trace", action="store_true")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--fault", default="")
    parser.add_argument("--prepared", type=Path, help="an installation left by kill9 --prepare")
    arguments = parser.parse_args()
    arguments.home.mkdir(parents=True, exist_ok=True)
    installation.configure(arguments.home)
    moment, posts = installation.filled(arguments.home, arguments.prepared)
    from django.db import connection

    connection.close()
    time.sleep(0.1)
    report = (
        traced(moment, posts[0], arguments.home, arguments.fault)
        if arguments.trace
        else full(moment, posts[0], arguments.home)
    )
    print(json.dumps(report, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
