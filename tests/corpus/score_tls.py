"""Scores handshakes of TLS and DTLS and connections of QUIC against what tshark says.

    score_tls.py SHARED [--scores FILE]

For each stream of each capture of SHARED, with tshark's answers remembered in .cache/tshark:

- TLS, DTLS: how many ClientHellos and ServerHellos, the server's name, the version, how many
  alerts that are not encrypted;
- QUIC: the frame of the ClientHello, the server's name, the version.

And in SHARED/lab with what the programs wrote down (tls_truth.py).

What differs stands in allowed_tls.toml with its reason; an entry that no longer applies fails. Exits 1 when a difference is not
listed, or the lab knows better.
"""

import argparse
import os
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import scores
import tls_truth
import tshark_fields
from scores import Score
from tshark_fields import Frame

import pcap_analyzer as pa
from pcap_analyzer.tables import Tables

ALLOWED = Path(__file__).with_name("allowed_tls.toml")
VERSIONS = {
    0x0300: "SSL 3.0",
    0x0301: "TLS 1.0",
    0x0302: "TLS 1.1",
    0x0303: "TLS 1.2",
    0x0304: "TLS 1.3",
    0xFEFF: "DTLS 1.0",
    0xFEFD: "DTLS 1.2",
    0xFEFC: "DTLS 1.3",
}
QUIC_VERSIONS = {0x1: "1", 0x6B3343CF: "2"} | {0xFF000000 + draft: f"draft {draft}" for draft in range(23, 35)}
CLIENT_HELLO, SERVER_HELLO = "1", "2"

# What is compared: facts of one capture, each by itself, with how often it occurs.
Facts = Counter[str]


@dataclass(frozen=True)
class Protocol:
    """How the facts of a protocol are had from tshark and from us."""

    name: str
    theirs: Callable[[list[Frame]], Facts]
    ours: Callable[[Tables], Facts]


# ---- tshark's -----------------------------------------------------------------------------------------------------


def streams(frames: list[Frame], carrier: str, layer: str) -> Iterator[tuple[str, list[Frame]]]:
    """The frames with a protocol, by stream."""
    found = defaultdict(list)
    for frame in frames:
        layers = frame["frame.protocols"][0].split(":")
        if layer in layers and ("quic" in layers) == (layer == "quic") and frame[f"{carrier}.stream"]:
            found[frame[f"{carrier}.stream"][-1]].append(frame)
    yield from found.items()


def handshakes(carrier: str, layer: str) -> Callable[[list[Frame]], Facts]:
    """The facts of TLS or DTLS."""

    def facts_of(frames: list[Frame]) -> Facts:
        facts: Facts = Counter()
        for stream, members in streams(frames, carrier, layer):
            begin = f"stream {stream}:"
            facts.update(f"{begin} {fact}" for fact in hellos(members, layer))
            alerts = sum(len(frame[f"{layer}.alert_message.desc"]) for frame in members)
            if alerts:
                facts[f"{begin} {alerts} alerts"] += 1
        return facts

    return facts_of


def hellos(frames: list[Frame], layer: str) -> Iterator[str]:
    for kind, name in ((CLIENT_HELLO, "ClientHello"), (SERVER_HELLO, "ServerHello")):
        count = sum(frame[f"{layer}.handshake.type"].count(kind) for frame in frames)
        if count:
            yield f"{count} {name}"
    names = [name for frame in frames for name in frame[f"{layer}.handshake.extensions_server_name"]]
    if names:
        yield f"asks for {names[-1]}"
    answers = [frame for frame in frames if SERVER_HELLO in frame[f"{layer}.handshake.type"]]
    if answers:
        chosen = (
            answers[-1][f"{layer}.handshake.extensions.supported_version"] or answers[-1][f"{layer}.handshake.version"]
        )
        yield f"version {VERSIONS.get(int(chosen[-1], 0), chosen[-1])}"


def quic_of_tshark(frames: list[Frame]) -> Facts:
    facts: Facts = Counter()
    for stream, members in streams(frames, "udp", "quic"):
        for frame in members:
            if CLIENT_HELLO in frame["tls.handshake.type"]:
                facts[f"stream {stream}: ClientHello in frame {frame['frame.number'][0]}"] += 1
            for name in frame["tls.handshake.extensions_server_name"]:
                facts[f"stream {stream}: asks for {name}"] += 1
        versions = {QUIC_VERSIONS.get(int(version, 0)) for frame in members for version in frame["quic.version"]}
        for version in versions - {None}:
            facts[f"stream {stream}: version {version}"] += 1
    return facts


# ---- ours ---------------------------------------------------------------------------------------------------------


def our_handshakes(transport: str) -> Callable[[Tables], Facts]:
    def facts_of(tables: Tables) -> Facts:
        facts: Facts = Counter()
        query = f"""
            SELECT stream, sum(client_hellos)::BIGINT AS client_hellos, sum(server_hellos)::BIGINT AS server_hellos,
                   arg_max(server_name, start_frame) AS name, arg_max(version, server_hello_frame) AS version,
                   sum(alerts)::BIGINT AS alerts
            FROM tls_handshakes WHERE transport = '{transport}' GROUP BY stream
        """
        for row in tables.rows(query):
            told = {
                f"{row['client_hellos']} ClientHello": row["client_hellos"],
                f"{row['server_hellos']} ServerHello": row["server_hellos"],
                f"asks for {row['name']}": row["name"],
                f"version {row['version']}": row["version"],
                f"{row['alerts']} alerts": row["alerts"],
            }
            facts.update(f"stream {row['stream']}: {fact}" for fact, is_so in told.items() if is_so)
        return facts

    return facts_of


def our_quic(tables: Tables) -> Facts:
    facts: Facts = Counter()
    for row in tables.rows("SELECT stream, client_hello_frame AS frame, server_name, version FROM quic_connections"):
        told = {
            f"ClientHello in frame {row['frame']}": row["frame"],
            f"asks for {row['server_name']}": row["server_name"],
        }
        facts.update(f"stream {row['stream']}: {fact}" for fact, is_so in told.items() if is_so)
        facts[f"stream {row['stream']}: version {row['version']}"] += 1
    return facts


PROTOCOLS = (
    Protocol("TLS", handshakes("tcp", "tls"), our_handshakes("tcp")),
    Protocol("DTLS", handshakes("udp", "dtls"), our_handshakes("udp")),
    Protocol("QUIC", quic_of_tshark, our_quic),
)
FILTER = "tls or dtls or quic"
FIELDS = ["frame.number", "frame.protocols", "tcp.stream", "udp.stream", "quic.version"]
for _layer in ("tls", "dtls"):
    FIELDS += [f"{_layer}.handshake.type", f"{_layer}.handshake.extensions_server_name", f"{_layer}.handshake.version"]
    FIELDS += [f"{_layer}.handshake.extensions.supported_version", f"{_layer}.alert_message.desc"]


# ---- comparing ----------------------------------------------------------------------------------------------------


@dataclass
class Reading:
    """What one capture gave, by protocol: facts that agree, and those that only one of the two has."""

    capture: Path
    agreeing: Counter[str] = field(default_factory=Counter)
    differing: dict[str, set[str]] = field(default_factory=dict)
    problem: str = ""


def read(capture: Path) -> Reading:
    """Runs in a worker."""
    reading = Reading(capture)
    try:
        with pa.analyze(capture) as analysis:
            frames = tshark_fields.fields(capture, FILTER, FIELDS)
            for protocol in PROTOCOLS:
                compare(reading, protocol.name, protocol.theirs(frames), protocol.ours(analysis.tables))
    except Exception as error:  # whatever it is, it belongs to this capture, and the others count too
        reading.problem = f"FAILED: {type(error).__name__}: {error}"
    return reading


def compare(reading: Reading, name: str, theirs: Facts, ours: Facts) -> None:
    both = theirs & ours
    reading.agreeing[name] += both.total()
    differing = {f"tshark: {fact}" for fact in theirs - both} | {f"ours: {fact}" for fact in ours - both}
    if differing:
        reading.differing[name] = differing


def read_allowed(text: str) -> dict[tuple[str, str], set[str]]:
    """What may differ, by capture and protocol."""
    allowed: dict[tuple[str, str], set[str]] = {}
    for entry in tomllib.loads(text).get("differs", []):
        if not entry.get("reason", "").strip():
            raise SystemExit(f"{ALLOWED.name}: no reason for {entry['capture']}")
        allowed.setdefault((entry["capture"], entry["protocol"]), set()).update(entry["facts"])
    return allowed


def judge(readings: list[Reading], allowed: dict[tuple[str, str], set[str]]) -> Iterator[str]:
    """What differs and may not, and permissions that nobody needs."""
    seen = {(reading.capture.name, name): facts for reading in readings for name, facts in reading.differing.items()}
    yield from (f"{reading.capture.name}: {reading.problem}" for reading in readings if reading.problem)
    for capture, name in sorted(seen.keys() | allowed.keys()):
        differing, listed = seen.get((capture, name), set()), allowed.get((capture, name), set())
        yield from (f"{capture} {name}: {fact}" for fact in sorted(differing - listed))
        yield from (f"{capture} {name}: no longer differs, remove {fact!r}" for fact in sorted(listed - differing))


def score(name: str, readings: list[Reading], holds: bool) -> Score:
    agreeing = sum(reading.agreeing[name] for reading in readings)
    differing = sum(len(reading.differing.get(name, ())) for reading in readings)
    captures = sum(name in reading.differing for reading in readings)
    share = agreeing / max(agreeing + differing, 1)
    got = f"{agreeing} of {agreeing + differing} = {share:.2%}, {captures} captures differ"
    return Score(f"{name}: tshark", got, "each difference listed", holds and agreeing > 0)


def score_truth(lab: Path) -> tuple[Score, list[str]]:
    """What the programs of the lab know of their handshakes."""
    told = [
        (right, f"{path.name}: {what}") for path in tls_truth.captures(lab) for right, what in tls_truth.checks(path)
    ]
    wrong = [what for right, what in told if not right]
    got = f"{len(told) - len(wrong)} of {len(told)}"
    return Score("TLS: lab", got, "all, times within 5 % or 10 ms", bool(told) and not wrong), wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--scores", type=Path, help="add the scores to this file and do not print them")
    options = parser.parse_args()

    captures = [path for path in sorted((options.shared / "captures").iterdir()) if path.is_file()]
    captures += sorted((options.shared / "lab").glob("*.pcap*")) + sorted((options.shared / "perf").glob("*.pcap"))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        readings = list(pool.map(read, captures))
    wrong = list(judge(readings, read_allowed(ALLOWED.read_text())))
    for line in wrong:
        print("NOT ALLOWED:", line)
    results = [score(protocol.name, readings, not wrong) for protocol in PROTOCOLS]
    lab, untrue = score_truth(options.shared / "lab")
    for line in untrue:
        print("NOT TRUE:", line)
    results.append(lab)
    for result in results:
        if options.scores:
            scores.add(options.scores, result)
    if not options.scores:
        print(scores.table(results))
    return int(bool(wrong or untrue))


if __name__ == "__main__":
    sys.exit(main())
