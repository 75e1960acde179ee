"""What the clock starts: forgetting what is no longer needed of sign-ins."""

from datetime import datetime, timedelta
from typing import Any

from parta.foundation.jobs import job
from parta.people.models import KnownDevice, LoginFailure

FAILURES_KEPT = timedelta(days=7)
"""Delays look back an hour; a week is left for who asks what happened."""
DEVICES_KEPT = timedelta(days=180)


@job("forget_sign_ins", nightly=True)
def forget_sign_ins(arguments: dict[str, Any], at: datetime) -> None:
    """Old failures, and browsers that have not been seen for half a year."""
    LoginFailure.objects.filter(at__lt=at - FAILURES_KEPT).delete()
    KnownDevice.objects.filter(seen_at__lt=at - DEVICES_KEPT).delete()
