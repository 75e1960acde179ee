#!/bin/sh
# What the tests need from the system: a browser, a PostgreSQL server, PDF tools. By apt as root or with sudo;
# otherwise the one command that does it, and failure.
set -eu
missing=
need() { # program-or-path package
    case $1 in
        /*) [ -n "$(ls -d $1 2>/dev/null)" ] || missing="$missing $2" ;;
        *) command -v "$1" >/dev/null 2>&1 || missing="$missing $2" ;;
    esac
}
need /usr/bin/chromium chromium
need '/usr/lib/postgresql/*/bin/initdb' postgresql
need pdftotext poppler-utils
need qpdf qpdf
need setpriv util-linux
need strace strace
[ -n "$missing" ] || exit 0
command="apt-get update && apt-get install -y --no-install-recommends$missing"
fail() {
    printf '%s\n' "$1" "$2" "    sudo sh -c '$command'" >&2
    exit 1
}
if ! command -v apt-get >/dev/null 2>&1; then
    fail "The tests need:$missing (names of Debian's packages)." "Тестам нужны:$missing (имена пакетов Debian)."
elif [ "$(id -u)" = 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    sh -c "$command" </dev/null
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    sudo -n env DEBIAN_FRONTEND=noninteractive sh -c "$command" </dev/null
else
    fail "The tests need packages of the system; run this once as administrator:" \
        "Тестам нужны системные пакеты; выполните один раз с правами администратора:"
fi
