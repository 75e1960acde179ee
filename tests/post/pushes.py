"""The push service of a browser's maker, `python -m tests.post.pushes --folder DIR --port N`; `Browser` listens to it.

What it does with the next notice stands in DIR/mode, read anew for each: ok (201), gone (410), missing (404), busy
(429, Retry-After an hour), broken (500), foreign (403), large (413), hang (no answer), die_after (it has taken the
notice and ends before it says so). Notices taken are lines of DIR/box; every knock is a line of DIR/asked.
"""

import argparse
import base64
import json
import os
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwk, jwt

from tests.post.outside import Outside

ANSWERS = {"ok": 201, "gone": 410, "missing": 404, "busy": 429, "broken": 500, "foreign": 403, "large": 413}


def text_of(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Browser:
    """A browser that subscribed: its keys, and what it makes of a body by RFC 8291, read from the standard anew."""

    place: str
    name: str = "a"
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def form(self) -> dict[str, str]:
        """What the page of notices posts."""
        keys = {"key": text_of(self.public), "secret": text_of(self.auth)}
        return {"act": "phone_on", "endpoint": f"{self.place}/send/{self.name}", **keys}

    def read(self, body: bytes) -> dict[str, str]:
        """The notice inside. Fails where it is sealed for somebody else."""
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, sealed = body[21 : 21 + length], body[21 + length :]
        assert len(sealed) <= size and len(body) <= 4096
        shared = self.private.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        )
        key = HKDF(SHA256(), 32, self.auth, b"WebPush: info\0" + self.public + sender).derive(shared)
        cipher = AESGCM(HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(key))
        nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(key)
        plain = cipher.decrypt(nonce, sealed, None).rstrip(b"\0")
        assert plain.endswith(b"\2")
        found: dict[str, str] = json.loads(plain[:-1])
        return found


@dataclass(frozen=True, slots=True)
class Carried:
    """A notice the service has taken."""

    name: str
    headers: dict[str, str]
    body: bytes

    def claims(self, server_key: str) -> dict[str, Any]:
        """What the sender signed, by the key a browser was switched on with."""
        scheme, _, rest = self.headers["authorization"].partition(" ")
        parts = dict(one.strip().split("=", 1) for one in rest.split(","))
        assert scheme == "vapid" and parts["k"] == server_key
        point = bytes_of(server_key)
        key = jwk.ECKey.import_key(
            {"kty": "EC", "crv": "P-256", "x": text_of(point[1:33]), "y": text_of(point[33:])}
        )
        found: dict[str, Any] = jwt.decode(parts["t"], key, algorithms=["ES256"]).claims
        return found


class PushService(Outside):
    """A real push service process on a free port of this machine; `asked` counts its calls."""

    program = "tests.post.pushes"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.place = f"http://127.0.0.1:{self.port}"

    def box(self) -> list[Carried]:
        """Every notice taken, in order."""
        box = self.folder / "box"
        lines = box.read_text().splitlines() if box.exists() else []
        found = [json.loads(line) for line in lines]
        return [Carried(one["name"], one["headers"], base64.b64decode(one["body"])) for one in found]


def serve(folder: Path, port: int) -> None:
    """Listen until killed; DIR/ready says that it does."""

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            mode = (folder / "mode").read_text(encoding="ascii").strip()
            with (folder / "asked").open("a") as asked:
                asked.write(f"{self.path}\n")
            if mode == "hang":
                time.sleep(3600)
            if mode in ("ok", "die_after"):
                headers = {name.lower(): value for name, value in self.headers.items()}
                line = {"name": self.path.rpartition("/")[2], "headers": headers}
                with (folder / "box").open("a") as box:
                    box.write(json.dumps({**line, "body": base64.b64encode(body).decode()}) + "\n")
                    box.flush()
                    os.fsync(box.fileno())
            if mode == "die_after":
                os._exit(1)
            self.send_response(ANSWERS[mode])
            if mode == "busy":
                self.send_header("Retry-After", "3600")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Desk)
    (folder / "ready").write_text("1", encoding="ascii")
    server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    serve(given.folder, given.port)
