"""The server's clock, asked only at the edge: pages, commands and jobs read it and hand the moment on."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_rehearsed: ContextVar[datetime | None] = ContextVar("rehearsed", default=None)


def now() -> datetime:
    """The present moment, aware, UTC."""
    return _rehearsed.get() or datetime.now(UTC)


def local_date(at: datetime, timezone: str) -> date:
    """The calendar day of a moment in a school's time zone."""
    return at.astimezone(ZoneInfo(timezone)).date()


@contextmanager
def rehearse(at: datetime) -> Iterator[None]:
    """Let code inside the block live at another moment; for tests and rehearsals, never for requests."""
    token = _rehearsed.set(at)
    try:
        yield
    finally:
        _rehearsed.reset(token)
