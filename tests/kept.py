"""Rows built once are put back as they were: most of a test's time was building the same small school again.

`Kept.take` reads what a build has added to an empty database, `again` inserts the same rows with the same ids. Rows go
through the same tables, triggers and constraints; only the way there is shorter.
"""

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model

World = TypeVar("World")
MOST = 500
"""Rows of one INSERT."""


@dataclass(frozen=True, slots=True)
class Kept(Generic[World]):
    """The rows of a build and the objects that speak of them."""

    rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]]
    """Of each table its columns and rows."""
    world: bytes
    script: list[str] = field(default_factory=list)
    """The whole as one text, made when it is first needed."""

    @classmethod
    def take(cls, build: Callable[[], World]) -> tuple[World, "Kept[World] | None"]:
        """Build, and keep what was built; None when other rows were there already."""
        before = _counts()
        world = build()
        after = _counts()
        grown = [table for table in after if after[table] != before[table]]
        if any(before[table] for table in grown):
            return world, None
        return world, cls({table: _read(table) for table in grown}, pickle.dumps(world))

    def fits(self) -> bool:
        """Whether nobody has put rows where these go."""
        exists = " OR ".join(f"EXISTS (SELECT 1 FROM {_name(table)})" for table in self.rows)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {exists}")
            return not cursor.fetchone()[0]

    def again(self) -> World:
        """The same rows and fresh objects."""
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                if not self.script:
                    self.script.append(self._script())
                cursor.execute(self.script[0])
            else:
                for statement, values in self._inserts():
                    cursor.execute(statement, values)
        world: World = pickle.loads(self.world)
        return world

    def _inserts(self) -> Iterator[tuple[str, list[Any]]]:
        for table, (columns, rows) in self.rows.items():
            head = f"INSERT INTO {_name(table)} ({', '.join(map(_name, columns))}) VALUES "
            line = f"({', '.join(['%s'] * len(columns))})"
            most = min(MOST, 30_000 // len(columns))
            for first in range(0, len(rows), most):
                some = rows[first : first + most]
                yield head + ", ".join([line] * len(some)), [value for row in some for value in row]

    def _script(self) -> str:
        """For PostgreSQL all of it as one text: putting values into statements is most of the time there.

        A pour of rows with ids of its own sets sequences, also backwards, and no rollback undoes it: they are set anew.
        """
        models = [model for model in _models() if model._meta.db_table in self.rows]
        from psycopg import ClientCursor

        connection.ensure_connection()
        with ClientCursor(connection.connection) as cursor:
            filled = [cursor.mogrify(statement, values) for statement, values in self._inserts()]
        # not a placeholder any more: a per cent sign in a value stays one
        return ";".join([*filled, *connection.ops.sequence_reset_sql(no_style(), models)])


def _name(name: str) -> str:
    return connection.ops.quote_name(name)


def _models() -> list[type[Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]


def _tables() -> list[str]:
    return list(dict.fromkeys(model._meta.db_table for model in _models()))


def _counts() -> dict[str, int]:
    tables = _tables()
    counts = ", ".join(f"(SELECT COUNT(*) FROM {_name(table)})" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}")
        return dict(zip(tables, cursor.fetchone(), strict=True))


def _read(table: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    with connection.cursor() as cursor:
        columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
        # SQLite hands an expression out as it is stored; a plain column goes through the converters of its type.
        plus = "+" if connection.vendor == "sqlite" else ""
        wanted = ", ".join(f"{plus}{_name(column)}" for column in columns)
        cursor.execute(f"SELECT {wanted} FROM {_name(table)} ORDER BY 1")
        return columns, cursor.fetchall()
