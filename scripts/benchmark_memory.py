"""Measures how much memory an analysis takes, and whether that grows with the capture.

    scripts/benchmark_memory.py CAPTURE [--detailed] [--large-mb N] [--iterations N] [--output JSON]

CAPTURE is a pcap file. The command line analyses it with both reports, and then the same traffic of N MB (500; 0: not), each
time later and between other addresses. Peaks are the largest resident set that the kernel saw. Prints figures and PASS or FAIL,
and exits with 0 or 1. --detailed tells what each step adds. Standard library only.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from measuring import COMMAND, lengthened, measure, tell

SMALL_PEAK_MB = 150
LARGE_PEAK_MB = 250
# Commands that do more and more of an analysis.
STEPS = {
    "start": ["--version"],
    "flows": ["query", "{capture}", "SELECT count(*) FROM flows"],
    "tables": ["query", "{capture}", "SELECT count(*) FROM tcp_ledger"],
    "diagnosis": ["analyze", "{capture}", "--no-report"],
    "reports": ["analyze", "{capture}", "--out", "{folder}"],
}


def peak_mb(step: str, capture: Path, folder: Path, iterations: int = 1) -> float:
    command = [*COMMAND, *(part.format(capture=capture, folder=folder) for part in STEPS[step])]
    return max(measure(command).peak_bytes for _ in range(iterations)) / 1e6


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("capture", type=Path)
    parser.add_argument("--detailed", action="store_true")
    parser.add_argument("--large-mb", type=int, default=500)
    parser.add_argument("--iterations", type=int, default=3)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    figures: dict[str, float] = {"capture_mb": options.capture.stat().st_size / 1e6}
    with tempfile.TemporaryDirectory(prefix="pcap-memory-") as name:
        folder = Path(name)
        if options.detailed:
            for step in STEPS:
                figures[f"{step}_peak_mb"] = peak_mb(step, options.capture, folder)
        figures["peak_mb"] = peak_mb("reports", options.capture, folder, options.iterations)
        checks = {f"the peak is at most {SMALL_PEAK_MB} MB": figures["peak_mb"] <= SMALL_PEAK_MB}
        if options.large_mb:
            large = lengthened(options.capture, options.large_mb * 1_000_000, folder / "large.pcap")
            figures["large_mb"] = options.large_mb
            figures["large_peak_mb"] = peak_mb("reports", large, folder)
            sentence = f"the peak of {options.large_mb} MB of the same traffic is at most {LARGE_PEAK_MB} MB"
            checks[sentence] = figures["large_peak_mb"] <= LARGE_PEAK_MB
    return tell(figures, checks, options.output)


if __name__ == "__main__":
    sys.exit(main())
