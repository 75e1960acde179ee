"""How an act on a school's set-up is carried out: one transaction, its lines on the school's own chain.

What such an act refuses, it refuses with a :class:`Refusal`: a Russian sentence and the field it belongs to.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.db import transaction

from parta.foundation import log
from parta.foundation.language import say
from parta.foundation.log import Actor, Line
from parta.foundation.veil import lifted

_MANY = 200
"""Lines from which an act is poured in by the bulk path."""


class Refusal(ValueError):
    """An act that cannot be carried out; the message is for people, `field` names the place in the form.

    It is said in the language spoken now, if the catalogs know it; one with values in it comes said already.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(say(message))
        self.field = field


_open: ContextVar[tuple[int, list[Line]] | None] = ContextVar("open_act", default=None)


@contextmanager
def act(school_id: int, *, by: Actor, at: datetime, operation_id: str | None = None) -> Iterator[list[Line]]:
    """One act on a school: what is appended to the yielded list goes to the school's chain when the block ends.

    An act inside another act of the same school joins it: its lines are written with the outer one's, in one
    transaction and one pour. So an import wraps thousands of small acts in one. An error undoes everything.
    Lines hold ids, codes and dates, never names of people (invariant 7). Raises LookupError when the school has
    no chain.
    """
    outer = _open.get()
    if outer is not None and outer[0] == school_id:
        yield outer[1]
        return
    lines: list[Line] = []
    token = _open.set((school_id, lines))
    try:
        with lifted(), transaction.atomic():
            yield lines
            write(school_id, lines, by=by, at=at, operation_id=operation_id or str(uuid.uuid4()))
    finally:
        _open.reset(token)


def write(school_id: int, lines: list[Line], *, by: Actor, at: datetime, operation_id: str) -> None:
    """Append lines to the school's chain; many are poured."""
    if not lines:
        return
    if len(lines) < _MANY:
        log.write_to_school(school_id, lines, by=by, at=at, operation_id=operation_id)
        return
    head = log.lock_chain("school", school_id)
    rows, last = log.chained(head, lines, by=by, at=at, operation_id=operation_id)
    log.pour(rows, [last])
