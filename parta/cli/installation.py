"""The installation a command works on: its settings, its database, its schools."""

import errno
import os
from pathlib import Path

from parta.cli.screen import Failure


def load(settings: str = "config.settings") -> None:
    """Set Django up. Raises Failure when a PARTA_* variable is wrong, naming it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
    import django
    from pydantic import ValidationError

    try:
        django.setup()
    except ValidationError as error:
        lines = [
            f"  PARTA_{'_'.join(str(part) for part in problem['loc']).upper()} = {problem['input']!r}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise Failure("\n".join(["Настройки не разобраны:", *lines])) from None
    except PermissionError as error:
        raise Failure(f"Нет доступа к папке {error.filename}.\nУкажите другую: PARTA_HOME=/путь") from None
    except (
        OSError
    ) as error:  # a read-only or full disk, a file in the place of the folder, a folder that cannot be
        if error.errno == errno.ENOSPC:
            raise Failure("На диске кончилось место. Освободите его и повторите.") from None
        place = error.filename or os.environ.get("PARTA_HOME", "")
        raise Failure(
            f"Папка установки не годится: {place} не записать.\nУкажите другую: PARTA_HOME=/путь"
        ) from None


def home() -> Path:
    """The folder of this installation."""
    from django.conf import settings

    return Path(settings.HOME)


def unapplied() -> list[str]:
    """Names of migrations that the database still lacks. Raises Failure when there is no connection."""
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError as error:
        raise Failure(
            f"База данных не отвечает: {str(error).strip()}\nПроверьте PARTA_DATABASE_URL и сам сервер базы."
        ) from None
    return [str(migration) for migration, _ in plan]


def require_database() -> None:
    """Raises Failure unless the database is there and up to date."""
    missing = unapplied()
    if missing:
        raise Failure(
            f"База данных не готова: не хватает изменений ({len(missing)}).\nВыполните: parta migrate"
        )


def migrate() -> int:
    """Bring the database up to date; the number of migrations applied."""
    from django.core.management import call_command

    count = len(unapplied())
    if count:
        call_command("migrate", interactive=False, verbosity=0)
    install_policies()
    return count


def install_policies() -> None:
    """Row policies for the role of the server, where one is set (`foundation.scope`). Raises Failure without it."""
    from django.db import DatabaseError, connection

    from parta.foundation import scope

    role = scope.row_role()
    if not role or connection.vendor != "postgresql":
        return
    try:
        scope.install(role)
    except DatabaseError as error:
        raise Failure(
            f"Политики строк не поставлены: {str(error).splitlines()[0]}\n"
            f"Нужна роль (docs/running): createuser --no-login {role}"
        ) from None


def require_policies() -> None:
    """Raises Failure unless the row policies hold for the role of the server."""
    from parta.foundation import scope

    found = scope.complaints(scope.row_role()) if scope.row_role() else []
    if found:
        raise Failure(f"PARTA_ROW_ROLE={scope.row_role()}: {'; '.join(found)}.\nВыполните: parta migrate")


def school_by_code(code: str | None) -> int:
    """The id of the school with this code; without a code, of the only school. Raises Failure otherwise."""
    from parta.organisation.models import School

    schools = list(School.objects.order_by("code").values_list("id", "code", "short_name"))
    if not schools:
        raise Failure("В этой установке ещё нет школ.\nСоздайте: parta school add --help")
    if code is None and len(schools) == 1:
        return schools[0][0]
    found = next((school_id for school_id, known, _ in schools if known == code), None)
    if found is None:
        listed = "\n".join(f"  {known}  {title}" for _, known, title in schools)
        asked = f"Школы с кодом «{code}» нет." if code else "Школ несколько: укажите --school КОД."
        raise Failure(f"{asked}\nЕсть:\n{listed}")
    return found
