"""Packets that overtake each other.

What it finds:
    Connections in which segments arrive after later ones although nothing was lost.

Why it matters:
    Receivers answer with duplicate acknowledgements, and senders may take that for loss, send again for nothing and slow
    down. It comes from paths in parallel.

What to check next:
    - Load balancing per packet instead of per flow: link aggregation, ECMP, SD-WAN, bonded uplinks.
    - Routers or firewalls with several processing queues.

References:
    RFC 4737 (reordering metrics); RFC 8985, 6.2 (reordering window)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import share as share_text

from ._api import LOSSES, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("reordering",)
ONLY_IF = ("connections", "greatest(client_reordered_packets, server_reordered_packets) >= {least_packets}")

_REORDERED = f"""
    WITH reordered AS (
        SELECT stream, direction, h.reordered_packets, h.data_packets, h.unneeded_retransmissions, waited_ns,
               queue_ns + congestion_window_ns + loss_ns AS cost_ns
        FROM halves AS h JOIN connections USING (stream)
        WHERE h.reordered_packets >= $least_packets AND h.reordered_packets >= $least_share * h.data_packets
          AND h.reordered_packets > h.retransmitted_packets - h.unneeded_retransmissions - h.spurious_retransmissions
    )
    SELECT direction, count(*) AS connections, CAST(sum(reordered_packets) AS BIGINT) AS reordered,
           CAST(sum(data_packets) AS BIGINT) AS sent, CAST(sum(unneeded_retransmissions) AS BIGINT) AS needless, {STREAMS}
    FROM reordered GROUP BY direction ORDER BY direction
"""


def find(
    tables: Tables,
    *,
    least_packets: Annotated[float, Threshold("packets", "fewer are chance")] = 3,
    least_share: Annotated[
        float, Threshold("share", "below half a percent senders cope without slowing down (RFC 8985)")
    ] = 0.005,
) -> Iterator[Finding]:
    """One finding for each direction."""
    for row in tables.rows(_REORDERED, least_packets=least_packets, least_share=least_share):
        yield Finding(
            cause="reordering",
            side=Side.NETWORK,
            effect=Effect.SLOWED,
            confidence=0.9,
            title=say(
                _TITLES[row["direction"]],
                reordered=plural(row["reordered"], "packet"),
                share=share_text(min(1, row["reordered"] / row["sent"])),
            ),
            explanation=say(
                "They arrived sooner after the hole that they fill than anybody could have sent them again: they were"
                " late, not lost. {needless} {needless:was|were} sent again for nothing.",
                needless=plural(row["needless"], "segment"),
            ),
            evidence={
                "direction": row["direction"],
                "connections": row["connections"],
                "reordered_packets": row["reordered"],
                "reordered_share": round(min(1, row["reordered"] / row["sent"]), 6),
                "needless_retransmissions": row["needless"],
            },
            streams=row["streams"],
            claims=("queue", "congestion_window", "loss_fast", "loss_tlp"),
            events=("reordered",),
            display_filter="tcp.analysis.out_of_order",
            needs=LOSSES,
        )


_TITLES = {
    "downstream": "Packets from server to client overtake each other: {reordered} ({share}) came late, none was lost",
    "upstream": "Packets from client to server overtake each other: {reordered} ({share}) came late, none was lost",
}
