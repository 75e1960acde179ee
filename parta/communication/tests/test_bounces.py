"""Letters that came back: read from reports of mail servers, counted only for letters of ours, seen by who can help."""

import io
import mailbox
import sys
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from parta.cli import installation
from parta.cli.main import main
from parta.communication import bounces
from parta.communication.models import Bounce, Mail
from parta.communication.tests.test_delivery import absent, give, rounds, told  # noqa: F401  (a fixture)
from tests.post.server import PostOffice, Taken

pytestmark = pytest.mark.django_db
REPORT = """\
From: Mail Delivery System <MAILER-DAEMON@mail.example>
To: parta@school.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

<{address}>: user unknown

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example
Arrival-Date: Wed, 14 Oct 2026 10:40:00 +0600

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <{address}>:
    Recipient address rejected

--b
Content-Type: {kind}

Message-ID: {id}
Subject: test

--b--
"""


def report(taken: Taken, address: str = "mother@mail.example", **other: str) -> bytes:
    fields = {"action": "failed", "status": "5.1.1", "kind": "text/rfc822-headers", "id": taken.id}
    return REPORT.format(address=address, **(fields | other)).replace("\n", "\r\n").encode()


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(installation, "load", lambda: None)
    monkeypatch.setattr(installation, "require_database", lambda: None)

    def call(*words: str, given: bytes = b"") -> str:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        code = main(["bounces", *words])
        captured = capsys.readouterr()
        return f"{code} {captured.out}{captured.err}"

    return call


@pytest.fixture
def sent(told: Any, client_of: Any, post: PostOffice) -> Taken:  # noqa: F811
    """A letter to the guardian that the mail server has taken."""
    absent(told, client_of)
    rounds(told.at)
    (taken,) = post.box()
    return taken


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
def test_a_returned_letter_pauses_its_address_until_it_is_changed(
    sent: Taken,
    told: Any,  # noqa: F811
    client_of: Any,
    post: PostOffice,
    run: Any,
    kind: str,
) -> None:
    assert "Новых возвратов: 1" in run("-", given=report(sent, "Mother@Mail.Example", kind=kind))
    bounce = Bounce.objects.get()
    assert (bounce.person_id, bounce.address, bounce.code) == (
        told.guardian.pk,
        "mother@mail.example",
        "5.1.1",
    )
    assert "Recipient address rejected" in bounce.says and bounce.is_lasting
    assert Mail.objects.get().state == "refused"
    assert "Новых возвратов: 0" in run("-", given=report(sent, kind=kind)), "the same box, read again"

    give(told, client_of, "4")
    give(told, client_of, "5", seen=1, reason="ошибка")
    rounds(told.at + timedelta(days=1))
    assert len(post.box()) == 1, "nothing goes to a paused address"
    teacher = client_of(told.class_teacher)
    page = teacher.get("/families/").content.decode()
    assert "Письма не доходят: 1" in page and "mother@mail.example" in page and "5.1.1" in page
    assert "mother@mail.example не принимает" in client_of(told.deputy).get("/delivery/").content.decode()
    assert (
        "не принимает писем на mother@mail.example"
        in client_of(told.guardian).get("/notices/").content.decode()
    )

    told.guardian.email = "mother@new.example"
    told.guardian.save()
    assert "Письма не доходят" not in teacher.get("/families/").content.decode()
    give(told, client_of, "3", seen=2, reason="ошибка")
    rounds(told.at + timedelta(days=2))
    assert [one.to for one in post.box()[1:]] == [["mother@new.example"]]


@pytest.mark.parametrize(
    "other",
    [
        {"id": "<forged@diary.school.example>"},
        {"id": ""},
        {"address": "father@mail.example"},
        {"address": "nobody"},
        {"action": "delayed", "status": "4.4.1"},
        {"action": "relayed"},
    ],
)
def test_what_is_no_failure_of_this_letter_pauses_nobody(
    sent: Taken, run: Any, other: dict[str, str]
) -> None:
    assert "Новых возвратов: 0" in run("-", given=report(sent, **other))
    assert not Bounce.objects.exists() and Mail.objects.get().state == "sent"


def test_a_full_box_is_noted_and_written_to_again(
    sent: Taken,
    told: Any,  # noqa: F811
    client_of: Any,
    post: PostOffice,
    run: Any,
) -> None:
    run("-", given=report(sent, status="4.2.2"))
    assert not Bounce.objects.get().is_lasting
    assert "Письма не доходят" not in client_of(told.class_teacher).get("/families/").content.decode()
    give(told, client_of, "4")
    give(told, client_of, "5", seen=1, reason="ошибка")
    rounds(told.at + timedelta(days=1))
    assert len(post.box()) == 2


def test_other_classes_see_nothing_of_it(sent: Taken, told: Any, client_of: Any, run: Any) -> None:  # noqa: F811
    run("-", given=report(sent))
    assert client_of(told.teacher).get("/families/").status_code in (200, 403)
    assert "mother@mail.example" not in client_of(told.teacher).get("/families/").content.decode()


def test_an_mbox_a_maildir_a_file_and_none(sent: Taken, run: Any, tmp_path: Path) -> None:
    plain = EmailMessage()
    plain["Subject"] = "Спасибо"
    plain.set_content("Здравствуйте!")
    chest = mailbox.mbox(tmp_path / "box")
    chest.add(plain.as_bytes())
    chest.add(report(sent))
    chest.flush()
    folder = mailbox.Maildir(tmp_path / "dir")
    folder.add(report(sent))
    (tmp_path / "one.eml").write_bytes(plain.as_bytes())
    (tmp_path / "noise").write_bytes(bytes(range(256)) * 50)
    shown = run(*(str(tmp_path / name) for name in ("box", "dir", "one.eml", "noise")))
    assert "5 писем" in shown.replace("\xa0", " ") and "Новых возвратов: 1" in shown
    assert run(str(tmp_path / "absent")).startswith("2 ") or "не читается" in run(str(tmp_path / "absent"))


@pytest.mark.parametrize("cut", range(0, 900, 90))
def test_a_broken_report_is_read_as_far_as_it_goes(sent: Taken, cut: int) -> None:
    whole = report(sent)
    assert bounces.read(whole[:cut]) == [] or bounces.read(whole[:cut])[0].message_id == sent.id
    bounces.read(whole[cut:])
