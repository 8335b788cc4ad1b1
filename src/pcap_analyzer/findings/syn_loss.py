"""SYNs lost on the path.

What it finds:
    Connections that were made only after the SYN had been sent again.

Why it matters:
    The first timer for a SYN is a whole second, then two, then four: one lost packet at this place costs more than a
    hundred later on.

What to check next:
    - Loss on the path from client to server; whether data is lost there too.
    - Firewalls with limits on new connections, SYN proxies, a full table of connections.
    - Whether the server saw those SYNs: a capture there decides between path and server.

References:
    RFC 6298, 2 (initial timer of 1 s)
"""

from collections.abc import Iterator

from pcap_analyzer.causes import Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural
from pcap_analyzer.units import count, duration

from ._api import LOSSES, STREAMS, Effect, Finding, say

CAUSES = ("syn_loss",)
ONLY_IF = ("connections", "syn_retransmissions > 0")
YIELDS_TO = ("accept_queue_overflow", "synack_loss", "connection_timeout", "port_scan", "syn_flood")

_LOST = f"""
    WITH repeated AS (
        SELECT stream, server, syn_retransmissions, handshake_loss_ns AS cost_ns
        FROM connections ANTI JOIN explained USING (stream)
        WHERE syn_retransmissions > 0 AND server_packets > 0 AND handshake_loss_ns > 0
    )
    SELECT count(*) AS connections, count(DISTINCT server) AS servers, min(server) AS server,
           CAST(sum(syn_retransmissions) AS BIGINT) AS syns, CAST(sum(cost_ns) AS BIGINT) AS cost_ns,
           (SELECT count(*) FROM connections WHERE client_syn_packets > 0) AS attempts, {STREAMS}
    FROM repeated
"""


def find(tables: Tables) -> Iterator[Finding]:
    """One finding for all connections."""
    for row in tables.rows(_LOST):
        if not row["connections"]:
            return
        yield Finding(
            cause="syn_loss",
            side=Side.NETWORK,
            effect=Effect.SLOWED,
            confidence=0.85,
            title=say(
                "SYNs are lost: {connections} of {attempts} had to send theirs again, which cost {cost}",
                connections=count(row["connections"]),
                attempts=plural(row["attempts"], "connection"),
                cost=duration(row["cost_ns"]),
            ),
            explanation=say(
                "{syns} went unanswered, and later ones were answered at once: they were lost on their way, or their"
                " answers were before they reached the capture point.",
                syns=plural(row["syns"], "SYN"),
            ),
            evidence={
                "connections": row["connections"],
                "attempts": row["attempts"],
                "server": row["server"] if row["servers"] == 1 else None,
                "syn_retransmissions": row["syns"],
            },
            streams=row["streams"],
            claims=("handshake_loss",),
            events=("retransmission_syn",),
            display_filter="tcp.flags.syn == 1 && tcp.flags.ack == 0 && tcp.analysis.retransmission",
            needs=LOSSES,
        )
