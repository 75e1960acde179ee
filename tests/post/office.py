"""The mail server: `python -m tests.post.office --folder DIR --port N`.

What it does with the next letter stands in DIR/mode, read anew for each: ok, busy (450 at RCPT), never (550 at RCPT),
full (452 at DATA), spam (554 at DATA), hang (no answer to RCPT), hang_data (none to DATA), die (the process ends inside
DATA, nothing taken), die_after (it has taken the letter and ends before it says so). Letters taken are lines of
DIR/box.
"""

import argparse
import asyncio
import base64
import json
import os
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP


class Office:
    """Answers as DIR/mode says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def mode(self) -> str:
        return (self.folder / "mode").read_text(encoding="ascii").strip()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        (self.folder / "asked").open("a", encoding="utf-8").write(f"{address}\n")
        match self.mode:
            case "busy":
                return "450 4.2.0 try later"
            case "never":
                return "550 5.1.1 no such person"
            case "hang":
                await asyncio.sleep(3600)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        match self.mode:
            case "full":
                return "452 4.3.1 no room"
            case "spam":
                return "554 5.7.1 looks like spam"
            case "hang_data":
                await asyncio.sleep(3600)
            case "die":
                os._exit(1)
        message = message_from_bytes(envelope.content)
        line = {
            "to": envelope.rcpt_tos,
            "id": message["Message-ID"],
            "raw": base64.b64encode(envelope.content).decode(),
        }
        with (self.folder / "box").open("a", encoding="utf-8") as box:
            box.write(json.dumps(line) + "\n")
            box.flush()
            os.fsync(box.fileno())
        if self.mode == "die_after":
            os._exit(1)
        return "250 taken"


async def serve(folder: Path, port: int) -> None:
    """Listen until killed; DIR/ready says that it does."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(Office(folder), enable_SMTPUTF8=True, loop=loop), "127.0.0.1", port
    )
    (folder / "ready").write_text("1", encoding="ascii")
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    asyncio.run(serve(given.folder, given.port))
