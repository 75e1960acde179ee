"""The mail server as a test holds it: started, told what to do, killed, its box read."""

import base64
import json
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Taken:
    """A letter the server has taken."""

    to: list[str]
    id: str
    message: EmailMessage

    @property
    def text(self) -> str:
        """Its plain part."""
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content())


class PostOffice:
    """A real SMTP server process on a free port of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port: int = found.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None
        self.tell("ok")

    def tell(self, mode: str) -> None:
        """What it does from now on (see `office`)."""
        (self.folder / "mode").write_text(mode, encoding="ascii")

    def start(self) -> None:
        """Start it, and wait until it listens."""
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.post.office", "--folder", self.folder, "--port", str(self.port)],
            cwd=Path(__file__).resolve().parents[2],
        )
        limit = time.monotonic() + 60
        while not ready.exists():
            assert time.monotonic() < limit and self.process.poll() is None, "the mail server did not start"
            time.sleep(0.05)

    def stop(self) -> None:
        """Kill it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def asked(self) -> int:
        """How many times a recipient was named."""
        found = self.folder / "asked"
        return len(found.read_text(encoding="utf-8").splitlines()) if found.exists() else 0

    def box(self) -> list[Taken]:
        """Every letter taken, in order."""
        box = self.folder / "box"
        if not box.exists():
            return []
        found = []
        for line in box.read_text(encoding="utf-8").splitlines():
            data = json.loads(line)
            message = BytesParser(policy=policy.default).parsebytes(base64.b64decode(data["raw"]))
            assert isinstance(message, EmailMessage)
            found.append(Taken(data["to"], data["id"], message))
        return found
