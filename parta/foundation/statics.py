"""Static files under hashed names, module imports included, so that browsers may keep them for ever."""

import posixpath
import re
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStatics(CompressedManifestStaticFilesStorage):
    """Hashes the imports of our own ES modules only; foreign scripts stay as they are."""

    manifest_strict = False
    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("*.js", ManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),  # type: ignore[attr-defined]
    )


_IMPORT = re.compile(r"""^(?:import|export)\b[^"';]*["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)


def imported(path: str) -> list[str]:
    """What a module of ours imports, and what that imports, by the same names as in a template."""
    found: list[str] = []
    waiting = [path]
    while waiting:
        known = waiting.pop(0)
        source = finders.find(known)
        if source is None:
            raise LookupError(f"no static file {known}")
        for name in _IMPORT.findall(Path(source).read_text(encoding="utf-8")):
            other = posixpath.normpath(posixpath.join(posixpath.dirname(known), name))
            if other not in found and other != path:
                found.append(other)
                waiting.append(other)
    return found
