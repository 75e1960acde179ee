"""Cases of the acts of the journal itself."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from parta.journal.actions import files, make_ups, online, permits, write
from parta.journal.actions.changes import read_changes
from tests.cast import World
from tests.contracts.acts.steps import Act, Prepared, nothing


def _wish(cast: World) -> permits.Wish:
    return permits.Wish(cast.russian.pk, "topic", "ошибка в теме", lesson_id=cast.lesson.pk)


def _asked(cast: World) -> int:
    return permits.ask_permit(cast.viewer("teacher"), _wish(cast), at=cast.at, operation_id=str(uuid4()))


def _file(cast: World) -> Any:
    return files.attach_file(
        cast.viewer("teacher"),
        cast.lesson.pk,
        None,
        name="задание.txt",
        chunks=[b"1"],
        at=cast.at,
        operation_id=str(uuid4()),
    )


def _homework(cast: World) -> Any:
    raw = [{"fact": "homework", "lesson": cast.lesson.pk, "text": "§ 14", "none": False, "seen": 0}]
    return read_changes(raw)


ACTS: dict[str, tuple[Prepared, Act]] = {
    # ── journal ──
    "journal.actions.write.write": (
        _homework,
        lambda c, changes: write.write(
            c.viewer("teacher"), c.russian.pk, changes, operation_id=str(uuid4()), at=c.at
        ),
    ),
    "journal.actions.files.attach_file": (nothing, lambda c, _: _file(c)),
    "journal.actions.files.remove_file": (
        _file,
        lambda c, kept: files.remove_file(c.viewer("teacher"), kept.id, at=c.at, operation_id=str(uuid4())),
    ),
    "journal.actions.make_ups.record_make_up": (
        nothing,
        lambda c, _: make_ups.record_make_up(
            c.viewer("teacher"),
            c.russian.pk,
            student_id=c.named("Орлова").pk,
            lesson_ids=[c.lesson_on("russian", date(2026, 10, 12)).pk],
            held_on=c.on,
            form="teacher",
            members=(),
            result="passed",
            number="1",
            at=c.at,
            operation_id=str(uuid4()),
        ),
    ),
    "journal.actions.online.set_online": (
        nothing,
        lambda c, _: online.set_online(
            c.viewer("teacher"),
            c.lesson.pk,
            url="https://meet.example.org/6b",
            whole_journal=False,
            at=c.at,
            operation_id=str(uuid4()),
        ),
    ),
    "journal.actions.permits.ask_permit": (nothing, lambda c, _: _asked(c)),
    "journal.actions.permits.grant_permit": (
        _asked,
        lambda c, permit: permits.grant_permit(
            c.viewer("deputy"),
            permit,
            reason="проверено",
            ends_at=c.at + timedelta(days=1),
            at=c.at,
            operation_id=str(uuid4()),
        ),
    ),
    "journal.actions.permits.decline_permit": (
        _asked,
        lambda c, permit: permits.decline_permit(
            c.viewer("deputy"), permit, reason="не нужно", at=c.at, operation_id=str(uuid4())
        ),
    ),
}
