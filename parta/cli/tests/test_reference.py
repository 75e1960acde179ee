"""The page «Виды правил» is the registry, word for word; every parameter is explained."""

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import TypeAdapter

from parta.cli.commands.regulation import load_kinds
from parta.regulation.reference import page, parameters
from parta.regulation.registry import KINDS

load_kinds()
PAGE = Path(__file__).parents[3] / "docs" / "user" / "vidy-pravil.md"


def own_kinds() -> dict[str, object]:
    return {name: kind for name, kind in KINDS.items() if not name.startswith("t_")}


def test_the_page_of_kinds_is_what_the_program_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "run: parta regulation kinds --page > docs/user/vidy-pravil.md"
    )


def test_every_parameter_has_russian_words() -> None:
    silent = [
        f"{name}.{parameter}"
        for name, kind in own_kinds().items()
        for parameter, _, what, _, words in parameters(kind.params)  # type: ignore[attr-defined]
        if not words or not what
    ]
    assert silent == []


def test_every_term_that_is_spelled_is_taken() -> None:
    """Where only days or hours are counted, the page offers neither lessons nor Fridays."""
    asked, unspelled = 0, []
    for name, kind in own_kinds().items():
        params: Any = kind.params  # type: ignore[attr-defined]
        fields = {field.alias or key: field for key, field in params.model_fields.items()}
        for parameter, _, words, _, _ in parameters(params):
            if not words.startswith("срок: ") or " или " in words:
                continue
            field = fields[parameter]
            whole: Any = (
                Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
            )
            for part in re.split("[;,] ", words.removeprefix("срок: ")):
                asked += 1
                try:
                    TypeAdapter(whole).validate_python(part.rpartition(": ")[2])
                except ValueError:
                    unspelled.append(f"{name}.{parameter}: {part}")
    assert asked > 100 and unspelled == []
