"""Refusals that a device on the path forges.

What it finds:
    SYNs that were answered by a reset whose time to live is none that the server has elsewhere: another machine sent it.

Why it matters:
    It looks as if the server refused, and its log knows nothing of it.

What to check next:
    - The rules of firewalls between the two; the distance that the reset's time to live tells.
    - The same connection from a host near the server.

References:
    Weaver, Sommer, Paxson, Detecting Forged TCP Reset Packets, NDSS 2009
"""

from collections.abc import Iterator

from pcap_analyzer.causes import Severity, Side
from pcap_analyzer.tables import Tables
from pcap_analyzer.text import plural

from ._api import STREAMS, Effect, Finding, say

CAUSES = ("admin_prohibited",)
ONLY_IF = ("connections", "zk_conn_state = 'REJ'")
YIELDS_TO = ("port_scan", "syn_flood", "arp_conflict")

# What is known of the server's own packets: those of connections that it took.
_FORGED = f"""
    WITH heard AS (
        SELECT c.server_address, min(h.ttl_min) AS least, max(h.ttl_max) AS most
        FROM connections AS c JOIN halves AS h USING (stream)
        WHERE h.sender = 'server' AND c.zk_conn_state <> 'REJ' AND h.packets > 0 AND h.rst_packets = 0
        GROUP BY c.server_address
    ), forged AS (
        SELECT c.stream, c.server, c.duration_ns AS cost_ns, h.ttl_min, least
        FROM connections AS c JOIN halves AS h USING (stream) JOIN heard USING (server_address)
        ANTI JOIN explained USING (stream)
        WHERE c.zk_conn_state = 'REJ' AND h.sender = 'server' AND (h.ttl_min < least OR h.ttl_max > most)
    )
    SELECT count(*) AS connections, count(DISTINCT server) AS servers, min(server) AS server, min(ttl_min) AS ttl,
           min(least) AS server_ttl, {STREAMS}
    FROM forged
"""


def find(tables: Tables) -> Iterator[Finding]:
    """One finding for all forged refusals."""
    row = tables.row(_FORGED)
    if not row["connections"]:
        return
    place = row["server"] if row["servers"] == 1 else plural(row["servers"], "server port")
    yield Finding(
        cause="admin_prohibited",
        side=Side.NETWORK,
        effect=Effect.FAILED,
        severity=Severity.CRITICAL,
        confidence=0.7,
        title=say(
            "A device on the path refuses connections to {place} in the server's name: {connections}",
            place=place,
            connections=plural(row["connections"], "connection"),
        ),
        explanation=say(
            "The reset arrived with a time to live of {ttl}, while packets of the server itself have {server_ttl}: it began"
            " its way elsewhere.",
            ttl=row["ttl"],
            server_ttl=row["server_ttl"],
        ),
        evidence={
            "server": row["server"] if row["servers"] == 1 else None,
            "connections": row["connections"],
            "reset_ttl": row["ttl"],
            "server_ttl": row["server_ttl"],
        },
        streams=row["streams"],
        claims=("handshake", "handshake_loss"),
        events=("reset",),
        display_filter="tcp.flags.reset == 1",
    )
