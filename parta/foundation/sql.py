"""Plain SQL that runs unchanged on SQLite and PostgreSQL, for the few paths that are hot or large."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections

Row = tuple[Any, ...]

_BOUND_LIMIT = 30_000
"""Bound values in one statement: SQLite takes 32,766, PostgreSQL 65,535."""


def read(statement: str, values: Sequence[object] = ()) -> list[Row]:
    """All rows of a SELECT; dates, times and booleans come back as Python values for plain columns."""
    bound = [adapted(value) for value in values]
    link: Any = connections[DEFAULT_DB_ALIAS]
    if link.vendor == "sqlite" and not link.execute_wrappers and not link.queries_logged:
        # Straight to the driver: Django's cursor costs as much as a small statement itself.
        link.ensure_connection()
        link.validate_no_broken_transaction()
        with link.wrap_database_errors:
            rows: list[Row] = link.connection.execute(_for_sqlite(statement), bound).fetchall()
            return rows
    with link.cursor() as cursor:
        cursor.execute(statement, bound)
        return cursor.fetchall()


@lru_cache(maxsize=1024)
def _for_sqlite(statement: str) -> str:
    """The statement with SQLite's placeholders, as Django's own cursor would turn it."""
    return re.sub(r"(?<!%)%s", "?", statement).replace("%%", "%")


def write(statement: str, values: Sequence[object] = ()) -> int:
    """Carry out one changing statement; the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [adapted(value) for value in values])
        return cursor.rowcount


def adapted(value: Any) -> Any:
    """A value as the driver of this database takes it."""
    kind = type(value)
    if kind is int or kind is str or value is None:
        return value
    if kind is datetime:
        return value if connection.vendor == "postgresql" else _utc_text(value)
    if kind is date:
        return value.isoformat()
    if kind is Decimal:
        return str(value)
    return value


@lru_cache(maxsize=64)
def _utc_text(moment: datetime) -> str:
    """A moment as Django's SQLite columns hold it: UTC without a zone."""
    return str(aware(moment).astimezone(UTC).replace(tzinfo=None))


def aware(value: Any) -> Any:
    """A moment read by plain SQL, with its zone: SQLite hands back UTC without saying so."""
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


def moment(value: Any) -> Any:
    """A moment out of an expression, where SQLite no longer knows the column's type and hands back text."""
    return aware(datetime.fromisoformat(value) if isinstance(value, str) else value)


def json_object(key: str, value: str) -> str:
    """An aggregate of pairs into one JSON object, as text."""
    if connection.vendor == "postgresql":
        return f"json_object_agg({key}, {value})::text"
    return f"json_group_object({key}, {value})"


def marks(count: int) -> str:
    """Placeholders for an IN list: ``%s, %s, %s``; an empty list gives NULL, which nothing equals."""
    return ", ".join(["%s"] * count) or "NULL"


def insert(
    table: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    conflict: Sequence[str] = (),
    conflict_target: str = "",
    update: Sequence[str] = (),
    returning: Sequence[str] = (),
) -> list[Row]:
    """Insert rows in one statement (chunks only beyond the limit of bound values).

    With `conflict` (columns, or `conflict_target` for a partial index) and `update` it is an upsert; without
    `update` existing rows are left as they are.
    Returns the `returning` columns, in no promised order.
    """
    if not rows:
        return []
    tail = ""
    if conflict and not conflict_target:
        conflict_target = f"({', '.join(conflict)})"
    if conflict_target:
        setters = ", ".join(f"{column} = excluded.{column}" for column in update)
        tail = f" ON CONFLICT {conflict_target} DO " + (f"UPDATE SET {setters}" if update else "NOTHING")
    if returning:
        tail += f" RETURNING {', '.join(returning)}"
    place = f"({marks(len(columns))})"
    head = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "
    size = max(1, _BOUND_LIMIT // len(columns))
    found: list[Row] = []
    with connection.cursor() as cursor:
        for start in range(0, len(rows), size):
            chunk = rows[start : start + size]
            cursor.execute(
                head + ", ".join([place] * len(chunk)) + tail,
                [adapted(value) for row in chunk for value in row],
            )
            if returning:
                found += cursor.fetchall()
    return found


_LARGE = 2_000
"""Rows from which a pour changes what the planner must know of a table."""

_PLAIN = frozenset({int, str, bool, type(None)})
"""Types every driver takes as they are; told apart here because asking the connection costs more than the row."""


def bulk_insert(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Pour many rows in: COPY on PostgreSQL, one prepared statement on SQLite. Returns how many.

    PostgreSQL's planner is told of a large pour at once: autovacuum does not see it before the commit, and a
    join planned for an empty table takes minutes on a full one.
    """
    count = 0
    if connection.vendor == "postgresql":
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
        ):
            for row in rows:
                copy.write_row(row)
                count += 1
        if count >= _LARGE:
            write(f"ANALYZE {table}")
        return count
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks(len(columns))})"
    batch: list[list[Any]] = []
    with connection.cursor() as cursor:
        for row in rows:
            batch.append(
                [
                    value
                    if (kind := type(value)) in _PLAIN
                    else _utc_text(value)
                    if kind is datetime
                    else adapted(value)
                    for value in row
                ]
            )
            if len(batch) == 5000:
                cursor.executemany(statement, batch)
                count += len(batch)
                batch = []
        if batch:
            cursor.executemany(statement, batch)
            count += len(batch)
    return count
