#!/usr/bin/env python
"""Times the command line beside tshark, capinfos and tcptrace with hyperfine, and writes docs/performance/figures.md.

    figures.py CAPTURE [--runs N] [--output FILE]

Each command is run once to warm up. A program that is not installed has no row.
"""

import argparse
import json
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import measuring

ROOT = Path(__file__).resolve().parent.parent
OURS = ROOT / ".venv" / "bin" / "pcap-analyzer"
PAGE = ROOT / "docs" / "performance" / "figures.md"

# What is shown, and the command; {ours}, {capture} and {folder} are put in.
COMMANDS = (
    ("pcap-analyzer analyze --no-report", "{ours} analyze {capture} --no-report --quiet"),
    ("pcap-analyzer analyze, with HTML and JSON", "{ours} analyze {capture} --out {folder} --quiet"),
    ("pcap-analyzer query, one table", "{ours} query {capture} 'FROM tcp_flows' --format csv --quiet"),
    ("capinfos", "capinfos {capture}"),
    ("tcptrace -l -r -n", "tcptrace -l -r -n {capture}"),
    ("tshark -q -z conv,tcp", "tshark -q -z conv,tcp -r {capture}"),
    ("tshark -q -z expert", "tshark -q -z expert -r {capture}"),
)


def commands(capture: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """Those whose program is there, as they are shown and as a shell takes them."""
    values = {"ours": OURS, "capture": capture, "folder": folder}
    for shown, template in COMMANDS:
        command = template.format(**{name: shlex.quote(str(value)) for name, value in values.items()})
        if shutil.which(shlex.split(command)[0]):
            yield shown, command


def timed(chosen: list[tuple[str, str]], runs: int, results: Path) -> list[dict[str, Any]]:
    """What hyperfine says of each command."""
    names = [word for shown, _ in chosen for word in ("--command-name", shown)]
    options = ["--warmup", "1", "--runs", str(runs), "--export-json", str(results), *names]
    subprocess.run(["hyperfine", *options, *(command for _, command in chosen)], check=True)
    found: list[dict[str, Any]] = json.loads(results.read_text("utf-8"))["results"]
    return found


def document(capture: Path, results: list[dict[str, Any]]) -> str:
    """The page."""
    packets = measuring.packets(capture)
    rows = "".join(_row(result, packets) for result in results)
    return (
        "# Figures of the command line\n\n"
        f"Written by `make figures`; do not edit. {datetime.now(UTC):%Y-%m-%d}, {platform.system()} on {platform.machine()},"
        f" {_version('hyperfine')}, {_version('tshark')}.\n\n"
        f"The capture is `{capture.name}`: {packets:,} packets, {capture.stat().st_size / 1e6:.1f} MB. Walls are means with"
        " their standard deviation, each of a whole run from start to end of the process, after one to warm up.\n\n"
        "| command | wall ms | fastest | slowest | CPU ms | packets/s | runs |\n|---|---:|---:|---:|---:|---:|---:|\n"
        f"{rows}"
    )


def _row(result: dict[str, Any], packets: int) -> str:
    cpu = result["user"] + result["system"]
    wall = f"{result['mean'] * 1e3:,.0f} ± {(result['stddev'] or 0) * 1e3:,.0f}"
    ends = f"{result['min'] * 1e3:,.0f} | {result['max'] * 1e3:,.0f}"
    rate = f"{packets / result['mean']:,.0f}"
    return f"| `{result['command']}` | {wall} | {ends} | {cpu * 1e3:,.0f} | {rate} | {len(result['times'])} |\n"


def _version(program: str) -> str:
    if not shutil.which(program):
        return f"no {program}"
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return " ".join(told.split()[:3]).rstrip(".")


def main() -> int:
    """Measures and writes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("capture", type=Path)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--output", type=Path, default=PAGE)
    options = parser.parse_args()
    if not shutil.which("hyperfine"):
        sys.exit("figures: hyperfine is missing. Install with: sudo apt-get install -y hyperfine")
    if not options.capture.is_file():
        sys.exit(f"figures: there is no capture at {options.capture}")
    with tempfile.TemporaryDirectory() as folder:
        chosen = list(commands(options.capture, Path(folder) / "reports"))
        results = timed(chosen, options.runs, Path(folder) / "results.json")
    options.output.write_text(document(options.capture, results), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
