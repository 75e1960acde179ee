"""A4 sheets as PDF: a typst template of ours and plain data, made in a short-lived process.

Data go to the typesetter as JSON and nothing else: no text of a person is ever part of the source. A page of a web
worker's memory is not spent on it, and a sheet that cannot be set within a minute is refused.
"""

import importlib
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PACKAGES = ("fontpkg_pt_sans", "fontpkg_pt_sans_narrow", "fontpkg_onest")
"""Where the letters come from: Russian, Kyrgyz, Tatar, Bashkir, Yakut; nothing of the system's."""
LONGEST = 90
"""Seconds a paper may take."""


class Unset(Exception):
    """The paper could not be set; the message is for the log."""


def typeset(template: Path, data: dict[str, Any]) -> bytes:
    """The PDF of a template with `data` (read in it as `json(bytes(sys.inputs.data))`). Raises Unset.

    PDF/A-2a, tagged: a screen reader finds headings and tables. `data["day"]` (year, month, day) is the date of the
    document, so that the same data give the same bytes.
    """
    from parta.foundation.veil import masked  # not in the short-lived process, which needs no Django

    try:
        done = subprocess.run(
            [sys.executable, "-m", "parta.foundation.papers", str(template)],
            input=json.dumps(masked(data), ensure_ascii=False).encode(),
            capture_output=True,
            timeout=LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired as fault:
        raise Unset(f"{template.name}: longer than {LONGEST} s") from fault
    if done.returncode or not done.stdout.startswith(b"%PDF"):
        raise Unset(f"{template.name}: {done.stderr.decode('utf-8', 'replace')[-2000:]}")
    return done.stdout


def _font_folders() -> list[Path]:
    return [Path(importlib.import_module(name).__file__ or "").parent / "files" for name in PACKAGES]


def main() -> int:
    """The process: the template named, data on standard input, PDF on standard output."""
    import typst

    text = sys.stdin.buffer.read().decode()
    year, month, day = json.loads(text)["day"]
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=_font_folders())
    pdf, warnings = typst.compile_with_warnings(
        Path(sys.argv[1]),
        None,
        format="pdf",
        font_paths=fonts,
        sys_inputs={"data": text},
        pdf_standards=["a-2a"],
        timestamp=int(datetime(year, month, day, tzinfo=UTC).timestamp()),
    )
    if warnings:
        print(*warnings, sep="\n", file=sys.stderr)
        return 1
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
