"""Compares RTP and SIP with the live tshark.

    score_rtp.py SHARED [--only TEXT] [--scores FILE]

Streams of RTP: ends, source, packets, lost packets, and the smallest, mean and largest time between packets and jitter, rounded as
`-z rtp,streams` rounds them. tshark knows a stream by SDP, by its ports of old, or, when it is told to, by its looks
(`--enable-heuristic rtp_udp`). Each stream that it knows without being told must be ours with the same numbers; each of ours must
be one that it knows at least by its looks. Streams that only look like RTP to tshark are not compared: it asks for one packet,
we ask for five in sequence.

SIP: which request each final response answers, and after how many milliseconds (sip.response-request, sip.response-time).
"""

import re
import sys
from pathlib import Path

import agreement
import asked
from agreement import Facts

from pcap_analyzer.tables import Tables

ALLOWED = Path(__file__).with_name("allowed_rtp.toml")

# Begin, end, source, port, destination, port, SSRC, payload types, packets, lost (share), six times.
LINE = re.compile(
    r"^\s*[\d.]+\s+[\d.]+\s+(\S+)\s+(\d+)\s+(\S+)\s+(\d+)\s+0x([0-9A-F]{8})\s+(.*?)\s+(\d+)\s+(-?\d+) \(.*?%\)"
    r"\s+(-?[\d.]+)\s+([\d.]+)\s+([\d.]+)\s+(-?[\d.]+)\s+([\d.]+)\s+([\d.]+)",
    re.MULTILINE,
)
SIP = ["frame.number", "sip.CSeq.method", "sip.Status-Code", "sip.response-request", "sip.response-time"]
LOOKS = ("--enable-heuristic", "rtp_udp")


def end(address: str, port: str) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def streams_in(text: str) -> Facts:
    """The streams in the table that tshark prints. Where nothing can be told, it prints -1 for the smallest time and 0 otherwise."""
    return {
        (
            end(found[1], found[2]),
            end(found[3], found[4]),
            int(found[5], 16),
            int(found[7]),
            int(found[8]),
            *(max(0, round(float(found[at]) * 1000)) for at in range(9, 15)),
        )
        for found in LINE.finditer(text)
        if found[2] != "1"  # SBC over Bluetooth, which is no flow
    }


def streams_known(capture: Path) -> Facts:
    return streams_in(asked.output(capture, "-Y", "sip", "-T", "fields", *sip_options(), "-z", "rtp,streams"))


def streams_by_looks(capture: Path) -> Facts:
    return streams_in(asked.output(capture, "-q", *LOOKS, "-z", "rtp,streams"))


def streams_said(tables: Tables) -> Facts:
    columns = ("interval_min", "interval_mean", "interval_max", "jitter_min", "jitter", "jitter_max")
    rows = tables.rows(
        f"SELECT source, destination, ssrc, packets, ws_lost_packets, {', '.join(f'{name}_ns' for name in columns)}"
        " FROM rtp_streams"
    )
    return {(*list(row.values())[:5], *(round((row[f"{name}_ns"] or 0) / 1000) for name in columns)) for row in rows}


def sip_options() -> list[str]:
    return [option for name in SIP for option in ("-e", name)]


def answers_told(capture: Path) -> Facts:
    text = asked.output(capture, "-Y", "sip", "-T", "fields", *sip_options(), "-z", "rtp,streams")
    rows = [line.split("\t") for line in text.splitlines() if line.count("\t") == len(SIP) - 1]
    finals = [row for row in rows if row[3] and row[2] >= "200"]
    return {(int(number), int(request), int(milliseconds)) for number, _, _, request, milliseconds in finals}


def answers_said(tables: Tables) -> Facts:
    rows = tables.rows(
        "SELECT response_frame, request_frame, response_time_ns // 1000000 AS ms FROM sip_transactions"
        " WHERE response_time_ns NOT NULL"
    )
    return {tuple(row.values()) for row in rows}


def streams(capture: Path, tables: Tables) -> tuple[Facts, Facts]:
    said, known = streams_said(tables), streams_known(capture)
    looked_for = said - known
    return known | (looked_for & streams_by_looks(capture) if looked_for else set()), said


def answers(capture: Path, tables: Tables) -> tuple[Facts, Facts]:
    return answers_told(capture), answers_said(tables)


CHECKS: dict[str, agreement.Check] = {"RTP streams": streams, "SIP answers": answers}

if __name__ == "__main__":
    sys.exit(agreement.main(CHECKS, ALLOWED, str(__doc__)))
