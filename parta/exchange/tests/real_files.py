"""Real files of other schools, which the repository does not hold: import each into a school of its own, twice.

    python -m parta.exchange.tests.real_files FILE_OR_FOLDER…     (or PARTA_REAL_DATA=FOLDER)

Prints what was read, how long it took and whether a second import leaves everything alone. Exit code 1 when a file is
not taken or changes something twice.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path


def found(places: list[str]) -> list[Path]:
    """Files of the kinds we read below the places; a folder with a OneRoster set counts as one."""
    paths: list[Path] = []
    for place in map(Path, places):
        if place.is_file() or (place / "users.csv").is_file():
            paths.append(place)
            continue
        sets = {users.parent for users in place.rglob("users.csv")}
        files = [
            file
            for file in place.rglob("*")
            if file.suffix.lower() in {".xlsx", ".xls", ".ods", ".xml", ".fet", ".zip"}
        ]
        paths += sorted(sets) + sorted(file for file in files if not file.name.endswith("_activities.xml"))
    return paths


def main(words: list[str]) -> int:
    """Run; the exit code."""
    places = words or [place for place in [os.environ.get("PARTA_REAL_DATA", "")] if place]
    if not places:
        print(__doc__)
        return 2
    with tempfile.TemporaryDirectory() as home:
        os.environ["PARTA_HOME"] = home
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        return sum(not _try(path, number) for number, path in enumerate(found(places))) and 1


def _try(path: Path, number: int) -> bool:
    from parta.exchange.apply import NotApplied, apply, preview
    from parta.exchange.located import BadFile
    from parta.foundation import clock
    from parta.foundation.log import SYSTEM
    from parta.organisation.actions import create_school

    at = clock.now()
    school = create_school(
        code=f"real-{number}", name=path.name[:300], short_name=path.name[:80], by=SYSTEM, at=at
    )
    began = time.monotonic()
    try:
        plan = preview(path, school, at=at)
        read_in = time.monotonic() - began
        report = apply(plan, by=SYSTEM, at=at)
        again = preview(path, school, at=at).changes_something
    except (BadFile, NotApplied) as refused:
        print(f"{path.name}: {refused}")
        return False
    counts = ", ".join(f"{kind} {sum(states.values())}" for kind, states in plan.counts().items())
    print(f"{path.name} ({plan.data.kind}): {counts}, lessons {report.lessons}, remarks {len(plan.remarks)};")
    print(
        f"    preview {read_in:.2f} s, import {report.seconds:.2f} s, again: {'CHANGES' if again else 'nothing'}"
    )
    return not again


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
