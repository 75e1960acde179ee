"""What the clock starts: forgetting what is no longer needed of sign-ins, closing accounts of those who have left."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from parta.foundation.jobs import job
from parta.organisation.models import School
from parta.people import actions
from parta.people.actions import watches
from parta.people.actions.access import RECOVERY
from parta.people.models import AccountNotice, DeviceWatch, KnownDevice, LoginFailure, SignIn

FAILURES_KEPT = timedelta(days=7)
"""Delays look back an hour; a week is left for who asks what happened."""
DEVICES_KEPT = timedelta(days=180)
SIGN_INS_KEPT = timedelta(days=400)
"""A school year and the summer after it: who signed in, and what the owner was told."""


@job("forget_sign_ins", nightly=True)
def forget_sign_ins(arguments: dict[str, Any], at: datetime) -> None:
    """Old failures, and browsers that have not been seen for half a year."""
    LoginFailure.objects.filter(at__lt=at - FAILURES_KEPT).delete()
    KnownDevice.objects.filter(seen_at__lt=at - DEVICES_KEPT).delete()
    AccountNotice.objects.filter(at__lt=at - SIGN_INS_KEPT).delete()
    SignIn.objects.filter(seen_at__lt=at - SIGN_INS_KEPT).delete()
    DeviceWatch.objects.filter(opened_at__lt=at - SIGN_INS_KEPT).delete()


@job(watches.UNANSWERED)
def device_unanswered(arguments: dict[str, Any], at: datetime) -> None:
    """The owner's time to answer for a new device is over."""
    watches.unanswered(int(arguments["watch"]), at=at)


@job(RECOVERY)
def recovery(arguments: dict[str, Any], at: datetime) -> None:
    """Somebody asked for a new password: letters to the owners, if the name belongs to anybody."""
    actions.recover(arguments["users"], at=at)


@job("close_accounts_without_role", nightly=True)
def close_accounts_without_role(arguments: dict[str, Any], at: datetime) -> None:
    """Who has no role, class or child any more, and none to come, signs in no more: from the day of leaving."""
    for school_id, timezone in School.objects.values_list("id", "timezone"):
        actions.close_groundless(school_id=school_id, on=at.astimezone(ZoneInfo(timezone)).date(), at=at)
