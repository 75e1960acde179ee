"""The list of proofs names tests that exist: docs/security/proofs.md against the sources."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`((?:tests|parta)/[\w/]+\.py)::(\w+)`")


def missing(page: str) -> list[str]:
    """Tests that the page names and the sources do not have."""
    found = []
    for path, name in NAMED.findall(page):
        file = ROOT / path
        names = set()
        if file.exists():
            tree = ast.parse(file.read_text(encoding="utf-8"))
            names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        if name not in names:
            found.append(f"{path}::{name}")
    return found


def test_every_proof_is_there_and_has_its_fault() -> None:
    page = (ROOT / "docs" / "security" / "proofs.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith("| claim")]
    assert len(rows) >= 25
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == 3 and all(cells) and NAMED.search(cells[1]), row
    assert not missing(page)


def test_a_proof_that_is_gone_is_seen() -> None:
    assert missing("`tests/contracts/test_proofs.py::test_gone`") == [
        "tests/contracts/test_proofs.py::test_gone"
    ]
    assert missing("`tests/gone.py::test_x`") == ["tests/gone.py::test_x"]
