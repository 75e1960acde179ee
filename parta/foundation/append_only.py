"""Triggers that make a table append-only, for both databases; migrations of any app may call this."""

from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def forbid_changes(editor: BaseDatabaseSchemaEditor, table: str) -> None:
    """Refuse UPDATE, DELETE (and TRUNCATE) on a table with a message that says why."""
    message = f"{table} is append-only"
    if editor.connection.vendor == "sqlite":
        for act in ("UPDATE", "DELETE"):
            editor.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        return
    editor.execute(
        "CREATE OR REPLACE FUNCTION parta_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$",
        params=None,
    )
    editor.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION parta_append_only()"
    )
    editor.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION parta_append_only()"
    )
