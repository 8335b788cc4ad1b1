"""Large packets that vanish without a word.

What it finds:
    Connections in which the same large segment is lost again and again while small ones pass, and no ICMP message says
    why.

Why it matters:
    The connection is made, small requests work, and everything larger hangs. It is often taken for a fault of the server.

What to check next:
    - Tunnels on the path (VPN, PPPoE, GRE, VXLAN) whose MTU is below 1500, and whether they clamp the MSS.
    - Firewalls that drop ICMP type 3 code 4, or ICMPv6 type 2.
    - The largest packet that passes: ping with the don't-fragment bit, in both directions.

References:
    RFC 2923, 2.1 (black hole); RFC 4821 (packetization-layer path MTU discovery); RFC 8201
"""

from collections.abc import Iterator
from typing import Annotated

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import duration, size

from ._api import LOSSES, RETRANSMISSIONS, STREAMS, Effect, Finding, Threshold, say

CAUSES = ("mtu_black_hole",)
ONLY_IF = ("connections", "pmtu_ns > 0")

_VANISHED = f"""
    WITH vanished AS (
        SELECT stream, h.direction, h.largest_payload_bytes, pmtu_ns AS cost_ns, server
        FROM halves AS h JOIN connections USING (stream)
        WHERE pmtu_ns > 0 AND h.pmtu_retransmissions + h.peer_pmtu_retransmissions = 0
          AND h.retransmitted_packets > h.peer_retransmitted_packets AND pmtu_ns >= $least_share * waited_ns
    )
    SELECT direction, count(*) AS connections, CAST(sum(cost_ns) AS BIGINT) AS cost_ns, min(server) AS server,
           count(DISTINCT server) AS servers, max(largest_payload_bytes) AS largest_bytes, {STREAMS}
    FROM vanished GROUP BY direction ORDER BY direction
"""


def find(
    tables: Tables,
    *,
    least_share: Annotated[float, Threshold("share", "below a tenth of the waiting something else matters more")] = 0.1,
) -> Iterator[Finding]:
    """One finding for each direction."""
    for row in tables.rows(_VANISHED, least_share=least_share):
        yield Finding(
            cause="mtu_black_hole",
            side=Side.NETWORK,
            effect=Effect.FAILED,
            severity=Severity.CRITICAL,
            confidence=0.9 if row["connections"] > 1 else 0.8,
            title=say(
                _TITLES[row["direction"]],
                connections=plural(row["connections"], "connection"),
                cost=duration(row["cost_ns"]),
            ),
            explanation=say(
                "The handshake and small segments passed, segments of up to {largest} were sent several times and never"
                " acknowledged, and no router said that they are too large.",
                largest=size(row["largest_bytes"]),
            ),
            evidence={
                "direction": row["direction"],
                "connections": row["connections"],
                "server": row["server"] if row["servers"] == 1 else None,
                "largest_payload_bytes": row["largest_bytes"],
            },
            streams=row["streams"],
            claims=("pmtu", "loss_rto", "loss_tlp", "loss_fast"),
            events=RETRANSMISSIONS,
            display_filter="tcp.analysis.retransmission || (icmp.type == 3 && icmp.code == 4) || icmpv6.type == 2",
            needs=LOSSES,
        )


_TITLES = {
    "downstream": "Large packets from server to client vanish: {connections} waited {cost} for them",
    "upstream": "Large packets from client to server vanish: {connections} waited {cost} for them",
}
