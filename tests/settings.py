"""Settings of the tests: as installed, but in a home of their own and with static files as they lie in the tree."""

import atexit
import os
import shutil
import tempfile

_home = tempfile.mkdtemp(prefix="parta-tests-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["PARTA_HOME"] = _home
os.environ.pop("PARTA_ENV_FILE", None)
os.environ.pop("PARTA_DEBUG", None)

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, HOME, STORAGES  # noqa: E402

STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True

if str(DATABASES["default"]["ENGINE"]).endswith("sqlite3"):
    # A file, not memory: the threads of a live server need connections of their own.
    DATABASES["default"]["TEST"] = {"NAME": str(HOME / "tests.sqlite3")}
