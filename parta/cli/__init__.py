"""The command `parta`: running an installation, bringing data in, checking what stands there.

Stands over all apps: each command calls their actions and queries and writes nothing itself.
"""

from parta.cli.main import main

__all__ = ["main"]
