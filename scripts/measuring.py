"""What the scripts that measure share: runs of a command, long captures, and how figures are told. Standard library only."""

import json
import os
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-m", "pcap_analyzer"]

_FILE_HEADER_BYTES = 24
_RECORD_HEADER_BYTES = 16
# Where the addresses end in a record: its header, Ethernet's 14 bytes, and IPv4's or IPv6's own.
_ADDRESS_ENDS = {b"\x08\x00": (16 + 29, 16 + 33), b"\x86\xdd": (16 + 37, 16 + 53)}
_ETHERTYPE = slice(16 + 12, 16 + 14)


@dataclass(frozen=True, slots=True)
class Run:
    """What the kernel says a process and its children used."""

    cpu_s: float
    wall_s: float
    peak_bytes: int


def measure(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> Run:
    """Runs a command to its end.

    A peak below what this process holds itself cannot be seen, since a child begins as its copy.
    """
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr
    said = process.stderr.read()
    process.stderr.close()
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        last = said.decode(errors="replace")[-2000:]
        raise SystemExit(f"FAIL {' '.join(map(str, command))}: exit {process.returncode}\n{last}")
    return Run(usage.ru_utime + usage.ru_stime, wall_s, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))


def lengthened(capture: Path, size_bytes: int, path: Path) -> Path:
    """The traffic of a pcap file (little-endian, Ethernet) again and again, each time later and between other addresses.

    Checksums no longer fit; nobody here checks them.
    """
    content = capture.read_bytes()
    starts = list(_records(content))
    span_s = max(second for _, second, _ in starts) - min(second for _, second, _ in starts) + 1
    with path.open("wb") as file:
        file.write(content[:_FILE_HEADER_BYTES])
        turn = 0
        while file.tell() < size_bytes:
            file.writelines(_turned(content, starts, turn, turn * span_s))
            turn += 1
        file.truncate(size_bytes)
    return path


def packets(capture: Path) -> int:
    """How many packets a pcap file (little-endian) has."""
    return sum(1 for _ in _records(capture.read_bytes()))


def _records(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Offset, second and whole length of each record."""
    at = _FILE_HEADER_BYTES
    while at + _RECORD_HEADER_BYTES <= len(content):
        second, _, captured, _ = struct.unpack_from("<IIII", content, at)
        yield at, second, _RECORD_HEADER_BYTES + captured
        at += _RECORD_HEADER_BYTES + captured


def _turned(content: bytes, starts: list[tuple[int, int, int]], turn: int, later_s: int) -> Iterator[bytearray]:
    for at, second, length in starts:
        record = bytearray(content[at : at + length])
        struct.pack_into("<I", record, 0, second + later_s)
        for place in _ADDRESS_ENDS.get(bytes(record[_ETHERTYPE]), ()):
            if place < length:
                record[place] = record[place] + turn & 0xFF
        yield record


def tell(figures: Mapping[str, float], checks: Mapping[str, bool], output: Path | None) -> int:
    """Prints figures and verdicts, writes them as JSON, and gives the exit code."""
    for name, value in figures.items():
        print(f"{name:36} {value:12.3f}")
    for sentence, holds in checks.items():
        print("PASS" if holds else "FAIL", sentence)
    if output:
        output.write_text(json.dumps({"figures": dict(figures), "checks": dict(checks)}, indent=2) + "\n")
    return 0 if all(checks.values()) else 1
