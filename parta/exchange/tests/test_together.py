"""An import beside others: a second import, a teacher who writes, a hand that presses twice, a killed process."""

import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from parta.exchange import commands
from parta.exchange.apply import NotApplied, Report, apply, preview
from parta.exchange.tests import files
from parta.exchange.tests.conftest import AT
from parta.exchange.tests.test_commands import run
from parta.exchange.tests.test_pages import ROOM, upload
from parta.foundation import log
from parta.foundation.log import SYSTEM, Broken
from parta.foundation.models import LogEntry
from parta.organisation.actions import create_school
from parta.organisation.models import Homeroom, School
from parta.people.models import Guardianship, Person
from parta.timetable.models import TimetableSlot

pytestmark = pytest.mark.django_db(transaction=True)


def in_threads(*works: Callable[[], Any]) -> list[Any]:
    """What each gave or raised; all begin at once."""
    start = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def one(index: int, work: Callable[[], Any]) -> None:
        try:
            start.wait(10)
            results[index] = work()
        except Exception as fault:
            results[index] = fault
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def new_school() -> School:
    return create_school(code="s14", name="Школа № 14", short_name="Школа № 14", by=SYSTEM, at=AT)


@pytest.mark.parametrize("is_agreed", [True, False])
def test_two_imports_at_once_double_nothing(tmp_path: Path, is_agreed: bool) -> None:
    school = new_school()
    plan = preview(files.workbook(tmp_path / "школа.xlsx", files.SCHOOL), school, at=AT)

    def work() -> Report:
        return apply(plan, by=SYSTEM, at=AT, agreed=plan.digest() if is_agreed else "")

    results = in_threads(work, work)
    assert sum(isinstance(result, Report) for result in results) == (1 if is_agreed else 2), results
    if is_agreed:
        refused = next(result for result in results if isinstance(result, NotApplied))
        assert "данные школы изменились" in str(refused)
    assert (Person.objects.count(), Guardianship.objects.count(), TimetableSlot.objects.count()) == (7, 2, 4)
    assert not [chain for chain in log.verify(school.pk) if isinstance(chain, Broken)]


def test_a_teacher_writes_while_an_import_runs(cast: Any, client_of: Any, tmp_path: Path) -> None:
    plan = preview(files.workbook(tmp_path / "a.xlsx", ROOM), cast.school, at=cast.at)
    inside = threading.Event()
    journal, lesson = cast.journals["maths"], cast.lesson_on("maths", cast.on)
    change = {
        "fact": "mark", "lesson": lesson.id, "student": cast.students[0].id, "seen": 0, "work": "oral", "value": "5",
    }  # fmt: skip

    def progress(_title: str, _done: int, _total: int) -> None:
        if not inside.is_set():
            inside.set()
            threading.Event().wait(0.7)

    def load() -> Report:
        return apply(plan, by=SYSTEM, at=cast.at, progress=progress)

    def write() -> int:
        assert inside.wait(20)
        body = {"operation": str(uuid.uuid4()), "changes": [change]}
        answer = client_of(cast.class_teacher).post(
            f"/journals/{journal.id}/write", body, content_type="application/json"
        )
        return int(answer.status_code)

    done, status = in_threads(load, write)
    assert isinstance(done, Report), done
    assert status == 200
    assert Homeroom.objects.filter(title="7Я").count() == 1
    assert LogEntry.objects.filter(lesson_id=lesson.id, student_id=cast.students[0].id).exists()
    assert not [chain for chain in log.verify(cast.school.pk) if isinstance(chain, Broken)]


def test_the_button_pressed_twice_loads_once(cast: Any, client_of: Any, tmp_path: Path) -> None:
    first: Client = client_of(cast.operator)
    url = upload(first, files.workbook(tmp_path / "a.xlsx", ROOM)).url
    digest = first.get(url).content.decode().split('name="digest" value="')[1].split('"')[0]

    def press() -> tuple[int, str]:
        answer = client_of(cast.operator).post(f"{url}apply", {"digest": digest})
        return answer.status_code, answer.headers.get("Location", "")

    token = url.rstrip("/").rsplit("/", 1)[1]
    assert in_threads(press, press) == [(302, reverse("import_done", args=[token]))] * 2
    assert Homeroom.objects.filter(title="7Я").count() == 1
    state = first.get(reverse("import_progress", args=[token])).json()
    assert state["title"] and state["done"] == state["total"] > 0


def test_nothing_is_held_while_a_person_reads_the_preview(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A question left open at the terminal must not stop the school's teachers from writing."""
    new_school()
    path = files.workbook(tmp_path / "школа.xlsx", files.SCHOOL)
    held: list[bool] = []

    def agrees() -> bool:
        held.append(connection.in_atomic_block)
        return True

    monkeypatch.setattr(commands, "_agrees", agrees)
    assert run(path, "--school", "s14")[0] == 0
    assert run(path, "--school", "new", "--preset", "goethe23")[0] == 0
    assert held == [False, False]
    assert Person.objects.count() == 14


KILLED = """
import os, signal, sys
from pathlib import Path
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
import django
django.setup()
from parta.exchange.apply import apply, preview
from parta.exchange.tests.conftest import AT
from parta.foundation.log import SYSTEM
from parta.organisation.models import School

def progress(title, done, total):
    if title == sys.argv[3] and done == total:
        os.kill(os.getpid(), signal.SIGKILL)

plan = preview(Path(sys.argv[2]), School.objects.get(code="s14"), at=AT)
apply(plan, by=SYSTEM, at=AT, progress=progress)
"""


@pytest.mark.slow
@pytest.mark.parametrize("title", ["Ученики", "Уроки расписания"])
def test_a_killed_import_leaves_nothing_and_runs_again(tmp_path: Path, title: str) -> None:
    school = new_school()
    path = files.workbook(tmp_path / "школа.xlsx", files.SCHOOL)
    name = str(connection.settings_dict["NAME"])
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, name, str(path), title], env=environment, timeout=60
    )
    assert ended.returncode == -signal.SIGKILL
    assert (Person.objects.count(), Homeroom.objects.count(), TimetableSlot.objects.count()) == (0, 0, 0)
    assert not [chain for chain in log.verify(school.pk) if isinstance(chain, Broken)]
    apply(preview(path, school, at=AT), by=SYSTEM, at=AT)
    assert (Person.objects.count(), TimetableSlot.objects.count()) == (7, 4)
