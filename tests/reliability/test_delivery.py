"""kill -9 of the worker while letters are under way: none is lost, none comes under two names.

Real processes: an installation with the cast, `parta worker`, a mail server. The worker is killed while the server
holds a letter without an answer; the next worker sends it again.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.post.server import PostOffice
from tests.reliability.installation import ROOT

WRITE = """
import django; django.setup()
from datetime import UTC, datetime
from parta.communication.models import SchoolDelivery
from parta.foundation import log
from parta.foundation.log import Actor, Line
from parta.people.models import Person
from parta.plans.models import Journal
from parta.timetable.models import Lesson
from django.db import transaction
import uuid
at = datetime.now(UTC)
mother = Person.objects.get(school__code="goethe23", wards__student__surname="Сафина", wards__has_rights=True)
mother.email = "mother@mail.example"; mother.save()
SchoolDelivery.objects.get_or_create(school=mother.school, defaults={"is_on": True, "since": at})
student = mother.wards.get(student__surname="Сафина").student
lesson = Lesson.objects.filter(school=mother.school, journal__subject__title="Русский язык").order_by("date")[0]
for n in range(COUNT):
    with transaction.atomic():
        head = log.lock_chain("journal", lesson.journal_id)
        log.append(head, [Line("absence_recorded", "absence", None, lesson.pk, student.pk,
            {"before": "", "after": {"symbol": "Н", "meaning": "unknown"}})],
            by=Actor(None, "system"), at=datetime.now(UTC), operation_id=str(uuid.uuid4()))
"""
STATES = """
import django; django.setup()
from parta.communication.models import Mail
print(" ".join(f"{m.state}:{m.message_id}" for m in Mail.objects.order_by("pk")))
"""


class Installation:
    """The home of a worker, its environment, and the worker itself."""

    def __init__(self, home: Path, office: PostOffice) -> None:
        self.home = home
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PARTA_", "DJANGO_"))
        }
        self.environment = kept | {
            "PARTA_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PARTA_MAIL_HOST": "127.0.0.1",
            "PARTA_MAIL_PORT": str(office.port),
            "PARTA_MAIL_SECURITY": "none",
            "PARTA_MAIL_FROM": "Парта <parta@school.example>",
            "PARTA_SITE_URL": "https://diary.school.example",
            "PARTA_MAIL_TIMEOUT": "60",
        }
        self.worker: subprocess.Popen[bytes] | None = None

    def run(self, program: str) -> str:
        """Run a few lines inside the installation; what they print."""
        done = subprocess.run(
            [sys.executable, "-c", program],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout.strip()

    def start(self) -> None:
        """Start the worker."""
        self.worker = subprocess.Popen(
            [sys.executable, "-m", "parta.cli", "worker"],
            env=self.environment,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self) -> None:
        """kill -9."""
        if self.worker is not None:
            self.worker.send_signal(signal.SIGKILL)
            self.worker.wait()
            self.worker = None


def until(holds: Callable[[], Any], what: str, seconds: float = 120) -> None:
    limit = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < limit, what
        time.sleep(0.1)


@pytest.mark.parametrize("mode", ["hang", "hang_data"])
def test_a_killed_workers_letter_comes_once_under_its_name(prepared: Path, tmp_path: Path, mode: str) -> None:
    import shutil

    folder = tmp_path / "post"
    folder.mkdir()
    office = PostOffice(folder)
    home = tmp_path / "home"
    shutil.copytree(prepared, home)
    place = Installation(home, office)
    try:
        office.tell(mode)
        office.start()
        place.run(WRITE.replace("COUNT", "1"))
        place.start()
        until(office.asked, "the worker never came")
        time.sleep(0.5)  # inside the letter: RCPT without an answer, or DATA sent
        place.kill()
        assert office.box() == []
        office.tell("ok")
        place.start()
        until(office.box, "the letter of the killed worker is lost")
        until(lambda: place.run(STATES).startswith("sent:"), "it was sent and not noted")
        time.sleep(7)  # a round more: nothing comes twice
        assert len(office.box()) == 1
        assert place.run(STATES) == f"sent:{office.box()[0].id}"
    finally:
        place.kill()
        office.stop()
