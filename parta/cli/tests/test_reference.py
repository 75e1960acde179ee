"""The page «Виды правил» is the registry, word for word; every parameter is explained."""

from pathlib import Path

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
