"""What the clock and the queue start: the nightly copy, the copy a person asked for, the nightly look at all copies."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from parta.archive.actions import backups, papers
from parta.archive.models import PaperSet
from parta.foundation.jobs import job
from parta.organisation.models import Homeroom, Term

NIGHTLY = backups.Hand("работник Парты, по расписанию")


@job("nightly_backup", in_transaction=False, nightly=True)
def nightly_backup(arguments: dict[str, Any], at: datetime) -> None:
    """The copy of each night, proven and put on the mounted carriers. Raises Failed: the job then stands as failed."""
    backups.make_backup(hand=NIGHTLY, purpose="ежедневная копия", at=at)


@job("verify_copies", in_transaction=False, nightly=True)
def verify_copies(arguments: dict[str, Any], at: datetime) -> None:
    """Every copy within reach against its manifest; what differs is named on the page of copies."""
    backups.verify_copies(hand=NIGHTLY, at=at)


@job("summary_sheets", nightly=True)
def summary_sheets(arguments: dict[str, Any], at: datetime) -> None:
    """The summary sheet of each class of a closed year goes into the register, once: nobody need think of it."""
    for homeroom in (
        Homeroom.objects.filter(year__state="closed")
        .exclude(pk__in=PaperSet.objects.filter(kind="summary_sheet").values("homeroom_id"))
        .select_related("school")
        .order_by("id")
    ):
        term = Term.objects.filter(year_id=homeroom.year_id, kind="year").first()
        if term is not None:
            on = at.astimezone(ZoneInfo(homeroom.school.timezone)).date()
            papers.register_summary(homeroom.school_id, homeroom, term, on=on, at=at)


@job(backups.MAKE, in_transaction=False)
def make_backup(arguments: dict[str, Any], at: datetime) -> None:
    """The copy a person asked for on the page."""
    hand = backups.Hand(str(arguments.get("who", "")), arguments.get("user"))
    backups.make_backup(hand=hand, purpose=str(arguments.get("purpose", "")), at=at)
