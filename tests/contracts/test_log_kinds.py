"""Every kind of object that an action writes to the change log is sorted by what it touches among the findings.

One that is not touches everything: each such line would have the whole school asked anew.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from parta.archive.verb_words import spoken
from parta.control.queries.touched import SORTED

PARTA = Path(__file__).parents[2] / "parta"


def kinds_of(source: str) -> Iterator[tuple[str, int]]:
    """The second word of each `Line` of the change log, where it is written out, with its place."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name != "Line":
            continue
        named = {word.arg: word.value for word in node.keywords}
        kind = node.args[1] if len(node.args) > 1 else named.get("object_kind")
        if kind is None:
            continue
        assert isinstance(kind, ast.Constant), f"line {node.lineno}: the kind of a log line is written out"
        yield str(kind.value), node.lineno


def written() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(PARTA.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if "tests" in path.parts or not ("foundation.log import" in source or "import log" in source):
            continue
        for kind, line in kinds_of(source):
            found[kind] = f"{path.relative_to(PARTA.parent)}:{line}"
    return found


def test_every_kind_an_action_writes_is_sorted() -> None:
    found = written()
    assert len(found) > 50, "the walk finds the lines"
    assert not {kind: place for kind, place in found.items() if kind not in SORTED}


def test_a_new_kind_is_seen() -> None:
    source = 'lines.append(Line("thing_made", "thing", 1)); log.Line(verb="x", object_kind="other")'
    assert {kind for kind, _ in kinds_of(source)} == {"thing", "other"}
    assert SORTED.isdisjoint({"thing", "other"})


def verbs_of(source: str) -> set[str]:
    """The first word of each `Line` (the second of a `Draft`, of a module's own `_line`), where it is written out."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        place = {"Line": 0, "_line": 0, "Draft": 1}.get(name)
        if place is None or len(node.args) <= place:
            continue
        verb = node.args[place]
        for one in (verb.body, verb.orelse) if isinstance(verb, ast.IfExp) else (verb,):
            if isinstance(one, ast.Constant) and re.fullmatch("[a-z]+(_[a-z]+)*", str(one.value)):
                found.add(str(one.value))
    return found


def test_every_verb_is_said_in_words() -> None:
    """«Записано от вашего имени» names each deed: «work commented: 1» says nothing to a parent."""
    actions = [*PARTA.rglob("actions/*.py"), *PARTA.rglob("actions.py")]
    verbs = {verb for path in actions for verb in verbs_of(path.read_text(encoding="utf-8"))}
    assert len(verbs) > 120, "the walk finds the verbs"
    assert not {verb for verb in verbs if re.search("[a-z]", spoken(verb))}
