"""The shape of the tree: docstrings, drawers, who imports tests, templates that only print, plain CSS, own words."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
APPS = [*settings.APPS, "cli", "demo"]
DRAWERS = {"models", "rules", "actions", "queries", "access", "pages", "jobs", "documents", "tests"}


def files(*patterns: str) -> list[Path]:
    """Files under version control (or about to be) that match."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [ROOT / line for line in listed if (ROOT / line).is_file()]


def modules() -> Iterator[tuple[Path, ast.Module]]:
    for path in files("parta/**/*.py", "parta/*.py", "config/*.py", "conformance/*.py"):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("app", APPS)
def test_every_app_says_what_it_owns(app: str) -> None:
    text = ast.get_docstring(ast.parse((ROOT / "parta" / app / "__init__.py").read_text(encoding="utf-8")))
    assert text and len(text) > 40


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path, tree in modules()
        if "migrations" not in path.parts
        and path.name not in ("apps.py",)
        and tree.body
        and not ast.get_docstring(tree)
    ]
    assert not silent


def test_every_public_function_and_class_has_a_docstring() -> None:
    silent = []
    for path, tree in modules():
        if {"migrations", "tests", "commands"} & set(path.parts) or path.name in ("apps.py", "plugin.py"):
            continue
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                if ast.get_docstring(node) is None:
                    silent.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert not silent


def test_the_product_imports_no_tests() -> None:
    guilty = []
    for path, tree in modules():
        if "tests" in path.parts or "conformance" in path.parts:
            continue
        for node in ast.walk(tree):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            for name in names:
                if (
                    name.split(".")[0]
                    in {
                        "tests",
                        "conftest",
                        "pytest",
                        "conformance",
                        "bench",
                        "hypothesis",
                    }
                    or ".tests" in name
                ):
                    guilty.append(f"{path.relative_to(ROOT)}: {name}")
    assert not guilty


def test_only_the_edge_asks_the_clock() -> None:
    """Pages, commands, jobs and the middleware read the clock; everything else is handed `on` or `at`."""
    edge = {"pages", "jobs", "cli", "middleware", "clock"}
    guilty = []
    for path, tree in modules():
        parts = {part.removesuffix(".py") for part in path.parts}
        if parts & (edge | {"tests", "migrations"}) or path.name in (
            "chrome.py",
            "commands.py",
            "sessions.py",
            "fill.py",
        ):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                "clock.now",
                "datetime.now",
                "datetime.utcnow",
                "date.today",
                "timezone.now",
                "timezone.localdate",
            ):
                guilty.append(f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node.func)}")
    assert not guilty


def test_templates_only_print() -> None:
    """No query starts in a template: they get finished values, so neither managers nor related sets are named."""
    guilty = []
    for path in files("parta/**/templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        for pattern in (
            r"\.objects\b",
            r"\.filter\(",
            r"\.all\(\)",
            r"\.count\(\)",
            r"<script>",
            r"\sstyle=",
        ):
            if re.search(pattern, text):
                guilty.append(f"{path.relative_to(ROOT)}: {pattern}")
    assert not guilty


NEWER_THAN_THE_FLOOR = {
    "light-dark(": "2024",
    "popover": "2024",
    ":has(": "2023",
    "@container": "2023",
    "text-wrap": "2024",
    "@scope": "2024",
    "@starting-style": "2024",
    "color-mix(": "2023",
    "oklch(": "2023",
    "anchor-name": "2024",
    "field-sizing": "2024",
    "interpolate-size": "2024",
}
"""CSS and HTML that school computers may not know yet. Inside `@supports` (a gain, not a need) it may be used."""


def test_styles_and_pages_stay_above_the_browser_floor() -> None:
    guilty = []
    for path in files("parta/**/*.css", "parta/**/*.html", "parta/**/*.js"):
        text = re.sub(
            r"/\*.*?\*/|\{#.*?#\}|^\s*//.*?$", "", path.read_text(encoding="utf-8"), flags=re.S | re.M
        )
        text = re.sub(r"@supports[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", text)
        guilty += [
            f"{path.relative_to(ROOT)}: {feature}" for feature in NEWER_THAN_THE_FLOOR if feature in text
        ]
    assert not guilty


def test_nothing_is_loaded_from_elsewhere() -> None:
    """No page, style or script names another host; links for people to press are not loads."""
    pattern = re.compile(
        r"""(?:src|srcset|action|@import|url\(|import\s|from\s)\s*=?\s*["'(]*\s*(?:https?:)?//"""
    )
    guilty = [
        f"{path.relative_to(ROOT)}"
        for path in files("parta/**/*.css", "parta/**/*.html", "parta/**/*.js", "parta/**/*.svg")
        if pattern.search(path.read_text(encoding="utf-8"))
    ]
    assert not guilty


def test_no_unfinished_work_in_the_tree() -> None:
    """No notes to self and no names of the machine on which something was written."""
    words = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|/wor" r"k/|/roo" r"t/|\.librar" r"y")
    guilty = []
    for path in files("*.py", "*.md", "*.toml", "*.html", "*.css", "*.js", "*.sh", "Makefile", ".ci/run"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if words.search(line):
                guilty.append(f"{path.relative_to(ROOT)}:{number} {line.strip()[:80]}")
    assert not guilty


def test_screens_speak_of_marks_not_grades() -> None:
    """«Отметка» is what stands in a cell; «оценка» (a judgement) is another word. One word for one thing."""
    guilty = []
    for path in files("parta/**/*.html", "parta/**/pages/**/*.py", "parta/cli/**/*.py"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if re.search(r"\bоценк|\bоценок\b", line, re.I) and "оценка времени" not in line:
                guilty.append(f"{path.relative_to(ROOT)}:{number} {line.strip()[:80]}")
    assert not guilty


def test_the_lock_is_hashed_and_names_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    for block in re.split(r"\n(?=\S)", lock):
        if block.strip() and not block.startswith("#"):
            assert "--hash=sha256:" in block and re.match(r"[a-z0-9._-]+==\S+", block), block[:80]
