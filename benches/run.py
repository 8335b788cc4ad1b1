"""Measures the core and the command against the peers that are installed.

    benches/run.py [--runs N] [--quick] [--no-write]

Makes captures of 1 and 10 million packets with the same number of open flows, and one of 1 million with many more (seeded, in
.cache/bench), runs each program over them and over the reference capture where that is at hand, and prints processor time, wall time, packets per
second and peak memory: medians. Without --no-write the results go into benches/README.md. tshark runs once on the large
capture. Standard library only; nothing here is a test.
"""

import argparse
import datetime
import os
import platform
import shutil
import statistics
import struct
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache" / "bench"
EXAMPLES = ROOT / "target" / "release" / "examples"
COMMAND = Path(sys.executable).with_name("pcap-analyzer")
OPEN_FLOWS, CROWDED = 1_000, 20_000
SMALL, LARGE = 1_000_000, 10_000_000
CORE, FLOWS, ANALYZE = "core alone", "core alone, flows", "pcap-analyzer analyze --no-report"
# Tables of which the core alone, flows, is asked for: nothing above flows is followed.
FLOW_TABLES = ("captures", "interfaces", "protocols", "endpoints", "flows", "buckets")
TIMES_OVER = 8

NOTES = f"""
CPU is user and system time of the process, wall the time until it ended; both are medians of the runs. Peak is the largest
resident set of any run (one of 17 MB or less is that of the runner itself). The captures made here have {OPEN_FLOWS:,} conversations open
at once, the crowded one {CROWDED:,}; their frames are cut at 128 bytes, and they lie in the page cache; "10 million × 5" is the large one fed five times in a row. The core alone reads chunks of 1 MiB, fills all
tables and lets go of them; the command starts Python, keeps the tables, queries them and prints the summary. capinfos counts
frames and decodes nothing; tcptrace and `tshark -z conv,tcp` know TCP conversations only. The reference capture is not part of
the repository; "reference × {TIMES_OVER}" is the same traffic {TIMES_OVER} times over, each time later and between other addresses. "core alone, flows" is
the core asked for the tables up to flows and nothing above them, as `query` asks it where SQL names no other.
""".strip()


@dataclass(frozen=True)
class Program:
    name: str
    arguments: Sequence[str | Path]
    # Runs on the large capture; a slow one is not asked more often.
    large_runs: int | None = None
    after: Sequence[str] = ()

    def command(self, capture: Path) -> list[str]:
        return [str(argument) for argument in (*self.arguments, capture, *self.after)]


@dataclass(frozen=True)
class Run:
    """What one run took."""

    cpu_seconds: float
    wall_seconds: float
    peak_bytes: int


@dataclass(frozen=True)
class Result:
    program: str
    capture: str
    packets: int
    runs: int
    median: Run

    @property
    def rate(self) -> float:
        return self.packets / self.median.cpu_seconds


# ---- measuring ----------------------------------------------------------------------------------------------------


def measure(command: Sequence[str]) -> Run:
    """Runs a command to its end, and reads from the kernel what it used."""
    nowhere = subprocess.DEVNULL
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdin=nowhere, stdout=nowhere, stderr=subprocess.PIPE)
    assert process.stderr
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {process.returncode}\n{said.decode(errors='replace')[-2000:]}")
    scale = 1 if sys.platform == "darwin" else 1024
    return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * scale)


def median(runs: Sequence[Run]) -> Run:
    return Run(
        statistics.median(run.cpu_seconds for run in runs),
        statistics.median(run.wall_seconds for run in runs),
        max(run.peak_bytes for run in runs),
    )


def programs() -> Iterator[Program]:
    yield Program(CORE, [EXAMPLES / "bench_core"])
    yield Program(FLOWS, [EXAMPLES / "bench_core"], after=["1", *FLOW_TABLES])
    yield Program(ANALYZE, [COMMAND, "analyze", "--no-report"])
    peers = [
        Program("tshark -q -z conv,tcp", ["tshark", "-n", "-q", "-z", "conv,tcp", "-r"], large_runs=1),
        Program("tshark -q -z expert", ["tshark", "-n", "-q", "-z", "expert", "-r"], large_runs=1),
        Program("tcptrace", ["tcptrace", "-n"], large_runs=1),
        Program("tcptrace -l -r -n", ["tcptrace", "-l", "-r", "-n"], large_runs=1),
        Program("capinfos -c", ["capinfos", "-c"]),
    ]
    for peer in peers:
        if shutil.which(str(peer.arguments[0])):
            yield peer
        else:
            print(f"{peer.arguments[0]} is not installed: {peer.name} is left out", file=sys.stderr)


def captures(quick: bool) -> Iterator[tuple[str, Path, int]]:
    """Name, file and packets of each capture; made when it is not there."""
    CACHE.mkdir(parents=True, exist_ok=True)
    sizes = [("1 million", SMALL, OPEN_FLOWS), ("crowded", SMALL, CROWDED), ("10 million", LARGE, OPEN_FLOWS)]
    for name, packets, open_flows in sizes[:1] if quick else sizes:
        path = CACHE / f"{packets}-{open_flows}.pcap"
        generator = EXAMPLES / "generate_capture"
        if not path.exists() or path.stat().st_mtime < generator.stat().st_mtime:
            print(f"making {path.relative_to(ROOT)} …", file=sys.stderr)
            subprocess.run([generator, path, str(packets), str(open_flows)], check=True)
        yield name, path, packets
    reference = ROOT.parent / "shared" / "perf" / "reference_131k.pcap"
    if reference.exists():
        yield "reference", reference, 131_000
        yield f"reference × {TIMES_OVER}", repeated(reference), TIMES_OVER * 131_000


def repeated(reference: Path) -> Path:
    """The reference traffic several times over, each time later and between addresses of its own: real traffic at length."""
    path = CACHE / f"reference-{TIMES_OVER}.pcap"
    if path.exists() and path.stat().st_mtime > reference.stat().st_mtime:
        return path
    print(f"making {path.relative_to(ROOT)} …", file=sys.stderr)
    data = reference.read_bytes()
    starts = list(records(data))
    span_s = max(seconds for _, seconds, _ in starts) - min(seconds for _, seconds, _ in starts) + 1
    with path.open("wb") as file:
        file.write(data[:24])
        for time in range(TIMES_OVER):
            for at, seconds, captured in starts:
                record = bytearray(data[at : at + 16 + captured])
                struct.pack_into("<I", record, 0, seconds + time * span_s)
                readdress(record, time)
                file.write(record)
    return path


def records(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Offset, second and captured bytes of each record of a little-endian pcap file."""
    at = 24
    while at + 16 <= len(data):
        seconds, _, captured, _ = struct.unpack_from("<IIII", data, at)
        yield at, seconds, captured
        at += 16 + captured


def readdress(record: bytearray, time: int) -> None:
    """Changes both addresses of an IPv4 or IPv6 packet behind Ethernet; nobody here checks its checksums."""
    places = {b"\x08\x00": (27, 31), b"\x86\xdd": (23, 39)}.get(bytes(record[28:30]), ())
    for place in places:
        record[16 + place] = record[16 + place] + time & 0xFF


def all_results(runs: int, quick: bool) -> list[Result]:
    results = []

    def run(program: Program, capture: str, path: Path, packets: int, times: int) -> None:
        measured = [measure(program.command(path)) for _ in range(times)]
        results.append(Result(program.name, capture, packets, times, median(measured)))
        print(line(results[-1]), flush=True)

    for capture, path, packets in captures(quick):
        warm(path)
        for program in programs():
            run(
                program, capture, path, packets, program.large_runs if program.large_runs and packets == LARGE else runs
            )
        if packets == LARGE:
            five_times = Program(CORE, [EXAMPLES / "bench_core"], after=["5"])
            run(five_times, "10 million × 5", path, 5 * LARGE, 1)
    return results


def warm(path: Path) -> None:
    """Reads a file, so that the first program does not pay for the disk.

    In small bites: what this process once held counts as the peak of its children.
    """
    with path.open("rb") as file:
        while file.read(1 << 18):
            pass


# ---- telling ------------------------------------------------------------------------------------------------------


def line(result: Result) -> str:
    run = result.median
    return (
        f"{result.capture:14}  {result.program:34} {run.cpu_seconds:9.3f} s cpu {run.wall_seconds:9.3f} s wall "
        f"{result.rate / 1e6:7.2f} M packets/cpu-s {run.peak_bytes / 1e6:7.0f} MB"
    )


def table(results: Sequence[Result]) -> Iterator[str]:
    yield "| capture | program | CPU s | wall s | million packets per CPU second | peak MB | CPU against core alone | runs |"
    yield "|---|---|---:|---:|---:|---:|---:|---:|"
    core = {result.capture: result.median.cpu_seconds for result in results if result.program == CORE}
    for result in results:
        run = result.median
        yield (
            f"| {result.capture} | `{result.program}` | {run.cpu_seconds:.3f} | {run.wall_seconds:.3f} | {result.rate / 1e6:.2f} "
            f"| {run.peak_bytes / 1e6:.0f} | {run.cpu_seconds / core[result.capture]:.2f} × | {result.runs} |"
        )


def growth(results: Sequence[Result]) -> Iterator[str]:
    """Whether the time per packet stays the same when the capture is ten times as long."""
    cost = {(result.program, result.capture): 1e9 / result.rate for result in results}
    for program in (CORE, ANALYZE):
        small = cost.get((program, "1 million"))
        for capture in ("10 million", "10 million × 5"):
            if small and (large := cost.get((program, capture))):
                yield (
                    f"- `{program}`: {small:.0f} ns of CPU per packet at 1 million packets, {large:.0f} ns at {capture}: "
                    f"{large / small - 1:+.0%}."
                )


def machine() -> str:
    model = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(text.split(":", 1)[1].strip() for text in lines if text.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{model}, {os.cpu_count()} cores, {platform.system()}"


def version(command: Sequence[str]) -> str:
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return "not installed"
    said = (run.stdout or run.stderr).strip().splitlines()
    return said[0].strip() if said else "unknown"


def versions() -> Iterator[str]:
    yield f"- pcap-analyzer: {version([str(COMMAND), '--version'])}, commit {version(['git', '-C', str(ROOT), 'describe', '--always', '--dirty'])}"
    yield f"- rustc: {version(['rustc', '--version'])}; Python {platform.python_version()}"
    for peer, option in (("tshark", "-v"), ("tcptrace", "-v"), ("capinfos", "-v")):
        if shutil.which(peer):
            yield f"- {peer}: {version([peer, option]).removeprefix('Argument 0: ')}"


def document(results: Sequence[Result]) -> str:
    today = datetime.datetime.now(tz=datetime.UTC).date()
    lines = [
        "# Measurements",
        "",
        "Written by `make bench`; do not edit. Anyone can repeat them: the captures are made from a seed by",
        "`crates/core/examples/generate_capture`.",
        "",
        f"{today}, on {machine()}.",
        "",
        *versions(),
        "",
        *table(results),
        "",
        *growth(results),
        "",
        textwrap.fill(NOTES, 120),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="runs of each program (default %(default)s)")
    parser.add_argument("--quick", action="store_true", help="leave out the capture of 10 million packets")
    parser.add_argument("--no-write", action="store_true", help="leave benches/README.md as it is")
    options = parser.parse_args()
    build = ["cargo", "build", "--quiet", "--release", "--locked", "-p", "pcap-analyzer-core"]
    subprocess.run([*build, "--example", "bench_core", "--example", "generate_capture"], check=True, cwd=ROOT)
    results = all_results(options.runs, options.quick)
    print("\n".join(["", *table(results), "", *growth(results)]))
    if not options.no_write:
        (ROOT / "benches" / "README.md").write_text(document(results))


if __name__ == "__main__":
    main()
