"""What several reliability tests start from."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.reliability.installation import ROOT


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with the cast, made once and copied for each run."""
    place = tmp_path_factory.mktemp("prepared") / "home"
    command = [sys.executable, "-m", "tests.reliability.kill9", "--prepare", str(place)]
    subprocess.run(command, cwd=ROOT, check=True, timeout=300)
    return place
