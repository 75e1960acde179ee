"""The lists of `docs/security/inventory.md` say what the code says: where cryptography is used, and each limit."""

import re
from importlib import import_module
from typing import Any

import pytest

from tests.contracts.test_layout import ROOT

CRYPTO = re.compile(
    r"^\s*(?:import|from) (?:hashlib|hmac|secrets|cryptography|argon2|joserfc|webauthn|pyrage|pyotp)\b"
    r"|^from django\.(?:core import signing|utils\.crypto import .*salted_hmac)",
    re.M,
)
LIMIT = re.compile(r"`((?:parta\.)[\w.]+)` = (\d+)")


def source() -> str:
    return (ROOT / "docs/security/inventory.md").read_text(encoding="utf-8")


def users_of_cryptography() -> set[str]:
    """Files of the program that hash, sign, encrypt or draw by lot."""
    return {
        str(path.relative_to(ROOT))
        for folder in ("parta", "config")
        for path in (ROOT / folder).rglob("*.py")
        if "tests" not in path.parts and CRYPTO.search(path.read_text(encoding="utf-8"))
    }


def unnamed(text: str) -> set[str]:
    """Of those, the ones that the list does not name."""
    return {path for path in users_of_cryptography() if f"`{path}`" not in text}


def value_of(name: str) -> Any:
    """What a dotted name stands for: a constant of a module, or a field of one."""
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            found: Any = import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            found = getattr(found, part)
        return found
    raise LookupError(name)


def untrue(text: str) -> list[str]:
    """Limits that are not what the list says."""
    return [f"{name}: {value_of(name)}" for name, told in LIMIT.findall(text) if value_of(name) != int(told)]


def test_the_inventory_says_what_the_code_does() -> None:
    assert len(users_of_cryptography()) > 20 and unnamed(source()) == set()
    assert len(LIMIT.findall(source())) >= 19 and untrue(source()) == []
    named = set(re.findall(r"`((?:parta|config|docs|tests)/[\w./-]+)`", source()))
    assert not [path for path in named if not (ROOT / path).is_file()]


@pytest.mark.parametrize(
    ("before", "after"),
    [("`parta/people/second.py`", "`parta/people/third.py`"), ("QUOTA` = 60", "QUOTA` = 600")],
)
def test_planted_faults_are_seen(before: str, after: str) -> None:
    text = source()
    assert before in text
    text = text.replace(before, after)
    assert unnamed(text) or untrue(text)
