"""An evening of a school: families open diaries while teachers write marks and letters go out.

    python -m bench.evening [--minutes 10] [--diaries 1000] [--mail-down 60] [--strict]

Workload W (1,000 students, a guardian each, 40 classes) on the product's own server and worker (`parta serve`, as it is
installed) and a mail server in a process of its own. Each guardian comes once, at a moment of the span drawn from a
fixed seed: the week, then often the marks of the period, the homework, a tick under the week. Meanwhile teachers write
a mark for every student of the school, one class after another, through the journal's own address, and every guardian
has asked for such letters at once. With `--mail-down N` the mail server is dead for N seconds in the middle.

Latency is counted from the moment a request was due, not from when a free thread got round to it, so that a server that
falls behind is seen to. Guardians come with a session (signing in is another measurement). A letter is lost when a
mark was acknowledged and its guardian's letter was not taken by the mail server before the wait at the end ran out;
it is doubled when the server took two letters for one guardian about one mark.

PARTA_DATABASE_URL names a PostgreSQL database to run on; without it, SQLite in a temporary folder.
"""

import argparse
import http.client
import json
import os
import queue
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

from bench.__main__ import console, free_port

TOKEN = "c" * 32
BATCH = 25
"""Students of a class, marked in one operation."""
PATIENCE = 60.0
"""Seconds after which a request counts as an error."""


@dataclass
class Family:
    """A guardian who will come: session and child."""

    cookie: str
    student: int
    address: str


@dataclass
class Seen:
    """What happened, gathered by all threads."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)
    marked: set[int] = field(default_factory=set)
    """Students whose mark was acknowledged."""
    late: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, name: str, seconds: float, fault: str = "") -> None:
        with self.lock:
            self.took[name].append(seconds)
            if fault:
                self.errors[f"{name}: {fault}"] += 1


def prepare(diaries: int) -> tuple[list[Family], list[tuple[str, int, int, list[int]]]]:
    """Fill W and give everybody an account and a session; families, and what teachers will write:
    cookie, journal, lesson and students."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    from django.contrib.auth.hashers import make_password
    from django.db import transaction

    from bench import workload
    from parta.communication.models import NoticeChoice, SchoolDelivery
    from parta.foundation import sql
    from parta.people.models import Enrolment, Guardianship, Person, User
    from parta.plans.models import Journal, TeachingLoad
    from parta.timetable.models import Lesson

    now = datetime.now(UTC)
    school_id = workload.fill(now.date(), now)["school"]
    secret = make_password(workload.PASSWORD)
    with transaction.atomic():
        pairs = list(
            Guardianship.objects.filter(school_id=school_id)
            .select_related("guardian", "guardian__user")
            .order_by("student_id")[:diaries]
        )
        loads = {
            load.journal_id: load.teacher
            for load in TeachingLoad.objects.filter(school_id=school_id).select_related("teacher__user")
        }
        people = [pair.guardian for pair in pairs] + list({one.pk: one for one in loads.values()}.values())
        new = [one for one in people if one.user_id is None]
        users = User.objects.bulk_create(
            User(login=f"evening-{one.pk}", password=secret, must_change_password=False) for one in new
        )
        for person, user in zip(new, users, strict=True):
            person.user = user
        for person in people:
            person.email = f"p{person.pk}@school.test"
        Person.objects.bulk_update(people, ["user", "email"])
        NoticeChoice.objects.bulk_create(
            NoticeChoice(person=pair.guardian, kind="mark", way="now") for pair in pairs
        )
        SchoolDelivery.objects.update_or_create(
            school_id=school_id, defaults={"is_on": True, "since": now - timedelta(seconds=1)}
        )
        journals = list(
            Journal.objects.filter(school_id=school_id, subject__code="s1").order_by("homeroom_id")
        )
        begins = datetime.combine(now.date(), clock_time(0), UTC)
        lessons = Lesson.objects.bulk_create(
            Lesson(
                school_id=school_id,
                journal=journal,
                date=now.date(),
                number=workload.FRESH_LESSONS + 1,
                starts_at=begins,
                ends_at=begins,
                teacher=loads[journal.pk],
            )
            for journal in journals
        )
        members: dict[int, list[int]] = defaultdict(list)
        for homeroom, student in Enrolment.objects.filter(school_id=school_id).values_list(
            "homeroom_id", "student_id"
        ):
            members[homeroom].append(student)
        teaching = {person.pk: person for person in people}
        cookies = {one.pk: session(one.user, school_id) for one in people}
    if os.environ.get("PARTA_DATABASE_URL"):
        sql.write("ANALYZE")
    known = {pair.student_id for pair in pairs}
    writing = [
        (
            cookies[teaching[loads[journal.pk].pk].pk],
            journal.pk,
            lesson.pk,
            [one for one in sorted(members[journal.homeroom_id or 0]) if one in known],
        )
        for journal, lesson in zip(journals, lessons, strict=True)
    ]
    families = [Family(cookies[pair.guardian_id], pair.student_id, pair.guardian.email) for pair in pairs]
    return families, [one for one in writing if one[3]]


def session(user: Any, school_id: int) -> str:
    """A signed-in session, made as sign-in makes it."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from parta.people.middleware import SCHOOL_KEY, session_hash
    from parta.people.sessions import SessionStore

    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = session_hash(user.password)
    store[SCHOOL_KEY] = school_id
    store.create()
    return f"parta_session={store.session_key}; parta_csrf={TOKEN}"


class Visit:
    """One keep-alive connection of one visitor; every answer is timed from the moment it was due."""

    def __init__(self, port: int, cookie: str, seen: Seen, due: float) -> None:
        self.link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.headers = {"Cookie": cookie, "X-CSRFToken": TOKEN, "Referer": f"http://127.0.0.1:{port}/"}
        self.seen, self.due = seen, due

    def ask(
        self,
        name: str,
        path: str,
        body: bytes | None = None,
        kind: str = "application/json",
        fine: tuple[int, ...] = (200,),
    ) -> bytes:
        headers = {**self.headers, **({"Content-Type": kind} if body is not None else {})}
        text, fault = b"", ""
        try:
            self.link.request("GET" if body is None else "POST", path, body, headers)
            answer = self.link.getresponse()
            text = answer.read()
            if answer.status not in fine:
                fault = str(answer.status)
        except (OSError, http.client.HTTPException) as trouble:
            fault = type(trouble).__name__
        now = time.monotonic()
        self.seen.note(name, now - self.due, fault)
        self.due = now
        if fault:
            raise ConnectionError(fault)
        return text

    def close(self) -> None:
        self.link.close()


def come(family: Family, port: int, seen: Seen, due: float, random: Random, monday: str) -> None:
    """A guardian's evening."""
    visit, own = Visit(port, family.cookie, seen, due), f"/diary/{family.student}/"
    try:
        visit.ask("неделя", own)
        if random.random() < 0.6:
            visit.ask("отметки", f"{own}?view=marks")
        if random.random() < 0.4:
            visit.ask("задания", f"{own}homework/")
        if random.random() < 0.5:
            sent = urlencode({"week": monday, "csrfmiddlewaretoken": TOKEN}).encode()
            visit.ask(
                "подпись", f"{own}acknowledge", sent, "application/x-www-form-urlencoded", fine=(302, 303)
            )
    except ConnectionError:
        pass
    finally:
        visit.close()


def write(task: tuple[str, int, int, list[int]], port: int, seen: Seen, due: float) -> None:
    """A teacher's marks for a class, in one operation."""
    cookie, journal, lesson, students = task
    changes: list[dict[str, Any]] = [
        {"fact": "topic", "lesson": lesson, "topic": "Сложение и вычитание дробей", "seen": 0},
        {"fact": "conducted", "lesson": lesson},
        {"fact": "roll", "lesson": lesson},
    ]
    changes += [
        {
            "fact": "mark",
            "lesson": lesson,
            "assessment": None,
            "work": "oral",
            "student": student,
            "value": str(3 + number % 3),
            "seen": 0,
        }
        for number, student in enumerate(students[:BATCH])
    ]
    visit = Visit(port, cookie, seen, due)
    try:
        visit.ask(
            "журнал: урок", f"/journals/{journal}/write",
            json.dumps({"operation": str(uuid.uuid4()), "changes": changes}).encode(),
        )  # fmt: skip
        with seen.lock:
            seen.marked.update(students[:BATCH])
    except ConnectionError:
        pass
    finally:
        visit.close()


def wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers; its own words where it does not."""
    end = time.monotonic() + 120
    while time.monotonic() < end and server.poll() is None:
        try:
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            link.request("GET", "/login/")
            if link.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit(f"сервер не отвечает:\n{log.read_text(errors='replace')[-2000:]}")


def run(
    port: int, families: list[Family], writing: list[Any], seconds: float, threads: int, seen: Seen
) -> None:
    """Let everybody come at their moment; back when the last has gone."""
    random = Random(20)
    today = datetime.now(UTC).date()
    monday = (today - timedelta(days=today.weekday())).isoformat()
    due: list[tuple[float, Any]] = [
        (random.random() * seconds, (come, family, Random(number))) for number, family in enumerate(families)
    ]
    due += [
        ((number + 0.5) * seconds / len(writing), (write, task, None)) for number, task in enumerate(writing)
    ]
    due.sort(key=lambda one: one[0])
    tasks: queue.Queue[tuple[float, Any] | None] = queue.Queue()
    begun = time.monotonic()

    def work() -> None:
        while (task := tasks.get()) is not None:
            when, (act, what, own) = task
            if act is come:
                come(what, port, seen, when, own, monday)
            else:
                write(what, port, seen, when)

    crew = [threading.Thread(target=work, daemon=True) for _ in range(threads)]
    for one in crew:
        one.start()
    for when, what in due:
        time.sleep(max(0.0, begun + when - time.monotonic()))
        seen.late = max(seen.late, time.monotonic() - begun - when)
        tasks.put((begun + when, what))
    for _ in crew:
        tasks.put(None)
    for one in crew:
        one.join()


def letters(office: Any, families: list[Family], seen: Seen, wait: float) -> tuple[int, int, int, int]:
    """Owed, taken, lost and doubled letters, after waiting for the queue to run empty."""
    owed = {family.address for family in families if family.student in seen.marked}
    end = time.monotonic() + wait
    while True:
        box = office.box()
        taken = {address for letter in box for address in letter.to}
        if owed <= taken or time.monotonic() > end:
            break
        time.sleep(1)
    about = Counter(
        (address, line.strip())
        for letter in {one.id: one for one in box}.values()
        for address in letter.to
        for line in letter.text.splitlines()
        if "отметка" in line.lower() and "http" not in line
    )
    return len(owed), len(owed & taken), len(owed - taken), sum(1 for count in about.values() if count > 1)


def report(seen: Seen, counted: tuple[int, int, int, int], seconds: float, title: str) -> bool:
    """Print what was measured; whether there was neither an error nor a lost or doubled letter."""
    from rich.table import Table

    table = Table(title=title)
    for head in ("страница", "запросов", "медиана, мс", "p95", "p99", "худший", "ошибок"):
        table.add_column(head, justify="left" if head == "страница" else "right")
    everything = [one for times in seen.took.values() for one in times]
    for name, times in [*sorted(seen.took.items()), ("всего", everything)]:
        cuts = statistics.quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
        faults = sum(
            count for fault, count in seen.errors.items() if name == "всего" or fault.startswith(f"{name}: ")
        )
        figures = (statistics.median(times), cuts[94], cuts[98], max(times))
        table.add_row(name, str(len(times)), *(f"{1000 * one:.0f}" for one in figures), str(faults))
    console.print(table)
    owed, taken, lost, doubled = counted
    console.print(
        f"{len(everything) / seconds:.1f} запроса в секунду; письма: должно {owed}, принято сервером {taken},"
        f" потеряно {lost}, дважды {doubled}"
    )
    if seen.late > 0.5:
        console.print(f"Нагрузчик сам опаздывал до {seen.late:.1f} с: машина занята, времена завышены")
    for fault, count in seen.errors.most_common(10):
        console.print(f"  {fault}: {count}")
    return not seen.errors and not lost and not doubled


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="bench.evening", description="Вечер школы: дневники, журналы, письма"
    )
    parser.add_argument("--minutes", type=float, default=10.0, help="length of the evening (10)")
    parser.add_argument("--diaries", type=int, default=1000, help="guardians who come, at most 1000")
    parser.add_argument("--threads", type=int, default=64, help="visitors at the same moment, at most")
    parser.add_argument(
        "--mail-down", type=float, default=0.0, help="seconds the mail server is dead, midway"
    )
    parser.add_argument("--wait", type=float, default=300.0, help="seconds given to the last letters")
    parser.add_argument("--strict", action="store_true", help="end with 1 at an error or a lost letter")
    given = parser.parse_args()
    seconds = given.minutes * 60
    from tests.post.server import PostOffice

    with tempfile.TemporaryDirectory(prefix="parta-evening-") as home:
        folder = Path(home) / "post"
        folder.mkdir()
        office = PostOffice(folder)
        os.environ |= {
            "PARTA_HOME": home,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PARTA_SITE_URL": "http://127.0.0.1",
            "PARTA_MAIL_HOST": "127.0.0.1",
            "PARTA_MAIL_PORT": str(office.port),
            "PARTA_MAIL_SECURITY": "none",
            "PARTA_MAIL_FROM": "Парта <parta@school.test>",
        }
        started = time.perf_counter()
        families, writing = prepare(min(given.diaries, 1000))
        console.print(f"Данные: {time.perf_counter() - started:.0f} с")
        from django.db import connections

        connections.close_all()
        office.start()
        port, seen = free_port(), Seen()
        log = (Path(home) / "serve.log").open("wb")
        server = subprocess.Popen(
            [sys.executable, "-m", "parta.cli", "serve", "--bind", f"127.0.0.1:{port}"],
            env=os.environ, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            wait_for(port, server, Path(home) / "serve.log")
            if given.mail_down:
                threading.Timer(seconds / 2, office.stop).start()
                threading.Timer(seconds / 2 + given.mail_down, office.start).start()
            run(port, families, writing, seconds, given.threads, seen)
            counted = letters(office, families, seen, given.wait)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=60)
            office.stop()
        database = "PostgreSQL" if os.environ.get("PARTA_DATABASE_URL") else "SQLite"
        title = f"Вечер: {len(families)} дневников за {given.minutes:g} мин, {database}"
        good = report(seen, counted, seconds, title)
    return 0 if good or not given.strict else 1


if __name__ == "__main__":
    sys.exit(main())
