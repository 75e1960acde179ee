"""What the worker does for delivery: a round every few seconds, beside the other jobs, so that none waits for a mail
server that hangs; and the nightly forgetting."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import DatabaseError, close_old_connections

from parta.communication.actions import delivery, phones
from parta.communication.letters import Post, ServerDown, is_possible, send_one
from parta.communication.pushing import ServiceDown as SilentService
from parta.communication.pushing import send_batch
from parta.foundation.jobs import job

logger = logging.getLogger("parta.delivery")
PAUSE = 5.0
"""Seconds between two rounds."""
REST = 30.0
"""Seconds to the next try after the server did not answer; it doubles up to LONGEST_REST."""
LONGEST_REST = 300.0
AT_ONCE = 200
"""Letters of one round."""


def make(at: datetime) -> int:
    """Make notices and letters of what has happened; how many letters. Nothing without a way to send anything."""
    if not is_possible() and not phones.is_possible():
        return 0
    delivery.spread(at)
    return delivery.compose(at) if is_possible() else 0


def send(clock: Callable[[], datetime], *, alone: bool = False, most: int = AT_ONCE) -> int:
    """Send letters that are due, at most so many, over one connection; how many went. Raises ServerDown."""
    post, count = Post(), 0
    try:
        for _ in range(most):
            mail = delivery.take(clock(), alone=alone)
            if mail is None:
                break
            send_one(post, mail, clock())
            count += 1
    finally:
        post.close()
    return count


def deliver(clock: Callable[[], datetime], over: threading.Event, *, alone: bool = False) -> None:
    """Rounds until told that it is over: the thread of the worker."""
    rest = REST
    while not over.is_set():
        wait = PAUSE
        try:
            make(clock())
            if is_possible():
                send(clock, alone=alone)
            rest = REST
        except ServerDown as fault:
            logger.warning("the mail server does not answer: %s", fault)
            wait, rest = rest, min(rest * 2, LONGEST_REST)
        except DatabaseError:
            logger.warning("a round of delivery failed", exc_info=True)
        except Exception:
            logger.exception("a round of delivery failed")
            wait = REST
        close_old_connections()
        over.wait(wait)


def tell_phones(
    clock: Callable[[], datetime],
    *,
    alone: bool = False,
    most: int = AT_ONCE,
    resting: set[str] | None = None,
) -> int:
    """Tell phones what is due, at most so many times; how many were told or given up. A service that does not answer
    joins `resting`, and the phones of the others are told all the same."""
    count, resting = 0, set() if resting is None else resting
    for _ in range(most):
        found = phones.take(clock(), alone=alone, resting=resting)
        if not found:
            break
        try:
            send_batch(found, clock())
        except SilentService as fault:
            logger.warning("the push service %s does not answer: %s", fault.host, fault)
            resting.add(fault.host)
        count += 1
    return count


def push(clock: Callable[[], datetime], over: threading.Event, *, alone: bool = False) -> None:
    """Rounds of phones until told that it is over: in a thread beside the letters, neither waits for the other."""
    silent: dict[str, tuple[float, float]] = {}
    while not over.is_set():
        now = time.monotonic()
        resting = {host for host, (until, _) in silent.items() if until > now}
        before = set(resting)
        try:
            if phones.is_possible():
                tell_phones(clock, alone=alone, resting=resting)
        except DatabaseError:
            logger.warning("a round of phones failed", exc_info=True)
        except Exception:
            logger.exception("a round of phones failed")
        for host in resting - before:
            rest = min(silent.get(host, (0.0, REST / 2))[1] * 2, LONGEST_REST)
            silent[host] = time.monotonic() + rest, rest
        for host in {host for host, (until, _) in silent.items() if until <= now} - resting:
            del silent[host]  # asked again and well
        close_old_connections()
        over.wait(PAUSE)


@job("forget_letters", nightly=True)
def forget_letters(arguments: dict[str, Any], at: datetime) -> None:
    """Letters and notices that are done with long ago."""
    delivery.forget(at)
    phones.forget(at)
