"""Two teachers with two tabs each on the same cells, in random order and truly at once: as the model says, always."""

import os
import random
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from parta.foundation import clock, log
from parta.journal.actions import rows
from parta.journal.actions import write as action
from parta.journal.rules import law_of
from parta.regulation.edition import parse_edition
from tests.cast import World
from tests.reliability.audit import Operation, findings
from tests.reliability.model import Change, Key, Model

pytestmark = pytest.mark.slow

SEEDS = range(int(os.environ.get("PARTA_INTERLEAVINGS", "30")))
STEPS = 60
VALUES = ("5", "4", "3", "2", "", "5/4", "4/3", "3/3")
TEACHERS = ("class_teacher", "substitute")
"""Maths of today: the one assigned, the other its substitute."""


class Room:
    """The mathematics lesson, its cells, and a tab's way of writing into them."""

    def __init__(self, cast: World) -> None:
        self.journal = cast.journals["maths"]
        self.lesson = cast.lesson_on("maths", cast.on)
        students = [student.id for student in cast.students[:3]]
        self.cells: list[Key] = [("mark", student, work) for student in students for work in ("oral", "test")]
        self.cells += [("homework", None)]

    def body(self, operation: str, changes: list[Change]) -> dict[str, Any]:
        """The request of an operation."""
        return {"operation": operation, "changes": [self._change(change) for change in changes]}

    def _change(self, change: Change) -> dict[str, Any]:
        kind, student, *work = change.key
        told = {"fact": kind, "lesson": self.lesson.id, "student": student, "seen": change.seen}
        if kind == "mark":
            return {**told, "work": work[0], "value": change.value}
        return {**told, "text": change.value}

    def post(self, client: Client, operation: str, changes: list[Change]) -> tuple[int, dict[str, Any]]:
        """The answer to an operation."""
        answer = client.post(
            f"/journals/{self.journal.id}/write",
            self.body(operation, changes),
            content_type="application/json",
        )
        return answer.status_code, answer.json()


def told_by(answer: dict[str, Any], status: int) -> Any:
    """An answer in the model's words."""
    if status == 409:
        return sorted(conflict["index"] for conflict in answer["conflicts"])
    return [
        None if saved.get("unchanged") else (saved["value"], saved["version"], saved["first"])
        for saved in answer.get("saved", ())
    ]


def invent(dice: random.Random, room: Room, seen: dict[Key, int]) -> list[Change]:
    """Some changes by a tab that has seen these versions."""
    keys = dice.sample(room.cells, dice.choice((1, 1, 1, 2, 3)))
    return [
        Change(
            key,
            dice.choice(VALUES) if key[0] == "mark" else dice.choice(("§ 1", "§ 2", "§ 3", "")),
            seen.get(key, 0),
        )
        for key in keys
    ]


def play(cast: World, client_of: Callable[..., Client], seed: int, grace: int, steps: int = STEPS) -> str:
    """Play a random order of presses; the first difference from the model, or nothing."""
    dice, room, model = random.Random(seed), Room(cast), Model(grace)
    tabs = [(name, client_of(cast.people[name]), {}) for name in TEACHERS for _ in range(2)]
    sent: list[tuple[str, str, Client, list[Change]]] = []
    minute = 0
    for step in range(steps):
        minute += dice.choice((0, 0, 1, 4))
        if sent and dice.random() < 0.15:  # the answer was lost on its way: the same press again
            operation, name, client, changes = dice.choice(sent)
        else:
            name, client, seen = dice.choice(tabs)
            if dice.random() < 0.3:  # the page is loaded anew
                seen.update({key: cell.version for key, cell in model.cells.items()})
            changes = invent(dice, room, seen)
            operation = str(uuid.UUID(int=dice.getrandbits(128), version=4))
            sent.append((operation, name, client, changes))
        with clock.rehearse(cast.at + timedelta(minutes=minute)):
            status, answer = room.post(client, operation, changes)
        expected = model.write(operation, name, minute, changes)
        told = told_by(answer, status)
        if expected[0] == 200 and status == 200:
            # The journal has no first value for homework.
            expected = (
                200,
                [
                    cell and (*cell[:2], cell[2] if change.key[0] == "mark" else "")
                    for cell, change in zip(expected[1], changes, strict=True)
                ],
            )
        if (status, told) != expected:
            return f"шаг {step}, {name}, {changes}: {status} {told or answer}, а по модели {expected}"
        for tab_name, tab, seen in tabs:
            if tab is client and tab_name == name and status == 200:
                seen.update({change.key: model.cell(change.key).version for change in changes})
    wrong = findings([])
    return "; ".join(wrong)


ACT = """
[act]
code = "X"
title = "Положение, которое знает только опечатки"
in_force_from = 2026-09-01
rank = "school"

[settings]
author_grace = { value = "10min", title = "Исправить свою опечатку можно в течение", changed_by = "deputy" }
"""


def under(monkeypatch: pytest.MonkeyPatch, grace: int) -> None:
    """An act that knows a slip of the finger and nothing else; without a grace no act at all."""
    law = law_of([parse_edition(ACT)] if grace > 0 else [], [])
    monkeypatch.setattr(action, "law_for", lambda viewer: law)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", SEEDS)
def test_any_order_of_presses_gives_what_the_model_gives(
    cast: World, client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    grace = 10 if seed % 3 else -1
    under(monkeypatch, grace)
    assert play(cast, client_of, seed, grace) == ""


def ignores_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """The later write wins."""
    plan = action.marks.plan_mark

    def blind(batch: Any, change: Any) -> None:
        column = action.marks._column(batch, change)
        cell = batch.context.marks.get((column.id, change.student_id))
        plan(batch, replace(change, seen=cell.version if cell else 0))

    monkeypatch.setattr(action.marks, "plan_mark", blind)


def writes_before_the_conflict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes without a conflict are kept, those with one are reported."""
    carry_out = action._carry_out

    def partly(viewer: Any, journal_id: int, changes: Any, operation_id: str, at: Any, *more: Any) -> Any:
        try:
            return carry_out(viewer, journal_id, changes, operation_id, at, *more)
        except action.Conflicted as fault:
            bad = {conflict.index for conflict in fault.conflicts}
            good = [change for change in changes if change.index not in bad]
            if good:
                carry_out(viewer, journal_id, good, operation_id, at, *more)
            raise

    monkeypatch.setattr(action, "_carry_out", partly)


def forgets_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A correction leaves nothing of the value before it."""
    plan = action.marks.plan_mark
    place = rows.MARK_ROW.index("first_value")

    def bare(batch: Any, change: Any) -> None:
        plan(batch, change)
        batch.marks[:] = [(*row[:place], "", *row[place + 1 :]) for row in batch.marks]

    monkeypatch.setattr(action.marks, "plan_mark", bare)


def answers_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operation sent again is judged again."""
    monkeypatch.setattr(action, "_answered", lambda *args: None)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fault", [ignores_versions, writes_before_the_conflict, forgets_the_first, answers_twice]
)
def test_a_planted_fault_differs_from_the_model(
    cast: World,
    client_of: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[pytest.MonkeyPatch], None],
) -> None:
    under(monkeypatch, -1)
    fault(monkeypatch)
    assert play(cast, client_of, 1, -1) != ""


def did_something(operation: Operation) -> bool:
    """Whether the log knows the operation: one that changed nothing leaves no line and may be judged anew."""
    return any(not saved.get("unchanged") for saved in (operation.answer or {}).get("saved", ()))


def race(cast: World, client_of: Callable[..., Client], seed: int, presses: int = 25) -> list[str]:
    """Four tabs press at once, each in a thread with a connection of its own; what the audit finds afterwards."""
    room = Room(cast)
    gate = threading.Barrier(4)
    known: dict[Key, int] = {}
    operations: list[Operation] = []
    faults: list[str] = []

    def tab(number: int, client: Client) -> None:
        dice = random.Random(seed * 10 + number)
        try:
            gate.wait(30)
            for _ in range(presses):
                changes = invent(dice, room, known)
                operation = str(uuid.UUID(int=dice.getrandbits(128), version=4))
                record = Operation(operation, room.journal.id, room.body(operation, changes))
                operations.append(record)
                for _ in range(dice.choice((1, 1, 2))):  # now and then sent twice
                    answered = room.post(client, operation, changes)
                    if record.status == 200 and did_something(record) and answered != (200, record.answer):
                        faults.append(
                            f"второй ответ на {operation} другой: {answered} вместо {record.answer}"
                        )
                    if record.status != 200:
                        record.status, record.answer = answered
                for saved in (record.answer or {}).get("saved", ()):
                    if saved.get("version"):
                        known[changes[saved["index"]].key] = saved["version"]
                for conflict in (record.answer or {}).get("conflicts", ()):
                    known[changes[conflict["index"]].key] = conflict["version"]
        except Exception as fault:
            faults.append(f"{type(fault).__name__}: {fault}")
        finally:
            connection.close()

    clients = [client_of(cast.people[name]) for name in TEACHERS for _ in range(2)]
    threads = [threading.Thread(target=tab, args=(number, client)) for number, client in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    statuses = {operation.status for operation in operations}
    if not statuses <= {200, 409}:
        faults.append(f"ответы {statuses}")
    if len(operations) != 4 * presses or statuses != {200, 409}:
        faults.append(f"слабый опыт: {len(operations)} операций, ответы {statuses}")
    return [*faults, *findings(operations)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(3))
def test_presses_at_the_same_moment_stand_in_a_line(
    cast: World, client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    under(monkeypatch, 10)
    assert race(cast, client_of, seed) == []


@pytest.mark.django_db(transaction=True)
def test_a_journal_without_a_lock_is_found(
    cast: World, client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: no transaction around the operation, so that what was read may have changed."""
    under(monkeypatch, 10)
    unlocked = action._carry_out.__wrapped__  # type: ignore[attr-defined]
    append = log.append

    def slow(*args: Any, **named: Any) -> Any:
        time.sleep(0.005)
        return append(*args, **named)

    monkeypatch.setattr(action, "_carry_out", unlocked)
    monkeypatch.setattr(log, "append", slow)
    assert race(cast, client_of, 1) != []
