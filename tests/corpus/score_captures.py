"""Compares what the product says of wide, public captures with what tshark said of them.

    score_captures.py SHARED [--only TEXT] [--show N]

SHARED/captures holds the captures, SHARED/captures-oracle/NAME.stats.json the answers (made by SHARED/tools/make_oracle.py).
Compared are packets, bytes on the wire, bytes captured, first, last, earliest and latest time, and every TCP and UDP
conversation with packets and bytes each way. Each capture is read in a child process through the border, and once more by
the command `analyze`.

Differences that are known and reasoned stand in allowed.toml; an entry that no longer applies fails too. Exits 1 on any
other difference, on a crash, a traceback, or when a capture takes more than 30 s.
"""

import argparse
import json
import os
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from ipaddress import ip_address
from pathlib import Path
from typing import Any

ALLOWED = Path(__file__).with_name("allowed.toml")
COMMAND = Path(sys.executable).with_name("pcap-analyzer")
SECONDS = 30

# What the oracle calls it -> what the table `captures` calls it.
FACTS = {"packets": "packets", "bytes_on_wire": "wire_bytes", "bytes_captured": "captured_bytes"}
TIMES = {
    "first_frame_time": "first_time_ns",
    "last_frame_time": "last_time_ns",
    "earliest_time": "earliest_time_ns",
    "latest_time": "latest_time_ns",
}

# Our protocols -> tshark's kinds of conversations: it counts UDP-Lite with UDP.
KINDS = {"tcp": "tcp", "udp": "udp", "udplite": "udp"}

Side = tuple[str, int]
# The two ends in order, then packets and bytes from the first to the second, then back. Bytes are None where not known.
Conversation = tuple[Side, Side, int, int | None, int, int | None]


@dataclass
class Capture:
    name: str
    allowed: set[str] = field(default_factory=set)
    differences: list[str] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    conversations: int = 0
    packets: int = 0

    def differs(self, kind: str, text: str) -> None:
        """`kind` is what allowed.toml names."""
        self.kinds.add(kind)
        self.differences.append(text)

    def unexpected(self) -> set[str]:
        return self.kinds - self.allowed


# ---- what we say --------------------------------------------------------------------------------------------------


def answer(path: Path) -> None:
    """Runs in the child: prints our facts and conversations as JSON."""
    import duckdb

    from pcap_analyzer import _core

    tables = _core.analyze([str(path)])
    connection = duckdb.connect(config={"threads": 1})
    for name in ("captures", "flows"):
        connection.register(name, tables.table(name))
    names = [*FACTS.values(), *TIMES.values()]
    facts = connection.execute(f"SELECT {', '.join(names)} FROM captures").fetchone()
    flows = connection.execute(
        """
        SELECT protocol, client_address, client_port, server_address, server_port,
               client_packets, client_wire_bytes, server_packets, server_wire_bytes
        FROM flows WHERE protocol IN ('tcp', 'udp', 'udplite') ORDER BY flow
        """
    ).fetchall()
    print(json.dumps({"facts": dict(zip(names, facts or (), strict=True)), "flows": flows}))


def ask(path: Path) -> dict[str, Any]:
    command = [sys.executable, __file__, "--answer", str(path)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
    if run.returncode:
        raise RuntimeError((run.stderr.strip().splitlines() or [f"exit {run.returncode}"])[-1][:300])
    told: dict[str, Any] = json.loads(run.stdout)
    return told


# ---- comparing ----------------------------------------------------------------------------------------------------


def conversation(a: Side, b: Side, sent: tuple[int, int | None], received: tuple[int, int | None]) -> Conversation:
    """The same whichever end is named first."""
    if b < a:
        (a, b), (sent, received) = (b, a), (received, sent)
    return (a, b, *sent, *received)


def end(address: str, port: object) -> Side:
    return str(ip_address(address)), int(str(port))


def expected(oracle: dict[str, Any], kind: str) -> list[Conversation]:
    """sharkd's conversations, or tshark's where the two passes of sharkd saw other frames than one pass sees."""
    told = oracle["conversations"]
    exact = [
        conversation(end(a, a_port), end(b, b_port), (to_b, bytes_to_b), (to_a, bytes_to_a))
        for a, a_port, b, b_port, to_b, bytes_to_b, to_a, bytes_to_a, *_ in told[kind]
    ]
    if told["same_frames_as_tshark_z_conv"] is not False:
        return exact
    known = {(row[:2], row[2], row[4]): row for row in exact}
    rows = []
    for a, b, to_a, to_b, _ in told["tshark_z_conv"].get(kind, []):
        row = conversation(end(*a.rsplit(":", 1)), end(*b.rsplit(":", 1)), (to_b, None), (to_a, None))
        rows.append(known.get((row[:2], row[2], row[4]), row))
    return rows


def compare_conversations(capture: Capture, kind: str, want: list[Conversation], have: list[Conversation]) -> None:
    capture.conversations += len(want)
    missing, extra = list((Counter(want) - Counter(have)).elements()), list((Counter(have) - Counter(want)).elements())
    for row in [row for row in missing if row[3] is None]:  # bytes not known: packets alone must agree
        twin = next((other for other in extra if (other[:2], other[2], other[4]) == (row[:2], row[2], row[4])), None)
        if twin:
            missing.remove(row)
            extra.remove(twin)
    for label, rows in (("missing", missing), ("extra", extra)):
        for row in rows:
            capture.differs(f"{kind}_conversations", f"{kind} {label}: {show(row)}")


def show(row: Conversation) -> str:
    a, b, *counts = row
    return f"{a[0]} {a[1]} <-> {b[0]} {b[1]}  -> {counts[0]} ({counts[1]} B)  <- {counts[2]} ({counts[3]} B)"


def nanoseconds(text: str | None) -> int | None:
    return None if text is None else int(Decimal(text) * 10**9)


def compare(path: Path, oracle: dict[str, Any], allowed: set[str]) -> Capture:
    capture = Capture(path.name, allowed)
    try:
        ours = ask(path)
        command = [str(COMMAND), "analyze", str(path), "--no-report"]
        run = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        capture.differs("failed", f"takes more than {SECONDS} s")
        return capture
    except RuntimeError as error:
        capture.differs("failed", f"FAILED: {error}")
        return capture
    if run.returncode or "Traceback" in run.stderr or "panicked" in run.stderr:
        last = (run.stderr.strip().splitlines() or ["no message"])[-1]
        capture.differs("command", f"analyze: exit {run.returncode}: {last[:300]}")
    facts = ours["facts"]
    capture.packets = oracle["packets"]
    for theirs, name_here in FACTS.items():
        if facts[name_here] != oracle[theirs]:
            capture.differs(theirs, f"{theirs}: want {oracle[theirs]}, have {facts[name_here]}")
    for theirs, name_here in TIMES.items():
        if facts[name_here] != nanoseconds(oracle[theirs]):
            capture.differs(theirs, f"{theirs}: want {nanoseconds(oracle[theirs])}, have {facts[name_here]}")
    for kind in ("tcp", "udp"):
        have = [
            conversation(end(row[1], row[2]), end(row[3], row[4]), (row[5], row[6]), (row[7], row[8]))
            for row in ours["flows"]
            if KINDS.get(row[0]) == kind
        ]
        compare_conversations(capture, kind, expected(oracle, kind), have)
    return capture


# ---- the list of allowed differences ------------------------------------------------------------------------------


def read_allowed() -> dict[str, set[str]]:
    """Capture -> the kinds of difference that are allowed, each of them reasoned."""
    entries = tomllib.loads(ALLOWED.read_text())["allowed"]
    for entry in entries:
        if not entry.get("reason", "").strip():
            raise SystemExit(f"allowed.toml: no reason for {entry['capture']}")
    return {entry["capture"]: set(entry["differs"]) for entry in entries}


def judge(captures: list[Capture], allowed: dict[str, set[str]]) -> Iterator[str]:
    """What is wrong: differences that are not allowed, and permissions that nobody needs."""
    for capture in captures:
        if capture.unexpected():
            yield f"{capture.name} differs in {', '.join(sorted(capture.unexpected()))}"
        for kind in sorted(capture.allowed - capture.kinds):
            yield f"{capture.name} does not differ in {kind}: remove that from allowed.toml"
    for name in sorted(allowed.keys() - {capture.name for capture in captures}):
        yield f"{name} is not there: remove it from allowed.toml"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path, nargs="?")
    parser.add_argument("--only", default="", help="only captures whose name holds this text")
    parser.add_argument("--show", type=int, default=4, help="differences to print per capture")
    parser.add_argument("--live", action="store_true", help="answers made just now: allowed.toml does not apply")
    parser.add_argument("--answer", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.answer:
        answer(options.answer)
        return 0

    allowed = {} if options.live else read_allowed()
    allowed = {name: kinds for name, kinds in allowed.items() if options.only in name}
    tasks = []
    for path in sorted((options.shared / "captures-oracle").glob("*.stats.json")):
        name = path.name.removesuffix(".stats.json")
        if options.only in name:
            tasks.append((options.shared / "captures" / name, json.loads(path.read_text()), allowed.get(name, set())))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        captures = list(pool.map(lambda task: compare(*task), tasks))

    for capture in captures:
        for text in capture.differences[: options.show]:
            print(f"{capture.name}: {text}")
        if len(capture.differences) > options.show:
            print(f"{capture.name}: … {len(capture.differences) - options.show} more")
    wrong = list(judge(captures, allowed))
    for line in wrong:
        print("NOT ALLOWED:", line)
    identical = sum(not capture.differences for capture in captures)
    as_allowed = sum(bool(capture.differences) and not capture.unexpected() for capture in captures)
    print(
        f"captures: {len(captures)} compared, {identical} identical, {as_allowed} differ as allowed, "
        f"{len(captures) - identical - as_allowed} wrong; {sum(capture.packets for capture in captures)} packets, "
        f"{sum(capture.conversations for capture in captures)} conversations"
    )
    return int(bool(wrong) or not captures)


if __name__ == "__main__":
    sys.exit(main())
