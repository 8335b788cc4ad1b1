"""Scores requests and responses that belong together against the installed tshark.

    score_pairs.py SHARED [--scores FILE] [--only SUBSTRING]

For each protocol, over the captures of SHARED: the pairs of frames that we say and those that tshark says, and the time between
them. What differs stands in allowed_pairs.toml with its reason; an entry that no longer applies fails, and so does a share of
equal pairs below what was reached.
"""

import argparse
import os
import sys
import tomllib
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import scores
import tshark_fields
from scores import Score

import pcap_analyzer as pa

ALLOWED = Path(__file__).with_name("allowed_pairs.toml")
GROUPS = ("captures", "lab", "perf")


@dataclass(frozen=True)
class Protocol:
    name: str
    display_filter: str
    response_to: str  # the field with the frame of the request
    time: str
    ours: str  # SQL for request_frame, response_frame, response_time_ns
    need: float  # share of tshark's pairs that we must have, as was reached
    listed: bool = True  # whether each difference must stand in allowed_pairs.toml


def service(name: str, need: float, listed: bool = True) -> Protocol:
    ours = f"SELECT request_frame, response_frame, response_time_ns FROM service_transactions WHERE service = '{name}'"
    return Protocol(name, f"{name}.response_to && tcp", f"{name}.response_to", f"{name}.time", ours, need, listed)


PROTOCOLS = (
    Protocol(
        "http",
        "http.request_in && tcp",
        "http.request_in",
        "http.time",
        "SELECT request_frame, response_frame, response_time_ns FROM http_transactions WHERE http2_stream IS NULL",
        1.0,
    ),
    service("smb2", 0.99),
    # Its one capture is of a test suite that damages messages on purpose: which of them are messages is anyone's guess.
    service("ldap", 0.9, listed=False),
)

Pair = tuple[int, int]


@dataclass
class Reading:
    """What one capture gave."""

    capture: str
    theirs: dict[str, dict[Pair, int]] = field(default_factory=lambda: defaultdict(dict))
    ours: dict[str, dict[Pair, int]] = field(default_factory=lambda: defaultdict(dict))
    problem: str = ""

    def differing(self, protocol: str) -> dict[str, list[Pair]]:
        """Kind of difference → pairs."""
        theirs, ours = self.theirs[protocol], self.ours[protocol]
        late = [pair for pair in sorted(theirs.keys() & ours.keys()) if theirs[pair] != ours[pair]]
        kinds = {
            "missing": sorted(theirs.keys() - ours.keys()),
            "extra": sorted(ours.keys() - theirs.keys()),
            "time": late,
        }
        return {kind: pairs for kind, pairs in kinds.items() if pairs}


def nanoseconds(seconds: str) -> int:
    sign = -1 if seconds.startswith("-") else 1
    whole, _, part = seconds.lstrip("-").partition(".")
    return sign * (int(whole) * 10**9 + int(part.ljust(9, "0")[:9]))


def read(capture: Path) -> Reading:
    """Runs in a worker."""
    reading = Reading(capture.name)
    try:
        with pa.analyze(capture) as analysis:
            for protocol in PROTOCOLS:
                names = ["frame.number", protocol.response_to, protocol.time]
                for frame in tshark_fields.fields(capture, protocol.display_filter, names):
                    (number,), requests, times = (frame[name] for name in names)
                    # A frame with several responses names the request of each that has one.
                    for request, time in zip(requests, times, strict=False):
                        reading.theirs[protocol.name][int(request), int(number)] = nanoseconds(time)
                for row in analysis.tables.rows(protocol.ours):
                    request, response, time_ns = row.values()
                    if request is not None and response is not None:
                        reading.ours[protocol.name][request, response] = time_ns
    except Exception as error:  # whatever it is, it belongs to this capture, and the others count too
        reading.problem = f"{type(error).__name__}: {error}"
    return reading


Allowed = dict[str, dict[str, dict[str, set[Pair]]]]


def read_allowed(text: str) -> Allowed:
    """Protocol → capture → kind of difference → pairs."""
    allowed: Allowed = defaultdict(lambda: defaultdict(dict))
    for protocol, entries in tomllib.loads(text).items():
        for entry in entries:
            if not entry.get("reason", "").strip():
                raise SystemExit(f"allowed_pairs.toml: no reason for {entry['capture']}")
            for kind in ("missing", "extra", "time"):
                pairs = {(pair[0], pair[1]) for pair in entry.get(kind, [])}
                allowed[protocol][entry["capture"]][kind] = allowed[protocol][entry["capture"]].get(kind, set()) | pairs
    return allowed


def judge(readings: list[Reading], protocol: str, allowed: Allowed) -> list[str]:
    wrong = []
    for reading in readings:
        seen, may = reading.differing(protocol), allowed[protocol].pop(reading.capture, {})
        for kind in ("missing", "extra", "time"):
            pairs, listed = set(seen.get(kind, [])), may.get(kind, set())
            if pairs - listed:
                wrong.append(f"{protocol}: {reading.capture}: {kind}: {some(pairs - listed)}")
            if listed - pairs:
                wrong.append(f"{protocol}: {reading.capture}: not {kind}: {some(listed - pairs)}: remove that")
    wrong += [f"{protocol}: {name} is not there: remove it from allowed_pairs.toml" for name in allowed[protocol]]
    return wrong


def some(pairs: set[Pair]) -> str:
    return ", ".join(f"[{a}, {b}]" for a, b in sorted(pairs)[:12]) + (" …" if len(pairs) > 12 else "")


def score(readings: list[Reading], protocol: Protocol, wrong: list[str]) -> Score:
    theirs = sum(len(reading.theirs[protocol.name]) for reading in readings)
    equal = sum(
        reading.ours[protocol.name].get(pair) == time_ns
        for reading in readings
        for pair, time_ns in reading.theirs[protocol.name].items()
    )
    extra = sum(len(reading.differing(protocol.name).get("extra", [])) for reading in readings)
    share = equal / theirs if theirs else 0.0
    got = f"{equal} of {theirs} = {share:.3%}, {extra} more"
    need = f"{protocol.need:.1%}" + (", each difference listed" if protocol.listed else "")
    return Score(f"{protocol.name} pairs and times", got, need, share >= protocol.need and not wrong)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--scores", type=Path, help="add the scores to this file and do not print them")
    parser.add_argument(
        "--only", default="", help="captures with this in their name; the list of differences is left alone"
    )
    options = parser.parse_args()

    answers = ("*.tcp.tsv.gz", options.shared / "captures-oracle")
    captures = [
        options.shared / "captures" / path.name.removesuffix(".tcp.tsv.gz") for path in answers[1].glob(answers[0])
    ]
    captures += sorted((options.shared / "lab").glob("*.pcap*")) + sorted((options.shared / "perf").glob("*.pcap"))
    captures = [capture for capture in captures if options.only in capture.name]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        readings = sorted(pool.map(read, captures), key=lambda reading: reading.capture)
    allowed = read_allowed(ALLOWED.read_text() if not options.only else "")
    failed = [f"{reading.capture}: {reading.problem}" for reading in readings if reading.problem]
    results = []
    for protocol in PROTOCOLS:
        wrong = judge(readings, protocol.name, allowed) if protocol.listed else []
        results.append(score(readings, protocol, wrong))
        failed += wrong
    for line in failed:
        print("NOT ALLOWED:", line)
    for result in results:
        if options.scores:
            scores.add(options.scores, result)
    if not options.scores:
        print(scores.table(results))
    return int(bool(failed) or not all(result.holds for result in results))


if __name__ == "__main__":
    sys.exit(main())
