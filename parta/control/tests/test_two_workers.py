"""The worker was down for two weeks and two of them start at once: what fell due is made once, and nothing twice."""

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from parta.control.actions import nightly
from parta.control.models import Report
from parta.foundation import jobs
from parta.foundation.models import Job


def test_two_workers_after_two_weeks_make_each_report_once(
    cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have planned the night before either saw the other's row; one reads before the other has written."""
    jobs.load_kinds()
    monkeypatch.setattr(jobs, "KINDS", {"form_reports": jobs.KINDS["form_reports"]})
    before = cast.local(date(2026, 10, 13), 5)
    jobs.plan_night(before)
    assert jobs.run_due(lambda: before) == 1, Job.objects.values("due_at", "error")
    known = set(Report.objects.values_list("school_id", "code", "since", "until"))
    at = cast.local(date(2026, 10, 27), 5)
    jobs.plan_night(at)
    night = Job.objects.get(name="form_reports", done_at=None)
    Job.objects.create(name=night.name, arguments=night.arguments, made_at=at, due_at=night.due_at)
    assert jobs.run_due(lambda: at) == 2
    made = Counter(Report.objects.values_list("school_id", "code", "since", "until"))
    assert max(made.values()) == 1
    fresh = {one[1:3] for one in set(made) - known if one[0] == cast.school.pk}
    weeks = {("user_activity", date(2026, 10, 12)), ("user_activity", date(2026, 10, 19))}
    assert fresh == weeks | {("attendance", date(2026, 9, 1)), ("performance", date(2026, 9, 1))}, (
        "both weeks and the quarter that ended while it was down"
    )
    assert not Job.objects.filter(done_at=None).exists()

    real = nightly.school_intervals
    monkeypatch.setattr(nightly, "school_intervals", lambda viewer: replace(real(viewer), reports=()))
    Job.objects.create(name=night.name, arguments={}, made_at=at, due_at=at)
    assert jobs.run_due(lambda: at) == 1
    assert not Job.objects.filter(done_at=None).exists()
    again = Counter(Report.objects.values_list("school_id", "code", "since", "until"))
    assert again == made, "who read before the other wrote makes none anew"
