"""The web server: gunicorn with threads, started from here so that its settings are ours alone."""

import hashlib
import sys
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with our settings. Threads share a process, so a slow upload does not hold a class up."""

    def __init__(self, bind: str, workers: int, threads: int) -> None:
        self.chosen: dict[str, Any] = {
            "bind": bind,
            "workers": workers,
            "threads": threads,
            "worker_class": "gthread",
            "timeout": 60,
            "graceful_timeout": 20,
            "keepalive": 5,
            "loglevel": "warning",
            "errorlog": "-",
            "proc_name": "parta",
            "control_socket_disable": True,
            "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.chosen.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, in a process of the server: from here on beneath the row policies, where they are on."""
        from django.core.wsgi import get_wsgi_application

        from parta.foundation import scope

        application = get_wsgi_application()
        scope.restrict(scope.row_role())
        return application


def run(bind: str, workers: int, threads: int) -> int:
    """Serve until told to stop. Raises SystemExit with gunicorn's code when it cannot start."""
    sys.argv = ["parta"]
    Server(bind, workers, threads).run()
    return 0


def gather_statics() -> int:
    """Copy static files under hashed names into the home folder when they have changed; how many there are."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    seen: list[str] = []
    for finder in get_finders():
        for path, storage in finder.list([]):
            state = Path(storage.path(path)).stat()
            seen.append(f"{path} {state.st_size} {state.st_mtime_ns}")
    digest = hashlib.sha256("\n".join(sorted(seen)).encode()).hexdigest()
    root = Path(settings.STATIC_ROOT)
    stamp = root / ".gathered"
    if not (stamp.exists() and stamp.read_text() == digest):
        root.mkdir(parents=True, exist_ok=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(digest)
    return len(seen)
