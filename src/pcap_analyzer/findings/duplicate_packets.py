"""Packets that the network duplicates.

What it finds:
    Connections in which the network delivered copies of packets: the same packet again, sooner than any sender could
    have repeated it.

Why it matters:
    Copies cost bandwidth and make receivers answer twice; a sender may take the answers for signs of loss. They come from
    loops, mirrored ports or redundant paths.

What to check next:
    - Spanning tree, bridging loops, redundancy protocols that deliver over both paths.
    - Whether the capture itself sees packets twice (a mirror port that copies both sides); those are counted apart.

References:
    RFC 2883 (how receivers report duplicates); RFC 5560 (duplication metric)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import share as share_text

from ._api import STREAMS, Effect, Finding, Need, Threshold, say

CAUSES = ("duplicate_packets",)
ONLY_IF = (
    "connections",
    "greatest(client_network_duplicate_packets, server_network_duplicate_packets) >= {least_packets}",
)

_COPIED = f"""
    WITH copied AS (
        SELECT stream, direction, network_duplicate_packets AS cost_ns, network_duplicate_packets, packets
        FROM halves
        WHERE network_duplicate_packets >= $least_packets AND network_duplicate_packets >= $least_share * packets
    )
    SELECT direction, count(*) AS connections, CAST(sum(network_duplicate_packets) AS BIGINT) AS copies,
           CAST(sum(packets) AS BIGINT) AS packets, {STREAMS}
    FROM copied GROUP BY direction ORDER BY direction
"""


def find(
    tables: Tables,
    *,
    least_packets: Annotated[float, Threshold("packets", "fewer are chance")] = 3,
    least_share: Annotated[float, Threshold("share", "below half a percent nobody notices")] = 0.005,
) -> Iterator[Finding]:
    """One finding for each direction."""
    for row in tables.rows(_COPIED, least_packets=least_packets, least_share=least_share):
        yield Finding(
            cause="duplicate_packets",
            side=Side.NETWORK,
            effect=Effect.SLOWED,
            confidence=0.9,
            title=say(
                _TITLES[row["direction"]],
                copies=plural(row["copies"], "copy", "copies"),
                share=share_text(min(1, row["copies"] / row["packets"])),
            ),
            explanation=say(
                "Each copy has the same content and came sooner than its sender could have sent it again, so the network"
                " made it; none of them stands for a loss."
            ),
            evidence={
                "direction": row["direction"],
                "connections": row["connections"],
                "duplicate_packets": row["copies"],
                "duplicate_share": round(min(1, row["copies"] / row["packets"]), 6),
            },
            streams=row["streams"],
            events=("duplicate_network",),
            display_filter="tcp.analysis.retransmission || tcp.analysis.spurious_retransmission",
            needs=frozenset({Need.COMPLETE}),
        )


_TITLES = {
    "downstream": "The network duplicates packets from server to client: {copies} ({share})",
    "upstream": "The network duplicates packets from client to server: {copies} ({share})",
}
