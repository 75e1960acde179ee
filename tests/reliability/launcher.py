"""The real `parta serve`, with its clock set to the cast's day and, where a test asks for it, a planted fault.

    python -m tests.reliability.launcher --bind 127.0.0.1:PORT --workers 2

Environment: PARTA_TEST_CLOCK «moment at start;Unix time of that start;how many times slower»; PARTA_TEST_FAULT a name
of `tests.reliability.faults.SERVER`.
"""

import os
import resource
import sys
import time
from datetime import datetime, timedelta


def set_clock(told: str) -> None:
    """From now on the server lives at that moment, and its time runs slower: the lesson outlasts the test."""
    from parta.foundation import clock

    moment, began, slower = told.split(";")
    start, since, pace = datetime.fromisoformat(moment), float(began), float(slower)
    clock.now = lambda: clock._rehearsed.get() or start + timedelta(seconds=(time.time() - since) / pace)


def main() -> int:
    """Serve until told to stop."""
    from parta.cli import installation
    from parta.cli.family import _end_with_parent
    from parta.cli.main import main as parta

    _end_with_parent()  # a test that is broken off leaves no server behind

    installation.load()
    set_clock(os.environ["PARTA_TEST_CLOCK"])
    fault = os.environ.get("PARTA_TEST_FAULT")
    if fault:
        from tests.reliability.faults import SERVER

        SERVER[fault]()
    room = os.environ.get("PARTA_TEST_FILE_LIMIT")
    if room:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(room), resource.RLIM_INFINITY))
    return parta(["serve", "--no-worker", *sys.argv[1:]])


if __name__ == "__main__":
    raise SystemExit(main())
