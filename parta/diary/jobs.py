"""What the worker does again and again for families."""

from datetime import datetime, timedelta
from typing import Any

from parta.diary.actions import notices
from parta.foundation.jobs import job


@job("settle_told_absences", in_transaction=False, every=timedelta(minutes=5))
def settle_told_absences(arguments: dict[str, Any], at: datetime) -> None:
    """Accepted notices become the reason of absences that were marked after they had been accepted."""
    notices.settle_all(at=at)
