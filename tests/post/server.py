"""The mail server as a test holds it: started, told what to do, killed, its box read."""

import base64
import json
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from tests.post.outside import Outside


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


class PostOffice(Outside):
    """A real SMTP server process on a free port of this machine; `asked` counts recipients named."""

    program = "tests.post.office"

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
