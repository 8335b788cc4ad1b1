"""A bottleneck that marks packets.

What it finds:
    Transfers whose packets a router marked as having met congestion (CE), and whose receivers echo it.

Why it matters:
    The link is full, and its queue says so before it has to drop: the sender slows down without losing anything. It is
    the gentle form of a bandwidth limit.

What to check next:
    - Which link is full: the rate of the transfer tells its share of it.
    - Whether the marking threshold fits the link, if transfers stay far below its rate.

References:
    RFC 3168 (ECN), 6.1; RFC 8257 (DCTCP)
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import share as share_text

from ._api import RECOVERY, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("ecn_congestion",)
ONLY_IF = ("connections", "client_ce_packets + server_ce_packets + client_ece_packets + server_ece_packets > 0")

_MARKED = f"""
    WITH marked AS (
        SELECT stream, h.ce_packets + h.peer_ece_packets AS marks, h.ce_packets, h.peer_ece_packets, h.packets, waited_ns,
               bandwidth_ns + queue_ns + congestion_window_ns + loss_ns AS cost_ns
        FROM halves AS h JOIN connections USING (stream)
        WHERE h.ce_packets + h.peer_ece_packets >= $least_packets
          AND greatest(h.ce_packets, h.peer_ece_packets) >= $least_share * h.packets
    )
    SELECT count(DISTINCT stream) AS connections, CAST(sum(ce_packets) AS BIGINT) AS ce,
           CAST(sum(peer_ece_packets) AS BIGINT) AS ece, CAST(sum(packets) AS BIGINT) AS packets, {STREAMS}
    FROM marked
"""


def find(
    tables: Tables,
    *,
    least_packets: Annotated[float, Threshold("packets", "fewer marks are one short moment of load")] = 5,
    least_share: Annotated[
        float, Threshold("share", "of the packets of that direction: a sender slows down at 0.1 %")
    ] = 0.005,
) -> Iterator[Finding]:
    """One finding for all marked transfers."""
    for row in tables.rows(_MARKED, least_packets=least_packets, least_share=least_share):
        if not row["connections"]:
            return
        yield Finding(
            cause="ecn_congestion",
            side=Side.NETWORK,
            effect=Effect.SLOWED,
            confidence=0.95,
            title=say(
                "A full link on the path marks packets instead of dropping them: {marked} ({share})",
                marked=plural(max(row["ce"], row["ece"]), "packet"),
                share=share_text(min(1, max(row["ce"], row["ece"]) / row["packets"])),
            ),
            explanation=say(
                "{ce} carried the mark CE at the capture point, and receivers echoed it in {ece}: senders"
                " slowed down for it.",
                ce=plural(row["ce"], "packet"),
                ece=plural(row["ece"], "segment"),
            ),
            evidence={
                "connections": row["connections"],
                "ce_packets": row["ce"],
                "ece_packets": row["ece"],
                "packets": row["packets"],
            },
            streams=row["streams"],
            claims=("bandwidth", "queue", *RECOVERY),
            display_filter="ip.dsfield.ecn == 3 || tcp.flags.ece == 1",
        )
