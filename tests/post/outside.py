"""A service outside the product as a test holds it: a process of its own, told what to do, killed, started again."""

import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import ClassVar


class Outside:
    """A process on a free port of this machine that reads its mode and keeps what it took in its folder."""

    program: ClassVar[str]
    """The module that is run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port: int = found.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None
        self.tell("ok")

    def tell(self, mode: str) -> None:
        """What it does from now on."""
        (self.folder / "mode").write_text(mode, encoding="ascii")

    def start(self) -> None:
        """Start it, and wait until it listens."""
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-m", self.program, "--folder", self.folder, "--port", str(self.port)],
            cwd=Path(__file__).resolve().parents[2],
        )
        limit = time.monotonic() + 60
        while not ready.exists():
            assert time.monotonic() < limit and self.process.poll() is None, f"{self.program} did not start"
            time.sleep(0.05)

    def stop(self) -> None:
        """Kill it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def asked(self) -> int:
        """How many lines of `asked` it wrote: one for each thing it was asked, taken or not."""
        found = self.folder / "asked"
        return len(found.read_text(encoding="utf-8").splitlines()) if found.exists() else 0
