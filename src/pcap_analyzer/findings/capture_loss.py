"""Packets missing from the capture.

What it finds:
    Data that was acknowledged but never captured, and packets that the capturing host counted as dropped.

Why it matters:
    What is missing here was not lost on the network. Everything that is concluded from connections with gaps is less sure.

What to check next:
    - Capture again with a larger buffer, a shorter snap length or a filter; on a faster disk.
    - Mirror ports that carry more than their own rate drop silently.

References:
    Paxson, Automated Packet Trace Analysis of TCP Implementations, SIGCOMM 1997 (measurement drops)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import share, size

from ._api import STREAMS, Effect, Finding, Threshold, say

CAUSES = ("capture_loss",)
# Also where there is no connection at all.
ONLY_IF_TOGETHER = (
    "connections",
    "bool_or(missed_bytes > 0 AND NOT one_way)"
    " OR (SELECT sum(coalesce(interface_dropped_packets, 0) + coalesce(os_dropped_packets, 0)) FROM interfaces) > 0",
)

_MISSING = f"""
    WITH gaps AS (
        SELECT stream, missed_bytes AS cost_ns, missed_bytes FROM connections WHERE missed_bytes > 0 AND NOT one_way
    ), whole AS (
        SELECT sum(client_payload_bytes + server_payload_bytes) AS bytes FROM connections WHERE NOT one_way
    ), dropped AS (
        SELECT CAST(sum(coalesce(interface_dropped_packets, 0) + coalesce(os_dropped_packets, 0)) AS BIGINT) AS packets
        FROM interfaces
    )
    SELECT count(*) AS connections, CAST(coalesce(sum(missed_bytes), 0) AS BIGINT) AS missed_bytes,
           CAST((SELECT coalesce(bytes, 0) FROM whole) AS BIGINT) AS seen_bytes,
           (SELECT coalesce(packets, 0) FROM dropped) AS dropped_packets, {STREAMS}
    FROM gaps
"""


def find(
    tables: Tables,
    *,
    least_share: Annotated[
        float, Threshold("share", "of the bytes: a few packets at the start of a capture are usual")
    ] = 0.001,
) -> Iterator[Finding]:
    """One finding for the capture."""
    row = tables.row(_MISSING)
    missed, whole = row["missed_bytes"], row["missed_bytes"] + row["seen_bytes"]
    if not row["dropped_packets"] and missed <= least_share * whole:
        return
    yield Finding(
        cause="capture_loss",
        side=Side.CAPTURE,
        effect=Effect.SLOWED,
        severity=Severity.MINOR,
        confidence=0.95,
        title=say(
            "The capture lacks packets: {missed} that TCP acknowledged are missing ({share}), and {dropped} were counted as"
            " dropped",
            missed=size(missed),
            share=share(missed / whole if whole else 0),
            dropped=plural(row["dropped_packets"], "packet"),
        ),
        explanation=say(
            "Receivers acknowledged data that is not here, without asking for it again: it arrived, and only the capture"
            " missed it."
        ),
        evidence={
            "connections": row["connections"],
            "missed_bytes": missed,
            "missed_share": round(missed / whole, 6) if whole else None,
            "dropped_packets": row["dropped_packets"],
        },
        streams=row["streams"] or "",
        events=("capture_gap",),
        display_filter="tcp.analysis.ack_lost_segment || tcp.analysis.lost_segment",
    )
