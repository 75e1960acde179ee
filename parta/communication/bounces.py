"""Letters that came back: what a mail server says later of an address, read from its report (RFC 3464).

A report counts only where it names a letter of ours by its Message-ID, which nobody can guess, and the address that
letter went to: so a forged report pauses nobody. Reading is plain; what follows from it is `actions.delivery`.
"""

import mailbox
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from pathlib import Path

LARGEST = 5 * 1024 * 1024
"""Bytes of a report that are read; the letter that comes back inside is small."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What a server reports of one address. `is_lasting`: it will never take letters (5.x.x), not: it is full now."""

    message_id: str
    address: str
    code: str
    says: str
    is_lasting: bool


def letters_of(source: Path) -> Iterator[bytes]:
    """The letters of a file, an mbox or a Maildir folder. Raises OSError."""
    if source.is_dir():
        for key, _ in (box := mailbox.Maildir(source, create=False)).iteritems():
            yield box.get_bytes(key)
        return
    with source.open("rb") as file:
        is_mbox = file.read(5) == b"From "
    if is_mbox:
        for key in (chest := mailbox.mbox(source, create=False)).iterkeys():
            yield chest.get_bytes(key)
        return
    yield source.read_bytes()


def read(letter: bytes) -> list[Returned]:
    """What a letter reports; nothing where it is no report of a failure."""
    message = BytesParser(policy=policy.default).parsebytes(letter[:LARGEST])
    assert isinstance(message, EmailMessage)
    if message.get_content_type() != "multipart/report":
        return []
    report, original = None, ""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status" and report is None:
            report = part
        elif kind == "message/rfc822" and part.is_multipart():
            original = original or _name(part.get_payload(0))
        elif kind == "text/rfc822-headers":
            original = original or _name(BytesParser(policy=policy.default).parsebytes(_bytes(part)))
    if report is None or not original or not report.is_multipart():
        return []
    found = []
    for block in report.get_payload():
        fields = {name.lower(): str(value) for name, value in block.items()}  # type: ignore[union-attr]
        if fields.get("action", "").strip().lower() != "failed":
            continue
        address = fields.get("original-recipient") or fields.get("final-recipient", "")
        code = fields.get("status", "").split()[0:1]
        says = fields.get("diagnostic-code", "").partition(";")[2] or fields.get("diagnostic-code", "")
        found.append(
            Returned(
                original,
                address.rpartition(";")[2].strip().strip("<>"),
                code[0] if code else "",
                " ".join(says.split()),
                bool(code) and code[0].startswith("5."),
            )
        )
    return [one for one in found if "@" in one.address]


def _name(message: Message | str) -> str:
    return "" if isinstance(message, str) else str(message.get("Message-ID", "")).strip()


def _bytes(part: Message) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""
