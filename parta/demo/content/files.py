"""The TOML files beside this module, as they are."""

import tomllib
from importlib.resources import files
from typing import Any


def read(name: str) -> dict[str, Any]:
    """A file by its name below this folder."""
    node = files(__package__)
    for part in name.split("/"):
        node = node.joinpath(part)
    return tomllib.loads(node.read_text(encoding="utf-8"))
