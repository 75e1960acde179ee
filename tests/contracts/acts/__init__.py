"""One case for every act of `parta/*/actions`: how it is done in the cast, so that the contract can look at its trace.

An act is a public function there that takes `at`: it changes what a school knows. A new act needs a line in the `ACTS`
of its file here (what it needs first is done beforehand, by `before`), or the suite is red. `SILENT` names what writes
and leaves no line of its own, each with the reason.
"""

from pathlib import Path

from tests.contracts.acts import accounts, families, journal, keeping, people, school
from tests.contracts.acts.silent import SILENT
from tests.contracts.acts.steps import Act, Prepared

__all__ = ["ACTS", "SILENT", "sources"]

ACTS: dict[str, tuple[Prepared, Act]] = {
    **school.ACTS,
    **people.ACTS,
    **accounts.ACTS,
    **journal.ACTS,
    **keeping.ACTS,
    **families.ACTS,
}
"""What is done first, and the act, by its name below `parta`."""


def sources() -> dict[str, Path]:
    """Modules of every `actions` drawer, by their name below `parta`."""
    root = Path(__file__).resolve().parents[3] / "parta"
    found = sorted(root.glob("*/actions.py")) + sorted(root.glob("*/actions/*.py"))
    return {".".join(path.relative_to(root).with_suffix("").parts): path for path in found}
