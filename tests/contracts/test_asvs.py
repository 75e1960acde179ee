"""The table of the standard: every requirement of levels 1 and 2 once, states counted, every file named is there."""

import re
from collections import Counter

import pytest

from tests.contracts.test_layout import ROOT

LINE = re.compile(r"^\| (V(\d+)\.\d+\.\d+) \| ([^|]+) \| (met|part|no|n/a) \| ([^|]+) \|$", re.M)
COUNTED = re.compile(r"^\| V(\d+) [^|]+ \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", re.M)
STATES = ("met", "part", "no", "n/a")
ASKED = {
    "1": "1.2 2.9 3.11 4.3 5.2",
    "2": "1.3 2.3 3.4 4.1",
    "3": "2.2 3.4 4.6 5.5 7.2",
    "4": "1.3 2.1 3.2 4.4",
    "5": "1.1 2.3 3.2 4.3",
    "6": "1.3 2.12 3.4 4.4 5.5 6.3 8.4",
    "7": "1.3 2.4 3.2 4.5 5.2 6.2",
    "8": "1.2 2.3 3.1 4.1",
    "9": "1.3 2.4",
    "10": "1.2 2.2 3.4 4.11 5.5 6.2 7.3",
    "11": "1.2 2.3 3.3 4.4 5.1 6.1",
    "12": "1.3 2.2 3.4",
    "13": "1.1 2.5 3.2 4.5",
    "14": "1.2 2.4 3.3",
    "15": "1.3 2.3 3.7",
    "16": "1.1 2.5 3.4 4.3 5.3",
    "17": "1.1 2.4 3.2",
}
"""By chapter, its sections and the last number of each that level 2 asks (those of level 3 stand behind)."""


def source() -> str:
    return (ROOT / "docs/security/asvs.md").read_text(encoding="utf-8")


def asked() -> set[str]:
    """Every requirement of levels 1 and 2."""
    return {
        f"V{chapter}.{section}.{number}"
        for chapter, sections in ASKED.items()
        for section, last in (pair.split(".") for pair in sections.split())
        for number in range(1, int(last) + 1)
    }


def faults(text: str) -> list[str]:
    """What is wrong with the table."""
    lines = LINE.findall(text)
    rows = [row for row in text.splitlines() if re.match(r"\| V\d+\.\d", row)]
    found = ["a line that cannot be read"] if len(lines) != len(rows) else []
    numbers = Counter(number for number, *_ in lines)
    found += [f"{number} stands twice" for number, count in numbers.items() if count > 1]
    found += [f"{number} is missing" for number in sorted(asked() - numbers.keys())]
    found += [f"{number} is not of level 2" for number in sorted(numbers.keys() - asked())]
    states = Counter((chapter, state) for _, chapter, _, state, _ in lines)
    for chapter, *counts in COUNTED.findall(text):
        true = [states[chapter, state] for state in STATES]
        if [int(count) for count in counts] != [*true, sum(true)]:
            found.append(f"V{chapter}: counted {counts}, there are {true}")
    whole = [sum(states[chapter, state] for chapter in ASKED) for state in STATES]
    if f"| **all** | {' | '.join(map(str, whole))} | {sum(whole)} |" not in text:
        found.append(f"all: there are {whole}")
    for number, _, _, state, how in lines:
        named = re.findall(r"`((?:parta|tests|docs|config)/[^`]+|[\w.-]+\.(?:md|lock))`", how)
        found += [f"{number}: no {path}" for path in named if not (ROOT / path).is_file() and "/" in path]
        if len(how) < (3 if state == "met" else 4):
            found.append(f"{number}: no reason")
    return found


def test_the_table_is_whole() -> None:
    assert len(asked()) == 253, "70 of level 1, 183 more of level 2"
    assert faults(source()) == []


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("| V9.1.2 |", "| V9.1.99 |", "V9.1.2 is missing"),
        ("| V5.4.3 | antivirus | no |", "| V5.4.3 | antivirus | met |", "V5: counted"),
        ("tests/contracts/test_scope.py", "tests/contracts/test_gone.py", "no tests/contracts/test_gone.py"),
        ("| V16.4.1 |", "| V16.4.2 |", "V16.4.2 stands twice"),
        ("| V4.3.1 | GraphQL cost | n/a |", "| V4.3.1 | GraphQL cost | fine |", "a line that cannot be read"),
    ],
)
def test_planted_faults_are_seen(before: str, after: str, fault: str) -> None:
    text = source()
    assert before in text
    assert any(fault in one for one in faults(text.replace(before, after)))
