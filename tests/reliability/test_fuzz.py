"""Generated input to every URL never ends in an error of the program; and planted faults are found."""

import os
from typing import Any

import pytest

from parta.foundation import access
from tests.cast import World
from tests.reliability.faults import PAGES
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


@pytest.mark.parametrize("fault", PAGES)
def test_a_planted_fault_is_found_and_cut_down(cast: World, settings: Any, fault: str) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"tests.reliability.faults.{fault}"]
    report = Attack(cast).run(3000, 1, most=1)
    [found] = report.findings
    assert PAGES[fault][1] in found.what, str(found)
    # one word that bears the fault; a form that must be taken for it to show may want two more
    assert len(found.request.query) + len(found.request.fields) <= (
        3 if found.request.method == "POST" else 1
    ), str(found)


@pytest.mark.only("sqlite")
def test_a_number_the_database_does_not_take_is_found(cast: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: addresses may hold numbers beyond 64 bits again."""
    monkeypatch.setattr(access, "LARGEST_ID", 10**5000)
    report = Attack(cast).run(5000, 1, most=1)
    assert len(report.findings) == 1
