"""The ledger is complete, true to the tables and names only tests that exist."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conformance import ledger
from conformance.ledger import Evidence
from conformance.requirements import DOCUMENTS, ROOT, outside, requirements

ROWS = requirements()


def test_the_tables_are_whole() -> None:
    counts = {document: sum(row.document == document for row in ROWS) for document in DOCUMENTS}
    assert counts == {
        "goethe23": 188,
        "kemerovo-ct": 82,
        "egorievsk-college": 358,
        "ipatovo1": 88,
        "dubrovo": 171,
    }
    assert len({row.id for row in ROWS}) == len(ROWS) == 887
    assert all(row.id.startswith(DOCUMENTS[row.document][0] + "-") for row in ROWS)


def test_outside_rows_exist_and_are_organisational() -> None:
    kinds = {row.id: row.kind for row in ROWS}
    assert {row: kinds.get(row) for row in outside()} == dict.fromkeys(outside(), "organisational")
    assert all(len(reason) > 40 for reason in outside().values())


def test_every_row_stands_in_the_ledger_as_in_its_table() -> None:
    written = {entry.id: entry for entry in ledger.read()}
    assert list(written) == [row.id for row in ROWS], "run make conformance ARGS=--marks"
    for row in ROWS:
        entry = written[row.id]
        assert (entry.document, entry.who, entry.requirement, entry.kind) == (
            row.document,
            row.who,
            row.requirement,
            row.kind,
        )
        assert entry.state in ledger.STATES
        assert (entry.state in ("proved", "partly")) == bool(entry.tests), entry.id
        assert entry.state != "outside" or entry.note


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Rows by test, as pytest collects them now."""
    results: Path = tmp_path_factory.mktemp("clauses") / "clauses.json"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "--clauses-only", f"--clauses={results}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert results.exists(), done.stdout + done.stderr
    found = json.loads(results.read_text(encoding="utf-8"))
    return {result["test"]: {row for mark in result["marks"] for row in mark["ids"]} for result in found}


def test_the_ledger_names_exactly_the_tests_that_carry_the_marks(marked: dict[str, set[str]]) -> None:
    written: dict[str, set[str]] = {}
    for entry in ledger.read():
        for test in entry.tests:
            written.setdefault(test, set()).add(entry.id)
    assert written == marked, "run make conformance ARGS=--marks"


def test_markdown_is_the_ledger_for_people() -> None:
    assert ledger.MARKDOWN.read_text(encoding="utf-8") == ledger.markdown(ledger.read()), (
        "run make conformance ARGS=--marks"
    )


def test_a_row_is_proved_only_by_passing_tests_of_the_whole() -> None:
    row = next(row for row in ROWS if row.id not in outside())
    whole, part = Evidence("a", True), Evidence("b", True, partly=True, lacks="нет печати")
    assert ledger.entry_of(row, []).state == "not_yet"
    assert ledger.entry_of(row, [whole]).state == "proved"
    assert ledger.entry_of(row, [whole, Evidence("c", False)]).state == "partly"
    assert (
        ledger.entry_of(row, [part]).state == "partly" and ledger.entry_of(row, [part]).note == "нет печати"
    )
    assert ledger.entry_of(row, [Evidence("c", False)]).state == "not_yet"
    assert "c" in ledger.entry_of(row, [Evidence("c", False)]).note


def test_unknown_and_outside_rows_cannot_be_proved() -> None:
    with pytest.raises(ValueError, match="no table"):
        ledger.entries({"GT-NO-SUCH": [Evidence("a", True)]})
    with pytest.raises(ValueError, match="outside"):
        ledger.entries({next(iter(outside())): [Evidence("a", True)]})


def test_an_unknown_id_stops_the_run(tmp_path: Path) -> None:
    wrong = tmp_path / "test_wrong.py"
    wrong.write_text(
        'import pytest\n\n@pytest.mark.clause("GT-X-0")\ndef test_it():\n    pass\n', encoding="utf-8"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "conformance.plugin",
            "-p",
            "no:django",
            "-c",
            "/dev/null",
            str(wrong),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 4 and "GT-X-0" in done.stdout + done.stderr
