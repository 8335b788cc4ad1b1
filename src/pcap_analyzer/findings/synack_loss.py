"""SYN-ACKs lost on the path.

What it finds:
    Connections whose SYN-ACK the server had to send again before the client answered it.

Why it matters:
    The first timer is a whole second, then two, then four. The server counts the connection as half open meanwhile.

What to check next:
    - Loss on the path from server to client, or an answer that takes another way (asymmetric routing) through a firewall
      that has not seen the SYN.
    - Whether data of the server is lost there too.

References:
    RFC 6298, 2 (initial timer of 1 s); RFC 4987 (half-open connections)
"""

from collections.abc import Iterator

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import count, duration

from ._api import LOSSES, STREAMS, Effect, Finding, say

CAUSES = ("synack_loss",)
ONLY_IF = ("connections", "syn_ack_retransmissions > 0")
YIELDS_TO = ("accept_queue_overflow", "port_scan", "syn_flood")

_LOST = f"""
    WITH repeated AS (
        SELECT stream, server, syn_ack_retransmissions, handshake_loss_ns AS cost_ns
        FROM connections ANTI JOIN explained USING (stream)
        WHERE syn_ack_retransmissions > 0 AND handshake_loss_ns > 0
    )
    SELECT count(*) AS connections, count(DISTINCT server) AS servers, min(server) AS server,
           CAST(sum(syn_ack_retransmissions) AS BIGINT) AS syn_acks, CAST(sum(cost_ns) AS BIGINT) AS cost_ns,
           (SELECT count(*) FROM connections WHERE client_syn_packets > 0) AS attempts, {STREAMS}
    FROM repeated
"""


def find(tables: Tables) -> Iterator[Finding]:
    """One finding for all connections."""
    for row in tables.rows(_LOST):
        if not row["connections"]:
            return
        yield Finding(
            cause="synack_loss",
            side=Side.NETWORK,
            effect=Effect.SLOWED,
            confidence=0.85,
            title=say(
                "SYN-ACKs are lost: {connections} of {attempts} waited for theirs to be sent again, which cost {cost}",
                connections=count(row["connections"]),
                attempts=plural(row["attempts"], "connection"),
                cost=duration(row["cost_ns"]),
            ),
            explanation=say(
                "The server answered and got nothing back; {syn_acks} were sent again until the client answered one.",
                syn_acks=plural(row["syn_acks"], "SYN-ACK"),
            ),
            evidence={
                "connections": row["connections"],
                "attempts": row["attempts"],
                "server": row["server"] if row["servers"] == 1 else None,
                "syn_ack_retransmissions": row["syn_acks"],
            },
            streams=row["streams"],
            claims=("handshake_loss",),
            events=("retransmission_syn",),
            display_filter="tcp.flags.syn == 1 && tcp.flags.ack == 1 && tcp.analysis.retransmission",
            needs=LOSSES,
        )
