"""What the worker does for delivery: a round every few seconds, beside the other jobs, so that none waits for a mail
server that hangs; and the nightly forgetting."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import DatabaseError, close_old_connections

from parta.communication.actions import delivery
from parta.communication.letters import Post, ServerDown, is_possible, send_one
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
    """Make notices and letters of what has happened; how many letters. Nothing without a mail server to send by."""
    if not is_possible():
        return 0
    delivery.spread(at)
    return delivery.compose(at)


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


@job("forget_letters", nightly=True)
def forget_letters(arguments: dict[str, Any], at: datetime) -> None:
    """Letters and notices that are done with long ago."""
    delivery.forget(at)
