"""The change log is append-only in the database itself: triggers refuse UPDATE and DELETE (invariant 1)."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLES = ("foundation_logentry",)


def forbid(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    from parta.foundation.append_only import forbid_changes

    for table in TABLES:
        forbid_changes(editor, table)


class Migration(migrations.Migration):
    dependencies = [("foundation", "0001_initial")]
    operations = [migrations.RunPython(forbid, migrations.RunPython.noop)]
