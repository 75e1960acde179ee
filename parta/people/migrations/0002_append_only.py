"""The trace of reading is append-only too (invariant 5)."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def forbid(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    from parta.foundation.append_only import forbid_changes

    forbid_changes(editor, "people_readtrace")


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("foundation", "0002_append_only")]
    operations = [migrations.RunPython(forbid, migrations.RunPython.noop)]
