"""The job queue: work to be done after a commit, and what the clock starts each night.

A job is a row written in the transaction of the act that asks for it: no commit, no job; a commit, and the job is
there whatever happens to the processes. The worker claims due rows one by one. A worker killed in the middle leaves
its claim behind; the next one takes it up again. So a job runs at least once; one that only writes rows runs in one
transaction with the note that it is done, and so exactly once (docs/decisions/0010).

An app's `jobs` drawer declares handlers with :func:`job`; each calls one action.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Q

from parta.foundation import log, scope
from parta.foundation.models import Job

logger = logging.getLogger("parta.jobs")

LEASE = timedelta(minutes=15)
"""After this long without a result a claimed job counts as abandoned."""
MOST_ATTEMPTS = 8
NIGHT = time(22, 30, tzinfo=UTC)
"""When nightly jobs are due: 01:30 in Moscow, 04:30 in Bishkek."""
KEPT = timedelta(days=30)
"""How long rows of finished jobs are kept."""

Handler = Callable[[dict[str, Any], datetime], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job: its handler, whether handler and note are one transaction, whether the clock starts it."""

    name: str
    handle: Handler
    in_transaction: bool
    nightly: bool
    every: timedelta | None = None
    """How often the clock starts it, beside the nights."""


KINDS: dict[str, Kind] = {}


def job(
    name: str, *, in_transaction: bool = True, nightly: bool = False, every: timedelta | None = None
) -> Callable[[Handler], Handler]:
    """Declare a handler `(arguments, at)`. Raises ValueError when the name is taken.

    `in_transaction=False` is for long reading and for effects outside the database; such a handler must bear
    being run twice.
    """

    def declare(handle: Handler) -> Handler:
        if name in KINDS:
            raise ValueError(f"job {name} is declared twice")
        KINDS[name] = Kind(name, handle, in_transaction, nightly, every)
        return handle

    return declare


def load_kinds() -> None:
    """Import the `jobs` drawers of all apps, so that their kinds are known."""
    for app in settings.APPS:
        if find_spec(f"parta.{app}.jobs"):
            import_module(f"parta.{app}.jobs")


def enqueue(
    name: str,
    arguments: dict[str, Any] | None = None,
    *,
    at: datetime,
    due_at: datetime | None = None,
    school_id: int | None = None,
) -> int:
    """Ask for a job, in the caller's transaction; the row's id. Arguments are ids, never personal data."""
    return Job.objects.create(
        name=name, arguments=arguments or {}, made_at=at, due_at=due_at or at, school_id=school_id
    ).pk


def claim(at: datetime, *, alone: bool = False) -> Job | None:
    """Take the next due job; None when nothing is due.

    `alone` says that no other worker can be alive (one machine, one lock file): then a claim without a result is a
    dead worker's and is taken up at once, otherwise after LEASE.
    """
    abandoned = Q() if alone else Q(started_at=None) | Q(started_at__lt=at - LEASE)
    with transaction.atomic():
        waiting = Job.objects.filter(abandoned, done_at=None, due_at__lte=at, attempts__lt=MOST_ATTEMPTS)
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True)
        found = waiting.order_by("due_at", "id").first()
        if found is not None:
            found.started_at, found.attempts = at, found.attempts + 1
            found.save(update_fields=["started_at", "attempts"])
        return found


def carry_out(found: Job, clock: Callable[[], datetime]) -> bool:
    """Run a claimed job and note the outcome; whether it succeeded. Never raises for the handler's errors."""
    kind = KINDS.get(found.name)
    try:
        if kind is None:
            raise LookupError(f"no job kind {found.name}")
        if kind.in_transaction:
            with transaction.atomic():
                kind.handle(found.arguments, clock())
                _done(found, clock())
        else:
            kind.handle(found.arguments, clock())
            _done(found, clock())
    except Exception as error:
        logger.exception("job %s %s failed, attempt %s", found.pk, found.name, found.attempts)
        pause = min(timedelta(seconds=30 * 2**found.attempts), timedelta(hours=6))
        Job.objects.filter(pk=found.pk).update(
            started_at=None, due_at=clock() + pause, error=f"{type(error).__name__}: {error}"[:2000]
        )
        return False
    return True


def _done(found: Job, at: datetime) -> None:
    Job.objects.filter(pk=found.pk).update(done_at=at, error="")


def run_due(clock: Callable[[], datetime], *, alone: bool = False, most: int = 100) -> int:
    """Carry out what is due, at most so many; how many were run."""
    for count in range(most):
        found = claim(clock(), alone=alone)
        if found is None:
            return count
        carry_out(found, clock)
    return most


def plan_night(at: datetime) -> None:
    """See to it that each nightly kind has its row for the night of this date.

    A machine that is switched off at night finds the row due in the morning.
    """
    due = datetime.combine(at.astimezone(UTC).date(), NIGHT)
    night = {"night": due.date().isoformat()}
    names = [kind.name for kind in KINDS.values() if kind.nightly]
    with transaction.atomic():
        known = set(
            Job.objects.filter(name__in=names, arguments__night=night["night"]).values_list("name", flat=True)
        )
        Job.objects.bulk_create(
            Job(name=name, arguments=night, made_at=at, due_at=due) for name in names if name not in known
        )


def plan_turns(at: datetime) -> None:
    """See to it that each kind that comes round has its one row, due again when its time since the last has passed.

    A clock put back does not hold it up; after a long sleep it runs once, not once for each turn that was missed.
    """
    for kind in KINDS.values():
        if kind.every is None:
            continue
        with transaction.atomic():
            rows = Job.objects.filter(name=kind.name)
            given_up = Q(done_at=None, attempts__gte=MOST_ATTEMPTS, due_at__lte=at - timedelta(days=1))
            again = rows.filter(Q(done_at__lte=at - kind.every) | Q(done_at__gt=at) | given_up)
            if again.update(done_at=None, started_at=None, due_at=at, attempts=0) or rows.exists():
                continue
            Job.objects.create(name=kind.name, arguments={}, made_at=at, due_at=at)


def stuck() -> list[tuple[str, int, str]]:
    """Jobs given up after all attempts: (name, id, error). Empty on a healthy installation."""
    with scope.opened():  # the installation's health is whole
        return list(
            Job.objects.filter(done_at=None, attempts__gte=MOST_ATTEMPTS)
            .values_list("name", "id", "error")
            .order_by("id")
        )


@job("end_old_sessions", nightly=True)
def end_old_sessions(arguments: dict[str, Any], at: datetime) -> None:
    """Forget sessions that have expired, and finished jobs of long ago."""
    Session.objects.filter(expire_date__lt=at).delete()
    Job.objects.filter(done_at__lt=at - KEPT).delete()


class BrokenLog(Exception):
    """The nightly walk over the change log found a chain that does not hold."""


@job("verify_log", in_transaction=False, nightly=True)
def verify_log(arguments: dict[str, Any], at: datetime) -> None:
    """Walk all chains. Raises BrokenLog with the first broken place: the job then stands as failed for `doctor`."""
    for found in log.verify():
        if isinstance(found, log.Broken):
            raise BrokenLog(
                f"chain {found.chain_id} ({found.kind} {found.subject_id}), entry {found.seq}: {found.why}"
            )
