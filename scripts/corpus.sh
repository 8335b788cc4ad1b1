#!/bin/sh
# Compares the product with tshark, with tcptrace and with what is known to be true: recorded answers on the captures in SHARED,
# then a live tshark on captures made here. Ends with a table of scores, and fails when one of them is too low.
#
#   scripts/corpus.sh SHARED
#
# Without SHARED there is nothing to compare with, which passes. A missing tshark is installed where that may be (root on a
# Debian), skipped elsewhere, and fails in CI. CORPUS_SEED=N repeats a run with the random captures of seeds N to N+8.
set -eu
cd "$(dirname "$0")/.."
shared=${1:?usage: scripts/corpus.sh SHARED}
python=.venv/bin/python
work=.cache/corpus
scores=$work/scores

if [ ! -d "$shared/captures" ] || [ ! -d "$shared/captures-oracle" ]; then
    echo "corpus: there are no wide captures at $shared, so nothing to compare with"
    exit 0
fi
rm -rf "$work"
mkdir -p "$work"
status=0

# What has no figure of its own: WHAT COMMAND…
step() {
    what=$1
    shift
    if "$@"; then
        $python tests/corpus/scores.py "$scores" --add "$what" passed passed
    else
        $python tests/corpus/scores.py "$scores" --add "$what" FAILED passed --no-holds
    fi
}

# Every TCP frame exactly as tshark has it: WHAT CAPTURES ANSWERS
frames() {
    holds=--holds
    $python "$shared/tools/score_tcp.py" "$2" "$3" --command .venv/bin/pcap-analyzer --need 1 > "$work/log" || holds=--no-holds
    cat "$work/log"
    got=$(sed -n 's/.*TCP frames \([0-9]*\), agreeing \([0-9]*\) = \(.*\)/\2 of \1 = \3/p' "$work/log")
    $python tests/corpus/scores.py "$scores" --add "TCP frames: $1" "${got:-FAILED}" "100 %" $holds
}

# Causes, sides, false alarms and ledgers of the lab, whose truth is known.
diagnosis() {
    holds=--holds
    $python "$shared/tools/score_diagnosis.py" "$shared/lab" --command .venv/bin/pcap-analyzer --need 0.99 > "$work/log" || holds=--no-holds
    cat "$work/log"
    got=$(sed -n 's/^\(cause\|side\|top3\|no false alarm\): \([0-9]*\) of \([0-9]*\).*/\1 \2/p' "$work/log" | paste -sd, | sed 's/,/, /g')
    $python tests/corpus/scores.py "$scores" --add "diagnosis: lab" "${got:-FAILED}" "99 %" $holds
}

step "packets and conversations: captures" $python tests/corpus/score_captures.py "$shared"
step "hostile captures" $python tests/corpus/hostile.py --captures "$shared/captures" --only "public "
$python tests/corpus/score_connections.py "$shared" --scores "$scores" || status=1
diagnosis
frames tcp-cases/crafted "$shared/tcp-cases/crafted" "$shared/tcp-cases/crafted-oracle"
frames tcp-cases/lab "$shared/tcp-cases/lab" "$shared/tcp-cases/lab-oracle"

if command -v tcptrace > /dev/null 2>&1; then
    $python tests/corpus/score_tcptrace.py "$shared" --scores "$scores" || status=1
else
    echo "corpus: tcptrace is missing, so nothing was compared with it. Install with: sudo apt-get install -y tcptrace"
fi
if ! command -v tshark > /dev/null 2>&1 && [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null 2>&1; then
    echo "corpus: installing tshark"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq tshark; } < /dev/null > /dev/null || true
fi
if command -v tshark > /dev/null 2>&1; then
    $python tests/corpus/score_exchanges.py "$shared" --scores "$scores" || status=1
    $python tests/corpus/score_pairs.py "$shared" --scores "$scores" || status=1
    $python tests/corpus/score_tls.py "$shared" --scores "$scores" || status=1
    $python tests/corpus/score_icmp.py "$shared" --scores "$scores" || status=1
    $python tests/corpus/score_rtp.py "$shared" --scores "$scores" || status=1
    $python tests/corpus/score_evidence.py "$shared" --scores "$scores" || status=1
    cargo build --quiet --release --locked -p pcap-analyzer-core --example generate_capture
    $python tests/corpus/make_live.py "$work/live/captures" --generator target/release/examples/generate_capture
    $python "$shared/tools/make_oracle.py" "$work/live/captures" "$work/live/captures-oracle" > "$work/log"
    step "packets and conversations: live" $python tests/corpus/score_captures.py "$work/live" --live

    seed=${CORPUS_SEED:-$($python -c 'import random; print(random.randrange(10**8))')}
    echo "corpus: random captures of the seeds $seed to $((seed + 8)); CORPUS_SEED=$seed repeats them"
    $python "$shared/tools/fuzz_tcp.py" "$work/fuzz" --seeds "$seed:$((seed + 9))"
    $python "$shared/tools/make_oracle.py" "$work/fuzz" "$work/fuzz/answers" > "$work/log"
    frames "live, seeds from $seed" "$work/fuzz" "$work/fuzz/answers"
else
    echo "corpus: tshark is missing, so nothing was compared live. Install with: sudo apt-get install -y tshark"
    [ "${CI:-}" != true ] || status=1
fi
echo
$python tests/corpus/scores.py "$scores" || status=1
exit $status
