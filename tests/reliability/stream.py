"""A stream of writes as open pages send them: keep-alive, an operation id per press, the same id until answered."""

import http.client
import json
import random
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.reliability.audit import Operation

CSRF = "r" * 32
WORKS = ("oral", "written", "control", "test")
COLUMNS = 3
"""Columns of a kind in a lesson that the stream writes into."""


@dataclass(frozen=True, slots=True)
class Post:
    """Where a writer writes: a journal, lessons of today, students, in whose session."""

    session: str
    journal_id: int
    lessons: tuple[int, ...]
    students: tuple[int, ...]
    double: bool = False


@dataclass(slots=True)
class Known:
    """What the open pages have seen of the cells; shared by the tabs of a journal, so it is stale at times."""

    versions: dict[Any, int] = field(default_factory=dict)

    def learn(self, operation: Operation) -> None:
        """Take versions from an answer, as a page does."""
        changes, answer = operation.body["changes"], operation.answer or {}
        for saved in answer.get("saved", ()):
            if saved.get("version") and saved["fact"] in ("mark", "absence", "homework"):
                self.versions[cell_of(changes[saved["index"]])] = saved["version"]
        for conflict in answer.get("conflicts", ()):
            self.versions[cell_of(changes[conflict["index"]])] = conflict["version"]


def cell_of(change: dict[str, Any]) -> Any:
    """The cell a change speaks of."""
    more = (change["work"], change["position"]) if change["fact"] == "mark" else ()
    return (change["fact"], change["lesson"], change.get("student"), *more)


def invent(dice: random.Random, post: Post, known: Known) -> dict[str, Any]:
    """The body of one operation: mostly a cell, often a whole lesson, sometimes a text."""
    lesson = dice.choice(post.lessons)

    def seen(change: dict[str, Any]) -> dict[str, Any]:
        change["seen"] = known.versions.get(cell_of(change), 0)
        return change

    def mark(student: int) -> dict[str, Any]:
        values = ["5", "4", "3", "5", "4", "3", "", "2"] + (["5/4", "4/3", "3/5"] if post.double else [])
        return seen(
            {
                "fact": "mark",
                "lesson": lesson,
                "assessment": None,
                "work": dice.choice(WORKS),
                "position": dice.randint(1, COLUMNS),
                "student": student,
                "value": dice.choice(values),
                "reason": "ошибка в строке",
            }
        )

    def absence(student: int) -> dict[str, Any]:
        symbol = dice.choice(["", "", "", "", "о", "н"])
        return seen({"fact": "absence", "lesson": lesson, "student": student, "symbol": symbol})

    def homework() -> dict[str, Any]:
        text = f"§ {dice.randint(1, 60)}, упр. {dice.randint(1, 900)}"
        return seen({"fact": "homework", "lesson": lesson, "student": None, "text": text})

    def note(student: int) -> dict[str, Any]:
        return {
            "fact": "note",
            "lesson": lesson,
            "student": student,
            "kind": "praise",
            "text": "Отлично отвечал",
        }

    match dice.randint(0, 9):
        case 0 | 1 | 2 | 3 | 4:
            changes = [mark(dice.choice(post.students))]
        case 5:
            changes = [absence(dice.choice(post.students))]
        case 6:
            changes = [homework()]
        case 7:
            changes = [note(dice.choice(post.students))]
        case _:
            some = dice.sample(post.students, min(len(post.students), dice.randint(4, 10)))
            changes = [
                {"fact": "conducted", "lesson": lesson},
                {"fact": "roll", "lesson": lesson},
                homework(),
                *map(mark, some[2:]),
                absence(some[0]),
                seen({"fact": "absence", "lesson": lesson, "student": some[1], "symbol": ""}),
            ]
    return {"operation": str(uuid.UUID(int=dice.getrandbits(128), version=4)), "changes": changes}


class Writer(threading.Thread):
    """One open page. Without an answer it sends the same operation again, until there is one."""

    def __init__(
        self, address: tuple[str, int], post: Post, known: Known, seed: int, stopped: threading.Event
    ) -> None:
        super().__init__(daemon=True)
        self.address, self.post, self.known = address, post, known
        self.dice = random.Random(seed)
        self.stopped = stopped
        self.operations: list[Operation] = []
        self.line: http.client.HTTPConnection | None = None
        self.resting = threading.Event()
        self.rest_asked = threading.Event()
        self.failure: str = ""
        self.disturbed = time.monotonic()
        """When the server was last killed: a page may wait for as long as it is killed again before it answers."""

    def run(self) -> None:
        while not self.stopped.is_set():
            if self.rest_asked.is_set():
                self.resting.set()
                time.sleep(0.01)
                continue
            self.resting.clear()
            body = invent(self.dice, self.post, self.known)
            operation = Operation(body["operation"], self.post.journal_id, body)
            self.operations.append(operation)
            if not self.settle(operation):
                return

    def settle(self, operation: Operation, limit: float = 90) -> bool:
        """Send until answered; False (and a failure noted) when the server, left alone, stays away too long."""
        began = time.monotonic()
        while True:
            answered = self.post_once(operation.journal_id, operation.body)
            operation.sent += 1
            if answered is not None and answered[0] != 503:
                operation.status, operation.answer = answered
                self.known.learn(operation)
                if operation.status not in (200, 400, 409, 422):
                    self.failure = f"операция {operation.id}: ответ {operation.status} {operation.answer}"
                return True
            if time.monotonic() > max(began, self.disturbed) + limit:
                self.failure = f"операция {operation.id} без ответа {limit:.0f} с"
                return False
            time.sleep(0.02)

    def post_once(self, journal_id: int, body: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        """One sending; None when the connection gave no whole answer."""
        try:
            if self.line is None:
                self.line = http.client.HTTPConnection(*self.address, timeout=30)
            self.line.request(
                "POST",
                f"/journals/{journal_id}/write",
                body=json.dumps(body),
                headers={
                    "Content-Type": "application/json",
                    "Cookie": f"parta_session={self.post.session}; parta_csrf={CSRF}",
                    "X-CSRFToken": CSRF,
                },
            )
            answer = self.line.getresponse()
            text = answer.read()
            try:
                return answer.status, json.loads(text)
            except ValueError:
                return answer.status, {"text": text[:200].decode(errors="replace")}
        except (OSError, http.client.HTTPException):
            if self.line is not None:
                self.line.close()
            self.line = None
            return None


def wait_for(condition: Callable[[], bool], what: str, limit: float = 60) -> None:
    """Wait until the condition holds. Raises TimeoutError naming what was waited for."""
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.02)
