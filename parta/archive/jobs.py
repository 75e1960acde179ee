"""What the clock and the queue start: copies made and looked at, and the weekly «written in your name»."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from parta.archive.actions import archives, backups, digests, papers
from parta.archive.models import ArchiveUnit, PaperSet
from parta.foundation.jobs import job
from parta.organisation.models import Homeroom, School, Term

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


@job(archives.MAKE, in_transaction=False)
def year_archive(arguments: dict[str, Any], at: datetime) -> None:
    """The archive of a year that somebody asked for. Raises Refusal, Unset: the job then stands as failed."""
    archives.make_archive(
        school_id=arguments["school"], year_id=arguments["year"], user_id=arguments["user"], at=at
    )


@job("verify_archives", in_transaction=False, nightly=True)
def verify_archives(arguments: dict[str, Any], at: datetime) -> None:
    """Every archive against its digest and signature; what differs is named on the page and among the duties."""
    for school_id in ArchiveUnit.objects.order_by("school_id").values_list("school_id", flat=True).distinct():
        archives.verify_archives(school_id=school_id, at=at)


@job(backups.MAKE, in_transaction=False)
def make_backup(arguments: dict[str, Any], at: datetime) -> None:
    """The copy a person asked for on the page."""
    hand = backups.Hand(str(arguments.get("who", "")), arguments.get("user"))
    backups.make_backup(hand=hand, purpose=str(arguments.get("purpose", "")), at=at)


@job("weekly_digest", nightly=True)
def weekly_digest(arguments: dict[str, Any], at: datetime) -> None:
    """On Monday of the school: to each of the staff, how much was written in their name from Monday to Sunday."""
    for school_id, timezone in School.objects.values_list("id", "timezone"):
        zone = ZoneInfo(timezone)
        on = at.astimezone(zone).date()
        if on.isoweekday() == 1:
            last = datetime.combine(on, time(), zone)
            digests.tell_of_writes(school_id=school_id, first=last - timedelta(days=7), last=last, at=at)
