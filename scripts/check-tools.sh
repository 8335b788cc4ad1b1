#!/bin/sh
# Looks for what only the machine can give: Python, Rust, a linker.
#
#   scripts/check-tools.sh          prints the path of a usable Python and exits 0,
#                                   or says in one line how to install what is missing and exits 1
#
# The versions it asks for are the ones in pyproject.toml and Cargo.toml.
set -u
here=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)

quoted_version() { # FILE KEY: the first number like 3.11 in the line that begins with KEY
    sed -n "s/^$2[^0-9]*\([0-9][0-9]*\.[0-9][0-9]*\).*/\1/p" "$1" | head -n 1
}

at_least() { # HAVE WANT, both like 1.88 or 1.88.0
    have_major=${1%%.*} have_rest=${1#*.}
    want_major=${2%%.*} want_rest=${2#*.}
    [ "$have_major" -gt "$want_major" ] || { [ "$have_major" -eq "$want_major" ] && [ "${have_rest%%.*}" -ge "${want_rest%%.*}" ]; }
}

find_python() { # WANT: the first Python that is new enough and can make a virtual environment
    for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
        path=$("$name" -c '
import sys
import ensurepip, venv
want = tuple(map(int, sys.argv[1].split(".")))
print(sys.executable if sys.version_info[:2] >= want else "")' "$1" 2>/dev/null) || continue
        [ -n "$path" ] && printf '%s\n' "$path" && return 0
    done
    return 1
}

has_rust() { # WANT
    version=$(cargo --version 2>/dev/null | sed -n 's/^cargo \([0-9.]*\).*/\1/p')
    [ -n "$version" ] && at_least "$version" "$1" && rustc --version >/dev/null 2>&1
}

missing= how= debian= fedora= mac=
need() { missing="${missing:+$missing, }$1"; }
then_run() { how="${how:+$how && }$1"; }

python_version=$(quoted_version "$here/pyproject.toml" requires-python)
rust_version=$(quoted_version "$here/Cargo.toml" rust-version)
python=$(find_python "$python_version") || {
    need "Python $python_version or newer with venv"
    debian="$debian python3 python3-venv" fedora="$fedora python3" mac="$mac python"
}
cc --version >/dev/null 2>&1 || {
    need "a C linker (cc)"
    debian="$debian gcc libc6-dev" fedora="$fedora gcc" mac="$mac gcc"
}
if [ -n "$debian" ]; then
    if command -v apt-get >/dev/null 2>&1; then then_run "sudo apt-get install -y$debian"
    elif command -v dnf >/dev/null 2>&1; then then_run "sudo dnf install -y$fedora"
    elif command -v brew >/dev/null 2>&1; then then_run "brew install$mac"
    else then_run "your package manager:$fedora"; fi
fi
has_rust "$rust_version" || {
    need "Rust $rust_version or newer (cargo, rustc)"
    then_run "curl --proto =https -sSf https://sh.rustup.rs | sh -s -- -y && . ~/.cargo/env"
}

if [ -n "$missing" ]; then
    printf 'Missing: %s. Install with: %s\n' "$missing" "$how" >&2
    exit 1
fi
printf '%s\n' "$python"
