"""What Wireshark says of each TCP frame: tshark's answers and ours, and where they differ.

The rules are those of SHARED/tools/score_tcp.py: a frame agrees when it is in both, its set of tcp.analysis flags is
equal, and so is every number, times to the nanosecond.
"""

import csv
import gzip
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from pcap_analyzer.tables import Tables

# Our column -> what the answers call it, and how many of our units are one of theirs.
NUMBERS = {
    "stream": ("stream", 1),
    "payload_bytes": ("len", 1),
    "ws_ack_rtt_ns": ("ack_rtt", 10**9),
    "ws_initial_rtt_ns": ("irtt", 10**9),
    "ws_bytes_in_flight": ("bif", 1),
    "ws_rto_ns": ("rto", 10**9),
    "ws_rto_frame": ("rto_frame", 1),
    "ws_acks_frame": ("acks_frame", 1),
    "ws_duplicate_ack_number": ("dup_ack_num", 1),
}
FLAGS = "ws_flags"
MISSING, EXTRA = "missing frame", "extra frame"

Frame = dict[str, object]


@dataclass
class Comparison:
    """The TCP frames of a capture as tshark counts them, and in which columns some differ."""

    told: int = 0
    differing: dict[int, list[str]] = field(default_factory=dict)

    @property
    def frames(self) -> int:
        """A row of ours for a frame without TCP takes an agreeing frame away, or counts as one where there is none."""
        return max(self.told, len(self.differing))

    @property
    def agreeing(self) -> int:
        return self.frames - len(self.differing)


def flags(text: str | None) -> frozenset[str]:
    return frozenset(filter(None, (text or "").split(",")))


def expected(path: Path) -> dict[int, Frame]:
    """tshark's answers, by frame number."""
    frames = {}
    with gzip.open(path, "rt", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            frame: Frame = {FLAGS: flags(row["flags"])}
            for ours, (theirs, scale) in NUMBERS.items():
                frame[ours] = int(Decimal(row[theirs]) * scale) if row[theirs] else None
            frames[int(row["frame"])] = frame
    return frames


def ours(tables: Tables) -> dict[int, Frame]:
    """Our answers, by frame number; the table `tcp_segments` must have been asked for."""
    rows = tables.rows(f"SELECT frame_number, {FLAGS}, {', '.join(NUMBERS)} FROM tcp_segments")
    return {row["frame_number"]: {name: row[name] for name in NUMBERS} | {FLAGS: flags(row[FLAGS])} for row in rows}


def compare(want: dict[int, Frame], have: dict[int, Frame]) -> Comparison:
    comparison = Comparison(len(want))
    for number in sorted(want.keys() | have.keys()):
        if number not in have or number not in want:
            columns = [MISSING if number in want else EXTRA]
        else:
            columns = [name for name, value in want[number].items() if have[number][name] != value]
        if columns:
            comparison.differing[number] = columns
    return comparison
