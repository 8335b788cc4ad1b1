#!/usr/bin/env bash
# Builds the image and says what it weighs.
#
#   scripts/image.sh [TARGET]        app (the default), app-full or app-scale
#
# ENGINE names docker, podman or buildah; by default the first that works. Where no registry can be reached, or with
# STAND_IN=1, the bases are made here: Debian's own Python 3.11 by debootstrap (as root), and the Rust of this machine.
# SSL_CERT_FILE is a bundle of certificates for the build alone. NO_CACHE=1 builds every layer anew, ONLY_BUILD=1 stops there;
# else the image is weighed and, with docker or podman, run and tried.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${1:-app}
image=localhost/pcap-analyzer:$target
cache=.cache/image
# What `docker images` calls it: https://github.com/docker-library/repo-info, repos/python/local/3.11-slim-bookworm.md of 2026-08-13.
published_base_mb=130.01
base=$(sed -n 's/^ARG BASE=//p' Dockerfile) rust=$(sed -n 's/^ARG RUST=//p' Dockerfile)
declare -A below_mb=([app]=250 [app-full]=330 [app-scale]=330)
[ -n "${below_mb[$target]:-}" ] || { echo "image: there is no target $target" >&2; exit 2; }

find_engine() {
    for name in ${ENGINE:-docker podman buildah}; do
        if "$name" info > /dev/null 2>&1; then engine=$name; return; fi
    done
    echo "image: neither docker, podman nor buildah works here; install one, for example: apt-get install buildah" >&2
    exit 1
}

# Podman and buildah take systemd, one kind of cgroups and a million open files for granted.
suit_machine() {
    local most; most=$(ulimit -Hn)
    mkdir -p "$cache"
    {
        echo '[containers]'
        [ "$most" = unlimited ] || echo "default_ulimits = [\"nofile=$most:$most\", \"nproc=4096:4096\"]"
        echo '[engine]'
        [ -d /run/systemd/system ] || echo 'cgroup_manager = "cgroupfs"'
        # crun refuses both kinds side by side.
        [ ! -d /sys/fs/cgroup/unified ] || ! command -v runc > /dev/null || echo 'runtime = "runc"'
    } > "$cache/containers.conf"
    export CONTAINERS_CONF=$PWD/$cache/containers.conf
}

build() { # NAME ARGUMENTS…
    local name=$1; shift
    case $engine in
        docker) docker build --quiet --tag "$name" "$@" ;;
        # docker's format has HEALTHCHECK, that of OCI has not.
        *) "$engine" build --quiet --format docker --layers --network host --tag "$name" "$@" ;;
    esac > /dev/null
}

save() { # NAME FILE
    rm -f "$2"
    case $engine in
        docker) docker save --output "$2" "$1" ;;
        podman) podman save --quiet --format docker-archive --output "$2" "$1" ;;
        buildah) buildah push --quiet "$1" "docker-archive:$2:$1" ;;
    esac
}

has() { "$engine" inspect "$1" > /dev/null 2>&1; }

make_stand_ins() {
    base=localhost/pcap-analyzer-base rust=localhost/pcap-analyzer-rust
    has "$base" && has "$rust" && return
    command -v debootstrap > /dev/null || { echo "image: no registry answers, and debootstrap is not installed" >&2; exit 1; }
    mkdir -p "$cache"/{base,rust}
    if ! has "$base"; then
        [ -e "$cache/root/.complete" ] || {
            rm -rf "$cache/root"
            debootstrap --variant=minbase --include=python3,python3-venv,python3-pip,ca-certificates bookworm "$cache/root" > "$cache/debootstrap.log"
            touch "$cache/root/.complete"
        }
        # As in the official image: nothing compiled ahead, no lists of packages.
        tar --exclude='*.pyc' --exclude='./var/lib/apt/lists/*' --exclude='./var/cache/apt/*' --exclude=./.complete \
            --exclude='./dev/*' -C "$cache/root" -cf "$cache/base/root.tar" .
        printf 'FROM scratch\nADD root.tar /\nENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8\nCMD ["python3"]\n' > "$cache/base/Dockerfile"
        build "$base" "$cache/base"
        rm -r "$cache/base"
    fi
    if ! has "$rust"; then
        local sysroot; sysroot=$(rustc --print sysroot)
        tar --exclude=./share --exclude=./lib/rustlib/src --exclude=./etc --transform 's,^\.,usr/local/rustup,' \
            -C "$sysroot" -cf "$cache/rust/root.tar" .
        mkdir -p "$cache/rust/usr/local/cargo/bin"
        for tool in cargo rustc; do ln -sf "../../rustup/bin/$tool" "$cache/rust/usr/local/cargo/bin/$tool"; done
        tar -C "$cache/rust" -rf "$cache/rust/root.tar" usr
        printf 'FROM scratch\nADD root.tar /\n' > "$cache/rust/Dockerfile"
        build "$rust" "$cache/rust"
        rm -r "$cache/rust"
    fi
}

find_engine
[ "$engine" = docker ] || suit_machine
stood_in=
if [ "${STAND_IN:-}" = 1 ] || ! { "$engine" pull "$base" && "$engine" pull "$rust"; } > /dev/null 2>&1; then
    echo "image: the bases are made here, since no registry answers"
    make_stand_ins
    stood_in=1
fi

secret=()
[ -z "${SSL_CERT_FILE:-}" ] || secret=(--secret "id=ca-certificates,src=$SSL_CERT_FILE")
started_s=$SECONDS
build "$image" ${NO_CACHE:+--no-cache} --target "$target" --build-arg "BASE=$base" --build-arg "RUST=$rust" "${secret[@]}" .
echo "image: $image built by $engine in $((SECONDS - started_s)) s"
[ -z "${ONLY_BUILD:-}" ] || exit 0

mkdir -p "$cache"
save "$image" "$cache/image.tar"
save "$base" "$cache/base.tar"
trap 'rm -f "$cache"/{image,base}.tar' EXIT
weigh=(python3 scripts/image_size.py "$cache/image.tar" --base "$cache/base.tar" --below "${below_mb[$target]}" --output "$cache/size-$target.json")
"${weigh[@]}" ${stood_in:+--published-base-mb "$published_base_mb"}

if [ "$engine" = buildah ]; then
    echo "image: not run, since buildah starts no read-only container; docker or podman would"
else
    python3 scripts/smoke_image.py "$image" --engine "$engine" --output "$cache/smoke-$target.json"
fi
