"""Fill an empty installation with the demo: a gymnasium, a college and a centre, each under its own regulation."""

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.db import transaction

from parta.demo.centre import CentreBuilder
from parta.demo.clerk import PASSWORD, Clerk, Login, Progress
from parta.demo.college import CollegeBuilder
from parta.demo.content import load
from parta.demo.content.calendar import YearCalendar, calendar_of
from parta.demo.gymnasium import Gymnasium
from parta.demo.papers import papers
from parta.demo.paperwork import paperwork
from parta.demo.reports import reports
from parta.foundation import clock, sql
from parta.journal.actions.bulk import Ids

ZONE = ZoneInfo("Europe/Moscow")


@dataclass(frozen=True, slots=True)
class SchoolShown:
    """A school of the demo: its code and short name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What was made: schools, accounts worth showing, how much of everything, and how long it took."""

    schools: Sequence[SchoolShown]
    logins: Sequence[Login]
    counts: dict[str, int]
    seconds: float


def years_of(today: date) -> list[YearCalendar]:
    """The school years that are shown: in summer the one just ended, in early September also the past one."""
    year = today.year if today.month >= 9 else today.year - 1
    if today.month == 9 and today.day <= 21:
        return [calendar_of(year - 1), calendar_of(year)]
    return [calendar_of(year)]


def moment_of(today: date) -> datetime:
    """«Now» of the demo: the clock's, when today is today, else two in the afternoon of that day."""
    now = clock.now()
    if now.astimezone(ZONE).date() == today:
        return now.replace(second=0, microsecond=0)
    return datetime(today.year, today.month, today.day, 14, 0, tzinfo=ZONE).astimezone(UTC)


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for cycles meanwhile: millions of rows live to the end, and looking through them costs a quarter."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@_uncollected()
@transaction.atomic
def fill(
    *, seed: int, today: date, progress: Progress, now: datetime | None = None, homerooms: int | None = None
) -> DemoSummary:
    """Fill the installation up to `today`, wholly or not at all.

    The same seed, day and moment give the same journals, to the last hash. `homerooms` makes a smaller gymnasium,
    for trials. Raises IntegrityError when the demo is there already.
    """
    began = time.monotonic()
    now = now or moment_of(today)
    content = load()
    hashed = make_password(PASSWORD)
    years = years_of(today)
    small = None if homerooms is None else 1
    clerks = [Clerk(seed, code, now, hashed) for code in ("gymnasium", "college", "centre")]
    ids = Ids()
    gymnasium = Gymnasium(clerks[0], content, homerooms, progress)
    college = CollegeBuilder(clerks[1], content, small, progress)
    centre = CentreBuilder(clerks[2], content, small, progress)
    for builder in (gymnasium, college, centre):
        builder.found(years[0])
        for calendar in years:
            builder.open(calendar, ids, today, last=calendar is years[-1])
        sql.learn()
        papers(builder.clerk, today)
        reports(builder.clerk, today)
        paperwork(builder.clerk, today)
        builder.show()
    return DemoSummary(
        [SchoolShown(clerk.code, clerk.school.short_name) for clerk in clerks],
        [login for clerk in clerks for login in clerk.logins],
        _counts(),
        round(time.monotonic() - began, 1),
    )


_COUNTED = {
    "ученики": "SELECT COUNT(DISTINCT student_id) FROM people_enrolment",
    "классы и группы": "SELECT COUNT(*) FROM organisation_homeroom",
    "журналы": "SELECT COUNT(*) FROM plans_journal",
    "уроки": "SELECT COUNT(*) FROM timetable_lesson",
    "отметки": "SELECT COUNT(*) FROM journal_mark",
    "пропуски": "SELECT COUNT(*) FROM journal_absence",
    "записи в истории": "SELECT COUNT(*) FROM foundation_logentry",
}


def _counts() -> dict[str, int]:
    return {title: int(sql.read(statement)[0][0]) for title, statement in _COUNTED.items()}
