"""`make conformance`: run the tests that prove clauses, write the ledger, print its sums.

`make conformance ARGS=--marks` writes it from the marks alone, in seconds: for a test renamed or moved, when the whole
suite, which fails with any of them, is run anyway.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from conformance import ledger
from conformance.requirements import ROOT


def main() -> int:
    """Run and write; the exit code is pytest's, so a failing proof shows."""
    with tempfile.TemporaryDirectory(prefix="parta-conformance-") as folder:
        results = Path(folder) / "clauses.json"
        command = [sys.executable, "-m", "pytest", "--clauses-only", f"--clauses={results}"]
        if "--marks" in sys.argv[1:]:
            command += ["--collect-only", "--quiet", "--quiet"]
        code = subprocess.call(command, cwd=ROOT)
        if not results.exists():
            return code or 1
        found = ledger.entries(ledger.evidence_of(json.loads(results.read_text(encoding="utf-8"))))
    ledger.write(found)
    totals = Counter(entry.state for entry in found)
    print(f"docs/conformance.md, docs/conformance.json: {len(found)} rows")
    for state, title in ledger.STATES.items():
        print(f"  {state:<8} {totals[state]:>4}  {title}")
    return code


if __name__ == "__main__":
    sys.exit(main())
