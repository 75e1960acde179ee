"""Rows of one school in the database itself: row policies of PostgreSQL beneath every statement of the web server.

The program asks for its own school's rows everywhere; a query that forgets is caught here. With `PARTA_ROW_ROLE` the
processes of the server work as that role, which neither owns the tables nor passes by their policies, in one of three
states of the connection:

- *closed*, from the start and between requests: no row of any school;
- *one school*, entered where a request learns who is looking (`people.middleware`), until its end;
- *open*, the role of the installation itself: where the school is not known yet (pages that are public, the look-up of
  the account) and in the few statements that look over schools by right (`opened`, counted by `test_scope`).

Commands, migrations and the worker never take the role. Without the setting, and on SQLite, nothing here does anything.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models import ForeignKey

UNSCOPED = {
    "django_content_type": "the framework's own",
    "auth_permission": "the framework's own",
    "auth_group": "the framework's own",
    "django_session": "read before anybody is known; a session is an account's",
    "foundation_heartbeat": "the installation's",
    "foundation_outage": "the installation's",
    "organisation_school": "names of schools; an account may belong to several",
    "people_user": "an account may belong to several schools",
    "people_loginfailure": "attempts at a login, whosever it is",
    "people_knowndevice": "an account's",
    "people_signin": "an account's",
    "people_devicewatch": "an account's",
    "people_accountnotice": "an account's",
    "people_factor": "an account's",
    "people_recoverycode": "an account's",
    "people_outsideidentity": "an account's",
    "communication_pushdevice": "an account's",
    "communication_toldupto": "how far letters have been told, the worker's",
    "archive_backup": "copies are the installation's",
    "archive_carrier": "copies are the installation's",
    "archive_copy": "copies are the installation's",
    "archive_backupuse": "copies are the installation's",
}
"""Tables without a policy, and why; every other one has it, or `install` refuses."""

POLICY = "parta_school"
_SCHOOL = "NULLIF(current_setting('parta.school', true), '')::bigint"
_CLOSED = ""
_OPEN = "*"


def policies() -> dict[str, str]:
    """By table, the condition under which a row is the school's: its own column, or its parent's row is to be seen.

    Read off the models, so a new table has its policy or must say why not. Raises LookupError for one that has neither.
    """
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    found: dict[str, str] = {}
    waiting = []
    for model in models:
        table = model._meta.db_table
        columns = {field.column: field.null for field in model._meta.concrete_fields}
        if table in UNSCOPED or model._meta.app_label in ("auth", "contenttypes", "sessions"):
            continue
        if "school_id" in columns:
            own = f"school_id = {_SCHOOL}"
            found[table] = f"({own} OR school_id IS NULL)" if columns["school_id"] else own
        else:
            waiting.append(model)
    for model in waiting:
        table = model._meta.db_table
        for field in model._meta.concrete_fields:
            parent = (
                str(field.related_model._meta.db_table)
                if isinstance(field, ForeignKey) and not field.null
                else ""
            )
            if parent in found:
                found[table] = (
                    f"EXISTS (SELECT 1 FROM {parent} parent WHERE parent.id = {table}.{field.column})"
                )
                break
        else:
            raise LookupError(f"{table}: no school, no parent that has one, and no reason in UNSCOPED")
    return found


def install(role: str) -> int:
    """Give every table its policy and the role its rights; how many policies. Harmless when they are there."""
    name = connection.ops.quote_name(role)
    made = policies()
    with connection.cursor() as cursor:
        for table, condition in made.items():
            cursor.execute(f"DROP POLICY IF EXISTS {POLICY} ON {table}")
            cursor.execute(f"CREATE POLICY {POLICY} ON {table} USING ({condition}) WITH CHECK ({condition})")
            cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}")
        cursor.execute(f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {name}")
    return len(made)


def complaints(role: str) -> list[str]:
    """Why the policies would not hold for this role; empty: they do. For `parta doctor` and the start of the server."""
    if connection.vendor != "postgresql":
        return ["на SQLite политик строк нет: уберите PARTA_ROW_ROLE"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = %s",
            [role],
        )
        row = cursor.fetchone()
        if row is None:
            return [f"роли {role} в базе нет"]
        found = []
        if row[0] or row[1]:
            found.append(f"роль {role} обходит политики строк")
        if not row[2]:
            found.append(f"роль {role} не дана владельцу базы")
        cursor.execute(
            "SELECT c.relname, c.relrowsecurity, pg_get_userbyid(c.relowner) = %s, p.polname IS NOT NULL"
            " FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = %s"
            " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace",
            [role, POLICY],
        )
        state = {name: (enabled and has and not owned) for name, enabled, owned, has in cursor.fetchall()}
    bare = sorted(table for table in policies() if not state.get(table))
    if bare:
        found.append(f"без политики: {', '.join(bare[:5])}{'…' if len(bare) > 5 else ''}")
    return found


_role: list[str] = []
"""The role this process works as; empty: as whoever it signs in to the database as."""


def restrict(role: str) -> None:
    """From now on this process works as the role: every connection, from its first statement on. No role: as before."""
    if role and connection.vendor == "postgresql":
        _role[:] = [role]
        connection_created.connect(_begin, dispatch_uid="parta.scope")


def release() -> None:
    """Undo `restrict` (tests)."""
    if _role:
        _set(_OPEN, "")
        _role.clear()
        connection_created.disconnect(dispatch_uid="parta.scope")


def _begin(connection: BaseDatabaseWrapper, **_: object) -> None:
    if connection.alias == DEFAULT_DB_ALIAS:
        _set("", _CLOSED)


def is_bound() -> bool:
    """Whether statements now run under the policies; COPY, for one, is refused there."""
    return bool(_role) and _state() != _OPEN


def _state() -> str | None:
    link = connections[DEFAULT_DB_ALIAS].connection
    return None if link is None else getattr(link, "parta_scope", None)


def _move(state: str) -> None:
    """Bring the connection into a state: one statement, none when it is in it."""
    if not _role:
        return
    link = connections[DEFAULT_DB_ALIAS]
    link.ensure_connection()
    if _state() != state:
        _set(state, state)


def _set(state: str, school: str) -> None:
    """Role and school at once; straight to the driver, for it is no statement of the page."""
    link = connections[DEFAULT_DB_ALIAS].connection
    if link is None:
        return
    is_open = state == _OPEN
    link.execute(
        "SELECT set_config('role', %s, false), set_config('parta.school', %s, false)",
        ("none" if is_open else _role[0], "" if is_open else school),
    )
    link.parta_scope = _OPEN if is_open else school


def close() -> None:
    """No row of any school: how every request ends. A connection that cannot be brought there is given up."""
    link = connections[DEFAULT_DB_ALIAS]
    if not _role or link.connection is None:
        return
    try:
        _move(_CLOSED)
    except Exception:
        link.close()


def enter(school_id: int) -> None:
    """Rows of this school, and of no other, until the end of the request."""
    _move(str(school_id))


def open_up() -> None:
    """Rows of every school, for the rest of a request whose school cannot be known: pages that are public."""
    _move(_OPEN)


@contextmanager
def opened() -> Iterator[None]:
    """Rows of every school inside the block: to learn who is looking, and what an account has in other schools."""
    before = _state() if _role else None
    _move(_OPEN)
    try:
        yield
    finally:
        if before is not None and before != _OPEN:
            link = connections[DEFAULT_DB_ALIAS]
            if link.connection is not None and link.connection.info.transaction_status.name != "INERROR":
                _move(before)
            elif link.connection is not None:
                # The failed transaction takes its settings with it: the state is the one from before it.
                link.connection.parta_scope = before


def row_role() -> str:
    """The role of the settings."""
    return str(settings.ENV.row_role)
