#!/bin/sh
# What tests/scale and scripts/scale_test.py need beside .venv: PostgreSQL, Redis, and moto's S3 server in a venv of its own.
# Ends with 0 when all is there. Otherwise it says what is missing and ends with 1 in CI, and with 3 elsewhere.
set -eu

moto_version=5.2.5
cache=${1:-.cache/scale}

missing() {
    echo "test-scale: $1 is missing; $2" >&2
    [ "${CI:-}" = true ] && exit 1
    exit 3
}

# apt-get asks for nothing here, and only root may use it.
install() {
    [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null || return 1
    echo "test-scale: installing $1" >&2
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1"; } > "$cache/apt.log" 2>&1
}

mkdir -p "$cache"
command -v redis-server > /dev/null || install redis-server || missing redis-server 'run "apt-get install redis-server" as root'
command -v postgres > /dev/null || ls /usr/lib/postgresql/*/bin/postgres > /dev/null 2>&1 || install postgresql || missing postgres 'run "apt-get install postgresql" as root'
[ -x "$cache/venv/bin/moto_server" ] || {
    python3 -m venv "$cache/venv"
    "$cache/venv/bin/pip" install --quiet "moto[server,s3]==$moto_version" || missing moto_server "pip could not fetch it"
}
