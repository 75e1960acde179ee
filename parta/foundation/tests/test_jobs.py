"""The job queue: in with the commit, out exactly once, taken up again after a killed worker."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import transaction

from parta.foundation import jobs, log, sql
from parta.foundation.models import Job

AT = datetime(2026, 10, 14, 4, 40, tzinfo=UTC)


@pytest.fixture
def kind() -> Iterator[Any]:
    """Declares job kinds that vanish after the test."""
    before = dict(jobs.KINDS)
    yield jobs.job
    jobs.KINDS.clear()
    jobs.KINDS.update(before)


def clock() -> datetime:
    return AT


def test_a_job_of_a_rolled_back_act_never_was(db: None, kind: Any) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        jobs.enqueue("anything", at=AT)
        raise RuntimeError
    assert not Job.objects.exists()


def test_due_jobs_run_in_order_and_once(db: None, kind: Any) -> None:
    seen: list[str] = []
    kind("note")(lambda arguments, at: seen.append(arguments["word"]))
    jobs.enqueue("note", {"word": "second"}, at=AT, due_at=AT - timedelta(seconds=1))
    jobs.enqueue("note", {"word": "first"}, at=AT, due_at=AT - timedelta(seconds=2))
    jobs.enqueue("note", {"word": "tomorrow"}, at=AT, due_at=AT + timedelta(days=1))
    assert jobs.run_due(clock) == 2
    assert jobs.run_due(clock) == 0
    assert seen == ["first", "second"]


def test_a_failing_job_waits_longer_each_time_and_is_given_up(db: None, kind: Any) -> None:
    @kind("breaks")
    def breaks(arguments: dict[str, Any], at: datetime) -> None:
        log.open_chain(7, "school", 7)
        raise ValueError("нет бумаги")

    job = Job.objects.get(pk=jobs.enqueue("breaks", at=AT))
    moment = AT
    for attempt in range(1, jobs.MOST_ATTEMPTS + 1):
        assert jobs.run_due(lambda at=moment: at) == 1  # type: ignore[misc]
        job.refresh_from_db()
        assert job.attempts == attempt and job.done_at is None and "нет бумаги" in job.error
        assert job.due_at > moment
        assert jobs.run_due(lambda at=moment: at) == 0  # type: ignore[misc]
        moment = job.due_at
    assert jobs.run_due(lambda: moment + timedelta(days=1)) == 0
    assert [row[0] for row in jobs.stuck()] == ["breaks"]
    assert sql.read("SELECT count(*) FROM foundation_chain")[0][0] == 0, (
        "a failed handler leaves nothing behind"
    )


def test_the_claim_of_a_killed_worker_is_taken_up_again(db: None, kind: Any) -> None:
    seen: list[datetime] = []
    kind("work")(lambda arguments, at: seen.append(at))
    jobs.enqueue("work", at=AT)
    assert jobs.claim(AT) is not None  # and here the worker is killed
    assert jobs.run_due(lambda: AT + jobs.LEASE) == 0, "another worker may still be at it"
    assert jobs.run_due(lambda: AT + jobs.LEASE + timedelta(seconds=1)) == 1
    jobs.enqueue("work", at=AT)
    jobs.claim(AT)
    assert jobs.run_due(clock, alone=True) == 1, "the only worker need not wait"
    assert len(seen) == 2


def test_nightly_jobs_are_planned_once_a_night(db: None) -> None:
    jobs.plan_night(AT)
    jobs.plan_night(AT + timedelta(hours=3))
    nightly = [kind.name for kind in jobs.KINDS.values() if kind.nightly]
    assert sorted(Job.objects.values_list("name", flat=True)) == sorted(nightly)
    assert {"end_old_sessions", "verify_log"} <= set(nightly)
    jobs.plan_night(AT + timedelta(days=1))
    assert Job.objects.count() == 2 * len(nightly)


def test_the_night_ends_old_sessions_and_finds_a_broken_chain(db: None) -> None:
    Session.objects.create(session_key="old", session_data="", expire_date=AT - timedelta(seconds=1))
    Session.objects.create(session_key="new", session_data="", expire_date=AT + timedelta(days=1))
    log.open_chain(1, "school", 1)
    sql.write("UPDATE foundation_chain SET head_seq = 3")
    night = datetime.combine(AT.date(), jobs.NIGHT)
    jobs.enqueue("end_old_sessions", at=AT)
    jobs.enqueue("verify_log", at=AT)
    jobs.run_due(lambda: night)
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
    assert "BrokenLog" in Job.objects.get(name="verify_log").error


def test_an_unknown_kind_is_an_error_not_a_silence(db: None) -> None:
    jobs.enqueue("renamed_away", at=AT)
    jobs.run_due(clock)
    assert "renamed_away" in Job.objects.get().error


def test_a_kind_that_comes_round_has_one_row_and_runs_once_after_a_long_sleep(db: None, kind: Any) -> None:
    seen: list[datetime] = []
    jobs.KINDS.clear()
    kind("round", every=timedelta(minutes=5))(lambda arguments, at: seen.append(at))

    def turn(at: datetime) -> None:
        jobs.plan_turns(at)
        jobs.plan_turns(at)  # two workers plan at once
        jobs.run_due(lambda: at)
        jobs.run_due(lambda: at)

    for minutes in (0, 4, 5, 600, 604):
        turn(AT + timedelta(minutes=minutes))
    assert [(at - AT) // timedelta(minutes=1) for at in seen] == [0, 5, 600]
    turn(AT + timedelta(minutes=10))  # the clock is put back
    assert len(seen) == 4 and Job.objects.filter(name="round").count() == 1
