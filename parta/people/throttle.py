"""The growing delay before a guesser's next sign-in: per account, per address, never for the owner's own browser.

What is counted: failures of the last hour. Three counters, the longest delay holds:

- *pair*: this login from this address; from a browser that has signed in to the account before (`KnownDevice`),
  this login from that browser, and nothing else: who guesses elsewhere cannot slow the owner down;
- *account*: this login from anywhere (a guesser with many addresses): a short delay only, for the owner may be
  on a new device;
- *address*: any login from this address (one password tried on many accounts); a school is one address for
  hundreds of people, so the limit is wide and the delay short.

An absent account is counted exactly as an existing one. Attempts made during a delay are not checked at all.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from parta.foundation import sql
from parta.foundation.pagekit import plural
from parta.people.models import LoginFailure

WINDOW = timedelta(hours=1)
LOGIN_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Slope:
    """`free` failures cost nothing; each `step` failures beyond double the delay, from 1 second up to `longest`."""

    free: int
    step: int
    longest: int

    def seconds(self, failures: int) -> int:
        """The delay after so many failures, counted from the last of them."""
        beyond = failures - self.free
        if beyond < 0:
            return 0
        doublings = min(beyond // self.step, 20)
        return int(min(2**doublings, self.longest))


PAIR = Slope(free=5, step=1, longest=900)
ACCOUNT = Slope(free=20, step=4, longest=30)
ADDRESS = Slope(free=60, step=10, longest=60)
SECOND = "second:"
"""Begins the name under which wrong second steps of an account are counted: who gives them knows the password."""
CODES = Slope(free=5, step=1, longest=3600)
"""Of a second step, from one place and from anywhere: a million codes, three of them right at a time, and forty tries a
day take a guesser years; the owner is told at the first."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in about to be checked. `address` is the client's, or the mark of a known browser."""

    login: str
    address: str
    known: bool
    row: int = 0


def attempt(login: str, address: str, device: int | None) -> Attempt:
    """The attempt as it is counted; `device` is the id of the account's known browser, if it is one."""
    if device is not None:
        return Attempt(login, f"device:{device}", True)
    return Attempt(login, address[:45], False)


def seconds_to_wait(trial: Attempt, at: datetime) -> int:
    """Whole seconds until this attempt may be checked; 0: now. One statement."""
    is_second = trial.login.startswith(SECOND)
    since = at - (DAY if is_second else WINDOW)
    slopes = (CODES, CODES, ADDRESS) if is_second else (PAIR, ACCOUNT, ADDRESS)
    ways = [
        "SELECT 0, COUNT(*), MAX(at) FROM people_loginfailure"
        " WHERE login = %s AND address = %s AND at > %s AND id <> %s"
    ]
    values: list[object] = [trial.login, trial.address, since, trial.row]
    if not trial.known:
        ways += [
            "SELECT 1, COUNT(*), MAX(at) FROM people_loginfailure WHERE login = %s AND at > %s AND id <> %s"
            " AND address NOT LIKE 'device:%%'",
            "SELECT 2, COUNT(*), MAX(at) FROM people_loginfailure WHERE address = %s AND at > %s AND id <> %s",
        ]
        values += [trial.login, since, trial.row, trial.address, since, trial.row]
    longest = 0.0
    for which, failures, last in sql.read(" UNION ALL ".join(ways), values):
        if not failures:
            continue
        if isinstance(last, str):
            last = datetime.fromisoformat(last)
        delay = slopes[which].seconds(failures)
        longest = max(longest, delay - (at - sql.aware(last)).total_seconds())
    return max(0, math.ceil(longest))


def begin(trial: Attempt, at: datetime) -> tuple[Attempt, int]:
    """Count the attempt as a failure before its password is looked at, so that a burst of guesses is counted too.

    Returns the attempt and the seconds to wait; when these are not 0, nothing was written.
    """
    wait = seconds_to_wait(trial, at)
    if wait:
        return trial, wait
    row = LoginFailure.objects.create(login=trial.login, address=trial.address, at=at)
    return Attempt(trial.login, trial.address, trial.known, row.pk), 0


def succeed(trial: Attempt, at: datetime) -> None:
    """The password was right: this login's failures from this place are forgotten, and what is older than a day."""
    LoginFailure.objects.filter(login=trial.login, address=trial.address).delete()
    LoginFailure.objects.filter(at__lt=at - timedelta(days=1)).delete()


def spoken(seconds: int) -> str:
    """«8 секунд», «2 минуты»: rounded up, for the message."""
    if seconds < 60:
        return plural(seconds, "секунду", "секунды", "секунд")
    return plural(math.ceil(seconds / 60), "минуту", "минуты", "минут")
