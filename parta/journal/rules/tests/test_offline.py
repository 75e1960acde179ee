"""An entry made without a connection: judged by its own moment within the term an act gives, by receipt beyond it."""

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest

from parta.foundation import clock
from parta.foundation.models import LogEntry
from parta.journal.models import Mark
from parta.journal.rules.tests.living import cited, live_under, mark, send, text_of

DEADLINE = 'kind = "mark_deadline"\nwork = ["oral"]\nwithin = "2h"\non_breach = "permit"'
OFFLINE = 'kind = "offline_entry"\nkinds = ["mark", "topic"]\ntrust = "24h"'


def late_send(client: Any, journal: Any, waited: Any, *changes: dict[str, Any]) -> Any:
    body = json.dumps({"operation": str(uuid.uuid4()), "changes": list(changes), "waited": waited})
    return client.post(f"/journals/{journal.id}/write", data=body, content_type="application/json")


@pytest.fixture
def writer(cast: Any, client_of: Any) -> Any:
    live_under(cast, text_of(DEADLINE, OFFLINE))
    return client_of(cast.teacher)


def _told(answer: Any) -> str:
    return json.dumps(answer.json(), ensure_ascii=False)


def test_a_mark_that_waited_is_judged_by_the_moment_it_was_made(cast: Any, writer: Any) -> None:
    """Made an hour after the lesson, received 23 hours later: in time, with both moments in the log."""
    student, lesson = cast.named("Асанов"), cast.lesson_on("russian", cast.on, 3)
    made = lesson.ends_at + timedelta(hours=1)
    with clock.rehearse(made + timedelta(hours=23)):
        assert send(writer, cast.russian, mark(lesson, student, "4")).status_code == 422
        answer = late_send(writer, cast.russian, 23 * 3600, mark(lesson, student, "4"))
    assert answer.status_code == 200, _told(answer)
    assert cited(answer) == {"Н-2"} and "по времени записи" in _told(answer)
    assert answer.json()["saved"][0]["late"] is False
    row = Mark.objects.get(assessment__lesson=lesson, student=student)
    assert row.set_at == made and not row.is_late
    line = LogEntry.objects.filter(object_kind="mark").latest("id")
    assert line.at == made + timedelta(hours=23)
    assert json.loads(line.data)["made_at"] == made.isoformat(timespec="seconds")


@pytest.mark.parametrize(("seconds", "passes"), [(24 * 3600, True), (24 * 3600 + 1, False)])
def test_a_claim_is_believed_to_the_second_of_the_term(
    cast: Any, writer: Any, seconds: int, passes: bool
) -> None:
    student, lesson = cast.named("Асанов"), cast.lesson_on("russian", cast.on, 3)
    with clock.rehearse(lesson.ends_at + timedelta(minutes=1, seconds=seconds)):
        answer = late_send(writer, cast.russian, seconds, mark(lesson, student, "4"))
    assert (answer.status_code == 200) is passes, _told(answer)
    if not passes:
        assert cited(answer) == {"Н-1", "Н-2"} and "по времени приёма" in _told(answer)


def test_a_late_mark_stays_late_however_it_travelled(cast: Any, writer: Any) -> None:
    student, lesson = cast.named("Асанов"), cast.lesson_on("russian", cast.on, 3)
    with clock.rehearse(lesson.ends_at + timedelta(hours=4)):
        answer = late_send(writer, cast.russian, 3600, mark(lesson, student, "4"))
    assert answer.status_code == 422 and cited(answer) >= {"Н-1"}


def test_without_a_rule_only_the_receipt_counts(cast: Any, client_of: Any) -> None:
    live_under(cast, text_of(DEADLINE))
    student, lesson = cast.named("Асанов"), cast.lesson_on("russian", cast.on, 3)
    client = client_of(cast.teacher)
    with clock.rehearse(lesson.ends_at + timedelta(hours=3)):
        assert late_send(client, cast.russian, 7200, mark(lesson, student, "4")).status_code == 422
    with clock.rehearse(lesson.ends_at + timedelta(hours=2)):
        answer = late_send(client, cast.russian, 3600, mark(lesson, student, "4"))
    assert answer.status_code == 200
    assert Mark.objects.get(assessment__lesson=lesson, student=student).set_at == lesson.ends_at + timedelta(
        hours=2
    )


def test_an_operation_with_an_entry_the_rule_does_not_name_counts_by_receipt(cast: Any, writer: Any) -> None:
    student, lesson = cast.named("Асанов"), cast.lesson_on("russian", cast.on, 3)
    task = {"fact": "homework", "lesson": lesson.id, "text": "§ 12", "seen": 0}
    with clock.rehearse(lesson.ends_at + timedelta(hours=3)):
        answer = late_send(writer, cast.russian, 7200, mark(lesson, student, "4"), task)
    assert answer.status_code == 422 and "Н-1" in cited(answer)


@pytest.mark.parametrize("waited", [-1, True, "60", 1.5, 14 * 86400 + 1, [], 10**400])
def test_a_claim_that_cannot_be_is_refused_in_words(cast: Any, writer: Any, waited: Any) -> None:
    student, lesson = cast.named("Асанов"), cast.lesson_on("russian", cast.on, 3)
    answer = late_send(writer, cast.russian, waited, mark(lesson, student, "4"))
    assert answer.status_code == 400 and "waited" in answer.json()["error"]
