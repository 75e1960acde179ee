"""What the clock starts: the reports of the act that the program makes by itself, and the findings kept fresh."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from parta.control.actions.findings import keep
from parta.control.actions.nightly import form_due_reports
from parta.control.actions.trials import TRY, carry_out_trial
from parta.foundation.jobs import job
from parta.organisation.models import School

logger = logging.getLogger("parta.control")


class Unfinished(Exception):
    """Some schools could not be served; the job comes again."""


@job("form_reports", in_transaction=False, nightly=True)
def form_reports(arguments: dict[str, Any], at: datetime) -> None:
    """Every school's due reports. Run twice it makes nothing twice; a missed night is caught up by the next."""
    _for_each(lambda school: form_due_reports(school, at=at))


@job("keep_findings", in_transaction=False, every=timedelta(minutes=5))
def keep_findings(arguments: dict[str, Any], at: datetime) -> None:
    """Every school's findings, as far as something was written since; pages find them fresh."""
    _for_each(lambda school: keep(school.pk, at=at))


@job(TRY, in_transaction=False)
def try_draft(arguments: dict[str, Any], at: datetime) -> None:
    """A draft tried on past lessons, as somebody has asked."""
    carry_out_trial(arguments["trial"], at=at)


def _for_each(serve: Callable[[School], object]) -> None:
    """Serve every school; one that fails does not stop the others. Raises Unfinished with the names of the failed."""
    failed = []
    for school in School.objects.order_by("id"):
        try:
            serve(school)
        except Exception:
            logger.exception("school %s was not served", school.code)
            failed.append(school.code)
    if failed:
        raise Unfinished(", ".join(failed))
