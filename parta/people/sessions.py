"""Sessions in the database, read by one plain statement: the session is looked up on every request."""

from functools import lru_cache
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.utils import timezone

from parta.foundation import sql


class SessionStore(DatabaseSessions):
    """Django's own database sessions; only the look-up goes past the ORM, which cost more than the statement."""

    def load(self) -> dict[str, Any]:
        rows = sql.read(
            "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s",
            (self.session_key, timezone.now()),
        )
        if not rows:
            self._session_key = None
            return {}
        return dict(_decoded(rows[0][0]))


@lru_cache(maxsize=4096)
def _decoded(stored: str) -> dict[str, Any]:
    """What a stored text holds. The row is read at every request; its unchanged text is unsigned and parsed once."""
    held: dict[str, Any] = SessionStore().decode(stored)
    return held
