"""Compares tcp_flows with tcptrace (`tcptrace -l -r -W -n --csv`), which is run as a tool.

    score_tcptrace.py SHARED [--only TEXT] [--scores FILE] [--show N]

A connection is compared where both know as many on its ports, with the same packets each way, and where its clock does not go
back. Compared is every number of tcptrace's long answer, to the digits that it prints.

- SHARED/tcp-cases/lab: real connections. What differs stands in allowed_tcptrace.toml, with its reason; an entry that no longer
  applies fails.
- SHARED/captures and SHARED/tcp-cases/crafted: strange ones, of which tcptrace says strange things too (a window of 2^64, a
  stream of 2^32 bytes). So much must agree as NEEDED_SHARE says.
"""

import argparse
import csv
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import scores
from scores import Score

import pcap_analyzer as pa

ALLOWED = Path(__file__).with_name("allowed_tcptrace.toml")
COMMAND = ("tcptrace", "-l", "-r", "-W", "-n", "--csv")

NEEDED_SHARE = 0.95

# tcptrace's field -> ours, {e} being the end that sends and {p} its peer. A time of ours is in milliseconds there.
COUNTS = {
    "total_packets": "{e}_packets",
    "resets_sent": "{e}_rst_packets",
    "ack_pkts_sent": "{e}_ack_packets",
    "pure_acks_sent": "{e}_bare_ack_packets",
    "sack_pkts_sent": "{e}_sack_packets",
    "dsack_pkts_sent": "{e}_dsack_packets",
    "max_sack_blks/ack": "{e}_most_sack_blocks",
    "unique_bytes_sent": "{e}_payload_bytes - tt_{e}_retransmitted_bytes - tt_{e}_window_probe_packets",
    "actual_data_pkts": "{e}_data_packets",
    "actual_data_bytes": "{e}_payload_bytes",
    "rexmt_data_pkts": "tt_{e}_retransmitted_packets",
    # It counts SYN and FIN as a byte each when they are sent again.
    "rexmt_data_bytes": "tt_{e}_retransmitted_bytes"
    " + greatest({e}_syn_packets - 1, 0) + greatest({e}_fin_packets - 1, 0)",
    "zwnd_probe_pkts": "tt_{e}_window_probe_packets",
    "zwnd_probe_bytes": "tt_{e}_window_probe_packets",
    "outoforder_pkts": "tt_{e}_out_of_order_packets",
    "pushed_data_pkts": "tt_{e}_pushed_data_packets",
    "SYN/FIN_pkts_sent": "{e}_syn_packets || '/' || {e}_fin_packets",
    "req_1323_ws/ts": "if({e}_window_scale_option IS NULL, 'N', 'Y') || '/' || if({e}_timestamps_option, 'Y', 'N')",
    "adv_wind_scale": "coalesce({e}_window_scale_option, 0)",
    "req_sack": "if({e}_sack_permitted_option, 'Y', 'N')",
    "urgent_data_pkts": "{e}_urgent_packets",
    "urgent_data_bytes": "tt_{e}_urgent_bytes",
    "mss_requested": "coalesce({e}_mss_bytes, 0)",
    "max_segm_size": "{e}_largest_payload_bytes",
    "min_segm_size": "{e}_smallest_payload_bytes",
    "avg_segm_size": "coalesce({e}_payload_bytes // nullif({e}_data_packets, 0), 0)",
    "max_win_adv": "{e}_window_max_bytes",
    "min_win_adv": "coalesce({e}_window_min_bytes, 0)",
    "zero_win_adv": "{e}_zero_window_packets",
    "avg_win_adv": "coalesce({e}_window_mean_bytes, 0)",
    "max_owin": "coalesce(tt_{e}_owin_max_bytes, 0)",
    "min_non-zero_owin": "coalesce(tt_{e}_owin_min_bytes, 0)",
    "avg_owin": "coalesce(tt_{e}_owin_mean_bytes, 0)",
    "wavg_owin": "coalesce({e}_outstanding_mean_bytes, 0)",
    "initial_window_bytes": "tt_{e}_initial_window_bytes",
    "initial_window_pkts": "tt_{e}_initial_window_packets",
    "ttl_stream_length": "tt_{e}_stream_bytes",
    "missed_data": "tt_{e}_missed_bytes",
    "truncated_data": "{e}_truncated_bytes",
    "truncated_packets": "{e}_truncated_packets",
    "hardware_dups": "tt_{e}_hardware_duplicate_packets",
    "RTT_samples": "tt_{e}_rtt_samples",
    "RTT_full_sz_smpls": "tt_{e}_full_rtt_samples",
    "post-loss_acks": "tt_{e}_post_loss_acks",
    "ambiguous_acks": "tt_{e}_ambiguous_acks",
    "segs_cum_acked": "tt_{e}_cumulatively_acked_packets",
    "duplicate_acks": "tt_{e}_duplicate_acks",
    "triple_dupacks": "tt_{e}_triple_duplicate_acks",
    "max_#_retrans": "tt_{e}_most_retransmissions",
}
TIMES = {
    "idletime_max": "{e}_longest_pause_ns",
    "RTT_min": "tt_{e}_rtt_min_ns",
    "RTT_max": "tt_{e}_rtt_max_ns",
    "RTT_avg": "tt_{e}_rtt_mean_ns",
    "RTT_stdev": "tt_{e}_rtt_deviation_ns",
    "RTT_full_sz_min": "tt_{e}_full_rtt_min_ns",
    "RTT_full_sz_max": "tt_{e}_full_rtt_max_ns",
    "RTT_full_sz_avg": "tt_{e}_full_rtt_mean_ns",
    "RTT_full_sz_stdev": "tt_{e}_full_rtt_deviation_ns",
    "RTT_min_(last)": "tt_{e}_last_rtt_min_ns",
    "RTT_max_(last)": "tt_{e}_last_rtt_max_ns",
    "RTT_avg_(last)": "tt_{e}_last_rtt_mean_ns",
    "RTT_sdv_(last)": "tt_{e}_last_rtt_deviation_ns",
    "min_retr_time": "tt_{e}_retransmission_time_min_ns",
    "max_retr_time": "tt_{e}_retransmission_time_max_ns",
    "avg_retr_time": "tt_{e}_retransmission_time_mean_ns",
    "sdv_retr_time": "tt_{e}_retransmission_time_deviation_ns",
    "RTT_from_3WHS": "handshake_{p}_rtt_ns",
}
# Others that it prints: the digits behind the point, and our figure in its unit.
OTHERS = {
    "data_xmit_time": (3, "coalesce({e}_last_data_time_ns - {e}_first_data_time_ns, 0) / 1e9"),
    "throughput": (0, "coalesce(({e}_payload_bytes - tt_{e}_retransmitted_bytes) * 1e9 / nullif(duration_ns, 0), 0)"),
}
# It tells no deviation of fewer than three.
DEVIATIONS = {
    "RTT_stdev": "RTT_samples",
    "RTT_sdv_(last)": "ambiguous_acks",
    "sdv_retr_time": "rexmt_data_pkts",
}
# It keeps microseconds, so that what it rounds is up to two of them off.
SLACK_MS = 0.002
DIRECTIONS = (("a2b", "b2a"), ("b2a", "a2b"))
ENDS = (("client", "server"), ("server", "client"))
NAMES = {*COUNTS, *TIMES, *OTHERS}
STRANGE = ("tcp-cases/crafted", "captures")
SUFFIXES = (".pcap", ".cap", ".pcapng", ".dmp")

Row = dict[str, Any]


@dataclass
class Compared:
    """One capture: cells that agree, and those that do not by field, each in words."""

    capture: str
    connections: int = 0
    agree: Counter[str] = field(default_factory=Counter)
    differ: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


# ---- what both say ------------------------------------------------------------------------------------------------


def told(capture: Path) -> list[Row]:
    """tcptrace's connections."""
    run = subprocess.run([*COMMAND, str(capture)], capture_output=True, check=False, timeout=120)
    lines = [line for line in run.stdout.decode(errors="replace").splitlines() if line and line[0] not in "#\t"]
    at = next((number for number, line in enumerate(lines) if line.startswith("conn_#")), None)
    if at is None:
        return []
    names, *rows = csv.reader([lines[at].replace(" ", "_"), *lines[at + 1 :]], skipinitialspace=True)
    return [{name: cell.strip() for name, cell in zip(names, row, strict=False)} for row in rows if row[0].isdigit()]


def said(capture: Path) -> list[Row]:
    """Our connections, each figure under tcptrace's name and direction."""
    cells = [f"{code.format(e=e, p=p)} AS '{name}_{e}'" for e, p in ENDS for name, code in expressions()]
    columns = "client, server, client_packets, server_packets, clock_steps, end_reason"
    with pa.analyze(capture) as analysis:
        return analysis.tables.rows(f"SELECT {columns}, {', '.join(cells)} FROM tcp_flows ORDER BY stream")


def expressions() -> Iterator[tuple[str, str]]:
    yield from COUNTS.items()
    yield from ((name, f"coalesce({code} / 1e6, 0)") for name, code in TIMES.items())
    yield from ((name, code) for name, (_, code) in OTHERS.items())


def end(address: str, port: str) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def pairs(theirs: list[Row], ours: list[Row]) -> Iterator[tuple[Row, Row, tuple[str, str]]]:
    """The same connection in both, and tcptrace's directions from our client and from our server."""
    known: dict[frozenset[str], list[Row]] = defaultdict(list)
    for row in ours:
        known[frozenset((row["client"], row["server"]))].append(row)
    named: dict[frozenset[str], list[Row]] = defaultdict(list)
    for row in theirs:
        named[frozenset((end(row["host_a"], row["port_a"]), end(row["host_b"], row["port_b"])))].append(row)
    for ends, rows in named.items():
        if len(rows) == len(known[ends]):
            for their, our in zip(rows, known[ends], strict=True):
                directions = DIRECTIONS[our["client"] != end(their["host_a"], their["port_a"])]
                packets = tuple(int(their[f"total_packets_{way}"]) for way in directions)
                if packets == (our["client_packets"], our["server_packets"]) and not our["clock_steps"]:
                    yield their, our, directions


# ---- comparing ----------------------------------------------------------------------------------------------------


def same(name: str, want: str, have: Any) -> bool:
    """Whether our figure is what tcptrace prints."""
    if want == "NA":
        return not have
    if name in TIMES:
        return abs(float(want) - float(have)) <= 0.05 + SLACK_MS
    if name in OTHERS:
        half = float(f"0.51e-{OTHERS[name][0]}")
        return abs(float(want) - float(have)) <= half + float(have) * 1e-4
    return want == str(have)


# ---- judging ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Allowed:
    """allowed_tcptrace.toml: what is never compared, what tcptrace always counts more, what differs in single captures."""

    unlike: set[str]
    more: dict[str, int]
    differs: dict[tuple[str, str], int]


def read_allowed(text: str) -> Allowed:
    entries = tomllib.loads(text)
    for entry in [*entries["unlike"], *entries["more"], *entries["allowed"]]:
        if not entry.get("reason", "").strip():
            raise SystemExit(f"allowed_tcptrace.toml: no reason for {entry}")
    unlike = {name for entry in entries["unlike"] for name in entry["fields"]}
    more = {name: entry["by"] for entry in entries["more"] for name in entry["fields"]}
    differs: Counter[tuple[str, str]] = Counter()
    for entry in entries["allowed"]:
        differs.update({(entry["capture"], name): count for name, count in entry["differs"].items()})
    return Allowed(unlike, more, dict(differs))


def compare(allowed: Allowed, capture: Path) -> Compared:
    """Runs in a worker."""
    compared = Compared(capture.name)
    for their, our, directions in pairs(told(capture), said(capture)):
        compared.connections += 1
        for (who, _), way in zip(ENDS, directions, strict=True):
            for name in NAMES - allowed.unlike:
                want, have = their[f"{name}_{way}"], our[f"{name}_{who}"]
                more = allowed.more.get(name, 0)
                few = name in DEVIATIONS and int(their[f"{DEVIATIONS[name]}_{way}"]) < 3
                if few or same(name, want, have) or (more and same(name, want, have + more)):
                    compared.agree[name] += 1
                else:
                    compared.differ[name].append(f"{our['client']} {who}: {want} there, {have} here")
    return compared


def wrong(found: list[Compared], allowed: Allowed) -> Iterator[str]:
    """What differs and may not, or may and does not."""
    seen = {(each.capture, name): texts for each in found for name, texts in each.differ.items()}
    for capture, name in sorted(seen.keys() | allowed.differs.keys()):
        texts, may = seen.get((capture, name), []), allowed.differs.get((capture, name), 0)
        if len(texts) != may:
            yield f"{capture}: {name}: {len(texts)} differ instead of {may}: {'; '.join(texts[:3])}"


def cells(found: list[Compared]) -> tuple[int, int]:
    """How many agree, and how many there are."""
    agree = sum(each.agree.total() for each in found)
    return agree, agree + sum(len(texts) for each in found for texts in each.differ.values())


def score(what: str, found: list[Compared], need: str, holds: bool) -> Score:
    (agree, total), connections = cells(found), sum(each.connections for each in found)
    return Score(what, f"{agree} of {total} = {agree / max(total, 1):.2%}, {connections} connections", need, holds)


def captures(folder: Path, only: str) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.suffix in SUFFIXES and only in path.name]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--only", default="", help="captures whose names contain this")
    parser.add_argument("--show", type=int, default=20, help="differences to print")
    parser.add_argument("--scores", type=Path, help="add the scores to this file and do not print them")
    options = parser.parse_args()

    allowed = read_allowed(ALLOWED.read_text())
    lab = captures(options.shared / "tcp-cases/lab", options.only)
    strange = [path for name in STRANGE for path in captures(options.shared / name, options.only)]
    with ProcessPoolExecutor() as pool:
        found = list(pool.map(partial(compare, allowed), lab + strange))
    real, others = found[: len(lab)], found[len(lab) :]
    lines = [line for line in wrong(real, allowed) if options.only in line.partition(":")[0]]
    for line in lines[: options.show]:
        print(line)
    (agree, total), (real_agree, _) = cells(others), cells(real)
    results = [
        score("tcptrace: lab", real, "all but explained", real_agree > 0 and not lines),
        score("tcptrace: captures", others, f"{NEEDED_SHARE:.0%}", 0 < NEEDED_SHARE * total <= agree),
    ]
    for result in results:
        if options.scores:
            scores.add(options.scores, result)
    if not options.scores:
        print(scores.table(results))
    return int(not options.only and not all(result.holds for result in results))


if __name__ == "__main__":
    sys.exit(main())
