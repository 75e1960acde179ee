"""Generated input to every URL never ends in an error of the program; and planted faults are found."""

import os

import pytest

from tests.cast import World
from tests.reliability.fuzz import Attack

pytestmark = [pytest.mark.fuzz, pytest.mark.slow, pytest.mark.django_db]

REQUESTS = int(os.environ.get("PARTA_FUZZ_REQUESTS", "20000"))
SEED = int(os.environ.get("PARTA_FUZZ_SEED", "14"))


def test_no_input_ends_in_an_error(cast: World, vendor: str) -> None:
    """The whole number on SQLite, a quarter of it on PostgreSQL (other rules for NUL, sizes and broken letters)."""
    count = REQUESTS if vendor == "sqlite" else REQUESTS // 4
    attack = Attack(cast)
    report = attack.run(count, SEED + (vendor == "postgresql"))
    print(report)
    assert not report.findings, str(report)
    assert report.requests == count
    missed = {route.name for route in attack.world.routes} - report.per_route.keys()
    assert not missed, f"адреса без единого запроса: {missed}"
