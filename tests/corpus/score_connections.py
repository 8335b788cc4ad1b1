"""Scores what the product says of TCP connections against what tshark says and against what is known to be true.

    score_connections.py SHARED [--scores FILE]

Reads every capture of SHARED once, several at a time, and compares:

- captures: each TCP frame with tshark's answer, 99.99 % of them equal; what differs stands in allowed_tcp.toml;
- all captures: the ledger of every connection is exact (tcp_ledger.py);
- tcp-cases/lab: the three taps of each scenario agree (taps.py);
- lab: retransmissions and the server's time to think against the truth (truth.py).

Exits 1 when a score is below what it must be. What SHARED/tools/score_tcp.py says of crafted captures is not repeated.
"""

import argparse
import os
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import scores
import taps
import tcp_frames
import tcp_ledger
import truth
from scores import Score

import pcap_analyzer as pa

ALLOWED = Path(__file__).with_name("allowed_tcp.toml")
NEEDED_SHARE = 0.9999
GROUPS = ("captures", "tcp-cases/crafted", "tcp-cases/lab", "lab", "perf")

SUMS = """
    SELECT (SELECT count(*) FROM tcp_flows) AS connections,
           (SELECT coalesce(sum(client_retransmitted_packets + server_retransmitted_packets), 0)::BIGINT FROM tcp_flows)
               AS retransmitted,
           (SELECT coalesce(sum(duration_ns), 0) / 1e6 FROM tcp_ledger WHERE category = 'think' AND side = 'server')
               AS think_ms
"""


@dataclass(frozen=True)
class Task:
    group: str
    capture: Path
    answers: Path | None = None  # tshark's, to be compared with


@dataclass
class Reading:
    """What one capture gave."""

    task: Task
    problems: list[str] = field(default_factory=list)
    frames: tcp_frames.Comparison = field(default_factory=tcp_frames.Comparison)
    shares: dict[str, float] = field(default_factory=dict)
    connections: int = 0
    retransmitted: int = 0
    think_ms: float = 0.0

    @property
    def name(self) -> str:
        return self.task.capture.name


# ---- reading ------------------------------------------------------------------------------------------------------


def tasks(shared: Path, truths: list[truth.Truth]) -> list[Task]:
    """Every capture there is."""
    found = []
    for group in ("captures", "tcp-cases/crafted", "tcp-cases/lab"):
        for path in sorted((shared / f"{group}-oracle").glob("*.tcp.tsv.gz")):
            capture = shared / group / path.name.removesuffix(".tcp.tsv.gz")
            found.append(Task(group, capture, path if group == "captures" else None))
    found += [Task("lab", one.capture) for one in truths]
    return found + [Task("perf", path) for path in sorted((shared / "perf").glob("*.pcap"))]


def read(task: Task) -> Reading:
    """Runs in a worker."""
    reading = Reading(task)
    try:
        with pa.analyze(task.capture, on_demand=["tcp_segments"]) as analysis:
            tables = analysis.tables
            reading.problems = tcp_ledger.problems(tables)
            reading.shares = tcp_ledger.shares(tables)
            sums = tables.row(SUMS)
            reading.connections = sums["connections"]
            reading.retransmitted = sums["retransmitted"]
            reading.think_ms = sums["think_ms"]
            if task.answers:
                reading.frames = tcp_frames.compare(tcp_frames.expected(task.answers), tcp_frames.ours(tables))
    except Exception as error:  # whatever it is, it belongs to this capture, and the others count too
        reading.problems = [f"FAILED: {type(error).__name__}: {error}"]
    return reading


# ---- judging ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Allowed:
    """allowed_tcp.toml: capture -> kind of difference -> frames, and scenario -> what may differ between its taps."""

    frames: dict[str, dict[str, list[int]]]
    taps: dict[str, taps.Allowed]


def read_allowed(text: str) -> Allowed:
    told = tomllib.loads(text)
    for entry in [*told["frames"], *told["taps"]]:
        if not entry.get("reason", "").strip():
            raise SystemExit(f"allowed_tcp.toml: no reason for {entry.get('capture') or entry.get('scenario')}")
    frames: dict[str, dict[str, list[int]]] = {}
    for entry in told["frames"]:
        frames.setdefault(entry["capture"], {})[entry["differs"]] = entry["frames"]
    return Allowed(
        frames,
        {e["scenario"]: taps.Allowed(tuple(e.get("dominant", ())), e.get("points")) for e in told["taps"]},
    )


def judge_frames(readings: list[Reading], allowed: dict[str, dict[str, list[int]]]) -> Iterator[str]:
    """Frames that differ otherwise than is allowed, and permissions that nobody needs."""
    for reading in readings:
        seen: dict[str, list[int]] = {}
        for number, columns in reading.frames.differing.items():
            seen.setdefault(", ".join(columns), []).append(number)
        may = allowed.get(reading.name, {})
        for kind in sorted(seen.keys() | may.keys()):
            differing, listed = set(seen.get(kind, [])), set(may.get(kind, []))
            if differing - listed:
                yield f"{reading.name} differs from tshark in {kind}: frames {some(differing - listed)}"
            if listed - differing:
                yield f"{reading.name} does not differ in {kind}, frames {some(listed - differing)}: remove that"
    for name in sorted(allowed.keys() - {reading.name for reading in readings}):
        yield f"{name} is not there: remove it from allowed_tcp.toml"


def some(numbers: set[int]) -> str:
    first = sorted(numbers)[:8]
    return ", ".join(map(str, first)) + (f" and {len(numbers) - 8} more" if len(numbers) > 8 else "")


def score_frames(readings: list[Reading], wrong: list[str]) -> Score:
    frames = sum(reading.frames.frames for reading in readings)
    agreeing = sum(reading.frames.agreeing for reading in readings)
    share = agreeing / frames if frames else 0.0
    differing = sum(bool(reading.frames.differing) for reading in readings)
    return Score(
        "TCP frames: captures",
        f"{agreeing} of {frames} = {share:.4%}, {differing} captures differ",
        f"{NEEDED_SHARE:.2%}, each difference listed",
        share >= NEEDED_SHARE and not wrong,
    )


def score_ledger(readings: list[Reading]) -> Score:
    exact = sum(not reading.problems for reading in readings)
    connections = sum(reading.connections for reading in readings)
    got = f"{exact} of {len(readings)} captures, {connections} connections"
    return Score("ledger adds up", got, "all", exact == len(readings) > 0)


def score_taps(readings: list[Reading], allowed: dict[str, taps.Allowed]) -> tuple[Score, list[str]]:
    shares = {reading.task.capture.stem: reading.shares for reading in readings}
    seen = taps.scenarios(shares)
    wrong = list(taps.judge(seen, allowed))
    agreeing = sum(one.agrees for one in seen)
    for one in seen:
        if not one.agrees:
            print(f"taps: {one}")
    got = f"{agreeing} of {len(seen)} scenarios, {len(seen) - agreeing} differ more"
    return Score("same at three taps", got, f"within {taps.POINTS:g} points, or listed", not wrong), wrong


def score_truth(readings: list[Reading], truths: dict[str, truth.Truth]) -> Iterator[Score]:
    retransmissions = truth.Retransmissions()
    close = asked = 0
    for reading in readings:
        told = truths[reading.name]
        retransmissions.count(told, reading.retransmitted)
        if told.waited_ms is None:
            continue
        asked += 1
        right = truth.is_close(reading.think_ms, told.waited_ms)
        close += right
        if not right:
            print(f"{reading.name}: the server thought {reading.think_ms:.0f} ms, clients waited {told.waited_ms:.0f}")
    ours, theirs = retransmissions.our_error, retransmissions.wireshark_error
    yield Score(
        "retransmissions: lab",
        f"{ours} off, Wireshark {theirs}, of the kernels' {retransmissions.kernels}",
        "less than a fifth of Wireshark's",
        5 * ours < theirs,
    )
    yield Score("server's time to think: lab", f"{close} of {asked}", "all, within 5 % or 10 ms", close == asked > 0)


def judge(readings: list[Reading], truths: dict[str, truth.Truth], allowed: Allowed) -> tuple[list[Score], list[str]]:
    """The scores, and what is wrong."""
    groups = {name: [reading for reading in readings if reading.task.group == name] for name in GROUPS}
    wrong = list(judge_frames(groups["captures"], allowed.frames))
    frames = score_frames(groups["captures"], wrong)
    wrong += [f"there are no captures in {name}" for name, members in groups.items() if not members]
    for reading in groups["lab"]:
        known = truths[reading.name].connections
        if reading.connections < known:
            reading.problems.append(f"{reading.connections} connections where there were {known}")
    wrong += [f"{reading.name}: {problem}" for reading in readings for problem in reading.problems[:4]]
    same, more = score_taps(groups["tcp-cases/lab"], allowed.taps)
    return [frames, score_ledger(readings), same, *score_truth(groups["lab"], truths)], wrong + more


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--scores", type=Path, help="add the scores to this file and do not print them")
    options = parser.parse_args()

    truths = [truth.read(path) for path in sorted((options.shared / "lab").glob("*.truth.json"))]
    todo = sorted(tasks(options.shared, truths), key=lambda task: -task.capture.stat().st_size)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        readings = list(pool.map(read, todo))
    readings.sort(key=lambda reading: (reading.task.group, reading.name))
    allowed = read_allowed(ALLOWED.read_text())
    results, wrong = judge(readings, {one.capture.name: one for one in truths}, allowed)
    for line in wrong:
        print("NOT ALLOWED:", line)
    for score in results:
        if options.scores:
            scores.add(options.scores, score)
    if not options.scores:
        print(scores.table(results))
    return int(bool(wrong) or not all(score.holds for score in results))


if __name__ == "__main__":
    sys.exit(main())
