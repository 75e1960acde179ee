"""What the clock starts: the reports of the act that the program makes by itself."""

from datetime import datetime
from typing import Any

from parta.control.actions.nightly import form_due_reports
from parta.foundation.jobs import job
from parta.organisation.models import School


@job("form_reports", in_transaction=False, nightly=True)
def form_reports(arguments: dict[str, Any], at: datetime) -> None:
    """Every school's due reports. Run twice it makes nothing twice; a missed night is caught up by the next."""
    for school in School.objects.order_by("id"):
        form_due_reports(school, at=at)
