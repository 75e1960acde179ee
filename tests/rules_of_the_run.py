"""Rules of a test run: nothing is skipped in silence, append-only tables can still be emptied between tests."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase

ALLOWED_SKIPS: frozenset[str] = frozenset()
"""Node ids that may be skipped, with their reason in a comment. Every other skip fails the run."""

_DATABASE_FIXTURES = {"db", "transactional_db", "cast", "live_server", "count_statements", "django_db_setup"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only", action="store_true", help="Only tests that touch the database: the PostgreSQL run."
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: drives a real browser; runs last")
    config.addinivalue_line("markers", "slow: takes more than a second; still part of every full run")
    config.addinivalue_line("markers", "fuzz: generated requests; PARTA_FUZZ_REQUESTS sets how many")
    config.addinivalue_line("markers", "kill9: kills the server during writes; PARTA_KILLS sets how often")
    config.addinivalue_line("markers", "only(vendor): makes sense on one database, sqlite or postgresql")


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the collector need not walk through it thousands of times (a tenth of a run)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out (not skip) what is for the other database; browser tests go to the end."""
    from django.conf import settings

    vendor = "postgresql" if str(settings.DATABASES["default"]["ENGINE"]).endswith("postgresql") else "sqlite"
    kept: list[pytest.Item] = []
    dropped: list[pytest.Item] = []
    for item in items:
        only = item.get_closest_marker("only")
        fixtures = set(getattr(item, "fixturenames", ()))
        touches = bool(fixtures & _DATABASE_FIXTURES) or item.get_closest_marker("django_db") is not None
        wanted = (only is None or only.args[0] == vendor) and (
            touches or not config.getoption("--database-only")
        )
        (kept if wanted else dropped).append(item)
    if dropped:
        config.hook.pytest_deselected(items=dropped)
    items[:] = sorted(kept, key=_turn)


def _turn(item: pytest.Item) -> int:
    """The longest first, so that no process waits for another's last test; browser tests last."""
    if item.get_closest_marker("browser") is not None:
        return 2
    return 0 if item.get_closest_marker("kill9") is not None else 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """A skipped or expected-to-fail test is a failure unless it is listed above."""
    report: pytest.TestReport = yield
    if report.skipped and item.nodeid.split("[")[0] not in ALLOWED_SKIPS:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped or expected to fail, which this project does not allow"
        if hasattr(report, "wasxfail"):
            del report.wasxfail
    return report


def _append_only_tables() -> list[str]:
    if connection.vendor == "sqlite":
        query = (
            "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name = tbl_name || '_no_delete'"
        )
    else:
        query = (
            "SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname = 'parta_append_only'"
        )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [row[0] for row in cursor.fetchall()]


@pytest.fixture(scope="session", autouse=True)
def _flush_append_only() -> Iterator[None]:
    """Tests that commit are cleaned up by emptying every table: lift the triggers for that moment only."""
    plain = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def teardown(self: TransactionTestCase) -> None:
        from parta.foundation.append_only import forbid_changes

        tables = _append_only_tables()
        with connection.cursor() as cursor:
            for table in tables:
                if connection.vendor == "sqlite":
                    cursor.execute(f"DROP TRIGGER {table}_no_update")
                    cursor.execute(f"DROP TRIGGER {table}_no_delete")
                else:
                    cursor.execute(f"DROP TRIGGER {table}_no_change ON {table}")
                    cursor.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
        try:
            plain(self)
        finally:
            with connection.schema_editor() as editor:
                for table in tables:
                    forbid_changes(editor, table)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]
    yield
    TransactionTestCase._fixture_teardown = plain  # type: ignore[attr-defined]
