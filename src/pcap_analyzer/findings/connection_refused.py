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

from ._api import STREAMS, Effect, Finding, say

CAUSES = ("connection_refused",)
ONLY_IF = ("connections", "zk_conn_state = 'REJ'")
YIELDS_TO = ("port_scan", "syn_flood", "forged_refusal", "arp_conflict")

# Of each server: how many were refused, and how many others got through.
_REFUSED = f"""
    WITH refused AS (
        SELECT stream, server, client_address, duration_ns AS cost_ns FROM connections ANTI JOIN explained USING (stream)
        WHERE zk_conn_state = 'REJ' AND reset_by = 'server'
    ), accepted AS (
        SELECT server, count(*) AS accepted FROM connections SEMI JOIN refused USING (server)
        WHERE server_packets > 0 AND zk_conn_state NOT IN ('REJ', 'S0') GROUP BY server
    )
    SELECT count(*) AS connections, count(DISTINCT server) AS servers, arg_max(server, cost_ns) AS server,
           count(DISTINCT client_address) AS clients, CAST(coalesce(sum(accepted), 0) AS BIGINT) AS accepted, {STREAMS}
    FROM refused LEFT JOIN accepted USING (server)
"""


def find(tables: Tables) -> Iterator[Finding]:
    """One finding for all servers that refuse."""
    for row in tables.rows(_REFUSED):
        if not row["connections"]:
            return
        place = row["server"] if row["servers"] == 1 else plural(row["servers"], "server port")
        yield Finding(
            cause="connection_refused",
            side=Side.SERVER,
            effect=Effect.FAILED,
            severity=Severity.MAJOR if row["accepted"] else Severity.CRITICAL,
            confidence=0.95,
            title=say(
                "Connections to {place} are refused: {connections} answered with a reset",
                place=place,
                connections=plural(row["connections"], "SYN"),
            ),
            explanation=say(
                "The host is there and says at once that nobody takes connections on this port; {accepted} got"
                " through.",
                accepted=plural(row["accepted"], "other connection"),
            ),
            evidence={
                "server": row["server"] if row["servers"] == 1 else None,
                "servers": row["servers"],
                "connections": row["connections"],
                "clients": row["clients"],
                "accepted_connections": row["accepted"],
            },
            streams=row["streams"],
            claims=("handshake", "handshake_loss"),
            events=("reset",),
            display_filter="tcp.flags.reset == 1 && tcp.seq == 1",
        )
