"""Calls to the outside go through one guarded client, to allowed addresses, by the address that was judged."""

import ast
import socket
from typing import Any

import pytest

from parta.foundation import outgoing
from tests.contracts.test_hygiene import sources

CALLERS = {
    "parta/foundation/outgoing.py": "the guarded client",
    "parta/communication/letters.py": "names of faults; the letters go by Django's mail to the server of the settings",
    "parta/cli/commands/demo.py": "waits for its own server on this machine",
    "parta/cli/commands/serve.py": "looks whether its own port is free",
}
CONNECTING = {
    "http",
    "socket",
    "urllib.request",
    "smtplib",
    "ftplib",
    "requests",
    "httpx",
    "aiohttp",
    "urllib3",
    "ssl",
}


def connecting(tree: ast.Module) -> bool:
    """Whether a module imports what can open a connection."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or "", *(f"{node.module}.{one.name}" for one in node.names)]
        if any(name in CONNECTING or name.startswith("http.client") for name in names):
            return True
    return False


def test_nothing_else_opens_a_connection() -> None:
    assert {where for where, tree in sources() if connecting(tree)} == CALLERS.keys()
    for planted in (
        "import urllib.request",
        "from urllib import request",
        "from http.client import HTTPSConnection",
    ):
        assert connecting(ast.parse(planted))


FOR_ALL = ("93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c")
IN_HOUSE = ("127.0.0.1", "10.1.2.3", "192.168.0.7", "172.16.0.1", "::1", "fd00::1", "::ffff:10.0.0.1")
NEVER = (
    "169.254.169.254",
    "fe80::1",
    "0.0.0.0",
    "::",
    "224.0.0.1",
    "ff02::1",
    "::ffff:169.254.169.254",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
    "64:ff9b:1::7f00:1",
    "::7f00:1",
    "fec0::1",
)


def test_which_addresses_are_called() -> None:
    for place in FOR_ALL:
        assert outgoing.is_allowed(place) and outgoing.is_allowed(place, inside=True)
        assert not outgoing.is_allowed(place, inside=True, only_here=True), (
            "plain HTTP stays within this machine"
        )
    for place in IN_HOUSE:
        assert not outgoing.is_allowed(place) and outgoing.is_allowed(place, inside=True), place
    for place in NEVER:
        assert not outgoing.is_allowed(place) and not outgoing.is_allowed(place, inside=True), place
    assert outgoing.is_allowed("127.0.0.1", inside=True, only_here=True)
    assert not outgoing.is_allowed("10.1.2.3", inside=True, only_here=True)


@pytest.mark.parametrize(
    "address",
    [
        "ftp://a.example/",
        "file:///etc/passwd",
        "https://",
        "//a",
        "https://user:word@a.example/",
        "https://a:b/",
        "x",
    ],
)
def test_other_addresses_are_not_called(address: str) -> None:
    with pytest.raises(outgoing.NoAnswer):
        outgoing.call(address)


def test_a_name_with_one_forbidden_address_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that answers now with a public address and now with ours: every address is judged, the judged one used."""
    reached: list[Any] = []

    def found(*places: str) -> Any:
        return lambda *_, **__: [(2, 1, 6, "", (place, 443)) for place in places]

    def connect(place: tuple[str, int], *_: Any) -> socket.socket:
        reached.append(place)
        raise ConnectionRefusedError

    monkeypatch.setattr(outgoing.socket, "create_connection", connect)
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", found("93.184.215.14", "127.0.0.1"))
    with pytest.raises(outgoing.NoAnswer, match="запрещён"):
        outgoing.call("https://two-faced.example/")
    assert not reached
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", found("93.184.215.14"))
    with pytest.raises(outgoing.NoAnswer, match="ConnectionRefused"):
        outgoing.call("https://one.example/")
    assert reached == [("93.184.215.14", 443)]
