#!/bin/sh
# Makes .venv from requirements.lock: the only step that needs a package registry. Run again, it does nothing.
set -eu
cd "$(dirname "$0")/.."
venv=.venv
stamp=$venv/.ready

say() { printf '%s\n' "$@" >&2; }

sum=$(cat requirements.lock pyproject.toml | sha256sum | cut -d' ' -f1)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sum" ] && "$venv/bin/parta" --version >/dev/null 2>&1; then exit 0; fi

# Two makes at once (a demo and a test) must not build one environment together.
if [ -z "${PARTA_LOCKED:-}" ] && command -v flock >/dev/null 2>&1; then
    PARTA_LOCKED=1 exec flock .venv.lock "$0"
fi

python=
for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$candidate; break; fi
done
if [ -z "$python" ]; then
    say "Python 3.11 or newer is needed and was not found (set PYTHON=/path/to/python3)." \
        "Нужен Python 3.11 или новее, он не найден (можно указать PYTHON=/путь/к/python3)." \
        "    Debian, Ubuntu: apt-get install python3 python3-venv"
    exit 1
fi
if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
    say "This Python cannot make environments: the module venv (with pip) is missing." \
        "Этот Python не умеет создавать окружения: нет модуля venv (с pip)." \
        "    Debian, Ubuntu: apt-get install python3-venv"
    exit 1
fi

rm -f "$stamp"
if [ ! -x "$venv/bin/pip" ] || ! "$venv/bin/python" -c '' 2>/dev/null; then
    say "Making the local environment / Создаю локальное окружение: $venv"
    rm -rf "$venv"
    "$python" -m venv "$venv"
fi
if ! "$venv/bin/uv" --version 2>/dev/null | grep -q '^uv 0\.13\.9'; then
    "$venv/bin/pip" install --quiet --disable-pip-version-check uv==0.13.9 || {
        say "The package registry does not answer: check the network and pip's settings." \
            "Каталог пакетов не отвечает: проверьте сеть и настройки pip."
        exit 1
    }
fi
# uv does not read pip's configuration; what this machine's pip uses as its index is handed on.
if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
    index=$("$venv/bin/pip" config get global.index-url 2>/dev/null || printf '%s' "${PIP_INDEX_URL:-}")
    if [ -n "$index" ]; then UV_DEFAULT_INDEX=$index; export UV_DEFAULT_INDEX; fi
fi
say "Installing the locked packages / Ставлю закреплённые пакеты"
VIRTUAL_ENV=$PWD/$venv; export VIRTUAL_ENV
UV_LINK_MODE=${UV_LINK_MODE:-copy}; export UV_LINK_MODE
# uv trusts the certificates it brings; where the network has its own, the system's are needed.
"$venv/bin/uv" pip sync --quiet --require-hashes requirements.lock 2>/dev/null ||
    UV_SYSTEM_CERTS=1 "$venv/bin/uv" pip sync --quiet --require-hashes requirements.lock
"$venv/bin/uv" pip install --quiet --offline --no-deps --no-build-isolation -e .
printf '%s' "$sum" >"$stamp"
