"""`parta worker`: carries out jobs until told to stop."""

import fcntl
import logging
import signal
import threading
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from types import FrameType

from parta.cli import installation
from parta.cli.screen import plural, say

logger = logging.getLogger("parta.worker")
PAUSE = 1.0
"""Seconds between two looks at an empty queue."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="выполнить то, чему пришёл срок, и выйти")


BEAT = 30.0
"""Seconds between two signs of life."""


class Stop:
    """Set by TERM and Ctrl+C; the job at hand is finished first."""

    def __init__(self) -> None:
        self.asked = False
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True


def _beat(over: threading.Event) -> None:
    """Give signs of life until told that it is over: their absence is an outage."""
    from django.db import DatabaseError, close_old_connections

    from parta.archive.actions.outages import beat
    from parta.foundation import clock

    while not over.is_set():
        try:
            beat(at=clock.now())
        except DatabaseError:
            logger.warning("no sign of life could be written", exc_info=True)
        close_old_connections()
        over.wait(BEAT)


def run(arguments: Namespace) -> int:
    """The loop. On the embedded database one worker is enough, and a second one waits for the first to end."""
    installation.load()
    installation.require_database()
    from django.db import close_old_connections, connection

    from parta.communication.jobs import deliver, push
    from parta.foundation import clock, jobs

    jobs.load_kinds()
    if arguments.once:
        jobs.plan_night(clock.now())
        jobs.plan_turns(clock.now())
        say(f"Выполнено: {plural(jobs.run_due(clock.now), 'задание', 'задания', 'заданий')}.")
        return 0
    stop = Stop()
    alone = connection.vendor == "sqlite"
    lock = (Path(installation.home()) / "worker.lock").open("w")
    while alone and not stop.asked:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            time.sleep(PAUSE)
    over = threading.Event()
    threading.Thread(target=_beat, args=(over,), daemon=True).start()
    # Letters in a thread of their own: a mail server that hangs holds up no other job.
    # Phones in another, so that neither waits for the other's server.
    for rounds in (deliver, push):
        threading.Thread(target=rounds, args=(clock.now, over), kwargs={"alone": alone}, daemon=True).start()
    planned = turned = 0.0
    while not stop.asked:
        if time.monotonic() - planned > 600 or not planned:
            jobs.plan_night(clock.now())
            planned = time.monotonic()
        if time.monotonic() - turned > 30 or not turned:
            jobs.plan_turns(clock.now())
            turned = time.monotonic()
        ran = jobs.run_due(clock.now, alone=alone, most=1)
        close_old_connections()
        if not ran:
            time.sleep(PAUSE)
    over.set()
    return 0
