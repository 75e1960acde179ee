"""What the clock and the queue start: the nightly copy, the copy a person asked for, the nightly look at all copies."""

from datetime import datetime
from typing import Any

from parta.archive.actions import backups
from parta.foundation.jobs import job

NIGHTLY = backups.Hand("работник Парты, по расписанию")


@job("nightly_backup", in_transaction=False, nightly=True)
def nightly_backup(arguments: dict[str, Any], at: datetime) -> None:
    """The copy of each night, proven and put on the mounted carriers. Raises Failed: the job then stands as failed."""
    backups.make_backup(hand=NIGHTLY, purpose="ежедневная копия", at=at)


@job("verify_copies", in_transaction=False, nightly=True)
def verify_copies(arguments: dict[str, Any], at: datetime) -> None:
    """Every copy within reach against its manifest; what differs is named on the page of copies."""
    backups.verify_copies(hand=NIGHTLY, at=at)


@job(backups.MAKE, in_transaction=False)
def make_backup(arguments: dict[str, Any], at: datetime) -> None:
    """The copy a person asked for on the page."""
    hand = backups.Hand(str(arguments.get("who", "")), arguments.get("user"))
    backups.make_backup(hand=hand, purpose=str(arguments.get("purpose", "")), at=at)
