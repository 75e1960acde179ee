"""The table of the standard names files that are there, each number once, in a state of the list."""

import re
from collections import Counter

from tests.contracts.test_layout import ROOT

LINE = re.compile(r"^\| (V\d+\.\d+\.\d+) \| ([^|]+) \| (met|part|no|n/a) \| ([^|]+) \|$", re.M)


def test_every_line_is_whole_and_every_file_is_there() -> None:
    source = (ROOT / "docs/security/asvs.md").read_text(encoding="utf-8")
    lines = LINE.findall(source)
    rows = [row for row in source.splitlines() if row.startswith("| V")]
    assert len(lines) == len(rows) > 60, "a line that cannot be read"
    assert not [number for number, count in Counter(line[0] for line in lines).items() if count > 1]
    named = {path for *_, how in lines for path in re.findall(r"`((?:parta|tests|docs|config)/[^`]+)`", how)}
    assert named and not [path for path in named if not (ROOT / path).is_file()]
    assert all(len(how) > 3 for *_, how in lines)
