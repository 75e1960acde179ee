"""A school with nothing in it yet, and its later states."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from parta.exchange.apply import Report, apply, preview
from parta.exchange.plan import ImportPlan
from parta.exchange.tests import files
from parta.foundation.log import SYSTEM
from parta.organisation.actions import create_school
from parta.organisation.models import School

AT = datetime(2026, 10, 14, 9, 0, tzinfo=UTC)
"""A Wednesday of the first quarter."""


@pytest.fixture
def school(db: None) -> School:
    """A school of the general kind, without a year."""
    return create_school(code="s14", name="Школа № 14", short_name="Школа № 14", by=SYSTEM, at=AT)


@pytest.fixture
def look(tmp_path: Path, school: School) -> Callable[..., ImportPlan]:
    """Preview of a workbook made of sheets (or of a file)."""

    def _look(sheets: Any = files.SCHOOL, at: datetime = AT, **kwargs: Any) -> ImportPlan:
        path = (
            sheets if isinstance(sheets, Path) else files.workbook(tmp_path / "школа.xlsx", sheets, **kwargs)
        )
        return preview(path, school, at=at)

    return _look


@pytest.fixture
def load(look: Callable[..., ImportPlan]) -> Callable[..., Report]:
    """Preview and import."""

    def _load(sheets: Any = files.SCHOOL, at: datetime = AT, **kwargs: Any) -> Report:
        return apply(look(sheets, at), by=SYSTEM, at=at, **kwargs)

    return _load
