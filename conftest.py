"""What every test may use: the cast, a counter of statements, a clock that stands; and the rules of the run."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import connection

from parta.foundation import clock
from tests import cast as _cast
from tests import schema as _schema
from tests.leftovers import forget

pytest_plugins = ["tests.rules_of_the_run", "tests.browser", "tests.post.fixtures", "conformance.plugin"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The database of the tests is copied from one that is migrated once."""
    _schema.once()


@pytest.fixture
def cast(request: pytest.FixtureRequest, db: None, monkeypatch: pytest.MonkeyPatch) -> _cast.World:
    """The small school everyone knows, under the preset goethe23 or the one named by indirect parametrisation.

    The server's clock stands at the cast's now; `clock.rehearse` moves it inside a block.
    """
    world = _cast.build_cast(getattr(request, "param", "goethe23"))
    monkeypatch.setattr(clock, "now", lambda: clock._rehearsed.get() or world.at)
    return world


@pytest.fixture
def client_of() -> Callable[..., Any]:
    """`client_of(cast.teacher)`: a test client in which that person is signed in."""
    return _cast.client_of


@pytest.fixture
def count_statements(db: None) -> Callable[[], AbstractContextManager[list[str]]]:
    """`with count_statements() as seen: …` gathers SQL statements; BEGIN, COMMIT and savepoints are left out."""
    return _cast.statements


@pytest.fixture(autouse=True)
def _no_leftover_caches() -> Iterator[None]:
    """Caches keyed by database ids must not outlive the rows of a test."""
    yield
    forget()


@pytest.fixture
def vendor() -> str:
    """sqlite or postgresql."""
    return connection.vendor
