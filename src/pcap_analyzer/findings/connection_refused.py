"""Connections that the server refuses.

What it finds:
    SYNs that are answered with a reset.

Why it matters:
    Nothing listens on that port, or the host rejects the connection on purpose. The application fails at once.

What to check next:
    - Whether the service runs, and on which address and port it listens.
    - A host firewall that rejects instead of dropping.
    - Whether the client was given the right address and port.

References:
    RFC 9293, 3.5.3 (reset processing)
"""

from collections.abc import Iterator

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural

from ._api import MOST, STREAMS, Effect, Finding, say

CAUSES = ("connection_refused",)
YIELDS_TO = ("port_scan", "syn_flood", "admin_prohibited")

# Of each server: how many were refused, and how many others got through.
_REFUSED = f"""
    WITH refused AS (
        SELECT stream, server, client_address, duration_ns AS cost_ns FROM connections ANTI JOIN explained USING (stream)
        WHERE zk_conn_state = 'REJ' AND reset_by = 'server'
    ), accepted AS (
        SELECT server, count(*) AS accepted FROM connections
        WHERE server_packets > 0 AND zk_conn_state NOT IN ('REJ', 'S0') GROUP BY server
    )
    SELECT server, count(*) AS connections, count(DISTINCT client_address) AS clients,
           coalesce(any_value(accepted), 0) AS accepted, {STREAMS}
    FROM refused LEFT JOIN accepted USING (server)
    GROUP BY server ORDER BY connections DESC, server LIMIT $most
"""


def find(tables: Tables) -> Iterator[Finding]:
    """One finding for each server that refuses."""
    for row in tables.rows(_REFUSED, most=MOST):
        yield Finding(
            cause="connection_refused",
            side=Side.SERVER,
            effect=Effect.FAILED,
            severity=Severity.MAJOR if row["accepted"] else Severity.CRITICAL,
            confidence=0.95,
            title=say(
                "{server} refuses connections: {connections} answered with a reset",
                server=row["server"],
                connections=plural(row["connections"], "SYN"),
            ),
            explanation=say(
                "The host is there and says at once that nobody takes connections on this port; {accepted} others to it got"
                " through.",
                accepted=f"{row['accepted']:,}",
            ),
            evidence={
                "server": row["server"],
                "connections": row["connections"],
                "clients": row["clients"],
                "accepted_connections": row["accepted"],
            },
            streams=row["streams"],
            claims=("handshake", "handshake_loss"),
            events=("reset",),
            display_filter="tcp.flags.reset == 1 && tcp.seq == 1",
        )
