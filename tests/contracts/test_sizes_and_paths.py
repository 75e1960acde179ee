"""A file fits in a reader's head, what the documents name in the tree is there, a decision has its own number."""

import re
from collections import Counter
from pathlib import Path

from tests.contracts.test_layout import ROOT, files

PRODUCT, TESTS = 600, 900
"""The most lines a file may have, of the product and of the tests."""
TABLES: dict[str, str] = {}
"""Files of data that may be longer, each with what it lists."""

QUOTED = re.compile(r"`([\w.@-]*(?:/[\w.@-]+)*/?)`")
FENCED = re.compile(r"^```.*?^```", re.M | re.S)
ENDINGS = (".py", ".md", ".toml", ".html", ".css", ".js", ".typ", ".lock", ".sh")
OUTSIDE = re.compile(r"^(?:var|etc|dist|media|static|backups)/|^parta\.toml$")
"""What the documents call by name and an installation makes: not in the tree."""


def too_long(lengths: dict[str, int]) -> list[str]:
    """Files beyond their limit."""
    return [
        f"{name}: {lines}"
        for name, lines in sorted(lengths.items())
        if name not in TABLES
        and lines > (TESTS if "tests" in Path(name).parts or name.endswith("conftest.py") else PRODUCT)
    ]


def lengths() -> dict[str, int]:
    """Lines of every hand-written module, script and style."""
    return {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n")
        for path in files("*.py", "parta/**/*.js", "parta/**/templates/**/*.html")
        if "migrations" not in path.parts
    }


def test_no_file_outgrows_its_reader() -> None:
    assert not too_long(lengths()), "part it along what changes together (docs/adding-a-feature.md)"
    assert not TABLES.keys() - lengths().keys(), "a table that is gone"


def test_planted_long_file_is_seen() -> None:
    assert too_long({"parta/journal/grown.py": PRODUCT + 1, "tests/grown.py": PRODUCT + 1}) == [
        f"parta/journal/grown.py: {PRODUCT + 1}"
    ]


def paths_named(text: str) -> list[str]:
    """Names in back quotes that can only be files or folders of the tree."""
    found = []
    for name in QUOTED.findall(FENCED.sub("", text)):
        is_path = name.endswith(ENDINGS) or (name.endswith("/") and len(name) > 2) or name.count("/") > 1
        if is_path and not name.startswith("/") and not OUTSIDE.search(name):
            found.append(name)
    return found


def missing(names: list[str], tree: set[str]) -> list[str]:
    """Names that no path of the tree ends with: documents may leave the beginning out."""
    return [name for name in names if f"/{name.strip('/')}" not in tree]


def tails() -> set[str]:
    """Every path of the tree and of its folders, from each of its parts on."""
    found = set()
    for path in files("*"):
        parts = path.relative_to(ROOT).parts
        for last in range(1, len(parts) + 1):
            for first in range(last):
                found.add("/" + "/".join(parts[first:last]))
    return found


def test_documents_name_files_that_are_there() -> None:
    tree, gone = tails(), []
    for path in files("*.md"):
        if path.name in ("CHANGELOG.md", "conformance.md"):
            continue  # one tells of the past, the other is made and held by its own contract
        gone += [
            f"{path.relative_to(ROOT)}: {name}"
            for name in missing(paths_named(path.read_text(encoding="utf-8")), tree)
        ]
    assert not gone


def test_planted_dead_path_is_seen() -> None:
    tree = tails()
    named = paths_named(
        "See `journal/rules/`, `parta/gone/away.py` and `make demo`.\n```\n`no/such/place/`\n```\n"
    )
    assert named == ["journal/rules/", "parta/gone/away.py"]
    assert missing(named, tree) == ["parta/gone/away.py"]


NUMBERED = re.compile(r"(\d{4})-[a-z0-9-]+\.md")
HEADED = re.compile(r"# (\d+)\. \S")
CITED = re.compile(r"\b[Dd]ecisions?(?:/| )(\d+)")


def decision_faults(records: dict[str, str]) -> list[str]:
    """Records whose number is taken or is another in the heading."""
    numbers = {name: found[1] for name in records if (found := NUMBERED.fullmatch(name))}
    taken = Counter(numbers.values())
    wrong = [f"{name}: no number" for name in records if name not in numbers]
    wrong += [f"{name}: the number is taken" for name, number in numbers.items() if taken[number] > 1]
    for name, number in numbers.items():
        head = HEADED.match(records[name])
        if head is None or int(head[1]) != int(number):
            wrong.append(f"{name}: the heading has another number")
    return wrong


def test_each_decision_has_its_own_number_and_none_is_cited_that_is_not_there() -> None:
    records = {path.name: path.read_text(encoding="utf-8") for path in files("docs/decisions/*.md")}
    assert records and not decision_faults(records)
    there = {int(name[:4]) for name in records}
    texts = [path for path in files("*.py", "*.md") if path != Path(__file__)]
    cited = {
        (str(path.relative_to(ROOT)), int(number))
        for path in texts
        for number in CITED.findall(path.read_text(encoding="utf-8"))
    }
    assert len(cited) > 20, "none found: the pattern is out of date"
    assert not [f"{name}: decision {number}" for name, number in sorted(cited) if number not in there]


def test_planted_second_decision_of_a_number_is_seen() -> None:
    records = {
        "0020-a.md": "# 20. A way in\n",
        "0020-b.md": "# 0020. Devices\n",
        "0021-c.md": "# 22. Words\n",
    }
    assert decision_faults(records) == [
        "0020-a.md: the number is taken",
        "0020-b.md: the number is taken",
        "0021-c.md: the heading has another number",
    ]
