#!/bin/sh
# Compares the product with tshark: recorded answers on the wide captures in SHARED, then a live tshark on captures made here.
#
#   scripts/corpus.sh SHARED
#
# Without SHARED there is nothing to compare with, which passes. A missing tshark is installed where that may be (root on a
# Debian), skipped elsewhere, and fails in CI.
set -eu
cd "$(dirname "$0")/.."
shared=${1:?usage: scripts/corpus.sh SHARED}
python=.venv/bin/python

if [ ! -d "$shared/captures" ] || [ ! -d "$shared/captures-oracle" ]; then
    echo "corpus: there are no wide captures at $shared, so nothing to compare with"
    exit 0
fi
status=0
$python tests/corpus/score_captures.py "$shared" || status=1
$python tests/corpus/hostile.py --captures "$shared/captures" --only "public " || status=1

if ! command -v tshark > /dev/null 2>&1 && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null 2>&1; then
    echo "corpus: installing tshark"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq tshark; } < /dev/null > /dev/null || true
fi
if ! command -v tshark > /dev/null 2>&1; then
    echo "corpus: tshark is missing, so nothing was compared live. Install with: sudo apt-get install -y tshark"
    [ "${CI:-}" != true ] || status=1
    exit $status
fi
live=.cache/corpus/live
rm -rf "$live"
cargo build --quiet --release --locked -p pcap-analyzer-core --example generate_capture
$python tests/corpus/make_live.py "$live/captures" --generator target/release/examples/generate_capture
$python "$shared/tools/make_oracle.py" "$live/captures" "$live/captures-oracle" > "$live/log"
$python tests/corpus/score_captures.py "$live" --live || status=1
exit $status
