"""Static checks of our own: markup, SQL, writes, scripts stay where they may be; every answer has its policy."""

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from parta.foundation.middleware import POLICY
from tests.cast import client_of
from tests.contracts.matrix import LINES
from tests.contracts.test_layout import ROOT, files

MARKUP = {
    "parta/foundation/pagekit.py": "icons of our own",
    "parta/people/chrome.py": "the token of the form",
    "parta/people/guides.py": "guides of our own, in which a reader of Markdown escapes every tag",
    "parta/journal/pages/cells.py": "cells of the grid, every text of a person through escape",
    "parta/journal/pages/grid.py": "finished cells between two halves of a template",
    "parta/diary/pages/week.py": "cells of the table of marks, every text of a person through escape",
    "parta/diary/templates/diary/parts.html": "a constant attribute",
    "parta/control/templates/control/parts.html": "hidden fields that a template writes itself",
    "parta/foundation/templates/foundation/components.html": "the gallery shows constants",
}
"""Files that may declare a text to be markup, and which text it is."""

WRITERS = {
    "parta/foundation/log.py": "the change log itself",
    "parta/foundation/jobs.py": "the queue of jobs",
    "parta/people/jobs.py": "what is no longer needed of sign-ins is forgotten",
    "parta/people/devices.py": "browsers that are known",
    "parta/people/throttle.py": "failed sign-ins",
    "parta/people/middleware.py": "the trace of what was refused",
}
"""Files outside `actions` (and the demo school) that write, and what: none of it is a fact of a school."""

TAINTED = frozenset(
    "request posted words text reason note comment raw payload body login password typed query name title value".split()
)
"""Names under which what people typed is held: none of them stands in the text of a statement."""
STATEMENTS = re.compile(r"(?:\bsql\.(?:read|write)|cursor\.execute(?:many)?|link\.execute)$")
NAMED_TABLES = {
    "parta/archive/copies.py": "tables and PRAGMA names of the database itself",
    "parta/foundation/append_only.py": "tables named by migrations",
    "parta/foundation/scope.py": "the name of a role, quoted by the database driver, and tables of our own",
    "parta/cli/commands/doctor.py": "names of PostgreSQL's own settings",
}
"""Files in which a plain name in a statement is one of the program's own."""

WRITING = re.compile(
    r"\.(?:save|bulk_create|bulk_update|get_or_create|update_or_create)\(|\.objects\b[^\n]*\.(?:update|delete|create)\("
    r"|\bsql\.(?:insert|write|bulk_insert)\("
)
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)[^>]*>(?!\s*</script>)|<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:",
    re.I,
)
DATA = re.compile(r'<script[^>]*type="application/json"[^>]*>')
FOREIGN = re.compile(
    r"""(?:\ssrc|\ssrcset|<link[^>]*\shref|<form[^>]*\saction)\s*=\s*["']?(?:https?:)?//""", re.I
)


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Modules of the product without tests and migrations."""
    for path in files("parta/**/*.py"):
        if not {"tests", "migrations"} & set(path.parts):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def tainted_statements(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Statements whose text is made of what people typed: (line, name)."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and node.args and STATEMENTS.search(ast.unparse(node.func))):
            continue
        for part in ast.walk(node.args[0]):
            if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mod):
                yield node.lineno, "%"
            elif isinstance(part, ast.Name) and part.id in TAINTED:
                yield node.lineno, part.id
            elif isinstance(part, ast.Attribute) and part.attr in ("POST", "GET", "FILES", "COOKIES"):
                yield node.lineno, part.attr


def test_no_statement_is_made_of_what_people_typed() -> None:
    guilty = [
        f"{where}:{line} {name}"
        for where, tree in sources()
        for line, name in tainted_statements(tree)
        if where not in NAMED_TABLES
    ]
    assert not guilty, "bind the value with %s"


def test_only_listed_files_declare_markup() -> None:
    found = {
        str(path.relative_to(ROOT))
        for path in files("parta/**/*.py", "parta/**/*.html")
        if "tests" not in path.parts
        and re.search(
            r"\bMarkup\(|mark_safe|\|\s*safe\b|autoescape\s+false", path.read_text(encoding="utf-8")
        )
    }
    assert found == MARKUP.keys(), "name the file in MARKUP with the reason, or print the text escaped"


def test_only_actions_write() -> None:
    found = {
        where
        for where, tree in sources()
        if "/actions" not in where
        and not where.startswith("parta/demo/")
        and WRITING.search(ast.unparse(tree))
    }
    found -= {"parta/foundation/sql.py"}
    assert found == WRITERS.keys(), "write in `actions`, or name the file in WRITERS with the reason"


def test_templates_hold_no_script_and_no_style() -> None:
    guilty = [
        f"{path.relative_to(ROOT)}: {found[0][:60]}"
        for path in files("parta/**/templates/**/*.html")
        for found in INLINE.finditer(DATA.sub("", path.read_text(encoding="utf-8")))
    ]
    assert not guilty


@pytest.mark.django_db
def test_every_answer_has_the_policy_and_loads_nothing_foreign(cast: Any) -> None:
    """Every URL as five people, all methods of a form: pages, refusals, redirects, errors."""
    people = [None, cast.deputy, cast.teacher, cast.guardian, cast.operator]
    asked = 0
    for name, lines in LINES.items():
        for line in lines.values():
            address = reverse(name, kwargs=line.args(cast))
            for person in people:
                client = client_of(person)
                for answer in (client.get(address), client.post(address, {})):
                    asked += 1
                    where = f"{name} {answer.status_code}"
                    assert answer["Content-Security-Policy"] == POLICY, where
                    assert answer["X-Content-Type-Options"] == "nosniff", where
                    assert answer["Referrer-Policy"] == "same-origin", where
                    assert "no-store" in answer["Cache-Control"], where
                    if answer.get("Content-Type", "").startswith("text/html"):
                        page = DATA.sub("", answer.content.decode())
                        assert not INLINE.search(page), f"{where}: {INLINE.search(page)}"
                        assert not FOREIGN.search(page), where
    assert asked > 500
    for word in ("unsafe-inline", "unsafe-eval", "http:", "https:", " * "):
        assert word not in POLICY


PLANTED = [
    ("sql.read(f\"SELECT 1 FROM x WHERE n = '{words}'\")", "words"),
    ("sql.read('SELECT 1 FROM x WHERE n = ' + request.POST['n'])", "request"),
    ("cursor.execute('SELECT %s' % value)", "%"),
]


@pytest.mark.parametrize(("source", "name"), PLANTED)
def test_planted_statement_is_seen(source: str, name: str) -> None:
    assert name in {found for _, found in tainted_statements(ast.parse(source))}
    assert not list(tainted_statements(ast.parse("sql.read('SELECT 1 WHERE n = %s', (words,))")))


@pytest.mark.parametrize(
    "page",
    [
        "<script>alert(1)</script>",
        '<p style="x">',
        '<a onclick="x()">',
        '<a href="javascript:x()">',
        "<style>p{}</style>",
    ],
)
def test_planted_inline_is_seen(page: str) -> None:
    assert INLINE.search(page)
    assert not INLINE.search('<script type="module" src="/static/a.js"></script><a href="/one/">он = да</a>')


def test_planted_write_and_load_are_seen() -> None:
    for source in ("row.save()", "Mark.objects.filter(pk=1).update(value='5')", "sql.write('DELETE FROM x')"):
        assert WRITING.search(source)
    assert FOREIGN.search('<img src="https://counter.example/1.gif">') and not FOREIGN.search(
        '<img src="/a.png">'
    )
