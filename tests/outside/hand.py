"""The provider as a test holds it: started, told whom to sign in and how to lie, killed; and a browser's visit."""

import http.client
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from config.providers import Provider
from tests.outside.provider import CLIENT, SECRET


@dataclass
class Hand:
    """A provider process on a free port of this machine."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None
    port: int = 0

    def start(self, now: datetime) -> None:
        """Start it, and wait until it listens. Started again it takes the port it had."""
        ready = self.folder / "port"
        ready.unlink(missing_ok=True)
        self.now = now
        self.tell()
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.outside.provider",
                "--folder",
                self.folder,
                "--port",
                str(self.port),
            ],
            cwd=Path(__file__).resolve().parents[2],
        )
        limit = time.monotonic() + 60
        while not ready.exists():
            assert time.monotonic() < limit and self.process.poll() is None, "the provider did not start"
            time.sleep(0.05)
        self.port = int(ready.read_text(encoding="ascii"))

    def stop(self) -> None:
        """Kill it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def tell(self, who: str = "p-1", lie: str = "", swap: str = "", now: datetime | None = None) -> None:
        """Who signs in there from now on, and what it does wrong."""
        told = {"who": who, "lie": lie, "swap": swap, "now": (now or self.now).timestamp()}
        new = self.folder / "told.new"
        new.write_text(json.dumps(told), encoding="utf-8")
        new.rename(self.folder / "told")

    def asked(self, where: str) -> int:
        """How often it was asked for a path."""
        found = self.folder / "asked"
        return found.read_text(encoding="utf-8").split().count(where) if found.exists() else 0

    def provider(self, **more: Any) -> Provider:
        """It, as the file of an installation would name it."""
        return Provider(
            code=more.pop("code", "region"),
            title=more.pop("title", "Регион-Вход"),
            issuer=f"http://127.0.0.1:{self.port}",
            client_id=CLIENT,
            client_secret=SECRET,
            inside=True,
            **more,
        )


def visit(address: str) -> str:
    """What a browser does at the provider: it is led back, to path and query of ours."""
    parts = urlsplit(address)
    link = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    link.request("GET", f"{parts.path}?{parts.query}")
    answer = link.getresponse()
    assert answer.status == 302, answer.status
    back = urlsplit(answer.headers["Location"])
    link.close()
    return f"{back.path}?{back.query}"
