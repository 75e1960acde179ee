"""A family of processes that live and end together: the server and its worker."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType

_PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    """Linux: when the parent is killed with -9, the child gets TERM and no orphan keeps the port."""
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    except (OSError, AttributeError):
        return


class Family:
    """Starts children, restarts the helpers, ends with the head of the family: the first command."""

    def __init__(self, commands: Sequence[Sequence[str]]) -> None:
        self.commands = [[sys.executable, "-m", "parta.cli", *words] for words in commands]
        self.children: list[subprocess.Popen[bytes]] = []
        self.stopping = False

    def _start(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        # A session of its own: Ctrl+C reaches this process only, which then ends the children in order.
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent,
            env=os.environ,
        )

    def run(self, once: Callable[[], bool] | None = None) -> int:
        """Stay until the head ends or a signal asks to stop; its exit code (0 when asked).

        `once` is called twice a second until it answers True: the moment when the server answers.
        """
        for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(name, self._asked_to_stop)
        self.children = [self._start(command) for command in self.commands]
        started = [time.monotonic()] * len(self.commands)
        try:
            while not self.stopping:
                code = self.children[0].poll()
                if code is not None:
                    return code or 1
                for place in range(1, len(self.children)):
                    if self.children[place].poll() is not None and time.monotonic() - started[place] > 5:
                        self.children[place] = self._start(self.commands[place])
                        started[place] = time.monotonic()
                if once is not None and once():
                    once = None
                time.sleep(0.2)
            return 0
        finally:
            self._end()

    def _asked_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _end(self) -> None:
        for child in self.children:
            if child.poll() is None:
                child.terminate()
        limit = time.monotonic() + 30
        for child in self.children:
            try:
                child.wait(max(0.1, limit - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
