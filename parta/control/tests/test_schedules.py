"""Reports the program makes by itself: killed in the middle, clock put back, two workers at once."""

from datetime import date, timedelta
from typing import Any

import pytest

from parta.control.actions import ReportRow, form_report, nightly
from parta.control.actions.nightly import form_due_reports
from parta.control.models import Report
from parta.foundation.log import SYSTEM
from tests.journeys.steps import GYMNASIUM, under

pytestmark = [pytest.mark.django_db, under(GYMNASIUM)]


def test_a_run_killed_in_the_middle_is_finished_and_nothing_is_doubled(
    cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = cast.local(date(2026, 11, 1), 1)
    formed: list[str] = []

    def killed(**given: Any) -> int:
        if formed:
            raise KeyboardInterrupt
        formed.append(given["row"].code)
        return form_report(**given)

    with monkeypatch.context() as patch:
        patch.setattr(nightly, "form_report", killed)
        with pytest.raises(KeyboardInterrupt):
            form_due_reports(cast.school, at=at)
    assert Report.objects.count() == 1, "what was formed before stays"
    for moment in (at - timedelta(hours=3), at, at):  # the clock is put back, then two runs
        form_due_reports(cast.school, at=moment)
    spans = list(Report.objects.values_list("code", "since", "until"))
    assert len(spans) == len(set(spans)) > 1


def test_two_workers_form_one_report(cast: Any) -> None:
    """Both found it missing; the second gets the first one's."""
    row = ReportRow("performance", date(2026, 9, 1), date(2026, 10, 1), {"rows": []})
    made = [
        form_report(school_id=cast.school.pk, row=row, made_by=None, by=SYSTEM, at=cast.at) for _ in range(2)
    ]
    assert made[0] == made[1] and Report.objects.count() == 1
