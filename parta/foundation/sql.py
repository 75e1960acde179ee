"""Plain SQL that runs unchanged on SQLite and PostgreSQL, for the few paths that are hot or large."""

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from itertools import chain, count
from types import MappingProxyType
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.utils.dateparse import parse_date, parse_datetime

from parta.foundation import scope

Row = tuple[Any, ...]

_OFTEN, _LONG = 100, 20_000
"""Rows of an insert and letters of a statement up to which its text is kept for the next time."""

_BOUND_LIMIT = 30_000
"""Bound values in one statement: SQLite takes 32,766, PostgreSQL 65,535."""


_PLAIN = frozenset({int, str, bool, type(None)})
"""Types every driver takes as they are; told apart here because asking the connection costs more than the row."""


def read(statement: str, values: Sequence[object] = ()) -> list[Row]:
    """All rows of a SELECT; dates, times and booleans come back as Python values for plain columns."""
    return _run(statement, _bound(values), is_read=True)[0]


def write(statement: str, values: Sequence[object] = ()) -> int:
    """Carry out one changing statement; the number of rows it touched."""
    return _run(statement, _bound(values), is_read=False)[1]


@contextmanager
def snapshot() -> Iterator[None]:
    """Reads inside see the database at one moment and hold up no writer; nothing may be written.

    For what takes seconds. Inside a transaction that is open already it is that transaction's own view.
    """
    link: Any = connections[DEFAULT_DB_ALIAS]
    if link.in_atomic_block:
        yield
    elif is_postgresql():
        with transaction.atomic():
            write("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        with ExitStack() as whole:
            usual, link.transaction_mode = link.transaction_mode, "DEFERRED"
            try:
                whole.enter_context(transaction.atomic())
            finally:
                link.transaction_mode = usual
            yield


def _run(
    statement: str, bound: Sequence[object], *, is_read: bool, is_numbered: bool = False
) -> tuple[list[Row], int]:
    """One statement: its rows, where it gives any, and the number of rows it touched.

    Straight to the driver: Django's cursor costs as much as a small statement itself. Where somebody listens at that
    cursor (a test that counts, a log of statements), through it. `is_numbered`: placeholders are the driver's own.
    """
    link: Any = connections[DEFAULT_DB_ALIAS]
    if link.execute_wrappers or link.queries_logged:
        if is_numbered:
            bound = [bound[int(number) - 1] for number in _NUMBERED.findall(statement)]
            statement = _NUMBERED.sub("%s", statement)
        with link.cursor() as cursor:
            cursor.execute(statement, bound)
            return cursor.fetchall() if is_read else [], cursor.rowcount
    if link.connection is None:
        link.ensure_connection()
    link.validate_no_broken_transaction()
    if not is_numbered:
        turned = _for_driver if len(statement) <= _LONG else _for_driver.__wrapped__
        statement = turned(statement)
    try:
        cursor = _maker_of_cursors()(link.connection)
        cursor.execute(statement, bound)
        return cursor.fetchall() if is_read else [], cursor.rowcount
    except link.Database.Error:
        with link.wrap_database_errors:
            raise


@cache
def _maker_of_cursors() -> Callable[[Any], Any]:
    """The driver's plainest cursor: of a connection, one that takes the statement as it is."""
    if not is_postgresql():
        return sqlite3.Connection.cursor
    from psycopg import RawCursor

    return RawCursor


@cache
def is_postgresql() -> bool:
    """Which of the two databases this process works with; asked often, decided once."""
    return bool(connection.vendor == "postgresql")


_NUMBERED = re.compile(r"[?$](\d+)")


@lru_cache(maxsize=1024)
def _for_driver(statement: str) -> str:
    """The statement with the placeholders of the database itself, as Django's cursor or the driver would turn it."""
    number = count(1)
    place = (lambda _: f"${next(number)}") if is_postgresql() else "?"
    return re.sub(r"(?<!%)%s", place, statement).replace("%%", "%")


def _bound(values: Iterable[Any]) -> list[Any]:
    """Values as the driver of this database takes them."""
    found = list(values)
    if _PLAIN.issuperset(map(type, found)):
        return found
    return [value if type(value) in _PLAIN else adapted(value) for value in found]


def adapted(value: Any) -> Any:
    """A value as the driver of this database takes it."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is datetime:
        return value if is_postgresql() else _utc_text(value)
    if kind is date:
        return value.isoformat()
    if kind is Decimal:
        return str(value)
    return value


@lru_cache(maxsize=64)
def _utc_text(moment: datetime) -> str:
    """A moment as Django's SQLite columns hold it: UTC without a zone."""
    return str(aware(moment).astimezone(UTC).replace(tzinfo=None))


def remember_dates() -> None:
    """Let SQLite's driver read the text of a date or moment once: rows have many, and few different ones."""
    if not is_postgresql():
        for kind, parse in (("date", parse_date), ("datetime", parse_datetime)):
            sqlite3.register_converter(kind, lru_cache(maxsize=4096)(_decoding(parse)))


def _decoding(parse: Callable[[str], Any]) -> Callable[[bytes], Any]:
    return lambda text: parse(text.decode())


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
    if is_postgresql():
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
    same: Mapping[str, object] = MappingProxyType({}),
    conflict: Sequence[str] = (),
    conflict_target: str = "",
    update: Sequence[str] = (),
    returning: Sequence[str] = (),
) -> list[Row]:
    """Insert rows in one statement (chunks only beyond the limit of bound values).

    `same` are further columns, alike in every row: they are handed to the database once (of a class saved, half of all
    values). With `conflict` (columns, or `conflict_target` for a partial index) and `update` it is an upsert; without
    `update` existing rows are left as they are.
    Returns the `returning` columns, in no promised order.
    """
    if not rows:
        return []
    if conflict and not conflict_target:
        conflict_target = f"({', '.join(conflict)})"
    shape = tuple(same), tuple(columns), conflict_target, tuple(update), tuple(returning)
    size = max(1, (_BOUND_LIMIT - len(same)) // len(columns))
    found: list[Row] = []
    for start in range(0, len(rows), size):
        chunk = rows[start : start + size] if len(rows) > size else rows
        make = _insertion if len(chunk) <= _OFTEN else _insertion.__wrapped__
        statement = make(table, len(chunk), *shape)
        bound = _bound(chain(same.values(), chain.from_iterable(chunk)))
        found += _run(statement, bound, is_read=bool(returning), is_numbered=True)[0]
    return found


@lru_cache(maxsize=256)
def _insertion(
    table: str,
    rows: int,
    same: tuple[str, ...],
    columns: tuple[str, ...],
    conflict_target: str,
    update: tuple[str, ...],
    returning: tuple[str, ...],
) -> str:
    """The statement that inserts so many rows. Kept, for it is long and the same whenever a class is as large."""
    sign = "$" if is_postgresql() else "?"
    number = count(1)
    alike = [f"{sign}{next(number)}" for _ in same]
    places = (", ".join([*alike, *(f"{sign}{next(number)}" for _ in columns)]) for _ in range(rows))
    statement = f"INSERT INTO {table} ({', '.join((*same, *columns))}) VALUES ({'), ('.join(places)})"
    if conflict_target:
        setters = ", ".join(f"{column} = excluded.{column}" for column in update)
        statement += f" ON CONFLICT {conflict_target} DO " + (
            f"UPDATE SET {setters}" if update else "NOTHING"
        )
    if returning:
        statement += f" RETURNING {', '.join(returning)}"
    return statement


_LARGE = 200
"""Rows from which a pour changes what the planner must know of a table."""


def learn() -> None:
    """Tell PostgreSQL's planner what the tables hold now; after many rows in one transaction, before reading them."""
    if is_postgresql():
        write("ANALYZE")


def bulk_insert(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Pour many rows in: COPY on PostgreSQL, one prepared statement on SQLite. Returns how many.

    PostgreSQL's planner is told of a large pour at once: autovacuum does not see it before the commit, and a
    join planned for an empty table takes minutes on a full one.
    """
    count = 0
    if (
        is_postgresql() and scope.is_bound()
    ):  # COPY goes past row policies, so PostgreSQL refuses it beneath them
        poured = list(rows)
        for start in range(0, len(poured), _OFTEN):
            insert(table, columns, poured[start : start + _OFTEN])
        return len(poured)
    if is_postgresql():
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
