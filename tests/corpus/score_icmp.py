"""Compares ICMP, ARP, neighbour discovery and fragments with the live tshark.

    score_icmp.py SHARED [--only TEXT] [--scores FILE]

Compared are: type and code of every message of ICMP; every pair of echo and reply with its time (icmp.resp_to, icmp.resptime, and
those of ICMPv6); how many messages of ARP and of neighbour discovery of each kind there are; and which frame completes which
datagram in fragments.
"""

import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import agreement
import asked
from agreement import Facts

from pcap_analyzer.tables import Tables

ALLOWED = Path(__file__).with_name("allowed_icmp.toml")


NAMES = [
    "frame.number",
    *("icmp.type", "icmp.code", "icmp.resp_to", "icmp.resptime"),
    *("icmpv6.type", "icmpv6.code", "icmpv6.resp_to", "icmpv6.resptime"),
    *("arp.opcode", "arp.isgratuitous", "arp.isprobe", "arp.proto.type"),
    *("ip.reassembled.length", "ipv6.reassembled.length"),
]


def told(capture: Path, *names: str) -> list[dict[str, str]]:
    """What tshark says of each frame that has one of the fields: all that is compared, asked in one go because it is slow."""
    rows = asked.fields(capture, "icmp or icmpv6 or arp or ip.reassembled.length or ipv6.reassembled.length", NAMES)
    return [row for row in rows if first(row, *names)]


def first(row: dict[str, str], *names: str) -> str:
    return next((row[name] for name in names if row.get(name)), "")


def messages_told(capture: Path) -> Facts:
    kinds, codes = ("icmp.type", "icmpv6.type"), ("icmp.code", "icmpv6.code")
    rows = told(capture, *codes)
    return {(int(row["frame.number"]), int(first(row, *kinds)), int(first(row, *codes))) for row in rows}


def messages_said(tables: Tables) -> Facts:
    rows = tables.rows("SELECT frame_number, type, code FROM icmp_messages")
    return {tuple(row.values()) for row in rows}


def echoes_told(capture: Path) -> Facts:
    requests, times = ("icmp.resp_to", "icmpv6.resp_to"), ("icmp.resptime", "icmpv6.resptime")
    return {
        (int(row["frame.number"]), int(first(row, *requests)), round(Decimal(first(row, *times)), 3))
        for row in told(capture, *requests)
    }


def echoes_said(tables: Tables) -> Facts:
    rows = tables.rows(
        "SELECT frame_number, request_frame, response_time_ns FROM icmp_messages WHERE request_frame NOT NULL"
    )
    return {
        (row["frame_number"], row["request_frame"], round(Decimal(row["response_time_ns"]) / 10**6, 3)) for row in rows
    }


def counted(counts: Counter[str]) -> Facts:
    """As many facts as messages of each kind."""
    return {(kind, number) for kind, count in counts.items() for number in range(count)}


def arp_told(capture: Path) -> Facts:
    counts: Counter[str] = Counter()
    for row in told(capture, "arp.opcode"):
        if row["arp.opcode"] in ("1", "2") and row["arp.proto.type"] == "0x0800":
            counts["request" if row["arp.opcode"] == "1" else "reply"] += 1
            counts["announcement"] += row["arp.isgratuitous"] in ("1", "True")
            counts["probe"] += row["arp.isprobe"] in ("1", "True")
    return counted(counts)


def arp_said(tables: Tables) -> Facts:
    rows = tables.rows(
        "SELECT kind, sum(requests)::BIGINT requests, sum(responses)::BIGINT replies FROM arp_exchanges GROUP BY 1"
    )
    counts: Counter[str] = Counter()
    for row in rows:
        counts["request"] += row["requests"]
        counts["reply"] += row["replies"]
        counts["probe"] += row["requests"] if row["kind"] == "probe" else 0
        counts["announcement"] += row["requests"] + row["replies"] if row["kind"] == "announcement" else 0
    return counted(counts)


def neighbours_told(capture: Path) -> Facts:
    kinds = Counter(row["icmpv6.type"] for row in told(capture, "icmpv6.type"))
    return counted(Counter({kind: kinds[kind] for kind in ("135", "136")}))


def neighbours_said(tables: Tables) -> Facts:
    row = tables.row(
        "SELECT coalesce(sum(requests), 0)::BIGINT a, coalesce(sum(responses), 0)::BIGINT b FROM ndp_exchanges"
    )
    return counted(Counter({"135": row["a"], "136": row["b"]}))


def fragments_told(capture: Path) -> Facts:
    lengths = ("ip.reassembled.length", "ipv6.reassembled.length")
    return {(int(row["frame.number"]), int(first(row, *lengths))) for row in told(capture, *lengths)}


def fragments_said(tables: Tables) -> Facts:
    rows = tables.rows("SELECT complete_frame, total_bytes FROM ip_fragments WHERE state = 'complete'")
    return {tuple(row.values()) for row in rows}


def messages(capture: Path, tables: Tables) -> tuple[Facts, Facts]:
    return messages_told(capture), messages_said(tables)


def echoes(capture: Path, tables: Tables) -> tuple[Facts, Facts]:
    return echoes_told(capture), echoes_said(tables)


def arp(capture: Path, tables: Tables) -> tuple[Facts, Facts]:
    return arp_told(capture), arp_said(tables)


def neighbours(capture: Path, tables: Tables) -> tuple[Facts, Facts]:
    return neighbours_told(capture), neighbours_said(tables)


def fragments(capture: Path, tables: Tables) -> tuple[Facts, Facts]:
    return fragments_told(capture), fragments_said(tables)


CHECKS: dict[str, agreement.Check] = {
    "ICMP messages": messages,
    "ICMP echo pairs": echoes,
    "ARP messages": arp,
    "neighbour discovery": neighbours,
    "datagrams in fragments": fragments,
}

if __name__ == "__main__":
    sys.exit(agreement.main(CHECKS, ALLOWED, str(__doc__)))
