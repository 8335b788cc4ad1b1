#!/bin/sh
# What browser tests need beside .venv: Debian's Chromium, and axe-core, which is used and not passed on.
# Ends with 0 when all is there. Otherwise it says what is missing and ends with 1 in CI, and with 3 elsewhere.
set -eu

axe_version=4.14.1
axe_integrity=sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==
cache=${1:-.cache/e2e}

missing() {
    echo "test-e2e: $1 is missing; $2" >&2
    [ "${CI:-}" = true ] && exit 1
    exit 3
}

# apt-get asks for nothing here, and only root may use it.
install() {
    [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null || return 1
    echo "test-e2e: installing $1" >&2
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1"; } > "$cache/apt.log" 2>&1
}

mkdir -p "$cache"
command -v chromium > /dev/null || install chromium || missing chromium 'run "apt-get install chromium" as root'
command -v npm > /dev/null || install npm || missing npm 'run "apt-get install npm" as root'
command -v openssl > /dev/null || install openssl || missing openssl 'run "apt-get install openssl" as root'

package=$cache/axe-core-$axe_version.tgz
if [ ! -f "$cache/package/axe.min.js" ] || [ "$(cat "$cache/version" 2> /dev/null)" != "$axe_version" ]; then
    npm pack --silent --pack-destination "$cache" "axe-core@$axe_version" > /dev/null || missing axe-core "npm could not fetch it"
    found=sha512-$(openssl dgst -sha512 -binary "$package" | openssl base64 -A)
    [ "$found" = "$axe_integrity" ] || missing "axe-core $axe_version" "what npm fetched is something else: $found"
    tar -xzf "$package" -C "$cache" package/axe.min.js
    echo "$axe_version" > "$cache/version"
fi
