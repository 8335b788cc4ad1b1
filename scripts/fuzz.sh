#!/bin/sh
# Runs each fuzz target for FUZZ_SECONDS (60), coverage-guided, on the stable toolchain.
#
#   scripts/fuzz.sh [TARGET…]
#
# Needs a C++ compiler (c++) for libFuzzer, which comes with the crate libfuzzer-sys; no nightly, no clang, no cargo-fuzz.
# What it finds lies in fuzz/artifacts/TARGET/; put a fixed finding into fuzz/corpus/TARGET/ and `make test` replays it.
set -eu
cd "$(dirname "$0")/.."

if ! c++ --version > /dev/null 2>&1; then
    echo "Missing: a C++ compiler (c++) for libFuzzer. Install with: sudo apt-get install -y g++" >&2
    exit 1
fi
host=$(rustc -vV | sed -n 's/^host: //p')

# What cargo-fuzz passes, as options that stable takes. An explicit --target keeps build scripts uninstrumented.
coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg=fuzzing"
RUSTFLAGS="$coverage" cargo build --release --locked --manifest-path fuzz/Cargo.toml --target "$host" --features libfuzzer --bins

failed=
for target in ${*:-$(ls fuzz/fuzz_targets | sed 's/\.rs$//')}; do
    found=fuzz/target/corpus/$target log=fuzz/target/$target.log
    mkdir -p "$found" "fuzz/artifacts/$target"
    echo "$target: ${FUZZ_SECONDS:-60} s …"
    if "fuzz/target/$host/release/$target" "$found" "fuzz/corpus/$target" -artifact_prefix="fuzz/artifacts/$target/" \
        -max_total_time="${FUZZ_SECONDS:-60}" -max_len=4096 -timeout=5 -rss_limit_mb=1024 -print_final_stats=1 > "$log" 2>&1; then
        echo "$target: no finding; $(sed -n 's/^Done //p' "$log"), $(sed -n 's/.*DONE *\(cov: [0-9]*\).*/\1/p' "$log")"
    else
        failed="$failed $target"
        grep -nE 'panicked|ERROR|SUMMARY|Test unit written' -A 3 "$log" | head -n 40
        echo "$target: FOUND SOMETHING; the whole log is $log" >&2
    fi
done
[ -z "$failed" ]
