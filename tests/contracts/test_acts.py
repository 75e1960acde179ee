"""Every act leaves its line in the change log; nothing but acts writes rows, and nothing but actions."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from parta.foundation import sql
from parta.foundation.models import LogEntry
from tests.cast import statements
from tests.contracts.acts import ACTS, SILENT, sources
from tests.contracts.test_step_up import unasked

NOBODY = ("create_school", "close_groundless", "register_summary")
"""Acts of the program itself: no account stands behind them."""
WRITES = re.compile(
    r"\.(?:save|bulk_create|bulk_update|create|get_or_create|update_or_create)\(|\.objects\b[^\n]*\.(?:update|delete)\("
    r"|\bsql\.(?:insert|write|bulk_insert)\("
)
LOG_TABLES = {"foundation_logentry", "foundation_chain"}


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Public functions of every `actions` drawer: («people.actions.roles.end_role», its tree)."""
    for module, path in sources().items():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                yield f"{module.removesuffix('.__init__')}.{node.name}", node


def is_act(node: ast.FunctionDef) -> bool:
    """An act is told when it happens, and by whom: `at`, and `by` or `viewer`; whatever else is a helper.

    Who acts may also be plain from the act itself: the owner of a code, the clock. Such a one opens `act(…)`.
    """
    names = {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}
    told = bool(names & {"by", "viewer"}) or "with act(" in ast.unparse(node)
    return "at" in names and told and "changes" not in names - {"operation_id"}


@cache
def acts() -> frozenset[str]:
    """Names of all acts. `context.load` reads for one; `write.write` is the one that takes changes."""
    found = {name for name, node in functions() if is_act(node)}
    return frozenset(found | {name for name, node in functions() if node.name == "write"}) - set(SILENT)


def test_every_act_has_its_case() -> None:
    assert sorted(ACTS) == sorted(acts()), "each act needs a case in tests/contracts/acts/, each case its act"


def test_helpers_write_nothing_behind_the_acts() -> None:
    """A public function that is no act holds no writing call, but for the few named with a reason."""
    guilty = {
        name
        for name, node in functions()
        if name not in acts() and WRITES.search(ast.unparse(node)) and name not in SILENT
    }
    assert not guilty
    assert set(SILENT) <= {name for name, _ in functions()}


def changed_tables(seen: list[str]) -> set[str]:
    """Tables that the statements changed."""
    found: set[str] = set()
    for statement in seen:
        hit = re.match(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', statement, re.I)
        if hit:
            found.add(hit[1].lower())
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(ACTS))
def test_the_act_leaves_a_line(name: str, cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare, carry_out = ACTS[name]
    poured: set[str] = set()
    pour = sql.bulk_insert

    def noting(table: str, columns: Any, rows: Any) -> int:
        count = pour(table, columns, rows)  # PostgreSQL's COPY is no statement that is counted
        if count:
            poured.add(table)
        return count

    monkeypatch.setattr(sql, "bulk_insert", noting)
    ready = prepare(cast)
    last = LogEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0
    with statements() as seen:
        carry_out(cast, ready)
    rows = (changed_tables(seen) | poured) - LOG_TABLES
    lines = list(LogEntry.objects.filter(id__gt=last))
    assert rows, f"{name} changed nothing: the case shows nothing"
    assert lines, f"{name} changed {', '.join(sorted(rows))} and left no line in the change log"
    assert all(line.at == cast.at and line.verb for line in lines)
    assert not unasked(lines), (
        "asked again? name the verb in foundation.confirm.VERBS, or spare it with a reason"
    )
    people = {line.user_id for line in lines}
    assert None not in people or name.endswith(NOBODY), f"{name} does not say who acted"


@pytest.mark.django_db
def test_an_act_without_a_line_is_seen(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: one act forgets its line, and the contract is red."""
    from parta.organisation import acts as engine

    monkeypatch.setattr(engine, "write", lambda *given, **named: None)
    with pytest.raises(AssertionError, match="left no line"):
        test_the_act_leaves_a_line("people.actions.roles.end_role", cast, monkeypatch)
    monkeypatch.setitem(ACTS, "people.actions.roles.invented", ACTS["people.actions.roles.end_role"])
    with pytest.raises(AssertionError, match="each act needs a case"):
        test_every_act_has_its_case()
