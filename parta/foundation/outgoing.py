"""The one client by which this installation calls others: over HTTPS, small, soon or not at all.

Whoever sends an address to be called (a document of a provider names further ones) must not make the server speak
with its own network: the name is resolved once, every address it has is judged, and the very address that was judged
is the one connected to. No redirect is followed, no proxy of the environment is used, an answer has a size and the
whole call has an end. `tests/contracts/test_outgoing.py` holds that nothing else opens a connection.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Timer
from urllib.parse import urlencode, urlsplit

LARGEST = 256 * 1024
"""Bytes of an answer that are read."""
WITHIN = 6.0
"""Seconds a whole call may take."""


class NoAnswer(Exception):
    """The call brought nothing; the text says why, for the operator's eyes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; names of headers in small letters."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def call(
    address: str,
    *,
    inside: bool = False,
    form: Mapping[str, str] | None = None,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """GET the address, or POST a form or a body to it.

    `inside`: private addresses too, and plain HTTP within this machine.

    Raises NoAnswer for a forbidden address, no connection, a late or too large answer.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise NoAnswer("адрес не разобрать") from None
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username is not None:
        raise NoAnswer("адрес не https")
    is_plain = parts.scheme == "http"
    place = _chosen(parts.hostname, port or (80 if is_plain else 443), inside=inside, only_here=is_plain)
    link = _Pinned(parts.hostname, place, is_plain=is_plain)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"Accept": "application/json", "Host": parts.netloc, **(headers or {})}
    if form is not None:
        body = urlencode(form).encode()
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    # A server that sends a byte now and then would keep every timeout of a socket: the line is cut at the end of time.
    end = Timer(WITHIN, link.cut)
    end.daemon = True
    end.start()
    try:
        link.request("GET" if body is None else "POST", path, body=body, headers=sent)
        answer = link.getresponse()
        read = answer.read(LARGEST + 1)
        whole = answer.length in (None, 0)
    except (OSError, http.client.HTTPException, ValueError, AttributeError) as fault:
        raise NoAnswer(f"{type(fault).__name__}: {fault}") from None
    finally:
        end.cancel()
        link.close()
    if link.is_cut or len(read) > LARGEST or not whole:
        raise NoAnswer("ответ слишком долгий или большой")
    return Answer(answer.status, read, {name.lower(): value for name, value in answer.getheaders()})


def _chosen(host: str, port: int, *, inside: bool, only_here: bool) -> tuple[str, int]:
    """The address to connect to; every address of the name must be allowed, for the next look-up may give another."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NoAnswer(f"имя {host} не находится") from None
    places = [str(entry[4][0]).split("%")[0] for entry in found]
    for place in places:
        if not is_allowed(place, inside=inside, only_here=only_here):
            raise NoAnswer(f"адрес {place} запрещён")
    if not places:
        raise NoAnswer(f"имя {host} не находится")
    return places[0], port


def is_allowed(place: str, *, inside: bool = False, only_here: bool = False) -> bool:
    """Whether the server may connect to this address."""
    found = ipaddress.ip_address(place)
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif found.sixtofour is not None or found.teredo is not None or found.is_site_local:
            return False
        elif found.is_reserved and not found.is_loopback:
            return False  # among them the ways to an IPv4 address inside one of IPv6
    if found.is_link_local or found.is_multicast or found.is_unspecified:
        return False  # the metadata of a cloud machine among them, whatever the operator allows
    if only_here:
        return inside and found.is_loopback
    return found.is_global or (inside and (found.is_private or found.is_loopback))


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was judged, under the name it was judged for."""

    def __init__(self, host: str, place: tuple[str, int], *, is_plain: bool) -> None:
        super().__init__(host, place[1], timeout=WITHIN)
        self._place, self._is_plain = place, is_plain
        self._line: socket.socket | None = None
        self.is_cut = False

    def connect(self) -> None:
        self.sock = self._line = socket.create_connection(self._place, WITHIN)
        if not self._is_plain:
            self.sock = self._line = _trust().wrap_socket(self._line, server_hostname=self.host)

    def cut(self) -> None:
        """End it from another thread. `sock` is no longer there once the answer has it."""
        self.is_cut = True
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)
