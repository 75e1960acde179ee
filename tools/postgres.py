"""A PostgreSQL server of one's own for tests, from Debian's binaries: data in /tmp, a unix socket, Russian order.

    eval "$(tools/postgres.py start)"    exports PARTA_DATABASE_URL
    tools/postgres.py stop               stops it and removes its data
    tools/postgres.py run COMMAND …      starts a fresh one, runs the command with the address set, stops it

As root the server runs as the user postgres (it refuses root), otherwise as oneself.
"""

import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote


def binaries() -> Path:
    """The newest installed server's folder. Exits with a message when there is none."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parent.parent.name)
    )
    if not found:
        sys.exit("PostgreSQL не установлен: apt-get install postgresql")
    return found[-1].parent


def as_server(command: list[str]) -> list[str]:
    """The command, carried out by the account that may run the server."""
    if os.geteuid():
        return command
    account = pwd.getpwnam("postgres")
    return ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--init-groups", *command]


def run(command: list[str]) -> None:
    """Run quietly as the server's account; on failure show what it said."""
    done = subprocess.run(
        as_server(command), cwd="/tmp", stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120
    )
    if done.returncode:
        sys.exit(f"{' '.join(command[:2])}: {done.stdout}{done.stderr}")


def start(folder: Path) -> str:
    """Make a cluster in the folder and start it; the address for PARTA_DATABASE_URL."""
    if not os.geteuid():
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
    bin_, data = binaries(), folder / "data"
    run(
        [
            str(bin_ / "initdb"),
            f"--pgdata={data}",
            "--username=parta",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale-provider=icu",
            "--icu-locale=ru-RU",
            "--locale=C.UTF-8",
            "--no-sync",
        ]
    )
    # Tests lose nothing when the power goes: no waiting for the disk, no TCP port at all.
    options = f"-c listen_addresses='' -k {folder} -c fsync=off -c full_page_writes=off -c max_connections=60"
    log = folder / "log"
    run([str(bin_ / "pg_ctl"), "start", "--wait", f"--pgdata={data}", f"--log={log}", f"--options={options}"])
    folder.chmod(0o755)
    return f"postgresql://parta@{quote(str(folder), safe='')}/postgres"


def stop(folder: Path) -> None:
    """Stop the server and remove its folder; harmless when it is gone."""
    if (folder / "data").exists():
        run([str(binaries() / "pg_ctl"), "stop", "--mode=immediate", f"--pgdata={folder / 'data'}"])
    shutil.rmtree(folder, ignore_errors=True)


def main(arguments: list[str]) -> int:
    match arguments:
        case ["start"]:
            print(
                f"export PARTA_DATABASE_URL={start(Path(tempfile.mkdtemp(prefix='parta-pg-', dir='/tmp')))}"
            )
            return 0
        case ["stop"]:
            found = re.search(r"@([^/]+)/", os.environ.get("PARTA_DATABASE_URL", ""))
            if found:
                stop(Path(found[1].replace("%2F", "/")))
            return 0
        case ["run", *command] if command:
            folder = Path(tempfile.mkdtemp(prefix="parta-pg-", dir="/tmp"))
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
            try:
                url = start(folder)
                return subprocess.call(command, env=os.environ | {"PARTA_DATABASE_URL": url})
            finally:
                stop(folder)
        case _:
            print(__doc__)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
